//! Tuning tasks in the database.

use kernel::SpaceId;
use spine::engine::{Table, Versioned};
use spine::{Conn, Fault, Row, Value, params};
use sqlx::AssertSqlSafe;
use tuning::{Rule, Task};

use crate::listing::{Clauses, Page};

/// Where tuning tasks are kept. The index of rules holds that none has two.
pub static TUNINGS: Table<Task> = Table {
    name: "tuning",
    columns: &["source", "name", "stage", "votes", "opened_at", "updated_at"],
    values: |task| {
        params![
            &task.rule.source,
            &task.rule.name,
            task.stage.word(),
            votes(task),
            task.opened_at,
            task.updated_at
        ]
    },
    tags: |_| Vec::new(),
};

fn votes(task: &Task) -> i64 {
    i64::try_from(task.votes.len()).unwrap_or(i64::MAX)
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these stages.
    pub stages: Vec<String>,
    /// Only rules of this integration.
    pub source: Option<String>,
    /// Only rules with exactly this name.
    pub name: Option<String>,
    /// Only rules whose name holds this text.
    pub text: Option<String>,
    /// Only open ones with so many votes: the noise list.
    pub noisy_from: Option<u32>,
}

/// By what a list of tasks can be sorted: the name in the API and the column.
pub const SORTS: &[(&str, &str, bool)] = &[
    ("votes", "votes", true),
    ("name", "name", false),
    ("opened_at", "opened_at", true),
    ("updated_at", "updated_at", true),
];

/// One page of the list, and how many there are.
///
/// # Errors
/// When the database refuses or a task does not read back.
pub async fn list(
    conn: &mut Conn,
    space: &SpaceId,
    filter: &Filter,
    page: &Page,
) -> Result<(Vec<Versioned<Task>>, i64), Fault> {
    let mut clauses = Clauses::in_space(space);
    clauses.any_of("stage", &filter.stages);
    clauses.equal("source", filter.source.as_deref());
    clauses.equal("name", filter.name.as_deref());
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        clauses.contains("name", text);
    }
    if let Some(votes) = filter.noisy_from {
        clauses.add_with("stage IN ('open', 'in_work') AND votes >= $$", i64::from(votes));
    }
    let sql = format!("SELECT COUNT(*) AS n FROM tuning WHERE {}", clauses.text());
    let total = conn.number(AssertSqlSafe(sql), clauses.values().to_vec()).await?;
    let tail = page.tail(&mut clauses);
    let sql = format!("SELECT version, data FROM tuning WHERE {} {tail}", clauses.text());
    let rows = conn.all(AssertSqlSafe(sql), clauses.values().to_vec()).await?;
    Ok((rows.iter().map(versioned).collect::<Result<_, _>>()?, total))
}

/// The task of a rule.
///
/// # Errors
/// When the database refuses or the task does not read back.
pub async fn of_rule(
    conn: &mut Conn,
    space: &SpaceId,
    rule: &Rule,
) -> Result<Option<Versioned<Task>>, Fault> {
    let sql = "SELECT version, data FROM tuning WHERE space_id = $1 AND source = $2 AND name = $3";
    let row = conn.first(sql, params![space, &rule.source, &rule.name]).await?;
    row.as_ref().map(versioned).transpose()
}

/// Every task of a space.
///
/// # Errors
/// When the database refuses or a task does not read back.
pub async fn all(conn: &mut Conn, space: &SpaceId) -> Result<Vec<Task>, Fault> {
    let sql = "SELECT data FROM tuning WHERE space_id = $1 ORDER BY id";
    conn.all(sql, params![space]).await?.iter().map(|row| row.json("data")).collect()
}

fn versioned(row: &Row) -> Result<Versioned<Task>, Fault> {
    Ok(Versioned { record: row.json("data")?, version: row.get("version")? })
}

/// The value that a page of a sorted list ends with.
pub fn sort_value(task: &Task, column: &str) -> Value {
    match column {
        "votes" => votes(task).into(),
        "name" => task.rule.name.as_str().into(),
        "opened_at" => task.opened_at.into(),
        _ => task.updated_at.into(),
    }
}
