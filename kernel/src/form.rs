//! The form of a command: what web and command line ask for. They hold no rules of their own.

use serde::Serialize;
use utoipa::ToSchema;

/// One field of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = CommandField)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What kind of value.
    pub kind: FieldKind,
    /// Whether it must be given.
    pub required: bool,
    /// What people read.
    pub label: &'static str,
    /// The values of a choice; empty for all other kinds.
    pub options: &'static [Choice],
}

/// What kind of value a field takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    Longtext,
    /// RFC 3339.
    Time,
    /// A whole number, not negative.
    Number,
    /// `person/name`.
    Person,
    /// `team/name`.
    Team,
    /// `kind/name`.
    Item,
    /// The id of an incident.
    Incident,
    /// The id of an alert of the incident.
    Alert,
    /// The id of a task of the incident.
    Task,
    /// One of the options.
    Choice,
    /// Yes, or no when it is not said.
    Boolean,
}

/// One value of a choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Choice {
    /// The value in JSON.
    pub value: &'static str,
    /// What people read.
    pub label: &'static str,
}

impl Field {
    /// A field that must be given.
    pub const fn new(name: &'static str, kind: FieldKind, label: &'static str) -> Field {
        Field { name, kind, required: true, label, options: &[] }
    }

    /// One of these options.
    pub const fn choice(
        name: &'static str,
        label: &'static str,
        options: &'static [Choice],
    ) -> Field {
        Field { name, kind: FieldKind::Choice, required: true, label, options }
    }

    /// The same field, which may be left out.
    pub const fn optional(mut self) -> Field {
        self.required = false;
        self
    }
}
