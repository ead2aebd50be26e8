//! Reads typed values from a [`Node`], so that every error knows its field and place.

use std::fmt::Display;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::error::Wrong;
use super::node::{Key, Node, Value};
use crate::suggest::nearest;

/// Most mistakes that are told of one section.
const TOLD_MAX: usize = 20;

/// Reads a value, and goes on behind a mistake: what is wrong is told, taken out, and the rest read
/// again. `None` when something was wrong.
pub(super) fn read<T>(
    node: &Node,
    path: &str,
    wrongs: &mut Vec<Wrong>,
    read: impl Fn(&Node) -> Result<T, Wrong>,
) -> Option<T> {
    let mut rest = node.clone();
    let mut told: Vec<String> = Vec::new();
    loop {
        let wrong = match read(&rest) {
            Ok(value) => return told.is_empty().then_some(value),
            Err(wrong) => wrong.at(node.place),
        };
        // What was taken out is missing now, which is no second mistake.
        let again = told.contains(&wrong.field);
        let field = wrong.field.clone();
        if !again {
            wrongs.push(wrong.within(path));
        }
        told.push(field.clone());
        if again || told.len() >= TOLD_MAX || !rest.take_out(&field) {
            return None;
        }
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Wrong;

    /// For fields that take anything: plain letters become what YAML says they are.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let read = match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Plain(letters) => match (truth(letters), number(letters)) {
                (Some(truth), _) => visitor.visit_bool(truth),
                (None, Some(number)) => match (u64::try_from(number), i64::try_from(number)) {
                    (Ok(number), _) => visitor.visit_u64(number),
                    (Err(_), Ok(number)) => visitor.visit_i64(number),
                    _ => visitor.visit_borrowed_str(letters),
                },
                (None, None) => match decimal(letters) {
                    Some(number) => visitor.visit_f64(number),
                    None => visitor.visit_borrowed_str(letters),
                },
            },
            Value::Quoted(text) => visitor.visit_borrowed_str(text),
            Value::List(list) => visitor.visit_seq(List { rest: list.iter(), next: 0 }),
            Value::Map(map) => visitor.visit_map(Map::of(map, &[])),
        };
        read.map_err(|wrong| wrong.at(self.place))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let truth = match &self.value {
            Value::Plain(letters) => truth(letters),
            _ => None,
        };
        let Some(truth) = truth else {
            let problem = format!("expected true or false, found {}", self.shown());
            return Err(Wrong::new(problem, "write true or false, without quotes").at(self.place));
        };
        visitor.visit_bool(truth)
    }

    /// Every single value is a text: `5`, `yes` and `09:00` keep their letters.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let read = match &self.value {
            Value::Null => visitor.visit_borrowed_str(""),
            Value::Plain(text) | Value::Quoted(text) => visitor.visit_borrowed_str(text),
            Value::List(_) | Value::Map(_) => {
                let problem = format!("expected text, found {}", self.what());
                Err(Wrong::new(problem, "write one value here, in quotes if in doubt"))
            }
        };
        read.map_err(|wrong: Wrong| wrong.at(self.place))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let list = self.list()?;
        let read = visitor.visit_seq(List { rest: list.iter(), next: 0 });
        read.map_err(|wrong| wrong.at(self.place))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let map = self.map()?;
        let read = visitor.visit_map(Map::of(map, &[]));
        read.map_err(|wrong| wrong.at(self.place))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let read = visitor.visit_map(Map::of(self.map()?, fields));
        read.map_err(|wrong| wrong.at(self.place))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self).map_err(|wrong| wrong.at(self.place))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let (Value::Plain(text) | Value::Quoted(text)) = &self.value else {
            let problem = format!("expected a word, found {}", self.what());
            let remedy = format!("write one of {}", variants.join(", "));
            return Err(Wrong::new(problem, remedy).at(self.place));
        };
        let word: StrDeserializer<'_, Wrong> = text.as_str().into_deserializer();
        word.deserialize_enum(name, variants, visitor).map_err(|wrong| wrong.at(self.place))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit
        unit_struct tuple tuple_struct identifier ignored_any
    }
}

impl Node {
    /// What was written, short, for a field that is no secret: a truth or a number.
    fn shown(&self) -> String {
        match &self.value {
            Value::Plain(text) => format!("`{}`", text.chars().take(40).collect::<String>()),
            Value::Quoted(text) => {
                format!("the text `{}`", text.chars().take(40).collect::<String>())
            }
            _ => self.what().to_owned(),
        }
    }
}

/// The words that YAML 1.1 takes for true and false, which Alertmanager's files may use.
fn truth(letters: &str) -> Option<bool> {
    match letters {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => {
            Some(true)
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => {
            Some(false)
        }
        _ => None,
    }
}

/// A whole number as YAML 1.1 writes it: `12`, `-3`, `1_000`, `0x1f`, `0o17`, `017`, `0b11`.
fn number(letters: &str) -> Option<i128> {
    let (sign, digits) = match letters.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, letters.strip_prefix('+').unwrap_or(letters)),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || digits.len() > 40 {
        return None;
    }
    let digits = digits.replace('_', "");
    let (radix, digits) = match digits.get(..2) {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        Some(start) if start.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits.as_str()),
    };
    i128::from_str_radix(digits, radix).ok().map(|number| sign * number)
}

