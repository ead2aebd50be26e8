//! Plays the tables in `scenarios/`: below each line stands what follows from it.
//!
//! ```text
//! calendar NAME ZONE always | DAYS HH:MM-HH:MM [DAYS HH:MM-HH:MM] [closed=DATE,…]
//! CONTRACT KIND P1=1h P2=4h … [in=CALENDAR] [pauses=supplier,consumer] [reopen=fresh] [warn=50]
//!     [public=true]
//! CONTRACT scope inside | outside | as_inside
//! CONTRACT ends
//! at DATE HH:MM VERB …
//! ```
//!
//! Times are on the wall of Berlin. Verbs are `opened`, `priority P2`, `responds`, `unanswered`
//! (nobody had responded after all), `writes [publicly]`, `holds supplier`, `resumes`,
//! `restored [HH:MM]`, `resolved`, `relapses [HH:MM]`, `reopened [HH:MM]`, `cancelled`, `merged`,
//! `detected HH:MM`, `clock` (what is due happens), and `looks` (a contract was changed). After
//! `unseen` nobody looks yet.

use calendar::{Day, Definition, When};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::*;

macro_rules! scenarios {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            let text = include_str!(concat!("../scenarios/", stringify!($name), ".txt"));
            let played = play(text);
            assert!(played == text, "it comes out as\n{played}");
        }
    )*};
}

scenarios! {
    a_clock_runs_in_working_time
    a_pause_counts_in_the_same_calendar
    clocks_change_over_with_daylight_saving
    days_are_working_days
    the_target_follows_priority_and_contract
    the_first_answer_is_a_human_beings
    each_update_begins_the_next_round
    what_comes_back_goes_on_or_begins_again
    what_is_no_incident_has_no_verdict
    warnings_come_in_working_time
    scope_decides_what_counts
    whoever_looks_late_misses_nothing
}

struct Play {
    calendars: Vec<(String, Definition)>,
    world: World,
}

fn play(text: &str) -> String {
    let mut play =
        Play { calendars: Vec::new(), world: World::new(Time::EPOCH, Priority::P1, Vec::new()) };
    let mut out = String::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("->")) {
        out.push_str(line);
        out.push('\n');
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [first, ..] if first.starts_with('#') => {}
            ["calendar", name, zone, rest @ ..] => {
                play.calendars.push(((*name).to_owned(), definition(zone, rest)));
            }
            ["at", date, clock, verb, rest @ ..] => {
                play.act(date, clock, verb, rest);
                play.tell(&mut out);
            }
            [contract, rest @ ..] => play.promise(contract, rest),
        }
    }
    out
}

fn at(date: &str, clock: &str) -> Time {
    let wall: DateTime = format!("{date}T{clock}").parse().expect("a date and a time");
    let zone = TimeZone::get("Europe/Berlin").expect("a zone");
    let zoned = zone.to_zoned(wall).expect("a time on the wall");
    Time::from_micros(zoned.timestamp().as_microsecond())
}

fn days(text: &str) -> Vec<Day> {
    let place = |name: &str| {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        names.iter().position(|day| *day == name).expect("a day")
    };
    match text.split_once('-') {
        Some((from, to)) => Day::WEEK[place(from)..=place(to)].to_vec(),
        None => vec![Day::WEEK[place(text)]],
    }
}

fn definition(zone: &str, words: &[&str]) -> Definition {
    let mut definition = Definition::empty(zone);
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        if *word == "always" {
            definition.always = true;
        } else if let Some(dates) = word.strip_prefix("closed=") {
            for date in dates.split(',') {
                definition = definition.holiday("closed", When::Date(date.to_owned()));
            }
        } else {
            let (from, until) =
                words.next().and_then(|hours| hours.split_once('-')).expect("hours");
            definition = definition.shift(&days(word), from, until);
        }
    }
    definition
}

fn target(text: &str) -> Target {
    let (number, unit) = text.split_at(text.len() - 1);
    let number: u32 = number.parse().expect("a number");
    match unit {
        "d" => Target::Days { days: u16::try_from(number).expect("so few") },
        "h" => minutes(60 * number),
        _ => minutes(number),
    }
}

