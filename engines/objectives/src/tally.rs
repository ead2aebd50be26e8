use std::ops::Add;

/// What was counted in a window: events, or microseconds of time, as the indicator has it.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Tally {
    /// What was good.
    pub good: f64,
    /// What was counted at all.
    pub total: f64,
    /// Microseconds of the window of which something is known.
    pub known_micros: i64,
    /// Microseconds of the window of which nothing is known; neither good nor bad.
    pub unknown_micros: i64,
}

impl Tally {
    /// What was counted and not good.
    pub fn bad(&self) -> f64 {
        self.total - self.good
    }

    /// The indicator, `good / total`; `None` when nothing was counted.
    pub fn ratio(&self) -> Option<f64> {
        (self.total > 0.0).then(|| self.good / self.total)
    }

    /// Which share of the window is unknown; `None` for a window without length.
    pub fn unknown_share(&self) -> Option<f64> {
        let all = self.known_micros + self.unknown_micros;
        (all > 0).then(|| self.unknown_micros as f64 / all as f64)
    }
}

impl Add for Tally {
    type Output = Tally;

    fn add(self, other: Tally) -> Tally {
        Tally {
            good: self.good + other.good,
            total: self.total + other.total,
            known_micros: self.known_micros + other.known_micros,
            unknown_micros: self.unknown_micros + other.unknown_micros,
        }
    }
}
