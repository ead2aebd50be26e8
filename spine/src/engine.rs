//! The one place that changes records: load, decide, fold, write row and journal and outbox.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::str::FromStr;

use kernel::{Data, Effect, Fact, Lifecycle, Moment, Refusal, RefusalCode, SpaceId};
use sqlx::AssertSqlSafe;

use crate::db::{Conn, Db, Tx, Value};
use crate::journal::{self, Stamp};
use crate::{Fault, outbox, params};

/// How a kind of record is kept: its table, and the columns by which it is found.
///
/// Every such table has `space_id, id, version, due_at, data` besides these columns; `data` is the
/// record as JSON, and `due_at` is when it next wants to be woken.
pub struct Table<R> {
    /// The table's name.
    pub name: &'static str,
    /// Names of the extra columns.
    pub columns: &'static [&'static str],
    /// Their values, in the same order.
    pub values: fn(&R) -> Vec<Value>,
    /// What else it is found by, many of each kind: `item:service/orders`, `alert:alr_…`.
    pub tags: fn(&R) -> Vec<String>,
}

impl<R> Clone for Table<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Table<R> {}

/// A record and the version it was read at.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<R> {
    /// The record.
    pub record: R,
    /// Counts its changes, from 1.
    pub version: i64,
}

/// What a command did.
#[derive(Clone, Debug)]
pub struct Done<R: Lifecycle> {
    /// The record afterwards.
    pub record: R,
    /// Its version afterwards.
    pub version: i64,
    /// What happened; empty when it was already so.
    pub events: Vec<R::Event>,
}

/// Why a command did nothing.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// The practice said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such record in this space.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// The record is not at the version that the asker saw.
    #[error("the record changed meanwhile: it is at version {actual}, you saw {expected}")]
    Stale {
        /// What the asker saw.
        expected: i64,
        /// What it is.
        actual: i64,
    },
    /// Our side failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Whose command it is, in which space, and what it follows from.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The space.
    pub space: &'a SpaceId,
    /// When, who, and fresh ids.
    pub moment: &'a Moment,
    /// The journal entry that a stream reacts to.
    pub cause: Option<i64>,
    /// The version that the asker saw, when it matters to them.
    pub expected: Option<i64>,
}

impl<'a> Asked<'a> {
    /// Asked by someone, following from nothing, whatever the version.
    pub fn new(space: &'a SpaceId, moment: &'a Moment) -> Asked<'a> {
        Asked { space, moment, cause: None, expected: None }
    }
}

/// Reads a record.
///
/// # Errors
/// When the database refuses or the record does not read back.
pub async fn load<R: Lifecycle>(
    conn: &mut Conn,
    table: &Table<R>,
    space: &SpaceId,
    id: R::Id,
) -> Result<Option<Versioned<R>>, Fault> {
    let sql = format!("SELECT version, data FROM {} WHERE space_id = $1 AND id = $2", table.name);
    match conn.first(AssertSqlSafe(sql), params![space, id.to_string()]).await? {
        Some(row) => {
            Ok(Some(Versioned { record: row.json("data")?, version: row.get("version")? }))
        }
        None => Ok(None),
    }
}

/// Opens a new record under `id`.
///
/// # Errors
/// When the practice refuses, or the database does.
pub async fn open_in<R: Lifecycle>(
    tx: &mut Tx,
    table: &Table<R>,
    id: R::Id,
    command: &R::Command,
    asked: &Asked<'_>,
) -> Result<Done<R>, Denied> {
    let events = R::open(id, command, asked.moment)?;
    let Some((first, rest)) = events.split_first() else {
        return Err(Fault::Other(format!("opening a {} gave no event", R::KIND)).into());
    };
    let Some(mut record) = R::born(id, first) else {
        return Err(Fault::Other(format!("a {} cannot begin so", R::KIND)).into());
    };
    let mut effects = record.effects(first, asked.moment);
    for event in rest {
        record.apply(event);
        effects.extend(record.effects(event, asked.moment));
    }
    insert(tx, table, asked.space, &record).await?;
    retag(tx, table, asked.space, None, &record).await?;
    remember::<R>(tx, id, &events, effects, asked).await?;
    Ok(Done { record, version: 1, events })
}

