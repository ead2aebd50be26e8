//! Laws, and scenarios: tables of `at TIME WHAT -> what happened`, or `!!` and why it was refused.

use kernel::{Actor, AlertId, Lifecycle, Moment, Time, TuningId, laws};

use crate::{Command, Event, Remedy, Rule, Stage, Task, VOTES_MAX, describe};

#[test]
fn scenarios_come_out_as_written() {
    for (name, text) in [
        ("a_rule_is_tuned", include_str!("scenarios/a_rule_is_tuned.txt")),
        ("minds_change", include_str!("scenarios/minds_change.txt")),
    ] {
        Scenario::default().check(name, text);
    }
}

#[test]
fn the_laws_hold_in_every_stage() {
    let lives = [
        vec![],
        vec![Command::Start {}],
        vec![Command::Done { remedy: Remedy::Kept, note: "it found a fault".to_owned() }],
        vec![Command::Dismiss { reason: "a good rule".to_owned() }],
    ];
    let records: Vec<Task> = lives
        .iter()
        .map(|commands| {
            let (task, events) = live(commands);
            laws::journal_rebuilds(&task, &events);
            task
        })
        .collect();
    let stages: Vec<Stage> = records.iter().map(|task| task.stage).collect();
    assert_eq!(stages, [Stage::Open, Stage::InWork, Stage::Done, Stage::Dismissed]);
    let commands = [
        vote("ada", 1, "again"),
        Command::TakeBack { alert: AlertId::from_bits(1), by: person("ada") },
        Command::Start {},
        Command::Done { remedy: Remedy::Removed, note: "gone".to_owned() },
        Command::Dismiss { reason: "fine".to_owned() },
        Command::Tick {},
    ];
    laws::table_equals_rules(&records, &commands, &moment(9, "eve"));
}

#[test]
fn a_task_begins_with_a_vote_and_with_nothing_else() {
    assert!(Task::open(TuningId::from_bits(1), &Command::Start {}, &moment(0, "ada")).is_err());
}

#[test]
fn a_round_does_not_grow_without_end() {
    let (mut task, _) = live(&[]);
    for number in 2..2 * VOTES_MAX as u128 {
        for event in task.decide(&vote("ada", number, "noise"), &moment(1, "stream")).unwrap() {
            task.apply(&event);
        }
    }
    assert_eq!(task.votes.len(), VOTES_MAX);
}