fn decimal(letters: &str) -> Option<f64> {
    let numeric = letters.contains(|c: char| c.is_ascii_digit())
        && letters.chars().all(|c| matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
    letters.parse().ok().filter(|number: &f64| numeric && number.is_finite())
}

struct List<'de> {
    rest: std::slice::Iter<'de, Node>,
    next: usize,
}

impl<'de> SeqAccess<'de> for List<'de> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Wrong> {
        let Some(node) = self.rest.next() else { return Ok(None) };
        let place = format!("[{}]", self.next);
        self.next += 1;
        seed.deserialize(node).map(Some).map_err(|wrong| wrong.at(node.place).within(&place))
    }
}

struct Map<'de> {
    rest: std::slice::Iter<'de, (Key, Node)>,
    open: Option<&'de (Key, Node)>,
    /// Of a struct: the fields that may stand there without a value, so that their default holds.
    fields: &'static [&'static str],
}

impl<'de> Map<'de> {
    fn of(map: &'de [(Key, Node)], fields: &'static [&'static str]) -> Map<'de> {
        Map { rest: map.iter(), open: None, fields }
    }
}

impl<'de> MapAccess<'de> for Map<'de> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        let says = |(key, node): &&(Key, Node)| {
            !matches!(node.value, Value::Null) || !self.fields.contains(&key.name.as_str())
        };
        self.open = self.rest.find(says);
        let Some((key, _)) = self.open else { return Ok(None) };
        let name: StrDeserializer<'_, Wrong> = key.name.as_str().into_deserializer();
        seed.deserialize(name).map(Some).map_err(|wrong| wrong.at(key.place).within(&key.name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let (key, node) = self.open.take().expect("serde asks for the key first");
        seed.deserialize(node).map_err(|wrong| wrong.at(node.place).within(&key.name))
    }
}

/// A name up to the first letter that no field has: behind a slip of the pen may stand a secret.
pub(super) fn shown(name: &str) -> String {
    let strange = |c: char| c.is_whitespace() || c.is_control() || "'\"/\\{},<>|&*!`".contains(c);
    let end = name.char_indices().find(|(at, c)| *at >= 120 || strange(*c));
    end.map_or_else(|| name.to_owned(), |(end, _)| format!("{}…", &name[..end]))
}

/// ``unknown field `x`; did you mean `y`?``, for the walks that use no serde.
pub(super) fn unknown_field(word: &str, known: &[&str]) -> Wrong {
    let shown = shown(word);
    let remedy = match (nearest(word, known), known) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "remove it, there are no fields here".to_owned(),
        (None, known) => format!("remove it, or use one of {}", known.join(", ")),
    };
    Wrong::new(format!("unknown field `{shown}`"), remedy)
}

impl de::Error for Wrong {
    fn custom<T: Display>(message: T) -> Wrong {
        Wrong::of(&message.to_string())
    }

    /// Says what kind of thing was found and not what it is: it may be a secret.
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Wrong {
        let expected = plain_words(&expected.to_string());
        let found = match found {
            Unexpected::Unit | Unexpected::Option => "nothing",
            Unexpected::Map => "a map of fields",
            Unexpected::Seq => "a list",
            Unexpected::Str(_) => "text",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
            Unexpected::Bool(_) => "true or false",
            _ => "something else",
        };
        Wrong::new(format!("expected {expected}, found {found}"), format!("write {expected} here"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Wrong {
        let number = match found {
            Unexpected::Unsigned(number) => Some(number.to_string()),
            Unexpected::Signed(number) => Some(number.to_string()),
            Unexpected::Float(number) => Some(number.to_string()),
            _ => None,
        };
        let expected = plain_words(&expected.to_string());
        let shown = number.map_or_else(|| "this value".to_owned(), |number| format!("`{number}`"));
        Wrong::new(format!("{shown} cannot be used"), format!("write {expected} here"))
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Wrong {
        let shown: String = word.chars().take(64).collect();
        let remedy = match nearest(word, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", known.join(", ")),
        };
        Wrong::new(format!("`{shown}` is not known here"), remedy)
    }

    fn unknown_field(word: &str, known: &'static [&'static str]) -> Wrong {
        unknown_field(word, known)
    }

    fn missing_field(field: &'static str) -> Wrong {
        let mut wrong = Wrong::new(format!("`{field}` is missing"), format!("add `{field}:`"));
        field.clone_into(&mut wrong.field);
        wrong
    }

    fn duplicate_field(field: &'static str) -> Wrong {
        Wrong::new(format!("`{field}` is there twice"), "keep one of the two")
    }
}

impl Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.problem)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "; {}", self.remedy) }
    }
}

impl std::error::Error for Wrong {}

/// What serde expects, in words that need no Rust.
fn plain_words(expected: &str) -> String {
    match expected {
        "a string" => "text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "a map of fields".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0".to_owned(),
        "i8" | "i16" | "i32" | "i64" => "a whole number".to_owned(),
        other if other.starts_with("struct ") => "a map of fields".to_owned(),
        other if other.ends_with(" enum") || other.starts_with("variant") => "a word".to_owned(),
        other => other.to_owned(),
    }
}
