//! The functions that templates can call: Go's own, and those that Alertmanager adds.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use regex::Regex;

use crate::ast::{Operand, Operation};
use crate::value::{Map, Safe, Texts};
use crate::{List, Value, compare, escape, format, patterns, show, time};

/// A call of a function.
pub(crate) struct Call<'r> {
    pub(crate) arguments: &'r [Value],
    pub(crate) now: Timestamp,
    /// Whether a page is rendered, which is escaped by itself.
    pub(crate) html: bool,
    /// Longest text that a function may give.
    pub(crate) bytes_max: usize,
    /// The patterns of this rendering, by their text.
    pub(crate) regexes: &'r mut BTreeMap<String, Regex>,
}

const MANY: usize = usize::MAX;

/// Each function, with the fewest and the most arguments that it takes.
const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("and", 1, MANY),
    ("append", 1, MANY),
    ("call", 1, MANY),
    ("date", 2, 2),
    ("dict", 0, MANY),
    ("eq", 2, MANY),
    ("ge", 2, 2),
    ("gt", 2, 2),
    ("html", 0, MANY),
    ("humanizeDuration", 1, 1),
    ("index", 1, MANY),
    ("join", 2, 2),
    ("js", 0, MANY),
    ("le", 2, 2),
    ("len", 1, 1),
    ("list", 0, MANY),
    ("lt", 2, 2),
    ("match", 2, 2),
    ("ne", 2, 2),
    ("not", 1, 1),
    ("or", 1, MANY),
    ("print", 0, MANY),
    ("printf", 1, MANY),
    ("println", 0, MANY),
    ("reReplaceAll", 3, 3),
    ("safeHtml", 1, 1),
    ("safeUrl", 1, 1),
    ("since", 1, 1),
    ("slice", 1, 4),
    ("stringSlice", 0, MANY),
    ("title", 1, 1),
    ("toJson", 1, 1),
    ("toLower", 1, 1),
    ("toUpper", 1, 1),
    ("trimSpace", 1, 1),
    ("tz", 2, 2),
    ("urlUnescape", 1, 1),
    ("urlquery", 0, MANY),
];

/// Functions of other template languages, and what to write instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("upper", "write toUpper"),
    ("lower", "write toLower"),
    ("trim", "write trimSpace"),
    ("replace", "write `reReplaceAll \"pattern\" \"replacement\" .Text`"),
    ("regexReplaceAll", "write `reReplaceAll \"pattern\" \"replacement\" .Text`"),
    ("regexMatch", "write `match \"pattern\" .Text`"),
    ("contains", "write `match \"pattern\" .Text`"),
    ("hasPrefix", "write `match \"^beginning\" .Text`"),
    ("hasSuffix", "write `match \"end$\" .Text`"),
    ("default", "write `or .Value \"what else\"`"),
    ("coalesce", "write `or .Value \"what else\"`"),
    ("ternary", "write `{{ if … }}…{{ else }}…{{ end }}`"),
    ("quote", "write `printf \"%q\" .Text`"),
    ("now", "write `since .StartsAt` for the time since an instant"),
    ("toString", "write `print .Value`"),
    ("add", "there is no arithmetic in templates"),
    ("sub", "there is no arithmetic in templates"),
    ("mul", "there is no arithmetic in templates"),
    ("div", "there is no arithmetic in templates"),
    ("mod", "there is no arithmetic in templates"),
    ("toDate", "times are times already: write `.StartsAt.Format \"2006-01-02\"`"),
    ("include", "write `{{ template \"name\" . }}`"),
    ("humanize", "write `printf \"%.2f\"`, or do it in the alert's annotations"),
    ("safeHTML", "write safeHtml"),
    ("query", "a notification cannot ask Prometheus: do it in the alert's annotations"),
];

/// Whether there is a function of this name.
pub(crate) fn is_known(name: &str) -> bool {
    FUNCTIONS.iter().any(|(known, ..)| *known == name)
}

/// Whether the function goes through all of its arguments, so that large ones cost more.
pub(crate) fn reads_all(name: &str) -> bool {
    let quick = ["eq", "ne", "lt", "le", "gt", "ge", "not", "len", "index", "tz", "since", "date"];
    !quick.contains(&name)
}

/// Why a word is no function.
pub(crate) fn unknown(name: &str) -> String {
    let instead = ELSEWHERE.iter().find(|(known, _)| *known == name);
    let plain = FUNCTIONS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
    match (instead, plain) {
        (Some((_, instead)), _) => format!("there is no function {name}: {instead}"),
        (None, Some((known, ..))) => format!("there is no function {name}: write {known}"),
        (None, None) => {
            let known: Vec<&str> = FUNCTIONS.iter().map(|(known, ..)| *known).collect();
            format!(
                "there is no function {name}: write a field as .{name} and a text as \"{name}\"; \
                 the functions are {}",
                known.join(", ")
            )
        }
    }
}

