//! The history of alerts in the database.

use std::collections::HashMap;

use alerts::{Alert, Classed, Classification, Labels, Severity, Spell, Stage};
use kernel::{AlertId, ItemRef, SpaceId, Time};
use serde::{Deserialize, Serialize};
use spine::db::placeholders;
use spine::{Conn, Fault, Tx, Value, params};
use sqlx::AssertSqlSafe;

use super::super::super::incidents::store::word;
use crate::listing::{Clauses, Page};

/// When what still fires is over: later than every time.
pub const FIRING: i64 = i64::MAX;
/// Rows of one statement.
const ROWS: usize = 32;

/// An alert as its history knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// The alert.
    pub id: AlertId,
    /// The name of its rule.
    pub name: String,
    /// One line for people.
    pub summary: String,
    /// Technical gravity.
    pub severity: Severity,
    /// What a rule said of it.
    #[serde(default)]
    pub classification: Option<Classification>,
    /// Where it is in its life.
    pub state: Stage,
    /// The integration through which it came.
    pub source: String,
    /// The item it speaks of.
    pub item: Option<ItemRef>,
    /// The team that answered for the item when it last began to fire.
    pub team: Option<ItemRef>,
    /// What identifies it.
    pub labels: Labels,
    /// When it first fired.
    pub first_seen: Time,
    /// How often it fired.
    pub fired_count: u32,
    /// The present (or last) firing.
    pub spell: Spell,
}

impl Remembered {
    /// The alert as it is now, with the spell that it is in.
    pub fn of(alert: &Alert, spell: Spell, team: Option<ItemRef>) -> Remembered {
        Remembered {
            id: alert.id,
            name: alert.name().to_owned(),
            summary: alert.summary().to_owned(),
            severity: alert.severity,
            classification: alert.classification.as_deref().cloned(),
            state: alert.stage,
            source: alert.source.to_string(),
            item: alert.item.clone(),
            team,
            labels: alert.labels.clone(),
            first_seen: alert.first_seen,
            fired_count: alert.fired_count,
            spell,
        }
    }

    fn class(&self) -> &'static str {
        Classed::of(self.classification.as_ref()).as_str()
    }

    /// Each between commas, so that one is not found in another.
    fn impacts(&self) -> String {
        let given = self.classification.iter().flat_map(|given| &given.impacts);
        given.fold(String::new(), |text, impact| format!("{text},{},", impact.as_str()))
    }

    /// What a search looks at: name and summary, then a line for each label.
    fn words(&self) -> String {
        let mut words = format!("{}\n{}\n", self.name, self.summary);
        for (name, value) in self.labels.iter() {
            words.push_str(&format!("{name}={value}\n"));
        }
        words.to_lowercase()
    }
}

fn over(spell: &Spell) -> i64 {
    spell.ended_at.map_or(FIRING, Time::micros)
}

fn json<T: Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::corrupt("alert history", error))
}

fn rows(count: usize, columns: usize) -> String {
    let row = |row: usize| format!("({})", placeholders(row * columns + 1, columns));
    (0..count).map(row).collect::<Vec<_>>().join(", ")
}

/// Writes alerts as they are now.
///
/// # Errors
/// When the database refuses.
pub async fn put(tx: &mut Tx, space: &SpaceId, alerts: &[Remembered]) -> Result<(), Fault> {
    for chunk in alerts.chunks(ROWS) {
        let sql = format!(
            "INSERT INTO alert_history (space_id, id, data, state, severity, gravity, source, \
             name, item, team, words, first_at, began_at, over_at, fired, class, impacts) \
             VALUES {} \
             ON CONFLICT (space_id, id) DO UPDATE SET data = excluded.data, \
             state = excluded.state, severity = excluded.severity, gravity = excluded.gravity, \
             name = excluded.name, item = excluded.item, team = excluded.team, \
             words = excluded.words, began_at = excluded.began_at, over_at = excluded.over_at, \
             fired = excluded.fired, class = excluded.class, impacts = excluded.impacts",
            rows(chunk.len(), 17)
        );
        let mut values = Vec::with_capacity(chunk.len() * 17);
        for alert in chunk {
            values.extend(params![
                space,
                alert.id,
                json(alert)?,
                word(alert.state),
                word(alert.severity),
                alert.severity as i64,
                &alert.source,
                &alert.name,
                alert.item.as_ref(),
                alert.team.as_ref(),
                alert.words(),
                alert.first_seen,
                alert.spell.began_at,
                over(&alert.spell),
                i64::from(alert.fired_count),
                alert.class(),
                alert.impacts()
            ]);
        }
        tx.run(AssertSqlSafe(sql), values).await?;
    }
    Ok(())
}

