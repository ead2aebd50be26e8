//! Bodies of `POST /api/v1/events`.
#![no_main]

use connectors::events;
use kernel::Time;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    match events::parse(body, "fuzz", Time::from_seconds(1)) {
        Ok(signals) => assert!(signals.iter().all(|signal| signal.key.is_some())),
        Err(error) => assert!(error.to_string().len() < 2_000, "an error is short"),
    }
});
