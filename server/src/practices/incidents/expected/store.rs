//! Expected alerts in the database.

use incidents::expected::{Expected, Stage};
use kernel::{AlertId, ItemRef, SpaceId};
use spine::clockwork::Clocked;
use spine::engine::Table;
use spine::{Conn, Fault, Row, params};

use crate::practices::incidents::store::word;

/// As many as one list shows.
const SHOWN_MAX: i64 = 1_000;

/// Where expected alerts are kept.
pub static EXPECTED: Table<Expected> = Table {
    name: "expected_alert",
    columns: &["alert_id", "window_item", "stage", "since"],
    values: |expected| {
        let expect = &expected.expect;
        params![expect.alert, &expect.window, word(expected.stage), expected.since]
    },
    tags: |_| Vec::new(),
};

/// Expected alerts, for the clockwork.
pub struct ExpectedAlerts;

impl Clocked for ExpectedAlerts {
    type Record = Expected;
    const TABLE: &'static Table<Expected> = &EXPECTED;
}

/// What is expected of an alert, the newest first; what is over included.
///
/// # Errors
/// When the database refuses or a record does not read back.
pub async fn of_alert(
    conn: &mut Conn,
    space: &SpaceId,
    alert: AlertId,
) -> Result<Vec<Expected>, Fault> {
    let sql = "SELECT data FROM expected_alert WHERE space_id = $1 AND alert_id = $2 \
               ORDER BY since DESC, id DESC LIMIT 100";
    read(&conn.all(sql, params![space, alert]).await?)
}

/// What is expected by a window and not over.
///
/// # Errors
/// When the database refuses or a record does not read back.
pub async fn by_window(
    conn: &mut Conn,
    space: &SpaceId,
    window: &ItemRef,
) -> Result<Vec<Expected>, Fault> {
    let sql = "SELECT data FROM expected_alert WHERE space_id = $1 AND stage = $2 \
               AND window_item = $3 ORDER BY since, id";
    read(&conn.all(sql, params![space, word(Stage::Expected), window]).await?)
}

/// Everything that is expected and not over, the oldest first.
///
/// # Errors
/// When the database refuses or a record does not read back.
pub async fn open(conn: &mut Conn, space: &SpaceId) -> Result<Vec<Expected>, Fault> {
    let sql = "SELECT data FROM expected_alert WHERE space_id = $1 AND stage = $2 \
               ORDER BY since, id LIMIT $3";
    read(&conn.all(sql, params![space, word(Stage::Expected), SHOWN_MAX]).await?)
}

fn read(rows: &[Row]) -> Result<Vec<Expected>, Fault> {
    rows.iter().map(|row| row.json("data")).collect()
}
