//! Exports as the APIs answer them, and the shifts that they have to come to, worked out by hand.

mod goalert;
mod grafana;
mod hostile;
mod opsgenie;
mod pagerduty;

use calendar::Span;
use estate::{Estate, Resource};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kernel::{ItemRef, Time};
use server::openslo::Line;

use super::*;

/// What an export comes to at a time.
fn moved(tool: Tool, files: &[(&str, &str)], now: &str) -> Moved {
    let files: Vec<File> = files
        .iter()
        .map(|(name, text)| File { name: (*name).to_owned(), text: (*text).to_owned() })
        .collect();
    let export = Export::read(&files, tool.lists()).unwrap();
    tool.moved(&export, None, Time::parse(now).unwrap())
}

/// The same with a team for services that have none.
fn moved_to(tool: Tool, text: &str, team: &str) -> Moved {
    let file = File { name: "all.json".to_owned(), text: text.to_owned() };
    let export = Export::read(&[file], tool.lists()).unwrap();
    let now = Time::parse("2026-10-20T00:00:00Z").unwrap();
    tool.moved(&export, TeamRef::new(team).as_ref(), now)
}

/// Who is on call from one wall time of a zone to another, a line for each change.
fn shifts(moved: &Moved, schedule: &str, zone: &str, (from, until): (&str, &str)) -> Vec<String> {
    let estate = Estate::new(moved.resources.iter().cloned());
    let zone = TimeZone::get(zone).unwrap();
    let at = |text: &str| zone.to_timestamp(text.parse().unwrap()).unwrap().as_microsecond();
    let window = Span::new(at(from), at(until));
    let item = ItemRef::new("schedule", schedule).unwrap();
    let roster = estate.roster(&item, window).unwrap();
    let mut changes: Vec<(i64, String)> = Vec::new();
    let mut end = window.from;
    for turn in roster.turns() {
        if turn.span.from > end {
            changes.push((end, "nobody".to_owned()));
        }
        changes.push((turn.span.from, turn.person.to_string()));
        end = turn.span.until;
    }
    if end < window.until {
        changes.push((end, "nobody".to_owned()));
    }
    changes.dedup_by(|later, earlier| later.1 == earlier.1);
    let told = |(at, who): (i64, String)| {
        let at = Timestamp::from_microsecond(at).unwrap();
        format!("{} {who}", zone.to_datetime(at).strftime("%m-%d %H:%M"))
    };
    changes.into_iter().map(told).collect()
}

fn yaml(moved: &Moved, item: &str) -> String {
    estate::export([resource(moved, item)])
}

fn resource<'a>(moved: &'a Moved, item: &str) -> &'a Resource {
    let found = moved.resources.iter().find(|resource| resource.item().as_str() == item);
    found.unwrap_or_else(|| panic!("{item} is missing: {:#?}", moved.lines))
}

/// The line of an element.
fn line<'a>(moved: &'a Moved, element: &str) -> &'a Line {
    let found = moved.lines.iter().find(|line| {
        let at = line.element.split_once(": ").map_or(&*line.element, |(_, at)| at);
        at == element || at.starts_with(&format!("{element} "))
    });
    found.unwrap_or_else(|| panic!("{element} has no line: {:#?}", moved.lines))
}

/// Elements of which something cannot be taken.
fn impossible(moved: &Moved) -> Vec<&str> {
    let wrong = moved.lines.iter().filter(|line| line.fate == Fate::NotPossible);
    wrong.map(|line| line.element.split_once(": ").map_or(&*line.element, |(_, at)| at)).collect()
}
