use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a practice said no, for programs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The record's stage does not allow the command.
    NotAllowedNow,
    /// A field is missing or wrong.
    Invalid,
    /// Something the command names does not exist.
    Unknown,
    /// Someone else changed the record first.
    Conflict,
    /// The person may not do this.
    Forbidden,
}

/// A practice said no: shown to whoever asked, never logged as an error.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
pub struct Refusal {
    /// For programs.
    pub code: RefusalCode,
    /// One sentence for people: what, and how to mend it.
    pub reason: String,
}

impl Refusal {
    /// The record's stage does not allow the command.
    pub fn not_allowed(reason: impl Into<String>) -> Refusal {
        Refusal { code: RefusalCode::NotAllowedNow, reason: reason.into() }
    }

    /// A field is missing or wrong.
    pub fn invalid(reason: impl Into<String>) -> Refusal {
        Refusal { code: RefusalCode::Invalid, reason: reason.into() }
    }

    /// Something the command names does not exist.
    pub fn unknown(reason: impl Into<String>) -> Refusal {
        Refusal { code: RefusalCode::Unknown, reason: reason.into() }
    }
}

/// What an error of serde begins with when the shape is right and what it holds is refused.
const REFUSED: &str = "refused: ";

impl Refusal {
    /// As an error of serde, for a text that is read with the JSON around it: the shape is right,
    /// what it holds is not. [`Refusal::reason_in`] tells it from a wrong shape.
    pub fn within_json<E: serde::de::Error>(&self) -> E {
        E::custom(format_args!("{REFUSED}{}", self.reason))
    }

    /// The reason, when an error of serde is that of [`Refusal::within_json`].
    pub fn reason_in(message: &str) -> Option<&str> {
        message.strip_prefix(REFUSED)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
