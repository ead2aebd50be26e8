//! `cases/stories.txt`: schedules, and who is on call at which moment.

use calendar::{Day, Definition, Holiday, Hours, Span, Spans, When};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use schedule::{Backup, Change, Every, Layer, Person, Rotation, Schedule};

use super::MINUTE;
use super::by_the_minute;

const TEXT: &str = include_str!("cases/stories.txt");

/// A schedule and what is asked of it.
struct Story {
    name: String,
    schedule: Schedule,
    zone: TimeZone,
    /// Line, moment, and who is on call.
    moments: Vec<(usize, i64, Option<String>)>,
    /// Line, what is looked at, and when nobody is on call in it.
    gaps: Vec<(usize, Span, Vec<Span>)>,
}

impl Story {
    fn new(line: &str) -> Story {
        let (name, zone) = line.rsplit_once(" in ").expect("a name in a zone");
        Story {
            name: name.to_owned(),
            schedule: Schedule::new(zone),
            zone: TimeZone::get(zone).expect("a zone"),
            moments: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// A wall time of the schedule's zone; an offset after it says which of two.
    fn at(&self, text: &str) -> i64 {
        let text = text.trim();
        let wall: DateTime = text[..16].parse().expect("a wall time");
        let instant = match text[16..].trim() {
            "" => self.zone.to_timestamp(wall).expect("an instant"),
            offset => {
                let hours = offset[..3].parse().expect("an offset");
                Offset::constant(hours).to_timestamp(wall).expect("an instant")
            }
        };
        instant.as_microsecond()
    }

    fn span(&self, text: &str) -> Span {
        let (from, until) = text.split_once('~').expect("from ~ until");
        let until = if until.trim().is_empty() { i64::MAX } else { self.at(until) };
        Span::new(self.at(from), until)
    }

    fn take(&mut self, number: usize, line: &str) {
        let line = line.split(" # ").next().unwrap_or_default().trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "layer" => self.schedule.layers.push(Layer::new(rest)),
            "cover" => {
                let (span, person) = rest.rsplit_once(' ').expect("a person");
                let span = self.span(span);
                self.schedule.changes.push(Change::Cover { span, person: person.into() });
            }
            "instead" => {
                let (span, people) = rest.rsplit_once(" by ").expect("by whom");
                let (person, of) = people.split_once(" of ").expect("of whom");
                let (span, person, of) = (self.span(span), person.into(), of.into());
                self.schedule.changes.push(Change::Instead { span, person, of });
            }
            "swap" => {
                let side = |text: &str| {
                    let (person, span) = text.trim().split_once(' ').expect("a person");
                    (Person::from(person), self.span(span))
                };
                let (one, other) = rest.split_once(" with ").expect("two sides");
                let (one, other) = (side(one), side(other));
                self.schedule.changes.push(Change::Swap { one, other });
            }
            "away" => {
                let (person, span) = rest.split_once(' ').expect("a person");
                self.schedule = std::mem::take(&mut self.schedule).away(person, self.span(span));
            }
            "at" => {
                let (at, who) = rest.rsplit_once(' ').expect("somebody");
                let who = (who != "nobody").then(|| who.to_owned());
                self.moments.push((number, self.at(at), who));
            }
            "gaps" => {
                let (window, list) = rest.split_once(" are").expect("gaps … are …");
                let list = list.split(';').filter(|part| !part.trim().is_empty());
                let list = list.map(|part| self.span(part)).collect();
                self.gaps.push((number, self.span(window), list));
            }
            _ => self.layer_line(word, rest),
        }
    }

    /// A line about the layer above it.
    fn layer_line(&mut self, word: &str, rest: &str) {
        let until = (word == "until").then(|| self.at(rest));
        let zone = self.schedule.zone.clone();
        let planned = (word == "planned").then(|| {
            let (span, person) = rest.rsplit_once(' ').expect("a person");
            schedule::Planned { span: self.span(span), person: person.into() }
        });
        let layer = self.schedule.layers.last_mut().expect("a layer");
        match word {
            "from" => layer.rotations.push(rotation(rest)),
            "planned" => layer.planned.extend(planned),
            "hours" => {
                let (days, time) = rest.split_once(' ').expect("days and hours");
                let (from, until) = time.split_once('-').expect("from-until");
                *layer = std::mem::take(layer).hours(&day_range(days), from, until);
            }
            "open" => {
                let (days, time) = rest.split_once(' ').expect("days and hours");
                let (from, until) = time.split_once('-').expect("from-until");
                let (from, until) = (from.to_owned(), until.to_owned());
                let open = layer.open.get_or_insert_with(|| Definition::empty(&zone));
                open.hours.push(Hours { days: day_range(days), from, until });
            }
            "holiday" => {
                let open = layer.open.as_mut().expect("hours of a calendar");
                let when = When::Date(rest.to_owned());
                open.holidays.push(Holiday { name: rest.to_owned(), when });
            }
            "backup" => {
                layer.backup = match rest {
                    "below" => Backup::Below,
                    "nobody" => Backup::Nobody,
                    person => Backup::Person(person.into()),
                }
            }
            "skip" => layer.skip_closed = true,
            "zone" => rest.clone_into(&mut layer.zone),
            "until" => layer.until = until,
            other => panic!("`{other}` begins no line"),
        }
    }
}

fn rotation(text: &str) -> Rotation {
    let (start, rest) = text.split_once(" every ").expect("every");
    let (every, people) = rest.split_once(": ").expect("people");
    let (number, unit) = every.split_at(every.len() - 1);
    let number = number.parse().expect("a number");
    let every = match unit {
        "h" => Every::Hours(number),
        "d" => Every::Days(number),
        "w" => Every::Weeks(number),
        "M" => Every::Months(number),
        other => panic!("`{other}` is no unit"),
    };
    let turn = |name| if name == "nobody" { "" } else { name };
    let people: Vec<&str> = people.split_whitespace().map(turn).collect();
    Rotation::new(start.parse().expect("a wall time"), every, &people)
}

fn day_range(text: &str) -> Vec<Day> {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let place = |name: &str| names.iter().position(|known| *known == name).expect("a day");
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    (place(first)..=place(last)).map(|day| Day::WEEK[day]).collect()
}

fn stories() -> Vec<Story> {
    let mut stories: Vec<Story> = Vec::new();
    for (number, line) in (1..).zip(TEXT.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        match line.strip_prefix("schedule ") {
            Some(line) => stories.push(Story::new(line)),
            None => stories.last_mut().expect("a schedule").take(number, line),
        }
    }
    stories
}

#[test]
fn whoever_the_stories_say_is_on_call() {
    let (mut asked, mut complaints) = (0, Vec::new());
    for story in stories() {
        let first = story.moments.iter().map(|moment| moment.1).min().expect("a moment");
        let last = story.moments.iter().map(|moment| moment.1).max().expect("a moment");
        let window = Span::new(first, last + MINUTE);
        let roster = story.schedule.roster(window).expect(&story.name);
        let walked = by_the_minute::walk(&story.schedule, window);
        for (line, at, expected) in story.moments {
            asked += 1;
            let found = roster.at(at).map(|turn| &*turn.person);
            let walked = walked[((at - first) / MINUTE) as usize].as_deref();
            if (found, walked) != (expected.as_deref(), expected.as_deref()) {
                let at = Timestamp::from_microsecond(at).expect("an instant");
                let name = &story.name;
                let told = format!("the engine says {found:?}, walking says {walked:?}");
                complaints.push(format!("line {line}, {name}, {at}: {told}"));
            }
        }
    }
    println!("{asked} moments");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(asked >= 80, "only {asked} moments");
}

#[test]
fn nobody_is_on_call_when_the_stories_say_so() {
    let (mut asked, mut complaints) = (0, Vec::new());
    for story in stories() {
        for (line, window, expected) in &story.gaps {
            asked += 1;
            let roster = story.schedule.roster(*window).expect(&story.name);
            let found = roster.gaps(&Spans::one(window.from, window.until));
            let walked = by_the_minute::walk(&story.schedule, *window);
            let empty = (0..).zip(&walked).filter(|(_, person)| person.is_none());
            let walked: Spans = empty
                .map(|(minute, _)| window.from + minute * MINUTE)
                .map(|at| Span::new(at, at + MINUTE))
                .collect();
            let expected: Spans = expected.iter().copied().collect();
            if (&found, &walked) != (&expected, &expected) {
                let name = &story.name;
                complaints.push(format!("line {line}, {name}: {found:?}, walking: {walked:?}"));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(asked >= 6, "only {asked} windows");
}
