//! HTTP faces of the estate.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use estate::{Estate, Kind, Resource, SourceFile};
use kernel::{ItemRef, SpaceId};
use serde::Deserialize;
use serde_json::{Value, json};
use spine::journal;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{changes, store};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::Call;
use crate::health::{self, Health};
use crate::practices::incidents;
use crate::practices::incidents::routes::etag;
use crate::problem::{Answer, Problem};

/// Every route of the estate.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one, put, delete))
        .routes(routes!(impact))
        .routes(routes!(upstream))
        .routes(routes!(map))
        .routes(routes!(plan))
        .routes(routes!(apply))
        .routes(routes!(export))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only this kind: `service`, `component`, `team` …
    kind: Option<String>,
    /// Only items that this team answers for: `team/payments`.
    team: Option<String>,
    /// Only items of this department.
    department: Option<String>,
    /// Only items with this text in name or title.
    q: Option<String>,
}

/// An item as a row of a list.
fn row(estate: &Estate, resource: &Resource, health: &HashMap<ItemRef, Health>) -> Value {
    let item = resource.item();
    json!({
        "item": item,
        "title": resource.title(),
        "kind": item.kind(),
        "description": resource.metadata.description,
        "labels": resource.metadata.labels,
        "team": estate.owner(item).map(|owner| owner.to),
        "criticality": resource.kind().operated().then(|| estate.criticality(item)),
        "state": resource.kind().operated()
            .then(|| health.get(item).copied().unwrap_or_default()),
    })
}

/// Lists the resources of the estate, by kind and name.
#[utoipa::path(get, path = "/estate/items", tag = "estate", params(ListQuery),
    responses((status = 200, description = "All that match", body = Value)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Answer<Json<Value>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let estate = &snapshot.estate;
    let health = health::of_items(&app, &caller.space).await?;
    let mut conn = app.db.reader().await?;
    let kept: HashMap<ItemRef, (bool, bool, i64)> = store::all(&mut conn, &caller.space)
        .await?
        .into_iter()
        .map(|kept| {
            let by_file = kept.stored.applied.is_some();
            let item = kept.stored.resource.item().clone();
            (item, (by_file, kept.stored.drift(), kept.version))
        })
        .collect();
    let text = query.q.unwrap_or_default().to_lowercase();
    let fits = |resource: &&Resource| {
        let item = resource.item();
        let owner = || estate.owner(item).map(|owner| owner.to.to_string());
        query.kind.as_deref().is_none_or(|kind| item.kind() == kind)
            && query.team.is_none_or_eq(owner)
            && query.department.is_none_or_eq(|| department(resource))
            && (text.is_empty()
                || item.name().to_lowercase().contains(&text)
                || resource.title().to_lowercase().contains(&text))
    };
    let items: Vec<Value> = estate
        .resources()
        .filter(fits)
        .map(|resource| {
            let mut shown = row(estate, resource, &health);
            let (by_file, drift, version) = kept.get(resource.item()).copied().unwrap_or_default();
            shown["managed_by"] = json!(if by_file { "file" } else { "ui" });
            shown["drift"] = json!(drift);
            shown["version"] = json!(version);
            shown
        })
        .collect();
    let total = items.len();
    Ok(Json(json!({ "items": items, "next": null, "total": total })))
}

trait Wanted {
    /// Nothing is wanted, or it is what the item has.
    fn is_none_or_eq(&self, have: impl FnOnce() -> Option<String>) -> bool;
}

impl Wanted for Option<String> {
    fn is_none_or_eq(&self, have: impl FnOnce() -> Option<String>) -> bool {
        self.as_ref().is_none_or(|wanted| have().as_ref() == Some(wanted))
    }
}

fn department(resource: &Resource) -> Option<String> {
    let spec = serde_json::to_value(&resource.spec).ok()?;
    spec.get("department").and_then(Value::as_str).map(str::to_owned)
}

fn item(kind: &str, name: &str) -> Answer<ItemRef> {
    ItemRef::new(kind, name).ok_or_else(|| Problem::not_found("item"))
}

