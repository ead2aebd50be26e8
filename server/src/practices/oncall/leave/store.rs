//! The calendars in which people keep their leave, in the database.

use kernel::{ItemRef, LeaveCalendarId, SpaceId, Time};
use oncall::hits::Told;
use oncall::leave::Counts;
use spine::{Conn, Fault, Row, Tx, params};
use sqlx::AssertSqlSafe;

use super::Calendar;

const FIELDS: &str = "space_id, id, person, title, counts, print, sealed, absences, made_by, \
                      made_at, read_at, failing_since, failure, told";

/// The calendars of a person, the oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn of_person(
    conn: &mut Conn,
    space: &SpaceId,
    person: &ItemRef,
) -> Result<Vec<Calendar>, Fault> {
    let sql = format!(
        "SELECT {FIELDS} FROM leave_calendar WHERE space_id = $1 AND person = $2 \
         ORDER BY made_at, id"
    );
    let rows = conn.all(AssertSqlSafe(sql), params![space, person]).await?;
    rows.iter().map(calendar).collect()
}

/// One calendar.
///
/// # Errors
/// When the database refuses.
pub async fn one(
    conn: &mut Conn,
    space: &SpaceId,
    id: LeaveCalendarId,
) -> Result<Option<Calendar>, Fault> {
    let sql = format!("SELECT {FIELDS} FROM leave_calendar WHERE space_id = $1 AND id = $2");
    let row = conn.first(AssertSqlSafe(sql), params![space, id]).await?;
    row.as_ref().map(calendar).transpose()
}

/// Calendars of all spaces that are to be read, at most `limit`. They are due again at `again`, so
/// that no other node reads them meanwhile.
///
/// # Errors
/// When the database refuses.
pub async fn take(tx: &mut Tx, now: Time, again: Time, limit: i64) -> Result<Vec<Calendar>, Fault> {
    let sql = format!(
        "UPDATE leave_calendar SET due_at = $2 WHERE due_at <= $1 AND (space_id, id) IN \
         (SELECT space_id, id FROM leave_calendar WHERE due_at <= $1 ORDER BY due_at LIMIT $3) \
         RETURNING {FIELDS}"
    );
    let rows = tx.all(AssertSqlSafe(sql), params![now, again, limit]).await?;
    rows.iter().map(calendar).collect()
}

/// Adds a calendar; `false` when the person has it already.
///
/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Tx, calendar: &Calendar, due: Time) -> Result<bool, Fault> {
    let sql = "INSERT INTO leave_calendar (space_id, id, person, title, counts, print, sealed, \
               absences, made_by, made_at, due_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10) ON CONFLICT DO NOTHING";
    let values = params![
        &calendar.space,
        calendar.id,
        &calendar.person,
        &calendar.title,
        word(calendar.counts),
        &calendar.print,
        &calendar.sealed,
        calendar.made_by.to_string(),
        calendar.made_at,
        due
    ];
    Ok(tx.run(sql, values).await? == 1)
}

/// Writes down that it was read; `absences`: how many it says there are.
///
/// # Errors
/// When the database refuses.
pub async fn read(
    tx: &mut Tx,
    calendar: &Calendar,
    absences: usize,
    now: Time,
) -> Result<(), Fault> {
    let sql = "UPDATE leave_calendar SET read_at = $3, absences = $4, \
               failing_since = NULL, failure = NULL WHERE space_id = $1 AND id = $2";
    let values = params![&calendar.space, calendar.id, now, absences];
    tx.run(sql, values).await?;
    Ok(())
}

/// Writes down of which shifts the person is told; `false` when somebody else has told meanwhile.
///
/// # Errors
/// When the database refuses.
pub async fn told(tx: &mut Tx, calendar: &Calendar, after: &Told) -> Result<bool, Fault> {
    let text = |told: &Told| serde_json::to_string(told).map_err(|e| Fault::corrupt("told", e));
    let sql = "UPDATE leave_calendar SET told = $4 WHERE space_id = $1 AND id = $2 AND told = $3";
    let values = params![&calendar.space, calendar.id, text(&calendar.told)?, text(after)?];
    Ok(tx.run(sql, values).await? == 1)
}

/// Writes down that it could not be read, and why.
///
/// # Errors
/// When the database refuses.
pub async fn failed(tx: &mut Tx, calendar: &Calendar, why: &str, now: Time) -> Result<(), Fault> {
    let sql = "UPDATE leave_calendar SET failing_since = COALESCE(failing_since, $3), \
               failure = $4 WHERE space_id = $1 AND id = $2";
    let why: String = why.chars().take(300).collect();
    tx.run(sql, params![&calendar.space, calendar.id, now, why]).await?;
    Ok(())
}

/// Forgets a calendar; `false` when there is none.
///
/// # Errors
/// When the database refuses.
pub async fn delete(tx: &mut Tx, space: &SpaceId, id: LeaveCalendarId) -> Result<bool, Fault> {
    let sql = "DELETE FROM leave_calendar WHERE space_id = $1 AND id = $2";
    Ok(tx.run(sql, params![space, id]).await? == 1)
}

fn calendar(row: &Row) -> Result<Calendar, Fault> {
    let counts: String = row.get("counts")?;
    Ok(Calendar {
        space: row.get("space_id")?,
        id: row.parse("id")?,
        person: row.parse("person")?,
        title: row.get("title")?,
        counts: if counts == word(Counts::All) { Counts::All } else { Counts::Marked },
        print: row.get("print")?,
        sealed: row.get("sealed")?,
        absences: row.get("absences")?,
        made_by: row.parse("made_by")?,
        made_at: row.get("made_at")?,
        read_at: row.get("read_at")?,
        failing_since: row.get("failing_since")?,
        failure: row.get("failure")?,
        told: row.json("told")?,
    })
}

fn word(counts: Counts) -> &'static str {
    match counts {
        Counts::Marked => "marked",
        Counts::All => "all",
    }
}
