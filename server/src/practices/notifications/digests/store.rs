//! What waits to be told in one message, in the database.

use kernel::{OutboxId, SpaceId, Time};
use spine::db::{pieces, placeholders};
use spine::{Conn, Fault, Row, Tx, Value, params};
use sqlx::AssertSqlSafe;

use crate::practices::notifications::carry::Told;

/// What is told of one receiver's groups in one message.
#[derive(Clone, PartialEq, Debug)]
pub struct Digest {
    /// The space.
    pub space: SpaceId,
    /// The receiver's way: `ops/webhook[0]`.
    pub receiver: String,
    /// `storm`, `daily`, `weekly` or `monthly`.
    pub kind: String,
    /// The message that will tell it.
    pub message: OutboxId,
}

/// Where a group is put: one way of telling one receiver.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The space.
    pub space: &'a SpaceId,
    /// The receiver's way.
    pub receiver: &'a str,
    /// The group.
    pub group_key: &'a str,
}

/// Puts a group into the digest of a kind, and opens one that is due at `due` when there is none.
/// What was put in of the group before is replaced. Gives the message that will tell it.
///
/// # Errors
/// When the database refuses.
pub async fn put(
    tx: &mut Tx,
    place: Place<'_>,
    (kind, due): (&str, Time),
    fresh: OutboxId,
    told: &Told,
) -> Result<OutboxId, Fault> {
    let told = serde_json::to_string(told).map_err(|error| Fault::corrupt("digest", error))?;
    let Place { space, receiver, group_key } = place;
    tx.run(
        "INSERT INTO digest (space_id, receiver, kind, due_at, message_id) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        params![space, receiver, kind, due, fresh],
    )
    .await?;
    tx.run(
        "INSERT INTO digest_item (space_id, receiver, group_key, kind, told) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (space_id, receiver, group_key) \
         DO UPDATE SET kind = excluded.kind, told = excluded.told",
        params![space, receiver, group_key, kind, told],
    )
    .await?;
    let sql = "SELECT message_id FROM digest WHERE space_id = $1 AND receiver = $2 AND kind = $3";
    let found = tx.first(sql, params![space, receiver, kind]).await?;
    // Another node sent it between the two statements: decided again.
    message_of(&found.ok_or(Fault::Race)?)
}

fn message_of(row: &Row) -> Result<OutboxId, Fault> {
    let id: String = row.get("message_id")?;
    id.parse().map_err(|error| Fault::corrupt("digest", error))
}

/// Takes groups of a receiver out: they are told at once now.
///
/// # Errors
/// When the database refuses.
pub async fn take_out(
    tx: &mut Tx,
    (space, receiver): (&SpaceId, &str),
    group_keys: &[&str],
) -> Result<(), Fault> {
    for piece in pieces(group_keys) {
        let sql = format!(
            "DELETE FROM digest_item WHERE space_id = $1 AND receiver = $2 AND group_key IN ({})",
            placeholders(3, piece.len())
        );
        let mut values = params![space, receiver];
        values.extend(piece.iter().map(|key| Value::from(*key)));
        tx.run(AssertSqlSafe(sql), values).await?;
    }
    Ok(())
}

/// When the next digest of any kind is due.
///
/// # Errors
/// When the database refuses.
pub async fn next_due(conn: &mut Conn) -> Result<Option<Time>, Fault> {
    let row = conn.first("SELECT MIN(due_at) AS due_at FROM digest", params![]).await?;
    row.map_or(Ok(None), |row| row.get("due_at"))
}

/// Takes the digests that are due, each for one taker, with everything in them.
///
/// # Errors
/// When the database refuses or an item does not read back.
pub async fn take_due(
    tx: &mut Tx,
    now: Time,
    most: i64,
) -> Result<Vec<(Digest, Vec<Told>)>, Fault> {
    let sql = "SELECT space_id, receiver, kind, message_id FROM digest WHERE due_at <= $1 \
               ORDER BY due_at LIMIT $2";
    let mut taken = Vec::new();
    for row in tx.all(sql, params![now, most]).await? {
        let digest = Digest {
            space: row.get("space_id")?,
            receiver: row.get("receiver")?,
            kind: row.get("kind")?,
            message: message_of(&row)?,
        };
        let key = || params![&digest.space, &digest.receiver, &digest.kind];
        let delete = "DELETE FROM digest WHERE space_id = $1 AND receiver = $2 AND kind = $3";
        if tx.run(delete, key()).await? == 0 {
            continue;
        }
        let sql = "SELECT told FROM digest_item \
                   WHERE space_id = $1 AND receiver = $2 AND kind = $3 ORDER BY group_key";
        let items: Result<Vec<Told>, Fault> =
            tx.all(sql, key()).await?.iter().map(|row| row.json("told")).collect();
        let delete = "DELETE FROM digest_item WHERE space_id = $1 AND receiver = $2 AND kind = $3";
        tx.run(delete, key()).await?;
        taken.push((digest, items?));
    }
    Ok(taken)
}

/// When a message that is a digest will be sent; `None` when it was sent, or is none.
///
/// # Errors
/// When the database refuses.
pub async fn due_of(
    conn: &mut Conn,
    space: &SpaceId,
    message: OutboxId,
) -> Result<Option<Time>, Fault> {
    let sql = "SELECT due_at FROM digest WHERE space_id = $1 AND message_id = $2";
    let row = conn.first(sql, params![space, message]).await?;
    row.map(|row| row.get("due_at")).transpose()
}

/// When the messages that went to a receiver since a time were decided, the oldest first; a digest
/// counts once.
///
/// # Errors
/// When the database refuses.
pub async fn sent_since(
    conn: &mut Conn,
    (space, receiver): (&SpaceId, &str),
    since: Time,
    most: i64,
) -> Result<Vec<Time>, Fault> {
    let sql = "SELECT MAX(n.at) AS at FROM notification n \
               WHERE n.space_id = $1 AND n.receiver = $2 AND n.at > $3 AND NOT EXISTS \
               (SELECT 1 FROM digest d WHERE d.space_id = n.space_id \
               AND d.message_id = n.message_id) \
               GROUP BY n.message_id ORDER BY at DESC LIMIT $4";
    let rows = conn.all(sql, params![space, receiver, since, most]).await?;
    let mut times: Vec<Time> = rows.iter().map(|row| row.get("at")).collect::<Result<_, _>>()?;
    times.reverse();
    Ok(times)
}