/// Executes a command on a record, inside a transaction that others share.
///
/// # Errors
/// When the practice refuses, the record is missing or stale, or the database fails;
/// [`Fault::Race`] means that the whole transaction is to be tried again.
pub async fn execute_in<R: Lifecycle>(
    tx: &mut Tx,
    table: &Table<R>,
    id: R::Id,
    command: &R::Command,
    asked: &Asked<'_>,
) -> Result<Done<R>, Denied> {
    let Some(Versioned { mut record, version }) = load(tx, table, asked.space, id).await? else {
        return Err(Denied::Missing(R::KIND));
    };
    if let Some(expected) = asked.expected.filter(|expected| *expected != version) {
        return Err(Denied::Stale { expected, actual: version });
    }
    let events = record.decide(command, asked.moment)?;
    if events.is_empty() {
        return Ok(Done { record, version, events });
    }
    let mut effects = Vec::new();
    let before = record.clone();
    for event in &events {
        record.apply(event);
        effects.extend(record.effects(event, asked.moment));
    }
    update(tx, table, asked.space, &record, version).await?;
    retag(tx, table, asked.space, Some(&before), &record).await?;
    remember::<R>(tx, id, &events, effects, asked).await?;
    Ok(Done { record, version: version + 1, events })
}

/// How often a lost race is run again before the asker hears of it.
const TRIES: usize = 5;

/// Executes one command in a transaction of its own; a lost race is decided again.
///
/// # Errors
/// As [`execute_in`]; a race lost several times over is [`Fault::Race`].
pub async fn execute<R>(
    db: &Db,
    table: &'static Table<R>,
    id: R::Id,
    command: R::Command,
    order: Order,
) -> Result<Done<R>, Denied>
where
    R: Lifecycle + 'static,
    R::Id: 'static,
    R::Command: 'static,
    R::Event: 'static,
{
    let mut hold = Hold::Nothing;
    for _ in 1..TRIES {
        match once(db, table, id, (command.clone(), hold), order.clone()).await {
            Err(Denied::Fault(fault)) if fault.worth_retrying() => hold = Hold::Row,
            other => return other,
        }
    }
    once(db, table, id, (command, hold), order).await
}

/// What a try holds before it reads: optimistic at first, but who lost a race takes the row, so
/// that a record that everybody wants is changed by one after the other.
#[derive(Clone, Copy)]
enum Hold {
    Nothing,
    Row,
}

async fn hold_row<R: Lifecycle>(
    tx: &mut Tx,
    table: &Table<R>,
    space: &SpaceId,
    id: R::Id,
) -> Result<(), Fault> {
    let sql =
        format!("UPDATE {} SET version = version WHERE space_id = $1 AND id = $2", table.name);
    tx.run(AssertSqlSafe(sql), params![space, id.to_string()]).await?;
    Ok(())
}

/// [`Asked`] in owned form, for works that outlive their asker.
#[derive(Clone, Debug)]
pub struct Order {
    /// The space.
    pub space: SpaceId,
    /// When, who, and fresh ids.
    pub moment: std::sync::Arc<Moment>,
    /// The version that the asker saw, when it matters to them.
    pub expected: Option<i64>,
}

async fn once<R>(
    db: &Db,
    table: &'static Table<R>,
    id: R::Id,
    (command, hold): (R::Command, Hold),
    order: Order,
) -> Result<Done<R>, Denied>
where
    R: Lifecycle + 'static,
    R::Id: 'static,
    R::Command: 'static,
    R::Event: 'static,
{
    db.write(move |tx| {
        Box::pin(async move {
            let Order { space, moment, expected } = &order;
            if let Hold::Row = hold {
                hold_row(tx, table, space, id).await?;
            }
            let asked = Asked { space, moment, cause: None, expected: *expected };
            execute_in(tx, table, id, &command, &asked).await
        })
    })
    .await
}

async fn insert<R: Lifecycle>(
    tx: &mut Tx,
    table: &Table<R>,
    space: &SpaceId,
    record: &R,
) -> Result<(), Fault> {
    let columns = table.columns.iter().fold(String::new(), |text, column| text + ", " + column);
    let binds = crate::db::placeholders(1, 5 + table.columns.len());
    let sql = format!(
        "INSERT INTO {} (space_id, id, version, due_at, data{columns}) VALUES ({binds})",
        table.name
    );
    let mut values = params![space, record.id().to_string(), 1, record.next_due(), text(record)?];
    values.extend((table.values)(record));
    tx.run(AssertSqlSafe(sql), values).await?;
    Ok(())
}

