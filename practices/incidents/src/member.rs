//! An alert of an incident, and when it fired.

use kernel::{AlertId, ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::incident::{Outage, Severity};

/// As many earlier times of firing as are kept apart; beyond them the oldest two become one.
const SPELLS_MAX: usize = 50;

/// An alert of the incident.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = IncidentMember)]
pub struct Member {
    /// The alert.
    pub alert: AlertId,
    /// What it says.
    pub title: String,
    /// The item it is about.
    pub item: Option<ItemRef>,
    /// How grave it is.
    pub severity: Severity,
    /// Why it belongs here.
    pub reason: String,
    /// Whether it is the first alert of the likely cause.
    pub primary: bool,
    /// When it joined.
    pub joined_at: Time,
    /// Since when it fires, or fired last; when it joined where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// When it fired before that, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spells: Vec<Outage>,
    /// When it cleared; nothing while it fires.
    pub cleared_at: Option<Time>,
    /// Whether a person took it out. Kept, so that it does not come back.
    pub detached: bool,
    /// Whether it says that something is about to fail, and not that it has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub potential: bool,
    /// When its boundary will be crossed, as far as it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary_at: Option<Time>,
    /// Whether it says that an error budget burns, which does not say that the service is away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub burn: bool,
}

impl Member {
    /// It fires once more: what it fired before is kept.
    pub(crate) fn fire_again(&mut self, at: Time) {
        if let Some(to) = self.cleared_at.take() {
            // An alert that foretold something was no failure, whatever it says now.
            if !self.potential {
                let from = self.since.unwrap_or(self.joined_at).min(to);
                self.spells.push(Outage { from, to });
            }
            self.since = Some(at);
        }
        if self.spells.len() > SPELLS_MAX {
            let oldest = self.spells.remove(0);
            self.spells[0].from = oldest.from;
        }
    }
}
