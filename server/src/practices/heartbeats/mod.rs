//! The shell of the heartbeats practice: records, pings, and the alerts of what is missed.

pub mod pings;
pub mod routes;
pub mod store;

#[cfg(test)]
mod tests;
