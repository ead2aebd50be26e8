//! A world in memory around the real practices and streams: virtual time, seeds, monitoring that
//! repeats and delays, people who do anything, crashes, a channel that fails; and oracles that
//! say what must hold whatever happens. For development only.
//!
//! A seed gives the same run on any machine: nothing here reads a clock or the system's randomness.

mod clocks;
pub mod oracle;
pub mod outside;
pub mod people;
mod rising;
pub mod rng;
pub mod run;
mod sample;
pub mod scenario;
pub mod shelf;
mod shifts;
mod watched;
pub mod world;
