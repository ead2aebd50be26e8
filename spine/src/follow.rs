//! Followers of the journal: a durable cursor that moves in the transaction of its effects, so
//! that each entry is acted upon exactly once, on however many nodes.

use std::sync::Arc;
use std::time::Duration;

use kernel::Time;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::db::{Db, Tx, Work};
use crate::journal::{self, Position, Stored};
use crate::{Clock, Denied, Fault, params};

/// A named reader of the journal.
pub struct Follower<F> {
    /// Its name in the database and in `/metrics`.
    pub name: &'static str,
    /// What it does with an entry, inside the transaction that moves its cursor.
    pub react: F,
    /// Whether anything can follow from an entry; the others are passed by outside of any
    /// transaction, which is most of a flood.
    heed: Arc<dyn Fn(&Stored) -> bool + Send + Sync>,
    /// How far memory has followed the journal; `None` for what needs no memory.
    memory: Option<watch::Receiver<Position>>,
}

/// Reactions of one transaction.
const BATCH: usize = 64;
/// Entries of one look.
const LOOK: i64 = 1024;
/// An entry that fails so often on its own is parked, so that it cannot stop the ones behind it.
const FAILURES: u32 = 5;
/// So many lost races in a row are no longer bad luck.
const RACES: u32 = 20;
/// How often a shared database is looked at for entries of other nodes.
const GLANCE: Duration = Duration::from_millis(250);

/// How long a cursor may lag behind what was only passed by: a flood is read without a commit for
/// each look at it.
const SAVE: Duration = Duration::from_millis(100);

/// Entries that were passed by and would be again: the cursor in the database, and how far ahead of
/// it the reader is.
struct Passed {
    from: Position,
    to: Position,
    save_at: Time,
}

/// What went wrong since the last entry that was handled.
#[derive(Default)]
struct Trouble {
    failures: u32,
    races: u32,
    /// Entries still to be taken one at a time, so that the bad one stands alone.
    singly: usize,
}

impl Trouble {
    fn batch(&self) -> usize {
        if self.singly > 0 { 1 } else { BATCH }
    }

    fn passed(&mut self, entries: usize) {
        *self = Trouble { singly: self.singly.saturating_sub(entries), ..Trouble::default() };
    }

    /// Counts the fault; `true` when the entry at hand has had its tries.
    fn met(&mut self, fault: &Fault) -> bool {
        let alone = self.batch() == 1;
        self.failures += 1;
        self.singly = BATCH;
        // While the database is away no entry is to blame.
        alone && self.failures > FAILURES && !fault.outage()
    }

    fn pause(&self) -> Duration {
        Duration::from_millis(100 << self.failures.min(6))
    }
}

