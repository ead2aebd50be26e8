//! The simple JSON intake.

use std::net::SocketAddr;

use alerts::{Labels, Severity};
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use connectors::Malformed;
use kernel::{Actor, ItemRef, Time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::source::{Source, source};
use crate::app::App;
use crate::commands::{self, Asker, Call};
use crate::extract::{Json, RawBody};
use crate::problem::{Answer, Problem};

/// The route of the intake.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(post))
}

/// Something that a source reports. A `title` is needed, or for `resolved` the `key`.
#[derive(ToSchema)]
#[schema(as = Event)]
#[expect(dead_code, reason = "describes what connectors::events reads")]
struct EventBody {
    /// One line that says what is wrong.
    title: Option<String>,
    /// Whether it begins, is over, or is only news; `firing` if not said.
    status: Option<EventStatus>,
    /// What tells it from others; item and title, if not said.
    key: Option<String>,
    /// How grave it is; `warning` if not said.
    severity: Option<Severity>,
    /// The item that it is about.
    item: Option<ItemRef>,
    /// Who reports; the name of the key, if not said.
    source: Option<String>,
    /// Anything to add.
    description: Option<String>,
    /// What it can be found and matched by.
    labels: Option<Labels>,
    /// What explains it.
    details: Option<Labels>,
    /// The same as `details`.
    annotations: Option<Labels>,
    /// When it happened; now, if not said.
    occurred_at: Option<Time>,
    /// Where the source shows it.
    url: Option<String>,
}

/// What an event is about to say.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum EventStatus {
    /// It begins, or goes on.
    Firing,
    /// It is over.
    Resolved,
    /// It is news, and over as it happens.
    Info,
}

/// One event, or a list of at most a thousand.
#[derive(ToSchema)]
#[schema(as = Events)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what connectors::events reads")]
enum EventsBody {
    /// One.
    One(Box<EventBody>),
    /// Several.
    Many(Vec<EventBody>),
}

/// How many events were taken.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Accepted {
    /// So many.
    accepted: usize,
}

/// Takes one event or a list of them. All are taken, or none. An event about an alert that fires
/// already refreshes it; whoever may repeat a request late, when it could be over meanwhile, sends
/// an `Idempotency-Key`.
#[utoipa::path(post, path = "/events", tag = "intake", request_body = EventsBody,
    params(("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,200}$",
        description = "Makes a repeat harmless, for a day: nothing more is taken, and the answer \
                       is the first one.")),
    security((), ("integration_key" = [])),
    responses((status = 202, description = "They are on disk", body = Accepted),
        (status = 422, description = "An event is wrong, or the key was used for other events; \
                                      nothing was taken", body = Problem)))]
async fn post(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Answer<(StatusCode, Json<Accepted>)> {
    let source = source(&app, &headers, query.as_deref(), peer, "events").await?;
    let Some(key) = Call::of(&headers)?.key else {
        let accepted = take(&app, source, &body).await?;
        return Ok((StatusCode::ACCEPTED, Json(accepted)));
    };
    let actor = Actor::Integration(source.name.to_string());
    let asker = Asker { space: source.space.clone(), actor };
    let request = json!({ "events": String::from_utf8_lossy(&body) });
    let earlier = commands::answered(&app, &asker, &key, &request).await?;
    if let Some(accepted) = earlier.and_then(|answer| serde_json::from_value(answer).ok()) {
        return Ok((StatusCode::ACCEPTED, Json(accepted)));
    }
    let accepted = take(&app, source, &body).await?;
    let answer = json!(accepted);
    commands::keep_answer(&app, &asker, (&key, &request), answer).await?;
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

async fn take(app: &App, source: Source, body: &[u8]) -> Answer<Accepted> {
    if body.trim_ascii() == b"null" {
        return Err(Problem::invalid("the body is `null`; send an event or a list of them"));
    }
    let read = connectors::events::parse(body, &source.name, app.world.now()).map_err(wrong)?;
    let (signals, invalid) = super::admit(read, &source.name);
    if let Some(invalid) = invalid {
        return Err(Problem::refused(invalid.to_string()).at(invalid.field.clone()));
    }
    let count = signals.len();
    if count > 0 {
        app.intake.take(source.space, signals).await?;
    }
    Ok(Accepted { accepted: count })
}

/// A body that is no list of events cannot be read; an event in it that is wrong is refused.
fn wrong(malformed: Malformed) -> Problem {
    let told = malformed.to_string();
    let problem =
        if malformed.index.is_some() { Problem::refused(told) } else { Problem::invalid(told) };
    if malformed.field.is_empty() { problem } else { problem.at(malformed.field) }
}
