//! HTTP faces of incidents.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use estate::Estate;
use incidents::{Command, Incident, Open};
use kernel::{IncidentId, ItemRef, Lifecycle, Refusal, Time};
use serde::Deserialize;
use serde_json::{Value, json};
use spine::engine::{self, Asked, Versioned};
use spine::journal;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, Among, Filter, INCIDENTS};
use super::views::{IncidentRow, IncidentView, NewIncident, row, view};
use super::wanted::{FilterQuery, cursor};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::{self, Asker, Call};
use crate::extract::{Json, Path, Query};
use crate::listing::{Items, Listed, Page, PageQuery, Sort};
use crate::practices::alerts::mandate::Mandate;
use crate::practices::clocks::routes::{self as clocks, next_of};
use crate::practices::clocks::store as clock_store;
use crate::practices::estate::views::Hits;
use crate::practices::oncall::presence;
use crate::problem::{Answer, Problem};
use crate::sentences::{TimelineEntry, timeline as timeline_of};

/// As many children as are shown.
const CHILDREN_MAX: i64 = 200;

/// Every route of incidents.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(super::csv::export))
        .routes(routes!(one))
        .routes(routes!(command))
        .routes(routes!(timeline))
        .routes(routes!(alerts))
        .routes(routes!(impact))
        .routes(routes!(children))
        .merge(super::expected::routes::routes())
}

/// The incident that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct IncidentPath {
    /// Its id (`inc_…`) or its number.
    #[param(pattern = "^(inc_[0-7][0-9a-hjkmnp-tv-z]{25}|[0-9]{1,9})$")]
    pub id: String,
}

/// Lists incidents.
#[utoipa::path(get, path = "/incidents", tag = "incidents", params(PageQuery, FilterQuery),
    responses((status = 200, description = "One page of incidents", body = Listed<IncidentRow>)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
    Query(filter): Query<FilterQuery>,
) -> Answer<Json<Listed<IncidentRow>>> {
    let page = Page::of(&page, filter.sorted()?)?;
    let filter = filter.filter(&app.estate.snapshot(&caller.space).estate);
    let mut conn = app.db.reader().await?;
    let (rows, total) = store::list(&mut conn, &caller.space, &filter, &page).await?;
    let ids: Vec<IncidentId> = rows.iter().map(|found| found.record.id).collect();
    let due = next_of(&mut conn, &caller, &ids, app.world.now()).await?;
    let due = |id: IncidentId| due.iter().find(|(of, _)| *of == id).map(|(_, next)| next);
    let last = rows.last().map(|last| cursor(&page, &last.record, due(last.record.id)));
    let shown =
        rows.iter().map(|found| row(&found.record, found.version).counted(due(found.record.id)));
    Ok(Json(Listed { next: page.next(rows.len(), last), items: shown.collect(), total }))
}

