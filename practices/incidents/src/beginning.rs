//! What an incident opens with, and what it takes in from others.

use kernel::{Actor, AlertId, Impact, IncidentId, ItemRef, Time, Urgency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::incident::Severity;
use crate::member::Member;
use crate::policy::Policy;
use crate::priority::Assessment;
use crate::times::{Beginning, Stamp};

/// What a new incident is made of. People give the title and little more; streams and shell fill
/// in the rest.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OpenIncident)]
pub struct Open {
    /// One line that says what is wrong.
    pub title: String,
    /// Anything to add.
    #[serde(default)]
    pub description: String,
    /// The number that people call it by; the shell draws it, 0 until then.
    #[serde(default)]
    pub number: u64,
    /// The item that is hit, when a person reports; alerts name theirs.
    #[serde(default)]
    pub item: Option<ItemRef>,
    /// Technical gravity; that of the first alert when there is one.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// How much is hit, where the reporter knows better than the estate.
    #[serde(default)]
    pub impact: Option<Impact>,
    /// How soon, where the reporter knows better.
    #[serde(default)]
    pub urgency: Option<Urgency>,
    /// When the fault began, where it is known and no alert says it.
    #[serde(default)]
    pub started_at: Option<Time>,
    /// The alert that it opens with.
    #[serde(default)]
    pub alert: Option<Attach>,
    /// What the estate says about the item, for a report without an alert.
    #[serde(default)]
    pub assessment: Option<Assessment>,
    /// The team that the assignment rule names.
    #[serde(default)]
    pub team: Option<ItemRef>,
    /// The person that the assignment rule names.
    #[serde(default)]
    pub assignee: Option<ItemRef>,
    /// The rule in words: `owner of service/orders`.
    #[serde(default)]
    pub assigned_because: String,
    /// The rules it is handled by from now on.
    #[serde(default)]
    pub policy: Policy,
}

impl Open {
    /// An incident with a title and nothing else known.
    pub fn titled(title: impl Into<String>) -> Open {
        Open {
            title: title.into(),
            description: String::new(),
            number: 0,
            item: None,
            severity: None,
            impact: None,
            urgency: None,
            started_at: None,
            alert: None,
            assessment: None,
            team: None,
            assignee: None,
            assigned_because: String::new(),
            policy: Policy::default(),
        }
    }
}

/// An alert that joins an incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AttachAlert)]
pub struct Attach {
    /// The alert.
    pub alert: AlertId,
    /// What it says.
    pub title: String,
    /// The item it is about.
    #[serde(default)]
    pub item: Option<ItemRef>,
    /// How grave it is.
    pub severity: Severity,
    /// Why it belongs here, one sentence.
    pub reason: String,
    /// When it began to fire.
    #[serde(default)]
    pub started_at: Option<Time>,
    /// What the estate says about all items hit, this one included.
    #[serde(default)]
    pub assessment: Option<Assessment>,
    /// Whether it only says that something is about to fail: an incident that it opens is marked
    /// potential, and any other alert that joins takes that mark away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub potential: bool,
    /// When its boundary will be crossed, as far as it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary_at: Option<Time>,
    /// Whether it says that an error budget burns, which does not say that the service is away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub burn: bool,
}

/// What a parent takes over from a merged child.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AbsorbIncident)]
pub struct Absorb {
    /// The child.
    pub child: IncidentId,
    /// Its number.
    pub number: u64,
    /// Its alerts.
    pub members: Vec<Member>,
    /// How it began.
    #[serde(default)]
    pub beginning: Beginning,
    /// What the estate says about all items hit, those of the child included.
    #[serde(default)]
    pub assessment: Option<Assessment>,
    /// Whether the child was only potential.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub potential: bool,
    /// When it was merged, if the service was away then by what the child says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away_at: Option<Time>,
    /// What people named in the child, besides what its alerts are about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reported_items: Vec<ItemRef>,
    /// How grave people said that the child is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_severity: Option<Severity>,
}

/// How an incident began.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Opened {
    /// The number that people call it by.
    pub number: u64,
    /// One line that says what is wrong.
    pub title: String,
    /// Whether a person wrote the title: then it does not follow the main item.
    pub titled_by_hand: bool,
    /// Anything to add.
    pub description: String,
    /// The item that the reporter named.
    pub item: Option<ItemRef>,
    /// Technical gravity.
    pub severity: Severity,
    /// The gravity that the reporter named, apart from what alerts say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_severity: Option<Severity>,
    /// When the fault began, where that is known.
    pub started: Option<Stamp>,
    /// When Operate first knew.
    pub detected: Stamp,
    /// When a person first reported it.
    pub reported: Option<Stamp>,
    /// Who, where a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter: Option<Actor>,
    /// The rules it is handled by.
    pub policy: Policy,
    /// Whether nothing has failed yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub potential: bool,
}
