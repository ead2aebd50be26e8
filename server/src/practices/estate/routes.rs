//! HTTP faces of the estate.

use std::collections::{HashMap, HashSet};

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use estate::{Edge, Estate, Kind, Mistake, Reached, Resource, SourceFile};
use kernel::{ItemRef, SpaceId, Time};
use serde::Deserialize;
use serde_json::{Value, json};
use spine::journal;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::{
    Hits, InheritedView, ItemRow, ItemView, Keeping, ListedItem, Map, MapNode, PlanView,
    PromiseWarning, department,
};
use super::{changes, edits, store};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::health;
use crate::listing::{Listed, Page, PageQuery, Sort};
use crate::practices::contracts::{rewrites, underpinning};
use crate::practices::incidents;
use crate::practices::incidents::routes::etag;
use crate::practices::incidents::views::IncidentRow;
use crate::practices::objectives::decision::Decision;
use crate::practices::oncall::mandate;
use crate::problem::{Answer, Problem};

/// Files of some 100,000 items with their relations; alerts come in smaller pieces.
const ESTATE_BYTES_MAX: usize = 128 * 1024 * 1024;

/// Every route of the estate.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one, edits::put, edits::delete))
        .routes(routes!(edits::take_over))
        .routes(routes!(impact))
        .routes(routes!(upstream))
        .routes(routes!(map))
        .routes(routes!(export))
        .merge(whole())
}

/// Routes that take a whole estate at once.
fn whole() -> OpenApiRouter<App> {
    let routes = OpenApiRouter::new().routes(routes!(plan)).routes(routes!(apply));
    routes.layer(DefaultBodyLimit::max(ESTATE_BYTES_MAX))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only this kind: `service`, `component`, `team` …
    kind: Option<String>,
    /// Only items that this team answers for: `team/payments`.
    team: Option<ItemRef>,
    /// Only items of this department.
    department: Option<String>,
    /// Only items with this text in name or title.
    q: Option<String>,
}

/// The item that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ItemPath {
    /// Its kind: `service`, `component`, `team` …
    #[param(pattern = "^[a-z]+$")]
    kind: String,
    /// Its name.
    #[param(pattern = "^[A-Za-z0-9_.-]+$", max_length = 180)]
    name: String,
}

impl ItemPath {
    pub(super) fn item(&self) -> Answer<ItemRef> {
        ItemRef::new(&self.kind, &self.name).ok_or_else(|| Problem::not_found("item"))
    }
}

/// Lists the resources of the estate, by kind and name.
#[utoipa::path(get, path = "/estate/items", tag = "estate", params(PageQuery, ListQuery),
    responses((status = 200, description = "One page of items", body = Listed<ListedItem>)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
    Query(query): Query<ListQuery>,
) -> Answer<Json<Listed<ListedItem>>> {
    let page = Page::of(&page, Sort::ascending("item", false))?;
    let snapshot = app.estate.snapshot(&caller.space);
    let estate = &snapshot.estate;
    let health = health::of_items(&app, &caller.space).await?;
    let text = query.q.unwrap_or_default().to_lowercase();
    let fits = |resource: &&Resource| {
        let item = resource.item();
        let owned = |wanted: &ItemRef| estate.owner(item).is_some_and(|owner| owner.to == *wanted);
        query.kind.as_deref().is_none_or(|kind| item.kind() == kind)
            && query.team.as_ref().is_none_or(owned)
            && (query.department.is_none()
                || query.department.as_deref() == department(&resource.spec))
            && (text.is_empty()
                || item.name().to_lowercase().contains(&text)
                || resource.title().to_lowercase().contains(&text))
    };
    let found: Vec<&Resource> = estate.resources().filter(fits).collect();
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let later = |resource: &&&Resource| page.begins_before(resource.item().as_str());
    let shown: Vec<&Resource> = found.iter().filter(later).take(page.rows()).copied().collect();
    let names: Vec<ItemRef> = shown.iter().map(|resource| resource.item().clone()).collect();
    let mut conn = app.db.reader().await?;
    let kept: HashMap<ItemRef, Keeping> = store::some(&mut conn, &caller.space, &names)
        .await?
        .iter()
        .map(|kept| (kept.stored.resource.item().clone(), Keeping::of(kept)))
        .collect();
    let last = names.last().map(|item| (spine::Value::from(item), item.to_string()));
    let items: Vec<ListedItem> = shown
        .into_iter()
        .map(|resource| ListedItem {
            row: ItemRow::of(estate, resource, &health),
            keeping: kept.get(resource.item()).cloned().unwrap_or_else(Keeping::nowhere),
        })
        .collect();
    Ok(Json(Listed { next: page.next(items.len(), last), items, total }))
}

