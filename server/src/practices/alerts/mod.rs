//! The shell of the alerts practice: the flood path, the records in memory, and their faces.

mod batch;
mod bulk;
pub mod classes;
mod common;
mod filter;
mod flight;
pub mod flood;
mod groups;
pub mod history;
pub mod hot;
mod list;
pub mod mandate;
pub mod placing;
mod postings;
pub mod routes;
pub mod store;
mod tally;
mod views;

#[cfg(test)]
mod tests;
