//! What compliance keeps: when Operate was looking, and figures that were frozen.

use estate::Resource;
use incidents::Incident;
use kernel::{Actor, IncidentId, ItemRef, SpaceId, Time};
use spine::{Conn, Fault, Row, Tx, Value, params};
use sqlx::AssertSqlSafe;

use super::close::Frozen;

/// As many incidents as one statement asks for.
const SOME_MAX: usize = 200;

/// Makes the stretch longer in which a process was looking.
///
/// # Errors
/// When the database refuses.
pub async fn extend_presence(
    tx: &mut Tx,
    space: &SpaceId,
    process: &str,
    (from, until): (Time, Time),
) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO presence (space_id, process, from_at, until_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (space_id, process, from_at) DO UPDATE SET until_at = excluded.until_at",
        params![space, process, from, until],
    )
    .await?;
    Ok(())
}

/// The stretches in which some process was looking that end after a time, in order.
///
/// # Errors
/// When the database refuses.
pub async fn presence(
    conn: &mut Conn,
    space: &SpaceId,
    after: Time,
) -> Result<Vec<(Time, Time)>, Fault> {
    let sql = "SELECT from_at, until_at FROM presence \
               WHERE space_id = $1 AND until_at > $2 ORDER BY from_at";
    let rows = conn.all(sql, params![space, after]).await?;
    rows.iter().map(|row| Ok((row.get("from_at")?, row.get("until_at")?))).collect()
}

/// The incidents in which an outage may reach beyond a time, with their versions: those that
/// something happened to since, and those that are open. An incident that is entered late may have
/// begun long before it was opened.
///
/// # Errors
/// When the database refuses.
pub async fn touched(
    conn: &mut Conn,
    space: &SpaceId,
    after: Time,
) -> Result<Vec<(IncidentId, i64)>, Fault> {
    let sql = "SELECT id, version FROM incident \
               WHERE space_id = $1 AND (updated_at >= $2 OR phase <> 'done') ORDER BY number";
    let rows = conn.all(sql, params![space, after]).await?;
    rows.iter().map(|row| Ok((row.parse("id")?, row.get("version")?))).collect()
}

/// Some incidents with their versions, in no order.
///
/// # Errors
/// When the database refuses or an incident does not read back.
pub async fn incidents(
    conn: &mut Conn,
    space: &SpaceId,
    ids: &[IncidentId],
) -> Result<Vec<(Incident, i64)>, Fault> {
    let mut found = Vec::new();
    for part in ids.chunks(SOME_MAX) {
        let binds = spine::db::placeholders(2, part.len());
        let sql =
            format!("SELECT version, data FROM incident WHERE space_id = $1 AND id IN ({binds})");
        let mut values = params![space];
        values.extend(part.iter().map(|id| Value::from(id.to_string())));
        for row in conn.all(AssertSqlSafe(sql), values).await? {
            found.push((row.json("data")?, row.get("version")?));
        }
    }
    Ok(found)
}

/// Which of some items an alert was ever about, as far back as alerts are kept.
///
/// # Errors
/// When the database refuses.
pub async fn alerted(
    conn: &mut Conn,
    space: &SpaceId,
    items: &[ItemRef],
) -> Result<Vec<ItemRef>, Fault> {
    let mut found = Vec::new();
    for part in items.chunks(SOME_MAX) {
        let binds = spine::db::placeholders(2, part.len());
        let sql = format!(
            "SELECT DISTINCT item FROM alert_history WHERE space_id = $1 AND item IN ({binds})"
        );
        let mut values = params![space];
        values.extend(part.iter().map(|item| Value::from(item.to_string())));
        for row in conn.all(AssertSqlSafe(sql), values).await? {
            found.push(row.parse("item")?);
        }
    }
    Ok(found)
}

/// Maintenance windows as they were before they were changed or deleted, with when that was.
///
/// # Errors
/// When the database refuses or a resource does not read back.
pub async fn past_windows(
    conn: &mut Conn,
    space: &SpaceId,
) -> Result<Vec<(Resource, Time)>, Fault> {
    let sql = "SELECT data, valid_to FROM resource_past WHERE space_id = $1 \
               AND item >= 'maintenancewindow/' AND item < 'maintenancewindow0' \
               ORDER BY item, valid_to";
    let rows = conn.all(sql, params![space]).await?;
    rows.iter().map(|row| Ok((row.json("data")?, row.get("valid_to")?))).collect()
}

