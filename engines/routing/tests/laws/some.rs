//! Labels and matchers to draw from: few names and values, so that they meet.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use routing::{Matcher, Matchers, Op};

pub type Labels = BTreeMap<String, String>;

pub fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub fn any_labels() -> impl Strategy<Value = Labels> {
    let value = prop_oneof![
        Just(String::new()),
        "[abK]{1,4}".prop_map(String::from),
        "web-[0-9]{1,2}",
        "[wW][eE][bB]-[aK]",
        "(?s).{0,3}"
    ];
    prop::collection::btree_map("[abcd]", value, 0..4)
}

pub fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![Just(Op::Equal), Just(Op::NotEqual), Just(Op::Regex), Just(Op::NotRegex)]
}

/// Values that are expressions too, of every kind that the engine treats in a way of its own.
pub fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[abK]{0,3}",
        "web-[0-9]{1,2}",
        "web-[0-9]\\.\\*",
        "\\.[*+][ab]{1,2}\\.[*+]",
        "[ab]{1,3}\\|[abK]{1,3}",
        "(web|abb|bab)\\.[*+]\\|(aab|b)\\.\\*",
        Just("(?i)[ak]b+".to_owned()),
        Just("(?i)web-.".to_owned()),
        Just("(?i)abk".to_owned()),
        Just(".+".to_owned()),
        Just(".*".to_owned()),
        Just("|a".to_owned()),
        Just("[^a]*".to_owned()),
        Just(r"\w+-\d".to_owned()),
        Just("(a|b)(a|b)(.*)".to_owned()),
    ]
}

pub fn any_matcher() -> impl Strategy<Value = Matcher> {
    ("[abcd]", any_op(), any_value()).prop_map(|(name, op, value)| known(name, op, value))
}

thread_local! {
    static KNOWN: RefCell<BTreeMap<(String, Op, String), Matcher>> = RefCell::default();
}

/// Compiling expressions is what takes the time of these tests.
fn known(name: String, op: Op, value: String) -> Matcher {
    KNOWN.with_borrow_mut(|known| {
        let new = || Matcher::new(&name, op, &value).unwrap();
        known.entry((name.clone(), op, value.clone())).or_insert_with(new).clone()
    })
}

pub fn any_matchers(most: usize) -> impl Strategy<Value = Matchers> {
    prop::collection::vec(any_matcher(), 0..=most).prop_map(Matchers::from)
}

pub fn matcher(text: &str) -> Matcher {
    Matcher::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub fn matchers(text: &str) -> Matchers {
    Matchers::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
