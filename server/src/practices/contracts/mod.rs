//! The shell of compliance: what contracts promised, what was kept, and what follows from it.

pub mod allowance;
pub mod close;
pub mod consumers;
pub mod counted;
pub mod coverage;
pub mod csv;
pub mod desk;
pub mod exposure;
pub mod facts;
pub mod gather;
pub mod hits;
pub mod hours;
pub mod kept;
pub mod mails;
pub mod observed;
pub mod presence;
mod preview;
pub mod release;
pub mod rewrites;
pub mod routes;
pub mod standing;
pub mod store;
#[cfg(test)]
mod tests;
pub mod underpinning;
mod verify;
pub mod views;
pub mod words;
