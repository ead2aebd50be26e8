//! Work that is done again and again. What fails is logged, counted and tried again; `/metrics`
//! says when each kind of work was last done as a whole.

use std::future::Future;
use std::time::Duration;

use kernel::Time;

use crate::app::App;
use crate::problem::Problem;

/// The first pause after a failure; each one more doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Until the pause is so many times as long.
const DOUBLED_MAX: u32 = 6;

/// When work is done again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Again {
    /// After so long.
    After(Duration),
    /// After so long, or as soon as this process committed something.
    AfterOrCommit(Duration),
}

/// Does a round of work again and again, until the process stops.
pub async fn run<F>(
    app: App,
    name: &'static str,
    again: Again,
    round: impl Fn(App) -> F + Send + Sync,
) where
    F: Future<Output = Result<(), Problem>> + Send,
{
    let mut grown = app.db.grown();
    let mut failures = 0_u32;
    while !app.stop.is_cancelled() {
        grown.mark_unchanged();
        let began = app.world.now();
        match round(app.clone()).await {
            Ok(()) => {
                failures = 0;
                done(name, app.world.now());
            }
            Err(problem) => {
                failures += 1;
                failed(name, &problem.detail);
            }
        }
        let (pause, wakes) = match again {
            _ if failures > 0 => (FIRST_PAUSE * (1 << (failures - 1).min(DOUBLED_MAX)), false),
            Again::After(pause) => (pause, false),
            Again::AfterOrCommit(pause) => (pause, true),
        };
        tokio::select! {
            () = app.stop.cancelled() => {}
            _ = grown.changed(), if wakes => {}
            () = app.world.clock.wait(rest(pause, app.world.now().since(began))) => {}
        }
    }
}

/// How long to rest after work that took so long, so that it keeps its rhythm; others get a tenth
/// of the time whatever it takes.
pub fn rest(rhythm: Duration, took: Duration) -> Duration {
    rhythm.saturating_sub(took).max(rhythm / 10)
}

/// Notes that work was done as a whole.
pub fn done(name: &'static str, now: Time) {
    metrics::gauge!("operate_round_last_success_timestamp_seconds", "round" => name)
        .set(now.micros() as f64 / 1e6);
}

/// Notes that work failed, and why.
pub fn failed(name: &'static str, why: &str) {
    tracing::error!(round = name, why, "work in the background failed and is tried again");
    metrics::counter!("operate_round_failures_total", "round" => name).increment(1);
}
