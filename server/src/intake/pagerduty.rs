//! PagerDuty's Events API v2, for what sends to PagerDuty: the key in the body (or in the header
//! `X-Routing-Key`) is an integration key, or another product's key that one goes by.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use connectors::pagerduty::{self, Action, BODY_BYTES_MAX, Change, Event, Faults};
use kernel::{Actor, Fact};
use serde_json::{Value, json};
use spine::Fault;
use spine::journal::{self, Stamp};

use super::source::{Source, by_key};
use super::{admit, orders};
use crate::app::App;
use crate::extract::RawBody;
use crate::problem::Problem;

/// The routes, under the paths where clients expect them.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/v2/enqueue", post(enqueue))
        .route("/v2/change/enqueue", post(enqueue_change))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Why an event was not taken.
enum Refused {
    /// The event is wrong.
    Faults(Faults),
    /// Anything else.
    Problem(Problem),
}

impl From<Faults> for Refused {
    fn from(faults: Faults) -> Refused {
        Refused::Faults(faults)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Refused {
        Refused::Problem(problem)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let problem = match self {
            Refused::Faults(faults) => {
                return (StatusCode::BAD_REQUEST, Json(pagerduty::invalid(&faults)))
                    .into_response();
            }
            Refused::Problem(problem) => problem,
        };
        let code = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
        let remedy = problem.remedy.map(|remedy| format!("; {remedy}")).unwrap_or_default();
        let status = match code {
            StatusCode::TOO_MANY_REQUESTS => "throttle exceeded",
            StatusCode::BAD_REQUEST => "invalid event",
            _ => &problem.kind,
        };
        let body = pagerduty::failed(status, &format!("{}{remedy}", problem.detail));
        let mut response = (code, Json(body)).into_response();
        if matches!(code, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

type Answered = Result<(StatusCode, Json<Value>), Refused>;

/// Who sends: before anything but the key is read of the body.
async fn sender(
    app: &App,
    peer: SocketAddr,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Source, Refused> {
    let header = headers.get("x-routing-key").and_then(|key| key.to_str().ok());
    let key = match header {
        Some(key) => Some(key.to_owned()),
        None => pagerduty::routing_key(body)?,
    };
    by_key(app, key.as_deref(), peer, "pagerduty").await.map_err(|problem| {
        if problem.status != StatusCode::UNAUTHORIZED.as_u16() {
            return Refused::Problem(problem);
        }
        // PagerDuty says 400 here, which tells its clients not to try again.
        Refused::Problem(Problem::invalid("'routing_key' is no integration key of Operate").remedy(
            "make a key under Settings → Integrations, with the routing key that senders \
                 have already as its alias",
        ))
    })
}

async fn enqueue(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<RawBody, Problem>,
) -> Answered {
    let RawBody(body) = body?;
    let source = sender(&app, peer, &headers, &body).await?;
    let mut event = Event::parse(&body)?;
    if event.dedup_key.is_empty() {
        event.dedup_key = format!("{:032x}", app.world.seed());
    }
    let message = match event.action {
        Action::Acknowledge => acknowledge(&app, &source, &event).await?,
        Action::Trigger | Action::Resolve => take(&app, &source, &event).await?,
    };
    let answer = pagerduty::taken(message, &event.dedup_key);
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

const PROCESSED: &str = "Event processed";
const NOTHING: &str = "Event processed; no alert of this dedup_key is open";

async fn take(app: &App, source: &Source, event: &Event) -> Result<&'static str, Refused> {
    let read = event.signal(app.world.now());
    let (mut signals, invalid) = admit(vec![read], &source.name);
    if let Some(invalid) = invalid {
        let told = format!("{}: {}", invalid.field, invalid.problem);
        return Err(Problem::invalid(told).into());
    }
    let mut known = false;
    for signal in &mut signals {
        let before = orders::warm(app, source, signal.fingerprint());
        known = before.as_ref().is_some_and(|alert| alert.record.stage.firing());
        let before = before.map(|alert| alert.record);
        signal.starts_at = orders::begins(before.as_ref(), signal.starts_at);
    }
    app.intake.take(source.space.clone(), signals).await.map_err(Problem::from)?;
    Ok(if known || event.action == Action::Trigger { PROCESSED } else { NOTHING })
}

async fn acknowledge(app: &App, source: &Source, event: &Event) -> Result<&'static str, Refused> {
    let (signals, _) = admit(vec![event.signal(app.world.now())], &source.name);
    let alert = signals.first().and_then(|signal| orders::warm(app, source, signal.fingerprint()));
    let Some(alert) = alert else { return Ok(NOTHING) };
    let done = orders::ask(app, source, &alert.record, alerts::Command::Acknowledge {}).await?;
    Ok(if done.is_some() { PROCESSED } else { NOTHING })
}

/// A change is written into the journal: under the item that it is about, whose page shows it,
/// else under the integration.
async fn enqueue_change(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<RawBody, Problem>,
) -> Answered {
    let RawBody(body) = body?;
    let source = sender(&app, peer, &headers, &body).await?;
    let change = Change::parse(&body)?;
    let (signals, _) = admit(vec![change.signal()], &source.name);
    let estate = app.estate.snapshot(&source.space);
    let found = signals.first().and_then(|signal| estate.find(signal));
    let (space, at) = (source.space.clone(), app.world.now());
    let fact = Fact {
        subject: match &found {
            Some(found) => format!("item:{}", found.item),
            None => format!("integration:{}", source.name),
        },
        kind: "change.reported".to_owned(),
        data: change.record(at).into(),
    };
    let actor = Actor::Integration(source.name.to_string());
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let stamp = Stamp { space: &space, at, actor: &actor, cause: None };
                journal::append(tx, &stamp, &[fact]).await
            })
        })
        .await
        .map_err(Problem::from)?;
    let answer = json!({ "status": "success", "message": "Change event processed" });
    Ok((StatusCode::ACCEPTED, Json(answer)))
}