/// Checks what can be known of a call before it runs.
pub(crate) fn check_call(name: &str, arguments: &[Operand], given: usize) -> Result<(), String> {
    if let Some((_, least, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) {
        if given < *least {
            return Err(format!("{name} takes at least {least} arguments, here are {given}"));
        }
        if given > *most {
            return Err(format!("{name} takes at most {most} arguments, here are {given}"));
        }
    }
    let literal = |index: usize| match arguments.get(index).map(|argument| &argument.kind) {
        Some(Operation::Text(text)) => Some(text.as_ref()),
        _ => None,
    };
    match name {
        "match" | "reReplaceAll" => {
            literal(0).map_or(Ok(()), |pattern| patterns::compile(pattern).map(drop))
        }
        "tz" => literal(0).map_or(Ok(()), |zone| time::zone(zone).map(drop)),
        "call" => {
            let problem = "there are no functions in the data that could be called: write the \
                           method itself, as in `.StartsAt.Unix`";
            Err(problem.to_owned())
        }
        _ => Ok(()),
    }
}

type Result<T, E = String> = std::result::Result<T, E>;

/// Runs a function.
pub(crate) fn call(name: &str, call: &mut Call<'_>) -> Result<Value> {
    let arguments = call.arguments;
    if let Some((_, least, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == name)
        && !(*least..=*most).contains(&arguments.len())
    {
        return Err(format!("takes other than {} arguments", arguments.len()));
    }
    match name {
        "eq" | "ne" | "lt" | "le" | "gt" | "ge" => compare::call(name, arguments).map(Value::Bool),
        "not" => Ok(Value::Bool(!arguments[0].is_true())),
        "len" => length(&arguments[0]),
        "index" => index(arguments),
        "slice" => slice(arguments),
        "print" | "println" | "printf" | "html" | "js" | "urlquery" => printed(name, call),
        "toUpper" => text(&arguments[0]).map(|text| mapped(text, char::to_uppercase)),
        "toLower" => text(&arguments[0]).map(|text| mapped(text, char::to_lowercase)),
        "title" => text(&arguments[0]).map(|text| Value::text(title(text))),
        "trimSpace" => text(&arguments[0]).map(|text| Value::text(text.trim())),
        "join" => join(call),
        "match" => patterns::is_match(call).map(Value::Bool),
        "reReplaceAll" => patterns::replace_all(call).map(Value::from),
        "safeHtml" => text(&arguments[0]).map(|text| Value::Safe(Safe::Html, text.into())),
        "safeUrl" => text(&arguments[0]).map(|text| Value::Safe(Safe::Url, text.into())),
        "urlUnescape" => escape::url_unescaped(text(&arguments[0])?).map(Value::from),
        "stringSlice" => {
            let texts = arguments.iter().map(|argument| text(argument).map(Value::text));
            List::new(texts.collect::<Result<_>>()?).map(Value::List)
        }
        "date" => {
            Ok(Value::text(time::formatted(time::instant(&arguments[1])?, text(&arguments[0])?)?))
        }
        "tz" => {
            let zone = time::zone(text(&arguments[0])?)?;
            let at = time::instant(&arguments[1])?;
            Ok(Value::Time(Box::new(at.with_time_zone(zone))))
        }
        "since" => {
            let at = time::instant(&arguments[0])?;
            Ok(Value::Duration(call.now.duration_since(at.timestamp())))
        }
        "humanizeDuration" => time::humanized(&arguments[0]).map(Value::from),
        "toJson" => {
            let json = show::json(&arguments[0], call.bytes_max)?;
            Ok(Value::text(escape::json_for_pages(&json)))
        }
        "list" => List::new(arguments.to_vec()).map(Value::List),
        "append" => {
            let list = arguments[0].as_list().ok_or_else(|| not(&arguments[0], "a list"))?;
            let items = list.items().iter().chain(&arguments[1..]).cloned().collect();
            List::new(items).map(Value::List)
        }
        "dict" => dict(arguments),
        _ => Err("is not supported".to_owned()),
    }
}

/// The text, or what it should have been.
pub(crate) fn text(value: &Value) -> Result<&str> {
    value.as_text().ok_or_else(|| not(value, "a text"))
}

fn not(value: &Value, expected: &str) -> String {
    format!("a {} is given where {expected} belongs", value.kind())
}

fn printed(name: &str, call: &Call<'_>) -> Result<Value> {
    let (arguments, limit) = (call.arguments, call.bytes_max);
    let text = match name {
        "printf" => format::printf(text(&arguments[0])?, &arguments[1..], limit)?,
        "println" => format::println(arguments, limit)?,
        "html" if !call.html => escape::html(&format::print(arguments, limit)?),
        "js" => escape::js(&format::print(arguments, limit)?),
        "urlquery" => escape::query(&format::print(arguments, limit)?),
        _ => format::print(arguments, limit)?,
    };
    Ok(Value::from(text))
}

fn length(value: &Value) -> Result<Value> {
    let length = match value {
        Value::Texts(texts) => texts.len(),
        Value::Map(map) => map.entries().len(),
        Value::Text(text) | Value::Safe(_, text) => text.len(),
        other => other.as_list().ok_or_else(|| not(other, "a list, map or text"))?.items().len(),
    };
    Ok(Value::Int(length as i64))
}

fn index(arguments: &[Value]) -> Result<Value> {
    let mut value = arguments[0].clone();
    for key in &arguments[1..] {
        value = match (&value, key) {
            (Value::Texts(texts), key) => {
                Value::text(texts.get(text(key)?).map_or("", String::as_str))
            }
            (Value::Map(map), key) => map.entries().get(text(key)?).cloned().unwrap_or_default(),
            (Value::Text(text), Value::Int(at)) => {
                let byte = usize::try_from(*at).ok().and_then(|at| text.as_bytes().get(at));
                Value::Int(i64::from(*byte.ok_or_else(|| out_of_range(*at, text.len()))?))
            }
            (Value::Nil, _) => return Err("of nothing (nil)".to_owned()),
            (list, Value::Int(at)) => {
                let items = list.as_list().ok_or_else(|| not(list, "a list or map"))?.items();
                let item = usize::try_from(*at).ok().and_then(|at| items.get(at));
                item.cloned().ok_or_else(|| out_of_range(*at, items.len()))?
            }
            (_, key) => return Err(not(key, "a number")),
        };
    }
    Ok(value)
}

fn out_of_range(at: i64, length: usize) -> String {
    format!("{at} is out of range, there are {length}: test the length with `len` before")
}

fn slice(arguments: &[Value]) -> Result<Value> {
    let bounds = arguments[1..].iter().map(|argument| match argument {
        Value::Int(bound) => usize::try_from(*bound).map_err(|_| "is out of range".to_owned()),
        other => Err(not(other, "a number")),
    });
    let bounds = bounds.collect::<Result<Vec<usize>>>()?;
    let whole = arguments[0].as_text().map(str::len);
    let length = whole.or_else(|| arguments[0].as_list().map(|list| list.items().len()));
    let length = length.ok_or_else(|| not(&arguments[0], "a list or text"))?;
    let from = bounds.first().copied().unwrap_or(0);
    let to = bounds.get(1).copied().unwrap_or(length);
    if from > to || to > length {
        return Err(format!("{from} to {to} is out of range, there are {length}"));
    }
    if let Some(text) = arguments[0].as_text() {
        // Go would cut a character in two; a text here stays text.
        let floor = |mut at: usize| {
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        return Ok(Value::text(&text[floor(from)..floor(to)]));
    }
    let items = arguments[0].as_list().map_or(&[][..], List::items);
    List::new(items[from..to].to_vec()).map(Value::List)
}

/// Letter for letter, as Go does: what would become two letters stays.
fn mapped<C: Iterator<Item = char>>(text: &str, map: impl Fn(char) -> C) -> Value {
    let letter = |character| {
        let mut mapped = map(character);
        match (mapped.next(), mapped.next()) {
            (Some(only), None) => only,
            _ => character,
        }
    };
    Value::from(text.chars().map(letter).collect::<String>())
}

/// Each word with its first letter large and small ones behind it.
fn title(text: &str) -> String {
    let (mut in_word, mut begun) = (false, false);
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        in_word = character.is_alphanumeric() || (in_word && "'._:’".contains(character));
        begun &= in_word;
        match (character.is_alphabetic(), begun) {
            (true, false) => out.extend(character.to_uppercase()),
            (true, true) => out.extend(character.to_lowercase()),
            (false, _) => out.push(character),
        }
        begun |= character.is_alphabetic();
    }
    out
}

fn join(call: &Call<'_>) -> Result<Value> {
    let between = text(&call.arguments[0])?;
    let list = &call.arguments[1];
    let items = list.as_list().ok_or_else(|| not(list, "a list of texts"))?.items();
    let texts = items.iter().map(text).collect::<Result<Vec<&str>>>()?;
    let length = texts.iter().map(|text| text.len() + between.len()).sum::<usize>();
    if length > call.bytes_max {
        return Err(show::too_long(call.bytes_max));
    }
    Ok(Value::text(texts.join(between)))
}

fn dict(arguments: &[Value]) -> Result<Value> {
    if !arguments.len().is_multiple_of(2) {
        return Err("takes names and values by turns".to_owned());
    }
    let pairs =
        arguments.chunks_exact(2).map(|pair| Ok((text(&pair[0])?.to_owned(), pair[1].clone())));
    let entries = pairs.collect::<Result<BTreeMap<_, _>>>()?;
    Ok(Value::Map(Arc::new(Map::new(entries)?)))
}

/// The names with texts, without those of some names.
pub(crate) fn without(texts: &Texts, arguments: &[Value]) -> Result<Value> {
    let [names] = arguments else {
        return Err(
            "Remove: takes one list of names: `.Remove (stringSlice \"a\" \"b\")`".to_owned()
        );
    };
    let names = names.as_list().ok_or_else(|| not(names, "a list of names"))?;
    let names: Vec<&str> = names.items().iter().filter_map(Value::as_text).collect();
    let kept = texts.iter().filter(|(name, _)| !names.contains(&name.as_str()));
    Ok(Value::Texts(Arc::new(kept.map(|(n, v)| (n.clone(), v.clone())).collect())))
}
