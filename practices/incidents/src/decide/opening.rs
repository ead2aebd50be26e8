use kernel::{Actor, IncidentId, Moment, Refusal};

use super::{Draft, members, moves, text};
use crate::beginning::Open;
use crate::beginning::Opened;
use crate::command::Command;
use crate::event::{Event, What};
use crate::incident::Incident;
use crate::times::Stamp;

/// What opening a new incident leads to.
pub(crate) fn open(
    id: IncidentId,
    command: &Command,
    moment: &Moment,
) -> Result<Vec<Event>, Refusal> {
    let Command::Open(open) = command else {
        return Err(Refusal::unknown("There is no such incident."));
    };
    let opened = opened(open, moment)?;
    let event = Event {
        at: moment.now,
        by: moment.actor.clone(),
        what: What::Opened(Box::new(opened.clone())),
    };
    let mut draft = Draft::of(Incident::begin(id, moment.now, &opened), moment);
    draft.events.push(event);

    if let Some(attach) = &open.alert {
        members::attach(&mut draft, attach)?;
    }
    if let Some(assessment) = &open.assessment {
        members::assess(&mut draft, assessment);
    }
    let reason = || "said when it was opened".to_owned();
    if open.impact.is_some() {
        draft.push(What::ImpactSet { impact: open.impact, reason: reason() });
    }
    if open.urgency.is_some() {
        draft.push(What::UrgencySet { urgency: open.urgency, reason: reason() });
    }
    if open.team.is_some() || open.assignee.is_some() {
        let because = Some(open.assigned_because.as_str()).filter(|text| !text.is_empty());
        moves::assign(&mut draft, open.team.as_ref(), open.assignee.as_ref(), because)?;
    }
    draft.prioritise();
    Ok(draft.events)
}

fn opened(open: &Open, moment: &Moment) -> Result<Opened, Refusal> {
    let now = moment.now;
    let reported = matches!(moment.actor, Actor::Person(_)).then(|| Stamp::measured(now));
    let said = open.started_at.map(Stamp::entered);
    if said.is_some_and(|stamp| stamp.at > now) {
        return Err(Refusal::invalid("The fault cannot begin in the future."));
    }
    // A monitor's clock may run ahead of ours: then the fault began now.
    let measured = open.alert.as_ref().and_then(|alert| alert.started_at);
    let started = said.or(measured.map(|at| Stamp::measured(at.min(now))));
    let severity = open.severity.or(open.alert.as_ref().map(|alert| alert.severity));
    Ok(Opened {
        number: open.number,
        title: match open.alert {
            Some(_) => text::clipped(&open.title),
            None => text::line("title", &open.title)?,
        },
        titled_by_hand: open.alert.is_none(),
        description: text::note("description", Some(&open.description))?,
        item: open.item.clone(),
        severity: severity.unwrap_or_default(),
        stated_severity: open.severity,
        started,
        detected: Stamp::measured(now),
        reported,
        reporter: reported.map(|_| moment.actor.clone()),
        policy: open.policy.clone(),
        potential: open.alert.as_ref().is_some_and(|alert| alert.potential),
    })
}
