//! What tables there are: for backups, which copy whatever the migrations made.

use super::{Conn, Dialect};
use crate::{Fault, params};

/// A table of ours, as the database describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What a column holds; the subset of SQL that both databases share has no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Whole numbers.
    Int,
    /// Text.
    Text,
    /// Fractions.
    Real,
    /// Bytes.
    Bytes,
}

const SQLITE: &str = "SELECT t.name AS relation, c.name AS name, lower(c.type) AS kind \
    FROM sqlite_master t JOIN pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
    AND t.name <> 'schema_version' ORDER BY t.name, c.cid";

const POSTGRES: &str = "SELECT table_name::text AS relation, column_name::text AS name, \
    data_type::text AS kind FROM information_schema.columns \
    WHERE table_schema = current_schema() AND table_name <> 'schema_version' \
    ORDER BY table_name, ordinal_position";

/// Every table except `schema_version`, in the order of their names.
///
/// # Errors
/// When the database refuses, or a column is outside the subset.
pub async fn tables(conn: &mut Conn) -> Result<Vec<Relation>, Fault> {
    let sql = match conn.dialect() {
        Dialect::Sqlite { .. } => SQLITE,
        Dialect::Postgres { .. } => POSTGRES,
    };
    let mut relations: Vec<Relation> = Vec::new();
    for row in conn.all(sql, params![]).await? {
        let (relation, name): (String, String) = (row.get("relation")?, row.get("name")?);
        let kind: String = row.get("kind")?;
        let kind = match kind.as_str() {
            "bigint" | "integer" => ColumnKind::Int,
            "text" => ColumnKind::Text,
            "double precision" => ColumnKind::Real,
            "blob" | "bytea" => ColumnKind::Bytes,
            other => {
                return Err(Fault::Other(format!("column {relation}.{name} has type {other}")));
            }
        };
        let column = Column { name, kind };
        match relations.last_mut() {
            Some(last) if last.name == relation => last.columns.push(column),
            _ => relations.push(Relation { name: relation, columns: vec![column] }),
        }
    }
    // PostgreSQL may sort names by the rules of a language; ours sort by their bytes.
    relations.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(relations)
}
