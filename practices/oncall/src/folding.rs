//! How events change a page.

use kernel::{Actor, OutboxId, Time};

use crate::again::{RingsAgain, Why};
use crate::event::{Calling, Later};
use crate::{Call, CallResult, Contact, Event, HandOver, Page, Purpose, Stage, WaitingCall};

impl Page {
    /// Takes an event in; the same as applying it.
    pub(crate) fn take_in(&mut self, event: &Event) {
        match event {
            Event::Started { .. } => {}
            Event::Called { .. } | Event::Continued { .. } | Event::Rerouted { .. } => {
                self.take_in_calls(event);
            }
            Event::Attempted { at, message, result, detail } => {
                self.attempted(*at, *message, *result, detail);
            }
            Event::Acknowledged { at, by, rings_again_at } => {
                self.stop(Stage::Acknowledged, *at);
                self.taken_by(by, *at, *rings_again_at);
            }
            Event::WorkSeen { rings_again_at, .. } => {
                self.rings_again = Some(RingsAgain::unless_something_is_done(*rings_again_at));
            }
            Event::Snoozed { by, until, .. } => {
                self.rings_again = Some(RingsAgain { at: *until, snoozed_by: Some(by.clone()) });
            }
            Event::RangAgain { at, why, begin_at, .. } => self.ring_anew(*at, *why, *begin_at),
            Event::Replanned { .. } => self.take_in_plan(event),
            Event::Hastened { at } => self.next_step_at = Some(*at),
            Event::Held { at, until } => {
                self.first_round = self.fresh_round();
                self.end_hand_over(*at);
                self.next_step_at = Some(*until);
                self.held_until = Some(*until);
            }
            Event::Settled { at, .. } => {
                self.rings_again = None;
                self.end_hand_over(*at);
            }
            Event::HandOverAsked { at, over, calls, later } => {
                self.round = self.fresh_round();
                let place = (self.step, self.round);
                self.called(*at, place, calls, Purpose::HandOver);
                self.waits(place, later);
                self.handover = Some(HandOver::clone(over));
                self.time_begins_anew(*at);
            }
            Event::HandOverAccepted { at, by, rings_again_at, .. } => {
                self.end_hand_over(*at);
                self.taken_by(by, *at, *rings_again_at);
            }
            Event::HandOverUnanswered { at, calls, .. } => {
                self.end_hand_over(*at);
                self.called(*at, (self.step, self.round), calls, Purpose::Kept);
                self.time_begins_anew(*at);
            }
            Event::HandOverEnded { at, .. } => {
                self.end_hand_over(*at);
                self.time_begins_anew(*at);
            }
            Event::RingsLater { again_at, .. } => self.next_step_at = Some(*again_at),
            Event::Exhausted { .. } => {
                self.stage = Stage::Exhausted;
                self.next_step_at = None;
                self.held_until = None;
                self.waiting.clear();
            }
            Event::Cancelled { at, reason } => {
                reason.clone_into(&mut self.cancel_reason);
                self.stop(Stage::Cancelled, *at);
            }
        }
    }

    fn taken_by(&mut self, by: &Actor, at: Time, rings_again_at: Option<Time>) {
        self.acknowledged_by = Some(by.clone());
        self.acknowledged_at = Some(at);
        self.rings_again = rings_again_at.map(RingsAgain::unless_something_is_done);
    }

    /// Other steps count from now on; who waits by a way that none of them has waits no longer.
    /// What was held back says how urgent it was: where that is more urgent now, it is called anew.
    fn take_in_plan(&mut self, event: &Event) {
        let Event::Replanned { at, was, priority, steps, repeat, next_step_at } = event else {
            return;
        };
        self.summary.priority = *priority;
        self.repeat = *repeat;
        self.next_step_at = next_step_at.or(self.next_step_at);
        steps.clone_into(&mut self.steps);
        let asked = self.handover.as_ref().map(|over| over.to.clone());
        self.waiting.retain(|waiting| {
            let to = &waiting.to;
            let meant = |way: &Contact| (&way.contact, &way.channel) == (&to.contact, &to.channel);
            asked.as_ref() == Some(&to.contact)
                || steps.iter().flat_map(|step| &step.contacts).any(meant)
        });
        let (ringing, round) = (self.stage == Stage::Ringing, self.round);
        let held = |call: &&mut Call| {
            let anew = ringing && call.round == round && call.purpose == Purpose::Call;
            anew && priority < was && call.result == CallResult::Held
        };
        for call in self.calls.iter_mut().filter(held) {
            call.result = CallResult::Dropped;
            call.result_at = Some(*at);
        }
    }

