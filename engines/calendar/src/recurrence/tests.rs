use jiff::{Timestamp, ToSpan, tz::TimeZone};
use proptest::prelude::*;

use super::{Recurrence, RuleError};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// The first occurrences of a rule, in the wall time of its zone.
fn walls(rule: &str, zone: &str, begin: &str, count: usize) -> Vec<String> {
    let recurrence = Recurrence::parse(rule, zone, at(begin)).expect("a rule");
    let zone = TimeZone::get(zone).expect("a zone");
    let found = recurrence.occurrences().take(count);
    found.map(|found| found.to_zoned(zone.clone()).strftime("%F %H:%M%:z").to_string()).collect()
}

#[test]
fn a_night_stays_a_night_over_the_change_of_clocks() {
    assert_eq!(
        walls("FREQ=WEEKLY;BYDAY=SU", "Europe/Berlin", "2026-10-18T00:00:00Z", 3),
        ["2026-10-18 02:00+02:00", "2026-10-25 02:00+02:00", "2026-11-01 02:00+01:00"],
    );
}

#[test]
fn a_time_that_is_left_out_counts_with_the_offset_before() {
    // 02:30 does not exist in Berlin on 29 March 2026.
    assert_eq!(
        walls("FREQ=DAILY", "Europe/Berlin", "2026-03-28T01:30:00Z", 3),
        ["2026-03-28 02:30+01:00", "2026-03-29 03:30+02:00", "2026-03-30 02:30+02:00"],
    );
}

#[test]
fn a_time_that_comes_twice_is_the_first_of_the_two() {
    assert_eq!(
        walls("FREQ=DAILY;COUNT=2", "America/New_York", "2026-10-31T05:30:00Z", 9),
        ["2026-10-31 01:30-04:00", "2026-11-01 01:30-04:00"],
    );
}

#[test]
fn the_examples_of_the_standard_come_out() {
    // RFC 5545, 3.8.5.3; all begin on 1997-09-02 09:00 in New York unless the date says otherwise.
    let dates = |rule: &str, begin: &str, count| {
        let walls = walls(rule, "America/New_York", begin, count);
        walls.iter().map(|wall| wall[5..10].to_owned()).collect::<Vec<_>>().join(" ")
    };
    let september = "1997-09-02T13:00:00Z";
    for (rule, begin, expected) in [
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", september, "09-02 09-16 09-30 10-14"),
        (
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;WKST=SU;BYDAY=TU,TH",
            september,
            "09-02 09-04 09-16 09-18",
        ),
        ("FREQ=MONTHLY;COUNT=4;BYDAY=1FR", "1997-09-05T13:00:00Z", "09-05 10-03 11-07 12-05"),
        ("FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28T13:00:00Z", "09-28 10-29 11-28 12-29"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", september, "02-13 03-13 11-13 08-13"),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
            "1997-09-29T13:00:00Z",
            "09-29 10-30 11-27 12-30",
        ),
        ("FREQ=DAILY;UNTIL=19970905T000000Z", september, "09-02 09-03 09-04"),
        ("FREQ=DAILY;UNTIL=19970905", september, "09-02 09-03 09-04 09-05"),
    ] {
        assert_eq!(dates(rule, begin, 4), expected, "{rule}");
    }
}

