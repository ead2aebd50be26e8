//! Potential work: what only warns opens it and joins it, and what has failed takes it up.

use alerts::Alert;
use incidents::{Command, Incident};
use kernel::IncidentId;

use crate::entering::{held_by, join};
use crate::promising::tells_of_a_contract;
use crate::{Context, Reaction};

/// Whether an alert opens an incident.
pub(crate) fn opens(alert: &Alert, context: &Context<'_>) -> bool {
    let told = !tells_of_a_contract(alert);
    told && context.policy.opens(alert.response(), alert.severity, alert.item.is_some())
}

/// Whether it says that something has failed; all else takes no mark away.
pub(crate) fn has_failed(alert: &Alert, context: &Context<'_>) -> bool {
    opens(alert, context) && !alert.is_potential()
}

/// Whether an incident is one that an alert may go into: a warning breaks nothing again that is
/// back.
pub(crate) fn welcomes(incident: &Incident, alert: &Alert) -> bool {
    !alert.is_potential() || incident.potential || !incident.service_is_back()
}

/// Potential work on the item of an alert that has failed goes on in the incident that holds it.
pub(crate) fn take_up(
    alert: &Alert,
    into: IncidentId,
    merged: &[IncidentId],
    context: &Context<'_>,
) -> Vec<Reaction> {
    let Some(item) = alert.item.as_ref().filter(|_| has_failed(alert, context)) else {
        return Vec::new();
    };
    let on_it = |incident: &&Incident| {
        let open = incident.potential && incident.is_open() && !incident.is_declared_major();
        open && incident.id != into && incident.items.contains(item)
    };
    let found = context.incidents.iter().filter(on_it);
    let found = found.filter(|incident| !merged.contains(&incident.id));
    found.map(|incident| Reaction::incident(incident.id, Command::Merge { into })).collect()
}

/// An alert that warned and is described otherwise now: where it says that something has failed,
/// the potential incidents that hold it hear so.
pub(crate) fn occurred(alert: &Alert, context: &Context<'_>) -> Vec<Reaction> {
    if !has_failed(alert, context) || context.silenced.contains(&alert.id) {
        return Vec::new();
    }
    let potential = held_by(alert, context).filter(|incident| incident.potential);
    let because = "its source describes it otherwise now";
    potential.flat_map(|incident| join(alert, incident.id, because.to_owned(), context)).collect()
}
