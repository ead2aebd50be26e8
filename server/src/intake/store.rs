//! Mappings and examples in the database.

use alerts::MappingRule;
use kernel::{ExampleId, Fact, SpaceId, Time};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spine::journal::{self, Stamp};
use spine::{Conn, Denied, Fault, Tx, params};
use utoipa::ToSchema;

/// Examples that are kept of each integration.
pub const EXAMPLES: i64 = 20;

/// An event as it came, for whoever writes the mapping.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Example {
    /// Its id (`exm_…`).
    pub id: ExampleId,
    /// When it came.
    pub at: Time,
    /// What it came to, in words.
    pub outcome: String,
    /// Headers that say what it is; none that are secret.
    #[schema(value_type = Object)]
    pub headers: Value,
    /// The attributes of a CloudEvent; empty otherwise.
    #[schema(value_type = Object)]
    pub event: Value,
    /// What came; a text that says how long it was when it was too long to be kept.
    #[schema(value_type = Object)]
    pub body: Value,
}

/// The rules of an integration, and their version; `None` when none were written.
///
/// # Errors
/// When the database refuses or the rules do not read back.
pub async fn mapping(
    conn: &mut Conn,
    space: &SpaceId,
    integration: &str,
) -> Result<Option<(Vec<MappingRule>, i64)>, Fault> {
    let sql = "SELECT version, data FROM intake_mapping WHERE space_id = $1 AND integration = $2";
    match conn.first(sql, params![space, integration]).await? {
        Some(row) => Ok(Some((row.json("data")?, row.get("version")?))),
        None => Ok(None),
    }
}

/// Replaces the rules of an integration; returns their new version.
///
/// # Errors
/// When they are not at the version that the asker saw, or the database refuses.
pub async fn put_mapping(
    tx: &mut Tx,
    stamp: &Stamp<'_>,
    integration: &str,
    rules: &[MappingRule],
    expected: Option<i64>,
) -> Result<i64, Denied> {
    let before = mapping(tx, stamp.space, integration).await?;
    let version = before.as_ref().map_or(0, |(_, version)| *version);
    if let Some(expected) = expected.filter(|expected| *expected != version) {
        return Err(Denied::Stale { expected, actual: version });
    }
    let after = serde_json::json!(rules);
    tx.run(
        "INSERT INTO intake_mapping (space_id, integration, version, data) \
         VALUES ($1, $2, 1, $3) ON CONFLICT (space_id, integration) DO UPDATE \
         SET data = excluded.data, version = intake_mapping.version + 1",
        params![stamp.space, integration, after.to_string()],
    )
    .await?;
    let before = before.map(|(rules, _)| rules).unwrap_or_default();
    let fact = Fact {
        subject: format!("integration:{integration}"),
        kind: "mapping.edited".to_owned(),
        data: serde_json::json!({ "before": before, "after": after }).into(),
    };
    journal::append(tx, stamp, &[fact]).await?;
    Ok(version + 1)
}

/// Keeps examples, and forgets the oldest of their integration.
///
/// # Errors
/// When the database refuses.
pub async fn keep(
    tx: &mut Tx,
    space: &SpaceId,
    integration: &str,
    examples: &[Example],
) -> Result<(), Fault> {
    for example in examples {
        let data =
            serde_json::to_string(example).map_err(|error| Fault::corrupt("example", error))?;
        tx.run(
            "INSERT INTO intake_example (space_id, id, integration, at, data) \
             VALUES ($1, $2, $3, $4, $5)",
            params![space, example.id, integration, example.at, data],
        )
        .await?;
    }
    tx.run(
        "DELETE FROM intake_example WHERE space_id = $1 AND integration = $2 AND id NOT IN \
         (SELECT id FROM intake_example WHERE space_id = $1 AND integration = $2 \
          ORDER BY at DESC, id DESC LIMIT $3)",
        params![space, integration, EXAMPLES],
    )
    .await?;
    Ok(())
}

/// The examples of an integration, the newest first.
///
/// # Errors
/// When the database refuses or an example does not read back.
pub async fn examples(
    conn: &mut Conn,
    space: &SpaceId,
    integration: &str,
) -> Result<Vec<Example>, Fault> {
    let sql = "SELECT data FROM intake_example WHERE space_id = $1 AND integration = $2 \
               ORDER BY at DESC, id DESC";
    let rows = conn.all(sql, params![space, integration]).await?;
    rows.iter().map(|row| row.json("data")).collect()
}
