//! Who looks at what contracts are about: what nobody looks at is not known to be up.

use std::collections::{BTreeMap, BTreeSet};

use ::contracts::compliance::Blind;
use estate::{Estate, Kind, Spec};
use heartbeats::Gap;
use kernel::{ItemRef, SpaceId};
use spine::{Conn, Fault};

use super::store;
use crate::practices::heartbeats::store as heartbeats_store;

/// When nobody looked at what is in scope: a heartbeat was missed that watches it, or something
/// that it needs.
pub fn blind(estate: &Estate, scope: &BTreeSet<&ItemRef>, gaps: Vec<(String, Gap)>) -> Vec<Blind> {
    let mut known: BTreeMap<Vec<ItemRef>, Vec<ItemRef>> = BTreeMap::new();
    let mut found = Vec::new();
    for (heartbeat, gap) in gaps {
        let items = known.entry(gap.watches).or_insert_with_key(|watches| {
            let impact = estate.impact(watches).into_iter().filter(|reached| !reached.softened);
            let all = watches.iter().cloned().chain(impact.map(|reached| reached.item));
            all.filter(|item| scope.contains(item)).collect()
        });
        if !items.is_empty() {
            let (from, until, items) = (gap.from, gap.until, items.clone());
            found.push(Blind { heartbeat, items, from, until });
        }
    }
    found
}

/// Which of some items nobody observes: neither they nor anything that they need was ever the
/// subject of an alert, is measured by an objective, or is watched by a heartbeat.
///
/// # Errors
/// When the database refuses.
pub async fn unobserved(
    conn: &mut Conn,
    space: &SpaceId,
    estate: &Estate,
    items: &[ItemRef],
) -> Result<Vec<ItemRef>, Fault> {
    let needs = |item: &ItemRef| -> BTreeSet<ItemRef> {
        let upstream = estate.upstream(item).into_iter().map(|reached| reached.item);
        upstream.chain([item.clone()]).collect()
    };
    let needed: Vec<(&ItemRef, BTreeSet<ItemRef>)> =
        items.iter().map(|item| (item, needs(item))).collect();
    let all: BTreeSet<&ItemRef> = needed.iter().flat_map(|(_, needs)| needs).collect();
    let all: Vec<ItemRef> = all.into_iter().cloned().collect();
    let mut seen: BTreeSet<ItemRef> =
        store::alerted(conn, space, &all).await?.into_iter().collect();
    seen.extend(estate.of_kind(Kind::Objective).filter_map(|resource| match &resource.spec {
        Spec::Objective(spec) => Some(spec.item.clone()),
        _ => None,
    }));
    for heartbeat in heartbeats_store::list(conn, space).await? {
        let plan = heartbeat.record.plan;
        seen.extend(plan.watches.into_iter().chain(plan.item));
    }
    let blind = needed.into_iter().filter(|(_, needs)| needs.is_disjoint(&seen));
    Ok(blind.map(|(item, _)| item.clone()).collect())
}
