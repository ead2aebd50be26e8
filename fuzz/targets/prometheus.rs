//! What servers of Prometheus answer to a question about a range.
#![no_main]

use connectors::prometheus::{Range, values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let range = Range { query: "up", from: 600, until: 6_000, step: 60 };
    if let Ok(values) = values(body, &range) {
        assert!(values.iter().flatten().all(|value| value.is_finite()));
    }
});
