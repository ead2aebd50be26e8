//! When calls are made: the next step, calls that wait, and ringing again.

use std::borrow::Cow;
use std::time::Duration;

use kernel::{Moment, OutboxId, Refusal};

use crate::again::Why;
use crate::event::Calling;
use crate::plan::{self, Place};
use crate::{Call, CallResult, Contact, Event, Page, Plan, Purpose, Stage, WaitingCall};

/// How long after it found nobody to call a page looks again.
pub const LOOKS_AGAIN: Duration = Duration::from_secs(15 * 60);

const SOMEBODY_NOW: &str = "somebody can be called now";

impl Page {
    /// Goes on after the present step; `fresh` is whom each step means now, if that is known.
    pub(crate) fn advance(&self, fresh: &[Vec<Contact>], moment: &Moment) -> Event {
        let after = match self.held_until {
            Some(_) => Place { step: 0, round: self.first_round },
            None => Place { step: self.step + 1, round: self.round },
        };
        let steps = plan::freshened(&self.steps, fresh);
        plan::next_place(&steps, self.first_round.saturating_add(self.repeat), after)
            .and_then(|place| plan::call(&steps, place, moment))
            .unwrap_or(Event::Exhausted { at: moment.now, nobody: !self.called_anybody() })
    }

    /// Whether somebody was called since it began to ring, the last time.
    pub fn called_anybody(&self) -> bool {
        let rings = |call: &&Call| call.round >= self.first_round && call.purpose == Purpose::Call;
        self.calls.iter().any(|call| rings(&call))
    }

    /// Who is on call has changed after everybody was called: where nobody could be, somebody may
    /// be now.
    pub(crate) fn found(&self, fresh: &[Vec<Contact>], moment: &Moment) -> Vec<Event> {
        if self.called_anybody() || fresh.iter().all(Vec::is_empty) {
            return Vec::new();
        }
        let (steps, repeat) = (plan::freshened(&self.steps, fresh).into_owned(), self.repeat);
        let now = Plan { steps, repeat, begin_at: None };
        let why = (Why::Unanswered, SOMEBODY_NOW.to_owned());
        self.ring_again(why, Some(&now), None, moment)
    }

    /// It is time to call again for what nobody answered, or to look again for somebody. That there
    /// is nobody by now is said once, so that others are called instead.
    fn once_more(
        &self,
        fresh: &[Vec<Contact>],
        other: Option<&Plan>,
        moment: &Moment,
    ) -> Vec<Event> {
        let known = || Plan {
            steps: plan::freshened(&self.steps, fresh).into_owned(),
            repeat: self.repeat,
            begin_at: None,
        };
        let now = other.map_or_else(|| Cow::Owned(known()), Cow::Borrowed);
        let because = match self.called_anybody() {
            true => "nobody has answered",
            false if now.steps.iter().all(|step| step.contacts.is_empty()) => {
                let again_at = moment.now + LOOKS_AGAIN;
                return vec![Event::RingsLater { at: moment.now, again_at, nobody: true }];
            }
            false => SOMEBODY_NOW,
        };
        let why = (Why::Unanswered, because.to_owned());
        self.ring_again(why, Some(&now), now.begin_at, moment)
    }

    /// The round with which the page begins when it rings again: none is used twice.
    pub(crate) fn fresh_round(&self) -> u32 {
        if self.calls.is_empty() { self.first_round } else { self.round.saturating_add(1) }
    }

