//! Documents of YAML as plain values, with the place of every field beside them.
//!
//! **Invariant:** a text that is more than any file of its kind needs is refused before it is
//! unfolded: nesting, anchors and the number of values are bounded.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use serde_saphyr::{Location, Spanned};

/// Longest file, in bytes.
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// Deepest nesting of a document.
const DEPTH_MAX: usize = 64;

/// A place in a text, both from 1; 0 is nowhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// Something wrong in a file: where, what, and how to mend it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Mistake {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// The field, as in `spec.objectives[0].target`; empty when it is about the whole.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// How to mend it; may be empty.
    pub remedy: String,
}

/// One document of a file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Placed {
    /// What it says.
    pub value: Value,
    places: BTreeMap<String, Place>,
}

/// Reads the documents of a YAML text; empty ones are skipped.
///
/// # Errors
/// When it is no YAML, or more than anybody writes.
pub fn documents(text: &str) -> Result<Vec<Placed>, Mistake> {
    let whole = |place, message: &str, remedy: &str| {
        let (message, remedy) = (message.to_owned(), remedy.to_owned());
        Mistake { place, field: String::new(), message, remedy }
    };
    if text.len() > BYTES_MAX {
        return Err(whole(Place::default(), "the file has more than 4 MiB", "split it"));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH_MAX,
            max_documents: 10_000,
            max_nodes: 500_000,
            max_events: 1_000_000,
            max_aliases: 1_000,
            max_anchors: 1_000,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 100_000 },
        strict_booleans: true,
        with_snippet: false,
    };
    let nodes: Vec<Node> =
        serde_saphyr::from_multiple_with_options(text, options).map_err(|error| {
            let place = error.location().map(place).unwrap_or_default();
            let message = error.to_string();
            let suffix = format!(" at line {}, column {}", place.line, place.column);
            let message = message.lines().next().unwrap_or_default().trim_end_matches(&suffix);
            whole(place, message, "correct the YAML here or just before")
        })?;
    let written = nodes.into_iter().filter(|node| !matches!(node.shape, Shape::Plain(Value::Null)));
    Ok(written.map(Placed::of).collect())
}

impl Placed {
    fn of(node: Node) -> Placed {
        let mut places = BTreeMap::new();
        places.insert(String::new(), node.place);
        let value = node.flat("", &mut places);
        Placed { value, places }
    }

    /// Where a field was written, or else the nearest that holds it.
    pub fn place(&self, field: &str) -> Place {
        let mut path = field;
        loop {
            match (self.places.get(path), path.rfind(['.', '['])) {
                (Some(place), _) => return *place,
                (None, Some(end)) => path = &path[..end],
                (None, None) => return self.places.get("").copied().unwrap_or_default(),
            }
        }
    }

    /// A mistake in a field of this document.
    pub(crate) fn mistake(
        &self,
        field: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Mistake {
        let (message, remedy) = (message.into(), remedy.into());
        Mistake { place: self.place(field), field: field.to_owned(), message, remedy }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "; {}", self.remedy) }
    }
}

/// A value and where it was written.
struct Node {
    place: Place,
    shape: Shape,
}

enum Shape {
    Plain(Value),
    List(Vec<Node>),
    Map(Vec<(String, Place, Node)>),
}

impl Node {
    /// The plain value; notes the place of each field on the way. Depth is bounded by the reader.
    fn flat(self, path: &str, places: &mut BTreeMap<String, Place>) -> Value {
        match self.shape {
            Shape::Plain(value) => value,
            Shape::List(list) => {
                let element = |(index, node): (usize, Node)| {
                    let path = format!("{path}[{index}]");
                    places.insert(path.clone(), node.place);
                    node.flat(&path, places)
                };
                Value::Array(list.into_iter().enumerate().map(element).collect())
            }
            Shape::Map(map) => {
                let dot = if path.is_empty() { "" } else { "." };
                let mut flat = Map::new();
                for (name, place, node) in map {
                    let path = format!("{path}{dot}{name}");
                    places.insert(path.clone(), place);
                    flat.insert(name, node.flat(&path, places));
                }
                Value::Object(flat)
            }
        }
    }
}

fn place(location: Location) -> Place {
    let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Place { line: narrow(location.line()), column: narrow(location.column()) }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        let spanned = Spanned::<Shape>::deserialize(deserializer)?;
        Ok(Node { place: place(spanned.referenced), shape: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Shape, E> {
        Ok(Shape::Plain(Value::Null))
    }

    fn visit_bool<E: Error>(self, bool: bool) -> Result<Shape, E> {
        Ok(Shape::Plain(Value::Bool(bool)))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Shape, E> {
        Ok(Shape::Plain(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Shape, E> {
        Ok(Shape::Plain(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Shape, E> {
        let number = serde_json::Number::from_f64(number);
        let number = number.ok_or_else(|| E::custom("this number has no end; write another"))?;
        Ok(Shape::Plain(Value::Number(number)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Shape, E> {
        Ok(Shape::Plain(Value::String(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Shape, A::Error> {
        let mut list = Vec::new();
        while let Some(node) = access.next_element()? {
            list.push(node);
        }
        Ok(Shape::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Shape, A::Error> {
        let mut map = Vec::new();
        while let Some((key, node)) = access.next_entry::<Spanned<String>, Node>()? {
            map.push((key.value, place(key.referenced), node));
        }
        Ok(Shape::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_knows_its_line_and_what_is_missing_that_of_its_holder() {
        let text = "a: 1\nb:\n  - c: x\n    d: [true, 2.5]\n---\n---\ne: ~\n";
        let documents = documents(text).expect("documents");
        assert_eq!(documents.len(), 2, "what is empty is skipped");
        let line = |document: usize, field: &str| documents[document].place(field).line;
        assert_eq!((line(0, "a"), line(0, "b[0].c"), line(0, "b[0].d[1]")), (1, 3, 4));
        assert_eq!((line(0, "b[0].missing"), line(1, "e")), (3, 7));
        assert_eq!(documents[0].value["b"][0]["d"], serde_json::json!([true, 2.5]));
    }

    #[test]
    fn what_is_no_yaml_names_its_line() {
        let wrong = documents("a: 1\nb: [1, 2\nc: 3\n").expect_err("a bracket is open");
        assert!(wrong.place.line >= 2, "{wrong:?}");
        let twice = documents("a: 1\na: 2\n").expect_err("a key is there twice");
        assert_eq!(twice.place.line, 2, "{twice:?}");
    }
}
