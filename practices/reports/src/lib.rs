//! Reports: questions over what happened, read only. How long it took to detect, acknowledge,
//! restore and resolve, with every incident that was counted or left out named.
//!
//! **Invariant:** this crate decides nothing and knows no other practice. The shell reads the
//! incidents and hands them in as [`Case`]s; nothing is left out silently, and each figure says
//! which incidents stand behind it.

mod alert_steps;
mod alerts;
#[cfg(test)]
mod alerts_tests;
mod anomaly;
mod bearable;
mod case;
mod classes;
mod counts;
mod expected;
mod flapping;
mod groups;
mod load;
mod patterns;
#[cfg(test)]
mod patterns_tests;
mod quantile;
mod season;
#[cfg(test)]
mod tests;
mod times;
mod together;

pub use alert_steps::totals_by;
pub use alerts::{
    AlertDay, AlertReport, Around, Firing, Kept, Offender, RuleReport, RuleTuning, Totals,
    alert_report,
};
pub use anomaly::{Anomaly, AnomalyKind};
pub use bearable::{CodeCount, Ended, LoadLimits, TeamBacklog, Toil, Waiting, backlog, toil};
pub use case::{Case, DEGRADED_FACTOR, Outcome};
pub use classes::{ClassCounts, ClassReport, SourceClasses};
pub use counts::{Counts, Day, Proven, Volume, notable};
pub use expected::{Expected, ExpectedHour, Marks};
pub use groups::{GroupEvidence, MEMBERS_MAX, MEMBERS_MIN, Occasion, evidence, groups};
pub use load::{CalledTo, LoadDay, LoadReport, PersonLoad, Ring, load_report};
pub use patterns::{
    Asked, HourCount, Known, Patterns, Quarter, RuleSeries, WeekHour, patterns, reads_from,
};
pub use quantile::{mean, median, p90};
pub use season::{Compared, HOUR_MICROS, QUARTER_MICROS};
pub use times::{
    Behind, Excluded, Figure, FigureName, Group, Period, ShortFigure, TimesReport, times_report,
};
pub use together::{CROWD, Pair, together};
