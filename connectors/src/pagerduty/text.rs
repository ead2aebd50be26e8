//! JSON of strangers as flat, bounded texts.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Faults;
use crate::Pairs;

/// Longest annotation that is made here, in bytes.
const TEXT_BYTES_MAX: usize = 16_000;
/// Longest label that is made here, in bytes.
const LABEL_BYTES_MAX: usize = 2_000;
/// Most members of `custom_details` that become annotations of their own.
const DETAILS_MAX: usize = 40;
/// Where the rest of them goes.
const REST: &str = "more_details";
/// Names in `custom_details` that the estate may know an item by: they are labels too.
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

/// Adds `custom_details`: an object's members one by one, anything else as one annotation.
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

/// The members of an object, read by name.
pub(crate) struct Members<'v> {
    /// How faults name the object: `payload.`, or nothing.
    pub(crate) prefix: &'static str,
    /// The object.
    pub(crate) map: &'v Map<String, Value>,
}

impl<'v> Members<'v> {
    /// The member as a text; absent, `null` and numbers count as what they say.
    pub(crate) fn text(&self, name: &str, faults: &mut Faults) -> Cow<'v, str> {
        match self.map.get(name) {
            None | Some(Value::Null) => Cow::Borrowed(""),
            Some(Value::String(text)) => Cow::Borrowed(text.as_str()),
            Some(number @ Value::Number(_)) => Cow::Owned(number.to_string()),
            Some(_) => {
                faults.add(format!("'{}{name}' is invalid (must be a text)", self.prefix));
                Cow::Borrowed("")
            }
        }
    }

    /// The member as a text that must be there.
    pub(crate) fn needed(&self, name: &str, faults: &mut Faults) -> Cow<'v, str> {
        let before = faults.0.len();
        let text = self.text(name, faults);
        if text.trim().is_empty() && faults.0.len() == before {
            faults.add(format!("'{}{name}' is missing or blank", self.prefix));
        }
        text
    }

    /// The member as a text of limited length, in characters.
    pub(crate) fn short(&self, text: &str, name: &str, most: usize, faults: &mut Faults) {
        if text.chars().count() > most {
            let prefix = self.prefix;
            faults.add(format!("'{prefix}{name}' is too long (maximum is {most} characters)"));
        }
    }

    /// The member as an object.
    pub(crate) fn object(
        &self,
        name: &'static str,
        faults: &mut Faults,
    ) -> Option<&'v Map<String, Value>> {
        match self.map.get(name) {
            Some(Value::Object(map)) => Some(map),
            None | Some(Value::Null) => None,
            Some(_) => {
                faults.add(format!("'{}{name}' is invalid (must be an object)", self.prefix));
                None
            }
        }
    }

    /// The member as a time; PagerDuty takes offsets without a colon.
    pub(crate) fn time(&self, name: &str, faults: &mut Faults) -> Option<kernel::Time> {
        let text = self.text(name, faults);
        if text.is_empty() {
            return None;
        }
        let colon = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at));
        let spelled = colon.map(|at| format!("{}:{}", &text[..at], &text[at..]));
        let time = kernel::Time::parse(&text)
            .or_else(|error| spelled.as_deref().map_or(Err(error), kernel::Time::parse))
            .or_else(|_| kernel::Time::parse(&format!("{text}Z")));
        if time.is_err() {
            let prefix = self.prefix;
            faults.add(format!("'{prefix}{name}' is invalid (must be an ISO 8601 time)"));
        }
        time.ok()
    }

    /// A list of objects, one line for each: the texts of these members.
    pub(crate) fn lines(&self, name: &str, parts: &[&str], faults: &mut Faults) -> Vec<String> {
        let list = match self.map.get(name) {
            Some(Value::Array(list)) => list,
            None | Some(Value::Null) => return Vec::new(),
            Some(_) => {
                faults.add(format!("'{}{name}' is invalid (must be a list)", self.prefix));
                return Vec::new();
            }
        };
        let line = |entry: &Value| match entry {
            Value::Object(map) => {
                let texts = parts.iter().filter_map(|part| map.get(*part)).map(written);
                texts.collect::<Vec<_>>().join(" ")
            }
            other => written(other).into_owned(),
        };
        list.iter().map(line).filter(|line| !line.trim().is_empty()).collect()
    }
}
