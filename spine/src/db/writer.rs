//! Who commits: SQLite's one writer, and PostgreSQL's single works.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Conn, Dialect, Tx, Work};
use crate::Fault;

/// At most so many works share one commit: bounds how long the first one waits.
const BATCH: usize = 256;
/// Works that may wait before askers are held back.
const QUEUE: usize = 4096;

/// A work whose types are forgotten: run it, then answer it once the commit is known.
type Job = Box<dyn for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Ran> + Send>;

struct Ran {
    kept: bool,
    answer: Box<dyn FnOnce(Option<Fault>) + Send>,
}

/// SQLite's one writer: drains what is queued, one commit for all, then answers everyone.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
    stop: CancellationToken,
}

impl Writer {
    pub(super) fn start(
        connection: SqliteConnection,
        dialect: Dialect,
        grown: watch::Sender<u64>,
    ) -> Writer {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let stop = CancellationToken::new();
        let tx = Tx::new(Conn::writer(connection, dialect));
        let task = tokio::spawn(drain(tx, queue, grown, stop.clone()));
        Writer { jobs, task: Arc::new(Mutex::new(Some(task))), stop }
    }

    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel::<Result<T, E>>();
        let job: Job = Box::new(move |tx| {
            Box::pin(async move {
                let result = guarded(tx, work).await;
                Ran {
                    kept: result.is_ok(),
                    answer: Box::new(move |fault| {
                        // The asker may be gone; the work stands all the same.
                        let _ = answer.send(match fault {
                            Some(fault) if result.is_ok() => Err(fault.into()),
                            _ => result,
                        });
                    }),
                }
            })
        });
        self.jobs.send(job).await.map_err(|_| Fault::Stopping)?;
        answered.await.unwrap_or_else(|_| Err(Fault::Stopping.into()))
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
    mut queue: mpsc::Receiver<Job>,
    grown: watch::Sender<u64>,
    stop: CancellationToken,
) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        tokio::select! {
            biased;
            count = queue.recv_many(&mut batch, BATCH) => if count == 0 { break },
            () = stop.cancelled() => {
                queue.close();
                if queue.recv_many(&mut batch, BATCH).await == 0 { break }
            }
        }
        let ran = commit(&mut tx, &mut batch).await;
        if std::mem::take(&mut tx.appended) {
            grown.send_modify(|count| *count += 1);
        }
        metrics::histogram!("operate_db_works_per_commit").record(ran as f64);
    }
}

/// Runs a batch in one transaction; returns how many works it held.
async fn commit(tx: &mut Tx, batch: &mut Vec<Job>) -> usize {
    let count = batch.len();
    let mut ran = Vec::with_capacity(count);
    let outcome = async {
        tx.raw("BEGIN IMMEDIATE").await?;
        for job in batch.drain(..) {
            tx.raw("SAVEPOINT work").await?;
            let done = job(tx).await;
            let undo = if done.kept { "" } else { "ROLLBACK TO work; " };
            ran.push(done);
            tx.raw(&format!("{undo}RELEASE work")).await?;
        }
        tx.raw("COMMIT").await
    }
    .await;
    if let Err(fault) = &outcome {
        tracing::error!(error = %fault.chain(), "a commit failed; its works are undone");
        // Nothing to undo when BEGIN itself failed.
        let _ = tx.raw("ROLLBACK").await;
        tx.appended = false;
    }
    for done in ran {
        let fault = outcome.as_ref().err().map(|fault| Fault::Other(fault.chain()));
        (done.answer)(fault);
    }
    count
}

/// Runs one work in a transaction of its own.
pub(super) async fn alone<T, E, F>(conn: Conn, work: F, grown: &watch::Sender<u64>) -> Result<T, E>
where
    T: Send,
    E: From<Fault>,
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send,
{
    let mut tx = Tx::new(conn);
    tx.raw("BEGIN").await?;
    let result = guarded(&mut tx, work).await;
    let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
    if let Err(fault) = tx.raw(end).await {
        tx.condemn();
        return result.and(Err(fault.into()));
    }
    if result.is_ok() && tx.appended {
        grown.send_modify(|count| *count += 1);
    }
    result
}

/// A work that panics is a bug, but must not take the writer with it.
async fn guarded<T, E, F>(tx: &mut Tx, work: F) -> Result<T, E>
where
    E: From<Fault>,
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E>,
{
    AssertUnwindSafe(async { work(tx).await })
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(Fault::Other("a work panicked".to_owned()).into()))
}
