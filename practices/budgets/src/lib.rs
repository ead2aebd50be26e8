//! Error budgets of objectives: how each stands, when a burn calls somebody, what its policy says,
//! and which minutes are still to be asked for.
//!
//! ```text
//! counts ─► figures ─► decide ─► stance changed, burn began, burn over     asked ─► next ranges
//! ```
//!
//! **Invariant:** nothing is decided on what is unknown: a burn that began does not end because
//! nothing is heard any more, and a minute without an answer is neither good nor bad.

mod asking;
mod composed;
mod counting;
mod figures;
mod judge;
mod recorded;
mod terms;
mod words;

pub use asking::{Asked, CHUNK_MINUTES, ask, rest_minutes};
pub use composed::{COMPOSED_MINUTE, Combine, Composite, Part, Says};
pub use counting::{Parted, Per, counted, judged, minute_query};
pub use figures::{Figures, Moving, PairNow, figures, series};
pub use judge::{Burning, Event, State, Urgency, describe};
pub use recorded::Recorded;
pub use terms::{Alerts, Counting, Method, Terms};
pub use words::{Explained, amount, explain, length, minutes_left, percent, share};

/// The source of the alerts that say that an error budget burns, or is spent.
pub const SOURCE: &str = "objectives";

#[cfg(test)]
mod composed_tests;
#[cfg(test)]
mod tests;
