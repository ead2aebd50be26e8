//! The shell of the incidents practice.

pub mod expected;
pub mod routes;
pub mod store;
pub mod views;
