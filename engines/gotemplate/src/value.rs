use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Zoned};

use crate::list::List;

/// Names with texts, such as labels. A name that is missing reads as an empty text.
pub type Texts = BTreeMap<String, String>;

/// What a template computes with.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Nothing; printed as `<no value>`.
    #[default]
    Nil,
    /// A truth.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// A text.
    Text(Arc<str>),
    /// A text that needs no escaping in its place.
    Safe(Safe, Arc<str>),
    /// An instant in a zone.
    Time(Box<Zoned>),
    /// A length of time.
    Duration(SignedDuration),
    /// Values in a row.
    List(List),
    /// Names with texts; has the methods `SortedPairs`, `Names`, `Values` and `Remove`.
    Texts(Arc<Texts>),
    /// Names with values.
    Map(Arc<Map>),
    /// Something with fields and methods.
    Object(Arc<dyn Object>),
}

/// Where a text may stand as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Safe {
    /// In the text of an HTML page.
    Html,
    /// In an attribute that holds an address.
    Url,
}

/// Names with values, of bounded depth and weight.
#[derive(Clone, Debug, Default)]
pub struct Map {
    entries: BTreeMap<String, Value>,
    bulk: Bulk,
}

/// How deep values lie in each other and how much they are together: what bounds the work of
/// printing and of dropping them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bulk {
    depth: u32,
    weight: usize,
}

/// Deepest nesting of lists and maps.
const DEPTH_MAX: u32 = 50;
/// Most that a list or map may weigh: its values and the bytes of their texts.
const WEIGHT_MAX: usize = 16 * 1024 * 1024;

impl Bulk {
    pub(crate) fn weight(self) -> usize {
        self.weight
    }

    /// The bulk of something that holds these values.
    pub(crate) fn around<'a>(values: impl IntoIterator<Item = &'a Value>) -> Bulk {
        values.into_iter().fold(Bulk { depth: 1, weight: 1 }, |sum, value| {
            let bulk = value.bulk();
            let weight = sum.weight.saturating_add(bulk.weight);
            Bulk { depth: sum.depth.max(bulk.depth + 1), weight }
        })
    }

    /// The reason why something of this bulk is not made.
    pub(crate) fn check(self) -> Result<(), String> {
        if self.depth > DEPTH_MAX {
            return Err(format!("lists and maps lie more than {DEPTH_MAX} deep in each other"));
        }
        if self.weight > WEIGHT_MAX {
            return Err(format!("a list or map holds more than {WEIGHT_MAX} bytes"));
        }
        Ok(())
    }
}

impl Map {
    /// Keeps the entries.
    ///
    /// # Errors
    /// When they lie too deep in each other or are too many.
    pub fn new(entries: BTreeMap<String, Value>) -> Result<Map, String> {
        let names: usize = entries.keys().map(String::len).sum();
        let mut bulk = Bulk::around(entries.values());
        bulk.weight = bulk.weight.saturating_add(names);
        bulk.check()?;
        Ok(Map { entries, bulk })
    }

    /// The entries, by name.
    pub fn entries(&self) -> &BTreeMap<String, Value> {
        &self.entries
    }
}

/// Something with fields and methods that templates can use.
pub trait Object: fmt::Debug + Send + Sync {
    /// What it is called in errors.
    fn kind(&self) -> &'static str;

    /// A field, when it has one of that name.
    fn field(&self, name: &str) -> Option<Value>;

    /// The result of a method, when it has one of that name; the error says what is wrong with
    /// the arguments.
    fn method(&self, _name: &str, _arguments: &[Value]) -> Option<Result<Value, String>> {
        None
    }

    /// Its elements, when it is a list.
    fn items(&self) -> Option<&List> {
        None
    }

    /// The values of its fields in their order, for printing.
    fn parts(&self) -> Vec<Value> {
        Vec::new()
    }

    /// Itself as JSON.
    fn json(&self) -> String;
}

impl Value {
    /// A text.
    pub fn text(text: impl AsRef<str>) -> Value {
        Value::Text(Arc::from(text.as_ref()))
    }

    /// A list of texts.
    pub fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Value {
        Value::List(List::trusted(texts.into_iter().map(Value::text).collect()))
    }

    /// An instant in UTC.
    pub fn time(at: jiff::Timestamp) -> Value {
        Value::Time(Box::new(at.to_zoned(jiff::tz::TimeZone::UTC)))
    }

    /// The text, when it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Safe(_, text) => Some(text),
            _ => None,
        }
    }

    /// The elements, when it is a list.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(list) => Some(list),
            Value::Object(object) => object.items(),
            _ => None,
        }
    }

    /// Whether `if` takes it for true: everything but nothing, false, zero and what is empty.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(truth) => *truth,
            Value::Int(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Text(text) | Value::Safe(_, text) => !text.is_empty(),
            Value::Time(_) => true,
            Value::Duration(duration) => !duration.is_zero(),
            Value::List(list) => !list.items().is_empty(),
            Value::Texts(texts) => !texts.is_empty(),
            Value::Map(map) => !map.entries.is_empty(),
            Value::Object(object) => object.items().is_none_or(|list| !list.items().is_empty()),
        }
    }

    /// What it is called in errors: the name that Go has for it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Nil => "nil",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float64",
            Value::Text(_) => "string",
            Value::Safe(Safe::Html, _) => "template.HTML",
            Value::Safe(Safe::Url, _) => "template.URL",
            Value::Time(_) => "time.Time",
            Value::Duration(_) => "time.Duration",
            Value::List(list) => list.kind(),
            Value::Texts(_) => "template.KV",
            Value::Map(_) => "map[string]interface {}",
            Value::Object(object) => object.kind(),
        }
    }

    pub(crate) fn bulk(&self) -> Bulk {
        match self {
            Value::Text(text) | Value::Safe(_, text) => Bulk { depth: 0, weight: 1 + text.len() },
            Value::List(list) => list.bulk(),
            Value::Map(map) => map.bulk,
            Value::Texts(texts) => {
                let weight = texts.iter().map(|(name, text)| 1 + name.len() + text.len()).sum();
                Bulk { depth: 1, weight }
            }
            Value::Object(object) => object.items().map_or(Bulk { depth: 1, weight: 16 }, |list| {
                let bulk = list.bulk();
                Bulk { depth: bulk.depth, weight: bulk.weight + 1 }
            }),
            _ => Bulk { depth: 0, weight: 1 },
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::text(text)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Bool(truth)
    }
}
