use kernel::{Choice, Field, FieldKind, Lifecycle};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Page, Verb};

/// A page as the API shows it: the record with what may be asked of it now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PageView)]
pub struct View<'a> {
    /// The record.
    #[serde(flatten)]
    pub page: &'a Page,
    /// The row's version, for `If-Match`.
    pub version: i64,
    /// What a person may ask now.
    pub allowed: Vec<Offer>,
}

/// A command that a person may send now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = PageOffer)]
pub struct Offer {
    /// The command's name in JSON.
    pub command: &'static str,
    /// What a button says.
    pub label: &'static str,
    /// One sentence of help.
    pub help: &'static str,
    /// What it asks for.
    pub fields: &'static [Field],
}

impl Page {
    /// The page as the API shows it.
    pub fn view(&self, version: i64) -> View<'_> {
        View { page: self, version, allowed: self.offers() }
    }

    /// The same where it is known whether the incident still needs somebody: once it does not,
    /// nothing is asked of a page that was answered.
    pub fn view_of(&self, version: i64, needed: bool) -> View<'_> {
        let over = !needed && self.acknowledged_by.is_some();
        View { page: self, version, allowed: if over { Vec::new() } else { self.offers() } }
    }

    /// The commands that a person may send now.
    pub fn offers(&self) -> Vec<Offer> {
        let offered = |verb: &Verb| match verb {
            Verb::Acknowledge => self.acknowledged_by.is_none(),
            Verb::Accept | Verb::Keep => self.handover.is_some(),
            Verb::HandOver => self.handover.is_none(),
            _ => true,
        };
        let open = OFFERS.iter().filter(|(verb, _)| self.allows(*verb) && offered(verb));
        let words = |(verb, offer): &(Verb, Offer)| match verb {
            Verb::Acknowledge if self.is_major() => Offer {
                label: "Answer for the team",
                help: "Nobody else of its team is called; you lead the major incident unless \
                       somebody does already.",
                ..*offer
            },
            Verb::Accept if self.is_major() => Offer {
                help: "You answer for its team from now on; you lead the major incident unless \
                       somebody does already.",
                ..*offer
            },
            _ => *offer,
        };
        open.map(words).collect()
    }
}

/// What people may ask, in the order in which it is offered.
const OFFERS: &[(Verb, Offer)] = &[
    offer(
        Verb::Acknowledge,
        ("acknowledge", "Acknowledge"),
        "You take it: nobody else is called.",
        &[],
    ),
    offer(
        Verb::Accept,
        ("accept", "Accept"),
        "You take over what is handed over to you; the incident is assigned to you.",
        &[],
    ),
    offer(Verb::Keep, ("keep", "Keep it"), "It is not handed over after all.", &[]),
    offer(
        Verb::HandOver,
        ("hand_over", "Hand over"),
        "The other person is called; you keep it until they accept.",
        &[
            Field::new("to", FieldKind::Person, "To whom"),
            Field::new("reason", FieldKind::Longtext, "Why"),
            Field::new("minutes", FieldKind::Number, "Minutes to accept (10, if empty)").optional(),
            Field::new("even_if_away", FieldKind::Boolean, "Even if they are away").optional(),
        ],
    ),
    offer(
        Verb::Snooze,
        ("snooze", "Snooze"),
        "Nobody is called until then; it rings again unless the incident is over.",
        &[
            Field::choice("for", "For how long", SPANS).optional(),
            Field::new("until", FieldKind::Time, "Or until").optional(),
        ],
    ),
    offer(
        Verb::Escalate,
        ("escalate", "Call the next step"),
        "The next people of the policy are called at once.",
        &[],
    ),
    offer(
        Verb::RingAgain,
        ("ring_again", "Call again"),
        "The people of the policy are called again, from the first step.",
        &[],
    ),
];

const fn offer(
    verb: Verb,
    (command, label): (&'static str, &'static str),
    help: &'static str,
    fields: &'static [Field],
) -> (Verb, Offer) {
    (verb, Offer { command, label, help, fields })
}

const SPANS: &[Choice] = &[
    Choice { value: "15m", label: "15 minutes" },
    Choice { value: "1h", label: "1 hour" },
    Choice { value: "morning", label: "Until it is 08:00 for you" },
];
