//! What has an objective and a contract, and what has none: what nobody has promised or measures.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use estate::{ContractStatus, Estate, Kind, Resource, ServiceContractSpec, Spec};
use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::observed;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::listing::{Page, PageQuery, Sort};
use crate::problem::Answer;

/// What the answer can be narrowed to.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct CoverageQuery {
    /// Only what this team answers for: `team/payments`.
    team: Option<ItemRef>,
    /// Only what lacks this.
    #[param(inline)]
    missing: Option<Missing>,
    /// Only those with this text in name or title.
    q: Option<String>,
    /// A field to sort by; with `-` before it, the other way round. `criticality` if not said:
    /// what the business needs most comes first.
    #[param(pattern = "^-?(item|criticality|objectives|contracts)$")]
    sort: Option<String>,
}

const SORTS: &[(&str, &str, bool)] = &[
    ("item", "item", true),
    ("criticality", "criticality", true),
    ("objectives", "objectives", true),
    ("contracts", "contracts", true),
];

/// What an item can lack.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Missing {
    /// An objective.
    Objective,
    /// A contract.
    Contract,
    /// One of both, or both.
    Any,
}

/// Services and products, and what is promised and measured of each.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Coverage {
    /// How many there are of this team.
    pub total: usize,
    /// How many have an objective.
    pub with_objective: usize,
    /// How many a contract covers.
    pub with_contract: usize,
    /// How many somebody observes: alerts, objectives, or heartbeats that watch them.
    pub observed: usize,
    /// How many have both.
    pub with_both: usize,
    /// One page of them, as far as they were asked for.
    pub items: Vec<CoverageRow>,
    /// Ask with `after=` this for the next page; absent on the last one.
    pub next: Option<String>,
    /// How many were asked for, on all pages together.
    pub asked: usize,
}

/// What is promised and measured of one item.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct CoverageRow {
    /// The service or product.
    pub item: ItemRef,
    /// What people call it.
    pub title: String,
    /// Who answers for it.
    pub team: Option<ItemRef>,
    /// How much the business needs it.
    #[schema(value_type = String)]
    pub criticality: estate::Criticality,
    /// The objectives about it.
    pub objectives: Vec<ItemRef>,
    /// The contracts in force that name it.
    pub contracts: Vec<ItemRef>,
    /// The contracts in force that name something that needs it, and so cover its failures.
    pub contracts_above: Vec<ItemRef>,
    /// Whether somebody observes it: an alert was about it or about what it needs, an objective
    /// measures it, or a heartbeat watches it.
    pub observed: bool,
}

impl CoverageRow {
    fn promised(&self) -> bool {
        !self.contracts.is_empty() || !self.contracts_above.is_empty()
    }

    fn measured(&self) -> bool {
        !self.objectives.is_empty()
    }

    fn says(&self, text: &str) -> bool {
        [self.title.as_str(), self.item.as_str()].iter().any(|of| of.to_lowercase().contains(text))
    }

    /// What it is sorted by.
    fn rank(&self, column: &str) -> i64 {
        let count = |listed: &[ItemRef]| i64::try_from(listed.len()).unwrap_or(i64::MAX);
        match column {
            // What the business needs most comes first.
            "criticality" => -(self.criticality as i64),
            "objectives" => count(&self.objectives),
            "contracts" => count(&self.contracts) + count(&self.contracts_above),
            _ => 0,
        }
    }

    fn lacks(&self, missing: Missing) -> bool {
        match missing {
            Missing::Objective => !self.measured(),
            Missing::Contract => !self.promised(),
            Missing::Any => !self.measured() || !self.promised(),
        }
    }
}

/// Services and products with their objectives and contracts, and the share that has each.
#[utoipa::path(get, path = "/coverage", tag = "contracts", params(PageQuery, CoverageQuery),
    responses((status = 200, description = "What has which, and what has none",
        body = Coverage)))]
pub(super) async fn coverage(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
    Query(query): Query<CoverageQuery>,
) -> Answer<Json<Coverage>> {
    let default = Sort::ascending("criticality", true);
    let page = Page::of(&page, Sort::parse(query.sort.as_deref(), SORTS, default)?)?;
    let snapshot = app.estate.snapshot(&caller.space);
    let mut rows = rows(&snapshot.estate, app.world.now());
    rows.retain(|row| query.team.is_none() || row.team == query.team);
    let items: Vec<ItemRef> = rows.iter().map(|row| row.item.clone()).collect();
    let mut conn = app.db.reader().await?;
    let unobserved =
        observed::unobserved(&mut conn, &caller.space, &snapshot.estate, &items).await?;
    drop(conn);
    rows.iter_mut().for_each(|row| row.observed = !unobserved.contains(&row.item));
    let count = |has: &dyn Fn(&CoverageRow) -> bool| rows.iter().filter(|row| has(row)).count();
    let (total, with_objective) = (rows.len(), count(&CoverageRow::measured));
    let with_contract = count(&CoverageRow::promised);
    let observed = count(&|row| row.observed);
    let with_both = count(&|row| row.measured() && row.promised());
    if let Some(missing) = query.missing {
        rows.retain(|row| row.lacks(missing));
    }
    let text = query.q.unwrap_or_default().to_lowercase();
    rows.retain(|row| row.says(&text));
    let asked = rows.len();
    let column = page.sort().column();
    rows.sort_by(|a, b| {
        let order = (a.rank(column), &a.item).cmp(&(b.rank(column), &b.item));
        if page.descending() { order.reverse() } else { order }
    });
    rows.retain(|row| page.reaches(row.rank(column), row.item.as_str()));
    rows.truncate(page.rows());
    let last = rows.last().map(|row| (row.rank(column).into(), row.item.to_string()));
    let next = page.next(rows.len(), last);
    let items = rows;
    Ok(Json(Coverage {
        total,
        with_objective,
        with_contract,
        observed,
        with_both,
        items,
        next,
        asked,
    }))
}

