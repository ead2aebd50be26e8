//! Whether somebody has to be called for an incident, and by which policy. Asked after everything
//! that may change the answer: what is wanted is compared with the pages that there are. The team
//! for major incidents is called apart from that: see `major`.

use std::time::Duration;

use estate::{About, Estate, Spec, Wait, Way};
use incidents::{Incident, Stage, What};
use kernel::{Actor, IncidentId, ItemRef, Moment, Priority, Time};
use oncall::{Command, Contact, For, Page, Plan, Start, Step, Summary};

use crate::{Context, Reaction, major};

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
    let Some(policy) = next_policy(incident, &pages, context) else { return Vec::new() };
    // It is another matter by now, or it rang again and the page that says so is ended here.
    let because = outgrown.unwrap_or_else(|| "it rang again".to_owned());
    let outdated = incident.acknowledged_by.is_some();
    let lapse =
        outdated.then(|| Reaction::incident(incident.id, incidents::Command::Lapse { because }));
    lapse.into_iter().chain(ring(incident, &policy, &pages, context, moment)).collect()
}

/// The pages by which somebody is called to take an incident.
fn own<'a>(incident: IncidentId, context: &Context<'a>) -> Vec<&'a Page> {
    let pages = context.pages.iter();
    pages.filter(|page| page.incident == incident && !page.is_major()).collect()
}

