//! What was counted, decided and asked, in the database.

use std::collections::{BTreeMap, BTreeSet};

use budgets::{Asked, State};
use kernel::{Actor, SpaceId, Time};
use objectives::Buckets;
use serde::{Deserialize, Serialize};
use spine::db::placeholders;
use spine::{Conn, Fault, NodeId, Row, Tx, Value, params};
use sqlx::AssertSqlSafe;

use super::decision::Decision;

/// A day of an objective as it is kept.
#[derive(Clone, PartialEq, Debug)]
pub struct Day {
    /// Days since 1970.
    pub day: i64,
    /// Counts its changes, from 1.
    pub version: i64,
    /// Its minutes.
    pub minutes: Buckets,
}

/// What was decided about an objective, as it is kept.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Decided {
    /// Its name.
    pub objective: String,
    /// Counts its changes; 0 before the first.
    pub version: i64,
    /// What was decided.
    pub state: State,
    /// What its alerts have to say: windows, separated by commas.
    pub firing: String,
    /// What they say.
    pub told: String,
}

/// How an objective stood at the end of a day.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Past {
    /// The indicator over the window.
    pub sli: Option<f64>,
    /// What was left of the budget.
    pub remaining: Option<f64>,
    /// What was counted in the window.
    pub total: f64,
    /// What of it was bad.
    pub bad: f64,
    /// Which share was unknown.
    pub unknown_share: f64,
}

/// What came of asking a source.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Status {
    /// When it answered last.
    pub answered_at: Option<Time>,
    /// How often in a row it did not.
    pub failures: u32,
    /// Why it did not.
    pub error: Option<String>,
    /// The minute before which it is left alone.
    pub rest_until: i64,
    /// What is wrong with the questions of single objectives, by their names.
    pub notes: std::collections::BTreeMap<String, String>,
}

/// Why a target holds, and who said so when.
#[derive(Clone, PartialEq, Debug)]
pub struct Said {
    /// When.
    pub at: Time,
    /// By whom.
    pub by: Actor,
    /// What was decided, and why.
    pub decision: Decision,
}

/// A day of an objective.
///
/// # Errors
/// When the database refuses or the day does not read back.
pub async fn day(
    conn: &mut Conn,
    space: &SpaceId,
    objective: &str,
    day: i64,
) -> Result<Option<Day>, Fault> {
    let sql = "SELECT day, version, minutes FROM objective_day \
               WHERE space_id = $1 AND objective = $2 AND day = $3";
    conn.first(sql, params![space, objective, day]).await?.as_ref().map(one).transpose()
}

/// The days of an objective from one up to another, which is not among them.
///
/// # Errors
/// When the database refuses or a day does not read back.
pub async fn days(
    conn: &mut Conn,
    space: &SpaceId,
    objective: &str,
    (from, until): (i64, i64),
) -> Result<Vec<Day>, Fault> {
    let sql = "SELECT day, version, minutes FROM objective_day \
               WHERE space_id = $1 AND objective = $2 AND day >= $3 AND day < $4 ORDER BY day";
    conn.all(sql, params![space, objective, from, until]).await?.iter().map(one).collect()
}

/// The days that there are of an objective from one up to another, with the version of each.
///
/// # Errors
/// When the database refuses.
pub async fn versions(
    conn: &mut Conn,
    space: &SpaceId,
    objective: &str,
    (from, until): (i64, i64),
) -> Result<Vec<(i64, i64)>, Fault> {
    let sql = "SELECT day, version FROM objective_day \
               WHERE space_id = $1 AND objective = $2 AND day >= $3 AND day < $4 ORDER BY day";
    let rows = conn.all(sql, params![space, objective, from, until]).await?;
    rows.iter().map(|row| Ok((row.get("day")?, row.get("version")?))).collect()
}

/// Writes a day over the version that was read; 0 when there was none.
///
/// # Errors
/// When the database refuses, or somebody else wrote it meanwhile.
pub async fn put_day(
    tx: &mut Tx,
    space: &SpaceId,
    objective: &str,
    day: &Day,
    now: Time,
) -> Result<(), Fault> {
    let sql = "INSERT INTO objective_day \
               (space_id, objective, day, version, written_at, minutes) \
               VALUES ($1, $2, $3, 1, $4, $5) ON CONFLICT (space_id, objective, day) DO UPDATE \
               SET version = objective_day.version + 1, written_at = excluded.written_at, \
               minutes = excluded.minutes WHERE objective_day.version = $6";
    let bytes = day.minutes.encode();
    match tx.run(sql, params![space, objective, day.day, now, bytes, day.version]).await? {
        1 => Ok(()),
        _ => Err(Fault::Race),
    }
}

