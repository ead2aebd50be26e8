//! HTTP faces of alerts.

use alerts::{Alert, Command, MatchRule, Matcher, Severity, Stage, View};
use axum::extract::State;
use axum::http::HeaderMap;
use kernel::{AlertId, Lifecycle, Time};
use serde::Deserialize;
use serde_json::{Value, json};
use spine::engine::{self, Versioned};
use spine::journal;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::filter::wants_item;
use super::mandate::Mandate;
use super::placing::place;
use super::store::{self, ALERTS};
use super::views::{MatchRules, RuleExample, RuleOfEstate, RulePreview, SavedRules};
use super::{bulk, classes, groups, list};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::{self, Call};
use crate::extract::{Json, Path};
use crate::listing::Items;
use crate::practices::estate::live::Route;
use crate::practices::incidents::routes::etag;
use crate::problem::{Answer, Problem};
use crate::sentences::{TimelineEntry, timeline as timeline_of};
use crate::settings;

/// Every route of alerts.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(list::routes())
        .merge(groups::routes())
        .merge(bulk::routes())
        .merge(classes::routes())
        .routes(routes!(one))
        .routes(routes!(command))
        .routes(routes!(timeline))
        .routes(routes!(rules, put_rules))
        .routes(routes!(preview))
        .merge(super::history::routes::routes())
}

/// The alert that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct AlertPath {
    /// Its id (`alr_…`).
    pub id: AlertId,
}

pub(super) async fn load(app: &App, caller: &Caller, id: AlertId) -> Answer<Versioned<Alert>> {
    let warm =
        app.alerts.read(&caller.space, |space| space.and_then(|space| space.by_id(id)).cloned());
    if let Some(alert) = warm {
        return Ok(Versioned::clone(&alert));
    }
    let mut conn = app.db.reader().await?;
    engine::load(&mut conn, &ALERTS, &caller.space, id)
        .await?
        .ok_or_else(|| Problem::not_found("alert"))
}

fn view(alert: &Alert, version: i64, _: Time) -> Value {
    json!(alert.view(version))
}

/// An alert as the caller sees it, with the silences that hold it back now.
pub(super) fn shown(
    app: &App,
    (caller, mandate): (&Caller, &Mandate),
    alert: &Alert,
    version: i64,
) -> Value {
    let mut view = alert.view(version);
    view.allowed.retain(|offer| alert.suits(offer, &caller.actor()));
    if alert.stage.firing() {
        let silenced = app.silences.silenced(&caller.space, &alert.labels, app.world.now());
        view.silenced_by = silenced.by;
        view.silenced_until = silenced.until;
    }
    caller.sees(json!(view), &mandate.teams(alert))
}

/// Shows one alert.
#[utoipa::path(get, path = "/alerts/{id}", tag = "alerts",
    params(AlertPath),
    responses((status = 200, description = "The alert", body = View,
        headers(("ETag", description = "Its version")))))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(AlertPath { id }): Path<AlertPath>,
) -> Answer<(HeaderMap, Json<Value>)> {
    let found = load(&app, &caller, id).await?;
    let mandate = Mandate::over(&app, &caller, std::iter::once(&found.record)).await?;
    let shown = shown(&app, (&caller, &mandate), &found.record, found.version);
    Ok((etag(found.version), Json(shown)))
}

/// Asks something of an alert; the answer is the alert afterwards.
#[utoipa::path(post, path = "/alerts/{id}/commands", tag = "alerts",
    request_body = Command, params(AlertPath, Call),
    responses((status = 200, description = "The alert afterwards", body = View,
        headers(("ETag", description = "Its version")))))]
async fn command(
    State(app): State<App>,
    caller: Caller,
    Path(AlertPath { id }): Path<AlertPath>,
    call: Call,
    Json(command): Json<Command>,
) -> Answer<(HeaderMap, Json<Value>)> {
    may(&caller, Action::Respond, &[])?;
    if command.system_only() {
        return Err(Problem::forbidden("this command is for Operate itself"));
    }
    let found = load(&app, &caller, id).await?;
    let mandate = Mandate::over(&app, &caller, std::iter::once(&found.record)).await?;
    mandate.allows(&found.record)?;
    let asker = caller.asker();
    let after = commands::execute(&app, asker, call, (&ALERTS, id, command), view).await?;
    let mut conn = app.db.reader().await?;
    let stored = store::by_id(&mut conn, &caller.space, &[id]).await?;
    app.alerts.catch_up(&caller.space, stored.clone());
    let version = after.get("version").and_then(Value::as_i64).unwrap_or_default();
    let after = match stored.first().filter(|alert| alert.version == version) {
        Some(alert) => shown(&app, (&caller, &mandate), &alert.record, version),
        None => after,
    };
    Ok((etag(version), Json(after)))
}

/// The history of an alert, the newest first.
#[utoipa::path(get, path = "/alerts/{id}/timeline", tag = "alerts",
    params(AlertPath),
    responses((status = 200, description = "What happened", body = Items<TimelineEntry>)))]
