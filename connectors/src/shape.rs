//! What fields a document may have, as a table that is walked: unlike a typed reader it goes on
//! after a mistake, and tells them all.

use serde_json::{Map, Value};

use crate::places::{Mistake, Placed};
use crate::suggest;

/// What a value must look like.
pub(crate) enum Shape {
    /// Anything at all; carried and not understood.
    Any,
    /// Text that says something.
    Text,
    /// A length of time: a number and its unit.
    Length,
    /// One of these words.
    Word(&'static [&'static str]),
    Number,
    Bool,
    /// Names with texts.
    Labels,
    /// A list; nothing is an empty one.
    List(&'static Shape),
    /// These fields and no others.
    Map(&'static [Field]),
    /// These fields, and whatever else is there.
    Open(&'static [Field]),
    /// These fields; others are noted and not followed, as the tool that reads them does.
    Lenient(&'static [Field]),
}

/// A field of a map.
pub(crate) struct Field {
    pub name: &'static str,
    pub shape: &'static Shape,
    pub needed: bool,
}

/// A field that has to be there.
pub(crate) const fn must(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, shape, needed: true }
}

/// A field that may be left out.
pub(crate) const fn may(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, shape, needed: false }
}

/// What was found on a walk.
#[derive(Default)]
pub(crate) struct Found {
    /// What makes the document wrong.
    pub errors: Vec<Mistake>,
    /// What is not followed.
    pub notes: Vec<Mistake>,
}

impl Found {
    /// Holds a value of a document against its shape; gives what of it has that shape.
    pub fn walk(
        &mut self,
        document: &Placed,
        value: &Value,
        shape: &Shape,
        path: &str,
    ) -> Option<Value> {
        let (message, remedy) = match (shape, value) {
            (Shape::Any, _)
            | (Shape::Number, Value::Number(_))
            | (Shape::Bool, Value::Bool(_))
            | (Shape::List(_), Value::Null) => return Some(value.clone()),
            (Shape::Text, Value::String(text)) if !text.trim().is_empty() => {
                return Some(value.clone());
            }
            (Shape::Word(words), Value::String(word)) if words.contains(&word.as_str()) => {
                return Some(value.clone());
            }
            (Shape::Length, Value::String(text)) if is_length(text) => return Some(value.clone()),
            (Shape::Labels, Value::Object(map)) => return self.labels(document, map, path),
            (Shape::List(element), Value::Array(list)) => {
                let each = list.iter().enumerate();
                // What is wrong keeps its place, so that those after it keep theirs.
                let kept = each.map(|(index, value)| {
                    let path = format!("{path}[{index}]");
                    self.walk(document, value, element, &path).unwrap_or_default()
                });
                return Some(Value::Array(kept.collect()));
            }
            (
                Shape::Map(fields) | Shape::Open(fields) | Shape::Lenient(fields),
                Value::Object(map),
            ) => return self.map(document, map, (shape, fields), path),
            (Shape::Text, Value::String(_)) => {
                ("the text is empty".to_owned(), "write what it is called or says".to_owned())
            }
            (Shape::Word(words), Value::String(word)) => {
                split(&suggest::unknown(word, "word for this field", words))
            }
            (expected, other) => {
                let (word, remedy) = expected.words();
                (unexpected(word, other), remedy.to_owned())
            }
        };
        self.errors.push(document.mistake(path, message, remedy));
        None
    }

    fn map(
        &mut self,
        document: &Placed,
        map: &Map<String, Value>,
        (shape, fields): (&Shape, &[Field]),
        path: &str,
    ) -> Option<Value> {
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let mut kept = Map::new();
        for (name, value) in map.iter().filter(|(name, _)| !names.contains(&name.as_str())) {
            let (message, remedy) = split(&suggest::unknown(name, "field here", &names));
            let mistake = document.mistake(&join(path, name), message, remedy);
            match shape {
                Shape::Open(_) => drop(kept.insert(name.clone(), value.clone())),
                Shape::Lenient(_) => self.notes.push(mistake),
                _ => self.errors.push(mistake),
            }
        }
        for field in fields {
            match map.get(field.name) {
                Some(Value::Null) if !field.needed => {}
                Some(value) => {
                    let path = join(path, field.name);
                    let value = self.walk(document, value, field.shape, &path);
                    kept.extend(value.map(|value| (field.name.to_owned(), value)));
                }
                None if field.needed => {
                    let (message, remedy) =
                        (format!("`{}` is missing", field.name), format!("add `{}:`", field.name));
                    self.errors.push(document.mistake(&join(path, field.name), message, remedy));
                }
                None => {}
            }
        }
        Some(Value::Object(kept))
    }

    fn labels(&mut self, document: &Placed, map: &Map<String, Value>, path: &str) -> Option<Value> {
        let nested = |value: &Value| value.is_null() || value.is_array() || value.is_object();
        for (name, value) in map.iter().filter(|(_, value)| nested(value)) {
            let message = unexpected("text", value);
            self.errors.push(document.mistake(&join(path, name), message, "write text here"));
        }
        Some(Value::Object(map.clone()))
    }

    /// Adds a mistake, unless its field has one.
    pub fn add(&mut self, mistake: Mistake) {
        if self.errors.iter().all(|told| told.field != mistake.field) {
            self.errors.push(mistake);
        }
    }

    /// The mistakes in the order of their lines, and what is noted.
    pub fn sorted(mut self) -> (Vec<Mistake>, Vec<Mistake>) {
        self.errors.sort();
        self.notes.sort();
        (self.errors, self.notes)
    }
}

/// Whether a text is a number over 0 and a unit of OpenSLO.
fn is_length(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    number.bytes().any(|digit| digit != b'0') && ["m", "h", "d", "w", "M", "Q", "Y"].contains(&unit)
}

/// What is wrong, and after a semicolon what to do.
pub(crate) fn split(said: &str) -> (String, String) {
    let (message, remedy) = said.split_once("; ").unwrap_or((said, ""));
    (message.to_owned(), remedy.to_owned())
}

impl Shape {
    /// What is expected, and how to write it.
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Shape::Text | Shape::Word(_) => ("text", "write text here"),
            Shape::Length => ("a length of time", "write one like 5m, 1h or 3d"),
            Shape::Number => ("a number", "write a number here, without quotes"),
            Shape::Bool => ("true or false", "write true or false"),
            Shape::List(_) => ("a list", "begin each element on a line of its own with `- `"),
            _ => ("a map of fields", "write names with their texts"),
        }
    }
}

/// The path of a field within another.
pub(crate) fn join(path: &str, name: &str) -> String {
    let dot = if path.is_empty() { "" } else { "." };
    format!("{path}{dot}{name}")
}

fn unexpected(expected: &str, found: &Value) -> String {
    let found = match found {
        Value::Null => "nothing".to_owned(),
        Value::Bool(bool) => format!("`{bool}`"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("`{}`", text.chars().take(40).collect::<String>()),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a map of fields".to_owned(),
    };
    format!("expected {expected}, found {found}")
}
