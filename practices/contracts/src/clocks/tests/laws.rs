use std::time::Duration;

use calendar::{Day, When};
use proptest::prelude::*;

use super::reference;
use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// Mondays before the clocks of Europe change, and an ordinary one.
const WEEKS: [&str; 3] = ["2026-03-23T07:00:00Z", "2026-10-19T06:00:00Z", "2026-06-01T06:00:00Z"];

fn calendars() -> Vec<Definition> {
    let office = Definition::weekdays("Europe/Berlin", "08:00", "17:00");
    let lunch = Definition::weekdays("Europe/Berlin", "08:00", "12:00");
    let nights = Definition::empty("Europe/Berlin").shift(&Day::WEEK, "22:00", "06:00");
    vec![
        Definition::always("UTC"),
        office.clone(),
        office.holiday("closed", When::Date("2026-03-25".to_owned())),
        lunch.shift(&Day::WEEK[..5], "13:00", "17:00"),
        nights,
        Definition::empty("UTC"),
    ]
}

#[derive(Clone, Debug)]
enum Step {
    Wait(u16),
    Priority(u8),
    Respond,
    Write,
    Hold(u8),
    Resume,
    Restore,
    Resolve,
    Return(bool),
    Promise(u8, u16, u8, bool),
    Tick,
}

fn steps() -> impl Strategy<Value = Vec<(Step, bool)>> {
    let step = prop_oneof![
        4 => (1u16..600).prop_map(Step::Wait),
        1 => (0u16..3_000).prop_map(Step::Wait),
        1 => (0u8..4).prop_map(Step::Priority),
        1 => Just(Step::Respond),
        1 => Just(Step::Write),
        2 => (0u8..3).prop_map(Step::Hold),
        2 => Just(Step::Resume),
        1 => Just(Step::Restore),
        1 => Just(Step::Resolve),
        1 => any::<bool>().prop_map(Step::Return),
        1 => (0u8..6, 0u16..900, 0u8..4, any::<bool>())
            .prop_map(|(hours, target, pauses, fresh)| Step::Promise(hours, target, pauses, fresh)),
        2 => Just(Step::Tick),
    ];
    prop::collection::vec((step, prop::bool::weighted(0.9)), 1..40)
}

const REASONS: [WaitsFor; 3] = [WaitsFor::Consumer, WaitsFor::Supplier, WaitsFor::Change];

fn promises(calendar: u8, target: u16, pauses: u8, fresh: bool) -> Vec<Promise> {
    let definition = calendars()[usize::from(calendar)].clone();
    let clock = |kind, factor: u32| {
        let target = u32::from(target);
        let targets = [
            (Priority::P1, minutes(target * factor)),
            (Priority::P2, minutes((target + 100) * factor)),
            (Priority::P3, Target::Days { days: 1 }),
        ];
        PromisedClock {
            pauses: REASONS[..usize::from(pauses)].to_vec(),
            on_reopen: if fresh { OnReopen::Fresh } else { OnReopen::Resume },
            ..promised(kind, &targets, definition.clone())
        }
    };
    let clocks = [(Kind::Respond, 1), (Kind::Update, 1), (Kind::Restore, 2), (Kind::Resolve, 3)];
    vec![promise("sla", clocks.map(|(kind, factor)| clock(kind, factor)).to_vec())]
}

fn play(week: usize, steps: &[(Step, bool)]) {
    let start = Time::parse(WEEKS[week]).unwrap();
    let mut world = World::new(start, Priority::P1, promises(1, 240, 2, false));
    world.look();
    for (step, seen) in steps {
        match step {
            Step::Wait(minutes) => world.now = world.now + MINUTE * u32::from(*minutes),
            Step::Priority(place) => {
                let all = [Priority::P1, Priority::P2, Priority::P3, Priority::P5];
                world.set_priority(all[usize::from(*place)]);
            }
            Step::Respond => world.facts.responded = world.facts.responded.or(Some(world.now)),
            Step::Write => world.facts.updates.push(world.now),
            Step::Hold(reason) => world.hold(REASONS[usize::from(*reason)]),
            Step::Resume => world.resume(),
            Step::Restore => world.restore(),
            Step::Resolve => world.resolve(),
            Step::Return(reopened) => world.come_back(world.now, *reopened),
            Step::Promise(calendar, target, pauses, fresh) => {
                world.promises = promises(*calendar, *target, *pauses, *fresh);
            }
            Step::Tick => world.tick(),
        }
        if *seen {
            world.look();
            agrees(&mut world);
        }
    }
    world.look();
    told_once(&world);
    law::journal_rebuilds(world.record(), &world.events);
}

