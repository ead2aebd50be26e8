//! Streams: how practices combine. A fact of one practice leads to commands of others; every
//! combination stands in one of two tables: [`detect_to_restore::react`], and [`tune`] for what
//! people say of the use of alerts.
//!
//! For each journal entry the shell loads what [`wants`] names, inside the transaction that moves
//! the stream's cursor, and executes the reactions in their order. A reaction that its practice
//! refuses is passed by: the record has moved on, and a later fact tells so.
//!
//! What follows is shown in `scenarios/`, which `sim` plays, and `sim` looks for what they forget.
//!
//! **Invariant:** nothing here loads, stores or waits. The same fact in the same context leads to
//! the same reactions.

mod accounts;
mod assess;
mod by_time;
pub mod companions;
pub mod detect_to_restore;
mod entering;
mod fact;
mod leading;
mod major;
mod paging;
mod planned;
mod policy;
mod potential;
mod promising;
mod proving;
mod routes;
mod steps;
mod tune;

pub use accounts::Accounts;
pub use assess::{assessment, counted_on, kin, relation};
pub use by_time::means_others;
pub use detect_to_restore::react;
pub use entering::{assigned, down_by};
pub use fact::{Context, Fact, Reaction, Want, wants};
pub use leading::{Glance, leads_somewhere};
pub use major::MajorPolicy;
pub use policy::Policy;
pub use promising::{clock, facts, promises};
pub use routes::{Route, RouteError, Routes};
pub use steps::{again_now as called_again, fresh as called_now, tick as page_tick, ways_to};
pub use tune::{rule_of, tune};