#[test]
fn wrong_rules_say_what_is_wrong() {
    let refused = |rule: &str, zone: &str| {
        Recurrence::parse(rule, zone, at("2026-01-01T00:00:00Z")).expect_err(rule)
    };
    assert_eq!(refused("FREQ=HOURLY", "UTC"), RuleError::Frequency);
    assert_eq!(refused("BYDAY=SU", "UTC"), RuleError::Frequency);
    assert_eq!(refused("FREQ=DAILY", "Mars/Base"), RuleError::Zone("Mars/Base".to_owned()));
    assert_eq!(refused("FREQ=DAILY;X=1", "UTC"), RuleError::Part("X=1".to_owned()));
    assert_eq!(
        refused("FREQ=DAILY;BYDAY=SU\nEXDATE:1", "UTC"),
        RuleError::Part("BYDAY=SU\nEXDATE:1".to_owned())
    );
    assert_eq!(refused("FREQ=DAILY;COUNT=1;COUNT=2", "UTC"), RuleError::Twice("COUNT".to_owned()));
    assert_eq!(refused("FREQ=DAILY;UNTIL=2026", "UTC"), RuleError::Until("2026".to_owned()));
    assert_eq!(
        refused("FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,10,20,30,40,50,55,57,59", "UTC"),
        RuleError::Often
    );
    assert_eq!(refused(&"A".repeat(501), "UTC"), RuleError::Long);
    assert!(matches!(refused("FREQ=DAILY;BYDAY=XX", "UTC"), RuleError::Wrong(_)));
    // Hostile: never, searched for at length.
    assert_eq!(refused("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "UTC"), RuleError::Never);
}

#[test]
fn rules_within_a_day_are_answered_where_they_are_asked_for() {
    let rule = Recurrence::parse_any("FREQ=HOURLY;INTERVAL=6", "UTC", at("2026-01-01T03:00:00Z"));
    let found: Vec<String> =
        rule.expect("a rule").occurrences().take(3).map(|at| at.to_string()).collect();
    assert_eq!(found, ["2026-01-01T03:00:00Z", "2026-01-01T09:00:00Z", "2026-01-01T15:00:00Z"]);
    assert_eq!(
        Recurrence::parse_any("FREQ=EVERY", "UTC", at("2026-01-01T00:00:00Z"))
            .err()
            .map(|e| { e.to_string().starts_with("this recurrence rule cannot be followed") }),
        Some(true)
    );
}

#[test]
fn a_rule_that_is_over_gives_nothing_more() {
    let rule =
        Recurrence::parse("FREQ=DAILY;COUNT=2", "UTC", at("2026-01-01T00:00:00Z")).expect("a rule");
    assert_eq!(rule.next_from(at("2026-01-01T00:00:01Z")), Some(at("2026-01-02T00:00:00Z")));
    assert_eq!(rule.next_from(at("2026-01-02T00:00:01Z")), None);
}

proptest! {
    /// Every occurrence has the wall time of the first, but in a gap, where it is later by as much
    /// as the clocks go forward; and occurrences never go back.
    #[test]
    fn daily_occurrences_keep_the_wall_time(
        zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York",
            "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "America/St_Johns"]),
        day in 0_i64..2_000, minute in 0_i64..1440,
    ) {
        let begin = at("2024-01-01T00:00:00Z") + (day * 24).hours() + minute.minutes();
        let zone_of = TimeZone::get(zone).expect("a zone");
        let wall = zone_of.to_datetime(begin).time();
        let rule = Recurrence::parse("FREQ=DAILY", zone, begin).expect("a rule");
        let mut last: Option<Timestamp> = None;
        for found in rule.occurrences().take(400) {
            if let Some(last) = last {
                prop_assert!(found > last);
                let apart = found.duration_since(last).as_hours();
                prop_assert!((22..=26).contains(&apart), "{apart} h apart");
            }
            let shown = zone_of.to_datetime(found).time();
            if shown != wall {
                let date = zone_of.to_datetime(found).date();
                let gap = zone_of.to_ambiguous_timestamp(date.to_datetime(wall)).is_ambiguous();
                prop_assert!(gap && shown > wall, "{shown} instead of {wall} without a gap");
            }
            last = Some(found);
        }
    }

    /// What is found next is an occurrence, is not before, and nothing lies between.
    #[test]
    fn the_next_one_is_the_nearest(
        rule in prop::sample::select(vec!["FREQ=WEEKLY;BYDAY=MO,SU", "FREQ=MONTHLY;BYMONTHDAY=31",
            "FREQ=DAILY;INTERVAL=3", "FREQ=MONTHLY;BYDAY=-1SU;BYHOUR=2,14"]),
        hours in 0_i64..20_000,
    ) {
        let begin = at("2026-01-04T01:30:00Z");
        let rule = Recurrence::parse(rule, "Europe/Berlin", begin).expect("a rule");
        let asked = begin + hours.hours();
        let next = rule.next_from(asked).expect("it goes on");
        prop_assert!(next >= asked);
        prop_assert_eq!(rule.occurrences().find(|found| *found >= asked), Some(next));
        prop_assert!(rule.occurrences().take_while(|found| *found < next).all(|f| f < asked));
    }

    #[test]
    fn nothing_that_is_written_panics(
        rule in "[A-Z=;,0-9+:-]{0,60}",
        begin in -2_000_000_000_i64..4_000_000_000,
    ) {
        let begin = Timestamp::from_second(begin).expect("an instant");
        let _ = Recurrence::parse(&rule, "Europe/Berlin", begin);
        let _ = Recurrence::parse(&format!("FREQ=MONTHLY;{rule}"), "Europe/Berlin", begin);
    }
}

#[test]
fn rules_within_a_day_are_followed_for_whoever_asks_and_planned_by_nobody() {
    let begin = at("2026-11-27T22:59:58Z");
    for (rule, expected) in [
        ("FREQ=SECONDLY;INTERVAL=2", "2026-11-27T23:00:02Z"),
        ("FREQ=MINUTELY;INTERVAL=30", "2026-11-27T23:59:58Z"),
        ("FREQ=HOURLY", "2026-11-28T00:59:58Z"),
    ] {
        let found = Recurrence::parse_any(rule, "UTC", begin).expect(rule);
        assert_eq!(found.following(begin).nth(2), Some(at(expected)), "{rule}");
        assert_eq!(Recurrence::parse(rule, "UTC", begin).unwrap_err(), RuleError::Frequency);
    }
}

#[test]
fn a_rule_within_a_day_may_come_months_later() {
    let begin = at("1997-09-02T09:00:00Z");
    for (rule, first) in [
        ("FREQ=SECONDLY;BYMONTH=10", "1997-10-01T00:00:00Z"),
        ("FREQ=MINUTELY;BYMONTH=10", "1997-10-01T00:00:00Z"),
        ("FREQ=HOURLY;BYMONTH=8", "1998-08-01T00:00:00Z"),
    ] {
        let found = Recurrence::parse_any(rule, "UTC", begin).expect(rule);
        assert_eq!(found.next_from(begin), Some(at(first)), "{rule}");
    }
}
