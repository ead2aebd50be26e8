//! The routing that is kept in the product: a text as Alertmanager's configuration file has it,
//! with templates beside it, in versions that are never changed.
//!
//! **Invariants.** The database never holds a secret in the clear: secrets are taken out of the
//! text and sealed together. No answer, log line or journal entry has one. A text that is kept
//! reads no file of the machine.

mod diff;
mod routes;
mod save;
pub mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use connectors::alertmanager::config::{ConfigError, Kept};
use kernel::{Actor, Time};
use routing::Syntax;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::live::Routing;
use crate::keys::Keys;
use crate::problem::Problem;

pub use routes::routes;

/// What a text that is kept is called in mistakes.
pub const NAME: &str = "routing";

/// A template beside the text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateText {
    /// Its name, as that of a file.
    #[schema(example = "ours.tmpl")]
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// A version of the routing.
#[derive(Clone, PartialEq, Debug)]
pub struct Version {
    /// Counts from 1.
    pub version: i64,
    /// When it was made.
    pub at: Time,
    /// By whom.
    pub actor: Actor,
    /// Why.
    pub reason: String,
    /// What it says.
    pub data: Data,
    /// Its secrets, sealed; empty when it has none.
    pub sealed: String,
}

/// What a version says, without its secrets.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Data {
    /// The text, with `<secret>` where a secret stands.
    pub text: String,
    /// The templates beside it.
    pub templates: Vec<TemplateText>,
    /// The places whose secret became another one.
    pub secrets_changed: Vec<String>,
    /// The version that was taken back, when it was made so.
    pub taken_back: Option<i64>,
}

impl Version {
    /// The text with its secrets.
    ///
    /// # Errors
    /// When the secrets were sealed under another key file.
    fn kept(&self, keys: &Keys) -> Result<Kept, String> {
        let text = self.data.text.clone();
        if self.sealed.is_empty() {
            return Ok(Kept { text, secrets: BTreeMap::new() });
        }
        let secrets = keys
            .unseal(&self.sealed)
            .ok()
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or_else(|| {
                format!(
                    "the secrets of version {} of the routing do not open with the key file of \
                     this installation; write them again in place of every `<secret>`, and save",
                    self.version
                )
            })?;
        Ok(Kept { text, secrets })
    }
}

/// Reads a version as it comes into force.
///
/// # Errors
/// Why it cannot, with how to mend it.
pub fn opened(version: &Version, keys: &Keys, syntax: Syntax) -> Result<Routing, String> {
    let told = |errors: Vec<ConfigError>| {
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let text = version.kept(keys)?.whole(NAME).map_err(told)?;
    Routing::of_text(&text, NAME, &version.data.templates, syntax).map_err(told)
}

/// Mistakes in a text as a problem: the first in words, all of them as a list.
pub fn refused(errors: &[ConfigError]) -> Problem {
    let Some(first) = errors.first() else { return Problem::refused("the text is wrong") };
    let told = |error: &ConfigError| estate::Mistake {
        file: error.file.clone(),
        line: error.line,
        column: error.column,
        field: error.field.clone(),
        message: error.problem.clone(),
        remedy: error.remedy.clone(),
    };
    let place = match first.line {
        0 => String::new(),
        line => format!("line {line}, column {}: ", first.column),
    };
    let mut problem = Problem::refused(format!("{place}{}", first.problem));
    if !first.field.is_empty() {
        problem = problem.at(first.field.clone());
    }
    if !first.remedy.is_empty() {
        problem = problem.remedy(first.remedy.clone());
    }
    problem.errors = errors.iter().map(told).collect();
    problem
}
