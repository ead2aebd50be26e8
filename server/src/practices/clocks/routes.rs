//! HTTP faces of the clocks of contracts.

use axum::extract::State;
use contracts::clocks::{Books, Clocks, Kind, Scope, State as ClockState, View};
use estate::Spec;
use kernel::{IncidentId, ItemRef, SpaceId, Time};
use serde::Serialize;
use spine::{Conn, Fault, engine};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path};
use crate::practices::contracts::allowance::{self, IncidentAllowance};
use crate::practices::incidents::routes::{IncidentPath, load};
use crate::practices::incidents::store::INCIDENTS;
use crate::problem::Answer;

/// Incidents whose clocks are looked at for one list.
const INCIDENTS_MAX: i64 = 200;

/// Every route of clocks.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(of_incident)).routes(routes!(list))
}

/// What contracts say about an incident.
#[derive(Debug, Serialize, ToSchema)]
struct IncidentClocks {
    /// The time of the answer.
    now: Time,
    /// The contracts that it touches.
    contracts: Vec<TouchedContract>,
    /// Their clocks, the next due first; those that are over last.
    clocks: Vec<View>,
}

/// A contract that an incident touches.
#[derive(Debug, Serialize, ToSchema)]
struct TouchedContract {
    /// The contract.
    contract: ItemRef,
    /// What people call it.
    title: String,
    /// To whom it promises something; absent where the contract is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer: Option<ItemRef>,
    /// Whether it covers what is hit.
    scope: Scope,
    /// How that is known.
    because: String,
    /// Whether the incident has missed something of it, has met all, or may still miss something.
    effect: Effect,
    /// What it took of the time that may be down; absent where none of that is promised, or the
    /// incident is no outage of it.
    availability: Option<IncidentAllowance>,
}

/// What an incident does to a contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ContractEffect)]
enum Effect {
    /// A target was missed, or it used up the time that may be down.
    HasCaused,
    /// Nothing was missed, and a clock or an outage counts: something may be.
    MayCause,
    /// Nothing was missed, and nothing counts any more.
    None,
}

/// A clock that is not over, with its incident.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiveClock {
    /// The incident.
    pub incident: IncidentId,
    /// The number that people call it by.
    pub number: u64,
    /// One line that says what is wrong with it.
    pub title: String,
    /// The clock.
    #[serde(flatten)]
    pub clock: View,
}

impl LiveClock {
    /// Whether it is missed, or has used three quarters of its time.
    pub fn at_risk(&self) -> bool {
        self.clock.state == ClockState::Overdue || self.clock.share.is_some_and(|share| share >= 75)
    }
}

/// Clocks that are not over.
#[derive(Debug, Serialize, ToSchema)]
struct LiveClocks {
    /// The time of the answer.
    now: Time,
    /// How many of them are missed already.
    overdue: usize,
    /// How many have used three quarters of their time, those that are missed included.
    at_risk: usize,
    /// The clocks, the next due first.
    items: Vec<LiveClock>,
}

/// The clock of an incident that is due next, for a row of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NextClock {
    /// The contract.
    pub contract: ItemRef,
    /// What people call it.
    pub contract_title: String,
    /// What the clock measures.
    pub clock: Kind,
    /// Where it is.
    pub state: ClockState,
    /// When it is due; absent while it stands.
    pub due_at: Option<Time>,
}

/// The clocks that contracts set on an incident.
#[utoipa::path(get, path = "/incidents/{id}/clocks", tag = "clocks", params(IncidentPath),
    responses((status = 200, description = "Its contracts and clocks", body = IncidentClocks)))]
async fn of_incident(
    State(app): State<App>,
    caller: Caller,
    Path(IncidentPath { id }): Path<IncidentPath>,
) -> Answer<Json<IncidentClocks>> {
    let found = load(&app, &caller, &id).await?;
    let now = app.world.now();
    let mut conn = app.db.reader().await?;
    let clocks = store::of_incident(&mut conn, &caller.space, found.record.id).await?;
    drop(conn);
    let Some(clocks) = clocks else {
        return Ok(Json(IncidentClocks { now, contracts: Vec::new(), clocks: Vec::new() }));
    };
    let views = shown(&clocks, now);
    let names: Vec<ItemRef> = clocks.contracts.iter().map(|of| of.contract.clone()).collect();
    let took = allowance::of_incident(&app, &caller.space, found.record.id, &names).await?;
    let snapshot = app.estate.snapshot(&caller.space);
    let consumer = |contract: &ItemRef| match &snapshot.estate.get(contract)?.spec {
        Spec::ServiceContract(spec) => Some(spec.consumer.clone()),
        _ => None,
    };
    let contracts = clocks.contracts.iter().map(|touched| {
        let took = took.iter().find(|(contract, _)| *contract == touched.contract);
        let availability = took.map(|(_, took)| took.clone());
        TouchedContract {
            contract: touched.contract.clone(),
            title: touched.title.clone(),
            consumer: consumer(&touched.contract),
            scope: touched.scope,
            because: touched.because.clone(),
            effect: effect(&touched.contract, &views, availability.as_ref()),
            availability,
        }
    });
    Ok(Json(IncidentClocks { now, contracts: contracts.collect(), clocks: views }))
}

