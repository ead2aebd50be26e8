//! Whether a promise can be kept with what it rests on.

use crate::Target;

/// A promise held against the composite of what suppliers promise for the parts it rests on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Standing {
    /// What is bought is enough.
    Covered,
    /// More is promised than is bought: flagged when it is entered.
    Exceeds {
        /// The most that what is bought can give.
        composite: f64,
    },
    /// It cannot be told: some supplier promises nothing, or the composite is known within bounds
    /// only.
    Unknown,
}

/// Holds a promise against the composite of its parts, which lies between `low` and `high`; parts
/// without a promise of their supplier are counted in `without`.
pub fn standing(promised: Target, (low, high): (f64, f64), without: usize) -> Standing {
    // Even parts that never fail would not help.
    if promised.share() > high {
        Standing::Exceeds { composite: high }
    } else if without > 0 || promised.share() > low {
        Standing::Unknown
    } else {
        Standing::Covered
    }
}