/// What the record says is what the slow reference counts.
fn agrees(world: &mut World) {
    let (record, now) = (world.record().clone(), world.now);
    let views = record.views(&mut Books::new(record.opened_at, now), now);
    for clock in record.clocks.iter().filter(|clock| clock.dropped.is_none()) {
        let definition = &record.calendars[clock.terms.calendar].definition;
        let until = clock.stopped.map_or(now, |run| run.at);
        let counted = reference::elapsed(definition, (clock.from, until), &clock.pauses);
        let which = |view: &&View| view.clock == clock.which.clock;
        let shown = views.iter().find(which).unwrap();
        assert_eq!(shown.elapsed_seconds, counted * 60, "{clock:?}");
        if let (Some(due), Some(target)) = (clock.timing.due, clock.timing.target_seconds) {
            let at = |until| reference::elapsed(definition, (clock.from, until), &clock.pauses);
            assert_eq!(at(due) * 60, target, "due at {due}: {clock:?}");
            assert!(target == 0 || at(due - MINUTE) * 60 < target, "due earlier: {clock:?}");
        }
        if clock.pause().is_some() && clock.breached.is_none() {
            assert_eq!(clock.next_due(), None, "a clock that stands wakes nobody: {clock:?}");
            let mut later = world.record().views(&mut Books::new(record.opened_at, now), now);
            let after = now + Duration::from_secs(86_400);
            let moved = world.record().views(&mut Books::new(record.opened_at, after), after);
            later.retain(|view| view.clock == clock.which.clock);
            let moved = moved.iter().find(which).unwrap();
            assert_eq!(moved.elapsed_seconds, later[0].elapsed_seconds, "it moved: {clock:?}");
        }
    }
}

/// Of one promise the breach is told once, and each warning once.
fn told_once(world: &World) {
    let mut told: Vec<(Kind, Option<u8>)> = Vec::new();
    for event in &world.events {
        let Some(which) = event.what.which() else { continue };
        match &event.what {
            What::Breached { .. } | What::Warned { .. } => {
                let share = match event.what {
                    What::Warned { share, .. } => Some(share),
                    _ => None,
                };
                let this = (which.clock, share);
                assert!(!told.contains(&this), "told twice: {this:?}\n{:#?}", world.events);
                told.push(this);
            }
            // The clock counts otherwise from here on.
            _ => told.retain(|(kind, _)| *kind != which.clock),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn clocks_agree_with_a_count_of_minutes_whatever_happens(
        week in 0usize..3, steps in steps()
    ) {
        play(week, &steps);
    }
}

#[test]
fn the_table_and_the_rules_agree_in_every_stage() {
    let start = Time::parse(WEEKS[2]).unwrap();
    let lives = |moves: &[fn(&mut World)]| {
        let mut world = World::new(start, Priority::P1, promises(0, 60, 2, false));
        world.look();
        for each in moves {
            world.now = world.now + MINUTE;
            each(&mut world);
            world.look();
        }
        world.record().clone()
    };
    let paused: &[fn(&mut World)] = &[|world| world.hold(WaitsFor::Consumer)];
    let ended: &[fn(&mut World)] =
        &[|world| world.facts.responded = Some(world.now), World::resolve];
    let records = [lives(&[]), lives(paused), lives(ended)];
    let stages = records.each_ref().map(|record| record.stage());
    assert_eq!(stages, [Stage::Counting, Stage::Paused, Stage::Ended]);
    let facts = World::new(start, Priority::P1, Vec::new()).facts;
    let look = Look { facts, promises: Vec::new() };
    let commands = [Command::Tick {}, Command::Look(Box::new(look))];
    law::table_equals_rules(&records, &commands, &moment(start + MINUTE * 9));
}
