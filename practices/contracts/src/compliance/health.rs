//! How a product is, by a rule that anybody can follow: the worst of what is known. Each input
//! says what it saw and by which rule it counts; what is not known is shown and never counts as
//! good.

use kernel::{ItemRef, Priority, Time};
use objectives::Stance;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Budget, CaseRef, Outlook, Verdict};

/// How good something is. Ordered: the worst is the greatest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HealthScore)]
pub enum Score {
    /// As agreed.
    Good,
    /// Worth a look.
    Fair,
    /// Not as agreed.
    Poor,
}

/// What is known of a product, gathered by the shell.
#[derive(Clone, PartialEq, Debug)]
pub enum HealthInput {
    /// Whether it works now: 0 up, 1 degraded, 2 down.
    State {
        /// How bad.
        severity: u8,
    },
    /// An open incident on it.
    Incident {
        /// Which.
        incident: CaseRef,
        /// Its priority.
        priority: Priority,
        /// Since when the service is away; nothing: it is back, or nothing says that it failed.
        away_since: Option<Time>,
    },
    /// How the present period of a contract stands.
    Contract {
        /// The contract.
        contract: ItemRef,
        /// How it will end.
        outlook: Option<Outlook>,
        /// When its allowance was used up.
        missed_at: Option<Time>,
        /// Why.
        because: String,
    },
    /// What became of the last period of a contract that is over.
    Past {
        /// The contract.
        contract: ItemRef,
        /// The name of the period.
        period: String,
        /// What became of it.
        verdict: Verdict,
    },
    /// The checks of a contract from the side of the consumer.
    Checks {
        /// The contract.
        contract: ItemRef,
        /// Whether any of them looked in the period that runs.
        looked: bool,
        /// Since when one of them fails.
        failing_since: Option<Time>,
    },
    /// An error budget.
    Budget(Budget),
}

/// How a product is, and whether it is in its agreed working state.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct ProductHealth {
    /// The worst of all inputs of which something is known; nothing: of none.
    pub score: Option<Score>,
    /// Every input, the worst first.
    pub inputs: Vec<HealthSays>,
    /// Whether it is in its agreed working state: nothing takes it away, and no allowance is used
    /// up. Fit for consumption now.
    pub in_agreed_state: bool,
    /// Since when it is not.
    pub out_since: Option<Time>,
}

/// What one input says.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct HealthSays {
    /// How good it is; nothing: not known.
    pub score: Option<Score>,
    /// What was seen.
    pub text: String,
    /// By which rule it counts.
    pub rule: &'static str,
    /// Since when it keeps the product out of its agreed working state; nothing: it does not.
    pub out_since: Option<Time>,
    /// The resource it is about.
    pub item: Option<ItemRef>,
    /// The incident it is about.
    pub incident: Option<CaseRef>,
}

/// The health of a product.
pub fn product_health(inputs: &[HealthInput]) -> ProductHealth {
    let mut inputs: Vec<HealthSays> = inputs.iter().map(says).collect();
    inputs.sort_by_key(|says| std::cmp::Reverse(says.score));
    let out_since = inputs.iter().filter_map(|says| says.out_since).min();
    ProductHealth {
        score: inputs.iter().filter_map(|says| says.score).max(),
        in_agreed_state: out_since.is_none(),
        out_since,
        inputs,
    }
}

fn says(input: &HealthInput) -> HealthSays {
    match input {
        HealthInput::State { severity } => {
            let (score, text) = match severity {
                0 => (Score::Good, "it is up"),
                1 => (Score::Fair, "it is degraded"),
                _ => (Score::Poor, "it is down"),
            };
            one(Some(score), text, "up is good, degraded fair, down poor")
        }
        HealthInput::Incident { incident, priority, away_since } => {
            let score = match (away_since, *priority <= Priority::P2) {
                (Some(_), true) => Score::Poor,
                _ => Score::Fair,
            };
            let there = if away_since.is_some() { "is away" } else { "works" };
            let text = format!("incident {} ({priority}): its service {there}", incident.number);
            let rule = "P1 and P2 with the service away are poor, other open incidents fair; away \
                        is out of the agreed state";
            let incident = Some(incident.clone());
            HealthSays { incident, out_since: *away_since, ..one(Some(score), text, rule) }
        }
        HealthInput::Contract { contract, outlook, missed_at, because } => {
            let score = outlook.map(|outlook| match outlook {
                Outlook::OnTrack => Score::Good,
                Outlook::AtRisk => Score::Fair,
                Outlook::Breached => Score::Poor,
            });
            let text = format!("{}: {because}", contract.name());
            let rule = "on track is good, at risk fair, breached poor and out of the agreed state";
            let item = Some(contract.clone());
            HealthSays { item, out_since: *missed_at, ..one(score, text, rule) }
        }
        HealthInput::Past { contract, period, verdict } => {
            let score = match verdict {
                Verdict::Kept => Some(Score::Good),
                Verdict::Missed => Some(Score::Fair),
                Verdict::Unproven
                | Verdict::NotObserved
                | Verdict::Running
                | Verdict::NotApplicable => None,
            };
            let text = format!("{}: {period} was {}", contract.name(), verdict.word());
            let rule = "the last period kept is good, missed fair; anything else says nothing";
            HealthSays { item: Some(contract.clone()), ..one(score, text, rule) }
        }
        HealthInput::Checks { contract, looked, failing_since } => {
            let (score, text) = match (looked, failing_since) {
                (false, _) => (None, "its checks did not look in this period"),
                (true, Some(_)) => (Some(Score::Poor), "a check of its consumer fails"),
                (true, None) => (Some(Score::Good), "no check of its consumer fails"),
            };
            let text = format!("{}: {text}", contract.name());
            let rule = "checks that pass are good, one that fails is poor and out of the agreed \
                        state";
            let item = Some(contract.clone());
            HealthSays { item, out_since: *failing_since, ..one(score, text, rule) }
        }
        HealthInput::Budget(budget) => of_budget(budget),
    }
}

fn of_budget(budget: &Budget) -> HealthSays {
    let name = budget.objective.name();
    let score = budget.stance.map(|stance| match stance {
        Stance::Healthy => Score::Good,
        Stance::Caution | Stance::Slow => Score::Fair,
        Stance::Freeze => Score::Poor,
    });
    let text = match budget.left_percent {
        Some(left) => format!("{name}: {left:.1} % of its budget left"),
        None => format!("{name}: nothing is known yet"),
    };
    let rule = "a healthy budget is good, caution and slow fair, freeze poor";
    HealthSays { item: Some(budget.objective.clone()), ..one(score, text, rule) }
}

fn one(score: Option<Score>, text: impl Into<String>, rule: &'static str) -> HealthSays {
    HealthSays { score, text: text.into(), rule, out_since: None, item: None, incident: None }
}
