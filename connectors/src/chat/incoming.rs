//! What people did in a room, however their service says it.

use std::collections::BTreeMap;

use super::Deed;

/// What somebody did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Incoming {
    /// The member's id.
    pub user: String,
    /// The room's id, where it is known.
    pub room: String,
    /// What a form may be opened with, within three seconds; empty where none may.
    pub trigger: String,
    /// Tells requests apart: the same when one is sent again.
    pub once: String,
    /// What it was.
    pub doing: Doing,
}

/// What somebody did in a room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Doing {
    /// Pressed a button of an incident's message.
    Pressed {
        /// Which button.
        deed: Deed,
        /// The incident's id.
        incident: String,
    },
    /// Wrote a slash command.
    Wrote {
        /// What stands after the command's name.
        text: String,
    },
    /// Filled in a form.
    Submitted {
        /// What the form is for.
        deed: Deed,
        /// The incident's id.
        incident: String,
        /// What was answered, by the names of the questions; nothing that was left empty.
        values: BTreeMap<String, String>,
    },
    /// Pressed a button or sent a form of ours that is too old to be trusted.
    Late,
    /// Something that asks for nothing, such as following a link.
    Nothing,
}

/// A request of a service.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The value of a header by its name in small letters; empty when there is none.
    pub header: &'a dyn Fn(&str) -> &'a str,
    /// The bytes of the body, as they came.
    pub body: &'a [u8],
}

/// Why a request is not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// What would show that it is the service's was not entered.
    #[error("{0}")]
    NotSetUp(&'static str),
    /// It is not known to be the service's.
    #[error("{0}")]
    Unsigned(String),
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// The value of a field in a form, as browsers and services send it.
pub(super) fn field(body: &[u8], name: &str) -> Option<String> {
    let found = form_urlencoded::parse(body).find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}
