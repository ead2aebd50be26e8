//! Alerts in the database.

use std::sync::Arc;

use alerts::{Alert, Change, Fingerprint, Labels, Refresh};
use kernel::{AlertId, Lifecycle, SpaceId, Time};
use serde::{Deserialize, Serialize};
use spine::db::{Dialect, Rows, pieces};
use spine::engine::{Table, Versioned};
use spine::{Conn, Fault, Row, Tx, Value, params};
use sqlx::AssertSqlSafe;

/// Where alerts are kept.
pub static ALERTS: Table<Alert> = Table {
    name: "alert",
    columns: &["fingerprint", "stage"],
    values: |alert| params![alert.fingerprint.to_string(), stage(alert)],
    tags: |_| Vec::new(),
};

fn stage(alert: &Alert) -> &'static str {
    match alert.stage {
        alerts::Stage::Open => "open",
        alerts::Stage::Acknowledged => "acknowledged",
        alerts::Stage::Cleared => "cleared",
        alerts::Stage::Closed => "closed",
    }
}

/// The row of a new alert, for [`insert`].
///
/// # Errors
/// When the alert cannot be put into words.
pub fn row_of_new(space: &SpaceId, alert: &Alert) -> Result<Vec<Value>, Fault> {
    let fingerprint = alert.fingerprint.to_string();
    let (due_at, data, stage) = (alert.next_due(), text(alert)?, stage(alert));
    Ok(params![space, alert.id, 1_i64, due_at, data, fingerprint, stage])
}

/// The row of a changed alert and the version it was decided on, for [`update`].
///
/// # Errors
/// When the alert cannot be put into words.
pub fn row_of_changed(space: &SpaceId, alert: &Alert, version: i64) -> Result<Vec<Value>, Fault> {
    let (due_at, data, stage) = (alert.next_due(), text(alert)?, stage(alert));
    Ok(params![space, alert.id, version, due_at, data, stage])
}

/// Writes new alerts. A label set that another node wrote meanwhile makes the batch a lost race;
/// on SQLite there is no other node, and who calls has made sure that the label set is new.
///
/// # Errors
/// When the database refuses, or the race is lost.
pub async fn insert(tx: &mut Tx, rows: Vec<Vec<Value>>) -> Result<(), Fault> {
    let count = rows.len() as u64;
    let into = "alert (space_id, id, version, due_at, data, fingerprint, stage)";
    let written = tx.insert_rows(into, rows, "ON CONFLICT DO NOTHING").await?;
    if written == count { Ok(()) } else { Err(Fault::Race) }
}

/// Writes changed alerts, each against the version it was decided on.
///
/// # Errors
/// When the database refuses, or one of them was changed meanwhile.
pub async fn update(tx: &mut Tx, rows: Vec<Vec<Value>>) -> Result<(), Fault> {
    let (count, mut written) = (rows.len() as u64, 0);
    for piece in Rows::pieces(rows) {
        let sql = format!(
            "WITH changed (space, alert_id, decided_on, due, now_data, now_stage) \
             AS (VALUES {}) UPDATE alert \
             SET version = version + 1, due_at = due, data = now_data, stage = now_stage \
             FROM changed WHERE space_id = space AND id = alert_id AND version = decided_on",
            tx.tuples(&piece)
        );
        written += tx.run(AssertSqlSafe(sql), piece.values).await?;
    }
    if written == count { Ok(()) } else { Err(Fault::Race) }
}

fn text(alert: &Alert) -> Result<String, Fault> {
    serde_json::to_string(alert).map_err(|error| Fault::corrupt("alert", error))
}

/// What a refresh changed, as the log keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refreshed {
    /// The alert.
    #[serde(rename = "i")]
    pub id: AlertId,
    /// When the source last said so.
    #[serde(rename = "s")]
    pub seen_micros: i64,
    /// Until when the source stands by it.
    #[serde(rename = "e")]
    pub expires_micros: i64,
    /// Annotations, when the source changed them.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Labels>,
}

impl Refreshed {
    /// What the log keeps of an alert that a batch refreshed.
    pub fn of(change: &Change, before: Option<&Alert>) -> Refreshed {
        let alert = &change.alert;
        let same = before.is_some_and(|before| before.annotations == alert.annotations);
        Refreshed {
            id: alert.id,
            seen_micros: alert.last_seen.micros(),
            expires_micros: alert.expires_at.micros(),
            annotations: (!same).then(|| alert.annotations.clone()),
        }
    }

