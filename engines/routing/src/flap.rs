use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::group::later;

/// When a member counts as flapping. Alertmanager does not know this.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FlapRule {
    /// More changes than this make it flap.
    pub changes: u32,
    /// Within this time.
    pub window: SignedDuration,
}

/// The last changes of one member between firing and resolved.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Flaps {
    changes: VecDeque<Timestamp>,
}

impl Flaps {
    /// It changed. No more changes are kept than the rule can count.
    pub fn changed(&mut self, at: Timestamp, rule: &FlapRule) {
        self.changes.push_back(at);
        while self.changes.len() > rule.changes as usize + 1 {
            self.changes.pop_front();
        }
    }

    /// Whether the last change is so long ago that nothing of it counts any more.
    pub fn are_over(&self, now: Timestamp, rule: &FlapRule) -> bool {
        self.changes.back().is_none_or(|last| later(*last, rule.window) <= now)
    }

    /// Whether it flaps: it is held as firing, told once, and nothing that it does is told until
    /// it has been quiet for long enough.
    pub fn is_flapping(&self, now: Timestamp, rule: &FlapRule) -> bool {
        self.until(rule).is_some_and(|until| now < until)
    }

    /// When it stops to count as flapping, unless it changes again; `None` when it does not flap
    /// in the first place.
    pub fn until(&self, rule: &FlapRule) -> Option<Timestamp> {
        let first = self.changes.len().checked_sub(rule.changes as usize + 1)?;
        self.changes.get(first).map(|at| later(*at, rule.window))
    }
}
