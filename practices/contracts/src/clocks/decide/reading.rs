//! What the facts of an incident mean to a clock.

use kernel::{Priority, Time};

use super::super::clock::{Clock, Pause};
use super::super::command::{Facts, Wait};
use super::super::event::Change;
use super::super::terms::{Kind, Terms, WaitsFor};

/// When what a clock measures has happened.
#[derive(Clone, Copy)]
pub(super) enum Stop {
    /// It did.
    Done(Time),
    /// The incident was over before.
    NotNeeded(Time),
}

impl Stop {
    pub(super) fn at(self) -> Time {
        let (Stop::Done(at) | Stop::NotNeeded(at)) = self;
        at
    }
}

/// When what a clock of this kind measures has happened. Nobody has to answer for what was back
/// before, and nobody has to write of what is resolved.
pub(super) fn stop_of(kind: Kind, facts: &Facts) -> Option<Stop> {
    let back = facts.restored.or(facts.resolved);
    match kind {
        Kind::Respond => match (facts.responded, back) {
            (Some(answered), Some(back)) if back < answered => Some(Stop::NotNeeded(back)),
            (Some(answered), _) => Some(Stop::Done(answered)),
            (None, back) => back.map(Stop::NotNeeded),
        },
        Kind::Restore => back.map(Stop::Done),
        Kind::Resolve => facts.resolved.map(Stop::Done),
        Kind::Update => facts.resolved.map(Stop::NotNeeded),
    }
}

/// The priority that counts: the present one, and for what has stopped that before, since the
/// urgency falls once the service is back.
pub(super) fn priority(facts: &Facts, stop: Option<Stop>) -> Priority {
    let before = |at: Time| facts.priorities.iter().rev().find(|(since, _)| *since < at);
    let found = match stop {
        Some(stop) => before(stop.at()).or(facts.priorities.first()),
        None => facts.priorities.last(),
    };
    found.map_or(Priority::P5, |(_, priority)| *priority)
}

/// When an update clock begins again: with each update, and when the incident is reopened.
pub(super) fn rounds(facts: &Facts) -> Vec<Time> {
    let reopened = facts.returns.iter().filter(|back| back.resolved.is_some()).map(|back| back.at);
    let over = facts.resolved.unwrap_or(Time::MAX);
    let mut rounds: Vec<Time> = facts.updates.iter().copied().chain(reopened).collect();
    rounds.retain(|at| facts.detected < *at && *at <= over);
    rounds.sort_unstable();
    rounds.dedup();
    rounds
}

/// Whether a clock counts from something later than the detection.
pub(super) fn began_again(clock: &Clock, facts: &Facts) -> bool {
    match clock.which.clock {
        Kind::Update => rounds(facts).contains(&clock.from),
        _ => clock.went_on == Some(clock.from),
    }
}

/// What it waits for, and for the first answer the times for which nothing was wrong.
pub(super) fn waits(kind: Kind, facts: &Facts) -> Vec<Wait> {
    let returns = facts.returns.iter().filter(|_| kind == Kind::Respond);
    let back = returns.filter_map(|back| {
        let from = back.restored?;
        Some(Wait { reason: WaitsFor::Nothing, from, until: Some(back.at) })
    });
    let mut waits: Vec<Wait> = facts.holds.iter().copied().chain(back).collect();
    waits.sort_by_key(|wait| wait.from);
    waits
}

/// Whether a pause is that of a wait.
pub(super) fn is_of(pause: &Pause, wait: &Wait) -> bool {
    let within = pause.from >= wait.from && wait.until.is_none_or(|until| pause.from < until);
    pause.reason == wait.reason && within && (pause.until.is_none() || pause.until == wait.until)
}

/// What is promised otherwise than before.
pub(super) fn changes(clock: &Clock, from: Time, terms: &Terms) -> Vec<Change> {
    let known = &clock.terms;
    let mut changes = Vec::new();
    let other_priority = known.priority != terms.priority;
    if other_priority {
        changes.push(Change::Priority { from: known.priority, to: terms.priority });
    }
    if known.calendar != terms.calendar {
        changes.push(Change::Calendar);
    }
    let same = (other_priority || known.target == terms.target)
        && known.place == terms.place
        && known.pauses == terms.pauses
        && known.on_reopen == terms.on_reopen
        && known.warn_at == terms.warn_at
        && known.outside == terms.outside;
    if !same {
        changes.push(Change::Terms);
    }
    if clock.from != from {
        changes.push(Change::Start);
    }
    changes
}
