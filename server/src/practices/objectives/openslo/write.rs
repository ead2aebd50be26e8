use std::collections::BTreeMap;

use connectors::openslo::{
    Body, CalendarStart, Document, Indicator, IndicatorSpec, Metadata, Metric, MetricSource,
    ObjectiveSpec as Target, Ratio, SloSpec, TimeWindow, Wrong,
};
use estate::{BudgetingMethod, DataSourceSpec, ObjectiveSpec, Resource, Spec, ThresholdOp, Within};
use objectives::{Comparison, Unit};
use serde_json::{Value, json};

use super::super::terms;
use super::{ALSO, COMPOSED, PUSHED};
use crate::practices::estate::live::Snapshot;

/// All objectives and data sources of an estate as a file of OpenSLO v1.
///
/// # Errors
/// When a value cannot be written; the document is named.
pub fn written(snapshot: &Snapshot) -> Result<String, Wrong> {
    let mut documents = Vec::new();
    let mut services: BTreeMap<String, Value> = BTreeMap::new();
    for resource in snapshot.estate.resources() {
        match &resource.spec {
            Spec::DataSource(spec) => documents.push(source(resource, spec)),
            Spec::Objective(spec) => {
                let title = snapshot.estate.get(&spec.item).map(Resource::title);
                let about = json!({ "description": title.unwrap_or(spec.item.name()) });
                services.insert(spec.item.name().to_owned(), about);
                documents.push(objective(snapshot, resource, spec));
            }
            _ => {}
        }
    }
    let services = services.into_iter().map(|(name, spec)| {
        let metadata = Metadata { name, ..Metadata::default() };
        document(metadata, Body::Service(spec))
    });
    let all: Vec<Document> = services.chain(documents).collect();
    connectors::openslo::write(&all)
}

fn document(metadata: Metadata, body: Body) -> Document {
    Document { api_version: "openslo/v1".to_owned(), metadata, body }
}

/// The names of a resource, with what else it says.
fn metadata(resource: &Resource, mut also: Value) -> Metadata {
    let of = &resource.metadata;
    let mut more = BTreeMap::new();
    if !of.labels.is_empty() {
        more.insert("labels".to_owned(), json!(of.labels));
    }
    if let Some(description) = &of.description {
        also["description"] = json!(description);
    }
    more.insert("annotations".to_owned(), json!({ ALSO: also.to_string() }));
    Metadata { name: of.name.clone(), display_name: of.title.clone(), more }
}

fn source(resource: &Resource, spec: &DataSourceSpec) -> Document {
    let mut also = json!({});
    if let Some(wait) = spec.timeout {
        also["timeout"] = json!(wait);
    }
    if let Some(wait) = spec.settles_after {
        also["settlesAfter"] = json!(wait);
    }
    let mut details = json!({ "url": spec.url });
    if let Some(tenant) = &spec.tenant {
        details["tenant"] = json!(tenant);
    }
    let body = json!({ "type": "Prometheus", "connectionDetails": details });
    document(metadata(resource, also), Body::DataSource(body))
}

fn objective(snapshot: &Snapshot, resource: &Resource, spec: &ObjectiveSpec) -> Document {
    let mut also = json!({ "item": spec.item });
    let whole = json!(spec);
    for field in ["missing", "calendar", "exclude", "alerts", "policy"] {
        if let Some(value) = whole.get(field) {
            also[field] = value.clone();
        }
    }
    for (name, word) in [("unit", &spec.indicator.unit), ("cycle", &spec.indicator.cycle)] {
        if let Some(word) = word {
            also[name] = json!(word);
        }
    }
    if let Some(records) = spec.indicator.records {
        also["records"] = json!(records);
    }
    if let Some(contract) = &spec.indicator.contract {
        also["contract"] = json!(contract);
    }
    if let Some(slice) = &spec.slice {
        also["slice"] = json!(slice);
    }
    let mut slo = SloSpec {
        description: spec.indicator.description.clone(),
        service: spec.item.name().to_owned(),
        indicator: None,
        indicator_ref: None,
        time_window: vec![window(spec)],
        budgeting_method: method(spec.method).to_owned(),
        objectives: Vec::new(),
        alert_policies: Vec::new(),
    };
    if spec.indicator.parts.is_empty() {
        slo.indicator = Some(indicator(resource, spec));
        slo.objectives.push(target(spec, spec.method));
        return document(metadata(resource, also), Body::Slo(slo));
    }
    // What it has besides its parts OpenSLO has no place for.
    let composed = &spec.indicator;
    also[COMPOSED] = json!({ "parts": composed.parts, "combine": composed.combine });
    also["target"] = json!(spec.target);
    also["method"] = json!(spec.method);
    let parts = parts(snapshot, spec);
    let mut methods = parts.iter().map(|(_, _, spec)| spec.method);
    let first = methods.next().unwrap_or_default();
    let common =
        if methods.all(|other| other == first) { first } else { BudgetingMethod::default() };
    slo.budgeting_method = method(common).to_owned();
    let part = |(weight, resource, spec): &(f64, &Resource, &ObjectiveSpec)| Target {
        display_name: Some(resource.title().to_owned()),
        indicator: Some(indicator(resource, spec)),
        composite_weight: Some(*weight),
        ..target(spec, common)
    };
    slo.objectives = parts.iter().map(part).collect();
    document(metadata(resource, also), Body::Slo(slo))
}

