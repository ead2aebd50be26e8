//! Plays the tables in `scenarios/`. A line is one of
//!
//! ```text
//! policy KEY=VALUE …                             before the opening; the rest is default,
//!                                                and stages have targets with targets=usual
//! at TIME  WHO  VERB KEY=VALUE …  -> STAGE: EVENT, EVENT …      (`nothing` for no event)
//! at TIME  WHO  VERB KEY=VALUE …  !! PART OF THE REFUSAL
//! is PATH=VALUE …                                what the record holds now
//! # a comment
//! ```
//!
//! Times are `09:00`, `09:00:30`, or `2d09:00` for two days later. WHO is `stream` or `clock`
//! (Operate), `bot` (a program), or a person. `hit=ITEM:CRITICALITY:HOPS` is what the estate says.

use kernel::{Actor, IncidentId, Lifecycle, Moment, Refusal, Time};
use serde_json::{Map, Value, json};

use super::{DAY, Life, alert};
use crate::{Command, Event, Policy};

macro_rules! scenarios {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            play(include_str!(concat!("../scenarios/", stringify!($name), ".txt")));
        }
    )*};
}

scenarios! {
    an_incident_goes_from_alert_to_closed
    illegal_moves_are_refused_with_what_is_possible
    alerts_that_clear_restore_the_service
    returning_alerts_bring_the_incident_back
    waiting_keeps_the_place
    merged_incidents_continue_in_the_parent
    priority_is_explained_line_by_line
    times_keep_their_order
    taking_it_stops_the_calling
    each_stage_has_its_time
    people_note_what_they_do
    nobody_charged_for_too_long_warns
    what_is_back_is_checked
    what_hangs_on_an_incident_ends_with_it
    what_is_only_potential_may_happen
    a_major_incident_is_proposed_declared_and_stood_down
    a_contract_that_pays_raises_the_urgency
}

fn play(text: &str) {
    let mut policy = read_policy(&[]);
    let mut life: Option<Life> = None;
    for (number, line) in text.lines().enumerate() {
        let place = format!("line {}: {line}", number + 1);
        let words = words(line);
        match words.split_first() {
            None => {}
            Some((first, _)) if first.starts_with('#') => {}
            Some((first, rest)) if first == "policy" => policy = read_policy(rest),
            Some((first, rest)) if first == "is" => {
                let life = life.as_ref().unwrap_or_else(|| panic!("not open yet, {place}"));
                rest.iter().for_each(|word| check_value(life, word, &place));
            }
            Some((first, rest)) if first == "at" => {
                step(&mut life, rest, &policy, &place);
            }
            Some(_) => panic!("cannot read {place}"),
        }
    }
}

fn step(life: &mut Option<Life>, words: &[String], policy: &Policy, place: &str) {
    let mark = words.iter().position(|word| word == "->" || word == "!!");
    let mark = mark.unwrap_or_else(|| panic!("no outcome, {place}"));
    let [time, who, verb, fields @ ..] = &words[..mark] else { panic!("too short, {place}") };
    let moment = Moment::new(read_time(time), read_actor(who), 7);
    let command = read_command(verb, fields, life.as_ref(), policy, place);

    let outcome = match (&mut *life, command) {
        (None, Command::Open(open)) => Life::open(*open, &moment).map(|opened| {
            let events = opened.journal.clone();
            *life = Some(opened);
            events
        }),
        (None, _) => panic!("the first command opens, {place}"),
        (Some(life), command) => life.ask(&command, &moment),
    };
    let wanted = words[mark + 1..].join(" ");
    check_outcome(life.as_ref(), &outcome, &words[mark], &wanted, place);
    if let Some(life) = life {
        life.check(&moment);
        life.check_journal();
    }
}

