//! How the API shows the rules that find the item of an alert, and what it takes in bodies.

use std::collections::BTreeSet;

use alerts::{Classed, ImpactClass, Labels, MatchRule, Severity, Stage};
use kernel::{AlertId, IncidentId, ItemRef};
use serde::Serialize;
use utoipa::ToSchema;

/// The rules that find the item of an alert.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatchRules {
    /// Those that were written here, in the order in which they are asked.
    pub items: Vec<MatchRule>,
    /// Those that are part of the estate; asked after the others.
    pub routes: Vec<RuleOfEstate>,
    /// The version of `items`, for `If-Match`.
    pub version: i64,
}

/// A rule that is part of the estate.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleOfEstate {
    /// Its name.
    pub name: String,
    /// The condition in CEL; empty holds always.
    pub when: String,
    /// The item.
    pub item: String,
    /// Where it is edited: `estate`.
    pub managed_by: &'static str,
}

/// The rules as they are now.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedRules {
    /// The rules, in the order in which they are asked.
    pub items: Vec<MatchRule>,
    /// How many firing alerts have an item by them that they did not have before.
    pub rematched: usize,
}

/// Which alerts a rule would match.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulePreview {
    /// How many.
    pub matches: usize,
    /// Ten of them at most.
    pub examples: Vec<RuleExample>,
    /// Items that it names and the estate does not have.
    pub unknown_items: BTreeSet<ItemRef>,
}

/// An alert that a rule would match.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleExample {
    /// The alert.
    pub id: AlertId,
    /// Its name.
    pub name: String,
    /// What it says.
    pub summary: String,
    /// The item that the rule finds.
    pub item: ItemRef,
    /// Its labels.
    pub labels: Labels,
}

/// What alerts can be narrowed to, in a body: everything that is given has to hold.
#[derive(ToSchema)]
#[schema(as = AlertFilter)]
#[expect(dead_code, reason = "describes what Filter reads")]
pub struct FilterBody {
    /// Only these states; without it everything but closed.
    state: Option<Vec<Stage>>,
    /// Only these severities.
    severity: Option<Vec<Severity>>,
    /// Only these classes; `unclassified`: those that no rule fitted.
    class: Option<Vec<Classed>>,
    /// Only those that put one of these at risk.
    impact: Option<Vec<ImpactClass>>,
    /// Only those of this name: the label `alertname`.
    name: Option<String>,
    /// Only those on this item.
    item: Option<ItemRef>,
    /// Only those whose item was found, or was not.
    matched: Option<bool>,
    /// Only those of this incident.
    incident: Option<IncidentId>,
    /// Only those that came first through the integration of this name.
    source: Option<String>,
    /// Only those that the routes in force lead to this receiver.
    receiver: Option<String>,
    /// Only those on items that this team answers for, as `team/name`; `none`: for which no team
    /// answers.
    team: Option<String>,
    /// Only those whose labels fit: `env="prod", instance=~"db-.*"`.
    matching: Option<String>,
    /// Only those that a silence holds back now, or only the others.
    silenced: Option<bool>,
    /// Only those with this text in name, summary or a label value.
    q: Option<String>,
}
