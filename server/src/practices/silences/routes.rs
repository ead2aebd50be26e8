//! HTTP faces of silences.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use kernel::SilenceId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use silences::{Command, Plan, Stage, View};
use spine::engine::{self, Versioned};
use spine::journal;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::preview::{self, Asked, SilencePreview};
use super::store::{self, Filter, SILENCES};
use super::{changes, changes::view, mandate};
use crate::access::Caller;
use crate::app::App;
use crate::commands::Call;
use crate::extract::{Json, Path, Query};
use crate::listing::{Items, Page, PageQuery, Sort, Words};
use crate::practices::incidents::routes::etag;
use crate::problem::{Answer, Problem};
use crate::sentences::{TimelineEntry, timeline as timeline_of};

/// Every route of silences.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(look))
        .routes(routes!(one, edit))
        .routes(routes!(command))
        .routes(routes!(timeline))
}

/// The silence that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct SilencePath {
    /// Its id (`sil_…`).
    id: SilenceId,
}

/// What a list of silences can be narrowed to.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct FilterQuery {
    /// Only these stages, separated by commas.
    #[param(value_type = Option<Vec<Stage>>, style = Form, explode = false)]
    stage: Words<Stage>,
    /// Only those with this text in conditions, comment or creator.
    q: Option<String>,
    /// A field to sort by; with `-` before it, the largest first.
    #[param(pattern = "^-?(starts_at|ends_at|created_at|updated_at)$")]
    sort: Option<String>,
}

/// One page of silences.
#[derive(Debug, Serialize, ToSchema)]
struct SilenceList {
    /// The rows.
    #[schema(value_type = Vec<View>)]
    items: Vec<Value>,
    /// Ask with `after=` this for the next page; absent on the last one.
    next: Option<String>,
    /// Rows on all pages together.
    total: i64,
    /// How many silences of the space are in each stage, whatever was asked for.
    counts: StageCounts,
}

/// How many silences are in each stage.
#[derive(Debug, Default, Serialize, ToSchema)]
struct StageCounts {
    /// Whose window has not begun.
    pending: i64,
    /// That hold alerts back.
    active: i64,
    /// That are over.
    expired: i64,
}

/// Lists silences, the newest first.
#[utoipa::path(get, path = "/silences", tag = "silences", params(PageQuery, FilterQuery),
    responses((status = 200, description = "One page of silences", body = SilenceList)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
    Query(filter): Query<FilterQuery>,
) -> Answer<Json<SilenceList>> {
    let default = Sort::descending("created_at", true);
    let page = Page::of(&page, Sort::parse(filter.sort.as_deref(), store::SORTS, default)?)?;
    let filter = Filter { stages: filter.stage.texts(), text: filter.q };
    let mut conn = app.db.reader().await?;
    let (rows, total) = store::list(&mut conn, &caller.space, &filter, &page).await?;
    let mut counts = StageCounts::default();
    for (stage, count) in store::counts(&mut conn, &caller.space).await? {
        match stage.as_str() {
            "pending" => counts.pending = count,
            "active" => counts.active = count,
            _ => counts.expired = count,
        }
    }
    let last = rows.last().map(|last| {
        (store::sort_value(&last.record, page.sort().column()), last.record.id.to_string())
    });
    let now = app.world.now();
    let items = rows
        .iter()
        .map(|found| caller.sees(view(&found.record, found.version, now), &[]))
        .collect();
    Ok(Json(SilenceList { items, next: page.next(rows.len(), last), total, counts }))
}

/// Silences alerts.
#[utoipa::path(post, path = "/silences", tag = "silences", request_body = Plan, params(Call),
    responses((status = 201, description = "The new silence", body = View)))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    call: Call,
    Json(plan): Json<Plan>,
) -> Answer<(StatusCode, Json<Value>)> {
    mandate::may_silence(&app, &caller, &plan.matchers).await?;
    let plan = signed(plan, &caller);
    let shown = changes::create(&app, caller.asker(), call, plan).await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Who wants it is who asks, unless they say otherwise.
fn signed(mut plan: Plan, caller: &Caller) -> Plan {
    if plan.created_by.trim().is_empty() {
        caller.actor().name().clone_into(&mut plan.created_by);
    }
    plan
}

/// Shows which firing alerts conditions match, before anything is silenced.
#[utoipa::path(post, path = "/silences/preview", tag = "silences", request_body = Asked,
    responses((status = 200, description = "How many, and the worst of them",
        body = SilencePreview)))]
