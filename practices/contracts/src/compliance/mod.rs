//! What a contract promised and what was kept, period by period.
//!
//! The shell gathers what happened once ([`Seen`]) and asks for the [`figures`] of each contract
//! and [`Period`]: the same outage has other figures under other hours and terms. Every figure has
//! the intervals behind it ([`Line`]), each with its incident and why it was counted or not.
//!
//! **Invariant:** what nobody looked at is unknown, never good. A promise is kept when it holds
//! with everything unknown as down, missed when it does not with everything unknown as up.

mod agreement;
mod allowance;
mod clock_results;
mod consumable;
mod counted;
#[cfg(test)]
mod counted_tests;
#[cfg(test)]
mod edges_tests;
mod excluded;
mod exposure;
mod figures;
mod health;
mod hits;
#[cfg(test)]
mod hits_tests;
mod lines;
mod outlook;
mod performance;
mod period;
mod reckon;
mod release;
mod seen;
mod standing_now;
#[cfg(test)]
mod tests;
mod what_if;

pub use agreement::{Agreement, Credit, Promise, Version};
pub use allowance::{AllowanceAlarm, SOURCE, Taken};
pub use clock_results::{ClockKept, ClockReport, ClockRow, ClockRun, clock_report};
pub use consumable::{CheckLine, CheckLineKind, CheckResult, Consumable, Consumed};
pub use counted::{Counted, Counts, Measure, Target};
pub use excluded::LeftOut;
pub use exposure::{Exposure, exposure};
pub use figures::{Figures, Part, ReliabilityFigures, Verdict};
pub use health::{HealthInput, HealthSays, ProductHealth, Score, product_health};
pub use hits::{Dependencies, KeptHit, Struck, hits};
pub use lines::{Line, LineKind};
pub use outlook::{Boundary, Forecast, Outlook};
pub use performance::{Breach, Performance};
pub use period::{Period, PeriodUnit, periods};
pub use reckon::{figures, figures_of_incidents};
pub use release::{Budget, MAJOR, Purpose, Reason, Release, ReleaseInput, Weight, release};
pub use seen::{Blind, Case, CaseHit, CaseRef, Outcome, Seen, ServiceState, Work};
pub use standing_now::{ServiceNow, ServiceWord, service_now};
pub use what_if::{Supposed, suppose};

/// Seconds of a length in microseconds, to the microsecond: what is kept as text reads back the
/// same.
fn seconds(micros: f64) -> f64 {
    micros.round() / 1e6
}

/// A share in percent, to ten places: what is kept as text reads back the same.
fn percent(share: f64) -> f64 {
    (share * 1e12).round() / 1e10
}
