//! Why receivers were not told, in the database.

use std::collections::HashMap;

use kernel::{AlertId, SpaceId, Time};
use serde::Serialize;
use spine::db::placeholders;
use spine::{Conn, Fault, Row, Tx, Value, params};
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;

use super::super::held::Held;

/// Rows of one statement.
const ROWS: usize = 64;

/// Why a receiver was not told of an alert, from this time on.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct NotTold {
    /// The alert.
    #[serde(skip)]
    pub alert: AlertId,
    /// The receiver and its way: `ops/webhook[0]`.
    pub receiver: String,
    /// When that was decided first.
    pub at: Time,
    /// The group.
    pub group_key: String,
    /// Why.
    pub held: Held,
}

/// Notes why receivers were not told.
///
/// # Errors
/// When the database refuses.
pub async fn note(tx: &mut Tx, space: &SpaceId, notes: &[&NotTold]) -> Result<(), Fault> {
    let row = |note: &&NotTold| {
        let held = serde_json::to_string(&note.held);
        let held = held.map_err(|error| Fault::corrupt("reason", error))?;
        Ok::<_, Fault>(params![space, note.alert, note.at, &note.receiver, &note.group_key, held])
    };
    let rows: Vec<Vec<Value>> = notes.iter().map(row).collect::<Result<_, _>>()?;
    let into = "not_told (space_id, alert_id, at, receiver, group_key, held)";
    tx.insert_rows(into, rows, "ON CONFLICT DO NOTHING").await?;
    Ok(())
}

/// The last reason noted for each of these alerts, by receiver.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn last(
    conn: &mut Conn,
    space: &SpaceId,
    alerts: &[AlertId],
) -> Result<HashMap<(AlertId, String), Held>, Fault> {
    let mut found = HashMap::new();
    for chunk in alerts.chunks(ROWS) {
        let sql = format!(
            "SELECT alert_id, receiver, held FROM not_told \
             WHERE space_id = $1 AND alert_id IN ({}) ORDER BY at",
            placeholders(2, chunk.len())
        );
        let mut values = params![space];
        values.extend(chunk.iter().map(|id| Value::from(*id)));
        for row in conn.all(AssertSqlSafe(sql), values).await? {
            found.insert((row.parse("alert_id")?, row.get("receiver")?), row.json("held")?);
        }
    }
    Ok(found)
}

/// Why receivers were not told of an alert, the newest first.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn of_alert(
    conn: &mut Conn,
    space: &SpaceId,
    alert: AlertId,
    limit: i64,
) -> Result<Vec<NotTold>, Fault> {
    let sql = "SELECT at, receiver, group_key, held FROM not_told \
               WHERE space_id = $1 AND alert_id = $2 ORDER BY at DESC, receiver LIMIT $3";
    let read = |row: &Row| {
        Ok(NotTold {
            alert,
            receiver: row.get("receiver")?,
            at: row.get("at")?,
            group_key: row.get("group_key")?,
            held: row.json("held")?,
        })
    };
    conn.all(sql, params![space, alert, limit]).await?.iter().map(read).collect()
}

/// Forgets what was noted before this time.
///
/// # Errors
/// When the database refuses.
pub async fn forget(tx: &mut Tx, before: Time) -> Result<(), Fault> {
    tx.run("DELETE FROM not_told WHERE at < $1", params![before]).await?;
    Ok(())
}
