use sqlx::AssertSqlSafe;

use super::{Dialect, Tx};
use crate::{Fault, params};

/// One step of the schema: forward only, plain portable SQL.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its number; numbers rise without gaps from 1.
    pub version: i64,
    /// What it is for.
    pub name: &'static str,
    /// The statements.
    pub sql: &'static str,
}

/// Brings the schema up to date, and the transaction into the right epoch.
pub(super) async fn run(tx: &mut Tx, migrations: &[Migration]) -> Result<(), Fault> {
    if let Dialect::Postgres { .. } = tx.dialect() {
        // Two nodes that start together: the second waits here and finds the work done.
        tx.raw("SELECT pg_advisory_xact_lock(7140301122334455)").await?;
    }
    let (found, known) = (version(tx).await?, newest(migrations));
    if found > known {
        return Err(Fault::NewerSchema { found, known });
    }
    lay(tx, migrations, found).await?;
    enter_epoch(tx, 0).await
}

/// Drops every table and lays the schema anew, for a restore that then fills it.
///
/// # Errors
/// When the database refuses.
pub async fn rebuild(tx: &mut Tx, migrations: &[Migration]) -> Result<(), Fault> {
    for table in super::tables(tx).await? {
        tx.raw(AssertSqlSafe(format!("DROP TABLE {}", table.name))).await?;
    }
    tx.raw("DROP TABLE IF EXISTS schema_version").await?;
    version(tx).await?;
    lay(tx, migrations, 0).await
}

/// The version of the schema that a list of migrations leads to.
pub fn newest(migrations: &[Migration]) -> i64 {
    migrations.last().map_or(0, |migration| migration.version)
}

/// The version of the schema as it is; 0 in an empty database.
pub(super) async fn version(tx: &mut Tx) -> Result<i64, Fault> {
    tx.raw(
        "CREATE TABLE IF NOT EXISTS schema_version (\
         version BIGINT PRIMARY KEY, name TEXT NOT NULL)",
    )
    .await?;
    tx.number("SELECT COALESCE(MAX(version), 0) AS n FROM schema_version", vec![]).await
}

async fn lay(tx: &mut Tx, migrations: &[Migration], found: i64) -> Result<(), Fault> {
    for migration in migrations.iter().filter(|migration| migration.version > found) {
        let sql = tx.dialect().ddl(migration.sql);
        tx.raw(AssertSqlSafe(sql)).await?;
        tx.run(
            "INSERT INTO schema_version (version, name) VALUES ($1, $2)",
            params![migration.version, migration.name],
        )
        .await?;
    }
    Ok(())
}

/// Journal order goes by transaction number first. A database that was restored from elsewhere
/// would count from below; a new epoch lifts the numbers above everything stored, and above
/// `floor`.
pub(super) async fn enter_epoch(tx: &mut Tx, floor: i64) -> Result<(), Fault> {
    let read = "SELECT COALESCE(MAX(tx_offset), 0) AS n FROM journal_epoch";
    let offset = tx.number(read, vec![]).await?;
    let dialect = tx.dialect().in_epoch(offset);
    // One statement sees one snapshot: whatever other nodes commit meanwhile, a stored number that
    // is not below the next one was written elsewhere.
    let sql = format!(
        "SELECT COALESCE(MAX(tx), 0) AS newest, {} AS next FROM journal",
        dialect.next_tx()
    );
    let row = tx.first(AssertSqlSafe(sql), vec![]).await?;
    let row = row.ok_or_else(|| Fault::Other("the journal has no newest entry".to_owned()))?;
    let ahead = row.get::<i64>("newest")?.max(floor) - row.get::<i64>("next")?;
    if ahead < 0 {
        tx.dialect = dialect;
        return Ok(());
    }
    let lifted = offset + ahead + 1;
    tx.run("INSERT INTO journal_epoch (tx_offset) VALUES ($1)", params![lifted]).await?;
    tx.dialect = dialect.in_epoch(lifted);
    Ok(())
}

/// The tables that the spine itself needs; always the first migration.
pub const SPINE: Migration =
    Migration { version: 1, name: "spine", sql: include_str!("../../migrations/0001_spine.sql") };

/// Lets one row of the journal hold many entries; the number is its place in the whole schema.
pub const fn packs(version: i64) -> Migration {
    Migration { version, name: "packs", sql: include_str!("../../migrations/packs.sql") }
}
