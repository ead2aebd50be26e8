//! Whether somebody has to be called for an incident, and by which policy. Asked after everything
//! that may change the answer: what is wanted is compared with the pages that there are.

use std::time::Duration;

use estate::{ContactMethod, Estate, Spec, Wait};
use incidents::{Incident, Stage, What};
use kernel::{Actor, ItemRef, Moment, Priority, Time};
use oncall::{Command, Contact, Page, Start, Step, Summary};

use crate::{Context, Reaction};

/// Starts, answers or cancels pages so that they fit the incident as it is now.
pub(crate) fn keep(incident: &Incident, context: &Context<'_>, moment: &Moment) -> Vec<Reaction> {
    let pages: Vec<&Page> =
        context.pages.iter().filter(|page| page.incident == incident.id).collect();
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
    if let Some((by, at)) = taken(incident).filter(holds) {
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
    if pages.iter().any(|page| page.acknowledged_at.is_some_and(|at| at >= away)) {
        return Vec::new();
    }
    match next_policy(incident, &pages, context) {
        Some(policy) => ring(incident, &policy, &pages, context, moment),
        None => Vec::new(),
    }
}

/// The page of an incident by which people were called last.
fn newest<'a>(pages: &[&'a Page]) -> Option<&'a Page> {
    let open = pages.iter().filter(|page| page.stage != oncall::Stage::Cancelled);
    open.max_by_key(|page| (page.started_at, page.id)).copied()
}

/// Ends a page that was answered or rang again although nobody is needed any more.
pub(crate) fn settle(page: &Page, incident: &Incident, context: &Context<'_>) -> Option<Reaction> {
    let reason = match incident.id == page.incident {
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
/// a team that does not own the item: then that team's.
fn own_policy(incident: &Incident, estate: &Estate) -> Option<ItemRef> {
    let of_team = || {
        let team = estate.get(incident.team.as_ref()?)?;
        team.spec.escalation_policy().map(|policy| policy.item().clone())
    };
    let of_item = || Some(estate.escalation_policy(incident.main_item.as_ref()?)?.to);
    let owner = incident.main_item.as_ref().and_then(|item| estate.owner(item));
    let owned = incident.team.is_none() || owner.map(|owner| owner.to) == incident.team;
    if owned { of_item().or_else(of_team) } else { of_team().or_else(of_item) }
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
    let (priority, number) = (incident.priority, incident.number);
    let turn = Turn { estate: context.estate, priority, number, now: moment.now };
    let (steps, repeat, timeout) = turn.steps(policy);
    let start = Start {
        incident: incident.id,
        policy: policy.clone(),
        steps,
        repeat,
        begin_at: context.estate.calling_begins(policy, incident.priority, moment.now),
        acknowledge_timeout_seconds: timeout.map(Wait::seconds),
        summary: Summary {
            number: incident.number,
            title: incident.title.clone(),
            priority: incident.priority,
            service: incident.main_item.clone(),
            url_path: format!("/incidents/{}", incident.id),
        },
    };
    reactions.push(Reaction::StartPage(moment.id(), Box::new(start)));
    reactions
}

/// The tick of a page: whom each of its steps means now, since people go home and others come. What
/// the page names is what counts, also after its policy was edited.
pub fn tick(page: &Page, estate: &Estate, now: Time) -> Command {
    let begin_at = estate.calling_begins(&page.policy, page.summary.priority, now);
    Command::Tick { fresh: fresh(page, estate, now), begin_at }
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
    let Some(by) = by.filter(|_| quiet(incident, context).is_none()) else { return Vec::new() };
    let mine = context.pages.iter().filter(|page| page.incident == incident.id);
    // One that was taken before another one rang is history.
    let last = newest(&mine.collect::<Vec<_>>());
    let heard =
        |page: &Page| Reaction::Page(page.id, Command::Worked { by: by.clone(), at: event.at });
    last.map(heard).into_iter().collect()
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
    let (priority, number) = (page.summary.priority, page.summary.number);
    let turn = Turn { estate, priority, number, now };
    let meant = |step: &Step| match step.targets.is_empty() {
        true => step.contacts.clone(),
        false => turn.meant(&step.targets, step.rotate, now),
    };
    page.steps.iter().map(meant).collect()
}

/// The ways to a person for what a page is about, as they want to be called now.
pub fn ways_to(person: &ItemRef, page: &Page, estate: &Estate, now: Time) -> Vec<Contact> {
    let (priority, number) = (page.summary.priority, page.summary.number);
    Turn { estate, priority, number, now }.contacts(person, now)
}

/// What decides in which ways people are called: what it is about, and when their turn comes.
struct Turn<'a> {
    estate: &'a Estate,
    priority: Priority,
    /// The number of the incident.
    number: u64,
    now: Time,
}

impl Turn<'_> {
    /// The steps of a policy with everybody's addresses. A person who is gone from the estate
    /// leaves a gap, never an error: the page is made.
    fn steps(&self, policy: &ItemRef) -> (Vec<Step>, u32, Option<Wait>) {
        let Some(Spec::EscalationPolicy(spec)) = self.estate.get(policy).map(|found| &found.spec)
        else {
            return (Vec::new(), 0, None);
        };
        let begin = self.estate.calling_begins(policy, self.priority, self.now).unwrap_or(self.now);
        let steps = spec.schedule().map(|(after, step)| {
            let targets: Vec<ItemRef> =
                step.contacts.iter().map(|target| target.item().clone()).collect();
            let at = begin + Duration::from_secs(after.into());
            let contacts = self.meant(&targets, step.rotate, at);
            Step { targets, rotate: step.rotate, contacts, wait_seconds: step.wait.seconds() }
        });
        (steps.collect(), spec.repeat, spec.acknowledge_timeout)
    }

    /// The people whom targets mean at a time, with the ways to them. Where one is to be called,
    /// the number of the incident says who: the next one for the next incident.
    fn meant(&self, targets: &[ItemRef], rotate: bool, at: Time) -> Vec<Contact> {
        let mut people: Vec<&ItemRef> = Vec::new();
        for person in targets.iter().flat_map(|target| self.estate.people(target, at)) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        let turn = usize::try_from(self.number).unwrap_or(0) % people.len().max(1);
        let called = if rotate { people.get(turn..=turn).unwrap_or(&[]) } else { &people[..] };
        called.iter().flat_map(|who| self.contacts(who, at)).collect()
    }

    fn contacts(&self, who: &ItemRef, at: Time) -> Vec<Contact> {
        let Some(Spec::Person(person)) = self.estate.get(who).map(|found| &found.spec) else {
            return Vec::new();
        };
        let devices = self.estate.devices(who);
        let calls = person.calls(devices, self.priority, person.minute_of_day(at));
        let contact = |(after, method, target): (Wait, ContactMethod, &str)| Contact {
            contact: who.clone(),
            channel: method.channel().to_owned(),
            target: target.to_owned(),
            after_seconds: after.seconds(),
        };
        calls.into_iter().map(contact).collect()
    }
}
