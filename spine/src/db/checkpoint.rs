//! Writes SQLite's log back into the database, beside the writer.
//!
//! Left to itself the writer does so in the middle of a commit, and everybody waits for it. Here
//! most is written back while it goes on; then it writes back the little that came meanwhile, so
//! that the log begins anew. A long log would make every read slower.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Row};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::disk::DiskState;

/// So much of the log, in pages of 4 KiB, is worth the while: in a flood the pages of indexes are
/// then written back once instead of many times.
const WORTH_IT: i64 = 8192;
/// From so many pages on the writer does it after each commit: it was not done beside it.
pub(super) const AT_LAST: &str = "16384";
/// Writes back as much as can be without waiting for anybody.
pub(super) const WRITE_BACK: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// The task that does it.
#[derive(Clone)]
pub(super) struct Checkpoints {
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
    stop: CancellationToken,
    /// Most was written back a moment ago: the rest is the writer's, which begins the log anew.
    pub(super) little_left: Arc<AtomicBool>,
}

impl Checkpoints {
    pub(super) fn start(options: SqliteConnectOptions, disk: DiskState) -> Checkpoints {
        let stop = CancellationToken::new();
        let little_left = Arc::new(AtomicBool::new(false));
        let (stopped, tells) = (stop.clone(), little_left.clone());
        let task = tokio::spawn(async move {
            tokio::select! {
                () = stopped.cancelled() => {}
                ended = run(options, disk, tells) => if let Err(error) = ended {
                    tracing::warn!(%error, "the writer writes its log back itself from now on");
                }
            }
        });
        Checkpoints { task: Arc::new(Mutex::new(Some(task))), stop, little_left }
    }

    /// Ends it and closes its connection.
    pub(super) async fn close(&self) {
        self.stop.cancel();
        if let Some(task) = self.task.lock().await.take() {
            let _ = task.await;
        }
    }
}

async fn run(
    options: SqliteConnectOptions,
    mut disk: DiskState,
    little_left: Arc<AtomicBool>,
) -> Result<(), sqlx::Error> {
    let mut conn = SqliteConnection::connect_with(&options).await?;
    while disk.grows().await {
        if look(&mut conn).await? {
            little_left.store(true, Ordering::Relaxed);
        }
    }
    Ok(())
}

/// Writes back what there is, if it is worth the while; says whether little is left then. While
/// somebody reads in an old state, much may be.
async fn look(conn: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // Does nothing, and tells how much there is to do.
    if left(conn, "PRAGMA wal_checkpoint(NOOP)").await? < WORTH_IT {
        return Ok(false);
    }
    Ok(left(conn, WRITE_BACK).await? < WORTH_IT)
}

/// The pages that are not written back after a statement that tells.
async fn left(conn: &mut SqliteConnection, sql: &'static str) -> Result<i64, sqlx::Error> {
    let row = sqlx::query(sql).fetch_one(conn).await?;
    let (log, back): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
    Ok(log - back)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;
    use crate::testing::sqlite_url;
    use crate::{Fault, params};

    #[tokio::test]
    async fn a_long_log_is_written_back_without_the_writer() {
        let (url, _folder) = sqlite_url();
        let db = Db::connect(&url).await.unwrap();
        let table = "CREATE TABLE big (data BLOB)";
        db.write::<_, Fault, _>(move |tx| Box::pin(tx.run(table, params![]))).await.unwrap();
        // Together they are less than what the writer waits for.
        for _ in 0..5 {
            let work = db.write::<_, Fault, _>(|tx| {
                let data = vec![7_u8; 8 << 20];
                Box::pin(tx.run("INSERT INTO big (data) VALUES ($1)", params![data]))
            });
            work.await.unwrap();
        }
        let mut conn = db.reader().await.unwrap();
        for _ in 0..100_000 {
            let row = conn.first("PRAGMA wal_checkpoint(NOOP)", params![]).await.unwrap().unwrap();
            let (log, back): (i64, i64) =
                (row.get("log").unwrap(), row.get("checkpointed").unwrap());
            if back >= WORTH_IT && log - back < WORTH_IT {
                drop(conn);
                return db.close().await;
            }
        }
        unreachable!("nothing was written back");
    }
}
