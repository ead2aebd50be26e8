//! HTTP faces of incidents.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use incidents::{Command, Incident, Open};
use kernel::{IncidentId, Lifecycle, Time};
use serde::Deserialize;
use serde_json::{Value, json};
use spine::engine::{self, Asked, Versioned};
use spine::journal;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, Filter, INCIDENTS};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::{self, Call};
use crate::listing::{Listed, Page, PageQuery, Sort, words};
use crate::problem::{Answer, Problem};

/// Every route of incidents.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(one))
        .routes(routes!(command))
        .routes(routes!(timeline))
        .routes(routes!(alerts))
        .routes(routes!(impact))
}

/// An incident as the API shows it: the record, its version, and what may be asked of it now.
pub fn view(incident: &Incident, version: i64, now: Time) -> Value {
    let mut shown = serde_json::to_value(incident).unwrap_or_default();
    if let Value::Object(fields) = &mut shown {
        fields.insert("version".to_owned(), version.into());
        fields.insert("phase".to_owned(), json!(incident.phase()));
        fields.insert("next_step".to_owned(), incident.next_step().into());
        fields.insert("allowed".to_owned(), json!(incident.allowed(now)));
    }
    shown
}

/// An incident as a row of a list: without what only its own page shows.
pub fn row(incident: &Incident, version: i64) -> Value {
    let mut shown = view(incident, version, Time::EPOCH);
    if let Value::Object(fields) = &mut shown {
        for heavy in ["comments", "tasks", "links", "priority_lines", "hits", "allowed", "policy"] {
            fields.remove(heavy);
        }
    }
    shown
}

/// What a list of incidents can be narrowed to.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct FilterQuery {
    /// `true`: only those that are not over; `false`: only those that are.
    open: Option<bool>,
    /// Only these stages, separated by commas.
    stage: Option<String>,
    /// Only these phases (`detect`, `diagnose`, `resolve`, `done`), separated by commas.
    phase: Option<String>,
    /// Only these priorities, separated by commas.
    priority: Option<String>,
    /// Only those of this team: `team/payments`.
    team: Option<String>,
    /// Only those of this person: `person/ada`.
    assignee: Option<String>,
    /// Only those that touch this item: `service/orders`.
    item: Option<String>,
    /// Only those whose title holds this text, or that have this number.
    q: Option<String>,
    /// Opened at or after this time (RFC 3339).
    from: Option<String>,
    /// Opened before this time (RFC 3339).
    to: Option<String>,
}

impl FilterQuery {
    fn filter(self) -> Answer<Filter> {
        Ok(Filter {
            open: self.open,
            stages: words(self.stage.as_deref()),
            phases: words(self.phase.as_deref()),
            priorities: words(self.priority.as_deref()),
            team: self.team,
            assignee: self.assignee,
            item: self.item,
            text: self.q,
            from: time("from", self.from.as_deref())?,
            to: time("to", self.to.as_deref())?,
        })
    }
}

/// Reads a time from a query.
///
/// # Errors
/// When it is no time.
pub fn time(field: &str, text: Option<&str>) -> Answer<Option<Time>> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => match Time::parse(text) {
            Ok(time) => Ok(Some(time)),
            Err(error) => Err(Problem::invalid(error.to_string()).at(field)),
        },
    }
}

/// Lists incidents.
#[utoipa::path(get, path = "/incidents", tag = "incidents", params(PageQuery, FilterQuery),
    responses((status = 200, description = "One page of incidents", body = Listed<Value>)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
    Query(filter): Query<FilterQuery>,
) -> Answer<Json<Listed<Value>>> {
    let sort =
        Sort::parse(page.sort.as_deref(), store::SORTS, Sort::descending("opened_at", true))?;
    let page = Page::of(&page, sort)?;
    let mut conn = app.db.reader().await?;
    let (rows, total) = store::list(&mut conn, &caller.space, &filter.filter()?, &page).await?;
    let last = rows.last().map(|last| {
        (store::sort_value(&last.record, page.sort().column()), last.record.id.to_string())
    });
    Ok(Json(Listed {
        next: page.next(rows.len(), last),
        items: rows.iter().map(|found| row(&found.record, found.version)).collect(),
        total,
    }))
}

