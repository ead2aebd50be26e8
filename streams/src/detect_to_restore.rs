//! Detect to restore: from the first alert to the service being back.

use alerts::Alert;
use incidents::{Command, Incident, Stage, What, expected};
use kernel::{Actor, AlertId, IncidentId, ItemRef, Moment};
use oncall::{CallResult, Page};

use crate::assess::assessment;
use crate::entering::{assigned, come_back, down_besides, enter, fires_in, members_of, open};
use crate::fact::{matters_for_proof, may_end_now};
use crate::paging::{self, keep, settle};
use crate::potential::occurred;
use crate::promising::{look, moves_clocks, tells_of_a_contract};
use crate::proving::{end_after_parent, end_children, prove};
use crate::{Context, Fact, Reaction, major, planned};

/// What follows from a fact.
///
/// | fact | reaction |
/// |---|---|
/// | alert fired | join a related incident, or open one |
/// | the same, and people decided about it and an alert there | joins, or stays out of it |
/// | alert fired or returned within planned work | it is expected; no incident |
/// | alert fired that only warns | it joins, or opens potential work: nobody is called |
/// | alert fired for what was potential | that has happened, and somebody is called |
/// | planned work over or taken back | as if fired then, if it still fires |
/// | maintenance window changed | what it explains ends with it |
/// | alert silenced | nothing opens, nothing breaks again; what is open stays open |
/// | silence over, alert still fires and belongs nowhere | as if fired |
/// | alert returned | back to its incident, or as if fired |
/// | alert matched to another item, relabelled | as if fired, if it fires and belongs nowhere |
/// | alert cleared | its incident hears so; by policy it is restored |
/// | incident has a member more | the alert knows where it belongs |
/// | incident lost a member to a person | the alert knows; if it fires, it looks for another |
/// | incident merged | the other one takes over what it held |
/// | incident has another likely cause | the owner of that is charged, unless people decided |
/// | incident needs somebody | page, by item, team or default |
/// | nobody is charged with the incident for too long | page by the policy for that |
/// | incident back or resolved | it is checked whether that holds |
/// | incident resolved or closed | what hangs on it ends, what was merged into it hears so |
/// | incident has another priority | pages that ring go on as the policy says for it |
/// | incident taken, back, waiting or over | pages stop |
/// | what matters most is down, or much is | a major incident is proposed to people |
/// | major incident declared | its team is called, too, or it says why nobody is |
/// | the same, stood down or over | its team is called no longer |
/// | incident moved, or what was promised changed | the clocks of its contracts look |
/// | page answered | the incident is acknowledged by who answered |
/// | page of the major-incident team answered | that one leads |
/// | page delivered | the incident was notified |
/// | page exhausted | page by the default policy, and later by both again |
/// | page was handed over | the incident is given to who accepted it |
/// | person did something on the incident | the page that was taken waits anew |
/// | page rings again, since nothing was done | nobody holds the incident any more |
/// | somebody is away, or a schedule changed | pages that ring, or found nobody, call whoever is on
/// call now; what somebody had taken who is ill rings again |
pub fn react(fact: &Fact<'_>, context: &Context<'_>, moment: &Moment) -> Vec<Reaction> {
    match fact {
        Fact::Alert(alert, event) => alert_fact(alert, event, context, moment),
        Fact::Incident(incident, event) => incident_fact(incident, event, context, moment),
        Fact::Page(page, event) => page_fact(page, event, context, moment),
        Fact::Expected(expected, expected::Event::Overran { ended_at, withdrawn, .. }) => {
            planned::overran(expected, (*ended_at, *withdrawn), context, moment)
        }
        Fact::Expected(..) => Vec::new(),
        Fact::Window(window, spec) => planned::changed(window, *spec, context, moment),
        Fact::Unsilenced(alert) if alert.stage.firing() => {
            if fires_in(alert, None, context).is_some() {
                return Vec::new();
            }
            come_back(alert, moment.now, None, context, moment)
        }
        Fact::Unsilenced(_) => Vec::new(),
        Fact::OnCall(noted) => paging::reroute(*noted, context, moment),
        Fact::Promises => {
            let open = context.incidents.iter().filter(|incident| incident.is_open());
            open.filter_map(|incident| look(incident, context, moment)).collect()
        }
    }
}

