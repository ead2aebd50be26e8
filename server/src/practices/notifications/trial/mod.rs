//! Trying a routing before it counts: on labels that somebody wrote down, and on what fired during
//! the last days.

mod compare;
mod routes;
pub mod store;
#[cfg(test)]
mod tests;

pub use routes::routes;
