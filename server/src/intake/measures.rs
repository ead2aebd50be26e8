//! The numbers by which Alertmanager is watched, under its names, so that dashboards and alerts
//! about it go on. What is counted when it happens is counted there.

use std::time::Duration;

use ::silences::Silence;
use alerts::Signal;
use connectors::alertmanager::COMPATIBLE_VERSION;
use kernel::{SpaceId, Time};
use metrics::{counter, gauge};
use spine::Fault;

use super::{shown, silences};
use crate::app::App;
use crate::practices::notifications::carry::REASONS;
use crate::practices::silences::store;

/// Measures what is as it is now; nothing without a routing configuration.
pub async fn measure(app: &App) {
    let Some(routing) = app.routing.current() else { return };
    let integrations = routing.config.receivers.iter().flat_map(|one| &one.integrations);
    for integration in integrations.map(|one| one.config.name()) {
        // What has not happened yet is shown as none.
        counter!("alertmanager_notifications_total", "integration" => integration).increment(0);
        for reason in REASONS {
            counter!("alertmanager_notifications_failed_total",
                "integration" => integration, "reason" => reason)
            .increment(0);
        }
    }
    received(&[], Time::EPOCH);
    invalid(0);
    let revision = concat!("operate ", env!("CARGO_PKG_VERSION"));
    gauge!("alertmanager_build_info", "branch" => "operate", "goversion" => "",
        "revision" => revision, "version" => COMPATIBLE_VERSION)
    .set(1.0);
    let looking = app.clone();
    let look = move || shown::counted(&looking, &SpaceId::main());
    if let Ok((active, suppressed)) = tokio::task::spawn_blocking(look).await {
        gauge!("alertmanager_alerts", "state" => "active").set(active as f64);
        gauge!("alertmanager_alerts", "state" => "suppressed").set(suppressed as f64);
        gauge!("alertmanager_alerts", "state" => "unprocessed").set(0.0);
    }
    if let Err(fault) = measure_silences(app).await {
        tracing::warn!(error = %fault.chain(), "silences were not counted");
    }
}

async fn measure_silences(app: &App) -> Result<(), Fault> {
    let now = app.world.now();
    let retention = Duration::from_secs(app.config.routing.retention_seconds);
    let mut conn = app.db.reader().await?;
    let found = store::recent(&mut conn, &SpaceId::main(), now - retention).await?;
    for (state, name) in silences::STATES {
        let fits = |silence: &Silence| silences::state(silence, now) == state;
        let count = found.iter().filter(|silence| fits(&silence.record)).count();
        gauge!("alertmanager_silences", "state" => name).set(count as f64);
    }
    Ok(())
}

/// Counts alerts that came in.
pub(super) fn received(signals: &[Signal], now: Time) {
    let resolved = signals.iter().filter(|one| one.ends_at.is_some_and(|end| end <= now)).count();
    for (status, count) in [("firing", signals.len() - resolved), ("resolved", resolved)] {
        counter!("alertmanager_alerts_received_total", "status" => status, "version" => "v2")
            .increment(count as u64);
    }
}

/// Counts alerts that could not be taken.
pub(super) fn invalid(count: u64) {
    counter!("alertmanager_alerts_invalid_total", "version" => "v2").increment(count);
}
