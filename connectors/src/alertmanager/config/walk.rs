//! Walking through everything that a document says, with what is secret in it, and changing a text
//! in the places where something was written.

use std::ops::Range;

use super::node::{Key, Node, Value};
use super::redact;

/// A single value, and where it stands.
pub(super) struct Spot<'n> {
    /// `receivers[0].slack_configs[1].api_url`.
    pub path: String,
    pub node: &'n Node,
    pub text: &'n str,
    /// Whether it has to be kept secret.
    pub secret: bool,
}

/// A field of a map.
pub(super) struct Field<'n> {
    pub path: String,
    pub key: &'n Key,
    pub value: &'n Node,
    /// Whether its name is a free word, such as that of a label.
    pub free: bool,
}

/// Hands over every single value that says something, in the order of the text.
pub(super) fn spots<'n>(document: &'n Node, take: &mut impl FnMut(Spot<'n>)) {
    walk(document, &Around::default(), take, &mut |_| ());
}

/// Hands over every field of every map, in the order of the text.
pub(super) fn fields<'n>(document: &'n Node, take: &mut impl FnMut(Field<'n>)) {
    walk(document, &Around::default(), &mut |_| (), take);
}

#[derive(Default)]
struct Around<'n> {
    path: String,
    section: &'n str,
    secret: bool,
}

fn walk<'n>(
    node: &'n Node,
    around: &Around<'n>,
    spot: &mut impl FnMut(Spot<'n>),
    field: &mut impl FnMut(Field<'n>),
) {
    let Around { path, section, secret } = around;
    match &node.value {
        Value::Null => {}
        Value::Plain(text) | Value::Quoted(text) => {
            let secret = *secret || redact::has_password(text);
            if !text.is_empty() {
                spot(Spot { path: path.clone(), node, text, secret });
            }
        }
        Value::List(list) => {
            for (i, node) in list.iter().enumerate() {
                let path = format!("{path}[{i}]");
                walk(node, &Around { path, section, secret: *secret }, spot, field);
            }
        }
        Value::Map(map) => {
            for (key, value) in map {
                let dot = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{dot}{}", key.name);
                let free = redact::is_free(section);
                field(Field { path: path.clone(), key, value, free });
                let secret = *secret || redact::is_secret(section, &key.name);
                let section = redact::inner(section, &key.name);
                walk(value, &Around { path, section, secret }, spot, field);
            }
        }
    }
}

/// The bytes of a single value: those of a block with the sign that begins it, and without the end
/// of its last line.
pub(super) fn written(text: &str, node: &Node) -> Range<usize> {
    let Range { start, .. } = node.span;
    let Some(letters) = text.get(node.span.clone()) else { return node.span.clone() };
    let end = start + letters.trim_end().len();
    let before = text[..start].trim_end();
    let sign = before.rfind(char::is_whitespace).map_or(before, |space| &before[space + 1..]);
    let below = text[before.len()..start].contains('\n');
    let block = sign.starts_with(['|', '>'])
        && sign[1..].chars().all(|c| matches!(c, '+' | '-' | '0'..='9'));
    if below && block { before.len() - sign.len()..end } else { start..end }
}

/// Changes a text in several places; a place that is named twice is changed once.
pub(super) fn changed(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup_by(|a, b| a.0 == b.0);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in edits {
        // What overlaps is no place of its own: whoever asked finds out by reading the text again.
        if range.start < at || text.get(range.clone()).is_none() {
            continue;
        }
        out.push_str(&text[at..range.start]);
        out.push_str(&new);
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// A value that stands on one line, whatever is in it.
pub(super) fn on_one_line(text: &str) -> String {
    serde_json::to_string(text).expect("a text can be written as JSON")
}

/// Whether two documents say the same, wherever it was written.
pub(super) fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Null, Value::Null) => true,
        (Value::Plain(a) | Value::Quoted(a), Value::Plain(b) | Value::Quoted(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            let pairs = || a.iter().zip(b);
            a.len() == b.len() && pairs().all(|(a, b)| a.0.name == b.0.name && same(&a.1, &b.1))
        }
        _ => false,
    }
}

/// The document with every secret hidden.
pub(super) fn veiled(document: &Node) -> Node {
    let mut secret = Vec::new();
    spots(document, &mut |spot| secret.push(spot.secret));
    let mut veiled = document.clone();
    veil(&mut veiled, &mut secret.into_iter());
    veiled
}

fn veil(node: &mut Node, secret: &mut impl Iterator<Item = bool>) {
    match &mut node.value {
        Value::Null => {}
        Value::Plain(text) | Value::Quoted(text) => {
            if !text.is_empty() && secret.next() == Some(true) {
                redact::HIDDEN.clone_into(text);
            }
        }
        Value::List(list) => list.iter_mut().for_each(|node| veil(node, secret)),
        Value::Map(map) => map.iter_mut().for_each(|(_, node)| veil(node, secret)),
    }
}
