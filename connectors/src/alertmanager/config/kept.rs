//! A text that is kept in the product: its secrets are taken out and kept apart, by their places.
//! Whoever changes the text leaves `<secret>` where a secret stays as it is.
//!
//! **Invariants.** The text that is left reads as the one that came, with `<secret>` for each
//! secret; that is proven by reading it again. A secret goes back only to where it came from: to
//! the same field of the same receiver's integration, never to a neighbour, and never with another
//! address beside it, to which it would be sent.

use std::collections::BTreeMap;
use std::fmt;

use super::error::{ConfigError, Wrong};
use super::node::{Node, Value};
use super::redact::{self, HIDDEN};
use super::{told, walk};

/// A text without its secrets, and these by their places in it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// With `<secret>` where a secret stands.
    pub text: String,
    /// The secrets, by the place of each: `receivers[0].webhook_configs[0].url`.
    pub secrets: BTreeMap<String, String>,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<&String> = self.secrets.keys().collect();
        f.debug_struct("Kept").field("text", &self.text).field("secrets", &places).finish()
    }
}

impl Kept {
    /// Takes the secrets out of a text that has all of them.
    ///
    /// # Errors
    /// When it is no YAML, or a secret is written in a way in which it cannot be taken out.
    pub fn split(text: &str, name: &str) -> Result<Kept, Vec<ConfigError>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document = only(text, name)?;
        let (mut secrets, mut edits) = (BTreeMap::new(), Vec::new());
        walk::spots(&document, &mut |spot| {
            if spot.secret {
                edits.push((walk::written(text, spot.node), HIDDEN.to_owned()));
                secrets.insert(spot.path, spot.text.to_owned());
            }
        });
        let left = without_secrets_in_comments(&walk::changed(text, edits), name, &secrets)?;
        let again = only(&left, name)?;
        let wanted = walk::veiled(&document);
        let kept = Kept { text: left, secrets };
        let mut other = first_other(&wanted, &again);
        if other.is_none() {
            let whole = only(&kept.whole(name)?, name)?;
            other = first_other(&document, &whole);
        }
        let Some(other) = other else { return Ok(kept) };
        let wrong = Wrong::new("a secret cannot be taken out of what is written here", ON_A_LINE);
        Err(told(vec![wrong.at(other.place)], name))
    }

    /// The text with its secrets, each on one line, so that lines are those of the text.
    ///
    /// # Errors
    /// When a secret is missing.
    pub fn whole(&self, name: &str) -> Result<String, Vec<ConfigError>> {
        filled(&self.text, name, &|_, path| self.secrets.get(path).cloned())
    }

    /// A changed text with the secrets that it leaves as they are.
    ///
    /// # Errors
    /// Every `<secret>` for which nothing is kept, with its line.
    pub fn fill(&self, changed: &str, name: &str) -> Result<String, Vec<ConfigError>> {
        let before = only(&self.text, name).ok();
        filled(changed, name, &|after, path| {
            let before = before.as_ref()?;
            self.secrets.get(&came_from(before, after, path)?).cloned()
        })
    }

    /// The places whose secret is another one than before, in words of the text: a receiver is
    /// named, not counted.
    pub fn changed_since(&self, before: &Kept, name: &str) -> Vec<String> {
        let named = |kept: &Kept| -> BTreeMap<String, String> {
            let document = only(&kept.text, name).ok();
            let place = |path: &String| match document.as_ref().and_then(|all| receiver(all, path))
            {
                Some((_, receiver, rest)) => format!("{}: {rest}", name_of(receiver)),
                None => path.clone(),
            };
            kept.secrets.iter().map(|(path, value)| (place(path), value.clone())).collect()
        };
        let (now, then) = (named(self), named(before));
        now.into_iter()
            .filter(|(place, value)| then.get(place).is_some_and(|before| before != value))
            .map(|(place, _)| place)
            .collect()
    }
}

/// Reads nothing of this machine: what names a file is told with its line.
///
/// # Errors
/// Every field that names a file.
pub fn names_no_files(text: &str, name: &str) -> Result<(), Vec<ConfigError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = only(text, name)?;
    let mut wrongs = Vec::new();
    walk::fields(&document, &mut |field| {
        if matches!(field.value.value, Value::Null) || field.free {
            return;
        }
        let name = field.key.name.as_str();
        let empty = matches!(&field.value.value, Value::List(list) if list.is_empty());
        let wrong = if field.path == "templates" && !empty {
            Wrong::new("a text that is kept here names no files of templates", BESIDE)
        } else if name.ends_with("_file") || is_files(&field.path) {
            Wrong::new("a text that is kept here names no files", INSTEAD)
        } else {
            return;
        };
        wrongs.push(wrong.at(field.key.place).within(&field.path));
    });
    if wrongs.is_empty() { Ok(()) } else { Err(told(wrongs, name)) }
}

