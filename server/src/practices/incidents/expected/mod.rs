//! Alerts that planned work explains: where they are kept, and how they are shown.

pub mod routes;
pub mod store;
