//! OpenSLO documents, and back; and every mistake of what may be one, or one of Sloth's.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(documents) = connectors::openslo::parse(text) {
        let _ = connectors::openslo::write(&documents);
    }
    for document in connectors::places::documents(text).unwrap_or_default() {
        let _ = connectors::openslo::check(&document);
        let _ = connectors::sloth::check(&document);
    }
});
