//! Resources in the database.

use std::collections::BTreeMap;

use estate::{Resource, Stored};
use kernel::{ItemRef, SpaceId, Time};
use spine::{Conn, Fault, Row, Tx, Value, params};
use sqlx::AssertSqlSafe;

/// As many names as one statement asks for.
const SOME_MAX: usize = 200;

/// A resource as it is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The resource, and what files last said of it.
    pub stored: Stored,
    /// Counts its changes, from 1.
    pub version: i64,
}

/// All resources of a space.
///
/// # Errors
/// When the database refuses or a resource does not read back.
pub async fn all(conn: &mut Conn, space: &SpaceId) -> Result<Vec<Kept>, Fault> {
    let sql = "SELECT version, data, applied FROM resource WHERE space_id = $1 ORDER BY item";
    conn.all(sql, params![space]).await?.iter().map(kept).collect()
}

/// One resource.
///
/// # Errors
/// When the database refuses or the resource does not read back.
pub async fn one(conn: &mut Conn, space: &SpaceId, item: &ItemRef) -> Result<Option<Kept>, Fault> {
    let sql = "SELECT version, data, applied FROM resource WHERE space_id = $1 AND item = $2";
    conn.first(sql, params![space, item]).await?.as_ref().map(kept).transpose()
}

/// The resources with these names, in no order; those that are not there are left out.
///
/// # Errors
/// When the database refuses or a resource does not read back.
pub async fn some(conn: &mut Conn, space: &SpaceId, items: &[ItemRef]) -> Result<Vec<Kept>, Fault> {
    let mut found = Vec::new();
    for part in items.chunks(SOME_MAX) {
        let binds = spine::db::placeholders(2, part.len());
        let sql = format!(
            "SELECT version, data, applied FROM resource \
             WHERE space_id = $1 AND item IN ({binds})"
        );
        let mut values = params![space];
        values.extend(part.iter().map(Value::from));
        let rows = conn.all(AssertSqlSafe(sql), values).await?;
        found.extend(rows.iter().map(kept).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(found)
}

/// The spaces that have resources.
///
/// # Errors
/// When the database refuses.
pub async fn spaces(conn: &mut Conn) -> Result<Vec<SpaceId>, Fault> {
    let sql = "SELECT DISTINCT space_id FROM resource UNION SELECT DISTINCT space_id FROM setting";
    conn.all(sql, vec![]).await?.iter().map(|row| row.get("space_id")).collect()
}

/// The resources as they were at a time.
///
/// # Errors
/// When the database refuses or a resource does not read back.
pub async fn as_of(conn: &mut Conn, space: &SpaceId, at: Time) -> Result<Vec<Resource>, Fault> {
    let sql = "SELECT item, data FROM resource WHERE space_id = $1 AND valid_from <= $2 \
               UNION ALL SELECT item, data FROM resource_past \
               WHERE space_id = $1 AND valid_from <= $2 AND valid_to > $2";
    let mut found: BTreeMap<String, Resource> = BTreeMap::new();
    for row in conn.all(sql, params![space, at]).await? {
        found.insert(row.get("item")?, row.json("data")?);
    }
    Ok(found.into_values().collect())
}

/// When a resource of these kinds was last made, changed or deleted.
///
/// # Errors
/// When the database refuses.
pub async fn changed_at(
    conn: &mut Conn,
    space: &SpaceId,
    kinds: &[&str],
) -> Result<Option<Time>, Fault> {
    let mut last = None;
    for kind in kinds {
        let sql = "SELECT MAX(at) AS at FROM ( \
                   SELECT valid_from AS at FROM resource WHERE space_id = $1 AND kind = $2 \
                   UNION ALL SELECT valid_to AS at FROM resource_past \
                   WHERE space_id = $1 AND item >= $3 AND item < $4) AS changes";
        // Names follow a slash, after which `0` comes.
        let (first, end) = (format!("{kind}/"), format!("{kind}0"));
        let row = conn.first(sql, params![space, *kind, first, end]).await?;
        last = last.max(row.map_or(Ok(None), |row| row.get("at"))?);
    }
    Ok(last)
}

/// Everything that a resource ever said, the oldest first, with the time from which on.
///
/// # Errors
/// When the database refuses or a resource does not read back.
pub async fn versions(
    conn: &mut Conn,
    space: &SpaceId,
    item: &ItemRef,
) -> Result<Vec<(Time, Resource)>, Fault> {
    let sql = "SELECT valid_from, data FROM resource_past WHERE space_id = $1 AND item = $2 \
               UNION ALL SELECT valid_from, data FROM resource \
               WHERE space_id = $1 AND item = $2 ORDER BY valid_from";
    let rows = conn.all(sql, params![space, item]).await?;
    rows.iter().map(|row| Ok((row.get("valid_from")?, row.json("data")?))).collect()
}

/// Writes a resource; what it was before becomes part of the past.
///
/// # Errors
/// When the database refuses.
pub async fn put(
    tx: &mut Tx,
    space: &SpaceId,
    resource: &Resource,
    applied: Option<&Resource>,
    now: Time,
) -> Result<(), Fault> {
    bury(tx, space, resource.item(), now).await?;
    let managed_by = if applied.is_some() { "file" } else { "ui" };
    tx.run(
        "INSERT INTO resource \
         (space_id, item, kind, title, version, managed_by, data, applied, valid_from) \
         VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8) \
         ON CONFLICT (space_id, item) DO UPDATE SET title = excluded.title, \
         version = resource.version + 1, managed_by = excluded.managed_by, \
         data = excluded.data, applied = excluded.applied, valid_from = excluded.valid_from",
        params![
            space,
            resource.item(),
            resource.item().kind(),
            resource.title(),
            managed_by,
            text(resource)?,
            applied.map(text).transpose()?,
            now
        ],
    )
    .await?;
    Ok(())
}

/// Notes that files now say what is stored anyway.
///
/// # Errors
/// When the database refuses.
pub async fn adopt(tx: &mut Tx, space: &SpaceId, resource: &Resource) -> Result<(), Fault> {
    tx.run(
        "UPDATE resource SET applied = $3, managed_by = 'file' WHERE space_id = $1 AND item = $2",
        params![space, resource.item(), text(resource)?],
    )
    .await?;
    Ok(())
}

/// Deletes a resource; what it was becomes part of the past.
///
/// # Errors
/// When the database refuses.
pub async fn delete(tx: &mut Tx, space: &SpaceId, item: &ItemRef, now: Time) -> Result<(), Fault> {
    bury(tx, space, item, now).await?;
    tx.run("DELETE FROM resource WHERE space_id = $1 AND item = $2", params![space, item]).await?;
    Ok(())
}

/// Two changes within a microsecond leave one past.
async fn bury(tx: &mut Tx, space: &SpaceId, item: &ItemRef, now: Time) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO resource_past (space_id, item, valid_from, valid_to, data) \
         SELECT space_id, item, valid_from, $3, data FROM resource \
         WHERE space_id = $1 AND item = $2 AND valid_from < $3 ON CONFLICT DO NOTHING",
        params![space, item, now],
    )
    .await?;
    Ok(())
}

fn text(resource: &Resource) -> Result<String, Fault> {
    serde_json::to_string(resource).map_err(|error| Fault::corrupt("resource", error))
}

fn kept(row: &Row) -> Result<Kept, Fault> {
    let applied: Option<String> = row.get("applied")?;
    let applied = applied
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| Fault::corrupt("applied resource", error))?;
    Ok(Kept {
        stored: Stored { resource: row.json("data")?, applied },
        version: row.get("version")?,
    })
}