/// Opens an incident by hand.
#[utoipa::path(post, path = "/incidents", tag = "incidents",
    request_body = NewIncident, params(Call),
    responses((status = 201, description = "The new incident", body = IncidentView)))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    call: Call,
    Json(new): Json<NewIncident>,
) -> Answer<(StatusCode, Json<Value>)> {
    may(&caller, Action::Respond, &[])?;
    if let Some(person) = new.to_be_there() {
        let estate = &app.estate.snapshot(&caller.space).estate;
        presence::there(estate, person, app.world.now()).map_err(|why| why.at("assignee"))?;
    }
    let answer = open(&app, &caller, call, Open::from(new)).await?;
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Opens an incident that somebody reports who may.
///
/// # Errors
/// When the report is not complete, the estate has no such item, or the database refuses.
pub(crate) async fn open(app: &App, caller: &Caller, call: Call, open: Open) -> Answer<Value> {
    let open = prepared(app, caller, open).await?;
    let asker = caller.asker();
    let request = json!(["open", &open]);
    commands::once(app, &asker.clone(), call.key, request, move |tx, app| {
        let (asker, mut open) = (asker.clone(), open.clone());
        Box::pin(async move {
            open.number = store::next_number(tx, &asker.space).await?;
            let moment = app.moment(asker.actor);
            let asked = Asked::new(&asker.space, &moment);
            let command = Command::Open(Box::new(open));
            let done = engine::open_in(tx, &INCIDENTS, moment.id(), &command, &asked).await?;
            Ok(view(&done.record, done.version, moment.now))
        })
    })
    .await
}

/// A report with what the estate knows of its item.
///
/// # Errors
/// When the estate has no such item.
pub async fn prepared(app: &App, caller: &Caller, mut open: Open) -> Answer<Open> {
    let estate = &app.estate.snapshot(&caller.space);
    if let Some(item) = &open.item {
        if !estate.knows(item) {
            return Err(Problem::refused(format!("the estate has no {item}")).at("item"));
        }
        if open.team.is_none()
            && let Some(operator) = estate.estate.operator(item)
        {
            open.assigned_because = operator.because;
            open.team = Some(operator.to);
        }
        let besides = down_besides(app, caller, (item, &estate.estate)).await?;
        let items = std::slice::from_ref(item);
        open.assessment = Some(streams::assessment(&estate.estate, items, &besides));
    }
    open.policy = estate.policy.incidents.clone();
    Ok(open)
}

/// What other open incidents have down of what redundancy counts on once an item is down.
async fn down_besides(
    app: &App,
    caller: &Caller,
    (item, estate): (&ItemRef, &Estate),
) -> Answer<Vec<ItemRef>> {
    let counted = streams::counted_on(estate, item);
    if counted.is_empty() {
        return Ok(Vec::new());
    }
    let (among, ever) = (Among::Kin(item.clone(), counted), Time::EPOCH);
    let mut conn = app.db.reader().await?;
    Ok(streams::down_by(&store::near(&mut conn, &caller.space, &among, ever).await?))
}

/// Shows one incident.
#[utoipa::path(get, path = "/incidents/{id}", tag = "incidents",
    params(IncidentPath),
    responses((status = 200, description = "The incident", body = IncidentView,
        headers(("ETag", description = "Its version")))))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(IncidentPath { id }): Path<IncidentPath>,
) -> Answer<(HeaderMap, Json<Value>)> {
    let found = load(&app, &caller, &id).await?;
    let now = app.world.now();
    let mut shown = view(&found.record, found.version, now);
    let mut conn = app.db.reader().await?;
    let counted = clock_store::of_incident(&mut conn, &caller.space, found.record.id).await?;
    shown["clocks"] = json!(counted.map(|clocks| clocks::shown(&clocks, now)).unwrap_or_default());
    let estate = &app.estate.snapshot(&caller.space).estate;
    shown["duties"] = json!(
        found.record.main_item.iter().flat_map(|item| estate.duties(item)).collect::<Vec<_>>()
    );
    let teams = teams_of(&found.record, estate);
    Ok((etag(found.version), Json(caller.sees(shown, &teams))))
}

/// The header that names a version.
pub fn etag(version: i64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(value) = format!("\"{version}\"").parse() {
        headers.insert(header::ETAG, value);
    }
    headers
}

/// Finds an incident by id or number.
pub(crate) async fn load(app: &App, caller: &Caller, id: &str) -> Answer<Versioned<Incident>> {
    let mut conn = app.db.reader().await?;
    let id = match id.parse::<IncidentId>() {
        Ok(id) => id,
        Err(_) if id.parse::<u32>().is_ok() => {
            let filter = Filter { text: Some(id.to_owned()), ..Filter::default() };
            let page = Page::first(1, Sort::ascending("number", true));
            let (rows, _) = store::list(&mut conn, &caller.space, &filter, &page).await?;
            return rows.into_iter().next().ok_or_else(|| Problem::not_found("incident"));
        }
        Err(error) => {
            return Err(Problem::new(StatusCode::NOT_FOUND, "not_found", error.to_string()));
        }
    };
    engine::load(&mut conn, &INCIDENTS, &caller.space, id)
        .await?
        .ok_or_else(|| Problem::not_found("incident"))
}

