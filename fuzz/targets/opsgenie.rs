//! Bodies and queries of Opsgenie's Alert API.
#![no_main]

use connectors::opsgenie::{Create, HeartbeatBody, Patch, Query, RequestId, Seen};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Ok(create) = Create::parse(body) {
        let signal = create.signal();
        assert!(signal.labels.iter().all(|(_, value)| value.len() <= 2_048));
        assert!(signal.annotations.iter().all(|(_, value)| value.len() <= 16_384));
    }
    let _ = Patch::parse(body);
    let _ = HeartbeatBody::parse(body);
    let Ok(text) = std::str::from_utf8(body) else { return };
    if let Ok(query) = Query::parse(text) {
        query.holds(&Seen { status: "open", tags: vec!["x"], ..Seen::default() });
    }
    if let Ok(request) = text.parse::<RequestId>() {
        assert_eq!(request.to_string().parse(), Ok(request));
    }
});
