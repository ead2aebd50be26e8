//! HTTP faces of the routing that is kept in the product.

use axum::extract::State;
use axum::http::HeaderMap;
use kernel::{Actor, Time};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::diff::{DiffLine, diff};
use super::save::{self, Wanted};
use super::{TemplateText, Version, refused, store};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::Call;
use crate::extract::{Json, Path};
use crate::listing::Items;
use crate::practices::incidents::routes::etag;
use crate::problem::{Answer, Problem};

/// Versions that are listed, the newest ones.
const LISTED_MOST: i64 = 500;

/// The routes of the routing that is kept.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(put))
        .routes(routes!(check))
        .routes(routes!(versions))
        .routes(routes!(version))
        .routes(routes!(take_back))
}

/// A routing to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoutingText {
    /// The text, as Alertmanager's configuration file has it. A secret that stays as it is may be
    /// `<secret>`. It names no files.
    text: String,
    /// Templates beside it; its receivers call them by the names that they define.
    #[serde(default)]
    templates: Vec<TemplateText>,
    /// Why it is changed.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// The version that holds now.
#[derive(Debug, Serialize, ToSchema)]
struct RoutingSaved {
    /// Its number.
    version: i64,
    /// Whether it is a new one; else everything was as it is already.
    changed: bool,
}

/// A text to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoutingDraft {
    /// The text.
    text: String,
    /// Templates beside it.
    #[serde(default)]
    templates: Vec<TemplateText>,
}

/// What is to be said about a text.
#[derive(Debug, Serialize, ToSchema)]
struct RoutingChecked {
    /// Every mistake; none when it can be kept.
    errors: Vec<estate::Mistake>,
    /// What is right but may not do what its writer thinks.
    notes: Vec<estate::Mistake>,
    /// How many routes it has.
    routes: usize,
    /// The names of its receivers.
    receivers: Vec<String>,
}

/// A version in the history of the routing.
#[derive(Debug, Serialize, ToSchema)]
struct RoutingVersion {
    /// Its number.
    version: i64,
    /// When it was made.
    at: Time,
    /// By whom.
    actor: Actor,
    /// Why.
    reason: String,
    /// The version that was taken back, when it was made so.
    taken_back: Option<i64>,
    /// The places whose secret became another one.
    secrets_changed: Vec<String>,
}

/// A version with its text.
#[derive(Debug, Serialize, ToSchema)]
struct RoutingVersionView {
    /// The version.
    #[serde(flatten)]
    version: RoutingVersion,
    /// The text, with `<secret>` where a secret stands.
    text: String,
    /// The templates beside it.
    templates: Vec<TemplateText>,
    /// What it changed of the version before.
    diff: Vec<DiffLine>,
    /// What it changed of the templates: one after the other, each with its name as first line.
    templates_diff: Vec<DiffLine>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct VersionPath {
    /// Its number.
    #[param(minimum = 1)]
    version: i64,
}

/// Why an earlier version is to hold again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TakeBack {
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Keeps a routing: checked as a whole, it is in force at once on every node, or nothing changed.
#[utoipa::path(put, path = "/routing", tag = "routing", request_body = RoutingText, params(Call),
    responses((status = 200, description = "The version that holds now", body = RoutingSaved,
        headers(("ETag", description = "Its number")))))]
async fn put(
    State(app): State<App>,
    caller: Caller,
    call: Call,
    Json(RoutingText { text, templates, reason }): Json<RoutingText>,
) -> Answer<(HeaderMap, Json<RoutingSaved>)> {
    let wanted = Wanted { text, templates, reason, expected: call.expected };
    Ok(saved(save::save(&app, &caller, wanted).await?))
}

/// Looks at a text as keeping it would, and keeps nothing.
#[utoipa::path(post, path = "/routing/check", tag = "routing", request_body = RoutingDraft,
    responses((status = 200, description = "What is to be said about it", body = RoutingChecked)))]
