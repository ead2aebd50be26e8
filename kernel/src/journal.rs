use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Actor, SpaceId, Time};

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
    pub data: serde_json::Value,
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
    pub data: serde_json::Value,
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
/// `data` is taken as the text that is stored, so that proof needs no re-serialisation. Every
/// field is preceded by its length: no two different runs give the same input.
pub fn seal_run<'a>(previous: &str, run: impl Iterator<Item = (&'a Entry, &'a str)>) -> String {
    let mut hasher = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    field(previous.as_bytes());
    for (entry, data) in run {
        field(&entry.seq.to_be_bytes());
        field(&entry.at.micros().to_be_bytes());
        field(entry.space.as_str().as_bytes());
        field(entry.actor.to_string().as_bytes());
        field(entry.subject.as_bytes());
        field(entry.kind.as_bytes());
        field(data.as_bytes());
        field(&entry.cause.unwrap_or(-1).to_be_bytes());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
