//! `print`, `println` and `printf`, as in Go's `fmt`.

use crate::Value;
use crate::show::{self, Bounded};

/// Widest field that a format may ask for.
const WIDTH_MAX: usize = 10_000;
/// The exponent from which on a number is written with it, when no precision is asked for.
const EXPONENT_MIN: i32 = 6;

/// `print`: a space stands between two values when neither is a text.
pub(crate) fn print(values: &[Value], bytes_max: usize) -> Result<String, String> {
    let mut out = Bounded::new(bytes_max);
    let mut text_before = true;
    for (index, value) in values.iter().enumerate() {
        let text = matches!(value, Value::Text(_));
        out.repeat(' ', usize::from(index > 0 && !text && !text_before))?;
        plain(&mut out, value)?;
        text_before = text;
    }
    Ok(out.text)
}

/// `println`: a space stands between all values, and a line ends behind them.
pub(crate) fn println(values: &[Value], bytes_max: usize) -> Result<String, String> {
    let mut out = Bounded::new(bytes_max);
    for (index, value) in values.iter().enumerate() {
        out.repeat(' ', usize::from(index > 0))?;
        plain(&mut out, value)?;
    }
    out.push("\n")?;
    Ok(out.text)
}

fn plain(out: &mut Bounded, value: &Value) -> Result<(), String> {
    if matches!(value, Value::Nil) { out.push("<nil>") } else { show::value(out, value) }
}

/// What stands between the `%` and the verb.
#[derive(Clone, Copy, Default, Debug)]
struct Flags {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// `printf`: mistakes in the format show in the text, as in Go.
pub(crate) fn printf(format: &str, values: &[Value], bytes_max: usize) -> Result<String, String> {
    let mut out = Bounded::new(bytes_max);
    let mut next = 0;
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push(&rest[..at])?;
        rest = &rest[at + 1..];
        let flags = flags(&mut rest, values, &mut next)?;
        let Some(verb) = rest.chars().next() else {
            out.push("%!(NOVERB)")?;
            break;
        };
        rest = &rest[verb.len_utf8()..];
        if verb == '%' {
            out.push("%")?;
            continue;
        }
        match values.get(next) {
            Some(value) => one(&mut out, verb, flags, value)?,
            None => out.push(&format!("%!{verb}(MISSING)"))?,
        }
        next += 1;
    }
    out.push(rest.strip_prefix('%').unwrap_or(rest))?;
    if next < values.len() {
        out.push("%!(EXTRA ")?;
        for (index, value) in values[next..].iter().enumerate() {
            out.push(if index > 0 { ", " } else { "" })?;
            out.push(value.kind())?;
            out.push("=")?;
            plain(&mut out, value)?;
        }
        out.push(")")?;
    }
    Ok(out.text)
}

fn flags(rest: &mut &str, values: &[Value], next: &mut usize) -> Result<Flags, String> {
    let mut flags = Flags::default();
    while let Some(flag) = rest.chars().next().filter(|c| "-+# 0".contains(*c)) {
        match flag {
            '-' => flags.minus = true,
            '+' => flags.plus = true,
            '#' => flags.sharp = true,
            ' ' => flags.space = true,
            _ => flags.zero = true,
        }
        *rest = &rest[1..];
    }
    flags.width = size(rest, values, next)?;
    if let Some(after) = rest.strip_prefix('.') {
        *rest = after;
        flags.precision = Some(size(rest, values, next)?.unwrap_or(0));
    }
    Ok(flags)
}

fn size(rest: &mut &str, values: &[Value], next: &mut usize) -> Result<Option<usize>, String> {
    let size = if let Some(after) = rest.strip_prefix('*') {
        *rest = after;
        let value = values.get(*next);
        *next += 1;
        match value {
            Some(Value::Int(size)) => usize::try_from(*size).ok(),
            _ => return Err("the width of `*` is no number".to_owned()),
        }
    } else {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (spelled, after) = rest.split_at(digits);
        *rest = after;
        if spelled.is_empty() { None } else { Some(spelled.parse().unwrap_or(usize::MAX)) }
    };
    if size.is_some_and(|size| size > WIDTH_MAX) {
        return Err(format!("a width or precision is {WIDTH_MAX} at most"));
    }
    Ok(size)
}