    /// Takes the refresh into the record, unless the record is newer.
    pub fn apply(&self, alert: &mut Alert) {
        let seen_at = Time::from_micros(self.seen_micros);
        if alert.stage.firing() && seen_at >= alert.last_seen {
            alert.refresh(&Refresh {
                seen_at,
                expires_at: Time::from_micros(self.expires_micros).max(alert.expires_at),
                annotations: self.annotations.clone(),
                generator_url: None,
            });
        }
    }
}

/// Appends one batch of refreshes to the log.
///
/// # Errors
/// When the database refuses.
pub async fn log_refreshes(
    tx: &mut Tx,
    space: &SpaceId,
    at: Time,
    refreshed: &[Refreshed],
) -> Result<(), Fault> {
    if refreshed.is_empty() {
        return Ok(());
    }
    let data =
        serde_json::to_string(refreshed).map_err(|error| Fault::corrupt("refreshes", error))?;
    tx.run(
        "INSERT INTO alert_refresh (space_id, at, data) VALUES ($1, $2, $3)",
        params![space, at, data],
    )
    .await?;
    Ok(())
}

/// An hour, in microseconds.
const HOUR_MICROS: i64 = 3_600_000_000;

/// Counts the signals of a batch to the hour, source by source, in one statement.
///
/// # Errors
/// When the database refuses.
pub async fn count_signals(
    tx: &mut Tx,
    space: &SpaceId,
    at: Time,
    counts: &[(Arc<str>, i64)],
) -> Result<(), Fault> {
    let hour = at.micros().div_euclid(HOUR_MICROS) * HOUR_MICROS;
    let row = |(source, count): &(Arc<str>, i64)| params![space, source.clone(), hour, *count];
    let rows: Vec<Vec<Value>> = counts.iter().map(row).collect();
    let into = "signal_count (space_id, source, hour, signals)";
    let tail = "ON CONFLICT (space_id, source, hour) \
                DO UPDATE SET signals = signal_count.signals + excluded.signals";
    tx.insert_rows(into, rows, tail).await?;
    Ok(())
}

/// A batch of the log.
pub struct Logged {
    /// Its place.
    pub seq: i64,
    /// Its space.
    pub space: SpaceId,
    /// The refreshes.
    pub refreshed: Vec<Refreshed>,
}

/// The log since `at`: every batch that was written then or later.
///
/// # Errors
/// When the database refuses or a batch does not read back.
pub async fn refreshes_since(conn: &mut Conn, at: Time) -> Result<Vec<Logged>, Fault> {
    let sql = "SELECT seq, space_id, data FROM alert_refresh WHERE at >= $1 ORDER BY seq";
    let rows = conn.all(sql, params![at]).await?;
    rows.iter()
        .map(|row| {
            Ok(Logged {
                seq: row.get("seq")?,
                space: row.get("space_id")?,
                refreshed: row.json("data")?,
            })
        })
        .collect()
}

/// Replaces the log by its essence: the newest refresh of each alert that `keep` wants.
///
/// # Errors
/// When the database refuses.
pub async fn compact_refreshes(
    tx: &mut Tx,
    at: Time,
    keep: &(dyn Fn(&Refreshed) -> bool + Send + Sync),
) -> Result<usize, Fault> {
    let logged = refreshes_since(tx, Time::from_micros(i64::MIN)).await?;
    let Some(last) = logged.last().map(|batch| batch.seq) else { return Ok(0) };
    let mut newest: std::collections::BTreeMap<(SpaceId, AlertId), Refreshed> = Default::default();
    for batch in logged {
        for mut refresh in batch.refreshed {
            let key = (batch.space.clone(), refresh.id);
            if let Some(before) = newest.get(&key) {
                refresh.annotations = refresh.annotations.or_else(|| before.annotations.clone());
                refresh.expires_micros = refresh.expires_micros.max(before.expires_micros);
            }
            newest.insert(key, refresh);
        }
    }
    newest.retain(|_, refresh| keep(refresh));
    tx.run("DELETE FROM alert_refresh WHERE seq <= $1", params![last]).await?;
    let mut by_space: std::collections::BTreeMap<SpaceId, Vec<Refreshed>> = Default::default();
    for ((space, _), refresh) in newest {
        by_space.entry(space).or_default().push(refresh);
    }
    let mut kept = 0;
    for (space, refreshed) in by_space {
        for chunk in refreshed.chunks(1000) {
            log_refreshes(tx, &space, at, chunk).await?;
            kept += chunk.len();
        }
    }
    Ok(kept)
}

