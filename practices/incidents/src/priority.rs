//! Priority: impact × urgency by the matrix, line by line, so that anybody can follow it (R231,
//! R250). Impact comes from the criticality of what is hit. Urgency comes from the technical
//! gravity, rises with business criticality (R022), with growing damage and with what contracts
//! have at stake, and sinks when the service is back by a workaround. A workaround never lowers
//! impact: what was hit stays hit until the cause is gone.

use std::cmp::Reverse;

use kernel::{Impact, ItemRef, Priority, Urgency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::incident::{Incident, Severity};

/// What the estate says about the items of an incident. Gathered by stream or shell before the
/// command: a practice asks no other.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Assessment {
    /// What is hit: the items themselves (no hops) and what depends on them.
    pub hits: Vec<Hit>,
    /// The likely cause among the items.
    pub main: Option<Main>,
}

/// One item that is hit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImpactHit)]
pub struct Hit {
    /// The item.
    pub item: ItemRef,
    /// How much the business needs it.
    pub criticality: Criticality,
    /// The failing item that it depends on; itself when there are no hops.
    pub root: ItemRef,
    /// Steps from it to the failing item.
    #[serde(default)]
    pub hops: u32,
    /// Whether redundancy still carries it: it counts one step less.
    #[serde(default)]
    pub softened: bool,
    /// Whether redundancy would carry it, were it not for what other incidents took down as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beside: bool,
}

/// The item that most likely is the cause.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MainItem)]
pub struct Main {
    /// The item.
    pub item: ItemRef,
    /// Why it, one sentence.
    pub because: String,
}

/// What a contract has at stake in an incident. Gathered by the shell before the command; it says
/// nothing that changes from minute to minute.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractStake)]
pub struct Stake {
    /// The contract.
    pub contract: ItemRef,
    /// Whether a penalty is near: the urgency rises by one step.
    pub at_risk: bool,
    /// What it promises and how that stands, in words.
    pub because: String,
}

/// How much the business needs an item. Ordered: `Low < MissionCritical`.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = IncidentCriticality)]
pub enum Criticality {
    /// It can be missed for a while.
    Low,
    /// Work goes on, with difficulty.
    Normal,
    /// A department stands still.
    High,
    /// The organisation stands still.
    MissionCritical,
}

/// One line of the calculation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PriorityLine {
    /// What the line is about.
    pub step: Step,
    /// The value after this line.
    pub value: String,
    /// Why.
    pub because: String,
}

/// What a [`PriorityLine`] is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
#[schema(as = PriorityStep)]
pub enum Step {
    Impact,
    Urgency,
    Priority,
}

/// What the calculation came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calculation {
    /// How much is hit.
    pub impact: Impact,
    /// How soon it must be dealt with.
    pub urgency: Urgency,
    /// The order of work.
    pub priority: Priority,
    /// The way there.
    pub lines: Vec<PriorityLine>,
}

/// Calculates the priority of an incident from what the record holds.
pub fn calculate(incident: &Incident) -> Calculation {
    let mut lines = Vec::new();
    let impact = impact(incident, &mut lines);
    let urgency = urgency(incident, &mut lines);
    let mut priority = incident.policy.matrix.priority(impact, urgency);
    lines.push(line(
        Step::Priority,
        priority,
        format!("the matrix gives {priority} for {impact} impact and {urgency} urgency"),
    ));
    if let Some(set) = &incident.priority_override {
        let because = format!("set by {} against {priority}: {}", set.by, set.reason);
        priority = set.priority;
        lines.push(line(Step::Priority, priority, because));
    }
    Calculation { impact, urgency, priority, lines }
}

/// Sorts hits so that the one that decides comes first: worst after softening, then nearest.
pub(crate) fn worst_first(hits: &mut [Hit]) {
    hits.sort_by(|a, b| {
        let rank = |hit: &Hit| (Reverse(weight(hit)), hit.softened, hit.hops);
        rank(a).cmp(&rank(b)).then_with(|| a.item.cmp(&b.item))
    });
}

/// Criticality as it counts: one step less where redundancy still carries the item.
fn weight(hit: &Hit) -> Criticality {
    match (hit.criticality, hit.softened) {
        (criticality, false) => criticality,
        (Criticality::MissionCritical, true) => Criticality::High,
        (Criticality::High, true) => Criticality::Normal,
        (Criticality::Normal | Criticality::Low, true) => Criticality::Low,
    }
}

fn impact(incident: &Incident, lines: &mut Vec<PriorityLine>) -> Impact {
    if let Some(set) = &incident.impact_set {
        let because = format!("set by {}: {}", set.by, set.reason);
        lines.push(line(Step::Impact, set.value, because));
        return set.value;
    }
    let (impact, because) = match incident.hits.first() {
        None => (Impact::Medium, "nothing is known of what is hit".to_owned()),
        Some(hit) => {
            let impact = match weight(hit) {
                Criticality::MissionCritical => Impact::High,
                Criticality::High | Criticality::Normal => Impact::Medium,
                Criticality::Low => Impact::Low,
            };
            (impact, sentence(hit))
        }
    };
    lines.push(line(Step::Impact, impact, because));
    impact
}

