//! What the estate says about the items of an incident.

use std::collections::{BTreeMap, BTreeSet};

use estate::{Estate, Kind, Reached};
use incidents::correlate::{self, Relation};
use incidents::{Assessment, Criticality, Hit, Main};
use kernel::ItemRef;

/// Longest dependency path that counts as a reason to join two alerts.
const HOPS_MAX: u32 = 8;
/// So many items are looked up one by one.
const KIN_MAX: usize = 400;
/// So many items of those that redundancy counts on are looked at.
const COUNTED_MAX: usize = 100;
/// Most hits that a command carries; the estate can tell all of them at any time.
const HITS_MAX: usize = 500;

/// What is hit when these items are down, and which of them is the likely cause. What is down
/// `besides`, by other incidents, hits nothing here, but may be what redundancy counted on.
pub fn assessment(estate: &Estate, items: &[ItemRef], besides: &[ItemRef]) -> Assessment {
    Assessment { hits: hits(estate, items, besides), main: likely_cause(estate, items) }
}

/// The item that takes most of the others down by itself: one node of a cluster is no cause while
/// the others carry it. Where none does, as when two nodes failed and nothing says yet that the
/// cluster did, the one on which most of the others depend.
fn likely_cause(estate: &Estate, items: &[ItemRef]) -> Option<Main> {
    let broken: BTreeMap<&ItemRef, BTreeSet<ItemRef>> =
        items.iter().map(|item| (item, broken_by(estate, item))).collect();
    let alone = |from: &ItemRef, by: &ItemRef| broken.get(by).is_some_and(|hit| hit.contains(from));
    if items.iter().any(|by| items.iter().any(|from| from != by && alone(from, by))) {
        return correlate::main_item(items, alone);
    }
    correlate::main_item(items, |from, to| path(estate, from, to).is_some())
}

/// What stops working when this item alone is down.
fn broken_by(estate: &Estate, item: &ItemRef) -> BTreeSet<ItemRef> {
    let reached = estate.impact(std::slice::from_ref(item)).into_iter();
    reached.filter(|reached| !reached.softened).map(|reached| reached.item).collect()
}

/// How two items hang together, the nearest way.
pub fn relation(estate: &Estate, a: &ItemRef, b: &ItemRef, shared_max: u32) -> Option<Relation> {
    let shared = || {
        let common = estate.graph().nearest_common(a.as_str(), b.as_str(), shared_max)?;
        let hops = u32::try_from(common.first.len() + common.second.len() - 2).ok()?;
        Some(Relation::Shares { dependency: common.item.parse().ok()?, hops })
    };
    let depends = path(estate, a, b).map(Relation::DependsOn);
    let depended = path(estate, b, a).map(Relation::DependedOnBy);
    match (depends, depended) {
        (Some(Relation::DependsOn(there)), Some(Relation::DependedOnBy(back)))
            if back.len() < there.len() =>
        {
            Some(Relation::DependedOnBy(back))
        }
        (Some(depends), _) => Some(depends),
        (None, Some(depended)) => Some(depended),
        (None, None) => shared(),
    }
}

/// Every item that [`relation`] joins to this one, itself included; `None` when they are too many
/// to be named.
pub fn kin(estate: &Estate, item: &ItemRef, shared_max: u32) -> Option<BTreeSet<ItemRef>> {
    if !estate.contains(item) {
        return Some(BTreeSet::from([item.clone()]));
    }
    let kin = estate.graph().kin(item.as_str(), HOPS_MAX, shared_max, KIN_MAX)?;
    Some(kin.into_iter().filter_map(|item| item.parse().ok()).collect())
}

/// What redundancy counts on once this item is down: the other members of its groups, and what
/// they need.
pub fn counted_on(estate: &Estate, item: &ItemRef) -> BTreeSet<ItemRef> {
    let graph = estate.graph();
    let impact = graph.impact([item.as_str()]);
    let weakened = impact.hits().filter(|hit| hit.softened);
    let needed = weakened.flat_map(|hit| {
        let upstream = graph.upstream(hit.item);
        upstream.hits().map(|needed| needed.item).collect::<Vec<_>>()
    });
    let others = needed.filter(|needed| *needed != item.as_str());
    others.take(COUNTED_MAX).filter_map(|item| item.parse().ok()).collect()
}

fn path(estate: &Estate, from: &ItemRef, to: &ItemRef) -> Option<Vec<ItemRef>> {
    let path = estate.graph().path(from.as_str(), to.as_str(), HOPS_MAX)?;
    Some(path.into_iter().filter_map(|step| step.parse().ok()).collect())
}

/// What these items take down, alone or as the last straw beside what is down already; of each
/// whether it is lost only beside that.
fn reached(estate: &Estate, items: &[ItemRef], besides: &[ItemRef]) -> Vec<(Reached, bool)> {
    let mut alone: Vec<(Reached, bool)> =
        estate.impact(items).into_iter().map(|reached| (reached, false)).collect();
    if besides.is_empty() || !alone.iter().any(|(reached, _)| reached.softened) {
        return alone;
    }
    let down = |items: &[ItemRef]| -> BTreeMap<ItemRef, Reached> {
        let down = estate.impact(items).into_iter().filter(|reached| !reached.softened);
        down.map(|reached| (reached.item.clone(), reached)).collect()
    };
    let before = down(besides);
    // In this order they are the last straw.
    let mut lost = down(&[besides, items].concat());
    lost.retain(|item, _| !before.contains_key(item) && !items.contains(item));
    for (reached, beside) in &mut alone {
        if let Some(lost) = lost.remove(&reached.item).filter(|_| reached.softened) {
            (*reached, *beside) = (lost, true);
        }
    }
    alone.extend(lost.into_values().map(|reached| (reached, true)));
    alone
}

