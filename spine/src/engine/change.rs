//! What commands make of records, and how that is written: in few statements, however many records
//! it is.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kernel::{Data, Effect, Fact, Lifecycle, Moment, Refusal, SpaceId};
use sqlx::AssertSqlSafe;

use super::{Asked, Denied, Done, Table, Versioned};
use crate::db::{Rows, Tx, Value};
use crate::journal::{self, Stamp};
use crate::{Fault, outbox, params};

/// What happened to one record since it was read, not written yet.
pub(super) struct Change<R: Lifecycle> {
    /// As it was read, with its version; `None` for a new one.
    before: Option<Versioned<R>>,
    after: R,
    events: Vec<R::Event>,
    effects: Vec<Effect>,
}

impl<R: Lifecycle> Change<R> {
    /// A new record.
    pub(super) fn open(id: R::Id, command: &R::Command, moment: &Moment) -> Result<Self, Denied> {
        let events = R::open(id, command, moment)?;
        let Some((first, rest)) = events.split_first() else {
            return Err(Fault::Other(format!("opening a {} gave no event", R::KIND)).into());
        };
        let Some(mut after) = R::born(id, first) else {
            return Err(Fault::Other(format!("a {} cannot begin so", R::KIND)).into());
        };
        let mut effects = after.effects(first, moment);
        for event in rest {
            after.apply(event);
            effects.extend(after.effects(event, moment));
        }
        Ok(Change { before: None, after, events, effects })
    }

    /// Nothing yet.
    pub(super) fn of(read: Versioned<R>) -> Self {
        let after = read.record.clone();
        Change { before: Some(read), after, events: Vec::new(), effects: Vec::new() }
    }

    /// Lets the record decide on one more command; returns how many events followed.
    pub(super) fn decide(
        &mut self,
        command: &R::Command,
        moment: &Moment,
    ) -> Result<usize, Refusal> {
        let events = self.after.decide(command, moment)?;
        for event in &events {
            self.after.apply(event);
            self.effects.extend(self.after.effects(event, moment));
        }
        let count = events.len();
        self.events.extend(events);
        Ok(count)
    }

    /// What was done, once it is stored.
    pub(super) fn done(self) -> Done<R> {
        let read = self.before.map_or(0, |before| before.version);
        let version = read + i64::from(!self.events.is_empty());
        Done { record: self.after, version, events: self.events }
    }
}

/// Writes what happened to records: rows, tags, journal, and what it asks of the outside.
/// [`Fault::Race`] means that one of them has moved on and the transaction is to be tried again.
pub(super) async fn store<R: Lifecycle>(
    tx: &mut Tx,
    table: &Table<R>,
    asked: &Asked<'_>,
    changes: &[Change<R>],
) -> Result<(), Fault> {
    let changed: Vec<&Change<R>> =
        changes.iter().filter(|change| !change.events.is_empty()).collect();
    if changed.is_empty() {
        return Ok(());
    }
    insert(tx, table, asked.space, &changed).await?;
    update(tx, table, asked.space, &changed).await?;
    for change in &changed {
        retag(tx, table, asked.space, change).await?;
    }
    remember(tx, asked, &changed).await
}

async fn insert<R: Lifecycle>(
    tx: &mut Tx,
    table: &Table<R>,
    space: &SpaceId,
    changes: &[&Change<R>],
) -> Result<(), Fault> {
    let new = changes.iter().filter(|change| change.before.is_none());
    let rows: Vec<Vec<Value>> =
        new.map(|change| row(table, space, 1, &change.after)).collect::<Result<_, Fault>>()?;
    let columns = table.columns.iter().fold(String::new(), |text, column| text + ", " + column);
    let into = format!("{} (space_id, id, version, due_at, data{columns})", table.name);
    tx.insert_rows(&into, rows, "").await?;
    Ok(())
}

async fn update<R: Lifecycle>(
    tx: &mut Tx,
    table: &Table<R>,
    space: &SpaceId,
    changes: &[&Change<R>],
) -> Result<(), Fault> {
    let read = |change: &&&Change<R>| change.before.is_some();
    let rows: Vec<Vec<Value>> = changes
        .iter()
        .filter(read)
        .map(|change| {
            let version = change.before.as_ref().map_or(0, |before| before.version);
            row(table, space, version, &change.after)
        })
        .collect::<Result<_, Fault>>()?;
    let expected = rows.len() as u64;
    let (mut names, mut sets) = (String::new(), String::new());
    for column in table.columns {
        let _ = write!(names, ", new_{column}");
        let _ = write!(sets, ", {column} = new_{column}");
    }
    let mut touched = 0;
    for piece in Rows::pieces(rows) {
        let sql = format!(
            "WITH changed (in_space, named, read_at, new_due_at, new_data{names}) AS (VALUES {}) \
             UPDATE {} SET version = version + 1, due_at = new_due_at, data = new_data{sets} \
             FROM changed WHERE space_id = in_space AND id = named AND version = read_at",
            tx.tuples(&piece),
            table.name,
        );
        touched += tx.run(AssertSqlSafe(sql), piece.values).await?;
    }
    if touched == expected { Ok(()) } else { Err(Fault::Race) }
}

fn row<R: Lifecycle>(
    table: &Table<R>,
    space: &SpaceId,
    version: i64,
    record: &R,
) -> Result<Vec<Value>, Fault> {
    let data = serde_json::to_string(record).map_err(|error| Fault::corrupt(R::KIND, error))?;
    let mut values = params![space, record.id().to_string(), version, record.next_due(), data];
    values.extend((table.values)(record));
    Ok(values)
}

/// Brings the index of tags in line with the record.
async fn retag<R: Lifecycle>(
    tx: &mut Tx,
    table: &Table<R>,
    space: &SpaceId,
    change: &Change<R>,
) -> Result<(), Fault> {
    let tags = |record: &R| -> BTreeSet<String> { (table.tags)(record).into_iter().collect() };
    let old = change.before.as_ref().map(|before| tags(&before.record)).unwrap_or_default();
    let new = tags(&change.after);
    let id = change.after.id().to_string();
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

/// Writes the journal entries of the events, and what they ask of the outside.
async fn remember<R: Lifecycle>(
    tx: &mut Tx,
    asked: &Asked<'_>,
    changes: &[&Change<R>],
) -> Result<(), Fault> {
    let stamp = Stamp {
        space: asked.space,
        at: asked.moment.now,
        actor: &asked.moment.actor,
        cause: asked.cause,
    };
    let mut facts = Vec::new();
    for change in changes {
        let subject = subject(&change.after);
        for event in &change.events {
            facts.push(Fact {
                subject: subject.clone(),
                kind: format!("{}.{}", R::KIND, R::event_name(event)),
                data: Data::of(event).map_err(|error| Fault::corrupt(R::KIND, error))?,
            });
        }
    }
    journal::append(tx, &stamp, &facts).await?;
    let mut messages = Vec::new();
    for change in changes {
        let subject = subject(&change.after);
        for effect in &change.effects {
            match effect {
                Effect::Send(message) => messages.push((subject.clone(), message)),
                // What was asked for before it may be what it cancels.
                Effect::CancelUnsent => {
                    outbox::add(tx, asked.space, &messages, stamp.at).await?;
                    messages.clear();
                    outbox::cancel(tx, asked.space, &subject, stamp.at).await?;
                }
            }
        }
    }
    outbox::add(tx, asked.space, &messages, stamp.at).await
}

fn subject<R: Lifecycle>(record: &R) -> String {
    format!("{}:{}", R::KIND, record.id())
}
