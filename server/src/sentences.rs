//! Journal entries in words: what timelines and the activity list show.

use ::incidents::expected;
use kernel::{Actor, Data, Entry, IncidentId, SpaceId, Time};
use serde::Serialize;
use serde_json::{Value, json};
use spine::{Conn, Fault};
use utoipa::ToSchema;

use crate::practices::estate::changes;
use crate::practices::incidents;
use crate::practices::oncall::{devices, fed, leave, proofs};

/// A journal entry as timelines show it: with a sentence that says what happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineEntry<'a> {
    /// Place in the journal.
    pub seq: i64,
    /// When it happened.
    pub at: Time,
    /// Who made it so.
    pub actor: &'a Actor,
    /// What it happened to: `incident:inc_…`, `item:service/checkout`.
    pub subject: &'a str,
    /// What happened: `incident.acknowledged`.
    pub kind: &'a str,
    /// What happened, in words.
    pub title: String,
    /// The event itself.
    #[schema(value_type = Value)]
    pub data: &'a Data,
    /// The entry that it follows from, when Operate made it on its own.
    pub cause: Option<i64>,
}

/// Entries as timelines show them, the incidents in their sentences by number.
///
/// # Errors
/// When the database refuses.
pub async fn shown<'a>(
    conn: &mut Conn,
    space: &SpaceId,
    entries: &'a [Entry],
) -> Result<Vec<TimelineEntry<'a>>, Fault> {
    let mut shown: Vec<TimelineEntry<'a>> = entries.iter().map(as_told).collect();
    let named = shown.iter().flat_map(|entry| incidents_in(&entry.title)).collect();
    for (id, number) in incidents::store::numbers(conn, space, &named).await? {
        let (id, number) = (id.to_string(), format!("#{number}"));
        for entry in &mut shown {
            if entry.title.contains(&id) {
                entry.title = entry.title.replace(&id, &number);
            }
        }
    }
    Ok(shown)
}

/// The incidents that a sentence names by their ids.
fn incidents_in(sentence: &str) -> Vec<IncidentId> {
    let words = sentence.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("inc_")).filter_map(|word| word.parse().ok()).collect()
}

fn as_told(entry: &Entry) -> TimelineEntry<'_> {
    TimelineEntry {
        seq: entry.seq,
        at: entry.at,
        actor: &entry.actor,
        subject: &entry.subject,
        kind: &entry.kind,
        title: sentence(entry),
        data: &entry.data,
        cause: entry.cause,
    }
}

/// Entries as a list of the API.
///
/// # Errors
/// When the database refuses.
pub async fn timeline(conn: &mut Conn, space: &SpaceId, entries: &[Entry]) -> Result<Value, Fault> {
    Ok(json!({ "items": shown(conn, space, entries).await? }))
}

/// What happened, as its own practice puts it.
pub fn sentence(entry: &Entry) -> String {
    let data = &entry.data;
    let told = match entry.subject.split(':').next() {
        _ if entry.kind == "change.reported" => data
            .value()
            .get("summary")
            .and_then(Value::as_str)
            .map(|summary| format!("change: {summary}")),
        Some("item") if entry.kind.starts_with("objective.") => {
            data.read().ok().map(|event| budgets::describe(&event))
        }
        Some("item") if entry.kind.starts_with("device.") => {
            data.read().ok().map(|told| devices::describe(&entry.kind, &told))
        }
        Some("item") if entry.kind.starts_with("leave_calendar.") => {
            data.read().ok().map(|told| leave::describe(&entry.kind, &told))
        }
        Some("item") if entry.kind == fed::CHANGED => {
            data.read().ok().map(|told| fed::describe(&told))
        }
        Some("item") if entry.kind == changes::TAKEN_OVER => {
            data.read().ok().map(|told| changes::describe(&told))
        }
        Some("item") if entry.kind == proofs::VERIFIED => {
            data.read().ok().map(|told| proofs::describe(&told))
        }
        Some("incident") => data.read().ok().map(|event| ::incidents::describe(&event)),
        Some("expected") => data.read().ok().map(|event| expected::describe(&event)),
        // Planned work that explains an alert is told on the alert, too.
        Some("alert") if entry.kind.starts_with("expected.") => {
            data.read().ok().map(|event| expected::describe(&event))
        }
        Some("alert") => data.read().ok().map(|event| alerts::describe(&event)),
        Some("clocks") => data.read().ok().and_then(|event| contracts::clocks::describe(&event)),
        Some("page") => data.read().ok().map(|event| oncall::describe(&event)),
        Some("silence") => data.read().ok().map(|event| silences::describe(&event)),
        Some("heartbeat") => data.read().ok().map(|event| heartbeats::describe(&event)),
        Some("swap") => data.read().ok().map(|event| swaps::describe(&event)),
        Some("tuning") => data.read().ok().map(|event| tuning::describe(&event)),
        _ => None,
    };
    let mut told = told.unwrap_or_else(|| plain(entry));
    if let Some(first) = told.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    told
}

/// From the kind alone: `account.created` of `account:ada` reads "Created account ada".
fn plain(entry: &Entry) -> String {
    let (kind, verb) = entry.kind.split_once('.').unwrap_or((&entry.kind, "changed"));
    let name = entry.subject.split_once(':').map_or("", |(_, name)| name);
    let verb = verb.replace('_', " ");
    format!("{verb} {} {name}", kind.replace('_', " ")).trim().to_owned()
}
