//! Who answers for an item, whom to call, and what is hit when it is down.

use std::collections::HashSet;

use graph::{Hit, Reach, Relation, Step};
use kernel::{ItemRef, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::reference::EscalationPolicyRef;
use crate::spec::Spec;
use crate::{Estate, Kind, Resource};

/// A team or policy that was found for an item, and why it is the one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Assigned {
    /// The team or policy.
    pub to: ItemRef,
    /// Why: "owner of service/orders".
    pub because: String,
}

/// An item that a search over the estate reached.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Reached {
    /// The item.
    pub item: ItemRef,
    /// How far it is from where the search began.
    pub hops: u32,
    /// From where the search began to the item.
    pub path: Vec<ItemRef>,
    /// Redundancy holds the blow: the item still works, with less in reserve.
    pub softened: bool,
    /// The last step in words.
    pub because: String,
}

/// What is hit when some items are down, themselves included, by kind. Softened hits are not in
/// it: those items still work.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, ToSchema)]
pub struct Affected {
    /// Use cases, the most critical first, then the nearest.
    pub usecases: Vec<Reached>,
    /// Products, the nearest first.
    pub products: Vec<Reached>,
    /// Services, the nearest first.
    pub services: Vec<Reached>,
}

impl Estate {
    /// Whom to call for the item: its own policy, else that of the team that runs it, else that of
    /// its product, else the same of the whole that it is part of.
    pub fn escalation_policy(&self, item: &ItemRef) -> Option<Assigned> {
        self.nearest_whole(item, |whole| {
            let assigned = |policy: &EscalationPolicyRef, because: String| {
                Some(Assigned { to: policy.item().clone(), because })
            };
            let spec = self.spec(whole)?;
            if let Some(policy) = spec.escalation_policy() {
                return assigned(policy, format!("policy of {whole}"));
            }
            if let Some(team) = self.runs(whole)
                && let Some(policy) = self.spec(&team.to).and_then(Spec::escalation_policy)
            {
                return assigned(policy, format!("policy of {}, the {}", team.to, team.because));
            }
            let product = spec.product()?;
            let policy = self.spec(product)?.escalation_policy()?;
            assigned(policy, format!("policy of {product}, which {whole} is part of"))
        })
    }

    /// The people whom a target of an escalation step means at a time: the person, everybody in
    /// the team, whoever a schedule has on call.
    pub fn people(&self, target: &ItemRef, at: Time) -> Vec<&ItemRef> {
        match self.get(target).map(|found| (found.item(), &found.spec)) {
            Some((person, Spec::Person(_))) => vec![person],
            Some((team, Spec::Team(_))) => {
                let member = |resource: &&Resource| match &resource.spec {
                    Spec::Person(person) => person.teams.iter().any(|of| of.item() == team),
                    _ => false,
                };
                self.of_kind(Kind::Person).filter(member).map(Resource::item).collect()
            }
            Some((schedule, Spec::Schedule(_))) => {
                let now = self.on_call(schedule, at);
                now.and_then(|person| self.get(&person)).map(Resource::item).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// What breaks when these items are down, the nearest first, without the items themselves.
    pub fn impact(&self, items: &[ItemRef]) -> Vec<Reached> {
        let reach = self.graph().impact(items.iter().map(ItemRef::as_str));
        reach.hits().filter_map(|hit| reached(&reach, &hit, Direction::Impact)).collect()
    }

    /// What the item depends on, the nearest first, without the item itself.
    pub fn upstream(&self, item: &ItemRef) -> Vec<Reached> {
        let reach = self.graph().upstream(item.as_str());
        reach.hits().filter_map(|hit| reached(&reach, &hit, Direction::Upstream)).collect()
    }

    /// The use cases, products and services that are hit when these items are down.
    pub fn affected(&self, items: &[ItemRef]) -> Affected {
        let mut affected = Affected::default();
        let itself = items.iter().filter(|item| self.contains(item)).map(|item| Reached {
            item: item.clone(),
            hops: 0,
            path: vec![item.clone()],
            softened: false,
            because: "itself".to_owned(),
        });
        for reached in itself.chain(self.impact(items)).filter(|reached| !reached.softened) {
            match Kind::of(&reached.item) {
                Some(Kind::UseCase) => affected.usecases.push(reached),
                Some(Kind::Product) => affected.products.push(reached),
                Some(Kind::Service) => affected.services.push(reached),
                _ => {}
            }
        }
        let usecases = &mut affected.usecases;
        usecases.sort_by_key(|usecase| std::cmp::Reverse(self.criticality(&usecase.item)));
        affected
    }

    fn spec(&self, item: &ItemRef) -> Option<&Spec> {
        self.get(item).map(|resource| &resource.spec)
    }

    /// The first answer of the item itself, of what it is part of, of what that is part of …
    pub(crate) fn nearest_whole<T>(
        &self,
        item: &ItemRef,
        answer: impl Fn(&ItemRef) -> Option<T>,
    ) -> Option<T> {
        let mut open = vec![item.clone()];
        let mut seen: HashSet<ItemRef> = HashSet::from([item.clone()]);
        let mut next = 0;
        while let Some(whole) = open.get(next).cloned() {
            next += 1;
            if let Some(found) = answer(&whole) {
                return Some(found);
            }
            for need in self.graph().used_by(whole.as_str()) {
                if need.relation == Relation::MemberOf
                    && let Ok(item) = need.item.parse::<ItemRef>()
                    && seen.insert(item.clone())
                {
                    open.push(item);
                }
            }
        }
        None
    }
}

#[derive(Clone, Copy)]
enum Direction {
    /// From what is needed to who needs it.
    Impact,
    /// From who needs to what is needed.
    Upstream,
}

fn reached(reach: &Reach<'_>, hit: &Hit<'_>, direction: Direction) -> Option<Reached> {
    let because = match direction {
        Direction::Impact => because(hit.item, hit.step.previous, &hit.step, hit.softened),
        Direction::Upstream => because(hit.step.previous, hit.item, &hit.step, false),
    };
    Some(Reached {
        item: hit.item.parse().ok()?,
        hops: hit.hops,
        path: reach.path(hit.item).into_iter().filter_map(|step| step.parse().ok()).collect(),
        softened: hit.softened,
        because,
    })
}

/// Why `owner` needs `needed`, and how redundancy weighs on it.
fn because(owner: &str, needed: &str, step: &Step<'_>, softened: bool) -> String {
    let sentence = match step.relation {
        Relation::DependsOn | Relation::RunsOn | Relation::ConsumesFrom => {
            format!("{owner} {} {needed}", step.relation)
        }
        Relation::Feeds | Relation::MemberOf => format!("{needed} {} {owner}", step.relation),
        Relation::RedundantWith => format!("{needed} stands in for what {owner} needs"),
    };
    let Some(group) = step.group else { return sentence };
    let name = group.name.map(|name| format!(" `{name}`")).unwrap_or_default();
    let still = if softened { "; enough are left" } else { "" };
    format!("{sentence}, one of {}{name} of which it needs {}{still}", group.total, group.need)
}
