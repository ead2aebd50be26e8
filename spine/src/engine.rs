//! The one place that changes records: load, decide, fold, write row and journal and outbox.

mod change;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use kernel::{Lifecycle, Moment, Refusal, RefusalCode, SpaceId};
use sqlx::AssertSqlSafe;

use change::Change;

use crate::db::{Conn, Db, Tx, Value};
use crate::{Fault, params};

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
    let changes = [Change::open(id, command, asked.moment)?];
    change::store(tx, table, asked, &changes).await?;
    let [change] = changes;
    Ok(change.done())
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
    let Some(read) = load(tx, table, asked.space, id).await? else {
        return Err(Denied::Missing(R::KIND));
    };
    if let Some(expected) = asked.expected.filter(|expected| *expected != read.version) {
        return Err(Denied::Stale { expected, actual: read.version });
    }
    let mut change = Change::of(read);
    change.decide(command, asked.moment)?;
    let changes = [change];
    change::store(tx, table, asked, &changes).await?;
    let [change] = changes;
    Ok(change.done())
}

/// Executes commands on several records of one kind, one after the other, in few statements. One
/// that is refused, or whose record is missing or does not read back, keeps no other from being
/// executed. Returns for each how many events followed.
///
/// # Errors
/// When the database fails; [`Fault::Race`] means that the whole transaction is to be tried again.
pub async fn execute_each_in<R: Lifecycle>(
    tx: &mut Tx,
    table: &Table<R>,
    commands: &[(R::Id, R::Command)],
    asked: &Asked<'_>,
) -> Result<Vec<Result<usize, Denied>>, Fault> {
    let ids: BTreeSet<R::Id> = commands.iter().map(|(id, _)| *id).collect();
    let ids: Vec<R::Id> = ids.into_iter().collect();
    let read = load_each(tx, table, asked.space, &ids).await?;
    let mut changes: BTreeMap<R::Id, Change<R>> =
        read.into_iter().map(|(id, read)| (id, Change::of(read))).collect();
    let decide = |(id, command): &(R::Id, R::Command)| match changes.get_mut(id) {
        Some(change) => change.decide(command, asked.moment).map_err(Denied::from),
        None => Err(Denied::Missing(R::KIND)),
    };
    let results = commands.iter().map(decide).collect();
    let changes: Vec<Change<R>> = changes.into_values().collect();
    change::store(tx, table, asked, &changes).await?;
    Ok(results)
}

/// Reads records, those that are there; one that does not read back is logged and left out.
///
/// # Errors
/// When the database refuses.
pub async fn load_each<R: Lifecycle>(
    conn: &mut Conn,
    table: &Table<R>,
    space: &SpaceId,
    ids: &[R::Id],
) -> Result<Vec<(R::Id, Versioned<R>)>, Fault> {
    let mut found = Vec::with_capacity(ids.len());
    for piece in crate::db::pieces(ids) {
        let sql = format!(
            "SELECT id, version, data FROM {} WHERE space_id = $1 AND id IN ({})",
            table.name,
            crate::db::placeholders(2, piece.len())
        );
        let mut values = params![space];
        values.extend(piece.iter().map(|id| Value::from(id.to_string())));
        for row in conn.all(AssertSqlSafe(sql), values).await? {
            let id: String = row.get("id")?;
            let (Ok(parsed), Ok(record)) = (id.parse(), row.json("data")) else {
                tracing::error!(kind = R::KIND, id, "a record does not read back");
                continue;
            };
            found.push((parsed, Versioned { record, version: row.get("version")? }));
        }
    }
    Ok(found)
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

/// Keeps others from changing a record until the transaction ends: what is asked of it next loses
/// no race.
///
/// # Errors
/// When the database refuses.
pub async fn hold<R: Lifecycle>(
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
                self::hold(tx, table, space, id).await?;
            }
            let asked = Asked { space, moment, cause: None, expected: *expected };
            execute_in(tx, table, id, &command, &asked).await
        })
    })
    .await
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
