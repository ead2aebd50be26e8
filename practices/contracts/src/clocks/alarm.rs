//! What the clocks of an incident say to people beside its timeline: that a target is near, or
//! that it is missed.

use kernel::{Priority, Time};
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::describe::{promised, verb, wall};
use super::record::Clocks;
use super::terms::Which;

/// The source of the alerts that tell of clocks. No integration can be called so.
pub const SOURCE: &str = "contract clocks";

/// One clock that is near its end or beyond it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Alarm {
    /// Which clock.
    pub which: Which,
    /// The share of the target that has elapsed, in percent; nothing when it is missed.
    pub share: Option<u8>,
    /// The priority that the target is of.
    pub priority: Priority,
    /// When it is due.
    pub due: Option<Time>,
    /// What people read.
    pub summary: String,
}

impl Clocks {
    /// What the clocks say now. Empty once they are stopped, or re-targeted to something that is
    /// far away.
    pub fn alarms(&self) -> Vec<Alarm> {
        self.clocks.iter().filter_map(|clock| self.alarm(clock)).collect()
    }

    fn alarm(&self, clock: &Clock) -> Option<Alarm> {
        if !clock.live() || (clock.breached.is_none() && clock.warned.is_none()) {
            return None;
        }
        let share = clock.warned.filter(|_| clock.breached.is_none());
        let (which, due) = (&clock.which, clock.timing.due);
        let wanted = format!("{} incident {}", verb(which.clock), self.number);
        let near = self.opened_at;
        let by = due.map(|due| format!(" by {}", wall(due, which, near))).unwrap_or_default();
        let promise = format!("{} ({})", which.title, promised(&clock.terms));
        let summary = match share {
            Some(share) => format!("{wanted}{by}: {share} % of {promise} has elapsed"),
            None => format!("{wanted}: was due{by} under {promise}"),
        };
        Some(Alarm { which: which.clone(), share, priority: clock.terms.priority, due, summary })
    }
}

impl Alarm {
    /// The name of the alert.
    pub fn name(&self) -> &'static str {
        if self.share.is_some() { "ContractClockWarning" } else { "ContractClockBreached" }
    }

    /// How grave it is: half of the time is worth knowing, the end of it is an error.
    pub fn severity(&self) -> &'static str {
        match (self.share, self.priority) {
            (None, Priority::P1 | Priority::P2) => "critical",
            (None, _) => "error",
            (Some(share), _) if share >= 75 => "warning",
            (Some(_), _) => "info",
        }
    }

    /// By what the alert is known again: one warning and one breach for each clock.
    pub fn key(&self, number: u64) -> String {
        let Which { contract, clock, .. } = &self.which;
        format!("{}/{number}/{}/{clock}", self.name(), contract.name())
    }
}
