//! Laws and scenarios. A scenario is a table: `at TIME WHO WHAT -> what happened`, or `!!` and why
//! it was refused. Times are hours and minutes since the first midnight, and may pass 24.

use std::collections::BTreeMap;

use kernel::{Actor, AlertId, Lifecycle, Moment, SilenceId, Time, laws};

use crate::{Command, Conditions, Event, Plan, Recurrence, Silence, Stage, Why, describe};

#[test]
fn scenarios_come_out_as_written() {
    for (name, text) in [
        ("one_night", include_str!("scenarios/one_night.txt")),
        ("now", include_str!("scenarios/now.txt")),
        ("pending", include_str!("scenarios/pending.txt")),
        ("every_night", include_str!("scenarios/every_night.txt")),
        ("without_a_gap", include_str!("scenarios/without_a_gap.txt")),
        ("refused", include_str!("scenarios/refused.txt")),
    ] {
        Scenario::default().check(name, text);
    }
}

#[test]
fn the_laws_hold_in_every_stage() {
    let silences = every_stage();
    let with = SilenceId::from_bits(8);
    let commands = [
        Command::Create { plan: Box::new(plan()), replaces: None },
        Command::Edit { plan: Box::new(plan()) },
        Command::Expire { replaced_by: None },
        Command::Expire { replaced_by: Some(with) },
        Command::Release { after: AlertId::from_bits(3) },
        Command::Tick {},
    ];
    for minutes in [0, 90, 200, 10_000] {
        laws::table_equals_rules(&silences, &commands, &moment(minutes, "person:ada"));
        for silence in &silences {
            laws::tick_is_idempotent(silence, &moment(minutes, "system:clockwork"));
        }
    }
}

#[test]
fn a_silence_is_woken_when_it_begins_and_when_it_ends() {
    let [pending, active, expired] = every_stage().try_into().expect("three");
    assert_eq!(pending.next_due(), Some(pending.starts_at));
    assert_eq!(active.next_due(), Some(active.ends_at));
    assert_eq!(expired.next_due(), None);
}

#[test]
fn conditions_hold_together_and_a_missing_label_is_an_empty_one() {
    let conditions = Conditions::parse(["severity!=\"info\"", "team=~\"a|b\""]).expect("good");
    let fits = |pairs: &[(&str, &str)]| {
        let labels: BTreeMap<String, String> =
            pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        conditions.match_labels(&labels)
    };
    assert!(fits(&[("team", "a")]));
    assert!(!fits(&[("team", "a"), ("severity", "info")]));
    assert!(!fits(&[("team", "ab")]));
    assert!(!fits(&[]));
}

#[test]
fn limits_are_kept() {
    let refused = |change: fn(&mut Plan)| {
        let mut plan = plan();
        change(&mut plan);
        let command = Command::Create { plan: Box::new(plan), replaces: None };
        Silence::open(id(), &command, &moment(0, "person:ada")).unwrap_err().reason
    };
    let long = |plan: &mut Plan| {
        plan.matchers = Conditions::parse([format!("a={}", "x".repeat(5000))]).expect("good");
    };
    assert_eq!(refused(long), "a matcher has at most 4096 bytes");
    assert_eq!(
        refused(|plan| plan.comment = "ä".repeat(4001)),
        "`comment` has at most 4000 characters"
    );
    let many = serde_json::to_string(&vec!["a=b"; 51]).expect("a list");
    let error = serde_json::from_str::<Conditions>(&many).unwrap_err().to_string();
    assert!(error.starts_with("a silence has at most 50 matchers"), "{error}");
}

#[test]
fn the_windows_to_come_are_shown() {
    let mut plan = plan();
    plan.recurrence = Some(recurrence("FREQ=DAILY", 60));
    plan.ends_at = Some(Time::from_seconds(3 * 86_400 + 90 * 60));
    let silence = created(plan, 0);
    let hours = |window: &crate::Window| {
        (window.from.micros() / 60_000_000, window.until.micros() / 60_000_000)
    };
    let windows: Vec<_> = silence.windows(Time::from_seconds(0), 9).iter().map(hours).collect();
    let day = 1440;
    assert_eq!(
        windows,
        [
            (60, 120),
            (day + 60, day + 120),
            (2 * day + 60, 2 * day + 120),
            (3 * day + 60, 3 * day + 90)
        ]
    );
    let later = silence.windows(Time::from_seconds(86_400 + 7200), 1);
    assert_eq!(later.iter().map(hours).collect::<Vec<_>>(), [(2 * day + 60, 2 * day + 120)]);
}

