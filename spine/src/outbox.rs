//! The outbox: messages to the outside, committed with the change that asks for them, taken under
//! leases, tried again with back-off, and laid aside as dead where people can see and retry them.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use kernel::{Actor, Fact, Message, SpaceId, Time};
use sqlx::AssertSqlSafe;

use crate::db::{Conn, Row, Rows, Tx, Value, placeholders};
use crate::journal::{self, Stamp};
use crate::{Fault, NodeId, params};

mod listed;

pub use listed::{Listed, count_dead_but, list};

/// How long one attempt may take before another worker may try.
pub const LEASE: Duration = Duration::from_secs(60);

/// After so many failed attempts a message is laid aside.
pub const ATTEMPTS_MAX: i64 = 10;

/// At most so long the other side may wish to be left alone: whoever has to be told waits.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(60 * 60);

/// A message taken for one attempt.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The space.
    pub space: SpaceId,
    /// The record it is about: `page:pag_…`.
    pub subject: String,
    /// The message.
    pub message: Message,
    /// When it was put in.
    pub asked_at: Time,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    /// Names this lease; only its holder settles the message.
    pub lease: String,
}

/// How an attempt ended.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// The other side took it.
    Delivered {
        /// What it said.
        detail: String,
    },
    /// It failed and may succeed later.
    Failed {
        /// What went wrong.
        detail: String,
        /// How long the other side wants to be left alone, where it said so.
        retry_after: Option<Duration>,
    },
    /// It failed and will fail again: laid aside at once.
    Rejected {
        /// What went wrong.
        detail: String,
    },
}

impl Outcome {
    /// It failed, and may succeed later.
    pub fn failed(detail: impl Into<String>) -> Outcome {
        Outcome::Failed { detail: detail.into(), retry_after: None }
    }
}

/// Puts messages in, each with the record that it is about, due at once.
///
/// # Errors
/// When the database refuses.
pub async fn add(
    tx: &mut Tx,
    space: &SpaceId,
    messages: &[(impl AsRef<str>, &Message)],
    now: Time,
) -> Result<(), Fault> {
    let row = |(subject, message): &(_, &Message)| {
        let subject: &str = AsRef::as_ref(subject);
        params![
            space,
            message.id,
            subject,
            &message.channel,
            &message.target,
            message.body.to_string(),
            "waiting",
            0_i64,
            now,
            now,
            0_i64,
            "",
            ""
        ]
    };
    let rows: Vec<Vec<Value>> = messages.iter().map(row).collect();
    let into = "outbox (space_id, id, subject, channel, target, body, state, attempts, \
                created_at, due_at, leased_until, lease, detail)";
    tx.insert_rows(into, rows, "").await?;
    Ok(())
}

/// Drops every message about `subject` that has not been delivered.
///
/// # Errors
/// When the database refuses.
pub async fn cancel(tx: &mut Tx, space: &SpaceId, subject: &str, now: Time) -> Result<(), Fault> {
    tx.run(
        "UPDATE outbox SET state = 'cancelled', due_at = NULL, settled_at = $3 \
         WHERE space_id = $1 AND subject = $2 AND state = 'waiting'",
        params![space, subject, now],
    )
    .await?;
    Ok(())
}

