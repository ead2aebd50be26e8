//! Notifications: groups of alerts that receivers are told of, by Alertmanager's configuration.
//!
//! [`live`] holds the configuration, [`board`] the groups in memory, [`dispatch`] flushes those
//! that are due, and the courier carries what was decided.

pub mod board;
pub mod carry;
pub mod dispatch;
mod explain;
pub mod live;
pub mod routes;
pub mod store;
#[cfg(test)]
mod tests;
mod way;
