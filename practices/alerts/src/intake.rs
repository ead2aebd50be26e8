//! The way in for floods: what a signal means for the record of its label set.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kernel::{Lifecycle, Moment, Time};
use serde::{Deserialize, Serialize};

use crate::{
    Alert, CLOSE_AFTER, Classification, Event, Fingerprint, Firing, Match, Refresh, Relabelling,
    Return, Signal, Why,
};

/// What an administrator decides about taking signals in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// How long a firing is believed whose source does not say how long, in seconds
    /// (Alertmanager's `resolve_timeout`).
    pub resolve_timeout_seconds: u32,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy { resolve_timeout_seconds: 300 }
    }
}

/// What the rules say of a signal.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Found {
    /// The item it speaks of.
    pub matched: Option<Match>,
    /// What it means.
    pub classification: Option<Arc<Classification>>,
}

impl From<Option<Match>> for Found {
    fn from(matched: Option<Match>) -> Found {
        Found { matched, classification: None }
    }
}

/// What a signal led to.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// A label set never seen before: the new record and the event it is born of.
    New(Box<Alert>, Event),
    /// The record changes, and its history with it.
    Changed(Event),
    /// Said again: the record lives on, and history has nothing new.
    Refreshed(Refresh),
    /// Nothing to do.
    Ignored(Ignored),
}

/// Why a signal has no effect.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ignored {
    /// It ends an alert that is not known.
    NothingToClear,
    /// It ends an alert that has already ended.
    AlreadyCleared,
    /// It was overtaken: something newer about the same firing, or a newer firing, came first.
    Late,
    /// A person said that this firing is over; a new firing will count.
    ClearedByPerson,
}

/// What a signal means for the record of its label set; `existing` is that record, in whatever
/// stage. `find` asks the rules, and is asked only for a new firing.
pub fn take(
    existing: Option<&Alert>,
    signal: &Signal,
    find: &dyn Fn(&Signal) -> Found,
    moment: &Moment,
    policy: &Policy,
) -> Outcome {
    take_as(signal.fingerprint(), existing, signal, find, moment, policy)
}

/// The same for a signal whose fingerprint is known: hashing the labels again would cost as much
/// as everything else here.
#[expect(clippy::too_many_arguments, reason = "those of `take`, and what it would compute")]
fn take_as(
    fingerprint: Fingerprint,
    existing: Option<&Alert>,
    signal: &Signal,
    find: &dyn Fn(&Signal) -> Found,
    moment: &Moment,
    policy: &Policy,
) -> Outcome {
    let now = moment.now;
    match existing {
        None if signal.over(now) => Outcome::Ignored(Ignored::NothingToClear),
        None => first_firing(fingerprint, signal, find(signal), moment, policy),
        Some(alert) if signal.over(now) => end(alert, signal, now),
        Some(alert) if alert.stage.firing() && signal.labels != alert.labels => {
            relabel(alert, signal, find(signal), Reading::of(signal, now, policy))
        }
        Some(alert) if alert.stage.firing() => {
            Outcome::Refreshed(refresh(alert, signal, now, policy))
        }
        Some(alert) => match outdated(alert, signal) {
            Some(reason) => Outcome::Ignored(reason),
            None => next_firing(alert, signal, find(signal), Reading::of(signal, now, policy)),
        },
    }
}

/// Whether the source has fallen silent for longer than it promised, and if so what happened.
pub fn expire(alert: &Alert, now: Time) -> Option<Event> {
    (alert.stage.firing() && alert.expires_at <= now).then(|| Event::Cleared {
        at: now,
        ends_at: alert.expires_at.max(alert.starts_at),
        why: Why::Expired,
        reason: String::new(),
        closes_at: now + CLOSE_AFTER,
    })
}

/// The times of a firing signal, with what it left unsaid filled in.
#[derive(Clone, Copy)]
struct Reading {
    now: Time,
    starts_at: Time,
    expires_at: Time,
}

impl Reading {
    /// A start in the future is a source whose clock is ahead: the firing began now.
    fn of(signal: &Signal, now: Time, policy: &Policy) -> Reading {
        let believed = Duration::from_secs(u64::from(policy.resolve_timeout_seconds));
        Reading {
            now,
            starts_at: signal.started().unwrap_or(now).min(now),
            expires_at: signal.ended().unwrap_or(now + believed),
        }
    }
}

fn first_firing(
    fingerprint: Fingerprint,
    signal: &Signal,
    found: Found,
    moment: &Moment,
    policy: &Policy,
) -> Outcome {
    let reading = Reading::of(signal, moment.now, policy);
    let (item, matched_by) = found.matched.map(|found| (found.item, found.rule)).unzip();
    let event = Event::Fired(Box::new(Firing {
        at: reading.now,
        starts_at: reading.starts_at,
        expires_at: reading.expires_at,
        fingerprint,
        source: signal.source.clone(),
        origin: signal.origin(),
        labels: signal.labels.clone(),
        annotations: signal.annotations.clone(),
        generator_url: signal.generator_url.clone(),
        item,
        matched_by,
        classification: found.classification,
    }));
    match Alert::born(moment.id(), &event) {
        Some(alert) => Outcome::New(Box::new(alert), event),
        None => unreachable!("a firing begins a life"),
    }
}

fn next_firing(alert: &Alert, signal: &Signal, found: Found, reading: Reading) -> Outcome {
    let (item, matched_by) = found.matched.map(|found| (found.item, found.rule)).unzip();
    Outcome::Changed(Event::Returned(Box::new(Return {
        at: reading.now,
        starts_at: reading.starts_at,
        expires_at: reading.expires_at,
        labels: (signal.labels != alert.labels).then(|| signal.labels.clone()),
        origin: signal.origin(),
        annotations: signal.annotations.clone(),
        generator_url: signal.generator_url.clone(),
        item,
        matched_by,
        classification: found.classification,
        before: alert.stage,
    })))
}