/// Asks something of an incident; the answer is the incident afterwards.
#[utoipa::path(post, path = "/incidents/{id}/commands", tag = "incidents",
    request_body = Command, params(IncidentPath, Call),
    responses((status = 200, description = "The incident afterwards", body = IncidentView,
        headers(("ETag", description = "Its version")))))]
async fn command(
    State(app): State<App>,
    caller: Caller,
    Path(IncidentPath { id }): Path<IncidentPath>,
    call: Call,
    Json(command): Json<Command>,
) -> Answer<(HeaderMap, Json<Value>)> {
    let asker = caller.asker();
    let answer = ask(&app, (&caller, asker), &id, call, command).await?;
    let version = answer.get("version").and_then(Value::as_i64).unwrap_or_default();
    Ok((etag(version), Json(answer)))
}

/// Asks something of an incident for whoever may: the one way of every face.
///
/// # Errors
/// Why it is not done.
pub(crate) async fn ask(
    app: &App,
    (caller, asker): (&Caller, Asker),
    id: &str,
    call: Call,
    command: Command,
) -> Answer<Value> {
    let found = load(app, caller, id).await?;
    may_respond(app, caller, &found.record)?;
    if command.verb().system_only() || matches!(command, Command::Open(_)) {
        return Err(Problem::forbidden("this command is for Operate itself"));
    }
    let command = complete(app, caller, found.record.id, command).await?;
    let order = (&INCIDENTS, found.record.id, command);
    commands::execute(app, asker, call, order, view).await
}

/// Whether somebody may act on an incident.
///
/// # Errors
/// Why not.
pub(crate) fn may_respond(app: &App, caller: &Caller, incident: &Incident) -> Result<(), Refusal> {
    let estate = &app.estate.snapshot(&caller.space).estate;
    may(caller, Action::Respond, &teams_of(incident, estate))
}

/// The teams to whom an incident belongs: the one that is charged with it, and those in whose queue
/// its main item is. None, while nobody is charged with it.
pub(crate) fn teams_of(incident: &Incident, estate: &Estate) -> Vec<ItemRef> {
    let Some(team) = &incident.team else { return Vec::new() };
    let duties = incident.main_item.iter().flat_map(|item| estate.duties(item));
    let others = duties.map(|duty| duty.to).filter(|other| other != team);
    std::iter::once(team.clone()).chain(others).collect()
}

/// Fills in what the asker's account says, and checks what only the database knows.
async fn complete(
    app: &App,
    caller: &Caller,
    child: IncidentId,
    command: Command,
) -> Answer<Command> {
    Ok(match command {
        Command::Acknowledge { by, at, person: None } => {
            Command::Acknowledge { by, at, person: caller.person() }
        }
        Command::Assign { assignee: Some(person), even_if_away: false, team, because } => {
            let estate = &app.estate.snapshot(&caller.space).estate;
            presence::there(estate, &person, app.world.now()).map_err(|why| why.at("assignee"))?;
            Command::Assign { assignee: Some(person), even_if_away: false, team, because }
        }
        Command::Merge { into } => {
            let parent = load(app, caller, &into.to_string()).await?;
            parent.record.can_absorb(child)?;
            Command::Merge { into }
        }
        Command::SetParent { parent: Some(parent), .. } => {
            let found = load(app, caller, &parent.to_string()).await?.record;
            found.can_lead(child)?;
            Command::SetParent { parent: Some(parent), number: found.number }
        }
        command => command,
    })
}

/// The history of an incident, the newest first.
#[utoipa::path(get, path = "/incidents/{id}/timeline", tag = "incidents",
    params(IncidentPath),
    responses((status = 200, description = "What happened", body = Items<TimelineEntry>)))]