/// Takes up to `limit` due messages under a lease: nobody else gets them until it ends. Those to
/// `busy` targets, each a channel and a target, stay where they are; without a target, all of the
/// channel do.
///
/// # Errors
/// When the database refuses.
pub async fn take(
    tx: &mut Tx,
    lease: &str,
    now: Time,
    limit: i64,
    busy: &[(String, String)],
) -> Result<Vec<Taken>, Fault> {
    let mut params = params![now + LEASE, lease, now, limit];
    let mut others = String::new();
    for (channel, target) in busy {
        let at = params.len() + 1;
        if target.is_empty() {
            others += &format!(" AND channel <> ${at}");
            params.extend(params![channel]);
        } else {
            others += &format!(" AND NOT (channel = ${at} AND target = ${})", at + 1);
            params.extend(params![channel, target]);
        }
    }
    // The outer conditions are looked at again after waiting for another worker's row lock.
    let sql = format!(
        "UPDATE outbox SET leased_until = $1, due_at = $1, lease = $2, attempts = attempts + 1 \
         WHERE state = 'waiting' AND due_at <= $3 AND leased_until <= $3 AND (space_id, id) IN \
         (SELECT space_id, id FROM outbox WHERE due_at <= $3 AND state = 'waiting'{others} \
          ORDER BY due_at LIMIT $4) \
         RETURNING {TAKEN}"
    );
    let rows = tx.all(AssertSqlSafe(sql), params).await?;
    rows.iter().map(taken).collect()
}

/// What is read of a message that is taken.
const TAKEN: &str = "space_id, id, subject, channel, target, body, created_at, attempts, lease";

