//! Tables in text files: columns between `|`, a line of names first, an empty line after the last.

use std::collections::BTreeMap;

use calendar::{Calendar, Day, Definition, Exception, Range, Span, When, Years};
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use super::MINUTE;

/// One row: its cells by the names of their columns.
pub struct Row {
    cells: BTreeMap<String, String>,
    line: usize,
}

/// The rows of the tables of a text whose first column has this name.
pub fn rows(text: &str, first: &str) -> Vec<Row> {
    let mut found = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        if text.starts_with('#') {
            continue;
        }
        if text.trim().is_empty() {
            names.clear();
            continue;
        }
        let cells: Vec<String> = text.split('|').map(|cell| cell.trim().to_owned()).collect();
        if names.is_empty() {
            names = cells;
        } else if names[0] == first {
            assert!(cells.len() <= names.len(), "line {line}: too many cells");
            let cells = names.iter().cloned().zip(cells).collect();
            found.push(Row { cells, line });
        }
    }
    assert!(!found.is_empty(), "there is no table `{first}`");
    found
}

impl Row {
    /// A cell; empty when the row ends before it.
    pub fn cell(&self, name: &str) -> &str {
        self.cells.get(name).map_or("", String::as_str)
    }

    /// What a complaint calls it.
    pub fn name(&self, first: &str) -> String {
        format!("line {}, {}", self.line, self.cell(first))
    }
}

/// Working time as a table says it; the engine and the count by the minute both begin here.
#[derive(Clone, Debug)]
pub struct Hours {
    pub zone: TimeZone,
    pub always: bool,
    /// Day from Monday, and minutes from its midnight; the end may lie on the day after.
    pub shifts: Vec<(usize, i64, i64)>,
    pub closed: Vec<(Date, i64, i64)>,
    pub added: Vec<(Date, i64, i64)>,
}

/// The calendars of a text, by name.
pub fn calendars(text: &str) -> BTreeMap<String, Hours> {
    rows(text, "calendar").iter().map(|row| (row.cell("calendar").to_owned(), hours(row))).collect()
}

fn hours(row: &Row) -> Hours {
    let zone = TimeZone::get(row.cell("zone")).expect("a zone");
    let parts = |name: &str| {
        let list = row.cell(name).split(',').map(|part| part.trim().to_owned());
        list.filter(|part| !part.is_empty()).collect::<Vec<_>>()
    };
    let said = row.cell("hours");
    let mut shifts = Vec::new();
    for part in parts("hours").iter().filter(|part| part.contains(':')) {
        let (days, time) = part.split_once(' ').expect("days and hours");
        let (from, until) = times(time);
        let (first, last) = days.split_once('-').unwrap_or((days, days));
        let (first, last) = (day(first), day(last));
        let many = (last + 7 - first) % 7;
        shifts.extend((0..=many).map(|step| ((first + step) % 7, from, until)));
    }
    let dated = |name: &str| {
        let one = |part: &String| {
            let (date, time) = part.split_at(10);
            let whole = if time.is_empty() { " 00:00-24:00" } else { time };
            let (from, until) = times(whole.trim());
            (date.parse().expect("a date"), from, until)
        };
        parts(name).iter().map(one).collect::<Vec<_>>()
    };
    Hours { zone, always: said == "always", shifts, closed: dated("closed"), added: dated("added") }
}

fn day(text: &str) -> usize {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    days.iter().position(|day| *day == text).expect("a day of the week")
}

fn times(text: &str) -> (i64, i64) {
    let minutes = |text: &str| {
        let (hour, minute) = text.split_once(':').expect("HH:MM");
        hour.parse::<i64>().expect("an hour") * 60 + minute.parse::<i64>().expect("a minute")
    };
    let (from, until) = text.split_once('-').expect("from-until");
    let (from, until) = (minutes(from), minutes(until));
    (from, if until < from { until + 24 * 60 } else { until })
}

impl Hours {
    /// The same for the engine.
    pub fn compiled(&self) -> Calendar {
        let clock = |minute: i64| match minute {
            1440 => "24:00".to_owned(),
            minute => format!("{:02}:{:02}", minute / 60 % 24, minute % 60),
        };
        let zone = self.zone.iana_name().expect("a name");
        let mut definition = Definition { always: self.always, ..Definition::empty(zone) };
        for (day, from, until) in &self.shifts {
            definition = definition.shift(&[Day::WEEK[*day]], &clock(*from), &clock(*until));
        }
        let range = |from: i64, until: i64| Range { from: clock(from), until: clock(until) };
        for (date, from, until) in &self.closed {
            if (*from, *until) == (0, 24 * 60) {
                definition = definition.holiday("closed", When::Date(date.to_string()));
                continue;
            }
            let (date, remove) = (date.to_string(), vec![range(*from, *until)]);
            definition.exceptions.push(Exception { date, remove, ..Exception::default() });
        }
        for (date, from, until) in &self.added {
            let (date, add) = (date.to_string(), vec![range(*from, *until)]);
            definition.exceptions.push(Exception { date, add, ..Exception::default() });
        }
        definition.compile(Years { first: 2025, last: 2029 }).expect("a calendar")
    }

    /// A wall time, `2026-11-27 10:00`, and after it the offset where it comes twice.
    pub fn at(&self, text: &str) -> i64 {
        let text = text.trim();
        let wall: DateTime = text[..16].parse().expect("a wall time");
        let instant = match text[16..].trim() {
            "" => self.zone.to_timestamp(wall).expect("an instant"),
            offset => {
                let hours = offset[..3].parse().expect("an offset of hours");
                Offset::constant(hours).to_timestamp(wall).expect("an instant")
            }
        };
        instant.as_microsecond()
    }

    /// An instant as a table has it.
    pub fn shown(&self, at: i64) -> String {
        let at = jiff::Timestamp::from_microsecond(at).expect("an instant");
        at.to_zoned(self.zone.clone()).strftime("%F %H:%M %:z").to_string()
    }

    /// Pauses `from ~ until; from ~`, in the order in which they are written.
    pub fn pauses(&self, text: &str) -> Vec<Span> {
        let list = text.split(';').filter(|part| !part.trim().is_empty());
        let one = |part: &str| {
            let (from, until) = part.split_once('~').expect("from ~ until");
            let until = if until.trim().is_empty() { i64::MAX } else { self.at(until) };
            Span::new(self.at(from), until)
        };
        list.map(one).collect()
    }
}

/// A length like `2h`, `30m` or `1.5h`, in microseconds.
pub fn length(text: &str) -> i64 {
    let (number, unit) = text.trim().split_at(text.trim().len() - 1);
    let number: f64 = number.parse().expect("a number");
    let minutes = match unit {
        "m" => number,
        "h" => number * 60.0,
        other => panic!("`{other}` is no unit"),
    };
    (minutes * MINUTE as f64).round() as i64
}
