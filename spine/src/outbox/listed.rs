//! Messages as people see them.

use kernel::{SpaceId, Time};
use utoipa::ToSchema;

use crate::db::Conn;
use crate::{Fault, params};

/// A message as people see it in lists.
#[derive(Clone, Debug, serde::Serialize, ToSchema)]
#[schema(as = OutboxMessage)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// The record it is about.
    pub subject: String,
    /// Which connector carries it.
    pub channel: String,
    /// Where to.
    pub target: String,
    /// `waiting`, `delivered`, `dead` or `cancelled`.
    pub state: String,
    /// Attempts so far.
    pub attempts: i64,
    /// When it was put in.
    pub created_at: Time,
    /// When it is tried next.
    pub due_at: Option<Time>,
    /// What the last attempt said.
    pub detail: String,
}

/// The newest messages of a space, of one state or (with an empty text) of all.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    conn: &mut Conn,
    space: &SpaceId,
    state: &str,
    limit: i64,
) -> Result<Vec<Listed>, Fault> {
    let rows = conn
        .all(
            "SELECT id, subject, channel, target, state, attempts, created_at, due_at, detail \
             FROM outbox WHERE space_id = $1 AND ($2 = '' OR state = $2) \
             ORDER BY created_at DESC, id DESC LIMIT $3",
            params![space, state, limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Listed {
                id: row.get("id")?,
                subject: row.get("subject")?,
                channel: row.get("channel")?,
                target: row.get("target")?,
                state: row.get("state")?,
                attempts: row.get("attempts")?,
                created_at: row.get("created_at")?,
                due_at: row.get("due_at")?,
                detail: row.get("detail")?,
            })
        })
        .collect()
}

/// How many messages of all spaces were laid aside as dead, but for those of one channel.
///
/// # Errors
/// When the database refuses.
pub async fn count_dead_but(conn: &mut Conn, channel: &str) -> Result<i64, Fault> {
    let sql = "SELECT COUNT(*) AS n FROM outbox WHERE state = 'dead' AND channel <> $1";
    conn.number(sql, params![channel]).await
}
