//! Rooms of chat services: they show incidents, one message for each that is written anew as the
//! incident goes on, and people deal with them there as everywhere else.
//!
//! The journal asks for messages (`follow`), the courier carries them (`rooms`), services hand in
//! what people did (`door`), and `people`, `commands` and `forms` say who may do what. What is
//! shown is decided by value in `desk`. How a service is spoken to is in `connectors::chat`, which
//! has the one list of them; nothing here knows a single one.

mod commands;
mod desk;
mod door;
pub mod follow;
mod forms;
mod people;
pub mod rooms;
mod routes;
mod setup;
pub mod store;
#[cfg(test)]
mod tests;

pub use door::routes as door_routes;
pub use routes::routes;

/// The channel of messages to rooms in the outbox.
pub const CHANNEL: &str = "chat";
