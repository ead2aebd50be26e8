//! One command for many alerts: decided in memory, shown before it is done, and written in shared
//! transactions. Every alert is judged for itself, so that one that refuses holds up no other.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use alerts::{Alert, Change, Command, Event, Severity, Stage};
use axum::extract::State;
use kernel::{Actor, AlertId, ItemRef, Lifecycle, Moment, SpaceId, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use spine::Fault;
use utoipa::openapi::path::ParameterIn;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::batch::{Batch, Decided, after};
use super::common;
use super::filter::{Filter, apart, held_back};
use super::flight;
use super::hot::Known;
use super::list::{Sort, only_open};
use super::mandate::Mandate;
use super::store;
use super::tally::Tally;
use super::views::FilterBody;
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::Json;
use crate::problem::{Answer, Problem};

/// Alerts that one request changes at most.
const LIMIT: usize = 10_000;
/// Filters of one request at most.
const FILTERS_MAX: usize = 100;
/// Alerts of one transaction: others that wait for the database get their turn between two.
const CHUNK: usize = 500;
/// Alerts that an answer shows, and refusals that it gives the reasons of.
const SHOWN: usize = 50;
/// How often alerts that somebody else changed meanwhile are judged again.
const TRIES: usize = 5;

/// The route of commands for many.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(command_many))
}

/// One command for many alerts: for those of `ids`, and for those that fit one of `filters`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Bulk {
    /// What to ask of each.
    command: Command,
    /// These alerts.
    #[serde(default)]
    #[schema(max_items = 10000)]
    ids: Vec<AlertId>,
    /// Alerts that fit one of these; `{}` fits every alert that is not closed.
    #[serde(default)]
    #[schema(value_type = Vec<FilterBody>, max_items = 100)]
    filters: Vec<Map<String, Value>>,
    /// Only says what would happen.
    #[serde(default)]
    dry_run: bool,
    /// Changes at most so many, the worst first; `left` tells how many wait. 10,000 if not said.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10000)]
    limit: Option<usize>,
}

/// What a command for many did, or would do.
#[derive(Debug, Serialize, ToSchema)]
struct BulkAnswer {
    /// Whether nothing was done.
    dry_run: bool,
    /// Figures of all alerts that are meant, as they were before.
    all: Tally,
    /// How many were changed, or would be.
    changed: usize,
    /// How many it would change besides, beyond the limit: ask again for them.
    left: usize,
    /// How many are already as the command wants them.
    unchanged: usize,
    /// How many refuse.
    refused: usize,
    /// Why, of the first fifty that refuse.
    refusals: Vec<BulkRefusal>,
    /// The worst fifty of those that are meant.
    sample: Vec<BulkAlert>,
    /// Conditions for a silence that would hold all of them back; perhaps others too.
    silence: Vec<String>,
}

/// An alert that refuses.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct BulkRefusal {
    /// The alert.
    id: AlertId,
    /// Its name; empty when there is no such alert.
    name: String,
    /// Why it refuses.
    reason: String,
}

/// An alert that is meant.
#[derive(Debug, Serialize, ToSchema)]
struct BulkAlert {
    /// Its id.
    id: AlertId,
    /// Its name.
    name: String,
    /// What it says.
    summary: String,
    /// How grave it is.
    severity: Severity,
    /// Where it was in its life.
    state: Stage,
    /// The item it speaks of.
    item: Option<ItemRef>,
    /// When the firing began.
    starts_at: Time,
    /// Who looks at it already.
    acknowledged_by: Option<Actor>,
}

/// What is asked of each alert, when, and of which of them it may be asked.
struct Order {
    command: Command,
    moment: Moment,
    mandate: Mandate,
}

/// What becomes of each alert.
#[derive(Default)]
struct Judged {
    changes: Vec<(Known, Vec<Event>)>,
    unchanged: usize,
    refusals: Vec<BulkRefusal>,
}

/// Asks the same of many alerts, or says beforehand what would happen. At most 10,000 are changed
/// by one request. Who repeats a request changes nothing twice.
#[utoipa::path(post, path = "/alerts/commands", tag = "alerts", request_body = Bulk,
    responses((status = 200, description = "What was done, or would be", body = BulkAnswer)))]
