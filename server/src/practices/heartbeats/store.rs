//! Heartbeats in the database.

use heartbeats::{Gap, Heartbeat, Stage};
use kernel::{HeartbeatId, Lifecycle, SpaceId};
use spine::clockwork::Clocked;
use spine::engine::{Table, Versioned};
use spine::{Conn, Fault, Row, Tx, params};

/// Where heartbeats are kept. A removed one gives its name back.
pub static HEARTBEATS: Table<Heartbeat> = Table {
    name: "heartbeat",
    columns: &["name", "stage"],
    values: |heartbeat| {
        let removed = heartbeat.stage == Stage::Removed;
        let name = if removed { format!("~{}", heartbeat.id) } else { heartbeat.name.clone() };
        params![name, heartbeat.stage.word()]
    },
    tags: |_| Vec::new(),
};

/// Heartbeats, for the clockwork.
pub struct Heartbeats;

impl Clocked for Heartbeats {
    type Record = Heartbeat;
    const TABLE: &'static Table<Heartbeat> = &HEARTBEATS;
}

fn versioned(row: &Row) -> Result<Versioned<Heartbeat>, Fault> {
    Ok(Versioned { record: row.json("data")?, version: row.get("version")? })
}

/// All heartbeats that are not removed, by name.
///
/// # Errors
/// When the database refuses or a heartbeat does not read back.
pub async fn list(conn: &mut Conn, space: &SpaceId) -> Result<Vec<Versioned<Heartbeat>>, Fault> {
    let sql = "SELECT version, data FROM heartbeat \
               WHERE space_id = $1 AND stage <> 'removed' ORDER BY name";
    conn.all(sql, params![space]).await?.iter().map(versioned).collect()
}

/// When heartbeats were missed that watch something, with the name of each; those that were removed
/// since as well.
///
/// # Errors
/// When the database refuses or a heartbeat does not read back.
pub async fn gaps(conn: &mut Conn, space: &SpaceId) -> Result<Vec<(String, Gap)>, Fault> {
    let sql = "SELECT version, data FROM heartbeat \
               WHERE space_id = $1 AND data LIKE '%\"gaps\"%' ORDER BY id";
    let mut found = Vec::new();
    for row in conn.all(sql, params![space]).await? {
        let heartbeat = versioned(&row)?.record;
        found.extend(heartbeat.gaps.into_iter().map(|gap| (heartbeat.name.clone(), gap)));
    }
    Ok(found)
}

/// The heartbeat of a name.
///
/// # Errors
/// When the database refuses or the heartbeat does not read back.
pub async fn by_name(
    conn: &mut Conn,
    space: &SpaceId,
    name: &str,
) -> Result<Option<Versioned<Heartbeat>>, Fault> {
    let sql = "SELECT version, data FROM heartbeat \
               WHERE space_id = $1 AND name = $2 AND stage <> 'removed'";
    conn.first(sql, params![space, name]).await?.as_ref().map(versioned).transpose()
}

/// The heartbeat that a secret address pings, and its space.
///
/// # Errors
/// When the database refuses or the heartbeat does not read back.
pub async fn by_secret(
    conn: &mut Conn,
    hash: &str,
) -> Result<Option<(SpaceId, Versioned<Heartbeat>)>, Fault> {
    let sql = "SELECT space_id, version, data FROM heartbeat \
               WHERE secret_hash = $1 AND stage <> 'removed'";
    match conn.first(sql, params![hash]).await? {
        Some(row) => Ok(Some((row.get("space_id")?, versioned(&row)?))),
        None => Ok(None),
    }
}

/// Sets the secret of the address that pings a heartbeat.
///
/// # Errors
/// When the database refuses.
pub async fn set_secret(
    tx: &mut Tx,
    space: &SpaceId,
    id: HeartbeatId,
    hash: &str,
) -> Result<(), Fault> {
    let sql = "UPDATE heartbeat SET secret_hash = $3 WHERE space_id = $1 AND id = $2";
    tx.run(sql, params![space, id, hash]).await?;
    Ok(())
}

/// Writes a ping that is no history: the record as it is now, and when it is due.
///
/// # Errors
/// When the database refuses, or the record was changed meanwhile.
pub async fn refresh(
    tx: &mut Tx,
    space: &SpaceId,
    heartbeat: &Versioned<Heartbeat>,
) -> Result<(), Fault> {
    let record = &heartbeat.record;
    let data = serde_json::to_string(record).map_err(|error| Fault::corrupt("heartbeat", error))?;
    let sql = "UPDATE heartbeat SET data = $4, due_at = $5 \
               WHERE space_id = $1 AND id = $2 AND version = $3";
    let values = params![space, record.id, heartbeat.version, data, record.next_due()];
    match tx.run(sql, values).await? {
        1 => Ok(()),
        _ => Err(Fault::Race),
    }
}

/// The heartbeats whose alert does not say yet what they are: missed, or no longer.
///
/// # Errors
/// When the database refuses or a heartbeat does not read back.
pub async fn untold(conn: &mut Conn) -> Result<Vec<(SpaceId, Heartbeat)>, Fault> {
    let sql = "SELECT space_id, data FROM heartbeat \
               WHERE (stage = 'overdue' AND told <> 'overdue') \
               OR (stage <> 'overdue' AND told = 'overdue') ORDER BY space_id, id LIMIT 500";
    let rows = conn.all(sql, vec![]).await?;
    rows.iter().map(|row| Ok((row.get("space_id")?, row.json("data")?))).collect()
}

/// Remembers what the alert of a heartbeat says.
///
/// # Errors
/// When the database refuses.
pub async fn tell(tx: &mut Tx, space: &SpaceId, heartbeat: &Heartbeat) -> Result<(), Fault> {
    let told = if heartbeat.stage == Stage::Overdue { "overdue" } else { "" };
    let sql = "UPDATE heartbeat SET told = $3 WHERE space_id = $1 AND id = $2";
    tx.run(sql, params![space, heartbeat.id, told]).await?;
    Ok(())
}
