//! The shell: the one place that knows the world. Wires practices and streams to database, HTTP,
//! clock and connectors.
//!
//! **Invariant:** no rule of a practice is decided here. What changes a record goes through
//! `spine::engine`; SQL stands only in files named `store.rs`.

pub mod access;
mod ack;
mod app;
pub mod backup;
mod bodies;
pub mod chat;
mod commands;
pub mod config;
mod courier;
mod csv;
mod extract;
mod feed;
mod fields;
mod health;
mod html;
mod intake;
mod keys;
mod listen;
mod listing;
mod nodes;
mod openapi;
mod ops;
mod overview;
mod parameters;
mod practices;
mod problem;
mod rounds;
mod router;
mod schema;
mod selfwatch;
mod sentences;
mod serve;
mod settings;
mod slots;
mod sole;
mod streams;
mod tail;
mod tls;
mod web;

pub use app::App;
pub use config::{Config, ConfigError};
/// Objectives as documents of OpenSLO.
pub use practices::objectives::openslo;
pub use problem::Problem;
pub use router::description;
pub use schema::MIGRATIONS;
pub use serve::{Running, StartError, start};
pub use settings::last_resorts;
pub use tls::check as check_tls;
