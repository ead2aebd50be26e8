//! PagerDuty's Events API v2, `POST /v2/enqueue` and `POST /v2/change/enqueue`: what is sent to
//! PagerDuty can be sent here.
//!
//! [`Event`] and [`Change`] are read whole before anything is judged, so that an answer can name
//! everything that is wrong, as PagerDuty's does. What is too long for an annotation is cut, and
//! ends with `…`; nothing else of an event is left out.
//!
//! **Invariant:** the shape and limits are those that PagerDuty documents. That a routing key has
//! 32 characters is not asked: keys of Operate are longer.

mod change;
mod event;
pub mod export;
mod members;

pub use change::Change;
pub use event::{Action, Event};

use serde_json::{Value, json};

/// Longest body: 512 kB.
pub const BODY_BYTES_MAX: usize = 512 * 1024;
/// Longest `payload.summary`, in characters.
pub const SUMMARY_CHARS_MAX: usize = 1024;
/// Longest `dedup_key`, in characters.
pub const DEDUP_KEY_CHARS_MAX: usize = 255;

/// What is wrong with an event: every fault that was found.
#[derive(Clone, PartialEq, Eq, Debug, Default, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct Faults(Vec<String>);

impl Faults {
    pub(crate) fn add(&mut self, fault: impl Into<String>) {
        self.0.push(fault.into());
    }

    pub(crate) fn none_or<T>(self, value: T) -> Result<T, Faults> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

/// The routing key of a body that is otherwise unread; `None` without one.
///
/// # Errors
/// When the body is no JSON object.
pub fn routing_key(body: &[u8]) -> Result<Option<String>, Faults> {
    /// Everything else is passed over without being kept.
    #[derive(serde::Deserialize)]
    struct Key {
        #[serde(default)]
        routing_key: Option<String>,
    }
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Faults(vec!["the body is no JSON object".to_owned()]));
    }
    let key: Key = serde_json::from_slice(body).map_err(|error| unread(&error))?;
    Ok(key.routing_key.filter(|key| !key.is_empty()))
}

/// What reading JSON said; it may quote what was sent.
fn unread(error: &serde_json::Error) -> Faults {
    Faults(vec![format!("the body cannot be read: {}", crate::wire::shortened(&error.to_string()))])
}

/// The body of an answer 202 to an event.
pub fn taken(message: &str, dedup_key: &str) -> Value {
    json!({ "status": "success", "message": message, "dedup_key": dedup_key })
}

/// The body of an answer 400.
pub fn invalid(faults: &Faults) -> Value {
    json!({
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": faults.0,
    })
}

/// The body of any other answer that is no success.
pub fn failed(status: &str, message: &str) -> Value {
    json!({ "status": status, "message": message, "errors": [message] })
}

#[cfg(test)]
mod tests;
