//! Text messages that were taken, in the database.

use kernel::{SpaceId, Time};
use oncall::Page;
use spine::engine::Versioned;
use spine::{Conn, Fault, Row, Tx, params};

/// How many pages of one incident are looked at.
const PAGES_MAX: i64 = 50;

/// Whether a message was taken already.
///
/// # Errors
/// When the database refuses.
pub async fn is_taken(conn: &mut Conn, space: &SpaceId, message: &str) -> Result<bool, Fault> {
    let sql = "SELECT COUNT(*) AS n FROM sms_answer WHERE space_id = $1 AND message_id = $2";
    Ok(conn.number(sql, params![space, message]).await? > 0)
}

/// Takes a message, with the number that is answered, if it is; false when it was taken already.
///
/// # Errors
/// When the database refuses.
pub async fn take(
    tx: &mut Tx,
    space: &SpaceId,
    (message, number): (&str, Option<&str>),
    now: Time,
) -> Result<bool, Fault> {
    let sql = "INSERT INTO sms_answer (space_id, message_id, number, at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (space_id, message_id) DO NOTHING RETURNING message_id";
    let number = number.unwrap_or_default();
    Ok(tx.first(sql, params![space, message, number, now]).await?.is_some())
}

/// How many messages of a number were answered since then.
///
/// # Errors
/// When the database refuses.
pub async fn answered(
    tx: &mut Tx,
    space: &SpaceId,
    number: &str,
    since: Time,
) -> Result<i64, Fault> {
    let sql = "SELECT COUNT(*) AS n FROM sms_answer \
               WHERE space_id = $1 AND number = $2 AND at >= $3";
    tx.number(sql, params![space, number, since]).await
}

/// Forgets messages that were taken before then.
///
/// # Errors
/// When the database refuses.
pub async fn forget(tx: &mut Tx, space: &SpaceId, before: Time) -> Result<(), Fault> {
    let sql = "DELETE FROM sms_answer WHERE space_id = $1 AND at < $2";
    tx.run(sql, params![space, before]).await?;
    Ok(())
}

/// Until when the provider's list was read.
///
/// # Errors
/// When the database refuses.
pub async fn read_until(conn: &mut Conn, space: &SpaceId) -> Result<Option<Time>, Fault> {
    let sql = "SELECT read_until FROM sms_cursor WHERE space_id = $1";
    let row = conn.first(sql, params![space]).await?;
    row.map(|row| row.get("read_until")).transpose()
}

/// Keeps until when the provider's list was read; it never goes back.
///
/// # Errors
/// When the database refuses.
pub async fn put_read_until(tx: &mut Tx, space: &SpaceId, until: Time) -> Result<(), Fault> {
    let sql = "INSERT INTO sms_cursor (space_id, read_until) VALUES ($1, $2) \
               ON CONFLICT (space_id) DO UPDATE SET read_until = excluded.read_until \
               WHERE sms_cursor.read_until < excluded.read_until";
    tx.run(sql, params![space, until]).await?;
    Ok(())
}

/// The pages of the incident of a number, the newest first.
///
/// # Errors
/// When the database refuses or a page does not read back.
pub async fn of_number(
    conn: &mut Conn,
    space: &SpaceId,
    number: i64,
) -> Result<Vec<Versioned<Page>>, Fault> {
    let sql = "SELECT page.version, page.data FROM page \
               JOIN incident ON incident.space_id = page.space_id \
               AND incident.id = page.incident_id \
               WHERE page.space_id = $1 AND incident.number = $2 \
               ORDER BY page.started_at DESC, page.id DESC LIMIT $3";
    pages(&conn.all(sql, params![space, number, PAGES_MAX]).await?)
}

/// The pages that nobody has, and those that somebody has while the incident is worked on; the
/// newest first.
///
/// # Errors
/// When the database refuses or a page does not read back.
pub async fn of_open(
    conn: &mut Conn,
    space: &SpaceId,
    limit: i64,
) -> Result<Vec<Versioned<Page>>, Fault> {
    let sql = "SELECT page.version, page.data FROM page \
               JOIN incident ON incident.space_id = page.space_id \
               AND incident.id = page.incident_id \
               WHERE page.space_id = $1 AND incident.phase <> 'done' \
               AND (page.stage IN ('ringing', 'exhausted') OR page.stage = 'acknowledged' \
               AND incident.stage NOT IN ('restored', 'resolved')) \
               ORDER BY page.started_at DESC, page.id DESC LIMIT $2";
    pages(&conn.all(sql, params![space, limit]).await?)
}

fn pages(rows: &[Row]) -> Result<Vec<Versioned<Page>>, Fault> {
    let page =
        |row: &Row| Ok(Versioned { record: row.json("data")?, version: row.get("version")? });
    rows.iter().map(page).collect()
}
