//! The calendars of layers, as they were last read.

use std::collections::BTreeSet;

use estate::Fed;
use kernel::{ItemRef, SpaceId, Time};
use spine::{Conn, Fault, Row, Tx, params};
use sqlx::AssertSqlSafe;

use super::{Kept, Known, LayerRef};

const FIELDS: &str = "schedule, layer, print, data, read_at, failing_since, failures, failure";

/// What calendars of layers say, for the estate.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn fed(conn: &mut Conn, space: &SpaceId) -> Result<Fed, Fault> {
    let mut fed = Fed::new();
    for known in all(conn, space).await? {
        let LayerRef { schedule, layer } = known.of;
        fed.entry(schedule).or_default().insert(layer, known.kept.shifts);
    }
    Ok(fed)
}

/// Every calendar of a space.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn all(conn: &mut Conn, space: &SpaceId) -> Result<Vec<Known>, Fault> {
    let sql = format!("SELECT {FIELDS} FROM layer_calendar WHERE space_id = $1");
    let rows = conn.all(AssertSqlSafe(sql), params![space]).await?;
    rows.iter().map(known).collect()
}

/// The calendars of a schedule.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn of_schedule(
    conn: &mut Conn,
    space: &SpaceId,
    schedule: &ItemRef,
) -> Result<Vec<Known>, Fault> {
    let sql = format!(
        "SELECT {FIELDS} FROM layer_calendar WHERE space_id = $1 AND schedule = $2 ORDER BY layer"
    );
    let rows = conn.all(AssertSqlSafe(sql), params![space, schedule]).await?;
    rows.iter().map(known).collect()
}

/// Asks for a calendar to be read from now on, at this address, known by its print. What was read
/// at another one stays until this one is read.
///
/// # Errors
/// When the database refuses.
pub async fn want(
    tx: &mut Tx,
    space: &SpaceId,
    of: &LayerRef,
    print: &str,
    now: Time,
) -> Result<(), Fault> {
    let sql = "INSERT INTO layer_calendar \
               (space_id, schedule, layer, print, data, due_at, failures) \
               VALUES ($1, $2, $3, $4, $5, $6, 0) \
               ON CONFLICT (space_id, schedule, layer) DO UPDATE SET print = $4, due_at = $6, \
               failing_since = NULL, failures = 0, failure = NULL";
    let empty = text(&Kept::default())?;
    tx.run(sql, params![space, &of.schedule, &of.layer, print, empty, now]).await?;
    Ok(())
}

/// Forgets the calendars of schedules that are not there any more.
///
/// # Errors
/// When the database refuses.
pub async fn forget(
    tx: &mut Tx,
    space: &SpaceId,
    schedules: &BTreeSet<ItemRef>,
) -> Result<(), Fault> {
    for schedule in schedules {
        let sql = "DELETE FROM layer_calendar WHERE space_id = $1 AND schedule = $2";
        tx.run(sql, params![space, schedule]).await?;
    }
    Ok(())
}

/// Calendars that are to be read, at most `limit`. They are due again at `again`, so that no other
/// node reads them meanwhile.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn take(
    tx: &mut Tx,
    space: &SpaceId,
    (now, again): (Time, Time),
    limit: i64,
) -> Result<Vec<Known>, Fault> {
    let sql = format!(
        "UPDATE layer_calendar SET due_at = $3 WHERE space_id = $1 AND due_at <= $2 \
         AND (schedule, layer) IN (SELECT schedule, layer FROM layer_calendar \
         WHERE space_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT $4) RETURNING {FIELDS}"
    );
    let rows = tx.all(AssertSqlSafe(sql), params![space, now, again, limit]).await?;
    rows.iter().map(known).collect()
}

/// Keeps what a calendar says now; `false` when it is read at another address meanwhile.
///
/// # Errors
/// When the database refuses.
pub async fn read(tx: &mut Tx, space: &SpaceId, known: &Known, now: Time) -> Result<bool, Fault> {
    let sql = "UPDATE layer_calendar SET data = $5, read_at = $6, failing_since = NULL, \
               failures = 0, failure = NULL \
               WHERE space_id = $1 AND schedule = $2 AND layer = $3 AND print = $4";
    let LayerRef { schedule, layer } = &known.of;
    let values = params![space, schedule, layer, &known.print, text(&known.kept)?, now];
    Ok(tx.run(sql, values).await? == 1)
}

/// Writes down that it could not be read, why, and when it is tried again.
///
/// # Errors
/// When the database refuses.
pub async fn failed(
    tx: &mut Tx,
    space: &SpaceId,
    known: &Known,
    (why, now, again): (&str, Time, Time),
) -> Result<(), Fault> {
    let sql = "UPDATE layer_calendar SET failing_since = COALESCE(failing_since, $5), \
               failures = failures + 1, failure = $6, due_at = $7 \
               WHERE space_id = $1 AND schedule = $2 AND layer = $3 AND print = $4";
    let why: String = why.chars().take(300).collect();
    let LayerRef { schedule, layer } = &known.of;
    let values = params![space, schedule, layer, &known.print, now, why, again];
    tx.run(sql, values).await?;
    Ok(())
}

fn text(kept: &Kept) -> Result<String, Fault> {
    serde_json::to_string(kept).map_err(|error| Fault::corrupt("calendar of a layer", error))
}

fn known(row: &Row) -> Result<Known, Fault> {
    Ok(Known {
        of: LayerRef { schedule: row.parse("schedule")?, layer: row.get("layer")? },
        print: row.get("print")?,
        kept: row.json("data")?,
        read_at: row.get("read_at")?,
        failing_since: row.get("failing_since")?,
        failures: row.get("failures")?,
        failure: row.get("failure")?,
    })
}
