use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contract::{ClockKind, ContractPeriod};
use super::{Wait, Within, unset};
use crate::reference::{CalendarRef, DataSourceRef, ObjectiveRef, PersonRef, ServiceContractRef};

/// A service level objective: how much of what is counted has to be good, over what time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectiveSpec {
    /// What it is about.
    pub item: ItemRef,
    /// What is counted.
    pub indicator: Indicator,
    /// The least good share, in percent: `99.9`.
    pub target: f64,
    /// Over what time.
    #[serde(default, skip_serializing_if = "unset")]
    pub window: ObjectiveWindow,
    /// How good is told from bad.
    #[serde(default, skip_serializing_if = "unset")]
    pub method: BudgetingMethod,
    /// The slices of the other two methods.
    #[serde(default, skip_serializing_if = "unset")]
    pub slice: Option<Slice>,
    /// What becomes of minutes of which nothing is known.
    #[serde(default, skip_serializing_if = "unset")]
    pub missing: MissingData,
    /// Only what falls into this working time counts; all when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub calendar: Option<CalendarRef>,
    /// What does not count besides.
    #[serde(default, skip_serializing_if = "unset")]
    pub exclude: Exclude,
    /// When somebody is told that the budget burns.
    #[serde(default, skip_serializing_if = "unset")]
    pub alerts: BurnAlerts,
    /// What the team does as the budget shrinks.
    #[serde(default, skip_serializing_if = "unset")]
    pub policy: BudgetPolicy,
}

/// What is counted. With a `source` it is asked every minute by queries in its language (PromQL);
/// without one, counts are pushed.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Indicator {
    /// What it measures, in words: "share of searches answered within 300 ms".
    #[serde(default, skip_serializing_if = "unset")]
    pub description: Option<String>,
    /// What one event is, where events are cycles of something: `nightly run`. Reports say then
    /// how many cycles there are to a failure.
    #[serde(default, skip_serializing_if = "unset")]
    pub cycle: Option<String>,
    /// Taken from Operate's own records instead: whether the item was there, by incidents; or the
    /// clocks of incidents that hit it, each counted once it is met or missed.
    #[serde(default, skip_serializing_if = "unset")]
    pub records: Option<Records>,
    /// Only clocks of this contract; those of all contracts about the item when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub contract: Option<ServiceContractRef>,
    /// Other objectives instead, reckoned together minute by minute: a composite.
    #[serde(default, skip_serializing_if = "unset")]
    pub parts: Vec<IndicatorPart>,
    /// How they are reckoned together.
    #[serde(default, skip_serializing_if = "unset")]
    pub combine: Combine,
    /// Who is asked.
    #[serde(default, skip_serializing_if = "unset")]
    pub source: Option<DataSourceRef>,
    /// Query for good events in one minute; `[1m]` and `{{window}}` both mean the minute.
    #[serde(default, skip_serializing_if = "unset")]
    pub good: Option<String>,
    /// Query for bad events, instead of good ones.
    #[serde(default, skip_serializing_if = "unset")]
    pub bad: Option<String>,
    /// Query for all events.
    #[serde(default, skip_serializing_if = "unset")]
    pub total: Option<String>,
    /// Query for a value instead of events: a minute is good when it holds against the limit.
    #[serde(default, skip_serializing_if = "unset")]
    pub value: Option<String>,
    /// How the value is held against the limit.
    #[serde(default, skip_serializing_if = "unset")]
    pub op: Option<ThresholdOp>,
    /// What the value is held against.
    #[serde(default, skip_serializing_if = "unset")]
    pub limit: Option<f64>,
    /// The unit of the value, such as `s` or `ms`.
    #[serde(default, skip_serializing_if = "unset")]
    pub unit: Option<String>,
}

/// What of Operate's own records is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IndicatorRecords)]
pub enum Records {
    /// Minutes: good unless an incident took the item away or degraded it.
    Availability,
    /// Incidents: good when somebody took them in time.
    Respond,
    /// Updates on incidents: good when they were written in time.
    Update,
    /// Incidents: good when the service was back in time.
    Restore,
    /// Incidents: good when the work was done in time.
    Resolve,
}

impl Records {
    /// The clock that is counted; `None` for availability.
    pub fn clock(self) -> Option<ClockKind> {
        match self {
            Records::Availability => None,
            Records::Respond => Some(ClockKind::Respond),
            Records::Update => Some(ClockKind::Update),
            Records::Restore => Some(ClockKind::Restore),
            Records::Resolve => Some(ClockKind::Resolve),
        }
    }
}

/// One of several objectives that are reckoned together.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IndicatorPart {
    /// The objective.
    pub objective: ObjectiveRef,
    /// What it weighs beside the others; 1 when not said.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: f64,
}

/// How several objectives are reckoned together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IndicatorCombine)]
pub enum Combine {
    /// The mean of their good shares, each with its weight, of those that are known.
    #[default]
    Weighted,
    /// A minute is good when it is for each of them by its own target.
    All,
}

/// How a value is held against a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "less, less or equal, greater, greater or equal")]
pub enum ThresholdOp {
    Lt,
    Lte,
    Gt,
    Gte,
}