fn check_outcome(
    life: Option<&Life>,
    outcome: &Result<Vec<Event>, Refusal>,
    mark: &str,
    wanted: &str,
    place: &str,
) {
    match (mark, outcome) {
        ("!!", Err(refusal)) => {
            assert!(refusal.reason.contains(wanted), "{}\n{place}", refusal.reason);
        }
        ("!!", Ok(events)) => panic!("not refused but {events:?}\n{place}"),
        (_, Err(refusal)) => panic!("refused: {refusal}\n{place}"),
        (_, Ok(events)) => {
            let names: Vec<&str> = events.iter().map(|event| event.what.name()).collect();
            let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
            let stage = life.map(|life| life.record.stage).map(|stage| json!(stage));
            let stage = stage.as_ref().and_then(Value::as_str).unwrap_or_default();
            assert_eq!(format!("{stage}: {names}"), wanted, "\n{place}");
        }
    }
}

fn check_value(life: &Life, word: &str, place: &str) {
    let (path, wanted) = word.split_once('=').unwrap_or_else(|| panic!("no value, {place}"));
    let record = serde_json::to_value(&life.record).expect("a record is JSON");
    let value = match path {
        "due" => json!(life.record.next_due()),
        "next_step" => json!(life.record.next_step()),
        "phase" => json!(life.record.phase()),
        "items" => {
            json!(life.record.items.iter().map(|i| i.as_str()).collect::<Vec<_>>().join(","))
        }
        "said" => json!(life.journal.last().map(crate::describe)),
        path => {
            record.pointer(&format!("/{}", path.replace('.', "/"))).cloned().unwrap_or_default()
        }
    };
    let shown = match &value {
        Value::String(text) => match Time::parse(text) {
            Ok(time) => show_time(time),
            Err(_) => text.clone(),
        },
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    };
    assert_eq!(shown, wanted, "{path}\n{place}");
}

fn read_command(
    verb: &str,
    words: &[String],
    life: Option<&Life>,
    policy: &Policy,
    place: &str,
) -> Command {
    let mut fields = Map::new();
    let mut hits: Vec<(String, String, u32)> = Vec::new();
    let mut main = None;
    for word in words {
        let (key, text) = word.split_once('=').unwrap_or_else(|| panic!("`{word}`, {place}"));
        let value = match key {
            "at" | "from" | "outage_end" | "started_at" | "boundary_at" => json!(read_time(text)),
            "alert" => json!(alert(text)),
            "into" | "child" | "parent" => {
                json!(IncidentId::from_bits(text.parse().expect("a number")))
            }
            "task" => json!(life.expect("open").record.tasks[0].id),
            "users" | "number" => json!(text.parse::<u64>().expect("a number")),
            "called" | "closed" | "potential" => json!(text == "true"),
            "hit" => {
                let parts: Vec<&str> = text.split(':').collect();
                hits.push((parts[0].into(), parts[1].into(), parts[2].parse().expect("hops")));
                continue;
            }
            "main" => {
                main = Some(json!({"item": text, "because": "others depend on it"}));
                continue;
            }
            "grounds" => json!(text.split(',').collect::<Vec<_>>()),
            _ => json!(text),
        };
        fields.insert(key.to_owned(), value);
    }
    let root = fields.get("item").cloned().unwrap_or(json!("service/unknown"));
    if !hits.is_empty() || main.is_some() {
        let hits: Vec<Value> = hits
            .into_iter()
            .map(|(item, criticality, hops)| {
                json!({"item": item, "criticality": criticality, "hops": hops, "root": root})
            })
            .collect();
        fields.insert("assessment".to_owned(), json!({"hits": hits, "main": main}));
    }
    complete(verb, fields, policy, place)
}