/// A contract as it last was before it was deleted, or changed.
///
/// # Errors
/// When the database refuses or the resource does not read back.
pub async fn last_contract(
    conn: &mut Conn,
    space: &SpaceId,
    contract: &ItemRef,
) -> Result<Option<Resource>, Fault> {
    let sql = "SELECT data FROM resource_past WHERE space_id = $1 AND item = $2 \
               ORDER BY valid_to DESC LIMIT 1";
    conn.first(sql, params![space, contract]).await?.map(|row| row.json("data")).transpose()
}

/// Freezes a period once more, with what its figures were drawn from; gives the revision.
///
/// # Errors
/// When the database refuses; [`Fault::Race`] when somebody else was faster.
pub async fn freeze(
    tx: &mut Tx,
    space: &SpaceId,
    (contract, period): (&ItemRef, &str),
    (now, by): (Time, &Actor),
    (frozen, inputs): (&Frozen, &str),
) -> Result<i64, Fault> {
    let newest = "SELECT COALESCE(MAX(revision), 0) AS n FROM contract_close \
                  WHERE space_id = $1 AND contract = $2 AND period = $3";
    let revision = tx.number(newest, params![space, contract, period]).await? + 1;
    let data = serde_json::to_string(frozen).map_err(|error| Fault::corrupt("figures", error))?;
    let written = tx
        .run(
            "INSERT INTO contract_close \
             (space_id, contract, period, revision, closed_at, closed_by, data, inputs) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            params![space, contract, period, revision, now, by.to_string(), data, inputs],
        )
        .await?;
    if written == 0 { Err(Fault::Race) } else { Ok(revision) }
}

/// A period that was frozen.
#[derive(Clone, PartialEq, Debug)]
pub struct Closed {
    /// The period's name.
    pub period: String,
    /// Counts how often it was frozen, from 1.
    pub revision: i64,
    /// When.
    pub at: Time,
    /// By whom.
    pub by: Actor,
    /// The figures and what they were drawn from.
    pub frozen: Frozen,
}

/// Every freezing of a contract's periods, the newest of each period first.
///
/// # Errors
/// When the database refuses or figures do not read back.
pub async fn closed(
    conn: &mut Conn,
    space: &SpaceId,
    contract: &ItemRef,
) -> Result<Vec<Closed>, Fault> {
    let sql = "SELECT period, revision, closed_at, closed_by, data FROM contract_close \
               WHERE space_id = $1 AND contract = $2 ORDER BY period, revision DESC";
    conn.all(sql, params![space, contract]).await?.iter().map(read_closed).collect()
}

fn read_closed(row: &Row) -> Result<Closed, Fault> {
    Ok(Closed {
        period: row.get("period")?,
        revision: row.get("revision")?,
        at: row.get("closed_at")?,
        by: row.parse("closed_by")?,
        frozen: row.json("data")?,
    })
}

/// What the figures of a closing were drawn from; nothing where its hash alone was kept.
///
/// # Errors
/// When the database refuses.
pub async fn inputs(
    conn: &mut Conn,
    space: &SpaceId,
    (contract, period): (&ItemRef, &str),
    revision: i64,
) -> Result<Option<String>, Fault> {
    let sql = "SELECT inputs FROM contract_close \
               WHERE space_id = $1 AND contract = $2 AND period = $3 AND revision = $4";
    let found = conn.first(sql, params![space, contract, period, revision]).await?;
    found.map_or(Ok(None), |row| row.get("inputs"))
}

/// When the last report of a name was due that was sent.
///
/// # Errors
/// When the database refuses.
pub async fn last_report(
    conn: &mut Conn,
    space: &SpaceId,
    name: &str,
) -> Result<Option<Time>, Fault> {
    let sql = "SELECT MAX(due_at) AS due_at FROM report_mail WHERE space_id = $1 AND name = $2";
    conn.first(sql, params![space, name]).await?.map_or(Ok(None), |row| row.get("due_at"))
}

/// Notes that a report is sent; `false` when it was already.
///
/// # Errors
/// When the database refuses.
pub async fn note_report(
    tx: &mut Tx,
    space: &SpaceId,
    name: &str,
    due: Time,
) -> Result<bool, Fault> {
    let sql = "INSERT INTO report_mail (space_id, name, due_at) VALUES ($1, $2, $3) \
               ON CONFLICT DO NOTHING";
    Ok(tx.run(sql, params![space, name, due]).await? > 0)
}
