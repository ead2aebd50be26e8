//! What documents name that stands in others: looked at over all of them together.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::places::{Mistake, Placed};
use crate::shape::join;
use crate::suggest;

/// Fields that name a document, and its kind.
const NAMING: [(&str, &str); 5] = [
    ("indicatorRef", INDICATOR),
    ("metricSourceRef", "DataSource"),
    ("alertPolicyRef", "AlertPolicy"),
    ("conditionRef", "AlertCondition"),
    ("targetRef", "AlertNotificationTarget"),
];
const INDICATOR: &str = "SLI";

/// The documents by kind and name.
type Known<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a Value>>;

/// Every reference that leads nowhere, and what an indicator elsewhere needs of an objective; by
/// the place of the document in the list. An indicator has to be there, since nothing is measured
/// without it. Sources, services and what tells of alerts are often kept elsewhere: they have to be
/// there once some of their kind are.
pub fn references(documents: &[&Placed]) -> Vec<(usize, Mistake)> {
    let mut known: Known<'_> = BTreeMap::new();
    for document in documents {
        let value = &document.value;
        if let (Some(kind), Some(name)) =
            (value["kind"].as_str(), value["metadata"]["name"].as_str())
        {
            known.entry(kind).or_default().insert(name, &value["spec"]);
        }
    }
    let mut found = Vec::new();
    for (place, document) in documents.iter().enumerate() {
        let mut named = Vec::new();
        walk(&document.value["spec"], "spec", &mut named);
        if document.value["kind"] == "SLO" {
            of_objective(&document.value["spec"], &mut named);
        }
        let nowhere = named.iter().filter_map(|named| nowhere(document, &known, named));
        found.extend(nowhere.map(|mistake| (place, mistake)));
        let lacking = held_against(document, &known).into_iter();
        found.extend(lacking.map(|mistake| (place, mistake)));
    }
    found
}

/// A name in a field.
struct Named<'a> {
    field: String,
    kind: &'static str,
    name: &'a str,
}

/// The fields that name a document, wherever they stand; a query is not looked into.
fn walk<'a>(value: &'a Value, path: &str, named: &mut Vec<Named<'a>>) {
    match value {
        Value::Object(map) => {
            let query = path.ends_with(".metricSource");
            for (field, value) in map.iter().filter(|(field, _)| !(query && *field == "spec")) {
                let path = join(path, field);
                let kind = NAMING.iter().find(|(naming, _)| naming == field);
                match (kind, value) {
                    (Some((_, kind)), Value::String(name)) => {
                        named.push(Named { field: path, kind, name });
                    }
                    _ => walk(value, &path, named),
                }
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                walk(value, &format!("{path}[{index}]"), named);
            }
        }
        _ => {}
    }
}

/// What an objective names without a word that says so.
fn of_objective<'a>(spec: &'a Value, named: &mut Vec<Named<'a>>) {
    if let Some(name) = spec["service"].as_str() {
        named.push(Named { field: "spec.service".to_owned(), kind: "Service", name });
    }
    for (index, policy) in spec["alertPolicies"].as_array().into_iter().flatten().enumerate() {
        if let Some(name) = policy.as_str() {
            let field = format!("spec.alertPolicies[{index}]");
            named.push(Named { field, kind: "AlertPolicy", name });
        }
    }
}

fn nowhere(document: &Placed, known: &Known<'_>, named: &Named<'_>) -> Option<Mistake> {
    let Named { field, kind, name } = named;
    let of_kind = known.get(kind);
    if of_kind.map_or(*kind != INDICATOR, |of_kind| of_kind.contains_key(name)) {
        return None;
    }
    let names: Vec<&str> = of_kind.into_iter().flat_map(BTreeMap::keys).copied().collect();
    let shown: String = name.chars().take(40).collect();
    let message = format!("there is no {kind} `{shown}` in these files");
    let remedy = match suggest::nearest(name, &names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write it, or name the file that has it, too".to_owned(),
    };
    Some(document.mistake(field, message, remedy))
}

/// What the objectives of a document lack that name an indicator which measures a value.
fn held_against(document: &Placed, known: &Known<'_>) -> Vec<Mistake> {
    let spec = &document.value["spec"];
    let threshold = |name: &Value| {
        let indicator = known.get(INDICATOR)?.get(name.as_str()?)?;
        (!indicator["thresholdMetric"].is_null()).then_some(())
    };
    let objectives = spec["objectives"].as_array().into_iter().flatten().enumerate();
    let mut found = Vec::new();
    for (index, objective) in objectives {
        let named = [&objective["indicatorRef"], &spec["indicatorRef"]];
        let Some(name) = named.into_iter().find(|name| threshold(name).is_some()) else { continue };
        for lacking in ["op", "value"].into_iter().filter(|lacking| objective[*lacking].is_null()) {
            let field = format!("spec.objectives[{index}].{lacking}");
            let name = name.as_str().unwrap_or_default();
            let message = format!("missing, and `{name}` measures a value to hold against it");
            found.push(document.mistake(&field, message, format!("write `{lacking}:`")));
        }
    }
    found
}
