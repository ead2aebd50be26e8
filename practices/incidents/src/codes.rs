//! The words that people choose from: causes, resolutions, whom it waits for.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kind of cause: what reports break down by (R077).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CauseClass {
    /// A machine or a program failed.
    Technology,
    /// Somebody made a mistake.
    Human,
    /// Something outside the organisation.
    External,
    /// Somebody changed something without leave.
    UnauthorisedChange,
    /// Not found.
    Unknown,
}

/// How an incident ended.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ResolutionCode {
    /// The cause is removed.
    Fixed,
    /// The effect is removed, the cause is not.
    Workaround,
    /// It went away by itself.
    SelfCleared,
    /// It could not be seen again.
    NotReproducible,
    /// Another incident has the same cause.
    Duplicate,
    /// Nothing was wrong.
    NoFaultFound,
}

impl fmt::Display for ResolutionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ResolutionCode::Fixed => "fixed",
            ResolutionCode::Workaround => "there is a way around it",
            ResolutionCode::SelfCleared => "it went away by itself",
            ResolutionCode::NotReproducible => "it could not be seen again",
            ResolutionCode::Duplicate => "another incident has the same cause",
            ResolutionCode::NoFaultFound => "nothing was wrong",
        })
    }
}

/// Whom or what an incident waits for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// The consumer has to answer.
    Consumer,
    /// A supplier has to act.
    Supplier,
    /// A change has to be carried out.
    Change,
    /// The risk is accepted for now.
    AcceptedRisk,
}

impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HoldReason::Consumer => "the consumer",
            HoldReason::Supplier => "a supplier",
            HoldReason::Change => "a change",
            HoldReason::AcceptedRisk => "an accepted risk",
        })
    }
}