/// What anybody wrote from a time on, with the objectives.
///
/// # Errors
/// When the database refuses or a day does not read back.
pub async fn written_since(
    conn: &mut Conn,
    space: &SpaceId,
    since: Time,
) -> Result<Vec<(String, Day)>, Fault> {
    let sql = "SELECT objective, day, version, minutes FROM objective_day \
               WHERE written_at >= $2 AND space_id = $1";
    let rows = conn.all(sql, params![space, since]).await?;
    rows.iter().map(|row| Ok((row.get("objective")?, one(row)?))).collect()
}

/// The days of each objective that anybody wrote from a time on.
///
/// # Errors
/// When the database refuses.
pub async fn days_since(
    conn: &mut Conn,
    space: &SpaceId,
    since: Time,
) -> Result<BTreeMap<String, BTreeSet<i64>>, Fault> {
    let sql = "SELECT objective, day FROM objective_day WHERE written_at >= $2 AND space_id = $1";
    let mut days: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for row in conn.all(sql, params![space, since]).await? {
        days.entry(row.get("objective")?).or_default().insert(row.get("day")?);
    }
    Ok(days)
}

/// Forgets days before one, so many at most; returns how many went.
///
/// # Errors
/// When the database refuses.
pub async fn forget_days(tx: &mut Tx, before: i64, most: i64) -> Result<u64, Fault> {
    let sql = "DELETE FROM objective_day WHERE (space_id, objective, day) IN \
               (SELECT space_id, objective, day FROM objective_day WHERE day < $1 LIMIT $2)";
    let days = tx.run(sql, params![before, most]).await?;
    let sql = "DELETE FROM objective_past WHERE (space_id, objective, day) IN \
               (SELECT space_id, objective, day FROM objective_past WHERE day < $1 LIMIT $2)";
    Ok(days + tx.run(sql, params![before, most]).await?)
}

fn one(row: &Row) -> Result<Day, Fault> {
    let bytes: Vec<u8> = row.get("minutes")?;
    let minutes =
        Buckets::decode(&bytes).map_err(|error| Fault::corrupt("objective day", error))?;
    Ok(Day { day: row.get("day")?, version: row.get("version")?, minutes })
}

/// Which minutes of each objective were asked for.
///
/// # Errors
/// When the database refuses.
pub async fn asked(conn: &mut Conn, space: &SpaceId) -> Result<Vec<(String, Asked)>, Fault> {
    let sql = "SELECT objective, from_minute, until_minute FROM objective_asked \
               WHERE space_id = $1";
    let one = |row: &Row| {
        let asked = Asked { from: row.get("from_minute")?, until: row.get("until_minute")? };
        Ok((row.get("objective")?, asked))
    };
    conn.all(sql, params![space]).await?.iter().map(one).collect()
}

/// Notes which minutes of an objective were asked for.
///
/// # Errors
/// When the database refuses.
pub async fn put_asked(
    tx: &mut Tx,
    space: &SpaceId,
    objective: &str,
    asked: Asked,
) -> Result<(), Fault> {
    let sql = "INSERT INTO objective_asked (space_id, objective, from_minute, until_minute) \
               VALUES ($1, $2, $3, $4) ON CONFLICT (space_id, objective) DO UPDATE \
               SET from_minute = excluded.from_minute, until_minute = excluded.until_minute";
    tx.run(sql, params![space, objective, asked.from, asked.until]).await?;
    Ok(())
}

/// Forgets that anything was asked of an objective: another question begins anew.
///
/// # Errors
/// When the database refuses.
pub async fn forget_asked(tx: &mut Tx, space: &SpaceId, objective: &str) -> Result<(), Fault> {
    let sql = "DELETE FROM objective_asked WHERE space_id = $1 AND objective = $2";
    tx.run(sql, params![space, objective]).await?;
    Ok(())
}

/// What was decided about each objective.
///
/// # Errors
/// When the database refuses or a state does not read back.
pub async fn decided(conn: &mut Conn, space: &SpaceId) -> Result<Vec<Decided>, Fault> {
    let sql = "SELECT objective, version, data, firing, told FROM objective_state \
               WHERE space_id = $1 ORDER BY objective";
    conn.all(sql, params![space]).await?.iter().map(state).collect()
}

