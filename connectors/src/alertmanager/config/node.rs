//! YAML as a tree that remembers where everything was written, and how: `5`, `yes` and `09:00` are
//! text to a field that wants text, so a scalar keeps its letters until a field says what it wants.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Location, Spanned};

use super::error::{Place, Wrong};

/// Deepest nesting of a file: 18 routes inside each other. Reading recurses, and has to fit a small
/// stack.
const DEPTH_MAX: usize = 40;
/// Largest file, in bytes.
const BYTES_MAX: usize = 4 << 20;

/// A value and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub place: Place,
    /// Its bytes in the text; where an anchor is used, those of the anchor.
    pub span: Range<usize>,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    /// Without quotes: the field decides whether it is a number, a word or a text.
    Plain(String),
    /// In quotes, or a block: text and nothing else.
    Quoted(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Clone, Debug)]
pub(super) struct Key {
    pub place: Place,
    pub name: String,
}

impl Node {
    /// The documents of a YAML text; empty ones are skipped.
    pub fn documents(text: &str) -> Result<Vec<Node>, Wrong> {
        if text.len() > BYTES_MAX {
            let problem = format!("the file is larger than {} MiB", BYTES_MAX >> 20);
            return Err(Wrong::new(problem, "split off what does not belong here"));
        }
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_depth: DEPTH_MAX,
                max_documents: 100,
                max_nodes: 200_000,
                max_events: 500_000,
                max_aliases: 10_000,
                max_anchors: 10_000,
            },
            alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 50_000 },
            non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString,
            with_snippet: false,
        };
        let mut documents: Vec<Node> = serde_saphyr::from_multiple_with_options(text, options)
            .map_err(|error| syntax(&error))?;
        for document in &mut documents {
            document.keep_letters(text);
        }
        Ok(documents)
    }

    /// The value of a field of a map.
    pub fn field(&self, name: &str) -> Option<&Node> {
        let Value::Map(map) = &self.value else { return None };
        map.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// The elements of a list; nothing is an empty list.
    pub fn list(&self) -> Result<&[Node], Wrong> {
        match &self.value {
            Value::List(list) => Ok(list),
            Value::Null => Ok(&[]),
            _ => Err(Wrong::new(
                format!("expected a list, found {}", self.what()),
                "begin each element on a line of its own with `- `",
            )
            .at(self.place)),
        }
    }

    /// The entries of a map; nothing is an empty map.
    pub fn map(&self) -> Result<&[(Key, Node)], Wrong> {
        match &self.value {
            Value::Map(map) => Ok(map),
            Value::Null => Ok(&[]),
            _ => {
                let problem = format!("expected a map of fields, found {}", self.what());
                Err(Wrong::new(problem, "write `field: value` here").at(self.place))
            }
        }
    }

    /// What was written, in words for a message; never the value, which may be a secret.
    pub fn what(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Plain(_) | Value::Quoted(_) => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a map of fields",
        }
    }

    /// The node at a path such as `routes[2].match`, or the closest one that holds it.
    pub fn nearest(&self, path: &str) -> &Node {
        let mut at = self;
        for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
            let next = match (step.strip_suffix(']'), &at.value) {
                (Some(index), Value::List(list)) => {
                    index.parse().ok().and_then(|i: usize| list.get(i))
                }
                _ => at.field(step),
            };
            let Some(next) = next else { break };
            at = next;
        }
        at
    }

    /// Every field with the place of its value, by path.
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

    /// Takes out what stands at a path, so that reading can go on; `false` when nothing is there.
    pub fn take_out(&mut self, path: &str) -> bool {
        match &mut self.value {
            Value::Map(map) => {
                // Names of fields may hold dots, so the longest name that fits is the one.
                let fits = |(key, _): &(Key, Node)| {
                    path.strip_prefix(key.name.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
                };
                let Some(at) = map.iter().position(fits) else { return false };
                let rest = path[map[at].0.name.len()..].trim_start_matches('.');
                if rest.is_empty() || !map[at].1.take_out(rest) {
                    map.remove(at);
                }
                true
            }
            Value::List(list) => {
                let (step, rest) = split(path);
                let index = step.strip_prefix('[').and_then(|step| step.strip_suffix(']'));
                let index = index.and_then(|index| index.parse::<usize>().ok());
                // No element is taken out: the others keep their numbers.
                index.and_then(|at| list.get_mut(at)).is_some_and(|node| node.take_out(rest))
            }
            _ => false,
        }
    }

    /// Gives scalars the letters with which they were written.
    fn keep_letters(&mut self, text: &str) {
        match &mut self.value {
            Value::List(list) => list.iter_mut().for_each(|node| node.keep_letters(text)),
            Value::Map(map) => map.iter_mut().for_each(|(_, node)| node.keep_letters(text)),
            Value::Plain(letters) => {
                let written = text.get(self.span.clone()).unwrap_or_default();
                if written.starts_with(['"', '\'', '|', '>']) {
                    self.value = Value::Quoted(std::mem::take(letters));
                } else if is_plain_line(written) {
                    *letters = written.trim().to_owned();
                }
            }
            Value::Null | Value::Quoted(_) => {}
        }
    }
}

/// Neither a tag, an anchor, nor folded over several lines: then the letters are the value.
fn is_plain_line(written: &str) -> bool {
    !written.is_empty() && !written.starts_with(['!', '&', '*']) && !written.contains('\n')
}

/// `a.b[1].c` is `a` and `b[1].c`; `[1].c` is `[1]` and `c`.
fn split(path: &str) -> (&str, &str) {
    let end = path.char_indices().skip(1).find(|(_, c)| matches!(c, '.' | '['));
    let end = end.map_or(path.len(), |(at, _)| at);
    (&path[..end], path[end..].trim_start_matches('.'))
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        let span = spanned.defined.span();
        let start = span.byte_offset().unwrap_or(0) as usize;
        let end = start + span.byte_len().unwrap_or(0) as usize;
        Ok(Node { place: place(spanned.referenced), span: start..end, value: spanned.value })
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
        Ok(Value::Plain(bool.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Plain(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Plain(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Plain(number.to_string()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Plain(text.to_owned()))
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
    let (problem, remedy) = match error {
        serde_saphyr::Error::DuplicateMappingKey { key: Some(key), .. } => {
            (format!("`{key}` is there twice"), "keep one of the two")
        }
        serde_saphyr::Error::Budget { breach, .. } => (over_budget(breach), "write less of it"),
        serde_saphyr::Error::AliasReplayLimitExceeded { .. } => {
            ("what the aliases stand for is too much".to_owned(), "write less of it")
        }
        other => (other.to_string(), "correct the YAML here or just before"),
    };
    let Some(location) = error.location() else { return Wrong::new(problem, remedy) };
    let place = place(location);
    let suffix = format!(" at line {}, column {}", place.line, place.column);
    Wrong::new(problem.trim_end_matches(&suffix), remedy).at(place)
}

fn over_budget(breach: &BudgetBreach) -> String {
    match breach {
        BudgetBreach::Depth { .. } => format!("this is nested deeper than {DEPTH_MAX} levels"),
        BudgetBreach::Documents { .. } => "there are more than 100 documents".to_owned(),
        BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. } => {
            "there are more anchors and aliases than any configuration needs".to_owned()
        }
        _ => "there is more in this file than in any configuration".to_owned(),
    }
}