fn word<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(text.into()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

impl Play {
    fn promise(&mut self, contract: &str, words: &[&str]) {
        let name = item(&format!("servicecontract/{contract}"));
        let promises = &mut self.world.promises;
        if words == ["ends"] {
            return promises.retain(|promise| promise.contract != name);
        }
        if promises.iter().all(|promise| promise.contract != name) {
            promises.push(promise(contract, Vec::new()));
        }
        let promise = promises.iter_mut().find(|promise| promise.contract == name);
        let promise = promise.expect("it was put there");
        if let ["scope", scope] = words {
            promise.scope = match *scope {
                "outside" => Scope::Outside,
                "as_inside" => Scope::OutsideAsInside,
                _ => Scope::Inside,
            };
            return;
        }
        let mut clock = promised(word(words[0]), &[], self.calendars[0].1.clone());
        clock.calendar.title = self.calendars[0].0.clone();
        for field in &words[1..] {
            let (key, value) = field.split_once('=').expect("a field");
            match key {
                "in" => {
                    let found = self.calendars.iter().rev().find(|(name, _)| name == value);
                    let (title, definition) = found.expect("a calendar").clone();
                    clock.calendar = Working { title, definition };
                }
                "pauses" => clock.pauses = value.split(',').map(word).collect(),
                "reopen" => clock.on_reopen = word(value),
                "public" => clock.public_only = value == "true",
                "warn" => {
                    clock.warn_at = value.split(',').map(|s| s.parse().expect("%")).collect();
                }
                priority => drop(clock.targets.insert(word(priority), target(value))),
            }
        }
        promise.clocks.retain(|known| known.clock != clock.clock);
        promise.clocks.push(clock);
    }

    fn act(&mut self, date: &str, clock: &str, verb: &str, rest: &[&str]) {
        let world = &mut self.world;
        world.now = at(date, clock);
        let now = world.now;
        // Nobody looks yet.
        let unseen = rest.last() == Some(&"unseen");
        let rest = if unseen { &rest[..rest.len() - 1] } else { rest };
        match (verb, rest) {
            ("opened", rest) => {
                let promises = world.promises.clone();
                let priority = rest.first().map_or(Priority::P1, |priority| word(priority));
                *world = World::new(now, priority, promises);
            }
            ("priority", [priority]) => world.set_priority(word(priority)),
            ("responds", _) => world.facts.responded = Some(now),
            ("unanswered", _) => world.facts.responded = None,
            ("writes", rest) => {
                world.facts.updates.push(now);
                world.facts.messages.extend(rest.first().map(|_| now));
            }
            ("holds", [reason]) => world.hold(word(reason)),
            ("resumes", _) => world.resume(),
            ("restored", [clock]) => world.facts.restored = Some(at(date, clock)),
            ("restored", _) => world.restore(),
            ("resolved", _) => world.resolve(),
            ("relapses", [clock]) => world.come_back(at(date, clock), false),
            ("relapses", _) => world.come_back(now, false),
            ("reopened", [clock]) => world.come_back(at(date, clock), true),
            ("reopened", _) => world.come_back(now, true),
            ("cancelled", _) => world.facts.ended = Some(Ended::Cancelled),
            ("merged", _) => world.facts.ended = Some(Ended::Merged),
            ("detected", [clock]) => world.facts.detected = at(date, clock),
            ("clock" | "looks", _) => {}
            other => panic!("nobody does {other:?}"),
        }
        match verb {
            _ if unseen => {}
            "clock" => world.tick(),
            _ => world.look(),
        }
    }

    fn tell(&mut self, out: &mut String) {
        let world = &mut self.world;
        for event in &world.events[world.told..] {
            let Some(told) = describe(event) else { continue };
            out.push_str(&format!("    -> {told}\n"));
        }
        world.told = world.events.len();
        if let Some(record) = &world.record {
            law::journal_rebuilds(record, &world.events);
        }
        let alarms = world.record.as_ref().map(Clocks::alarms).unwrap_or_default();
        for alarm in alarms {
            let severity = alarm.severity();
            out.push_str(&format!("    -> {severity} {}: {}\n", alarm.name(), alarm.summary));
        }
    }
}
