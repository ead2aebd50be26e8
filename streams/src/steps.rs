//! What a policy says at a time for an incident or a page: its steps, with the addresses of whom
//! they mean.

use estate::{About, Estate, Says, Spec, Wait, Way};
use kernel::{ItemRef, Priority, Time};
use oncall::{Command, Contact, Page, Plan, Step};

/// What is less urgent than P2 waits until somebody wants to be called for it; for the others
/// somebody else is looked for at once.
const CAN_WAIT_FROM: Priority = Priority::P3;

/// The tick of a page: whom each of its steps means now, since people go home and others come. What
/// the page names is what counts, also after its policy was edited, until it rings anew.
pub fn tick(page: &Page, estate: &Estate, now: Time) -> Command {
    let rings = page.rings_again.as_ref().is_some_and(|again| again.at <= now)
        || page.stage == oncall::Stage::Exhausted;
    let again = rings.then(|| Box::new(again(page, estate, now)));
    Command::Tick { fresh: fresh(page, estate, now), again }
}

/// What the policy of a page says for ringing again now; what was copied of one that is gone.
pub(crate) fn again(page: &Page, estate: &Estate, now: Time) -> Plan {
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

/// What a policy says, with everybody's addresses. A person who is gone from the estate leaves a
/// gap, never an error: the page is made.
pub(crate) fn plan(estate: &Estate, policy: &ItemRef, about: About, now: Time) -> Plan {
    let Some(mut says) = estate.says(policy, about.priority, now) else {
        return Plan { steps: Vec::new(), repeat: 0, begin_at: None };
    };
    let found = planned(estate, &says, about, now);
    let nobody = found.steps.iter().all(|step| step.contacts.is_empty());
    if !nobody || about.priority < CAN_WAIT_FROM {
        return found;
    }
    let from = says.begin_at.unwrap_or(now);
    let Some(wished) = estate.wished_from(says.steps, about, from) else { return found };
    says.begin_at = Some(wished);
    planned(estate, &says, about, now)
}

fn planned(estate: &Estate, says: &Says<'_>, about: About, now: Time) -> Plan {
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

/// Nobody waits: whoever is there now is called.
pub(crate) fn at_once(plan: &mut Plan, estate: &Estate, about: About, now: Time) {
    plan.begin_at = None;
    means_now(plan, estate, about, now);
}

/// Every step means who is there now.
pub(crate) fn means_now(plan: &mut Plan, estate: &Estate, about: About, now: Time) {
    for step in plan.steps.iter_mut().filter(|step| !step.targets.is_empty()) {
        step.contacts = contacts(estate, &step.targets, step.rotate, about, now);
    }
}

/// The turn that a page takes of its policy, where that calls one of several in turn.
pub(crate) fn takes_turn(plan: &Plan, about: About) -> Option<u64> {
    plan.steps.iter().any(|step| step.rotate).then_some(about.turn)
}

pub(crate) fn acknowledge_timeout(estate: &Estate, policy: &ItemRef) -> Option<u32> {
    match estate.get(policy).map(|found| &found.spec) {
        Some(Spec::EscalationPolicy(spec)) => spec.acknowledge_timeout.map(Wait::seconds),
        _ => None,
    }
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

pub(crate) fn about(page: &Page) -> About {
    let priority = if page.is_major() { Priority::P1 } else { page.summary.priority };
    // Pages of before turns were counted go by what they have.
    About { priority, turn: page.turn.unwrap_or(page.summary.number) }
}

/// The ways to whom targets mean at a time.
fn contacts(
    estate: &Estate,
    targets: &[ItemRef],
    rotate: bool,
    about: About,
    at: Time,
) -> Vec<Contact> {
    let people = estate.meant(targets, rotate.then_some(about.turn), at);
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
