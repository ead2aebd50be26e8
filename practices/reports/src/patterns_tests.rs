use jiff::tz::TimeZone;
use kernel::{Actor, Time};
use proptest::prelude::*;

use crate::anomaly::AnomalyKind::{More, Silence};
use crate::expected::{Expected, ExpectedHour, Marks};
use crate::patterns::{Asked, Patterns, Quarter, patterns};
use crate::season::{HOUR_MICROS, QUARTER_MICROS, SLOTS};
use crate::times::Period;

const HOURS_PER_WEEK: i64 = 168;

fn start() -> Time {
    // A Monday, midnight in UTC.
    Time::parse("2026-01-05T00:00:00Z").unwrap()
}

fn hour(n: i64) -> Time {
    Time::from_micros(start().micros() + n * HOUR_MICROS)
}

fn fired(name: &str, at: Time, count: u32) -> Quarter {
    Quarter {
        source: "prometheus".to_owned(),
        name: name.to_owned(),
        quarter: at.micros() / QUARTER_MICROS,
        fired: count,
    }
}

/// So many weeks that all look alike, from the start on.
fn weekly(week: &[u32], weeks: i64) -> Vec<Quarter> {
    (0..weeks * HOURS_PER_WEEK)
        .zip(week.iter().cycle())
        .map(|(n, count)| fired("Queue", hour(n), *count))
        .filter(|row| row.fired > 0)
        .collect()
}

/// Judges these weeks of the story.
fn judged_in(rows: &[Quarter], from: i64, to: i64, zone: &str) -> Patterns {
    let asked = Asked {
        period: Period { from: hour(from * HOURS_PER_WEEK), to: hour(to * HOURS_PER_WEEK) },
        zone: TimeZone::get(zone).unwrap(),
        rule: None,
        kept_since: Time::EPOCH,
    };
    patterns(rows, &asked, &Marks::default())
}

fn judged(rows: &[Quarter], from: i64, to: i64) -> Patterns {
    judged_in(rows, from, to, "UTC")
}

/// The hours that stand out, each once, whichever series says so.
fn hours_of(found: &Patterns) -> Vec<Time> {
    let mut hours: Vec<Time> = found.anomalies.iter().map(|anomaly| anomaly.at).collect();
    hours.sort();
    hours.dedup();
    hours
}

fn a_week() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(prop_oneof![3 => Just(0), 2 => 0..8_u32, 1 => 0..200_u32], SLOTS)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_the_same_every_week_is_never_unusual(week in a_week(), weeks in 4..11_i64) {
        let found = judged(&weekly(&week, weeks), 0, weeks);
        prop_assert_eq!(found.anomalies, vec![]);
    }

    #[test]
    fn a_burst_makes_exactly_its_hour_unusual(
        week in a_week(),
        at in 5 * HOURS_PER_WEEK..9 * HOURS_PER_WEEK,
    ) {
        // From the first hour on something is known.
        let mut week = week;
        week[0] = week[0].max(1);
        let mut rows = weekly(&week, 9);
        rows.push(fired("Queue", hour(at), 300));
        prop_assert_eq!(hours_of(&judged(&rows, 5, 9)), vec![hour(at)]);
    }

    #[test]
    fn whole_weeks_later_everything_is_the_same(
        week in a_week(),
        at in 5 * HOURS_PER_WEEK..9 * HOURS_PER_WEEK,
        later in 1..60_i64,
    ) {
        let mut rows = weekly(&week, 9);
        rows.push(fired("Queue", hour(at), 40));
        let before = judged(&rows, 5, 9);
        let shift = later * HOURS_PER_WEEK;
        rows.iter_mut().for_each(|row| row.quarter += shift * 4);
        let after = judged(&rows, 5 + later, 9 + later);
        prop_assert_eq!(&before.week, &after.week);
        let told = |found: &Patterns, shift: i64| -> Vec<(i64, u32, String)> {
            let micros = |at: Time| at.micros() - shift * HOUR_MICROS;
            let all = found.anomalies.iter();
            all.map(|each| (micros(each.at), each.count, format!("{:.6}", each.score))).collect()
        };
        prop_assert_eq!(told(&before, 0), told(&after, shift));
    }
}

#[test]
fn a_rule_that_falls_silent_is_told_with_the_weeks_before() {
    let mut rows = weekly(&[9; SLOTS], 9);
    let silent = hour(8 * HOURS_PER_WEEK + 30);
    rows.retain(|row| row.quarter != silent.micros() / QUARTER_MICROS);
    let found = judged(&rows, 8, 9);
    let [all, rule] = found.anomalies.as_slice() else { panic!("{:?}", found.anomalies) };
    assert_eq!((all.name.as_deref(), rule.name.as_deref()), (None, Some("Queue")));
    assert_eq!((rule.kind, rule.at, rule.until), (Silence, silent, hour(8 * 168 + 31)));
    assert_eq!((rule.count, rule.expected, rule.spread, rule.score), (0, 9.0, 3.0, -3.0));
    assert_eq!((rule.day, rule.hour), (2, 6));
    let weeks: Vec<u32> = rule.weeks.iter().map(|week| week.count).collect();
    assert_eq!(weeks, [9; 8]);
    assert_eq!(rule.weeks[0].at, hour(7 * HOURS_PER_WEEK + 30), "the newest first");
}

