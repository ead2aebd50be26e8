//! The shell of the on-call practice: pages, and the courier's reports on their calls.

mod away;
pub mod devices;
mod overrides;
pub mod people;
pub mod routes;
pub mod schedules;
pub mod store;
