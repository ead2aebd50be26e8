//! Whether somebody has to be called for an incident, and by which policy. Asked after everything
//! that may change the answer: what is wanted is compared with the pages that there are. The team
//! for major incidents is called apart from that: see `major`.

use std::time::Duration;

use estate::{About, AbsenceSpec, AbsenceType, Estate, Spec};
use incidents::{Incident, Stage, What};
use kernel::{Actor, IncidentId, ItemRef, Moment, Priority, Time};
use oncall::{Command, For, Page, Start, Summary};

use crate::steps::{
    about, acknowledge_timeout, again, at_once, fresh, means_now, plan, takes_turn,
};
use crate::{Accounts, Context, Reaction, major};

/// Starts, answers or cancels pages so that they fit the incident as it is now.
pub(crate) fn keep(incident: &Incident, context: &Context<'_>, moment: &Moment) -> Vec<Reaction> {
    let pages = own(incident.id, context);
    let unanswered = pages.iter().filter(|page| page.stage.unanswered());
    let quiet = quiet(incident, context);
    let again = pages.iter().filter(|page| page.goes_on() && quiet.is_some());
    let cancel = |page: &&&Page| {
        let reason = quiet.clone().unwrap_or_else(|| "calling went on by another page".to_owned());
        Reaction::Page(page.id, Command::Cancel { reason })
    };
    // One page alone watches whether something is done: that of which people hear last.
    let watches = newest(&pages).map(|page| page.id);
    let rang_again = unanswered.clone().filter_map(|page| page.rang_again_at).max();
    let holds = |(_, at): &(Actor, Time)| rang_again.is_none_or(|again| again <= *at);
    // What rings is answered by whoever took the incident, whatever it has become.
    let rings = unanswered.clone().next().is_some();
    let outgrown = outgrown(incident, context).filter(|_| !rings);
    if let Some((by, at)) = taken(incident).filter(holds).filter(|_| outgrown.is_none()) {
        let answered =
            |page: &&&Page| Reaction::Page(page.id, Command::Answered { by: by.clone(), at });
        let over =
            |page: &&&Page| (page.goes_on() || page.stage.unanswered()) && Some(page.id) != watches;
        let older = pages.iter().filter(over).map(|page| cancel(&page));
        let settled = again.filter(|page| Some(page.id) == watches).map(|page| cancel(&page));
        return unanswered.map(|page| answered(&page)).chain(older).chain(settled).collect();
    }
    if quiet.is_some() {
        return unanswered.chain(again).map(|page| cancel(&page)).collect();
    }
    // Answered, and the word is on its way to the incident.
    let away = incident.relapsed_at.max(incident.lapsed_at).unwrap_or(Time::EPOCH);
    let answered = pages.iter().any(|page| page.acknowledged_at.is_some_and(|at| at >= away));
    if answered && outgrown.is_none() {
        return Vec::new();
    }
    let Some(policy) = next_policy(incident, &pages, context) else {
        return rings_later(&pages, context, moment);
    };
    // It is another matter by now, or it rang again and the page that says so is ended here.
    let because = outgrown.unwrap_or_else(|| "it rang again".to_owned());
    let outdated = incident.acknowledged_by.is_some();
    let lapse =
        outdated.then(|| Reaction::incident(incident.id, incidents::Command::Lapse { because }));
    lapse.into_iter().chain(ring(incident, &policy, &pages, context, moment)).collect()
}

/// Nobody is left to call. Where somebody was called and did not answer, calling begins anew after
/// a while, by the policies in the same order; where nobody could be, it is soon looked again.
fn rings_later(pages: &[&Page], context: &Context<'_>, moment: &Moment) -> Vec<Reaction> {
    if pages.iter().any(|page| page.stage == oncall::Stage::Ringing) {
        return Vec::new();
    }
    let over = |page: &&&Page| page.stage == oncall::Stage::Exhausted;
    let (called, in_vain): (Vec<&Page>, Vec<&Page>) =
        pages.iter().filter(over).partition(|page| page.called_anybody());
    let later = |page: &Page, wait: Duration| {
        Reaction::Page(page.id, Command::RingLater { again_at: moment.now + wait })
    };
    let unset = |page: &&&Page| page.next_step_at.is_none();
    let looks = in_vain.iter().filter(unset).map(|page| later(page, oncall::LOOKS_AGAIN));
    let anew = called.iter().all(|page| unset(&page)).then(|| {
        let minutes = context.policy.call_again_unanswered_after_minutes?;
        let first = called.iter().min_by_key(|page| (page.started_at, page.id))?;
        let rang = |page: &&&Page| (page.rang_again_at.unwrap_or(page.started_at), page.id);
        let next = called.iter().min_by_key(rang)?;
        let minutes = if next.id == first.id { minutes } else { 0 };
        Some(later(next, Duration::from_secs(u64::from(minutes) * 60)))
    });
    looks.chain(anew.flatten()).collect()
}

