//! The versions of the routing in the database.

use kernel::SpaceId;
use spine::{Conn, Fault, Row, Tx, params};

use super::Version;

/// The newest version of a space.
///
/// # Errors
/// When the database refuses or it does not read back.
pub async fn newest(conn: &mut Conn, space: &SpaceId) -> Result<Option<Version>, Fault> {
    let sql = "SELECT version, at, actor, reason, data, sealed FROM routing_version \
               WHERE space_id = $1 ORDER BY version DESC LIMIT 1";
    conn.first(sql, params![space]).await?.as_ref().map(version).transpose()
}

/// One version.
///
/// # Errors
/// When the database refuses or it does not read back.
pub async fn one(conn: &mut Conn, space: &SpaceId, number: i64) -> Result<Option<Version>, Fault> {
    let sql = "SELECT version, at, actor, reason, data, sealed FROM routing_version \
               WHERE space_id = $1 AND version = $2";
    conn.first(sql, params![space, number]).await?.as_ref().map(version).transpose()
}

/// The newest versions, so many at most.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn list(conn: &mut Conn, space: &SpaceId, most: i64) -> Result<Vec<Version>, Fault> {
    let sql = "SELECT version, at, actor, reason, data, sealed FROM routing_version \
               WHERE space_id = $1 ORDER BY version DESC LIMIT $2";
    conn.all(sql, params![space, most]).await?.iter().map(version).collect()
}

/// Adds a version; `false` when another one with its number was quicker.
///
/// # Errors
/// When the database refuses.
pub async fn add(tx: &mut Tx, space: &SpaceId, version: &Version) -> Result<bool, Fault> {
    let data = serde_json::to_string(&version.data).map_err(|e| Fault::corrupt("routing", e))?;
    let sql = "INSERT INTO routing_version (space_id, version, at, actor, reason, data, sealed) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let values = params![
        space,
        version.version,
        version.at,
        version.actor.to_string(),
        &version.reason,
        data,
        &version.sealed
    ];
    Ok(tx.run(sql, values).await? == 1)
}

fn version(row: &Row) -> Result<Version, Fault> {
    let actor: String = row.get("actor")?;
    Ok(Version {
        version: row.get("version")?,
        at: row.get("at")?,
        actor: actor.parse().map_err(|error: String| Fault::corrupt("routing version", error))?,
        reason: row.get("reason")?,
        data: row.json("data")?,
        sealed: row.get("sealed")?,
    })
}
