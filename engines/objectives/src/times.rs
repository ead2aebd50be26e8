//! From when to when the times of an incident run.

use serde::{Deserialize, Serialize};

/// When an incident went through what; each may be unknown. Instants in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Stamps {
    /// The fault began; may be entered later.
    pub start: Option<i64>,
    /// The first event or report was known.
    pub detect: Option<i64>,
    /// A person reported it.
    pub report: Option<i64>,
    /// The first page was delivered.
    pub notify: Option<i64>,
    /// A person took it; never a program.
    pub acknowledge: Option<i64>,
    /// It was known what to do.
    pub diagnose: Option<i64>,
    /// The service was back in its agreed state.
    pub restore: Option<i64>,
    /// The work was done.
    pub resolve: Option<i64>,
    /// It was closed.
    pub close: Option<i64>,
}

/// The times that are told apart; "MTTR" alone means [`Interval::Restore`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// From the fault to its detection; only where the fault's beginning is known.
    Detect,
    /// How far ahead of people detection was; negative when people were first.
    Lead,
    /// From the first page, else detection, to a person taking it.
    Acknowledge,
    /// From taking it to knowing what to do.
    Diagnose,
    /// From knowing what to do to service being back.
    Repair,
    /// From the fault, else detection, to service being back.
    Restore,
    /// From detection to the work being done.
    Resolve,
    /// From the work being done to closing.
    Close,
}

/// Why an incident has no such time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Excluded {
    /// One of its ends is not known, or not yet.
    Missing,
    /// Its stamps contradict each other; it is listed, never dropped.
    BadTimes,
}

impl Stamps {
    /// The length of one time, in microseconds.
    ///
    /// # Errors
    /// Why the incident is not counted.
    pub fn length(&self, interval: Interval) -> Result<i64, Excluded> {
        if !self.in_order() {
            return Err(Excluded::BadTimes);
        }
        let (from, until) = match interval {
            Interval::Detect => (self.start, self.detect),
            Interval::Lead => (self.detect, self.report),
            Interval::Acknowledge => (self.notify.or(self.detect), self.acknowledge),
            Interval::Diagnose => (self.acknowledge, self.diagnose),
            Interval::Repair => (self.diagnose, self.restore),
            Interval::Restore => (self.start.or(self.detect), self.restore),
            Interval::Resolve => (self.detect, self.resolve),
            Interval::Close => (self.resolve, self.close),
        };
        let length = until.ok_or(Excluded::Missing)? - from.ok_or(Excluded::Missing)?;
        // Only detection may come after people.
        if length < 0 && interval != Interval::Lead {
            return Err(Excluded::BadTimes);
        }
        Ok(length)
    }

    /// Whether the fault began before its detection, that before it was taken, and restoring came
    /// before resolving and closing.
    pub fn in_order(&self) -> bool {
        let rising = |stamps: [Option<i64>; 3]| stamps.into_iter().flatten().is_sorted();
        rising([self.start, self.detect, self.acknowledge])
            && rising([self.restore, self.resolve, self.close])
    }
}
