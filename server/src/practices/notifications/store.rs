//! The notification log, the notifications, and the attempts to deliver, in the database.

use std::collections::HashMap;

use jiff::Timestamp;
use kernel::{AlertId, NotificationId, OutboxId, SpaceId, Time};
use routing::LogEntry;
use serde::{Deserialize, Serialize};
use spine::db::placeholders;
use spine::outbox::{Outcome, Taken};
use spine::{Conn, Fault, Row, Tx, Value, params};
use sqlx::AssertSqlSafe;

use super::board::Held;
use super::digests;

/// Rows of one statement.
const ROWS: usize = 64;

/// What a receiver was told of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Logged {
    /// Counts the changes of the row; 0 without one.
    pub version: i64,
    told: Option<LogEntry>,
    pending: Option<LogEntry>,
    message: Option<OutboxId>,
    carried: Carried,
}

/// What became of the message that tells `pending`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Carried {
    /// It arrived, or is so old that it was forgotten.
    #[default]
    Arrived,
    /// It waits for its next attempt.
    Waits,
    /// Somebody is carrying it.
    OnTheWay,
    /// It did not arrive and never will.
    Lost,
}

/// Where a receiver stands when a group is flushed.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// A message is on its way: what it was told is known in a moment.
    Busy,
    /// What it was told last, and the message that has not left yet and is overtaken now.
    Knows(Option<LogEntry>, Option<OutboxId>),
}

impl Logged {
    /// What the receiver knows.
    pub fn standing(&self) -> Standing {
        match (self.carried, self.message) {
            (Carried::OnTheWay, _) => Standing::Busy,
            (Carried::Arrived, _) if self.pending.is_some() => {
                Standing::Knows(self.pending.clone(), None)
            }
            (Carried::Waits, message) => Standing::Knows(self.told.clone(), message),
            (Carried::Arrived | Carried::Lost, _) => Standing::Knows(self.told.clone(), None),
        }
    }
}

/// The log of groups, by group key and receiver.
///
/// # Errors
/// When the database refuses or an entry does not read back.
pub async fn logged(
    conn: &mut Conn,
    space: &SpaceId,
    group_keys: &[&str],
    now: Time,
) -> Result<HashMap<(String, String), Logged>, Fault> {
    let mut found = HashMap::new();
    for chunk in group_keys.chunks(ROWS) {
        let sql = format!(
            "SELECT l.group_key, l.receiver, l.version, l.told, l.pending, l.message_id, \
             o.state, o.leased_until, o.subject FROM notification_log l \
             LEFT JOIN outbox o ON o.space_id = l.space_id AND o.id = l.message_id \
             WHERE l.space_id = $1 AND l.group_key IN ({})",
            placeholders(2, chunk.len())
        );
        let mut values = params![space];
        values.extend(chunk.iter().map(|key| Value::from(*key)));
        for row in conn.all(AssertSqlSafe(sql), values).await? {
            let key = (row.get("group_key")?, row.get("receiver")?);
            found.insert(key, read(&row, now)?);
        }
    }
    Ok(found)
}

fn read(row: &Row, now: Time) -> Result<Logged, Fault> {
    let message: Option<String> = row.get("message_id")?;
    let state: Option<String> = row.get("state")?;
    let leased_until: Option<Time> = row.get("leased_until")?;
    let subject: Option<String> = row.get("subject")?;
    let leased = leased_until.is_some_and(|until| until > now);
    // A digest tells other groups too: none of them may take it back.
    let digest = subject.is_some_and(|subject| subject.starts_with(digests::SUBJECT));
    let carried = match state.as_deref() {
        Some("waiting") if leased || digest => Carried::OnTheWay,
        Some("waiting") => Carried::Waits,
        Some("dead" | "cancelled") => Carried::Lost,
        _ => Carried::Arrived,
    };
    Ok(Logged {
        version: row.get("version")?,
        told: entry(row, "told")?,
        pending: entry(row, "pending")?,
        message: message.and_then(|id| id.parse().ok()),
        carried,
    })
}

fn entry(row: &Row, column: &str) -> Result<Option<LogEntry>, Fault> {
    let text: Option<String> = row.get(column)?;
    let read = |text: String| {
        serde_json::from_str(&text).map_err(|error| Fault::corrupt("notification log", error))
    };
    text.map(read).transpose()
}

