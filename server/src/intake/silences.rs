//! Silences in Alertmanager's API v2: what amtool and Grafana ask for.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Path, RawQuery, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use connectors::alertmanager::{
    self, PostedSilence, ShownSilence, SilenceQuery, SilenceState, id_of, parse_silence,
};
use kernel::{Actor, SilenceId, Time};
use serde_json::Value;
use silences::{Conditions, Plan, Silence};

use super::alertmanager::{json, reader, refusal, wrong};
use super::source::source;
use crate::access::{Action, Caller, may, session};
use crate::app::App;
use crate::commands::{Asker, Call};
use crate::extract::RawBody;
use crate::practices::silences::{changes, store};
use crate::problem::{Answer, Problem};

/// The routes, under the paths where clients expect them.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v2/silences", get(list).post(post))
        .route("/api/v2/silence/{id}", get(one).delete(expire))
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
    let query = match SilenceQuery::parse(query.as_deref().unwrap_or_default()) {
        Ok(query) => query,
        Err(error) => return wrong(&error.to_string()),
    };
    let now = app.world.now();
    let retention = Duration::from_secs(app.config.routing.retention_seconds);
    let read = async {
        let mut conn = app.db.reader().await?;
        store::recent(&mut conn, &space, now - retention).await
    };
    match read.await {
        Ok(found) => {
            let fits = found.iter().map(|silence| &silence.record);
            let fits = fits.filter(|silence| query.fits(silence.matchers.matchers()));
            let shown = fits.map(|silence| shown(silence, now)).collect();
            json(StatusCode::OK, alertmanager::silences_body(shown))
        }
        Err(fault) => refusal(&fault.into()),
    }
}

/// The states with their names.
pub(super) const STATES: [(SilenceState, &str); 3] = [
    (SilenceState::Active, "active"),
    (SilenceState::Pending, "pending"),
    (SilenceState::Expired, "expired"),
];

/// Where a silence is in its life, by the clock.
pub(super) fn state(silence: &Silence, now: Time) -> SilenceState {
    match silence.stage.open() {
        true if silence.window.holds(now) => SilenceState::Active,
        true if now < silence.window.from => SilenceState::Pending,
        _ => SilenceState::Expired,
    }
}

/// A silence as this API knows it: the state by the clock; of one that recurs, the window.
fn shown(silence: &Silence, now: Time) -> ShownSilence<'_> {
    let state = state(silence, now);
    let recurs = silence.recurrence.is_some();
    let ends_at = if recurs { silence.window.until } else { silence.ends_at };
    ShownSilence {
        id: silence.id,
        state,
        matchers: silence.matchers.matchers(),
        starts_at: if recurs { silence.window.from } else { silence.starts_at },
        ends_at: silence.ended_at.map_or(ends_at, |ended| ended.min(ends_at)),
        updated_at: silence.updated_at,
        created_by: &silence.created_by,
        comment: &silence.comment,
    }
}

async fn load(app: &App, space: &kernel::SpaceId, id: SilenceId) -> Answer<Silence> {
    let mut conn = app.db.reader().await?;
    let found = store::by_id(&mut conn, space, &[id]).await?;
    let found = found.into_iter().next().map(|found| found.record);
    found.ok_or_else(|| Problem::not_found("silence"))
}

async fn one(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let found = async {
        let space = reader(&app, &headers, query.as_deref(), peer).await?;
        let id = id_of(&id).ok_or_else(|| Problem::not_found("silence"))?;
        load(&app, &space, id).await
    };
    match found.await {
        Ok(silence) => json(StatusCode::OK, shown(&silence, app.world.now()).body().to_string()),
        Err(problem) => refusal(&problem),
    }
}

async fn post(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let asker = match asker(&app, &mut parts, peer).await {
        Ok(asker) => asker,
        Err(problem) => return refusal(&problem),
    };
    let body = match RawBody::from_request(Request::from_parts(parts, body), &app).await {
        Ok(RawBody(body)) => body,
        Err(problem) => return refusal(&problem),
    };
    let posted = match parse_silence(&body) {
        Ok(posted) => posted,
        Err(told) => return wrong(&told),
    };
    match put(&app, asker, posted).await {
        Ok(id) => json(StatusCode::OK, alertmanager::silence_id_body(id)),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            wrong(&format!("failed to create silence: {}", problem.detail))
        }
        Err(problem) => refusal(&problem),
    }
}

/// Makes a silence, or changes the one that is named.
async fn put(app: &App, asker: Asker, posted: PostedSilence) -> Answer<SilenceId> {
    let mut plan = Plan {
        matchers: Conditions::from(posted.matchers),
        starts_at: Some(posted.starts_at),
        ends_at: Some(posted.ends_at),
        recurrence: None,
        comment: said(posted.comment, "no comment was given"),
        created_by: said(posted.created_by, "somebody"),
    };
    let after = if posted.id.is_empty() {
        changes::create(app, asker, Call::default(), plan).await?
    } else {
        let id = id_of(&posted.id).ok_or_else(|| Problem::not_found("silence"))?;
        let before = load(app, &asker.space, id).await?;
        if before.recurrence.is_some() {
            return Err(Problem::refused("this silence recurs; change it in Operate"));
        }
        if before.stage.open()
            && plan.matchers.matchers().clone().sorted()
                == before.matchers.matchers().clone().sorted()
        {
            // The same conditions in another order are the same conditions.
            plan.matchers = before.matchers;
        }
        changes::edit(app, asker, Call::default(), id, plan).await?
    };
    id_in(&after)
}

/// Alertmanager takes empty texts; here something has to stand for them.
fn said(text: String, otherwise: &str) -> String {
    if text.trim().is_empty() { otherwise.to_owned() } else { text }
}

fn id_in(silence: &Value) -> Answer<SilenceId> {
    let id = silence["id"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Problem::not_found("silence"))
}

async fn expire(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let done = async {
        let asker = asker(&app, &mut parts, peer).await?;
        let id = id_of(&id).ok_or_else(|| Problem::not_found("silence"))?;
        changes::expire(&app, asker, Call::default(), id).await
    };
    match done.await {
        Ok(_) => StatusCode::OK.into_response(),
        // The one status whose text the clients of this API show for a silence that is over.
        Err(mut problem) if problem.status == StatusCode::CONFLICT => {
            problem.status = StatusCode::INTERNAL_SERVER_ERROR.as_u16();
            refusal(&problem)
        }
        Err(problem) => refusal(&problem),
    }
}

/// Whoever may send alerts may hold them back, and so may whoever is signed in and may respond.
/// A browser has to come from our own pages.
async fn asker(app: &App, parts: &mut Parts, peer: SocketAddr) -> Answer<Asker> {
    session::same_origin(&parts.headers, &app.config.base_url())?;
    let query = parts.uri.query().map(str::to_owned);
    match source(app, &parts.headers, query.as_deref(), peer, "alertmanager").await {
        Ok(source) => {
            Ok(Asker { space: source.space, actor: Actor::Integration(source.name.to_string()) })
        }
        Err(problem) => match Caller::from_request_parts(parts, app).await {
            Ok(caller) => {
                may(&caller, Action::Respond, &[])?;
                Ok(caller.asker())
            }
            Err(_) => Err(problem),
        },
    }
}
