use kernel::{IncidentId, ItemRef, Priority, Time};
use serde::{Deserialize, Serialize};

use super::clock::{Run, Timing};
use super::command::{Scope, Working};
use super::terms::{Terms, WaitsFor, Which};

/// Something that happened to the clocks of an incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// When it was decided.
    pub at: Time,
    /// What happened; written flat beside the time, with its name in `event`.
    #[serde(flatten)]
    pub what: What,
}

/// What can have happened to the clocks of an incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum What {
    /// A contract was found that the incident touches.
    Opened {
        /// The incident.
        incident: IncidentId,
        /// The number that people call it by.
        number: u64,
    },
    /// A clock counts in this working time from now on.
    CalendarTaken {
        /// By value, since the estate may change.
        working: Working,
    },
    /// The incident touches a contract.
    Touched {
        /// The contract.
        contract: ItemRef,
        /// What people call it.
        title: String,
        /// Whether it covers what is hit.
        scope: Scope,
        /// How that is known.
        because: String,
    },
    /// The incident does not touch the contract any more.
    Untouched {
        /// The contract.
        contract: ItemRef,
        /// What people call it.
        title: String,
    },
    /// A clock counts, or counts again after it was dropped.
    Started {
        /// Which.
        which: Which,
        /// From when on it counts.
        from: Time,
        /// What was promised.
        terms: Terms,
        /// What follows from it.
        timing: Timing,
    },
    /// The incident waits for something that the contract lets it wait for.
    Paused {
        /// Which.
        which: Which,
        /// For what.
        reason: WaitsFor,
        /// Since when.
        since: Time,
        /// What follows from it.
        timing: Timing,
    },
    /// It waits no more.
    Resumed {
        /// Which.
        which: Which,
        /// Since when.
        until: Time,
        /// What follows from it.
        timing: Timing,
    },
    /// Something else is promised now. The pauses that it had are kept.
    Retargeted {
        /// Which.
        which: Which,
        /// What changed.
        changes: Vec<Change>,
        /// From when on it counts.
        from: Time,
        /// What is promised now.
        terms: Terms,
        /// What follows from it.
        timing: Timing,
        /// When it was due before.
        due_before: Option<Time>,
    },
    /// A share of the target has elapsed.
    Warned {
        /// Which.
        which: Which,
        /// The share in percent.
        share: u8,
        /// When it is due.
        due: Option<Time>,
    },
    /// The target has elapsed.
    Breached {
        /// Which.
        which: Which,
        /// When it was due.
        due: Time,
    },
    /// What it measures has happened. A second one restates the first, after times were corrected.
    Stopped {
        /// Which.
        which: Which,
        /// From when to when, how much elapsed, and whether it was met.
        run: Run,
    },
    /// The incident came back: a clock that was stopped goes on.
    WentOn {
        /// Which.
        which: Which,
        /// Since when.
        since: Time,
        /// Whether it begins again with the whole target.
        fresh: bool,
        /// What follows from it.
        timing: Timing,
    },
    /// The next round of an update clock.
    Restarted {
        /// Which.
        which: Which,
        /// From when on it counts.
        from: Time,
        /// How the round before ended; nothing when it was cut short.
        run: Option<Run>,
        /// What follows from it.
        timing: Timing,
    },
    /// A clock counts no more, and nothing was missed or met.
    Dropped {
        /// Which.
        which: Which,
        /// Why.
        why: Why,
    },
}

/// What changed of a promise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Change {
    /// The priority of the incident.
    Priority {
        /// Before.
        from: Priority,
        /// Now.
        to: Priority,
    },
    /// The terms of the contract.
    Terms,
    /// The working time.
    Calendar,
    /// The time from which the clocks count.
    Start,
}

/// Why a clock counts no more without a verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ClockDropped)]
pub enum Why {
    /// The contract promises nothing for the present priority.
    NoTarget,
    /// The contract does not cover what is hit, or does not hold any more.
    NotCovered,
    /// It was over before anybody had to act.
    NotNeeded,
    /// It was no incident.
    Cancelled,
    /// It continues in another incident, whose clocks count.
    Merged,
}

impl What {
    /// The clock that it happened to, where it is one.
    pub fn which(&self) -> Option<&Which> {
        match self {
            What::Started { which, .. }
            | What::Paused { which, .. }
            | What::Resumed { which, .. }
            | What::Retargeted { which, .. }
            | What::Warned { which, .. }
            | What::Breached { which, .. }
            | What::Stopped { which, .. }
            | What::WentOn { which, .. }
            | What::Restarted { which, .. }
            | What::Dropped { which, .. } => Some(which),
            What::Opened { .. }
            | What::CalendarTaken { .. }
            | What::Touched { .. }
            | What::Untouched { .. } => None,
        }
    }

    /// The snake-case name, as journal entries and JSON carry it.
    pub fn name(&self) -> &'static str {
        match self {
            What::Opened { .. } => "opened",
            What::CalendarTaken { .. } => "calendar_taken",
            What::Touched { .. } => "touched",
            What::Untouched { .. } => "untouched",
            What::Started { .. } => "started",
            What::Paused { .. } => "paused",
            What::Resumed { .. } => "resumed",
            What::Retargeted { .. } => "retargeted",
            What::Warned { .. } => "warned",
            What::Breached { .. } => "breached",
            What::Stopped { .. } => "stopped",
            What::WentOn { .. } => "went_on",
            What::Restarted { .. } => "restarted",
            What::Dropped { .. } => "dropped",
        }
    }
}