/// Opens an incident by hand.
#[utoipa::path(post, path = "/incidents", tag = "incidents", request_body = Value,
    responses((status = 201, description = "The new incident", body = Value)))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    call: Call,
    Json(mut open): Json<Open>,
) -> Answer<(StatusCode, Json<Value>)> {
    may(&caller, Action::Respond, &[])?;
    if open.alert.is_some() || open.number != 0 {
        return Err(Problem::invalid("an incident opened by hand names no alert and no number"));
    }
    let estate = app.estate.snapshot(&caller.space);
    if let Some(item) = &open.item {
        if !estate.knows(item) {
            return Err(Problem::invalid(format!("the estate has no {item}")).at("item"));
        }
        if open.team.is_none()
            && let Some(owner) = estate.estate.owner(item)
        {
            open.assigned_because = owner.because;
            open.team = Some(owner.to);
        }
        open.assessment = Some(streams::assessment(&estate.estate, std::slice::from_ref(item)));
    }
    open.policy = estate.policy.incidents.clone();
    let asker = caller.asker();
    let request = json!(["open", &open]);
    let shown = commands::once(&app, &asker.clone(), call.key, request, move |tx, app| {
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
    .await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Shows one incident.
#[utoipa::path(get, path = "/incidents/{id}", tag = "incidents",
    params(("id" = String, Path, description = "Its id (`inc_…`) or its number")),
    responses((status = 200, description = "The incident", body = Value)))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<(HeaderMap, Json<Value>)> {
    let found = load(&app, &caller, &id).await?;
    Ok((etag(found.version), Json(view(&found.record, found.version, app.world.now()))))
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
#[utoipa::path(post, path = "/incidents/{id}/commands", tag = "incidents", request_body = Value,
    params(("id" = String, Path, description = "Its id (`inc_…`) or its number")),
    responses((status = 200, description = "The incident afterwards", body = Value)))]
async fn command(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    call: Call,
    Json(command): Json<Command>,
) -> Answer<(HeaderMap, Json<Value>)> {
    let found = load(&app, &caller, &id).await?;
    may(&caller, Action::Respond, found.record.team.as_slice())?;
    if command.verb().system_only() || matches!(command, Command::Open(_)) {
        return Err(Problem::forbidden("this command is for Operate itself"));
    }
    let command = complete(&app, &caller, found.record.id, command).await?;
    let asker = caller.asker();
    let order = (&INCIDENTS, found.record.id, command);
    let shown = commands::execute(&app, asker, call, order, view).await?;
    let version = shown.get("version").and_then(Value::as_i64).unwrap_or_default();
    Ok((etag(version), Json(shown)))
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
        Command::Merge { into } => {
            let parent = load(app, caller, &into.to_string()).await?;
            parent.record.can_absorb(child)?;
            Command::Merge { into }
        }
        command => command,
    })
}

/// The history of an incident, the newest first.
#[utoipa::path(get, path = "/incidents/{id}/timeline", tag = "incidents",
    params(("id" = String, Path, description = "Its id (`inc_…`) or its number")),
    responses((status = 200, description = "What happened", body = Value)))]
async fn timeline(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
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
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
    let items: Vec<Value> = entries.iter().map(crate::sentences::shown).collect();
    Ok(Json(json!({ "items": items })))
}

/// The alerts of an incident.
#[utoipa::path(get, path = "/incidents/{id}/alerts", tag = "incidents",
    params(("id" = String, Path, description = "Its id (`inc_…`) or its number")),
    responses((status = 200, description = "Its alerts", body = Value)))]
async fn alerts(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<Value>> {
    let found = load(&app, &caller, &id).await?;
    let ids: Vec<_> = found.record.attached().map(|member| member.alert).collect();
    let mut conn = app.db.reader().await?;
    let alerts = crate::practices::alerts::store::by_id(&mut conn, &caller.space, &ids).await?;
    let items: Vec<Value> =
        alerts.iter().map(|alert| json!(alert.record.view(alert.version))).collect();
    Ok(Json(json!({ "items": items })))
}

/// What the items of an incident take down with them.
#[utoipa::path(get, path = "/incidents/{id}/impact", tag = "incidents",
    params(("id" = String, Path, description = "Its id (`inc_…`) or its number")),
    responses((status = 200, description = "Everything that depends on its items", body = Value)))]
async fn impact(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<Value>> {
    let found = load(&app, &caller, &id).await?;
    let estate = app.estate.snapshot(&caller.space);
    let root = found.record.main_item.iter().chain(&found.record.items).next().cloned();
    let items: Vec<_> = match &found.record.main_item {
        Some(main) => vec![main.clone()],
        None => found.record.items.clone(),
    };
    let hits = estate.estate.impact(&items);
    Ok(Json(json!({ "root": root, "at": app.world.now(), "hits": hits })))
}