fn alert_fact(
    alert: &Alert,
    event: &alerts::Event,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    use alerts::Event;
    if tells_of_a_contract(alert) {
        return clock_told(alert);
    }
    match event {
        Event::Fired(firing) => enter(alert, firing.at, context, moment),
        Event::Returned(again) => come_back(alert, again.at, None, context, moment),
        Event::Matched { .. } | Event::Relabelled(_)
            if alert.stage.firing() && fires_in(alert, None, context).is_none() =>
        {
            come_back(alert, moment.now, None, context, moment)
        }
        Event::Relabelled(_) if alert.stage.firing() => occurred(alert, context),
        Event::Cleared { ends_at, .. } => {
            let cleared = Command::MemberCleared { alert: alert.id, at: *ends_at };
            let heard = members_of(alert.id, context)
                .map(|incident| Reaction::incident(incident.id, cleared.clone()));
            heard.chain(planned::stopped(alert, context)).collect()
        }
        Event::Matched { .. }
        | Event::Relabelled(_)
        | Event::Acknowledged { .. }
        | Event::Unacknowledged { .. }
        | Event::Closed { .. }
        | Event::MarkedNotUseful { .. }
        | Event::NotUsefulTakenBack { .. }
        | Event::Attached { .. }
        | Event::Detached { .. } => Vec::new(),
    }
}

/// What tells of a clock belongs to the incident that the clock is of.
fn clock_told(alert: &Alert) -> Vec<Reaction> {
    let incident = alert.annotations.get("incident").and_then(|id| id.parse().ok());
    let new = incident.filter(|id| alert.incident != Some(*id) && alert.stage.firing());
    new.map(|id| belongs(alert.id, id)).into_iter().collect()
}

fn incident_fact(
    incident: &Incident,
    event: &incidents::Event,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    let what = &event.what;
    let mut reactions = moved(incident, what, context, moment);
    if matters_for_proof(what) {
        reactions.extend(prove(incident, context));
    }
    match what {
        What::Resolved { .. } | What::Closed { .. } | What::ParentEnded { .. } => {
            reactions.extend(end_children(incident, context));
        }
        what if may_end_now(what) => reactions.extend(end_after_parent(incident, context)),
        _ => {}
    }
    reactions.extend(major::follow(incident, what, context, moment));
    reactions.extend(paging::worked(incident, event, context));
    if moves_clocks(what) {
        reactions.extend(look(incident, context, moment));
    }
    reactions
}

