//! What a changed routing would have told otherwise.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use alerts::Labels;
use jiff::Timestamp;
use kernel::{AlertId, Time};
use routing::{Replayed, Spell, Trial, replay};
use serde::Serialize;
use utoipa::ToSchema;

use super::store::Fired;
use crate::practices::notifications::board::{stamp, time};
use crate::practices::notifications::live::Routing;

/// Flushes of one replay: it ends then, and says how far it came.
const FLUSHES_MOST: usize = 400_000;
/// Alerts that are named for each kind of difference.
const NAMED: usize = 20;

/// What a changed routing would have told otherwise. Silences and acknowledgements of that time are
/// left out on both sides.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplayAnswer {
    /// From when.
    pub from: Time,
    /// Until when; earlier than now when there was too much to replay.
    pub until: Time,
    /// How many firings were replayed.
    pub firings: usize,
    /// There were more, which are older and were left out.
    pub more: bool,
    /// How many notifications each receiver gets, now and then.
    pub receivers: Vec<ReceiverChange>,
    /// How many alerts somebody is told of now and nobody would be.
    pub lost: usize,
    /// Some of them.
    pub lost_alerts: Vec<ReplayedAlert>,
    /// How many alerts nobody is told of now and somebody would be.
    pub gained: usize,
    /// Some of them.
    pub gained_alerts: Vec<ReplayedAlert>,
    /// How many alerts would be told to others than now.
    pub moved: usize,
    /// Some of them.
    pub moved_alerts: Vec<ReplayedAlert>,
}

/// How many notifications a receiver gets.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiverChange {
    /// The receiver.
    pub receiver: String,
    /// By the routing in force.
    pub now: usize,
    /// By the changed one.
    pub then: usize,
}

/// An alert that is told otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplayedAlert {
    /// Its id.
    #[schema(value_type = String)]
    pub alert: AlertId,
    /// Its labels.
    pub labels: Labels,
    /// Who is told by the routing in force.
    pub now: Vec<String>,
    /// Who would be told by the changed one.
    pub then: Vec<String>,
}

/// Replays what fired against two configurations; without one now, nobody is told now.
pub fn compare(
    now: Option<&Routing>,
    then: &Routing,
    fired: &[Fired],
    (from, until): (Time, Time),
    more: bool,
) -> ReplayAnswer {
    let mut keys: HashMap<AlertId, u64> = HashMap::new();
    for one in fired {
        let next = keys.len() as u64;
        keys.entry(one.alert).or_insert(next);
    }
    let spell = |one: &'_ Fired| (keys[&one.alert], one.began_at.max(from), one.ended_at);
    let spells: Vec<Spell<'_>> = fired
        .iter()
        .map(|one| {
            let (key, began, ended) = spell(one);
            let labels: &dyn routing::LabelSet = &one.labels;
            Spell { key, labels, began: stamp(began), ended: ended.map(stamp) }
        })
        .collect();
    // What began a moment ago would be told a moment later.
    let end = until + now.map_or(Duration::ZERO, longest_wait).max(longest_wait(then));
    let nothing = || Replayed { sent: Vec::new(), until: stamp(end) };
    let before = now.map_or_else(nothing, |now| played(now, &spells, end));
    let after = played(then, &spells, end);
    let (told_before, told_after) = (receivers(&before), receivers(&after));
    let mut answer = ReplayAnswer {
        from,
        until: time(before.until.min(after.until)).min(until),
        firings: fired.len(),
        more,
        receivers: counts(now, then, &before, &after),
        lost: 0,
        lost_alerts: Vec::new(),
        gained: 0,
        gained_alerts: Vec::new(),
        moved: 0,
        moved_alerts: Vec::new(),
    };
    let none = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for one in fired.iter().filter(|one| seen.insert(one.alert)) {
        let key = keys[&one.alert];
        let now = told_before.get(&key).unwrap_or(&none);
        let then = told_after.get(&key).unwrap_or(&none);
        let (count, named) = match (now.is_empty(), then.is_empty()) {
            _ if now == then => continue,
            (false, true) => (&mut answer.lost, &mut answer.lost_alerts),
            (true, false) => (&mut answer.gained, &mut answer.gained_alerts),
            _ => (&mut answer.moved, &mut answer.moved_alerts),
        };
        *count += 1;
        if named.len() < NAMED {
            let names = |set: &BTreeSet<&str>| set.iter().map(|name| (*name).to_owned()).collect();
            let (alert, labels) = (one.alert, one.labels.clone());
            named.push(ReplayedAlert { alert, labels, now: names(now), then: names(then) });
        }
    }
    answer
}

/// How long a group of any route may wait to be told for the first time: an hour counts for all.
fn longest_wait(routing: &Routing) -> Duration {
    let waits = routing.tree.nodes().iter().map(|node| node.timings().group_wait.as_secs());
    let seconds = waits.max().unwrap_or_default().clamp(0, 3600);
    Duration::from_secs(seconds.unsigned_abs() + 1)
}

fn played(routing: &Routing, spells: &[Spell<'_>], until: Time) -> Replayed {
    let send_resolved = |name: &str| {
        let all = routing.receiver(name).map(|receiver| &receiver.integrations);
        all.is_some_and(|all| all.iter().any(|one| one.config.send_resolved()))
    };
    let trial = Trial {
        tree: &routing.tree,
        intervals: &routing.intervals,
        inhibit_rules: &routing.config.inhibit_rules,
        silenced: &|_, _: Timestamp| false,
        send_resolved: &send_resolved,
        flushes_most: FLUSHES_MOST,
    };
    replay(&trial, spells, stamp(until))
}

/// Who was told of each alert that it fires.
fn receivers(replayed: &Replayed) -> HashMap<u64, BTreeSet<&str>> {
    let mut told: HashMap<u64, BTreeSet<&str>> = HashMap::new();
    for sent in &replayed.sent {
        for key in &sent.firing {
            told.entry(*key).or_default().insert(&sent.receiver);
        }
    }
    told
}

fn counts(
    now: Option<&Routing>,
    then: &Routing,
    before: &Replayed,
    after: &Replayed,
) -> Vec<ReceiverChange> {
    let until = before.until.min(after.until);
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let receivers = now.into_iter().chain([then]).flat_map(|one| &one.config.receivers);
    for receiver in receivers {
        counts.entry(&receiver.name).or_default();
    }
    for sent in before.sent.iter().filter(|sent| sent.at <= until) {
        counts.entry(&sent.receiver).or_default().0 += 1;
    }
    for sent in after.sent.iter().filter(|sent| sent.at <= until) {
        counts.entry(&sent.receiver).or_default().1 += 1;
    }
    let change = |(receiver, (now, then)): (&str, (usize, usize))| ReceiverChange {
        receiver: receiver.to_owned(),
        now,
        then,
    };
    counts.into_iter().map(change).collect()
}
