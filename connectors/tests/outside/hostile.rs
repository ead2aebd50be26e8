//! Arbitrary bytes, and valid documents with something changed: never a panic, whatever comes.
//! The fuzz targets in `fuzz/` look for the same, longer; these run in every build.

use connectors::alertmanager::{Matcher, Query, parse};
use connectors::events;
use kernel::Time;
use proptest::collection::vec;
use proptest::prelude::*;

const DOCUMENTS: [&[u8]; 4] = [
    include_bytes!("captures/prometheus-firing.json"),
    include_bytes!("captures/amtool-add.json"),
    br#"[{"title":"T","key":"k","status":"resolved","severity":"error","item":"service/orders",
         "labels":{"a":"b"},"details":{"c":"\u00e9"},"occurred_at":"2026-01-01T00:00:00Z"}]"#,
    br#"active=true&filter=a%3D~%22x%7Cy%22&filter="b.c"!="\"\\"&receiver=.%2A"#,
];

/// What JSON, times and matchers are made of.
const PIECES: [&[u8]; 16] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b",",
    b":",
    b"null",
    b"1e999",
    b"\\ud800",
    b"\xff",
    b"0001-01-01T00:00:00Z",
    b"-9999-01-01T00:00:00+25:59",
    b"=~(",
    b"\0",
];

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), 0..PIECES.len(), 0..12_usize);
    (0..DOCUMENTS.len(), vec(change, 1..6)).prop_map(|(document, changes)| {
        let mut bytes = DOCUMENTS[document].to_vec();
        for (place, piece, removed) in changes {
            let start = place.index(bytes.len() + 1);
            let end = (start + removed).min(bytes.len());
            bytes.splice(start..end, PIECES[piece].iter().copied());
        }
        bytes
    })
}

fn feed(bytes: &[u8]) {
    let _ = parse(bytes);
    let _ = events::parse(bytes, "test", Time::from_seconds(1));
    let text = String::from_utf8_lossy(bytes);
    let labels = |name: &str| (name.len() == 1).then_some("x");
    if let Ok(matcher) = Matcher::parse(&text) {
        matcher.matches(labels);
    }
    if let Ok(query) = Query::parse(&text) {
        query.matches(labels);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        feed(&bytes);
    }

    #[test]
    fn changed_documents_never_panic(bytes in mutated()) {
        feed(&bytes);
    }
}
