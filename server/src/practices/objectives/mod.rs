//! The shell of objectives: counts by the minute, asked from sources or pushed; how their budgets
//! stand; and the alerts of budgets that burn.
//!
//! What was counted is a row for each objective and day; what windows need of it is in memory. One
//! process asks a source at a time, and one decides; every process reckons.

mod composites;
pub mod decide;
pub mod decision;
mod evaluate;
pub mod exclusions;
mod export;
pub mod keep;
mod lease;
pub mod live;
pub mod openslo;
mod periods;
pub mod pull;
mod push;
mod question;
mod records;
pub mod routes;
mod series;
pub mod signal;
mod sources;
pub mod store;
mod targets;
pub mod terms;
mod views;
mod whatif;

#[cfg(test)]
mod tests;
