use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use routing::{Matchers, SilenceIndex, SilenceSpec};

use crate::some::{Labels, any_labels, any_matchers, labels, matchers};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn silence(text: &str, starts: i64, ends: i64) -> SilenceSpec {
    SilenceSpec { matchers: matchers(text), starts: at(starts), ends: at(ends) }
}

/// What the index must answer: every silence is tried.
fn naive(silences: &BTreeMap<u8, SilenceSpec>, labels: &Labels, now: Timestamp) -> Vec<u8> {
    let fits = |silence: &SilenceSpec| {
        silence.starts <= now
            && now < silence.ends
            && silence.matchers.iter().all(|matcher| matcher.matches(labels))
    };
    silences.iter().filter(|(_, silence)| fits(silence)).map(|(id, _)| *id).collect()
}

#[derive(Clone, Debug)]
enum Step {
    Add(u8, Matchers, i64, i64),
    Remove(u8),
    Ask(Labels, i64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..12u8, any_matchers(3), 0..10i64, 0..10i64)
            .prop_map(|(id, matchers, starts, ends)| Step::Add(id, matchers, starts, ends)),
        1 => (0..12u8).prop_map(Step::Remove),
        6 => (any_labels(), 0..10i64).prop_map(|(labels, now)| Step::Ask(labels, now)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_index_answers_as_trying_every_silence_does(
        steps in prop::collection::vec(any_step(), 1..40),
    ) {
        let mut index = SilenceIndex::new();
        let mut silences = BTreeMap::new();
        for step in steps {
            match step {
                Step::Add(id, matchers, starts, ends) => {
                    let silence = SilenceSpec { matchers, starts: at(starts), ends: at(ends) };
                    index.add(id, silence.clone());
                    silences.insert(id, silence);
                }
                Step::Remove(id) => prop_assert_eq!(index.remove(&id), silences.remove(&id)),
                Step::Ask(labels, now) => {
                    let now = at(now);
                    // The second answer may be a remembered one.
                    for _ in 0..2 {
                        let expected = naive(&silences, &labels, now);
                        prop_assert_eq!(index.silenced_by(&labels, now), expected);
                    }
                    let edges = silences.values().flat_map(|s| [s.starts, s.ends]);
                    prop_assert_eq!(index.next_change(now), edges.filter(|edge| *edge > now).min());
                }
            }
            prop_assert_eq!(index.len(), silences.len());
        }
    }
}

#[test]
fn a_silence_holds_from_its_start_up_to_its_end() {
    let mut index = SilenceIndex::new();
    index.add("s", silence(r#"{a="1"}"#, 10, 20));
    let labels = labels(&[("a", "1")]);
    for (second, silenced) in [(9, false), (10, true), (19, true), (20, false)] {
        assert_eq!(index.silenced_by(&labels, at(second)), vec!["s"; usize::from(silenced)]);
    }
    assert_eq!(index.next_change(at(0)), Some(at(10)));
    assert_eq!(index.next_change(at(10)), Some(at(20)));
    assert_eq!(index.next_change(at(20)), None);
}

#[test]
fn replacing_a_silence_forgets_its_former_matchers() {
    let mut index = SilenceIndex::new();
    index.add(7, silence(r#"{a=~".+"}"#, 0, 10));
    let labels = labels(&[("a", "1")]);
    assert_eq!(index.silenced_by(&labels, at(1)), [7]);
    index.add(7, silence(r#"{b=~".+"}"#, 0, 10));
    assert!(index.silenced_by(&labels, at(1)).is_empty());
    assert_eq!(index.get(&7).map(|silence| silence.matchers.to_string()).unwrap(), r#"{b=~".+"}"#);
    index.remove(&7);
    assert!(index.is_empty() && index.next_change(at(0)).is_none());
}

#[test]
fn a_silence_of_what_lacks_a_label_finds_alerts_without_it() {
    let mut index = SilenceIndex::new();
    index.add(1, silence(r#"{team="",a="1"}"#, 0, 10));
    index.add(2, silence(r#"{team!="x"}"#, 0, 10));
    assert_eq!(index.silenced_by(&labels(&[("a", "1")]), at(1)), [1, 2]);
    assert_eq!(index.silenced_by(&labels(&[("a", "1"), ("team", "")]), at(1)), [1, 2]);
    assert!(index.silenced_by(&labels(&[("a", "1"), ("team", "x")]), at(1)).is_empty());
}

#[test]
fn many_may_ask_at_once() {
    let mut index = SilenceIndex::new();
    index.add(1, silence(r#"{a=~".+[0-9]"}"#, 0, 10));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let index = &index;
            scope.spawn(move || {
                for number in 0..500 {
                    let alert = labels(&[("a", &format!("x{}", number % 7)), ("b", "c")]);
                    assert_eq!(index.silenced_by(&alert, at(1)), [1], "thread {thread}");
                }
            });
        }
    });
}

#[test]
fn a_silence_without_case_finds_values_in_any() {
    let mut index = SilenceIndex::new();
    index.add(1, silence(r#"{a=~"(?i)dis[kl] .+"}"#, 0, 10));
    index.add(2, silence(r#"{a=~"(?i)disk sda.+"}"#, 0, 10));
    for value in ["disk sda1", "DISK SDA1", "DiſK sda1", "di\u{17f}\u{212a} \u{17f}da1"] {
        assert_eq!(index.silenced_by(&labels(&[("a", value)]), at(1)), [1, 2], "{value}");
    }
    assert!(index.silenced_by(&labels(&[("a", "diss sda1")]), at(1)).is_empty());
}
