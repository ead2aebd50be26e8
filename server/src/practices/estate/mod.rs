//! The shell of the estate practice: resources in the database, the estate in memory, its faces.

pub mod changes;
mod edits;
pub mod live;
pub mod routes;
pub mod store;
pub mod views;
