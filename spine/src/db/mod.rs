//! One handle over SQLite and PostgreSQL.
//!
//! One SQL text runs on both, in this subset (a tidy test checks it): text ids, `BIGINT` times in
//! microseconds and 0/1 truths, text enums, JSON as opaque text, `$1` binds, `ON CONFLICT`,
//! `RETURNING`, common table expressions and window functions. No `BOOLEAN`, no JSON operators, no
//! `now()`, no row locks by `FOR UPDATE`; fractions are `DOUBLE PRECISION`, packed numbers `BYTES`,
//! and a `SUM` goes through `CAST(… AS BIGINT)`. What must be filtered or sorted gets a column.
//! The few things that differ live in `dialect.rs` and `catalog.rs`.

mod catalog;
mod checkpoint;
mod conn;
mod copy;
mod dialect;
mod disk;
mod many;
mod migrate;
mod snapshot;
mod value;
mod writer;

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::watch;

pub use catalog::{Column, ColumnKind, Relation, tables};
pub use conn::{Conn, Tx};
pub use copy::{copy_in, copy_out, finish_copy, rows, rows_at_once};
pub use dialect::Dialect;
pub use disk::OnDisk;
pub use many::{Rows, pieces, placeholders};
pub use migrate::{Migration, SPINE, newest, packs, rebuild};
pub use snapshot::Snapshot;
pub use value::{Field, Row, Value};

use crate::Fault;
use crate::recent::Recent;
use checkpoint::Checkpoints;
use disk::Disk;
use writer::Writer;

/// Binds values of mixed types: `params![space, id, now, 5]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}

/// The database: cheap to clone, shared by everything in the process.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    dialect: Dialect,
    grown: watch::Sender<u64>,
}

#[derive(Clone)]
enum Pools {
    Sqlite { readers: SqlitePool, writer: Writer, checkpoints: Checkpoints, recent: Arc<Recent> },
    Postgres(PgPool),
}

/// What a unit of work returns while it borrows the transaction.
pub type Work<'t, T, E> = BoxFuture<'t, Result<T, E>>;

impl Db {
    /// Opens and migrates a database: `sqlite:PATH`, `postgres://…`, or a bare path for SQLite.
    ///
    /// # Errors
    /// When it cannot be reached, or was written by a newer Operate.
    pub async fn open(url: &str, migrations: &[Migration]) -> Result<Db, Fault> {
        let mut db = Db::connect(url).await?;
        let migrations = migrations.to_vec();
        db.dialect = db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    migrate::run(tx, &migrations).await?;
                    Ok(tx.dialect())
                })
            })
            .await?;
        Ok(db)
    }

    /// Opens a database as it is, for a restore that replaces what it holds.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn connect(url: &str) -> Result<Db, Fault> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url).await
        } else {
            open_sqlite(Path::new(url.strip_prefix("sqlite:").unwrap_or(url))).await
        }
    }

    /// The version of the schema as it is; 0 in an empty database.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn schema_version(&self) -> Result<i64, Fault> {
        self.write(|tx| Box::pin(migrate::version(tx))).await
    }

    /// The few expressions in which the two databases differ.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// A connection to read from.
    ///
    /// # Errors
    /// When none is free in time.
    pub async fn reader(&self) -> Result<Conn, Fault> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, recent, .. } => {
                Conn::sqlite(readers.acquire().await?, self.dialect, recent.clone())
            }
            Pools::Postgres(pool) => Conn::postgres(pool.acquire().await?, self.dialect),
        })
    }

    /// A connection that sees one state of the database, however long it reads.
    ///
    /// # Errors
    /// When none is free in time.
    pub async fn snapshot(&self) -> Result<Snapshot, Fault> {
        Snapshot::begin(self.reader().await?).await
    }

    /// Runs `work` in a transaction and returns once it is committed and on disk.
    ///
    /// On SQLite one writer drains what is queued and commits it together, each work in its own
    /// savepoint; on PostgreSQL works run concurrently. An `Err` or a panic undoes the work alone,
    /// and so does a statement that failed, also when the work goes on and returns `Ok`. The work
    /// runs to its end even when the caller goes away.
    ///
    /// A work does not wait for anything but the database, least of all for another write: on
    /// SQLite that would wait for itself.
    ///
    /// # Errors
    /// What `work` returns, or a [`Fault`] of the database turned into it.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
    {
        let (done, disk) = self.commit(work).await?;
        disk.wait().await?;
        Ok(done)
    }

    /// Like [`Db::write`], but returns once it is committed: everybody sees it, and it outlives
    /// this process, but not yet a power cut. For what stays inside, since nothing is on disk
    /// before what was committed earlier; whoever is outside is told after [`OnDisk::wait`].
    ///
    /// # Errors
    /// What `work` returns, or a [`Fault`] of the database turned into it.
    pub async fn commit<T, E, F>(&self, work: F) -> Result<(T, OnDisk), E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
    {
        let (job, answer) = writer::asked(work);
        match &self.pools {
            Pools::Sqlite { writer, .. } => writer.take(job).await?,
            Pools::Postgres(pool) => {
                let grown = self.grown.clone();
                tokio::spawn(writer::alone(pool.clone(), self.dialect, job, grown));
            }
        }
        answer.await.unwrap_or_else(|_| Err(Fault::Stopping.into()))
    }

    /// Signals each commit of this process that added journal entries.
    pub fn grown(&self) -> watch::Receiver<u64> {
        self.grown.subscribe()
    }

    /// Why nothing more is stored, once the disk has failed; it stays so until the process starts
    /// anew.
    pub fn failed(&self) -> Option<Arc<Fault>> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => writer.disk.failed(),
            Pools::Postgres(_) => None,
        }
    }

    /// Whether other processes may write to the same database, so that waiting for
    /// [`Db::grown`] alone is not enough.
    pub fn shared(&self) -> bool {
        matches!(self.pools, Pools::Postgres(_))
    }

    /// How PostgreSQL is reached, for a connection of one's own.
    pub(crate) fn postgres(&self) -> Option<Arc<PgConnectOptions>> {
        match &self.pools {
            Pools::Postgres(pool) => Some(pool.connect_options()),
            Pools::Sqlite { .. } => None,
        }
    }

    /// Waits for running work and closes all connections.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { readers, writer, checkpoints, .. } => {
                checkpoints.close().await;
                writer.close().await;
                readers.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// Makes the file of a database, if there is none, so that no other user may read it; SQLite gives
