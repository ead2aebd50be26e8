//! Random schedules about changes of clocks.

use calendar::{Day, Definition, Holiday, Span, Spans, When};
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use schedule::{Backup, Change, Every, Layer, Person, Roster, Rotation, Schedule};

use super::by_the_minute::walk;
use super::{HOUR, MINUTE};

const PEOPLE: [&str; 5] = ["ada", "ben", "cem", "dora", "emil"];
/// Zones with a day before which or on which their clocks change.
const CHANGES: [(&str, (i16, i8, i8)); 6] = [
    ("Europe/Berlin", (2026, 3, 28)),
    ("Europe/Berlin", (2026, 10, 24)),
    ("America/New_York", (2026, 3, 7)),
    ("America/New_York", (2026, 10, 31)),
    ("Australia/Lord_Howe", (2026, 10, 3)),
    ("Asia/Kathmandu", (2026, 5, 1)),
];
/// Minutes that are looked at: four days.
const LENGTH: i64 = 4 * 1440;

fn person() -> impl Strategy<Value = Person> {
    prop::sample::select(&PEOPLE[..]).prop_map(Person::from)
}

fn every() -> impl Strategy<Value = Every> {
    prop_oneof![
        (1..40_u16).prop_map(Every::Hours),
        (1..3_u16).prop_map(Every::Days),
        Just(Every::Weeks(1)),
        Just(Every::Months(1)),
    ]
}

/// Minutes from the day before the window on, often about the hours in which clocks change.
fn minute() -> impl Strategy<Value = i64> {
    prop_oneof![0..LENGTH, 1440 + 60..1440 + 240_i64]
}

fn span() -> impl Strategy<Value = (i64, i64)> {
    (minute(), 0..2_000_i64)
}

fn layer() -> impl Strategy<Value = Layer> {
    let rotation = (minute(), every(), prop::collection::vec(person(), 1..4));
    let hours = (prop::sample::subsequence(&Day::WEEK[..], 1..7), 0..1440_i64, 1..1440_i64);
    let backup = prop_oneof![
        Just(Backup::Next),
        person().prop_map(Backup::Person),
        Just(Backup::Below),
        Just(Backup::Nobody),
    ];
    let parts = (
        prop::collection::vec(rotation, 1..3),
        (
            prop::collection::vec(hours, 0..3),
            prop::option::of(prop::collection::vec(0..5_i64, 0..3)),
        ),
        (any::<bool>(), backup, prop::option::of(0..LENGTH)),
        prop::sample::select(&["", "America/New_York", "Asia/Tokyo"][..]),
    );
    parts.prop_map(|(mut rotations, (hours, closed), (skip_closed, backup, until), zone)| {
        rotations.sort_by_key(|rotation| rotation.0);
        // Two cannot start at once, nor where clocks put two walls at one instant.
        rotations.dedup_by_key(|rotation| rotation.0 / 180);
        let start = |minute: i64| -> DateTime {
            let wall = date(2000, 1, 1).at(0, 0, 0, 0);
            wall.checked_add(jiff::Span::new().minutes(minute)).expect("a wall time")
        };
        let rotations = rotations.into_iter().map(|(minute, every, people)| Rotation {
            start: start(minute),
            every,
            people,
        });
        let mut layer = Layer::new("random").zone(zone).backup(backup);
        layer.rotations = rotations.collect();
        layer.skip_closed = skip_closed;
        layer.until = until;
        for (days, from, length) in hours {
            let clock = |minute: i64| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
            layer = layer.hours(&days, &clock(from), &clock((from + length) % 1440));
        }
        // A calendar says the hours, with holidays beside them.
        if let Some(closed) = closed {
            let hours = std::mem::take(&mut layer.hours);
            let holidays = closed.into_iter().map(|day| {
                let date = date(2000, 1, 1).checked_add(jiff::Span::new().days(day));
                let date = date.expect("a date").to_string();
                Holiday { name: date.clone(), when: When::Date(date) }
            });
            let holidays = holidays.collect();
            layer = layer.open(Definition { hours, holidays, ..Definition::empty(zone) });
        }
        layer
    })
}

fn change() -> impl Strategy<Value = Change> {
    let whole = |(from, length): (i64, i64)| Span::new(from, from + length);
    prop_oneof![
        (span(), person())
            .prop_map(move |(span, person)| Change::Cover { span: whole(span), person }),
        (span(), person(), person()).prop_map(move |(span, person, of)| Change::Instead {
            span: whole(span),
            person,
            of
        }),
        (span(), person(), span(), person()).prop_map(move |(a, one, b, other)| Change::Swap {
            one: (one, whole(a)),
            other: (other, whole(b)),
        }),
    ]
}