#[test]
fn with_less_than_three_weeks_there_is_no_baseline_and_no_anomaly() {
    let mut rows = weekly(&[3; SLOTS], 3);
    rows.push(fired("Queue", hour(2 * HOURS_PER_WEEK + 100), 500));
    let found = judged(&rows, 0, 3);
    assert_eq!((found.anomalies.len(), found.history.weeks), (0, 3));
    assert!(found.line.iter().all(|hour| hour.expected.is_none()));
    assert_eq!(found.week[5].expected, Some(3.0), "from the next week on it can be told");
    let none = judged(&[], 0, 3);
    assert_eq!((none.history.since, none.history.needed), (None, 3));
    assert!(none.week.is_empty() && none.line.is_empty());
}

#[test]
fn a_source_that_is_new_is_not_compared_with_the_time_before_it() {
    let mut rows = weekly(&[3; SLOTS], 9);
    let young = |n| Quarter { source: "new".to_owned(), ..fired("Probe", hour(n), 50) };
    rows.extend((8 * HOURS_PER_WEEK..9 * HOURS_PER_WEEK).map(young));
    let found = judged(&rows, 8, 9);
    assert!(found.anomalies.iter().all(|each| each.name.is_none()), "only all together show it");
}

/// Twenty firings each weekday at nine o'clock on the clocks of Berlin, over the end of winter.
fn at_nine_in_berlin() -> Vec<Quarter> {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let from = jiff::civil::date(2026, 1, 5);
    (0..91)
        .filter_map(|day| {
            let nine = from.checked_add(jiff::Span::new().days(day)).ok()?.at(9, 0, 0, 0);
            let at = zone.to_timestamp(nine).ok()?;
            Some(fired("Login", Time::from_micros(at.as_microsecond()), 20))
        })
        .collect()
}

#[test]
fn what_follows_the_clock_on_the_wall_stays_usual_when_the_clock_is_moved() {
    let rows = at_nine_in_berlin();
    let found = judged_in(&rows, 9, 13, "Europe/Berlin");
    assert_eq!(found.anomalies, []);
    let busy: Vec<(u8, u8)> =
        found.week.iter().filter(|hour| hour.fired > 0).map(|hour| (hour.day, hour.hour)).collect();
    assert_eq!(busy, [(1, 9), (2, 9), (3, 9), (4, 9), (5, 9), (6, 9), (7, 9)]);
    let in_utc = judged_in(&rows, 9, 13, "UTC");
    let kinds: Vec<_> = in_utc.anomalies.iter().map(|each| each.kind).collect();
    assert!(kinds.contains(&More) && kinds.contains(&Silence), "an hour off: {kinds:?}");
}

#[test]
fn what_is_expected_is_counted_and_not_shown() {
    let mut rows = weekly(&[1; SLOTS], 9);
    rows.push(fired("Queue", hour(8 * HOURS_PER_WEEK + 30), 40));
    let what = ExpectedHour {
        source: Some("prometheus".to_owned()),
        name: Some("Queue".to_owned()),
        kind: More,
        day: 2,
        hour: 6,
        time_zone: "UTC".to_owned(),
    };
    let by = Actor::Person("ada".to_owned());
    let mark = Expected { what, by, at: Time::EPOCH, note: "The yearly load".to_owned() };
    let marks = Marks::default().with(mark).unwrap();
    let period = Period { from: hour(8 * HOURS_PER_WEEK), to: hour(9 * HOURS_PER_WEEK) };
    let rule = Some(("prometheus".to_owned(), "Queue".to_owned()));
    let asked = Asked { period, zone: TimeZone::UTC, rule, kept_since: Time::EPOCH };
    let found = patterns(&rows, &asked, &marks);
    assert_eq!((found.found, found.hidden.as_slice()), (0, &[1][..]));
    assert_eq!(patterns(&rows, &asked, &Marks::default()).found, 1, "taken back, it is shown");
}

#[test]
fn the_last_hour_of_a_period_is_judged_once_it_is_over() {
    let mut rows = weekly(&[9; SLOTS], 9);
    let last = hour(9 * HOURS_PER_WEEK - 1);
    rows.push(fired("Queue", last, 300));
    let found = judged(&rows, 8, 9);
    assert_eq!((hours_of(&found), found.to), (vec![last], hour(9 * HOURS_PER_WEEK)));
}

#[test]
fn an_hour_that_is_not_over_is_not_judged() {
    let rows = weekly(&[9; SLOTS], 8);
    let half = Time::from_micros(hour(8 * HOURS_PER_WEEK).micros() + HOUR_MICROS / 2);
    let period = Period { from: hour(7 * HOURS_PER_WEEK), to: half };
    let asked = Asked { period, zone: TimeZone::UTC, rule: None, kept_since: Time::EPOCH };
    let found = patterns(&rows, &asked, &Marks::default());
    assert_eq!(found.anomalies, [], "nothing came in the half hour, yet");
    assert_eq!(found.to, hour(8 * HOURS_PER_WEEK));
}
