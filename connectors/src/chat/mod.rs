//! Rooms in which incidents are shown and dealt with: what the services have in common. A folder
//! for each says how it is written there.

pub mod slack;
mod words;

use kernel::Priority;

pub use words::{HELP, Words};

/// Longest title in a room, in characters.
const TITLE_CHARS_MAX: usize = 200;
/// Longest name of a person or an item in a room, in characters.
const NAME_CHARS_MAX: usize = 100;

/// An incident as a room shows it: one message, written anew when it changes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Card {
    /// Its id: what a button says of which incident it is.
    pub incident: String,
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its priority.
    pub priority: Priority,
    /// Where it is in its life, in a word.
    pub state: &'static str,
    /// Who has it.
    pub holder: Option<String>,
    /// What is hit.
    pub service: Option<String>,
    /// The buttons that are of use now, in their order.
    pub deeds: Vec<Deed>,
    /// Where to see it.
    pub url: String,
}

/// What a button asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Deed {
    /// Take it.
    Acknowledge,
    /// Say that the service is back.
    Restore,
    /// Say how it ended.
    Resolve,
    /// Call the next in line.
    Escalate,
}

impl Deed {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Deed; 4] = [Deed::Acknowledge, Deed::Restore, Deed::Resolve, Deed::Escalate];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Deed::Acknowledge => "acknowledge",
            Deed::Restore => "restore",
            Deed::Resolve => "resolve",
            Deed::Escalate => "escalate",
        }
    }

    /// What the button says.
    pub fn label(self) -> &'static str {
        match self {
            Deed::Acknowledge => "Acknowledge",
            Deed::Restore => "Mark restored",
            Deed::Resolve => "Resolve…",
            Deed::Escalate => "Escalate",
        }
    }

    /// The one of a name.
    pub fn named(name: &str) -> Option<Deed> {
        Deed::ALL.into_iter().find(|deed| deed.name() == name)
    }
}

/// A form with which an incident is resolved: what can be chosen, as value and label.
#[derive(Clone, PartialEq, Debug)]
pub struct Form<'a> {
    /// The incident's id.
    pub incident: &'a str,
    /// Its number.
    pub number: u64,
    /// The kinds of cause.
    pub causes: &'a [(&'a str, &'a str)],
    /// How it may have ended.
    pub codes: &'a [(&'a str, &'a str)],
}

impl Card {
    /// `[P1] #42 Database orders-db down`
    fn headline(&self) -> String {
        format!("[{}] #{} {}", self.priority, self.number, short(&self.title, TITLE_CHARS_MAX))
    }

    /// `Diagnosing · Ada has it · service/payments`
    fn details(&self) -> String {
        let holder = match &self.holder {
            Some(holder) => format!("{} has it", short(holder, NAME_CHARS_MAX)),
            None => "nobody has it".to_owned(),
        };
        let service = self.service.as_deref().map(|service| short(service, NAME_CHARS_MAX));
        let parts = [Some(self.state.to_owned()), Some(holder), service];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

/// A text on one line, not too long.
fn short(text: &str, chars_max: usize) -> String {
    let line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    line.take(chars_max).collect()
}
