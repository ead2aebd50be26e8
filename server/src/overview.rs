//! The first page: what is broken now, what it hits, who is on call.

use std::collections::BTreeMap;

use axum::extract::State;
use estate::{Criticality, Kind, Spec};
use kernel::{ItemRef, Priority, Time};
use serde::Serialize;
use serde_json::{Value, json};
use spine::journal;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::app::App;
use crate::extract::Json;
use crate::health::{self, Health};
use crate::practices::incidents::views::IncidentRow;
use crate::practices::{alerts, incidents, oncall};
use crate::problem::Answer;
use crate::sentences::TimelineEntry;
use crate::settings;

/// The route of the overview.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(overview))
}

/// What is broken now, what it hits, and who is on call.
#[derive(Debug, Serialize, ToSchema)]
struct Overview<'a> {
    /// The time of the answer.
    now: Time,
    /// Open incidents by phase.
    open: OpenByPhase,
    /// Open incidents by priority.
    by_priority: BTreeMap<String, i64>,
    /// Open incidents that nobody was charged with in time.
    unassigned: usize,
    /// The worst open incidents, twenty at most.
    incidents: Vec<IncidentRow>,
    /// Every product.
    products: Vec<ProductState>,
    /// Every use case.
    usecases: Vec<UseCaseState>,
    /// Whom each escalation policy calls.
    on_call: Vec<OnCall>,
    /// Alerts that fire.
    alerts: FiringAlerts,
    /// Calls to people.
    paging: Paging,
    /// What happened last.
    activity: Vec<TimelineEntry<'a>>,
}

/// How many incidents are in each phase of the work.
#[derive(Debug, Default, Serialize, ToSchema)]
struct OpenByPhase {
    /// Noticed and handed to somebody.
    detect: i64,
    /// The cause is looked for.
    diagnose: i64,
    /// It is being put right.
    resolve: i64,
}

/// The state of a product or a use case.
#[derive(Debug, Serialize, ToSchema)]
struct OfferState {
    /// Which.
    item: ItemRef,
    /// What people call it.
    title: String,
    /// Whether it works.
    state: Health,
    /// How many open incidents reach it.
    incidents: i64,
}

/// The state of a product.
#[derive(Debug, Serialize, ToSchema)]
struct ProductState {
    /// Its state.
    #[serde(flatten)]
    state: OfferState,
    /// The use cases that need it.
    usecases: Vec<ItemRef>,
}

/// The state of a use case.
#[derive(Debug, Serialize, ToSchema)]
struct UseCaseState {
    /// Its state.
    #[serde(flatten)]
    state: OfferState,
    /// Whether the organisation cannot do without it.
    mission_critical: bool,
}

/// Alerts that fire.
#[derive(Debug, Serialize, ToSchema)]
struct FiringAlerts {
    /// All.
    open: usize,
    /// Those whose item was not found.
    unmatched: usize,
    /// Those of the highest severity.
    critical: usize,
}

/// Calls to people.
#[derive(Debug, Serialize, ToSchema)]
struct Paging {
    /// Pages that ring.
    ringing: i64,
    /// Pages that were called through without an answer.
    exhausted: i64,
    /// Messages that were given up.
    dead_letters: usize,
    /// Whether there is a mail server; without one pages by mail cannot be delivered.
    mail_configured: bool,
    /// Whether a policy of last resort is set; without one nobody is called for what no escalation
    /// policy covers, such as alerts without an item.
    last_resort: bool,
}

/// Whom an escalation policy calls.
#[derive(Debug, Serialize, ToSchema)]
struct OnCall {
    /// The policy.
    policy: ItemRef,
    /// What people call it.
    title: String,
    /// Whom it calls, in order.
    contacts: Vec<OnCallContact>,
}

/// Somebody whom a policy calls.
#[derive(Debug, Serialize, ToSchema)]
struct OnCallContact {
    /// The person.
    person: ItemRef,
    /// How they are called.
    name: String,
    /// After how long, from the first call on.
    after_seconds: u32,
}

/// What is broken now, by phase, product and use case; who is on call; what happened last.
#[utoipa::path(get, path = "/overview", tag = "overview",
    responses((status = 200, description = "The overview", body = Overview)))]