async fn look(
    State(app): State<App>,
    caller: Caller,
    Json(asked): Json<Asked>,
) -> Answer<Json<SilencePreview>> {
    if asked.matchers.is_empty() {
        return Err(Problem::refused("without a condition every alert matches")
            .at("matchers")
            .remedy("name at least one, for example `alertname=\"DiskFull\"`"));
    }
    let found =
        tokio::task::spawn_blocking(move || preview::preview(&app, &caller.space, &asked.matchers));
    let found = found.await.map_err(|_| Problem::invalid("the alerts could not be searched"))?;
    Ok(Json(found))
}

async fn load(app: &App, caller: &Caller, id: SilenceId) -> Answer<Versioned<::silences::Silence>> {
    let mut conn = app.db.reader().await?;
    engine::load(&mut conn, &SILENCES, &caller.space, id)
        .await?
        .ok_or_else(|| Problem::not_found("silence"))
}

/// Shows one silence.
#[utoipa::path(get, path = "/silences/{id}", tag = "silences", params(SilencePath),
    responses((status = 200, description = "The silence", body = View,
        headers(("ETag", description = "Its version")))))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(SilencePath { id }): Path<SilencePath>,
) -> Answer<(HeaderMap, Json<Value>)> {
    let found = load(&app, &caller, id).await?;
    let mut shown = view(&found.record, found.version, app.world.now());
    if mandate::may_change(&app, &caller, &found.record).await.is_err() {
        shown["allowed"] = Value::Array(Vec::new());
    }
    Ok((etag(found.version), Json(shown)))
}

/// Changes a silence. Other conditions, or another beginning of an active one, make a new silence
/// that takes over: the answer is the silence that goes on.
#[utoipa::path(put, path = "/silences/{id}", tag = "silences", request_body = Plan,
    params(SilencePath, Call),
    responses((status = 200, description = "The silence that goes on", body = View,
        headers(("ETag", description = "Its version")))))]
async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path(SilencePath { id }): Path<SilencePath>,
    call: Call,
    Json(plan): Json<Plan>,
) -> Answer<(HeaderMap, Json<Value>)> {
    let found = load(&app, &caller, id).await?;
    mandate::may_change(&app, &caller, &found.record).await?;
    mandate::may_silence(&app, &caller, &plan.matchers).await?;
    let plan = signed(plan, &caller);
    let shown = changes::edit(&app, caller.asker(), call, id, plan).await?;
    Ok((etag(version(&shown)), Json(shown)))
}

/// Asks something of a silence: to end it, or to change it in place.
#[utoipa::path(post, path = "/silences/{id}/commands", tag = "silences",
    request_body = Command, params(SilencePath, Call),
    responses((status = 200, description = "The silence afterwards", body = View,
        headers(("ETag", description = "Its version")))))]
async fn command(
    State(app): State<App>,
    caller: Caller,
    Path(SilencePath { id }): Path<SilencePath>,
    call: Call,
    Json(command): Json<Command>,
) -> Answer<(HeaderMap, Json<Value>)> {
    let found = load(&app, &caller, id).await?;
    mandate::may_change(&app, &caller, &found.record).await?;
    let command = match command {
        Command::Edit { plan } => {
            mandate::may_silence(&app, &caller, &plan.matchers).await?;
            Command::Edit { plan: Box::new(signed(*plan, &caller)) }
        }
        command if command.system_only() => {
            return Err(Problem::forbidden("this command is for Operate itself"));
        }
        command => command,
    };
    let shown = changes::command(&app, caller.asker(), call, id, command).await?;
    Ok((etag(version(&shown)), Json(shown)))
}

fn version(shown: &Value) -> i64 {
    shown.get("version").and_then(Value::as_i64).unwrap_or_default()
}

/// The history of a silence, the newest first.
#[utoipa::path(get, path = "/silences/{id}/timeline", tag = "silences", params(SilencePath),
    responses((status = 200, description = "What happened", body = Items<TimelineEntry>)))]
async fn timeline(
    State(app): State<App>,
    caller: Caller,
    Path(SilencePath { id }): Path<SilencePath>,
) -> Answer<Json<Value>> {
    let found = load(&app, &caller, id).await?;
    let filter = journal::Filter {
        subject: Some(format!("silence:{}", found.record.id)),
        limit: 1000,
        ..journal::Filter::default()
    };
    let mut conn = app.db.reader().await?;
    let entries = journal::list(&mut conn, &caller.space, &filter).await?;
    Ok(Json(timeline_of(&mut conn, &caller.space, &entries).await?))
}