fn urgency(incident: &Incident, lines: &mut Vec<PriorityLine>) -> Urgency {
    if let Some(set) = &incident.urgency_set {
        let because = format!("set by {}: {}", set.by, set.reason);
        lines.push(line(Step::Urgency, set.value, because));
        return set.value;
    }
    let mut urgency = match incident.severity {
        Severity::Critical => Urgency::High,
        Severity::Error => Urgency::Medium,
        Severity::Warning | Severity::Info => Urgency::Low,
    };
    lines.push(line(Step::Urgency, urgency, format!("the severity is {}", incident.severity)));

    let growth_min = incident.policy.growth_items_min as usize;
    let critical = incident.hits.first().filter(|hit| weight(hit) >= Criticality::High);
    let at_stake = incident.stakes.iter().find(|stake| stake.at_risk);
    let steps = [
        critical.map(|hit| {
            let because = format!("raised: {} is {}", hit.item, name(hit.criticality));
            (raised as fn(Urgency) -> Urgency, because)
        }),
        (growth_min > 0 && incident.items.len() >= growth_min)
            .then(|| (raised as _, format!("raised: damage grew to {growth_min} items or more"))),
        at_stake.map(|stake| (raised as _, format!("raised: {}", stake.because))),
        incident
            .service_is_back()
            .then(|| (lowered as _, "lowered: the service is back, the rest can wait".to_owned())),
    ];
    for (step, because) in steps.into_iter().flatten() {
        let next = step(urgency);
        if next != urgency {
            urgency = next;
            lines.push(line(Step::Urgency, urgency, because));
        }
    }
    for stake in &incident.stakes {
        // What raised it has its line; what changes nothing is told all the same.
        let because = format!("contract: {}", stake.because);
        let told = lines.iter().any(|line| line.because.ends_with(&stake.because));
        if !told {
            lines.push(line(Step::Urgency, urgency, because));
        }
    }
    urgency
}

fn raised(urgency: Urgency) -> Urgency {
    match urgency {
        Urgency::Low => Urgency::Medium,
        Urgency::Medium | Urgency::High => Urgency::High,
    }
}

fn lowered(urgency: Urgency) -> Urgency {
    match urgency {
        Urgency::High => Urgency::Medium,
        Urgency::Medium | Urgency::Low => Urgency::Low,
    }
}

fn sentence(hit: &Hit) -> String {
    let mut text = format!("{} is {}", hit.item, name(hit.criticality));
    match hit.hops {
        0 => {}
        1 => text.push_str(&format!(" and depends on {} (1 hop)", hit.root)),
        hops => text.push_str(&format!(" and depends on {} ({hops} hops)", hit.root)),
    }
    if hit.softened {
        text.push_str("; redundancy still carries it");
    }
    text
}

fn name(criticality: Criticality) -> &'static str {
    match criticality {
        Criticality::Low => "of low criticality",
        Criticality::Normal => "of normal criticality",
        Criticality::High => "of high criticality",
        Criticality::MissionCritical => "mission-critical",
    }
}

fn line(step: Step, value: impl ToString, because: String) -> PriorityLine {
    PriorityLine { step, value: value.to_string(), because }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(name: &str, criticality: Criticality, hops: u32, softened: bool) -> Hit {
        let root: ItemRef = "component/db".parse().expect("an item");
        let item = if hops == 0 { root.clone() } else { name.parse().expect("an item") };
        Hit { item, criticality, root, hops, softened, beside: false }
    }

    #[test]
    fn redundancy_takes_one_step_off_and_the_nearest_of_equals_decides() {
        let mut hits = vec![
            hit("usecase/far", Criticality::High, 4, false),
            hit("usecase/carried", Criticality::MissionCritical, 1, true),
            hit("usecase/near", Criticality::High, 2, false),
            hit("component/db", Criticality::Normal, 0, false),
        ];
        worst_first(&mut hits);
        let order: Vec<&str> = hits.iter().map(|hit| hit.item.name()).collect();
        assert_eq!(order, ["near", "far", "carried", "db"]);
    }

    #[test]
    fn a_hit_is_told_with_its_way_and_with_what_still_carries_it() {
        assert_eq!(
            sentence(&hit("usecase/pay", Criticality::MissionCritical, 2, true)),
            "usecase/pay is mission-critical and depends on component/db (2 hops); redundancy \
             still carries it"
        );
        assert_eq!(
            sentence(&hit("component/db", Criticality::Low, 0, false)),
            "component/db is of low criticality"
        );
    }
}
