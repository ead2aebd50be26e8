//! The outside protocols: translation between their bytes and plain values, and nothing else.
//!
//! In: [`alertmanager`] (API v2) and [`events`] (our own JSON intake) give [`Signal`]s. Out:
//! [`email`], [`webhook`], [`webpush`] and [`paging`] carry a page to a person; [`chat`]
//! shows incidents in rooms and reads what people do there; [`link`] signs the address that
//! acknowledges it; [`calendars`] reads when people are away; [`prometheus`] asks sources for
//! measures; [`tls`] says how connections to us are made private. Nothing here decides, stores or
//! retries, and no file knows another protocol's: to add one, add a file.

pub mod alertmanager;
pub mod calendars;
pub mod chat;
pub mod cloudevents;
pub mod email;
pub mod events;
pub mod export;
mod flat;
pub mod goalert;
pub mod grafana_oncall;
pub mod link;
pub mod markup;
pub mod openslo;
pub mod opsgenie;
pub mod pagerduty;
pub mod paging;
pub mod places;
pub mod prometheus;
pub mod receivers;
pub mod seal;
mod send;
mod shape;
mod signal;
pub mod sloth;
mod suggest;
pub mod tls;
pub mod webhook;
pub mod webpush;
mod wire;

pub use send::{ConfigError, SendError};
pub use signal::{Pairs, Signal};
pub use wire::Malformed;
