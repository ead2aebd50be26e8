//! The slow and obvious way: a walk over the minutes with a clock on the wall. What the clock has
//! shown at the latest decides which hand-overs have passed, so that an hour that is left out has
//! no length and one that comes twice belongs to the shift in which it came first.

use calendar::{Day, Span, When};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use schedule::{Backup, Change, Every, Layer, Person, Schedule};

use super::MINUTE;

/// Who is on call in each minute of a window.
pub fn walk(schedule: &Schedule, window: Span) -> Vec<Option<Person>> {
    let mut layers: Vec<Walk<'_>> =
        schedule.layers.iter().map(|layer| Walk::new(schedule, layer)).collect();
    let begin = layers.iter().map(Walk::begin).fold(window.from, i64::min);
    let mut minute = window.from - (window.from - begin) / MINUTE * MINUTE - 3 * 1440 * MINUTE;
    let mut found = Vec::new();
    while minute < window.until {
        let turns: Vec<Option<usize>> = layers.iter_mut().map(|layer| layer.turn(minute)).collect();
        if minute >= window.from {
            found.push(decide(schedule, &layers, &turns, minute));
        }
        minute += MINUTE;
    }
    found
}

/// One layer, minute after minute.
struct Walk<'a> {
    layer: &'a Layer,
    zone: TimeZone,
    /// The latest wall time that the clock has shown.
    latest: DateTime,
    rotation: Option<usize>,
    /// How many shifts have begun since the start, less one, and whose turn it is.
    shift: i64,
    turn: usize,
    /// Whether the layer had an hour in the present shift.
    had_hours: bool,
}

