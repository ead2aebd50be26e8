use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names with values, sorted by name, each name once, no empty value.
///
/// A hundred thousand alerts are kept in memory, so a set is one allocation however many labels it
/// has: names and values in one text, each behind its length. A clone shares it.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Labels {
    text: Arc<str>,
}

/// A length is written as one character, and a longer one as several that add up.
const LENGTH_MAX: usize = 0x7fff;

impl Labels {
    /// Sorts the pairs. Of two with one name the later counts; a label with an empty value is the
    /// same as none (Prometheus data model).
    pub fn new<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Labels {
        let mut pairs: Vec<(N, V)> = pairs.into_iter().collect();
        // What comes from a program is sorted already, most often.
        if !pairs.is_sorted_by(|a, b| a.0.as_ref() <= b.0.as_ref()) {
            pairs.sort_by(|a, b| a.0.as_ref().cmp(b.0.as_ref()));
        }
        let bytes = |(name, value): &(N, V)| name.as_ref().len() + value.as_ref().len() + 4;
        let mut text = String::with_capacity(pairs.iter().map(bytes).sum());
        for (place, (name, value)) in pairs.iter().enumerate() {
            let (name, value) = (name.as_ref(), value.as_ref());
            let again = pairs.get(place + 1).is_some_and(|next| next.0.as_ref() == name);
            if again || value.is_empty() {
                continue;
            }
            push_part(&mut text, name);
            push_part(&mut text, value);
        }
        Labels { text: text.into() }
    }

    /// The value of a label.
    pub fn get(&self, name: &str) -> Option<&str> {
        // The names are sorted: behind a greater one it cannot come.
        let found = self.iter().find(|(known, _)| *known >= name);
        found.filter(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The pairs in order of their names.
    pub fn iter(&self) -> Pairs<'_> {
        Pairs { rest: &self.text }
    }

    /// How many labels.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.text.len()
    }

    /// Alertmanager's fingerprint of these labels.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self)
    }
}

/// Gives the pairs of [`Labels`] one after the other.
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        if self.rest.is_empty() {
            return None;
        }
        let name = take_part(&mut self.rest);
        Some((name, take_part(&mut self.rest)))
    }
}

fn push_part(text: &mut String, part: &str) {
    let mut rest = part.len();
    while rest >= LENGTH_MAX {
        text.extend(char::from_u32(LENGTH_MAX as u32));
        rest -= LENGTH_MAX;
    }
    text.extend(char::from_u32(rest as u32));
    text.push_str(part);
}

fn take_part<'a>(text: &mut &'a str) -> &'a str {
    // Nearly every part is shorter than 128 bytes: its length is one byte.
    if let Some(length) = text.bytes().next().filter(u8::is_ascii) {
        let (part, rest) = text[1..].split_at(usize::from(length));
        *text = rest;
        return part;
    }
    let mut length = 0;
    let mut characters = text.chars();
    for character in characters.by_ref() {
        length += character as usize;
        if (character as usize) < LENGTH_MAX {
            break;
        }
    }
    let (part, rest) = characters.as_str().split_at(length);
    *text = rest;
    part
}

impl routing::LabelSet for Labels {
    fn get(&self, name: &str) -> Option<&str> {
        Labels::get(self, name)
    }

    fn each(&self, see: &mut dyn FnMut(&str, &str)) {
        for (name, value) in self.iter() {
            see(name, value);
        }
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Labels, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Labels;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object whose values are texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
                let mut pairs: Vec<(Text<'de>, Text<'de>)> = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Labels::new(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// A text that is borrowed from the input where the input allows it.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Identifies an alert: the hash that Prometheus and Alertmanager give its labels, written as 16
/// hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// FNV-1a over sorted names and values, each followed by 0xff
    /// (`model.LabelSet.Fingerprint` in prometheus/common).
    pub fn of(labels: &Labels) -> Fingerprint {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        let add = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(PRIME);
        let hash = labels.iter().fold(OFFSET, |sum, (name, value)| {
            let sum = add(name.bytes().fold(sum, add), 0xff);
            add(value.bytes().fold(sum, add), 0xff)
        });
        Fingerprint(hash)
    }

    /// The hash as a number.
    pub fn bits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = String;

    fn from_str(text: &str) -> Result<Fingerprint, String> {
        let plain = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u64::from_str_radix(text, 16)
            .ok()
            .filter(|_| plain)
            .map(Fingerprint)
            .ok_or_else(|| "a fingerprint is 16 hexadecimal digits".to_owned())
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fingerprint, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_that_of_prometheus() {
        // From signature_test.go of prometheus/common.
        let labels = Labels::new([("name", "garland, briggs"), ("fear", "love is not enough")]);
        assert_eq!(labels.fingerprint().bits(), 5_799_056_148_416_392_346);
        assert_eq!(Labels::default().fingerprint().bits(), 14_695_981_039_346_656_037);
    }

    #[test]
    fn labels_are_sorted_and_the_later_of_two_counts() {
        let labels: Labels =
            serde_json::from_str(r#"{"b":"2","a":"1","gone":"","b":"\u00e9"}"#).unwrap();
        assert_eq!(labels.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "é")]);
        assert_eq!(labels.get("b"), Some("é"));
        assert_eq!(labels.get("gone"), None);
        assert_eq!(serde_json::to_string(&labels).unwrap(), r#"{"a":"1","b":"é"}"#);
    }

    #[test]
    fn every_label_is_found_again() {
        let names: Vec<String> = (0..64).map(|n| format!("label_{n}")).collect();
        let labels = Labels::new(names.iter().map(|name| (name, name)));
        for name in &names {
            assert_eq!(labels.get(name), Some(name.as_str()));
        }
        assert_eq!(labels.get("label"), None);
    }

    #[test]
    fn values_of_every_length_come_back_whole() {
        for length in [1, 126, 127, 128, 2_047, 2_048, 0x7ffe, 0x7fff, 0x8000, 0x1_0000, 100_000] {
            let long = "ö".repeat(length / 2) + &"x".repeat(length % 2);
            let labels = Labels::new([("b", long.as_str()), (&long, "a"), ("c", "d")]);
            assert_eq!(labels.get("b"), Some(long.as_str()), "{length}");
            assert_eq!(labels.get(&long), Some("a"), "{length}");
            assert_eq!((labels.get("c"), labels.len()), (Some("d"), 3), "{length}");
        }
    }

    #[test]
    fn a_fingerprint_reads_back() {
        let fingerprint = Labels::new([("a", "1")]).fingerprint();
        assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
        assert!("+23456789abcdef0".parse::<Fingerprint>().is_err());
    }
}
