use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use routing::MemberState::{Firing, Resolved};
use routing::{
    FlapRule, Flaps, Flush, FlushMember, FlushRule, Group, LogEntry, Member, MemberState, Node,
    Quiet, Reason, RouteSpec, Timings, Tree, decide_flush,
};

use crate::some::labels;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

const RULE: FlushRule = FlushRule {
    repeat_interval: SignedDuration::from_secs(1_000),
    send_resolved: true,
    repeats: true,
    acknowledgement_stops_repeats: false,
};

fn members(firing: &[u64], resolved: &[u64]) -> Vec<FlushMember> {
    let firing = firing.iter().map(|key| FlushMember::new(*key, Firing));
    firing.chain(resolved.iter().map(|key| FlushMember::new(*key, Resolved))).collect()
}

fn told(firing: &[u64], resolved: &[u64]) -> LogEntry {
    LogEntry {
        firing: firing.to_vec(),
        resolved: resolved.to_vec(),
        flapping: Vec::new(),
        at: at(0),
    }
}

/// What a flush does, in a few words.
fn short(flush: &Flush) -> String {
    match flush {
        Flush::Send { reason, firing, resolved, .. } => {
            format!("{reason:?} {firing:?} {resolved:?}")
        }
        Flush::Record { entry } => format!("record {:?} {:?}", entry.firing, entry.resolved),
        Flush::Nothing { why } => format!("nothing: {why:?}"),
    }
}

/// The rules of the notification log, row by row.
#[test]
fn a_receiver_is_told_what_it_does_not_know() {
    for (firing, resolved, last, now, expected) in [
        (&[][..], &[][..], None, 1, "nothing: Empty"),
        (&[1], &[], None, 1, "First [1] []"),
        (&[1], &[2], None, 1, "First [1] [2]"),
        (&[], &[1], None, 1, "nothing: NeverTold"),
        (&[1, 2], &[], Some(told(&[1], &[])), 1, "Changed [1, 2] []"),
        (&[1], &[], Some(told(&[1, 2], &[])), 1, "nothing: Unchanged"),
        (&[1], &[2], Some(told(&[1, 2], &[])), 1, "Resolved [1] [2]"),
        (&[1], &[2], Some(told(&[1], &[2])), 1, "nothing: Unchanged"),
        (&[], &[1], Some(told(&[1], &[])), 1, "Resolved [] [1]"),
        (&[], &[1], Some(told(&[], &[1])), 5_000, "nothing: NeverTold"),
        (&[], &[2], Some(told(&[], &[1])), 1, "nothing: NeverTold"),
        (&[1], &[], Some(told(&[], &[1])), 1, "Changed [1] []"),
        (&[1], &[], Some(told(&[1], &[])), 999, "nothing: Unchanged"),
        (&[1], &[], Some(told(&[1], &[])), 1_000, "Repeat [1] []"),
    ] {
        let flush = decide_flush(&members(firing, resolved), last.as_ref(), &RULE, at(now));
        let words = short(&flush);
        assert!(words.starts_with(expected), "{firing:?} {resolved:?} {last:?}: {words}");
    }
}

#[test]
fn a_receiver_that_wants_nothing_of_resolved_alerts_is_not_told_but_it_is_written_down() {
    let rule = FlushRule { send_resolved: false, ..RULE };
    let decide = |firing: &[u64], resolved: &[u64], last: &LogEntry| {
        short(&decide_flush(&members(firing, resolved), Some(last), &rule, at(1)))
    };
    assert_eq!(decide(&[], &[1], &told(&[1], &[])), "record [] [1]");
    assert!(decide(&[1], &[2], &told(&[1, 2], &[])).starts_with("nothing: Unchanged"));
    let flush = decide_flush(&members(&[1, 3], &[2]), Some(&told(&[1], &[])), &rule, at(1));
    let Flush::Send { resolved, entry, .. } = flush else { panic!("it changed") };
    assert!(resolved.is_empty());
    assert_eq!(entry.resolved, [2], "the log knows");
}

#[test]
fn what_is_acknowledged_is_not_repeated_until_something_new_fires() {
    let rule = FlushRule { acknowledgement_stops_repeats: true, ..RULE };
    let acknowledged = |key| FlushMember { acknowledged: true, ..FlushMember::new(key, Firing) };
    let open = FlushMember::new(2, Firing);
    let decide = |members: &[FlushMember], last: &LogEntry, rule: &FlushRule| {
        short(&decide_flush(members, Some(last), rule, at(2_000)))
    };
    let last = told(&[1, 2], &[]);
    assert_eq!(decide(&[acknowledged(1)], &last, &rule), "nothing: Acknowledged");
    assert_eq!(decide(&[acknowledged(1)], &last, &RULE), "Repeat [1] []", "only when wanted");
    assert_eq!(decide(&[acknowledged(1), open], &last, &rule), "Repeat [1, 2] []");
    assert_eq!(decide(&[acknowledged(1), open], &told(&[1], &[]), &rule), "Changed [1, 2] []");
    let over = FlushMember::new(2, Resolved);
    assert_eq!(decide(&[acknowledged(1), over], &last, &rule), "Resolved [1] [2]");
}