fn rows(estate: &Estate, now: Time) -> Vec<CoverageRow> {
    let promises = Promises::of(estate, now);
    let found = [Kind::Product, Kind::Service].into_iter().flat_map(|kind| estate.of_kind(kind));
    found.map(|resource| promises.row(estate, resource)).collect()
}

/// By item, in the order of names: gathered in one walk over objectives and contracts.
#[derive(Default)]
struct Promises {
    objectives: BTreeMap<ItemRef, Vec<ItemRef>>,
    contracts: BTreeMap<ItemRef, Vec<ItemRef>>,
    above: BTreeMap<ItemRef, Vec<ItemRef>>,
}

impl Promises {
    fn of(estate: &Estate, now: Time) -> Promises {
        let mut found = Promises::default();
        for resource in estate.of_kind(Kind::Objective) {
            let Spec::Objective(spec) = &resource.spec else { continue };
            found.objectives.entry(spec.item.clone()).or_default().push(resource.item().clone());
        }
        for resource in estate.of_kind(Kind::ServiceContract) {
            let Spec::ServiceContract(spec) = &resource.spec else { continue };
            if !in_force(spec, now) {
                continue;
            }
            let scope = spec.scope_at(now);
            let needed = scope.iter().flat_map(|covered| estate.upstream(covered));
            let needed = needed.filter(|reached| !reached.softened).map(|reached| reached.item);
            let needed: BTreeSet<ItemRef> = needed.filter(|item| !scope.contains(item)).collect();
            let contract = resource.item();
            for item in scope {
                found.contracts.entry(item.clone()).or_default().push(contract.clone());
            }
            for item in needed {
                found.above.entry(item).or_default().push(contract.clone());
            }
        }
        found
    }

    fn row(&self, estate: &Estate, resource: &Resource) -> CoverageRow {
        let item = resource.item();
        let of = |map: &BTreeMap<ItemRef, Vec<ItemRef>>| map.get(item).cloned().unwrap_or_default();
        CoverageRow {
            item: item.clone(),
            title: resource.title().to_owned(),
            team: estate.owner(item).map(|owner| owner.to),
            criticality: estate.criticality(item),
            objectives: of(&self.objectives),
            contracts: of(&self.contracts),
            contracts_above: of(&self.above),
            observed: true,
        }
    }
}

fn in_force(spec: &ServiceContractSpec, now: Time) -> bool {
    spec.status == ContractStatus::Agreed && spec.terms_at(now).is_some()
}

#[cfg(test)]
mod tests {
    use estate::SourceFile;

    use super::*;

    const ESTATE: &str = "
{apiVersion: operate/v1, kind: Team, metadata: {name: shop}, spec: {}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: till}, spec: {team: shop,
 dependsOn: [service/checkout]}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: checkout}, spec: {team: shop}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: alone}, spec: {team: shop}}
---
{apiVersion: operate/v1, kind: Objective, metadata: {name: quick},
 spec: {item: service/checkout, indicator: {description: quick}, target: 99}}
---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: till},
 spec: {type: sla, provider: team/shop, consumer: team/shop, scope: [service/till],
  start: '2026-01-01T00:00:00Z', end: '2027-01-01T00:00:00Z',
  terms: [{availability: {target: 99}}]}}
";

    fn rows_at(now: &str) -> Vec<(String, bool, usize, usize)> {
        let file = SourceFile { name: "estate.yaml".to_owned(), text: ESTATE.to_owned() };
        let desired = estate::read(&[file]).expect("an estate");
        let estate = Estate::new(desired.resources().cloned());
        let told = |row: &CoverageRow| {
            let (own, above) = (row.contracts.len(), row.contracts_above.len());
            (row.item.name().to_owned(), row.measured(), own, above)
        };
        rows(&estate, Time::parse(now).expect("a time")).iter().map(told).collect()
    }

    #[test]
    fn a_contract_covers_what_it_names_and_what_that_needs_while_it_is_in_force() {
        let told = rows_at("2026-06-01T00:00:00Z");
        assert_eq!(
            told,
            [
                ("alone".to_owned(), false, 0, 0),
                ("checkout".to_owned(), true, 0, 1),
                ("till".to_owned(), false, 1, 0),
            ]
        );
        let over = rows_at("2027-06-01T00:00:00Z");
        assert!(over.iter().all(|(_, _, own, above)| own + above == 0));
    }
}
