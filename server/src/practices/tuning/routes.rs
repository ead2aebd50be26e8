//! HTTP faces of tuning tasks.

use axum::extract::State;
use axum::http::HeaderMap;
use kernel::{Lifecycle, TuningId};
use serde::Deserialize;
use serde_json::{Value, json};
use spine::engine::{self, Versioned};
use spine::journal;
use tuning::{Command, Stage, Task, View};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, Filter, TUNINGS};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::{self, Call};
use crate::extract::{Json, Path, Query};
use crate::listing::{Items, Listed, Page, PageQuery, Sort, Words};
use crate::practices::incidents::routes::etag;
use crate::problem::{Answer, Problem};
use crate::sentences::{TimelineEntry, timeline as timeline_of};

/// Every route of tuning tasks.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(command))
        .routes(routes!(timeline))
}

/// The task that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct TuningPath {
    /// Its id (`tun_…`).
    id: TuningId,
}

/// What a list of tasks can be narrowed to.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct FilterQuery {
    /// Only these stages, separated by commas.
    #[param(value_type = Option<Vec<Stage>>, style = Form, explode = false)]
    stage: Words<Stage>,
    /// Only rules of this integration.
    source: Option<String>,
    /// Only rules with exactly this name.
    name: Option<String>,
    /// Only rules with this text in their name.
    q: Option<String>,
    /// `true`: only rules on the noise list.
    noisy: Option<bool>,
    /// A field to sort by; with `-` before it, the largest first.
    #[param(pattern = "^-?(votes|name|opened_at|updated_at)$")]
    sort: Option<String>,
}

fn noisy_from(app: &App, caller: &Caller) -> u32 {
    app.estate.snapshot(&caller.space).policy.noise_votes
}

/// Lists tuning tasks: what people found useless, those with the most votes first.
#[utoipa::path(get, path = "/tuning", tag = "tuning", params(PageQuery, FilterQuery),
    responses((status = 200, description = "One page of tasks", body = Listed<View>)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
    Query(asked): Query<FilterQuery>,
) -> Answer<Json<Listed<Value>>> {
    let default = Sort::descending("votes", true);
    let page = Page::of(&page, Sort::parse(asked.sort.as_deref(), store::SORTS, default)?)?;
    let noisy_from = noisy_from(&app, &caller);
    let filter = Filter {
        stages: asked.stage.0.iter().map(|stage| stage.word().to_owned()).collect(),
        source: asked.source,
        name: asked.name,
        text: asked.q,
        noisy_from: asked.noisy.filter(|noisy| *noisy).map(|_| noisy_from),
    };
    let mut conn = app.db.reader().await?;
    let (rows, total) = store::list(&mut conn, &caller.space, &filter, &page).await?;
    let last = rows.last().map(|last| {
        (store::sort_value(&last.record, page.sort().column()), last.record.id.to_string())
    });
    let items = rows
        .iter()
        .map(|found| caller.sees(json!(found.record.view(found.version, noisy_from)), &[]))
        .collect();
    Ok(Json(Listed { items, next: page.next(rows.len(), last), total }))
}

async fn load(app: &App, caller: &Caller, id: TuningId) -> Answer<Versioned<Task>> {
    let mut conn = app.db.reader().await?;
    engine::load(&mut conn, &TUNINGS, &caller.space, id)
        .await?
        .ok_or_else(|| Problem::not_found("tuning task"))
}

/// Shows one tuning task.
#[utoipa::path(get, path = "/tuning/{id}", tag = "tuning", params(TuningPath),
    responses((status = 200, description = "The task", body = View,
        headers(("ETag", description = "Its version")))))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(TuningPath { id }): Path<TuningPath>,
) -> Answer<(HeaderMap, Json<Value>)> {
    let found = load(&app, &caller, id).await?;
    let shown = json!(found.record.view(found.version, noisy_from(&app, &caller)));
    Ok((etag(found.version), Json(caller.sees(shown, &[]))))
}

/// Asks something of a tuning task; the answer is the task afterwards.
#[utoipa::path(post, path = "/tuning/{id}/commands", tag = "tuning",
    request_body = Command, params(TuningPath, Call),
    responses((status = 200, description = "The task afterwards", body = View)))]
async fn command(
    State(app): State<App>,
    caller: Caller,
    Path(TuningPath { id }): Path<TuningPath>,
    call: Call,
    Json(command): Json<Command>,
) -> Answer<Json<Value>> {
    may(&caller, Action::Respond, &[])?;
    if command.system_only() {
        return Err(Problem::forbidden("this command is for Operate itself; vote on an alert"));
    }
    let view: commands::View<Task> =
        |task, version, _| json!({ "id": task.id, "version": version });
    commands::execute(&app, caller.asker(), call, (&TUNINGS, id, command), view).await?;
    let found = load(&app, &caller, id).await?;
    let shown = json!(found.record.view(found.version, noisy_from(&app, &caller)));
    Ok(Json(caller.sees(shown, &[])))
}

/// The history of a tuning task, the newest first.
#[utoipa::path(get, path = "/tuning/{id}/timeline", tag = "tuning", params(TuningPath),
    responses((status = 200, description = "What happened", body = Items<TimelineEntry>)))]
async fn timeline(
    State(app): State<App>,
    caller: Caller,
    Path(TuningPath { id }): Path<TuningPath>,
) -> Answer<Json<Value>> {
    let found = load(&app, &caller, id).await?;
    let filter = journal::Filter {
        subject: Some(format!("{}:{}", Task::KIND, found.record.id)),
        limit: 1000,
        ..journal::Filter::default()
    };
    let mut conn = app.db.reader().await?;
    let entries = journal::list(&mut conn, &caller.space, &filter).await?;
    Ok(Json(timeline_of(&mut conn, &caller.space, &entries).await?))
}
