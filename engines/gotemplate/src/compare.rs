//! Comparisons, by Go's rules: only what is of one kind can be compared.

use std::cmp::Ordering;

use crate::Value;

/// Runs a comparison.
pub(crate) fn call(name: &str, arguments: &[Value]) -> Result<bool, String> {
    let (left, right) = (&arguments[0], &arguments[1]);
    match name {
        "eq" => {
            for right in &arguments[1..] {
                if equal(left, right)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        "ne" => equal(left, right).map(|equal| !equal),
        "lt" => order(left, right).map(|order| order == Some(Ordering::Less)),
        "le" => order(left, right).map(|order| order.is_some_and(Ordering::is_le)),
        "gt" => order(left, right).map(|order| order == Some(Ordering::Greater)),
        _ => order(left, right).map(|order| order.is_some_and(Ordering::is_ge)),
    }
}

fn equal(left: &Value, right: &Value) -> Result<bool, String> {
    match (left, right) {
        (Value::Nil, Value::Nil) => Ok(true),
        (Value::Nil, _) | (_, Value::Nil) => Ok(false),
        (Value::Bool(left), Value::Bool(right)) => Ok(left == right),
        (Value::Time(left), Value::Time(right)) => Ok(left.timestamp() == right.timestamp()),
        _ => order(left, right).map(|order| order == Some(Ordering::Equal)),
    }
}

fn order(left: &Value, right: &Value) -> Result<Option<Ordering>, String> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Ok(Some(left.cmp(right))),
        (Value::Float(left), Value::Float(right)) => Ok(left.partial_cmp(right)),
        (Value::Duration(left), Value::Duration(right)) => Ok(Some(left.cmp(right))),
        // A duration is a number of nanoseconds.
        (Value::Duration(left), Value::Int(right)) => {
            Ok(Some(left.as_nanos().cmp(&i128::from(*right))))
        }
        (Value::Int(left), Value::Duration(right)) => {
            Ok(Some(i128::from(*left).cmp(&right.as_nanos())))
        }
        _ => match (left.as_text(), right.as_text()) {
            (Some(left), Some(right)) => Ok(Some(left.cmp(right))),
            _ => Err(format!("a {} cannot be compared with a {}", left.kind(), right.kind())),
        },
    }
}