fn one(out: &mut Bounded, verb: char, flags: Flags, value: &Value) -> Result<(), String> {
    let body = match (verb, value) {
        ('T', value) => value.kind().to_owned(),
        ('v', Value::Float(number)) => general(*number, flags.precision),
        ('v' | 's', value) if verb == 'v' || in_words(value) => {
            let mut inner = Bounded::new(out.bytes_max);
            plain(&mut inner, value)?;
            let text = inner.text;
            match flags.precision {
                Some(most) if value.as_text().is_some() => text.chars().take(most).collect(),
                _ => signed(text, flags, matches!(value, Value::Int(_))),
            }
        }
        ('t', Value::Bool(truth)) => truth.to_string(),
        ('q' | 'x' | 'X', value) if value.as_text().is_some() => {
            spelled(verb, flags, value.as_text().unwrap_or_default())
        }
        (_, Value::Int(number)) => match integer(verb, *number, flags) {
            Some(text) => signed(text, flags, true),
            None => return mistaken(out, verb, value),
        },
        (_, Value::Duration(duration)) if verb == 'd' => duration.as_nanos().to_string(),
        ('e' | 'E' | 'f' | 'F' | 'g' | 'G', Value::Float(number)) => {
            signed(float(verb, *number, flags.precision), flags, true)
        }
        (_, Value::List(_) | Value::Object(_)) if value.as_list().is_some() => {
            return each(out, verb, flags, value);
        }
        _ => return mistaken(out, verb, value),
    };
    let numeric = matches!(value, Value::Int(_) | Value::Float(_));
    padded(out, &body, flags, numeric)
}

/// Values that `%s` prints as they are.
fn in_words(value: &Value) -> bool {
    !matches!(value, Value::Nil | Value::Bool(_) | Value::Int(_) | Value::Float(_))
        && value.as_list().is_none()
}

fn each(out: &mut Bounded, verb: char, flags: Flags, value: &Value) -> Result<(), String> {
    out.push("[")?;
    let items = value.as_list().map_or(&[][..], crate::List::items);
    for (index, item) in items.iter().enumerate() {
        out.repeat(' ', usize::from(index > 0))?;
        one(out, verb, flags, item)?;
    }
    out.push("]")
}

fn mistaken(out: &mut Bounded, verb: char, value: &Value) -> Result<(), String> {
    if matches!(value, Value::Nil) {
        return out.push(&format!("%!{verb}(<nil>)"));
    }
    out.push(&format!("%!{verb}({}=", value.kind()))?;
    plain(out, value)?;
    out.push(")")
}

fn spelled(verb: char, flags: Flags, text: &str) -> String {
    let raw = flags.sharp && !text.contains('`') && !text.contains(|c: char| c.is_control());
    match verb {
        'q' if raw => format!("`{text}`"),
        'q' => quoted(text, flags.plus),
        _ => {
            let byte =
                |byte: u8| if verb == 'x' { format!("{byte:02x}") } else { format!("{byte:02X}") };
            let bytes: Vec<String> = text.bytes().map(byte).collect();
            bytes.join(if flags.space { " " } else { "" })
        }
    }
}