/// The pages by which somebody is called to take an incident.
fn own<'a>(incident: IncidentId, context: &Context<'a>) -> Vec<&'a Page> {
    let pages = context.pages.iter();
    pages.filter(|page| page.incident == incident && !page.is_major()).collect()
}

/// The page of an incident by which people were called last; of several that began at the same
/// moment one that is not over.
fn newest<'a>(pages: &[&'a Page]) -> Option<&'a Page> {
    let open = pages.iter().filter(|page| page.stage != oncall::Stage::Cancelled);
    let goes_on = |page: &Page| page.stage.unanswered() || page.goes_on();
    open.max_by_key(|page| (page.started_at, goes_on(page), page.id)).copied()
}

/// Ends the others by which people are called, or would be, for the incident of a page that rings
/// again: somebody may have asked that of an old one.
pub(crate) fn rings_alone(page: &Page, context: &Context<'_>) -> Vec<Reaction> {
    if page.stage != oncall::Stage::Ringing {
        return Vec::new();
    }
    let reason = format!("calling goes on by {}", page.policy);
    let same = |other: &&Page| {
        let of_one = other.incident == page.incident && other.meant_for == page.meant_for;
        of_one && other.id != page.id
    };
    context
        .pages
        .iter()
        .filter(same)
        .filter(|other| other.stage == oncall::Stage::Ringing || other.goes_on())
        .map(|other| Reaction::Page(other.id, Command::Cancel { reason: reason.clone() }))
        .collect()
}

/// Ends a page that was answered or rang again although nobody is needed any more.
pub(crate) fn settle(page: &Page, incident: &Incident, context: &Context<'_>) -> Option<Reaction> {
    let reason = match incident.id == page.incident {
        true if page.is_major() => major::quiet(incident)?,
        true => quiet(incident, context)?,
        false => format!("it continues in incident {}", incident.number),
    };
    Some(Reaction::Page(page.id, Command::Cancel { reason }))
}

/// Who took the incident and when. A page that rang again since is not answered by it.
fn taken(incident: &Incident) -> Option<(Actor, Time)> {
    let by = incident.acknowledged_by.clone()?;
    let at = incident.times.acknowledged.map_or(incident.updated_at, |stamp| stamp.at);
    // The time that counts for reports is that of the first; it may have lapsed since.
    let at = incident.lapsed_at.map_or(at, |lapsed| at.max(lapsed));
    incident.is_open().then_some((by, at))
}

/// Why whoever took it is called again: by itself it became more important than what they took, or
/// saw it become while they looked.
fn outgrown(incident: &Incident, context: &Context<'_>) -> Option<String> {
    let minutes = context.policy.call_again_when_worse_after_minutes?;
    let at = incident.taken_at.filter(|_| incident.is_open())?;
    let looked_until = at + Duration::from_secs(u64::from(minutes) * 60);
    let by_hand = incident.priority_override.is_some()
        || incident.impact_set.as_ref().is_some_and(|set| set.at >= at)
        || incident.urgency_set.as_ref().is_some_and(|set| set.at >= at);
    if by_hand {
        return None;
    }
    let history = &incident.past.priorities;
    let as_taken = history.iter().rev().find(|known| known.since <= at);
    let seen = history.iter().filter(|known| known.since > at && known.since < looked_until);
    let worst = seen.chain(as_taken).map(|known| known.priority).min()?;
    let (now, worse) = (incident.priority, incident.priority < worst);
    worse.then(|| format!("it became {now}, and was taken as {worst}"))
}

/// Why nobody has to be called; `None` when somebody has to.
fn quiet(incident: &Incident, context: &Context<'_>) -> Option<String> {
    let settled = !incident.is_open() || incident.service_is_back();
    if settled || incident.stage == Stage::OnHold {
        return Some(format!("the incident is {}", incident.stage));
    }
    if incident.potential {
        return Some("the incident is potential: nothing has failed yet".to_owned());
    }
    let minor = incident.priority > context.policy.page_down_to;
    minor.then(|| format!("the incident is only {}", incident.priority))
}

