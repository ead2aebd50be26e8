//! Rooms in which incidents are shown and dealt with.
//!
//! What the services have in common is here: the card that a room shows, the forms it opens, what
//! people did in it, and the commands they write. A folder for each service says how all of that
//! is written there, as a [`Service`]; [`SERVICES`] is the one list of them.

mod card;
mod incoming;
mod mattermost;
mod service;
mod slack;
mod words;

pub use card::{Card, Deed, FieldKind, Form, FormField, LABEL_CHARS_MAX, TEXT_CHARS_MAX};
pub use incoming::{Doing, Incoming, Refused, Request};
pub use mattermost::Mattermost;
pub use service::{About, At, Entry, Member, Reply, Service, Setup};
pub use slack::Slack;
pub use words::{HELP, Words};

use card::short;

/// Every service that has rooms.
pub const SERVICES: [&dyn Service; 2] = [&Slack, &Mattermost];

/// The service of a name.
pub fn service(name: &str) -> Option<&'static dyn Service> {
    SERVICES.into_iter().find(|service| service.about().name == name)
}