#[test]
fn a_flapping_member_is_told_once_and_then_held_as_firing() {
    let flapping = |state| FlushMember { flapping: true, ..FlushMember::new(1, state) };
    let flush = decide_flush(&[flapping(Resolved)], Some(&told(&[1], &[])), &RULE, at(1));
    let Flush::Send { reason: Reason::Flapping, firing, resolved, entry } = flush else {
        panic!("it is told that it flaps: {flush:?}")
    };
    assert_eq!((firing, resolved), (vec![1], vec![]));
    assert_eq!(entry.flapping, [1]);
    for state in [Firing, Resolved, Firing] {
        let flush = decide_flush(&[flapping(state)], Some(&entry), &RULE, at(2));
        assert!(matches!(flush, Flush::Nothing { why: Quiet::Unchanged { .. } }), "{flush:?}");
    }
    let settled = decide_flush(&members(&[], &[1]), Some(&entry), &RULE, at(3));
    assert_eq!(short(&settled), "Resolved [] [1]");
}

#[test]
fn a_member_flaps_while_it_changed_too_often_within_the_window() {
    let rule = FlapRule { changes: 2, window: seconds(60) };
    let mut flaps = Flaps::default();
    for second in [0, 10] {
        flaps.changed(at(second), &rule);
        assert!(!flaps.is_flapping(at(second), &rule));
    }
    flaps.changed(at(20), &rule);
    assert!(flaps.is_flapping(at(20), &rule) && flaps.is_flapping(at(59), &rule));
    assert_eq!(flaps.until(&rule), Some(at(60)));
    assert!(!flaps.is_flapping(at(60), &rule));
    flaps.changed(at(69), &rule);
    assert!(flaps.is_flapping(at(69), &rule), "the three since 10 are within a minute");
    assert_eq!(flaps.until(&rule), Some(at(70)));
    flaps.changed(at(200), &rule);
    assert!(!flaps.is_flapping(at(200), &rule));
}

fn tree() -> Tree {
    let spec = RouteSpec {
        receiver: Some("r".to_owned()),
        group_by: vec!["job".to_owned()],
        group_wait: Some(seconds(30)),
        group_interval: Some(seconds(300)),
        ..RouteSpec::default()
    };
    Tree::build(spec, &["r".to_owned()].into(), &BTreeSet::new()).unwrap()
}

fn group(node: &Node) -> Group {
    Group::new(node, node.group_key(&labels(&[("job", "api"), ("x", "y")])), at(1_000))
}

fn member(state: MemberState, started: i64, received: i64) -> Member {
    Member { state, started: at(started), received_at: at(received) }
}

