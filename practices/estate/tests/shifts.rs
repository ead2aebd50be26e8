//! What is asked of people over several schedules.

mod support;

use calendar::Span;
use estate::{Estate, Fed, FedShift};
use kernel::{ItemRef, Time};
use support::desired;

const TEXT: &str =
    "{apiVersion: operate/v1, kind: Person, metadata: {name: ada}, spec: {email: a@b.c}}
---
{apiVersion: operate/v1, kind: Person, metadata: {name: ben}, spec: {email: b@b.c}}
---
{apiVersion: operate/v1, kind: Schedule, metadata: {name: day}, spec: {timeZone: UTC,
  limits: {rest: 11h, load: {most: 10h, within: 24h}}, layers: [{name: first,
    hours: [{days: [mon, tue, wed, thu, fri], from: '08:00', until: '16:00'}],
    rotations: [{start: '2026-11-30T08:00', every: 1d, people: [ada, ben]}]}]}}
---
{apiVersion: operate/v1, kind: Schedule, metadata: {name: evening}, spec: {timeZone: UTC,
  layers: [{name: calendar, calendar: {url: 'https://calendar.example.org/evening.ics'}}]}}
";

fn at(text: &str) -> Time {
    Time::parse(text).expect("a time")
}

fn item(text: &str) -> ItemRef {
    text.parse().expect("a reference")
}

/// The estate, with the evenings that a calendar gives to ada.
fn estate(evenings: &[(&str, &str)]) -> Estate {
    let shift = |(start, end): &(&str, &str)| FedShift {
        start: at(start),
        end: at(end),
        person: item("person/ada"),
    };
    let shifts = evenings.iter().map(shift).collect();
    let fed = Fed::from([(item("schedule/evening"), [("calendar".to_owned(), shifts)].into())]);
    Estate::new(desired(TEXT).resources().cloned()).with_fed(fed)
}

fn told(estate: &Estate, schedule: &str) -> Vec<String> {
    let window = (at("2026-11-30T00:00:00Z"), at("2026-12-01T00:00:00Z"));
    let window = Span::new(window.0.micros(), window.1.micros());
    let breaches = estate.breaches(&item(schedule), window).expect("it can be worked out");
    let told = breaches.iter().map(|(breach, others)| {
        let others: Vec<&str> = others.iter().map(ItemRef::name).collect();
        let hours = breach.micros() / 3_600_000_000;
        format!("{} {} {hours}h with {}", breach.limit(), breach.person(), others.join(","))
    });
    told.collect()
}

#[test]
fn rest_and_load_count_all_schedules_of_a_person_together() {
    let evening = ("2026-11-30T18:00:00Z", "2026-11-30T22:00:00Z");
    let both = estate(&[evening]);
    assert_eq!(
        told(&both, "schedule/day"),
        ["rest ada 2h with evening", "load ada 12h with evening"]
    );
    assert_eq!(told(&both, "schedule/evening"), [""; 0], "it asks for no limits");
    assert_eq!(told(&estate(&[]), "schedule/day"), [""; 0]);
    // At the same time they are on call once.
    let same = ("2026-11-30T09:00:00Z", "2026-11-30T15:00:00Z");
    assert_eq!(told(&estate(&[same]), "schedule/day"), [""; 0]);
    // What another schedule asks without this one is not told of this one.
    let apart = [
        ("2026-12-05T00:00:00Z", "2026-12-05T03:00:00Z"),
        ("2026-12-05T04:00:00Z", "2026-12-05T05:00:00Z"),
    ];
    assert_eq!(told(&estate(&apart), "schedule/day"), [""; 0]);
}

#[test]
fn a_layer_has_whom_its_calendar_gives_the_time() {
    let evening = ("2026-11-30T18:00:00Z", "2026-11-30T22:00:00Z");
    let (fed, schedule) = (estate(&[evening]), item("schedule/evening"));
    let window = Span::new(at(evening.0).micros() - 1, at(evening.1).micros() + 1);
    let turns = fed.turns(&schedule, window).expect("it can be worked out");
    assert_eq!(turns.len(), 1);
    assert_eq!(
        (turns[0].span, &*turns[0].person),
        (Span::new(window.from + 1, window.until - 1), "ada")
    );
    assert_eq!(fed.because(&schedule, &turns[0].why), "by the calendar of layer calendar");
    assert_eq!(fed.takes_turns(&schedule), [item("person/ada")]);
    assert_eq!(estate(&[]).takes_turns(&schedule), []);
}

/// Who has the days about Christmas, by a layer with these hours and nina below it.
fn days(during: &str) -> Vec<String> {
    let text = format!(
        "{{apiVersion: operate/v1, kind: Person, metadata: {{name: ada}}, spec: {{email: a@b.c}}}}
---
{{apiVersion: operate/v1, kind: Person, metadata: {{name: ben}}, spec: {{email: b@b.c}}}}
---
{{apiVersion: operate/v1, kind: Person, metadata: {{name: nina}}, spec: {{email: n@b.c}}}}
---
{{apiVersion: operate/v1, kind: Calendar, metadata: {{name: office}}, spec: {{timeZone: UTC,
  hours: [{{days: [mon, tue, wed, thu, fri], from: '08:00', until: '16:00'}}],
  holidays: [{{name: Christmas, yearly: '12-25'}}]}}}}
---
{{apiVersion: operate/v1, kind: Schedule, metadata: {{name: desk}}, spec: {{timeZone: UTC, layers: [
  {{name: below, rotations: [{{start: '2026-12-01T00:00', every: 1w, people: [nina]}}]}},
  {{name: days, {during}, skipClosed: true,
    rotations: [{{start: '2026-12-21T00:00', every: 1d, people: [ada, ben]}}]}}]}}}}
"
    );
    let estate = Estate::new(desired(&text).resources().cloned());
    let window = (at("2026-12-24T00:00:00Z"), at("2026-12-29T00:00:00Z"));
    let window = Span::new(window.0.micros(), window.1.micros());
    let roster = estate.roster(&item("schedule/desk"), window).expect("it can be worked out");
    let noon = |day: u32| at(&format!("2026-12-{day}T12:00:00Z")).micros();
    let who =
        |day| roster.at(noon(day)).map_or("nobody".to_owned(), |turn| turn.person.to_string());
    (24..=28).map(who).collect()
}

#[test]
fn a_layer_follows_the_holidays_of_a_calendar() {
    // Ada has the 21st and the 23rd, ben the 22nd and the 24th; then ada's turn is on Monday.
    let expected = ["ben", "nina", "nina", "nina", "ada"];
    assert_eq!(days("during: office"), expected);
    let these = "during: {timeZone: UTC, holidays: [{name: Christmas, date: '2026-12-25'}], \
                 hours: [{days: [mon, tue, wed, thu, fri], from: '08:00', until: '16:00'}]}";
    assert_eq!(days(these), expected);
    let without = "hours: [{days: [mon, tue, wed, thu, fri], from: '08:00', until: '16:00'}]";
    assert_eq!(days(without), ["ben", "ada", "nina", "nina", "ben"]);
}