/// What an objective is composed of, with what each weighs; parts that are composed themselves by
/// what they are composed of.
fn parts<'a>(
    snapshot: &'a Snapshot,
    spec: &'a ObjectiveSpec,
) -> Vec<(f64, &'a Resource, &'a ObjectiveSpec)> {
    // What all parts together weigh there, so that those at the top keep their own weights.
    let sum = |spec: &ObjectiveSpec| spec.indicator.parts.iter().map(|part| part.weight).sum();
    let (mut found, mut next) = (Vec::new(), vec![(sum(spec), spec)]);
    while let Some((whole, spec)) = next.pop() {
        let all: f64 = sum(spec);
        for part in &spec.indicator.parts {
            let Some(known) = terms::one(snapshot, part.objective.item().name()) else { continue };
            let weight = if whole == all { part.weight } else { whole * part.weight / all };
            if known.spec.indicator.parts.is_empty() {
                found.push((weight, known.resource, known.spec));
            } else {
                next.push((weight, known.spec));
            }
        }
    }
    found
}

/// One target.
fn target(spec: &ObjectiveSpec, method: BudgetingMethod) -> Target {
    let slice = spec.slice.filter(|_| method != BudgetingMethod::Occurrences);
    let slice_target = terms::share_of(slice.and_then(|slice| slice.target).unwrap_or(spec.target));
    Target {
        op: spec.indicator.op.map(comparison),
        value: spec.indicator.limit,
        target_percent: Some(spec.target),
        time_slice_target: (method == BudgetingMethod::Timeslices).then_some(slice_target),
        time_slice_window: slice.map(|slice| format!("{}m", slice.length.seconds() / 60)),
        ..Target::default()
    }
}

fn method(method: BudgetingMethod) -> &'static str {
    match method {
        BudgetingMethod::Occurrences => "Occurrences",
        BudgetingMethod::Timeslices => "Timeslices",
        BudgetingMethod::RatioTimeslices => "RatioTimeslices",
    }
}

fn indicator(resource: &Resource, spec: &ObjectiveSpec) -> Indicator {
    let of = &spec.indicator;
    let source = of.source.as_ref().map(|source| source.item().name().to_owned());
    let metric = |query: &String| Metric {
        metric_source: MetricSource {
            metric_source_ref: source.clone(),
            kind: Some("Prometheus".to_owned()),
            spec: json!({ "query": query }),
        },
    };
    let pushed = || Metric {
        metric_source: MetricSource {
            metric_source_ref: None,
            kind: Some(PUSHED.to_owned()),
            spec: json!({}),
        },
    };
    let ratio = match (&of.value, &of.total) {
        (Some(_), _) => None,
        (None, Some(total)) => Some(Ratio {
            counter: Some(false),
            good: of.good.as_ref().map(metric),
            bad: of.bad.as_ref().map(metric),
            total: Some(metric(total)),
            ..Ratio::default()
        }),
        (None, None) => {
            Some(Ratio { good: Some(pushed()), total: Some(pushed()), ..Ratio::default() })
        }
    };
    let threshold_metric = of.value.as_ref().map(metric);
    let metadata = Metadata { name: resource.metadata.name.clone(), ..Metadata::default() };
    Indicator {
        metadata,
        spec: IndicatorSpec { description: None, threshold_metric, ratio_metric: ratio },
    }
}

fn window(spec: &ObjectiveSpec) -> TimeWindow {
    let rolling = |duration: String| TimeWindow { duration, is_rolling: true, calendar: None };
    match (spec.window.rolling, spec.window.calendar) {
        (Some(Within::Days(days)), _) => rolling(format!("{days}d")),
        (Some(Within::Time(wait)), _) => rolling(format!("{}m", wait.seconds() / 60)),
        (None, None) => rolling("30d".to_owned()),
        (None, Some(period)) => {
            // A Monday, and the first of a month, a quarter and a year.
            let duration = match period.unit() {
                Unit::Day => "1d",
                Unit::Week => "1w",
                Unit::Month => "1M",
                Unit::Quarter => "1Q",
                Unit::Year => "1Y",
            };
            let time_zone = spec.window.time_zone.clone().unwrap_or_else(|| "UTC".to_owned());
            let start_time = "2024-01-01 00:00:00".to_owned();
            let calendar = Some(CalendarStart { start_time, time_zone });
            TimeWindow { duration: duration.to_owned(), is_rolling: false, calendar }
        }
    }
}

fn comparison(op: ThresholdOp) -> Comparison {
    match op {
        ThresholdOp::Lt => Comparison::Lt,
        ThresholdOp::Lte => Comparison::Lte,
        ThresholdOp::Gt => Comparison::Gt,
        ThresholdOp::Gte => Comparison::Gte,
    }
}
