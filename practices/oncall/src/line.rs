//! The line to one person by one way and address: what is told at once, what is told together,
//! and what waits because they were told often enough.
//!
//! **Invariant:** within any `told_seconds` a line tells at most `told_max` times, or twice as
//! often when the most urgent is among it, and everything that it was asked for is in the next
//! telling unless it was taken out before. A line knows nothing of steps: the policy goes on
//! whether it holds something back or not.

use std::time::Duration;

use kernel::{OutboxId, Priority, Time};
use serde::{Deserialize, Serialize};

/// How often somebody is told by one way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineRules {
    /// For so long after a telling, what is asked for waits and is told together, in seconds.
    pub together_seconds: u32,
    /// The most urgent waits no longer than this for the others, in seconds.
    pub urgent_seconds: u32,
    /// Most tellings within `told_seconds`; for the most urgent twice as many, so that noise never
    /// keeps it back.
    pub told_max: u32,
    /// The time over which tellings are counted, in seconds.
    pub told_seconds: u32,
}

/// What a line told, as far back as that counts.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Line {
    /// The tellings, the oldest first.
    pub told: Vec<Telling>,
}

/// One message that left, with everything that it told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Telling {
    /// The message that carried it.
    pub message: OutboxId,
    /// When.
    pub at: Time,
}

/// A call that is due on a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DueCall {
    /// The message that would carry it.
    pub message: OutboxId,
    /// When it was asked for.
    pub at: Time,
    /// How urgent the incident is.
    pub priority: Priority,
}

/// What becomes of the calls that are due on a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// They are told now.
    Told {
        /// Whether everything that waits on the line is told with them, as one; otherwise the
        /// first of them goes alone, and the others are asked about again.
        together: bool,
        /// When the next telling can be, if this is the last that the limit allows before.
        next_at: Option<Time>,
    },
    /// They wait.
    Held {
        /// Until when.
        until: Time,
        /// What for.
        why: Held,
    },
}

/// Why a call waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// Somebody was told a moment ago: it is told together with what else comes.
    Together,
    /// Somebody was told as often as the limit allows.
    Limit,
}

impl LineRules {
    fn together(&self) -> Duration {
        Duration::from_secs(self.together_seconds.into())
    }

    fn counted(&self) -> Duration {
        Duration::from_secs(self.told_seconds.into())
    }
}

impl Line {
    /// What becomes of what is due now. A call that was told before and is tried again does not
    /// wait for itself.
    pub fn fate(&self, due: &[DueCall], rules: &LineRules, now: Time) -> Fate {
        let again = |told: &&Telling| due.iter().any(|call| call.message == told.message);
        let told: Vec<Time> =
            self.told.iter().filter(|told| !again(told)).map(|told| told.at).collect();
        let max = rules.told_max.max(1) as usize;
        let urgent =
            due.iter().filter(|call| call.priority == Priority::P1).map(|call| call.at).min();
        let allowed = if urgent.is_some() { 2 * max } else { max };
        // A clock that was put back never makes anybody wait longer than the rules say.
        if let Some(free) =
            free_at(&told, allowed, rules).map(|free| free.min(now + rules.counted()))
            && free > now
        {
            return Fate::Held { until: free, why: Held::Limit };
        }
        let repeated = told.len() < self.told.len();
        let quiet =
            told.last().map_or(now, |last| (*last + rules.together()).min(now + rules.together()));
        let urgent = urgent.map(|at| at + Duration::from_secs(rules.urgent_seconds.into()));
        let until = urgent.map_or(quiet, |urgent| urgent.min(quiet));
        if until > now && !repeated {
            return Fate::Held { until, why: Held::Together };
        }
        let told: Vec<Time> = told.into_iter().chain([now]).collect();
        let next_at = free_at(&told, max, rules).filter(|next| *next > now);
        Fate::Told { together: rules.together_seconds > 0 || next_at.is_some(), next_at }
    }

    /// Notes a telling, and forgets those that no longer count.
    pub fn tell(&mut self, message: OutboxId, rules: &LineRules, now: Time) {
        self.told.retain(|told| told.message != message && told.at + rules.counted() > now);
        self.told.push(Telling { message, at: now });
    }

    /// A telling failed: nobody was told.
    pub fn untell(&mut self, message: OutboxId) {
        self.told.retain(|told| told.message != message);
    }
}

/// When the next telling is within the limit; `None`: it is now.
fn free_at(told: &[Time], max: usize, rules: &LineRules) -> Option<Time> {
    let first = told.len().checked_sub(max)?;
    told.get(first).map(|at| *at + rules.counted())
}

#[cfg(test)]
mod tests;
