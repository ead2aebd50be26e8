//! Which fields the documents have, of v1 and of v1alpha.

use crate::shape::{Field, Shape, may, must};

use Shape::{Any, Bool, Length, List, Map, Number, Open, Text, Word};

/// What every document has around its specification.
pub(super) const DOCUMENT: Shape = Map(&[
    must("apiVersion", &Text),
    must("kind", &Text),
    must("metadata", &METADATA),
    must("spec", &Any),
]);

const METADATA: Shape = Open(&[must("name", &Text), may("displayName", &Text)]);

/// The specification of a kind; `None` when it is only carried.
pub(super) fn spec(kind: &str, alpha: bool) -> Option<&'static Shape> {
    match (kind, alpha) {
        ("SLO", false) => Some(&SLO),
        ("SLO", true) => Some(&ALPHA),
        ("SLI", false) => Some(&INDICATOR_SPEC),
        ("Service", _) => Some(&SERVICE),
        ("DataSource", false) => Some(&DATA_SOURCE),
        ("AlertPolicy", false) => Some(&ALERT_POLICY),
        ("AlertCondition", false) => Some(&ALERT_CONDITION),
        ("AlertNotificationTarget", false) => Some(&ALERT_TARGET),
        _ => None,
    }
}

const SLO: Shape = Map(&[
    may("description", &Any),
    must("service", &Text),
    may("indicator", &INDICATOR),
    may("indicatorRef", &Text),
    must("timeWindow", &List(&WINDOW)),
    must("budgetingMethod", &METHOD),
    must("objectives", &List(&OBJECTIVE)),
    may("alertPolicies", &List(&Any)),
]);

const METHOD: Shape = Word(&["Occurrences", "Timeslices", "RatioTimeslices"]);
const OPERATOR: Shape = Word(&["lte", "gte", "lt", "gt"]);

const WINDOW: Shape =
    Map(&[must("duration", &Text), may("isRolling", &Bool), may("calendar", &CALENDAR)]);

const CALENDAR: Shape = Map(&[must("startTime", &Text), must("timeZone", &Text)]);

const OBJECTIVE: Shape = Map(&OBJECTIVE_FIELDS);
const OBJECTIVE_FIELDS: [Field; 10] = [
    may("displayName", &Text),
    may("op", &OPERATOR),
    may("value", &Number),
    may("target", &Number),
    may("targetPercent", &Number),
    may("timeSliceTarget", &Number),
    may("timeSliceWindow", &Text),
    may("indicator", &INDICATOR),
    may("indicatorRef", &Text),
    may("compositeWeight", &Number),
];

const INDICATOR: Shape = Map(&[must("metadata", &METADATA), must("spec", &INDICATOR_SPEC)]);

const INDICATOR_SPEC: Shape =
    Map(&[may("description", &Any), may("thresholdMetric", &METRIC), may("ratioMetric", &RATIO)]);

const RATIO: Shape = Map(&[
    may("counter", &Bool),
    may("good", &METRIC),
    may("bad", &METRIC),
    may("total", &METRIC),
    may("rawType", &Word(&["success", "failure"])),
    may("raw", &METRIC),
]);

const METRIC: Shape = Map(&[must("metricSource", &SOURCE)]);

const SOURCE: Shape = Map(&[may("metricSourceRef", &Text), may("type", &Text), must("spec", &Any)]);

const SERVICE: Shape = Map(&[may("description", &Any)]);

const DATA_SOURCE: Shape =
    Map(&[may("description", &Any), must("type", &Text), must("connectionDetails", &Open(&[]))]);

const ALERT_POLICY: Shape = Map(&[
    may("description", &Any),
    may("alertWhenNoData", &Bool),
    may("alertWhenResolved", &Bool),
    may("alertWhenBreaching", &Bool),
    must("conditions", &List(&CONDITION_OR_NAME)),
    may("notificationTargets", &List(&TARGET_OR_NAME)),
]);

/// In place, or by name.
const CONDITION_OR_NAME: Shape = Map(&[
    may("conditionRef", &Text),
    may("kind", &Text),
    may("metadata", &METADATA),
    may("spec", &ALERT_CONDITION),
]);
const TARGET_OR_NAME: Shape = Map(&[
    may("targetRef", &Text),
    may("kind", &Text),
    may("metadata", &METADATA),
    may("spec", &ALERT_TARGET),
]);

const ALERT_TARGET: Shape = Map(&[may("description", &Any), must("target", &Text)]);

const ALERT_CONDITION: Shape =
    Map(&[may("description", &Any), must("severity", &Text), must("condition", &CONDITION)]);

const CONDITION: Shape = Map(&[
    must("kind", &Word(&["burnrate"])),
    must("op", &OPERATOR),
    must("threshold", &Number),
    must("lookbackWindow", &Length),
    must("alertAfter", &Length),
]);

const ALPHA: Shape = Map(&[
    may("description", &Any),
    must("service", &Text),
    may("indicator", &Map(&[must("thresholdMetric", &Open(&[]))])),
    must("timeWindows", &List(&ALPHA_WINDOW)),
    must("budgetingMethod", &METHOD),
    must("objectives", &List(&ALPHA_OBJECTIVE)),
    may("alertPolicies", &List(&Any)),
]);

const ALPHA_WINDOW: Shape = Map(&[
    must("count", &Number),
    must("unit", &Word(&["Minute", "Hour", "Day", "Week", "Month", "Quarter", "Year"])),
    may("isRolling", &Bool),
    may("calendar", &CALENDAR),
]);

const ALPHA_OBJECTIVE: Shape = Map(&[
    may("displayName", &Text),
    may("op", &OPERATOR),
    may("value", &Number),
    must("target", &Number),
    may("timeSliceTarget", &Number),
    may("timeSliceWindow", &Text),
    may("ratioMetrics", &ALPHA_RATIO),
]);

const ALPHA_RATIO: Shape = Map(&[
    may("good", &Open(&[])),
    may("bad", &Open(&[])),
    must("total", &Open(&[])),
    may("counter", &Bool),
    may("incremental", &Bool),
]);
