use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};

use crate::Offer;

/// What can have happened to an offer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Somebody offered a shift.
    Offered {
        /// When.
        at: Time,
        /// What.
        offer: Offer,
    },
    /// Somebody took it.
    Accepted {
        /// When.
        at: Time,
        /// Who.
        person: ItemRef,
    },
    /// The one it was offered to said no.
    Declined {
        /// When.
        at: Time,
        /// Who.
        person: ItemRef,
        /// Why; may be empty.
        reason: String,
    },
    /// The one who offered it said no.
    Withdrawn {
        /// When.
        at: Time,
    },
    /// It has begun, or it is no longer theirs to give.
    Lapsed {
        /// When.
        at: Time,
        /// Why.
        reason: String,
    },
}

impl Event {
    /// The snake-case name, as in the JSON tag.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Offered { .. } => "offered",
            Event::Accepted { .. } => "accepted",
            Event::Declined { .. } => "declined",
            Event::Withdrawn { .. } => "withdrawn",
            Event::Lapsed { .. } => "lapsed",
        }
    }
}

/// One line of a timeline: what happened, without when.
pub fn describe(event: &Event) -> String {
    match event {
        Event::Offered { offer, .. } => {
            let to = offer.to.as_ref().map_or("everybody", ItemRef::name);
            let gives = &offer.gives;
            let mut told = format!("{} offers {} to {to}", gives.person.name(), gives.times());
            if let Some(wants) = &offer.wants {
                told.push_str(&format!(" for {}", wants.times()));
            }
            told
        }
        Event::Accepted { person, .. } => format!("{} takes it", person.name()),
        Event::Declined { person, reason, .. } if reason.is_empty() => {
            format!("{} says no", person.name())
        }
        Event::Declined { person, reason, .. } => format!("{} says no: {reason}", person.name()),
        Event::Withdrawn { .. } => "withdrawn".to_owned(),
        Event::Lapsed { reason, .. } => format!("lapsed: {reason}"),
    }
}