fn hits(estate: &Estate, items: &[ItemRef], besides: &[ItemRef]) -> Vec<Hit> {
    let known: BTreeSet<&ItemRef> = items.iter().filter(|item| estate.contains(item)).collect();
    let itself = known.iter().map(|item| Hit {
        item: (*item).clone(),
        criticality: criticality(estate, item),
        root: (*item).clone(),
        hops: 0,
        softened: false,
        beside: false,
    });
    let counted = [Kind::UseCase, Kind::Product, Kind::Service];
    let reached = reached(estate, items, besides)
        .into_iter()
        .filter(|(hit, _)| Kind::of(&hit.item).is_some_and(|kind| counted.contains(&kind)));
    let hit = reached.filter_map(|(reached, beside)| {
        Some(Hit {
            criticality: criticality(estate, &reached.item),
            root: reached.path.first()?.clone(),
            item: reached.item,
            hops: reached.hops,
            softened: reached.softened,
            beside,
        })
    });
    let mut hits: Vec<Hit> = itself.chain(hit).collect();
    // What decides must not fall behind the limit.
    hits.sort_by_key(|hit| (std::cmp::Reverse(hit.criticality), hit.softened, hit.hops));
    hits.truncate(HITS_MAX);
    hits
}

/// How much the business needs the item. Only a use case speaks for itself: a service that a
/// mission-critical use case needs is hit hard because the use case is, and the calculation then
/// names the use case. What no use case needs counts as normal.
fn criticality(estate: &Estate, item: &ItemRef) -> Criticality {
    let level = match estate.criticality(item) {
        estate::Criticality::Low => Criticality::Low,
        estate::Criticality::Normal => Criticality::Normal,
        estate::Criticality::High => Criticality::High,
        estate::Criticality::MissionCritical => Criticality::MissionCritical,
    };
    if Kind::of(item) == Some(Kind::UseCase) { level } else { level.min(Criticality::Normal) }
}

#[cfg(test)]
mod tests {
    use estate::SourceFile;

    use super::*;

    const CLUSTER: &str = "
apiVersion: operate/v1
kind: Team
metadata: {name: platform}
spec: {}
---
apiVersion: operate/v1
kind: Component
metadata: {name: db}
spec:
  team: platform
  dependsOn: [{group: nodes, need: 2, of: [component/db-1, component/db-2, component/db-3]}]
---
{apiVersion: operate/v1, kind: Component, metadata: {name: db-1}, spec: {team: platform}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: db-2}, spec: {team: platform}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: db-3}, spec: {team: platform}}
---
apiVersion: operate/v1
kind: Service
metadata: {name: orders}
spec: {team: platform, dependsOn: [component/db]}
";

    fn cause(items: &[&str]) -> String {
        let file = SourceFile { name: "cluster.yaml".to_owned(), text: CLUSTER.to_owned() };
        let estate = Estate::new(estate::read(&[file]).unwrap().resources().cloned());
        let items: Vec<ItemRef> = items.iter().map(|item| item.parse().unwrap()).collect();
        assessment(&estate, &items, &[]).main.unwrap().item.to_string()
    }

    fn hit(items: &[&str], besides: &[&str]) -> Vec<String> {
        let file = SourceFile { name: "cluster.yaml".to_owned(), text: CLUSTER.to_owned() };
        let estate = Estate::new(estate::read(&[file]).unwrap().resources().cloned());
        let parsed = |items: &[&str]| {
            items.iter().map(|item| item.parse().unwrap()).collect::<Vec<ItemRef>>()
        };
        let found = hits(&estate, &parsed(items), &parsed(besides));
        let words = |hit: &Hit| match hit {
            Hit { softened: true, .. } => " still works",
            Hit { beside: true, .. } => " beside the others",
            _ => "",
        };
        found.iter().map(|hit| format!("{}{}", hit.item, words(hit))).collect()
    }

    #[test]
    fn the_node_that_a_quorum_could_not_spare_takes_down_what_needs_the_cluster() {
        assert_eq!(hit(&["component/db-2"], &[]), ["component/db-2"]);
        let last_straw = hit(&["component/db-2"], &["component/db-1"]);
        assert_eq!(last_straw, ["component/db-2", "service/orders beside the others"]);
        let other = hit(&["component/db-2"], &["service/orders"]);
        assert_eq!(other, ["component/db-2"], "what is down besides is hit elsewhere");
        // Who comes third breaks nothing that is not broken.
        let third = hit(&["component/db-3"], &["component/db-1", "component/db-2"]);
        assert_eq!(third, ["component/db-3"]);
    }

    #[test]
    fn redundancy_counts_on_the_other_nodes() {
        let file = SourceFile { name: "cluster.yaml".to_owned(), text: CLUSTER.to_owned() };
        let estate = Estate::new(estate::read(&[file]).unwrap().resources().cloned());
        let counted = |item: &str| counted_on(&estate, &item.parse().unwrap());
        let nodes = ["component/db-1", "component/db-3"].map(|item| item.parse().unwrap());
        assert_eq!(counted("component/db-2"), BTreeSet::from(nodes));
        assert_eq!(counted("component/db"), BTreeSet::new());
    }

    #[test]
    fn a_cluster_that_lost_its_quorum_is_the_cause_and_not_its_first_node() {
        let fired = ["component/db-1", "component/db-2", "component/db", "service/orders"];
        assert_eq!(cause(&fired), "component/db");
    }

    #[test]
    fn while_the_cluster_says_nothing_its_first_node_is_the_cause() {
        assert_eq!(
            cause(&["component/db-2", "component/db-1", "service/orders"]),
            "component/db-2"
        );
    }
}
