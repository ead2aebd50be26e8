use kernel::{Actor, HeartbeatId, Lifecycle, Moment, Time, laws};

use crate::{Command, Event, Gap, Heartbeat, Plan, Stage, describe};

fn plan() -> Plan {
    Plan {
        interval_seconds: 60,
        grace_seconds: 30,
        severity: "critical".to_owned(),
        description: String::new(),
        item: None,
        watches: Vec::new(),
        labels: Default::default(),
    }
}

fn moment(seconds: i64) -> Moment {
    Moment::new(Time::from_seconds(seconds), Actor::system("test"), 1)
}

/// Lives through commands, each at its second; gives the record and everything that happened.
fn live(commands: &[(i64, Command)]) -> (Heartbeat, Vec<Event>) {
    let id = HeartbeatId::from_bits(7);
    let create = Command::Create { name: "backup".to_owned(), plan: plan() };
    let mut events = Heartbeat::open(id, &create, &moment(0)).unwrap();
    let mut record = Heartbeat::born(id, &events[0]).unwrap();
    for (at, command) in commands {
        for event in record.decide(command, &moment(*at)).unwrap() {
            record.apply(&event);
            events.push(event);
        }
    }
    (record, events)
}

#[test]
fn the_laws_hold_in_every_stage() {
    let ping = |at| (at, Command::Ping {});
    let lives = [
        vec![],
        vec![ping(1)],
        vec![ping(1), (91, Command::Tick {})],
        vec![(1, Command::Pause {})],
        vec![ping(1), (2, Command::Remove {})],
    ];
    let records: Vec<Heartbeat> = lives
        .iter()
        .map(|commands| {
            let (record, events) = live(commands);
            laws::journal_rebuilds(&record, &events);
            record
        })
        .collect();
    let stages: Vec<Stage> = records.iter().map(|record| record.stage).collect();
    use Stage::{Beating, Overdue, Paused, Removed, Waiting};
    assert_eq!(stages, [Waiting, Beating, Overdue, Paused, Removed]);
    let commands = [
        Command::Create { name: "backup".to_owned(), plan: plan() },
        Command::Ping {},
        Command::Edit { plan: plan() },
        Command::Pause {},
        Command::Resume {},
        Command::Remove {},
        Command::Tick {},
    ];
    for at in [2, 10_000] {
        laws::table_equals_rules(&records, &commands, &moment(at));
        for record in &records {
            laws::tick_is_idempotent(record, &moment(at));
        }
    }
}

#[test]
fn a_heartbeat_is_missed_after_interval_and_grace_and_a_ping_brings_it_back() {
    let (record, events) = live(&[(10, Command::Ping {}), (99, Command::Tick {})]);
    assert_eq!((record.stage, record.next_due()), (Stage::Beating, Some(Time::from_seconds(100))));
    assert_eq!(events.len(), 2, "nothing happened before its time");
    let (record, events) = live(&[(10, Command::Ping {}), (130, Command::Tick {})]);
    assert_eq!((record.stage, record.next_due()), (Stage::Overdue, None));
    assert_eq!(record.overdue_since, Some(Time::from_seconds(100)), "when it was due, not noticed");
    assert_eq!(describe(&events[2]), "heartbeat missed; last heard at 1970-01-01T00:00:10Z");
    let back = [(10, Command::Ping {}), (130, Command::Tick {}), (200, Command::Ping {})];
    assert_eq!(live(&back).0.next_due(), Some(Time::from_seconds(290)));
}

#[test]
fn while_it_is_missed_nothing_is_known_of_what_it_watches_from_when_it_was_last_heard_of() {
    let watches = vec!["service/web".parse().unwrap()];
    let watching = Command::Edit { plan: Plan { watches: watches.clone(), ..plan() } };
    let back = [
        (1, watching),
        (10, Command::Ping {}),
        (130, Command::Tick {}),
        (150, Command::Edit { plan: plan() }),
        (200, Command::Ping {}),
        (400, Command::Tick {}),
    ];
    let (record, events) = live(&back);
    laws::journal_rebuilds(&record, &events);
    let (from, until) = (Time::from_seconds(10), Some(Time::from_seconds(200)));
    let gap = Gap { from, until, watches };
    assert_eq!(record.gaps, [gap], "what it watched then; now it watches nothing");
}

#[test]
fn a_ping_in_time_is_no_history_but_moves_the_deadline() {
    let (mut record, _) = live(&[(10, Command::Ping {})]);
    assert_eq!(record.decide(&Command::Ping {}, &moment(50)).unwrap(), []);
    record.refresh(Time::from_seconds(50));
    assert_eq!(record.next_due(), Some(Time::from_seconds(140)));
    record.refresh(Time::from_seconds(40));
    assert_eq!(record.next_due(), Some(Time::from_seconds(140)), "one that was overtaken");
}

#[test]
fn nobody_waits_for_what_never_came_or_is_paused() {
    assert_eq!(live(&[]).0.next_due(), None);
    let (mut paused, _) = live(&[(1, Command::Ping {}), (2, Command::Pause {})]);
    paused.refresh(Time::from_seconds(3));
    assert_eq!(paused.next_due(), None);
    let (resumed, _) =
        live(&[(1, Command::Ping {}), (2, Command::Pause {}), (3, Command::Resume {})]);
    assert_eq!((resumed.stage, resumed.next_due()), (Stage::Waiting, None));
}

#[test]
fn a_plan_that_cannot_be_kept_is_refused() {
    for (plan, word) in [
        (Plan { interval_seconds: 0, ..plan() }, "interval"),
        (Plan { grace_seconds: u32::MAX, ..plan() }, "grace"),
        (Plan { severity: "grave".to_owned(), ..plan() }, "severity"),
        (Plan { labels: [("no name".to_owned(), "x".to_owned())].into(), ..plan() }, "label"),
    ] {
        assert!(plan.validate().unwrap_err().reason.contains(word), "{plan:?}");
    }
    for name in ["", "a b", "-x", "a/b"] {
        let create = Command::Create { name: name.to_owned(), plan: plan() };
        let id = HeartbeatId::from_bits(7);
        assert!(Heartbeat::open(id, &create, &moment(0)).is_err(), "{name}");
    }
}
