//! Notifications: groups of alerts that receivers are told of, by Alertmanager's configuration.
//!
//! [`live`] holds the configuration, [`kept`] its versions in the product, [`policy`] what it
//! cannot say, [`board`] the groups in memory, [`held`] what keeps an alert from
//! being told.
//! [`dispatch`] flushes those that are due, [`desk`] decides what receivers are told of them, at
//! once or in [`digests`], or not ([`untold`]), and the courier carries it.

pub mod board;
pub mod broken;
pub mod carry;
pub mod desk;
pub mod digests;
pub mod dispatch;
mod explain;
pub mod held;
pub mod kept;
pub mod live;
pub mod policy;
pub mod routes;
pub mod store;
#[cfg(test)]
mod tests;
pub mod trial;
mod untold;
mod way;