/// Alerts with these fingerprints that are not in memory: closed ones, and on a database that
/// nodes share those that another node has just made.
///
/// On SQLite only closed alerts are indexed by fingerprint, as memory holds all others: an index
/// over all would be written all over for each batch of new alerts, since fingerprints come in no
/// order.
///
/// # Errors
/// When the database refuses or an alert does not read back.
pub async fn by_fingerprint(
    conn: &mut Conn,
    space: &SpaceId,
    fingerprints: &[Fingerprint],
) -> Result<Vec<Versioned<Alert>>, Fault> {
    let keys: Vec<String> = fingerprints.iter().map(ToString::to_string).collect();
    let indexed = match conn.dialect() {
        Dialect::Sqlite { .. } => "stage = 'closed' AND fingerprint",
        Dialect::Postgres { .. } => "fingerprint",
    };
    by_key(conn, space, indexed, &keys).await
}

/// Alerts with these ids, in whatever stage.
///
/// # Errors
/// When the database refuses or an alert does not read back.
pub async fn by_id(
    conn: &mut Conn,
    space: &SpaceId,
    ids: &[AlertId],
) -> Result<Vec<Versioned<Alert>>, Fault> {
    let keys: Vec<String> = ids.iter().map(ToString::to_string).collect();
    by_key(conn, space, "id", &keys).await
}

async fn by_key(
    conn: &mut Conn,
    space: &SpaceId,
    column: &'static str,
    keys: &[String],
) -> Result<Vec<Versioned<Alert>>, Fault> {
    let mut found = Vec::new();
    for chunk in pieces(keys) {
        let sql = format!(
            "SELECT version, data FROM alert WHERE space_id = {} AND {column} IN ({})",
            conn.dialect().binds(1, 1),
            conn.dialect().binds(2, chunk.len())
        );
        let mut values = params![space];
        values.extend(chunk.iter().map(|key| Value::from(key.as_str())));
        for row in conn.all(AssertSqlSafe(sql), values).await? {
            found.push(versioned(&row)?);
        }
    }
    Ok(found)
}

/// Every alert that is not closed, of all spaces.
///
/// # Errors
/// When the database refuses or an alert does not read back.
pub async fn open(conn: &mut Conn) -> Result<Vec<(SpaceId, Versioned<Alert>)>, Fault> {
    let mut found: Vec<(SpaceId, Versioned<Alert>)> = Vec::new();
    let mut after = (String::new(), String::new());
    loop {
        let sql = "SELECT space_id, id, version, data FROM alert \
                   WHERE stage <> 'closed' AND (space_id, id) > ($1, $2) \
                   ORDER BY space_id, id LIMIT 5000";
        let rows = conn.all(sql, params![&after.0, &after.1]).await?;
        let Some(last) = rows.last() else { return Ok(found) };
        after = (last.get("space_id")?, last.get("id")?);
        for row in &rows {
            let mut alert = versioned(row)?;
            if let Some((_, before)) = found.last() {
                share(before, &mut alert.record);
            }
            found.push((row.get("space_id")?, alert));
        }
    }
}

/// Holds the texts that neighbours have in common once.
fn share(before: &Versioned<Alert>, alert: &mut Alert) {
    let before = &before.record;
    if before.source == alert.source {
        alert.source = before.source.clone();
    }
    if before.generator_url == alert.generator_url {
        alert.generator_url = before.generator_url.clone();
    }
    if before.classification == alert.classification {
        alert.classification = before.classification.clone();
    }
    if before.matched_by == alert.matched_by {
        alert.matched_by = before.matched_by.clone();
    }
}

/// Closed alerts, the newest first, after the id of the page before.
///
/// # Errors
/// When the database refuses or an alert does not read back.
pub async fn closed(
    conn: &mut Conn,
    space: &SpaceId,
    before: &str,
    limit: i64,
) -> Result<Vec<Versioned<Alert>>, Fault> {
    let sql = "SELECT version, data FROM alert WHERE space_id = $1 AND stage = 'closed' \
               AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3";
    conn.all(sql, params![space, before, limit]).await?.iter().map(versioned).collect()
}

fn versioned(row: &Row) -> Result<Versioned<Alert>, Fault> {
    Ok(Versioned { record: row.json("data")?, version: row.get("version")? })
}

/// How many alerts are closed.
///
/// # Errors
/// When the database refuses.
pub async fn count_closed(conn: &mut Conn, space: &SpaceId) -> Result<i64, Fault> {
    let sql = "SELECT COUNT(*) AS n FROM alert WHERE space_id = $1 AND stage = 'closed'";
    conn.number(sql, params![space]).await
}
