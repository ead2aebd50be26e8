//! Bodies of `POST /v2/enqueue` and `POST /v2/change/enqueue`.
#![no_main]

use connectors::pagerduty::{Action, Change, Event, routing_key};
use kernel::Time;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let now = Time::from_seconds(1);
    let _ = routing_key(body);
    match Event::parse(body) {
        Ok(event) => {
            let signal = event.signal(now);
            assert!(event.action == Action::Trigger || !event.dedup_key.is_empty());
            assert!(signal.labels.iter().all(|(_, value)| value.len() <= 2_048));
            assert!(signal.annotations.iter().all(|(_, value)| value.len() <= 16_384));
        }
        Err(faults) => assert!(faults.to_string().len() < 4_000, "an error is short"),
    }
    if let Ok(change) = Change::parse(body) {
        change.signal();
        assert!(change.record(now)["summary"].is_string());
    }
});
