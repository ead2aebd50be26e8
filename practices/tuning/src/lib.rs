//! Tuning: what becomes of an alert rule that people find useless. A vote "not useful" on an alert
//! opens the task of its rule; later votes are added to it.
//!
//! ```text
//! vote ─► open ─► in work ─► done          open, in work ─► dismissed
//!           ▲                 │               │
//!           └──── a vote ─────┴───────────────┘
//! ```
//!
//! **Invariant:** a rule has one task over its whole life, with a round of votes each time it is
//! opened. A person counts once for each alert in a round.

mod command;
mod event;
mod stage;
mod task;
mod view;

pub use command::{Command, Remedy, VOTES_MAX};
pub use event::{Event, describe};
pub use stage::{ALLOWED, Stage, Verb};
pub use task::{Rule, Task, Vote};
pub use view::{Choice, Field, Offer, View};

#[cfg(test)]
mod tests;
