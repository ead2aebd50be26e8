//! Reads typed values from a [`Node`], so that every error knows its field and place.

use std::fmt::Display;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use crate::mistake::Wrong;
use crate::node::{Key, Node, Value};
use crate::suggest::did_you_mean;

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let read = match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(bool) => visitor.visit_bool(*bool),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(list) => visitor.visit_seq(List { rest: list.iter(), next: 0 }),
            Value::Map(map) => visitor.visit_map(Map { rest: map.iter(), open: None }),
        };
        read.map_err(|wrong| wrong.at(self.place))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let Value::Text(text) = &self.value else {
            return self.deserialize_any(visitor);
        };
        let word: StrDeserializer<'_, Wrong> = text.as_str().into_deserializer();
        word.deserialize_enum(name, variants, visitor).map_err(|wrong| wrong.at(self.place))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
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
}

impl<'de> MapAccess<'de> for Map<'de> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Wrong> {
        self.open = self.rest.next();
        let Some((key, _)) = self.open else { return Ok(None) };
        let name: StrDeserializer<'_, Wrong> = key.name.as_str().into_deserializer();
        seed.deserialize(name).map(Some).map_err(|wrong| wrong.at(key.place).within(&key.name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let (key, node) = self.open.take().expect("serde asks for the key first");
        seed.deserialize(node).map_err(|wrong| wrong.at(node.place).within(&key.name))
    }
}

impl de::Error for Wrong {
    /// Our own messages say what is wrong and then, after a semicolon, how to mend it.
    fn custom<T: Display>(message: T) -> Wrong {
        let text = message.to_string();
        let (message, remedy) = text.split_once("; ").unwrap_or((&text, ""));
        Wrong::new("", message, remedy)
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Wrong {
        let expected = plain_words(&expected.to_string());
        let quotable = matches!(
            found,
            Unexpected::Bool(_)
                | Unexpected::Unsigned(_)
                | Unexpected::Signed(_)
                | Unexpected::Float(_)
        );
        let remedy = match expected.as_str() {
            "text" if quotable => "put it in quotes".to_owned(),
            "a list" => "begin each element on a line of its own with `- `".to_owned(),
            _ => format!("write {expected} here"),
        };
        let found = match found {
            Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
            Unexpected::Map => "a map of fields".to_owned(),
            Unexpected::Seq => "a list".to_owned(),
            Unexpected::Str(text) => format!("`{}`", text.chars().take(64).collect::<String>()),
            Unexpected::Unsigned(number) => format!("the number {number}"),
            Unexpected::Signed(number) => format!("the number {number}"),
            other => format!("the {other}"),
        };
        Wrong::new("", format!("expected {expected}, found {found}"), remedy)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Wrong {
        Wrong::invalid_type(found, expected)
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Wrong {
        let word: String = word.chars().take(64).collect();
        let all = || format!("write one of {}", known.join(", "));
        let remedy = did_you_mean(&word, known.iter().copied(), all);
        Wrong::new("", format!("`{word}` is not known here"), remedy)
    }

    fn unknown_field(word: &str, known: &'static [&'static str]) -> Wrong {
        let word: String = word.chars().take(64).collect();
        let all = || match known {
            [] => "remove it, there are no fields here".to_owned(),
            known => format!("remove it, or use one of {}", known.join(", ")),
        };
        let remedy = did_you_mean(&word, known.iter().copied(), all);
        Wrong::new("", format!("unknown field `{word}`"), remedy)
    }

    fn missing_field(field: &'static str) -> Wrong {
        Wrong::new(field, format!("`{field}` is missing"), format!("add `{field}:`"))
    }

    fn duplicate_field(field: &'static str) -> Wrong {
        Wrong::new(field, format!("`{field}` is there twice"), "keep one of the two")
    }
}

impl Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.clone().in_file("").fmt(f)
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
        "u32" => "a whole number from 0".to_owned(),
        "i32" => "a whole number".to_owned(),
        other if other.starts_with("struct ") => "a map of fields".to_owned(),
        other if other.ends_with(" enum") || other.starts_with("variant") => "a word".to_owned(),
        other => other.to_owned(),
    }
}
