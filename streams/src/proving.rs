//! What follows once a service is back: whether it holds, and what hangs on the incident.

use std::collections::BTreeSet;

use alerts::{Alert, Class, Response, Severity};
use incidents::{Command, Evidence, Incident, Stage, StillFiring};
use kernel::ItemRef;

use crate::entering::line;
use crate::promising::tells_of_a_contract;
use crate::{Context, Reaction};

/// Asks a restored or resolved incident to check that it holds.
pub(crate) fn prove(incident: &Incident, context: &Context<'_>) -> Vec<Reaction> {
    if !matches!(incident.stage, Stage::Restored | Stage::Resolved) {
        return Vec::new();
    }
    let hit = hit_items(incident);
    let mut firing: Vec<StillFiring> =
        context.alerts.iter().filter_map(|alert| still_firing(alert, &hit)).collect();
    firing.sort_by_key(|found| found.alert);
    let called = context.pages.iter().any(|page| page.incident == incident.id);
    vec![Reaction::incident(incident.id, Command::Check(Evidence { firing, called }))]
}

/// The items on which nothing may fire any more: those that alerted, and the services hit.
pub(crate) fn hit_items(incident: &Incident) -> BTreeSet<ItemRef> {
    incident.items.iter().chain(&incident.affected.services).cloned().collect()
}

/// Information is no sign that something is broken.
fn still_firing(alert: &Alert, hit: &BTreeSet<ItemRef>) -> Option<StillFiring> {
    let item = alert.item.clone().filter(|item| hit.contains(item))?;
    let informs = alert.classification.as_ref().is_some_and(|given| {
        given.class == Class::Informational || given.response == Response::Record
    });
    let counts = alert.stage.firing()
        && alert.severity > Severity::Info
        && !informs
        && !tells_of_a_contract(alert);
    counts.then(|| StillFiring { alert: alert.id, title: line(alert.summary()), item })
}

/// What hangs on an incident that is over ends with it, and what was merged into it hears so.
pub(crate) fn end_children(parent: &Incident, context: &Context<'_>) -> Vec<Reaction> {
    let child = |incident: &&Incident| {
        incident.parent == Some(parent.id) || incident.merged_into == Some(parent.id)
    };
    context.incidents.iter().filter(child).filter_map(|child| end(child, parent)).collect()
}

/// An incident whose parent was over before: it ends as soon as nothing holds it open.
pub(crate) fn end_after_parent(child: &Incident, context: &Context<'_>) -> Vec<Reaction> {
    let Some(parent) = child.parent.and_then(|id| crate::detect_to_restore::survivor(id, context))
    else {
        return Vec::new();
    };
    end(child, parent).into_iter().collect()
}

fn end(child: &Incident, parent: &Incident) -> Option<Reaction> {
    // One that was merged itself speaks for whoever continues it: told, it tells its own.
    let over = matches!(parent.stage, Stage::Resolved | Stage::Closed);
    let told = parent.stage == Stage::Merged && parent.parent_ended.is_some();
    if !over && !told || child.id == parent.id {
        return None;
    }
    let ended = Command::EndWithParent {
        number: parent.number,
        cause_class: parent.cause_class.unwrap_or(incidents::CauseClass::Unknown),
        resolution_code: parent.resolution_code.unwrap_or(incidents::ResolutionCode::Fixed),
        closed: parent.stage == Stage::Closed || parent.parent_ended == Some(true),
    };
    Some(Reaction::incident(child.id, ended))
}
