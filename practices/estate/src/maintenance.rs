//! Planned interruptions: which maintenance window explains that an item is down.

use std::collections::BTreeSet;

use kernel::{ItemRef, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::spec::{MaintenanceWindowSpec, Spec};
use crate::{Estate, Kind, Resource};

/// A maintenance window that explains why an item is down.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Planned {
    /// The window.
    pub window: ItemRef,
    /// When it began.
    pub since: Time,
    /// When it ends.
    pub until: Time,
    /// What is done in it.
    pub reason: String,
    /// The item that is worked on: the item itself, or one that takes it down.
    pub root: ItemRef,
    /// Why it explains the item: "service/orders is worked on".
    pub because: String,
}

impl Estate {
    /// The window that explains why this item is down at this time, directly or because what it
    /// needs is worked on. Where redundancy holds the blow, nothing is explained: the item should
    /// still work. Of several windows the one that ends last counts.
    pub fn planned(&self, item: &ItemRef, at: Time) -> Option<Planned> {
        let planned = self.running(at).filter_map(|(resource, spec, until)| {
            let since = spec.running_since(at)?;
            let covered = self.covered(spec);
            let (root, because) = if covered.contains(item) {
                (item.clone(), format!("{item} is worked on"))
            } else {
                let items: Vec<ItemRef> = covered.into_iter().collect();
                let hit = self.impact(&items).into_iter().find(|hit| hit.item == *item)?;
                let root = hit.path.first().filter(|_| !hit.softened)?.clone();
                let because = format!("{item} depends on {root}, which is worked on");
                (root, because)
            };
            let (window, reason) = (resource.item().clone(), spec.reason.clone());
            Some(Planned { window, since, until, reason, root, because })
        });
        planned.max_by_key(|planned| (planned.until, planned.root == *item))
    }

    /// The windows that run at this time, with when each ends.
    pub fn running(
        &self,
        at: Time,
    ) -> impl Iterator<Item = (&Resource, &MaintenanceWindowSpec, Time)> {
        self.of_kind(Kind::MaintenanceWindow).filter_map(move |resource| match &resource.spec {
            Spec::MaintenanceWindow(spec) => {
                spec.running_until(at).map(|until| (resource, spec, until))
            }
            _ => None,
        })
    }

    /// The items that a window names or selects.
    pub fn covered(&self, spec: &MaintenanceWindowSpec) -> BTreeSet<ItemRef> {
        let mut covered: BTreeSet<ItemRef> = spec.items.iter().cloned().collect();
        if !spec.selector.is_empty() {
            let has = |resource: &&Resource| {
                let labels = &resource.metadata.labels;
                spec.selector.iter().all(|(key, value)| labels.get(key) == Some(value))
            };
            let operated = self.resources().filter(|r| Kind::operated(r.kind())).filter(has);
            covered.extend(operated.map(|resource| resource.item().clone()));
        }
        covered
    }
}
