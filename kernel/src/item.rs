use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names one item of the estate: `kind/name`, for example `service/checkout`.
///
/// The kind is the lower-case resource kind, the name is unique within its kind and space.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemRef {
    text: Arc<str>,
}

impl ItemRef {
    /// Longest `kind/name`, in bytes.
    pub const LENGTH_MAX: usize = 200;

    /// Joins kind and name; `None` when either is empty, oddly spelled or too long.
    pub fn new(kind: &str, name: &str) -> Option<ItemRef> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let fits = !kind.is_empty()
            && !name.is_empty()
            && kind.len() + name.len() < Self::LENGTH_MAX
            && kind.chars().all(|c| c.is_ascii_lowercase())
            && name.chars().all(plain);
        fits.then(|| ItemRef { text: format!("{kind}/{name}").into() })
    }

    /// The kind: `service`, `component`, `product` …
    pub fn kind(&self) -> &str {
        self.text.split_once('/').map_or("", |(kind, _)| kind)
    }

    /// The name within its kind.
    pub fn name(&self) -> &str {
        self.text.split_once('/').map_or("", |(_, name)| name)
    }

    /// `kind/name`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// So that maps by item can be asked for all of a kind. Order and hash are those of the text.
impl Borrow<str> for ItemRef {
    fn borrow(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for ItemRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ItemRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for ItemRef {
    type Err = ParseItemError;

    fn from_str(text: &str) -> Result<ItemRef, ParseItemError> {
        text.split_once('/')
            .and_then(|(kind, name)| ItemRef::new(kind, name))
            .ok_or_else(|| ParseItemError { text: text.chars().take(64).collect() })
    }
}

impl Serialize for ItemRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for ItemRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ItemRef, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that names no item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names no item; write kind/name, for example service/checkout")]
pub struct ParseItemError {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_and_name_come_apart_again() {
        let item: ItemRef = "service/checkout".parse().unwrap();
        assert_eq!((item.kind(), item.name()), ("service", "checkout"));
    }

    #[test]
    fn odd_spellings_are_refused() {
        for text in ["", "service", "service/", "/x", "Service/x", "service/a b", "service/a/b"] {
            assert!(text.parse::<ItemRef>().is_err(), "{text}");
        }
    }
}