#[test]
fn commands_and_events_keep_their_shape() {
    let done = Command::Done { remedy: Remedy::Threshold, note: "95 %".to_owned() };
    let json = serde_json::to_string(&done).unwrap();
    assert_eq!(json, r#"{"command":"done","remedy":"threshold","note":"95 %"}"#);
    let event = Event::Started { at: Time::EPOCH, by: person("ada") };
    let json = serde_json::to_string(&event).unwrap();
    assert_eq!(json, r#"{"event":"started","at":"1970-01-01T00:00:00Z","by":"person:ada"}"#);
    let (task, _) = live(&[]);
    let shown = serde_json::to_value(task.view(3, 1)).unwrap();
    assert_eq!((&shown["source"], &shown["name"]), (&"prometheus".into(), &"DiskFull".into()));
    assert_eq!(shown["noisy"], true);
    assert_eq!(shown["allowed"][1]["fields"][0]["options"][3]["value"], "kept");
}

fn person(name: &str) -> Actor {
    Actor::Person(name.to_owned())
}

fn moment(minutes: i64, name: &str) -> Moment {
    Moment::new(Time::from_seconds(minutes * 60), person(name), 1)
}

fn vote(by: &str, alert: u128, reason: &str) -> Command {
    Command::Vote {
        rule: Rule { source: "prometheus".to_owned(), name: "DiskFull".to_owned() },
        alert: AlertId::from_bits(alert),
        by: person(by),
        reason: reason.to_owned(),
    }
}

/// A task that ada's vote opened, after these commands.
fn live(commands: &[Command]) -> (Task, Vec<Event>) {
    let id = TuningId::from_bits(7);
    let mut events = Task::open(id, &vote("ada", 1, "noise"), &moment(0, "stream")).unwrap();
    let mut task = Task::born(id, &events[0]).unwrap();
    events[1..].iter().for_each(|event| task.apply(event));
    for command in commands {
        for event in task.decide(command, &moment(1, "eve")).unwrap() {
            task.apply(&event);
            events.push(event);
        }
    }
    (task, events)
}

/// A task as a scenario tells it.
#[derive(Default)]
struct Scenario {
    task: Option<Task>,
    events: Vec<Event>,
    noisy_from: u32,
}

impl Scenario {
    fn check(mut self, name: &str, text: &str) {
        for (number, line) in (1..).zip(text.lines()) {
            let place = format!("{name}, line {number}: {line}");
            match line.split_once(' ').unwrap_or((line, "")) {
                ("at", rest) => self.line(rest, &place),
                ("noisy", "") => assert!(self.noisy(), "{place}"),
                ("quiet", _) => assert!(!self.noisy(), "{place}"),
                ("noisy", rest) => self.noisy_from = rest["from ".len()..].parse().unwrap(),
                ("votes", _) => assert_eq!(self.told(), line, "{place}"),
                ("#" | "", _) => {}
                _ => panic!("cannot read {place}"),
            }
        }
        laws::journal_rebuilds(self.task.as_ref().unwrap(), &self.events);
    }

    fn noisy(&self) -> bool {
        self.task.as_ref().unwrap().noisy(self.noisy_from)
    }

    fn told(&self) -> String {
        let task = self.task.as_ref().unwrap();
        let (votes, total, round) = (task.votes.len(), task.votes_total, task.rounds);
        format!("votes {votes} of {total}, round {round}, stage {}", task.stage.word())
    }

    fn line(&mut self, line: &str, place: &str) {
        let (asked, expected) = match line.split_once("!!") {
            Some((asked, expected)) => (asked, format!("!! {}", expected.trim())),
            None => line.split_once("->").map(|(a, e)| (a, e.trim().to_owned())).unwrap(),
        };
        let words: Vec<&str> = asked.split_whitespace().collect();
        let (hour, minute) = words[0].split_once(':').unwrap();
        let minutes = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
        let alert = |word: &str| word.parse::<u128>().unwrap();
        let (actor, command) = match &words[1..] {
            ["vote", who, "alert", number, reason @ ..] => {
                ("stream", vote(who, alert(number), &reason.join(" ")))
            }
            ["back", who, "alert", number] => {
                let alert = AlertId::from_bits(alert(number));
                ("stream", Command::TakeBack { alert, by: person(who) })
            }
            [who, "start"] => (*who, Command::Start {}),
            [who, "done", remedy, note @ ..] => {
                let remedy = serde_json::from_value((*remedy).into()).unwrap();
                (*who, Command::Done { remedy, note: note.join(" ") })
            }
            [who, "dismiss", reason @ ..] => (*who, Command::Dismiss { reason: reason.join(" ") }),
            _ => panic!("cannot read {place}"),
        };
        assert_eq!(self.ask(&command, &moment(minutes, actor)), expected, "{place}");
    }

    fn ask(&mut self, command: &Command, moment: &Moment) -> String {
        let id = TuningId::from_bits(7);
        let decided = match &self.task {
            Some(task) => task.decide(command, moment),
            None => Task::open(id, command, moment),
        };
        let events = match decided {
            Ok(events) => events,
            Err(refusal) => return format!("!! {}", refusal.reason),
        };
        let told: Vec<String> = events.iter().map(describe).collect();
        for event in events {
            match &mut self.task {
                Some(task) => task.apply(&event),
                None => self.task = Task::born(id, &event),
            }
            self.events.push(event);
        }
        told.join("; ")
    }
}
