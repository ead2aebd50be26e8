//! Clocks of contracts in the database.

use contracts::clocks::{Alarm, Clocks, Stage};
use kernel::{IncidentId, Lifecycle, SpaceId, Time};
use spine::clockwork::Clocked;
use spine::engine::Table;
use spine::{Conn, Fault, Row, Tx, params};
use sqlx::AssertSqlSafe;

use crate::practices::incidents::store::word;

/// Rows that are told of in one go.
const ROUND: i64 = 500;

/// Where clocks are kept: one row for each incident that touches a contract.
pub static CLOCKS: Table<Clocks> = Table {
    name: "contract_clocks",
    columns: &["incident_id", "stage", "boundary_at", "says"],
    values: |clocks| {
        let boundary = clocks.next_boundary().unwrap_or(Time::MAX);
        params![clocks.incident, word(clocks.stage()), boundary, said(&clocks.alarms())]
    },
    tags: |_| Vec::new(),
};

/// Clocks, for the clockwork.
pub struct ContractClocks;

impl Clocked for ContractClocks {
    type Record = Clocks;
    const TABLE: &'static Table<Clocks> = &CLOCKS;
}

/// What alerts say, as it is kept: nothing when they say nothing.
fn said(alarms: &[Alarm]) -> String {
    if alarms.is_empty() {
        return String::new();
    }
    serde_json::to_string(alarms).unwrap_or_default()
}

/// The clocks of an incident, where it has some.
///
/// # Errors
/// When the database refuses or the record does not read back.
pub async fn of_incident(
    conn: &mut Conn,
    space: &SpaceId,
    incident: IncidentId,
) -> Result<Option<Clocks>, Fault> {
    let sql = "SELECT data FROM contract_clocks WHERE space_id = $1 AND incident_id = $2";
    let row = conn.first(sql, params![space, incident]).await?;
    row.map(|row| row.json("data")).transpose()
}

/// The clocks of these incidents, as far as they have some.
///
/// # Errors
/// When the database refuses or a record does not read back.
pub async fn of_incidents(
    conn: &mut Conn,
    space: &SpaceId,
    incidents: &[IncidentId],
) -> Result<Vec<Clocks>, Fault> {
    if incidents.is_empty() {
        return Ok(Vec::new());
    }
    let binds = spine::db::placeholders(2, incidents.len());
    let sql = format!(
        "SELECT data FROM contract_clocks WHERE space_id = $1 AND incident_id IN ({binds})"
    );
    let mut values = params![space];
    values.extend(incidents.iter().map(|id| spine::Value::from(*id)));
    read(&conn.all(AssertSqlSafe(sql), values).await?)
}

/// Clocks of incidents of which at least one is not over, the next due first.
///
/// # Errors
/// When the database refuses or a record does not read back.
pub async fn live(conn: &mut Conn, space: &SpaceId, limit: i64) -> Result<Vec<Clocks>, Fault> {
    let sql = "SELECT data FROM contract_clocks WHERE space_id = $1 AND stage <> $2 \
               ORDER BY boundary_at, id LIMIT $3";
    read(&conn.all(sql, params![space, word(Stage::Ended), limit]).await?)
}

/// Writes beside an incident when its first clock is due, for the order of lists.
///
/// # Errors
/// When the database refuses.
pub async fn set_due(tx: &mut Tx, space: &SpaceId, clocks: &Clocks) -> Result<(), Fault> {
    let due = clocks.next_boundary().unwrap_or(Time::MAX);
    let sql = "UPDATE incident SET clock_due = $3 \
               WHERE space_id = $1 AND id = $2 AND clock_due <> $3";
    tx.run(sql, params![space, clocks.incident, due]).await?;
    Ok(())
}

/// Clocks whose alerts do not say yet what they have to.
#[derive(Debug)]
pub struct Untold {
    /// Their space.
    pub space: SpaceId,
    /// The clocks.
    pub clocks: Clocks,
    /// What was told.
    pub told: Vec<Alarm>,
}

/// The clocks whose alerts say something else than they should.
///
/// # Errors
/// When the database refuses or a record does not read back.
pub async fn untold(conn: &mut Conn) -> Result<Vec<Untold>, Fault> {
    let sql = "SELECT space_id, data, told FROM contract_clocks WHERE says <> told \
               ORDER BY space_id, id LIMIT $1";
    let rows = conn.all(sql, params![ROUND]).await?;
    let untold = |row: &Row| {
        let told: String = row.get("told")?;
        let told = if told.is_empty() { Vec::new() } else { row.json("told")? };
        Ok(Untold { space: row.get("space_id")?, clocks: row.json("data")?, told })
    };
    rows.iter().map(untold).collect()
}

/// Remembers what the alerts of clocks say.
///
/// # Errors
/// When the database refuses.
pub async fn tell(tx: &mut Tx, space: &SpaceId, clocks: &Clocks) -> Result<(), Fault> {
    let sql = "UPDATE contract_clocks SET told = $3 WHERE space_id = $1 AND id = $2";
    tx.run(sql, params![space, clocks.id(), said(&clocks.alarms())]).await?;
    Ok(())
}

fn read(rows: &[Row]) -> Result<Vec<Clocks>, Fault> {
    rows.iter().map(|row| row.json("data")).collect()
}
