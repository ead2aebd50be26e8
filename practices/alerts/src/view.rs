use kernel::{Actor, Lifecycle, SilenceId, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Alert, Stage, Verb};

/// An alert as the API shows it: the record with what is computed from it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertView)]
pub struct View<'a> {
    /// The record.
    #[serde(flatten)]
    pub alert: &'a Alert,
    /// See [`Alert::name`].
    pub name: &'a str,
    /// See [`Alert::summary`].
    pub summary: &'a str,
    /// The silences that hold it back now: it is recorded, and told to nobody.
    pub silenced_by: Vec<SilenceId>,
    /// When the last of them lets go, as far as is known now.
    pub silenced_until: Option<Time>,
    /// The row's version, for `If-Match`.
    pub version: i64,
    /// What whoever answers for it does next.
    pub next_step: &'static str,
    /// What a person may ask now.
    pub allowed: Vec<&'static Offer>,
}

/// A command that a person may send now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = AlertOffer)]
pub struct Offer {
    /// The command's name in JSON.
    pub command: &'static str,
    /// What a button says.
    pub label: &'static str,
    /// What has to be filled in.
    pub fields: &'static [Field],
    /// The verb behind it.
    #[serde(skip)]
    pub verb: Verb,
}

/// One thing to fill in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = AlertField)]
pub struct Field {
    /// Its name in the command.
    pub name: &'static str,
    /// Which control draws it.
    pub kind: &'static str,
    /// Whether it may not stay empty.
    pub required: bool,
    /// What people read beside it.
    pub label: &'static str,
}

/// Every command that is for people, in the order of the buttons.
const OFFERS: [Offer; 6] = [
    Offer { command: "acknowledge", label: "Acknowledge", fields: &[], verb: Verb::Acknowledge },
    Offer {
        command: "unacknowledge",
        label: "Take back acknowledgement",
        fields: &[],
        verb: Verb::Unacknowledge,
    },
    Offer {
        command: "clear",
        label: "Clear",
        fields: &[Field { name: "reason", kind: "text", required: true, label: "Reason" }],
        verb: Verb::Clear,
    },
    Offer { command: "close", label: "Close", fields: &[], verb: Verb::Close },
    Offer {
        command: "mark_not_useful",
        label: "Not useful",
        fields: &[Field {
            name: "reason",
            kind: "longtext",
            required: true,
            label: "What made it useless",
        }],
        verb: Verb::MarkNotUseful,
    },
    Offer {
        command: "take_back_not_useful",
        label: "Useful after all",
        fields: &[],
        verb: Verb::TakeBackNotUseful,
    },
];

impl Alert {
    /// The alert as the API shows it.
    pub fn view(&self, version: i64) -> View<'_> {
        View {
            alert: self,
            name: self.name(),
            summary: self.summary(),
            silenced_by: Vec::new(),
            silenced_until: None,
            version,
            next_step: self.next_step(),
            allowed: self.offers(),
        }
    }

    /// What whoever answers for it does next.
    pub fn next_step(&self) -> &'static str {
        match (self.stage, self.incident.is_some()) {
            (Stage::Open | Stage::Acknowledged, true) => "Work on the incident that it belongs to.",
            (Stage::Open, false) => "Acknowledge it, or silence what nobody has to look at.",
            (Stage::Acknowledged, false) => "Mend what it tells of; it clears by itself then.",
            (Stage::Cleared, _) => "Nothing: it closes by itself unless it returns.",
            (Stage::Closed, _) => "Nothing is left to do.",
        }
    }

    /// Whether an offer makes sense to this person: who found the alert useless can only take that
    /// back.
    pub fn suits(&self, offer: &Offer, who: &Actor) -> bool {
        match offer.verb {
            Verb::MarkNotUseful => !self.not_useful_to(who),
            Verb::TakeBackNotUseful => self.not_useful_to(who),
            _ => true,
        }
    }

    /// The commands that a person may send now.
    pub fn offers(&self) -> Vec<&'static Offer> {
        let useful = |offer: &&Offer| {
            self.allows(offer.verb)
                && !(offer.verb == Verb::Acknowledge && self.acknowledged_by.is_some())
                && !(offer.verb == Verb::TakeBackNotUseful && self.not_useful.is_empty())
        };
        OFFERS.iter().filter(useful).collect()
    }
}
