//! Who commits: SQLite's one writer, and PostgreSQL's single works.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::PgPool;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::checkpoint::WRITE_BACK;
use super::disk::{Disk, DiskState, OnDisk};
use super::{Conn, Dialect, Tx, Work};
use crate::Fault;

/// At most so many works share one commit: bounds how long the first one waits.
const BATCH: usize = 256;
/// Works that may wait before askers are held back.
const QUEUE: usize = 4096;

/// A work whose types are forgotten, so that what runs works is compiled once: run it, then answer
/// it once it is known how that ended.
pub(super) trait Job: Send {
    /// Runs the work; `false` when what it wrote is to be undone.
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, bool>;

    /// Tells the asker how the commit ended, and when it will be on disk.
    fn answer(self: Box<Self>, ended: Result<OnDisk, Fault>);
}

struct Asked<T, E, F> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    asker: oneshot::Sender<Result<(T, OnDisk), E>>,
}

/// A work to be run by somebody else, and where its answer comes.
#[expect(clippy::type_complexity, reason = "a channel of what the work returns")]
pub(super) fn asked<T, E, F>(work: F) -> (Box<dyn Job>, oneshot::Receiver<Result<(T, OnDisk), E>>)
where
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
{
    let (asker, answer) = oneshot::channel();
    (Box::new(Asked { work: Some(work), result: None, asker }), answer)
}

impl<T, E, F> Job for Asked<T, E, F>
where
    T: Send,
    E: From<Fault> + Send,
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send,
{
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return false };
            let result = work(&mut *tx).await.and_then(|done| {
                sound(tx)?;
                Ok(done)
            });
            let kept = result.is_ok();
            self.result = Some(result);
            kept
        })
    }

    fn answer(self: Box<Self>, ended: Result<OnDisk, Fault>) {
        let result = match (self.result, ended) {
            (Some(Err(refused)), _) => Err(refused),
            (_, Err(fault)) => Err(fault.into()),
            (Some(Ok(done)), Ok(disk)) => Ok((done, disk)),
            (None, Ok(_)) => Err(Fault::Other("a work panicked".to_owned()).into()),
        };
        // The asker may be gone; the work stands all the same.
        let _ = self.asker.send(result);
    }
}

/// A work that goes on after a statement failed is undone: PostgreSQL would answer its COMMIT with
/// a silent rollback.
fn sound(tx: &Tx) -> Result<(), Fault> {
    if !tx.failed {
        return Ok(());
    }
    let why = "a work went on after one of its statements failed; it was undone";
    Err(Fault::Other(why.to_owned()))
}

/// SQLite's one writer: drains what is queued, one commit for all, then answers everyone and goes
/// on while the disk is written to.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Box<dyn Job>>,
    pub(super) disk: DiskState,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
    stop: CancellationToken,
}

impl Writer {
    pub(super) fn start(
        conn: Conn,
        disk: Disk,
        grown: watch::Sender<u64>,
        little_left: Arc<AtomicBool>,
    ) -> Writer {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (stop, state) = (CancellationToken::new(), disk.state.clone());
        let ends = (stop.clone(), little_left);
        let task = tokio::spawn(drain(Tx::new(conn), disk, queue, grown, ends));
        Writer { jobs, disk: state, task: Arc::new(Mutex::new(Some(task))), stop }
    }

    /// Queues a work.
    pub(super) async fn take(&self, job: Box<dyn Job>) -> Result<(), Fault> {
        self.jobs.send(job).await.map_err(|_| Fault::Stopping)
    }

    /// Finishes what is queued and closes the connection.
    pub(super) async fn close(&self) {
        self.stop.cancel();
        if let Some(task) = self.task.lock().await.take() {
            let _ = task.await;
        }
    }
}

