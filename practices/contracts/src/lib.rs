//! What was promised, held against what happens.
//!
//! [`clocks`] holds the clocks that contracts set on an incident: how long until somebody answers,
//! writes, restores and resolves, counted in the working time that was agreed.
//! [`compliance`] holds what was kept of a promise, period by period, with the reasons behind each
//! figure.

pub mod clocks;
pub mod compliance;
