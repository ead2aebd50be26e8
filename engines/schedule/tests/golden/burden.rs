//! What lies on people, and whether it is too much; and what is said of a schedule that is wrong.

use std::collections::BTreeMap;

use calendar::{Definition, Span, Spans, When, Years};
use jiff::Timestamp;
use schedule::{
    Breach, Difference, Every, Layer, Limits, Occasions, Person, Rotation, Schedule, breaches,
    fairness,
};

use super::HOUR;

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().expect("an instant").as_microsecond()
}

fn rotation(start: &str, every: Every, people: &[&str]) -> Rotation {
    Rotation::new(start.parse().expect("a wall time"), every, people)
}

fn people(list: &[(&str, &[(i64, i64)])]) -> BTreeMap<Person, Spans> {
    let spans = |hours: &[(i64, i64)]| {
        hours.iter().map(|(from, until)| Span::new(from * HOUR, until * HOUR)).collect()
    };
    list.iter().map(|(person, hours)| (Person::from(*person), spans(hours))).collect()
}

#[test]
fn too_little_rest_too_long_a_stretch_and_too_much_in_a_week_are_named() {
    let people = people(&[("ada", &[(0, 12), (20, 30), (41, 45)]), ("ben", &[(0, 30)])]);
    let limits = Limits { rest_min: Some(11 * HOUR), stretch_max: Some(24 * HOUR), load_max: None };
    let (ada, ben) = (Person::from("ada"), Person::from("ben"));
    let off = Span::new(12 * HOUR, 20 * HOUR);
    let on = Span::new(0, 30 * HOUR);
    let expected =
        [Breach::Rest { person: ada.clone(), off }, Breach::Stretch { person: ben.clone(), on }];
    assert_eq!(breaches(&people, &limits), expected, "eleven hours are enough");
    let limits = Limits { load_max: Some((22 * HOUR, 40 * HOUR)), ..Limits::default() };
    let expected =
        [Breach::Load { person: ben, within: Span::new(-10 * HOUR, 30 * HOUR), micros: 30 * HOUR }];
    assert_eq!(breaches(&people, &limits), expected);
    assert_eq!(breaches(&people, &Limits::default()), [], "nothing was asked for");
}

#[test]
fn a_heavy_time_is_named_once_for_each_time_it_comes() {
    let people = people(&[("ada", &[(0, 10), (20, 30), (200, 210), (220, 231)])]);
    let limits = Limits { load_max: Some((18 * HOUR, 48 * HOUR)), ..Limits::default() };
    let found: Vec<i64> = breaches(&people, &limits)
        .into_iter()
        .map(|breach| match breach {
            Breach::Load { micros, .. } => micros / HOUR,
            other => unreachable!("{other:?}"),
        })
        .collect();
    assert_eq!(found, [20, 21]);
}

#[test]
fn two_rosters_differ_where_somebody_else_or_nobody_is_on_call() {
    let daily = |people: &[&str]| {
        let start = rotation("2026-12-21T09:00", Every::Days(1), people);
        Schedule::new("UTC").layer(Layer::new("first").rotation(start))
    };
    let window = Span::new(at("2026-12-21T09:00:00Z"), at("2026-12-24T09:00:00Z"));
    let roster = |people: &[&str]| daily(people).roster(window).expect("a roster");
    let now = roster(&["ada", "ben", "eve"]);
    assert_eq!(now.differences(&now), []);
    let found = now.differences(&roster(&["ada", "eve", "eve"]));
    let day = Span::new(at("2026-12-22T09:00:00Z"), at("2026-12-23T09:00:00Z"));
    let (before, after) = (Some(Person::from("ben")), Some(Person::from("eve")));
    assert_eq!(found, [Difference { span: day, before: before.clone(), after }]);
    let found = now.differences(&roster(&["ada", "", "eve"]));
    assert_eq!(found, [Difference { span: day, before, after: None }]);
    let two: Vec<Span> = roster(&["ada", "", ""])
        .differences(&roster(&["ada", "ben", "ben"]))
        .into_iter()
        .map(|difference| difference.span)
        .collect();
    let both = Span::new(day.from, window.until);
    assert_eq!(two, [both], "what follows on and is the same is one");
}

#[test]
fn nights_weekends_and_holidays_are_counted_for_each_person() {
    // Two people, a week each, over Christmas of 2026, which is a Friday and a Saturday.
    let start = rotation("2026-12-21T09:00", Every::Weeks(1), &["ada", "ben"]);
    let schedule = Schedule::new("Europe/Berlin").layer(Layer::new("first").rotation(start));
    let window = Span::new(at("2026-12-21T08:00:00Z"), at("2027-01-04T08:00:00Z"));
    let feast = |definition: Definition, date: &str| {
        definition.holiday(date, When::Yearly(date.to_owned()))
    };
    let calendar = Definition::always("Europe/Berlin");
    let calendar = feast(feast(feast(calendar, "12-25"), "12-26"), "01-01");
    let calendar = calendar.compile(Years { first: 2026, last: 2027 }).expect("a calendar");
    let occasions = Occasions::of("Europe/Berlin", Some(&calendar), window).expect("occasions");
    let roster = schedule.roster(window).expect("a roster");
    let shares = fairness(&roster.by_person(), &occasions);
    let told: Vec<String> = shares
        .iter()
        .map(|share| {
            format!(
                "{}: {} h, {} nights ({} h), {} weekends ({} h), {} holidays ({} h)",
                share.person,
                share.micros / HOUR,
                share.nights,
                share.night_micros / HOUR,
                share.weekends,
                share.weekend_micros / HOUR,
                share.holidays,
                share.holiday_micros / HOUR,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "ada: 168 h, 7 nights (63 h), 1 weekends (48 h), 2 holidays (48 h)",
            "ben: 168 h, 7 nights (63 h), 1 weekends (48 h), 1 holidays (24 h)",
        ]
    );
}

#[test]
fn a_schedule_that_is_wrong_names_the_field_and_the_remedy() {
    let window = Span::new(at("2026-11-30T00:00:00Z"), at("2026-12-30T00:00:00Z"));
    let weekly = || rotation("2026-11-30T09:00", Every::Weeks(1), &["ada"]);
    let of = |layer: Layer| Schedule::new("Europe/Berlin").layer(layer);
    let layer = || Layer::new("first");
    for (schedule, field, remedy) in [
        (Schedule::new("Mars/Base").layer(layer().rotation(weekly())), "zone", "Europe/Berlin"),
        (of(layer().zone("Moon").rotation(weekly())), "layers[0].zone", "Europe/Berlin"),
        (
            of(layer().rotation(rotation("2026-11-30T09:00", Every::Days(1), &[]))),
            "layers[0].rotations[0].people",
            "name at least one",
        ),
        (
            of(layer().rotation(rotation("2026-11-30T09:00", Every::Hours(0), &["ada"]))),
            "layers[0].rotations[0].every",
            "12h",
        ),
        (
            of(layer().rotation(weekly()).rotation(weekly())),
            "layers[0].rotations[1].start",
            "in order",
        ),
        (
            of(layer().rotation(weekly()).hours(&[calendar::Day::Mon], "9", "17:00")),
            "layers[0].hours[0].from",
            "08:00",
        ),
        (of(layer().rotation(rotation("9990-11-30T09:00", Every::Days(1), &["ada"]))), "", ""),
    ] {
        match schedule.roster(window) {
            Err(error) => {
                assert_eq!(error.field, field);
                assert!(error.what.contains(remedy), "{error} does not say {remedy}");
            }
            Ok(roster) => assert_eq!((field, roster.turns()), ("", &[][..]), "it begins later"),
        }
    }
}
