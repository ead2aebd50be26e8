//! Offers of shifts in the database.

use kernel::{ItemRef, SpaceId};
use spine::engine::{Table, Versioned};
use spine::{Conn, Fault, Row, params};
use swaps::Swap;

/// Where offers are kept.
pub static SWAPS: Table<Swap> = Table {
    name: "swap",
    columns: &["schedule", "stage", "updated_at"],
    values: |swap| params![&swap.offer.schedule, swap.stage.word(), swap.updated_at],
    tags: |_| Vec::new(),
};

/// The offers of a space that wait for an answer, the oldest first.
///
/// # Errors
/// When the database refuses or an offer does not read back.
pub async fn open(conn: &mut Conn, space: &SpaceId) -> Result<Vec<Versioned<Swap>>, Fault> {
    let sql = "SELECT version, data FROM swap WHERE space_id = $1 AND stage = 'offered' \
               ORDER BY id LIMIT 1000";
    conn.all(sql, params![space]).await?.iter().map(versioned).collect()
}

/// The offers of a space, or of one of its schedules: those that wait first, then the newest.
///
/// # Errors
/// When the database refuses or an offer does not read back.
pub async fn recent(
    conn: &mut Conn,
    space: &SpaceId,
    schedule: Option<&ItemRef>,
) -> Result<Vec<Versioned<Swap>>, Fault> {
    let named = schedule.map(ItemRef::as_str).unwrap_or_default();
    let sql = "SELECT version, data FROM swap \
               WHERE space_id = $1 AND ($2 = '' OR schedule = $2) \
               ORDER BY CASE stage WHEN 'offered' THEN 0 ELSE 1 END, id DESC LIMIT 200";
    conn.all(sql, params![space, named]).await?.iter().map(versioned).collect()
}

fn versioned(row: &Row) -> Result<Versioned<Swap>, Fault> {
    Ok(Versioned { record: row.json("data")?, version: row.get("version")? })
}