    /// Calls that wait, for which `due` holds; one event for each step that has some.
    pub(crate) fn continued(
        &self,
        moment: &Moment,
        due: impl Fn(&WaitingCall) -> bool,
    ) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        for waiting in self.waiting.iter().filter(|waiting| due(waiting)) {
            let call = Calling { message: moment.id(), to: waiting.to.clone() };
            match events.last_mut() {
                Some(Event::Continued { step, round, calls, .. })
                    if (*step, *round) == (waiting.step, waiting.round) =>
                {
                    calls.push(call);
                }
                _ => events.push(Event::Continued {
                    at: moment.now,
                    step: waiting.step,
                    round: waiting.round,
                    calls: vec![call],
                }),
            }
        }
        events
    }

    /// What is due by now: calls that wait, and the next step.
    pub(crate) fn due(
        &self,
        fresh: &[Vec<Contact>],
        other: Option<&Plan>,
        moment: &Moment,
    ) -> Vec<Event> {
        // Whoever keeps it is told first, and has the time anew.
        if let Some(unaccepted) = self.unaccepted(moment) {
            return vec![unaccepted];
        }
        let free = self.handover.is_none();
        let again = self.rings_again.as_ref().filter(|again| again.at <= moment.now && free);
        if let Some(again) = again {
            let begin_at = other.and_then(|other| other.begin_at);
            return self.ring_again(self.why_again(again), other, begin_at, moment);
        }
        if self.stage == Stage::Exhausted {
            let due = self.next_step_at.is_some_and(|due| due <= moment.now);
            return if due { self.once_more(fresh, other, moment) } else { Vec::new() };
        }
        let mut events = self.continued(moment, |waiting| waiting.due_at <= moment.now);
        if self.next_step_at.is_some_and(|due| due <= moment.now) {
            events.push(self.advance(fresh, moment));
        }
        events
    }

    /// What a report about a call leads to. A way that fails makes the next one due: where nothing
    /// arrives by any way that somebody was called in so far, their next way is tried at once; with
    /// none left, and nobody else of the step to be reached, whatever waits in it, and once the
    /// call is given up the next step. But a new round is not: when everything fails at once, it
    /// must not all be used up before anybody can mend it. What may still arrive goes on being
    /// tried. That a telephone rang in vain is told after it was taken, or before that was written
    /// down; whoever missed it has the time of the step to see so.
    pub(crate) fn record(
        &self,
        message: OutboxId,
        result: CallResult,
        detail: &str,
        moment: &Moment,
    ) -> Result<Vec<Event>, Refusal> {
        let Some(call) = self.calls.iter().find(|call| call.message == message) else {
            return Err(Refusal::unknown(format!("{message} is no call of this page")));
        };
        let known = match call.result {
            CallResult::Unreached => true,
            CallResult::Delivered => result != CallResult::Unreached,
            CallResult::Failed => result != CallResult::Delivered,
            CallResult::Waiting | CallResult::Held | CallResult::Dropped => false,
        };
        if known {
            return Ok(Vec::new());
        }
        // Held again for the same is no news.
        if result == CallResult::Held && (call.result, call.detail.as_str()) == (result, detail) {
            return Ok(Vec::new());
        }
        let detail = detail.to_owned();
        let mut events = vec![Event::Attempted { at: moment.now, message, result, detail }];
        let calling = self.stage == Stage::Ringing || self.handover.is_some();
        let given_up = result == CallResult::Failed;
        let fails = result.fails(call.attempts.saturating_add(1)) && !call.fails();
        if calling && (given_up || fails) {
            events.extend(self.instead_of(call, given_up, moment));
        }
        Ok(events)
    }

    /// What is due since nothing is to be hoped of a call.
    fn instead_of(&self, call: &Call, given_up: bool, moment: &Moment) -> Vec<Event> {
        let place = (call.step, call.round);
        let step = |other: &&Call| {
            // One that was dropped was made anew.
            other.result != CallResult::Dropped
                && (other.step, other.round, other.purpose) == (call.step, call.round, call.purpose)
        };
        let mut lost = self.calls.iter().filter(step);
        let gone = |other: &Call| other.message == call.message || other.fails();
        let soonest = |of: &dyn Fn(&WaitingCall) -> bool| {
            let here = |w: &WaitingCall| (w.step, w.round) == place && of(w);
            let due = self.waiting.iter().filter(|w| here(w)).map(|w| w.due_at).min();
            self.continued(moment, |w| here(w) && Some(w.due_at) == due)
        };
        let person_lost = lost.clone().filter(|other| other.contact == call.contact).all(gone);
        let next_way = match person_lost {
            true => soonest(&|waiting: &WaitingCall| waiting.to.contact == call.contact),
            false => Vec::new(),
        };
        if !next_way.is_empty() || !lost.all(gone) || place != (self.step, self.round) {
            return next_way;
        }
        let next_way = soonest(&|_: &WaitingCall| true);
        if !next_way.is_empty() || !given_up {
            return next_way;
        }
        self.hastened(moment).into_iter().collect()
    }

    /// Nobody of the present step can be reached: the next of this round is due.
    fn hastened(&self, moment: &Moment) -> Option<Event> {
        let waits = self.next_step_at > Some(moment.now);
        if self.handover.is_some() || self.held_until.is_some() || !waits {
            return None;
        }
        let last_round = self.first_round.saturating_add(self.repeat);
        let after = Place { step: self.step + 1, round: self.round };
        let next = plan::next_place(&self.steps, last_round, after);
        // Whom the next step means is said when its time comes, and that is now.
        let this_round = next.is_none_or(|place| place.round == self.round);
        this_round.then_some(Event::Hastened { at: moment.now })
    }
}
