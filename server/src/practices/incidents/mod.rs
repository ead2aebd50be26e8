//! The shell of the incidents practice.

mod csv;
pub mod expected;
pub mod notices;
pub mod routes;
pub mod store;
pub mod views;
mod wanted;
