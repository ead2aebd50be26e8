//! Documents of v1alpha as those of v1.

use serde_json::{Map, Value, json};

use super::Wrong;

/// The same document in v1.
pub(super) fn converted(mut value: Value) -> Result<Value, Wrong> {
    value["apiVersion"] = json!("openslo/v1");
    if value.get("kind").and_then(Value::as_str) != Some("SLO") {
        return Ok(value);
    }
    let name = value["metadata"]["name"].clone();
    let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) else {
        return Err(Wrong::new("spec", "missing; write what the objective says"));
    };
    let windows = spec.remove("timeWindows").unwrap_or_default();
    let windows = windows.as_array().cloned().unwrap_or_default();
    let windows: Result<Vec<Value>, Wrong> = windows.iter().map(window).collect();
    spec.insert("timeWindow".to_owned(), Value::Array(windows?));
    let indicator = |spec: Value| json!({"metadata": {"name": name.clone()}, "spec": spec});
    if let Some(stated) = spec.remove("indicator") {
        let metric = metric(&stated["thresholdMetric"]);
        spec.insert("indicator".to_owned(), indicator(json!({"thresholdMetric": metric})));
    }
    let objectives = spec.get_mut("objectives").and_then(Value::as_array_mut);
    for objective in objectives.into_iter().flatten().filter_map(Value::as_object_mut) {
        if let Some(stated) = objective.remove("ratioMetrics") {
            let mut ratio = Map::new();
            for part in ["good", "bad", "total"] {
                if let Some(stated) = stated.get(part) {
                    ratio.insert(part.to_owned(), metric(stated));
                }
            }
            if let Some(counter) = stated.get("counter").or_else(|| stated.get("incremental")) {
                ratio.insert("counter".to_owned(), counter.clone());
            }
            objective.insert("indicator".to_owned(), indicator(json!({"ratioMetric": ratio})));
        }
    }
    Ok(value)
}

/// With the indicator of all objectives where theirs is the same: v1 says it once, and takes
/// objectives with indicators of their own for a composite.
pub(super) fn shared(mut value: Value) -> Value {
    let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) else { return value };
    let Some(objectives) = spec.get("objectives").and_then(Value::as_array) else { return value };
    let mut indicators = objectives.iter().map(|objective| objective.get("indicator"));
    let Some(Some(first)) = indicators.next().map(Option::<&Value>::cloned) else { return value };
    let same = objectives.len() > 1 && indicators.all(|other| other == Some(&first));
    if same && !spec.contains_key("indicator") {
        spec.insert("indicator".to_owned(), first);
        let objectives = spec.get_mut("objectives").and_then(Value::as_array_mut);
        for objective in objectives.into_iter().flatten().filter_map(Value::as_object_mut) {
            objective.remove("indicator");
        }
    }
    value
}

/// A window: a count and a unit by name.
fn window(stated: &Value) -> Result<Value, Wrong> {
    let unit = match stated["unit"].as_str().unwrap_or_default() {
        "Minute" => "m",
        "Hour" => "h",
        "Day" => "d",
        "Week" => "w",
        "Month" => "M",
        "Quarter" => "Q",
        "Year" => "Y",
        _ => {
            let what = "write Day, Week, Month, Quarter or Year";
            return Err(Wrong::new("spec.timeWindows[0].unit", what));
        }
    };
    let Some(count) = stated["count"].as_u64() else {
        return Err(Wrong::new("spec.timeWindows[0].count", "write how many units, like 30"));
    };
    let calendar = stated.get("calendar").filter(|calendar| !calendar.is_null());
    let rolling = stated["isRolling"].as_bool().unwrap_or(calendar.is_none());
    let mut window = json!({"duration": format!("{count}{unit}"), "isRolling": rolling});
    if let Some(calendar) = calendar {
        window["calendar"] = calendar.clone();
    }
    Ok(window)
}

/// A measure: its source, and the rest of what it says as the query.
fn metric(stated: &Value) -> Value {
    let mut query = stated.as_object().cloned().unwrap_or_default();
    let source = query.remove("source").unwrap_or_default();
    json!({"metricSource": {"type": source, "spec": query}})
}
