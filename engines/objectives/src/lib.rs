//! Promises and what is left of them: indicators, error budgets, burn rates, availability.
//!
//! Instants and lengths are microseconds, instants since 1970 in UTC. Formulas are those of the
//! books on site reliability engineering ("The Site Reliability Workbook", chapters 2 and 5) and of
//! plain availability arithmetic; each is written where it is computed.
//!
//! **Invariant:** what is missing is unknown, never good. A figure that cannot be told is `None`,
//! never 0 or 100 %.

mod alerts;
mod availability;
mod buckets;
mod budget;
mod counts;
mod encoding;
mod exclusion;
mod indicator;
mod promise;
mod reliability;
mod tally;
mod times;
mod window;

pub use alerts::{Guard, Pair, Severity, Verdict, pairs};
pub use availability::{
    Availability, Degraded, Maintenance, Observed, Outage, Terms, availability, fewer_than,
};
pub use buckets::{BucketError, Buckets};
pub use budget::{Budget, Policy, Runway, Stance, Target, burn};
pub use counts::Counts;
pub use encoding::DecodeError;
pub use exclusion::{Exclusion, LeftOut, exclude};
pub use indicator::{Clock, Comparison, Latency, Missing, Slices, tickets};
pub use promise::{Standing, standing};
pub use reliability::{Reliability, mission};
pub use tally::Tally;
pub use times::{Excluded, Interval, Stamps};
pub use window::{Unit, Window, WindowError};

/// Microseconds of a minute.
pub(crate) const MINUTE: i64 = 60_000_000;
