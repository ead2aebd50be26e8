//! What has an objective and a contract, and what has none: what nobody has promised or measures.

use axum::extract::State;
use estate::{ContractStatus, Estate, Kind, Resource, ServiceContractSpec, Spec};
use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
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
}

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
    /// How many have both.
    pub with_both: usize,
    /// Them by name, as far as they were asked for.
    pub items: Vec<CoverageRow>,
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
}

impl CoverageRow {
    fn promised(&self) -> bool {
        !self.contracts.is_empty() || !self.contracts_above.is_empty()
    }

    fn measured(&self) -> bool {
        !self.objectives.is_empty()
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
#[utoipa::path(get, path = "/coverage", tag = "contracts", params(CoverageQuery),
    responses((status = 200, description = "What has which, and what has none",
        body = Coverage)))]
pub(super) async fn coverage(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<CoverageQuery>,
) -> Answer<Json<Coverage>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let mut rows = rows(&snapshot.estate, app.world.now());
    rows.retain(|row| query.team.is_none() || row.team == query.team);
    let count = |has: &dyn Fn(&CoverageRow) -> bool| rows.iter().filter(|row| has(row)).count();
    let (total, with_objective) = (rows.len(), count(&CoverageRow::measured));
    let with_contract = count(&CoverageRow::promised);
    let with_both = count(&|row| row.measured() && row.promised());
    if let Some(missing) = query.missing {
        rows.retain(|row| row.lacks(missing));
    }
    Ok(Json(Coverage { total, with_objective, with_contract, with_both, items: rows }))
}

fn rows(estate: &Estate, now: Time) -> Vec<CoverageRow> {
    let wanted = [Kind::Product, Kind::Service];
    let found = estate.resources().filter(|resource| wanted.contains(&resource.kind()));
    found.map(|resource| row(estate, resource, now)).collect()
}

fn row(estate: &Estate, resource: &Resource, now: Time) -> CoverageRow {
    let item = resource.item();
    let reached = estate.impact(std::slice::from_ref(item)).into_iter();
    let above: Vec<ItemRef> =
        reached.filter(|reached| !reached.softened).map(|reached| reached.item).collect();
    let mut row = CoverageRow {
        item: item.clone(),
        title: resource.title().to_owned(),
        team: estate.owner(item).map(|owner| owner.to),
        criticality: estate.criticality(item),
        objectives: Vec::new(),
        contracts: Vec::new(),
        contracts_above: Vec::new(),
    };
    for other in estate.resources() {
        match &other.spec {
            Spec::Objective(spec) if spec.item == *item => {
                row.objectives.push(other.item().clone());
            }
            Spec::ServiceContract(spec) if in_force(spec, now) => {
                if spec.scope.contains(item) {
                    row.contracts.push(other.item().clone());
                } else if spec.scope.iter().any(|covered| above.contains(covered)) {
                    row.contracts_above.push(other.item().clone());
                }
            }
            _ => {}
        }
    }
    row
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
