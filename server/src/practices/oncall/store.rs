//! Pages, feeds of shifts, and what people were told of shifts, in the database.

use std::collections::BTreeMap;

use estate::Turns;
use kernel::{Actor, IncidentId, ItemRef, SpaceId, Time};
use oncall::Page;
use oncall::notices::Watch;
use spine::clockwork::Clocked;
use spine::engine::{Table, Versioned};
use spine::{Conn, Fault, Row, Tx, params};

use super::gaps::Said;
use super::handover::ShiftNote;
use crate::practices::incidents::store::word;

/// Where pages are kept.
pub static PAGES: Table<Page> = Table {
    name: "page",
    columns: &["incident_id", "stage", "started_at"],
    values: |page| params![page.incident, word(page.stage), page.started_at],
    tags: |_| Vec::new(),
};

/// Pages, for the clockwork.
pub struct Pages;

impl Clocked for Pages {
    type Record = Page;
    const TABLE: &'static Table<Page> = &PAGES;
}

/// The pages of an incident, the newest first.
///
/// # Errors
/// When the database refuses or a page does not read back.
pub async fn of_incident(
    conn: &mut Conn,
    space: &SpaceId,
    incident: IncidentId,
) -> Result<Vec<Versioned<Page>>, Fault> {
    let sql = "SELECT version, data FROM page WHERE space_id = $1 AND incident_id = $2 \
               ORDER BY started_at DESC, id DESC";
    conn.all(sql, params![space, incident])
        .await?
        .iter()
        .map(|row| Ok(Versioned { record: row.json("data")?, version: row.get("version")? }))
        .collect()
}

/// The incident of each page that was started between these times, and when.
///
/// # Errors
/// When the database refuses.
pub async fn started_between(
    conn: &mut Conn,
    space: &SpaceId,
    from: Time,
    to: Time,
) -> Result<Vec<(Time, IncidentId)>, Fault> {
    let sql = "SELECT started_at, incident_id FROM page \
               WHERE space_id = $1 AND started_at >= $2 AND started_at < $3";
    let rows = conn.all(sql, params![space, from, to]).await?;
    rows.iter().map(|row| Ok((row.get("started_at")?, row.parse("incident_id")?))).collect()
}

/// The pages that were started between these times, at most so many.
///
/// # Errors
/// When the database refuses or a page does not read back.
pub async fn between(
    conn: &mut Conn,
    space: &SpaceId,
    (from, to): (Time, Time),
    limit: i64,
) -> Result<Vec<Page>, Fault> {
    let sql = "SELECT data FROM page WHERE space_id = $1 AND started_at >= $2 AND started_at < $3 \
               ORDER BY started_at, id LIMIT $4";
    let rows = conn.all(sql, params![space, from, to, limit]).await?;
    rows.iter().map(|row| row.json("data")).collect()
}

/// The pages of open incidents, without those that were cancelled.
///
/// # Errors
/// When the database refuses or a page does not read back.
pub async fn of_open_incidents(
    conn: &mut Conn,
    space: &SpaceId,
) -> Result<Vec<Versioned<Page>>, Fault> {
    let sql = "SELECT page.version, page.data FROM incident JOIN page \
               ON page.space_id = incident.space_id AND page.incident_id = incident.id \
               WHERE incident.space_id = $1 AND incident.phase <> 'done' \
               AND page.stage <> 'cancelled' ORDER BY page.id";
    let rows = conn.all(sql, params![space]).await?;
    rows.iter()
        .map(|row| Ok(Versioned { record: row.json("data")?, version: row.get("version")? }))
        .collect()
}

/// Keeps that a page took a turn of its policy, where it did.
///
/// # Errors
/// When the database refuses.
pub async fn take_turn(tx: &mut Tx, space: &SpaceId, start: &oncall::Start) -> Result<(), Fault> {
    let Some(turn) = start.turn else { return Ok(()) };
    let sql = "INSERT INTO policy_turn (space_id, policy, next) VALUES ($1, $2, $3) \
               ON CONFLICT (space_id, policy) DO UPDATE SET next = excluded.next";
    let next = i64::try_from(turn).unwrap_or_default().saturating_add(1);
    tx.run(sql, params![space, start.policy.as_str(), next]).await?;
    Ok(())
}

/// Whose turn comes next, by each policy of which one was taken.
///
/// # Errors
/// When the database refuses or a policy is none.
pub async fn turns(conn: &mut Conn, space: &SpaceId) -> Result<Turns, Fault> {
    let sql = "SELECT policy, next FROM policy_turn WHERE space_id = $1";
    let rows = conn.all(sql, params![space]).await?;
    let next = |row: &Row| {
        let turn = u64::try_from(row.get::<i64>("next")?).unwrap_or_default();
        Ok((row.parse("policy")?, turn))
    };
    rows.iter().map(next).collect()
}

