//! Copies whole tables out and in, whatever the migrations made: for backups.

use sqlx::AssertSqlSafe;

use super::{ColumnKind, Conn, Dialect, Relation, Row, Tx, Value, migrate, placeholders};
use crate::{Fault, params};

/// Values of one insert statement at most; both databases take several times as many.
const VALUES_MAX: usize = 4000;

/// How many rows a table has.
///
/// # Errors
/// When the database refuses.
pub async fn rows(conn: &mut Conn, relation: &Relation) -> Result<i64, Fault> {
    let sql = format!("SELECT COUNT(*) AS n FROM {}", quoted(&relation.name));
    conn.number(AssertSqlSafe(sql), params![]).await
}

/// Hands every row of a table to `take`, one after the other, its values in the order of columns.
///
/// # Errors
/// When the database refuses, or what `take` returns.
pub async fn copy_out<E: From<Fault>>(
    conn: &mut Conn,
    relation: &Relation,
    mut take: impl FnMut(Vec<Value>) -> Result<(), E>,
) -> Result<(), E> {
    let sql = format!("SELECT {} FROM {}", columns(relation), quoted(&relation.name));
    conn.each(AssertSqlSafe(sql), params![], |row| take(values(&row, relation)?)).await
}

fn values(row: &Row, relation: &Relation) -> Result<Vec<Value>, Fault> {
    let read = |column: &super::Column| {
        Ok(match column.kind {
            ColumnKind::Int => Value::Int(row.get(&column.name)?),
            ColumnKind::Text => Value::Text(row.get(&column.name)?),
            ColumnKind::Real => Value::Real(row.get(&column.name)?),
            ColumnKind::Bytes => Value::Blob(row.get(&column.name)?),
        })
    };
    relation.columns.iter().map(read).collect()
}

/// How many rows [`copy_in`] takes best at once.
pub fn rows_at_once(relation: &Relation) -> usize {
    (VALUES_MAX / relation.columns.len().max(1)).max(1)
}

/// Adds rows, their values in the order of columns.
///
/// # Errors
/// When the database refuses.
pub async fn copy_in(tx: &mut Tx, relation: &Relation, rows: Vec<Vec<Value>>) -> Result<(), Fault> {
    let width = relation.columns.len();
    let lines: Vec<String> =
        (0..rows.len()).map(|row| format!("({})", placeholders(row * width + 1, width))).collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES {}",
        quoted(&relation.name),
        columns(relation),
        lines.join(", ")
    );
    tx.run(AssertSqlSafe(sql), rows.into_iter().flatten().collect()).await?;
    Ok(())
}

/// After the last row is in: numbers of sequences and of transactions go on above everything.
///
/// # Errors
/// When the database refuses.
pub async fn finish_copy(tx: &mut Tx, relations: &[Relation]) -> Result<(), Fault> {
    let mut newest = 0;
    for relation in relations {
        for column in &relation.columns {
            let (table, name) = (&relation.name, &column.name);
            if name == "tx" || name == "to_tx" {
                let sql = format!("SELECT COALESCE(MAX({name}), 0) AS n FROM {}", quoted(table));
                newest = newest.max(tx.number(AssertSqlSafe(sql), params![]).await?);
            }
            if name == "seq" && matches!(tx.dialect(), Dialect::Postgres { .. }) {
                // Does nothing to a column that no sequence belongs to.
                let sql = format!(
                    "SELECT setval(pg_get_serial_sequence($1, $2), \
                     (SELECT COALESCE(MAX(seq), 0) + 1 FROM {}), false)",
                    quoted(table)
                );
                tx.all(AssertSqlSafe(sql), params![table, name]).await?;
            }
        }
    }
    migrate::enter_epoch(tx, newest).await
}

fn columns(relation: &Relation) -> String {
    let names: Vec<String> = relation.columns.iter().map(|column| quoted(&column.name)).collect();
    names.join(", ")
}

/// A name as SQL takes it, also when it is a word of SQL.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
