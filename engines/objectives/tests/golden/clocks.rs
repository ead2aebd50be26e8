//! `cases/clocks.txt`.

use calendar::{Calendar, Due, Never, Span, Spans};
use objectives::{Clock, tickets};

use super::MINUTE;
use super::by_the_minute;
use super::table::{Hours, Row, calendars, length, rows};

const TEXT: &str = include_str!("cases/clocks.txt");
/// Minutes that the count looks ahead: twelve days.
const AHEAD: usize = 12 * 24 * 60;

/// The calendar of a row: `office`, or `short>long 2026-11-25 00:00` when it changes.
struct Times {
    hours: Hours,
    engine: Calendar,
    /// What holds from an instant on.
    then: Option<(i64, Hours)>,
}

impl Times {
    fn of(row: &Row) -> Times {
        let all = calendars(TEXT);
        let named = |name: &str| all.get(name).cloned().expect("a calendar of the table");
        let cell = row.cell("calendar");
        let Some((first, rest)) = cell.split_once('>') else {
            let hours = named(cell);
            return Times { engine: hours.compiled(), hours, then: None };
        };
        let (second, change) = rest.split_once(' ').expect("a calendar and a time");
        let (hours, next) = (named(first), named(second));
        let change = hours.at(change);
        let engine = hours.compiled().then(change, &next.compiled());
        Times { hours, engine, then: Some((change, next)) }
    }

    /// Whether each minute is open, from an instant on.
    fn open(&self, from: i64, count: usize) -> Vec<bool> {
        let mut open = by_the_minute::open(&self.hours, from, count);
        if let Some((change, next)) = &self.then {
            let later = by_the_minute::open(next, from, count);
            for minute in 0..count {
                if from + minute as i64 * MINUTE >= *change {
                    open[minute] = later[minute];
                }
            }
        }
        open
    }

    /// When a target is reached, by the engine; working days as the hours that they have.
    fn due(&self, start: i64, target: &str, pauses: &[Span]) -> Due {
        let spans: Spans = pauses.iter().copied().collect();
        match target.strip_suffix('d') {
            Some(days) => self.engine.due_days(start, days.parse().expect("days")),
            None => self.engine.due(start, length(target), &spans),
        }
    }

    /// The same by counting minutes; `None` when it is not reached ahead.
    fn counted(&self, start: i64, target: &str, pauses: &[Span]) -> Option<i64> {
        let open = self.open(start, AHEAD);
        let minutes = match target.strip_suffix('d') {
            Some(days) => {
                by_the_minute::days(&self.hours, &open, start, days.parse().expect("days"))
            }
            None => by_the_minute::run(&open, pauses, start, length(target) / MINUTE).1,
        };
        minutes.map(|minutes| start + minutes * MINUTE)
    }

    /// Complains unless both ways give what is expected.
    fn check(
        &self,
        name: &str,
        (start, target, pauses): (i64, &str, &[Span]),
        expected: &str,
    ) -> Vec<String> {
        let (found, counted) =
            (self.due(start, target, pauses), self.counted(start, target, pauses));
        let expected = match expected.strip_prefix("never: ") {
            Some("empty") => Due::Never(Never::Empty),
            Some("paused") => Due::Never(Never::Paused),
            Some(_) => Due::Never(Never::Horizon),
            None => Due::At(self.hours.at(expected)),
        };
        let shown = |due: Option<i64>| due.map_or("never".to_owned(), |at| self.hours.shown(at));
        let mut complaints = Vec::new();
        if found != expected {
            complaints.push(format!("{name}: the engine says {}", shown(found.at())));
        }
        if counted != expected.at() {
            complaints.push(format!("{name}: counting says {}", shown(counted)));
        }
        complaints
    }
}

fn judge(compared: usize, least: usize, complaints: &[String]) {
    println!("{compared} rows");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(compared >= least, "only {compared} rows");
}

#[test]
fn targets_are_reached_when_the_table_says() {
    let (rows, mut complaints) = (rows(TEXT, "due"), Vec::new());
    for row in &rows {
        let (times, name) = (Times::of(row), row.name("due"));
        let start = times.hours.at(row.cell("start"));
        let pauses = times.hours.pauses(row.cell("pauses"));
        let (target, at) = (row.cell("target"), row.cell("at"));
        complaints.extend(times.check(&name, (start, target, &pauses), at));
        let Due::At(due) = times.due(start, target, &pauses) else { continue };
        if !row.cell("not").is_empty() && times.hours.at(row.cell("not")) == due {
            complaints.push(format!("{name}: the wrong answer"));
        }
        // Nobody is told when nobody is there: the last minute before it ran.
        if due > start && !times.engine.is_open(due - MINUTE) {
            complaints.push(format!("{name}: it is told out of hours"));
        }
    }
    judge(rows.len(), 82, &complaints);
}

