//! The shell of the reports practice.

pub mod alerts;
mod bearable;
pub mod companions;
mod load;
mod measures;
pub mod monthly;
mod patterns;
pub mod routes;
mod series;
pub mod store;
#[cfg(test)]
mod tests;
mod wanted;
