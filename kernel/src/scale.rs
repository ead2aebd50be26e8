use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much is hit (ITIL): the whole organisation or something mission-critical, a department,
/// or a single user. Ordered: `Low < High`.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// One user, or something nobody depends on.
    Low,
    /// A department or several users.
    #[default]
    Medium,
    /// The whole organisation, or a mission-critical use case.
    High,
}

/// How soon it has to be dealt with. Ordered: `Low < High`.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Can wait for working hours.
    Low,
    /// Soon.
    #[default]
    Medium,
    /// At once.
    High,
}

/// The order of work. Ordered by importance: `P1 < P2`, so that P1 sorts first.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[expect(missing_docs, reason = "the five names say it")]
pub enum Priority {
    P1,
    P2,
    P3,
    P4,
    P5,
}

impl Priority {
    /// All of them, the most important first.
    pub const ALL: [Priority; 5] =
        [Priority::P1, Priority::P2, Priority::P3, Priority::P4, Priority::P5];
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Impact::Low => "low",
            Impact::Medium => "medium",
            Impact::High => "high",
        })
    }
}

impl fmt::Display for Urgency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Urgency::Low => "low",
            Urgency::Medium => "medium",
            Urgency::High => "high",
        })
    }
}