fn relabel(alert: &Alert, signal: &Signal, found: Found, reading: Reading) -> Outcome {
    let (item, matched_by) = found.matched.map(|found| (found.item, found.rule)).unzip();
    Outcome::Changed(Event::Relabelled(Box::new(Relabelling {
        at: reading.now,
        expires_at: reading.expires_at.max(alert.expires_at),
        labels: signal.labels.clone(),
        annotations: signal.annotations.clone(),
        item,
        matched_by,
        classification: found.classification,
    })))
}

fn refresh(alert: &Alert, signal: &Signal, now: Time, policy: &Policy) -> Refresh {
    Refresh {
        seen_at: now,
        // Never earlier than before: a refresh that was overtaken must not shorten the life.
        expires_at: Reading::of(signal, now, policy).expires_at.max(alert.expires_at),
        annotations: (signal.annotations != alert.annotations).then(|| signal.annotations.clone()),
        generator_url: (signal.generator_url != alert.generator_url)
            .then(|| signal.generator_url.clone()),
    }
}

fn end(alert: &Alert, signal: &Signal, now: Time) -> Outcome {
    if !alert.stage.firing() {
        return Outcome::Ignored(Ignored::AlreadyCleared);
    }
    let ends_at = signal.ended().unwrap_or(now);
    let earlier_firing = signal.started().is_some_and(|start| start < alert.starts_at);
    if earlier_firing && ends_at < alert.starts_at {
        return Outcome::Ignored(Ignored::Late);
    }
    Outcome::Changed(Event::Cleared {
        at: now,
        ends_at: ends_at.max(alert.starts_at),
        why: Why::Source,
        reason: String::new(),
        closes_at: now + CLOSE_AFTER,
    })
}

/// Whether a firing signal says nothing new to an alert that has ended.
///
/// A source that goes on believing in the firing promises a later end each time; a delivery that
/// was only slow does not. What promises nothing is taken as new, so that no alert is lost.
fn outdated(alert: &Alert, signal: &Signal) -> Option<Ignored> {
    let same_firing = signal.started().is_some_and(|start| start <= alert.starts_at);
    if !same_firing {
        return None;
    }
    if alert.cleared_why == Some(Why::Person) {
        return Some(Ignored::ClearedByPerson);
    }
    let promised = signal.ended().is_some_and(|end| end <= alert.expires_at);
    promised.then_some(Ignored::Late)
}

/// What a batch led to.
#[derive(Debug, Default)]
pub struct Taken {
    /// The records that were made, changed or refreshed, in order of first appearance.
    pub changes: Vec<Change>,
    /// The signals that had no effect, by their place in the batch.
    pub ignored: Vec<(usize, Ignored)>,
}

/// One record of a batch, after all signals about it.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// The record as it is now.
    pub alert: Alert,
    /// What happened to it; empty when it was only refreshed.
    pub events: Vec<Event>,
    /// Whether the batch made it.
    pub new: bool,
}

/// Takes a batch in its order. Several signals about one label set build on each other, so that
/// a batch means the same as its signals one by one.
pub fn take_batch<'a>(
    signals: &[Signal],
    stored: &dyn Fn(Fingerprint) -> Option<&'a Alert>,
    find: &dyn Fn(&Signal) -> Found,
    moment: &Moment,
    policy: &Policy,
) -> Taken {
    let mut taken = Taken::default();
    let mut places: HashMap<Fingerprint, usize> = HashMap::new();
    let mut ended: HashMap<Fingerprint, Time> = HashMap::new();
    for (index, signal) in signals.iter().enumerate() {
        let fingerprint = signal.fingerprint();
        let place = places.get(&fingerprint).copied();
        let existing = match place {
            Some(place) => Some(&taken.changes[place].alert),
            None => stored(fingerprint),
        };
        let outcome = take_as(fingerprint, existing, signal, find, moment, policy);
        match (outcome, place) {
            (Outcome::Ignored(reason), _) => {
                if reason == Ignored::NothingToClear {
                    ended.extend(signal.started().map(|start| (fingerprint, start)));
                }
                taken.ignored.push((index, reason));
            }
            // The end of an unknown alert overtook its beginning: it is over.
            (Outcome::New(..), _)
                if signal.started() <= ended.get(&fingerprint).copied()
                    && signal.started().is_some() =>
            {
                taken.ignored.push((index, Ignored::Late));
            }
            (outcome, Some(place)) => taken.changes[place].follow(outcome),
            (outcome, None) => {
                places.insert(fingerprint, taken.changes.len());
                taken.changes.extend(Change::begin(stored(fingerprint), outcome));
            }
        }
    }
    taken
}

impl Change {
    fn begin(existing: Option<&Alert>, outcome: Outcome) -> Option<Change> {
        match (existing, outcome) {
            (_, Outcome::New(alert, event)) => {
                Some(Change { alert: *alert, events: vec![event], new: true })
            }
            (Some(alert), outcome) => {
                let mut change = Change { alert: alert.clone(), events: Vec::new(), new: false };
                change.follow(outcome);
                Some(change)
            }
            (None, _) => None,
        }
    }

    fn follow(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Changed(event) => {
                self.alert.apply(&event);
                self.events.push(event);
            }
            Outcome::Refreshed(refresh) => self.alert.refresh(&refresh),
            Outcome::New(..) | Outcome::Ignored(_) => {}
        }
    }
}
