//! Silences: alerts that match are recorded, and told to nobody for a while.
//!
//! ```text
//! create ─► pending ─► active ─► expired
//!              ▲          │
//!              └──────────┘          one that recurs waits for its next window
//! ```
//!
//! Which alerts a silence holds back is told by its labels' conditions and its window alone: the
//! stage follows the clock and may be a moment late. Changes are as in Alertmanager: what is held
//! back never changes under one id, so that other conditions or another beginning of an active
//! silence make a new one that takes over.
//!
//! **Invariant:** a silence changes no alert, and nothing that is open closes because of one.

mod check;
mod command;
mod event;
mod matching;
mod plan;
mod silence;
mod stage;
mod view;

pub use check::{COMMENT_CHARS_MAX, CREATOR_CHARS_MAX, MATCHER_BYTES_MAX, MATCHERS_MAX, OPEN_MAX};
pub use command::{Command, Plan};
pub use event::{Creation, Edition, Event, Why, describe};
pub use matching::Conditions;
pub use plan::{DURATION_SECONDS_MAX, DURATION_SECONDS_MIN, Recurrence, Window};
pub use silence::Silence;
pub use stage::{ALLOWED, Stage, Verb};
pub use view::{Offer, View};

#[cfg(test)]
mod tests;
