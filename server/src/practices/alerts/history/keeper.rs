//! Forgets history that is older than the settings say, in small batches beside everything else.

use std::time::Duration;

use kernel::Time;
use spine::{Db, Fault};

use super::store;
use crate::app::App;
use crate::rounds::rest;

/// Rows that one transaction removes.
const BATCH: i64 = 500;
/// How often it looks.
const EVERY: Duration = Duration::from_secs(300);
/// How long it leaves the database to others between two batches.
const BREATH: Duration = Duration::from_millis(200);

/// Forgets until the process stops; survives every fault.
pub async fn run(app: App) {
    let keep = Duration::from_secs(u64::from(app.config.history.retention_days) * 86_400);
    loop {
        let began = app.world.now();
        let before = began - keep;
        let pause = match forget(&app.db, before, BATCH).await {
            Ok(0) => EVERY,
            Ok(_) => BREATH,
            Err(fault) => {
                tracing::error!(error = %fault.chain(), "old history of alerts was not removed");
                EVERY
            }
        };
        if let Err(fault) = show(&app.db, before).await {
            tracing::warn!(error = %fault.chain(), "nobody knows how much history is overdue");
        }
        tokio::select! {
            () = app.stop.cancelled() => break,
            () = app.world.clock.wait(rest(pause, app.world.now().since(began))) => {}
        }
    }
}

/// Removes one batch of what was over before this time; returns how many rows that were.
///
/// # Errors
/// When the database refuses.
pub async fn forget(db: &Db, before: Time, most: i64) -> Result<u64, Fault> {
    db.write(move |tx| {
        Box::pin(async move {
            let spells = store::forget_spells(tx, before, most).await?;
            // An alert is forgotten after its spells: what is listed can be opened.
            let alerts =
                if spells == 0 { store::forget_alerts(tx, before, most).await? } else { 0 };
            Ok(spells + alerts + store::forget_counts(tx, before, most).await?)
        })
    })
    .await
}

/// Shows by how long the oldest history is overdue for removal.
async fn show(db: &Db, before: Time) -> Result<(), Fault> {
    let oldest = store::oldest(&mut db.reader().await?).await?;
    let overdue =
        oldest.map_or(
            0.0,
            |oldest| {
                if oldest < before { before.since(oldest).as_secs_f64() } else { 0.0 }
            },
        );
    metrics::gauge!("operate_alert_history_overdue_seconds").set(overdue);
    Ok(())
}
