//! The journal: append, and read in an order in which nothing appears late.
//!
//! On PostgreSQL a sequence number is drawn before its transaction commits, so a reader that
//! follows `seq` skips entries of slow transactions. Readers here follow `(tx, seq)` and stop below
//! the oldest transaction still running: what lies below can no longer change.
//!
//! What happened to one record stands in the order of `seq`, not of `(tx, seq)`: a transaction
//! that began earlier may read and change a record after a later one did. Whoever folds a record
//! sorts its entries by `seq`; whoever follows the journal acts on the record as it is.

use std::sync::Arc;

use kernel::{Actor, Data, Entry, Fact, SpaceId, Time};
use sqlx::AssertSqlSafe;

use crate::db::{Conn, Dialect, Row, Tx};
use crate::pack::{self, PACK, unpacked};
use crate::{Fault, Value, params};

/// Where a reader stands: everything up to here has been read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Position {
    /// Number of the transaction.
    pub tx: i64,
    /// Sequence number of the entry.
    pub seq: i64,
}

impl Position {
    /// Before everything that can be stored, also by hand.
    pub const START: Position = Position { tx: i64::MIN, seq: i64::MIN };
}

/// An entry as it is stored: with its place.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The entry.
    pub entry: Entry,
    /// Its place in the order of reading.
    pub position: Position,
}

/// What all entries of one append share.
#[derive(Clone, Debug)]
pub struct Stamp<'a> {
    /// The space.
    pub space: &'a SpaceId,
    /// When it happened.
    pub at: Time,
    /// Who made it so.
    pub actor: &'a Actor,
    /// The entry that a stream reacted to.
    pub cause: Option<i64>,
}

/// Rows of one insert statement; a multiple of this and a rest keep the statement cache small.
const ROWS: usize = 64;
const COLUMNS: usize = 7;
/// Rows that are read at once where a row may be a pack of as many entries.
const ROWS_AT_ONCE: i64 = 64;

/// Appends facts in the transaction that makes them true.
///
/// # Errors
/// When the database refuses.
pub async fn append(tx: &mut Tx, stamp: &Stamp<'_>, facts: &[Fact]) -> Result<(), Fault> {
    let actor: Arc<str> = stamp.actor.to_string().into();
    for chunk in facts.chunks(ROWS) {
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * COLUMNS);
        for fact in chunk {
            values.extend(params![
                stamp.space,
                stamp.at,
                actor.clone(),
                &fact.subject,
                &fact.kind,
                fact.data.shared(),
                stamp.cause,
            ]);
        }
        let sql = insert_text(tx.dialect(), chunk.len());
        let last_row = tx.insert(AssertSqlSafe(sql), values).await?;
        tx.note_appended(last_row.map_or_else(Vec::new, |last| placed(tx, last, stamp, chunk)));
    }
    Ok(())
}

/// The entries as they were just stored: SQLite numbers the rows of one insert without a gap.
pub(crate) fn placed(
    tx: &Tx,
    last_seq: i64,
    stamp: &Stamp<'_>,
    facts: &[Fact],
) -> Vec<Arc<Stored>> {
    let first = last_seq + 1 - i64::try_from(facts.len()).unwrap_or(i64::MAX);
    let entry = |(seq, fact): (i64, &Fact)| {
        let entry = Entry {
            seq,
            at: stamp.at,
            space: stamp.space.clone(),
            actor: stamp.actor.clone(),
            subject: fact.subject.clone(),
            kind: fact.kind.clone(),
            data: fact.data.clone(),
            cause: stamp.cause,
        };
        Arc::new(Stored { position: Position { tx: tx.dialect().tx_offset(), seq }, entry })
    };
    (first..).zip(facts).map(entry).collect()
}

fn insert_text(dialect: Dialect, rows: usize) -> String {
    let this_tx = dialect.this_tx();
    let mut sql = String::with_capacity(120 + rows * 60);
    sql.push_str(
        "INSERT INTO journal (tx, space_id, at, actor, subject, kind, data, cause) VALUES ",
    );
    for row in 0..rows {
        let binds = dialect.binds(row * COLUMNS + 1, COLUMNS);
        sql.push_str(if row == 0 { "(" } else { ", (" });
        sql.push_str(&this_tx);
        sql.push_str(", ");
        sql.push_str(&binds);
        sql.push(')');
    }
    sql
}

const FIELDS: &str = "seq, tx, space_id, at, actor, subject, kind, data, cause, entries";

/// The entries after `position`, oldest first, of all spaces: only what can no longer change.
///
/// # Errors
/// When the database refuses or an entry does not read back.
pub async fn after(
    conn: &mut Conn,
    position: Position,
    limit: i64,
) -> Result<Vec<Arc<Stored>>, Fault> {
    if let Some(recent) = conn.recent().and_then(|recent| recent.after(position, limit)) {
        return Ok(recent);
    }
    let at_once = match conn.dialect() {
        Dialect::Sqlite { .. } => ROWS_AT_ONCE,
        Dialect::Postgres { .. } => limit,
    };
    let sql = after_text(&conn.dialect().horizon(), "");
    let (wanted, mut at) = (usize::try_from(limit).unwrap_or(usize::MAX), position);
    let mut found = Vec::new();
    while found.len() < wanted {
        let values = params![at.tx, at.seq, at_once.min(limit)];
        let rows = conn.all(AssertSqlSafe(sql.clone()), values).await?;
        let entries = entries_of(&rows)?;
        let Some(last) = entries.last() else { break };
        at = last.position;
        // The first row may be a pack of which some entries have been read.
        found.extend(entries.into_iter().filter(|stored| stored.position > position));
        if (rows.len() as i64) < at_once.min(limit) {
            break;
        }
    }
    found.truncate(wanted);
    Ok(found)
}