impl<'a> Walk<'a> {
    fn new(schedule: &Schedule, layer: &'a Layer) -> Walk<'a> {
        let name = if layer.zone.is_empty() { &schedule.zone } else { &layer.zone };
        let zone = TimeZone::get(name).expect("a zone");
        let latest = DateTime::MIN;
        Walk { layer, zone, latest, rotation: None, shift: 0, turn: 0, had_hours: false }
    }

    fn begin(&self) -> i64 {
        let starts = self.layer.rotations.iter().map(|rotation| rotation.start);
        let instant = |wall: DateTime| self.zone.to_timestamp(wall).expect("an instant");
        let starts = starts.map(|start| instant(start).as_microsecond());
        let planned = self.layer.planned.iter().map(|planned| planned.span.from);
        starts.chain(planned).min().unwrap_or(i64::MAX)
    }

    /// Whose turn it is in this minute: the place in the rotation.
    fn turn(&mut self, minute: i64) -> Option<usize> {
        let instant = Timestamp::from_microsecond(minute).expect("an instant");
        self.latest = self.latest.max(self.zone.to_datetime(instant));
        let rotations = &self.layer.rotations;
        if rotations.is_empty() {
            return self.planned(minute);
        }
        let holds = rotations.iter().rposition(|rotation| rotation.start <= self.latest);
        if holds != self.rotation {
            (self.rotation, self.shift, self.turn, self.had_hours) = (holds, 0, 0, false);
        }
        let rotation = &rotations[holds?];
        while after(rotation.start, rotation.every, self.shift + 1) <= self.latest {
            let counts = !self.layer.skip_closed || self.always() || self.had_hours;
            self.turn += usize::from(counts);
            self.shift += 1;
            self.had_hours = false;
        }
        let open = self.always() || self.open();
        self.had_hours |= open;
        let ended = self.layer.until.is_some_and(|until| minute >= until);
        (open && !ended).then(|| self.turn % rotation.people.len())
    }

    /// The same of shifts that were planned: whoever has one keeps it to its end, and of those that
    /// wait the first one has what is left.
    fn planned(&mut self, minute: i64) -> Option<usize> {
        let holds = |place: &usize| self.layer.planned[*place].span.contains(minute);
        if !self.rotation.as_ref().is_some_and(holds) {
            let waiting = (0..self.layer.planned.len()).filter(holds);
            self.rotation = waiting.min_by_key(|place| &self.layer.planned[*place]);
        }
        let open = self.always() || self.open();
        let ended = self.layer.until.is_some_and(|until| minute >= until);
        self.rotation.filter(|_| open && !ended).map(|_| 0)
    }

    fn always(&self) -> bool {
        self.layer.hours.is_empty() && self.layer.open.is_none()
    }

    /// Whether the hours hold; those of a calendar have to be in the zone of the layer here.
    fn open(&self) -> bool {
        let (hours, holidays) = match &self.layer.open {
            Some(open) => (&open.hours[..], &open.holidays[..]),
            None => (&self.layer.hours[..], &[][..]),
        };
        let today = self.latest.date().to_string();
        if holidays.iter().any(|holiday| holiday.when == When::Date(today.clone())) {
            return false;
        }
        let minutes = |text: &str| {
            let (hour, minute) = text.split_once(':').expect("HH:MM");
            hour.parse::<i64>().expect("hours") * 60 + minute.parse::<i64>().expect("minutes")
        };
        let now = i64::from(self.latest.hour()) * 60 + i64::from(self.latest.minute());
        let yesterday = self.latest.date().checked_sub(1.day()).expect("a date");
        let days = [(self.latest.date(), now), (yesterday, now + 1440)];
        hours.iter().any(|hours| {
            let (from, until) = (minutes(&hours.from), minutes(&hours.until));
            let until = if until < from { until + 1440 } else { until };
            days.iter().any(|(date, now)| {
                let day = Day::WEEK[date.weekday().to_monday_zero_offset() as usize];
                hours.days.contains(&day) && from <= *now && *now < until
            })
        })
    }
}

fn after(start: DateTime, every: Every, shifts: i64) -> DateTime {
    let wall = match every {
        Every::Hours(n) => start.checked_add((shifts * i64::from(n)).hours()),
        Every::Days(n) => start.checked_add((shifts * i64::from(n)).days()),
        Every::Weeks(n) => start.checked_add((shifts * i64::from(n)).weeks()),
        Every::Months(n) => start.checked_add((shifts * i64::from(n)).months()),
    };
    wall.expect("a wall time")
}

fn decide(
    schedule: &Schedule,
    layers: &[Walk<'_>],
    turns: &[Option<usize>],
    at: i64,
) -> Option<Person> {
    let there = |person: &Person| {
        if person.is_empty() {
            return false;
        }
        let mut own = schedule.absences.iter().filter(|absence| absence.person == *person);
        !own.any(|absence| absence.span.contains(at))
    };
    let mut planned: Option<Person> = None;
    let mut current: Option<Person> = None;
    let mut settled = false;
    for layer in (0..turns.len()).rev() {
        let (Some(turn), Some(rotation)) = (turns[layer], layers[layer].rotation) else { continue };
        let own = layers[layer].layer;
        let people = match own.rotations.is_empty() {
            true => std::slice::from_ref(&own.planned[rotation].person),
            false => &own.rotations[rotation].people[..],
        };
        if people[turn].is_empty() {
            continue;
        }
        planned = planned.or_else(|| Some(people[turn].clone()));
        if settled {
            continue;
        }
        current = if there(&people[turn]) {
            Some(people[turn].clone())
        } else {
            match &layers[layer].layer.backup {
                Backup::Next => (1..people.len())
                    .map(|step| &people[(turn + step) % people.len()])
                    .find(|person| there(person))
                    .cloned(),
                Backup::Person(person) => Some(person.clone()).filter(there),
                Backup::Below => None,
                Backup::Nobody => {
                    settled = true;
                    None
                }
            }
        };
        settled |= current.is_some();
    }
    for change in &schedule.changes {
        let has =
            |person: &Person| planned.as_ref() == Some(person) || current.as_ref() == Some(person);
        let takes = match change {
            Change::Cover { span, person } if span.contains(at) => Some(person),
            Change::Instead { span, person, of } if span.contains(at) && has(of) => Some(person),
            Change::Swap { one, other } if one.1.contains(at) && has(&one.0) => Some(&other.0),
            Change::Swap { one, other } if other.1.contains(at) && has(&other.0) => Some(&one.0),
            _ => None,
        };
        if let Some(person) = takes.filter(|person| there(person)) {
            current = Some(person.clone());
        }
    }
    current
}