/// Shows an item with everything about it.
#[utoipa::path(get, path = "/estate/items/{kind}/{name}", tag = "estate",
    params(ItemPath),
    responses((status = 200, description = "The item", body = ItemView,
        headers(("ETag", description = "Its version")))))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ItemPath>,
) -> Answer<(HeaderMap, Json<Value>)> {
    let item = path.item()?;
    let mut conn = app.db.reader().await?;
    let kept = store::one(&mut conn, &caller.space, &item)
        .await?
        .ok_or_else(|| Problem::not_found("item"))?;
    let snapshot = app.estate.snapshot(&caller.space);
    let estate = &snapshot.estate;
    let health = health::of_items(&app, &caller.space).await?;
    let (owned, needs): (Vec<Edge>, Vec<Edge>) = estate
        .edges()
        .filter(|edge| edge.from == item || edge.to == item)
        .partition(|edge| edge.from == item);
    let affected = estate.affected(std::slice::from_ref(&item));
    let filter = journal::Filter {
        subject: Some(format!("item:{item}")),
        limit: 50,
        ..journal::Filter::default()
    };
    let changes = journal::list(&mut conn, &caller.space, &filter).await?;
    let mandate = mandate::of_resource(&caller, estate, &kept.stored.resource);
    let file = kept.stored.kept_in();
    let why_not = match (&mandate, file) {
        (Err(refusal), _) => Some(refusal.reason.clone()),
        (Ok(()), file) => file.map(|file| changes::kept_in(&item, file).detail),
    };
    let shown = ItemView {
        may_edit: why_not.is_none(),
        may_take_over: mandate.is_ok() && file.is_some(),
        why_not,
        row: ItemRow::of(estate, &kept.stored.resource, &health),
        keeping: Keeping::of(&kept),
        spec: &kept.stored.resource.spec,
        metadata: &kept.stored.resource.metadata,
        owner: estate.owner(&item),
        operator: estate.operator(&item),
        escalation_policy: estate.escalation_policy(&item),
        inherited: estate.inherited(&item).map(InheritedView::from),
        depends_on: owned,
        dependents: needs,
        usecases: affected.usecases,
        products: affected.products,
        mentioned_by: estate.mentioned_by(&item).iter().map(|r| r.item().clone()).collect(),
        incidents: incidents_of(&app, &caller.space, &item).await?,
        alerts: alerts_of(&app, &caller.space, &item),
        changes: crate::sentences::shown(&mut conn, &caller.space, &changes).await?,
    };
    Ok((etag(kept.version), Json(json!(shown))))
}

async fn incidents_of(app: &App, space: &SpaceId, item: &ItemRef) -> Answer<Vec<IncidentRow>> {
    use incidents::store::{Filter, list};
    let filter = Filter { item: Some(item.to_string()), ..Filter::default() };
    let page = Page::first(20, Sort::descending("opened_at", true));
    let mut conn = app.db.reader().await?;
    let (rows, _) = list(&mut conn, space, &filter, &page).await?;
    Ok(rows.iter().map(|found| incidents::views::row(&found.record, found.version)).collect())
}

fn alerts_of(app: &App, space: &SpaceId, item: &ItemRef) -> Vec<Value> {
    let mut alerts = app.alerts.all(space);
    alerts.retain(|alert| alert.record.item.as_ref() == Some(item));
    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.record.starts_at));
    alerts.iter().take(100).map(|alert| json!(alert.record.view(alert.version))).collect()
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct AtQuery {
    /// As of this time; now if not said.
    at: Option<Time>,
}

/// What breaks when the item is down: by path and hop, honouring redundancy.
#[utoipa::path(get, path = "/estate/items/{kind}/{name}/impact", tag = "estate",
    params(ItemPath, AtQuery),
    responses((status = 200, description = "Everything hit, the nearest first", body = Hits)))]
async fn impact(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ItemPath>,
    Query(query): Query<AtQuery>,
) -> Answer<Json<Hits>> {
    let ask = |estate: &Estate, item: &ItemRef| estate.impact(std::slice::from_ref(item));
    reach(&app, &caller, path.item()?, query.at, ask).await
}

/// What the item depends on: by path and hop.
#[utoipa::path(get, path = "/estate/items/{kind}/{name}/upstream", tag = "estate",
    params(ItemPath, AtQuery),
    responses((status = 200, description = "Everything needed, the nearest first", body = Hits)))]
async fn upstream(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ItemPath>,
    Query(query): Query<AtQuery>,
) -> Answer<Json<Hits>> {
    reach(&app, &caller, path.item()?, query.at, Estate::upstream).await
}

async fn reach(
    app: &App,
    caller: &Caller,
    item: ItemRef,
    at: Option<Time>,
    ask: fn(&Estate, &ItemRef) -> Vec<Reached>,
) -> Answer<Json<Hits>> {
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
    Ok(Json(Hits { root: Some(item), at, hits }))
}

/// The map: everything that can break, and what needs what. An edge points from what needs to
/// what is needed.
#[utoipa::path(get, path = "/estate/graph", tag = "estate", params(AtQuery),
    responses((status = 200, description = "Nodes and edges", body = Map)))]