/// Shows an item with everything about it.
#[utoipa::path(get, path = "/estate/items/{kind}/{name}", tag = "estate",
    params(("kind" = String, Path), ("name" = String, Path)),
    responses((status = 200, description = "The item", body = Value)))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
) -> Answer<(HeaderMap, Json<Value>)> {
    let item = item(&kind, &name)?;
    let mut conn = app.db.reader().await?;
    let kept = store::one(&mut conn, &caller.space, &item)
        .await?
        .ok_or_else(|| Problem::not_found("item"))?;
    let snapshot = app.estate.snapshot(&caller.space);
    let estate = &snapshot.estate;
    let health = health::of_items(&app, &caller.space).await?;
    let mut shown = row(estate, &kept.stored.resource, &health);
    let spec = serde_json::to_value(&kept.stored.resource).unwrap_or_default();
    shown["spec"] = spec["spec"].clone();
    shown["metadata"] = spec["metadata"].clone();
    shown["managed_by"] = json!(if kept.stored.applied.is_some() { "file" } else { "ui" });
    shown["drift"] = json!(kept.stored.drift());
    shown["version"] = json!(kept.version);
    shown["owner"] = json!(estate.owner(&item));
    shown["operator"] = json!(estate.operator(&item));
    shown["escalation_policy"] = json!(estate.escalation_policy(&item));
    shown["inherited"] = json!(estate.inherited(&item).map(|inherited| {
        json!({ "criticality": inherited.criticality, "because": inherited.to_string() })
    }));
    let edges: Vec<_> = estate.edges().collect();
    shown["depends_on"] = json!(edges.iter().filter(|edge| edge.from == item).collect::<Vec<_>>());
    shown["dependents"] = json!(edges.iter().filter(|edge| edge.to == item).collect::<Vec<_>>());
    let affected = estate.affected(std::slice::from_ref(&item));
    shown["usecases"] = json!(affected.usecases);
    shown["products"] = json!(affected.products);
    shown["mentioned_by"] =
        json!(estate.mentioned_by(&item).iter().map(|r| r.item()).collect::<Vec<_>>());
    shown["incidents"] = incidents_of(&app, &caller.space, &item).await?;
    shown["alerts"] = alerts_of(&app, &caller.space, &item);
    let filter = journal::Filter {
        subject: Some(format!("item:{item}")),
        limit: 50,
        ..journal::Filter::default()
    };
    let changes = journal::list(&mut conn, &caller.space, &filter).await?;
    shown["changes"] = json!(changes.iter().map(crate::sentences::shown).collect::<Vec<_>>());
    Ok((etag(kept.version), Json(shown)))
}

async fn incidents_of(app: &App, space: &SpaceId, item: &ItemRef) -> Answer<Value> {
    use incidents::store::{Filter, list};
    let filter = Filter { item: Some(item.to_string()), ..Filter::default() };
    let sort = crate::listing::Sort::descending("opened_at", true);
    let page = crate::listing::Page::first(20, sort);
    let mut conn = app.db.reader().await?;
    let (rows, _) = list(&mut conn, space, &filter, &page).await?;
    let rows = rows.iter().map(|found| incidents::routes::row(&found.record, found.version));
    Ok(rows.collect::<Vec<_>>().into())
}

fn alerts_of(app: &App, space: &SpaceId, item: &ItemRef) -> Value {
    let mut alerts = app.alerts.all(space);
    alerts.retain(|alert| alert.record.item.as_ref() == Some(item));
    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.record.starts_at));
    let shown = alerts.iter().take(100).map(|alert| json!(alert.record.view(alert.version)));
    shown.collect::<Vec<_>>().into()
}

/// Creates or replaces a resource by hand. `If-Match` guards against lost updates.
#[utoipa::path(put, path = "/estate/items/{kind}/{name}", tag = "estate", request_body = Value,
    params(("kind" = String, Path), ("name" = String, Path)),
    responses((status = 204, description = "It is so")))]
async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
    call: Call,
    Json(document): Json<Value>,
) -> Answer<StatusCode> {
    may(&caller, Action::Administer, &[])?;
    let item = item(&kind, &name)?;
    let resource = estate::from_json(&document)
        .map_err(|mistake| changes::wrong(std::slice::from_ref(&mistake)))?;
    if *resource.item() != item {
        let message = format!("the document is {}, the address says {item}", resource.item());
        return Err(Problem::invalid(message).at("metadata.name"));
    }
    changes::put(&app, &caller.asker(), resource, call.expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a resource that no other names.
#[utoipa::path(delete, path = "/estate/items/{kind}/{name}", tag = "estate",
    params(("kind" = String, Path), ("name" = String, Path)),
    responses((status = 204, description = "It is gone")))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
    call: Call,
) -> Answer<StatusCode> {
    may(&caller, Action::Administer, &[])?;
    changes::delete(&app, &caller.asker(), item(&kind, &name)?, call.expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct AtQuery {
    /// As of this time (RFC 3339); now if not said.
    at: Option<String>,
}

/// What breaks when the item is down: by path and hop, honouring redundancy.
#[utoipa::path(get, path = "/estate/items/{kind}/{name}/impact", tag = "estate",
    params(("kind" = String, Path), ("name" = String, Path), AtQuery),
    responses((status = 200, description = "Everything hit, the nearest first", body = Value)))]
async fn impact(
    State(app): State<App>,
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
    Query(query): Query<AtQuery>,
) -> Answer<Json<Value>> {
    reach(&app, &caller, (&kind, &name), query, |estate, item| {
        json!(estate.impact(std::slice::from_ref(item)))
    })
    .await
}

/// What the item depends on: by path and hop.
#[utoipa::path(get, path = "/estate/items/{kind}/{name}/upstream", tag = "estate",
    params(("kind" = String, Path), ("name" = String, Path), AtQuery),
    responses((status = 200, description = "Everything needed, the nearest first", body = Value)))]
