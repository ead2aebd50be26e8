//! The shell of the reports practice.

pub mod alerts;
pub mod companions;
pub mod routes;