async fn command_many(
    State(app): State<App>,
    caller: Caller,
    Json(bulk): Json<Bulk>,
) -> Answer<Json<BulkAnswer>> {
    may(&caller, Action::Respond, &[])?;
    if bulk.command.system_only() {
        return Err(Problem::forbidden("this command is for Operate itself"));
    }
    let limit = limit(&bulk)?;
    let filters = filters(&bulk)?;
    let (alerts, missing) = meant(&app, &caller.space, &filters, &bulk.ids).await?;
    let mandate = Mandate::over(&app, &caller, alerts.iter().map(|alert| &alert.record)).await?;
    let order = Arc::new(Order {
        command: bulk.command.clone(),
        moment: app.moment(caller.actor()),
        mandate,
    });
    let (inner, space, asked) = (app.clone(), caller.space.clone(), order.clone());
    let look = move || (seen(&inner, &space, &alerts, &filters), judge(&alerts, &asked));
    let (mut answer, mut judged) = apart(look).await?;
    judged.refusals.extend(missing.into_iter().map(|id| BulkRefusal {
        id,
        name: String::new(),
        reason: "there is no such alert".to_owned(),
    }));
    answer.left = judged.changes.len().saturating_sub(limit);
    judged.changes.truncate(limit);
    answer.dry_run = bulk.dry_run;
    answer.changed = judged.changes.len();
    if !bulk.dry_run {
        answer.changed = 0;
        for chunk in judged.changes.chunks(CHUNK) {
            let done = write(&app, &caller.space, chunk.to_vec(), &order).await?;
            answer.changed += done.changes.len();
            judged.unchanged += done.unchanged;
            judged.refusals.extend(done.refusals);
        }
    }
    answer.unchanged = judged.unchanged;
    answer.refused = judged.refusals.len();
    judged.refusals.truncate(SHOWN);
    answer.refusals = judged.refusals;
    Ok(Json(answer))
}

fn limit(bulk: &Bulk) -> Answer<usize> {
    let limit = bulk.limit.unwrap_or(LIMIT);
    if !(1..=LIMIT).contains(&limit) {
        return Err(Problem::invalid(format!("limit is between 1 and {LIMIT}")).at("limit"));
    }
    if bulk.ids.len() > LIMIT {
        let message = format!("{} ids; at most {LIMIT} are taken at once", bulk.ids.len());
        return Err(Problem::invalid(message).at("ids").remedy("ask in several requests"));
    }
    Ok(limit)
}

/// The names that a filter may hold: those of the list. A name that is misspelt must not widen what
/// is changed.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let parameters = Filter::into_params(|| Some(ParameterIn::Query)).into_iter();
    parameters.map(|parameter| parameter.name).collect()
});

fn filters(bulk: &Bulk) -> Answer<Vec<Filter>> {
    if bulk.filters.is_empty() && bulk.ids.is_empty() {
        return Err(Problem::refused("say which alerts are meant")
            .at("filters")
            .remedy("name some in `ids`, or give `filters`; {} fits every open alert"));
    }
    if bulk.filters.len() > FILTERS_MAX {
        let message = format!("at most {FILTERS_MAX} filters are taken at once");
        return Err(Problem::invalid(message).at("filters"));
    }
    let read = |(place, fields): (usize, &Map<String, Value>)| {
        if let Some(odd) = fields.keys().find(|name| !NAMES.contains(name)) {
            let message =
                format!("there is no filter `{}`", odd.chars().take(64).collect::<String>());
            return Err(Problem::refused(message)
                .at(format!("filters[{place}]"))
                .remedy(format!("use {}", NAMES.join(", "))));
        }
        let filter: Filter = serde_json::from_value(Value::Object(fields.clone()))
            .map_err(|error| Problem::invalid(error.to_string()).at(format!("filters[{place}]")))?;
        if !only_open(&filter.state.0)? {
            return Err(Problem::refused("closed alerts are over").at("state"));
        }
        Ok(filter)
    };
    bulk.filters.iter().enumerate().map(read).collect()
}

