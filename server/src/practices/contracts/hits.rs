//! What incidents took away and when, by the dependencies of the estate. Contracts, objectives,
//! months and other reports ask it here.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::contracts::compliance::{Case, CaseHit, Dependencies, Outcome, Struck, hits};
use calendar::{Span, Spans};
use estate::{Estate, Kind};
use kernel::{ItemRef, Time};

use super::facts::Facts;

/// The incidents with what of some items each of them takes away.
pub fn cases(estate: &Estate, scope: &BTreeSet<&ItemRef>, facts: &[Arc<Facts>]) -> Vec<Case> {
    let struck: Vec<&Struck> = facts.iter().map(|facts| &facts.struck).collect();
    let found = hits(dependencies(estate), scope, &struck);
    let case = |(facts, hits): (&Arc<Facts>, Vec<CaseHit>)| Case {
        incident: facts.incident.clone(),
        priority: facts.priority,
        outcome: facts.outcome,
        hits,
        marks: facts.marks.clone(),
        users: facts.users,
    };
    facts.iter().zip(found).map(case).collect()
}

/// Whether an incident ever took an item away, itself or through what the item needs: what
/// redundancy carries is not taken away.
pub fn takes_away(estate: &Estate, item: &ItemRef, facts: &Facts) -> bool {
    let kept = facts.struck.kept.iter().any(|kept| kept.item == *item && !kept.softened);
    kept || {
        let found = hits(dependencies(estate), &BTreeSet::from([item]), &[&facts.struck]);
        found.iter().flatten().any(|hit| !hit.softened)
    }
}

/// When incidents that count took an item away or degraded it.
pub fn away(estate: &Estate, item: &ItemRef, facts: &[Arc<Facts>], now: Time) -> Spans {
    let cases = cases(estate, &BTreeSet::from([item]), facts);
    let counting = cases.iter().filter(|case| case.outcome == Outcome::Counts);
    let lost = counting.flat_map(|case| &case.hits).filter(|hit| !hit.softened);
    let passed = Span::new(i64::MIN, now.micros());
    lost.flat_map(|hit| hit.spans().clip(passed).iter().collect::<Vec<_>>()).collect()
}

fn dependencies(estate: &Estate) -> Dependencies<'_> {
    Dependencies { graph: estate.graph(), kept }
}

/// Whether an incident keeps it when it hits such an item.
fn kept(item: &ItemRef) -> bool {
    let kinds = [Kind::UseCase, Kind::Product, Kind::Service];
    Kind::of(item).is_none_or(|kind| kinds.contains(&kind))
}
