//! The clocks of contracts: where they are kept, how they are shown, and the alerts that tell of
//! them.

pub mod alarms;
pub mod routes;
pub mod store;
#[cfg(test)]
mod tests;