/// Clocks of contracts that are not over, the next due first.
#[utoipa::path(get, path = "/clocks", tag = "clocks",
    responses((status = 200, description = "The clocks that count", body = LiveClocks)))]
async fn list(State(app): State<App>, caller: Caller) -> Answer<Json<LiveClocks>> {
    let now = app.world.now();
    let items = live(&mut app.db.reader().await?, &caller.space, now).await?;
    let overdue = items.iter().filter(|item| item.clock.state == ClockState::Overdue).count();
    let at_risk = items.iter().filter(|item| item.at_risk()).count();
    Ok(Json(LiveClocks { now, overdue, at_risk, items }))
}

/// The clocks of a space that are not over, the next due first.
///
/// # Errors
/// When the database refuses.
pub async fn live(conn: &mut Conn, space: &SpaceId, now: Time) -> Result<Vec<LiveClock>, Fault> {
    let live = store::live(conn, space, INCIDENTS_MAX).await?;
    let mut items = Vec::new();
    let first = live.iter().map(|clocks| clocks.opened_at).min().unwrap_or(now);
    let mut books = Books::new(first, now);
    for clocks in live {
        let found = engine::load(conn, &INCIDENTS, space, clocks.incident).await?;
        let Some(incident) = found.map(|found| found.record) else { continue };
        for clock in clocks.views(&mut books, now).into_iter().filter(counts) {
            let title = incident.title.clone();
            let (incident, number) = (incident.id, incident.number);
            items.push(LiveClock { incident, number, title, clock });
        }
    }
    items.sort_by_key(|item| item.clock.due_at.unwrap_or(Time::MAX));
    Ok(items)
}

/// The clocks of an incident as the API shows them.
pub fn shown(clocks: &Clocks, now: Time) -> Vec<View> {
    clocks.views(&mut Books::new(clocks.opened_at, now), now)
}

/// The next due clock of each of these incidents that has one.
///
/// # Errors
/// When the database refuses.
pub async fn next_of(
    conn: &mut Conn,
    caller: &Caller,
    incidents: &[IncidentId],
    now: Time,
) -> Answer<Vec<(IncidentId, NextClock)>> {
    let found = store::of_incidents(conn, &caller.space, incidents).await?;
    let next = found.iter().filter_map(|clocks| Some((clocks.incident, next(clocks, now)?)));
    Ok(next.collect())
}

/// The clock that is due next; where none is due, one that stands.
fn next(clocks: &Clocks, now: Time) -> Option<NextClock> {
    let live = clocks.clocks.iter().filter(|clock| clock.live());
    let clock = live.min_by_key(|clock| clock.timing.due.unwrap_or(Time::MAX))?;
    let due_at = clock.timing.due;
    Some(NextClock {
        contract: clock.which.contract.clone(),
        contract_title: clock.which.title.clone(),
        clock: clock.which.clock,
        state: match (due_at, clock.pause()) {
            (Some(due), _) if due <= now => ClockState::Overdue,
            (_, Some(_)) => ClockState::Paused,
            _ => ClockState::Running,
        },
        due_at,
    })
}

fn counts(view: &View) -> bool {
    !matches!(view.state, ClockState::Met | ClockState::Missed | ClockState::Dropped)
}

fn effect(contract: &ItemRef, views: &[View], took: Option<&IncidentAllowance>) -> Effect {
    let own = || views.iter().filter(|view| view.contract == *contract);
    let missed = |view: &View| {
        matches!(view.state, ClockState::Missed | ClockState::Overdue)
            || view.earlier.iter().any(|run| !run.met)
    };
    if own().any(missed) || took.is_some_and(|took| took.used_up) {
        Effect::HasCaused
    } else if own().any(counts) || took.is_some_and(IncidentAllowance::counts) {
        Effect::MayCause
    } else {
        Effect::None
    }
}