/// How many pages are in a stage.
///
/// # Errors
/// When the database refuses.
pub async fn count(conn: &mut Conn, space: &SpaceId, stage: &str) -> Result<i64, Fault> {
    let sql = "SELECT COUNT(*) AS n FROM page WHERE space_id = $1 AND stage = $2";
    conn.number(sql, params![space, stage]).await
}

/// The pages that nobody has answered, and those that somebody has taken and that wait for more:
/// that something is done, or that they are handed over.
///
/// # Errors
/// When the database refuses or a page does not read back.
pub async fn waiting(
    conn: &mut Conn,
    space: &SpaceId,
    limit: i64,
) -> Result<Vec<Versioned<Page>>, Fault> {
    let sql = "SELECT version, data FROM page \
               WHERE space_id = $1 AND (stage IN ('ringing', 'exhausted') \
               OR stage = 'acknowledged' AND due_at IS NOT NULL) \
               ORDER BY started_at DESC, id DESC LIMIT $2";
    let rows = conn.all(sql, params![space, limit]).await?;
    rows.iter()
        .map(|row| Ok(Versioned { record: row.json("data")?, version: row.get("version")? }))
        .collect()
}

/// Those of [`waiting`] that name a person, whatever for, the newest first: in a storm they are
/// few of many.
///
/// # Errors
/// When the database refuses or a page does not read back.
pub async fn waiting_that_name(
    conn: &mut Conn,
    space: &SpaceId,
    person: &ItemRef,
) -> Result<Vec<Page>, Fault> {
    let sql = "SELECT data FROM page \
               WHERE space_id = $1 AND (stage IN ('ringing', 'exhausted') \
               OR stage = 'acknowledged' AND due_at IS NOT NULL) AND data LIKE $2 \
               ORDER BY started_at DESC, id DESC";
    let rows = conn.all(sql, params![space, format!("%\"{person}\"%")]).await?;
    rows.iter().map(|row| row.json("data")).collect()
}

/// An address under which a calendar program reads shifts, without its secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Feed {
    /// The person or schedule whose shifts it shows.
    pub owner: ItemRef,
    /// Finds it; no secret.
    pub id: String,
    /// What is kept of the secret.
    pub secret_hash: String,
    /// Who made it.
    pub made_by: Actor,
    /// When.
    pub made_at: Time,
    /// When it was last read, to the hour.
    pub used_at: Option<Time>,
}

/// The feed of a person or schedule.
///
/// # Errors
/// When the database refuses.
pub async fn feed_of(
    conn: &mut Conn,
    space: &SpaceId,
    owner: &ItemRef,
) -> Result<Option<Feed>, Fault> {
    let sql = "SELECT space_id, owner, id, secret_hash, made_by, made_at, used_at \
               FROM shift_feed WHERE space_id = $1 AND owner = $2";
    let found = conn.first(sql, params![space, owner]).await?;
    Ok(found.as_ref().map(feed).transpose()?.map(|(_, feed)| feed))
}

/// The feed with an id, and its space.
///
/// # Errors
/// When the database refuses.
pub async fn feed_by_id(conn: &mut Conn, id: &str) -> Result<Option<(SpaceId, Feed)>, Fault> {
    let sql = "SELECT space_id, owner, id, secret_hash, made_by, made_at, used_at \
               FROM shift_feed WHERE id = $1";
    conn.first(sql, params![id]).await?.as_ref().map(feed).transpose()
}

/// Keeps a feed in the place of the one that its owner had.
///
/// # Errors
/// When the database refuses.
pub async fn put_feed(tx: &mut Tx, space: &SpaceId, feed: &Feed) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO shift_feed (space_id, owner, id, secret_hash, made_by, made_at, used_at) \
         VALUES ($1, $2, $3, $4, $5, $6, NULL) \
         ON CONFLICT (space_id, owner) DO UPDATE SET id = excluded.id, \
         secret_hash = excluded.secret_hash, made_by = excluded.made_by, \
         made_at = excluded.made_at, used_at = NULL",
        params![
            space,
            &feed.owner,
            feed.id.clone(),
            feed.secret_hash.clone(),
            feed.made_by.to_string(),
            feed.made_at
        ],
    )
    .await?;
    Ok(())
}

/// Takes a feed back; whether there was one.
///
/// # Errors
/// When the database refuses.
pub async fn delete_feed(tx: &mut Tx, space: &SpaceId, owner: &ItemRef) -> Result<bool, Fault> {
    let sql = "DELETE FROM shift_feed WHERE space_id = $1 AND owner = $2";
    Ok(tx.run(sql, params![space, owner]).await? > 0)
}

/// Notes that a feed was read.
///
/// # Errors
/// When the database refuses.
pub async fn use_feed(tx: &mut Tx, id: &str, now: Time) -> Result<(), Fault> {
    tx.run("UPDATE shift_feed SET used_at = $2 WHERE id = $1", params![id, now]).await?;
    Ok(())
}