/// Writes spells of alerts; the alert says whose they are.
///
/// # Errors
/// When the database refuses.
pub async fn put_spells(
    tx: &mut Tx,
    space: &SpaceId,
    spells: &[(&Remembered, &Spell)],
) -> Result<(), Fault> {
    for chunk in spells.chunks(ROWS) {
        let sql = format!(
            "INSERT INTO alert_spell (space_id, alert_id, seq, data, source, name, item, team, \
             began_at, over_at, acknowledged_at) VALUES {} \
             ON CONFLICT (space_id, alert_id, seq) DO UPDATE SET data = excluded.data, \
             item = excluded.item, over_at = excluded.over_at, \
             acknowledged_at = excluded.acknowledged_at",
            rows(chunk.len(), 11)
        );
        let mut values = Vec::with_capacity(chunk.len() * 11);
        for (alert, spell) in chunk {
            values.extend(params![
                space,
                alert.id,
                spell.seq,
                json(spell)?,
                &alert.source,
                &alert.name,
                alert.item.as_ref(),
                alert.team.as_ref(),
                spell.began_at,
                over(spell),
                spell.acknowledged_at
            ]);
        }
        tx.run(AssertSqlSafe(sql), values).await?;
    }
    Ok(())
}

/// What is remembered of these alerts.
///
/// # Errors
/// When the database refuses or an alert does not read back.
pub async fn by_id(
    conn: &mut Conn,
    space: &SpaceId,
    ids: &[AlertId],
) -> Result<HashMap<AlertId, Remembered>, Fault> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(64) {
        let sql = format!(
            "SELECT data FROM alert_history WHERE space_id = $1 AND id IN ({})",
            placeholders(2, chunk.len())
        );
        let mut values = params![space];
        values.extend(chunk.iter().map(|id| Value::from(*id)));
        for row in conn.all(AssertSqlSafe(sql), values).await? {
            let alert: Remembered = row.json("data")?;
            found.insert(alert.id, alert);
        }
    }
    Ok(found)
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Fired at this time or later …
    pub from: Option<Time>,
    /// … and before this one.
    pub to: Option<Time>,
    /// Only these states.
    pub states: Vec<String>,
    /// Only these severities.
    pub severities: Vec<String>,
    /// Only these classes.
    pub classes: Vec<String>,
    /// Only those that put one of these at risk.
    pub impacts: Vec<String>,
    /// Only rules with exactly this name.
    pub name: Option<String>,
    /// Only those on this item.
    pub item: Option<String>,
    /// Only those whose item this team answered for.
    pub team: Option<String>,
    /// Only those of this integration.
    pub source: Option<String>,
    /// `true`: somebody looked at a firing of the time; `false`: nobody did.
    pub acknowledged: Option<bool>,
    /// Only those with these labels, each `name=value`.
    pub labels: Vec<String>,
    /// Only those with this text in name, summary or a label.
    pub text: Option<String>,
}

/// By what the history can be sorted: the name in the API and the column.
pub const SORTS: &[(&str, &str, bool)] = &[
    ("began_at", "began_at", true),
    ("first_seen", "first_at", true),
    ("fired_count", "fired", true),
    ("severity", "gravity", true),
    ("name", "name", false),
];

const SPELL_OF: &str = "SELECT 1 FROM alert_spell AS spell WHERE spell.space_id = $1 \
     AND spell.alert_id = alert_history.id AND spell.began_at < ";

impl Filter {
    fn times(&self) -> (i64, i64) {
        let from = self.from.map_or(i64::MIN, Time::micros);
        (from, self.to.map_or(i64::MAX, Time::micros))
    }

    fn at_risk(&self, clauses: &mut Clauses) {
        let one = |place: usize| format!("impacts LIKE $${}", place + 1);
        let any: Vec<String> = (0..self.impacts.len()).map(one).collect();
        let wanted = self.impacts.iter().map(|impact| Value::from(format!("%,{impact},%")));
        if !any.is_empty() {
            clauses.add_all(&format!("({})", any.join(" OR ")), wanted.collect());
        }
    }

