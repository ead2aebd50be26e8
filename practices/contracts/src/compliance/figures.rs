use kernel::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Consumable, Forecast, Line, Performance, Period};

/// What a contract's promise came to in a period. Percentages are from 0 to 100, lengths are
/// seconds of service time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplianceFigures)]
pub struct Figures {
    /// Over what time.
    pub period: Period,
    /// What was promised in it, part by part; more than one where the promise changed.
    pub parts: Vec<Part>,
    /// The least share; where it changed, weighed by service time. Nothing: none is promised.
    pub target_percent: Option<f64>,
    /// Agreed service time that has passed.
    pub agreed_seconds: f64,
    /// Agreed service time of the whole period, as planned now.
    pub agreed_whole_seconds: f64,
    /// Down time; degraded time counts as the contract says.
    pub down_seconds: f64,
    /// Service time that maintenance took out.
    pub exempt_seconds: f64,
    /// Agreed service time of which nothing is known.
    pub unknown_seconds: f64,
    /// Availability over the time of which something is known.
    pub measured_percent: Option<f64>,
    /// With everything unknown as down.
    pub pessimistic_percent: Option<f64>,
    /// With everything unknown as up.
    pub optimistic_percent: Option<f64>,
    /// Which share of the agreed time is unknown.
    pub unknown_percent: Option<f64>,
    /// How long it may be down in the whole period.
    pub allowance_seconds: Option<f64>,
    /// What is left of that; negative once it is used up.
    pub left_seconds: Option<f64>,
    /// When the allowance was used up.
    pub missed_at: Option<Time>,
    /// Whether the promise was kept.
    pub verdict: Verdict,
    /// Whether the figures will still change: the period, or an outage in it, is not over.
    pub provisional: bool,
    /// How it will end, while the period runs.
    pub forecast: Option<Forecast>,
    /// Failures and what follows from them.
    pub reliability: ReliabilityFigures,
    /// Availability weighed by the users who were hit; nothing where they are not known.
    pub by_users_percent: Option<f64>,
    /// Minutes lost, each user for himself; nothing where users are not known.
    pub user_minutes_lost: Option<f64>,
    /// What is given back of the fee, in percent; only what is certain counts.
    pub credit_percent: f64,
    /// The intervals behind the figures, with the incident behind each and why it counts or not.
    pub lines: Vec<Line>,
    /// Whether it could be consumed as agreed; nothing where the terms name no checks.
    #[serde(default)]
    pub consumable: Option<Consumable>,
    /// How well it performed while it had to be there: the objectives that the terms name.
    #[serde(default)]
    pub performance: Vec<Performance>,
}

/// A part of a period with one promise.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CompliancePart)]
pub struct Part {
    /// Its first moment.
    pub from: Time,
    /// The first moment after it.
    pub until: Time,
    /// The least share in it; nothing: none is promised.
    pub target_percent: Option<f64>,
    /// Agreed service time of all of it.
    pub agreed_whole_seconds: f64,
    /// Availability in it, with everything unknown as up.
    pub optimistic_percent: Option<f64>,
}

/// How often it failed, and how long it took to be back.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ReliabilityFigures {
    /// Outages that began in the period, also outside of the service hours.
    pub outages: usize,
    /// Outages that cost service time.
    pub failures: usize,
    /// Mean up time between failures; nothing without any.
    pub mtbf_seconds: Option<f64>,
    /// Mean time to restore service; what lasts does not count.
    pub mtrs_seconds: Option<f64>,
    /// Mean time between the beginnings of failures.
    pub mtbsi_seconds: Option<f64>,
    /// Whether one failure is all there is: a mean of one says little.
    pub low_confidence: bool,
    /// The longest service time in a row without a failure.
    pub failure_free_seconds: f64,
    /// How long it must run without a failure, where that is promised.
    pub failure_free_required_seconds: Option<f64>,
    /// When it last began to fail in the period.
    pub last_failure_at: Option<Time>,
}

/// Whether a promise was kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Also if all that is unknown was down.
    Kept,
    /// Also if all that is unknown was up.
    Missed,
    /// The time of which nothing is known decides.
    Unproven,
    /// Nothing is known of all of it, as before Operate was installed.
    NotObserved,
    /// The period is not over, and the promise can still be kept.
    Running,
    /// There was no service time, or none is promised: neither kept nor missed.
    NotApplicable,
}

impl Verdict {
    /// The word of people.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Kept => "kept",
            Verdict::Missed => "missed",
            Verdict::Unproven => "unproven",
            Verdict::NotObserved => "not observed",
            Verdict::Running => "running",
            Verdict::NotApplicable => "not applicable",
        }
    }
}

impl Figures {
    /// Whether two reckonings of a period say the same, apart from how they explain it.
    ///
    /// What was counted of objectives is kept for a limited time only: where some of it is gone by
    /// now, or was not reckoned yet when the figures were frozen, it is not compared.
    pub fn same_as(&self, other: &Figures) -> bool {
        let bare = |figures: &Figures| Figures {
            lines: Vec::new(),
            consumable: None,
            performance: Vec::new(),
            ..figures.clone()
        };
        bare(self) == bare(other) && self.consumed_as(other) && self.performed_as(other)
    }

    fn consumed_as(&self, other: &Figures) -> bool {
        let (Some(was), Some(is)) = (&self.consumable, &other.consumable) else { return true };
        let same = was.answer == is.answer
            && was.down_seconds == is.down_seconds
            && was.unknown_seconds == is.unknown_seconds;
        same || was.forgotten_in(is)
    }

    fn performed_as(&self, other: &Figures) -> bool {
        let told = |was: &Performance| {
            let is = other.performance.iter().find(|is| is.objective == was.objective);
            is.is_none_or(|is| {
                let same = (was.verdict, was.total, was.bad) == (is.verdict, is.total, is.bad);
                same || was.forgotten_in(is)
            })
        };
        self.performance.iter().all(told)
    }
}