async fn timeline(
    State(app): State<App>,
    caller: Caller,
    Path(IncidentPath { id }): Path<IncidentPath>,
) -> Answer<Json<Value>> {
    let found = load(&app, &caller, &id).await?;
    let mut conn = app.db.reader().await?;
    let filter = journal::Filter {
        subject: Some(format!("incident:{}", found.record.id())),
        limit: 1000,
        ..journal::Filter::default()
    };
    let mut entries = journal::list(&mut conn, &caller.space, &filter).await?;
    for page in
        crate::practices::oncall::store::of_incident(&mut conn, &caller.space, found.record.id)
            .await?
    {
        let subject = Some(format!("page:{}", page.record.id));
        let filter = journal::Filter { subject, limit: 500, ..journal::Filter::default() };
        entries.extend(journal::list(&mut conn, &caller.space, &filter).await?);
    }
    let counted = clock_store::of_incident(&mut conn, &caller.space, found.record.id).await?;
    if let Some(clocks) = counted {
        let subject = Some(format!("clocks:{}", clocks.id));
        let filter = journal::Filter { subject, limit: 500, ..journal::Filter::default() };
        let told = journal::list(&mut conn, &caller.space, &filter).await?;
        entries.extend(told.into_iter().filter(tells_people));
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
    Ok(Json(timeline_of(&mut conn, &caller.space, &entries).await?))
}

/// Whether people read an entry about clocks; some are for the record only.
fn tells_people(entry: &kernel::Entry) -> bool {
    !matches!(entry.kind.as_str(), "clocks.opened" | "clocks.calendar_taken")
}

/// The alerts of an incident.
#[utoipa::path(get, path = "/incidents/{id}/alerts", tag = "incidents",
    params(IncidentPath),
    responses((status = 200, description = "Its alerts", body = Items<::alerts::View>)))]
async fn alerts(
    State(app): State<App>,
    caller: Caller,
    Path(IncidentPath { id }): Path<IncidentPath>,
) -> Answer<Json<Value>> {
    let found = load(&app, &caller, &id).await?;
    let ids: Vec<_> = found.record.attached().map(|member| member.alert).collect();
    let mut conn = app.db.reader().await?;
    let alerts = crate::practices::alerts::store::by_id(&mut conn, &caller.space, &ids).await?;
    let mandate = Mandate::over(&app, &caller, alerts.iter().map(|alert| &alert.record)).await?;
    let shown = |Versioned { record, version }: &Versioned<::alerts::Alert>| {
        caller.sees(json!(record.view(*version)), &mandate.teams(record))
    };
    let items: Vec<Value> = alerts.iter().map(shown).collect();
    Ok(Json(json!({ "items": items })))
}

/// What hangs on an incident, and what was merged into it: what ends with it.
#[utoipa::path(get, path = "/incidents/{id}/children", tag = "incidents",
    params(IncidentPath),
    responses((status = 200, description = "Its children", body = Items<IncidentRow>)))]
async fn children(
    State(app): State<App>,
    caller: Caller,
    Path(IncidentPath { id }): Path<IncidentPath>,
) -> Answer<Json<Items<IncidentRow>>> {
    let found = load(&app, &caller, &id).await?;
    let filter = Filter { parent: Some(found.record.id), ..Filter::default() };
    let page = Page::first(CHILDREN_MAX, Sort::ascending("number", true));
    let mut conn = app.db.reader().await?;
    let (rows, _) = store::list(&mut conn, &caller.space, &filter, &page).await?;
    let items = rows.iter().map(|found| row(&found.record, found.version)).collect();
    Ok(Json(Items { items }))
}

/// What the items of an incident take down with them.
#[utoipa::path(get, path = "/incidents/{id}/impact", tag = "incidents",
    params(IncidentPath),
    responses((status = 200, description = "Everything that depends on its items", body = Hits)))]
async fn impact(
    State(app): State<App>,
    caller: Caller,
    Path(IncidentPath { id }): Path<IncidentPath>,
) -> Answer<Json<Hits>> {
    let found = load(&app, &caller, &id).await?;
    let estate = app.estate.snapshot(&caller.space);
    let root = found.record.main_item.iter().chain(&found.record.items).next().cloned();
    let items: Vec<_> = match &found.record.main_item {
        Some(main) => vec![main.clone()],
        None => found.record.items.clone(),
    };
    let hits = estate.estate.impact(&items);
    Ok(Json(Hits { root, at: app.world.now(), hits }))
}
