//! Which step comes next: arithmetic over the copied policy.

use std::borrow::Cow;
use std::time::Duration;

use kernel::{ItemRef, Moment, Time};

use crate::event::{Calling, Later};
use crate::{Call, CallResult, Contact, Event, Page, Purpose, Start, Step};

/// Shortest wait between two steps, in seconds: a policy that says less would call everybody at
/// once and over again.
pub const WAIT_SECONDS_MIN: u32 = 1;
/// Longest wait between two steps, in seconds.
pub const WAIT_SECONDS_MAX: u32 = 86_400;
/// Most steps that are used.
pub const STEPS_MAX: usize = 50;
/// Most repetitions that are used.
pub const REPEAT_MAX: u32 = 20;

/// Shortest time after which a page that was taken rings again, in seconds: whoever took it has to
/// get to a keyboard.
pub const ACKNOWLEDGE_TIMEOUT_SECONDS_MIN: u32 = 60;
/// Longest such time, in seconds.
pub const ACKNOWLEDGE_TIMEOUT_SECONDS_MAX: u32 = 86_400;

/// How long somebody has to answer their last way, in seconds.
const LAST_WAY_SECONDS: u32 = 60;
/// How long the last step waits where nothing is said of it, in seconds: nobody is given up on at
/// the moment in which they are called.
pub const LAST_WAIT_SECONDS: u32 = 300;

/// A place in the policy: which step of which round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) step: u32,
    pub(crate) round: u32,
}

/// The first place at or after `from` where there is somebody to call; `None`: nobody is left.
pub(crate) fn next_place(steps: &[Step], repeat: u32, from: Place) -> Option<Place> {
    let callable: Vec<u32> = (0..)
        .zip(steps)
        .filter(|(_, step)| !step.contacts.is_empty())
        .map(|(place, _)| place)
        .collect();
    let first = *callable.first()?;
    match callable.iter().find(|step| **step >= from.step) {
        Some(step) => Some(Place { step: *step, round: from.round }),
        None if from.round < repeat => Some(Place { step: first, round: from.round + 1 }),
        None => None,
    }
}

/// The calls of one place, and when to go on.
pub(crate) fn call(steps: &[Step], place: Place, moment: &Moment) -> Option<Event> {
    let step = steps.get(place.step as usize)?;
    let (now, later): (Vec<_>, Vec<_>) =
        step.contacts.iter().cloned().partition(|to| to.after_seconds == 0);
    let at = |to: &Contact| moment.now + Duration::from_secs(to.after_seconds.into());
    Some(Event::Called {
        at: moment.now,
        step: place.step,
        round: place.round,
        calls: now.into_iter().map(|to| Calling { message: moment.id(), to }).collect(),
        later: later.into_iter().map(|to| Later { due_at: at(&to), to }).collect(),
        next_step_at: due(step, moment.now),
        asked_by: None,
    })
}

/// Whom the present step means now and has not called yet, and whom any step called and means no
/// longer; `None` when nothing has to be done.
pub(crate) fn reroute(page: &Page, fresh: &[Vec<Contact>], moment: &Moment) -> Option<Event> {
    let (step, round) = (page.step, page.round);
    let meant = fresh.get(step as usize).filter(|_| fresh.len() == page.steps.len())?;
    let known: Vec<(&ItemRef, &str)> = {
        let here = |at: (u32, u32)| at == (step, round);
        // One that was dropped never reached them.
        let known = |call: &&Call| call.result != CallResult::Dropped;
        let called = page.calls.iter().filter(|call| here((call.step, call.round))).filter(known);
        let called = called.map(|call| (&call.contact, call.channel.as_str()));
        let waiting = page.waiting.iter().filter(|waiting| here((waiting.step, waiting.round)));
        called.chain(waiting.map(|w| (&w.to.contact, w.to.channel.as_str()))).collect()
    };
    let is_known = |to: &&Contact| known.contains(&(&to.contact, to.channel.as_str()));
    let (now, later): (Vec<&Contact>, Vec<&Contact>) =
        meant.iter().filter(|to| !is_known(to)).partition(|to| to.after_seconds == 0);
    let away = no_longer_meant(page, fresh);
    let waits = page.waiting.iter().any(|waiting| away.contains(&waiting.to.contact));
    let mut open = page.calls.iter().filter(|call| call.result.open());
    let spares = waits || open.any(|call| away.contains(&call.contact));
    if now.is_empty() && later.is_empty() && !spares {
        return None;
    }
    let due = |to: &Contact| moment.now + Duration::from_secs(to.after_seconds.into());
    Some(Event::Rerouted {
        at: moment.now,
        step,
        round,
        away,
        calls: now.into_iter().map(|to| Calling { message: moment.id(), to: to.clone() }).collect(),
        later: later.into_iter().map(|to| Later { due_at: due(to), to: to.clone() }).collect(),
    })
}

