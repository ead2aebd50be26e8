//! The shell of each practice: `store.rs` holds its SQL, `routes.rs` its HTTP faces.

pub mod alerts;
pub mod clocks;
pub mod contracts;
pub mod estate;
pub mod heartbeats;
pub mod incidents;
pub mod notifications;
pub mod objectives;
pub mod oncall;
pub mod reports;
pub mod silences;
pub mod swaps;
pub mod tuning;

#[cfg(test)]
mod tests;
