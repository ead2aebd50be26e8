//! How much may go wrong, and how much has.

use serde::{Deserialize, Serialize};

use crate::Tally;

/// A promise: the least share that is good, over 0 and up to 1.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Target(f64);

impl Target {
    /// A share like 0.999; `None` when it is not over 0 and up to 1.
    pub fn new(share: f64) -> Option<Target> {
        (share > 0.0 && share <= 1.0).then_some(Target(share))
    }

    /// The least share that is good.
    pub fn share(self) -> f64 {
        self.0
    }

    /// The share that may be bad: `B = 1 − T`. 0 for a promise of 100 %.
    pub fn budget(self) -> f64 {
        1.0 - self.0
    }
}

impl From<Target> for f64 {
    fn from(target: Target) -> f64 {
        target.0
    }
}

impl TryFrom<f64> for Target {
    type Error = String;

    fn try_from(share: f64) -> Result<Target, String> {
        Target::new(share)
            .ok_or_else(|| format!("target: {share} is no share; write one over 0 and up to 1"))
    }
}

/// The error budget of a window, in what the indicator counts: events or microseconds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Budget {
    /// What may be bad: `B × total`.
    pub allowed: f64,
    /// What was bad.
    pub bad: f64,
    /// Whether anything was counted; without, nothing of the budget is used.
    pub counted: bool,
    /// Whether less is known than the window is long: the budget is that of the known part.
    pub young: bool,
}

impl Budget {
    /// The budget of what was counted: `allowed = B × total`. With a history that is shorter than
    /// the window the denominator is the known part, and the budget is marked young.
    pub fn of(target: Target, tally: &Tally) -> Budget {
        Budget {
            allowed: target.budget() * tally.total,
            bad: tally.bad(),
            counted: tally.total > 0.0,
            young: tally.unknown_micros > 0,
        }
    }

    /// The budget of a whole window, of which only a part may have passed:
    /// `allowed = B × expected`, as for minutes of service (30 days at 99.9 % allow 43.2 minutes).
    pub fn of_window(target: Target, tally: &Tally, expected: f64) -> Budget {
        Budget { allowed: target.budget() * expected, young: false, ..Budget::of(target, tally) }
    }

    /// `1 − bad / allowed`; negative when overspent. All of it while nothing was counted, `None`
    /// for a promise of 100 %, which has no budget: show what was bad.
    pub fn remaining(&self) -> Option<f64> {
        if !self.counted {
            return Some(1.0);
        }
        (self.allowed > 0.0).then(|| 1.0 - self.bad / self.allowed)
    }

    /// How much may still go wrong, in what the indicator counts; negative when overspent.
    pub fn left(&self) -> f64 {
        self.allowed - self.bad
    }

    /// How long the budget lasts if it goes on like this: `remaining × window / burn`.
    pub fn runway(&self, burn: Option<f64>, window_micros: i64) -> Runway {
        let (Some(burn), Some(remaining)) = (burn, self.remaining()) else {
            return Runway::Unknown;
        };
        if remaining <= 0.0 {
            return Runway::Spent;
        }
        if burn <= 0.0 {
            return Runway::Lasting;
        }
        Runway::Micros((remaining * window_micros as f64 / burn) as i64)
    }
}

/// How long a budget lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Runway {
    /// So many microseconds at the present rate.
    Micros(i64),
    /// Nothing is being used.
    Lasting,
    /// Nothing is left.
    Spent,
    /// Nothing was counted, or there is no budget.
    Unknown,
}

/// How fast a budget is used: `(bad / total) / B`; at 1 it is used up at the end of the window.
/// `None` when nothing was counted or the promise is 100 %.
pub fn burn(target: Target, tally: &Tally) -> Option<f64> {
    (target.budget() > 0.0)
        .then(|| Some(tally.bad() / tally.total / target.budget()))?
        .filter(|_| tally.total > 0.0)
}

/// From which remaining share on a team does what, editable.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Policy {
    /// Above it all is well.
    pub caution_below: f64,
    /// Below it only reliability and emergency changes go out.
    pub slow_below: f64,
    /// Below it nothing goes out.
    pub freeze_below: f64,
}

/// What a policy says of a budget.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// Change as you like.
    Healthy,
    /// Look closer at changes.
    Caution,
    /// Only reliability and emergency changes.
    Slow,
    /// No changes but to mend.
    Freeze,
}

impl Default for Policy {
    /// Healthy above 50 %, caution to 25 %, slow to 0, freeze below.
    fn default() -> Policy {
        Policy { caution_below: 0.5, slow_below: 0.25, freeze_below: 0.0 }
    }
}

impl Policy {
    /// What holds at a remaining share. A promise of 100 % has none: it is kept or broken.
    pub fn stance(&self, budget: &Budget) -> Stance {
        let kept = if budget.bad > 0.0 { f64::NEG_INFINITY } else { 1.0 };
        let remaining = budget.remaining().unwrap_or(kept);
        if remaining < self.freeze_below {
            Stance::Freeze
        } else if remaining < self.slow_below {
            Stance::Slow
        } else if remaining <= self.caution_below {
            Stance::Caution
        } else {
            Stance::Healthy
        }
    }
}
