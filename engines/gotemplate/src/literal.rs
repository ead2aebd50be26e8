//! Numbers, texts and characters as they are spelled in templates: as in Go.

use crate::token::Kind;

/// The number that the text begins with, and its length.
pub(crate) fn number(text: &str) -> Result<(Kind, usize), String> {
    let unsigned = text.trim_start_matches(['+', '-']);
    let hexadecimal = unsigned.starts_with("0x") || unsigned.starts_with("0X");
    let mut before = ' ';
    let length = text
        .char_indices()
        .find(|(at, c)| {
            let sign = *at == 0 || (!hexadecimal && matches!(before, 'e' | 'E'));
            before = *c;
            !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_') || (sign && "+-".contains(*c)))
        })
        .map_or(text.len(), |(at, _)| at);
    let spelled = &text[..length];
    let kind = whole(spelled).map(Kind::Int).or_else(|| fraction(spelled).map(Kind::Float));
    kind.map(|kind| (kind, length)).ok_or_else(|| format!("`{spelled}` is no number"))
}

fn whole(spelled: &str) -> Option<i64> {
    let (negative, digits) = match spelled.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, spelled.strip_prefix('+').unwrap_or(spelled)),
    };
    let digits = digits.replace('_', "").to_ascii_lowercase();
    let (digits, radix) = if let Some(hexadecimal) = digits.strip_prefix("0x") {
        (hexadecimal, 16)
    } else if let Some(octal) = digits.strip_prefix("0o") {
        (octal, 8)
    } else if let Some(binary) = digits.strip_prefix("0b") {
        (binary, 2)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (&digits[1..], 8)
    } else {
        (digits.as_str(), 10)
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    i64::try_from(if negative { -value } else { value }).ok()
}

fn fraction(spelled: &str) -> Option<f64> {
    let plain = spelled.replace('_', "");
    let decimal = plain.chars().all(|c| c.is_ascii_digit() || ".eE+-".contains(c));
    plain.parse().ok().filter(|value: &f64| decimal && value.is_finite())
}

/// The quoted text that the text begins with, and its length with quotes.
pub(crate) fn quoted(text: &str) -> Result<(Kind, usize), String> {
    let mut value = String::new();
    let mut at = 1;
    loop {
        let rest = &text[at..];
        let character = rest.chars().next().filter(|c| *c != '\n');
        let character = character.ok_or(
            "this quoted text is not closed on its line: end it with \
             `\"`, or write it in `…` to go over lines",
        )?;
        if character == '"' {
            return Ok((Kind::Quoted(value), at + 1));
        }
        let (character, length) = unescaped(rest, '"')?;
        value.push(character);
        at += length;
    }
}

/// The text in backquotes that the text begins with.
pub(crate) fn raw(text: &str) -> Result<(Kind, usize), String> {
    let end = text[1..].find('`').ok_or("this text is not closed: end it with a backquote")?;
    Ok((Kind::Quoted(text[1..=end].replace('\r', "")), end + 2))
}

/// The character in single quotes that the text begins with: a number, as in Go.
pub(crate) fn character(text: &str) -> Result<(Kind, usize), String> {
    let wrong = || "single quotes hold one character: write longer texts in `\"…\"`".to_owned();
    let rest = &text[1..];
    if rest.starts_with(['\'', '\n']) || rest.is_empty() {
        return Err(wrong());
    }
    let (character, length) = unescaped(rest, '\'')?;
    let closed = rest[length..].starts_with('\'');
    if closed { Ok((Kind::Int(u32::from(character).into()), length + 2)) } else { Err(wrong()) }
}

/// The character that the text begins with, taking an escape for what it means, and its length.
fn unescaped(text: &str, quote: char) -> Result<(char, usize), String> {
    let mut characters = text.chars();
    let first = characters.next().unwrap_or_default();
    if first != '\\' {
        return Ok((first, first.len_utf8()));
    }
    let plain = |character| Ok((character, 2));
    match characters.next() {
        Some('a') => plain('\u{7}'),
        Some('b') => plain('\u{8}'),
        Some('f') => plain('\u{c}'),
        Some('n') => plain('\n'),
        Some('r') => plain('\r'),
        Some('t') => plain('\t'),
        Some('v') => plain('\u{b}'),
        Some('\\') => plain('\\'),
        Some(same) if same == quote => plain(quote),
        Some('x') => coded(text, 2, 2, 16),
        Some('u') => coded(text, 2, 4, 16),
        Some('U') => coded(text, 2, 8, 16),
        Some('0'..='7') => coded(text, 1, 3, 8),
        Some(other) => Err(format!(
            "`\\{}` is no escape: write `\\\\` for a backslash, or the text in backquotes",
            other.escape_debug()
        )),
        None => Err("this text ends in a backslash".to_owned()),
    }
}

/// A character by its number, of so many digits from a byte on.
fn coded(text: &str, from: usize, digits: usize, radix: u32) -> Result<(char, usize), String> {
    let spelled = text.get(from..from + digits).filter(|s| s.chars().all(|c| c.is_digit(radix)));
    let code = spelled.and_then(|spelled| u32::from_str_radix(spelled, radix).ok());
    // A single byte above 127 is no text.
    let code = code.filter(|code| digits > 3 || *code < 128);
    let character = code.and_then(char::from_u32);
    character
        .map(|character| (character, from + digits))
        .ok_or_else(|| "this escape is no character: write it as `\\u` and four digits".to_owned())
}
