//! From what was measured to good and total. Events come from [`Buckets::sum`], time in which
//! something was available from [`crate::availability()`]; the other kinds are here.

use calendar::Span;
use serde::{Deserialize, Serialize};

use crate::{Buckets, MINUTE, Tally};

/// What becomes of a slice of which nothing is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// It does not count.
    #[default]
    Ignore,
    /// It counts as bad.
    Bad,
}

/// How a measured value is held against a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
}

impl Comparison {
    /// Whether `value` is on the right side of `limit`; a number that is none never is.
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Comparison::Lt => value < limit,
            Comparison::Lte => value <= limit,
            Comparison::Gt => value > limit,
            Comparison::Gte => value >= limit,
        }
    }
}

/// Time cut into slices, each judged by itself: a busy hour weighs no more than a quiet one.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Slices {
    /// Length of a slice, in whole minutes.
    pub minutes: u16,
    /// The least share of good events of a good slice.
    pub target: f64,
    /// How the share is held against the target.
    pub comparison: Comparison,
    /// What becomes of slices without events.
    pub missing: Missing,
}

impl Slices {
    /// Good slices and slices within a window, in microseconds of their length: `SLI = good slices
    /// / counted slices`. A slice that the window cuts counts with what lies inside.
    pub fn tally(&self, buckets: &Buckets, within: Span) -> Tally {
        self.fold(buckets, within, |ratio| f64::from(self.comparison.holds(ratio, self.target)))
    }

    /// The mean of the shares of all slices, in microseconds (OpenSLO's `RatioTimeslices`).
    pub fn mean(&self, buckets: &Buckets, within: Span) -> Tally {
        self.fold(buckets, within, |ratio| ratio)
    }

    fn fold(&self, buckets: &Buckets, within: Span, worth: impl Fn(f64) -> f64) -> Tally {
        let length = i64::from(self.minutes.max(1)) * MINUTE;
        let mut from = within.from.div_euclid(length) * length;
        let mut sum = Tally::default();
        while from < within.until {
            let slice = Span::new(from, from + length).clip(within);
            from += length;
            let weight = slice.length();
            let worth = match (buckets.sum(slice).ratio(), self.missing) {
                (Some(ratio), _) => worth(ratio),
                (None, missing) => {
                    sum.unknown_micros += weight;
                    sum.total += if missing == Missing::Bad { weight as f64 } else { 0.0 };
                    continue;
                }
            };
            sum.known_micros += weight;
            sum.good += worth * weight as f64;
            sum.total += weight as f64;
        }
        sum
    }
}

/// How many events took how long: counts up to bounds that grow, as a Prometheus histogram has
/// them.
#[derive(Clone, PartialEq, Debug)]
pub struct Latency {
    /// Upper bounds in seconds with the number of events up to them; the last is all.
    pub up_to: Vec<(f64, u64)>,
}

impl Latency {
    /// Events that took no longer than `limit_seconds`. Between two bounds only those up to the
    /// lower one are known to be good: choose a limit that is a bound.
    pub fn tally(&self, limit_seconds: f64) -> Tally {
        let total = self.up_to.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let within = self.up_to.iter().filter(|(bound, _)| *bound <= limit_seconds);
        let good = within.map(|(_, count)| *count).max().unwrap_or(0);
        Tally { good: good as f64, total: total as f64, ..Tally::default() }
    }
}

/// The clock of one ticket against its promise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    /// When it was due; `None` when it never is.
    pub due: Option<i64>,
    /// When it was stopped, if it was.
    pub stopped: Option<i64>,
}

/// Attainment: `met / (met + missed)`. Open and late is missed, open and not late is not counted.
pub fn tickets(clocks: impl IntoIterator<Item = Clock>, now: i64) -> Tally {
    let mut sum = Tally::default();
    for clock in clocks {
        let late = |at: i64| clock.due.is_some_and(|due| at > due);
        match clock.stopped {
            Some(at) => {
                sum.total += 1.0;
                sum.good += f64::from(!late(at));
            }
            None if late(now) => sum.total += 1.0,
            None => {}
        }
    }
    sum
}

impl Tally {
    /// What a formula has worked out elsewhere: a share from 0 to 1. `None` for any other number.
    pub fn of_formula(share: f64) -> Option<Tally> {
        let share = (0.0..=1.0).contains(&share).then_some(share)?;
        Some(Tally { good: share, total: 1.0, ..Tally::default() })
    }
}