    fn take_in_calls(&mut self, event: &Event) {
        match event {
            Event::Called { at, step, round, calls, later, next_step_at, asked_by } => {
                let place = (*step, *round);
                // Who wants help does not have it.
                let asked = asked_by.as_ref().map(|_| Why::Asked);
                self.rang_again_why = self.rang_again_why.map(|why| asked.unwrap_or(why));
                (self.step, self.round) = place;
                self.next_step_at = Some(*next_step_at);
                self.held_until = None;
                self.called(*at, place, calls, Purpose::Call);
                self.waits(place, later);
            }
            Event::Continued { at, step, round, calls } => {
                let place = (*step, *round);
                self.waiting.retain(|waiting| {
                    (waiting.step, waiting.round) != place
                        || !calls.iter().any(|call| call.to == waiting.to)
                });
                self.called(*at, place, calls, self.purpose());
            }
            Event::Rerouted { at, step, round, away, calls, later } => {
                let place = (*step, *round);
                self.waiting.retain(|waiting| !away.contains(&waiting.to.contact));
                // What has not left yet reaches nobody who is away.
                let spared = |call: &&mut Call| away.contains(&call.contact);
                self.calls.iter_mut().filter(spared).for_each(|call| call.drop_unsent(*at));
                self.called(*at, place, calls, Purpose::Call);
                self.waits(place, later);
            }
            _ => {}
        }
    }

    /// Handing it over, and keeping it, is something that was done; what is snoozed stays so.
    fn time_begins_anew(&mut self, at: Time) {
        if self.rings_again.as_ref().is_some_and(|again| again.snoozed_by.is_none()) {
            self.rings_again = self.timeout_from(at).map(RingsAgain::unless_something_is_done);
        }
    }

    /// What the calls are for that wait.
    pub(crate) fn purpose(&self) -> Purpose {
        if self.handover.is_some() { Purpose::HandOver } else { Purpose::Call }
    }

    fn called(&mut self, at: Time, (step, round): (u32, u32), calls: &[Calling], purpose: Purpose) {
        self.calls.extend(calls.iter().map(|call| Call {
            message: call.message,
            step,
            round,
            contact: call.to.contact.clone(),
            channel: call.to.channel.clone(),
            target: call.to.target.clone(),
            purpose,
            at,
            result: CallResult::Waiting,
            detail: String::new(),
            attempts: 0,
            result_at: None,
        }));
    }

    fn waits(&mut self, (step, round): (u32, u32), later: &[Later]) {
        let waits =
            |later: &Later| WaitingCall { due_at: later.due_at, step, round, to: later.to.clone() };
        self.waiting.extend(later.iter().map(waits));
    }

    fn attempted(&mut self, at: Time, message: OutboxId, result: CallResult, detail: &str) {
        let Some(call) = self.calls.iter_mut().find(|call| call.message == message) else { return };
        if !matches!(result, CallResult::Held | CallResult::Unreached) {
            call.attempts = call.attempts.saturating_add(1);
        }
        detail.clone_into(&mut call.detail);
        call.result_at = Some(at);
        // A call that was dropped while it was being tried stays so, unless it got through.
        let through = matches!(result, CallResult::Delivered | CallResult::Unreached);
        if call.result != CallResult::Dropped || through {
            call.result = result;
        }
    }

    /// From the beginning, as if nobody had taken it; what was called before stays listed.
    fn ring_anew(&mut self, at: Time, why: Option<Why>, begin_at: Option<Time>) {
        self.first_round = self.fresh_round();
        self.end_hand_over(at);
        self.stage = Stage::Ringing;
        self.had_by = self.acknowledged_by.take();
        self.acknowledged_at = None;
        self.rings_again = None;
        self.rang_again_at = Some(at);
        self.rang_again_why = why;
        self.next_step_at = begin_at;
        self.held_until = begin_at;
    }

    /// Nobody is called any more.
    fn stop(&mut self, stage: Stage, at: Time) {
        self.stage = stage;
        self.next_step_at = None;
        self.held_until = None;
        self.rings_again = None;
        self.end_hand_over(at);
    }

    /// Nobody is asked any more to take it over, and what has not left is dropped.
    fn end_hand_over(&mut self, at: Time) {
        self.handover = None;
        self.waiting.clear();
        self.calls.iter_mut().for_each(|call| call.drop_unsent(at));
    }
}

impl Call {
    /// It does not leave any more, unless it is under way.
    fn drop_unsent(&mut self, at: Time) {
        if self.result.open() {
            self.result = CallResult::Dropped;
            self.result_at = Some(at);
        }
    }
}
