//! Queries of `GET /api/v2/alerts`, and the matchers in them.
#![no_main]

use connectors::alertmanager::{Matcher, Query};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let labels = |name: &str| (name.len() == 1).then_some("x");
    if let Ok(query) = Query::parse(text) {
        query.matches(labels);
        query.wants("operate");
    }
    if let Ok(matcher) = Matcher::parse(text) {
        let written = matcher.to_string();
        let again = Matcher::parse(&written).expect("a written matcher reads back");
        assert_eq!(again.to_string(), written);
        assert_eq!(again.matches(labels), matcher.matches(labels));
    }
});
