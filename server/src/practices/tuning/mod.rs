//! Tuning tasks: store and routes.

pub mod routes;
pub mod store;
#[cfg(test)]
mod tests;