/// Whether a path is that of the files of a header: `http_config.http_headers.X-Key.files`.
pub(super) fn is_files(path: &str) -> bool {
    path.ends_with(".files") && path.contains("http_headers.")
}

const ON_A_LINE: &str = "write each secret on one line of its own, without an anchor";
const BESIDE: &str = "give them in `templates`, beside the text";
const INSTEAD: &str = "write the secret itself in the field without `_file`: it is kept sealed and \
                       never shown";
const ONE: &str = "keep the first document and take the others out";

/// The one document of a text.
fn only(text: &str, name: &str) -> Result<Node, Vec<ConfigError>> {
    let one = |wrong: Wrong| told(vec![wrong], name);
    let mut documents = Node::documents(text).map_err(one)?.into_iter();
    let Some(document) = documents.next() else { return Err(one(super::no_route())) };
    match documents.next() {
        Some(second) => Err(one(Wrong::new("there is a second document", ONE).at(second.place))),
        None => Ok(document),
    }
}

type Find<'f> = dyn Fn(&Node, &str) -> Option<String> + 'f;

/// Puts a secret wherever `<secret>` stands.
fn filled(text: &str, name: &str, find: &Find<'_>) -> Result<String, Vec<ConfigError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = only(text, name)?;
    let (mut edits, mut wrongs) = (Vec::new(), Vec::new());
    walk::spots(&document, &mut |spot| {
        if spot.text != HIDDEN {
            return;
        }
        match find(&document, &spot.path) {
            Some(secret) => {
                edits.push((walk::written(text, spot.node), walk::on_one_line(&secret)));
            }
            None => {
                let wrong = Wrong::new("no secret is kept for this place", unknown(&spot.path));
                wrongs.push(wrong.at(spot.node.place).within(&spot.path));
            }
        }
    });
    if wrongs.is_empty() { Ok(walk::changed(text, edits)) } else { Err(told(wrongs, name)) }
}

fn unknown(path: &str) -> &'static str {
    if path.starts_with("receivers[") {
        "write the secret itself; one is kept while receiver, integration and field keep their \
         names and places, and the addresses beside it stay as they are"
    } else {
        "write the secret itself; one is kept while the addresses beside it stay as they are"
    }
}

/// Where a secret of a changed document stood before.
fn came_from(before: &Node, after: &Node, path: &str) -> Option<String> {
    if !path.starts_with("receivers[") {
        // `smtp_auth_password` is sent to `smtp_smarthost`.
        let kind = path.find('_').map_or(path, |end| &path[..=end]);
        let same = addresses(before, kind) == addresses(after, kind);
        return same.then(|| path.to_owned());
    }
    let (place, now, rest) = receiver(after, path)?;
    let (section, index, field) = integration(rest)?;
    let (old_place, then) = namesake(before, after, place, now)?;
    let olds = then.field(section)?.list().ok()?;
    let news = now.field(section)?.list().ok()?;
    let wanted = veiled_integration(section, news.get(index)?);
    let twins: Vec<usize> =
        (0..olds.len()).filter(|old| walk::same(&wanted, &olds[*old])).collect();
    let old_index = match twins.as_slice() {
        [one] => *one,
        // As many as before: one was changed where it stands.
        _ if olds.len() == news.len() => index,
        _ => return None,
    };
    let same = addresses(olds.get(old_index)?, "") == addresses(news.get(index)?, "");
    same.then(|| format!("receivers[{old_place}].{section}[{old_index}]{field}"))
}

/// Where a node's secrets are sent, as it says below a path.
fn addresses<'n>(node: &'n Node, below: &str) -> BTreeMap<String, &'n str> {
    let mut found = BTreeMap::new();
    walk::spots(node, &mut |spot| {
        let address = spot.path.ends_with("url") || spot.path.ends_with("host");
        if address && spot.path.starts_with(below) {
            found.insert(spot.path, spot.text);
        }
    });
    found
}