/// The page of an incident by which people were called last.
fn newest<'a>(pages: &[&'a Page]) -> Option<&'a Page> {
    let open = pages.iter().filter(|page| page.stage != oncall::Stage::Cancelled);
    open.max_by_key(|page| (page.started_at, page.id)).copied()
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
    let about = About { priority: incident.priority, number: incident.number };
    let plan = plan(context.estate, policy, about, moment.now);
    let start = Start {
        incident: incident.id,
        meant_for: For::Incident,
        policy: policy.clone(),
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
    let about = About { priority: Priority::P1, number: incident.number };
    let mut plan = plan(context.estate, policy, about, now);
    at_once(&mut plan, context.estate, about, now);
    Start {
        incident: incident.id,
        meant_for: For::Major,
        policy: policy.clone(),
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
    let about = About { priority, number: page.summary.number };
    let mut plan = Box::new(plan(context.estate, &page.policy, about, moment.now));
    if plan.begin_at.is_none() {
        // Who should have been called by now is called at once.
        means_now(&mut plan, context.estate, about, moment.now);
    }
    Some(Reaction::Page(page.id, Command::Replan { priority, plan }))
}

/// Nobody waits: whoever is there now is called.
fn at_once(plan: &mut Plan, estate: &Estate, about: About, now: Time) {
    plan.begin_at = None;
    means_now(plan, estate, about, now);
}

/// Every step means who is there now.
fn means_now(plan: &mut Plan, estate: &Estate, about: About, now: Time) {
    for step in plan.steps.iter_mut().filter(|step| !step.targets.is_empty()) {
        step.contacts = contacts(estate, &step.targets, step.rotate, about, now);
    }
}

/// The tick of a page: whom each of its steps means now, since people go home and others come. What
/// the page names is what counts, also after its policy was edited, until it rings anew.
pub fn tick(page: &Page, estate: &Estate, now: Time) -> Command {
    let rings = page.rings_again.as_ref().is_some_and(|again| again.at <= now);
    let again = rings.then(|| Box::new(again(page, estate, now)));
    Command::Tick { fresh: fresh(page, estate, now), again }
}

/// What the policy of a page says for ringing again now; what was copied of one that is gone.
fn again(page: &Page, estate: &Estate, now: Time) -> Plan {
    let mut plan = planned_again(page, estate, now);
    if page.is_major() {
        at_once(&mut plan, estate, about(page), now);
    }
    plan
}

fn planned_again(page: &Page, estate: &Estate, now: Time) -> Plan {
    if estate.contains(&page.policy) {
        return plan(estate, &page.policy, about(page), now);
    }
    let steps = page.steps.iter().zip(fresh(page, estate, now));
    let steps = steps.map(|(step, contacts)| Step { contacts, ..step.clone() });
    Plan { steps: steps.collect(), repeat: page.repeat, begin_at: None }
}

/// The same for somebody who wants it to ring now: whoever is there now is called, also for what
/// could wait.
pub fn again_now(page: &Page, estate: &Estate, now: Time) -> Plan {
    let mut plan = planned_again(page, estate, now);
    at_once(&mut plan, estate, about(page), now);
    plan
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
    let heard =
        |page: &Page| Reaction::Page(page.id, Command::Worked { by: by.clone(), at: event.at });
    last.into_iter().chain(team).map(heard).collect()
}

/// Lets every page that rings call whoever is on call now.
pub(crate) fn reroute(context: &Context<'_>, moment: &Moment) -> Vec<Reaction> {
    let ringing = context.pages.iter().filter(|page| page.stage == oncall::Stage::Ringing);
    let again = |page: &Page| {
        let fresh = fresh(page, context.estate, moment.now);
        Reaction::Page(page.id, Command::Reroute { fresh })
    };
    ringing.map(again).collect()
}

/// Whom each step of a page means now.
pub fn fresh(page: &Page, estate: &Estate, now: Time) -> Vec<Vec<Contact>> {
    let meant = |step: &Step| match step.targets.is_empty() {
        true => step.contacts.clone(),
        false => contacts(estate, &step.targets, step.rotate, about(page), now),
    };
    page.steps.iter().map(meant).collect()
}

/// The ways to a person for what a page is about, as they want to be called now.
pub fn ways_to(person: &ItemRef, page: &Page, estate: &Estate, now: Time) -> Vec<Contact> {
    estate.ways(person, about(page), now).into_iter().map(contact).collect()
}

fn about(page: &Page) -> About {
    let priority = if page.is_major() { Priority::P1 } else { page.summary.priority };
    About { priority, number: page.summary.number }
}

/// What a policy says, with everybody's addresses. A person who is gone from the estate leaves a
/// gap, never an error: the page is made.
fn plan(estate: &Estate, policy: &ItemRef, about: About, now: Time) -> Plan {
    let Some(says) = estate.says(policy, about.priority, now) else {
        return Plan { steps: Vec::new(), repeat: 0, begin_at: None };
    };
    // Steps in which nobody is there are passed over, and the first that has somebody is the first.
    let (first, mut begun) = (says.begin_at.unwrap_or(now), false);
    let steps = says.schedule(now).map(|(at, step)| {
        let targets: Vec<ItemRef> =
            step.contacts.iter().map(|target| target.item().clone()).collect();
        let at = if begun { at } else { first };
        let contacts = contacts(estate, &targets, step.rotate, about, at);
        begun = begun || !contacts.is_empty();
        Step { targets, rotate: step.rotate, contacts, wait_seconds: step.wait.seconds() }
    });
    Plan { steps: steps.collect(), repeat: says.repeat, begin_at: says.begin_at }
}

fn acknowledge_timeout(estate: &Estate, policy: &ItemRef) -> Option<u32> {
    match estate.get(policy).map(|found| &found.spec) {
        Some(Spec::EscalationPolicy(spec)) => spec.acknowledge_timeout.map(Wait::seconds),
        _ => None,
    }
}

/// The ways to whom targets mean at a time.
fn contacts(
    estate: &Estate,
    targets: &[ItemRef],
    rotate: bool,
    about: About,
    at: Time,
) -> Vec<Contact> {
    let people = estate.meant(targets, rotate.then_some(about.number), at);
    people.into_iter().flat_map(|who| estate.ways(who, about, at)).map(contact).collect()
}

fn contact(way: Way<'_>) -> Contact {
    Contact {
        contact: way.person.clone(),
        channel: way.method.channel().to_owned(),
        target: way.target.to_owned(),
        after_seconds: way.after.seconds(),
    }
}
