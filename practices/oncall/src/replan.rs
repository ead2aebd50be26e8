//! Going on by other steps, since the incident has another priority or the hours are others.

use std::time::Duration;

use kernel::{Moment, Priority, Time};

use crate::again::Why;
use crate::event::{Calling, Later};
use crate::{Call, CallResult, Contact, Event, Page, Plan, Stage, Step, plan};

impl Page {
    /// The incident has another priority: calling goes on by what the policy says for it, from the
    /// step where it stands. When it is more urgent, whoever would have been called by now is
    /// called at once.
    pub(crate) fn replan(&self, priority: Priority, other: &Plan, moment: &Moment) -> Vec<Event> {
        let was = self.summary.priority;
        if priority == was {
            return Vec::new();
        }
        let urgent = priority < was;
        let other = other.within_limits();
        let mut replanned = self.clone();
        let mut events = Vec::new();
        let mut push = |page: &mut Page, event: Event| {
            page.take_in(&event);
            events.push(event);
        };
        let next_step_at = self.next_step_at.filter(|_| self.held_until.is_none()).map(|due| {
            let step = other.steps.get(self.step as usize).filter(|_| urgent);
            step.map_or(due, |step| due.min(after(step.wait_seconds, moment.now)))
        });
        let (steps, repeat) = (other.steps.clone(), other.repeat);
        let at = moment.now;
        push(&mut replanned, Event::Replanned { at, was, priority, steps, repeat, next_step_at });
        match (self.stage, self.held_until, other.begin_at.filter(|begin| *begin > at)) {
            (Stage::Exhausted, _, begin_at) if urgent => {
                let because = format!("it is {priority} now, and nobody has answered");
                let why = (Why::Unanswered, because);
                events.extend(replanned.ring_again(why, None, begin_at, moment));
            }
            (Stage::Ringing, held, Some(until)) if held != Some(until) => {
                push(&mut replanned, Event::Held { at, until });
            }
            (Stage::Ringing, Some(_), None) => events.push(replanned.advance(&[], moment)),
            (Stage::Ringing, None, None) if urgent => {
                events.extend(replanned.catch_up(moment));
            }
            (Stage::Ringing, None, None) if replanned.is_beyond() => {
                let until = replanned.next_step_at.unwrap_or(at);
                push(&mut replanned, Event::Held { at, until });
            }
            _ => {}
        }
        events
    }

    /// Whether the steps end before the present one, and nobody of them was called: they are when
    /// the time of the present step is over.
    fn is_beyond(&self) -> bool {
        let rings = |call: &&Call| call.round >= self.first_round;
        let called =
            |to: &Contact| self.calls.iter().filter(rings).any(|call| call.contact == to.contact);
        self.step as usize + 1 >= self.steps.len()
            && !self.steps.iter().flat_map(|step| &step.contacts).any(called)
    }

    /// Calls whoever stands in a step up to the present one and was not called in this round.
    fn catch_up(&self, moment: &Moment) -> Option<Event> {
        let here = |(_, round): (u32, u32)| round == self.round;
        let known = |call: &&Call| call.result != CallResult::Dropped;
        let called = self.calls.iter().filter(|call| here((call.step, call.round))).filter(known);
        let called = called.map(|call| (&call.contact, call.channel.as_str()));
        let waiting = self.waiting.iter().filter(|waiting| here((waiting.step, waiting.round)));
        let waiting = waiting.map(|waiting| (&waiting.to.contact, waiting.to.channel.as_str()));
        let known: Vec<_> = called.chain(waiting).collect();
        let mut missing: Vec<&Contact> = Vec::new();
        for contact in self.steps.iter().take(self.step as usize + 1).flat_map(|s| &s.contacts) {
            let way = (&contact.contact, contact.channel.as_str());
            let twice = missing.iter().any(|other| (&other.contact, &*other.channel) == way);
            if !twice && !known.contains(&way) {
                missing.push(contact);
            }
        }
        if missing.is_empty() {
            return None;
        }
        // Whose call was due already and held back does not wait once more.
        let was_due = |to: &Contact| {
            let mut calls = self.calls.iter().filter(|call| here((call.step, call.round)));
            calls.any(|call| (&call.contact, &call.channel) == (&to.contact, &to.channel))
        };
        let (now, later): (Vec<&Contact>, Vec<&Contact>) =
            missing.into_iter().partition(|to| to.after_seconds == 0 || was_due(to));
        let later = later
            .into_iter()
            .map(|to| Later { due_at: after(to.after_seconds, moment.now), to: to.clone() });
        Some(Event::Rerouted {
            at: moment.now,
            step: self.step,
            round: self.round,
            away: Vec::new(),
            calls: now.iter().map(|to| call(to, moment)).collect(),
            later: later.collect(),
        })
    }

    /// The page rings anew, and the policy says something else for these hours.
    pub(crate) fn for_these_hours(&self, other: &Plan, moment: &Moment) -> Option<Event> {
        let same = |(one, other): (&Step, &Step)| {
            (&one.targets, one.rotate, one.wait_seconds)
                == (&other.targets, other.rotate, other.wait_seconds)
                && (!one.targets.is_empty() || one.contacts == other.contacts)
        };
        let unchanged = self.repeat == other.repeat
            && self.steps.len() == other.steps.len()
            && self.steps.iter().zip(&other.steps).all(same);
        let priority = self.summary.priority;
        (!unchanged).then(|| Event::Replanned {
            at: moment.now,
            was: priority,
            priority,
            repeat: other.repeat,
            steps: other.steps.clone(),
            next_step_at: None,
        })
    }
}

impl Plan {
    /// Limits mend and never refuse: a page that is due is made.
    pub(crate) fn within_limits(&self) -> Plan {
        let mut plan = self.clone();
        plan::limit(&mut plan.steps, &mut plan.repeat);
        plan
    }
}

fn call(to: &Contact, moment: &Moment) -> Calling {
    Calling { message: moment.id(), to: to.clone() }
}

fn after(seconds: u32, now: Time) -> Time {
    now + Duration::from_secs(seconds.into())
}
