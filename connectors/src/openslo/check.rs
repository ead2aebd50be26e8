//! Every mistake of a document, with its place: what a person wants who writes one.

use serde_json::{Value, json};

use super::objective::{method, target, weight, window};
use super::{Document, KINDS, ObjectiveSpec, Ratio, TimeWindow, Wrong, alpha, shapes};
use crate::places::{Mistake, Placed};
use crate::shape::{Found, split};
use crate::suggest;

/// Reads one document and tells everything that is wrong with it, in the order of its lines.
///
/// # Errors
/// At least one mistake.
pub fn check(document: &Placed) -> Result<Document, Vec<Mistake>> {
    let mut found = Found::default();
    found.walk(document, &document.value, &shapes::DOCUMENT, "");
    let text = |name: &str| document.value.get(name).and_then(Value::as_str).unwrap_or_default();
    let alpha = text("apiVersion") == "openslo/v1alpha";
    if !alpha && !["", "openslo/v1"].contains(&text("apiVersion")) {
        let message = "this apiVersion is not known";
        found.add(document.mistake("apiVersion", message, "write openslo/v1"));
    }
    let kind = text("kind");
    if !kind.is_empty() && !KINDS.contains(&kind) {
        let (message, remedy) = split(&suggest::unknown(kind, "kind", KINDS));
        found.add(document.mistake("kind", message, remedy));
    }
    if let (Some(shape), Some(spec)) = (shapes::spec(kind, alpha), document.value.get("spec")) {
        let spec = found.walk(document, spec, shape, "spec");
        if let (Some(spec), "SLO") = (spec, kind) {
            for wrong in objective(spec, alpha) {
                found.add(mistake(document, wrong, alpha));
            }
        }
    }
    let read = super::one(document.value.clone());
    if let (Err(wrong), true) = (&read, found.errors.is_empty()) {
        found.add(mistake(document, wrong.clone(), alpha));
    }
    match (read, found.sorted().0) {
        (Ok(read), errors) if errors.is_empty() => Ok(read),
        (_, errors) => Err(errors),
    }
}

/// What must hold of an objective beyond its form; what is not of that form is not there.
fn objective(spec: Value, alpha: bool) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut value = json!({"metadata": {"name": ""}, "kind": "SLO", "spec": spec});
    if alpha {
        let list = value["spec"]["timeWindows"].as_array().map_or(0, Vec::len);
        value = alpha::converted(value.clone()).unwrap_or_else(|window| {
            // What its windows say is told; the rest is looked at all the same.
            wrong.push(window);
            value["spec"]["timeWindows"] = Value::Null;
            let mut value = alpha::converted(value).unwrap_or_default();
            value["spec"]["timeWindow"] = vec![Value::Null; list].into();
            value
        });
    }
    let spec = &value["spec"];
    wrong.extend(spec.get("timeWindow").map(windows).unwrap_or_default());
    let objectives = spec["objectives"].as_array();
    if spec.get("objectives").is_some() && objectives.is_none_or(Vec::is_empty) {
        wrong.push(Wrong::new("spec.objectives", "none; write at least one target"));
    }
    for (index, stated) in objectives.into_iter().flatten().enumerate() {
        let field = format!("spec.objectives[{index}]");
        wrong.extend(indicators(spec, stated, &field));
        if let Ok(objective) = serde_json::from_value::<ObjectiveSpec>(stated.clone()) {
            wrong.extend(within(&field, target(&objective).err()));
            wrong.extend(within(&field, weight(&objective).err()));
            let name = spec["budgetingMethod"].as_str().unwrap_or("Occurrences");
            wrong.extend(within(&field, method(name, &objective).err()));
        }
    }
    if let Some(indicator) = spec.get("indicator") {
        wrong.extend(measured(&indicator["spec"], "spec.indicator.spec"));
    }
    wrong
}

fn windows(stated: &Value) -> Vec<Wrong> {
    let list = stated.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut wrong = Vec::new();
    if list.len() != 1 {
        let what = format!("{} windows; write exactly one", list.len());
        wrong.push(Wrong::new("spec.timeWindow", what));
    }
    for (index, stated) in list.iter().enumerate() {
        if let Ok(stated) = serde_json::from_value::<TimeWindow>(stated.clone()) {
            wrong.extend(within(&format!("spec.timeWindow[{index}]"), window(&stated).err()));
        }
    }
    wrong
}

/// Whether an objective has one indicator, and what its kind needs.
fn indicators(spec: &Value, stated: &Value, field: &str) -> Vec<Wrong> {
    let count = |value: &Value| {
        let here = |name: &&str| value.get(*name).is_some_and(|found| !found.is_null());
        ["indicator", "indicatorRef"].iter().filter(|name| here(name)).count()
    };
    let mut wrong = Vec::new();
    if count(spec) + count(stated) != 1 {
        let what = "one indicator is needed; write one indicator or indicatorRef, for all \
                    objectives or in each";
        wrong.push(Wrong::new(field, what));
    }
    if let Some(indicator) = stated.get("indicator") {
        wrong.extend(measured(&indicator["spec"], &format!("{field}.indicator.spec")));
    }
    let threshold = |value: &Value| !value["indicator"]["spec"]["thresholdMetric"].is_null();
    if threshold(spec) || threshold(stated) {
        for name in ["op", "value"].into_iter().filter(|name| stated.get(*name).is_none()) {
            let what = format!("missing; a thresholdMetric is held against it, write `{name}:`");
            wrong.push(Wrong::new(format!("{field}.{name}"), what));
        }
    }
    wrong
}

/// Whether an indicator measures one thing, and all of it.
fn measured(stated: &Value, field: &str) -> Option<Wrong> {
    let (value, ratio) = (&stated["thresholdMetric"], &stated["ratioMetric"]);
    let fits = match (value.is_null(), ratio.is_null()) {
        (false, true) => true,
        // What is not of that form is told elsewhere.
        (true, false) => serde_json::from_value::<Ratio>(ratio.clone())
            .map_or(true, |ratio| super::objective::whole(&ratio)),
        _ => false,
    };
    let what = "nothing that can be evaluated; write thresholdMetric, or ratioMetric with total \
                and one of good and bad, or with raw and rawType";
    (!fits).then(|| Wrong::new(field, what))
}

fn within(outer: &str, wrong: Option<Wrong>) -> Option<Wrong> {
    wrong.map(|wrong| Wrong { field: format!("{outer}.{}", wrong.field), ..wrong })
}

/// A mistake of the form of v1 at the place of the document as it was written.
fn mistake(document: &Placed, wrong: Wrong, alpha: bool) -> Mistake {
    let field = match alpha {
        true => wrong
            .field
            .replace("spec.timeWindow", "spec.timeWindows")
            .replace("spec.timeWindowss", "spec.timeWindows")
            .replace(".indicator.spec", ".ratioMetrics"),
        false => wrong.field,
    };
    let (message, remedy) = split(&wrong.what);
    document.mistake(&field, message, remedy)
}