/// Which line of the log: a group, and one way of telling one receiver.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The space.
    pub space: &'a SpaceId,
    /// The group.
    pub group_key: &'a str,
    /// The receiver's way: `ops/webhook[0]`.
    pub receiver: &'a str,
}

/// Writes what a receiver knows and what it is about to be told, against the version that was
/// decided on.
///
/// # Errors
/// When the database refuses, or another node wrote meanwhile.
pub async fn log(
    tx: &mut Tx,
    line: Line<'_>,
    version: i64,
    told: Option<&LogEntry>,
    pending: (&LogEntry, Option<OutboxId>),
) -> Result<(), Fault> {
    let text = |entry: &LogEntry| {
        serde_json::to_string(entry).map_err(|error| Fault::corrupt("notification log", error))
    };
    let (told, at) = (told.map(text).transpose()?, micros(pending.0.at));
    let values = params![
        line.space,
        line.group_key,
        line.receiver,
        version,
        told,
        text(pending.0)?,
        pending.1,
        at
    ];
    let sql = if version == 0 {
        "INSERT INTO notification_log \
         (space_id, group_key, receiver, version, told, pending, message_id, at) \
         VALUES ($1, $2, $3, CAST($4 AS BIGINT) + 1, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
    } else {
        "UPDATE notification_log SET version = version + 1, told = $5, pending = $6, \
         message_id = $7, at = $8 \
         WHERE space_id = $1 AND group_key = $2 AND receiver = $3 AND version = $4"
    };
    if tx.run(sql, values).await? == 1 { Ok(()) } else { Err(Fault::Race) }
}

fn micros(stamp: Timestamp) -> Time {
    super::board::time(stamp)
}

/// Takes back a message that nobody carries yet; `false` when somebody does.
///
/// # Errors
/// When the database refuses.
pub async fn overtake(
    tx: &mut Tx,
    space: &SpaceId,
    message: OutboxId,
    now: Time,
) -> Result<bool, Fault> {
    let touched = tx
        .run(
            "UPDATE outbox SET state = 'cancelled', due_at = NULL, settled_at = $3, \
             detail = 'overtaken by a newer notification of the same group' \
             WHERE space_id = $1 AND id = $2 AND state = 'waiting' AND leased_until <= $3",
            params![space, message, now],
        )
        .await?;
    Ok(touched == 1)
}

/// A decision to tell a receiver of a group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// When it was decided.
    pub at: Time,
    /// The group.
    pub group_key: String,
    /// What the group came together by.
    pub group_labels: std::collections::BTreeMap<String, String>,
    /// The route, as matchers from the root.
    pub route: String,
    /// The receiver's way: `ops/webhook[0]`.
    pub receiver: String,
    /// Why then.
    pub reason: routing::Reason,
    /// The alerts that were told as firing.
    pub firing: Vec<AlertId>,
    /// The alerts that were told as resolved.
    pub resolved: Vec<AlertId>,
    /// The alerts of the group that were held back, and by what.
    pub held: Vec<(AlertId, Held)>,
    /// The message.
    pub message: OutboxId,
}

/// Writes a notification down, findable by its alerts.
///
/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Tx, space: &SpaceId, told: &Notification) -> Result<(), Fault> {
    let data =
        serde_json::to_string(told).map_err(|error| Fault::corrupt("notification", error))?;
    tx.run(
        "INSERT INTO notification (space_id, id, at, group_key, receiver, message_id, data) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![space, told.id, told.at, &told.group_key, &told.receiver, told.message, data],
    )
    .await?;
    let held = told.held.iter().map(|(alert, _)| alert);
    let alerts: Vec<&AlertId> = told.firing.iter().chain(&told.resolved).chain(held).collect();
    for chunk in alerts.chunks(ROWS) {
        let mut sql = String::from(
            "INSERT INTO notification_alert (space_id, alert_id, notification_id) VALUES ",
        );
        let mut values = Vec::with_capacity(chunk.len() * 3);
        for (row, alert) in chunk.iter().enumerate() {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            sql.push_str(&tx.dialect().binds(row * 3 + 1, 3));
            sql.push(')');
            values.extend(params![space, **alert, told.id]);
        }
        sql.push_str(" ON CONFLICT DO NOTHING");
        tx.run(AssertSqlSafe(sql), values).await?;
    }
    Ok(())
}

