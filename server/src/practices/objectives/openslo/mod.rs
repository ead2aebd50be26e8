//! Objectives of the estate as documents of OpenSLO, and back. What OpenSLO has no word for is
//! carried in an annotation, so that what is written reads back the same.

mod read;
mod routes;
mod sources;
#[cfg(test)]
mod tests;
mod window;
mod write;

use serde::Serialize;
use utoipa::ToSchema;

pub use read::{Beside, Read, read};
pub use routes::routes;
pub use write::written;

/// The annotation that carries what OpenSLO has no word for, as JSON.
const ALSO: &str = "operate/also";
/// What carries there what an objective is composed of.
const COMPOSED: &str = "composed";
/// The kind of source whose counts are pushed.
const PUSHED: &str = "Pushed";

/// What becomes of an element of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OpenSloFate)]
pub enum Fate {
    /// Taken as it is.
    AsIs,
    /// Taken, and changed.
    Changed,
    /// Not taken: Operate does it otherwise.
    LeftOut,
    /// Cannot be taken.
    NotPossible,
}

/// One line of what becomes of documents.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = OpenSloLine)]
pub struct Line {
    /// Kind and name of the document.
    pub element: String,
    /// What becomes of it.
    pub fate: Fate,
    /// How, or why not.
    pub because: String,
}