fn feed(row: &Row) -> Result<(SpaceId, Feed), Fault> {
    let feed = Feed {
        owner: row.parse("owner")?,
        id: row.get("id")?,
        secret_hash: row.get("secret_hash")?,
        made_by: row.parse("made_by")?,
        made_at: row.get("made_at")?,
        used_at: row.get("used_at")?,
    };
    Ok((row.get("space_id")?, feed))
}

/// What is known of every schedule that was looked at, with versions.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn watches(
    conn: &mut Conn,
    space: &SpaceId,
) -> Result<BTreeMap<ItemRef, Versioned<Watch>>, Fault> {
    let sql = "SELECT schedule, version, data FROM shift_watch WHERE space_id = $1";
    let rows = conn.all(sql, params![space]).await?;
    rows.iter()
        .map(|row| {
            let watch = Versioned { record: row.json("data")?, version: row.get("version")? };
            Ok((row.parse("schedule")?, watch))
        })
        .collect()
}

/// Keeps what is known of a schedule now; `false` when another process has looked meanwhile. The
/// version is 0 before the first look.
///
/// # Errors
/// When the database refuses.
pub async fn put_watch(
    tx: &mut Tx,
    space: &SpaceId,
    schedule: &ItemRef,
    watch: &Versioned<Watch>,
) -> Result<bool, Fault> {
    let data = serde_json::to_string(&watch.record).map_err(|e| Fault::corrupt("watch", e))?;
    let sql = match watch.version {
        0 => {
            "INSERT INTO shift_watch (space_id, schedule, version, data) \
             VALUES ($1, $2, $3 + 1, $4) ON CONFLICT DO NOTHING"
        }
        _ => {
            "UPDATE shift_watch SET version = version + 1, data = $4 \
             WHERE space_id = $1 AND schedule = $2 AND version = $3"
        }
    };
    Ok(tx.run(sql, params![space, schedule, watch.version, data]).await? > 0)
}

/// Forgets a schedule that is not there any more.
///
/// # Errors
/// When the database refuses.
pub async fn forget_watch(tx: &mut Tx, space: &SpaceId, schedule: &ItemRef) -> Result<(), Fault> {
    let sql = "DELETE FROM shift_watch WHERE space_id = $1 AND schedule = $2";
    tx.run(sql, params![space, schedule]).await?;
    Ok(())
}

/// The notes on the turn of a schedule that begins at a time, the oldest first.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn notes(
    conn: &mut Conn,
    space: &SpaceId,
    (schedule, (from, until)): (&ItemRef, (Time, Time)),
) -> Result<Vec<ShiftNote>, Fault> {
    let sql = "SELECT data FROM shift_note WHERE space_id = $1 AND schedule = $2 \
               AND about_at >= $3 AND about_at < $4 ORDER BY noted_at, id";
    let rows = conn.all(sql, params![space, schedule, from, until]).await?;
    rows.iter().map(|row| row.json("data")).collect()
}

/// Adds a note to a turn.
///
/// # Errors
/// When the database refuses.
pub async fn add_note(
    tx: &mut Tx,
    space: &SpaceId,
    (schedule, about_at): (&ItemRef, Time),
    (id, note): (&str, &ShiftNote),
) -> Result<(), Fault> {
    let data = serde_json::to_string(note).map_err(|e| Fault::corrupt("note", e))?;
    let sql = "INSERT INTO shift_note (space_id, schedule, about_at, id, noted_at, data) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    tx.run(sql, params![space, schedule, about_at, id, note.at, data]).await?;
    Ok(())
}

/// What alerts of gaps said last, by their keys.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn gaps(conn: &mut Conn, space: &SpaceId) -> Result<BTreeMap<String, Said>, Fault> {
    let rows =
        conn.all("SELECT key, data FROM shift_gap WHERE space_id = $1", params![space]).await?;
    rows.iter().map(|row| Ok((row.get("key")?, row.json("data")?))).collect()
}

/// Keeps what alerts of gaps say now, and nothing else.
///
/// # Errors
/// When the database refuses.
pub async fn put_gaps(
    tx: &mut Tx,
    space: &SpaceId,
    says: &BTreeMap<String, Said>,
) -> Result<(), Fault> {
    tx.run("DELETE FROM shift_gap WHERE space_id = $1", params![space]).await?;
    for (key, said) in says {
        let data = serde_json::to_string(said).map_err(|e| Fault::corrupt("gap", e))?;
        let sql = "INSERT INTO shift_gap (space_id, key, data) VALUES ($1, $2, $3) \
                   ON CONFLICT (space_id, key) DO UPDATE SET data = excluded.data";
        tx.run(sql, params![space, key.clone(), data]).await?;
    }
    Ok(())
}