async fn check(
    State(app): State<App>,
    caller: Caller,
    Json(draft): Json<RoutingDraft>,
) -> Answer<Json<RoutingChecked>> {
    may(&caller, Action::Administer, &[])?;
    let checked = save::check(&app, &caller.space, &draft.text, &draft.templates).await?;
    Ok(Json(match checked {
        Ok(routing) => RoutingChecked {
            errors: Vec::new(),
            notes: routing.config.notes.iter().map(noted).collect(),
            routes: routing.tree.nodes().len(),
            receivers: routing.config.receivers.iter().map(|one| one.name.clone()).collect(),
        },
        Err(errors) => RoutingChecked {
            errors: refused(&errors).errors,
            notes: Vec::new(),
            routes: 0,
            receivers: Vec::new(),
        },
    }))
}

fn noted(note: &connectors::alertmanager::config::Note) -> estate::Mistake {
    estate::Mistake {
        file: super::NAME.to_owned(),
        line: note.line,
        column: note.column,
        field: note.field.clone(),
        message: note.text.clone(),
        remedy: String::new(),
    }
}

/// Lists the versions of the routing that is kept, the newest first.
#[utoipa::path(get, path = "/routing/versions", tag = "routing",
    responses((status = 200, description = "The versions", body = Items<RoutingVersion>)))]
async fn versions(State(app): State<App>, caller: Caller) -> Answer<Json<Items<RoutingVersion>>> {
    let mut conn = app.db.reader().await?;
    let found = store::list(&mut conn, &caller.space, LISTED_MOST).await?;
    Ok(Json(Items { items: found.into_iter().map(listed).collect() }))
}

/// Shows a version, and what it changed.
#[utoipa::path(get, path = "/routing/versions/{version}", tag = "routing", params(VersionPath),
    responses((status = 200, description = "The version", body = RoutingVersionView)))]
async fn version(
    State(app): State<App>,
    caller: Caller,
    Path(VersionPath { version }): Path<VersionPath>,
) -> Answer<Json<RoutingVersionView>> {
    let mut conn = app.db.reader().await?;
    let found = store::one(&mut conn, &caller.space, version).await?;
    let found = found.ok_or_else(|| Problem::not_found("version"))?;
    let before = store::one(&mut conn, &caller.space, version - 1).await?;
    let before = before.map(|before| before.data).unwrap_or_default();
    Ok(Json(RoutingVersionView {
        text: found.data.text.clone(),
        templates: found.data.templates.clone(),
        diff: diff(&before.text, &found.data.text),
        templates_diff: diff(&joined(&before.templates), &joined(&found.data.templates)),
        version: listed(found),
    }))
}

/// Makes an earlier version hold again, as a new version, with the secrets that it had.
#[utoipa::path(post, path = "/routing/versions/{version}/take-back", tag = "routing",
    request_body = TakeBack, params(VersionPath, Call),
    responses((status = 200, description = "The version that holds now", body = RoutingSaved,
        headers(("ETag", description = "Its number")))))]
async fn take_back(
    State(app): State<App>,
    caller: Caller,
    Path(VersionPath { version }): Path<VersionPath>,
    call: Call,
    Json(TakeBack { reason }): Json<TakeBack>,
) -> Answer<(HeaderMap, Json<RoutingSaved>)> {
    Ok(saved(save::take_back(&app, &caller, version, (reason, call.expected)).await?))
}

fn saved(saved: save::Saved) -> (HeaderMap, Json<RoutingSaved>) {
    let save::Saved { version, changed } = saved;
    (etag(version), Json(RoutingSaved { version, changed }))
}

fn listed(version: Version) -> RoutingVersion {
    let Version { version, at, actor, reason, data, .. } = version;
    let (taken_back, secrets_changed) = (data.taken_back, data.secrets_changed);
    RoutingVersion { version, at, actor, reason, taken_back, secrets_changed }
}

fn joined(templates: &[TemplateText]) -> String {
    templates.iter().map(|one| format!("{}\n{}\n", one.name, one.text.trim_end())).collect()
}
