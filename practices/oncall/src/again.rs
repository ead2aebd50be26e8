//! What happens to a page that somebody has taken: it rings again when nothing is done, or when the
//! time for which it was snoozed is over.

use std::time::Duration;

use kernel::{Actor, ItemRef, Moment, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::plan::{self, Place};
use crate::{Contact, Event, Page, Plan, Span, Stage};

/// Longest time for which a page may be snoozed, in seconds.
pub const SNOOZE_SECONDS_MAX: u32 = 86_400;

const NOBODY_NEXT: &str = "nobody comes after this step: call from the first one again";

/// A page that was taken and is to ring again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct RingsAgain {
    /// When.
    pub at: Time,
    /// Who snoozed it until then; nobody: it rings unless something is done on the incident.
    pub snoozed_by: Option<Actor>,
}

/// Why a page rings again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PageRangWhy)]
pub enum Why {
    /// Whoever took it did nothing in time.
    NothingDone,
    /// The time for which somebody snoozed it is over.
    SnoozeOver,
    /// A person asked for it, or for the next step.
    Asked,
    /// Whoever had it has fallen ill.
    HolderAway,
    /// Nobody has answered, or somebody can be called by now.
    Unanswered,
}

impl Why {
    /// Whether work on the incident says that somebody has it. Who was called for another reason
    /// has to say so: whoever asked for help, and whoever notes that nobody has come, has not.
    fn answered_by_work(self) -> bool {
        matches!(self, Why::NothingDone | Why::SnoozeOver)
    }
}

impl RingsAgain {
    pub(crate) fn unless_something_is_done(at: Time) -> RingsAgain {
        RingsAgain { at, snoozed_by: None }
    }
}

impl Page {
    /// Somebody takes it.
    pub(crate) fn taken(&self, by: &Actor, at: Time, moment: &Moment) -> Event {
        let rings_again_at = self.timeout_from(moment.now);
        Event::Acknowledged { at, by: by.clone(), rings_again_at }
    }

    /// Somebody took the incident. Whoever took it before it rang again does not answer for it.
    pub(crate) fn answered(&self, by: &Actor, at: Time, moment: &Moment) -> Vec<Event> {
        let outdated = self.rang_again_at.is_some_and(|again| at < again);
        if outdated { Vec::new() } else { vec![self.taken(by, at, moment)] }
    }

    /// Something was done on the incident: the time begins anew. A page that rang because nothing
    /// was done is answered by it, if by whoever had it or was called; any other wants an answer.
    pub(crate) fn worked(
        &self,
        (by, person): (&Actor, Option<&ItemRef>),
        at: Time,
        moment: &Moment,
    ) -> Vec<Event> {
        if self.stage.unanswered() {
            let since = self.rang_again_at.is_some_and(|again| at >= again);
            let enough = self.rang_again_why.is_some_and(Why::answered_by_work);
            let called = self.calls.iter().any(|call| Some(&call.contact) == person);
            let theirs = called || self.had_by.as_ref() == Some(by);
            let answers = since && enough && theirs;
            return if answers { vec![self.taken(by, at, moment)] } else { Vec::new() };
        }
        let snoozed = self.rings_again.as_ref().is_some_and(|again| again.snoozed_by.is_some());
        let rings_again_at = self.timeout_from(at).filter(|_| !snoozed);
        let later = |at: &Time| self.rings_again.as_ref().is_none_or(|again| again.at < *at);
        let seen = |rings_again_at| Event::WorkSeen { at: moment.now, rings_again_at };
        rings_again_at.filter(later).map(seen).into_iter().collect()
    }

    /// Nobody is called until then; whoever asks for it takes the page.
    pub(crate) fn snooze(&self, until: Time, moment: &Moment) -> Vec<Event> {
        let (at, by) = (moment.now, moment.actor.clone());
        let taken = self.stage.unanswered().then(|| self.taken(&by, at, moment));
        taken.into_iter().chain([Event::Snoozed { at, by, until }]).collect()
    }

    /// The incident needs nobody any more: it does not ring again.
    pub(crate) fn settle(&self, reason: &str, moment: &Moment) -> Vec<Event> {
        let settled = || Event::Settled { at: moment.now, reason: reason.to_owned() };
        self.goes_on().then(settled).into_iter().collect()
    }