/// Who is called and where alerts belong, after something happened to an incident.
fn moved(
    incident: &Incident,
    what: &What,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    let id = incident.id;
    match what {
        // One that was merged meanwhile hands over what it has when that is followed.
        What::Attached { .. } if incident.stage == Stage::Merged => Vec::new(),
        What::Attached { member } => vec![belongs(member.alert, id)],
        What::Detached { alert, .. } => {
            let mut reactions = vec![left(*alert, id)];
            reactions.extend(elsewhere(*alert, incident, context, moment));
            reactions
        }
        What::Merged { .. } => {
            let mut reactions = hand_over(incident, context, moment);
            reactions.extend(keep(incident, context, moment));
            reactions
        }
        What::Closed { .. } => {
            let mut reactions = keep(incident, context, moment);
            if incident.stage == Stage::Closed && incident.left_behind().next().is_some() {
                let left: Vec<AlertId> = incident.left_behind().map(|m| m.alert).collect();
                let reason = format!("it still fired when incident {} was closed", incident.number);
                reactions.extend(start_over(incident, &left, &reason, context, moment));
            }
            reactions
        }
        What::MainItemChosen { .. } => {
            let mut reactions = charge_owner(incident, context);
            reactions.extend(keep(incident, context, moment));
            reactions
        }
        What::Opened(_)
        | What::Absorbed { .. }
        | What::Occurred { .. }
        | What::Acknowledged { .. }
        | What::Assigned { .. }
        | What::Restored { .. }
        | What::Relapsed { .. }
        | What::Resolved { .. }
        | What::Reopened { .. }
        | What::Held { .. }
        | What::Resumed {}
        | What::Cancelled { .. }
        | What::UnassignedTooLong { .. }
        | What::AcknowledgementLapsed { .. } => keep(incident, context, moment),
        What::Prioritised { .. } => paging::follow_priority(incident, context, moment),
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
    let Some(incident) = survivor(page.incident, context) else { return Vec::new() };
    if page.is_major() {
        return team_fact(page, event, incident, context);
    }
    match event {
        Event::Acknowledged { at, by, .. } => {
            let person = person_of(page, by, context);
            let taken = Command::Acknowledge { by: Some(by.clone()), at: Some(*at), person };
            let taken = Reaction::incident(incident.id, taken);
            [taken].into_iter().chain(settle(page, incident, context)).collect()
        }
        Event::Attempted { at, result: CallResult::Delivered, .. }
            if incident.times.notified.is_none() =>
        {
            vec![Reaction::incident(incident.id, Command::Notified { at: *at })]
        }
        // Unless somebody has answered it meanwhile.
        Event::RangAgain { because, .. } if page.stage.unanswered() => {
            let lapse = Command::Lapse { because: because.clone() };
            let lapse = Reaction::incident(incident.id, lapse);
            let ended = settle(page, incident, context).into_iter();
            [lapse].into_iter().chain(ended).chain(paging::rings_alone(page, context)).collect()
        }
        Event::HandOverAccepted { to, from, reason, .. } => {
            let because = format!("handed over by {}: {reason}", from.name());
            let assign = Command::Assign {
                team: None,
                assignee: Some(to.clone()),
                because: Some(because),
                even_if_away: false,
            };
            vec![Reaction::incident(incident.id, assign)]
        }
        Event::Snoozed { .. } | Event::HandOverAsked { .. } => {
            settle(page, incident, context).into_iter().collect()
        }
        Event::Exhausted { .. } if incident.id == page.incident => keep(incident, context, moment),
        Event::Started { .. }
        | Event::Called { .. }
        | Event::Attempted { .. }
        | Event::Exhausted { .. }
        | Event::RingsLater { .. }
        | Event::WorkSeen { .. }
        | Event::HandOverUnanswered { .. }
        | Event::HandOverEnded { .. }
        | Event::RangAgain { .. }
        | Event::Replanned { .. }
        | Event::Hastened { .. }
        | Event::Held { .. }
        | Event::Settled { .. }
        | Event::Continued { .. }
        | Event::Rerouted { .. }
        | Event::Cancelled { .. } => Vec::new(),
    }
}

/// What follows from a page by which the team for major incidents is called: nobody takes or loses
/// the incident by it.
fn team_fact(
    page: &Page,
    event: &oncall::Event,
    incident: &Incident,
    context: &Context<'_>,
) -> Vec<Reaction> {
    use oncall::Event;
    let leads = match event {
        Event::Acknowledged { by, .. } => {
            Some(major::answered(incident, by, person_of(page, by, context)))
        }
        Event::HandOverAccepted { by, to, .. } => {
            Some(major::answered(incident, by, Some(to.clone())))
        }
        Event::Exhausted { .. } => {
            let because = format!("nobody of {} answered", page.policy);
            let uncalled = Command::MajorUncalled { because };
            return vec![Reaction::incident(incident.id, uncalled)];
        }
        Event::RangAgain { .. } | Event::Snoozed { .. } | Event::HandOverAsked { .. } => None,
        _ => return Vec::new(),
    };
    let alone = paging::rings_alone(page, context);
    leads.into_iter().chain(settle(page, incident, context)).chain(alone).collect()
}

/// Who answered, as a person of the estate whom the page called.
fn person_of(page: &Page, by: &Actor, context: &Context<'_>) -> Option<ItemRef> {
    let person = context.accounts.person(by)?;
    page.calls.iter().any(|call| call.contact == person).then_some(person)
}

/// The incident, or the one in which it continues, as far as the shell has loaded it.
pub(crate) fn survivor<'a>(id: IncidentId, context: &Context<'a>) -> Option<&'a Incident> {
    let find = |id| context.incidents.iter().find(|incident| incident.id == id);
    // A shell that loads the last of a chain of merges alone is as good as one that loads all.
    let mut last = find(id).or_else(|| context.incidents.first())?;
    for _ in context.incidents {
        match last.merged_into.and_then(find) {
            Some(next) => last = next,
            None => break,
        }
    }
    Some(last)
}

