//! The lines to people, in the database.

use std::collections::BTreeMap;

use kernel::{ItemRef, SpaceId};
use oncall::line::Line;
use spine::db::Rows;
use spine::{Fault, Tx, Value, params};
use sqlx::AssertSqlSafe;

/// A person, a way and an address, in a space.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LineKey {
    /// The space.
    pub space: SpaceId,
    /// The person.
    pub person: ItemRef,
    /// The channel.
    pub channel: String,
    /// The address in it.
    pub target: String,
}

/// The lines of these keys, also those that told nothing so far. Until the transaction ends nobody
/// else decides on them.
///
/// # Errors
/// When the database refuses or a line does not read back.
pub async fn seize(tx: &mut Tx, keys: &[&LineKey]) -> Result<BTreeMap<LineKey, Line>, Fault> {
    let new = written(&Line::default())?;
    let mut lines = BTreeMap::new();
    let mut keys = keys.to_vec();
    // Always in the same order, so that two who seize several wait for each other.
    keys.sort();
    keys.dedup();
    for piece in Rows::pieces(keys.iter().map(|key| row(key, new.clone())).collect()) {
        let sql = format!(
            "INSERT INTO contact_line (space_id, person, channel, target, data) VALUES {} \
             ON CONFLICT (space_id, person, channel, target) DO UPDATE \
             SET data = contact_line.data RETURNING space_id, person, channel, target, data",
            tx.tuples(&piece)
        );
        for row in tx.all(AssertSqlSafe(sql), piece.values).await? {
            let key = LineKey {
                space: row.get("space_id")?,
                person: row.parse("person")?,
                channel: row.get("channel")?,
                target: row.get("target")?,
            };
            lines.insert(key, row.json("data")?);
        }
    }
    Ok(lines)
}

/// Keeps what lines told.
///
/// # Errors
/// When the database refuses.
pub async fn put(tx: &mut Tx, lines: &[(&LineKey, &Line)]) -> Result<(), Fault> {
    let rows = lines.iter().map(|(key, line)| Ok(row(key, written(line)?)));
    let rows = rows.collect::<Result<Vec<_>, Fault>>()?;
    let into = "contact_line (space_id, person, channel, target, data)";
    let tail = "ON CONFLICT (space_id, person, channel, target) DO UPDATE SET data = excluded.data";
    tx.insert_rows(into, rows, tail).await?;
    Ok(())
}

fn row(key: &LineKey, data: String) -> Vec<Value> {
    let LineKey { space, person, channel, target } = key;
    params![space, person, channel, target, data]
}

fn written(line: &Line) -> Result<String, Fault> {
    serde_json::to_string(line).map_err(|error| Fault::corrupt("line", error))
}
