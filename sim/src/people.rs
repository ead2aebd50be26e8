//! People who do anything at any time, possible or not.

use estate::{AbsenceSpec, AbsenceType, PersonRef, ScheduleRef, ShiftOverrideSpec};
use incidents::{
    Assessment, CauseClass, Command, HoldReason, Incident, Open, ResolutionCode, ServiceState,
};
use kernel::{Actor, Impact, ItemRef, Lifecycle, Priority};

use crate::rng::Rng;
use crate::shifts;
use crate::world::World;

/// Somebody does something; the answer may be no.
pub fn act(world: &mut World, rng: &mut Rng) {
    match rng.below(14) {
        10 => give_or_take(world, rng),
        11..=13 => go_or_come(world, rng),
        0 => report(world, rng),
        1 | 2 => answer(world, rng),
        3 => look_at_alert(world, rng),
        _ => work(world, rng),
    }
}

fn somebody(rng: &mut Rng) -> Actor {
    let names = ["ada", "bob", "cyd"];
    Actor::Person(rng.pick(&names).unwrap_or(&"ada").to_string())
}

/// Somebody takes over a stretch that has begun or will soon, for all or for one of them, or takes
/// back what was given.
fn give_or_take(world: &mut World, rng: &mut Rng) {
    let people = ["ada", "bob", "cyd"].map(PersonRef::new);
    let mut somebody = || rng.pick(&people).cloned().flatten();
    let (Some(person), of) = (somebody(), somebody()) else { return };
    let named = rng.pick(&shifts::SCHEDULES).and_then(|schedule| ScheduleRef::new(schedule.name));
    let Some(schedule) = named else { return };
    if rng.chance(25) {
        return world.take_back(rng.below(8));
    }
    let start = world.now + rng.span(3_600);
    let made = ShiftOverrideSpec {
        schedule,
        start: if rng.chance(60) { world.now } else { start },
        end: start + rng.span(3 * 3_600),
        instead_of: of.filter(|_| rng.chance(50)),
        person,
        reason: None,
    };
    world.give(made);
}

/// Somebody falls ill at once and does not know for how long, or goes on leave, now or later; or
/// somebody is back, or will not go.
fn go_or_come(world: &mut World, rng: &mut Rng) {
    let people = ["ada", "bob", "cyd", "dee"];
    let called = called_by_schedules(world);
    let of: &[&str] = if rng.chance(60) && !called.is_empty() { &called } else { &people };
    let Some(person) = rng.pick(of).and_then(|name| PersonRef::new(name)) else { return };
    if rng.chance(30) {
        return world.back(person.item());
    }
    let ill = rng.chance(50);
    let start = if ill { world.now } else { world.now + rng.span(2 * 3_600) };
    let end = start + rng.span(4 * 3_600) + std::time::Duration::from_secs(60);
    world.away(AbsenceSpec {
        person,
        absence_type: if ill { AbsenceType::Sickness } else { AbsenceType::Leave },
        start,
        end: Some(end).filter(|_| !ill || rng.chance(50)),
    });
}

/// Whoever is being called since they have a shift.
fn called_by_schedules(world: &World) -> Vec<&str> {
    let ringing = world.pages.rows().filter(|page| page.stage == oncall::Stage::Ringing);
    let scheduled = ringing.filter(|page| {
        let mut targets = page.steps.iter().flat_map(|step| &step.targets);
        targets.any(|target| target.kind() == "schedule")
    });
    let last = scheduled.filter_map(|page| page.calls.last());
    last.map(|call| call.contact.name()).collect()
}

fn report(world: &mut World, rng: &mut Rng) {
    let actor = somebody(rng);
    let moment = world.moment(actor);
    let items: Vec<ItemRef> =
        ["service/web", "service/canteen", "service/records", "component/orders-db"]
            .iter()
            .filter_map(|item| item.parse().ok())
            .collect();
    let mut open = Open::titled("something is wrong");
    open.policy = world.policy.incidents.clone();
    if rng.chance(70) {
        open.item = rng.pick(&items).cloned();
        let items: Vec<ItemRef> = open.item.iter().cloned().collect();
        open.assessment = Some(streams::assessment(&world.estate, &items, &[]));
    }
    let opened = world.open_incident(moment.id(), open, &moment);
    assert!(opened.is_ok(), "a report was refused: {opened:?}");
}

/// Somebody answers a call, possibly an old one, or asks something else of it.
fn answer(world: &mut World, rng: &mut Rng) {
    let pages: Vec<_> = world.pages.rows().map(Lifecycle::id).collect();
    let Some(page) = rng.pick(&pages[pages.len().saturating_sub(3)..]).copied() else { return };
    let moment = world.moment(Actor::Link("bob".to_owned()));
    let asked = rng.below(12);
    // Cyd answers when something is handed over to them.
    let accepts = asked == 3;
    let moment = if accepts { world.moment(Actor::Link("cyd".to_owned())) } else { moment };
    let command = match (page_command(asked), world.pages.get(page)) {
        (oncall::Command::RingAgain { .. }, Some(page)) => {
            let again = streams::called_again(page, &world.estate, world.now);
            oncall::Command::RingAgain { again: Some(Box::new(again)) }
        }
        (oncall::Command::Escalate { .. }, Some(page)) => {
            let fresh = streams::called_now(page, &world.estate, world.now);
            oncall::Command::Escalate { fresh }
        }
        (other, _) => other,
    };
    let _ = world.ask_page(page, &command, &moment);
}