/// Tells an alert where it belongs.
pub(crate) fn belongs(alert: AlertId, incident: IncidentId) -> Reaction {
    Reaction::Alert(alert, alerts::Command::Attach { incident })
}

fn left(alert: AlertId, incident: IncidentId) -> Reaction {
    Reaction::Alert(alert, alerts::Command::Detach { incident })
}

/// An alert that a person took out of an incident and that still fires belongs somewhere else.
fn elsewhere(
    alert: AlertId,
    left: &Incident,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    let Some(alert) = context.alerts.iter().find(|found| found.id == alert) else {
        return Vec::new();
    };
    let left = Some(left.id);
    if !alert.stage.firing() {
        return Vec::new();
    }
    if let Some(holder) = fires_in(alert, left, context) {
        return vec![belongs(alert.id, holder.id)];
    }
    come_back(alert, moment.now, left, context, moment)
}

/// The incident in which a merged one continues takes over its alerts, but for those that a person
/// took out of it before.
fn hand_over(child: &Incident, context: &Context<'_>, moment: &Moment) -> Vec<Reaction> {
    let parent = context.incidents.iter().find(|parent| parent.can_absorb(child.id).is_ok());
    let Some(parent) = parent else {
        let all: Vec<AlertId> = child.attached().map(|member| member.alert).collect();
        let reason = format!("incident {} was merged into one that was finished", child.number);
        return start_over(child, &all, &reason, context, moment);
    };
    let mut items = parent.items.clone();
    items.extend(child.items.iter().filter(|item| !parent.items.contains(item)).cloned());
    let mut absorb = child.handover();
    let besides = down_besides(Some(parent.id), context);
    absorb.assessment = Some(assessment(context.estate, &items, &besides));
    let mut reactions = vec![Reaction::incident(parent.id, Command::Absorb(Box::new(absorb)))];
    for member in child.attached() {
        let known = parent.members.iter().find(|known| known.alert == member.alert);
        if known.is_some_and(|known| known.detached) {
            reactions.push(left(member.alert, child.id));
            reactions.extend(elsewhere(member.alert, child, context, moment));
            continue;
        }
        reactions.push(belongs(member.alert, parent.id));
        // An alert that was in both: the parent heard no more of it since it came back.
        if known.is_some_and(|known| known.cleared_at.is_some()) && member.cleared_at.is_none() {
            let returned = Command::MemberReturned {
                alert: member.alert,
                at: moment.now,
                potential: member.potential,
                boundary_at: member.boundary_at,
            };
            reactions.push(Reaction::incident(parent.id, returned));
        }
    }
    reactions
}

/// An incident is over for its alerts: what still fires needs a new one, and what fires again later
/// must not come back to this one.
fn start_over(
    over: &Incident,
    alerts: &[AlertId],
    reason: &str,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    let mut reactions: Vec<Reaction> = alerts.iter().map(|alert| left(*alert, over.id)).collect();
    let told = |alert: &&Alert| {
        let fires = alerts.contains(&alert.id) && alert.stage.firing();
        fires && !context.silenced.contains(&alert.id)
    };
    let firing: Vec<&Alert> = context.alerts.iter().filter(told).collect();
    reactions.extend(open(&firing, reason, context, moment));
    reactions
}

/// The team follows the likely cause for as long as nobody took the incident and only the rule of
/// ownership has spoken.
fn charge_owner(incident: &Incident, context: &Context<'_>) -> Vec<Reaction> {
    let by_rule = incident.team.is_none() || incident.assigned_because.starts_with("owner of ");
    let free = incident.is_open() && incident.acknowledged_by.is_none();
    match assigned(context, incident.main_item.as_ref()) {
        Some((team, because)) if by_rule && free && incident.team.as_ref() != Some(&team) => {
            let command = Command::Assign {
                team: Some(team),
                assignee: None,
                because: Some(because),
                even_if_away: false,
            };
            vec![Reaction::incident(incident.id, command)]
        }
        _ => Vec::new(),
    }
}