#[test]
fn a_change_on_the_way_keeps_the_start_and_every_pause() {
    let (rows, mut complaints) = (rows(TEXT, "changed"), Vec::new());
    for row in &rows {
        let (times, name) = (Times::of(row), row.name("changed"));
        let start = times.hours.at(row.cell("start"));
        let pauses = times.hours.pauses(row.cell("pauses"));
        complaints.extend(times.check(&name, (start, row.cell("to"), &pauses), row.cell("at")));
        let due = times.due(start, row.cell("to"), &pauses).at();
        if due == Some(times.hours.at(row.cell("not"))) {
            complaints.push(format!("{name}: the wrong answer"));
        }
    }
    judge(rows.len(), 11, &complaints);
}

#[test]
fn a_clock_that_is_taken_up_again_goes_on_or_begins_afresh() {
    let (rows, mut complaints) = (rows(TEXT, "reopened"), Vec::new());
    for row in &rows {
        let (times, name) = (Times::of(row), row.name("reopened"));
        let at = |cell: &str| times.hours.at(row.cell(cell));
        let (start, target) = (at("start"), row.cell("target"));
        let stood = [Span::new(at("stopped"), at("reopened"))];
        complaints.extend(times.check(&name, (start, target, &stood), row.cell("resumed")));
        let fresh = (at("reopened"), target, &[][..]);
        complaints.extend(times.check(&name, fresh, row.cell("fresh")));
    }
    judge(rows.len(), 5, &complaints);
}

#[test]
fn working_time_between_two_moments_is_what_the_table_says() {
    let (rows, mut complaints) = (rows(TEXT, "elapsed"), Vec::new());
    for row in &rows {
        let (times, name) = (Times::of(row), row.name("elapsed"));
        let (from, until) = (times.hours.at(row.cell("from")), times.hours.at(row.cell("to")));
        let pauses = times.hours.pauses(row.cell("pauses"));
        let expected = length(row.cell("working"));
        let found = times.engine.elapsed(from, until, &pauses.iter().copied().collect());
        let open = times.open(from, usize::try_from((until - from) / MINUTE).expect("in order"));
        let counted = by_the_minute::run(&open, &pauses, from, i64::MAX).0 * MINUTE;
        if (found, counted) != (expected, expected) {
            complaints.push(format!("{name}: {} and {} min", found / MINUTE, counted / MINUTE));
        }
    }
    judge(rows.len(), 14, &complaints);
}

#[test]
fn people_are_warned_in_working_time() {
    let (rows, mut complaints) = (rows(TEXT, "warned"), Vec::new());
    for row in &rows {
        let (times, name) = (Times::of(row), row.name("warned"));
        let start = times.hours.at(row.cell("start"));
        let pauses = times.hours.pauses(row.cell("pauses"));
        let minutes = length(row.cell("target")) / MINUTE;
        for (column, percent) in [("half", 50), ("three quarters", 75), ("nine tenths", 90)] {
            let target = format!("{}m", minutes * percent / 100);
            complaints.extend(times.check(&name, (start, &target, &pauses), row.cell(column)));
        }
    }
    judge(rows.len(), 5, &complaints);
}

#[test]
fn what_counts_as_met_is_what_the_table_says() {
    let (rows, mut complaints) = (rows(TEXT, "attained"), Vec::new());
    let hours = calendars(TEXT).remove("office").expect("an office");
    for row in &rows {
        let list = row.cell("clocks").split(';').filter(|part| !part.trim().is_empty());
        let clocks = list.map(|part| {
            let (due, end) = match part.split_once(" stopped ") {
                Some((due, stopped)) => (due, Some(hours.at(stopped))),
                None => (part.trim_end_matches("open"), None),
            };
            let due = (due.trim() != "never").then(|| hours.at(due));
            Clock { due, stopped: end }
        });
        let tally = tickets(clocks, hours.at(row.cell("now")));
        let expected = [row.cell("met"), row.cell("counted")].map(|cell| cell.parse::<f64>());
        if [Ok(tally.good), Ok(tally.total)] != expected {
            let found = format!("{} of {}", tally.good, tally.total);
            complaints.push(format!("{}: {found}", row.name("attained")));
        }
    }
    judge(rows.len(), 10, &complaints);
}
