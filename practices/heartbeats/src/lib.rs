//! Heartbeats: what has to report from time to time, and is missed when it does not. Backups, cron
//! jobs, and the monitoring itself.
//!
//! ```text
//! create ─► waiting ─► beating ◄──► overdue        waiting, beating, overdue ◄──► paused
//!                                                  all ─► removed
//! ```
//!
//! **Invariant:** a ping that changes nothing but the deadline is no history: it refreshes the
//! record, as a re-sent signal does an alert. Before its first ping a heartbeat is never overdue.

mod command;
mod event;
mod heartbeat;
mod plan;
mod stage;
mod view;

pub use command::Command;
pub use event::{Event, describe};
pub use heartbeat::{Gap, Heartbeat};
pub use plan::{
    GRACE_SECONDS_MAX, INTERVAL_SECONDS_MAX, INTERVAL_SECONDS_MIN, LABELS_MAX, Plan, WATCHES_MAX,
};
pub use stage::{ALLOWED, Stage, Verb};
pub use view::{Offer, View};

#[cfg(test)]
mod tests;