/// Whom the steps called, or are about to, and mean no longer. Nobody instead of somebody is no
/// improvement: where a step means nobody now, whoever it called may still answer.
fn no_longer_meant(page: &Page, fresh: &[Vec<Contact>]) -> Vec<ItemRef> {
    let here = |call: &Call| (call.step, call.round) == (page.step, page.round);
    let counts = |call: &&Call| {
        let may_reach = call.result.open() || here(call) && call.result != CallResult::Dropped;
        may_reach && call.purpose == Purpose::Call
    };
    let called = page.calls.iter().filter(counts).map(|call| (call.step, &call.contact));
    let waiting = page.waiting.iter().map(|waiting| (waiting.step, &waiting.to.contact));
    let places: Vec<(u32, &ItemRef)> = called.chain(waiting).collect();
    let means = |step: u32, person: &ItemRef| {
        let meant = fresh.get(step as usize);
        meant.is_none_or(|meant| meant.is_empty() || meant.iter().any(|to| to.contact == *person))
    };
    let mut away: Vec<ItemRef> = Vec::new();
    for (_, person) in &places {
        let mut theirs = places.iter().filter(|(_, other)| other == person);
        if !away.contains(person) && theirs.all(|(step, _)| !means(*step, person)) {
            away.push((*person).clone());
        }
    }
    away
}

/// The steps with whom they mean now; a step of which nothing is said keeps what was known.
pub(crate) fn freshened<'a>(steps: &'a [Step], fresh: &[Vec<Contact>]) -> Cow<'a, [Step]> {
    if fresh.len() != steps.len() {
        return Cow::Borrowed(steps);
    }
    let with = |(step, contacts): (&Step, &Vec<Contact>)| Step {
        contacts: contacts.clone(),
        ..step.clone()
    };
    Cow::Owned(steps.iter().zip(fresh).map(with).collect())
}

/// The policy within its limits. Limits mend and never refuse: a page that is due is made.
pub(crate) fn within_limits(start: &Start) -> Start {
    let mut start = start.clone();
    limit(&mut start.steps, &mut start.repeat);
    let (shortest, longest) = (ACKNOWLEDGE_TIMEOUT_SECONDS_MIN, ACKNOWLEDGE_TIMEOUT_SECONDS_MAX);
    start.acknowledge_timeout_seconds =
        start.acknowledge_timeout_seconds.map(|seconds| seconds.clamp(shortest, longest));
    start
}

/// Steps and rounds within their limits.
pub(crate) fn limit(steps: &mut Vec<Step>, repeat: &mut u32) {
    *repeat = (*repeat).min(REPEAT_MAX);
    steps.truncate(STEPS_MAX);
    if let Some(last) = steps.last_mut().filter(|last| last.wait_seconds == 0) {
        last.wait_seconds = LAST_WAIT_SECONDS;
    }
    for step in steps.iter_mut() {
        step.wait_seconds = step.wait_seconds.clamp(WAIT_SECONDS_MIN, WAIT_SECONDS_MAX);
        for contact in &mut step.contacts {
            contact.after_seconds = contact.after_seconds.min(WAIT_SECONDS_MAX);
        }
    }
    last_ways_fit(steps);
}

/// Lets the last step wait until everybody was called in their last way: nobody is given up on
/// before.
fn last_ways_fit(steps: &mut [Step]) {
    let mut rest: u32 = 0;
    let mut missing: u32 = 0;
    for step in steps.iter().rev() {
        rest = rest.saturating_add(step.wait_seconds);
        let last = step.contacts.iter().map(|contact| contact.after_seconds).max().unwrap_or(0);
        if last > 0 {
            missing = missing.max((last + LAST_WAY_SECONDS).saturating_sub(rest));
        }
    }
    if let Some(step) = steps.last_mut() {
        step.wait_seconds = step.wait_seconds.saturating_add(missing);
    }
}

fn due(step: &Step, now: Time) -> Time {
    now + Duration::from_secs(step.wait_seconds.into())
}
