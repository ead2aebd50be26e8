//! When a silence holds: one window, or one after the other by a rule.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use kernel::{Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Shortest window of a silence that recurs.
pub const DURATION_SECONDS_MIN: u32 = 60;
/// Longest window of a silence that recurs: a year.
pub const DURATION_SECONDS_MAX: u32 = 366 * 24 * 60 * 60;

/// A time in which alerts are held back: from its first moment until before its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = SilenceWindow)]
pub struct Window {
    /// From when.
    pub from: Time,
    /// Until when.
    pub until: Time,
}

impl Window {
    /// Whether it holds at this time.
    pub fn holds(self, at: Time) -> bool {
        self.from <= at && at < self.until
    }
}

/// When a silence comes again. The first time is counted from its beginning.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SilenceRecurrence)]
pub struct Recurrence {
    /// A rule of RFC 5545: `FREQ=WEEKLY;BYDAY=SU`.
    #[schema(max_length = 500)]
    pub rule: String,
    /// The zone in whose wall time it counts: `Europe/Berlin`.
    #[schema(max_length = 64)]
    pub zone: String,
    /// How long each window is.
    #[schema(minimum = 60, maximum = 31_622_400)]
    pub duration_seconds: u32,
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {} min in {}", self.rule, self.duration_seconds / 60, self.zone)
    }
}

impl Recurrence {
    /// Whether rule, zone and duration can be followed.
    ///
    /// # Errors
    /// A refusal that names what cannot.
    pub fn check(&self, begin: Time) -> Result<(), Refusal> {
        if !(DURATION_SECONDS_MIN..=DURATION_SECONDS_MAX).contains(&self.duration_seconds) {
            return Err(Refusal::invalid(format!(
                "each time lasts between {DURATION_SECONDS_MIN} and {DURATION_SECONDS_MAX} seconds"
            )));
        }
        self.compiled(begin).map(|_| ()).map_err(|error| Refusal::invalid(error.to_string()))
    }

    fn compiled(&self, begin: Time) -> Result<calendar::Recurrence, calendar::RuleError> {
        let begin = timestamp(begin).ok_or(calendar::RuleError::Begin)?;
        calendar::Recurrence::parse(&self.rule, &self.zone, begin)
    }
}

/// Beginning, end and recurrence of a silence: everything that its windows follow from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times<'a> {
    pub starts_at: Time,
    pub ends_at: Time,
    pub recurrence: Option<&'a Recurrence>,
}

impl Times<'_> {
    /// The first window that ends after `at`; `None` when no more comes.
    pub fn window(&self, at: Time) -> Option<Window> {
        self.windows(at, 1).pop()
    }

    /// The first windows that end after `at`, at most `count`.
    pub fn windows(&self, at: Time, count: usize) -> Vec<Window> {
        let Some(recurrence) = self.recurrence else {
            let whole = Window { from: self.starts_at, until: self.ends_at };
            return if at < self.ends_at { vec![whole] } else { Vec::new() };
        };
        if at >= self.ends_at {
            return Vec::new();
        }
        let Ok(rule) = recurrence.compiled(self.starts_at) else { return Vec::new() };
        let length = Duration::from_secs(recurrence.duration_seconds.into());
        // What begins after this ends after `at`.
        let after = (at - length).max(self.starts_at - Duration::from_micros(1));
        let Some(next) = timestamp(after + Duration::from_micros(1)) else { return Vec::new() };
        rule.following(next)
            .map(|from| Time::from_micros(from.as_microsecond()))
            .take_while(|from| *from < self.ends_at)
            .map(|from| Window { from, until: (from + length).min(self.ends_at) })
            .take(count)
            .collect()
    }
}

fn timestamp(time: Time) -> Option<Timestamp> {
    Timestamp::from_microsecond(time.micros()).ok()
}
