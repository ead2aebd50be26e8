use std::fmt;

use kernel::{ItemRef, Priority};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a clock measures.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ClockOfContract)]
pub enum Kind {
    /// Until the first human being takes it.
    Respond,
    /// Until somebody writes what is going on, again and again until it is resolved.
    Update,
    /// Until the service is back; a workaround counts.
    Restore,
    /// Until the work is done.
    Resolve,
}

/// How soon something must be done.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "unit", rename_all = "snake_case")]
#[schema(as = ClockTarget)]
pub enum Target {
    /// Within so much working time.
    Time {
        /// In seconds.
        seconds: u32,
    },
    /// By the end of so many working days after the day on which it began.
    Days {
        /// How many.
        days: u16,
    },
}

/// What an incident waits for.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ClockPauseReason)]
pub enum WaitsFor {
    /// The consumer has to answer.
    Consumer,
    /// A supplier has to act.
    Supplier,
    /// A change has to be carried out.
    Change,
    /// The risk is accepted for now.
    AcceptedRisk,
    /// Nothing: the service was back for a while, and then was not.
    Nothing,
}

/// What becomes of a clock when its incident is reopened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnReopen {
    /// It goes on with what had elapsed.
    #[default]
    Resume,
    /// It begins again, with the whole target.
    Fresh,
}

/// Which clock: a contract has one of each kind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = WhichClock)]
pub struct Which {
    /// The contract.
    pub contract: ItemRef,
    /// What it measures.
    pub clock: Kind,
    /// What people call the contract.
    pub title: String,
    /// The zone in which its times are told, by its IANA name.
    pub zone: String,
}

impl Which {
    /// Whether both mean the same clock, whatever its contract is called now.
    pub fn same(&self, other: &Which) -> bool {
        self.contract == other.contract && self.clock == other.clock
    }
}

/// What was promised for one clock, at the priority that counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Terms {
    /// Which terms of the contract, counted from 0.
    pub place: usize,
    /// The priority that the target is of.
    pub priority: Priority,
    /// How soon.
    pub target: Target,
    /// Place of the working time among the calendars of the record.
    pub calendar: usize,
    /// What the working time is called.
    pub calendar_title: String,
    /// What an incident may wait for while the clock stands.
    pub pauses: Vec<WaitsFor>,
    /// What becomes of it when the incident is reopened.
    pub on_reopen: OnReopen,
    /// At which shares of the target it warns, in percent, the lowest first.
    pub warn_at: Vec<u8>,
    /// Whether the contract does not cover what is hit, and treats it as if it did.
    pub outside: bool,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Respond => "respond",
            Kind::Update => "update",
            Kind::Restore => "restore",
            Kind::Resolve => "resolve",
        })
    }
}

impl fmt::Display for WaitsFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WaitsFor::Consumer => "the consumer",
            WaitsFor::Supplier => "a supplier",
            WaitsFor::Change => "a change",
            WaitsFor::AcceptedRisk => "an accepted risk",
            WaitsFor::Nothing => "nothing",
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Time { seconds } => f.write_str(&length(i64::from(*seconds))),
            Target::Days { days: 1 } => f.write_str("1 working day"),
            Target::Days { days } => write!(f, "{days} working days"),
        }
    }
}

/// A length of time in words of two units at most: `1 h 30 min`.
pub fn length(seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3_600, seconds % 3_600 / 60, seconds % 60);
    let mut parts = Vec::new();
    for (number, unit) in [(hours, "h"), (minutes, "min"), (rest, "s")] {
        if number > 0 {
            parts.push(format!("{number} {unit}"));
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0 min".to_owned() } else { parts.join(" ") }
}
