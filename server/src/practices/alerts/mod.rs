//! The shell of the alerts practice: the flood path, the records in memory, and their faces.

pub mod batch;
pub mod history;
pub mod hot;
pub mod routes;
pub mod store;
mod views;
