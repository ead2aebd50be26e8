//! What fired, as a changed routing is tried on it.

use alerts::Labels;
use kernel::{AlertId, SpaceId, Time};
use serde::Deserialize;
use spine::{Conn, Fault, params};

/// A firing that touches a span of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Fired {
    /// The alert.
    pub alert: AlertId,
    /// Its labels.
    pub labels: Labels,
    /// When it was received.
    pub began_at: Time,
    /// When it was over; `None` when it still fires.
    pub ended_at: Option<Time>,
}

#[derive(Deserialize)]
struct Remembered {
    labels: Labels,
}

/// The firings that touch a span, the newest first: at most so many.
///
/// # Errors
/// When the database refuses or one does not read back.
pub async fn fired(
    conn: &mut Conn,
    space: &SpaceId,
    (from, until): (Time, Time),
    most: i64,
) -> Result<Vec<Fired>, Fault> {
    let sql = "SELECT s.alert_id, s.began_at, s.over_at, h.data FROM alert_spell s \
               JOIN alert_history h ON h.space_id = s.space_id AND h.id = s.alert_id \
               WHERE s.space_id = $1 AND s.over_at >= $2 AND s.began_at <= $3 \
               ORDER BY s.began_at DESC LIMIT $4";
    let rows = conn.all(sql, params![space, from, until, most]).await?;
    let read = |row: &spine::Row| {
        let id: String = row.get("alert_id")?;
        let over: i64 = row.get("over_at")?;
        let remembered: Remembered = row.json("data")?;
        Ok(Fired {
            alert: id.parse().map_err(|error| Fault::corrupt("alert spell", error))?,
            labels: remembered.labels,
            began_at: row.get("began_at")?,
            ended_at: (over != i64::MAX).then(|| Time::from_micros(over)),
        })
    };
    rows.iter().map(read).collect()
}