#[test]
fn the_json_of_commands_and_events_is_as_agreed() {
    let expire: Command = serde_json::from_str(r#"{"command":"expire"}"#).expect("reads");
    assert_eq!(expire, Command::Expire { replaced_by: None });
    assert!(!expire.system_only());
    let event = Event::Expired { at: Time::EPOCH, why: Why::Ended { by: person("ada") } };
    assert_eq!(
        serde_json::to_string(&event).unwrap(),
        r#"{"event":"expired","at":"1970-01-01T00:00:00Z","why":"ended","by":"person:ada"}"#
    );
    let silence = every_stage().remove(0);
    let shown = serde_json::to_value(silence.view(3, Time::EPOCH)).unwrap();
    assert_eq!(shown["matchers"], serde_json::json!(["alertname=\"DiskFull\""]));
    assert_eq!(shown["allowed"][1]["command"], "expire");
    assert_eq!(shown["windows"][0]["from"], "1970-01-01T01:00:00Z");
}

fn id() -> SilenceId {
    SilenceId::from_bits(7)
}

fn person(name: &str) -> Actor {
    Actor::Person(name.to_owned())
}

fn moment(minutes: i64, actor: &str) -> Moment {
    Moment::new(Time::from_seconds(minutes * 60), actor.parse().unwrap(), 1)
}

fn recurrence(rule: &str, minutes: u32) -> Recurrence {
    Recurrence { rule: rule.to_owned(), zone: "UTC".to_owned(), duration_seconds: minutes * 60 }
}

/// From one o'clock to two.
fn plan() -> Plan {
    Plan {
        matchers: Conditions::parse(["alertname=DiskFull"]).expect("a matcher"),
        starts_at: Some(Time::from_seconds(3600)),
        ends_at: Some(Time::from_seconds(7200)),
        recurrence: None,
        comment: "disks are changed".to_owned(),
        created_by: "ada".to_owned(),
    }
}

fn created(plan: Plan, minutes: i64) -> Silence {
    let command = Command::Create { plan: Box::new(plan), replaces: None };
    let events = Silence::open(id(), &command, &moment(minutes, "person:ada")).expect("good");
    let mut silence = Silence::born(id(), &events[0]).expect("begins");
    events[1..].iter().for_each(|event| silence.apply(event));
    silence
}

/// One silence in each stage.
fn every_stage() -> Vec<Silence> {
    let mut expired = created(plan(), 0);
    expired.apply(&Event::Expired { at: Time::EPOCH, why: Why::Over });
    let silences = vec![created(plan(), 0), created(plan(), 70), expired];
    let stages: Vec<Stage> = silences.iter().map(Lifecycle::stage).collect();
    assert_eq!(stages, [Stage::Pending, Stage::Active, Stage::Expired]);
    silences
}

/// A silence as a scenario tells it.
#[derive(Default)]
struct Scenario {
    silence: Option<Silence>,
    events: Vec<Event>,
}

fn minutes(text: &str) -> i64 {
    let (hour, minute) = text.split_once(':').unwrap();
    hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap()
}

impl Scenario {
    fn check(mut self, name: &str, text: &str) {
        for (number, line) in (1..).zip(text.lines()) {
            let place = format!("{name}, line {number}: {line}");
            match line.split_once(' ').unwrap_or((line, "")) {
                ("at", rest) => self.line(rest, &place),
                ("stage", stage) => {
                    let now = serde_json::to_value(self.silence.as_ref().unwrap().stage).unwrap();
                    assert_eq!(now, stage, "{place}");
                }
                ("holds", list) => {
                    for (time, expected) in list.split(", ").filter_map(|one| one.split_once(' ')) {
                        let at = Time::from_seconds(minutes(time) * 60);
                        let holds = self.silence.as_ref().unwrap().holds(at);
                        assert_eq!(holds, expected == "yes", "{place}: {time}");
                    }
                }
                ("#" | "", _) => {}
                _ => panic!("cannot read {place}"),
            }
        }
        laws::journal_rebuilds(self.silence.as_ref().unwrap(), &self.events);
    }

    fn line(&mut self, line: &str, place: &str) {
        let (asked, refused, expected) = match line.split_once("!!") {
            Some((asked, expected)) => (asked, true, expected.trim()),
            None => line.split_once("->").map(|(a, e)| (a, false, e.trim())).unwrap(),
        };
        let words: Vec<&str> = asked.split_whitespace().collect();
        let actor = match words[1] {
            "clock" => "system:clockwork",
            "nobody" => "system:nobody",
            person => person,
        };
        let moment = Moment::new(
            Time::from_seconds(minutes(words[0]) * 60),
            actor.parse().unwrap(),
            self.events.len() as u128,
        );
        let command = self.command(&words[1..]);
        let outcome = match &self.silence {
            None => Silence::open(id(), &command, &moment),
            Some(silence) => silence.decide(&command, &moment),
        };
        match outcome {
            Ok(events) => {
                let told: Vec<String> =
                    events.iter().map(|event| plain(&describe(event))).collect();
                assert_eq!((told.join("; ").as_str(), false), (expected, refused), "{place}");
                for event in events {
                    match &mut self.silence {
                        None => self.silence = Silence::born(id(), &event),
                        Some(silence) => silence.apply(&event),
                    }
                    self.events.push(event);
                }
            }
            Err(refusal) => {
                let reason =
                    refusal.reason.replace(&format!("silence {}", id()), "this silence is");
                assert_eq!((reason.as_str(), true), (expected, refused), "{place}");
            }
        }
    }

    fn command(&self, words: &[&str]) -> Command {
        match words.get(1) {
            None => Command::Tick {},
            Some(&"expire") => Command::Expire { replaced_by: None },
            Some(&"create") => {
                let plan = self.plan(&words[2..], words[0]);
                Command::Create { plan: Box::new(plan), replaces: None }
            }
            Some(&"edit") => Command::Edit { plan: Box::new(self.plan(&words[2..], words[0])) },
            Some(other) => panic!("unknown command {other}"),
        }
    }

    fn plan(&self, words: &[&str], who: &str) -> Plan {
        let after = |word: &str| words.iter().skip_while(|w| **w != word).nth(1);
        let time = |word| after(word).map(|text| Time::from_seconds(minutes(text) * 60));
        let times = after("times").map_or(String::new(), |times| format!(";COUNT={times}"));
        let rule = |word: &str, freq: &str| {
            let duration = after(word)?.parse().ok()?;
            Some(recurrence(&format!("FREQ={freq}{times}"), duration))
        };
        let matchers = match words.first() {
            Some(&"-") => Conditions::parse(Vec::<String>::new()),
            Some(word) if word.contains('=') => Conditions::parse([word]),
            _ => Ok(self.silence.as_ref().unwrap().matchers.clone()),
        };
        let nobody = who == "nobody";
        Plan {
            matchers: matchers.unwrap(),
            starts_at: time("from"),
            ends_at: time("to"),
            recurrence: rule("daily", "DAILY").or_else(|| rule("hourly", "HOURLY")),
            comment: if words.contains(&"because") { " " } else { "disks are changed" }.to_owned(),
            created_by: if nobody { "" } else { "ada" }.to_owned(),
        }
    }
}

/// Writes `1970-01-02T22:00:00Z` as `1 22:00`: the day and the time.
fn plain(text: &str) -> String {
    let mut told = text.to_owned();
    for day in 0..9 {
        let date = format!("1970-01-{:02}T", day + 1);
        let shown = if day == 0 { String::new() } else { format!("{day} ") };
        told = told.replace(&date, &shown);
    }
    told.replace(":00Z", "")
}
