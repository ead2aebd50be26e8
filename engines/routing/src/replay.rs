use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use crate::flush::{Flush, FlushMember, FlushRule, LogEntry, Reason, decide_flush};
use crate::group::{Group, Member, MemberState};
use crate::inhibit::{InhibitRule, Inhibitor};
use crate::interval::Intervals;
use crate::labels::LabelSet;
use crate::tree::Tree;
use crate::wheel::Wheel;

/// A time in which an alert fired.
#[derive(Clone, Copy)]
pub struct Spell<'a> {
    /// The hash of its labels.
    pub key: u64,
    /// Its labels.
    pub labels: &'a dyn LabelSet,
    /// When it began.
    pub began: Timestamp,
    /// When it was over; `None` when it still fires.
    pub ended: Option<Timestamp>,
}

/// A configuration to try on what happened.
pub struct Trial<'a> {
    /// Who is told what.
    pub tree: &'a Tree,
    /// The time intervals that routes name.
    pub intervals: &'a Intervals,
    /// What inhibits what.
    pub inhibit_rules: &'a [InhibitRule],
    /// Whether a silence held an alert back at a time.
    pub silenced: &'a dyn Fn(&dyn LabelSet, Timestamp) -> bool,
    /// Whether a receiver wants to know what is over.
    pub send_resolved: &'a dyn Fn(&str) -> bool,
    /// After so many flushes it ends, however far it came.
    pub flushes_most: usize,
}

/// A notification that would have been sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// To whom.
    pub receiver: String,
    /// Of which group.
    pub group_key: Arc<str>,
    /// Why then.
    pub reason: Reason,
    /// The alerts told as firing, ascending.
    pub firing: Vec<u64>,
    /// The alerts told as over, ascending.
    pub resolved: Vec<u64>,
}

/// What came of a trial.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replayed {
    /// Every notification, in the order of time.
    pub sent: Vec<Sent>,
    /// How far it came: `until`, unless there were too many flushes.
    pub until: Timestamp,
}

type Slot = (usize, Arc<str>);

struct Run<'a> {
    trial: &'a Trial<'a>,
    labels: HashMap<u64, &'a dyn LabelSet>,
    groups: HashMap<Slot, (Group, Option<LogEntry>)>,
    wheel: Wheel<Slot>,
    inhibitor: Inhibitor<u64>,
    sent: Vec<Sent>,
}

/// Plays what fired against a configuration: every notification that it would have sent until a
/// time. Receivers are thought to take everything, and nobody acknowledges.
pub fn replay(trial: &Trial<'_>, spells: &[Spell<'_>], until: Timestamp) -> Replayed {
    let mut changes: Vec<(Timestamp, MemberState, usize)> = Vec::new();
    for (place, spell) in spells.iter().enumerate() {
        changes.push((spell.began, MemberState::Firing, place));
        changes.extend(spell.ended.map(|ended| (ended, MemberState::Resolved, place)));
    }
    changes.retain(|(at, ..)| *at <= until);
    // What ends and begins at one time has ended first.
    changes.sort_by_key(|(at, state, place)| (*at, *state == MemberState::Firing, *place));
    let mut run = Run {
        trial,
        labels: spells.iter().map(|spell| (spell.key, spell.labels)).collect(),
        groups: HashMap::new(),
        wheel: Wheel::new(),
        inhibitor: Inhibitor::new(trial.inhibit_rules.to_vec()),
        sent: Vec::new(),
    };
    let mut changes = changes.into_iter().peekable();
    let mut flushes = 0;
    loop {
        let due = run.wheel.next().filter(|due| *due <= until);
        match (changes.peek(), due) {
            (None, None) => return Replayed { sent: run.sent, until },
            (Some((at, ..)), due) if due.is_none_or(|due| *at <= due) => {
                let (at, state, place) = changes.next().expect("it was just seen");
                run.change(&spells[place], state, at);
            }
            (_, Some(now)) => {
                flushes += 1;
                if flushes > trial.flushes_most {
                    return Replayed { sent: run.sent, until: now };
                }
                for (_, slot) in run.wheel.pop_due(now, 1) {
                    run.flush(&slot, now);
                }
            }
            (Some(_), None) => unreachable!("without a due group the change comes first"),
        }
    }
}