async fn update<R: Lifecycle>(
    tx: &mut Tx,
    table: &Table<R>,
    space: &SpaceId,
    record: &R,
    version: i64,
) -> Result<(), Fault> {
    let mut columns = String::new();
    for (place, column) in table.columns.iter().enumerate() {
        let _ = write!(columns, ", {column} = ${}", place + 6);
    }
    let sql = format!(
        "UPDATE {} SET version = version + 1, due_at = $4, data = $5{columns} \
         WHERE space_id = $1 AND id = $2 AND version = $3",
        table.name
    );
    let mut values =
        params![space, record.id().to_string(), version, record.next_due(), text(record)?];
    values.extend((table.values)(record));
    match tx.run(AssertSqlSafe(sql), values).await? {
        1 => Ok(()),
        _ => Err(Fault::Race),
    }
}

/// Brings the index of tags in line with the record.
async fn retag<R: Lifecycle>(
    tx: &mut Tx,
    table: &Table<R>,
    space: &SpaceId,
    before: Option<&R>,
    after: &R,
) -> Result<(), Fault> {
    let old: BTreeSet<String> =
        before.map(|record| (table.tags)(record)).unwrap_or_default().into_iter().collect();
    let new: BTreeSet<String> = (table.tags)(after).into_iter().collect();
    let id = after.id().to_string();
    for tag in new.difference(&old) {
        tx.run(
            "INSERT INTO record_tag (space_id, tag, kind, id) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
            params![space, tag, R::KIND, &id],
        )
        .await?;
    }
    for tag in old.difference(&new) {
        tx.run(
            "DELETE FROM record_tag WHERE space_id = $1 AND tag = $2 AND kind = $3 AND id = $4",
            params![space, tag, R::KIND, &id],
        )
        .await?;
    }
    Ok(())
}

fn text<R: Lifecycle>(record: &R) -> Result<String, Fault> {
    serde_json::to_string(record).map_err(|error| Fault::corrupt(R::KIND, error))
}

/// Writes the journal entries of the events, and what they ask of the outside.
async fn remember<R: Lifecycle>(
    tx: &mut Tx,
    id: R::Id,
    events: &[R::Event],
    effects: Vec<Effect>,
    asked: &Asked<'_>,
) -> Result<(), Fault> {
    let subject = format!("{}:{id}", R::KIND);
    let facts: Vec<Fact> = events
        .iter()
        .map(|event| {
            Ok(Fact {
                subject: subject.clone(),
                kind: format!("{}.{}", R::KIND, R::event_name(event)),
                data: Data::of(event)?,
            })
        })
        .collect::<Result<_, serde_json::Error>>()
        .map_err(|error| Fault::corrupt(R::KIND, error))?;
    let stamp = Stamp {
        space: asked.space,
        at: asked.moment.now,
        actor: &asked.moment.actor,
        cause: asked.cause,
    };
    journal::append(tx, &stamp, &facts).await?;
    for effect in effects {
        match effect {
            Effect::Send(message) => {
                let messages = [(subject.as_str(), &message)];
                outbox::add(tx, asked.space, &messages, asked.moment.now).await?;
            }
            Effect::CancelUnsent => {
                outbox::cancel(tx, asked.space, &subject, asked.moment.now).await?;
            }
        }
    }
    Ok(())
}

/// The record that a journal subject such as `incident:inc_…` names, if it is of this kind.
pub fn subject_id<R: Lifecycle>(subject: &str) -> Option<R::Id>
where
    R::Id: FromStr,
{
    subject.strip_prefix(R::KIND)?.strip_prefix(':')?.parse().ok()
}

/// Whether a refusal only says that the record has moved on: what a stream may meet and pass by.
pub fn moved_on(denied: &Denied) -> bool {
    match denied {
        Denied::Refused(refusal) => {
            matches!(refusal.code, RefusalCode::NotAllowedNow | RefusalCode::Unknown)
        }
        Denied::Missing(_) | Denied::Stale { .. } => true,
        Denied::Fault(_) => false,
    }
}
