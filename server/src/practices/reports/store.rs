//! Counts over the history of alerts, made where it is kept, and firings of some items and alerts.

use std::collections::{BTreeMap, BTreeSet};

use alerts::Labels;
use kernel::{AlertId, ItemRef, SpaceId, Time};
use reports::{QUARTER_MICROS, Quarter};
use serde::Serialize;
use spine::{Conn, Fault};
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;

use crate::listing::Clauses;
use crate::practices::alerts::history::store::{self as history, Filter, Placed};

/// Firings that began between the times of the filter, by rule and quarter of an hour, the oldest
/// first, at most `most` rows.
///
/// # Errors
/// When the database refuses.
pub async fn quarters(
    conn: &mut Conn,
    space: &SpaceId,
    filter: &Filter,
    most: usize,
) -> Result<Vec<Quarter>, Fault> {
    let clauses = began(space, filter);
    let sql = format!(
        "SELECT source, name, began_at / {QUARTER_MICROS} AS quarter, COUNT(*) AS fired \
         FROM alert_spell WHERE {} GROUP BY source, name, began_at / {QUARTER_MICROS} \
         ORDER BY quarter, source, name LIMIT {most}",
        clauses.text()
    );
    let rows = conn.all(AssertSqlSafe(sql), clauses.values().to_vec()).await?;
    rows.iter()
        .map(|row| {
            let fired: i64 = row.get("fired")?;
            Ok(Quarter {
                source: row.get("source")?,
                name: row.get("name")?,
                quarter: row.get("quarter")?,
                fired: u32::try_from(fired).unwrap_or(u32::MAX),
            })
        })
        .collect()
}

/// An alert behind a count.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct BehindAlert {
    /// The alert.
    pub alert: AlertId,
    /// The name of its rule.
    pub name: String,
    /// The item it speaks of.
    pub item: Option<ItemRef>,
    /// What identifies it; nothing when it is not remembered any longer.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub labels: Labels,
    /// How often it fired.
    pub fired: i64,
}

/// The alerts that fired most between the times of the filter, at most `most`; of a rule, where the
/// filter names one.
///
/// # Errors
/// When the database refuses or an alert does not read back.
pub async fn behind(
    conn: &mut Conn,
    space: &SpaceId,
    filter: &Filter,
    most: usize,
) -> Result<Vec<BehindAlert>, Fault> {
    let mut clauses = began(space, filter);
    clauses.equal("name", filter.name.as_deref());
    let sql = format!(
        "SELECT alert_id, MAX(name) AS name, MAX(item) AS item, COUNT(*) AS fired \
         FROM alert_spell WHERE {} GROUP BY alert_id ORDER BY fired DESC, alert_id LIMIT {most}",
        clauses.text()
    );
    let mut found = Vec::new();
    for row in conn.all(AssertSqlSafe(sql), clauses.values().to_vec()).await? {
        let item: Option<String> = row.get("item")?;
        found.push(BehindAlert {
            alert: row.parse("alert_id")?,
            name: row.get("name")?,
            item: item.and_then(|item| item.parse().ok()),
            labels: Labels::default(),
            fired: row.get("fired")?,
        });
    }
    let ids: Vec<AlertId> = found.iter().map(|behind| behind.alert).collect();
    let known = history::by_id(conn, space, &ids).await?;
    for behind in &mut found {
        if let Some(alert) = known.get(&behind.alert) {
            behind.labels = alert.labels.clone();
        }
    }
    Ok(found)
}

/// Values that one statement names at most: both databases take more.
const NAMED_MAX: usize = 5_000;

/// The firings that began between the times of the filter, of some items and of some alerts, the
/// oldest first; nothing when there are more than `most`.
///
/// # Errors
/// When the database refuses or a spell does not read back.
pub async fn begun_about(
    conn: &mut Conn,
    space: &SpaceId,
    filter: &Filter,
    (items, alerts): (&BTreeSet<ItemRef>, &BTreeSet<AlertId>),
    most: usize,
) -> Result<Option<Vec<Placed>>, Fault> {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    let alerts: Vec<String> = alerts.iter().map(ToString::to_string).collect();
    let named = items.chunks(NAMED_MAX).map(|part| ("item", part));
    let named = named.chain(alerts.chunks(NAMED_MAX).map(|part| ("alert_id", part)));
    let mut found: BTreeMap<(Time, AlertId, i64), Placed> = BTreeMap::new();
    for (column, part) in named {
        let mut clauses = began(space, filter);
        clauses.any_of(column, part);
        let wanted = format!("FROM alert_spell WHERE {}", clauses.text());
        // Counted first: a flood is not read in vain.
        let sql = format!("SELECT COUNT(*) AS n {wanted}");
        let count = conn.number(AssertSqlSafe(sql), clauses.values().to_vec()).await?;
        if usize::try_from(count).is_ok_and(|count| count > most) {
            return Ok(None);
        }
        let sql = format!("SELECT alert_id, source, name, item, team, data {wanted}");
        for row in conn.all(AssertSqlSafe(sql), clauses.values().to_vec()).await? {
            let placed = history::placed(&row)?;
            found.insert((placed.spell.began_at, placed.alert, placed.spell.seq), placed);
        }
        if found.len() > most {
            return Ok(None);
        }
    }
    Ok(Some(found.into_values().collect()))
}

fn began(space: &SpaceId, filter: &Filter) -> Clauses {
    let mut clauses = Clauses::in_space(space);
    clauses.at_least("began_at", filter.from);
    clauses.below("began_at", filter.to);
    clauses.equal("team", filter.team.as_deref());
    clauses.equal("source", filter.source.as_deref());
    clauses.equal("item", filter.item.as_deref());
    clauses
}
