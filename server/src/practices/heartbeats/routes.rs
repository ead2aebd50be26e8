//! HTTP faces of heartbeats.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use heartbeats::{Command, Heartbeat, Plan, View};
use kernel::{Actor, Refusal, RefusalCode, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spine::Denied;
use spine::engine::{self, Asked, Versioned};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::pings::{self, Which};
use super::store::{self, HEARTBEATS};
use crate::access::token::{Secret, hash};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::{self, Call};
use crate::extract::{Json, Path};
use crate::intake::sender;
use crate::listing::Items;
use crate::practices::incidents::routes::etag;
use crate::problem::{Answer, Problem};

/// What secret addresses of heartbeats begin with.
const SECRET_PREFIX: &str = "oph_";

/// Every route of heartbeats under `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(one))
        .routes(routes!(command))
        .routes(routes!(ping, ping_by_get))
}

/// The short address for cron: it needs no header.
pub fn short_routes() -> Router<App> {
    Router::new().route("/ping/{secret}", get(ping_secret).post(ping_secret))
}

/// The heartbeat that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct HeartbeatPath {
    /// Its name.
    name: String,
}

fn view(heartbeat: &Heartbeat, version: i64, _: Time) -> Value {
    json!(heartbeat.view(version))
}

/// All heartbeats, by name.
#[utoipa::path(get, path = "/heartbeats", tag = "heartbeats",
    responses((status = 200, description = "All of them", body = Items<View>)))]
async fn list(State(app): State<App>, caller: Caller) -> Answer<Json<Value>> {
    let found = store::list(&mut app.db.reader().await?, &caller.space).await?;
    let shown =
        |found: &Versioned<Heartbeat>| caller.sees(json!(found.record.view(found.version)), &[]);
    Ok(Json(json!({ "items": found.iter().map(shown).collect::<Vec<_>>() })))
}

/// What a heartbeat is made of.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewHeartbeat {
    /// Its name, unique.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")]
    name: String,
    /// What is waited for.
    plan: Plan,
}

/// A heartbeat with the address that pings it.
#[derive(Debug, Serialize, ToSchema)]
struct MadeHeartbeat<'a> {
    /// The heartbeat.
    #[serde(flatten)]
    heartbeat: View<'a>,
    /// GET or POST this to ping it: for cron, shown this once.
    ping_url: String,
}

/// Makes a heartbeat; the address that pings it without a key is shown once.
#[utoipa::path(post, path = "/heartbeats", tag = "heartbeats", request_body = NewHeartbeat,
    responses((status = 201, description = "The heartbeat", body = MadeHeartbeat),
        (status = 409, description = "The name is taken", body = Problem)))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(new): Json<NewHeartbeat>,
) -> Answer<(StatusCode, Json<Value>)> {
    may(&caller, Action::Respond, &[])?;
    let secret = Secret::fresh(SECRET_PREFIX, &app.world);
    let hashed = secret.hash();
    let (space, actor, inner) = (caller.space.clone(), caller.actor(), app.clone());
    let work = app.db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            if store::by_name(tx, &space, &new.name).await?.is_some() {
                let reason = format!("there is a heartbeat named `{}` already", new.name);
                return Err(Refusal { code: RefusalCode::Conflict, reason }.into());
            }
            let moment = inner.moment(actor);
            let command = Command::Create { name: new.name, plan: new.plan };
            let asked = Asked::new(&space, &moment);
            let id = moment.id();
            let done = engine::open_in(tx, &HEARTBEATS, id, &command, &asked).await?;
            store::set_secret(tx, &space, id, &hashed).await?;
            Ok(done)
        })
    });
    let done = work.await?;
    let ping_url = format!("{}/ping/{}", app.config.base_url(), secret.reveal());
    let made = MadeHeartbeat { heartbeat: done.record.view(done.version), ping_url };
    Ok((StatusCode::CREATED, Json(json!(made))))
}

async fn load(app: &App, caller: &Caller, name: &str) -> Answer<Versioned<Heartbeat>> {
    let found = store::by_name(&mut app.db.reader().await?, &caller.space, name).await?;
    found.ok_or_else(|| Problem::not_found("heartbeat"))
}

