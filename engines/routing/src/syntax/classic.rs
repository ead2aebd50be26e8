use super::operator;
use crate::matcher::{Matcher, MatcherError, shortened};

/// Reads a list: one brace in front and one behind are taken off, commas outside of quotes divide.
pub(super) fn list(text: &str) -> Result<Vec<Matcher>, MatcherError> {
    let inner = text.strip_prefix('{').unwrap_or(text);
    let mut column = 1 + text.chars().count() - inner.chars().count();
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    let pieces = pieces(inner);
    let mut matchers = Vec::with_capacity(pieces.len());
    for (place, piece) in pieces.iter().enumerate() {
        if place + 1 < pieces.len() {
            matchers.push(one(piece, column)?);
            column += piece.chars().count() + 1;
            continue;
        }
        // White space of any kind around the last is nothing, and so is nothing itself.
        let last = piece.trim_start();
        column += piece.chars().count() - last.chars().count();
        if !last.is_empty() {
            matchers.push(one(last.trim_end(), column)?);
        }
    }
    Ok(matchers)
}

fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped) = (false, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            b',' if !quoted => {
                pieces.push(&text[start..place]);
                start = place + 1;
            }
            b'"' if !escaped => quoted = !quoted,
            _ => {}
        }
        // A comma leaves an escape open, as it does in Alertmanager.
        if byte != b',' {
            escaped = byte == b'\\' && !escaped;
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// Reads one matcher that begins at the given column of what the person wrote.
pub(super) fn one(text: &str, column: usize) -> Result<Matcher, MatcherError> {
    let at = |rest: &str| column + text.chars().count() - rest.chars().count();
    let bad = |rest: &str| {
        MatcherError::new(at(rest), format!("bad matcher format: {}", shortened(text)))
    };
    let start = text.trim_start_matches(is_space);
    let end = start.bytes().position(|byte| !is_name_byte(byte)).unwrap_or(start.len());
    let (name, rest) = start.split_at(end);
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(bad(start));
    }
    let rest = rest.trim_start_matches(is_space);
    let (op, raw) = operator(rest).ok_or_else(|| bad(rest))?;
    let begin = raw.trim_start_matches(is_space);
    let raw = begin.trim_end_matches(is_space);
    let value = unescaped(raw).ok_or_else(|| {
        let problem = format!("matcher value contains unescaped double quote: {}", shortened(raw));
        MatcherError::new(at(begin), problem)
    })?;
    Matcher::new(name, op, value).map_err(|error| MatcherError { column: at(begin), ..error })
}

/// The white space of Go's expressions.
fn is_space(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\x0c' | '\r' | ' ')
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':'
}

/// Undoes quotes and escapes; `None` when a quote stands where none may, or one is missing.
/// Backslashes that begin no known escape stand for themselves.
fn unescaped(raw: &str) -> Option<String> {
    let (inner, mut open) = match raw.strip_prefix('"') {
        Some(inner) => (inner, true),
        None => (raw, false),
    };
    let mut value = String::with_capacity(inner.len());
    let mut escaped = false;
    for (place, letter) in inner.char_indices() {
        let last = place + letter.len_utf8() == inner.len();
        match (escaped, letter) {
            (true, 'n') => value.push('\n'),
            (true, '"' | '\\') => value.push(letter),
            (true, _) => value.extend(['\\', letter]),
            (false, '\\') if !last => {
                escaped = true;
                continue;
            }
            (false, '"') if !open || !last => return None,
            (false, '"') => open = false,
            (false, _) => value.push(letter),
        }
        escaped = false;
    }
    (!open).then_some(value)
}
