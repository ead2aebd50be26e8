//! Opsgenie's Alert API v2: what is sent to Opsgenie can be sent here.
//!
//! **Invariant:** the shapes and limits are those that Opsgenie documents. Who is to be told
//! (`responders`, `visibleTo`) is kept as it was sent and decides nothing: that is for routes and
//! escalation policies of Operate.

mod create;
pub mod export;
mod patch;
mod query;
mod request;

pub use create::{Create, PRIORITIES, severity_of, tags_of};
pub use patch::{HeartbeatBody, Patch};
pub use query::{Query, QueryError, Seen};
pub use request::{Action, Outcome, RequestId};

use serde_json::{Value, json};

/// Longest `message`, in characters.
pub const MESSAGE_CHARS_MAX: usize = 130;
/// Longest `description`, in characters.
pub const DESCRIPTION_CHARS_MAX: usize = 15_000;
/// Longest `note`, in characters.
pub const NOTE_CHARS_MAX: usize = 25_000;
/// Most tags.
pub const TAGS_MAX: usize = 20;

/// Fields that are wrong, each with what is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Faults(Vec<(String, String)>);

impl Faults {
    /// One field that is wrong.
    pub fn one(field: &str, problem: impl Into<String>) -> Faults {
        Faults(vec![(field.to_owned(), problem.into())])
    }

    pub(crate) fn add(&mut self, field: &str, problem: impl Into<String>) {
        self.0.push((field.to_owned(), problem.into()));
    }

    pub(crate) fn none_or<T>(self, value: T) -> Result<T, Faults> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    /// The body of an answer 422.
    pub fn body(&self, request: &str) -> Value {
        let errors: serde_json::Map<String, Value> =
            self.0.iter().map(|(field, problem)| (field.clone(), json!(problem))).collect();
        json!({
            "message": "Request body is not processable. Please check the errors.",
            "errors": errors, "took": 0.0, "requestId": request,
        })
    }
}

/// The body of an answer that is no success.
pub fn failed(message: &str, request: &str) -> Value {
    json!({ "message": message, "took": 0.0, "requestId": request })
}

/// The body of an answer 202.
pub fn accepted(result: &str, took: f64, request: &str) -> Value {
    json!({ "result": result, "took": took, "requestId": request })
}

#[cfg(test)]
mod tests;
