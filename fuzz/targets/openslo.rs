//! OpenSLO documents, and back.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(documents) = connectors::openslo::parse(text) {
        let _ = connectors::openslo::write(&documents);
    }
});