fn page_command(asked: usize) -> oncall::Command {
    let way = |name: &str, after_seconds| oncall::Contact {
        contact: estate::person_named(name),
        channel: "email".to_owned(),
        target: format!("{name}@example.org"),
        after_seconds,
    };
    match asked {
        0 | 1 => oncall::Command::Snooze {
            span: Some(oncall::Span::Quarter),
            until: None,
            morning: None,
        },
        2 => oncall::Command::HandOver(oncall::Wish {
            to: estate::person_named("cyd"),
            reason: "my shift ends".to_owned(),
            minutes: None,
            even_if_away: false,
            contacts: vec![way("cyd", 0), way("cyd", 120)],
            back: vec![way("bob", 0)],
            holder: None,
        }),
        4 => oncall::Command::RingAgain { again: None },
        5 => oncall::Command::Escalate { fresh: Vec::new() },
        _ => oncall::Command::Acknowledge {},
    }
}

fn look_at_alert(world: &mut World, rng: &mut Rng) {
    let ids: Vec<_> = world.alerts.rows().map(Lifecycle::id).collect();
    let Some(id) = rng.pick(&ids).copied() else { return };
    let command = match rng.below(5) {
        0 => alerts::Command::Clear { reason: "known".to_owned() },
        1 => alerts::Command::Close {},
        2 => alerts::Command::Unacknowledge {},
        _ => alerts::Command::Acknowledge {},
    };
    let actor = somebody(rng);
    let moment = world.moment(actor);
    let _ = world.ask_alert(id, &command, &moment);
}

fn work(world: &mut World, rng: &mut Rng) {
    let incidents: Vec<Incident> = world.incidents.rows().cloned().collect();
    let recent = &incidents[incidents.len().saturating_sub(6)..];
    let Some(incident) = rng.pick(recent) else { return };
    let Some(other) = rng.pick(recent) else { return };
    let command = command(incident, other, rng);
    let actor = somebody(rng);
    let moment = world.moment(actor);
    let _ = world.ask_incident(incident.id, &command, &moment);
}

fn command(incident: &Incident, other: &Incident, rng: &mut Rng) -> Command {
    let reason = || "because".to_owned();
    match rng.below(27) {
        0..=2 => Command::Acknowledge { by: None, at: None, person: None },
        3 => Command::Assign {
            team: "team/data".parse().ok(),
            assignee: None,
            because: None,
            even_if_away: false,
        },
        4 => Command::Diagnose { note: None },
        5 => Command::Ready { action: "restart".to_owned() },
        6 => Command::Begin { note: None },
        7 | 8 => Command::Restore { at: None, note: None },
        9 | 10 => Command::Resolve {
            cause_class: CauseClass::Technology,
            resolution_code: ResolutionCode::Fixed,
            note: None,
            outage_end: None,
        },
        11 => Command::Close {},
        12 => Command::Hold { reason: HoldReason::Supplier, note: None },
        13 => Command::Resume {},
        14 => Command::Reopen { reason: reason() },
        15 => Command::Cancel { reason: reason() },
        16 => Command::Merge { into: other.id },
        17 => match rng.pick(&incident.members) {
            Some(member) => Command::Detach { alert: member.alert, reason: reason() },
            None => Command::Comment { text: reason() },
        },
        18 => Command::OverridePriority {
            priority: rng.pick(&Priority::ALL).copied().filter(|_| rng.chance(70)),
            reason: reason(),
        },
        21 => Command::SetService {
            service: if rng.chance(50) { ServiceState::Degraded } else { ServiceState::Down },
            from: None,
            reason: reason(),
        },
        22 | 23 => Command::DeclareMajor { reason: Some(reason()) },
        24 if rng.chance(40) => Command::StabiliseMajor { reason: reason() },
        24 if rng.chance(30) => Command::ReviewMajor { outcome: reason() },
        24 => Command::StandDownMajor { reason: reason() },
        25 => Command::DismissMajor { reason: reason() },
        19 => Command::SetParent { parent: Some(other.id), number: other.number },
        20 => Command::ConfirmByConsumer { who: "desk".to_owned(), said: "yes".to_owned() },
        _ => match rng.below(2) {
            0 => Command::SetImpact { impact: Some(Impact::High), reason: reason() },
            // Only Operate itself may say this: it has to be refused.
            _ => Command::Assess(Assessment::default()),
        },
    }
}
