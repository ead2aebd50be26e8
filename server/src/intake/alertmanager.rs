//! Alertmanager's API v2, as far as a sender of alerts and amtool need it.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use connectors::alertmanager::{self, AlertsBody, NO_SILENCES, Query, ShownAlert, Status};

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
        .route("/api/v2/silences", get(silences))
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
fn wrong(message: &str) -> Response {
    json(StatusCode::BAD_REQUEST, alertmanager::error_body(message))
}

fn refusal(problem: &Problem) -> Response {
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

fn json(status: StatusCode, body: impl Into<axum::body::Body>) -> Response {
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
    let alerts = app.alerts.clone();
    let body = tokio::task::spawn_blocking(move || {
        alerts.read(&space, |space| {
            let fits = space.into_iter().flat_map(|space| space.iter()).filter(|alert| {
                let record = &alert.record;
                record.stage.firing() && query.matches(|name| record.labels.get(name))
            });
            let mut body = AlertsBody::new(RECEIVER, 0);
            if !query.wants(RECEIVER) {
                return body.finish();
            }
            for alert in fits {
                let record = &alert.record;
                let shown = ShownAlert {
                    fingerprint: record.fingerprint.bits(),
                    starts_at: record.starts_at,
                    ends_at: record.expires_at,
                    updated_at: record.last_seen,
                    generator_url: &record.generator_url,
                };
                body.push(&shown, record.labels.iter(), record.annotations.iter());
            }
            body.finish()
        })
    })
    .await;
    match body {
        Ok(body) => json(StatusCode::OK, body),
        Err(_) => json(StatusCode::INTERNAL_SERVER_ERROR, alertmanager::error_body("failed")),
    }
}

/// Whoever may send may also read here, and so may whoever is signed in.
async fn reader(
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

async fn silences() -> Response {
    json(StatusCode::OK, NO_SILENCES)
}
