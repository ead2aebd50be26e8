//! The shell of the incidents practice.

mod csv;
pub mod expected;
pub mod reporters;
pub mod routes;
pub mod store;
pub mod views;
