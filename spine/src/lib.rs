//! The spine: how a change becomes durable, remembered, and acted upon.
//!
//! Database, journal and its seals, the engine that executes commands, followers of the journal,
//! the clockwork that wakes records, and the outbox. It knows records only by the kernel's
//! `Lifecycle`.
//!
//! **Invariant:** nothing here names a practice. Every wait goes through the [`Clock`].

pub mod clock;
pub mod clockwork;
pub mod db;
pub mod engine;
mod fault;
pub mod follow;
pub mod journal;
pub mod nodes;
pub mod outbox;
pub mod pack;
mod recent;
pub mod seal;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use clock::{Clock, World};
pub use db::{Conn, Db, Row, Tx, Value};
pub use engine::{Denied, Done, Table};
pub use fault::Fault;
pub use nodes::NodeId;