#[test]
fn a_new_group_waits_and_then_keeps_its_interval() {
    let tree = tree();
    let timings = tree.nodes()[0].timings();
    let mut group = group(&tree.nodes()[0]);
    assert_eq!(group.key(), r#"{}:{job="api"}"#);
    assert_eq!(&**group.node(), "{}");
    assert!(group.is_empty());
    assert!(!group.put(1, member(Firing, 990, 1_000), &timings, at(1_000)));
    assert_eq!(group.due(), at(1_030));
    assert!(!group.put(2, member(Firing, 980, 1_010), &timings, at(1_010)));
    assert_eq!(group.due(), at(1_030), "exactly group_wait ago is not longer ago");
    group.begin_flush(&timings, at(1_031));
    assert_eq!((group.due(), group.flushed()), (at(1_331), Some(at(1_031))));
    assert!(!group.put(3, member(Firing, 0, 1_040), &timings, at(1_040)));
    assert_eq!(group.due(), at(1_331), "after the first flush nothing hurries");
}

#[test]
fn an_alert_that_has_fired_longer_than_the_wait_is_told_at_once() {
    let tree = tree();
    let timings = tree.nodes()[0].timings();
    let mut group = group(&tree.nodes()[0]);
    assert!(group.put(1, member(Firing, 960, 1_000), &timings, at(1_000)));
    assert_eq!(group.due(), at(1_000));
}

#[test]
fn resolved_members_are_forgotten_once_they_were_told_unless_they_came_in_again() {
    let tree = tree();
    let timings = tree.nodes()[0].timings();
    let mut group = group(&tree.nodes()[0]);
    for (key, state) in [(1, Firing), (2, Resolved), (3, Resolved), (4, Resolved)] {
        group.put(key, member(state, 990, 1_000), &timings, at(1_000));
    }
    let seen = group.members().clone();
    group.begin_flush(&timings, at(1_030));
    group.put(1, member(Resolved, 990, 1_031), &timings, at(1_031));
    group.put(3, member(Firing, 1_031, 1_031), &timings, at(1_031));
    group.settle(&seen, |key| key == 4);
    let left: Vec<u64> = group.members().keys().copied().collect();
    assert_eq!(left, [1, 3, 4], "2 is forgotten; 1 is not yet told, 3 fires again, 4 flaps");
    for key in left {
        assert!(group.drop_member(key).is_some());
    }
    assert!(group.is_empty());
}

#[test]
fn changed_waits_move_the_next_flush() {
    let tree = tree();
    let timings = tree.nodes()[0].timings();
    let mut group = group(&tree.nodes()[0]);
    let longer = Timings { group_wait: seconds(60), group_interval: seconds(90), ..timings };
    group.retime(&longer);
    assert_eq!(group.due(), at(1_060));
    group.begin_flush(&timings, at(1_060));
    group.retime(&longer);
    assert_eq!(group.due(), at(1_150));
}

#[test]
fn a_group_and_a_log_entry_survive_being_written_down() {
    let tree = tree();
    let timings = tree.nodes()[0].timings();
    let mut group = group(&tree.nodes()[0]);
    group.put(u64::MAX, member(Firing, 990, 1_000), &timings, at(1_000));
    let written = serde_json::to_string(&group).unwrap();
    assert_eq!(serde_json::from_str::<Group>(&written).unwrap(), group);
    let entry = told(&[1], &[2]);
    let written = serde_json::to_string(&entry).unwrap();
    assert_eq!(written, r#"{"firing":[1],"resolved":[2],"at":"1970-01-01T00:00:00Z"}"#);
    assert_eq!(serde_json::from_str::<LogEntry>(&written).unwrap(), entry);
}

#[test]
fn the_log_forgets_when_alertmanagers_does() {
    let entry = told(&[1], &[]);
    assert_eq!(entry.forgotten_at(seconds(100), seconds(1_000)), at(200));
    assert_eq!(entry.forgotten_at(seconds(900), seconds(1_000)), at(1_000));
}

#[test]
fn what_is_acknowledged_is_known_until_its_end_is_told() {
    let rule = FlushRule { acknowledgement_stops_repeats: true, ..RULE };
    let acknowledged = FlushMember { acknowledged: true, ..FlushMember::new(1, Firing) };
    let (entry, retention) = (told(&[1], &[]), seconds(100_000));
    let late = at(50_000);
    let stands =
        |members: &[FlushMember], rule: &FlushRule| entry.stands(members, rule, retention, late);
    assert!(stands(&[acknowledged], &rule), "no repetition renewed it");
    assert!(stands(&members(&[], &[1]), &rule), "its end is still to be told");
    assert!(!stands(&members(&[1], &[]), &rule), "nobody looks at it any more");
    assert!(!stands(&[acknowledged], &RULE), "only when wanted");
    assert!(entry.stands(&members(&[1], &[]), &RULE, retention, at(1_999)));
}

#[test]
fn what_is_not_repeated_is_known_until_its_end_is_told() {
    let rule = FlushRule { repeats: false, ..RULE };
    let (entry, late) = (told(&[1], &[]), at(50_000));
    let decide = |members: &[FlushMember]| {
        assert!(entry.stands(members, &rule, seconds(100_000), late));
        short(&decide_flush(members, Some(&entry), &rule, late))
    };
    assert!(decide(&members(&[1], &[])).starts_with("nothing: Unchanged"));
    assert_eq!(decide(&members(&[1, 2], &[])), "Changed [1, 2] []");
    assert_eq!(decide(&members(&[], &[1])), "Resolved [] [1]");
}

/// What happens to the alerts of a group between two flushes.
#[derive(Clone, Debug)]
struct Step {
    /// Alerts that fire (true) or are over (false).
    changes: Vec<(u64, bool)>,
    suppressed: BTreeSet<u64>,
    acknowledged: BTreeSet<u64>,
    flapping: BTreeSet<u64>,
    seconds: i64,
}

fn any_keys(most: usize) -> impl Strategy<Value = BTreeSet<u64>> {
    prop::collection::btree_set(0..5u64, 0..most)
}

fn any_step(extras: usize) -> impl Strategy<Value = Step> {
    let changes = prop::collection::vec((0..5u64, any::<bool>()), 0..4);
    (changes, any_keys(3), any_keys(extras), any_keys(extras), 1..700i64).prop_map(
        |(changes, suppressed, acknowledged, flapping, seconds)| Step {
            changes,
            suppressed,
            acknowledged,
            flapping,
            seconds,
        },
    )
}

/// One receiver's view of a group while steps go by.
#[derive(Default)]
struct World {
    alerts: BTreeMap<u64, MemberState>,
    log: Option<LogEntry>,
    /// The receiver was told that something fires, and not since that all is over.
    knows: bool,
}

impl World {
    fn members(&self, step: &Step) -> Vec<FlushMember> {
        let alerts = self.alerts.iter().filter(|(key, _)| !step.suppressed.contains(key));
        alerts
            .map(|(key, state)| FlushMember {
                key: *key,
                state: *state,
                acknowledged: step.acknowledged.contains(key),
                flapping: step.flapping.contains(key),
            })
            .collect()
    }

    fn flush(&mut self, step: &Step, rule: &FlushRule, now: Timestamp) -> TestCaseResult {
        for (key, fires) in &step.changes {
            let state = if *fires { Firing } else { Resolved };
            if *fires || self.alerts.contains_key(key) {
                self.alerts.insert(*key, state);
            }
        }
        let members = self.members(step);
        let flush = decide_flush(&members, self.log.as_ref(), rule, now);
        let firing: Vec<u64> = members
            .iter()
            .filter(|member| member.flapping || member.state == Firing)
            .map(|member| member.key)
            .collect();
        let before = self.log.clone();
        let known = |key: &u64| before.as_ref().is_some_and(|log| log.firing.contains(key));
        match &flush {
            Flush::Nothing { .. } => {
                prop_assert!(firing.iter().all(known), "no new firing alert is lost");
            }
            Flush::Record { entry } => {
                prop_assert!(!rule.send_resolved && firing.is_empty());
                self.log = Some(entry.clone());
            }
            Flush::Send { reason, firing: told, resolved, entry } => {
                prop_assert_eq!(told, &firing, "all that fires is told");
                prop_assert!(rule.send_resolved || resolved.is_empty());
                prop_assert!(!told.is_empty() || self.knows, "nothing ends that never began");
                if *reason == Reason::Repeat {
                    let last = before.as_ref().map(|log| log.at);
                    prop_assert!(last.is_some_and(|last| now >= last + rule.repeat_interval));
                }
                let log = before.as_ref();
                let same = log.is_some_and(|log| {
                    log.firing == entry.firing
                        && log.resolved == entry.resolved
                        && log.flapping == entry.flapping
                });
                prop_assert!(!same || *reason == Reason::Repeat, "{:?} without a change", reason);
                self.knows = !told.is_empty();
                self.log = Some(entry.clone());
            }
        }
        // After a flush the resolved ones are forgotten.
        let flapping = &step.flapping;
        self.alerts.retain(|key, state| *state == Firing || flapping.contains(key));
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn flushes_lose_nothing_and_repeat_nothing_early(
        steps in prop::collection::vec(prop_oneof![any_step(1), any_step(3)], 1..30),
        send_resolved in any::<bool>(),
        acknowledgement_stops_repeats in any::<bool>(),
    ) {
        let rule = FlushRule { send_resolved, acknowledgement_stops_repeats, ..RULE };
        let mut world = World::default();
        let mut now = at(0);
        for step in steps {
            now += seconds(step.seconds);
            world.flush(&step, &rule, now)?;
        }
    }

    #[test]
    fn what_stays_the_same_is_repeated_once_in_every_repeat_interval(
        interval in 1..400i64,
        repeat in 1..2_000i64,
    ) {
        let rule = FlushRule { repeat_interval: seconds(repeat), ..RULE };
        let members = members(&[1], &[]);
        let mut log: Option<LogEntry> = None;
        let mut sent = Vec::new();
        for flush in 0..60 {
            let now = at(flush * interval);
            if let Flush::Send { entry, .. } = decide_flush(&members, log.as_ref(), &rule, now) {
                log = Some(entry);
                sent.push(flush * interval);
            }
        }
        // Rounded up to a multiple of the interval, as the documentation says.
        let rounded = ((repeat + interval - 1) / interval) * interval;
        for pair in sent.windows(2) {
            prop_assert_eq!(pair[1] - pair[0], rounded);
        }
        prop_assert_eq!(sent[0], 0);
    }
}
