//! The shell of the reports practice.

pub mod routes;