    /// Rings from the first step, at once or when its hours begin, by what the policy says now.
    pub(crate) fn ring_again(
        &self,
        (why, because): (Why, String),
        other: Option<&Plan>,
        begin_at: Option<Time>,
        moment: &Moment,
    ) -> Vec<Event> {
        let at = moment.now;
        let begin_at = begin_at.filter(|begin| *begin > at);
        let rang = Event::RangAgain { at, because, why: Some(why), begin_at };
        let other = other.map(Plan::within_limits);
        let replanned = other.as_ref().and_then(|other| self.for_these_hours(other, moment));
        let mut events: Vec<Event> = replanned.into_iter().chain([rang]).collect();
        if begin_at.is_none() {
            let steps = other.as_ref().map_or(&self.steps, |other| &other.steps);
            let round = self.fresh_round();
            let first = plan::next_place(steps, round, Place { step: 0, round })
                .and_then(|place| plan::call(steps, place, moment));
            events.push(first.unwrap_or(Event::Exhausted { at, nobody: true }));
        }
        events
    }

    /// Calls the next step at once, also for whoever took it and wants help.
    pub(crate) fn escalate(
        &self,
        fresh: &[Vec<Contact>],
        moment: &Moment,
    ) -> Result<Vec<Event>, Refusal> {
        let at = moment.now;
        if self.stage == Stage::Ringing {
            let mut next = self.advance(fresh, moment);
            let Event::Called { asked_by, .. } = &mut next else {
                return Err(Refusal::invalid(NOBODY_NEXT));
            };
            *asked_by = Some(moment.actor.clone());
            return Ok(vec![next]);
        }
        let steps = plan::freshened(&self.steps, fresh);
        let round = self.fresh_round();
        let last_round = round.saturating_add(self.repeat);
        let next = plan::next_place(&steps, last_round, Place { step: self.step + 1, round })
            .and_then(|place| plan::call(&steps, place, moment))
            .ok_or_else(|| Refusal::invalid(NOBODY_NEXT))?;
        let because = format!("{} wants the next step", moment.actor.name());
        let why = Some(Why::Asked);
        Ok(vec![Event::RangAgain { at, because, why, begin_at: None }, next])
    }

    /// Why it rings again, also for people.
    pub(crate) fn why_again(&self, again: &RingsAgain) -> (Why, String) {
        match (&again.snoozed_by, self.acknowledge_timeout_seconds) {
            (Some(by), _) => (Why::SnoozeOver, format!("{} snoozed it until now", by.name())),
            (None, Some(seconds)) => {
                (Why::NothingDone, format!("nothing was done for {}", spelled(seconds)))
            }
            (None, None) => (Why::NothingDone, "nothing was done".to_owned()),
        }
    }

    pub(crate) fn timeout_from(&self, at: Time) -> Option<Time> {
        let seconds = self.acknowledge_timeout_seconds?;
        Some(at + Duration::from_secs(seconds.into()))
    }
}

/// The time until which somebody wants to have quiet.
pub(crate) fn snoozed_until(
    span: Option<Span>,
    until: Option<Time>,
    morning: Option<Time>,
    now: Time,
) -> Result<Time, Refusal> {
    let last = now + Duration::from_secs(SNOOZE_SECONDS_MAX.into());
    let wrong = |reason: &str| Err(Refusal::invalid(reason));
    let until = match (span, until) {
        (Some(Span::Quarter), None) => now + Duration::from_secs(15 * 60),
        (Some(Span::Hour), None) => now + Duration::from_secs(60 * 60),
        (Some(Span::Morning), None) => match morning {
            // A night in which the clocks go back is an hour longer.
            Some(morning) => morning.min(last),
            None => return wrong("it is not known when it is morning for you: name a time"),
        },
        (None, Some(until)) => until,
        _ => return wrong("say for how long, or until when: one of both"),
    };
    if until <= now || until > last {
        return wrong("a page is snoozed until a time within the next 24 hours");
    }
    Ok(until)
}

/// `30 minutes`, `1 hour`, `90 seconds`.
fn spelled(seconds: u32) -> String {
    let (count, unit) = match seconds {
        s if s % 3600 == 0 => (s / 3600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
