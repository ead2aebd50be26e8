//! Databases for tests: a test is written once and runs on SQLite and on PostgreSQL.
//!
//! PostgreSQL takes part when `OPERATE_TEST_POSTGRES` names a cluster and a role that may create
//! databases; each test gets a database of its own, which is dropped afterwards.

use std::future::Future;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use crate::db::{Db, Migration};
use crate::journal::{self, Position, Stored};

/// Makes two tests of each function: `sqlite::NAME` and `postgres::NAME`.
///
/// ```ignore
/// spine::both!(MIGRATIONS; a_record_reads_back, a_stale_version_is_refused);
///
/// async fn a_record_reads_back(place: Place) { … }
/// ```
#[macro_export]
macro_rules! both {
    ($migrations:ident; $($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                $crate::testing::on_sqlite(super::$migrations, super::$name);
            })*
        }
        mod postgres {
            $(#[test]
            fn $name() {
                $crate::testing::on_postgres(super::$migrations, super::$name);
            })*
        }
    };
}

/// A fresh, migrated database, and where it is.
#[derive(Clone)]
pub struct Place {
    /// The database, open.
    pub db: Db,
    /// Opens it a second time.
    pub url: String,
}

/// A fresh SQLite database that no test has opened yet, in a folder that goes when dropped.
pub fn sqlite_url() -> (String, TempDir) {
    let folder = tempfile::tempdir().expect("a folder for a test");
    (format!("sqlite:{}", folder.path().join("test.db").display()), folder)
}

/// Runs a test on a fresh SQLite database.
pub fn on_sqlite<F: Future<Output = ()>>(migrations: &'static [Migration], test: fn(Place) -> F) {
    let (url, _folder) = sqlite_url();
    runtime().block_on(async {
        let db = Db::open(&url, migrations).await.expect("SQLite opens");
        test(Place { db: db.clone(), url: url.clone() }).await;
        db.close().await;
    });
}

/// Runs a test on a fresh PostgreSQL database; does nothing when no cluster is named.
pub fn on_postgres<F: Future<Output = ()>>(migrations: &'static [Migration], test: fn(Place) -> F) {
    if let Some(cluster) = cluster() {
        runtime().block_on(on_cluster(&cluster, migrations, test));
    }
}

/// The cluster that tests may make databases in, if one is named.
pub fn cluster() -> Option<String> {
    std::env::var("OPERATE_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// A fresh PostgreSQL database that no test has opened yet; see [`drop_postgres`].
pub async fn postgres_url(cluster: &str) -> String {
    copied(cluster, "template0").await
}

/// A fresh copy of a PostgreSQL database to which nobody is connected.
async fn copied(cluster: &str, template: &str) -> String {
    let name = format!("operate_test_{:032x}", crate::World::system().seed());
    run(cluster, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    beside(cluster, &name)
}

/// Where a database of the same cluster is.
fn beside(cluster: &str, name: &str) -> String {
    let (server, _) = cluster.rsplit_once('/').expect("postgres://HOST/DATABASE");
    format!("{server}/{name}?{FEW}")
}

/// Each connection costs PostgreSQL a process that learns everything anew.
const FEW: &str = "pool_max_conns=6";

/// The name of a database of [`beside`].
fn name_of(url: &str) -> &str {
    let (_, name) = url.rsplit_once('/').expect("postgres://HOST/DATABASE");
    name.split_once('?').map_or(name, |(name, _)| name)
}

/// The name of a migrated database that tests get copies of, made by the first that wants one: a
/// copy takes a third of the time of the migrations.
async fn migrated(cluster: &str, migrations: &[Migration]) -> String {
    let mut hasher = DefaultHasher::new();
    migrations.iter().for_each(|migration| (migration.version, migration.sql).hash(&mut hasher));
    let name = format!("operate_migrated_{:016x}", hasher.finish());
    let mut admin = PgConnection::connect(cluster).await.expect("the cluster for tests answers");
    let known = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    let there = async |admin: &mut PgConnection| {
        let found = sqlx::query(AssertSqlSafe(known.clone())).fetch_optional(admin).await;
        found.expect("databases are listed").is_some()
    };
    if !there(&mut admin).await {
        // One makes it, the others wait for it; the lock ends with the connection.
        let lock = sqlx::query("SELECT pg_advisory_lock(7140301122334456)");
        lock.execute(&mut admin).await.expect("locks are given");
        if !there(&mut admin).await {
            let url = postgres_url(cluster).await;
            Db::open(&url, migrations).await.expect("PostgreSQL opens").close().await;
            let fresh = name_of(&url);
            run(cluster, format!("ALTER DATABASE {fresh} RENAME TO {name}")).await;
        }
    }
    let _ = admin.close().await;
    name
}

/// Drops a database that [`postgres_url`] made.
pub async fn drop_postgres(cluster: &str, url: &str) {
    let name = name_of(url);
    run(cluster, format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

/// The whole journal, once all of it can be read: on PostgreSQL readers stop below the oldest
/// transaction that runs, and that may be one of another test's database.
pub async fn whole_journal(db: &Db) -> Vec<Arc<Stored>> {
    loop {
        let mut conn = db.reader().await.expect("the database answers");
        let read = journal::after(&mut conn, Position::START, i64::from(i32::MAX)).await;
        let read = read.expect("the journal can be read");
        let sql = "SELECT CAST(COALESCE(SUM(entries), 0) AS BIGINT) AS n FROM journal";
        let all = conn.number(sql, vec![]).await.expect("entries can be counted");
        if i64::try_from(read.len()) == Ok(all) {
            return read;
        }
        drop(conn);
        crate::World::system().clock.wait(Duration::from_millis(2)).await;
    }
}

async fn on_cluster<F: Future<Output = ()>>(
    cluster: &str,
    migrations: &'static [Migration],
    test: fn(Place) -> F,
) {
    let url = copied(cluster, &migrated(cluster, migrations).await).await;
    let ended = AssertUnwindSafe(async {
        let db = Db::open(&url, migrations).await.expect("PostgreSQL opens");
        test(Place { db, url: url.clone() }).await;
    })
    .catch_unwind()
    .await;
    drop_postgres(cluster, &url).await;
    if let Err(panic) = ended {
        std::panic::resume_unwind(panic);
    }
}

async fn run(cluster: &str, sql: String) {
    let mut admin = PgConnection::connect(cluster).await.expect("the cluster for tests answers");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.expect("databases can be made");
    let _ = admin.close().await;
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime for a test")
}
