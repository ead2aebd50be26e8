//! Whether a promise can be kept with what it rests on: "promise better than what we buy".

use ::contracts::compliance::Outlook;
use estate::{ContractTerms, Estate, ServiceContractSpec, Spec};
use kernel::{ItemRef, Time};
use objectives::{Standing, Target, standing};
use serde::Serialize;
use utoipa::ToSchema;

/// A promise held against what it rests on.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct PromiseCheck {
    /// What came of it.
    pub standing: PromiseStanding,
    /// The same in a sentence.
    pub text: String,
    /// The most that what is bought can give, in percent, if all else never fails.
    pub composite_percent: Option<f64>,
}

/// Whether a promise can be kept with what it rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromiseStanding {
    /// What is bought is enough.
    Covered,
    /// More is promised than is bought.
    Exceeds,
    /// Not all that it rests on promises something.
    Unknown,
    /// It rests on no contract.
    Alone,
}

/// A contract that another one rests on.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Underpinning {
    /// Which.
    pub contract: ItemRef,
    /// What people call it.
    pub title: String,
    /// Who promises.
    pub provider: ItemRef,
    /// What it promises now, in percent.
    pub target_percent: Option<f64>,
    /// How its period will end.
    pub outlook: Option<Outlook>,
}

/// The availability that some terms promise, in percent.
fn target(terms: &ContractTerms) -> Option<f64> {
    terms.availability.as_ref().map(|availability| availability.target)
}

/// What a contract promises at a time, in percent.
pub fn promised(spec: &ServiceContractSpec, at: Time) -> Option<f64> {
    spec.terms_at(at).and_then(|(_, terms)| target(terms))
}

/// Holds what a contract promises now against the contracts that it rests on, each at the items
/// that it covers. What no contract covers is taken as if it never failed.
pub fn check(estate: &Estate, spec: &ServiceContractSpec, now: Time) -> PromiseCheck {
    let alone = |standing, text: &str| PromiseCheck {
        standing,
        text: text.to_owned(),
        composite_percent: None,
    };
    if spec.underpinned_by.is_empty() {
        return alone(PromiseStanding::Alone, "It rests on no other contract.");
    }
    let Some(wanted) = promised(spec, now).and_then(|percent| Target::new(percent / 100.0)) else {
        return alone(PromiseStanding::Unknown, "It promises no availability now.");
    };
    let below: Vec<&ServiceContractSpec> = spec
        .underpinned_by
        .iter()
        .filter_map(|name| match estate.get(name.item()).map(|resource| &resource.spec) {
            Some(Spec::ServiceContract(spec)) => Some(spec),
            _ => None,
        })
        .collect();
    let without = below.iter().filter(|spec| promised(spec, now).is_none()).count();
    let share_of = |item: &str| {
        let covers = |spec: &&&ServiceContractSpec| {
            spec.scope_at(now).iter().any(|covered| covered.as_str() == item)
        };
        let shares = below.iter().filter(covers).filter_map(|spec| promised(spec, now));
        shares.map(|percent| percent / 100.0).reduce(f64::min).unwrap_or(1.0)
    };
    // Of several items in scope each must be there.
    let scope: Vec<&str> = spec.scope_at(now).iter().map(ItemRef::as_str).collect();
    let composite = estate.graph().composite_of_all(&scope, share_of);
    let (low, high) = composite.map_or((1.0, 1.0), |composite| (composite.low, composite.high));
    let standing = standing(wanted, (low, high), without);
    told(standing, wanted.share() * 100.0, (low * 100.0, high * 100.0), without)
}

fn told(standing: Standing, wanted: f64, (low, high): (f64, f64), without: usize) -> PromiseCheck {
    let (standing, text) = match standing {
        Standing::Covered => (
            PromiseStanding::Covered,
            format!(
                "What is bought gives up to {high:.4} %, enough for {wanted} %, if all else \
                     never fails."
            ),
        ),
        Standing::Exceeds { composite } => (
            PromiseStanding::Exceeds,
            format!(
                "{wanted} % is promised, but what it rests on gives {:.4} % at most: buy \
                     more, add redundancy, or promise less.",
                composite * 100.0
            ),
        ),
        Standing::Unknown if without == 0 => (
            PromiseStanding::Unknown,
            format!(
                "What it rests on gives between {low:.4} % and {high:.4} %: it is too much to be \
                     worked out exactly."
            ),
        ),
        Standing::Unknown => (
            PromiseStanding::Unknown,
            "Not everything that it rests on promises an availability.".to_owned(),
        ),
    };
    PromiseCheck { standing, text, composite_percent: Some(high) }
}

/// Warnings about promises that cannot be kept, for whoever applies files: by contract.
pub fn warnings(estate: &Estate, now: Time) -> Vec<(ItemRef, String)> {
    let contracts = estate.resources().filter_map(|resource| match &resource.spec {
        Spec::ServiceContract(spec) => Some((resource.item(), spec)),
        _ => None,
    });
    let checked = contracts.map(|(item, spec)| (item.clone(), check(estate, spec, now)));
    let bad = checked.filter(|(_, check)| check.standing == PromiseStanding::Exceeds);
    bad.map(|(item, check)| (item, check.text)).collect()
}

#[cfg(test)]
mod tests {
    use estate::SourceFile;

    use super::*;

    const ESTATE: &str = "
{apiVersion: operate/v1, kind: Team, metadata: {name: web}, spec: {}}
---
{apiVersion: operate/v1, kind: Supplier, metadata: {name: host}, spec: {}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: shop}, spec: {team: web}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: desk}, spec: {team: web}}
---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: bought},
 spec: {type: underpinning, provider: supplier/host, consumer: team/web,
  scope: [service/shop, service/desk], start: '2026-01-01T00:00:00Z',
  terms: [{availability: {target: 99.9, period: month}}]}}
---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: sold},
 spec: {type: sla, provider: team/web, consumer: team/web, underpinnedBy: [bought],
  scope: [service/shop, service/desk], start: '2026-01-01T00:00:00Z',
  terms: [{availability: {target: SOLD, period: month}}]}}
";

    fn sold(target: &str) -> PromiseCheck {
        let text = ESTATE.replace("SOLD", target);
        let file = SourceFile { name: "estate.yaml".to_owned(), text };
        let desired = estate::read(&[file]).unwrap();
        let estate = Estate::new(desired.resources().cloned());
        let sold: ItemRef = "servicecontract/sold".parse().unwrap();
        match estate.get(&sold).map(|resource| &resource.spec) {
            Some(Spec::ServiceContract(spec)) => {
                check(&estate, spec, Time::parse("2026-03-01T00:00:00Z").unwrap())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_parts_that_fail_apart_give_less_than_each_of_them() {
        let exceeds = sold("99.85");
        assert_eq!(exceeds.standing, PromiseStanding::Exceeds, "{exceeds:?}");
        assert!(exceeds.text.contains("99.8001 %"), "{}", exceeds.text);
        assert_eq!(sold("99.8").standing, PromiseStanding::Covered);
    }
}