/// The notifications that an alert was part of, the newest first.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn of_alert(
    conn: &mut Conn,
    space: &SpaceId,
    alert: AlertId,
    limit: i64,
) -> Result<Vec<Notification>, Fault> {
    let sql = "SELECT n.data FROM notification_alert a JOIN notification n \
               ON n.space_id = a.space_id AND n.id = a.notification_id \
               WHERE a.space_id = $1 AND a.alert_id = $2 ORDER BY n.id DESC LIMIT $3";
    conn.all(sql, params![space, alert, limit]).await?.iter().map(|row| row.json("data")).collect()
}

/// One attempt to carry a message.
#[derive(Clone, PartialEq, Debug, Serialize, utoipa::ToSchema)]
pub struct Delivery {
    /// Which attempt, from 1.
    pub attempt: i64,
    /// When it ended.
    pub at: Time,
    /// How long it took, in milliseconds.
    pub took_milliseconds: f64,
    /// `delivered`, `failed` (tried again later) or `rejected`.
    pub result: String,
    /// What the other side said.
    pub detail: String,
}

/// The notifications between these times, each with every alert that it named.
///
/// # Errors
/// When the database refuses.
pub async fn named_between(
    conn: &mut Conn,
    space: &SpaceId,
    from: Time,
    to: Time,
) -> Result<Vec<(NotificationId, AlertId)>, Fault> {
    let sql = "SELECT told.id, named.alert_id FROM notification_alert AS named \
               JOIN notification AS told \
               ON told.space_id = named.space_id AND told.id = named.notification_id \
               WHERE named.space_id = $1 AND told.at >= $2 AND told.at < $3";
    let rows = conn.all(sql, params![space, from, to]).await?;
    rows.iter().map(|row| Ok((row.parse("id")?, row.parse("alert_id")?))).collect()
}

/// Writes down how an attempt went.
///
/// # Errors
/// When the database refuses.
pub async fn attempted(
    tx: &mut Tx,
    taken: &Taken,
    outcome: &Outcome,
    (at, took_micros): (Time, i64),
) -> Result<(), Fault> {
    let (result, detail) = match outcome {
        Outcome::Delivered { detail } => ("delivered", detail),
        Outcome::Failed { detail } => ("failed", detail),
        Outcome::Rejected { detail } => ("rejected", detail),
    };
    let detail: String = detail.chars().take(500).collect();
    tx.run(
        "INSERT INTO delivery (space_id, message_id, attempt, at, took_micros, result, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        params![&taken.space, taken.message.id, taken.attempt, at, took_micros, result, detail],
    )
    .await?;
    Ok(())
}

/// The attempts to carry a message, in their order.
///
/// # Errors
/// When the database refuses.
pub async fn deliveries(
    conn: &mut Conn,
    space: &SpaceId,
    message: OutboxId,
) -> Result<Vec<Delivery>, Fault> {
    let sql = "SELECT attempt, at, took_micros, result, detail FROM delivery \
               WHERE space_id = $1 AND message_id = $2 ORDER BY attempt";
    let read = |row: &Row| {
        Ok(Delivery {
            attempt: row.get("attempt")?,
            at: row.get("at")?,
            took_milliseconds: row.get::<i64>("took_micros")? as f64 / 1000.0,
            result: row.get("result")?,
            detail: row.get("detail")?,
        })
    };
    conn.all(sql, params![space, message]).await?.iter().map(read).collect()
}

/// Forgets what is older than people look back: the log, notifications, and attempts.
///
/// # Errors
/// When the database refuses.
pub async fn forget(tx: &mut Tx, log_before: Time, rest_before: Time) -> Result<(), Fault> {
    tx.run("DELETE FROM notification_log WHERE at < $1", params![log_before]).await?;
    tx.run(
        "DELETE FROM notification_alert WHERE EXISTS (SELECT 1 FROM notification n \
         WHERE n.space_id = notification_alert.space_id \
         AND n.id = notification_alert.notification_id AND n.at < $1)",
        params![rest_before],
    )
    .await?;
    tx.run("DELETE FROM notification WHERE at < $1", params![rest_before]).await?;
    tx.run("DELETE FROM delivery WHERE at < $1", params![rest_before]).await?;
    Ok(())
}
