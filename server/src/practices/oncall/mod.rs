//! The shell of the on-call practice: pages, and the courier's reports on their calls.

pub mod people;
pub mod routes;
pub mod store;