/// The text as Go would spell it in its sources, with or without letters beyond ASCII.
fn quoted(text: &str, ascii: bool) -> String {
    let mut out = "\"".to_owned();
    for character in text.chars() {
        let code = u32::from(character);
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_control() => out.push_str(&format!("\\x{code:02x}")),
            c if c.is_control() || (ascii && !c.is_ascii()) => {
                let escape =
                    if code > 0xffff { format!("\\U{code:08x}") } else { format!("\\u{code:04x}") };
                out.push_str(&escape);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn integer(verb: char, number: i64, flags: Flags) -> Option<String> {
    let sign = if number < 0 { "-" } else { "" };
    let size = number.unsigned_abs();
    let (mark, digits) = match verb {
        'd' | 'v' => ("", size.to_string()),
        'x' => ("0x", format!("{size:x}")),
        'X' => ("0X", format!("{size:X}")),
        'o' => ("0", format!("{size:o}")),
        'b' => ("0b", format!("{size:b}")),
        'c' | 'q' | 'U' => {
            let code = u32::try_from(number).ok();
            let character = code.and_then(char::from_u32).unwrap_or('\u{fffd}');
            return Some(match verb {
                'c' => character.to_string(),
                'q' => format!("'{character}'"),
                _ => format!("U+{:04X}", u32::from(character)),
            });
        }
        _ => return None,
    };
    let least = flags.precision.unwrap_or(0);
    Some(format!("{sign}{}{digits:0>least$}", if flags.sharp { mark } else { "" }))
}

fn signed(text: String, flags: Flags, numeric: bool) -> String {
    if !numeric || text.starts_with('-') {
        text
    } else if flags.plus {
        format!("+{text}")
    } else if flags.space {
        format!(" {text}")
    } else {
        text
    }
}

fn padded(out: &mut Bounded, body: &str, flags: Flags, numeric: bool) -> Result<(), String> {
    let missing = flags.width.unwrap_or(0).saturating_sub(body.chars().count());
    if flags.minus {
        out.push(body)?;
        return out.repeat(' ', missing);
    }
    if flags.zero && (!numeric || flags.precision.is_none() || body.contains(['.', 'e'])) {
        let sign = if numeric && body.starts_with(['-', '+']) { 1 } else { 0 };
        out.push(&body[..sign])?;
        out.repeat('0', missing)?;
        return out.push(&body[sign..]);
    }
    out.repeat(' ', missing)?;
    out.push(body)
}

fn float(verb: char, number: f64, precision: Option<usize>) -> String {
    if !number.is_finite() {
        return not_finite(number);
    }
    match verb {
        'f' | 'F' => format!("{number:.*}", precision.unwrap_or(6)),
        'e' | 'E' => {
            let text = exponent(&format!("{number:.*e}", precision.unwrap_or(6)));
            if verb == 'E' { text.to_uppercase() } else { text }
        }
        'g' => general(number, precision),
        _ => general(number, precision).to_uppercase(),
    }
}

fn not_finite(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number > 0.0 {
        "+Inf".to_owned()
    } else {
        "-Inf".to_owned()
    }
}

/// `%g`: with an exponent when that is below -4 or reaches the number of digits, or 6 with as few
/// digits as are needed.
pub(crate) fn general(number: f64, precision: Option<usize>) -> String {
    if !number.is_finite() {
        return not_finite(number);
    }
    let scientific = match precision {
        Some(digits) => format!("{number:.*e}", digits.max(1) - 1),
        None => format!("{number:e}"),
    };
    let Some((mantissa, power)) = scientific.split_once('e') else { return scientific };
    let power: i32 = power.parse().unwrap_or(0);
    let limit = precision.map_or(EXPONENT_MIN, |digits| digits.max(1) as i32);
    let mantissa = if mantissa.contains('.') {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    } else {
        mantissa
    };
    if power < -4 || power >= limit {
        return exponent(&format!("{mantissa}e{power}"));
    }
    let decimals = (mantissa.trim_start_matches('-').len() as i32 - 2).max(0) - power;
    format!("{number:.*}", decimals.max(0) as usize)
}

/// Go writes exponents with a sign and two digits.
fn exponent(scientific: &str) -> String {
    let Some((mantissa, power)) = scientific.split_once('e') else { return scientific.to_owned() };
    let power: i32 = power.parse().unwrap_or(0);
    let sign = if power < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", power.unsigned_abs())
}
