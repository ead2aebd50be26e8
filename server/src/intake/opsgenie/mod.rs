//! Opsgenie's Alert API v2, for what sends to Opsgenie: `Authorization: GenieKey KEY`, where the
//! key is an integration key, or another product's key that one goes by.
//!
//! **Invariant:** a key sees and changes the alerts that it sent, and no others. Whatever is
//! answered 202 has been done and is on disk; the request id says what became of it.

mod edit;
mod heartbeats;
mod read;
mod snooze;

use std::net::SocketAddr;

use alerts::{Alert, Fingerprint, Labels, Signal};
use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use connectors::opsgenie::{self, Action, Create, Faults, Outcome, RequestId};
use kernel::Time;
use serde_json::Value;
use spine::engine;

use super::source::{Source, by_key, source};
use super::{admit, orders};
use crate::app::App;
use crate::extract::RawBody;
use crate::practices::alerts::store::{self, ALERTS};
use crate::problem::Problem;

/// The routes, under the paths where clients expect them.
pub fn routes() -> Router<App> {
    let edits = post(edit::change).put(edit::change).delete(edit::change);
    Router::new()
        .route("/v2/alerts", get(read::list).post(create))
        .route("/v2/alerts/count", get(read::count))
        .route("/v2/alerts/requests/{request}", get(read::request))
        .route("/v2/alerts/{alert}", get(read::one).delete(edit::delete))
        .route("/v2/alerts/{alert}/{what}", get(read::about).merge(edits))
        .merge(heartbeats::routes())
}

/// Why a request was not done.
enum Refused {
    /// Fields are wrong.
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

impl From<spine::Fault> for Refused {
    fn from(fault: spine::Fault) -> Refused {
        Refused::Problem(fault.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let request = format!("{:032x}", spine::World::system().seed());
        match self {
            Refused::Faults(faults) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Json(faults.body(&request))).into_response()
            }
            Refused::Problem(problem) => {
                let code = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
                let remedy = problem.remedy.map(|remedy| format!("; {remedy}"));
                let message = format!("{}{}", problem.detail, remedy.unwrap_or_default());
                (code, Json(opsgenie::failed(&message, &request))).into_response()
            }
        }
    }
}

/// Who asks, found out before anything else of the request is read.
struct Asking {
    source: Source,
    /// When the request came.
    began: Time,
}

impl FromRequestParts<App> for Asking {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Asking, Refused> {
        let peer = ConnectInfo::<SocketAddr>::from_request_parts(parts, app).await;
        let ConnectInfo(peer) = peer.map_err(|_| Problem::unauthorized("who asks is unknown"))?;
        let found = match genie_key(&parts.headers) {
            Some(key) => by_key(app, Some(key), peer, "opsgenie").await,
            None => source(app, &parts.headers, parts.uri.query(), peer, "opsgenie").await,
        };
        Ok(Asking { source: found?, began: app.world.now() })
    }
}

fn genie_key(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("geniekey").then_some(key.trim())
}

type Answered = Result<(StatusCode, Json<Value>), Refused>;

impl Asking {
    /// Seconds since the request came.
    fn took(&self, app: &App) -> f64 {
        app.world.now().since(self.began).as_secs_f64()
    }

    /// The answer 202 to something that was done to an alert, or not.
    fn done(
        &self,
        app: &App,
        action: Action,
        outcome: Outcome,
        alert: Option<Fingerprint>,
    ) -> Answered {
        let alert = alert.map_or(0, Fingerprint::bits);
        let request = RequestId { at: app.world.now(), action, outcome, alert };
        let body =
            opsgenie::accepted("Request will be processed", self.took(app), &request.to_string());
        Ok((StatusCode::ACCEPTED, Json(body)))
    }

    /// The fingerprint of the alert that the sender calls so.
    fn print(&self, alias: &str) -> Fingerprint {
        Labels::new([("key", alias), ("source", &*self.source.name)]).fingerprint()
    }

    /// The alert of a fingerprint, in whatever stage.
    async fn by_print(&self, app: &App, print: Fingerprint) -> Result<Option<Alert>, Refused> {
        if let Some(alert) = orders::warm(app, &self.source, print) {
            return Ok(Some(alert.record).filter(|alert| self.owns(alert)));
        }
        let mut conn = app.db.reader().await?;
        let found = store::by_fingerprint(&mut conn, &self.source.space, &[print]).await?;
        let found = found.into_iter().map(|alert| alert.record).next();
        Ok(found.filter(|alert| self.owns(alert)))
    }

    /// The alert that an address names: by id, by alias, or by its short number.
    async fn find(&self, app: &App, name: &str, kind: &str) -> Result<Option<Alert>, Refused> {
        match kind {
            "alias" => self.by_print(app, self.print(name)).await,
            "tiny" => Ok(self.own(app).into_iter().find(|alert| tiny(alert) == name)),
            "id" | "" => {
                let Ok(id) = name.parse() else { return Ok(None) };
                let warm = app.alerts.read(&self.source.space, |space| {
                    space.and_then(|space| space.by_id(id)).map(|alert| alert.record.clone())
                });
                let found = match warm {
                    Some(alert) => Some(alert),
                    None => {
                        let mut conn = app.db.reader().await?;
                        let found = engine::load(&mut conn, &ALERTS, &self.source.space, id);
                        found.await?.map(|alert| alert.record)
                    }
                };
                Ok(found.filter(|alert| self.owns(alert)))
            }
            _ => Err(Problem::invalid("identifierType is one of id, alias, tiny").into()),
        }
    }

    /// The alerts that this key sent and that are not put away.
    fn own(&self, app: &App) -> Vec<Alert> {
        let all = app.alerts.all(&self.source.space);
        let own = all.iter().filter(|alert| self.owns(&alert.record));
        own.map(|alert| alert.record.clone()).collect()
    }

    fn owns(&self, alert: &Alert) -> bool {
        alert.source == self.source.name
    }
}

/// The short number that people see: not the same on another installation.
fn tiny(alert: &Alert) -> String {
    (alert.fingerprint.bits() % 1_000_000_007).to_string()
}

async fn create(
    State(app): State<App>,
    asking: Asking,
    body: Result<RawBody, Problem>,
) -> Answered {
    let RawBody(body) = body?;
    let mut create = Create::parse(&body)?;
    if create.alias.is_empty() {
        create.alias = format!("{:032x}", app.world.seed());
    }
    let (signals, invalid) = admit(vec![create.signal()], &asking.source.name);
    if let Some(invalid) = invalid {
        return Err(Faults::one(&invalid.field, invalid.problem).into());
    }
    let print = asking.print(&create.alias);
    take(&app, &asking, signals).await?;
    edit::write_note(&app, &asking, print, &create.note).await?;
    asking.done(&app, Action::Create, Outcome::Done, Some(print))
}

async fn take(app: &App, asking: &Asking, signals: Vec<Signal>) -> Result<(), Refused> {
    let taken = app.intake.take(asking.source.space.clone(), signals).await;
    taken.map_err(|not_taken| Refused::Problem(not_taken.into()))
}
