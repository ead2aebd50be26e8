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

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