async fn map(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AtQuery>,
) -> Answer<Json<Map>> {
    let health = health::of_items(&app, &caller.space).await?;
    let snapshot = app.estate.snapshot(&caller.space);
    let past = match query.at {
        None => None,
        Some(at) => {
            let mut conn = app.db.reader().await?;
            Some(Estate::new(store::as_of(&mut conn, &caller.space, at).await?))
        }
    };
    let estate = past.as_ref().unwrap_or(&snapshot.estate);
    let nodes = estate
        .resources()
        .filter(|resource| resource.kind().operated())
        .map(|resource| MapNode {
            id: resource.item().clone(),
            row: ItemRow::of(estate, resource, &health),
        })
        .collect();
    let at = query.at.unwrap_or_else(|| app.world.now());
    Ok(Json(Map { nodes, edges: estate.edges().collect(), at }))
}

/// Files to plan or apply.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Files {
    /// The files: names for messages, and their text.
    files: Vec<SourceFile>,
    /// Delete what files once said and say no more.
    #[serde(default)]
    prune: bool,
    /// What was decided, and why: kept with the targets of objectives that change by it.
    #[serde(default)]
    decision: Decision,
}

fn answer(app: &App, space: &SpaceId, outcome: changes::Outcome) -> (StatusCode, Json<PlanView>) {
    match outcome {
        changes::Outcome::Planned(plan) => {
            let warnings = warnings(app, space, &plan);
            let shown = PlanView { changes: plan.changes, warnings, ..PlanView::default() };
            (StatusCode::OK, Json(shown))
        }
        changes::Outcome::Wrong(errors) => {
            let shown = PlanView { errors, ..PlanView::default() };
            (StatusCode::UNPROCESSABLE_ENTITY, Json(shown))
        }
    }
}

/// What is wrong with the promises of the estate as a plan would leave it, and which past periods
/// it would change.
fn warnings(app: &App, space: &SpaceId, plan: &estate::Plan) -> Vec<PromiseWarning> {
    let snapshot = app.estate.snapshot(space);
    let changed: HashSet<&ItemRef> = plan.changes.iter().map(|change| &change.item).collect();
    let kept = snapshot.estate.resources().filter(|kept| !changed.contains(kept.item()));
    let wanted = plan.changes.iter().filter_map(|change| change.resource.as_ref());
    let after = Estate::new(kept.chain(wanted).cloned());
    let now = app.world.now();
    let mut found = underpinning::warnings(&after, now);
    found.extend(rewrites::warnings(&snapshot.estate, &after, now));
    found.into_iter().map(|(item, text)| PromiseWarning { item, text }).collect()
}

/// What applying files would change.
#[utoipa::path(post, path = "/estate/plan", tag = "estate", request_body = Files,
    responses((status = 200, description = "The changes", body = PlanView),
        (status = 422, description = "Mistakes, each with file, line, field and remedy",
            body = PlanView)))]
async fn plan(
    State(app): State<App>,
    caller: Caller,
    Json(files): Json<Files>,
) -> Answer<(StatusCode, Json<PlanView>)> {
    let Files { files, prune, .. } = files;
    let outcome = changes::plan(&app, &caller.asker(), &files, prune).await?;
    Ok(answer(&app, &caller.space, outcome))
}

/// Applies files: everything or nothing.
#[utoipa::path(post, path = "/estate/apply", tag = "estate", request_body = Files,
    responses((status = 200, description = "What was changed", body = PlanView),
        (status = 422, description = "Mistakes; nothing was changed", body = PlanView)))]
async fn apply(
    State(app): State<App>,
    caller: Caller,
    Json(files): Json<Files>,
) -> Answer<(StatusCode, Json<PlanView>)> {
    may(&caller, Action::Administer, &[])?;
    let Files { files, prune, decision } = files;
    let outcome = match decision.checked() {
        Ok(why) => changes::apply(&app, &caller.asker(), &files, prune, why).await?,
        Err(wrong) => changes::Outcome::Wrong(vec![in_decision(wrong)]),
    };
    Ok(answer(&app, &caller.space, outcome))
}

/// What is wrong with the decision that goes with files, told as what is wrong with files is.
fn in_decision(wrong: Problem) -> Mistake {
    let field = wrong.field.map_or("decision".to_owned(), |field| format!("decision.{field}"));
    let (message, remedy) = (wrong.detail, wrong.remedy.unwrap_or_default());
    Mistake { file: String::new(), line: 0, column: 0, field, message, remedy }
}

/// The estate as YAML that can be applied again.
#[utoipa::path(get, path = "/estate/export", tag = "estate",
    responses((status = 200, description = "One document for each resource",
        body = Value, content_type = "application/yaml")))]
async fn export(State(app): State<App>, caller: Caller) -> Answer<impl IntoResponse> {
    let snapshot = app.estate.snapshot(&caller.space);
    let mut resources: Vec<&Resource> = snapshot.estate.resources().collect();
    let order = |resource: &Resource| Kind::ALL.iter().position(|kind| *kind == resource.kind());
    resources.sort_by_key(|resource| (order(resource), resource.item().clone()));
    let text = estate::export(resources);
    Ok(([(header::CONTENT_TYPE, "application/yaml")], text))
}
