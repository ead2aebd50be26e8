//! Opsgenie's heartbeats, which are heartbeats of Operate.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use connectors::opsgenie::{self, Faults, HeartbeatBody, severity_of};
use heartbeats::{Command, Heartbeat, Plan, Stage};
use kernel::{Actor, Refusal};
use serde_json::{Value, json};
use spine::Denied;
use spine::engine::{self, Asked, Versioned};

use super::{Answered, Asking, Refused};
use crate::app::App;
use crate::extract::RawBody;
use crate::practices::heartbeats::pings::{self, Which};
use crate::practices::heartbeats::store::{self, HEARTBEATS};
use crate::problem::Problem;

pub(super) fn routes() -> Router<App> {
    let pinged = get(ping).post(ping).put(ping).patch(ping);
    Router::new()
        .route("/v2/heartbeats", get(list).post(create))
        .route("/v2/heartbeats/{name}", get(one).patch(update).put(update).delete(remove))
        .route("/v2/heartbeats/{name}/enable", post(enable))
        .route("/v2/heartbeats/{name}/disable", post(disable))
        .route("/v2/heartbeats/{name}/ping", pinged)
}

fn answer(app: &App, asking: &Asking, code: StatusCode, data: &Value) -> Answered {
    let request = format!("{:032x}", app.world.seed());
    let body = json!({ "data": data, "took": asking.took(app), "requestId": request });
    Ok((code, Json(body)))
}

/// A heartbeat as Opsgenie shows it.
fn shown(heartbeat: &Heartbeat) -> Value {
    let plan = &heartbeat.plan;
    let (interval, unit) = match plan.interval_seconds {
        seconds if seconds % 86_400 == 0 => (seconds / 86_400, "days"),
        seconds if seconds % 3_600 == 0 => (seconds / 3_600, "hours"),
        seconds => (seconds.div_ceil(60), "minutes"),
    };
    json!({
        "name": heartbeat.name,
        "description": plan.description,
        "interval": interval,
        "intervalUnit": unit,
        "enabled": heartbeat.stage != Stage::Paused,
        "expired": heartbeat.stage == Stage::Overdue,
        "lastPingTime": heartbeat.heard_at,
        "alertPriority": plan.labels.get("priority"),
    })
}

fn missing() -> Refused {
    let message = "Heartbeat does not exist";
    Problem::new(StatusCode::NOT_FOUND, "not_found", message).into()
}

fn refused(denied: Denied) -> Refused {
    match denied {
        Denied::Refused(refusal) => Faults::one("heartbeat", refusal.reason).into(),
        Denied::Missing(_) => missing(),
        other => Refused::Problem(other.into()),
    }
}

async fn load(app: &App, asking: &Asking, name: &str) -> Result<Versioned<Heartbeat>, Refused> {
    let mut conn = app.db.reader().await?;
    let found = store::by_name(&mut conn, &asking.source.space, name).await?;
    found.ok_or_else(missing)
}

async fn list(State(app): State<App>, asking: Asking) -> Answered {
    let found = store::list(&mut app.db.reader().await?, &asking.source.space).await?;
    let all: Vec<Value> = found.iter().map(|found| shown(&found.record)).collect();
    answer(&app, &asking, StatusCode::OK, &json!({ "heartbeats": all }))
}

async fn one(State(app): State<App>, asking: Asking, Path(name): Path<String>) -> Answered {
    let found = load(&app, &asking, &name).await?;
    answer(&app, &asking, StatusCode::OK, &shown(&found.record))
}

/// What is waited for, as a body says it; unsaid is as before.
fn plan(body: &HeartbeatBody, before: Option<&Plan>) -> Plan {
    let mut plan = before.cloned().unwrap_or(Plan {
        interval_seconds: 600,
        grace_seconds: 0,
        severity: "warning".to_owned(),
        description: String::new(),
        item: None,
        watches: Vec::new(),
        labels: Default::default(),
    });
    if let Some(seconds) = body.interval_seconds {
        plan.interval_seconds = seconds;
    }
    if let Some(description) = &body.description {
        plan.description.clone_from(description);
    }
    if let Some(priority) = &body.priority {
        severity_of(priority).clone_into(&mut plan.severity);
        plan.labels.insert("priority".to_owned(), priority.clone());
    }
    plan
}

