//! Pages in the database.

use kernel::{IncidentId, SpaceId, Time};
use oncall::Page;
use spine::clockwork::Clocked;
use spine::engine::{Table, Versioned};
use spine::{Conn, Fault, params};

use crate::practices::incidents::store::word;

/// Where pages are kept.
pub static PAGES: Table<Page> = Table {
    name: "page",
    columns: &["incident_id", "stage", "started_at"],
    values: |page| params![page.incident, word(page.stage), page.started_at],
    tags: |_| Vec::new(),
};

/// Pages, for the clockwork.
pub struct Pages;

impl Clocked for Pages {
    type Record = Page;
    const TABLE: &'static Table<Page> = &PAGES;
}

/// The pages of an incident, the newest first.
///
/// # Errors
/// When the database refuses or a page does not read back.
pub async fn of_incident(
    conn: &mut Conn,
    space: &SpaceId,
    incident: IncidentId,
) -> Result<Vec<Versioned<Page>>, Fault> {
    let sql = "SELECT version, data FROM page WHERE space_id = $1 AND incident_id = $2 \
               ORDER BY started_at DESC, id DESC";
    conn.all(sql, params![space, incident])
        .await?
        .iter()
        .map(|row| Ok(Versioned { record: row.json("data")?, version: row.get("version")? }))
        .collect()
}

/// The incident of each page that was started between these times.
///
/// # Errors
/// When the database refuses.
pub async fn started_between(
    conn: &mut Conn,
    space: &SpaceId,
    from: Time,
    to: Time,
) -> Result<Vec<IncidentId>, Fault> {
    let sql = "SELECT incident_id FROM page \
               WHERE space_id = $1 AND started_at >= $2 AND started_at < $3";
    let rows = conn.all(sql, params![space, from, to]).await?;
    rows.iter().map(|row| row.parse("incident_id")).collect()
}

/// The pages that were started between these times, at most so many.
///
/// # Errors
/// When the database refuses or a page does not read back.
pub async fn between(
    conn: &mut Conn,
    space: &SpaceId,
    (from, to): (Time, Time),
    limit: i64,
) -> Result<Vec<Page>, Fault> {
    let sql = "SELECT data FROM page WHERE space_id = $1 AND started_at >= $2 AND started_at < $3 \
               ORDER BY started_at, id LIMIT $4";
    let rows = conn.all(sql, params![space, from, to, limit]).await?;
    rows.iter().map(|row| row.json("data")).collect()
}

/// The pages that ring.
///
/// # Errors
/// When the database refuses or a page does not read back.
pub async fn ringing(conn: &mut Conn, space: &SpaceId) -> Result<Vec<Page>, Fault> {
    let sql = "SELECT data FROM page WHERE space_id = $1 AND stage = 'ringing' ORDER BY id";
    conn.all(sql, params![space]).await?.iter().map(|row| row.json("data")).collect()
}

/// How many pages are in a stage.
///
/// # Errors
/// When the database refuses.
pub async fn count(conn: &mut Conn, space: &SpaceId, stage: &str) -> Result<i64, Fault> {
    let sql = "SELECT COUNT(*) AS n FROM page WHERE space_id = $1 AND stage = $2";
    conn.number(sql, params![space, stage]).await
}