async fn upstream(
    State(app): State<App>,
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
    Query(query): Query<AtQuery>,
) -> Answer<Json<Value>> {
    reach(&app, &caller, (&kind, &name), query, |estate, item| json!(estate.upstream(item))).await
}

async fn reach(
    app: &App,
    caller: &Caller,
    (kind, name): (&str, &str),
    query: AtQuery,
    ask: fn(&Estate, &ItemRef) -> Value,
) -> Answer<Json<Value>> {
    let item = item(kind, name)?;
    let at = incidents::routes::time("at", query.at.as_deref())?;
    let hits = match at {
        None => {
            let snapshot = app.estate.snapshot(&caller.space);
            if !snapshot.knows(&item) {
                return Err(Problem::not_found("item"));
            }
            ask(&snapshot.estate, &item)
        }
        Some(at) => {
            let mut conn = app.db.reader().await?;
            let estate = Estate::new(store::as_of(&mut conn, &caller.space, at).await?);
            if !estate.contains(&item) {
                return Err(Problem::not_found("item at that time"));
            }
            ask(&estate, &item)
        }
    };
    let at = at.unwrap_or_else(|| app.world.now());
    Ok(Json(json!({ "root": item, "at": at, "hits": hits })))
}

/// The map: everything that can break, and what needs what. An edge points from what needs to
/// what is needed.
#[utoipa::path(get, path = "/estate/graph", tag = "estate", params(AtQuery),
    responses((status = 200, description = "Nodes and edges", body = Value)))]
async fn map(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AtQuery>,
) -> Answer<Json<Value>> {
    let health = health::of_items(&app, &caller.space).await?;
    let at = incidents::routes::time("at", query.at.as_deref())?;
    let snapshot = app.estate.snapshot(&caller.space);
    let past = match at {
        None => None,
        Some(at) => {
            let mut conn = app.db.reader().await?;
            Some(Estate::new(store::as_of(&mut conn, &caller.space, at).await?))
        }
    };
    let estate = past.as_ref().unwrap_or(&snapshot.estate);
    let nodes: Vec<Value> = estate
        .resources()
        .filter(|resource| resource.kind().operated())
        .map(|resource| {
            let mut node = row(estate, resource, &health);
            node["id"] = json!(resource.item());
            node
        })
        .collect();
    let edges: Vec<_> = estate.edges().collect();
    Ok(Json(json!({ "nodes": nodes, "edges": edges, "at": at.unwrap_or_else(|| app.world.now()) })))
}

/// Files to plan or apply.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Files {
    /// The files: names for messages, and their text.
    #[schema(value_type = Vec<Value>)]
    files: Vec<SourceFile>,
    /// Delete what files once said and say no more.
    #[serde(default)]
    prune: bool,
}

fn answer(outcome: changes::Outcome) -> axum::response::Response {
    match outcome {
        changes::Outcome::Planned(plan) => {
            Json(json!({ "changes": plan.changes, "errors": [] })).into_response()
        }
        changes::Outcome::Wrong(mistakes) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "changes": [], "errors": mistakes })))
                .into_response()
        }
    }
}

/// What applying files would change.
#[utoipa::path(post, path = "/estate/plan", tag = "estate", request_body = Files,
    responses((status = 200, description = "The changes", body = Value),
        (status = 422, description = "Mistakes, each with file, line, field and remedy",
            body = Value)))]
async fn plan(
    State(app): State<App>,
    caller: Caller,
    Json(files): Json<Files>,
) -> Answer<axum::response::Response> {
    let Files { files, prune } = files;
    Ok(answer(changes::plan(&app, &caller.asker(), &files, prune).await?))
}

/// Applies files: everything or nothing.
#[utoipa::path(post, path = "/estate/apply", tag = "estate", request_body = Files,
    responses((status = 200, description = "What was changed", body = Value),
        (status = 422, description = "Mistakes; nothing was changed", body = Value)))]
async fn apply(
    State(app): State<App>,
    caller: Caller,
    Json(files): Json<Files>,
) -> Answer<axum::response::Response> {
    may(&caller, Action::Administer, &[])?;
    let Files { files, prune } = files;
    Ok(answer(changes::apply(&app, &caller.asker(), &files, prune).await?))
}

/// The estate as YAML that can be applied again.
#[utoipa::path(get, path = "/estate/export", tag = "estate",
    responses((status = 200, description = "One document for each resource",
        body = String, content_type = "application/yaml")))]
async fn export(State(app): State<App>, caller: Caller) -> Answer<impl IntoResponse> {
    let snapshot = app.estate.snapshot(&caller.space);
    let mut resources: Vec<&Resource> = snapshot.estate.resources().collect();
    let order = |resource: &Resource| Kind::ALL.iter().position(|kind| *kind == resource.kind());
    resources.sort_by_key(|resource| (order(resource), resource.item().clone()));
    let text = estate::export(resources);
    Ok(([(header::CONTENT_TYPE, "application/yaml")], text))
}
