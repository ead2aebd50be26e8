//! Handing a page over: whoever has it keeps it until the other person accepts.

use std::time::Duration;

use kernel::{Actor, ItemRef, Moment, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::{Calling, Later};
use crate::{Contact, Event, Page};

/// How long somebody has to accept, in minutes, when that is not said.
const MINUTES: u32 = 10;
/// Longest time to accept, in minutes.
const MINUTES_MAX: u32 = 120;
/// Longest reason, in characters.
const REASON_MAX: usize = 1_000;

/// What is asked of the person who shall take a page over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PageHandOver)]
pub struct HandOver {
    /// Who shall take it.
    pub to: ItemRef,
    /// Who hands it over.
    pub by: Actor,
    /// Why.
    pub reason: String,
    /// Until when they may accept; afterwards whoever hands it over keeps it.
    pub until: Time,
    /// How whoever hands it over is told that nobody accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<Contact>,
}

/// A wish to hand a page over, as somebody states it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HandOverWish)]
pub struct Wish {
    /// Who shall take it.
    pub to: ItemRef,
    /// Why, for the person who is called.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// How long they have to accept, in minutes; 10 when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 120)]
    pub minutes: Option<u32>,
    /// Call them although they are away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub even_if_away: bool,
    /// The ways to them. Filled in by Operate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// The ways to whoever hands it over. Filled in by Operate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<Contact>,
    /// Who has it, as a person: accounts may have other names. Filled in by Operate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<ItemRef>,
}

impl Page {
    /// Calls the other person; whoever has the page keeps it meanwhile.
    pub(crate) fn hand_over(&self, wish: &Wish, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        let (to, reason) = (&wish.to, wish.reason.trim());
        let minutes = wish.minutes.unwrap_or(MINUTES);
        let wrong = |reason: String| Err(Refusal::invalid(reason));
        if to.kind() != "person" {
            return wrong(format!("{to} is no person: name one as person/name"));
        }
        if let Some(over) = &self.handover {
            return wrong(format!("it is being handed over to {} already", over.to.name()));
        }
        if wish.holder.as_ref() == Some(to) {
            return wrong(format!("{} has it already", to.name()));
        }
        if reason.is_empty() || reason.chars().count() > REASON_MAX {
            return wrong(format!("say why, in 1 to {REASON_MAX} characters"));
        }
        if !(1..=MINUTES_MAX).contains(&minutes) {
            return wrong(format!("leave between 1 and {MINUTES_MAX} minutes to accept"));
        }
        if wish.contacts.is_empty() {
            return wrong(format!("there is no way to call {}: name somebody else", to.name()));
        }
        let after = |seconds: u32| moment.now + Duration::from_secs(seconds.into());
        let over = HandOver {
            to: to.clone(),
            by: moment.actor.clone(),
            reason: reason.to_owned(),
            until: after(minutes * 60),
            back: wish.back.clone(),
        };
        let (now, later): (Vec<Contact>, Vec<Contact>) =
            wish.contacts.iter().cloned().partition(|to| to.after_seconds == 0);
        let later = later.into_iter().map(|to| Later { due_at: after(to.after_seconds), to });
        Ok(vec![Event::HandOverAsked {
            at: moment.now,
            over: Box::new(over),
            calls: calls(now, moment),
            later: later.collect(),
        }])
    }

    /// Whether whoever asks is the person to whom it is handed over.
    pub(crate) fn is_handed_to(&self, actor: &Actor, person: Option<&ItemRef>) -> bool {
        let named = |over: &HandOver| actor.human() && actor.name() == over.to.name();
        let fits = |over: &HandOver| person == Some(&over.to) || named(over);
        self.handover.as_ref().is_some_and(fits)
    }

    /// The other person takes it.
    pub(crate) fn accept(
        &self,
        person: Option<&ItemRef>,
        moment: &Moment,
    ) -> Result<Vec<Event>, Refusal> {
        let Some(over) = &self.handover else {
            return Err(Refusal::invalid("it is not being handed over"));
        };
        if !self.is_handed_to(&moment.actor, person) {
            return Err(Refusal::invalid(format!("only {} can accept it", over.to.name())));
        }
        Ok(vec![Event::HandOverAccepted {
            at: moment.now,
            by: moment.actor.clone(),
            to: over.to.clone(),
            from: over.by.clone(),
            reason: over.reason.clone(),
            rings_again_at: self.timeout_from(moment.now),
        }])
    }

    /// It stays where it is.
    pub(crate) fn keep(&self, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        match &self.handover {
            Some(over) => Ok(vec![Event::HandOverEnded { at: moment.now, to: over.to.clone() }]),
            None => Err(Refusal::invalid("it is not being handed over")),
        }
    }

    /// Nobody accepted in time: whoever hands it over is told, and keeps it.
    pub(crate) fn unaccepted(&self, moment: &Moment) -> Option<Event> {
        let over = self.handover.as_ref().filter(|over| over.until <= moment.now)?;
        let calls = calls(over.back.clone(), moment);
        Some(Event::HandOverUnanswered { at: moment.now, to: over.to.clone(), calls })
    }
}

fn calls(contacts: Vec<Contact>, moment: &Moment) -> Vec<Calling> {
    contacts.into_iter().map(|to| Calling { message: moment.id(), to }).collect()
}