/// the files beside it the same rights.
fn only_for_us(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

async fn open_sqlite(path: &Path) -> Result<Db, Fault> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(sqlx::Error::Io)?;
    }
    only_for_us(path).map_err(sqlx::Error::Io)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Commits are brought to disk beside the writer, see `disk.rs`.
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .pragma("cache_size", "-8192")
        .pragma("temp_store", "memory")
        // Before, this is done beside the writer, see `checkpoint.rs`.
        .pragma("wal_autocheckpoint", checkpoint::AT_LAST)
        // What a flood left the log to be is given back.
        .pragma("journal_size_limit", "67108864")
        .statement_cache_capacity(256)
        .row_buffer_size(1024)
        .disable_statement_logging();
    let dialect = Dialect::Sqlite { tx_offset: 0 };
    let grown = watch::Sender::new(0);
    let connection = sqlx::sqlite::SqliteConnection::connect_with(&options).await?;
    let recent = Arc::new(Recent::default());
    let disk = Disk::of(path).map_err(sqlx::Error::Io)?;
    let conn = Conn::writer(connection, dialect, recent.clone());
    let checkpoints = Checkpoints::start(options.clone(), disk.state.clone());
    let writer = Writer::start(conn, disk, grown.clone(), checkpoints.little_left.clone());
    let readers = SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        // A commit voids what a reader has cached: what it holds on to is memory for little.
        .connect_lazy_with(options.pragma("query_only", "on").pragma("cache_size", "-2048"));
    Ok(Db { pools: Pools::Sqlite { readers, writer, checkpoints, recent }, dialect, grown })
}

/// A connection that rested longer is asked whether it still lives; asking every time would cost
/// each query another round trip.
const PROBE_AFTER: Duration = Duration::from_secs(1);

/// Connections to PostgreSQL that a process has at most.
const CONNECTIONS_MAX: u32 = 16;

/// Takes `pool_max_conns=N` out of the URL, which is for programs and not for PostgreSQL.
fn pooled(url: &str) -> Result<(String, u32), Fault> {
    let Some((base, query)) = url.split_once('?') else {
        return Ok((url.to_owned(), CONNECTIONS_MAX));
    };
    let (ours, others): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|pair| pair.starts_with("pool_max_conns="));
    let most = ours.first().and_then(|pair| pair.split_once('='));
    let most = most.map_or(Ok(CONNECTIONS_MAX), |(_, most)| most.parse());
    let most = most.ok().filter(|most| (2..=1_000).contains(most)).ok_or_else(|| {
        Fault::Other("the database's pool_max_conns is no number from 2 to 1000".to_owned())
    })?;
    let mark = if others.is_empty() { "" } else { "?" };
    Ok((format!("{base}{mark}{}", others.join("&")), most))
}

async fn open_postgres(url: &str) -> Result<Db, Fault> {
    let (url, most) = pooled(url)?;
    let options = PgConnectOptions::from_str(&url)?
        .application_name("operate")
        .statement_cache_capacity(256)
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > PROBE_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await?;
    let dialect = Dialect::Postgres { tx_offset: 0 };
    Ok(Db { pools: Pools::Postgres(pool), dialect, grown: watch::Sender::new(0) })
}

#[cfg(test)]
mod tests {
    use super::pooled;

    #[test]
    fn a_url_says_how_many_connections_there_are_at_most() {
        let base = "postgres://operate@db/operate";
        let of = |query: &str| pooled(&format!("{base}{query}")).ok();
        assert_eq!(of(""), Some((base.to_owned(), 16)));
        assert_eq!(of("?pool_max_conns=6"), Some((base.to_owned(), 6)));
        let both = Some((format!("{base}?sslmode=require&a=b"), 8));
        assert_eq!(of("?sslmode=require&pool_max_conns=8&a=b"), both);
        for wrong in ["0", "1", "x", "", "1001"] {
            assert_eq!(of(&format!("?pool_max_conns={wrong}")), None, "{wrong}");
        }
    }
}
