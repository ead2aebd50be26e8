//! Alertmanager's API v2, as far as a sender of alerts and amtool need it.

use std::collections::HashMap;
use std::net::SocketAddr;

use alerts::{Alert, Fingerprint};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use connectors::alertmanager::{self, AlertsBody, Query, ShownAlert, Status};
use kernel::{SilenceId, SpaceId};

use super::source::source;
use crate::app::App;
use crate::problem::Problem;

/// The one receiver that Operate is to clients of this API.
const RECEIVER: &str = "operate";

/// The routes, under the paths where clients expect them.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v2/alerts", get(list).post(post))
        .route("/api/v2/status", get(status))
        .route("/api/v2/receivers", get(receivers))
}

async fn post(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let source = match source(&app, &headers, query.as_deref(), peer, "prometheus").await {
        Ok(source) => source,
        Err(problem) => return refusal(&problem),
    };
    let read = match alertmanager::parse(&body) {
        Ok(read) => read,
        Err(malformed) => return wrong(&malformed.to_string()),
    };
    let (signals, invalid) = super::admit(read, &source.name);
    if !signals.is_empty()
        && let Err(not_taken) = app.intake.take(source.space, signals).await
    {
        return refusal(&Problem::from(not_taken));
    }
    // A sender does not repeat after a 4xx: the good alerts are taken, as Alertmanager does.
    match invalid {
        None => StatusCode::OK.into_response(),
        Some(invalid) => wrong(&format!("{invalid}; the other alerts were taken")),
    }
}

/// An error as this API writes it: a JSON text.
pub(super) fn wrong(message: &str) -> Response {
    json(StatusCode::BAD_REQUEST, alertmanager::error_body(message))
}

pub(super) fn refusal(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    let remedy = problem.remedy.as_deref().map(|remedy| format!("; {remedy}"));
    let text = format!("{}{}", problem.detail, remedy.unwrap_or_default());
    let mut response = json(status, alertmanager::error_body(&text));
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer realm=\"operate\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

pub(super) fn json(status: StatusCode, body: impl Into<axum::body::Body>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status, kind, body.into()).into_response()
}

async fn list(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let space = match reader(&app, &headers, query.as_deref(), peer).await {
        Ok(space) => space,
        Err(problem) => return refusal(&problem),
    };
    let query = match Query::parse(query.as_deref().unwrap_or_default()) {
        Ok(query) => query,
        Err(error) => return wrong(&error.to_string()),
    };
    let body = tokio::task::spawn_blocking(move || list_body(&app, &space, &query)).await;
    match body {
        Ok(body) => json(StatusCode::OK, body),
        Err(_) => json(StatusCode::INTERNAL_SERVER_ERROR, alertmanager::error_body("failed")),
    }
}

fn list_body(app: &App, space: &SpaceId, query: &Query) -> Vec<u8> {
    let mut body = AlertsBody::new(RECEIVER, 0);
    if !query.wants(RECEIVER) {
        return body.finish();
    }
    let fits =
        |record: &Alert| record.stage.firing() && query.matches(|name| record.labels.get(name));
    let silenced = silenced(app, space, &fits);
    app.alerts.read(space, |space| {
        let found = space.into_iter().flat_map(|space| space.iter()).map(|alert| &alert.record);
        for record in found.filter(|record| fits(record)) {
            let by = silenced.get(&record.fingerprint).map(Vec::as_slice).unwrap_or_default();
            if !query.shows(!by.is_empty()) {
                continue;
            }
            let shown = ShownAlert {
                fingerprint: record.fingerprint.bits(),
                starts_at: record.starts_at,
                ends_at: record.expires_at,
                updated_at: record.last_seen,
                generator_url: &record.generator_url,
            };
            body.push_silenced(&shown, by, record.labels.iter(), record.annotations.iter());
        }
    });
    body.finish()
}

/// The alerts that are held back now, and by what.
fn silenced(
    app: &App,
    space: &SpaceId,
    fits: &impl Fn(&Alert) -> bool,
) -> HashMap<Fingerprint, Vec<SilenceId>> {
    let now = app.world.now();
    app.silences.read(space, |silences| {
        let Some(silences) = silences.filter(|silences| !silences.is_empty()) else {
            return HashMap::new();
        };
        app.alerts.read(space, |space| {
            let found = space.into_iter().flat_map(|space| space.iter()).map(|alert| &alert.record);
            let found = found.filter(|record| fits(record)).filter_map(|record| {
                let by = silences.silenced_by(&record.labels, now);
                (!by.is_empty()).then_some((record.fingerprint, by))
            });
            found.collect()
        })
    })
}

/// Whoever may send may also read here, and so may whoever is signed in.
pub(super) async fn reader(
    app: &App,
    headers: &HeaderMap,
    query: Option<&str>,
    peer: SocketAddr,
) -> Result<kernel::SpaceId, Problem> {
    match source(app, headers, query, peer, "prometheus").await {
        Ok(source) => Ok(source.space),
        Err(problem) => match app.access.caller(&app.db, &app.world, headers).await {
            Ok(Some(caller)) => Ok(caller.space),
            _ => Err(problem),
        },
    }
}

async fn status(State(app): State<App>) -> Response {
    let config = "# Operate answers here; its routes are part of the estate.\n";
    let status = Status { started: app.started_at, version: env!("CARGO_PKG_VERSION"), config };
    json(StatusCode::OK, status.body())
}

async fn receivers() -> Response {
    json(StatusCode::OK, alertmanager::receivers_body(RECEIVER))
}
