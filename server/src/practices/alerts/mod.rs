//! The shell of the alerts practice: the flood path, the records in memory, and their faces.

pub mod batch;
pub mod hot;
mod postings;
pub mod routes;
pub mod store;
mod views;

#[cfg(test)]
mod tests;
