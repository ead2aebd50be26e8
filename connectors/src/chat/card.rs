//! What a room shows of an incident, and the forms that it opens: the same for every service.

use kernel::Priority;

/// Longest title in a room, in characters.
const TITLE_CHARS_MAX: usize = 200;
/// Longest name of a person or an item in a room, in characters.
const NAME_CHARS_MAX: usize = 100;
/// Longest title and question of a form that every service shows, in characters.
pub const LABEL_CHARS_MAX: usize = 24;
/// Longest text in a form, in characters.
pub const TEXT_CHARS_MAX: usize = 2000;

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
    /// Write something down.
    Comment,
}

impl Deed {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Deed; 5] =
        [Deed::Acknowledge, Deed::Restore, Deed::Resolve, Deed::Escalate, Deed::Comment];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Deed::Acknowledge => "acknowledge",
            Deed::Restore => "restore",
            Deed::Resolve => "resolve",
            Deed::Escalate => "escalate",
            Deed::Comment => "comment",
        }
    }

    /// What the button says.
    pub fn label(self) -> &'static str {
        match self {
            Deed::Acknowledge => "Acknowledge",
            Deed::Restore => "Mark restored",
            Deed::Resolve => "Resolve…",
            Deed::Escalate => "Escalate",
            Deed::Comment => "Comment…",
        }
    }

    /// The one of a name.
    pub fn named(name: &str) -> Option<Deed> {
        Deed::ALL.into_iter().find(|deed| deed.name() == name)
    }
}

/// A form that asks what a deed needs to know.
#[derive(Clone, PartialEq, Debug)]
pub struct Form<'a> {
    /// What it is for.
    pub deed: Deed,
    /// The incident's id.
    pub incident: &'a str,
    /// What stands above it, in [`LABEL_CHARS_MAX`] characters.
    pub title: String,
    /// What is asked.
    pub fields: Vec<FormField<'a>>,
}

/// One question of a form.
#[derive(Clone, PartialEq, Debug)]
pub struct FormField<'a> {
    /// Its name on the wire.
    pub name: &'static str,
    /// The question, in [`LABEL_CHARS_MAX`] characters.
    pub label: &'static str,
    /// What can be answered.
    pub kind: FieldKind<'a>,
}

/// What can be answered in a form.
#[derive(Clone, PartialEq, Debug)]
pub enum FieldKind<'a> {
    /// One of these, as value and label.
    Choice(Vec<(&'a str, &'a str)>),
    /// A text of up to [`TEXT_CHARS_MAX`] characters.
    Text {
        /// Whether it may stay empty.
        optional: bool,
    },
}

impl Card {
    /// `[P1] #42 Database orders-db down`
    pub(super) fn headline(&self) -> String {
        format!("[{}] #{} {}", self.priority, self.number, short(&self.title, TITLE_CHARS_MAX))
    }

    /// `Diagnosing · Ada has it · service/payments`
    pub(super) fn details(&self) -> String {
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
pub(super) fn short(text: &str, chars_max: usize) -> String {
    let line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    line.take(chars_max).collect()
}
