//! Proofs of ways, in the database.

use kernel::{ItemRef, SpaceId};
use oncall::proof::Proof;
use spine::{Conn, Fault, Row, Tx, params};

/// A way and an address of a person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct WayKey {
    /// The person.
    pub person: ItemRef,
    /// The channel.
    pub channel: String,
    /// The address in it.
    pub target: String,
}

/// What is known of every way that was looked at; of one person, or with nobody named of all.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn list(
    conn: &mut Conn,
    space: &SpaceId,
    person: Option<&ItemRef>,
) -> Result<Vec<(WayKey, Proof)>, Fault> {
    let sql = "SELECT person, channel, target, data FROM contact_proof \
               WHERE space_id = $1 AND ($2 = '' OR person = $2)";
    let person = person.map_or("", ItemRef::as_str);
    conn.all(sql, params![space, person]).await?.iter().map(read).collect()
}

/// What is known of a way. Until the transaction ends nobody else changes it.
///
/// # Errors
/// When the database refuses or it does not read back.
pub async fn seize(tx: &mut Tx, space: &SpaceId, key: &WayKey) -> Result<Proof, Fault> {
    let sql = "INSERT INTO contact_proof (space_id, person, channel, target, data) \
               VALUES ($1, $2, $3, $4, '{}') \
               ON CONFLICT (space_id, person, channel, target) DO UPDATE \
               SET data = contact_proof.data RETURNING person, channel, target, data";
    let WayKey { person, channel, target } = key;
    let row = tx.first(sql, params![space, person, channel, target]).await?;
    Ok(row.map(|row| read(&row)).transpose()?.map(|(_, proof)| proof).unwrap_or_default())
}

/// Keeps what is known of a way now.
///
/// # Errors
/// When the database refuses.
pub async fn put(tx: &mut Tx, space: &SpaceId, key: &WayKey, proof: &Proof) -> Result<(), Fault> {
    let data = serde_json::to_string(proof).map_err(|error| Fault::corrupt("proof", error))?;
    let sql = "UPDATE contact_proof SET data = $5 \
               WHERE space_id = $1 AND person = $2 AND channel = $3 AND target = $4";
    let WayKey { person, channel, target } = key;
    tx.run(sql, params![space, person, channel, target, data]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<(WayKey, Proof), Fault> {
    let key = WayKey {
        person: row.parse("person")?,
        channel: row.get("channel")?,
        target: row.get("target")?,
    };
    Ok((key, row.json("data")?))
}