    fn clauses(&self, space: &SpaceId) -> Clauses {
        let mut clauses = Clauses::in_space(space);
        let (from, to) = self.times();
        if self.from.is_some() || self.to.is_some() || self.acknowledged.is_some() {
            clauses.below("first_at", self.to);
            clauses.at_least("over_at", self.from);
            let fired = |not: &str, also: &str| {
                format!("{not}EXISTS ({SPELL_OF}$$1 AND spell.over_at >= $$2{also})")
            };
            clauses.add_all(&fired("", ""), params![to, from]);
            let looked_at = " AND spell.acknowledged_at IS NOT NULL";
            match self.acknowledged {
                Some(true) => clauses.add_all(&fired("", looked_at), params![to, from]),
                Some(false) => clauses.add_all(&fired("NOT ", looked_at), params![to, from]),
                None => {}
            }
        }
        clauses.any_of("state", &self.states);
        clauses.any_of("severity", &self.severities);
        clauses.any_of("class", &self.classes);
        self.at_risk(&mut clauses);
        clauses.equal("name", self.name.as_deref());
        clauses.equal("item", self.item.as_deref());
        clauses.equal("team", self.team.as_deref());
        clauses.equal("source", self.source.as_deref());
        for label in &self.labels {
            clauses.contains("words", &format!("\n{label}\n"));
        }
        if let Some(text) = self.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            clauses.contains("words", text);
        }
        clauses
    }
}

/// One page of the history, and how many alerts there are.
///
/// # Errors
/// When the database refuses or an alert does not read back.
pub async fn list(
    conn: &mut Conn,
    space: &SpaceId,
    filter: &Filter,
    page: &Page,
) -> Result<(Vec<Remembered>, i64), Fault> {
    let mut clauses = filter.clauses(space);
    let sql = format!("SELECT COUNT(*) AS n FROM alert_history WHERE {}", clauses.text());
    let total = conn.number(AssertSqlSafe(sql), clauses.values().to_vec()).await?;
    let tail = page.tail(&mut clauses);
    let sql = format!("SELECT data FROM alert_history WHERE {} {tail}", clauses.text());
    let rows = conn.all(AssertSqlSafe(sql), clauses.values().to_vec()).await?;
    Ok((rows.iter().map(|row| row.json("data")).collect::<Result<_, _>>()?, total))
}

/// The value that a page of a sorted list ends with.
pub fn sort_value(alert: &Remembered, column: &str) -> Value {
    match column {
        "first_at" => alert.first_seen.into(),
        "fired" => i64::from(alert.fired_count).into(),
        "gravity" => (alert.severity as i64).into(),
        "name" => alert.name.as_str().into(),
        _ => alert.spell.began_at.into(),
    }
}

/// The newest spells of each of these alerts that reach into the time of the filter, at most
/// `most` of each, the newest first.
///
/// # Errors
/// When the database refuses or a spell does not read back.
pub async fn spells(
    conn: &mut Conn,
    space: &SpaceId,
    ids: &[AlertId],
    filter: &Filter,
    most: i64,
) -> Result<HashMap<AlertId, Vec<Spell>>, Fault> {
    let (from, to) = filter.times();
    let mut found: HashMap<AlertId, Vec<Spell>> = HashMap::new();
    for chunk in ids.chunks(64) {
        let sql = format!(
            "SELECT alert_id, data FROM (SELECT alert_id, seq, data, ROW_NUMBER() OVER \
             (PARTITION BY alert_id ORDER BY seq DESC) AS place FROM alert_spell \
             WHERE space_id = $1 AND began_at < $2 AND over_at >= $3 AND alert_id IN ({})) \
             AS placed WHERE place <= $4 ORDER BY alert_id, seq DESC",
            placeholders(5, chunk.len())
        );
        let mut values = params![space, to, from, most];
        values.extend(chunk.iter().map(|id| Value::from(*id)));
        for row in conn.all(AssertSqlSafe(sql), values).await? {
            found.entry(row.parse("alert_id")?).or_default().push(row.json("data")?);
        }
    }
    Ok(found)
}

/// A spell with what its rule and item are.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The alert.
    pub alert: AlertId,
    /// The integration.
    pub source: String,
    /// The name of the alert.
    pub name: String,
    /// The item.
    pub item: Option<ItemRef>,
    /// The team that answered for it.
    pub team: Option<ItemRef>,
    /// The spell.
    pub spell: Spell,
}

