//! What people plan by: recurrence. Times at the edges are instants; between them a rule counts in
//! the wall time of a zone, so that "every night at two" stays at two over the change of clocks.

mod recurrence;

pub use recurrence::{OCCURRENCES_MAX, RULE_BYTES_MAX, Recurrence, RuleError};
