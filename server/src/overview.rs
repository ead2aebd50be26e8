//! The first page: what is broken now, what it hits, who is on call.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use estate::{Criticality, Kind, Spec};
use kernel::ItemRef;
use serde_json::{Value, json};
use spine::journal;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::app::App;
use crate::health;
use crate::practices::{alerts, incidents, oncall};
use crate::problem::Answer;

/// The route of the overview.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(overview))
}

/// What is broken now, by phase, product and use case; who is on call; what happened last.
#[utoipa::path(get, path = "/overview", tag = "overview",
    responses((status = 200, description = "The overview", body = Value)))]
async fn overview(State(app): State<App>, caller: Caller) -> Answer<Json<Value>> {
    let space = &caller.space;
    let mut conn = app.db.reader().await?;
    let mut phases: BTreeMap<String, i64> = BTreeMap::new();
    let mut priorities: BTreeMap<String, i64> = BTreeMap::new();
    for phase in ["detect", "diagnose", "resolve"] {
        phases.insert(phase.to_owned(), 0);
    }
    for priority in ["P1", "P2", "P3", "P4", "P5"] {
        priorities.insert(priority.to_owned(), 0);
    }
    for (phase, priority, count) in incidents::store::counts(&mut conn, space).await? {
        *phases.entry(phase).or_default() += count;
        *priorities.entry(priority).or_default() += count;
    }
    let open = incidents::store::open(&mut conn, space).await?;
    let rows: Vec<Value> = open
        .iter()
        .take(20)
        .map(|found| incidents::routes::row(&found.record, found.version))
        .collect();
    let (firing, unmatched, critical) = alerts::routes::counts(&app, space);
    let dead = spine::outbox::list(&mut conn, space, "dead", 1000).await?.len();
    let filter = journal::Filter { limit: 20, ..journal::Filter::default() };
    let activity = journal::list(&mut conn, space, &filter).await?;
    let paging = json!({
        "ringing": oncall::store::count(&mut conn, space, "ringing").await?,
        "exhausted": oncall::store::count(&mut conn, space, "exhausted").await?,
        "dead_letters": dead,
    });
    drop(conn);
    let (products, usecases) = affected(&app, &caller, &open).await?;
    Ok(Json(json!({
        "now": app.world.now(),
        "open": phases,
        "by_priority": priorities,
        "incidents": rows,
        "products": products,
        "usecases": usecases,
        "on_call": on_call(&app, &caller),
        "alerts": { "open": firing, "unmatched": unmatched, "critical": critical },
        "paging": paging,
        "activity": activity.iter().map(crate::sentences::shown).collect::<Vec<_>>(),
    })))
}

type Open = [spine::engine::Versioned<::incidents::Incident>];

/// Products and use cases with their state and the open incidents that reach them.
async fn affected(app: &App, caller: &Caller, open: &Open) -> Answer<(Vec<Value>, Vec<Value>)> {
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
        let mut shown = json!({
            "item": item,
            "title": resource.title(),
            "state": health.get(item).copied().unwrap_or_default(),
            "incidents": reached.get(item).copied().unwrap_or_default(),
        });
        match (resource.kind(), &resource.spec) {
            (Kind::Product, _) => {
                let usecases = estate.affected(std::slice::from_ref(item)).usecases;
                shown["usecases"] = json!(usecases.iter().map(|hit| &hit.item).collect::<Vec<_>>());
                products.push(shown);
            }
            (_, Spec::UseCase(spec)) => {
                shown["mission_critical"] = json!(spec.criticality == Criticality::MissionCritical);
                usecases.push(shown);
            }
            _ => {}
        }
    }
    Ok((products, usecases))
}

/// Whom each escalation policy calls, and after how long.
fn on_call(app: &App, caller: &Caller) -> Vec<Value> {
    let snapshot = app.estate.snapshot(&caller.space);
    let estate = &snapshot.estate;
    let mut shown = Vec::new();
    for resource in estate.resources() {
        let Spec::EscalationPolicy(policy) = &resource.spec else { continue };
        let contacts: Vec<Value> = policy
            .schedule()
            .flat_map(|(after_seconds, step)| {
                step.contacts.iter().map(move |person| (after_seconds, person))
            })
            .map(|(after_seconds, person)| {
                let name = estate.get(person).map_or(person.name(), |found| found.title());
                json!({ "person": person, "name": name, "after_seconds": after_seconds })
            })
            .collect();
        shown.push(json!({
            "policy": resource.item(),
            "title": resource.title(),
            "contacts": contacts,
        }));
    }
    shown
}