/// A schedule in a zone, and the window in which to look at it. Minutes become times here.
fn schedule() -> impl Strategy<Value = (Schedule, Span)> {
    let away = prop::collection::vec((person(), span()), 0..5);
    let parts = (
        prop::sample::select(&CHANGES[..]),
        prop::collection::vec(layer(), 1..4),
        prop::collection::vec(change(), 0..4),
        away,
    );
    parts.prop_map(|((zone, (year, month, day)), layers, changes, away)| {
        let tz = TimeZone::get(zone).expect("a zone");
        let first = date(year, month, day);
        let midnight = first.at(0, 0, 0, 0);
        let begin = tz.to_timestamp(midnight).expect("an instant").as_microsecond();
        let moved = |span: Span| Span::new(begin + span.from * MINUTE, begin + span.until * MINUTE);
        let mut schedule = Schedule::new(zone);
        for mut layer in layers {
            for rotation in &mut layer.rotations {
                let since = rotation.start.duration_since(date(2000, 1, 2).at(0, 0, 0, 0));
                rotation.start = midnight.checked_add(since).expect("a wall time");
            }
            layer.until = layer.until.map(|until| begin + until * MINUTE);
            if let Some(open) = &mut layer.open {
                open.zone =
                    if layer.zone.is_empty() { zone.to_owned() } else { layer.zone.clone() };
                for holiday in &mut open.holidays {
                    let day: jiff::civil::Date = holiday.name.parse().expect("a date");
                    let since = day.duration_since(date(2000, 1, 2));
                    let moved = first.checked_add(since).expect("a date");
                    holiday.when = When::Date(moved.to_string());
                }
            }
            schedule = schedule.layer(layer);
        }
        schedule.changes = changes
            .into_iter()
            .map(|change| match change {
                Change::Cover { span, person } => Change::Cover { span: moved(span), person },
                Change::Instead { span, person, of } => {
                    Change::Instead { span: moved(span), person, of }
                }
                Change::Swap { one, other } => {
                    Change::Swap { one: (one.0, moved(one.1)), other: (other.0, moved(other.1)) }
                }
            })
            .collect();
        for (person, (from, length)) in away {
            schedule = schedule.away(&person, moved(Span::new(from, from + length)));
        }
        (schedule, Span::new(begin, begin + LENGTH * MINUTE))
    })
}

fn roster(schedule: &Schedule, window: Span) -> Roster {
    schedule.roster(window).expect("a roster")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_roster_is_that_of_a_walk_minute_by_minute((schedule, window) in schedule()) {
        let roster = roster(&schedule, window);
        for (minute, walked) in (0..).zip(walk(&schedule, window)) {
            let at = window.from + minute * MINUTE;
            let found = roster.at(at).map(|turn| turn.person.clone());
            prop_assert_eq!(found, walked, "minute {}", minute);
        }
        // Nothing changes but on a whole minute, and no two turns overlap.
        for pair in roster.turns().windows(2) {
            prop_assert!(pair[0].span.until <= pair[1].span.from);
        }
        for turn in roster.turns() {
            prop_assert_eq!((turn.span.from - window.from) % MINUTE, 0);
        }
    }

    #[test]
    fn a_part_of_the_time_has_the_same_people_as_the_whole(
        (schedule, window) in schedule(), from in 0..LENGTH, length in 1..LENGTH,
    ) {
        let whole = roster(&schedule, window);
        let from = window.from + from * MINUTE;
        let part = Span::new(from, (from + length * MINUTE).min(window.until));
        let asked = roster(&schedule, part).by_person();
        for (person, times) in whole.by_person() {
            let clipped = times.clip(part);
            prop_assert_eq!(asked.get(&person).cloned().unwrap_or_default(), clipped);
        }
    }

    #[test]
    fn a_rotation_that_starts_later_never_changes_the_past(
        (schedule, window) in schedule(), person in person(), every in every(), days in 4..9_i64,
    ) {
        let before = roster(&schedule, window);
        let mut changed = schedule;
        for layer in &mut changed.layers {
            let last = layer.rotations.last().expect("a rotation");
            let start = last.start.checked_add(jiff::Span::new().days(days)).expect("a time");
            layer.rotations.push(Rotation { start, every, people: vec![person.clone()] });
        }
        let starts = changed.layers.iter().filter_map(|layer| {
            let name = if layer.zone.is_empty() { &changed.zone } else { &layer.zone };
            let zone = TimeZone::get(name).expect("a zone");
            calendar::instant(&zone, layer.rotations.last()?.start)
        });
        let past = Span::new(window.from, starts.min().unwrap_or(window.until).min(window.until));
        let after = roster(&changed, window);
        for (person, times) in before.by_person() {
            let now = after.by_person().get(&person).cloned().unwrap_or_default();
            prop_assert_eq!(now.clip(past), times.clip(past));
        }
    }

    #[test]
    fn nobody_who_is_away_is_on_call((schedule, window) in schedule()) {
        let roster = roster(&schedule, window);
        for (person, times) in roster.by_person() {
            let away: Spans = schedule
                .absences
                .iter()
                .filter(|absence| absence.person == person)
                .map(|absence| absence.span)
                .collect();
            prop_assert!(times.intersection(&away).is_empty());
        }
    }

    #[test]
    fn what_is_required_is_covered_or_a_gap(
        (schedule, window) in schedule(), from in 0..LENGTH, hours in 1..50_i64,
    ) {
        let roster = roster(&schedule, window);
        let from = window.from + from * MINUTE;
        let required = Spans::one(from, from + hours * HOUR).clip(window);
        let (gaps, covered) = (roster.gaps(&required), roster.covered());
        prop_assert_eq!(gaps.total() + covered.intersection(&required).total(), required.total());
        prop_assert!(gaps.intersection(&covered).is_empty());
    }
}
