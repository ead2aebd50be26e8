//! What alerts went through: written from the journal beside the flood path, kept for as long as
//! the settings say, asked with filters over all alerts, also those that are closed.
//!
//! **Invariant:** everything here follows from the journal, which stays whole; a row that is gone
//! is history that nobody wants to keep.

pub mod export;
pub mod keeper;
pub mod routes;
pub mod silenced;
pub mod store;
#[cfg(test)]
mod tests;
pub mod writer;