async fn overview(State(app): State<App>, caller: Caller) -> Answer<Json<Value>> {
    let space = &caller.space;
    let mut conn = app.db.reader().await?;
    let mut open = OpenByPhase::default();
    let mut by_priority: BTreeMap<String, i64> = BTreeMap::new();
    for priority in ["P1", "P2", "P3", "P4", "P5"] {
        by_priority.insert(priority.to_owned(), 0);
    }
    for (phase, priority, count) in incidents::store::counts(&mut conn, space).await? {
        match phase.as_str() {
            "detect" => open.detect += count,
            "diagnose" => open.diagnose += count,
            _ => open.resolve += count,
        }
        *by_priority.entry(priority).or_default() += count;
    }
    let worst = incidents::store::open(&mut conn, space).await?;
    let rows = worst.iter().take(20);
    let rows = rows.map(|found| incidents::views::row(&found.record, found.version)).collect();
    let (firing, unmatched, critical) = alerts::routes::counts(&app, space);
    let dead = spine::outbox::list(&mut conn, space, "dead", 1000).await?.len();
    let filter = journal::Filter { limit: 20, ..journal::Filter::default() };
    let entries = journal::list(&mut conn, space, &filter).await?;
    let activity = crate::sentences::shown(&mut conn, space, &entries).await?;
    let policy = settings::policy(&mut conn, space).await?;
    let paging = Paging {
        ringing: oncall::store::count(&mut conn, space, "ringing").await?,
        exhausted: oncall::store::count(&mut conn, space, "exhausted").await?,
        dead_letters: dead,
        mail_configured: app.config.mail_configured(),
        last_resort: policy.default_escalation_policy.is_some(),
    };
    drop(conn);
    let overdue = |found: &&spine::engine::Versioned<::incidents::Incident>| {
        found.record.unassigned_too_long.is_some()
    };
    let unassigned = worst.iter().filter(overdue).count();
    let (products, usecases) = affected(&app, &caller, &worst).await?;
    Ok(Json(json!(Overview {
        now: app.world.now(),
        open,
        by_priority,
        unassigned,
        incidents: rows,
        products,
        usecases,
        on_call: on_call(&app, &caller),
        alerts: FiringAlerts { open: firing, unmatched, critical },
        paging,
        activity,
    })))
}

type Open = [spine::engine::Versioned<::incidents::Incident>];

/// Products and use cases with their state and the open incidents that reach them.
async fn affected(
    app: &App,
    caller: &Caller,
    open: &Open,
) -> Answer<(Vec<ProductState>, Vec<UseCaseState>)> {
    let snapshot = app.estate.snapshot(&caller.space);
    let estate = &snapshot.estate;
    let health = health::of_items(app, &caller.space).await?;
    let mut reached: BTreeMap<ItemRef, i64> = BTreeMap::new();
    for incident in open {
        let affected = estate.affected(&incident.record.items);
        for hit in affected.usecases.iter().chain(&affected.products) {
            *reached.entry(hit.item.clone()).or_default() += 1;
        }
    }
    let mut products = Vec::new();
    let mut usecases = Vec::new();
    for resource in estate.resources() {
        let item = resource.item();
        let state = OfferState {
            item: item.clone(),
            title: resource.title().to_owned(),
            state: health.get(item).copied().unwrap_or_default(),
            incidents: reached.get(item).copied().unwrap_or_default(),
        };
        match (resource.kind(), &resource.spec) {
            (Kind::Product, _) => {
                let usecases = estate.affected(std::slice::from_ref(item)).usecases;
                let usecases = usecases.into_iter().map(|hit| hit.item).collect();
                products.push(ProductState { state, usecases });
            }
            (_, Spec::UseCase(spec)) => {
                let mission_critical = spec.criticality == Criticality::MissionCritical;
                usecases.push(UseCaseState { state, mission_critical });
            }
            _ => {}
        }
    }
    Ok((products, usecases))
}

/// Whom each escalation policy calls now for what is most urgent, and after how long.
fn on_call(app: &App, caller: &Caller) -> Vec<OnCall> {
    let now = app.world.now();
    let snapshot = app.estate.snapshot(&caller.space);
    let estate = &snapshot.estate;
    let mut shown = Vec::new();
    for resource in estate.resources() {
        let Some(says) = estate.says(resource.item(), Priority::P1, now) else { continue };
        let contacts = says.schedule(now).flat_map(|(at, step)| {
            let after_seconds = u32::try_from(at.since(now).as_secs()).unwrap_or(u32::MAX);
            let targets = step.contacts.iter().map(|target| target.item());
            estate.meant(targets, None, now).into_iter().map(move |person| {
                let name = estate.get(person).map_or(person.name(), |found| found.title());
                let (person, name) = (person.clone(), name.to_owned());
                OnCallContact { person, name, after_seconds }
            })
        });
        shown.push(OnCall {
            policy: resource.item().clone(),
            title: resource.title().to_owned(),
            contacts: contacts.collect(),
        });
    }
    shown
}
