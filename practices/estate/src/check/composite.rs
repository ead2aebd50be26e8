//! What must hold for objectives that are composed of others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kernel::ItemRef;

use crate::mistake::Wrong;
use crate::spec::{Combine, Indicator, Spec};
use crate::{Desired, Resource, Stored};

/// Most parts of one objective.
const PARTS_MAX: usize = 100;
/// What a part may weigh; thousandths tell weights apart.
const WEIGHTS: std::ops::RangeInclusive<f64> = 0.001..=1e6;

/// The objectives of an estate that are composed, with their parts.
pub(super) type Composites<'a> = BTreeMap<&'a ItemRef, Vec<&'a ItemRef>>;

/// All composed objectives as they would be.
pub(super) fn composites<'a>(desired: &'a Desired, rest: &[&'a Stored]) -> Composites<'a> {
    let all = rest.iter().map(|stored| &stored.resource).chain(desired.resources());
    let composite = |resource: &'a Resource| match &resource.spec {
        Spec::Objective(spec) if !spec.indicator.parts.is_empty() => {
            let parts = spec.indicator.parts.iter().map(|part| part.objective.item());
            Some((resource.item(), parts.collect()))
        }
        _ => None,
    };
    all.filter_map(composite).collect()
}

/// Parts of an objective that lead back to it, each with the way.
pub(super) fn circles(resource: &Resource, all: &Composites<'_>) -> Vec<Wrong> {
    let Some(parts) = all.get(resource.item()) else { return Vec::new() };
    let mut wrong = Vec::new();
    // That nothing names itself is checked of every resource.
    let others = parts.iter().enumerate().filter(|(_, part)| **part != resource.item());
    for (place, part) in others {
        let Some(way) = way(part, resource.item(), all) else { continue };
        let way: String = way.iter().map(|item| format!("{item} names ")).collect();
        let message = format!("this leads back: {way}{}", resource.item());
        let field = format!("spec.indicator.parts[{place}].objective");
        let remedy = "name objectives that are not composed of this one";
        wrong.push(Wrong::new(&field, message, remedy));
    }
    wrong
}

/// The shortest way from one objective to another, which is not among them; `None` when there is
/// none.
fn way<'a>(from: &'a ItemRef, to: &ItemRef, all: &Composites<'a>) -> Option<Vec<&'a ItemRef>> {
    let mut seen = BTreeSet::from([from]);
    let mut ways = VecDeque::from([vec![from]]);
    while let Some(mut way) = ways.pop_front() {
        let last = *way.last()?;
        if last == to {
            way.pop();
            return Some(way);
        }
        for next in all.get(last).into_iter().flatten().filter(|next| seen.insert(next)) {
            ways.push_back([&way[..], &[*next]].concat());
        }
    }
    None
}

/// Whether the parts of an indicator stand alone, once each, and weigh something.
pub(super) fn parts(wrong: &mut Vec<Wrong>, indicator: &Indicator, counts_more: bool) {
    let field = |place: usize, name: &str| format!("spec.indicator.parts[{place}].{name}");
    if counts_more {
        let remedy = "write `parts` alone, or `records`, or queries and their `source`";
        wrong.push(Wrong::new("spec.indicator.parts", "something else is counted, too", remedy));
    }
    if indicator.cycle.is_some() {
        let remedy = "remove it: composites count time";
        wrong.push(Wrong::new("spec.indicator.cycle", "parts have no cycles in common", remedy));
    }
    if indicator.parts.len() > PARTS_MAX {
        let message = format!("{} parts", indicator.parts.len());
        let remedy = format!("keep to {PARTS_MAX}, or compose some of them first");
        wrong.push(Wrong::new("spec.indicator.parts", message, remedy));
    }
    let mut seen = BTreeSet::new();
    for (place, part) in indicator.parts.iter().enumerate() {
        if !seen.insert(part.objective.item()) {
            let message = format!("{} is there twice", part.objective.item());
            let remedy = "keep one of the two, with the weight of both";
            wrong.push(Wrong::new(&field(place, "objective"), message, remedy));
        }
        if !WEIGHTS.contains(&part.weight) {
            let message = format!("{} is no weight", part.weight);
            let remedy = "write a number from 0.001 to 1000000, such as 2";
            wrong.push(Wrong::new(&field(place, "weight"), message, remedy));
        }
    }
}

/// A way to combine where there is nothing to combine.
pub(super) fn combines_nothing(indicator: &Indicator) -> Option<Wrong> {
    let said = indicator.parts.is_empty() && indicator.combine != Combine::default();
    let remedy = "add `parts:` with the objectives, or remove it";
    said.then(|| Wrong::new("spec.indicator.combine", "there is nothing to combine", remedy))
}
