//! JSON as values of CEL, and back.

use std::sync::Arc;

use cel::Value;
use serde_json::Value as Json;

/// Longest list inside an event that rules are asked about, so that a loop over it ends soon.
pub(super) const LIST_MAX: usize = 1_000;

pub(super) fn cel(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(list) => Value::List(Arc::new(list.iter().map(cel).collect())),
        Json::Object(map) => {
            let map: std::collections::HashMap<String, Value> =
                map.iter().map(|(name, value)| (name.clone(), cel(value))).collect();
            Value::Map(map.into())
        }
    }
}

pub(super) fn too_long(json: &Json) -> bool {
    match json {
        Json::Array(list) => list.len() > LIST_MAX || list.iter().any(too_long),
        Json::Object(map) => map.len() > LIST_MAX || map.values().any(too_long),
        _ => false,
    }
}

pub(super) fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Int(number) => Ok(number.to_string()),
        Value::UInt(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        _ => Err("gives no text".to_owned()),
    }
}

pub(super) fn over(value: &Value) -> Result<bool, String> {
    match value {
        Value::Null => Ok(false),
        Value::Bool(firing) => Ok(!firing),
        Value::String(word) => match word.to_lowercase().as_str() {
            "" | "firing" | "open" | "alerting" | "triggered" | "problem" => Ok(false),
            "resolved" | "ok" | "closed" | "cleared" | "recovered" | "recovery" => Ok(true),
            other => Err(format!("gives `{}`; say firing or resolved", brief(other))),
        },
        _ => Err("gives neither a text nor true or false".to_owned()),
    }
}

/// A map as names with texts; what is no text is written as JSON.
pub(super) fn pairs(value: &Value) -> Result<Vec<(String, String)>, String> {
    let json = match value {
        Value::Null => return Ok(Vec::new()),
        value => value.json().map_err(|_| "gives something that cannot be written".to_owned())?,
    };
    let Json::Object(map) = json else { return Err("gives no map".to_owned()) };
    let written = |value: Json| match value {
        Json::String(text) => text,
        Json::Null => String::new(),
        other => other.to_string(),
    };
    Ok(map.into_iter().map(|(name, value)| (name, written(value))).collect())
}

/// The beginning of a text: errors quote what strangers sent.
pub(super) fn brief(text: &str) -> String {
    text.chars().take(200).collect()
}
