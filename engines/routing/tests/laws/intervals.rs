use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use routing::{
    IntervalSet, IntervalSpec, Intervals, Muted, RouteSpec, TimeInterval, TimesSpec, Tree,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn times(ranges: &[(&str, &str)]) -> Vec<TimesSpec> {
    let spec = |(start, end): &(&str, &str)| TimesSpec {
        start_time: (*start).to_owned(),
        end_time: (*end).to_owned(),
    };
    ranges.iter().map(spec).collect()
}

fn build(spec: &IntervalSpec) -> TimeInterval {
    spec.build(&TimeZone::UTC).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn problems(spec: &IntervalSpec) -> Vec<String> {
    let errors = spec.build(&TimeZone::UTC).expect_err("it is wrong");
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn ranges_are_read_as_the_documentation_writes_them() {
    let spec = IntervalSpec {
        times: times(&[("09:00", "17:00"), ("23:30", "24:00")]),
        weekdays: texts(&["Monday:wednesday", "SATURDAY"]),
        days_of_month: texts(&["1:5", "-3:-1"]),
        months: texts(&["1:3", "may:August", "December"]),
        years: texts(&["2020:2022", "2030"]),
        location: Some("Australia/Sydney".to_owned()),
    };
    let interval = build(&spec);
    assert_eq!(interval.zone().iana_name(), Some("Australia/Sydney"));
    for (local, inside) in [
        ("2022-03-01T09:00", true),
        ("2022-03-01T08:59", false),
        ("2022-03-01T16:59", true),
        ("2022-03-01T17:00", false),
        ("2022-03-01T23:59", true),
        ("2022-03-03T10:00", false), // A Thursday.
        ("2022-03-29T10:00", true),
        ("2022-03-28T10:00", false),
        ("2022-04-04T10:00", false),
        ("2022-08-30T10:00", true),
        ("2023-03-01T10:00", false),
        ("2030-12-30T10:00", true),
    ] {
        let civil: jiff::civil::DateTime = local.parse().unwrap();
        let instant = interval.zone().to_timestamp(civil).unwrap();
        assert_eq!(interval.contains(instant), inside, "{local}");
    }
}

#[test]
fn days_are_counted_from_the_end_and_cut_to_the_month() {
    let days = |ranges: &[&str]| {
        build(&IntervalSpec { days_of_month: texts(ranges), ..IntervalSpec::default() })
    };
    for (ranges, day, inside) in [
        (["-1"], "2023-02-28", true),
        (["-1"], "2024-02-28", false),
        (["-1"], "2024-02-29", true),
        (["1:31"], "2024-02-29", true),
        (["31"], "2024-04-30", false),
        (["30:31"], "2024-02-29", false),
        (["28:31"], "2023-02-28", true),
        (["-31:-30"], "2024-01-02", true),
        (["-31:-30"], "2024-02-01", false),
        (["-31:-29"], "2024-02-01", true),
        (["20:-2"], "2024-02-28", true),
        (["20:-2"], "2024-02-29", false),
    ] {
        let instant = at(&format!("{day}T12:00Z"));
        assert_eq!(days(&ranges).contains(instant), inside, "{ranges:?} on {day}");
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let with = |change: fn(&mut IntervalSpec)| {
        let mut spec = IntervalSpec::default();
        change(&mut spec);
        problems(&spec).join("; ")
    };
    for (told, expected) in [
        (
            with(|spec| spec.times = times(&[("9:00", "17:00")])),
            "times[0].start_time: couldn't parse timestamp 9:00, invalid format",
        ),
        (
            with(|spec| spec.times = times(&[("00:00", "01:00"), ("09:00", "24:01")])),
            "times[1].end_time: couldn't parse timestamp 24:01, invalid format",
        ),
        (
            with(|spec| spec.times = times(&[("09:00", "09:00")])),
            "times[0]: start time cannot be equal or greater than end time",
        ),
        (
            with(|spec| spec.times = times(&[("09:00", "")])),
            "times[0]: both start and end times must be provided",
        ),
        (
            with(|spec| spec.weekdays = texts(&["friday:sunday"])),
            "weekdays[0]: start day cannot be before end day: the week begins on Sunday",
        ),
        (with(|spec| spec.weekdays = texts(&["mon"])), "weekdays[0]: mon is not a valid weekday"),
        (
            with(|spec| spec.weekdays = texts(&["monday:tuesday:friday"])),
            "weekdays[0]: couldn't parse range monday:tuesday:friday, invalid format",
        ),
        (
            with(|spec| spec.days_of_month = texts(&["0", "-32", "5:1"])),
            "days_of_month[0]: 0 is not a valid day of the month: out of range; \
             days_of_month[1]: -32 is not a valid day of the month: out of range; \
             days_of_month[2]: end day 1 is always before start day 5",
        ),
        (
            with(|spec| spec.days_of_month = texts(&["-5:5"])),
            "days_of_month[0]: end day must be negative if start day is negative",
        ),
        (
            with(|spec| spec.days_of_month = texts(&["28:-1"])),
            "days_of_month[0]: end day -1 is always before start day 28",
        ),
        (
            with(|spec| spec.months = texts(&["13", "march:january"])),
            "months[0]: 13 is not a valid month; \
             months[1]: end month january is before start month march",
        ),
        (
            with(|spec| spec.years = texts(&["2026:2024", "soon"])),
            "years[0]: end year 2024 is before start year 2026; \
             years[1]: soon is not a valid year",
        ),
        (
            with(|spec| spec.location = Some("Mars/Base".to_owned())),
            "location: unknown time zone Mars/Base",
        ),
    ] {
        assert_eq!(told, expected);
    }
}

#[test]
fn local_is_the_zone_of_the_machine_and_nothing_said_is_utc() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let spec = IntervalSpec { location: Some("Local".to_owned()), ..IntervalSpec::default() };
    assert_eq!(spec.build(&berlin).unwrap().zone(), &berlin);
    assert_eq!(IntervalSpec::default().build(&berlin).unwrap().zone(), &TimeZone::UTC);
}

#[test]
fn a_range_follows_the_clocks_of_its_place() {
    let spec = IntervalSpec {
        times: times(&[("02:00", "03:00")]),
        location: Some("Europe/Berlin".to_owned()),
        ..IntervalSpec::default()
    };
    let interval = build(&spec);
    // The hour from two to three does not come on the day on which summer begins …
    let before = at("2026-03-28T02:00Z");
    assert_eq!(interval.next_change(before), Some(at("2026-03-30T00:00Z")));
    // … and comes twice on the day on which it ends.
    assert_eq!(interval.next_change(at("2026-10-24T12:00Z")), Some(at("2026-10-25T00:00Z")));
    assert!(
        interval.contains(at("2026-10-25T00:30Z")) && interval.contains(at("2026-10-25T01:30Z"))
    );
    assert_eq!(interval.next_change(at("2026-10-25T00:00Z")), Some(at("2026-10-25T02:00Z")));
}

#[test]
fn what_never_changes_says_so_and_what_changes_late_is_found() {
    let all = IntervalSpec {
        times: times(&[("00:00", "12:00"), ("11:00", "24:00")]),
        weekdays: texts(&["sunday:saturday"]),
        days_of_month: texts(&["1:15", "16:31"]),
        months: texts(&["january:december"]),
        ..IntervalSpec::default()
    };
    assert_eq!(build(&all).next_change(at("2026-01-01T00:00Z")), None);
    assert_eq!(build(&IntervalSpec::default()).next_change(at("2026-01-01T00:00Z")), None);
    let past = IntervalSpec { years: texts(&["2020:2022"]), ..IntervalSpec::default() };
    assert_eq!(build(&past).next_change(at("2026-01-01T00:00Z")), None);
    let now = IntervalSpec { years: texts(&["2020:2029"]), ..IntervalSpec::default() };
    assert_eq!(build(&now).next_change(at("2026-01-01T00:00Z")), Some(at("2030-01-01T00:00Z")));
    let leap_monday = IntervalSpec {
        months: texts(&["february"]),
        days_of_month: texts(&["29"]),
        weekdays: texts(&["monday"]),
        ..IntervalSpec::default()
    };
    let next = build(&leap_monday).next_change(at("2024-03-01T00:00Z"));
    assert_eq!(next, Some(at("2044-02-29T00:00Z")));
    let far = IntervalSpec { years: texts(&["9999"]), ..IntervalSpec::default() };
    assert_eq!(build(&far).next_change(at("2026-01-01T00:00Z")), None);
    assert_eq!(build(&far).next_change(Timestamp::MAX), None);
    assert!(build(&leap_monday).next_change(Timestamp::MIN).is_some());
}

#[test]
fn a_route_says_by_which_interval_it_is_muted() {
    let interval = |spec: IntervalSpec| IntervalSet::from_iter([build(&spec)]);
    let nights =
        interval(IntervalSpec { times: times(&[("00:00", "06:00")]), ..IntervalSpec::default() });
    let workdays =
        interval(IntervalSpec { weekdays: texts(&["monday:friday"]), ..IntervalSpec::default() });
    let intervals =
        Intervals::from([("nights".to_owned(), nights), ("workdays".to_owned(), workdays)]);
    let spec = RouteSpec {
        receiver: Some("r".to_owned()),
        routes: vec![RouteSpec {
            mute_time_intervals: texts(&["nights"]),
            active_time_intervals: texts(&["workdays"]),
            ..RouteSpec::default()
        }],
        ..RouteSpec::default()
    };
    let receivers = ["r".to_owned()].into();
    let tree = Tree::build(spec, &receivers, &intervals.keys().cloned().collect()).unwrap();
    let [root, route] = tree.nodes() else { panic!("two routes") };
    let friday_night = at("2026-11-20T05:59Z");
    let muted = route.muted_at(&intervals, friday_night);
    assert_eq!(muted, Some(Muted::Inside("nights".to_owned())));
    assert_eq!(route.next_mute_change(&intervals, friday_night), Some(at("2026-11-20T06:00Z")));
    assert_eq!(route.muted_at(&intervals, at("2026-11-20T06:00Z")), None);
    let saturday = route.muted_at(&intervals, at("2026-11-21T12:00Z"));
    assert_eq!(saturday, Some(Muted::Outside(texts(&["workdays"]))));
    assert_eq!(root.muted_at(&intervals, friday_night), None);
    assert_eq!(root.next_mute_change(&intervals, friday_night), None);
}

fn any_ranges(texts: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop::sample::select(texts), 0..3)
        .prop_map(|texts| texts.into_iter().map(str::to_owned).collect())
}

fn any_spec() -> impl Strategy<Value = IntervalSpec> {
    let time = prop::sample::select(vec![
        ("00:00", "00:30"),
        ("00:00", "24:00"),
        ("01:30", "02:30"),
        ("02:00", "03:00"),
        ("02:30", "09:17"),
        ("23:59", "24:00"),
    ]);
    let zones = prop::sample::select(vec![
        None,
        Some("Europe/Berlin"),
        Some("America/New_York"),
        Some("Australia/Lord_Howe"), // Half an hour of summer time.
        Some("Asia/Kathmandu"),
        Some("Africa/Cairo"), // Summer time begins at midnight.
        Some("Pacific/Apia"),
    ]);
    (
        prop::collection::vec(time, 0..3),
        any_ranges(&["monday:friday", "saturday", "sunday", "sunday:saturday", "wednesday"]),
        any_ranges(&["1", "-1", "1:5", "-3:-1", "31", "1:31", "20:-5", "-31:-28", "29:31"]),
        any_ranges(&["january", "february", "2:4", "october:december", "1:12"]),
        any_ranges(&["2011", "2023:2024", "2026"]),
        zones,
    )
        .prop_map(|(ranges, weekdays, days_of_month, months, years, zone)| IntervalSpec {
            times: times(&ranges),
            weekdays,
            days_of_month,
            months,
            years,
            location: zone.map(str::to_owned),
        })
}

/// Instants near which clocks, months or years change.
fn any_instant() -> impl Strategy<Value = Timestamp> {
    let around = prop::sample::select(vec![
        "2011-12-30T00:00Z", // Samoa has no such day.
        "2023-12-31T12:00Z",
        "2024-02-28T20:00Z",
        "2024-04-25T20:00Z",
        "2026-03-08T04:00Z",
        "2026-03-28T22:00Z",
        "2026-10-24T22:00Z",
        "2026-04-04T12:00Z",
        "2026-11-01T03:00Z",
    ]);
    (around, -3_000..3_000i64)
        .prop_map(|(text, minutes)| at(text) + SignedDuration::from_mins(minutes))
}

fn minutes_on(from: Timestamp, days: i64) -> impl Iterator<Item = Timestamp> {
    (1..=days * 24 * 60).map(move |minute| from + SignedDuration::from_mins(minute))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_next_change_is_the_one_that_every_minute_shows(
        spec in any_spec(),
        from in any_instant(),
    ) {
        let interval = build(&spec);
        let inside = interval.contains(from);
        let next = interval.next_change(from);
        let found = minutes_on(from, 4).find(|minute| interval.contains(*minute) != inside);
        match found {
            Some(minute) => prop_assert_eq!(next, Some(minute)),
            None => {
                let after = from + SignedDuration::from_hours(4 * 24);
                prop_assert!(next.is_none_or(|next| next > after), "{:?}", next);
            }
        }
        if let Some(next) = next {
            prop_assert_ne!(interval.contains(next), inside, "a change changes something");
        }
    }

    #[test]
    fn several_intervals_change_when_their_union_does(
        specs in prop::collection::vec(any_spec(), 0..3),
        from in any_instant(),
    ) {
        let set: IntervalSet = specs.iter().map(build).collect();
        let inside = set.contains(from);
        let any = set.intervals().iter().any(|interval| interval.contains(from));
        prop_assert_eq!(inside, any);
        let next = set.next_change(from);
        match minutes_on(from, 3).find(|minute| set.contains(*minute) != inside) {
            Some(minute) => prop_assert_eq!(next, Some(minute)),
            None => {
                let after = from + SignedDuration::from_hours(3 * 24);
                prop_assert!(next.is_none_or(|next| next > after), "{:?}", next);
            }
        }
    }

    /// Written anew from the documentation, without what the engine prepares.
    #[test]
    fn an_instant_is_inside_as_the_documentation_says(
        spec in any_spec(),
        from in any_instant(),
    ) {
        let interval = build(&spec);
        let zone = TimeZone::get(spec.location.as_deref().unwrap_or("UTC")).unwrap();
        let local = zone.to_datetime(from);
        let time = format!("{:02}:{:02}", local.hour(), local.minute());
        let day_names =
            ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
        let weekday = i32::from(local.date().weekday().to_sunday_zero_offset());
        let month_names = ["january", "february", "october", "december"];
        let month_numbers = [1, 2, 10, 12];
        let number = |text: &str| -> i32 {
            if let Some(place) = day_names.iter().position(|name| *name == text) {
                return i32::try_from(place).unwrap();
            }
            match month_names.iter().position(|name| *name == text) {
                Some(place) => month_numbers[place],
                None => text.parse().unwrap(),
            }
        };
        let within = |ranges: &[String], value: i32, place: &dyn Fn(i32) -> i32| {
            ranges.is_empty() || ranges.iter().any(|range| {
                let (from, to) = range.split_once(':').unwrap_or((range, range));
                let (from, to) = (place(number(from)), place(number(to)));
                from <= value && value <= to
            })
        };
        let length = i32::from(local.date().days_in_month());
        let same = |number: i32| number;
        let from_end = |day: i32| if day < 0 { day + length + 1 } else { day };
        let expected = (spec.times.is_empty()
            || spec.times.iter().any(|range| range.start_time <= time && time < range.end_time))
            && within(&spec.weekdays, weekday, &same)
            && within(&spec.days_of_month, i32::from(local.day()), &from_end)
            && within(&spec.months, i32::from(local.month()), &same)
            && within(&spec.years, i32::from(local.year()), &same);
        prop_assert_eq!(interval.contains(from), expected);
    }
}

#[test]
fn a_day_that_never_comes_is_no_change() {
    let spec = IntervalSpec {
        times: times(&[("09:00", "17:00")]),
        days_of_month: texts(&["31"]),
        months: texts(&["february"]),
        location: Some("Europe/Berlin".to_owned()),
        ..IntervalSpec::default()
    };
    let interval = build(&spec);
    assert_eq!(interval.next_change(at("2026-01-01T00:00Z")), None);
}
