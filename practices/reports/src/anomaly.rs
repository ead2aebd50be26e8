//! Hours that are far from what is usual.
//!
//! With the figures of `season.rs`, an hour with *c* firings is
//!
//! - **more** than usual when *c* ≥ high: four spreads and five firings above what is expected;
//! - **silent** when *c* = 0, although at least 5 and at least two spreads are expected, and none
//!   of the hours compared was silent.
//!
//! Where the history is short, an hour is more than usual only when none of the hours compared had
//! as many: what comes at one hour of the week alone does not stand out from the hours beside.

use kernel::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::season::{Baseline, Compared};

/// Firings that are expected of an hour whose silence says something.
const SILENCE_MIN: f64 = 5.0;
/// Spreads by which they are above nothing.
const SILENCE_SPREADS: f64 = 2.0;

/// In which way an hour is unusual.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnomalyKind {
    /// Far more came than usual.
    More,
    /// Nothing came, although something always does.
    Silence,
}

/// An hour that is far from what is usual, with the evidence.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Anomaly {
    /// The integration; nothing when all rules are counted together.
    pub source: Option<String>,
    /// The alert; nothing when all rules are counted together.
    pub name: Option<String>,
    /// In which way.
    pub kind: AnomalyKind,
    /// When the hour began.
    pub at: Time,
    /// When it was over.
    pub until: Time,
    /// Its day of the week in the zone asked for, Monday is 1.
    pub day: u8,
    /// Its hour of the day there.
    pub hour: u8,
    /// Firings that began in it.
    pub count: u32,
    /// How many are usual.
    pub expected: f64,
    /// How far counts usually scatter.
    pub spread: f64,
    /// (count − expected) / spread.
    pub score: f64,
    /// Whether the history is short, and the hours beside were pooled.
    pub short: bool,
    /// The same hour of the weeks before, the newest first.
    pub weeks: Vec<Compared>,
}

/// In which way so many are unusual; nothing when they are not.
pub(crate) fn judge(count: u32, usual: &Baseline) -> Option<AnomalyKind> {
    let before = || usual.compared.iter().map(|hour| hour.count);
    if f64::from(count) >= usual.high {
        let known = usual.short && before().any(|other| other >= count);
        return (!known).then_some(AnomalyKind::More);
    }
    let silent = count == 0
        && usual.expected >= SILENCE_MIN
        && usual.expected >= SILENCE_SPREADS * usual.spread
        && before().all(|other| other > 0);
    silent.then_some(AnomalyKind::Silence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use AnomalyKind::{More, Silence};

    fn usual(expected: f64, spread: f64, before: &[u32], short: bool) -> Baseline {
        let compared = before.iter().map(|count| Compared { at: Time::EPOCH, count: *count });
        let high = expected + (4.0 * spread).max(5.0);
        Baseline { expected, spread, high, compared: compared.collect(), short }
    }

    #[test]
    fn a_count_is_judged_by_spreads_and_by_firings() {
        let table = [
            // count, expected, spread, weeks before, short → what it is
            (9, 1.0, 2.0, vec![1, 1, 1, 1, 1], false, Some(More)),
            (8, 1.0, 2.0, vec![1, 1, 1, 1, 1], false, None),
            (5, 0.0, 1.0, vec![0, 0, 0, 0, 0], false, Some(More)),
            (4, 0.0, 1.0, vec![0, 0, 0, 0, 0], false, None),
            (20, 0.0, 1.0, vec![0, 40, 0, 0, 0], false, Some(More)),
            (20, 0.0, 1.0, vec![20, 20, 20], true, None),
            (20, 0.0, 1.0, vec![0, 19, 0], true, Some(More)),
            (0, 5.0, 2.2, vec![5, 5, 5, 5, 5], false, Some(Silence)),
            (0, 4.0, 2.0, vec![4, 4, 4, 4, 4], false, None),
            (0, 9.0, 5.0, vec![4, 9, 9, 9, 30], false, None),
            (0, 5.0, 2.2, vec![5, 0, 5, 5, 5], false, None),
            (1, 50.0, 7.1, vec![50, 50, 50, 50, 50], false, None),
        ];
        for (count, expected, spread, before, short, wanted) in table {
            let found = judge(count, &usual(expected, spread, &before, short));
            assert_eq!(found, wanted, "{count} where {expected} ± {spread} of {before:?}");
        }
    }
}