/// The entries of rows, those of packs one by one.
fn entries_of(rows: &[Row]) -> Result<Vec<Arc<Stored>>, Fault> {
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        entries.extend(unpacked(stored(row)?, row.get("entries")?)?);
    }
    Ok(entries)
}

/// Reads `(tx, seq) > ($1, $2)` as two ranges of one index, for at most `$3` entries: SQLite would
/// use only `tx` of the pair, which is the same for all its entries, and walk the whole journal.
pub(crate) fn after_text(horizon: &str, only: &str) -> String {
    format!(
        "SELECT {FIELDS} FROM (SELECT {FIELDS} FROM journal \
          WHERE tx = $1 AND seq > $2 AND tx < {horizon} {only} ORDER BY seq LIMIT $3) AS same_tx \
         UNION ALL SELECT {FIELDS} FROM (SELECT {FIELDS} FROM journal \
          WHERE tx > $1 AND tx < {horizon} {only} ORDER BY tx, seq LIMIT $3) AS later_tx \
         ORDER BY tx, seq LIMIT $3"
    )
}

/// A row of the journal as the sealer hashes it: one entry, or a pack.
pub(crate) struct Sealable {
    /// The row; of a pack, the place is that of its last entry.
    pub row: Stored,
    /// How many entries it holds.
    pub entries: i64,
}

/// The rows of one space after `position`, oldest first: what the sealer seals.
///
/// # Errors
/// When the database refuses or an entry does not read back.
pub(crate) async fn rows_in_space(
    conn: &mut Conn,
    space: &SpaceId,
    position: Position,
    limit: i64,
) -> Result<Vec<Sealable>, Fault> {
    // Not a bare column: an index that begins with it would be preferred, and sorted each time.
    let sql = after_text(&conn.dialect().horizon(), "AND space_id || '' = $4");
    let values = params![position.tx, position.seq, limit, space];
    let rows = conn.all(AssertSqlSafe(sql), values).await?;
    let sealable = |row| Ok(Sealable { row: stored(row)?, entries: row.get("entries")? });
    rows.iter().map(sealable).collect()
}

/// What to list of the journal of a space.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this subject.
    pub subject: Option<String>,
    /// Only kinds that begin so: `incident.`
    pub kind_prefix: Option<String>,
    /// Only what happened at this time or later … No index leads to a time: name a subject too,
    /// whose entries are then all that is looked through.
    pub from: Option<Time>,
    /// … and before this one.
    pub to: Option<Time>,
    /// Only entries below this sequence number: the next page.
    pub before_seq: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

/// The newest entries of a space first.
///
/// # Errors
/// When the database refuses or an entry does not read back.
pub async fn list(conn: &mut Conn, space: &SpaceId, filter: &Filter) -> Result<Vec<Entry>, Fault> {
    let before = filter.before_seq.unwrap_or(i64::MAX - PACK);
    let kind = filter.kind_prefix.as_deref().unwrap_or_default();
    let subject = filter.subject.as_deref().unwrap_or_default();
    // A pack counts when its first entry does; the bound of the index is that of the largest.
    let page = format!(
        "space_id = $1 AND ($3 = '' OR substr(kind, 1, length($3)) = $3) \
         AND seq < $4 + {PACK} AND seq - entries + 1 < $4 \
         AND at >= $6 AND at < $7 ORDER BY seq DESC LIMIT $5"
    );
    let sql = if subject.is_empty() {
        format!("SELECT {FIELDS} FROM journal WHERE $2 = '' AND {page}")
    } else {
        let one = format!("SELECT {FIELDS} FROM journal WHERE");
        format!(
            "SELECT {FIELDS} FROM ({one} subject = $2 AND {page}) AS alone \
             UNION ALL SELECT {FIELDS} FROM ({one} {} AND {page}) AS packed \
             ORDER BY seq DESC LIMIT $5",
            pack::WITH_SUBJECT
        )
    };
    let (from, to) = (filter.from.map_or(i64::MIN, Time::micros), filter.to.unwrap_or(Time::MAX));
    let values = params![space, subject, kind, before, filter.limit, from, to];
    let rows = conn.all(AssertSqlSafe(sql), values).await?;
    let mut entries: Vec<Entry> =
        entries_of(&rows)?.into_iter().map(|stored| stored.entry.clone()).collect();
    entries.retain(|entry| entry.seq < before && (subject.is_empty() || entry.subject == subject));
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
    entries.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
    Ok(entries)
}

/// The end of the journal as it can be read now.
///
/// # Errors
/// When the database refuses.
pub async fn end(conn: &mut Conn) -> Result<Position, Fault> {
    let horizon = conn.dialect().horizon();
    let sql = format!(
        "SELECT tx, seq FROM journal WHERE tx < {horizon} ORDER BY tx DESC, seq DESC LIMIT 1"
    );
    match conn.first(AssertSqlSafe(sql), vec![]).await? {
        Some(row) => Ok(Position { tx: row.get("tx")?, seq: row.get("seq")? }),
        None => Ok(Position::default()),
    }
}

fn stored(row: &Row) -> Result<Stored, Fault> {
    let entry = Entry {
        seq: row.get("seq")?,
        at: row.get("at")?,
        space: row.get("space_id")?,
        actor: row.parse("actor")?,
        subject: row.get("subject")?,
        kind: row.get("kind")?,
        data: Data::stored(row.get("data")?),
        cause: row.get("cause")?,
    };
    Ok(Stored { position: Position { tx: row.get("tx")?, seq: entry.seq }, entry })
}
