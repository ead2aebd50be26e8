//! The simple JSON intake.

use std::net::SocketAddr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::source::source;
use crate::app::App;
use crate::problem::{Answer, Problem};

/// The route of the intake.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(post))
}

/// Takes one event or a list of them. All are taken, or none. Repeating a request is harmless: an
/// event about an alert that fires already refreshes it.
#[utoipa::path(post, path = "/events", tag = "intake", request_body = Value,
    responses((status = 202, description = "They are on disk", body = Value),
        (status = 400, description = "Something in the body is wrong; nothing was taken",
            body = Problem)))]
async fn post(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<(StatusCode, Json<Value>)> {
    let source = source(&app, &headers, query.as_deref(), peer, "events").await?;
    let read = connectors::events::parse(&body, &source.name, app.world.now())
        .map_err(|malformed| Problem::invalid(malformed.to_string()).at(malformed.field.clone()))?;
    let signals = super::admit(read, &source.name)
        .map_err(|invalid| Problem::invalid(invalid.to_string()).at(invalid.field.clone()))?;
    let count = signals.len();
    if count > 0 {
        app.intake.take(source.space, signals).await?;
    }
    Ok((StatusCode::ACCEPTED, Json(json!({ "accepted": count }))))
}
