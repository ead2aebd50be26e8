//! JSON of strangers as flat, bounded texts.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::Pairs;

/// Longest annotation that is made here, in bytes.
const TEXT_BYTES_MAX: usize = 16_000;
/// Longest label that is made here, in bytes.
const LABEL_BYTES_MAX: usize = 2_000;
/// Most members of an object that become annotations of their own.
const DETAILS_MAX: usize = 40;
/// Where the rest of them goes.
const REST: &str = "more_details";
/// Names of members that the estate may know an item by: they are labels too.
const TELLING: [&str; 7] =
    ["item", "component", "service", "instance", "job", "namespace", "product"];

/// The text, cut where it is longer than `most` bytes.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    Cow::Owned(format!("{}…", &text[..end]))
}

/// Adds a pair unless it says nothing or its name is there already.
pub(crate) fn put(pairs: &mut Pairs<'static>, name: &str, text: &str, most: usize) {
    if !text.trim().is_empty() && !pairs.iter().any(|(other, _)| other == name) {
        pairs.push((Cow::Owned(name.to_owned()), Cow::Owned(cut(text, most).into_owned())));
    }
}

/// Adds a label.
pub(crate) fn label(pairs: &mut Pairs<'static>, name: &str, text: &str) {
    put(pairs, name, text, LABEL_BYTES_MAX);
}

/// Adds an annotation.
pub(crate) fn annotation(pairs: &mut Pairs<'static>, name: &str, text: &str) {
    put(pairs, name, text, TEXT_BYTES_MAX);
}

/// Adds what a sender tells beside: an object's members one by one, anything else as one
/// annotation.
pub(crate) fn details(
    details: &Value,
    labels: &mut Pairs<'static>,
    annotations: &mut Pairs<'static>,
) {
    let Value::Object(members) = details else {
        return annotation(annotations, "custom_details", &written(details));
    };
    let mut rest = Map::new();
    for (place, (name, value)) in members.iter().enumerate() {
        if let Value::String(text) = value
            && TELLING.contains(&name.as_str())
        {
            label(labels, name, text);
        }
        let proper = proper(name);
        if place >= DETAILS_MAX || annotations.iter().any(|(other, _)| *other == proper) {
            rest.insert(name.clone(), value.clone());
        } else {
            annotation(annotations, &proper, &written(value));
        }
    }
    if !rest.is_empty() {
        annotation(annotations, REST, &Value::Object(rest).to_string());
    }
}

/// A name that a label or annotation may have: `num firing` is `num_firing`.
fn proper(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let text: String = name.chars().take(100).map(plain).collect();
    let begins = text.starts_with(|c: char| c.is_ascii_digit());
    if text.is_empty() || begins { format!("_{text}") } else { text }
}

/// Texts as they are, everything else as JSON; `null` says nothing.
pub(crate) fn written(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}
