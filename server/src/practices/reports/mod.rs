//! The shell of the reports practice.

pub mod alerts;
pub mod companions;
mod load;
mod patterns;
pub mod routes;
pub mod store;
#[cfg(test)]
mod tests;
