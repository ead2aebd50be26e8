//! Who was really on call, by what was said at each moment.

#![expect(clippy::unwrap_used, reason = "this is how the helpers of tests fail")]

mod support;

use calendar::Span;
use estate::{Fed, History, Resource, Version};
use kernel::{ItemRef, Time};
use support::desired;

const HOUR: i64 = 3_600_000_000;

/// Three hours of a day in which ada and ben take turns hour by hour.
fn schedule(people: &str) -> String {
    format!(
        "{{apiVersion: operate/v1, kind: Schedule, metadata: {{name: shop}}, spec: {{
            timeZone: UTC, layers: [{{name: first, rotations: [
              {{start: 2026-03-01T00:00, every: 1h, people: {people}}}]}}]}}}}"
    )
}

fn resource(text: &str) -> Resource {
    desired(text).resources().next().unwrap().clone()
}

fn held(text: &str, from: i64, until: i64) -> Version {
    Version { resource: resource(text), held: Span::new(from, until) }
}

fn hours(history: &History) -> Vec<(String, i64)> {
    let people = history.people.iter();
    people.map(|(person, times)| (person.to_string(), times.total() / HOUR)).collect()
}

fn start() -> i64 {
    "2026-03-01T00:00:00Z".parse::<Time>().unwrap().micros()
}

fn shop() -> ItemRef {
    "schedule/shop".parse().unwrap()
}

fn had(list: &[(&str, i64)]) -> Vec<(String, i64)> {
    list.iter().map(|(person, hours)| ((*person).to_owned(), *hours)).collect()
}

#[test]
fn each_moment_counts_by_what_was_said_then() {
    let (begin, end) = (start(), start() + 4 * HOUR);
    let window = Span::new(begin, end);
    let before = held(&schedule("[ada, ben]"), begin - HOUR, begin + 2 * HOUR);
    let after = held(&schedule("[eve]"), begin + 2 * HOUR, i64::MAX);
    let history = History::of(&shop(), &[before, after], &Fed::new(), window);
    assert_eq!(hours(&history), had(&[("ada", 1), ("ben", 1), ("eve", 2)]));
    assert_eq!((history.known_since, history.problem), (None, None));
}

#[test]
fn what_was_entered_later_about_the_past_changes_nothing_of_it() {
    let begin = start();
    let window = Span::new(begin, begin + 4 * HOUR);
    let rota = held(&schedule("[ada, ben]"), begin - HOUR, i64::MAX);
    let ill = "{apiVersion: operate/v1, kind: Absence, metadata: {name: ill}, spec: {
        person: ada, start: 2026-03-01T00:00:00Z}}";
    let early = [rota.clone(), held(ill, begin - HOUR, i64::MAX)];
    assert_eq!(hours(&History::of(&shop(), &early, &Fed::new(), window)), had(&[("ben", 4)]));
    let late = [rota.clone(), held(ill, begin + 2 * HOUR, i64::MAX)];
    assert_eq!(
        hours(&History::of(&shop(), &late, &Fed::new(), window)),
        had(&[("ada", 1), ("ben", 3)])
    );
    let taken = "{apiVersion: operate/v1, kind: ShiftOverride, metadata: {name: x}, spec: {
        schedule: shop, person: eve, start: 2026-03-01T00:00:00Z, end: 2026-03-01T02:00:00Z}}";
    let over = [rota.clone(), held(taken, begin + HOUR, i64::MAX)];
    let history = History::of(&shop(), &over, &Fed::new(), window);
    assert_eq!(hours(&history), had(&[("ada", 2), ("ben", 1), ("eve", 1)]));
    let back = [rota, held(taken, begin, begin + HOUR)];
    let history = History::of(&shop(), &back, &Fed::new(), window);
    assert_eq!(hours(&history), had(&[("ada", 1), ("ben", 2), ("eve", 1)]));
}

#[test]
fn before_a_schedule_was_known_nothing_counts() {
    let begin = start();
    let window = Span::new(begin, begin + 4 * HOUR);
    let rota = held(&schedule("[ada]"), begin + 3 * HOUR, i64::MAX);
    let history = History::of(&shop(), &[rota], &Fed::new(), window);
    assert_eq!(hours(&history), had(&[("ada", 1)]));
    assert_eq!(history.known_since, Some(begin + 3 * HOUR));
    let nothing = History::of(&shop(), &[], &Fed::new(), window);
    assert_eq!((hours(&nothing), nothing.known_since), (had(&[]), Some(window.until)));
}
