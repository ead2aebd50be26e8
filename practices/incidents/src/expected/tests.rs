use std::time::Duration;

use kernel::{Actor, AlertId, ExpectedId, Lifecycle, Moment, Time};

use super::{Command, Event, Expect, Expected, Stage, describe};

const TEN: Time = Time::from_seconds(1_772_359_200);

fn minutes(count: u64) -> Moment {
    let now = TEN + Duration::from_secs(60 * count);
    Moment::new(now, Actor::system("stream"), 1)
}

/// Expected from ten o'clock, by a window that ends an hour later.
fn expected() -> Expected {
    let expect = Expect {
        alert: AlertId::from_bits(7),
        title: "db is down".to_owned(),
        item: "service/shop".parse().unwrap(),
        window: "maintenancewindow/disks".parse().unwrap(),
        root: "component/db".parse().unwrap(),
        because: "service/shop depends on component/db, which is worked on".to_owned(),
        reason: "new disks".to_owned(),
        until: minutes(60).now,
    };
    let id = ExpectedId::from_bits(1);
    let events = Expected::open(id, &Command::Expect(Box::new(expect)), &minutes(0)).unwrap();
    assert_eq!(
        describe(&events[0]),
        "Opens no incident: service/shop depends on component/db, which is worked on, and \
         maintenancewindow/disks (new disks) runs until 2026-03-01T11:00:00Z"
    );
    Expected::born(id, &events[0]).unwrap()
}

fn ask(record: &mut Expected, command: &Command, moment: &Moment) -> Vec<Event> {
    let events = record.decide(command, moment).unwrap();
    events.iter().for_each(|event| record.apply(event));
    events
}

#[test]
fn it_overruns_when_the_window_ends_and_not_before() {
    let mut record = expected();
    assert_eq!(record.next_due(), Some(minutes(60).now));
    assert!(ask(&mut record, &Command::Tick {}, &minutes(59)).is_empty());
    ask(&mut record, &Command::Tick {}, &minutes(61));
    assert_eq!((record.stage, record.ended_at), (Stage::Overran, Some(minutes(60).now)));
    assert_eq!(record.next_due(), None);
}

#[test]
fn what_stops_in_time_never_overruns() {
    let mut record = expected();
    ask(&mut record, &Command::Clear {}, &minutes(30));
    assert_eq!((record.stage, record.next_due()), (Stage::Cleared, None));
}

#[test]
fn an_end_that_moves_moves_the_deadline_and_a_window_taken_back_ends_at_once() {
    let mut record = expected();
    ask(&mut record, &Command::MoveEnd { until: minutes(90).now }, &minutes(30));
    assert!(ask(&mut record, &Command::Tick {}, &minutes(61)).is_empty());
    let events = ask(&mut record, &Command::Withdraw {}, &minutes(62));
    assert!(matches!(events[0], Event::Overran { withdrawn: true, .. }));
    assert_eq!(record.ended_at, Some(minutes(62).now));
}

#[test]
fn the_table_and_the_rules_agree_and_the_journal_rebuilds() {
    let moment = minutes(70);
    let mut cleared = expected();
    ask(&mut cleared, &Command::Clear {}, &minutes(30));
    let mut overran = expected();
    ask(&mut overran, &Command::Tick {}, &moment);
    let commands = [
        Command::MoveEnd { until: minutes(90).now },
        Command::Clear {},
        Command::Withdraw {},
        Command::Tick {},
    ];
    let lives = [expected(), cleared, overran];
    kernel::laws::table_equals_rules(&lives, &commands, &moment);
    lives.iter().for_each(|life| kernel::laws::tick_is_idempotent(life, &moment));
    for command in commands {
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
    }
}
