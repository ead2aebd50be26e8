//! The notification log, the notifications, and the attempts to deliver, in the database.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use kernel::{AlertId, NotificationId, OutboxId, SpaceId, Time};
use routing::LogEntry;
use serde::{Deserialize, Serialize};
use spine::db::placeholders;
use spine::outbox::{Outcome, Taken};
use spine::{Conn, Fault, Row, Tx, Value, params};
use sqlx::AssertSqlSafe;

use super::digests;
use super::held::Held;
use super::untold::store as untold;

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
    /// When a message is tried next that waits and cannot be overtaken.
    tried_at: Option<Time>,
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
    /// A message is on its way: what it was told is known in a moment, or not before it is tried
    /// again at this time.
    Busy(Option<Time>),
    /// What it was told last, and the message that has not left yet and is overtaken now.
    Knows(Option<LogEntry>, Option<OutboxId>),
}

impl Logged {
    /// What the receiver knows.
    pub fn standing(&self) -> Standing {
        match (self.carried, self.message) {
            (Carried::OnTheWay, _) => Standing::Busy(self.tried_at),
            (Carried::Arrived, _) if self.pending.is_some() => {
                Standing::Knows(self.pending.clone(), None)
            }
            (Carried::Waits, message) => Standing::Knows(self.told.clone(), message),
            (Carried::Arrived | Carried::Lost, _) => Standing::Knows(self.told.clone(), None),
        }
    }

    /// Whether the receiver may think that a member fires: it was told so, or is about to be.
    pub fn thinks_it_fires(&self, key: u64) -> bool {
        let (told, pending) = (self.told.as_ref(), self.pending.as_ref());
        let knows = match self.carried {
            Carried::Arrived => [pending.or(told), None],
            Carried::Waits | Carried::OnTheWay => [told, pending],
            Carried::Lost => [told, None],
        };
        knows.into_iter().flatten().any(|entry| entry.firing.binary_search(&key).is_ok())
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
             o.state, o.leased_until, o.due_at, o.subject FROM notification_log l \
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
    let waits = state.as_deref() == Some("waiting") && !leased;
    let due_at: Option<Time> = row.get("due_at")?;
    Ok(Logged {
        tried_at: due_at.filter(|_| waits),
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

/// A line of the log: what a receiver knows of a group, and what it is about to be told.
#[derive(Clone, Debug)]
pub struct Line {
    /// The group.
    pub group_key: String,
    /// The receiver's way: `ops/webhook[0]`.
    pub receiver: String,
    /// The version that was decided on; 0 without a line.
    pub version: i64,
    /// What it knows.
    pub told: Option<LogEntry>,
    /// What it is about to be told.
    pub pending: LogEntry,
    /// By which message; none when it is not told of the change.
    pub message: Option<OutboxId>,
}

/// Writes lines of the log, each against the version that was decided on.
///
/// # Errors
/// When the database refuses, or another node wrote one of them meanwhile.
pub async fn log(tx: &mut Tx, space: &SpaceId, lines: &[Line]) -> Result<(), Fault> {
    let text = |entry: &LogEntry| {
        serde_json::to_string(entry).map_err(|error| Fault::corrupt("notification log", error))
    };
    let row = |line: &Line| {
        let told = line.told.as_ref().map(text).transpose()?;
        let at = micros(line.pending.at);
        Ok::<_, Fault>(params![
            space,
            &line.group_key,
            &line.receiver,
            line.version + 1,
            told,
            text(&line.pending)?,
            line.message,
            at
        ])
    };
    let rows: Vec<Vec<Value>> = lines.iter().map(row).collect::<Result<_, _>>()?;
    let into = "notification_log \
                (space_id, group_key, receiver, version, told, pending, message_id, at)";
    let tail = "ON CONFLICT (space_id, group_key, receiver) DO UPDATE SET \
                version = excluded.version, told = excluded.told, pending = excluded.pending, \
                message_id = excluded.message_id, at = excluded.at \
                WHERE notification_log.version = excluded.version - 1";
    let written = tx.insert_rows(into, rows, tail).await?;
    if written == lines.len() as u64 { Ok(()) } else { Err(Fault::Race) }
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
             detail = 'overtaken by what was decided about the group since' \
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

/// Writes notifications down, findable by their alerts.
///
/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut Tx, space: &SpaceId, all: &[Notification]) -> Result<(), Fault> {
    let row = |told: &Notification| {
        let data =
            serde_json::to_string(told).map_err(|error| Fault::corrupt("notification", error))?;
        let (group, receiver) = (&told.group_key, &told.receiver);
        Ok::<_, Fault>(params![space, told.id, told.at, group, receiver, told.message, data])
    };
    let rows: Vec<Vec<Value>> = all.iter().map(row).collect::<Result<_, _>>()?;
    let into = "notification (space_id, id, at, group_key, receiver, message_id, data)";
    tx.insert_rows(into, rows, "").await?;
    let mut rows = Vec::new();
    for told in all {
        let held = told.held.iter().map(|(alert, _)| alert);
        for alert in told.firing.iter().chain(&told.resolved).chain(held) {
            rows.push(params![space, *alert, told.id]);
        }
    }
    let into = "notification_alert (space_id, alert_id, notification_id)";
    tx.insert_rows(into, rows, "ON CONFLICT DO NOTHING").await?;
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

/// How long notifications and attempts are kept for whoever asks why.
pub const KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The notifications between these times, each with when it was and every alert that it named.
///
/// # Errors
/// When the database refuses.
pub async fn named_between(
    conn: &mut Conn,
    space: &SpaceId,
    from: Time,
    to: Time,
) -> Result<Vec<(Time, NotificationId, AlertId)>, Fault> {
    let sql = "SELECT told.at, told.id, named.alert_id FROM notification_alert AS named \
               JOIN notification AS told \
               ON told.space_id = named.space_id AND told.id = named.notification_id \
               WHERE named.space_id = $1 AND told.at >= $2 AND told.at < $3";
    let rows = conn.all(sql, params![space, from, to]).await?;
    rows.iter().map(|row| Ok((row.get("at")?, row.parse("id")?, row.parse("alert_id")?))).collect()
}

/// How an attempt to carry a message went.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The message.
    pub taken: Taken,
    /// The message under whose id its line counts what left: its own, or that of others with it.
    pub counted: OutboxId,
    /// How it ended.
    pub outcome: Outcome,
    /// When it ended.
    pub at: Time,
    /// How long it took, in microseconds.
    pub took_micros: i64,
}

/// Writes down how attempts went.
///
/// # Errors
/// When the database refuses.
pub async fn attempted(tx: &mut Tx, attempts: &[Attempt]) -> Result<(), Fault> {
    let row = |attempt: &Attempt| {
        let Attempt { taken, outcome, at, took_micros, .. } = attempt;
        let (result, detail) = match outcome {
            Outcome::Delivered { detail } => ("delivered", detail),
            Outcome::Failed { detail, .. } => ("failed", detail),
            Outcome::Rejected { detail } => ("rejected", detail),
        };
        let detail: String = detail.chars().take(500).collect();
        let message = taken.message.id;
        params![&taken.space, message, taken.attempt, *at, *took_micros, result, detail]
    };
    let rows: Vec<Vec<Value>> = attempts.iter().map(row).collect();
    let into = "delivery (space_id, message_id, attempt, at, took_micros, result, detail)";
    tx.insert_rows(into, rows, "ON CONFLICT DO NOTHING").await?;
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
    untold::forget(tx, rest_before).await?;
    tx.run("DELETE FROM delivery WHERE at < $1", params![rest_before]).await?;
    Ok(())
}