/// The spells that began between these times, the oldest first, at most `most`.
///
/// # Errors
/// When the database refuses or a spell does not read back.
pub async fn begun_between(
    conn: &mut Conn,
    space: &SpaceId,
    filter: &Filter,
    most: i64,
) -> Result<Vec<Placed>, Fault> {
    let mut clauses = Clauses::in_space(space);
    clauses.at_least("began_at", filter.from);
    clauses.below("began_at", filter.to);
    clauses.equal("team", filter.team.as_deref());
    clauses.equal("source", filter.source.as_deref());
    clauses.equal("item", filter.item.as_deref());
    let sql = format!(
        "SELECT alert_id, source, name, item, team, data FROM alert_spell WHERE {} \
         ORDER BY began_at LIMIT {most}",
        clauses.text()
    );
    let rows = conn.all(AssertSqlSafe(sql), clauses.values().to_vec()).await?;
    rows.iter().map(placed).collect()
}

/// A spell of a row with alert, source, name, item, team and data.
pub(in crate::practices) fn placed(row: &spine::Row) -> Result<Placed, Fault> {
    let item = |text: Option<String>| text.and_then(|text| text.parse().ok());
    Ok(Placed {
        alert: row.parse("alert_id")?,
        source: row.get("source")?,
        name: row.get("name")?,
        item: item(row.get("item")?),
        team: item(row.get("team")?),
        spell: row.json("data")?,
    })
}

/// How many signals were taken in between these times, by integration and hour.
///
/// # Errors
/// When the database refuses.
pub async fn signals_between(
    conn: &mut Conn,
    space: &SpaceId,
    filter: &Filter,
) -> Result<Vec<(String, Time, u64)>, Fault> {
    let mut clauses = Clauses::in_space(space);
    // An hour counts when it begins in the time, or the time begins within it.
    let hour = filter.from.map(|from| from - std::time::Duration::from_secs(3_599));
    clauses.at_least("hour", hour);
    clauses.below("hour", filter.to);
    clauses.equal("source", filter.source.as_deref());
    let sql = format!(
        "SELECT source, hour, signals FROM signal_count WHERE {} ORDER BY hour, source",
        clauses.text()
    );
    let rows = conn.all(AssertSqlSafe(sql), clauses.values().to_vec()).await?;
    rows.iter()
        .map(|row| {
            let signals: i64 = row.get("signals")?;
            Ok((row.get("source")?, row.get("hour")?, u64::try_from(signals).unwrap_or_default()))
        })
        .collect()
}

/// Removes spells that were over before this time, at most `most`; returns how many.
///
/// # Errors
/// When the database refuses.
pub async fn forget_spells(tx: &mut Tx, before: Time, most: i64) -> Result<u64, Fault> {
    let sql = "DELETE FROM alert_spell WHERE (space_id, alert_id, seq) IN (\
               SELECT space_id, alert_id, seq FROM alert_spell WHERE over_at < $1 \
               ORDER BY over_at LIMIT $2)";
    tx.run(sql, params![before, most]).await
}

/// Removes what is remembered of closed alerts that were over before this time, at most `most`;
/// returns how many.
///
/// # Errors
/// When the database refuses.
pub async fn forget_alerts(tx: &mut Tx, before: Time, most: i64) -> Result<u64, Fault> {
    let sql = "DELETE FROM alert_history WHERE (space_id, id) IN (\
               SELECT space_id, id FROM alert_history WHERE over_at < $1 AND state = 'closed' \
               ORDER BY over_at LIMIT $2)";
    tx.run(sql, params![before, most]).await
}

/// Removes the counts of signals of hours before this time, at most `most`; returns how many.
///
/// # Errors
/// When the database refuses.
pub async fn forget_counts(tx: &mut Tx, before: Time, most: i64) -> Result<u64, Fault> {
    let sql = "DELETE FROM signal_count WHERE (space_id, source, hour) IN (\
               SELECT space_id, source, hour FROM signal_count WHERE hour < $1 LIMIT $2)";
    tx.run(sql, params![before, most]).await
}

/// When the oldest spell ended that is still kept.
///
/// # Errors
/// When the database refuses.
pub async fn oldest(conn: &mut Conn) -> Result<Option<Time>, Fault> {
    let sql = "SELECT over_at FROM alert_spell WHERE over_at < $1 ORDER BY over_at LIMIT 1";
    match conn.first(sql, params![FIRING]).await? {
        Some(row) => Ok(Some(row.get("over_at")?)),
        None => Ok(None),
    }
}