/// The alerts that are meant, the worst first, each once; and the ids of those that do not exist.
async fn meant(
    app: &App,
    space: &SpaceId,
    filters: &[Filter],
    ids: &[AlertId],
) -> Answer<(Vec<Known>, Vec<AlertId>)> {
    let sieves: Vec<_> =
        filters.iter().map(|filter| filter.sieve(app, space)).collect::<Answer<_>>()?;
    let mut unknown: Vec<AlertId> = Vec::new();
    let mut named: Vec<Known> = app.alerts.read(space, |alerts| {
        let mut known = Vec::with_capacity(ids.len());
        for id in ids {
            match alerts.and_then(|alerts| alerts.by_id(*id)) {
                Some(alert) => known.push(alert.clone()),
                None => unknown.push(*id),
            }
        }
        known
    });
    if !unknown.is_empty() {
        let stored = store::by_id(&mut app.db.reader().await?, space, &unknown).await?;
        let found: HashSet<AlertId> = stored.iter().map(|alert| alert.record.id).collect();
        unknown.retain(|id| !found.contains(id));
        named.extend(stored.into_iter().map(Arc::new));
    }
    let (inner, space) = (app.clone(), space.clone());
    let all = move || {
        let mut seen = HashSet::new();
        let fitting = sieves.iter().flat_map(|sieve| sieve.all(&inner, &space));
        let found: Vec<Known> =
            named.into_iter().chain(fitting).filter(|alert| seen.insert(alert.record.id)).collect();
        Sort::worst_first().page(found.iter().collect(), 0, found.len())
    };
    Ok((apart(all).await?, unknown))
}

/// The answer as far as it is known before anything is judged.
fn seen(app: &App, space: &SpaceId, alerts: &[Known], filters: &[Filter]) -> BulkAnswer {
    let mut all = Tally::default();
    for (alert, silenced) in alerts.iter().zip(held_back(app, space, alerts)) {
        all.add(&alert.record, silenced);
    }
    let one = |alert: &Alert| BulkAlert {
        id: alert.id,
        name: alert.name().to_owned(),
        summary: alert.summary().to_owned(),
        severity: alert.severity,
        state: alert.stage,
        item: alert.item.clone(),
        starts_at: alert.starts_at,
        acknowledged_by: alert.acknowledged_by.as_deref().cloned(),
    };
    BulkAnswer {
        dry_run: true,
        all,
        changed: 0,
        left: 0,
        unchanged: 0,
        refused: 0,
        refusals: Vec::new(),
        sample: alerts.iter().take(SHOWN).map(|alert| one(&alert.record)).collect(),
        silence: common::conditions(alerts, filters),
    }
}

fn judge(alerts: &[Known], order: &Order) -> Judged {
    let mut judged = Judged::default();
    for alert in alerts {
        let allowed = order.mandate.allows(&alert.record);
        let decide = |()| alert.record.decide(&order.command, &order.moment);
        match allowed.and_then(decide) {
            Ok(events) if events.is_empty() => judged.unchanged += 1,
            Ok(events) => judged.changes.push((alert.clone(), events)),
            Err(refusal) => judged.refusals.push(BulkRefusal {
                id: alert.record.id,
                name: alert.record.name().to_owned(),
                reason: refusal.reason,
            }),
        }
    }
    judged
}

/// Writes changes in one transaction. When somebody was faster, the alerts are read and judged
/// anew.
async fn write(
    app: &App,
    space: &SpaceId,
    changes: Vec<(Known, Vec<Event>)>,
    order: &Order,
) -> Answer<Judged> {
    let mut judged = Judged { changes, ..Judged::default() };
    for _ in 0..TRIES {
        if judged.changes.is_empty() {
            return Ok(judged);
        }
        match commit(app, space, &judged.changes, &order.moment).await {
            Err(fault) if fault.worth_retrying() => {
                let ids: Vec<AlertId> =
                    judged.changes.iter().map(|(alert, _)| alert.record.id).collect();
                let stored = store::by_id(&mut app.db.reader().await?, space, &ids).await?;
                app.alerts.put(space, stored.iter().cloned());
                let fresh: Vec<Known> = stored.into_iter().map(Arc::new).collect();
                let again = judge(&fresh, order);
                judged.changes = again.changes;
                judged.unchanged += again.unchanged;
                judged.refusals.extend(again.refusals);
            }
            Ok(()) => return Ok(judged),
            Err(fault) => return Err(fault.into()),
        }
    }
    Err(Fault::Race.into())
}

async fn commit(
    app: &App,
    space: &SpaceId,
    changes: &[(Known, Vec<Event>)],
    moment: &Moment,
) -> Result<(), Fault> {
    let decided = |(alert, events): &(Known, Vec<Event>)| {
        let mut record = alert.record.clone();
        events.iter().for_each(|event| record.apply(event));
        let change = Change { alert: record, events: events.clone(), new: false };
        Decided { change, version: alert.version }
    };
    let decided: Vec<Decided> = changes.iter().map(decided).collect();
    let batch = Batch::of(space, moment.now, Some(&moment.actor), &decided)?;
    let disk = flight::write(&app.db, &app.alerts, space, batch, after(decided)).await?;
    disk.wait().await
}
