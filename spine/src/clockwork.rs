//! The clockwork: deadlines are data. It sleeps until the least due time of any record and wakes
//! that record with its tick command. Ticks are idempotent, so two nodes may both wake a record.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use kernel::{Actor, Lifecycle, SpaceId, Time};
use sqlx::AssertSqlSafe;
use tokio_util::sync::CancellationToken;

use crate::db::Db;
use crate::engine::{self, Denied, Order, Table};
use crate::{Fault, World, params};

/// Records woken in one round.
const ROUND: i64 = 100;
/// How long to sleep when nothing is due; a commit of this process wakes earlier.
const NAP: Duration = Duration::from_secs(1);

type Answer<T> = BoxFuture<'static, Result<T, Fault>>;

/// A kind of record that has deadlines.
#[derive(Clone, Copy)]
pub struct Hand {
    due: fn(Db) -> Answer<Option<Time>>,
    tick: fn(Db, World) -> Answer<usize>,
}

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
        Hand {
            due: |db| Box::pin(async move { next_due(&db, C::TABLE.name).await }),
            tick: |db, world| Box::pin(async move { tick::<C>(&db, &world).await }),
        }
    }
}

/// Runs the clockwork until `stop`; survives every fault.
pub async fn run(db: Db, world: World, hands: Vec<Hand>, stop: CancellationToken) {
    let mut grown = db.grown();
    let mut failures = 0_u32;
    while !stop.is_cancelled() {
        grown.mark_unchanged();
        let wake_at = match round(&db, &world, &hands).await {
            Ok(due) => {
                failures = 0;
                // What is still due after a round could not be woken: do not spin on it.
                let now = world.now();
                due.filter(|due| *due > now).map_or(now + NAP, |due| due.min(now + NAP))
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

/// Wakes one round of due records; returns how many moved.
async fn tick<C: Clocked>(db: &Db, world: &World) -> Result<usize, Fault> {
    let sql = format!(
        "SELECT space_id, id FROM {} WHERE due_at <= $1 ORDER BY due_at LIMIT $2",
        C::TABLE.name
    );
    let due = db.reader().await?.all(AssertSqlSafe(sql), params![world.now(), ROUND]).await?;
    let mut moved = 0;
    for row in due {
        let space: SpaceId = row.get("space_id")?;
        let id = row
            .get::<String>("id")?
            .parse()
            .map_err(|_| Fault::Other(format!("a {} has a wrong id", C::Record::KIND)))?;
        let moment = Arc::new(world.moment(Actor::system("clockwork")));
        let order = Order { space, moment, expected: None };
        match engine::execute(db, C::TABLE, id, C::Record::tick(), order).await {
            Ok(done) if done.events.is_empty() => {
                tracing::warn!(kind = C::Record::KIND, "a due record had nothing to do");
            }
            Ok(_) => moved += 1,
            Err(Denied::Fault(fault)) => return Err(fault),
            Err(denied) => {
                tracing::warn!(kind = C::Record::KIND, reason = %denied, "a tick was refused");
            }
        }
    }
    Ok(moved)
}
