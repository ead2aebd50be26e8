//! Packs: entries of one kind that a flood appends together, kept as one row of the journal.
//!
//! A row for each would cost more than everything else that is done about an alert. Each entry
//! still has a number of its own, and readers get entries, never packs; only the sealer hashes the
//! row as it is. Rows are packed on SQLite, whose one writer knows the next number, and read on
//! both.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use kernel::{Data, Fact, SpaceId};
use serde_json::value::RawValue;
use sqlx::AssertSqlSafe;

use crate::db::{Dialect, Tx, Value};
use crate::journal::{self, Position, Stamp, Stored};
use crate::{Fault, params};

/// Entries of one pack at most.
pub(crate) const PACK: i64 = 64;
/// Fewer are written as rows of their own: people read and query those most easily.
const WORTH_IT: usize = 8;

/// Appends facts as [`journal::append`] does, those of one kind that follow each other as packs.
///
/// # Errors
/// When the database refuses.
pub async fn append_flood(tx: &mut Tx, stamp: &Stamp<'_>, facts: &[Fact]) -> Result<(), Fault> {
    for run in facts.chunk_by(|a, b| a.kind == b.kind) {
        if run.len() < WORTH_IT || matches!(tx.dialect(), Dialect::Postgres { .. }) {
            journal::append(tx, stamp, run).await?;
            continue;
        }
        let mut members: Vec<(&str, i64)> = Vec::with_capacity(run.len());
        for facts in run.chunks(usize::try_from(PACK).unwrap_or(1)) {
            let seq = pack(tx, stamp, facts).await?;
            members.extend(facts.iter().map(|fact| (fact.subject.as_str(), seq)));
        }
        note_members(tx, stamp.space, &members).await?;
    }
    Ok(())
}

/// Writes in which packs the subjects are.
async fn note_members(tx: &mut Tx, space: &SpaceId, members: &[(&str, i64)]) -> Result<(), Fault> {
    let row = |(subject, seq): &(&str, i64)| params![space, *subject, *seq];
    let rows: Vec<Vec<Value>> = members.iter().map(row).collect();
    let into = "journal_member (space_id, subject, seq)";
    tx.insert_rows(into, rows, "ON CONFLICT DO NOTHING").await?;
    Ok(())
}

/// Writes one pack; gives the number of its last entry, which is that of its row.
async fn pack(tx: &mut Tx, stamp: &Stamp<'_>, facts: &[Fact]) -> Result<i64, Fault> {
    let kind = facts.first().map_or("", |fact| fact.kind.as_str());
    let sql = format!(
        "INSERT INTO journal \
         (seq, tx, space_id, at, actor, subject, kind, data, cause, entries) \
         VALUES ((SELECT COALESCE(MAX(seq), 0) FROM journal) + ?, {}, ?, ?, ?, '', ?, ?, ?, ?)",
        tx.dialect().this_tx()
    );
    let values = params![
        facts.len(),
        stamp.space,
        stamp.at,
        stamp.actor.to_string(),
        kind,
        packed(facts),
        stamp.cause,
        facts.len()
    ];
    let Some(last) = tx.insert(AssertSqlSafe(sql), values).await? else {
        return Err(Fault::Other("a pack of entries has no number".to_owned()));
    };
    let entries = journal::placed(tx, last, stamp, facts);
    tx.note_appended(entries);
    Ok(last)
}

/// `[["alert:alr_…",{…}], …]`: subjects and events as they are.
fn packed(facts: &[Fact]) -> String {
    let bytes = facts.iter().map(|fact| fact.subject.len() + fact.data.text().len() + 6).sum();
    let mut text = String::with_capacity(bytes);
    for fact in facts {
        text.push(if text.is_empty() { '[' } else { ',' });
        let subject = serde_json::Value::from(fact.subject.as_str());
        // Writing to a text does not fail.
        let _ = write!(text, "[{subject},{}]", fact.data.text());
    }
    text.push(']');
    text
}

/// The entries of a row: itself, or those that are packed in it.
///
/// # Errors
/// When a pack does not read back.
pub(crate) fn unpacked(row: Stored, entries: i64) -> Result<Vec<Arc<Stored>>, Fault> {
    if entries == 1 {
        return Ok(vec![Arc::new(row)]);
    }
    let corrupt = |error: serde_json::Error| Fault::corrupt("a pack of journal entries", error);
    let pairs: Vec<(Cow<'_, str>, &RawValue)> =
        serde_json::from_str(row.entry.data.text()).map_err(corrupt)?;
    let first = row.position.seq + 1 - entries;
    let entry = |(seq, (subject, data)): (i64, (Cow<'_, str>, &RawValue))| {
        let mut stored = row.clone();
        stored.entry.seq = seq;
        stored.entry.subject = subject.into_owned();
        stored.entry.data = Data::stored(data.get().to_owned());
        stored.position = Position { tx: row.position.tx, seq };
        Arc::new(stored)
    };
    Ok((first..).zip(pairs).map(entry).collect())
}

/// A condition for the packs in which a subject of a space has entries; binds `$1` and `$2`.
pub(crate) const WITH_SUBJECT: &str =
    "seq IN (SELECT seq FROM journal_member WHERE space_id = $1 AND subject = $2)";

/// How many entries of a space lie after a position.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn count_after(
    conn: &mut crate::Conn,
    space: &SpaceId,
    position: Position,
) -> Result<i64, Fault> {
    let sql = "SELECT COALESCE(CAST(SUM(entries) AS BIGINT), 0) AS n FROM journal \
               WHERE space_id = $1 AND (tx, seq) > ($2, $3)";
    conn.number(sql, params![space, position.tx, position.seq]).await
}
