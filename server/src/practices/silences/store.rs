//! Silences in the database.

use kernel::{SilenceId, SpaceId, Time};
use silences::Silence;
use spine::clockwork::Clocked;
use spine::db::placeholders;
use spine::engine::{Table, Versioned};
use spine::{Conn, Fault, Row, Value, params};
use sqlx::AssertSqlSafe;

use crate::listing::{Clauses, Page};
use crate::practices::incidents::store::word;

/// Where silences are kept.
pub static SILENCES: Table<Silence> = Table {
    name: "silence",
    columns: &["stage", "words", "starts_at", "ends_at", "created_at", "updated_at"],
    values: |silence| {
        params![
            word(silence.stage),
            format!("{} {} {}", silence.matchers, silence.comment, silence.created_by),
            silence.starts_at,
            silence.ends_at,
            silence.created_at,
            silence.updated_at
        ]
    },
    tags: |_| Vec::new(),
};

/// Silences, for the clockwork.
pub struct Silences;

impl Clocked for Silences {
    type Record = Silence;
    const TABLE: &'static Table<Silence> = &SILENCES;
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these stages.
    pub stages: Vec<String>,
    /// Only those with this text in conditions, comment or creator.
    pub text: Option<String>,
}

/// By what a list of silences can be sorted: the name in the API and the column.
pub const SORTS: &[(&str, &str, bool)] = &[
    ("starts_at", "starts_at", true),
    ("ends_at", "ends_at", true),
    ("created_at", "created_at", true),
    ("updated_at", "updated_at", true),
];

/// One page of the list, and how many there are.
///
/// # Errors
/// When the database refuses or a silence does not read back.
pub async fn list(
    conn: &mut Conn,
    space: &SpaceId,
    filter: &Filter,
    page: &Page,
) -> Result<(Vec<Versioned<Silence>>, i64), Fault> {
    let mut clauses = Clauses::in_space(space);
    clauses.any_of("stage", &filter.stages);
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        clauses.contains("words", text);
    }
    let sql = format!("SELECT COUNT(*) AS n FROM silence WHERE {}", clauses.text());
    let total = conn.number(AssertSqlSafe(sql), clauses.values().to_vec()).await?;
    let tail = page.tail(&mut clauses);
    let sql = format!("SELECT version, data FROM silence WHERE {} {tail}", clauses.text());
    let rows = conn.all(AssertSqlSafe(sql), clauses.values().to_vec()).await?;
    Ok((rows.iter().map(versioned).collect::<Result<_, _>>()?, total))
}

/// How many silences are in each stage.
///
/// # Errors
/// When the database refuses.
pub async fn counts(conn: &mut Conn, space: &SpaceId) -> Result<Vec<(String, i64)>, Fault> {
    let sql = "SELECT stage, COUNT(*) AS n FROM silence WHERE space_id = $1 GROUP BY stage";
    let rows = conn.all(sql, params![space]).await?;
    rows.iter().map(|row| Ok((row.get("stage")?, row.get("n")?))).collect()
}

/// How many silences are pending or active.
///
/// # Errors
/// When the database refuses.
pub async fn count_open(conn: &mut Conn, space: &SpaceId) -> Result<i64, Fault> {
    let sql = "SELECT COUNT(*) AS n FROM silence WHERE space_id = $1 AND stage <> 'expired'";
    conn.number(sql, params![space]).await
}

/// Every silence that is pending or active, of all spaces.
///
/// # Errors
/// When the database refuses or a silence does not read back.
pub async fn open(conn: &mut Conn) -> Result<Vec<(SpaceId, Versioned<Silence>)>, Fault> {
    let sql = "SELECT space_id, version, data FROM silence WHERE stage <> 'expired' \
               ORDER BY space_id, id";
    let rows = conn.all(sql, vec![]).await?;
    rows.iter().map(|row| Ok((row.get("space_id")?, versioned(row)?))).collect()
}

/// The silences of a space that are pending or active, or were over only after `ended_after`.
///
/// # Errors
/// When the database refuses or a silence does not read back.
pub async fn recent(
    conn: &mut Conn,
    space: &SpaceId,
    ended_after: Time,
) -> Result<Vec<Versioned<Silence>>, Fault> {
    let sql = "SELECT version, data FROM silence WHERE space_id = $1 \
               AND (stage <> 'expired' OR updated_at >= $2) ORDER BY id";
    conn.all(sql, params![space, ended_after]).await?.iter().map(versioned).collect()
}

/// The silences of a space to which something happened at `since` or later, in whatever stage.
///
/// # Errors
/// When the database refuses or a silence does not read back.
pub async fn changed_since(
    conn: &mut Conn,
    space: &SpaceId,
    since: Time,
) -> Result<Vec<Versioned<Silence>>, Fault> {
    let sql = "SELECT version, data FROM silence WHERE space_id = $1 AND updated_at >= $2";
    conn.all(sql, params![space, since]).await?.iter().map(versioned).collect()
}

/// Silences with these ids, in whatever stage.
///
/// # Errors
/// When the database refuses or a silence does not read back.
pub async fn by_id(
    conn: &mut Conn,
    space: &SpaceId,
    ids: &[SilenceId],
) -> Result<Vec<Versioned<Silence>>, Fault> {
    let mut found = Vec::new();
    for chunk in ids.chunks(64) {
        let sql = format!(
            "SELECT version, data FROM silence WHERE space_id = $1 AND id IN ({})",
            placeholders(2, chunk.len())
        );
        let mut values = params![space];
        values.extend(chunk.iter().map(|id| Value::from(*id)));
        for row in conn.all(AssertSqlSafe(sql), values).await? {
            found.push(versioned(&row)?);
        }
    }
    Ok(found)
}

/// The silences of a space that may have held something back between these times.
///
/// # Errors
/// When the database refuses or a silence does not read back.
pub async fn between(
    conn: &mut Conn,
    space: &SpaceId,
    from: Time,
    to: Time,
) -> Result<Vec<Silence>, Fault> {
    let sql = "SELECT data FROM silence WHERE space_id = $1 AND starts_at < $3 \
               AND (stage <> 'expired' OR updated_at >= $2) ORDER BY id DESC LIMIT 1000";
    conn.all(sql, params![space, from, to]).await?.iter().map(|row| row.json("data")).collect()
}

fn versioned(row: &Row) -> Result<Versioned<Silence>, Fault> {
    Ok(Versioned { record: row.json("data")?, version: row.get("version")? })
}

/// The value that a page of a sorted list ends with.
pub fn sort_value(silence: &Silence, column: &str) -> Value {
    match column {
        "starts_at" => silence.starts_at.into(),
        "ends_at" => silence.ends_at.into(),
        "created_at" => silence.created_at.into(),
        _ => silence.updated_at.into(),
    }
}
