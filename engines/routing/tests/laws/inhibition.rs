use std::collections::BTreeMap;

use proptest::prelude::*;
use routing::{InhibitRule, Inhibition, Inhibitor, Legacy};

use crate::some::{Labels, any_labels, any_matchers, labels, matchers};

fn rule(source: &str, target: &str, equal: &[&str]) -> InhibitRule {
    InhibitRule {
        source: matchers(source),
        target: matchers(target),
        equal: equal.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// Every rule against every firing alert, as the documentation words it.
fn naive(
    rules: &[InhibitRule],
    firing: &BTreeMap<u64, Labels>,
    target: &Labels,
) -> Vec<Inhibition<u64>> {
    let value = |labels: &Labels, name: &String| labels.get(name).cloned().unwrap_or_default();
    let inhibits = |rule: &InhibitRule, source: &Labels| {
        let both = rule.source.matches(target) && rule.target.matches(source);
        rule.source.matches(source)
            && rule.target.matches(target)
            && rule.equal.iter().all(|name| value(source, name) == value(target, name))
            && !both
    };
    let by = |(place, rule): (usize, &InhibitRule)| {
        let source = firing.iter().find(|(_, source)| inhibits(rule, source));
        source.map(|(key, _)| Inhibition { rule: place, source: *key })
    };
    rules.iter().enumerate().filter_map(by).collect()
}

fn any_rule() -> impl Strategy<Value = InhibitRule> {
    let equal = prop::collection::btree_set("[abcd]", 0..3);
    (any_matchers(2), any_matchers(2), equal).prop_map(|(source, target, equal)| InhibitRule {
        source,
        target,
        equal,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_inhibitor_answers_as_trying_every_alert_does(
        rules in prop::collection::vec(any_rule(), 0..4),
        changes in prop::collection::vec((0..8u64, prop::option::of(any_labels())), 0..20),
        targets in prop::collection::vec(any_labels(), 1..6),
    ) {
        let mut inhibitor = Inhibitor::new(rules.clone());
        let mut firing = BTreeMap::new();
        for (key, labels) in changes {
            match labels {
                Some(labels) => {
                    inhibitor.add(key, &labels);
                    firing.insert(key, labels);
                }
                None => {
                    inhibitor.remove(&key);
                    firing.remove(&key);
                }
            }
            for target in &targets {
                let expected = naive(&rules, &firing, target);
                prop_assert_eq!(inhibitor.inhibited_by(target), expected.first().copied());
                prop_assert_eq!(inhibitor.every_inhibition(target), expected);
            }
        }
        for key in 0..8 {
            inhibitor.remove(&key);
        }
        prop_assert_eq!(inhibitor.sources(), 0);
    }
}

#[test]
fn a_critical_alert_inhibits_the_warning_of_the_same_cluster_and_is_named() {
    let mut inhibitor =
        Inhibitor::new(vec![rule("severity=critical", "severity=warning", &["cluster"])]);
    inhibitor.add(7, &labels(&[("severity", "critical"), ("cluster", "a")]));
    let warning =
        |cluster: &str| labels(&[("severity", "warning"), ("cluster", cluster), ("x", "y")]);
    let by = Some(Inhibition { rule: 0, source: 7 });
    assert_eq!(inhibitor.inhibited_by(&warning("a")), by);
    assert_eq!(inhibitor.inhibited_by(&warning("b")), None);
    inhibitor.remove(&7);
    assert_eq!(inhibitor.inhibited_by(&warning("a")), None);
}

#[test]
fn a_label_that_both_lack_or_have_empty_is_equal() {
    let mut inhibitor = Inhibitor::new(vec![rule("s=1", "t=1", &["cluster", "zone"])]);
    inhibitor.add(1, &labels(&[("s", "1"), ("zone", "")]));
    assert!(inhibitor.inhibited_by(&labels(&[("t", "1"), ("cluster", "")])).is_some());
    assert!(inhibitor.inhibited_by(&labels(&[("t", "1"), ("cluster", "a")])).is_none());
}

#[test]
fn alerts_that_fit_both_sides_do_not_inhibit_each_other_nor_themselves() {
    let mut inhibitor = Inhibitor::new(vec![rule("s=1", "t=1", &[])]);
    let both = labels(&[("s", "1"), ("t", "1")]);
    inhibitor.add(1, &both);
    inhibitor.add(2, &both);
    assert_eq!(inhibitor.inhibited_by(&both), None);
    let target = labels(&[("t", "1")]);
    assert_eq!(inhibitor.inhibited_by(&target).map(|by| by.source), Some(1));
    inhibitor.add(3, &labels(&[("s", "1")]));
    assert_eq!(inhibitor.inhibited_by(&both).map(|by| by.source), Some(3));
}

#[test]
fn values_that_read_the_same_in_a_row_are_not_equal() {
    let mut inhibitor = Inhibitor::new(vec![rule("s=1", "t=1", &["a", "b"])]);
    inhibitor.add(1, &labels(&[("s", "1"), ("a", "1:x"), ("b", "y")]));
    let other = labels(&[("t", "1"), ("a", "1"), ("b", "x1:y")]);
    assert_eq!(inhibitor.inhibited_by(&other), None);
}

#[test]
fn an_alert_that_fires_with_other_labels_is_held_with_those_alone() {
    let mut inhibitor = Inhibitor::new(vec![rule("s=1", "t=1", &["a"])]);
    inhibitor.add(1, &labels(&[("s", "1"), ("a", "x")]));
    inhibitor.add(1, &labels(&[("s", "1"), ("a", "y")]));
    assert!(inhibitor.inhibited_by(&labels(&[("t", "1"), ("a", "x")])).is_none());
    assert!(inhibitor.inhibited_by(&labels(&[("t", "1"), ("a", "y")])).is_some());
}

#[test]
fn the_older_forms_are_added_to_the_matchers() {
    let pair = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    let source = Legacy { equal: pair("a", "1"), expressions: pair("b", "x|y") };
    let target = Legacy { equal: pair("c", "2"), ..Legacy::default() };
    let rule = rule("d=3", "", &[]).with_legacy(&source, &target).unwrap();
    assert_eq!(rule.source.to_string(), r#"{a="1",b=~"^(?:x|y)$",d="3"}"#);
    assert_eq!(rule.target.to_string(), r#"{c="2"}"#);
    let wrong = Legacy { equal: pair("a-b", "1"), ..Legacy::default() };
    let error = InhibitRule::default().with_legacy(&wrong, &target).unwrap_err();
    assert_eq!(error.problem, "invalid label name \"a-b\"");
}