impl Run<'_> {
    fn change(&mut self, spell: &Spell<'_>, state: MemberState, now: Timestamp) {
        match state {
            MemberState::Firing => self.inhibitor.add(spell.key, spell.labels),
            MemberState::Resolved => self.inhibitor.remove(&spell.key),
        }
        let member = Member { state, started: spell.began, received_at: now };
        for node in self.trial.tree.matching(spell.labels) {
            let group_key = node.group_key(spell.labels);
            let slot: Slot = (node.place(), group_key.1.as_str().into());
            let new = !self.groups.contains_key(&slot);
            let (group, _) = self
                .groups
                .entry(slot.clone())
                .or_insert_with(|| (Group::new(node, group_key, now), None));
            if group.put(spell.key, member, &node.timings(), now) || new {
                self.wheel.schedule(slot, group.due());
            }
        }
    }

    fn flush(&mut self, slot: &Slot, now: Timestamp) {
        let Some(node) = self.trial.tree.nodes().get(slot.0) else { return };
        let Some((group, last)) = self.groups.get_mut(slot) else { return };
        group.begin_flush(&node.timings(), now);
        let seen: BTreeMap<u64, Member> = group.members().clone();
        let held = |key: &u64| {
            let labels = self.labels.get(key);
            labels.is_some_and(|labels| {
                self.inhibitor.inhibited_by(*labels).is_some()
                    || (self.trial.silenced)(*labels, now)
            })
        };
        let muted = node.muted_at(self.trial.intervals, now).is_some();
        let free = seen.iter().filter(|(key, _)| !muted && !held(key));
        let members: Vec<FlushMember> =
            free.map(|(key, member)| FlushMember::new(*key, member.state)).collect();
        let rule = FlushRule {
            repeat_interval: node.timings().repeat_interval,
            send_resolved: (self.trial.send_resolved)(node.receiver()),
            repeats: true,
            acknowledgement_stops_repeats: false,
        };
        match decide_flush(&members, last.as_ref(), &rule, now) {
            Flush::Nothing { .. } => {}
            Flush::Record { entry } => *last = Some(entry),
            Flush::Send { reason, firing, resolved, entry } => {
                *last = Some(entry);
                let (receiver, group_key) = (node.receiver().to_owned(), slot.1.clone());
                self.sent.push(Sent { at: now, receiver, group_key, reason, firing, resolved });
            }
        }
        group.settle(&seen, |_| false);
        let due = group.due();
        if !group.is_empty() {
            self.wheel.schedule(slot.clone(), due);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Matchers, RouteSpec};

    type Labels = BTreeMap<String, String>;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_772_366_400 + minutes * 60).expect("a time")
    }

    fn tree(matchers: &str) -> Tree {
        let below = RouteSpec {
            receiver: Some("pager".to_owned()),
            matchers: Matchers::parse(matchers).expect("matchers"),
            ..RouteSpec::default()
        };
        let spec = RouteSpec {
            receiver: Some("mail".to_owned()),
            group_by: vec!["alertname".to_owned()],
            routes: vec![below],
            ..RouteSpec::default()
        };
        Tree::build(spec, &["mail".to_owned(), "pager".to_owned()].into(), &[].into())
            .expect("a tree")
    }

    fn played(tree: &Tree, spells: &[Spell<'_>], silenced: bool, most: usize) -> Vec<String> {
        let trial = Trial {
            tree,
            intervals: &Intervals::default(),
            inhibit_rules: &[],
            silenced: &|_, now| silenced && now < at(20),
            send_resolved: &|_| true,
            flushes_most: most,
        };
        let replayed = replay(&trial, spells, at(600));
        let told = |sent: &Sent| {
            let minutes = (sent.at.as_second() - at(0).as_second()) as f64 / 60.0;
            let (firing, resolved) = (&sent.firing, &sent.resolved);
            format!("{minutes} {} {:?} {firing:?} {resolved:?}", sent.receiver, sent.reason)
        };
        replayed.sent.iter().map(told).collect()
    }

    #[test]
    fn what_fired_is_told_as_the_routes_would_have_told_it() {
        let (down, slow) = (
            labels(&[("alertname", "Down"), ("severity", "critical")]),
            labels(&[("alertname", "Slow"), ("severity", "warning")]),
        );
        let spells = [
            Spell { key: 1, labels: &down, began: at(0), ended: Some(at(12)) },
            Spell { key: 2, labels: &slow, began: at(1), ended: None },
        ];
        let critical = tree(r#"{severity="critical"}"#);
        assert_eq!(
            played(&critical, &spells, false, 10_000),
            [
                "0.5 pager First [1] []",
                "1.5 mail First [2] []",
                "15.5 pager Resolved [] [1]",
                "241.5 mail Repeat [2] []",
                "481.5 mail Repeat [2] []",
            ]
        );
        let nobody = tree(r#"{severity="none"}"#);
        let other = played(&nobody, &spells, false, 10_000);
        assert!(other.iter().all(|told| told.contains(" mail ")), "{other:?}");
    }

    #[test]
    fn what_a_silence_held_back_is_told_when_it_was_over() {
        let down = labels(&[("alertname", "Down")]);
        let spells = [Spell { key: 1, labels: &down, began: at(0), ended: Some(at(30)) }];
        let told = played(&tree(r#"{severity="critical"}"#), &spells, true, 10_000);
        assert_eq!(told, ["20.5 mail First [1] []", "30.5 mail Resolved [] [1]"]);
    }

    #[test]
    fn it_ends_after_as_many_flushes_as_it_may_make() {
        let down = labels(&[("alertname", "Down")]);
        let spells = [Spell { key: 1, labels: &down, began: at(0), ended: None }];
        assert_eq!(played(&tree(r#"{a="b"}"#), &spells, false, 3).len(), 1);
    }
}