async fn create(
    State(app): State<App>,
    asking: Asking,
    body: Result<RawBody, Problem>,
) -> Answered {
    let RawBody(body) = body?;
    let body = HeartbeatBody::parse(&body)?;
    let name = body.name.clone().ok_or_else(|| Faults::one("name", "Name can not be empty."))?;
    let command = Command::Create { name: name.clone(), plan: plan(&body, None) };
    let space = asking.source.space.clone();
    let moment = app.moment(Actor::Integration(asking.source.name.to_string()));
    let enabled = body.enabled.unwrap_or(true);
    let work = app.db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            if store::by_name(tx, &space, &name).await?.is_some() {
                return Err(Refusal::invalid(format!("{name} exists already")).into());
            }
            let asked = Asked::new(&space, &moment);
            let id = moment.id();
            let mut done = engine::open_in(tx, &HEARTBEATS, id, &command, &asked).await?;
            if !enabled {
                let pause = Command::Pause {};
                done = engine::execute_in(tx, &HEARTBEATS, id, &pause, &asked).await?;
            }
            Ok(done.record)
        })
    });
    let made = work.await.map_err(refused)?;
    answer(&app, &asking, StatusCode::CREATED, &shown(&made))
}

async fn ask(app: &App, asking: &Asking, name: &str, command: Command) -> Answered {
    let id = load(app, asking, name).await?.record.id;
    let actor = Actor::Integration(asking.source.name.to_string());
    let order = app.order(&asking.source.space, actor);
    match engine::execute(&app.db, &HEARTBEATS, id, command, order).await {
        Ok(done) => answer(app, asking, StatusCode::OK, &shown(&done.record)),
        // It is so already.
        Err(denied) if engine::moved_on(&denied) => {
            let found = load(app, asking, name).await?;
            answer(app, asking, StatusCode::OK, &shown(&found.record))
        }
        Err(denied) => Err(refused(denied)),
    }
}

async fn update(
    State(app): State<App>,
    asking: Asking,
    Path(name): Path<String>,
    body: Result<RawBody, Problem>,
) -> Answered {
    let RawBody(body) = body?;
    let body = HeartbeatBody::parse(&body)?;
    let before = load(&app, &asking, &name).await?;
    let edit = Command::Edit { plan: plan(&body, Some(&before.record.plan)) };
    let edited = ask(&app, &asking, &name, edit).await?;
    match body.enabled {
        Some(true) => ask(&app, &asking, &name, Command::Resume {}).await,
        Some(false) => ask(&app, &asking, &name, Command::Pause {}).await,
        None => Ok(edited),
    }
}

async fn remove(State(app): State<App>, asking: Asking, Path(name): Path<String>) -> Answered {
    ask(&app, &asking, &name, Command::Remove {}).await
}

async fn enable(State(app): State<App>, asking: Asking, Path(name): Path<String>) -> Answered {
    ask(&app, &asking, &name, Command::Resume {}).await
}

async fn disable(State(app): State<App>, asking: Asking, Path(name): Path<String>) -> Answered {
    ask(&app, &asking, &name, Command::Pause {}).await
}

async fn ping(State(app): State<App>, asking: Asking, Path(name): Path<String>) -> Answered {
    let which = Which::Name(asking.source.space.clone(), name);
    let actor = Actor::Integration(asking.source.name.to_string());
    pings::ping(&app, which, actor).await.map_err(refused)?;
    let request = format!("{:032x}", app.world.seed());
    let took = asking.took(&app);
    let body = opsgenie::accepted("PONG - Heartbeat received", took, &request);
    Ok((StatusCode::ACCEPTED, Json(body)))
}
