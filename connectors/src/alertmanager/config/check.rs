//! Checks of single values.

use serde::Deserialize;

use super::error::Wrong;
use super::node::Node;

/// Any single value, with the letters with which it was written; nothing is empty.
pub(super) fn text(node: &Node) -> Result<String, Wrong> {
    String::deserialize(node)
}

pub(super) fn flag(node: &Node) -> Result<bool, Wrong> {
    bool::deserialize(node)
}

/// A list of texts.
pub(super) fn texts(node: &Node, path: &str, wrongs: &mut Vec<Wrong>) -> Vec<String> {
    let list = match node.list() {
        Ok(list) => list,
        Err(wrong) => {
            wrongs.push(wrong.within(path));
            return Vec::new();
        }
    };
    let mut texts = Vec::with_capacity(list.len());
    for (i, element) in list.iter().enumerate() {
        match text(element) {
            Ok(text) => texts.push(text),
            Err(wrong) => wrongs.push(wrong.within(&format!("{path}[{i}]"))),
        }
    }
    texts
}

/// An address on the web. Does not repeat the value, which may be a secret.
pub(super) fn url(text: &str) -> Result<(), Wrong> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let remedy = "write an address such as https://example.org/path";
    let Some(rest) = rest else {
        return Err(Wrong::new("this is no address that begins with http:// or https://", remedy));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return Err(Wrong::new("this address names no host", remedy));
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Wrong::new("this address has a space or a control character", remedy));
    }
    Ok(())
}

/// `host:port`; nothing is no address and no mistake.
pub(super) fn address(text: &str) -> Result<(), Wrong> {
    let remedy = "write host:port, as in mail.example.org:587";
    if text.is_empty() {
        return Ok(());
    }
    let Some((host, port)) = text.rsplit_once(':') else {
        return Err(Wrong::new(format!("`{text}` names no port"), remedy));
    };
    let brackets = host.starts_with('[') && host.ends_with(']');
    if host.contains(':') && !brackets {
        let remedy = "write an IPv6 address in brackets, as in [::1]:25";
        return Err(Wrong::new(format!("`{text}` has too many colons"), remedy));
    }
    if port.is_empty() {
        return Err(Wrong::new(format!("`{text}` names no port"), remedy));
    }
    Ok(())
}

/// The name of a label as every version takes it.
pub(super) fn label(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Two fields of which only one may be set.
pub(super) fn both(one: &str, other: &str) -> Wrong {
    let mut wrong =
        Wrong::new(format!("`{one}` and `{other}` are both set"), "keep one of the two");
    other.clone_into(&mut wrong.field);
    wrong
}