/// Over what time an objective counts: 30 days at every moment anew when nothing is said.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectiveWindow {
    /// The last so long at every moment anew, such as `28d` or `12h`; here a day has 24 hours.
    #[serde(default, skip_serializing_if = "unset")]
    pub rolling: Option<Within>,
    /// Periods one after another, each with a budget of its own.
    #[serde(default, skip_serializing_if = "unset")]
    pub calendar: Option<ContractPeriod>,
    /// The zone in whose midnights those begin; UTC when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub time_zone: Option<String>,
}

/// How good is told from bad.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BudgetingMethod {
    /// Good events of all events.
    #[default]
    Occurrences,
    /// Good slices of time of all slices.
    Timeslices,
    /// The mean of the shares of all slices.
    RatioTimeslices,
}

/// A slice of time, and when it is good.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Slice {
    /// How long it is, in whole minutes.
    pub length: Wait,
    /// The least good share of a good slice, in percent; the target when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub target: Option<f64>,
}

/// What becomes of minutes of which nothing is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingData {
    /// They do not count, and are shown as unknown.
    #[default]
    Ignore,
    /// They count as bad, where time is counted.
    Bad,
}

/// What does not count, of what was good and of what was counted alike.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ObjectiveExclude)]
pub struct Exclude {
    /// The contract whose exempt maintenance does not count: approved, announced in time, and no
    /// longer than it took.
    #[serde(default, skip_serializing_if = "unset")]
    pub contract: Option<ServiceContractRef>,
    /// Whether what lies outside of the hours of that contract does not count either.
    #[serde(default, skip_serializing_if = "unset")]
    pub outside_hours: bool,
    /// Stretches that were found not to count, such as an hour in which the probe was broken.
    #[serde(default, skip_serializing_if = "unset")]
    pub times: Vec<ExcludedTime>,
}

/// A stretch that does not count: the start belongs to it, the end does not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ObjectiveExcludedTime)]
pub struct ExcludedTime {
    /// Its first moment.
    pub start: Time,
    /// The first moment after it.
    pub end: Time,
    /// Why it does not count.
    pub reason: String,
    /// Who decided that.
    #[serde(default, skip_serializing_if = "unset")]
    pub approved_by: Option<PersonRef>,
}

/// When somebody is told that a budget burns.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BurnAlerts {
    /// Whether fast burns call somebody.
    #[serde(default = "on")]
    pub page: bool,
    /// Whether slow burns leave a ticket.
    #[serde(default = "on")]
    pub ticket: bool,
    /// Events that the long window must have before a burn is believed; with few events a single
    /// bad one burns ten times too fast.
    #[serde(default, skip_serializing_if = "unset")]
    pub events_min: Option<f64>,
}

/// From which remaining share of the budget on a team does what, in percent.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BudgetPolicy {
    /// At or below it changes are looked at closer.
    pub caution_below: f64,
    /// Below it only reliability and emergency changes go out.
    pub slow_below: f64,
    /// Below it nothing goes out but what mends.
    pub freeze_below: f64,
}

/// Where measures are asked for: any server that answers the HTTP API of Prometheus.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DataSourceSpec {
    /// Its address, up to what comes before `/api/v1/query`.
    pub url: String,
    /// The tenant, for servers that have several: the value of `X-Scope-OrgID`.
    #[serde(default, skip_serializing_if = "unset")]
    pub tenant: Option<String>,
    /// The longest time that one question may take.
    #[serde(default, skip_serializing_if = "unset")]
    pub timeout: Option<Wait>,
    /// How long after a minute its counts are complete; a minute when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub settles_after: Option<Wait>,
}

fn on() -> bool {
    true
}

fn one() -> f64 {
    1.0
}

fn is_one(weight: &f64) -> bool {
    *weight == one()
}

impl Default for BurnAlerts {
    fn default() -> BurnAlerts {
        BurnAlerts { page: true, ticket: true, events_min: None }
    }
}

impl Default for BudgetPolicy {
    /// Healthy above 50 %, caution to 25 %, slow to 0, freeze below.
    fn default() -> BudgetPolicy {
        BudgetPolicy { caution_below: 50.0, slow_below: 25.0, freeze_below: 0.0 }
    }
}

impl ObjectiveWindow {
    /// The same for the engine: thirty days when nothing is said.
    pub fn engine(&self) -> objectives::Window {
        const DAY: i64 = 86_400_000_000;
        let rolling = |micros| objectives::Window::Rolling { micros };
        match (self.rolling, self.calendar) {
            (Some(Within::Days(days)), _) => rolling(i64::from(days) * DAY),
            (Some(Within::Time(wait)), _) => rolling(i64::from(wait.seconds()) * 1_000_000),
            (None, Some(period)) => {
                let zone = self.time_zone.as_deref().unwrap_or("UTC");
                objectives::Window::calendar(period.unit(), zone)
            }
            (None, None) => rolling(30 * DAY),
        }
    }
}

impl ContractPeriod {
    /// The same for the engine.
    pub fn unit(self) -> objectives::Unit {
        match self {
            ContractPeriod::Week => objectives::Unit::Week,
            ContractPeriod::Month => objectives::Unit::Month,
            ContractPeriod::Quarter => objectives::Unit::Quarter,
            ContractPeriod::Year => objectives::Unit::Year,
        }
    }
}