/// The policy to call by; `None` when it rings already or nobody is left to call.
fn next_policy(incident: &Incident, pages: &[&Page], context: &Context<'_>) -> Option<ItemRef> {
    let known = |policy: &Option<ItemRef>| {
        policy.as_ref().filter(|policy| context.estate.contains(policy)).cloned()
    };
    let fallback = known(&context.policy.default_escalation_policy);
    // Who watches over what nobody is charged with comes before the policy of the item.
    let overdue = incident.unassigned_too_long.is_some();
    let watch = known(&context.policy.unassigned_escalation_policy).filter(|_| overdue);
    let own = watch.or_else(|| own_policy(incident, context.estate));
    let own = own.or_else(|| fallback.clone())?;
    let of = |policy: &ItemRef| {
        pages
            .iter()
            .filter(|page| page.stage.unanswered())
            .find(|page| page.policy == *policy)
            .copied()
    };
    // Calling by the one that came after it begins anew: that of the first does not.
    let goes_on =
        |page: &Page| page.stage == oncall::Stage::Ringing && page.rang_again_at.is_some();
    let had = |page: &&&Page| page.policy == own && page.stage != oncall::Stage::Cancelled;
    let went_on =
        pages.iter().any(|page| had(&page)) && fallback.as_ref().and_then(&of).is_some_and(goes_on);
    match of(&own) {
        None if went_on => None,
        None => Some(own),
        Some(page) if page.stage == oncall::Stage::Ringing => None,
        Some(_) => fallback.filter(|policy| of(policy).is_none()),
    }
}

/// The policy of the item that is the likely cause, unless people or a route gave the incident to
/// a team that does not run the item: then that team's.
fn own_policy(incident: &Incident, estate: &Estate) -> Option<ItemRef> {
    let of_team = || {
        let team = estate.get(incident.team.as_ref()?)?;
        team.spec.escalation_policy().map(|policy| policy.item().clone())
    };
    let of_item = || Some(estate.escalation_policy(incident.main_item.as_ref()?)?.to);
    let operator = incident.main_item.as_ref().and_then(|item| estate.operator(item));
    let theirs = incident.team.is_none() || operator.map(|operator| operator.to) == incident.team;
    if theirs { of_item().or_else(of_team) } else { of_team().or_else(of_item) }
}

fn ring(
    incident: &Incident,
    policy: &ItemRef,
    pages: &[&Page],
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    let elsewhere = |page: &&&Page| page.stage == oncall::Stage::Ringing || page.goes_on();
    let reason = format!("calling goes on by {policy}");
    let mut reactions: Vec<Reaction> = pages
        .iter()
        .filter(elsewhere)
        .map(|page| Reaction::Page(page.id, Command::Cancel { reason: reason.clone() }))
        .collect();
    let about = About { priority: incident.priority, turn: context.turns.next(policy) };
    let plan = plan(context.estate, policy, about, moment.now);
    let start = Start {
        incident: incident.id,
        meant_for: For::Incident,
        policy: policy.clone(),
        turn: takes_turn(&plan, about),
        steps: plan.steps,
        repeat: plan.repeat,
        begin_at: plan.begin_at,
        acknowledge_timeout_seconds: acknowledge_timeout(context.estate, policy),
        summary: summary(incident),
    };
    reactions.push(Reaction::StartPage(moment.id(), Box::new(start)));
    reactions
}

fn summary(incident: &Incident) -> Summary {
    Summary {
        number: incident.number,
        title: incident.title.clone(),
        priority: incident.priority,
        service: incident.main_item.clone(),
        url_path: format!("/incidents/{}", incident.id),
    }
}

/// A page by which the team for major incidents is called: as urgently as can be, whatever the
/// priority says.
pub(crate) fn start_major(
    incident: &Incident,
    policy: &ItemRef,
    context: &Context<'_>,
    now: Time,
) -> Start {
    let about = About { priority: Priority::P1, turn: context.turns.next(policy) };
    let mut plan = plan(context.estate, policy, about, now);
    at_once(&mut plan, context.estate, about, now);
    Start {
        incident: incident.id,
        meant_for: For::Major,
        policy: policy.clone(),
        turn: takes_turn(&plan, about),
        steps: plan.steps,
        repeat: plan.repeat,
        begin_at: None,
        acknowledge_timeout_seconds: acknowledge_timeout(context.estate, policy),
        summary: Summary {
            url_path: format!("/incidents/{}/command", incident.id),
            ..summary(incident)
        },
    }
}

/// Lets the page by which people hear of an incident follow its priority. One that rings goes on by
/// itself; what somebody took says nothing of whether somebody has to be called now.
pub(crate) fn follow_priority(
    incident: &Incident,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    let page = newest(&own(incident.id, context));
    match page.and_then(|page| Some((page, replan(page, incident, context, moment)?))) {
        Some((page, followed)) if page.stage.unanswered() => vec![followed],
        found => {
            let followed = found.map(|(_, followed)| followed);
            followed.into_iter().chain(keep(incident, context, moment)).collect()
        }
    }
}

