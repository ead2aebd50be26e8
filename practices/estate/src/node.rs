//! YAML and JSON as a tree that remembers where everything was written.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::{Location, Spanned};

use crate::mistake::{Place, Wrong};

/// Deepest nesting of a document.
const DEPTH_MAX: usize = 24;

/// A value and where it was written.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub place: Place,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub place: Place,
    pub name: String,
}

impl Node {
    /// The documents of a YAML text; empty ones are skipped. What is not YAML, or more than any
    /// estate needs, is wrong as a whole.
    pub fn documents(text: &str) -> Result<Vec<Node>, Wrong> {
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_depth: DEPTH_MAX,
                max_documents: 20_000,
                max_nodes: 1_000_000,
                max_events: 2_000_000,
                max_aliases: 1_000,
                max_anchors: 1_000,
            },
            alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 100_000 },
            strict_booleans: true,
            with_snippet: false,
        };
        serde_saphyr::from_multiple_with_options(text, options).map_err(|error| syntax(&error))
    }

    /// Every field of the document with the place of its value, by path.
    pub fn places(&self) -> BTreeMap<String, Place> {
        let mut places = BTreeMap::new();
        let mut open = vec![(String::new(), self)];
        while let Some((path, node)) = open.pop() {
            match &node.value {
                Value::List(list) => {
                    let element = |(i, node)| (format!("{path}[{i}]"), node);
                    open.extend(list.iter().enumerate().map(element));
                }
                Value::Map(map) => {
                    let dot = if path.is_empty() { "" } else { "." };
                    let fields = map.iter();
                    open.extend(
                        fields.map(|(key, node)| (format!("{path}{dot}{}", key.name), node)),
                    );
                }
                _ => {}
            }
            places.insert(path, node.place);
        }
        places
    }
}

impl From<&serde_json::Value> for Node {
    fn from(json: &serde_json::Value) -> Node {
        let value = match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(bool) => Value::Bool(*bool),
            serde_json::Value::Number(number) => Value::Number(number.clone()),
            serde_json::Value::String(text) => Value::Text(text.clone()),
            serde_json::Value::Array(list) => Value::List(list.iter().map(Node::from).collect()),
            serde_json::Value::Object(map) => {
                let key = |name: &String| Key { place: Place::default(), name: name.clone() };
                Value::Map(map.iter().map(|(name, node)| (key(name), node.into())).collect())
            }
        };
        Node { place: Place::default(), value }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Node { place: place(spanned.referenced), value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, bool: bool) -> Result<Value, E> {
        Ok(Value::Bool(bool))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        let number = serde_json::Number::from_f64(number);
        number.map(Value::Number).ok_or_else(|| E::custom("this number has no end; write another"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(node) = access.next_element()? {
            list.push(node);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some((key, node)) = access.next_entry::<Spanned<String>, Node>()? {
            map.push((Key { place: place(key.referenced), name: key.value }, node));
        }
        Ok(Value::Map(map))
    }
}

fn place(location: Location) -> Place {
    let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Place { line: narrow(location.line()), column: narrow(location.column()) }
}

fn syntax(error: &serde_saphyr::Error) -> Wrong {
    let (message, remedy) = match error {
        serde_saphyr::Error::DuplicateMappingKey { key: Some(key), .. } => {
            (format!("`{key}` is there twice"), "keep one of the two")
        }
        other => (other.to_string(), "correct the YAML here or just before"),
    };
    let Some(location) = error.location() else { return Wrong::new("", message, remedy) };
    let place = place(location);
    let suffix = format!(" at line {}, column {}", place.line, place.column);
    Wrong::new("", message.trim_end_matches(&suffix), remedy).at(place)
}
