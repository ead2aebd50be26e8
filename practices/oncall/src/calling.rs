//! When calls are made: the next step, calls that wait, and ringing again.

use kernel::{Moment, OutboxId, Refusal};

use crate::event::Calling;
use crate::plan::{self, Place};
use crate::{Call, CallResult, Contact, Event, Page, Plan, Stage, WaitingCall};

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
            .unwrap_or(Event::Exhausted { at: moment.now })
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
        let mut events = self.continued(moment, |waiting| waiting.due_at <= moment.now);
        if self.next_step_at.is_some_and(|due| due <= moment.now) {
            events.push(self.advance(fresh, moment));
        }
        events
    }

    /// What a report about a call leads to. When it shows that nobody of the present step can be
    /// reached so far, the next way that waits in it is tried at once, and with none left the next
    /// step is due; but a new round is, for when everything fails
    /// at once, it must not all be used up before anybody can mend it.
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
        let settled = matches!(call.result, CallResult::Delivered | CallResult::Failed);
        if settled && result != CallResult::Delivered || call.result == CallResult::Delivered {
            return Ok(Vec::new());
        }
        // Held again for the same is no news.
        if result == CallResult::Held && (call.result, call.detail.as_str()) == (result, detail) {
            return Ok(Vec::new());
        }
        let detail = detail.to_owned();
        let mut events = vec![Event::Attempted { at: moment.now, message, result, detail }];
        let reachable = |other: &&Call| {
            (other.step, other.round) == (self.step, self.round)
                && other.result != CallResult::Failed
                && other.message != message
        };
        let present = (call.step, call.round) == (self.step, self.round);
        let unreachable = result == CallResult::Failed && !self.calls.iter().any(|c| reachable(&c));
        let calling = self.stage == Stage::Ringing || self.handover.is_some();
        if !calling || !present || !unreachable {
            return Ok(events);
        }
        let here =
            |waiting: &&WaitingCall| (waiting.step, waiting.round) == (self.step, self.round);
        if let Some(soonest) = self.waiting.iter().filter(here).map(|w| w.due_at).min() {
            events.extend(self.continued(moment, |w| here(&w) && w.due_at == soonest));
        } else if self.handover.is_none()
            && self.held_until.is_none()
            && self.next_step_at > Some(moment.now)
        {
            let last_round = self.first_round.saturating_add(self.repeat);
            let after = Place { step: self.step + 1, round: self.round };
            let next = plan::next_place(&self.steps, last_round, after);
            // Whom the next step means is said when its time comes, and that is now.
            if next.is_none_or(|place| place.round == self.round) {
                events.push(Event::Hastened { at: moment.now });
            }
        }
        Ok(events)
    }
}