/// Adds what a table leaves out, and reads the command as HTTP would.
fn complete(verb: &str, mut fields: Map<String, Value>, policy: &Policy, place: &str) -> Command {
    if matches!(verb, "open" | "attach") && fields.contains_key("alert") {
        let title = fields.get("title").cloned();
        let moved = ["alert", "item", "severity", "started_at", "assessment", "reason"];
        let moved = moved.into_iter().chain(["potential", "boundary_at"]);
        let mut member: Map<String, Value> = moved
            .filter_map(|key| fields.remove(key).map(|value| (key.to_owned(), value)))
            .collect();
        member.insert("title".to_owned(), title.unwrap_or(json!("an alert")));
        member.entry("severity").or_insert(json!("error"));
        member.entry("reason").or_insert(json!("same item"));
        if verb == "attach" {
            fields = member;
        } else {
            fields.insert("alert".to_owned(), Value::Object(member));
        }
    }
    match verb {
        "open" => {
            fields.entry("title").or_insert(json!("an incident"));
            fields.insert("policy".to_owned(), json!(policy));
        }
        "check" => {
            let firing = fields.remove("firing").map(
                |title| json!([{"alert": alert("other"), "title": title, "item": "service/web"}]),
            );
            fields.insert("firing".to_owned(), firing.unwrap_or(json!([])));
        }
        "assess" => {
            if let Some(Value::Object(assessment)) = fields.remove("assessment") {
                fields = assessment;
            }
        }
        "weigh" => {
            let contract = fields.remove("contract").into_iter();
            let stakes: Vec<Value> = contract
                .map(|contract| {
                    let risk = fields.remove("at_risk") == Some(json!("true"));
                    let because = fields.remove("because");
                    json!({"contract": contract, "at_risk": risk, "because": because})
                })
                .collect();
            fields.insert("stakes".to_owned(), json!(stakes));
        }
        "absorb" => {
            let member = json!({"alert": fields.remove("alert"), "title": "of the child",
                "item": fields.remove("item"), "severity": "critical", "reason": "same item",
                "primary": true, "joined_at": DAY, "cleared_at": null, "detached": false});
            fields.insert("members".to_owned(), json!([member]));
            fields.insert("number".to_owned(), json!(7));
        }
        _ => {}
    }
    fields.insert("command".to_owned(), json!(verb));
    serde_json::from_value(Value::Object(fields)).unwrap_or_else(|error| panic!("{error}, {place}"))
}

fn read_policy(words: &[String]) -> Policy {
    let given = words.iter().filter_map(|word| word.split_once('='));
    let mut fields: Map<String, Value> = given
        .filter(|(key, _)| *key != "targets")
        .map(|(key, value)| (key.to_owned(), serde_json::from_str(value).expect("JSON")))
        .collect();
    if !words.iter().any(|word| word == "targets=usual") {
        fields.insert("stage_targets".to_owned(), json!({}));
    }
    serde_json::from_value(Value::Object(fields)).expect("a policy")
}

fn read_actor(text: &str) -> Actor {
    match text {
        "stream" | "clock" => Actor::system(text),
        "bot" => Actor::Token(text.to_owned()),
        name => Actor::Person(name.to_owned()),
    }
}

fn read_time(text: &str) -> Time {
    let (days, clock) = text.split_once('d').unwrap_or(("0", text));
    let mut seconds = days.parse::<i64>().expect("days") * 86_400;
    for (part, unit) in clock.split(':').zip([3_600, 60, 1]) {
        seconds += part.parse::<i64>().expect("a time") * unit;
    }
    Time::from_micros(DAY.micros() + seconds * 1_000_000)
}

fn show_time(time: Time) -> String {
    let seconds = time.micros_since(DAY) / 1_000_000;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (hours, minutes, rest) = (rest / 3_600, rest % 3_600 / 60, rest % 60);
    let days = if days == 0 { String::new() } else { format!("{days}d") };
    let rest = if rest == 0 { String::new() } else { format!(":{rest:02}") };
    format!("{days}{hours:02}:{minutes:02}{rest}")
}

/// Words between blanks; `key="two words"` is one.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted) = (String::new(), false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            letter => word.push(letter),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}
