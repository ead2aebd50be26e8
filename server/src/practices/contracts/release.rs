//! "May I release product X now?"

use std::sync::Arc;

use ::contracts::compliance::{
    Budget, Outcome, Outlook, Purpose, Release, ReleaseInput, release as decide,
};
use axum::extract::State;
use estate::{Estate, Kind, Spec};
use kernel::{ItemRef, SpaceId, Time};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::facts::Facts;
use super::gather::Book;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::practices::objectives::store as objective_store;
use crate::problem::{Answer, Problem};

/// What is to be released.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReleaseQuery {
    /// The product, or another item that can break: `product/shop`.
    item: ItemRef,
    /// What the release is for.
    #[serde(default)]
    purpose: Purpose,
}

/// Whether something may be released now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReleaseAnswer {
    /// What.
    pub item: ItemRef,
    /// As of when.
    pub at: Time,
    /// The answer, with everything that was looked at.
    #[serde(flatten)]
    pub release: Release,
}

/// Whether something may be released now: freezes, open incidents on it and on what it needs, its
/// contracts, error budgets, maintenance. Says everything that was looked at.
#[utoipa::path(get, path = "/release", tag = "contracts", params(ReleaseQuery),
    responses((status = 200, description = "Yes or no, and why", body = ReleaseAnswer)))]
pub(super) async fn release(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ReleaseQuery>,
) -> Answer<Json<ReleaseAnswer>> {
    let item = query.item;
    let book = Book::running(&app, &caller.space, |_| true).await?;
    let estate = &book.snapshot.estate;
    let known = estate.contains(&item) && Kind::of(&item).is_some_and(Kind::operated);
    if !known {
        return Err(Problem::refused(format!("there is no {item} that could be released"))
            .at("item")
            .remedy("name a product, service or component of the estate"));
    }
    let mut needed: Vec<ItemRef> = vec![item.clone()];
    needed.extend(estate.upstream(&item).into_iter().map(|reached| reached.item));
    let mut inputs = freezes(estate, &needed, book.now);
    inputs.extend(incidents(&book, &needed));
    inputs.extend(contracts(&book, &item));
    let budgets = budgets(&app, &caller.space, estate, &needed).await?;
    inputs.extend(budgets.into_iter().map(ReleaseInput::Budget));
    inputs.extend(maintenance(estate, &needed, book.now));
    let release = decide(&inputs, query.purpose);
    Ok(Json(ReleaseAnswer { item, at: book.now, release }))
}

/// The freezes that run and cover the item: by name, by label, or because they name nothing. What
/// depends on a frozen item is frozen with it.
fn freezes(estate: &Estate, needed: &[ItemRef], now: Time) -> Vec<ReleaseInput> {
    let mut found = Vec::new();
    for resource in estate.resources() {
        let Spec::Freeze(spec) = &resource.spec else { continue };
        let until = spec.windows.iter().filter(|window| window.runs(now)).map(|w| w.until()).max();
        let everything = spec.items.is_empty() && spec.selector.is_empty();
        let labelled = |item: &ItemRef| {
            let labels = estate.get(item).map(|resource| &resource.metadata.labels);
            !spec.selector.is_empty()
                && labels.is_some_and(|labels| {
                    spec.selector.iter().all(|(key, value)| labels.get(key) == Some(value))
                })
        };
        let covers =
            everything || needed.iter().any(|item| spec.items.contains(item) || labelled(item));
        if let Some(until) = until.filter(|_| covers) {
            let (freeze, reason) = (resource.item().clone(), spec.reason.clone());
            found.push(ReleaseInput::Freeze { freeze, reason, until });
        }
    }
    found
}

/// Open incidents on the item or on what it needs, whether the service is away or only not yet
/// looked after. What is only potential has not happened.
fn incidents(book: &Book, needed: &[ItemRef]) -> Vec<ReleaseInput> {
    let counts = |facts: &&Arc<Facts>| facts.open && facts.outcome != Outcome::Potential;
    let open = book.facts.iter().filter(counts);
    let hit = open.filter_map(|facts| {
        let item = facts.items.iter().find(|item| needed.contains(item))?;
        Some(ReleaseInput::Incident {
            incident: facts.incident.clone(),
            priority: facts.priority,
            declared: facts.declared,
            works: facts.away_since().is_none(),
            item: item.clone(),
        })
    });
    hit.collect()
}

/// How the contracts on an item stand.
fn contracts(book: &Book, item: &ItemRef) -> Vec<ReleaseInput> {
    let deals = book.deals.iter().filter(|deal| deal.spec.scope_at(book.now).contains(item));
    let told = deals.filter_map(|deal| {
        let forecast = book.stakes(deal)?.forecast?;
        let (outlook, because): (Outlook, String) = (forecast.outlook, forecast.because);
        Some(ReleaseInput::Contract { contract: deal.item.clone(), outlook, because })
    });
    told.collect()
}

fn maintenance(estate: &Estate, needed: &[ItemRef], now: Time) -> Vec<ReleaseInput> {
    let running = estate.running(now).filter(|(_, spec, _)| {
        let covered = estate.covered(spec);
        needed.iter().any(|item| covered.contains(item))
    });
    let told = running.map(|(resource, _, until)| ReleaseInput::Maintenance {
        window: resource.item().clone(),
        until,
    });
    told.collect()
}

/// The error budgets of the objectives on some items.
///
/// # Errors
/// When the database refuses.
pub async fn budgets(
    app: &App,
    space: &SpaceId,
    estate: &Estate,
    items: &[ItemRef],
) -> Answer<Vec<Budget>> {
    let objectives = estate.resources().filter(|resource| match &resource.spec {
        Spec::Objective(spec) => items.contains(&spec.item),
        _ => false,
    });
    let mut conn = app.db.reader().await?;
    let decided = objective_store::decided(&mut conn, space).await?;
    let budget = |resource: &estate::Resource| {
        let name = resource.item().name();
        let figures = app.objectives.figures(space, name);
        let figures = figures.filter(|figures| figures.budget.counted);
        let known = decided.iter().find(|decided| decided.objective == name);
        let held = known.and_then(|decided| decided.state.stance);
        Budget {
            objective: resource.item().clone(),
            // What was decided holds until the figures have left it clearly.
            stance: figures.as_ref().map(|figures| held.unwrap_or(figures.stance)),
            left_percent: figures.and_then(|figures| figures.remaining).map(|left| left * 100.0),
        }
    };
    Ok(objectives.map(budget).collect())
}
