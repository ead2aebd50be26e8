//! Objectives that are composed of others, reckoned together minute by minute from what each of
//! them says.
//!
//! A minute of a composite counts its time, in whole microseconds: sums are then exact however a
//! time is split, and weights count only against each other.

use std::ops::Range;
use std::sync::Arc;

use objectives::{Buckets, Counts, Missing, Slices};

use crate::{Method, Terms};

const MINUTE: i64 = 60_000_000;
/// What a minute of a composite counts.
pub const COMPOSED_MINUTE: u64 = MINUTE as u64;
/// Shares are held against targets up to so much.
const NEAR: f64 = 1e-9;

/// How several objectives are reckoned together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Combine {
    /// The mean of their good shares, each with its weight, of those that are known.
    Weighted,
    /// A minute is good when it is for each of them by its own target.
    All,
}

/// An objective that is composed of others.
#[derive(Clone, PartialEq, Debug)]
pub struct Composite {
    /// How its parts are reckoned together.
    pub combine: Combine,
    /// Its parts.
    pub parts: Vec<Part>,
}

/// One of several objectives that are reckoned together.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// Its name.
    pub objective: String,
    /// What it weighs, in thousandths.
    pub weight: u64,
    /// What it promises.
    pub terms: Arc<Terms>,
}

/// What an objective says of a minute.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Says {
    /// Nobody knows.
    Unknown,
    /// Nothing was counted, or it does not count.
    Nothing,
    /// How good it was.
    Good {
        /// The good share of it, in microseconds.
        micros: u64,
        /// Whether that is enough by its own target.
        enough: bool,
    },
}

impl Composite {
    /// The counts of minutes, from the series of the parts in their order; minutes of which
    /// nothing is known are left out.
    pub fn minutes(&self, series: &[Buckets], range: Range<i64>) -> Vec<(i64, Counts)> {
        let parts = self.parts.iter().zip(series);
        let says: Vec<(u64, Vec<Says>)> = parts
            .map(|(part, buckets)| (part.weight, part.terms.says(buckets, range.clone())))
            .collect();
        let mut minute = Vec::with_capacity(says.len());
        let mut counted = Vec::new();
        for (place, at) in range.enumerate() {
            minute.clear();
            minute.extend(says.iter().map(|(weight, says)| (*weight, says[place])));
            counted.extend(self.combine.minute(&minute).map(|counts| (at, counts)));
        }
        counted
    }

    /// Whether a day is reckoned from days beside it: slices of a part do not end with it.
    pub fn straddles(&self) -> bool {
        const DAY: i64 = 1_440;
        self.parts.iter().any(|part| DAY % part.terms.slice_minutes() != 0)
    }
}

impl Combine {
    /// A minute of several objectives with their weights; `None` when nothing is known of it.
    pub fn minute(self, parts: &[(u64, Says)]) -> Option<Counts> {
        let (mut unknown, mut short) = (false, false);
        let (mut good, mut weights) = (0_u128, 0_u128);
        for (weight, says) in parts {
            match says {
                Says::Unknown => unknown = true,
                Says::Nothing => {}
                Says::Good { micros, enough } => {
                    good += u128::from(*weight) * u128::from(*micros);
                    weights += u128::from(*weight);
                    short |= !enough;
                }
            }
        }
        let counted = |good: u64| Some(Counts::whole(good, COMPOSED_MINUTE));
        match self {
            Combine::All if short => counted(0),
            Combine::All if unknown => None,
            Combine::All if weights > 0 => counted(COMPOSED_MINUTE),
            // Rounded down: what was bad stays so.
            Combine::Weighted if weights > 0 => {
                counted(u64::try_from(good / weights).unwrap_or(COMPOSED_MINUTE))
            }
            _ if unknown => None,
            _ => Some(Counts::default()),
        }
    }
}

impl Terms {
    /// What it says of each minute of a range. Where it judges slices of time, each minute says
    /// what its slice does; what it leaves out says nothing.
    pub fn says(&self, buckets: &Buckets, range: Range<i64>) -> Vec<Says> {
        let length = self.slice_minutes();
        let mut slice = None;
        let one = |minute: i64| {
            if !self.counting.counts(minute * MINUTE) {
                return Says::Nothing;
            }
            let number = minute.div_euclid(length);
            match slice {
                Some((of, says)) if of == number => says,
                _ => {
                    let says = self.slice(buckets, number * length..(number + 1) * length);
                    slice = Some((number, says));
                    says
                }
            }
        };
        range.map(one).collect()
    }

    fn slice_minutes(&self) -> i64 {
        match &self.method {
            Method::Events | Method::Time(_) => 1,
            Method::Slices(slices) | Method::Mean(slices) => i64::from(slices.minutes.max(1)),
        }
    }

    fn slice(&self, buckets: &Buckets, range: Range<i64>) -> Says {
        let (mut sum, mut known) = (Counts::default(), false);
        for minute in range.filter(|minute| self.counting.counts(minute * MINUTE)) {
            if let Some(counts) = buckets.minute(minute) {
                known = true;
                sum = sum + counts;
            }
        }
        if !sum.is_none() {
            return self.judged(sum);
        }
        match (&self.method, known) {
            (Method::Slices(Slices { missing: Missing::Bad, .. }), _)
            | (Method::Mean(Slices { missing: Missing::Bad, .. }), _)
            | (Method::Time(Missing::Bad), false) => Says::Good { micros: 0, enough: false },
            (_, true) => Says::Nothing,
            (_, false) => Says::Unknown,
        }
    }

    /// What counts of which there are some say.
    fn judged(&self, sum: Counts) -> Says {
        let share = sum.good() / sum.total();
        let reaches = |least: f64| match sum.is_good() {
            true => true,
            false => least < 1.0 && share >= least - NEAR,
        };
        let micros = sum.share_of(COMPOSED_MINUTE);
        match &self.method {
            Method::Events | Method::Time(_) => {
                Says::Good { micros, enough: reaches(self.target.share()) }
            }
            Method::Slices(slices) => {
                let enough = slices.comparison.holds(share, slices.target);
                Says::Good { micros: if enough { COMPOSED_MINUTE } else { 0 }, enough }
            }
            Method::Mean(slices) => Says::Good { micros, enough: reaches(slices.target) },
        }
    }
}
