use kernel::{IncidentId, ItemRef, Priority, Time};
use serde::{Deserialize, Serialize};

/// What degraded time counts in user minutes: half of what it counts when nothing works. A report
/// over incidents is about no contract that would say otherwise.
pub const DEGRADED_FACTOR: f64 = 0.5;

/// One incident, as far as reports ask about it. The shell fills it from the record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Case {
    /// The incident.
    pub id: IncidentId,
    /// The number that people call it by.
    pub number: u64,
    /// What was wrong.
    pub title: String,
    /// The order of work.
    pub priority: Priority,
    /// The main item.
    pub item: Option<ItemRef>,
    /// Whether it counts, and if not, why.
    pub outcome: Outcome,
    /// The kind of cause, once it is known: `technology`, `human` …
    pub cause_class: Option<String>,
    /// How many of the checks that it holds failed; nothing: it was not checked.
    pub checks_failed: Option<usize>,
    /// Whether a consumer said that it works again.
    pub confirmed: bool,
    /// How often it came back after it was resolved.
    pub reopen_count: u32,
    /// When it was opened.
    pub opened_at: Time,
    /// The fault began; may be unknown.
    pub started: Option<Time>,
    /// Operate first knew.
    pub detected: Option<Time>,
    /// A person first reported it.
    pub reported: Option<Time>,
    /// The first page was delivered.
    pub notified: Option<Time>,
    /// It was taken.
    pub acknowledged: Option<Time>,
    /// Whether a human being took it; a program does not count.
    pub acknowledged_by_human: bool,
    /// The cause or the course of action became known.
    pub diagnosed: Option<Time>,
    /// The service was back, for the last time.
    pub restored: Option<Time>,
    /// The work was done, for the last time.
    pub resolved: Option<Time>,
    /// It was closed.
    pub closed: Option<Time>,
    /// How many users it hit; nothing: unknown.
    pub users: Option<u64>,
    /// How long its users were without it, in microseconds: its outages, degraded time by
    /// [`DEGRADED_FACTOR`]; nothing while one lasts.
    pub lost_micros: Option<i64>,
    /// Whether it hit a use case or a product, or users.
    pub consumer_facing: bool,
    /// The outages that ended before the last one, each from and to.
    pub earlier_outages: Vec<(Time, Time)>,
    /// When the last outage began, if there were earlier ones.
    pub relapsed_at: Option<Time>,
}

/// What became of an incident, as far as it decides whether it counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// An incident, open or over.
    Incident,
    /// Was no incident.
    Cancelled {
        /// When that was found.
        at: Time,
    },
    /// Continued in another incident, which alone counts.
    Merged {
        /// When.
        at: Time,
    },
}