/// The objectives whose alerts do not say yet what they have to.
///
/// # Errors
/// When the database refuses or a state does not read back.
pub async fn untold(conn: &mut Conn, space: &SpaceId) -> Result<Vec<Decided>, Fault> {
    let sql = "SELECT objective, version, data, firing, told FROM objective_state \
               WHERE space_id = $1 AND firing <> told ORDER BY objective LIMIT 500";
    conn.all(sql, params![space]).await?.iter().map(state).collect()
}

/// Writes what was decided over the version that was read.
///
/// # Errors
/// When the database refuses, or somebody else decided meanwhile.
pub async fn put_state(tx: &mut Tx, space: &SpaceId, decided: &Decided) -> Result<(), Fault> {
    let data = serde_json::to_string(&decided.state)
        .map_err(|error| Fault::corrupt("objective state", error))?;
    let sql = "INSERT INTO objective_state (space_id, objective, version, data, firing, told) \
               VALUES ($1, $2, 1, $3, $4, '') ON CONFLICT (space_id, objective) DO UPDATE \
               SET version = objective_state.version + 1, data = excluded.data, \
               firing = excluded.firing WHERE objective_state.version = $5";
    let values = params![space, &decided.objective, data, &decided.firing, decided.version];
    match tx.run(sql, values).await? {
        1 => Ok(()),
        _ => Err(Fault::Race),
    }
}

/// Remembers what the alerts of an objective say.
///
/// # Errors
/// When the database refuses.
pub async fn tell(tx: &mut Tx, space: &SpaceId, objective: &str, told: &str) -> Result<(), Fault> {
    let sql = "UPDATE objective_state SET told = $3 WHERE space_id = $1 AND objective = $2";
    tx.run(sql, params![space, objective, told]).await?;
    Ok(())
}

fn state(row: &Row) -> Result<Decided, Fault> {
    Ok(Decided {
        objective: row.get("objective")?,
        version: row.get("version")?,
        state: row.json("data")?,
        firing: row.get("firing")?,
        told: row.get("told")?,
    })
}

/// Writes how objectives stood at the end of a day.
///
/// # Errors
/// When the database refuses.
pub async fn put_past(
    tx: &mut Tx,
    space: &SpaceId,
    day: i64,
    all: &[(String, Past)],
) -> Result<(), Fault> {
    let mut rows = Vec::with_capacity(all.len());
    for (objective, past) in all {
        let data =
            serde_json::to_string(past).map_err(|error| Fault::corrupt("objective day", error))?;
        rows.push(params![space, objective, day, data]);
    }
    let tail = "ON CONFLICT (space_id, objective, day) DO UPDATE SET data = excluded.data";
    tx.insert_rows("objective_past (space_id, objective, day, data)", rows, tail).await?;
    Ok(())
}

/// How an objective stood at the end of each day from one on.
///
/// # Errors
/// When the database refuses or a day does not read back.
pub async fn past(
    conn: &mut Conn,
    space: &SpaceId,
    objective: &str,
    from: i64,
) -> Result<Vec<(i64, Past)>, Fault> {
    let sql = "SELECT day, data FROM objective_past \
               WHERE space_id = $1 AND objective = $2 AND day >= $3 ORDER BY day";
    let rows = conn.all(sql, params![space, objective, from]).await?;
    rows.iter().map(|row| Ok((row.get("day")?, row.json("data")?))).collect()
}

/// The last day at whose end it was written down how objectives stood.
///
/// # Errors
/// When the database refuses.
pub async fn last_past(conn: &mut Conn, space: &SpaceId) -> Result<Option<i64>, Fault> {
    let sql = "SELECT MAX(day) AS day FROM objective_past WHERE space_id = $1";
    let row = conn.first(sql, params![space]).await?;
    row.map_or(Ok(None), |row| row.get("day"))
}

/// Writes why the target holds that holds from a time on, over what was said before.
///
/// # Errors
/// When the database refuses.
pub async fn put_decision(
    tx: &mut Tx,
    space: &SpaceId,
    (objective, from): (&str, Time),
    said: &Said,
) -> Result<(), Fault> {
    let data = serde_json::to_string(&said.decision)
        .map_err(|error| Fault::corrupt("target decision", error))?;
    let sql = "INSERT INTO objective_target \
               (space_id, objective, from_at, said_at, said_by, data) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (space_id, objective, from_at) \
               DO UPDATE SET said_at = excluded.said_at, said_by = excluded.said_by, \
               data = excluded.data";
    let values = params![space, objective, from, said.at, said.by.to_string(), data];
    tx.run(sql, values).await?;
    Ok(())
}