/// The receiver of a path, with its place and what follows: `slack_configs[1].api_url`.
fn receiver<'n, 'p>(document: &'n Node, path: &'p str) -> Option<(usize, &'n Node, &'p str)> {
    let (place, rest) = path.strip_prefix("receivers[")?.split_once("].")?;
    let place = place.parse().ok()?;
    Some((place, document.field("receivers")?.list().ok()?.get(place)?, rest))
}

/// Section, place and the rest of `slack_configs[1].api_url`.
fn integration(path: &str) -> Option<(&str, usize, &str)> {
    let (section, rest) = path.split_once('[')?;
    let (index, field) = rest.split_once(']')?;
    Some((section, index.parse().ok()?, field))
}

/// The receiver that had this name before, or the one that was renamed and is otherwise the same.
fn namesake<'n>(
    before: &'n Node,
    after: &Node,
    place: usize,
    now: &Node,
) -> Option<(usize, &'n Node)> {
    let olds = before.field("receivers")?.list().ok()?;
    let news = after.field("receivers")?.list().ok()?;
    let mut all = olds.iter().enumerate();
    if let Some(found) = all.find(|(_, old)| name_of(old) == name_of(now)) {
        return Some(found);
    }
    let nameless = |receiver: &Node| {
        let mut receiver = receiver.clone();
        receiver.take_out("name");
        receiver
    };
    let veiled = walk::veiled(after);
    let wanted = nameless(veiled.field("receivers")?.list().ok()?.get(place)?);
    let gone = |old: &Node| news.iter().all(|new| name_of(new) != name_of(old));
    let mut found =
        olds.iter().enumerate().filter(|(_, old)| gone(old) && walk::same(&nameless(old), &wanted));
    let one = found.next()?;
    found.next().is_none().then_some(one)
}

fn name_of(receiver: &Node) -> String {
    receiver.field("name").and_then(|name| super::check::text(name).ok()).unwrap_or_default()
}

/// One integration with its secrets hidden, as the section it stands in says.
fn veiled_integration(section: &str, node: &Node) -> Node {
    let key = super::node::Key { place: node.place, name: section.to_owned() };
    let around = Node { value: Value::Map(vec![(key, node.clone())]), ..node.clone() };
    match walk::veiled(&around).value {
        Value::Map(mut map) => map.remove(0).1,
        _ => node.clone(),
    }
}

/// The first place where two documents differ.
fn first_other<'n>(wanted: &'n Node, found: &Node) -> Option<&'n Node> {
    if walk::same(wanted, found) {
        return None;
    }
    match (&wanted.value, &found.value) {
        (Value::List(a), Value::List(b)) if a.len() == b.len() => {
            a.iter().zip(b).find_map(|(a, b)| first_other(a, b))
        }
        (Value::Map(a), Value::Map(b)) if a.len() == b.len() => {
            a.iter().zip(b).find_map(|(a, b)| first_other(&a.1, &b.1)).or(Some(wanted))
        }
        _ => Some(wanted),
    }
}

/// A password that was commented out is still a password: it is taken out of the text for good.
fn without_secrets_in_comments(
    text: &str,
    name: &str,
    secrets: &BTreeMap<String, String>,
) -> Result<String, Vec<ConfigError>> {
    let document = only(text, name)?;
    let mut values = Vec::new();
    walk::spots(&document, &mut |spot| values.push(spot.node.span.clone()));
    let mut edits = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let comment = line.match_indices('#').map(|(at, _)| start + at).find(|at| {
            let before = text[..*at].chars().next_back();
            let apart = before.is_none_or(char::is_whitespace);
            apart && !values.iter().any(|value| value.contains(at))
        });
        let end = start + line.trim_end().len();
        if let Some(at) = comment.filter(|at| *at < end) {
            let clean = clean_comment(&text[at..end], secrets);
            edits.push((at..end, clean));
        }
        start += line.len();
    }
    Ok(walk::changed(text, edits))
}

fn clean_comment(comment: &str, secrets: &BTreeMap<String, String>) -> String {
    let mut clean = comment.to_owned();
    for secret in secrets.values().filter(|secret| secret.len() > 5) {
        clean = clean.replace(secret.as_str(), HIDDEN);
    }
    for (colon, _) in comment.match_indices(':') {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let key = &comment[comment[..colon].trim_end_matches(word).len()..colon];
        let value = &comment[colon + 1..];
        let given = value.starts_with(' ') && !value.trim().is_empty();
        if given && (redact::names_secret(key) || key.ends_with("url")) {
            return format!("{} {HIDDEN}", &comment[..=colon]);
        }
    }
    clean
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;
