//! Offers of shifts: store, routes, and how a shift changes hands.

pub mod hands;
pub mod link;
pub mod routes;
pub mod store;
pub mod telling;
#[cfg(test)]
mod tests;
