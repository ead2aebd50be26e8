//! The shell of the reports practice.

pub mod alerts;
pub mod companions;
pub mod patterns;
pub mod routes;
pub mod store;
#[cfg(test)]
mod tests;
