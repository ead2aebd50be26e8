//! Detect to restore: from the first alert to the service being back.

use alerts::Alert;
use incidents::{Command, Incident, What};
use kernel::{AlertId, IncidentId, ItemRef, Moment};
use oncall::{CallResult, Page};

use crate::assess::assessment;
use crate::entering::{assigned, come_back, enter, held_by};
use crate::paging::keep;
use crate::{Context, Fact, Reaction};

/// What follows from a fact.
///
/// | fact | reaction |
/// |---|---|
/// | alert fired | join a related incident, or open one |
/// | alert returned | back to its incident, or as if fired |
/// | alert matched to another item | as if fired, if it fires and belongs nowhere |
/// | alert cleared | its incident hears so; by policy it is restored |
/// | incident has a member more or less | the alert knows where it belongs |
/// | incident merged | the other one takes over what it held |
/// | incident has another likely cause | the owner of that is charged, unless people decided |
/// | incident needs somebody | page, by item, team or default |
/// | incident taken, back, waiting or over | pages stop |
/// | page answered | the incident is acknowledged by who answered |
/// | page delivered | the incident was notified |
/// | page exhausted | page by the default policy |
pub fn react(fact: &Fact<'_>, context: &Context<'_>, moment: &Moment) -> Vec<Reaction> {
    match fact {
        Fact::Alert(alert, event) => alert_fact(alert, event, context, moment),
        Fact::Incident(incident, event) => incident_fact(incident, &event.what, context, moment),
        Fact::Page(page, event) => page_fact(page, event, context, moment),
    }
}

fn alert_fact(
    alert: &Alert,
    event: &alerts::Event,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    use alerts::Event;
    match event {
        Event::Fired(_) => enter(alert, context, moment),
        Event::Returned(_) => come_back(alert, context, moment),
        Event::Matched { .. }
            if alert.stage.firing() && held_by(alert.id, context).next().is_none() =>
        {
            enter(alert, context, moment)
        }
        Event::Cleared { ends_at, .. } => {
            let cleared = Command::MemberCleared { alert: alert.id, at: *ends_at };
            held_by(alert.id, context)
                .map(|incident| Reaction::incident(incident.id, cleared.clone()))
                .collect()
        }
        Event::Matched { .. }
        | Event::Acknowledged { .. }
        | Event::Unacknowledged { .. }
        | Event::Closed { .. }
        | Event::Attached { .. }
        | Event::Detached { .. } => Vec::new(),
    }
}

fn incident_fact(
    incident: &Incident,
    what: &What,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    let id = incident.id;
    match what {
        What::Attached { member } => vec![belongs(member.alert, id)],
        What::Detached { alert, .. } => {
            vec![Reaction::Alert(*alert, alerts::Command::Detach { incident: id })]
        }
        What::Absorbed { members, .. } => {
            let mut reactions: Vec<Reaction> =
                members.iter().map(|member| belongs(member.alert, id)).collect();
            reactions.extend(keep(incident, context, moment));
            reactions
        }
        What::Merged { .. } => {
            let mut reactions = hand_over(incident, context);
            reactions.extend(keep(incident, context, moment));
            reactions
        }
        What::MainItemChosen { .. } => {
            let mut reactions = charge_owner(incident, context);
            reactions.extend(keep(incident, context, moment));
            reactions
        }
        What::Opened(_)
        | What::Acknowledged { .. }
        | What::Assigned { .. }
        | What::Restored { .. }
        | What::Relapsed { .. }
        | What::Resolved { .. }
        | What::Closed { .. }
        | What::Reopened { .. }
        | What::Held { .. }
        | What::Resumed {}
        | What::Cancelled { .. }
        | What::Prioritised { .. } => keep(incident, context, moment),
        _ => Vec::new(),
    }
}

fn page_fact(
    page: &Page,
    event: &oncall::Event,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    use oncall::Event;
    // The one incident that was asked for: the page's own, or the one in which it continues.
    let Some(incident) = context.incidents.first() else { return Vec::new() };
    match event {
        Event::Acknowledged { at, by } => {
            let answered =
                |contact: &&ItemRef| contact.kind() == "person" && contact.name() == by.name();
            let person = page.calls.iter().map(|call| &call.contact).find(answered).cloned();
            let taken = Command::Acknowledge { by: Some(by.clone()), at: Some(*at), person };
            vec![Reaction::incident(incident.id, taken)]
        }
        Event::Attempted { at, result: CallResult::Delivered, .. }
            if incident.times.notified.is_none() =>
        {
            vec![Reaction::incident(incident.id, Command::Notified { at: *at })]
        }
        Event::Exhausted { .. } if incident.id == page.incident => keep(incident, context, moment),
        Event::Started { .. }
        | Event::Called { .. }
        | Event::Attempted { .. }
        | Event::Exhausted { .. }
        | Event::Cancelled { .. } => Vec::new(),
    }
}

fn belongs(alert: AlertId, incident: IncidentId) -> Reaction {
    Reaction::Alert(alert, alerts::Command::Attach { incident })
}

/// The incident in which a merged one continues takes over its alerts.
fn hand_over(child: &Incident, context: &Context<'_>) -> Vec<Reaction> {
    let parent = context.incidents.iter().find(|parent| parent.can_absorb(child.id).is_ok());
    let Some(parent) = parent else { return Vec::new() };
    let mut items = parent.items.clone();
    items.extend(child.items.iter().filter(|item| !parent.items.contains(item)).cloned());
    let mut absorb = child.handover();
    absorb.assessment = Some(assessment(context.estate, &items));
    vec![Reaction::incident(parent.id, Command::Absorb(Box::new(absorb)))]
}

/// The team follows the likely cause for as long as nobody took the incident and only the rule of
/// ownership has spoken.
fn charge_owner(incident: &Incident, context: &Context<'_>) -> Vec<Reaction> {
    let by_rule = incident.team.is_none() || incident.assigned_because.starts_with("owner of ");
    let free = incident.is_open() && incident.acknowledged_by.is_none();
    match assigned(context, incident.main_item.as_ref()) {
        Some((team, because)) if by_rule && free && incident.team.as_ref() != Some(&team) => {
            let command =
                Command::Assign { team: Some(team), assignee: None, because: Some(because) };
            vec![Reaction::incident(incident.id, command)]
        }
        _ => Vec::new(),
    }
}
