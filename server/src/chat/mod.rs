//! Rooms of chat services: they show incidents, one message for each that is written anew as the
//! incident goes on, and people deal with them there as everywhere else.
//!
//! The journal asks for messages (`follow`), the courier carries them (`rooms`), a service hands in
//! what people did (`slack`), and `people` and `commands` say who may do what. What is shown is
//! decided by value in `desk`.

mod commands;
mod desk;
pub mod follow;
mod people;
pub mod rooms;
mod routes;
mod slack;
pub mod store;
#[cfg(test)]
mod tests;

pub use routes::routes;
pub use slack::routes as slack_routes;

/// The channel of messages to rooms in the outbox.
pub const CHANNEL: &str = "chat";
/// The name of Slack.
const SLACK: &str = "slack";
