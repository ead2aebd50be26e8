//! Text in double quotes, as Go writes and reads it: group keys and matchers depend on it.

use std::fmt::Write;

/// Writes a text in double quotes with Go's escapes (`strconv.Quote`).
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        push_escaped(&mut out, letter);
    }
    out.push('"');
    out
}

fn push_escaped(out: &mut String, letter: char) {
    let short = match letter {
        '"' => Some('"'),
        '\\' => Some('\\'),
        '\u{7}' => Some('a'),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\u{b}' => Some('v'),
        _ => None,
    };
    if let Some(short) = short {
        out.extend(['\\', short]);
        return;
    }
    if is_printable(letter) {
        out.push(letter);
        return;
    }
    let code = u32::from(letter);
    let _ = match code {
        0..=0x7f => write!(out, "\\x{code:02x}"),
        0x80..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// Letters, marks, numbers, punctuation, symbols and the ASCII space.
fn is_printable(letter: char) -> bool {
    if letter.is_ascii() {
        return (' '..='~').contains(&letter);
    }
    // Behind another letter a combining mark is shown as it is; alone it would be escaped.
    let mut pair = String::with_capacity(5);
    pair.extend(['a', letter]);
    pair.escape_debug().nth(1) == Some(letter)
}

/// Undoes [`quoted`]: `text` is what stands between the quotes. `None` when an escape is unknown
/// or the bytes are no text.
pub(crate) fn unquoted(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find(['\\', '\n', '"']) {
        let (plain, found) = rest.split_at(place);
        bytes.extend_from_slice(plain.as_bytes());
        rest = read_escape(found.strip_prefix('\\')?, &mut bytes)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

/// Reads what stands behind a backslash, and gives what follows it.
fn read_escape<'t>(text: &'t str, bytes: &mut Vec<u8>) -> Option<&'t str> {
    let kind = text.chars().next()?;
    let rest = &text[kind.len_utf8()..];
    let plain = match kind {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' => b'\\',
        '"' => b'"',
        'x' => u8::from_str_radix(digits(rest, 2, 16)?, 16).ok()?,
        '0'..='7' => u8::from_str_radix(digits(text, 3, 8)?, 8).ok()?,
        'u' | 'U' => {
            let count = if kind == 'u' { 4 } else { 8 };
            let code = u32::from_str_radix(digits(rest, count, 16)?, 16).ok()?;
            let letter = char::from_u32(code)?;
            bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            return Some(&rest[count..]);
        }
        _ => return None,
    };
    bytes.push(plain);
    match kind {
        'x' => Some(&rest[2..]),
        '0'..='7' => Some(&text[3..]),
        _ => Some(rest),
    }
}

fn digits(text: &str, count: usize, radix: u32) -> Option<&str> {
    let digits = text.get(..count)?;
    digits.chars().all(|digit| digit.is_digit(radix)).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Go's `strconv.Quote` documents it: what is not printable is escaped.
    #[test]
    fn text_is_quoted_as_go_does_and_reads_back() {
        for (text, written) in [
            ("", r#""""#),
            ("a \"b\"\\", r#""a \"b\"\\""#),
            ("\u{7}\u{8}\u{c}\n\r\t\u{b}", r#""\a\b\f\n\r\t\v""#),
            ("\u{0}\u{7f}\u{80}", r#""\x00\x7f\u0080""#),
            ("é日🙂", "\"é日🙂\""),
            ("e\u{301}", "\"e\u{301}\""),
            ("\u{301}", "\"\u{301}\""),
            ("\u{a0}\u{200b}\u{feff}\u{e000}\u{2028}", r#""\u00a0\u200b\ufeff\ue000\u2028""#),
            ("\u{e0001}", r#""\U000e0001""#),
        ] {
            assert_eq!(quoted(text), written, "{text:?}");
            assert_eq!(unquoted(&written[1..written.len() - 1]).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_escape_is_not_read() {
        for text in
            [r"\w", r"\x4", r"\u12", r"\U00110000", r"\ud800", r"\477", r"\'", "a\nb", "a\"b", "\\"]
        {
            assert_eq!(unquoted(text), None, "{text}");
        }
        assert_eq!(unquoted(r"\101\u00e9").as_deref(), Some("Aé"));
    }
}
