use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::{Actor, SpaceId, Time, hex};

/// One line of the journal: what happened to what, when, and who made it so. Never changed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Place in the journal; unique in the database, ordered within a transaction.
    pub seq: i64,
    /// When it happened.
    pub at: Time,
    /// The space it belongs to.
    pub space: SpaceId,
    /// Who made it so.
    pub actor: Actor,
    /// What it happened to: `kind:id`, for example `incident:inc_…` or `item:service/checkout`.
    pub subject: String,
    /// What happened: `incident.acknowledged`, `alert.fired` …
    pub kind: String,
    /// The event itself.
    pub data: Data,
    /// The entry this one follows from, when a stream made it.
    pub cause: Option<i64>,
}

/// An entry that is about to be written: no place yet.
#[derive(Clone, PartialEq, Debug)]
pub struct Fact {
    /// See [`Entry::subject`].
    pub subject: String,
    /// See [`Entry::kind`].
    pub kind: String,
    /// See [`Entry::data`].
    pub data: Data,
}

/// An event as JSON text: written once, kept and hashed as it is, read only by whoever needs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Data(Arc<str>);

impl Data {
    /// Writes an event.
    ///
    /// # Errors
    /// When it cannot be written as JSON, such as a map whose keys are no texts.
    pub fn of(event: &impl Serialize) -> Result<Data, serde_json::Error> {
        serde_json::to_string(event).map(Data::stored)
    }

    /// Takes a text as it was stored.
    pub fn stored(text: String) -> Data {
        Data(text.into())
    }

    /// The text, as stored.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The text, for whoever keeps it too.
    pub fn shared(&self) -> Arc<str> {
        self.0.clone()
    }

    /// Reads the event.
    ///
    /// # Errors
    /// When the text does not fit the type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }

    /// Any JSON; a text that is none, as itself.
    pub fn value(&self) -> serde_json::Value {
        self.read().unwrap_or_else(|_| serde_json::Value::String(self.0.as_ref().to_owned()))
    }
}

impl From<serde_json::Value> for Data {
    fn from(value: serde_json::Value) -> Data {
        Data(value.to_string().into())
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serde_json::from_str::<&RawValue>(&self.0) {
            Ok(raw) => raw.serialize(serializer),
            Err(_) => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Data, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Data(raw.get().into()))
    }
}

/// A link of the chain over the journal of one space.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Seal {
    /// Number of the seal in its space, from 1.
    pub number: i64,
    /// How many entries the run holds.
    pub entries: i64,
    /// Hexadecimal SHA-256 over the previous hash and every entry of the run.
    pub hash: String,
}

/// What the first seal of a space follows on.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Hashes a run of entries together with the hash before it.
///
/// Every field is preceded by its length: no two different runs give the same input.
pub fn seal_run<'a>(previous: &str, run: impl Iterator<Item = &'a Entry>) -> String {
    let mut hasher = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    field(previous.as_bytes());
    for entry in run {
        field(&entry.seq.to_be_bytes());
        field(&entry.at.micros().to_be_bytes());
        field(entry.space.as_str().as_bytes());
        field(entry.actor.to_string().as_bytes());
        field(entry.subject.as_bytes());
        field(entry.kind.as_bytes());
        field(entry.data.text().as_bytes());
        field(&entry.cause.unwrap_or(-1).to_be_bytes());
    }
    hex(&hasher.finalize())
}
