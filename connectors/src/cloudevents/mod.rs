//! CloudEvents 1.0 over HTTP: binary, structured and batch content modes.
//!
//! The four attributes that an event must have are asked for; what they mean is for a mapping to
//! say. Data that are no JSON come through as a text.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kernel::Time;
use serde_json::{Map, Value};

/// Most events of a batch.
pub const EVENTS_MAX: usize = 1_000;
/// Most attributes of an event, and longest value in bytes.
const ATTRIBUTES_MAX: usize = 64;
const ATTRIBUTE_BYTES_MAX: usize = 4_096;
/// What every event has.
const NEEDED: [&str; 4] = ["specversion", "id", "source", "type"];

/// An event: its attributes, and its data as JSON.
#[derive(Clone, PartialEq, Debug)]
pub struct CloudEvent {
    /// `id`, `source`, `type` … and extensions; texts, numbers and truths.
    pub attributes: Map<String, Value>,
    /// The data; `null` without any.
    pub data: Value,
}

/// An event that is wrong; nothing of the request is taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}{problem}", .index.map(|index| format!("event {index}: ")).unwrap_or_default())]
pub struct NoEvent {
    /// Place in the batch, from 0.
    pub index: Option<usize>,
    /// The attribute that is wrong; may be empty.
    pub attribute: String,
    /// What is wrong, and how to mend it.
    pub problem: String,
    /// Whether the request could be read at all, and only says what no event says.
    pub readable: bool,
}

fn wrong<T>(attribute: &str, problem: impl Into<String>) -> Result<T, NoEvent> {
    let (attribute, problem) = (attribute.to_owned(), problem.into());
    Err(NoEvent { index: None, attribute, problem, readable: true })
}

fn unreadable<T>(attribute: &str, problem: &str) -> Result<T, NoEvent> {
    wrong(attribute, crate::wire::shortened(problem))
        .map_err(|no_event| NoEvent { readable: false, ..no_event })
}

/// Reads the events of a request; `kind` is its content type, `headers` its headers.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse<'h>(
    kind: &str,
    headers: impl Iterator<Item = (&'h str, &'h [u8])>,
    body: &[u8],
) -> Result<Vec<CloudEvent>, NoEvent> {
    let bare = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match bare.as_str() {
        "application/cloudevents+json" => Ok(vec![structured(json(body)?)?]),
        "application/cloudevents-batch+json" => batch(json(body)?),
        other if other.starts_with("application/cloudevents") => {
            wrong("", format!("`{other}` is not taken; send application/cloudevents+json"))
        }
        other => Ok(vec![binary(other, headers, body)?]),
    }
}

fn json(body: &[u8]) -> Result<Value, NoEvent> {
    serde_json::from_slice(body)
        .or_else(|error| unreadable("", &format!("the body is no JSON: {error}")))
}

fn batch(list: Value) -> Result<Vec<CloudEvent>, NoEvent> {
    let Value::Array(list) = list else { return wrong("", "a batch is a list of events") };
    if list.len() > EVENTS_MAX {
        return wrong("", format!("more than {EVENTS_MAX} events in one batch"));
    }
    let read = list.into_iter().enumerate().map(|(index, event)| {
        structured(event).map_err(|no_event| NoEvent { index: Some(index), ..no_event })
    });
    read.collect()
}

/// An event in JSON (CloudEvents JSON format).
fn structured(event: Value) -> Result<CloudEvent, NoEvent> {
    let Value::Object(mut attributes) = event else {
        return wrong("", "an event is an object");
    };
    let data = attributes.remove("data").filter(|data| !data.is_null());
    let encoded = attributes.remove("data_base64").filter(|data| !data.is_null());
    attributes.retain(|_, value| !value.is_null());
    let kind = attributes.get("datacontenttype").and_then(Value::as_str).unwrap_or_default();
    let data = match (data, encoded) {
        (Some(_), Some(_)) => return wrong("data", "send `data` or `data_base64`, not both"),
        (Some(data), None) => data,
        (None, Some(Value::String(text))) => {
            let Ok(bytes) = BASE64_STANDARD.decode(text.as_bytes()) else {
                return wrong("data_base64", "`data_base64` is not Base64");
            };
            read_data(kind, &bytes)?
        }
        (None, Some(_)) => return wrong("data_base64", "`data_base64` is a text"),
        (None, None) => Value::Null,
    };
    checked(CloudEvent { attributes, data })
}

/// An event whose attributes are headers and whose data are the body.
fn binary<'h>(
    kind: &str,
    headers: impl Iterator<Item = (&'h str, &'h [u8])>,
    body: &[u8],
) -> Result<CloudEvent, NoEvent> {
    let mut attributes = Map::new();
    for (name, value) in headers {
        let Some(name) = name.strip_prefix("ce-") else { continue };
        let Ok(text) = std::str::from_utf8(value) else {
            return wrong(name, format!("the header `ce-{name}` is not UTF-8"));
        };
        attributes.insert(name.to_owned(), Value::String(decoded(text)));
    }
    if attributes.is_empty() {
        return wrong(
            "",
            "this is no CloudEvent: send application/cloudevents+json, or the headers ce-id, \
             ce-source, ce-type and ce-specversion",
        );
    }
    if !kind.is_empty() {
        attributes.insert("datacontenttype".to_owned(), Value::String(kind.to_owned()));
    }
    let data = if body.is_empty() { Value::Null } else { read_data(kind, body)? };
    checked(CloudEvent { attributes, data })
}