async fn timeline(
    State(app): State<App>,
    caller: Caller,
    Path(AlertPath { id }): Path<AlertPath>,
) -> Answer<Json<Value>> {
    let found = load(&app, &caller, id).await?;
    let filter = journal::Filter {
        subject: Some(format!("alert:{}", found.record.id())),
        limit: 1000,
        ..journal::Filter::default()
    };
    let mut conn = app.db.reader().await?;
    let entries = journal::list(&mut conn, &caller.space, &filter).await?;
    Ok(Json(timeline_of(&mut conn, &caller.space, &entries).await?))
}

/// The rules that find the item of an alert, in the order in which they are asked.
#[utoipa::path(get, path = "/match-rules", tag = "alerts",
    responses((status = 200, description = "The rules", body = MatchRules,
        headers(("ETag", description = "Their version")))))]
async fn rules(State(app): State<App>, caller: Caller) -> Answer<(HeaderMap, Json<MatchRules>)> {
    let mut conn = app.db.reader().await?;
    let (rules, version) = settings::match_rules(&mut conn, &caller.space).await?;
    let snapshot = app.estate.snapshot(&caller.space);
    let from_files = |route: &Route| RuleOfEstate {
        name: route.name.clone(),
        when: route.when.clone(),
        item: route.item.clone(),
        managed_by: "estate",
    };
    let routes = snapshot.routes().iter().map(from_files).collect();
    Ok((etag(version), Json(MatchRules { items: rules, routes, version })))
}

/// Replaces the rules; alerts that fire are matched anew.
#[utoipa::path(put, path = "/match-rules", tag = "alerts",
    request_body = Vec<MatchRule>, params(Call),
    responses((status = 200, description = "The rules", body = SavedRules)))]
async fn put_rules(
    State(app): State<App>,
    caller: Caller,
    call: Call,
    Json(rules): Json<Vec<MatchRule>>,
) -> Answer<Json<SavedRules>> {
    may(&caller, Action::Administer, &[])?;
    compile(&rules)?;
    settings::put(&app, &caller, settings::MATCH_RULES, &rules, call.expected).await?;
    app.estate.reload(&app.db).await?;
    let rematched = place(&app, &caller.space, &caller.actor()).await?;
    Ok(Json(SavedRules { items: rules, rematched }))
}

fn compile(rules: &[MatchRule]) -> Answer<Matcher> {
    Matcher::compile(rules).map_err(|errors| {
        let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let field = errors.first().map(|error| format!("{}.{}", error.index, error.field));
        Problem::refused(text.join("; ")).at(field.unwrap_or_default())
    })
}

/// Which of the alerts that are not closed a rule would match, before it is saved.
#[utoipa::path(post, path = "/match-rules/preview", tag = "alerts",
    request_body = MatchRule,
    responses((status = 200, description = "How many, and some of them", body = RulePreview)))]
async fn preview(
    State(app): State<App>,
    caller: Caller,
    Json(rule): Json<MatchRule>,
) -> Answer<Json<RulePreview>> {
    let matcher = compile(std::slice::from_ref(&rule))?;
    let estate = app.estate.snapshot(&caller.space);
    let mut matches = 0;
    let mut unknown_items = std::collections::BTreeSet::new();
    let mut examples = Vec::new();
    for alert in app.alerts.all(&caller.space) {
        let signal = crate::practices::estate::live::as_signal(&alert.record);
        let found = matcher.find(&signal, &|_| true);
        let Some(found) = found.filter(|found| found.rule.starts_with("rule ")) else { continue };
        if !estate.knows(&found.item) {
            unknown_items.insert(found.item);
            continue;
        }
        matches += 1;
        if examples.len() < 10 {
            examples.push(RuleExample {
                id: alert.record.id,
                name: alert.record.name().to_owned(),
                summary: alert.record.summary().to_owned(),
                item: found.item,
                labels: alert.record.labels.clone(),
            });
        }
    }
    Ok(Json(RulePreview { matches, examples, unknown_items }))
}

/// Counts for the overview: `(firing, firing without an item, firing and critical)`.
pub fn counts(app: &App, space: &kernel::SpaceId) -> (usize, usize, usize) {
    app.alerts.read(space, |space| {
        let mut counts = (0, 0, 0);
        for alert in space.into_iter().flat_map(|space| space.iter()) {
            let record = &alert.record;
            if record.stage == Stage::Cleared || record.stage == Stage::Closed {
                continue;
            }
            counts.0 += 1;
            counts.1 += usize::from(wants_item(record));
            counts.2 += usize::from(record.severity == Severity::Critical);
        }
        counts
    })
}

/// How many alerts of a space fire that no rule classifies.
pub fn unclassified(app: &App, space: &kernel::SpaceId) -> usize {
    app.alerts.read(space, |space| {
        let alerts = space.into_iter().flat_map(|space| space.iter()).map(|alert| &alert.record);
        alerts.filter(|alert| alert.stage.firing() && alert.classification.is_none()).count()
    })
}
