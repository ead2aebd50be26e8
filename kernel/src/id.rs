use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What an [`Id`] is an id of: gives the prefix that people see.
pub trait Kind {
    /// Three letters, unique in the table below.
    const PREFIX: &'static str;
    /// The name of the id type, for descriptions of the API.
    const ID: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $alias:ident $prefix:literal;)*) => {$(
        /// Marker for the id type of the same name.
        pub enum $kind {}
        impl Kind for $kind {
            const PREFIX: &'static str = $prefix;
            const ID: &'static str = stringify!($alias);
        }
        $(#[$doc])*
        pub type $alias = Id<$kind>;
    )*};
}

// Alphabetical; a prefix is never used again for something else.
kinds! {
    /// An alert: one label set of one source, over all its firings.
    AlertKind AlertId "alr";
    /// The clocks that contracts set on an incident.
    ClocksKind ClocksId "clk";
    /// An alert that planned work explains.
    ExpectedKind ExpectedId "exp";
    /// An event that was received, kept to write a mapping against.
    ExampleKind ExampleId "exm";
    /// A heartbeat.
    HeartbeatKind HeartbeatId "hrt";
    /// An incident.
    IncidentKind IncidentId "inc";
    /// A calendar in which somebody keeps their leave.
    LeaveCalendarKind LeaveCalendarId "lvc";
    /// A decision to tell a receiver of a group of alerts.
    NotificationKind NotificationId "ntf";
    /// A message to the outside world.
    OutboxKind OutboxId "out";
    /// A page: the calling of people for one incident.
    PageKind PageId "pag";
    /// A resource that was made by a form and not in a file: its name ends with it.
    ResourceKind ResourceId "res";
    /// A silence: alerts that match are told to nobody for a while.
    SilenceKind SilenceId "sil";
    /// A shift that somebody offers to others.
    SwapKind SwapId "swp";
    /// A task of an incident.
    TaskKind TaskId "tsk";
    /// A tuning task: what is to be done about an alert rule.
    TuningKind TuningId "tun";
}

/// A typed, time-ordered id, written like `inc_01jq2m…`: a prefix and 26 digits of base 32.
pub struct Id<K> {
    // Not a `u128`: that would have every record that holds an id begin at a multiple of 16 bytes.
    halves: [u64; 2],
    kind: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// From its 128 bits (UUID version 7 layout: the first 48 are milliseconds).
    pub const fn from_bits(bits: u128) -> Id<K> {
        Id { halves: [(bits >> 64) as u64, bits as u64], kind: PhantomData }
    }

    /// Its 128 bits.
    pub const fn bits(self) -> u128 {
        (self.halves[0] as u128) << 64 | self.halves[1] as u128
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.halves == other.halves
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.halves.cmp(&other.halves)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.halves.hash(state);
    }
}

/// Crockford's base 32 in lower case: no i, l, o, u, so that ids survive being read aloud.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bits, mut text) = (self.bits(), [0u8; 26]);
        for (place, digit) in text.iter_mut().rev().enumerate() {
            *digit = DIGITS[((bits >> (5 * place)) & 31) as usize];
        }
        f.write_str(K::PREFIX)?;
        f.write_str("_")?;
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let wrong = || ParseIdError { prefix: K::PREFIX, text: text.chars().take(64).collect() };
        let digits = text
            .strip_prefix(K::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .filter(|digits| digits.len() == 26)
            .ok_or_else(wrong)?;
        let mut bits: u128 = 0;
        for (place, byte) in digits.bytes().enumerate() {
            let value = DIGITS.iter().position(|d| *d == byte).ok_or_else(wrong)? as u128;
            if place == 0 && value > 7 {
                return Err(wrong());
            }
            bits = (bits << 5) | value;
        }
        Ok(Id::from_bits(bits))
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id of this kind; it looks like {prefix}_ and 26 letters or digits")]
pub struct ParseIdError {
    prefix: &'static str,
    text: String,
}

/// The name of a space: one isolated organisation or use case. Every record belongs to one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SpaceId(Arc<str>);

impl SpaceId {
    /// The space that exists from the start.
    pub fn main() -> SpaceId {
        SpaceId("default".into())
    }

    /// From a name that the database holds or an administrator chose.
    pub fn new(name: impl Into<Arc<str>>) -> SpaceId {
        SpaceId(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as a text to keep.
    pub fn shared(&self) -> Arc<str> {
        self.0.clone()
    }
}

impl fmt::Display for SpaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_keeps_its_order_as_text() {
        let small = IncidentId::from_bits(7);
        let large = IncidentId::from_bits(u128::MAX);
        assert_eq!(small.to_string().parse(), Ok(small));
        assert_eq!(large.to_string().parse(), Ok(large));
        assert!(small.to_string() < large.to_string());
    }

    #[test]
    fn ids_of_other_kinds_and_overlong_digits_are_refused() {
        let page = PageId::from_bits(7).to_string();
        assert!(page.parse::<IncidentId>().is_err());
        assert!("inc_zzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<IncidentId>().is_err());
    }
}
