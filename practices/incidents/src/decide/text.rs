//! Bounds for what people write, so that a record stays small enough to be one row.

use kernel::{ItemRef, Refusal};

/// Longest one-line text, in characters.
const LINE_MAX: usize = 200;
/// Longest text of several lines, in characters.
const PROSE_MAX: usize = 10_000;
/// Longest address, in characters.
const URL_MAX: usize = 2_000;
/// Most entries in a list that people add to.
const LIST_MAX: usize = 1_000;

/// A title or the like: one line, not empty.
pub(super) fn line(name: &str, text: &str) -> Result<String, Refusal> {
    let text = prose(name, text)?;
    if text.chars().count() > LINE_MAX {
        return Err(too_long(name, LINE_MAX));
    }
    if text.contains(['\n', '\r']) {
        return Err(Refusal::invalid(format!("The {name} must be one line.")));
    }
    Ok(text)
}

/// A line that a program wrote: cut to fit rather than refused, so that no incident is lost to a
/// long alert text.
pub(super) fn clipped(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    match line.char_indices().nth(LINE_MAX) {
        None if line.is_empty() => "(no text)".to_owned(),
        None => line.to_owned(),
        Some(_) => line.chars().take(LINE_MAX - 1).chain(['…']).collect(),
    }
}

/// A reason, a comment: not empty.
pub(super) fn prose(name: &str, text: &str) -> Result<String, Refusal> {
    let text = note(name, Some(text))?;
    if text.is_empty() {
        return Err(Refusal::invalid(format!("The {name} is missing.")));
    }
    Ok(text)
}

/// Anything to add: may be missing.
pub(super) fn note(name: &str, text: Option<&str>) -> Result<String, Refusal> {
    let text = text.unwrap_or_default().trim();
    if text.chars().count() > PROSE_MAX {
        return Err(too_long(name, PROSE_MAX));
    }
    Ok(text.to_owned())
}

/// An address that a browser may follow; `javascript:` and the like are refused.
pub(super) fn web_address(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let web = lower.starts_with("https://") || lower.starts_with("http://");
    if !web || text.contains(char::is_whitespace) || text.contains(char::is_control) {
        return Err(Refusal::invalid("The url must be a http or https address."));
    }
    if text.chars().count() > URL_MAX {
        return Err(too_long("url", URL_MAX));
    }
    Ok(text.to_owned())
}

/// An item of the wanted kind.
pub(super) fn item_of_kind(kind: &str, item: Option<&ItemRef>) -> Result<(), Refusal> {
    match item {
        Some(item) if item.kind() != kind => {
            Err(Refusal::invalid(format!("`{item}` is no {kind}; write {kind}/name.")))
        }
        _ => Ok(()),
    }
}

/// Refuses one more entry when a list is full.
pub(super) fn room_for_more(name: &str, held: usize) -> Result<(), Refusal> {
    if held >= LIST_MAX {
        return Err(Refusal::invalid(format!(
            "This incident holds {LIST_MAX} {name} already; that is as many as it takes."
        )));
    }
    Ok(())
}

fn too_long(name: &str, max: usize) -> Refusal {
    Refusal::invalid(format!("The {name} is longer than {max} characters."))
}
