//! Alertmanager's API v2: what senders of alerts and administrators ask. What is read stands in
//! `shown`, silences in `silences`.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post as post_or_put};
use connectors::alertmanager;

use super::source::source;
use super::{measures, shown};
use crate::app::App;
use crate::problem::Problem;

/// The routes, under the paths where clients expect them.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v2/alerts", get(shown::list).post(post))
        .route("/api/v2/alerts/groups", get(shown::groups))
        .route("/api/v2/status", get(shown::status))
        .route("/api/v2/receivers", get(shown::receivers))
        .route("/-/healthy", get(|| async { "OK" }))
        .route("/-/ready", get(|| async { "OK" }))
        .route("/-/reload", post_or_put(reload).put(reload))
}

/// Reads the routing configuration again, for whoever may send alerts, as Alertmanager does.
async fn reload(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    if let Err(problem) = source(&app, &headers, None, peer, "prometheus").await {
        return refusal(&problem);
    }
    match app.routing.reload(app.world.now()) {
        Ok(()) => StatusCode::OK.into_response(),
        Err(wrong) => {
            tracing::error!(error = %wrong, "the routing configuration was not reloaded");
            let text = format!("failed to reload config: {wrong}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
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
        Err(malformed) => {
            measures::invalid(1);
            return wrong(&malformed.to_string());
        }
    };
    let sent = read.len();
    let (signals, invalid) = super::admit(read, &source.name);
    measures::invalid((sent - signals.len()) as u64);
    measures::received(&signals, app.world.now());
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
