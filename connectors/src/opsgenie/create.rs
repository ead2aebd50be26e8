use std::borrow::Cow;

use kernel::Time;
use serde_json::{Map, Value};

use super::{DESCRIPTION_CHARS_MAX, Faults, MESSAGE_CHARS_MAX, NOTE_CHARS_MAX, TAGS_MAX};
use crate::flat::{annotation, details, label, written};
use crate::{Pairs, Signal};

/// The priorities, the highest first.
pub const PRIORITIES: [&str; 5] = ["P1", "P2", "P3", "P4", "P5"];

/// What a priority weighs here; the priority itself is kept as a label.
pub fn severity_of(priority: &str) -> &'static str {
    match priority {
        "P1" => "critical",
        "P2" => "error",
        "P3" => "warning",
        _ => "info",
    }
}

/// Tags as the label `tags` holds them.
pub fn tags_of(label: &str) -> Vec<&str> {
    label.split(',').filter(|tag| !tag.is_empty()).collect()
}

/// The body of `POST /v2/alerts`.
#[derive(Clone, PartialEq, Debug)]
pub struct Create {
    /// What tells the alert from others of the same key; empty when unsaid.
    pub alias: String,
    /// What to write beside it; may be empty.
    pub note: String,
    message: String,
    labels: Pairs<'static>,
    annotations: Pairs<'static>,
}

impl Create {
    /// Reads the body.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse(body: &[u8]) -> Result<Create, Faults> {
        let map = object(body)?;
        let mut faults = Faults::default();
        let mut text = |name: &'static str, most: usize| text(&map, name, most, &mut faults);
        let message = text("message", MESSAGE_CHARS_MAX);
        let alias = text("alias", 512);
        let description = text("description", DESCRIPTION_CHARS_MAX);
        let entity = text("entity", 512);
        let source = text("source", 100);
        let user = text("user", 100);
        let note = text("note", NOTE_CHARS_MAX);
        let priority = text("priority", 2);
        if message.trim().is_empty() {
            faults.add("message", "Message can not be empty.");
        }
        let priority = if priority.is_empty() { "P3".to_owned() } else { priority };
        if !PRIORITIES.contains(&priority.as_str()) {
            faults.add("priority", "Priority is one of P1, P2, P3, P4, P5.");
        }
        let tags = tags(&map, &mut faults);
        let (mut labels, mut annotations) = (Pairs::new(), Pairs::new());
        label(&mut labels, "alertname", &message);
        label(&mut labels, "severity", severity_of(&priority));
        label(&mut labels, "priority", &priority);
        label(&mut labels, "tags", &tags.join(","));
        label(&mut labels, "entity", &entity);
        label(&mut labels, "source", &source);
        annotation(&mut annotations, "summary", &message);
        annotation(&mut annotations, "description", &description);
        annotation(&mut annotations, "user", &user);
        for name in ["responders", "visibleTo", "actions"] {
            list(&map, name, &mut annotations, &mut faults);
        }
        match map.get("details") {
            Some(told @ Value::Object(_)) => {
                if told.to_string().chars().count() > 10_000 {
                    faults.add("details", "Details have at most 8000 characters.");
                }
                details(told, &mut labels, &mut annotations);
            }
            None | Some(Value::Null) => {}
            Some(_) => faults.add("details", "Details are a map of texts."),
        }
        faults.none_or(Create { alias, note, message, labels, annotations })
    }

    /// What it says of the alert. It holds until it is closed, silence does not end it.
    pub fn signal(&self) -> Signal<'static> {
        let mut labels = self.labels.clone();
        label(&mut labels, "alias", &self.alias);
        Signal {
            key: Some(Cow::Owned(self.alias.clone())),
            labels,
            annotations: self.annotations.clone(),
            ends_at: Some(Time::MAX),
            ..Signal::default()
        }
    }
}

/// Reads a body as an object; an empty one says nothing.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Faults> {
    // Some clients send `null` where there is nothing to say.
    if matches!(body.trim_ascii(), b"" | b"null") {
        return Ok(Map::new());
    }
    serde_json::from_slice(body).map_err(|error| {
        let problem = format!("The body cannot be read: {error}");
        Faults::one("body", crate::wire::shortened(&problem))
    })
}

pub(super) fn text(
    map: &Map<String, Value>,
    name: &str,
    most: usize,
    faults: &mut Faults,
) -> String {
    let text = match map.get(name) {
        None | Some(Value::Null) => return String::new(),
        Some(Value::String(text)) => text,
        Some(_) => {
            faults.add(name, format!("{name} is a text."));
            return String::new();
        }
    };
    if text.chars().count() > most {
        faults.add(name, format!("{name} has at most {most} characters."));
    }
    text.clone()
}

/// The tags, sorted, each once. A comma would take a tag apart where it is kept.
pub(super) fn tags(map: &Map<String, Value>, faults: &mut Faults) -> Vec<String> {
    let list = match map.get("tags") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(list)) => list,
        Some(_) => {
            faults.add("tags", "Tags are a list of texts.");
            return Vec::new();
        }
    };
    let mut tags: Vec<String> = list
        .iter()
        .map(|tag| written(tag).trim().replace(',', ";"))
        .filter(|tag| !tag.is_empty())
        .collect();
    tags.sort_unstable();
    tags.dedup();
    if tags.len() > TAGS_MAX {
        faults.add("tags", format!("At most {TAGS_MAX} tags are taken."));
    }
    if tags.iter().any(|tag| tag.chars().count() > 50) {
        faults.add("tags", "A tag has at most 50 characters.");
    }
    tags
}

/// Keeps a list as it was sent.
fn list(
    map: &Map<String, Value>,
    name: &'static str,
    annotations: &mut Pairs<'static>,
    faults: &mut Faults,
) {
    match map.get(name) {
        None | Some(Value::Null) => {}
        Some(Value::Array(entries)) if entries.is_empty() => {}
        Some(Value::Array(entries)) if entries.len() > 50 => {
            faults.add(name, format!("{name} has at most 50 entries."));
        }
        Some(entries @ Value::Array(_)) => annotation(annotations, name, &entries.to_string()),
        Some(_) => faults.add(name, format!("{name} is a list.")),
    }
}
