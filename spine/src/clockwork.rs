//! The clockwork: deadlines are data. It sleeps until the least due time of any record and wakes
//! that record with its tick command. Ticks are idempotent, so two nodes may both wake a record.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use kernel::{Actor, Lifecycle, Moment, SpaceId, Time};
use sqlx::AssertSqlSafe;
use tokio_util::sync::CancellationToken;

use crate::db::{Db, Tx, Work};
use crate::engine::{self, Asked, Table, Versioned};
use crate::{Fault, World, params};

/// Due records woken together.
const ROUND: i64 = 256;
/// How often records that another node woke meanwhile are looked at again.
const TRIES: u32 = 5;
/// How long to sleep when nothing is due; a commit of this process wakes earlier.
const NAP: Duration = Duration::from_secs(1);

type Answer<T> = BoxFuture<'static, Result<T, Fault>>;

/// A kind of record that has deadlines.
#[derive(Clone)]
pub struct Hand {
    due: fn(Db) -> Answer<Option<Time>>,
    tick: Arc<dyn Fn(Db, World) -> Answer<usize> + Send + Sync>,
}

/// Makes the command that wakes a record, for records whose tick holds what only others know.
pub type Waking<R> = Arc<dyn Fn(&SpaceId, &R, Time) -> <R as Lifecycle>::Command + Send + Sync>;

/// Implemented by the marker of a table, so that a [`Hand`] can be made from it.
pub trait Clocked: Send + Sync + 'static {
    /// The kind of record.
    type Record: Lifecycle<Id: 'static, Command: 'static, Event: 'static> + 'static;
    /// Its table.
    const TABLE: &'static Table<Self::Record>;
}

impl Hand {
    /// The hand of one kind of record.
    pub fn of<C: Clocked>() -> Hand {
        Hand::waking::<C>(Arc::new(|_, _, _| C::Record::tick()))
    }

    /// The hand of one kind of record whose wakening depends on more than the record. What the
    /// record is asked is decided right before; it is told again should it have moved on meanwhile.
    pub fn waking<C: Clocked>(waking: Waking<C::Record>) -> Hand {
        Hand {
            due: |db| Box::pin(async move { next_due(&db, C::TABLE.name).await }),
            tick: Arc::new(move |db, world| {
                let waking = waking.clone();
                Box::pin(async move { tick::<C>(&db, &world, &waking).await })
            }),
        }
    }
}

/// Runs the clockwork until `stop`; survives every fault.
pub async fn run(db: Db, world: World, hands: Vec<Hand>, stop: CancellationToken) {
    let mut grown = db.grown();
    let mut failures = 0_u32;
    while !stop.is_cancelled() {
        grown.mark_unchanged();
        let began = world.now();
        let wake_at = match round(&db, &world, &hands).await {
            Ok(due) => {
                failures = 0;
                // What was due when the round began could not be woken: do not spin on it.
                let nap = world.now() + NAP;
                due.filter(|due| *due > began).map_or(nap, |due| due.min(nap))
            }
            Err(fault) => {
                failures += 1;
                tracing::error!(error = %fault.chain(), failures, "the clockwork failed");
                world.now() + Duration::from_millis(100 << failures.min(6))
            }
        };
        tokio::select! {
            _ = stop.cancelled() => {}
            _ = grown.changed(), if failures == 0 => {}
            () = world.clock.wait_until(wake_at) => {}
        }
    }
}

/// Wakes everything that is due; returns the next due time.
///
/// # Errors
/// When the database fails.
pub async fn round(db: &Db, world: &World, hands: &[Hand]) -> Result<Option<Time>, Fault> {
    let mut next: Option<Time> = None;
    for hand in hands {
        while (hand.tick)(db.clone(), world.clone()).await? > 0 {}
        let due = (hand.due)(db.clone()).await?;
        next = [next, due].into_iter().flatten().min();
    }
    let late = next.map_or(0.0, |due| world.now().since(due).as_secs_f64());
    metrics::gauge!("operate_clockwork_lag_seconds").set(late);
    Ok(next)
}

async fn next_due(db: &Db, table: &'static str) -> Result<Option<Time>, Fault> {
    let sql = format!("SELECT MIN(due_at) AS due FROM {table} WHERE due_at IS NOT NULL");
    match db.reader().await?.first(AssertSqlSafe(sql), vec![]).await? {
        Some(row) => row.get("due"),
        None => Ok(None),
    }
}

