use std::collections::BTreeMap;

use calendar::Definition;
use kernel::{IncidentId, ItemRef, Priority, Time};
use serde::{Deserialize, Serialize};

use super::terms::{Kind, OnReopen, Target, WaitsFor};

/// What can be asked of the clocks of an incident. Only Operate itself asks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Look at the incident and at what was promised, and go by it.
    Look(Box<Look>),
    /// A warning or the end of a target has come.
    Tick {},
}

/// What the incident is and what the contracts promise, as they are now.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The incident.
    pub facts: Facts,
    /// The contracts that it touches.
    pub promises: Vec<Promise>,
}

/// What of an incident moves its clocks. All of its history is in it, so that nothing is missed
/// when several things happened before anybody looked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The incident.
    pub incident: IncidentId,
    /// The number that people call it by.
    pub number: u64,
    /// Its priority from a time on, the oldest first; never empty.
    pub priorities: Vec<(Time, Priority)>,
    /// Whether nothing has failed yet: no clock counts then.
    pub potential: bool,
    /// When Operate first knew: from here the clocks count.
    pub detected: Time,
    /// When the first human being took it; a program's acknowledgement is none.
    pub responded: Option<Time>,
    /// When human beings wrote what is going on, but for the consumer.
    pub updates: Vec<Time>,
    /// When what they wrote was for the consumer.
    #[serde(default)]
    pub messages: Vec<Time>,
    /// Since when the service is back.
    pub restored: Option<Time>,
    /// When the work was done.
    pub resolved: Option<Time>,
    /// How it came back, the oldest first.
    pub returns: Vec<Return>,
    /// What it waited for, the oldest first; the last may go on.
    pub holds: Vec<Wait>,
    /// Why no clock of it counts any more.
    pub ended: Option<Ended>,
}

/// How an incident came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// Since when its service had been back.
    pub restored: Option<Time>,
    /// Since when the work had been done.
    pub resolved: Option<Time>,
    /// Since when the service is away again.
    pub at: Time,
    /// Whether it was reopened, and not only broke again before it was resolved.
    pub reopened: bool,
}

/// A time for which an incident waited.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// For whom or what.
    pub reason: WaitsFor,
    /// Since when.
    pub from: Time,
    /// Until when; nothing: it waits.
    pub until: Option<Time>,
}

/// Why no clock of an incident counts any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It was no incident.
    Cancelled,
    /// It continues in another incident, whose clocks count.
    Merged,
}

/// What one contract says about an incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// The contract.
    pub contract: ItemRef,
    /// What people call it.
    pub title: String,
    /// Whether it covers what is hit.
    pub scope: Scope,
    /// How that is known.
    pub because: String,
    /// Which of its terms hold, counted from 0.
    pub terms: usize,
    /// Its clocks, each kind once.
    pub clocks: Vec<PromisedClock>,
}

/// Whether a contract covers what an incident hits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ContractScope)]
pub enum Scope {
    /// It does.
    Inside,
    /// Its consumer is hit by what it does not cover: no clock counts.
    Outside,
    /// The same, and the contract says to treat it as covered.
    OutsideAsInside,
}

/// One clock as a contract promises it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromisedClock {
    /// What stops it.
    pub clock: Kind,
    /// How soon, by priority; one that is not there has no promise.
    pub targets: BTreeMap<Priority, Target>,
    /// The working time in which it counts.
    pub calendar: Working,
    /// What an incident may wait for while it stands.
    pub pauses: Vec<WaitsFor>,
    /// What becomes of it when the incident is reopened.
    pub on_reopen: OnReopen,
    /// At which shares of the target it warns, in percent.
    pub warn_at: Vec<u8>,
    /// Whether only what was written for the consumer stops it.
    #[serde(default)]
    pub public_only: bool,
}

impl Facts {
    /// The same where only what was written for the consumer counts: whoever took it without a
    /// word has not answered.
    pub(super) fn in_public(&self) -> Facts {
        let responded = self.messages.iter().copied().min();
        Facts { responded, updates: self.messages.clone(), ..self.clone() }
    }
}

/// Working time by value, so that a change of the calendar is a change of the promise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Working {
    /// What people call it.
    pub title: String,
    /// When it is open.
    pub definition: Definition,
}
