//! What is promised for an incident that is about to be reported: the priority that follows from
//! the report, and the targets of contracts at that priority. Reckoned by the rules that would
//! reckon it, and kept nowhere.

use axum::extract::State;
use contracts::clocks::{Books, Clocks, Command as Count, Look, Scope, View};
use incidents::{Command, Incident, Open, PriorityLine};
use kernel::{Impact, IncidentId, ItemRef, Lifecycle, Moment, Priority, Refusal, Time, Urgency};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::words::{self, PromiseWords};
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::practices::estate::live::Snapshot;
use crate::practices::incidents::routes::prepared;
use crate::problem::Answer;

/// The report, as far as it is known.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PreviewQuery {
    /// What is hit.
    item: ItemRef,
    /// How grave it is technically.
    severity: Option<incidents::Severity>,
    /// How much is hit, where the reporter knows better.
    impact: Option<Impact>,
    /// How soon it must be dealt with, where the reporter knows better.
    urgency: Option<Urgency>,
}

/// What is promised for a report.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PromisePreview {
    /// The time of the answer: from now on the targets count.
    now: Time,
    /// The priority that follows from the report.
    priority: Priority,
    /// The calculation, line by line.
    lines: Vec<PriorityLine>,
    /// The contracts that it would touch.
    contracts: Vec<PreviewedContract>,
    /// Their targets at this priority, the next due first.
    clocks: Vec<View>,
}

/// A contract that a report would touch.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedContract {
    /// The contract.
    contract: ItemRef,
    /// What people call it.
    title: String,
    /// Whether it covers what is hit.
    scope: Scope,
    /// How that is known.
    because: String,
    /// Its promise in plain words, the service hours first.
    words: Vec<PromiseWords>,
}

/// What would be promised if an incident on this item were reported now: its priority, the
/// contracts that it touches, and how soon somebody takes it and it works again.
#[utoipa::path(get, path = "/promises/preview", tag = "contracts", params(PreviewQuery),
    responses((status = 200, description = "What would be promised", body = PromisePreview)))]
pub(super) async fn preview(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PreviewQuery>,
) -> Answer<Json<PromisePreview>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let moment = app.moment(caller.actor());
    let open = Open {
        item: Some(query.item),
        severity: query.severity,
        impact: query.impact,
        urgency: query.urgency,
        ..Open::titled("a report")
    };
    let open = prepared(&app, &caller, open).await?;
    Ok(Json(of(&snapshot, open, &moment)?))
}

fn of(snapshot: &Snapshot, open: Open, moment: &Moment) -> Result<PromisePreview, Refusal> {
    let id: IncidentId = moment.id();
    let events = Incident::open(id, &Command::Open(Box::new(open)), moment)?;
    let incident = folded::<Incident>(id, &events)?;
    let promises = streams::promises(&snapshot.estate, &incident);
    let contracts = promises.iter().map(|promise| PreviewedContract {
        contract: promise.contract.clone(),
        title: promise.title.clone(),
        scope: promise.scope,
        because: promise.because.clone(),
        words: words::of_contract(&snapshot.estate, &promise.contract, moment.now),
    });
    let contracts: Vec<PreviewedContract> = contracts.collect();
    let clocks = if promises.is_empty() {
        Vec::new()
    } else {
        let look = Look { facts: streams::facts(&incident), promises };
        let id = moment.id();
        let events = Clocks::open(id, &Count::Look(Box::new(look)), moment)?;
        let clocks = folded::<Clocks>(id, &events)?;
        clocks.views(&mut Books::new(moment.now, moment.now), moment.now)
    };
    Ok(PromisePreview {
        now: moment.now,
        priority: incident.priority,
        lines: incident.priority_lines,
        contracts,
        clocks,
    })
}

/// The record that some events leave.
fn folded<R: Lifecycle>(id: R::Id, events: &[R::Event]) -> Result<R, Refusal> {
    let nothing = || Refusal::invalid("Nothing would be opened.");
    let (first, rest) = events.split_first().ok_or_else(nothing)?;
    let mut record = R::born(id, first).ok_or_else(nothing)?;
    rest.iter().for_each(|event| record.apply(event));
    Ok(record)
}
