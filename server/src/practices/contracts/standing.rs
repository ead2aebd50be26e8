//! Whether products are in their agreed working state, and how well they are.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::contracts::compliance::{Case, HealthInput, ProductHealth, product_health};
use axum::extract::State;
use estate::Kind;
use kernel::{ItemRef, SpaceId, Time};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::facts::Facts;
use super::gather::{Book, Deal};
use super::hits;
use super::release::budgets;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::health::{self, Health};
use crate::listing::Items;
use crate::problem::{Answer, Problem};

/// How a product or service stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Standing {
    /// Which.
    pub item: ItemRef,
    /// What people call it.
    pub title: String,
    /// As of when.
    pub at: Time,
    /// The contracts on it.
    pub contracts: Vec<ItemRef>,
    /// Its health, with every input and its rule.
    #[serde(flatten)]
    pub health: ProductHealth,
}

/// Whose standing.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StandingQuery {
    /// A product, a service or a use case.
    item: ItemRef,
}

/// Whether an item is in its agreed working state, since when not, and why; and its health: the
/// worst of what is known, with every input and the rule by which it counts.
#[utoipa::path(get, path = "/standing", tag = "contracts", params(StandingQuery),
    responses((status = 200, description = "How it stands", body = Standing)))]
pub(super) async fn standing(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<StandingQuery>,
) -> Answer<Json<Standing>> {
    let book = Book::all(&app, &caller.space).await?;
    if !book.snapshot.knows(&query.item) {
        return Err(Problem::refused(format!("there is no {}", query.item)).at("item"));
    }
    let states = health::of_items(&app, &caller.space).await?;
    let state = states.get(&query.item).copied().unwrap_or_default();
    Ok(Json(of(&app, &caller.space, &book, (&query.item, state)).await?))
}

/// Products, and whatever else a contract covers, by name: what is fit for consumption now.
#[utoipa::path(get, path = "/standings", tag = "contracts",
    responses((status = 200, description = "How each stands", body = Items<Standing>)))]
pub(super) async fn standings(
    State(app): State<App>,
    caller: Caller,
) -> Answer<Json<Items<Standing>>> {
    let book = Book::all(&app, &caller.space).await?;
    let states = health::of_items(&app, &caller.space).await?;
    let covered =
        |item: &ItemRef| book.deals.iter().any(|deal| deal.spec.scope_at(book.now).contains(item));
    let estate = &book.snapshot.estate;
    let mut items = Vec::new();
    for resource in estate.resources() {
        let (item, product) = (resource.item(), resource.kind() == Kind::Product);
        if product || (resource.kind().operated() && covered(item)) {
            let state = states.get(item).copied().unwrap_or_default();
            items.push(of(&app, &caller.space, &book, (item, state)).await?);
        }
    }
    Ok(Json(Items { items }))
}

async fn of(
    app: &App,
    space: &SpaceId,
    book: &Book,
    (item, state): (&ItemRef, Health),
) -> Answer<Standing> {
    let estate = &book.snapshot.estate;
    let severity = match state {
        Health::Up => 0,
        Health::Degraded => 1,
        Health::Down => 2,
    };
    let mut inputs = vec![HealthInput::State { severity }];
    inputs.extend(of_incidents(book, item));
    let deals = book.deals.iter().filter(|deal| deal.spec.scope_at(book.now).contains(item));
    let deals: Vec<&Deal> = deals.collect();
    for deal in &deals {
        inputs.extend(of_contract(book, deal));
    }
    let budgets = budgets(app, space, estate, std::slice::from_ref(item)).await?;
    inputs.extend(budgets.into_iter().map(HealthInput::Budget));
    Ok(Standing {
        item: item.clone(),
        title: estate.get(item).map(|resource| resource.title().to_owned()).unwrap_or_default(),
        at: book.now,
        contracts: deals.iter().map(|deal| deal.item.clone()).collect(),
        health: product_health(&inputs),
    })
}

/// The open incidents that took an item away, and since when it is away because of each.
fn of_incidents(book: &Book, item: &ItemRef) -> Vec<HealthInput> {
    let open: Vec<Arc<Facts>> = book.facts.iter().filter(|facts| facts.open).cloned().collect();
    let cases = hits::cases(&book.snapshot.estate, &BTreeSet::from([item]), &open);
    let took = cases.into_iter().filter(|case| case.hits.iter().any(|hit| !hit.softened));
    let input = |case: Case| HealthInput::Incident {
        away_since: case.away_since(item, book.now),
        incident: case.incident,
        priority: case.priority,
    };
    took.map(input).collect()
}

/// How the period that runs stands, and what became of the last one.
fn of_contract(book: &Book, deal: &Deal) -> Vec<HealthInput> {
    let contract = &deal.item;
    let mut periods = book.periods(deal);
    let running = periods.pop_if(|period| book.now < period.until);
    let figures = running.map(|period| book.figures(deal, &period));
    let checks = figures.as_ref().and_then(|figures| figures.consumable.as_ref());
    let checks = checks.map(|told| HealthInput::Checks {
        contract: contract.clone(),
        looked: told.looking,
        failing_since: told.failing_since,
    });
    let present = figures.map(|figures| {
        let forecast = figures.forecast.as_ref();
        HealthInput::Contract {
            contract: contract.clone(),
            outlook: forecast.map(|forecast| forecast.outlook),
            missed_at: figures.missed_at,
            because: forecast.map_or_else(
                || "no availability is promised now".to_owned(),
                |forecast| forecast.because.clone(),
            ),
        }
    });
    let past = periods.last().map(|period| HealthInput::Past {
        contract: contract.clone(),
        period: period.name.clone(),
        verdict: book.figures_of_incidents(deal, period).verdict,
    });
    present.into_iter().chain(checks).chain(past).collect()
}