/// Headers carry other than plain letters as `%C3%BC` (HTTP binding, 3.1.3.2).
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let code = code.filter(|_| *first == b'%').and_then(|c| u8::from_str_radix(c, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Data of a content type: JSON unless it says otherwise, and any other text as it is.
fn read_data(kind: &str, bytes: &[u8]) -> Result<Value, NoEvent> {
    let bare = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if bare.is_empty() || bare == "application/json" || bare.ends_with("+json") {
        return serde_json::from_slice(bytes)
            .or_else(|error| unreadable("data", &format!("the data are no JSON: {error}")));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Value::String(text.to_owned())),
        Err(_) => wrong("data", format!("data of the kind `{bare}` cannot be read; send JSON")),
    }
}

fn checked(event: CloudEvent) -> Result<CloudEvent, NoEvent> {
    let CloudEvent { attributes, .. } = &event;
    if attributes.len() > ATTRIBUTES_MAX {
        return wrong("", format!("more than {ATTRIBUTES_MAX} attributes"));
    }
    for name in NEEDED {
        match attributes.get(name) {
            Some(Value::String(text)) if !text.is_empty() => {}
            Some(_) => return wrong(name, format!("`{name}` is not a text with something in it")),
            None => return wrong(name, format!("`{name}` is missing; every event has one")),
        }
    }
    if attributes["specversion"] != "1.0" {
        return wrong("specversion", "only version 1.0 of CloudEvents is taken");
    }
    for (name, value) in attributes {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if name.is_empty() || !name.chars().all(plain) {
            let shown: String = name.chars().take(40).collect();
            let problem = format!("`{shown}`: an attribute is named by small letters and digits");
            return wrong(&shown, problem);
        }
        match value {
            Value::String(text) if text.len() > ATTRIBUTE_BYTES_MAX => {
                return wrong(name, format!("`{name}`: at most {ATTRIBUTE_BYTES_MAX} bytes"));
            }
            Value::String(_) | Value::Number(_) | Value::Bool(_) => {}
            _ => return wrong(name, format!("`{name}`: an attribute is a text, number or truth")),
        }
    }
    match attributes.get("time") {
        Some(Value::String(time)) if Time::parse(time).is_err() => {
            wrong("time", "`time` is no RFC 3339 time")
        }
        _ => Ok(event),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &str, headers: &[(&str, &str)], body: &str) -> Result<Vec<CloudEvent>, String> {
        let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
        parse(kind, headers, body.as_bytes()).map_err(|error| error.to_string())
    }

    const HEADERS: [(&str, &str); 4] = [
        ("ce-specversion", "1.0"),
        ("ce-type", "com.example.someevent"),
        ("ce-source", "/mycontext/%C3%BC"),
        ("ce-id", "1234-1234-1234"),
    ];

    #[test]
    fn the_three_content_modes_say_the_same() {
        let event = r#"{"specversion":"1.0","type":"com.example.someevent","source":"/mycontext/ü",
            "id":"1234-1234-1234","datacontenttype":"application/json","data":{"a":1}}"#;
        let structured = read("application/cloudevents+json; charset=UTF-8", &[], event).unwrap();
        let batch = format!("[{event}]");
        let batch = read("application/cloudevents-batch+json", &[], &batch).unwrap();
        let headers = [&HEADERS[..], &[("content-length", "7")]].concat();
        let binary = read("application/json", &headers, r#"{"a":1}"#).unwrap();
        assert_eq!(structured, batch);
        assert_eq!(structured, binary);
        assert_eq!(structured[0].data["a"], 1);
        assert_eq!(read("application/cloudevents-batch+json", &[], "[]").unwrap(), []);
    }

    #[test]
    fn data_come_in_other_forms() {
        let encoded = r#"{"specversion":"1.0","type":"t","source":"s","id":"1",
            "data_base64":"eyJhIjoxfQ=="}"#;
        let events = read("application/cloudevents+json", &[], encoded).unwrap();
        assert_eq!(events[0].data["a"], 1);
        let text = read("text/plain", &HEADERS, "it broke").unwrap();
        assert_eq!(text[0].data, "it broke");
        assert_eq!(read("", &HEADERS, "").unwrap()[0].data, Value::Null);
    }

    #[test]
    fn what_an_event_lacks_is_named() {
        let structured = "application/cloudevents+json";
        for (kind, body, expected) in [
            (structured, r#"{"type":"t","source":"s","id":"1"}"#, "`specversion` is missing"),
            (structured, r#"{"specversion":"1.0","source":"s","id":"1"}"#, "`type` is missing"),
            (
                structured,
                r#"{"specversion":"0.3","type":"t","source":"s","id":"1"}"#,
                "only version 1.0",
            ),
            (
                structured,
                r#"{"specversion":"1.0","type":"t","source":"s","id":""}"#,
                "`id` is not a text",
            ),
            (
                structured,
                r#"{"specversion":"1.0","type":"t","source":"s","id":"1","time":"now"}"#,
                "`time` is no RFC 3339 time",
            ),
            (
                structured,
                r#"{"specversion":"1.0","type":"t","source":"s","id":"1","Bad-Name":"x"}"#,
                "small letters",
            ),
            (
                structured,
                r#"{"specversion":"1.0","type":"t","source":"s","id":"1","data":1,
                    "data_base64":"MQ=="}"#,
                "not both",
            ),
            (structured, "7", "an event is an object"),
            (structured, "{", "the body is no JSON"),
            ("application/cloudevents-batch+json", "{}", "a batch is a list"),
            (
                "application/cloudevents-batch+json",
                r#"[{"specversion":"1.0","type":"t","source":"s","id":"1"},{}]"#,
                "event 1: `specversion` is missing",
            ),
            ("application/cloudevents+avro", "x", "is not taken"),
            ("application/json", "{}", "this is no CloudEvent"),
        ] {
            let error = read(kind, &[], body).unwrap_err();
            assert!(error.contains(expected), "{body}: {error}");
        }
    }
}