/// Nobody is called for an incident that needs nobody, but a page that somebody took knows of
/// which priority it is when it rings again.
fn replan(
    page: &Page,
    incident: &Incident,
    context: &Context<'_>,
    moment: &Moment,
) -> Option<Reaction> {
    let priority = incident.priority;
    let rests = page.stage.unanswered() && quiet(incident, context).is_some();
    if page.summary.priority == priority || rests {
        return None;
    }
    let about = About { priority, ..about(page) };
    let mut plan = Box::new(plan(context.estate, &page.policy, about, moment.now));
    if plan.begin_at.is_none() {
        // Who should have been called by now is called at once.
        means_now(&mut plan, context.estate, about, moment.now);
    }
    Some(Reaction::Page(page.id, Command::Replan { priority, plan }))
}

/// Tells the pages of an incident that a person did something on it, or that it broke again: the
/// time in which something has to be done begins anew.
pub(crate) fn worked(
    incident: &Incident,
    event: &incidents::Event,
    context: &Context<'_>,
) -> Vec<Reaction> {
    let by = match &event.what {
        What::Relapsed { .. } => incident.acknowledged_by.clone(),
        _ => Some(event.by.clone()).filter(Actor::human),
    };
    let Some(by) = by else { return Vec::new() };
    // One that was taken before another one rang is history, and so is one of what nobody holds any
    // more: another one will ring.
    let last = newest(&own(incident.id, context)).filter(|page| {
        let watched = incident.acknowledged_by.is_some() || page.stage.unanswered();
        watched && quiet(incident, context).is_none()
    });
    let team = major::called(incident, context);
    let person = context.accounts.person(&by);
    let worked = Command::Worked { by, person, at: event.at };
    let heard = |page: &Page| Reaction::Page(page.id, worked.clone());
    last.into_iter().chain(team).map(heard).collect()
}

/// Lets every page that rings, or found nobody, call whoever is on call now, and lets what somebody
/// had taken ring again who has fallen ill since.
pub(crate) fn reroute(
    noted: Option<(&ItemRef, Time)>,
    context: &Context<'_>,
    moment: &Moment,
) -> Vec<Reaction> {
    let (estate, now) = (context.estate, moment.now);
    let rings_for = |incident: IncidentId| {
        let of_it = context.pages.iter().filter(|page| page.incident == incident);
        of_it.clone().any(|page| page.stage == oncall::Stage::Ringing && !page.is_major())
    };
    let command = |page: &Page| match page.stage {
        oncall::Stage::Exhausted if rings_for(page.incident) => None,
        oncall::Stage::Ringing | oncall::Stage::Exhausted => {
            Some(Command::Reroute { fresh: fresh(page, estate, now) })
        }
        oncall::Stage::Acknowledged => {
            let incident = context.incidents.iter().find(|of| of.id == page.incident)?;
            let holds = incident.acknowledged_by.is_some() && quiet(incident, context).is_none();
            let person =
                fallen_ill(page, noted, (estate, context.accounts), now).filter(|_| holds)?;
            Some(Command::HolderAway { person, again: Box::new(again(page, estate, now)) })
        }
        oncall::Stage::Cancelled => None,
    };
    let reaction = |page: &Page| Some(Reaction::Page(page.id, command(page)?));
    context.pages.iter().filter_map(reaction).collect()
}

/// Who took a page and is ill: from a time since then, or as was noted since then, from whenever.
/// Who took it although that was known means to have it.
pub(crate) fn fallen_ill(
    page: &Page,
    noted: Option<(&ItemRef, Time)>,
    (estate, accounts): (&Estate, &Accounts),
    now: Time,
) -> Option<ItemRef> {
    let (by, at) = (page.acknowledged_by.as_ref()?, page.acknowledged_at?);
    let person = accounts.person(by)?;
    let noted = noted.filter(|(_, noted_at)| *noted_at >= at);
    let noted = noted.and_then(|(absence, _)| estate.get(absence));
    let noted = noted.and_then(|found| match &found.spec {
        Spec::Absence(absence) => Some(absence),
        _ => None,
    });
    let since = estate.absences().filter(|absence| absence.start >= at);
    let mut all = since.chain(noted);
    let ill = |absence: &AbsenceSpec| {
        absence.absence_type == AbsenceType::Sickness
            && *absence.person.item() == person
            && absence.start <= now
            && absence.end.is_none_or(|end| end > now)
    };
    all.any(ill).then_some(person)
}
