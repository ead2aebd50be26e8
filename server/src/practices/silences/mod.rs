//! The shell of the silences practice: the table, the index in memory, and what changes both.

pub mod changes;
pub mod live;
pub mod mandate;
pub mod preview;
pub mod routes;
pub mod store;

#[cfg(test)]
mod tests;
