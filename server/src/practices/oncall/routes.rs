//! HTTP faces of pages and of the outbox.

use ::streams::{Accounts, called_again, called_now, ways_to};
use axum::extract::State;
use estate::{Spec, next_morning};
use kernel::{ItemRef, OutboxId, PageId, Time};
use oncall::{Command, For, Page, View, Wish};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spine::engine::Versioned;
use spine::journal::Stamp;
use spine::{Fault, engine, outbox};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::presence;
use super::store::{self, PAGES};
use crate::access::{self, Action, Caller, may};
use crate::app::App;
use crate::commands::{self, Call};
use crate::extract::{Json, Path, Query};
use crate::listing::Items;
use crate::practices::incidents;
use crate::practices::incidents::routes::IncidentPath;
use crate::practices::incidents::store::word;
use crate::problem::{Answer, Problem};

/// Every route of pages and the outbox.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(of_incident))
        .routes(routes!(one))
        .routes(routes!(command))
        .routes(routes!(outgoing))
        .routes(routes!(retry))
        .routes(routes!(dismiss))
}

/// The page that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct PagePath {
    /// Its id (`pag_…`).
    id: PageId,
}

/// The message that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct MessagePath {
    /// Its id (`out_…`).
    id: OutboxId,
}

/// A page as the API shows it.
pub fn view(page: &Page, version: i64, _: Time) -> Value {
    json!(page.view(version))
}

/// The pages of an incident, the newest first, each call with its result.
#[utoipa::path(get, path = "/incidents/{id}/pages", tag = "pages",
    params(IncidentPath),
    responses((status = 200, description = "Its pages", body = Items<View>)))]
async fn of_incident(
    State(app): State<App>,
    caller: Caller,
    Path(IncidentPath { id }): Path<IncidentPath>,
) -> Answer<Json<Value>> {
    let incident = incidents::routes::load(&app, &caller, &id).await?;
    let mut conn = app.db.reader().await?;
    let pages = store::of_incident(&mut conn, &caller.space, incident.record.id).await?;
    let incident = &incident.record;
    let needed = |page: &Page| match page.meant_for {
        For::Incident => incident.is_open() && !incident.service_is_back(),
        For::Major => incident.is_declared_major(),
    };
    let shown =
        |page: &Versioned<Page>| json!(page.record.view_of(page.version, needed(&page.record)));
    let items: Vec<Value> = pages.iter().map(|page| caller.sees(shown(page), &[])).collect();
    Ok(Json(json!({ "items": items })))
}

/// Shows one page.
#[utoipa::path(get, path = "/pages/{id}", tag = "pages",
    params(PagePath),
    responses((status = 200, description = "The page", body = View)))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(PagePath { id }): Path<PagePath>,
) -> Answer<Json<Value>> {
    let page = load(&app, &caller, id).await?;
    let shown = view(&page.record, page.version, app.world.now());
    Ok(Json(caller.sees(shown, &[])))
}

/// Asks something of a page: to acknowledge it, to have quiet for a while, to hand it over.
#[utoipa::path(post, path = "/pages/{id}/commands", tag = "pages",
    request_body = Command, params(PagePath, Call),
    responses((status = 200, description = "The page afterwards", body = View)))]
async fn command(
    State(app): State<App>,
    caller: Caller,
    Path(PagePath { id }): Path<PagePath>,
    call: Call,
    Json(command): Json<Command>,
) -> Answer<Json<Value>> {
    may(&caller, Action::Respond, &[])?;
    if command.system_only() {
        return Err(Problem::forbidden("this command is for Operate itself"));
    }
    if !matches!(command, Command::Accept { .. }) {
        may_command(&app, &caller, id, &command).await?;
    }
    let call = call.covering(&command);
    let command = informed(command, id, &app, &caller).await?;
    let asker = caller.asker();
    Ok(Json(commands::execute(&app, asker, call, (&PAGES, id, command), view).await?))
}

/// Whoever was called may take a page; more than that is for whoever took it, and for those who may
/// act on its incident.
async fn may_command(app: &App, caller: &Caller, id: PageId, command: &Command) -> Answer<()> {
    let page = load(app, caller, id).await?.record;
    if page.acknowledged_by.as_ref() == Some(&caller.actor()) {
        return Ok(());
    }
    let meant = |contact: &ItemRef| {
        caller.person().as_ref() == Some(contact) || caller.teams.contains(contact)
    };
    if matches!(command, Command::Acknowledge {}) && page.calls_any(meant) {
        return Ok(());
    }
    let incident = page.incident.to_string();
    let incident = incidents::routes::load(app, caller, &incident).await?.record;
    Ok(incidents::routes::may_respond(app, caller, &incident)?)
}

