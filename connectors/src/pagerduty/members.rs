//! Members of an object, with PagerDuty's words for what is wrong with them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Faults;
use crate::flat::written;

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

    /// The member as a time; PagerDuty takes offsets without a colon, and its SDK for Python
    /// writes a `Z` behind an offset.
    pub(crate) fn time(&self, name: &str, faults: &mut Faults) -> Option<kernel::Time> {
        let text = self.text(name, faults);
        if text.is_empty() {
            return None;
        }
        let colon = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at));
        let spelled = colon.map(|at| format!("{}:{}", &text[..at], &text[at..]));
        let time = kernel::Time::parse(&text)
            .or_else(|error| spelled.as_deref().map_or(Err(error), kernel::Time::parse))
            .or_else(|_| kernel::Time::parse(&format!("{text}Z")))
            .or_else(|_| kernel::Time::parse(text.trim_end_matches('Z')));
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
