//! How values are printed, as Go's `fmt` prints them with `%v`, and as JSON.

use std::fmt::Write;

use crate::{Value, format, time};

/// A text of limited length.
#[derive(Debug)]
pub(crate) struct Bounded {
    pub(crate) text: String,
    pub(crate) bytes_max: usize,
}

impl Bounded {
    pub(crate) fn new(bytes_max: usize) -> Bounded {
        Bounded { text: String::new(), bytes_max }
    }

    pub(crate) fn push(&mut self, text: &str) -> Result<(), String> {
        if self.text.len().saturating_add(text.len()) > self.bytes_max {
            return Err(too_long(self.bytes_max));
        }
        self.text.push_str(text);
        Ok(())
    }

    /// The same piece many times.
    pub(crate) fn repeat(&mut self, piece: char, count: usize) -> Result<(), String> {
        if self.text.len().saturating_add(count.saturating_mul(piece.len_utf8())) > self.bytes_max {
            return Err(too_long(self.bytes_max));
        }
        self.text.extend(std::iter::repeat_n(piece, count));
        Ok(())
    }
}

/// The text grew too long.
pub(crate) fn too_long(bytes_max: usize) -> String {
    format!("the text is longer than {bytes_max} bytes")
}

/// Prints a value.
pub(crate) fn value(out: &mut Bounded, value: &Value) -> Result<(), String> {
    match value {
        Value::Nil => out.push("<no value>"),
        Value::Text(text) | Value::Safe(_, text) => out.push(text),
        Value::Bool(truth) => out.push(if *truth { "true" } else { "false" }),
        Value::Int(number) => out.push(&number.to_string()),
        Value::Float(number) => out.push(&format::general(*number, None)),
        Value::Time(at) => out.push(&time::shown(at)),
        Value::Duration(duration) => out.push(&time::duration_shown(*duration)),
        Value::List(list) => row(out, ('[', ']'), list.items().iter()),
        Value::Texts(texts) => {
            entries(out, texts.iter().map(|(name, text)| (name.as_str(), Value::text(text))))
        }
        Value::Map(map) => {
            let entries_of = map.entries().iter();
            entries(out, entries_of.map(|(name, value)| (name.as_str(), value.clone())))
        }
        Value::Object(object) => match object.items() {
            Some(list) => row(out, ('[', ']'), list.items().iter()),
            None => row(out, ('{', '}'), object.parts().iter()),
        },
    }
}

/// Inside of lists, nothing is `<nil>`.
fn inner(out: &mut Bounded, inside: &Value) -> Result<(), String> {
    if matches!(inside, Value::Nil) { out.push("<nil>") } else { value(out, inside) }
}

fn row<'v>(
    out: &mut Bounded,
    (open, close): (char, char),
    values: impl Iterator<Item = &'v Value>,
) -> Result<(), String> {
    out.repeat(open, 1)?;
    for (index, value) in values.enumerate() {
        out.repeat(' ', usize::from(index > 0))?;
        inner(out, value)?;
    }
    out.repeat(close, 1)
}

fn entries<'v>(
    out: &mut Bounded,
    entries: impl Iterator<Item = (&'v str, Value)>,
) -> Result<(), String> {
    out.push("map[")?;
    for (index, (name, value)) in entries.enumerate() {
        out.repeat(' ', usize::from(index > 0))?;
        out.push(name)?;
        out.push(":")?;
        inner(out, &value)?;
    }
    out.push("]")
}

/// The value as JSON.
pub(crate) fn json(value: &Value, bytes_max: usize) -> Result<String, String> {
    let mut out = Bounded::new(bytes_max);
    write_json(&mut out, value)?;
    Ok(out.text)
}

fn write_json(out: &mut Bounded, value: &Value) -> Result<(), String> {
    match value {
        Value::Nil => out.push("null"),
        Value::Text(text) | Value::Safe(_, text) => quoted(out, text),
        Value::Bool(truth) => out.push(if *truth { "true" } else { "false" }),
        Value::Int(number) => out.push(&number.to_string()),
        Value::Float(number) => match serde_json::Number::from_f64(*number) {
            Some(number) => out.push(number.to_string().trim_end_matches(".0")),
            None => Err(format!("{number} is no number in JSON")),
        },
        Value::Time(at) => quoted(out, &time::rfc3339(at)),
        Value::Duration(duration) => out.push(&duration.as_nanos().to_string()),
        Value::Object(object) if object.items().is_none() => out.push(&object.json()),
        Value::Texts(texts) => {
            let mut written = String::new();
            for (name, text) in texts.iter() {
                let comma = if written.is_empty() { "" } else { "," };
                let (name, text) = (serde_json::json!(name), serde_json::json!(text));
                let _ = write!(written, "{comma}{name}:{text}");
            }
            out.push(&format!("{{{written}}}"))
        }
        Value::Map(map) => {
            out.push("{")?;
            for (index, (name, value)) in map.entries().iter().enumerate() {
                out.push(if index > 0 { "," } else { "" })?;
                quoted(out, name)?;
                out.push(":")?;
                write_json(out, value)?;
            }
            out.push("}")
        }
        Value::List(_) | Value::Object(_) => {
            out.push("[")?;
            let items = value.as_list().map_or(&[][..], crate::List::items);
            for (index, item) in items.iter().enumerate() {
                out.push(if index > 0 { "," } else { "" })?;
                write_json(out, item)?;
            }
            out.push("]")
        }
    }
}

fn quoted(out: &mut Bounded, text: &str) -> Result<(), String> {
    out.push(&serde_json::json!(text).to_string())
}
