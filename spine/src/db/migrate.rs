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

/// Brings the schema up to date; returns the offset of PostgreSQL's transaction numbers.
pub(super) async fn run(tx: &mut Tx, migrations: &[Migration]) -> Result<i64, Fault> {
    let dialect = tx.dialect();
    if let Dialect::Postgres { .. } = dialect {
        // Two nodes that start together: the second waits here and finds the work done.
        tx.raw("SELECT pg_advisory_xact_lock(7140301122334455)").await?;
    }
    tx.raw(
        "CREATE TABLE IF NOT EXISTS schema_version (\
         version BIGINT PRIMARY KEY, name TEXT NOT NULL)",
    )
    .await?;
    let found =
        tx.number("SELECT COALESCE(MAX(version), 0) AS n FROM schema_version", vec![]).await?;
    let known = migrations.last().map_or(0, |migration| migration.version);
    if found > known {
        return Err(Fault::NewerSchema { found, known });
    }
    for migration in migrations.iter().filter(|migration| migration.version > found) {
        tx.raw(&dialect.ddl(migration.sql)).await?;
        tx.run(
            "INSERT INTO schema_version (version, name) VALUES ($1, $2)",
            params![migration.version, migration.name],
        )
        .await?;
    }
    tx_offset(tx).await
}

/// Journal order goes by transaction number. A database restored into a younger PostgreSQL
/// cluster would count from below; the offset lifts it above everything stored.
async fn tx_offset(tx: &mut Tx) -> Result<i64, Fault> {
    let Dialect::Postgres { .. } = tx.dialect() else { return Ok(0) };
    let read = "SELECT COALESCE(MAX(tx_offset), 0) AS n FROM journal_epoch";
    let offset = tx.number(read, vec![]).await?;
    let newest = tx.number("SELECT COALESCE(MAX(tx), 0) AS n FROM journal", vec![]).await?;
    let sql = format!("SELECT {} AS n", Dialect::Postgres { tx_offset: offset }.this_tx());
    let now = tx.number(AssertSqlSafe(sql), vec![]).await?;
    if now > newest {
        return Ok(offset);
    }
    let lifted = offset + (newest - now) + 1;
    tx.run("INSERT INTO journal_epoch (tx_offset) VALUES ($1)", params![lifted]).await?;
    Ok(lifted)
}

/// The tables that the spine itself needs; always the first migration.
pub const SPINE: Migration =
    Migration { version: 1, name: "spine", sql: include_str!("../../migrations/0001_spine.sql") };
