//! A body with named fields is read from an object only. Derived code would take a list of their
//! values as well, which no description of the API tells of.

use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Reads what the inner one reads, but no struct from a list.
pub struct Named<D>(pub D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Named<D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::Named;

    #[derive(Deserialize, PartialEq, Debug, Default)]
    #[serde(default, deny_unknown_fields)]
    struct Wish {
        first: Option<String>,
        second: Option<u8>,
    }

    fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
        let mut reader = serde_json::Deserializer::from_str(text);
        T::deserialize(Named(&mut reader)).map_err(|error| error.to_string())
    }

    #[test]
    fn fields_have_names_and_lists_stay_lists() {
        let wish = Wish { first: Some("a".to_owned()), second: None };
        assert_eq!(read::<Wish>(r#"{"first": "a"}"#), Ok(wish));
        let refused = read::<Wish>("[null, 3]").unwrap_err();
        assert!(refused.starts_with("invalid type: sequence"), "{refused}");
        assert_eq!(read::<Vec<Wish>>("[{}]").map(|all| all.len()), Ok(1));
        assert_eq!(read::<Option<Wish>>("null"), Ok(None));
    }
}