/// Shows one heartbeat.
#[utoipa::path(get, path = "/heartbeats/{name}", tag = "heartbeats", params(HeartbeatPath),
    responses((status = 200, description = "The heartbeat", body = View,
        headers(("ETag", description = "Its version")))))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(HeartbeatPath { name }): Path<HeartbeatPath>,
) -> Answer<(HeaderMap, Json<Value>)> {
    let found = load(&app, &caller, &name).await?;
    let shown = caller.sees(json!(found.record.view(found.version)), &[]);
    Ok((etag(found.version), Json(shown)))
}

/// Asks something of a heartbeat; the answer is the heartbeat afterwards.
#[utoipa::path(post, path = "/heartbeats/{name}/commands", tag = "heartbeats",
    request_body = Command, params(HeartbeatPath, Call),
    responses((status = 200, description = "The heartbeat afterwards", body = View)))]
async fn command(
    State(app): State<App>,
    caller: Caller,
    Path(HeartbeatPath { name }): Path<HeartbeatPath>,
    call: Call,
    Json(command): Json<Command>,
) -> Answer<Json<Value>> {
    may(&caller, Action::Respond, &[])?;
    if command.system_only() {
        return Err(Problem::forbidden("this is no command of people; ping its address"));
    }
    let id = load(&app, &caller, &name).await?.record.id;
    let asker = caller.asker();
    Ok(Json(commands::execute(&app, asker, call, (&HEARTBEATS, id, command), view).await?))
}

/// What a ping is answered with.
#[derive(Debug, Serialize, ToSchema)]
struct Heard {
    /// The heartbeat's name.
    heartbeat: String,
    /// When it is missed unless it is heard of again; absent when nobody waits.
    deadline: Option<Time>,
}

impl From<Heartbeat> for Heard {
    fn from(heartbeat: Heartbeat) -> Heard {
        Heard { deadline: heartbeat.deadline(), heartbeat: heartbeat.name }
    }
}

async fn heard(
    app: &App,
    (headers, query, peer): (&HeaderMap, Option<&str>, SocketAddr),
    name: String,
) -> Answer<Json<Heard>> {
    let source = sender(app, headers, query, peer, "heartbeat").await?;
    let actor = Actor::Integration(source.name.to_string());
    let heartbeat = pings::ping(app, Which::Name(source.space, name), actor).await?;
    Ok(Json(heartbeat.into()))
}

/// Pings a heartbeat with an integration key.
#[utoipa::path(post, path = "/heartbeats/{name}/ping", tag = "heartbeats",
    params(HeartbeatPath, ("key" = Option<String>, Query,
        description = "The integration key, for what can set no header.")),
    security((), ("integration_key" = [])),
    responses((status = 200, description = "The deadline has moved", body = Heard),
        (status = 401, description = "The key is not known", body = Problem)))]
async fn ping(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    Path(HeartbeatPath { name }): Path<HeartbeatPath>,
    headers: HeaderMap,
) -> Answer<Json<Heard>> {
    heard(&app, (&headers, query.as_deref(), peer), name).await
}

/// Pings a heartbeat, for programs that can only GET.
#[utoipa::path(get, path = "/heartbeats/{name}/ping", tag = "heartbeats",
    params(HeartbeatPath, ("key" = Option<String>, Query,
        description = "The integration key, for what can set no header.")),
    security((), ("integration_key" = [])),
    responses((status = 200, description = "The deadline has moved", body = Heard),
        (status = 401, description = "The key is not known", body = Problem)))]
async fn ping_by_get(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    Path(HeartbeatPath { name }): Path<HeartbeatPath>,
    headers: HeaderMap,
) -> Answer<Json<Heard>> {
    heard(&app, (&headers, query.as_deref(), peer), name).await
}

async fn ping_secret(State(app): State<App>, Path(secret): Path<String>) -> Answer<Json<Heard>> {
    let actor = Actor::Integration("heartbeat".to_owned());
    let heartbeat = pings::ping(&app, Which::Secret(hash(&secret)), actor).await?;
    Ok(Json(heartbeat.into()))
}