/// Takes along whatever else waits for targets about records of a kind, due or not, but for what
/// somebody else has taken. A target is a space, a channel and where to.
///
/// # Errors
/// When the database refuses.
pub async fn take_along(
    tx: &mut Tx,
    lease: &str,
    (kind, targets): (&str, &[(&SpaceId, &str, &str)]),
    now: Time,
) -> Result<Vec<Taken>, Fault> {
    let until = now + LEASE;
    // The subjects of a kind begin with its name; `;` comes after `:`.
    let (from, to) = (format!("{kind}:"), format!("{kind};"));
    let row = |(space, channel, target): &(&SpaceId, &str, &str)| {
        params![*space, *channel, *target, lease, now, until, &from, &to]
    };
    let mut along = Vec::new();
    for piece in Rows::pieces(targets.iter().map(row).collect()) {
        let sql = format!(
            "WITH line (space, way, address, held, now, until, lowest, beyond) AS (VALUES {}) \
             UPDATE outbox SET leased_until = until, due_at = until, lease = held, \
             attempts = attempts + 1 FROM line \
             WHERE channel = way AND target = address AND space_id = space \
             AND due_at IS NOT NULL AND state = 'waiting' AND leased_until <= now \
             AND subject >= lowest AND subject < beyond RETURNING {TAKEN}",
            tx.tuples(&piece)
        );
        let rows = tx.all(AssertSqlSafe(sql), piece.values).await?;
        along.extend(rows.iter().map(taken).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(along)
}

/// Gives messages back that were taken, untried: each is due at its time.
///
/// # Errors
/// When the database refuses.
pub async fn hold(tx: &mut Tx, held: &[(&Taken, Time)]) -> Result<(), Fault> {
    let row = |(taken, until): &(&Taken, Time)| {
        params![&taken.space, taken.message.id, &taken.lease, *until]
    };
    for piece in Rows::pieces(held.iter().map(row).collect()) {
        let sql = format!(
            "WITH kept (space, message, held, again_at) AS (VALUES {}) \
             UPDATE outbox SET due_at = again_at, leased_until = 0, attempts = attempts - 1 \
             FROM kept WHERE space_id = space AND id = message AND lease = held \
             AND state = 'waiting'",
            tx.tuples(&piece)
        );
        tx.run(AssertSqlSafe(sql), piece.values).await?;
    }
    Ok(())
}

/// Makes due what was held for targets and never tried, about records of a kind.
///
/// # Errors
/// When the database refuses.
pub async fn release(
    tx: &mut Tx,
    (kind, targets): (&str, &[(&SpaceId, &str, &str)]),
    now: Time,
) -> Result<(), Fault> {
    for (space, channel, target) in targets {
        tx.run(
            "UPDATE outbox SET due_at = $4 WHERE space_id = $1 AND channel = $2 AND target = $3 \
             AND state = 'waiting' AND due_at > $4 AND attempts = 0 AND subject >= $5 \
             AND subject < $6",
            params![*space, *channel, *target, now, format!("{kind}:"), format!("{kind};")],
        )
        .await?;
    }
    Ok(())
}

/// Writes down what a message says now, before it leaves.
///
/// # Errors
/// When the database refuses.
pub async fn reword(tx: &mut Tx, taken: &Taken) -> Result<(), Fault> {
    tx.run(
        "UPDATE outbox SET body = $4 WHERE space_id = $1 AND id = $2 AND lease = $3",
        params![&taken.space, taken.message.id, &taken.lease, taken.message.body.to_string()],
    )
    .await?;
    Ok(())
}

/// A message as it is worded, whatever became of it.
///
/// # Errors
/// When the database refuses.
pub async fn one(
    conn: &mut Conn,
    space: &SpaceId,
    id: kernel::OutboxId,
) -> Result<Option<Message>, Fault> {
    let sql = "SELECT id, channel, target, body FROM outbox WHERE space_id = $1 AND id = $2";
    conn.first(sql, params![space, id]).await?.as_ref().map(message).transpose()
}

fn message(row: &Row) -> Result<Message, Fault> {
    Ok(Message {
        id: row.parse("id")?,
        channel: row.get("channel")?,
        target: row.get("target")?,
        body: row.json("body")?,
    })
}

/// Ends every lease but those of processes that live: what was on its way when the others died is
/// due at once.
///
/// # Errors
/// When the database refuses.
pub async fn end_leases(tx: &mut Tx, living: &BTreeSet<NodeId>, now: Time) -> Result<(), Fault> {
    let mut params = params![now];
    params.extend(living.iter().map(|node| Value::from(node.to_string())));
    let sql = format!(
        "UPDATE outbox SET leased_until = 0, due_at = $1 WHERE due_at IS NOT NULL \
         AND state = 'waiting' AND leased_until > $1 AND SUBSTR(lease, 1, {}) NOT IN ({})",
        NodeId::LETTERS,
        placeholders(2, living.len())
    );
    tx.run(AssertSqlSafe(sql), params).await?;
    Ok(())
}

fn taken(row: &Row) -> Result<Taken, Fault> {
    Ok(Taken {
        space: row.get("space_id")?,
        subject: row.get("subject")?,
        message: message(row)?,
        asked_at: row.get("created_at")?,
        attempt: row.get("attempts")?,
        lease: row.get("lease")?,
    })
}

/// Writes down how attempts ended. Returns for each the state that its message is in now, or
/// `None` when the lease was lost to another worker or the message was cancelled meanwhile.
///
/// # Errors
/// When the database refuses.
pub async fn settle(
    tx: &mut Tx,
    attempts: &[(&Taken, &Outcome)],
    now: Time,
) -> Result<Vec<Option<&'static str>>, Fault> {
    let (states, rows): (Vec<&'static str>, Vec<Vec<Value>>) =
        attempts.iter().map(|(taken, outcome)| end(taken, outcome, now)).unzip();
    let mut settled = HashSet::new();
    for piece in Rows::pieces(rows) {
        let sql = format!(
            "WITH ended (space, message, held, outcome, said, again_at, done_at) AS (VALUES {}) \
             UPDATE outbox SET state = outcome, detail = said, due_at = again_at, \
             settled_at = done_at, leased_until = 0 FROM ended \
             WHERE space_id = space AND id = message AND lease = held AND state = 'waiting' \
             RETURNING space_id, id",
            tx.tuples(&piece)
        );
        for row in tx.all(AssertSqlSafe(sql), piece.values).await? {
            settled.insert((row.get::<SpaceId>("space_id")?, row.parse("id")?));
        }
    }
    let state = |((taken, _), state): (&(&Taken, &Outcome), &'static str)| {
        settled.contains(&(taken.space.clone(), taken.message.id)).then_some(state)
    };
    Ok(attempts.iter().zip(states).map(state).collect())
}

/// The state that a message is in after an attempt, and what is written of it.
fn end(taken: &Taken, outcome: &Outcome, now: Time) -> (&'static str, Vec<Value>) {
    let (state, detail, due) = match outcome {
        Outcome::Delivered { detail } => ("delivered", detail, None),
        Outcome::Rejected { detail } => ("dead", detail, None),
        Outcome::Failed { detail, .. } if taken.attempt >= ATTEMPTS_MAX => ("dead", detail, None),
        Outcome::Failed { detail, retry_after } => {
            let wished = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
            ("waiting", detail, Some(now + backoff(taken.attempt).max(wished)))
        }
    };
    let settled_at = due.is_none().then_some(now);
    let detail: String = detail.chars().take(500).collect();
    let row = params![&taken.space, taken.message.id, &taken.lease, state, detail, due, settled_at];
    (state, row)
}

/// Drops a message that was taken and is no longer wanted.
///
/// # Errors
/// When the database refuses.
pub async fn withdraw(tx: &mut Tx, taken: &Taken, now: Time) -> Result<(), Fault> {
    tx.run(
        "UPDATE outbox SET state = 'cancelled', due_at = NULL, settled_at = $4 \
         WHERE space_id = $1 AND id = $2 AND lease = $3 AND state = 'waiting'",
        params![&taken.space, taken.message.id, &taken.lease, now],
    )
    .await?;
    Ok(())
}

/// Wait before the next attempt: 2 s, 4 s, 8 s … at most 10 minutes.
pub fn backoff(attempt: i64) -> Duration {
    let doublings = u32::try_from(attempt.clamp(1, 20)).unwrap_or(20);
    Duration::from_secs((1_u64 << doublings).min(600))
}

/// Makes a dead message due again, and journals who asked for it.
///
/// # Errors
/// When the database refuses. `Ok(false)`: there is no such dead message.
pub async fn retry(
    tx: &mut Tx,
    space: &SpaceId,
    id: kernel::OutboxId,
    actor: &Actor,
    now: Time,
) -> Result<bool, Fault> {
    let row = tx
        .first(
            "UPDATE outbox SET state = 'waiting', attempts = 0, due_at = $3, settled_at = NULL \
             WHERE space_id = $1 AND id = $2 AND state = 'dead' RETURNING subject",
            params![space, id, now],
        )
        .await?;
    let Some(row) = row else { return Ok(false) };
    let fact = Fact {
        subject: row.get("subject")?,
        kind: "outbox.retried".to_owned(),
        data: serde_json::json!({ "message": id }).into(),
    };
    let stamp = Stamp { space, at: now, actor, cause: None };
    journal::append(tx, &stamp, &[fact]).await?;
    Ok(true)
}

/// Puts a dead message away for good, and journals who said so and why.
///
/// # Errors
/// When the database refuses. `Ok(false)`: there is no such dead message.
pub async fn dismiss(
    tx: &mut Tx,
    stamp: &Stamp<'_>,
    id: kernel::OutboxId,
    reason: &str,
) -> Result<bool, Fault> {
    let row = tx
        .first(
            "UPDATE outbox SET state = 'cancelled', settled_at = $3 \
             WHERE space_id = $1 AND id = $2 AND state = 'dead' RETURNING subject",
            params![stamp.space, id, stamp.at],
        )
        .await?;
    let Some(row) = row else { return Ok(false) };
    let fact = Fact {
        subject: row.get("subject")?,
        kind: "outbox.dismissed".to_owned(),
        data: serde_json::json!({ "message": id, "reason": reason }).into(),
    };
    journal::append(tx, stamp, &[fact]).await?;
    Ok(true)
}

/// When the next message is due.
///
/// # Errors
/// When the database refuses.
pub async fn next_due(conn: &mut Conn) -> Result<Option<Time>, Fault> {
    let sql = "SELECT MIN(due_at) AS due FROM outbox WHERE due_at IS NOT NULL";
    match conn.first(sql, vec![]).await? {
        Some(row) => row.get("due"),
        None => Ok(None),
    }
}
