//! Escaping of texts for the places in which they stand.

use std::fmt::Write;

/// `html`: for the text of a page.
pub(crate) fn html(text: &str) -> String {
    replaced(text, |character| match character {
        '"' => Some("&#34;"),
        '\'' => Some("&#39;"),
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\0' => Some("\u{fffd}"),
        _ => None,
    })
}

/// For the text and the quoted attributes of a page that is escaped by itself.
pub(crate) fn page(text: &str) -> String {
    replaced(text, |character| match character {
        '+' => Some("&#43;"),
        '"' => Some("&#34;"),
        '\'' => Some("&#39;"),
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\0' => Some("\u{fffd}"),
        _ => None,
    })
}

/// For an attribute without quotes.
pub(crate) fn unquoted(text: &str) -> String {
    replaced(&page(text), |character| match character {
        '\t' => Some("&#9;"),
        '\n' => Some("&#10;"),
        '\u{b}' => Some("&#11;"),
        '\u{c}' => Some("&#12;"),
        '\r' => Some("&#13;"),
        ' ' => Some("&#32;"),
        '=' => Some("&#61;"),
        '`' => Some("&#96;"),
        _ => None,
    })
}

/// `js`: for a text in quotes in a script.
pub(crate) fn js(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' => out.push_str("\\u003C"),
            '>' => out.push_str("\\u003E"),
            '&' => out.push_str("\\u0026"),
            '=' => out.push_str("\\u003D"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// `urlquery`: for a value in the query of an address.
pub(crate) fn query(text: &str) -> String {
    percent(text, |byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
        .replace("%20", "+")
}

/// For a value in a query of a page that is escaped by itself.
pub(crate) fn url_part(text: &str) -> String {
    percent(text, |byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
}

/// For a part of an address that may hold its marks.
pub(crate) fn url_normal(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    for (at, byte) in bytes.iter().enumerate() {
        let encoded =
            bytes.get(at + 1..at + 3).is_some_and(|s| s.iter().all(u8::is_ascii_hexdigit));
        let kept = byte.is_ascii_alphanumeric()
            || b"-_.~!#$&*+,/:;=?@[]".contains(byte)
            || (*byte == b'%' && encoded);
        if kept {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02x}");
        }
    }
    out
}

fn percent(text: &str, kept: impl Fn(u8) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if kept(byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Whether an address can stand in a link: it has no scheme, or a harmless one.
pub(crate) fn is_safe_url(text: &str) -> bool {
    match text.split_once(':') {
        Some((scheme, _)) if !scheme.contains('/') => {
            ["http", "https", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        }
        _ => true,
    }
}

/// Whether a value can stand in a style: plain words, numbers and colours.
pub(crate) fn is_safe_style(text: &str) -> bool {
    let plain =
        |c: char| c.is_alphanumeric() || matches!(c, '#' | '%' | '.' | ' ' | ',' | '-' | '_');
    text.chars().all(plain) && !text.contains("--")
}

/// `urlUnescape`: the text without percent signs that stand for bytes.
pub(crate) fn url_unescaped(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
                let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
                let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                bytes.push(byte.ok_or("a `%` without two digits behind it")?);
                rest = &rest[2..];
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).map_err(|_| "what is encoded is no text".to_owned())
}

/// JSON that may stand in a page: Go writes it so everywhere.
pub(crate) fn json_for_pages(json: &str) -> String {
    replaced(json, |character| match character {
        '<' => Some("\\u003c"),
        '>' => Some("\\u003e"),
        '&' => Some("\\u0026"),
        '\u{2028}' => Some("\\u2028"),
        '\u{2029}' => Some("\\u2029"),
        _ => None,
    })
}

fn replaced(text: &str, by: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match by(character) {
            Some(other) => out.push_str(other),
            None => out.push(character),
        }
    }
    out
}
