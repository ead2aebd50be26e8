//! CloudEvents in all three content modes: the first byte chooses.
#![no_main]

use connectors::cloudevents::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((mode, body)) = input.split_first() else { return };
    let (kind, headers): (&str, &[(&str, &[u8])]) = match mode % 4 {
        0 => ("application/cloudevents+json", &[]),
        1 => ("application/cloudevents-batch+json", &[]),
        2 => ("text/plain", &[("ce-id", body), ("ce-type", b"t"), ("ce-source", b"s")]),
        _ => (
            "application/json",
            &[("ce-specversion", b"1.0"), ("ce-id", b"1"), ("ce-type", b"t"), ("ce-source", b"s")],
        ),
    };
    match parse(kind, headers.iter().copied(), body) {
        Ok(events) => assert!(events.iter().all(|event| event.attributes["specversion"] == "1.0")),
        Err(error) => assert!(error.to_string().len() < 2_000, "an error is short"),
    }
});