impl<F> Follower<F>
where
    F: for<'t> Fn(&'t mut Tx, &'t Stored) -> Work<'t, (), Denied> + Clone + Send + Sync + 'static,
{
    /// A follower under a name of its own.
    pub fn new(name: &'static str, react: F) -> Follower<F> {
        Follower { name, react, heed: Arc::new(|_| true), memory: None }
    }

    /// Passes by the entries from which nothing can follow.
    #[must_use]
    pub fn heeding(mut self, heed: impl Fn(&Stored) -> bool + Send + Sync + 'static) -> Self {
        self.heed = Arc::new(heed);
        self
    }

    /// Stays behind what memory has followed: what comes of an entry goes by everything that was
    /// committed before it, also what another node committed.
    #[must_use]
    pub fn behind(mut self, memory: watch::Receiver<Position>) -> Self {
        self.memory = Some(memory);
        self
    }

    /// Follows the journal until `stop`; survives every fault.
    pub async fn run(self, db: Db, clock: Clock, stop: CancellationToken) {
        let mut grown = db.grown();
        let mut memory = self.memory.clone();
        let mut trouble = Trouble::default();
        let mut passed = None;
        while !stop.is_cancelled() {
            grown.mark_unchanged();
            if let Some(memory) = &mut memory {
                memory.mark_unchanged();
            }
            let pause = match self.look(&db, &clock, trouble.batch(), &mut passed).await {
                Ok(0) => {
                    trouble = Trouble::default();
                    let save = passed.as_ref().map(|passed| passed.save_at.since(clock.now()));
                    let glance = db.shared().then_some(GLANCE);
                    save.into_iter().chain(glance).min()
                }
                Ok(entries) => {
                    trouble.passed(entries);
                    continue;
                }
                Err(fault) if fault.worth_retrying() && trouble.races < RACES => {
                    trouble.races += 1;
                    continue;
                }
                Err(fault) => {
                    self.stumble(&db, &clock, &mut trouble, &fault).await;
                    Some(trouble.pause())
                }
            };
            let rest = async {
                match pause {
                    Some(pause) => clock.wait(pause).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = stop.cancelled() => {}
                _ = grown.changed(), if trouble.failures == 0 => {}
                () = moved(&mut memory), if trouble.failures == 0 => {}
                () = rest => {}
            }
        }
        // Otherwise they are looked at again after the start.
        let _ = self.save(&db, clock.now(), passed).await;
    }

    /// Counts and reports a fault, and parks the entry that keeps failing.
    async fn stumble(&self, db: &Db, clock: &Clock, trouble: &mut Trouble, fault: &Fault) {
        let name = self.name;
        tracing::error!(follower = name, error = %fault.chain(), failures = trouble.failures,
            "a follower of the journal failed");
        metrics::counter!("operate_follower_failures_total", "follower" => name).increment(1);
        if trouble.met(fault) && self.park(db, clock, fault).await.is_ok() {
            trouble.passed(1);
        }
    }

    /// Handles what has come since, at most `limit` reactions, in one transaction; returns how many
    /// entries that were. A reaction that is refused is undone alone and passed by.
    ///
    /// # Errors
    /// When the database or a reaction fails: then the cursor has not moved.
    pub async fn step(&self, db: &Db, clock: &Clock, limit: usize) -> Result<usize, Fault> {
        let mut passed = None;
        let count = self.look(db, clock, limit, &mut passed).await?;
        self.save(db, clock.now(), passed).await?;
        Ok(count)
    }

    async fn look(
        &self,
        db: &Db,
        clock: &Clock,
        limit: usize,
        passed: &mut Option<Passed>,
    ) -> Result<usize, Fault> {
        let (name, react, now) = (self.name, self.react.clone(), clock.now());
        if let Some(due) = passed.take_if(|passed| passed.save_at <= now) {
            self.save(db, now, Some(due)).await?;
        }
        // Entries never change: what was read without the write lock is good inside of it.
        let mut conn = db.reader().await?;
        let at = position(&mut conn, name).await?;
        // Another node may have moved the cursor.
        passed.take_if(|passed| passed.from != at);
        let ahead = passed.as_ref().map_or(at, |passed| passed.to);
        let mut entries =
            journal::after(&mut conn, ahead, if limit > 1 { LOOK } else { 1 }).await?;
        drop(conn);
        let lag = entries.first().map_or(0.0, |first| now.since(first.entry.at).as_secs_f64());
        metrics::gauge!("operate_follower_lag_seconds", "follower" => name).set(lag);
        if let Some(memory) = &self.memory {
            let known = *memory.borrow();
            entries.truncate(entries.partition_point(|stored| stored.position <= known));
        }
        let (heeded, count) = self.heeded(&entries, limit);
        let Some(last) = count.checked_sub(1).map(|last| entries[last].position) else {
            return Ok(0);
        };
        // While a bad entry is looked for, the cursor stands right before it.
        if heeded.is_empty() && limit > 1 {
            let save_at = passed.as_ref().map_or(now + SAVE, |passed| passed.save_at);
            *passed = Some(Passed { from: at, to: last, save_at });
            return Ok(count);
        }
        *passed = None;
        // The effects stay inside, behind what they follow from.
        let work = db.commit(move |tx| {
            Box::pin(async move {
                if lock(tx, name, now).await? != at {
                    // Another node was here: look again.
                    return Ok(1);
                }
                for stored in &heeded {
                    tx.mark().await?;
                    match react(tx, stored).await {
                        Ok(()) => tx.keep().await?,
                        Err(denied) => {
                            tx.undo().await?;
                            pass_refusal(name, stored, denied)?;
                        }
                    }
                }
                advance(tx, name, last).await?;
                Ok(count)
            })
        });
        work.await.map(|(count, _disk)| count)
    }

    /// Moves the cursor past what was passed by, unless another node moved it.
    async fn save(&self, db: &Db, now: Time, passed: Option<Passed>) -> Result<(), Fault> {
        let (Some(passed), name) = (passed, self.name) else { return Ok(()) };
        db.write(move |tx| {
            Box::pin(async move {
                if lock(tx, name, now).await? == passed.from {
                    advance(tx, name, passed.to).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// The first entries to react to, at most `limit`, and how many entries that goes through.
    fn heeded(&self, entries: &[Arc<Stored>], limit: usize) -> (Vec<Arc<Stored>>, usize) {
        let mut heeded = Vec::new();
        for (passed, stored) in entries.iter().enumerate() {
            if heeded.len() == limit {
                return (heeded, passed);
            }
            if (self.heed)(stored) {
                heeded.push(stored.clone());
            }
        }
        (heeded, entries.len())
    }

    /// Lays the next entry aside with the reason, and goes on behind it.
    async fn park(&self, db: &Db, clock: &Clock, fault: &Fault) -> Result<(), Fault> {
        let (name, now, error) = (self.name, clock.now(), fault.chain());
        db.write(move |tx| {
            Box::pin(async move {
                let at = lock(tx, name, now).await?;
                let entries = journal::after(tx, at, 1).await?;
                let Some(stored) = entries.first() else { return Ok(()) };
                tx.run(
                    "INSERT INTO parked (follower, seq, space_id, error, parked_at) \
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                    params![name, stored.entry.seq, &stored.entry.space, error, now],
                )
                .await?;
                advance(tx, name, stored.position).await
            })
        })
        .await
    }
}

/// A refusal is an answer: the record has moved on. Only a fault stops the follower.
fn pass_refusal(name: &'static str, stored: &Stored, denied: Denied) -> Result<(), Fault> {
    let Denied::Fault(fault) = denied else {
        tracing::info!(follower = name, seq = stored.entry.seq, reason = %denied,
            "a reaction was refused");
        return Ok(());
    };
    Err(fault)
}

/// Waits until memory has followed further; for ever when there is none to wait for.
async fn moved(memory: &mut Option<watch::Receiver<Position>>) {
    let heard = match memory {
        Some(memory) => memory.changed().await.is_ok(),
        None => false,
    };
    if !heard {
        std::future::pending().await
    }
}

async fn position(conn: &mut crate::Conn, name: &str) -> Result<Position, Fault> {
    match conn.first("SELECT tx, seq FROM follower WHERE name = $1", params![name]).await? {
        Some(row) => Ok(Position { tx: row.get("tx")?, seq: row.get("seq")? }),
        None => Ok(Position::default()),
    }
}

/// Reads the cursor and keeps other nodes from moving it until the transaction ends.
async fn lock(tx: &mut Tx, name: &str, now: Time) -> Result<Position, Fault> {
    let row = tx
        .first(
            "INSERT INTO follower (name, tx, seq, moved_at) VALUES ($1, 0, 0, $2) \
             ON CONFLICT (name) DO UPDATE SET moved_at = excluded.moved_at RETURNING tx, seq",
            params![name, now],
        )
        .await?;
    match row {
        Some(row) => Ok(Position { tx: row.get("tx")?, seq: row.get("seq")? }),
        None => Err(Fault::Other(format!("the cursor of {name} is gone"))),
    }
}

async fn advance(tx: &mut Tx, name: &str, to: Position) -> Result<(), Fault> {
    tx.run("UPDATE follower SET tx = $2, seq = $3 WHERE name = $1", params![name, to.tx, to.seq])
        .await?;
    Ok(())
}

/// The durable cursor of a reader that takes many entries at once, in a transaction of its own.
#[derive(Clone, Copy, Debug)]
pub struct Cursor(pub &'static str);

impl Cursor {
    /// Where it stands.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn position(self, conn: &mut crate::Conn) -> Result<Position, Fault> {
        position(conn, self.0).await
    }

    /// Where it stands, and stays until the transaction ends, on all nodes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lock(self, tx: &mut Tx, now: Time) -> Result<Position, Fault> {
        lock(tx, self.0, now).await
    }

    /// Moves it, in the transaction of what follows from the entries up to there.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn advance(self, tx: &mut Tx, to: Position) -> Result<(), Fault> {
        advance(tx, self.0, to).await
    }
}

/// How far a follower is behind the journal.
#[derive(Clone, Debug)]
pub struct Lag {
    /// Its name.
    pub follower: String,
    /// Age of the oldest entry that it has not handled.
    pub seconds: f64,
}

/// How far each follower is behind.
///
/// # Errors
/// When the database refuses.
pub async fn lags(conn: &mut crate::Conn, now: Time) -> Result<Vec<Lag>, Fault> {
    let rows = conn.all("SELECT name, tx, seq FROM follower ORDER BY name", vec![]).await?;
    let mut lags = Vec::with_capacity(rows.len());
    for row in rows {
        let at = Position { tx: row.get("tx")?, seq: row.get("seq")? };
        let next = journal::after(conn, at, 1).await?;
        let seconds = next.first().map_or(0.0, |next| now.since(next.entry.at).as_secs_f64());
        lags.push(Lag { follower: row.get("name")?, seconds });
    }
    Ok(lags)
}

/// How many entries of all spaces are parked.
///
/// # Errors
/// When the database refuses.
pub async fn parked(conn: &mut crate::Conn) -> Result<i64, Fault> {
    conn.number("SELECT COUNT(*) AS n FROM parked", vec![]).await
}
