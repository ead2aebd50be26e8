//! How Operate is watched itself: alive, ready, and its numbers.

mod meaning;
mod process;

use std::sync::OnceLock;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde_json::json;

use crate::access;
use crate::app::App;
use crate::practices::alerts::history::writer as history;

/// The numbers of this process.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// The recorder of this process; several servers in one process (tests) share it.
    pub fn of_process() -> Metrics {
        static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
        Metrics(HANDLE.get_or_init(install).clone())
    }

    /// Forgets old samples of histograms; call it now and then.
    pub fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

fn install() -> PrometheusHandle {
    const SECONDS: &[f64] =
        &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];
    let builder = PrometheusBuilder::new();
    let builder = builder
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
        .unwrap_or_else(|_| PrometheusBuilder::new());
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    // Someone else's recorder stays; ours then shows nothing, which harms nobody.
    let _ = metrics::set_global_recorder(recorder);
    for (name, kind, help) in meaning::METRICS {
        kind.describe(name, help);
    }
    handle
}

/// Counts how long requests take until the answer begins, by route.
pub async fn timed(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    // What has no route is the web app: any path of it.
    let route = path.map_or_else(|| "web".to_owned(), |path| path.as_str().to_owned());
    let (method, began) = (known(request.method()), app.world.now());
    let response = next.run(request).await;
    let took = app.world.now().since(began);
    let status = response.status().as_str().to_owned();
    metrics::histogram!("operate_http_request_seconds",
        "method" => method, "route" => route, "status" => status)
    .record(took.as_secs_f64());
    response
}

/// A method as it is counted: whoever asks can make up any number of others.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// The routes that watch the process.
pub fn routes(app: &App) -> Router<App> {
    Router::new().merge(numbers(app)).route("/healthz", get(healthz)).route("/readyz", get(readyz))
}

/// The numbers alone, for where Alertmanager has them below its prefix.
pub fn numbers(app: &App) -> Router<App> {
    let guarded = from_fn_with_state(app.clone(), access::guarded);
    Router::new().route("/metrics", get(show).layer(guarded))
}

/// Alive: the process answers, and a start would not make it better.
async fn healthz(State(app): State<App>) -> Response {
    match app.db.failed() {
        None => "ok\n".into_response(),
        Some(_) => {
            let said = "the disk failed: start Operate anew once it is well\n";
            (StatusCode::SERVICE_UNAVAILABLE, said).into_response()
        }
    }
}

/// Ready: the database answers, and nothing that matters lags behind. Says what is not.
async fn readyz(State(app): State<App>) -> Response {
    let mut wrong: Vec<String> = Vec::new();
    if app.stop.is_cancelled() {
        wrong.push("stopping".to_owned());
    }
    if let Some(fault) = app.db.failed() {
        wrong.push(format!("disk: {}; start Operate anew once it is well", fault.chain()));
    }
    match app.db.reader().await {
        Ok(mut conn) => {
            if let Err(fault) = conn.number("SELECT CAST(1 AS BIGINT) AS n", vec![]).await {
                wrong.push(format!("database: {fault}"));
            }
            match spine::follow::lags(&mut conn, app.world.now()).await {
                Ok(lags) => wrong.extend(
                    lags.into_iter()
                        // History may be late: nothing that calls people waits for it.
                        .filter(|lag| lag.seconds > 30.0 && lag.follower != history::NAME)
                        .map(|lag| format!("{} is {:.0} s behind", lag.follower, lag.seconds)),
                ),
                Err(fault) => wrong.push(format!("followers: {fault}")),
            }
        }
        Err(fault) => wrong.push(format!("database: {fault}")),
    }
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": wrong.is_empty(), "not_ready": wrong }))).into_response()
}

async fn show(State(app): State<App>) -> Response {
    let firing: usize = app
        .alerts
        .names()
        .iter()
        .map(|space| crate::practices::alerts::routes::counts(&app, space).0)
        .sum();
    metrics::gauge!("operate_alerts_firing").set(firing as f64);
    let spaces = app.alerts.names();
    let count = |space| crate::practices::alerts::routes::unclassified(&app, space);
    let unclassified: usize = spaces.iter().map(count).sum();
    metrics::gauge!("operate_alerts_unclassified").set(unclassified as f64);
    let uptime = app.world.now().since(app.started_at).as_secs_f64();
    metrics::gauge!("operate_uptime_seconds").set(uptime);
    if let Ok(mut conn) = app.db.reader().await {
        for (metric, sql) in COUNTS {
            if let Ok(count) = conn.number(*sql, vec![]).await {
                metrics::gauge!(*metric).set(count as f64);
            }
        }
    }
    process::measure();
    crate::intake::measures::measure(&app).await;
    metrics::gauge!("operate_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.0.render()).into_response()
}

/// Gauges that are counted when asked.
const COUNTS: &[(&str, &str)] = &[
    ("operate_incidents_open", "SELECT COUNT(*) AS n FROM incident WHERE phase <> 'done'"),
    (
        "operate_incidents_potential",
        "SELECT COUNT(*) AS n FROM incident WHERE phase <> 'done' AND potential = 1",
    ),
    ("operate_pages_ringing", "SELECT COUNT(*) AS n FROM page WHERE stage = 'ringing'"),
    ("operate_outbox_waiting", "SELECT COUNT(*) AS n FROM outbox WHERE state = 'waiting'"),
    ("operate_outbox_dead", "SELECT COUNT(*) AS n FROM outbox WHERE state = 'dead'"),
    ("operate_journal_parked", "SELECT COUNT(*) AS n FROM parked"),
];
