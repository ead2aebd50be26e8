//! What was counted in a minute. Sources that answer with rates know fractions of events: they are
//! kept to thousandths, so that a share survives however few there were.

use std::ops::Add;

/// Parts in which an event is counted.
pub(crate) const PARTS: u64 = 1_000;
/// The most events of which fractions are read; more than a minute holds.
const EVENTS_MAX: f64 = 1e13;

/// Events of one minute, to thousandths.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// How many were good, in thousandths.
    pub(crate) good: u64,
    /// How many there were, in thousandths.
    pub(crate) total: u64,
}

impl Counts {
    /// Whole events: how many were good, and how many there were.
    pub const fn whole(good: u64, total: u64) -> Counts {
        Counts { good: good.saturating_mul(PARTS), total: total.saturating_mul(PARTS) }
    }

    /// Events with their fractions, to the nearest thousandth; `None` for what is no number of
    /// events.
    pub fn parts(good: f64, total: f64) -> Option<Counts> {
        let parts = |events: f64| {
            let events = (0.0..=EVENTS_MAX).contains(&events).then_some(events)?;
            Some((events * PARTS as f64).round() as u64)
        };
        Some(Counts { good: parts(good)?, total: parts(total)? })
    }

    /// How many were good.
    pub fn good(&self) -> f64 {
        self.good as f64 / PARTS as f64
    }

    /// How many there were.
    pub fn total(&self) -> f64 {
        self.total as f64 / PARTS as f64
    }

    /// Whether nothing was counted.
    pub fn is_none(&self) -> bool {
        self.total == 0
    }

    /// Whether all were good.
    pub fn is_good(&self) -> bool {
        self.good == self.total
    }

    /// The good share of another amount, rounded down: what was bad stays so. Nothing when nothing
    /// was counted.
    pub fn share_of(&self, amount: u64) -> u64 {
        let share = u128::from(self.good) * u128::from(amount);
        let share = share.checked_div(u128::from(self.total)).unwrap_or(0);
        u64::try_from(share).unwrap_or(amount)
    }

    /// Whether there are no fractions.
    pub(crate) fn is_whole(&self) -> bool {
        self.good.is_multiple_of(PARTS) && self.total.is_multiple_of(PARTS)
    }
}

impl Add for Counts {
    type Output = Counts;

    fn add(self, other: Counts) -> Counts {
        Counts { good: self.good + other.good, total: self.total + other.total }
    }
}
