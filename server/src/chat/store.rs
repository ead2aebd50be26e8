//! The messages that show incidents in rooms, in the database, and what chat services are spoken
//! to with.

use kernel::{IncidentId, SpaceId, Time};
use spine::{Conn, Fault, Row, Tx, params};

/// A room of a service: `slack`, `#payments-ops`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Room {
    /// The service.
    pub service: String,
    /// The room's name or id, as the team names it.
    pub name: String,
}

/// The message that shows an incident in a room.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Shown {
    /// Where it is, as the service said; empty before it was posted.
    pub posted: String,
    /// What it shows, as a hash.
    pub shown: String,
}

/// The rooms that show an incident; one into which nothing got is none.
///
/// # Errors
/// When the database refuses.
pub async fn rooms(
    conn: &mut Conn,
    space: &SpaceId,
    incident: IncidentId,
) -> Result<Vec<Room>, Fault> {
    let sql = "SELECT service, room FROM chat_message \
               WHERE space_id = $1 AND incident_id = $2 AND posted <> '' ORDER BY service, room";
    let room = |row: &Row| Ok(Room { service: row.get("service")?, name: row.get("room")? });
    conn.all(sql, params![space, incident]).await?.iter().map(room).collect()
}

/// Takes the message of an incident in a room to write it; `None` while somebody else writes it.
///
/// # Errors
/// When the database refuses.
pub async fn claim(
    tx: &mut Tx,
    space: &SpaceId,
    (incident, room): (IncidentId, &Room),
    (now, until): (Time, Time),
) -> Result<Option<Shown>, Fault> {
    let sql = "INSERT INTO chat_message (space_id, incident_id, service, room, claimed_until) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (space_id, incident_id, service, room) \
               DO UPDATE SET claimed_until = excluded.claimed_until \
               WHERE chat_message.claimed_until <= $6 RETURNING posted, shown";
    let (service, name) = (&room.service, &room.name);
    let row = tx.first(sql, params![space, incident, service, name, until, now]).await?;
    row.map(|row| Ok(Shown { posted: row.get("posted")?, shown: row.get("shown")? })).transpose()
}

/// Keeps what the message shows now, and lets go of it.
///
/// # Errors
/// When the database refuses.
pub async fn release(
    tx: &mut Tx,
    space: &SpaceId,
    (incident, room): (IncidentId, &Room),
    shown: &Shown,
) -> Result<(), Fault> {
    let sql = "UPDATE chat_message SET posted = $5, shown = $6, claimed_until = 0 \
               WHERE space_id = $1 AND incident_id = $2 AND service = $3 AND room = $4";
    let (service, name) = (&room.service, &room.name);
    tx.run(sql, params![space, incident, service, name, &shown.posted, &shown.shown]).await?;
    Ok(())
}

/// What a service is spoken to with, sealed.
///
/// # Errors
/// When the database refuses.
pub async fn secrets(
    conn: &mut Conn,
    space: &SpaceId,
    service: &str,
) -> Result<Option<String>, Fault> {
    let sql = "SELECT sealed FROM sealed_secret WHERE space_id = $1 AND name = $2";
    let row = conn.first(sql, params![space, format!("chat/{service}")]).await?;
    row.map(|row| row.get("sealed")).transpose()
}

/// Keeps what a service is spoken to with, sealed.
///
/// # Errors
/// When the database refuses.
pub async fn put_secrets(
    tx: &mut Tx,
    space: &SpaceId,
    service: &str,
    sealed: &str,
) -> Result<(), Fault> {
    let sql = "INSERT INTO sealed_secret (space_id, name, sealed) VALUES ($1, $2, $3) \
               ON CONFLICT (space_id, name) DO UPDATE SET sealed = excluded.sealed";
    tx.run(sql, params![space, format!("chat/{service}"), sealed]).await?;
    Ok(())
}
