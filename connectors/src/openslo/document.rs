use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// One document of OpenSLO.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Document {
    /// `openslo/v1`.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// What it is called.
    pub metadata: Metadata,
    /// Its kind and what it says.
    #[serde(flatten)]
    pub body: Body,
}

/// What a document says, by its kind.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "kind", content = "spec")]
#[expect(clippy::large_enum_variant, reason = "documents are few")]
pub enum Body {
    /// A service that objectives are about; its specification is carried.
    Service(Value),
    /// An objective.
    #[serde(rename = "SLO")]
    Slo(SloSpec),
    /// An indicator that objectives share.
    #[serde(rename = "SLI")]
    Sli(IndicatorSpec),
    /// Where measures come from; its specification is carried.
    DataSource(Value),
    /// Which conditions tell whom; its specification is carried.
    AlertPolicy(Value),
    /// When to tell.
    AlertCondition(AlertCondition),
    /// Whom to tell; its specification is carried.
    AlertNotificationTarget(Value),
}

/// What a document is called.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// Its name.
    pub name: String,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Labels, annotations and whatever else is written there.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// An objective, with one or several targets.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SloSpec {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The service that it is about.
    pub service: String,
    /// The indicator, in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<Indicator>,
    /// The name of an indicator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator_ref: Option<String>,
    /// Over what time it counts; exactly one.
    pub time_window: Vec<TimeWindow>,
    /// How good is told from bad.
    pub budgeting_method: String,
    /// The targets.
    pub objectives: Vec<ObjectiveSpec>,
    /// Alert policies, in place or by name.
    #[serde(default, deserialize_with = "nothing_is_empty", skip_serializing_if = "Vec::is_empty")]
    pub alert_policies: Vec<Value>,
}

/// The time over which an objective counts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TimeWindow {
    /// A number with its unit, like `28d` or `1M`.
    pub duration: String,
    /// Whether it ends now at every instant, or follows the calendar.
    #[serde(default)]
    pub is_rolling: bool,
    /// Where periods of the calendar begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarStart>,
}

/// Where periods of the calendar begin.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CalendarStart {
    /// The beginning of one of them, in wall time, like `2026-01-01 12:00:00`.
    pub start_time: String,
    /// Its zone, by its IANA name.
    pub time_zone: String,
}

/// One target of an objective.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectiveSpec {
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// How a measure is held against `value`: `lte`, `gte`, `lt`, `gt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<objectives::Comparison>,
    /// The threshold of a threshold metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The least share that is good, under 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// The same in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_percent: Option<f64>,
    /// The least share of good events of a good slice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_slice_target: Option<f64>,
    /// The length of a slice, like `1m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_slice_window: Option<String>,
    /// An indicator of its own: the objective is a composite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<Indicator>,
    /// The name of an indicator of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator_ref: Option<String>,
    /// How much it weighs in a composite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composite_weight: Option<f64>,
}

/// An indicator in place.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// What it is called.
    pub metadata: Metadata,
    /// What it measures.
    pub spec: IndicatorSpec,
}

/// What an indicator measures: a value held against a threshold, or a ratio.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IndicatorSpec {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_metric: Option<Metric>,
    /// A ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio_metric: Option<Ratio>,
}

/// A ratio: good or bad of total, or worked out already.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ratio {
    /// Whether the measures only grow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<bool>,
    /// What was good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<Metric>,
    /// What was bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad: Option<Metric>,
    /// All.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Metric>,
    /// What a ratio that is worked out already is: `success` or `failure`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_type: Option<String>,
    /// The ratio, worked out already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Metric>,
}

/// One measure.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metric {
    /// Where it comes from.
    pub metric_source: MetricSource,
}

/// Where a measure comes from; the query is carried.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricSource {
    /// The name of a data source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_source_ref: Option<String>,
    /// What kind of source it is.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The query.
    pub spec: Value,
}

/// When to tell that a budget burns.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertCondition {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How severe it is.
    pub severity: String,
    /// The condition.
    pub condition: Condition,
}

/// A burn rate over a window.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Condition {
    /// `burnrate`.
    pub kind: String,
    /// How the burn is held against the threshold.
    pub op: objectives::Comparison,
    /// The burn.
    pub threshold: f64,
    /// Over what time it is looked at, like `1h`.
    pub lookback_window: String,
    /// How long it must hold, like `5m`.
    pub alert_after: String,
}

/// `null` where a list is expected is an empty one: so examples are published.
fn nothing_is_empty<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Value>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}