/// The command with what only the estate knows, whatever the request said of it.
async fn informed(command: Command, id: PageId, app: &App, caller: &Caller) -> Answer<Command> {
    let now = app.world.now();
    let snapshot = app.estate.snapshot(&caller.space);
    let estate = &snapshot.estate;
    Ok(match command {
        Command::Snooze { span, until, .. } => {
            let known = caller.person().and_then(|who| estate.get(&who));
            let zone = match known.map(|found| &found.spec) {
                Some(Spec::Person(person)) => person.time_zone.as_deref(),
                _ => None,
            };
            Command::Snooze { span, until, morning: next_morning(zone, now) }
        }
        Command::RingAgain { .. } => {
            let page = load(app, caller, id).await?.record;
            Command::RingAgain { again: Some(Box::new(called_again(&page, estate, now))) }
        }
        Command::Escalate { .. } => {
            let page = load(app, caller, id).await?.record;
            Command::Escalate { fresh: called_now(&page, estate, now) }
        }
        Command::HandOver(wish) => {
            if !wish.even_if_away {
                presence::there(estate, &wish.to, now).map_err(|why| why.at("to"))?;
            }
            let page = load(app, caller, id).await?.record;
            let contacts = ways_to(&wish.to, &page, estate, now);
            let mut conn = app.db.reader().await?;
            let persons = access::store::persons(&mut conn, &caller.space).await?;
            let accounts: Accounts = persons.into_iter().collect();
            let holder = page.acknowledged_by.as_ref().and_then(|by| accounts.person(by));
            let who = caller.person().or_else(|| holder.clone());
            let mut back = who.map_or_else(Vec::new, |who| ways_to(&who, &page, estate, now));
            let first = back.iter().map(|way| way.after_seconds).min();
            back.retain(|way| Some(way.after_seconds) == first);
            back.iter_mut().for_each(|way| way.after_seconds = 0);
            Command::HandOver(Wish { contacts, back, holder, ..wish })
        }
        Command::Accept { .. } => Command::Accept { person: caller.person() },
        other => other,
    })
}

async fn load(app: &App, caller: &Caller, id: PageId) -> Answer<Versioned<Page>> {
    let mut conn = app.db.reader().await?;
    let found = engine::load(&mut conn, &PAGES, &caller.space, id).await?;
    found.ok_or_else(|| Problem::not_found("page"))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct StateQuery {
    /// Only those in this state.
    #[param(inline)]
    state: Option<MessageState>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MessageState {
    /// On its way, or to be tried again.
    Waiting,
    /// The other side took it.
    Delivered,
    /// Given up; may be retried.
    Dead,
    /// Not wanted any more before it left.
    Cancelled,
}

/// Messages to the outside, the newest first.
#[utoipa::path(get, path = "/outbox", tag = "pages", params(StateQuery),
    responses((status = 200, description = "The newest 500", body = Items<outbox::Listed>)))]
async fn outgoing(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<StateQuery>,
) -> Answer<Json<Items<outbox::Listed>>> {
    let state = query.state.map(word).unwrap_or_default();
    let mut conn = app.db.reader().await?;
    let items = outbox::list(&mut conn, &caller.space, &state, 500).await?;
    Ok(Json(Items { items }))
}

/// Why a message is put away.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Dismissal {
    /// Why nobody needs it any more.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Puts a dead message away for good: nobody needs it any more.
#[utoipa::path(post, path = "/outbox/{id}/dismiss", tag = "pages",
    request_body = Dismissal, params(MessagePath),
    responses((status = 204, description = "It is put away")))]
async fn dismiss(
    State(app): State<App>,
    caller: Caller,
    Path(MessagePath { id }): Path<MessagePath>,
    Json(Dismissal { reason }): Json<Dismissal>,
) -> Answer<axum::http::StatusCode> {
    may(&caller, Action::Respond, &[])?;
    let reason = reason.trim().to_owned();
    if !(1..=1000).contains(&reason.chars().count()) {
        return Err(Problem::refused("the reason has 1 to 1000 characters").at("reason"));
    }
    let (space, actor, at) = (caller.space.clone(), caller.actor(), app.world.now());
    let found = app
        .db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let stamp = Stamp { space: &space, at, actor: &actor, cause: None };
                outbox::dismiss(tx, &stamp, id, &reason).await
            })
        })
        .await?;
    if found {
        Ok(axum::http::StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("dead message"))
    }
}

/// Makes a dead message due again.
#[utoipa::path(post, path = "/outbox/{id}/retry", tag = "pages",
    params(MessagePath),
    responses((status = 204, description = "It is due again")))]
async fn retry(
    State(app): State<App>,
    caller: Caller,
    Path(MessagePath { id }): Path<MessagePath>,
) -> Answer<axum::http::StatusCode> {
    may(&caller, Action::Respond, &[])?;
    let (space, actor, now) = (caller.space.clone(), caller.actor(), app.world.now());
    let found = app
        .db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move { outbox::retry(tx, &space, id, &actor, now).await })
        })
        .await?;
    if found {
        Ok(axum::http::StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("dead message"))
    }
}
