//! Which step comes next: arithmetic over the copied policy.

use std::time::Duration;

use kernel::{Moment, Time};

use crate::event::Calling;
use crate::{Event, Start, Step};

/// Shortest wait between two steps, in seconds: a policy that says less would call everybody at
/// once and over again.
pub const WAIT_SECONDS_MIN: u32 = 1;
/// Longest wait between two steps, in seconds.
pub const WAIT_SECONDS_MAX: u32 = 86_400;
/// Most steps that are used.
pub const STEPS_MAX: usize = 50;
/// Most repetitions that are used.
pub const REPEAT_MAX: u32 = 20;

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
    let calls =
        step.contacts.iter().map(|to| Calling { message: moment.id(), to: to.clone() }).collect();
    Some(Event::Called {
        at: moment.now,
        step: place.step,
        round: place.round,
        calls,
        next_step_at: due(step, moment.now),
    })
}

/// The policy within its limits. Limits mend and never refuse: a page that is due is made.
pub(crate) fn within_limits(start: &Start) -> Start {
    let mut start = start.clone();
    start.repeat = start.repeat.min(REPEAT_MAX);
    start.steps.truncate(STEPS_MAX);
    for step in &mut start.steps {
        step.wait_seconds = step.wait_seconds.clamp(WAIT_SECONDS_MIN, WAIT_SECONDS_MAX);
    }
    start
}

fn due(step: &Step, now: Time) -> Time {
    now + Duration::from_secs(step.wait_seconds.into())
}
