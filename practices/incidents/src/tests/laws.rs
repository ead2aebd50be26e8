use std::collections::BTreeSet;
use std::time::Duration;

use kernel::{Actor, Impact, IncidentId, ItemRef, Lifecycle, Moment, Priority, Time, Urgency};
use proptest::prelude::*;

use super::{DAY, Life, ada, alert, attach, system};
use crate::{
    ALLOWED, Absorb, Assessment, Attach, CauseClass, Command, Criticality, Evidence, Hit,
    HoldReason, LinkKind, MAJOR_ALLOWED, Main, MajorStage, Open, ResolutionCode, Role,
    ServiceState, Stage, Stake, TimePoint, Verb,
};

fn minutes(count: u64) -> Time {
    DAY + Duration::from_secs(60 * count)
}

fn item(text: &str) -> ItemRef {
    text.parse().expect("an item")
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn assessment() -> Assessment {
    Assessment {
        hits: vec![Hit {
            item: item("usecase/pay"),
            criticality: Criticality::MissionCritical,
            root: item("service/web"),
            hops: 1,
            softened: false,
            beside: false,
        }],
        main: Some(Main { item: item("service/web"), because: "because".to_owned() }),
    }
}

fn stake() -> Stake {
    let because = "because".to_owned();
    Stake { contract: item("servicecontract/web"), at_risk: true, because }
}

/// To charge a team with it.
fn assign() -> Command {
    let team = Some(item("team/web"));
    Command::Assign { team, assignee: None, because: None, even_if_away: false }
}

/// One valid command for every verb; `now` is the latest time that they may name.
pub(super) fn one_of_each(life: &Life, now: Time) -> Vec<Command> {
    let reason = || "because".to_owned();
    let task = life.record.tasks.first().map_or(kernel::TaskId::from_bits(0), |task| task.id);
    vec![
        Command::Acknowledge { by: None, at: None, person: Some(item("person/ada")) },
        assign(),
        Command::Diagnose { note: None },
        Command::Ready { action: reason() },
        Command::Begin { note: None },
        Command::Restore { at: None, note: some("restarted") },
        Command::Resolve {
            cause_class: CauseClass::Technology,
            resolution_code: ResolutionCode::Fixed,
            note: None,
            outage_end: None,
        },
        Command::Close {},
        Command::Hold { reason: HoldReason::Supplier, note: None },
        Command::Resume {},
        Command::Reopen { reason: reason(), at: None },
        Command::Cancel { reason: reason() },
        Command::Merge { into: IncidentId::from_bits(99) },
        Command::Comment { text: reason(), public: false, by_consumer: false },
        Command::AddTask { title: reason(), assignee: None },
        Command::FinishTask { task },
        Command::Link { url: "https://a.b/c".into(), title: reason(), kind: LinkKind::Ticket },
        Command::SetRole { role: Role::Scribe, person: Some(item("person/bob")) },
        Command::SetImpact { impact: Some(Impact::High), reason: reason() },
        Command::SetUrgency { urgency: Some(Urgency::Low), reason: reason() },
        Command::OverridePriority { priority: Some(Priority::P2), reason: reason() },
        Command::DeclareMajor { reason: Some(reason()) },
        Command::DismissMajor { reason: reason() },
        Command::StabiliseMajor { reason: reason() },
        Command::StandDownMajor { reason: reason() },
        Command::ReviewMajor { outcome: reason() },
        Command::Edit { title: some("A title"), description: some("A description") },
        Command::SetTime { which: TimePoint::Started, at: DAY, reason: reason() },
        Command::SetAffected { users: Some(12), note: None },
        Command::SetService { service: ServiceState::Degraded, from: None, reason: reason() },
        Command::ConfirmByConsumer { who: "Ada".to_owned(), said: reason() },
        Command::SetParent { parent: Some(IncidentId::from_bits(98)), number: 98 },
        Command::Detach { alert: alert("web"), reason: reason() },
        Command::Open(Box::new(Open::titled("A title"))),
        Command::Attach(Box::new(attach("db", "component/db"))),
        Command::MemberCleared { alert: alert("web"), at: now },
        returned(now),
        Command::Absorb(Box::new(life.record.handover())),
        Command::Assess(assessment()),
        Command::Weigh { stakes: vec![stake()] },
        Command::Notified { at: now },
        Command::ProposeMajor { because: reason(), grounds: vec![item("product/shop")] },
        Command::MajorAnswered {
            by: Actor::Person("ada".to_owned()),
            person: Some(item("person/ada")),
        },
        Command::MajorUncalled { because: reason() },
        Command::Check(Evidence { firing: Vec::new(), called: true }),
        Command::EndWithParent {
            number: 98,
            cause_class: CauseClass::Technology,
            resolution_code: ResolutionCode::Fixed,
            closed: true,
        },
        Command::Lapse { because: reason() },
        Command::Tick {},
    ]
}

fn opened() -> Life {
    let open = Open { alert: Some(attach("web", "service/web")), ..Open::titled("web is down") };
    Life::open(open, &system(DAY)).expect("it opens")
}

fn returned(at: Time) -> Command {
    let alert = alert("web");
    Command::MemberReturned { alert, at, potential: false, boundary_at: None }
}

/// A life in every stage, each with one alert and one task.
pub(crate) fn one_in_each_stage() -> Vec<Life> {
    let step = |life: &Life, wanted: Stage, verbs: &[Verb]| {
        let mut life = life.clone();
        for (count, verb) in (1..).zip(verbs) {
            let commands = one_of_each(&life, minutes(count));
            let command = commands.iter().find(|command| command.verb() == *verb);
            life.ask(command.expect("one of each"), &ada(minutes(count))).expect("a legal move");
        }
        assert_eq!(life.record.stage, wanted);
        life
    };
    let mut new = opened();
    let add = Command::AddTask { title: "look".into(), assignee: None };
    new.ask(&add, &ada(DAY)).expect("a task");

    let assigned = step(&new, Stage::Assigned, &[Verb::Assign]);
    let diagnosing = step(&assigned, Stage::Diagnosing, &[Verb::Diagnose]);
    let ready = step(&diagnosing, Stage::ActionReady, &[Verb::Ready]);
    let resolving = step(&ready, Stage::Resolving, &[Verb::Begin]);
    let restored = step(&resolving, Stage::Restored, &[Verb::Restore]);
    let resolved = step(&restored, Stage::Resolved, &[Verb::Resolve]);
    let closed = step(&resolved, Stage::Closed, &[Verb::Close]);
    let on_hold = step(&diagnosing, Stage::OnHold, &[Verb::Hold]);
    let cancelled = step(&assigned, Stage::Cancelled, &[Verb::Cancel]);
    let merged = step(&assigned, Stage::Merged, &[Verb::Merge]);
    let major = |verb: Verb| {
        let mut life = new.clone();
        let commands = one_of_each(&life, DAY);
        let command = commands.iter().find(|command| command.verb() == verb);
        life.ask(command.expect("one of each"), &system(DAY)).expect("a legal move");
        life
    };
    let (proposed, declared) = (major(Verb::ProposeMajor), major(Verb::DeclareMajor));
    let stood_down = step(&declared, Stage::New, &[Verb::StandDownMajor]);
    vec![
        new, assigned, diagnosing, ready, resolving, restored, resolved, closed, on_hold,
        cancelled, merged, proposed, declared, stood_down,
    ]
}

#[test]
fn the_table_names_every_stage_once_and_never_lets_a_life_begin_twice() {
    let stages: Vec<Stage> = ALLOWED.iter().map(|row| row.stage).collect();
    assert_eq!(stages.len(), Stage::ALL.len());
    assert!(Stage::ALL.iter().all(|stage| stages.contains(stage)));
    assert!(ALLOWED.iter().all(|row| !row.verbs.contains(&Verb::Open)));
}

#[test]
fn the_table_and_the_rules_agree_in_every_stage_for_every_command() {
    let moment = system(minutes(30));
    for life in one_in_each_stage() {
        let commands = one_of_each(&life, moment.now);
        kernel::laws::table_equals_rules(std::slice::from_ref(&life.record), &commands, &moment);
    }
}

#[test]
fn every_verb_has_a_command_a_name_a_label_and_a_help_text() {
    let life = opened();
    let verbs: Vec<Verb> = one_of_each(&life, DAY).iter().map(Command::verb).collect();
    assert_eq!(verbs, Verb::ALL, "one of each, in the order of the list");
    for verb in Verb::ALL {
        assert_eq!(serde_json::to_value(verb).unwrap(), verb.name());
        assert!(!verb.label().is_empty() && verb.help().ends_with('.'), "{verb}");
    }
}

#[test]
fn the_rules_of_major_incidents_agree_with_their_table_at_every_place() {
    let verbs = |stage: Option<MajorStage>| {
        MAJOR_ALLOWED.iter().find(|row| row.stage == stage).map_or(&[][..], |row| row.verbs)
    };
    let moment = system(minutes(30));
    let said = [
        Verb::DeclareMajor,
        Verb::DismissMajor,
        Verb::StabiliseMajor,
        Verb::StandDownMajor,
        Verb::ReviewMajor,
    ];
    let told = [Verb::ProposeMajor, Verb::MajorAnswered, Verb::MajorUncalled];
    let mut lives = one_in_each_stage();
    for (life, verb) in
        [(11, Verb::DismissMajor), (12, Verb::StabiliseMajor), (13, Verb::ReviewMajor)]
    {
        let mut life = lives[life].clone();
        let commands = one_of_each(&life, minutes(3));
        let command = commands.iter().find(|command| command.verb() == verb);
        life.ask(command.expect("one of each"), &ada(minutes(3))).expect("a legal move");
        lives.push(life);
    }
    let mut seen = BTreeSet::new();
    for life in lives.iter().filter(|life| life.record.is_open()) {
        let stage = life.record.major_stage();
        seen.insert(stage);
        for command in one_of_each(life, moment.now) {
            let verb = command.verb();
            let taken = life.record.decide(&command, &moment);
            if said.contains(&verb) {
                assert_eq!(taken.is_ok(), verbs(stage).contains(&verb), "{verb} when {stage:?}");
            } else if told.contains(&verb) && !verbs(stage).contains(&verb) {
                assert_eq!(taken, Ok(Vec::new()), "{verb} when {stage:?}");
            }
        }
    }
    assert_eq!(seen.len(), MAJOR_ALLOWED.len(), "every place of the table: {seen:?}");
}

#[test]
fn every_event_leaves_a_trace_in_the_record() {
    let moment = system(minutes(30));
    let (mut seen, mut traced) = (BTreeSet::new(), BTreeSet::new());
    for life in one_in_each_stage() {
        for command in one_of_each(&life, moment.now) {
            let mut record = life.record.clone();
            for event in record.clone().decide(&command, &moment).unwrap_or_default() {
                let mut before = record.clone();
                record.apply(&event);
                before.updated_at = record.updated_at;
                seen.insert(event.what.name());
                if before != record {
                    traced.insert(event.what.name());
                }
            }
        }
    }
    // What is already so in these lives: nothing to absorb, and the reason alone is new.
    seen.remove("absorbed");
    assert_eq!(traced, seen);
}

#[test]
fn every_offered_command_is_accepted_when_its_form_is_filled_in() {
    for life in one_in_each_stage() {
        let now = minutes(30);
        let commands = one_of_each(&life, now);
        for offered in life.record.allowed(now) {
            let command = commands.iter().find(|command| command.verb().name() == offered.command);
            let verdict = life.record.decide(command.expect("one of each"), &ada(now));
            assert!(verdict.is_ok(), "{} in {}: {verdict:?}", offered.command, life.record.stage);
        }
    }
}

#[test]
fn the_forms_name_the_fields_of_the_commands() {
    let life = opened();
    for command in one_of_each(&life, DAY) {
        let mut json = serde_json::to_value(&command).unwrap();
        let fields = command.verb().fields();
        for field in fields {
            // What is not said is no, and is not written either.
            if field.kind == kernel::FieldKind::Boolean {
                json[field.name] = true.into();
                assert!(serde_json::from_value::<Command>(json.clone()).is_ok(), "{}", field.name);
            }
            assert!(json.get(field.name).is_some(), "{} has no {}", command.verb(), field.name);
            for option in field.options {
                json[field.name] = option.value.into();
                let read = serde_json::from_value::<Command>(json.clone());
                assert!(read.is_ok(), "{}={}: {read:?}", field.name, option.value);
            }
        }
        for field in fields.iter().filter(|field| field.required) {
            let mut without = serde_json::to_value(&command).unwrap();
            without.as_object_mut().unwrap().remove(field.name);
            assert!(serde_json::from_value::<Command>(without).is_err(), "{}", field.name);
        }
    }
}

#[test]
fn a_field_that_a_command_does_not_have_is_an_error() {
    for text in [
        r#"{"command":"acknowledge","nod":1}"#,
        r#"{"command":"close","note":"x"}"#,
        r#"{"command":"open","title":"x","titel":"y"}"#,
        r#"{"command":"resolve","cause_class":"technology"}"#,
    ] {
        assert!(serde_json::from_str::<Command>(text).is_err(), "{text}");
    }
}

/// A random step: which command, only a legal move or not, who asks, how many seconds after the
/// step before it, and how far back the times that it names lie.
fn asked() -> impl Strategy<Value = (usize, bool, u8, u32, u32)> {
    (0..46_usize, any::<bool>(), 0..4_u8, 0..2_000_u32, 0..4_000_u32)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_sequence_of_commands_breaks_a_law(
        asked in prop::collection::vec(asked(), 1..60),
        delay in prop::option::of(0..120_u32),
        potential in any::<bool>(),
    ) {
        let mut open = Open {
            alert: Some(Attach { potential, ..attach("web", "service/web") }),
            ..Open::titled("web is down")
        };
        open.policy.restore_after_clear_seconds = delay;
        let mut life = Life::open(open, &system(DAY)).expect("it opens");
        let mut now = DAY;
        for (which, legal, who, seconds, back) in asked {
            now = now + Duration::from_secs(seconds.into());
            // Another node's clock may be some seconds behind.
            let behind = Duration::from_secs(u64::from(back % 9));
            let moment = Moment::new(now - behind, actor(who), u128::from(seconds));
            let at = now - Duration::from_secs(back.into());
            let command = random_command(&life, (which, legal), who, at);
            let allowed = life.record.allows(command.verb());
            if let Ok(events) = life.ask(&command, &moment) {
                prop_assert!(allowed, "{command:?} was taken against the table");
                prop_assert!(events.iter().all(|event| !crate::describe(event).is_empty()));
            }
            life.check(&moment);
            if let Some(due) = life.record.next_due().filter(|due| *due <= now) {
                let clock = Moment::new(now.max(due), Actor::system("clockwork"), 1);
                life.ask(&Command::Tick {}, &clock).expect("waking is never refused");
                life.check(&clock);
                prop_assert!(life.record.next_due().is_none_or(|due| due > now));
            }
        }
        life.check_journal();
    }
}

fn actor(who: u8) -> Actor {
    match who {
        0 => Actor::Person("ada".to_owned()),
        1 => Actor::Token("bot".to_owned()),
        _ => Actor::system("stream"),
    }
}

fn random_command(life: &Life, (which, legal): (usize, bool), who: u8, at: Time) -> Command {
    let mut commands = one_of_each(life, at);
    let points = TimePoint::ALL;
    let which_point = (at.micros() / 1_000_000).unsigned_abs() as usize % points.len();
    let reason = "a guess".to_owned();
    commands.push(Command::SetTime { which: points[which_point], at, reason });
    if legal {
        // Merging and cancelling end a life; they come often enough among the illegal ones.
        let ends = [Verb::Merge, Verb::Cancel];
        let is_move =
            |verb: Verb| (verb < Verb::Comment && !ends.contains(&verb)) || verb > Verb::Open;
        commands.retain(|command| is_move(command.verb()) && life.record.allows(command.verb()));
    }
    let chosen = which % commands.len();
    let foreseen = which_point.is_multiple_of(2);
    match commands.swap_remove(chosen) {
        Command::Acknowledge { person, .. } if who == 2 => {
            Command::Acknowledge { by: Some(actor(0)), at: Some(at), person }
        }
        Command::Restore { note, .. } if who == 1 => Command::Restore { at: Some(at), note },
        Command::Detach { reason, .. } if who > 0 => Command::Detach { alert: alert("db"), reason },
        Command::MemberCleared { at, .. } if who == 3 => {
            Command::MemberCleared { alert: alert("db"), at }
        }
        Command::MemberReturned { at, .. } if who == 3 => Command::MemberReturned {
            alert: alert("db"),
            at,
            potential: foreseen,
            boundary_at: Some(at),
        },
        Command::Attach(attach) if who == 3 => {
            Command::Attach(Box::new(Attach { potential: foreseen, ..*attach }))
        }
        Command::Absorb(absorb) if who == 3 => {
            Command::Absorb(Box::new(Absorb { potential: foreseen, ..*absorb }))
        }
        command => command,
    }
}
