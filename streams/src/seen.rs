//! What follows when somebody says of an alert that they look at it.

use alerts::{Alert, Stage};
use incidents::{Command, Incident};
use kernel::{Actor, ItemRef, Time};

use crate::{Context, Reaction};

/// An alert was acknowledged: its incident is taken by the same hand once nobody has to look at
/// another one of it. Else people would be called for what somebody has in hand.
pub(crate) fn seen(
    alert: &Alert,
    (by, at): (&Actor, Time),
    context: &Context<'_>,
) -> Vec<Reaction> {
    // Meanwhile it may be over, or nobody looks at it any more.
    if alert.stage != Stage::Acknowledged || matches!(by, Actor::System(_)) {
        return Vec::new();
    }
    let person = person(by, context);
    let take = |incident: &Incident| {
        let person = person.clone();
        let taken = Command::Acknowledge { by: Some(by.clone()), at: Some(at), person };
        Reaction::incident(incident.id, taken)
    };
    let waits = |incident: &&Incident| {
        is_unseen(incident)
            && fires_in(alert, incident)
            && !context.alerts.iter().any(|other| unseen_in(other, incident))
    };
    context.incidents.iter().filter(waits).map(take).collect()
}

/// Whether an incident is still to be taken.
pub(crate) fn is_unseen(incident: &Incident) -> bool {
    incident.is_open() && !incident.service_is_back() && incident.acknowledged_by.is_none()
}

fn unseen_in(alert: &Alert, incident: &Incident) -> bool {
    alert.stage == Stage::Open && fires_in(alert, incident)
}

fn fires_in(alert: &Alert, incident: &Incident) -> bool {
    incident.attached().any(|member| member.alert == alert.id && member.cleared_at.is_none())
}

/// Who looks at it, as a person of the estate.
fn person(by: &Actor, context: &Context<'_>) -> Option<ItemRef> {
    let person: ItemRef = format!("person/{}", by.name()).parse().ok()?;
    (by.human() && context.estate.contains(&person)).then_some(person)
}

/// An alert that fires in one of these incidents and that nobody looks at, where one is still to
/// be taken; one is enough. `open` finds an alert that fires and is not acknowledged.
pub fn unseen<'a, T>(
    incidents: impl IntoIterator<Item = &'a Incident>,
    open: impl Fn(kernel::AlertId) -> Option<T>,
) -> Vec<T> {
    let waiting = incidents.into_iter().filter(|incident| is_unseen(incident));
    let firing = |incident: &&Incident| {
        incident.attached().filter(|member| member.cleared_at.is_none()).find_map(|m| open(m.alert))
    };
    waiting.filter_map(|incident| firing(&incident)).collect()
}
