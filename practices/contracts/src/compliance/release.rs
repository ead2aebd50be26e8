//! "May I release product X now?" A documented rule over what is known: yes, unless something says
//! no.
//!
//! | what | an ordinary release | one for reliability | an emergency |
//! |---|---|---|---|
//! | a freeze runs | no | no | told |
//! | a declared major incident is open, or a P1 or P2 takes it away | no | told | told |
//! | another incident is open | told | told | told |
//! | the allowance of a contract is used up | no | told | told |
//! | an error budget is in `freeze` or `slow` | no | told | told |
//! | a contract is at risk, a budget in `caution`, maintenance runs | told | told | told |
//! | nothing is known of a budget | told | told | told |

use kernel::{ItemRef, Priority, Time};
use objectives::Stance;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CaseRef, Outlook};

/// What a release is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReleasePurpose)]
pub enum Purpose {
    /// Something new.
    #[default]
    Ordinary,
    /// It makes the product more reliable, or mends what is broken.
    Reliability,
    /// It cannot wait, whatever the rules say.
    Emergency,
}

/// Something that speaks for or against a release: gathered by the shell.
#[derive(Clone, PartialEq, Debug)]
pub enum ReleaseInput {
    /// A freeze that runs.
    Freeze {
        /// The resource.
        freeze: ItemRef,
        /// Why.
        reason: String,
        /// Until when.
        until: Time,
    },
    /// An open incident on the product, or on what it needs.
    Incident {
        /// Which.
        incident: CaseRef,
        /// Its priority.
        priority: Priority,
        /// Whether a person declared it a major one.
        declared: bool,
        /// Whether the service works by now, or has all the time: only the work is not done.
        works: bool,
        /// The item it is on.
        item: ItemRef,
    },
    /// The state of an error budget.
    Budget(Budget),
    /// How a contract on the product stands.
    Contract {
        /// The contract.
        contract: ItemRef,
        /// How its period will end.
        outlook: Outlook,
        /// Why.
        because: String,
    },
    /// Planned work that runs on the product, or on what it needs.
    Maintenance {
        /// The window.
        window: ItemRef,
        /// Until when.
        until: Time,
    },
}

/// The state of an error budget.
#[derive(Clone, PartialEq, Debug)]
pub struct Budget {
    /// The objective.
    pub objective: ItemRef,
    /// What its policy says; nothing: its measures are not known.
    pub stance: Option<Stance>,
    /// What is left of it, in percent.
    pub left_percent: Option<f64>,
}

/// Whether a product may be released.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Release {
    /// Whether it may.
    pub may: bool,
    /// What it is for.
    pub purpose: Purpose,
    /// What speaks against it, what is worth knowing, and what was looked at, in that order.
    pub reasons: Vec<Reason>,
}

/// One thing that was looked at.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = ReleaseReason)]
pub struct Reason {
    /// How much it weighs.
    pub weight: Weight,
    /// What, in a sentence.
    pub text: String,
    /// The resource it is about.
    pub item: Option<ItemRef>,
    /// The incident it is about.
    pub incident: Option<CaseRef>,
}

/// How much something weighs in a decision. Ordered: what says no comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReleaseWeight)]
pub enum Weight {
    /// It says no.
    Blocks,
    /// It says nothing, and should be known.
    Warns,
    /// It was looked at and is fine.
    Fine,
}

/// Incidents of this priority and above are major.
pub const MAJOR: Priority = Priority::P2;

/// Decides, and names everything that was looked at.
pub fn release(inputs: &[ReleaseInput], purpose: Purpose) -> Release {
    let mut reasons: Vec<Reason> = inputs.iter().map(|input| reason(input, purpose)).collect();
    let without = |kind: fn(&ReleaseInput) -> bool| !inputs.iter().any(kind);
    let mut fine = |text: &str| reasons.push(plain(Weight::Fine, text));
    if without(|input| matches!(input, ReleaseInput::Freeze { .. })) {
        fine("no freeze runs");
    }
    if without(|input| matches!(input, ReleaseInput::Incident { .. })) {
        fine("no incident is open on it or on what it needs");
    }
    if without(|input| matches!(input, ReleaseInput::Contract { .. })) {
        fine("no contract covers it");
    }
    if without(|input| matches!(input, ReleaseInput::Budget(_))) {
        fine("no objective is set on it or on what it needs");
    }
    reasons.sort_by_key(|reason| reason.weight);
    Release { may: reasons.iter().all(|r| r.weight != Weight::Blocks), purpose, reasons }
}

fn plain(weight: Weight, text: impl Into<String>) -> Reason {
    Reason { weight, text: text.into(), item: None, incident: None }
}

fn reason(input: &ReleaseInput, purpose: Purpose) -> Reason {
    let ordinary = if purpose == Purpose::Ordinary { Weight::Blocks } else { Weight::Warns };
    match input {
        ReleaseInput::Freeze { freeze, reason, until } => {
            let emergency = purpose == Purpose::Emergency;
            let weight = if emergency { Weight::Warns } else { Weight::Blocks };
            let text = format!("frozen until {until}: {reason}");
            Reason { item: Some(freeze.clone()), ..plain(weight, text) }
        }
        ReleaseInput::Incident { incident, priority, declared, works, item } => {
            let major = *declared || (*priority <= MAJOR && !works);
            let weight = if major { ordinary } else { Weight::Warns };
            let (kind, number) =
                (if *declared { "major incident" } else { "incident" }, incident.number);
            let but = if *works { "; the service works" } else { "" };
            let text = format!("{kind} {number} ({priority}) is open on {item}{but}");
            let (item, incident) = (Some(item.clone()), Some(incident.clone()));
            Reason { item, incident, ..plain(weight, text) }
        }
        ReleaseInput::Budget(budget) => {
            let (weight, text) = of_budget(budget, ordinary);
            Reason { item: Some(budget.objective.clone()), ..plain(weight, text) }
        }
        ReleaseInput::Contract { contract, outlook, because } => {
            let weight = match outlook {
                Outlook::Breached => ordinary,
                Outlook::AtRisk => Weight::Warns,
                Outlook::OnTrack => Weight::Fine,
            };
            let text = format!("{}: {because}", contract.name());
            Reason { item: Some(contract.clone()), ..plain(weight, text) }
        }
        ReleaseInput::Maintenance { window, until } => {
            let text = format!("maintenance runs until {until}");
            Reason { item: Some(window.clone()), ..plain(Weight::Warns, text) }
        }
    }
}

fn of_budget(budget: &Budget, ordinary: Weight) -> (Weight, String) {
    let name = budget.objective.name();
    let left = budget.left_percent.map(|left| format!("{left:.1} % of the budget of {name} left"));
    let left = left.unwrap_or_else(|| format!("the budget of {name}"));
    match budget.stance {
        None => (Weight::Warns, format!("nothing is known yet of the budget of {name}")),
        Some(Stance::Healthy) => (Weight::Fine, left),
        Some(Stance::Caution) => (Weight::Warns, format!("{left}: with caution")),
        Some(Stance::Slow) => (ordinary, format!("{left}: only what makes it more reliable")),
        Some(Stance::Freeze) => (ordinary, format!("{left}: frozen by its budget policy")),
    }
}