/// Why an objective had its targets, each with the time from which on it held.
///
/// # Errors
/// When the database refuses or a decision does not read back.
pub async fn decisions(
    conn: &mut Conn,
    space: &SpaceId,
    objective: &str,
) -> Result<Vec<(Time, Said)>, Fault> {
    let sql = "SELECT from_at, said_at, said_by, data FROM objective_target \
               WHERE space_id = $1 AND objective = $2 ORDER BY from_at";
    let said = |row: &Row| {
        let (at, by) = (row.get("said_at")?, row.parse("said_by")?);
        Ok((row.get("from_at")?, Said { at, by, decision: row.json("data")? }))
    };
    conn.all(sql, params![space, objective]).await?.iter().map(said).collect()
}

/// Takes or keeps the lease of a source; `false` while another process has it.
///
/// # Errors
/// When the database refuses.
pub async fn lease(
    tx: &mut Tx,
    space: &SpaceId,
    source: &str,
    holder: &str,
    (now, until): (Time, Time),
) -> Result<bool, Fault> {
    let sql = "INSERT INTO objective_source (space_id, source, holder, until, data) \
               VALUES ($1, $2, $3, $4, '{}') ON CONFLICT (space_id, source) DO UPDATE \
               SET holder = excluded.holder, until = excluded.until \
               WHERE objective_source.holder = excluded.holder OR objective_source.until <= $5";
    Ok(tx.run(sql, params![space, source, holder, until, now]).await? == 1)
}

/// Ends every lease but those of processes that live.
///
/// # Errors
/// When the database refuses.
pub async fn end_leases(tx: &mut Tx, living: &BTreeSet<NodeId>) -> Result<(), Fault> {
    let sql = format!(
        "UPDATE objective_source SET until = 0 WHERE until > 0 AND holder NOT IN ({})",
        placeholders(1, living.len())
    );
    let holders = living.iter().map(|node| Value::from(node.to_string())).collect();
    tx.run(AssertSqlSafe(sql), holders).await?;
    Ok(())
}

/// What came of asking each source.
///
/// # Errors
/// When the database refuses or it does not read back.
pub async fn sources(conn: &mut Conn, space: &SpaceId) -> Result<Vec<(String, Status)>, Fault> {
    let sql = "SELECT source, data FROM objective_source WHERE space_id = $1 AND source <> ''";
    let rows = conn.all(sql, params![space]).await?;
    rows.iter().map(|row| Ok((row.get("source")?, row.json("data")?))).collect()
}

/// Notes what came of asking a source.
///
/// # Errors
/// When the database refuses.
pub async fn put_status(
    tx: &mut Tx,
    space: &SpaceId,
    source: &str,
    status: &Status,
) -> Result<(), Fault> {
    let data =
        serde_json::to_string(status).map_err(|error| Fault::corrupt("source status", error))?;
    let sql = "UPDATE objective_source SET data = $3 WHERE space_id = $1 AND source = $2";
    tx.run(sql, params![space, source, data]).await?;
    Ok(())
}

/// The credentials of a source, sealed.
///
/// # Errors
/// When the database refuses.
pub async fn credentials(
    conn: &mut Conn,
    space: &SpaceId,
    source: &str,
) -> Result<Option<String>, Fault> {
    let sql = "SELECT sealed FROM sealed_secret WHERE space_id = $1 AND name = $2";
    let row = conn.first(sql, params![space, secret_name(source)]).await?;
    row.map(|row| row.get("sealed")).transpose()
}

/// Keeps the credentials of a source, sealed; without any, forgets them.
///
/// # Errors
/// When the database refuses.
pub async fn put_credentials(
    tx: &mut Tx,
    space: &SpaceId,
    source: &str,
    sealed: Option<&str>,
) -> Result<(), Fault> {
    let name = secret_name(source);
    match sealed {
        Some(sealed) => {
            let sql = "INSERT INTO sealed_secret (space_id, name, sealed) VALUES ($1, $2, $3) \
                       ON CONFLICT (space_id, name) DO UPDATE SET sealed = excluded.sealed";
            tx.run(sql, params![space, name, sealed]).await?;
        }
        None => {
            let sql = "DELETE FROM sealed_secret WHERE space_id = $1 AND name = $2";
            tx.run(sql, params![space, name]).await?;
        }
    }
    Ok(())
}

fn secret_name(source: &str) -> String {
    format!("datasource/{source}")
}
