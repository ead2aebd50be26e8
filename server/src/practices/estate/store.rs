//! Resources in the database.

use std::collections::BTreeMap;

use calendar::Span;
use estate::{Applied, Resource, Stored, Version};
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
    let sql = "SELECT version, data, applied, file, managed_by FROM resource \
               WHERE space_id = $1 ORDER BY item";
    conn.all(sql, params![space]).await?.iter().map(kept).collect()
}

/// One resource.
///
/// # Errors
/// When the database refuses or the resource does not read back.
pub async fn one(conn: &mut Conn, space: &SpaceId, item: &ItemRef) -> Result<Option<Kept>, Fault> {
    let sql = "SELECT version, data, applied, file, managed_by FROM resource \
               WHERE space_id = $1 AND item = $2";
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
            "SELECT version, data, applied, file, managed_by FROM resource \
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

/// What resources of a kind said in some time, and when; what is there now holds on.
///
/// # Errors
/// When the database refuses or a resource does not read back.
pub async fn held_between(
    conn: &mut Conn,
    space: &SpaceId,
    kind: &str,
    (from, until): (Time, Time),
) -> Result<Vec<Version>, Fault> {
    let now = "SELECT valid_from, data FROM resource \
               WHERE space_id = $1 AND kind = $2 AND valid_from < $3 ORDER BY item";
    let mut found = Vec::new();
    for row in conn.all(now, params![space, kind, until]).await? {
        let held = Span::new(row.get::<Time>("valid_from")?.micros(), i64::MAX);
        found.push(Version { resource: row.json("data")?, held });
    }
    // Names follow a slash, after which `0` comes.
    let (first, end) = (format!("{kind}/"), format!("{kind}0"));
    let past = "SELECT valid_from, valid_to, data FROM resource_past \
                WHERE space_id = $1 AND item >= $2 AND item < $3 \
                AND valid_from < $4 AND valid_to > $5 ORDER BY item, valid_from";
    for row in conn.all(past, params![space, first, end, until, from]).await? {
        let ends: (Time, Time) = (row.get("valid_from")?, row.get("valid_to")?);
        let held = Span::new(ends.0.micros(), ends.1.micros());
        found.push(Version { resource: row.json("data")?, held });
    }
    Ok(found)
}

/// Writes a resource with what files last said of it; what it was before becomes part of the past.
///
/// # Errors
/// When the database refuses.
pub async fn put(tx: &mut Tx, space: &SpaceId, stored: &Stored, now: Time) -> Result<(), Fault> {
    let (resource, applied) = (&stored.resource, stored.applied.as_ref());
    bury(tx, space, resource.item(), now).await?;
    tx.run(
        "INSERT INTO resource \
         (space_id, item, kind, title, version, managed_by, data, applied, valid_from, file) \
         VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9) \
         ON CONFLICT (space_id, item) DO UPDATE SET title = excluded.title, \
         version = resource.version + 1, managed_by = excluded.managed_by, \
         data = excluded.data, applied = excluded.applied, valid_from = excluded.valid_from, \
         file = excluded.file",
        params![
            space,
            resource.item(),
            resource.item().kind(),
            resource.title(),
            managed_by(stored),
            text(resource)?,
            applied.map(|applied| text(&applied.resource)).transpose()?,
            now,
            applied.map(|applied| applied.file.as_str())
        ],
    )
    .await?;
    Ok(())
}

/// Notes who says what a resource is, while it stays as it is: the file in `applied`, or whoever
/// took it over from there.
///
/// # Errors
/// When the database refuses.
pub async fn adopt(tx: &mut Tx, space: &SpaceId, stored: &Stored) -> Result<(), Fault> {
    let Some(applied) = &stored.applied else { return Ok(()) };
    tx.run(
        "UPDATE resource SET applied = $3, managed_by = $4, file = $5 \
         WHERE space_id = $1 AND item = $2",
        params![
            space,
            stored.resource.item(),
            text(&applied.resource)?,
            managed_by(stored),
            applied.file.as_str()
        ],
    )
    .await?;
    Ok(())
}

fn managed_by(stored: &Stored) -> &'static str {
    if stored.kept_in().is_some() { "file" } else { "ui" }
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
    let (applied, file): (Option<String>, Option<String>) = (row.get("applied")?, row.get("file")?);
    let managed_by: String = row.get("managed_by")?;
    let read = |text: String| -> Result<Applied, Fault> {
        let resource = serde_json::from_str(&text);
        let resource = resource.map_err(|error| Fault::corrupt("applied resource", error))?;
        let (file, taken_over) = (file.unwrap_or_default(), managed_by == "ui");
        Ok(Applied { resource, file, taken_over })
    };
    let applied = applied.map(read).transpose()?;
    Ok(Kept {
        stored: Stored { resource: row.json("data")?, applied },
        version: row.get("version")?,
    })
}
