//! The shell of the on-call practice: pages, and the courier's reports on their calls.

pub mod answers;
mod away;
pub mod by_time;
pub mod devices;
mod fairness;
pub mod fed;
pub mod feeds;
pub mod gaps;
pub mod handover;
pub mod leave;
pub mod mandate;
mod mine;
pub mod note;
pub mod notices;
mod overrides;
pub mod people;
pub mod presence;
mod preview;
pub mod proofs;
pub mod routes;
pub mod schedules;
pub mod store;
mod trial;
mod uncovered;
pub mod wishes;

#[cfg(test)]
mod tests;