/// Wakes every record that is due; returns how many moved.
async fn tick<C: Clocked>(
    db: &Db,
    world: &World,
    waking: &Waking<C::Record>,
) -> Result<usize, Fault> {
    let sql = format!(
        "SELECT space_id, id, due_at FROM {} \
         WHERE due_at <= $1 AND (due_at, space_id, id) > ($2, $3, $4) \
         ORDER BY due_at, space_id, id LIMIT $5",
        C::TABLE.name
    );
    // Goes on behind what could not be woken, so that it never stands in the way of others.
    let mut last = (i64::MIN, String::new(), String::new());
    let mut moved = 0;
    loop {
        let values = params![world.now(), last.0, &last.1, &last.2, ROUND];
        let due = db.reader().await?.all(AssertSqlSafe(sql.clone()), values).await?;
        let Some(row) = due.last() else { return Ok(moved) };
        last = (row.get("due_at")?, row.get("space_id")?, row.get("id")?);
        let mut spaces: BTreeMap<SpaceId, Vec<RecordId<C>>> = BTreeMap::new();
        for row in &due {
            let (space, id): (SpaceId, String) = (row.get("space_id")?, row.get("id")?);
            match id.parse() {
                Ok(parsed) => spaces.entry(space).or_default().push(parsed),
                Err(_) => {
                    tracing::error!(kind = C::Record::KIND, id, "a due record has a wrong id")
                }
            }
        }
        for (space, ids) in spaces {
            moved += wake::<C>(db, world, waking, (&space, &ids)).await?;
        }
    }
}

/// The id of a kind of record.
type RecordId<C> = <<C as Clocked>::Record as Lifecycle>::Id;

/// Wakes records together; when that fails, one by one, so that none keeps another from being
/// woken. Only a database that is away stops the round.
async fn wake<C: Clocked>(
    db: &Db,
    world: &World,
    waking: &Waking<C::Record>,
    (space, ids): (&SpaceId, &[RecordId<C>]),
) -> Result<usize, Fault> {
    match together::<C>(db, world, waking, (space, ids)).await {
        Err(fault) if fault.outage() => Err(fault),
        Ok(moved) => Ok(moved),
        Err(fault) => {
            let kind = C::Record::KIND;
            tracing::info!(kind, error = %fault.chain(), "records are woken one by one");
            let mut moved = 0;
            for id in ids {
                match together::<C>(db, world, waking, (space, &[*id])).await {
                    Ok(woken) => moved += woken,
                    Err(fault) if fault.outage() => return Err(fault),
                    Err(fault) => unwoken(C::Record::KIND, &id.to_string(), &fault),
                }
            }
            Ok(moved)
        }
    }
}

/// Wakes records in one transaction; returns how many moved. What each is asked is decided right
/// before, outside of it.
async fn together<C: Clocked>(
    db: &Db,
    world: &World,
    waking: &Waking<C::Record>,
    (space, ids): (&SpaceId, &[RecordId<C>]),
) -> Result<usize, Fault> {
    let mut tries = 0;
    loop {
        let moment = world.moment(Actor::system("clockwork"));
        let mut conn = db.reader().await?;
        let found = engine::load_each(&mut conn, C::TABLE, space, ids).await?;
        drop(conn);
        // What does not read back is logged where it is read.
        let unread = ids.len().saturating_sub(found.len()) as u64;
        if unread > 0 {
            let kind = C::Record::KIND;
            metrics::counter!("operate_clockwork_failures_total", "kind" => kind).increment(unread);
        }
        let command =
            |(id, read): (_, Versioned<C::Record>)| (id, waking(space, &read.record, moment.now));
        let commands: Vec<_> = found.into_iter().map(command).collect();
        let asked = (space.clone(), moment);
        match db.commit(move |tx| execute::<C>(tx, asked, commands)).await {
            Err(fault) if fault.worth_retrying() && tries < TRIES => tries += 1,
            Ok((moved, _)) => return Ok(moved),
            Err(fault) => return Err(fault),
        }
    }
}

fn execute<C: Clocked>(
    tx: &mut Tx,
    (space, moment): (SpaceId, Moment),
    commands: Vec<(RecordId<C>, <C::Record as Lifecycle>::Command)>,
) -> Work<'_, usize, Fault> {
    Box::pin(async move {
        let asked = Asked::new(&space, &moment);
        let results = engine::execute_each_in(tx, C::TABLE, &commands, &asked).await?;
        let kind = C::Record::KIND;
        let mut moved = 0;
        for ((id, _), result) in commands.iter().zip(results) {
            match result {
                Ok(0) => tracing::warn!(kind, %id, "a due record had nothing to do"),
                Ok(_) => moved += 1,
                Err(denied) => tracing::warn!(kind, %id, reason = %denied, "a tick was refused"),
            }
        }
        Ok(moved)
    })
}

/// Tells that a record could not be woken: it did not move.
fn unwoken(kind: &'static str, id: &str, fault: &Fault) {
    tracing::error!(kind, id, error = %fault.chain(), "a record could not be woken");
    metrics::counter!("operate_clockwork_failures_total", "kind" => kind).increment(1);
}