async fn drain(
    mut tx: Tx,
    disk: Disk,
    mut queue: mpsc::Receiver<Box<dyn Job>>,
    grown: watch::Sender<u64>,
    (stop, little_left): (CancellationToken, Arc<AtomicBool>),
) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut commits = 0_u64;
    loop {
        tokio::select! {
            biased;
            count = queue.recv_many(&mut batch, BATCH) => if count == 0 { break },
            () = stop.cancelled() => {
                queue.close();
                if queue.recv_many(&mut batch, BATCH).await == 0 { break }
            }
        }
        metrics::histogram!("operate_db_works_per_commit").record(batch.len() as f64);
        let committed = match disk.state.failed() {
            Some(fault) => Err(fault),
            None => commit(&mut tx, &mut batch).await.map_err(Arc::new),
        };
        let appended = std::mem::take(&mut tx.appended);
        if let Err(fault) = &committed {
            tracing::error!(error = %fault.chain(), "a commit failed; its works are undone");
            // Nothing to undo when BEGIN itself failed.
            let _ = tx.raw("ROLLBACK").await;
        }
        tx.end(committed.is_ok());
        commits += 1;
        let committed = committed.map(|()| disk.sync(commits));
        for job in batch.drain(..) {
            job.answer(committed.clone().map_err(Fault::Commit));
        }
        if appended && committed.is_ok() {
            grown.send_modify(|count| *count += 1);
        }
        if little_left.swap(false, Ordering::Relaxed)
            && let Err(fault) = tx.raw(WRITE_BACK).await
        {
            tracing::warn!(error = %fault.chain(), "the log was not begun anew");
        }
    }
    tx.close().await;
}

/// Runs a batch in one transaction, each work undone alone when it fails.
async fn commit(tx: &mut Tx, batch: &mut [Box<dyn Job>]) -> Result<(), Fault> {
    if let [only] = batch {
        tx.raw("BEGIN IMMEDIATE").await?;
        if guarded(tx, &mut **only).await {
            return tx.raw("COMMIT").await;
        }
        tx.forget_entries(0);
        return tx.raw("ROLLBACK").await;
    }
    // Every statement costs a visit to the connection's thread, so they go in pairs.
    tx.raw("BEGIN IMMEDIATE; SAVEPOINT work").await?;
    for job in batch {
        let before = tx.entries_len();
        if guarded(tx, &mut **job).await {
            tx.raw("RELEASE work; SAVEPOINT work").await?;
        } else {
            tx.forget_entries(before);
            tx.raw("ROLLBACK TO work").await?;
        }
    }
    // Releases the last savepoint too.
    tx.raw("COMMIT").await
}

/// Runs one work in a transaction of its own on PostgreSQL, and answers it.
pub(super) async fn alone(
    pool: PgPool,
    dialect: Dialect,
    mut job: Box<dyn Job>,
    grown: watch::Sender<u64>,
) {
    let ended = async {
        let mut tx = Tx::new(Conn::postgres(pool.acquire().await?, dialect));
        tx.raw("BEGIN").await?;
        let kept = guarded(&mut tx, &mut *job).await;
        if let Err(fault) = tx.raw(if kept { "COMMIT" } else { "ROLLBACK" }).await {
            tx.condemn();
            return Err(Fault::Commit(Arc::new(fault)));
        }
        if kept && tx.appended {
            grown.send_modify(|count| *count += 1);
        }
        Ok(OnDisk::already())
    };
    let ended = ended.await;
    job.answer(ended);
}

/// A work that panics is a bug, but must not take the writer with it: it is undone.
async fn guarded(tx: &mut Tx, job: &mut dyn Job) -> bool {
    tx.failed = false;
    AssertUnwindSafe(job.run(tx)).catch_unwind().await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use sqlx::Connection;

    use super::*;
    use crate::recent::Recent;

    #[tokio::test]
    async fn once_the_disk_has_failed_no_work_is_taken() {
        let connection = sqlx::SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let dialect = Dialect::Sqlite { tx_offset: 0 };
        let conn = Conn::writer(connection, dialect, Arc::new(Recent::default()));
        let disk = Disk::start(|| Err(std::io::Error::other("the disk is gone"))).unwrap();
        let writer = Writer::start(conn, disk, watch::Sender::new(0), Arc::default());
        let (job, answer) = asked::<_, Fault, _>(|tx| Box::pin(tx.raw("CREATE TABLE a (b)")));
        writer.take(job).await.unwrap();
        let ((), first) = answer.await.unwrap().expect("it is committed");
        assert!(first.wait().await.is_err(), "but it is not on disk");
        let (job, answer) = asked::<(), Fault, _>(|_| panic!("a work ran on a broken disk"));
        writer.take(job).await.unwrap();
        assert!(matches!(answer.await.unwrap(), Err(Fault::Commit(_))));
        writer.close().await;
    }
}
