use crate::*;

mod days;
mod laws;

const HOUR: i64 = 3_600_000_000;
const MINUTE: i64 = 60_000_000;

fn at(text: &str) -> i64 {
    let text = if text.len() == 16 { format!("{text}:00Z") } else { text.to_owned() };
    text.parse::<jiff::Timestamp>().expect("an instant").as_microsecond()
}

fn shown(at: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(at).expect("an instant");
    at.strftime("%F %H:%M").to_string()
}

fn compiled(definition: &Definition) -> Calendar {
    definition.compile(Years { first: 2020, last: 2032 }).expect("a calendar")
}

fn pauses(list: &[(&str, &str)]) -> Spans {
    list.iter().map(|(from, until)| Span::new(at(from), at(until))).collect()
}

fn hours(from: &str, until: &str) -> Range {
    Range { from: from.to_owned(), until: until.to_owned() }
}

#[test]
fn due_times_of_an_office_in_utc() {
    let office = compiled(&Definition::weekdays("UTC", "09:00", "17:00"));
    // 2026-11-27 is a Friday.
    for (story, start, minutes, expected) in [
        ("within a day", "2026-11-27 10:00", 60, "2026-11-27 11:00"),
        ("over a night", "2026-11-26 16:30", 60, "2026-11-27 09:30"),
        ("over a weekend", "2026-11-27 16:30", 60, "2026-11-30 09:30"),
        ("made on Saturday: starts on Monday", "2026-11-28 03:00", 30, "2026-11-30 09:30"),
        ("made before hours", "2026-11-27 07:00", 15, "2026-11-27 09:15"),
        ("ends with the shift, not with the next", "2026-11-27 16:00", 60, "2026-11-27 17:00"),
        ("made at the close", "2026-11-27 17:00", 1, "2026-11-30 09:01"),
        ("a week of forty hours", "2026-11-27 09:00", 40 * 60, "2026-12-03 17:00"),
        ("over 29 February", "2028-02-28 16:30", 8 * 60 + 60, "2028-03-01 09:30"),
        ("a target of nothing is due at once", "2026-11-28 03:00", 0, "2026-11-28 03:00"),
    ] {
        let start = at(&start.replace(' ', "T"));
        let due = office.due(start, minutes * MINUTE, &Spans::EMPTY);
        assert_eq!(due.at().map(shown).as_deref(), Some(expected), "{story}");
    }
}

#[test]
fn a_pause_counts_in_the_hours_of_the_calendar_alone() {
    let office = compiled(&Definition::weekdays("UTC", "09:00", "17:00"));
    let start = at("2026-11-27T10:00");
    for (story, list, expected) in [
        // Credited by the wall clock, a weekend on hold would put this off by 65 hours.
        ("over the weekend", vec![("2026-11-27T16:00", "2026-11-30T09:00")], "2026-11-30 11:00"),
        ("within the day", vec![("2026-11-27T11:00", "2026-11-27T12:00")], "2026-11-30 11:00"),
        ("at night only", vec![("2026-11-27T18:00", "2026-11-28T06:00")], "2026-11-30 10:00"),
        ("before the start", vec![("2026-11-20T00:00", "2026-11-27T10:00")], "2026-11-30 10:00"),
        ("over the start", vec![("2026-11-20T00:00", "2026-11-27T11:00")], "2026-11-30 11:00"),
        ("after the end", vec![("2026-11-30T10:00", "2026-12-09T00:00")], "2026-11-30 10:00"),
        (
            "overlapping and out of order",
            vec![
                ("2026-11-27T14:00", "2026-11-27T15:00"),
                ("2026-11-27T11:00", "2026-11-27T12:30"),
                ("2026-11-27T12:00", "2026-11-27T13:00"),
            ],
            "2026-11-30 13:00",
        ),
    ] {
        let due = office.due(start, 8 * HOUR, &pauses(&list)).at().expect("it comes");
        assert_eq!(shown(due), expected, "{story}");
        assert_eq!(office.elapsed(start, due, &pauses(&list)), 8 * HOUR, "{story}");
    }
}

#[test]
fn two_shifts_a_lunch_break_and_a_night_shift() {
    let split = Definition::weekdays("Europe/Berlin", "08:00", "12:00");
    let split = compiled(&split.shift(&Day::WEEK[..5], "13:00", "18:00"));
    let day = Span::new(at("2026-11-26T23:00"), at("2026-11-27T23:00"));
    assert_eq!(split.open_within(day).total(), 9 * HOUR);
    let due = split.due(at("2026-11-27T10:30"), HOUR, &Spans::EMPTY);
    assert_eq!(due.at().map(shown).as_deref(), Some("2026-11-27 12:30"), "12:00 to 13:00 is lunch");

    let night = compiled(&Definition::empty("Europe/Berlin").shift(&[Day::Fri], "22:00", "06:00"));
    let weekend = Span::new(at("2026-11-27T00:00"), at("2026-11-30T00:00"));
    let open = night.open_within(weekend);
    assert_eq!(open, pauses(&[("2026-11-27T21:00", "2026-11-28T05:00")]));
}

#[test]
fn hours_over_the_change_of_clocks() {
    // Berlin leaves out 02:00 to 03:00 on 2026-03-29 and has it twice on 2026-10-25.
    let length = |date: &str, from: &str, until: &str| {
        let add = vec![hours(from, until)];
        let exception = Exception { date: date.to_owned(), add, ..Exception::default() };
        let exceptions = vec![exception];
        let definition = Definition { exceptions, ..Definition::empty("Europe/Berlin") };
        compiled(&definition).open().total() / MINUTE
    };
    for (date, from, until, minutes) in [
        ("2026-03-29", "00:00", "24:00", 23 * 60),
        ("2026-10-25", "00:00", "24:00", 25 * 60),
        ("2026-06-01", "00:00", "24:00", 24 * 60),
        ("2026-03-29", "02:00", "03:00", 0),
        ("2026-03-29", "02:15", "02:45", 0),
        ("2026-03-29", "01:30", "02:30", 30),
        ("2026-03-29", "02:30", "03:30", 30),
        ("2026-10-25", "02:00", "03:00", 120),
        ("2026-10-25", "01:00", "02:00", 60),
        ("2026-10-25", "02:30", "03:00", 90),
        ("2026-10-25", "00:00", "02:30", 150),
        ("2026-10-24", "22:00", "06:00", 9 * 60),
        ("2026-03-28", "22:00", "06:00", 7 * 60),
    ] {
        assert_eq!(length(date, from, until), minutes, "{date} {from} to {until}");
    }
}

#[test]
fn a_day_that_a_zone_leaves_out_has_no_hours() {
    // Samoa went from 29 to 31 December 2011.
    let always = Definition::always("Pacific/Apia");
    let always = always.compile(Years { first: 2011, last: 2011 }).expect("a calendar");
    assert_eq!(always.open().total(), 364 * 24 * HOUR);
    let friday = Definition::empty("Pacific/Apia").shift(&[Day::Fri], "09:00", "17:00");
    let friday = friday.compile(Years { first: 2011, last: 2011 }).expect("a calendar");
    assert_eq!(friday.open().total(), 51 * 8 * HOUR, "30 December was to be a Friday");
}

#[test]
fn always_open_is_one_interval_and_time_as_it_passes() {
    let always = compiled(&Definition::always("Europe/Berlin"));
    assert_eq!(always.open().len(), 1);
    let start = at("2026-03-28T22:00");
    assert_eq!(always.due(start, 72 * HOUR, &Spans::EMPTY), Due::At(start + 72 * HOUR));
}

#[test]
fn what_never_comes_says_why_and_ends() {
    let empty = compiled(&Definition::empty("Europe/Berlin"));
    assert!(empty.is_empty());
    let start = at("2026-11-27T10:00");
    assert_eq!(empty.due(start, 1, &Spans::EMPTY), Due::Never(Never::Empty));
    assert_eq!(empty.due_days(start, 1), Due::Never(Never::Empty));

    let office = compiled(&Definition::weekdays("UTC", "09:00", "17:00"));
    let on_hold = Spans::one(at("2026-11-27T11:00"), i64::MAX);
    assert_eq!(office.due(start, 2 * HOUR, &on_hold), Due::Never(Never::Paused));
    assert_eq!(office.due(start, HOUR, &on_hold), Due::At(at("2026-11-27T11:00")));
    for (from, target) in [(start, i64::MAX), (i64::MAX - 1, 1), (at("2032-12-31T17:00"), 1)] {
        assert_eq!(office.due(from, target, &Spans::EMPTY), Due::Never(Never::Horizon));
    }
    assert_eq!(office.due_days(start, u32::MAX), Due::Never(Never::Horizon));
    assert!(office.due(i64::MIN, HOUR, &Spans::EMPTY).at().is_some());
    assert!(office.elapsed(i64::MIN, i64::MAX, &Spans::EMPTY) > 0);
}

#[test]
fn holidays_and_exceptions_change_single_days() {
    let mut definition = Definition::weekdays("Europe/Berlin", "08:00", "18:00").german_holidays();
    definition.exceptions = vec![
        Exception {
            date: "2026-12-24".to_owned(),
            remove: vec![hours("12:00", "24:00")],
            reason: "Christmas Eve".to_owned(),
            ..Exception::default()
        },
        Exception {
            date: "2026-12-26".to_owned(),
            add: vec![hours("10:00", "14:00")],
            reason: "stocktaking".to_owned(),
            ..Exception::default()
        },
    ];
    let calendar = compiled(&definition);
    let week = Span::new(at("2026-12-20T23:00"), at("2026-12-27T23:00"));
    // Three whole days, four hours on the eve, none on Friday 25, four on Saturday 26.
    assert_eq!(calendar.open_within(week).total(), (30 + 4 + 4) * HOUR);
    let closed: Vec<&str> = calendar.closures(week).map(|closure| closure.name.as_str()).collect();
    assert_eq!(closed, ["Christmas Eve", "1. Weihnachtstag"], "Saturday took nothing away");
    let due = calendar.due(at("2026-12-24T10:00"), 4 * HOUR, &Spans::EMPTY);
    assert_eq!(due.at().map(shown).as_deref(), Some("2026-12-26 12:00"));
}

#[test]
fn a_holiday_cuts_a_night_shift_at_midnight() {
    let night = Definition::empty("UTC").shift(&Day::WEEK, "22:00", "06:00");
    let night = compiled(&night.holiday("Feast", When::Date("2026-05-05".to_owned())));
    let around = Span::new(at("2026-05-04T12:00"), at("2026-05-06T12:00"));
    let expected =
        [("2026-05-04T22:00", "2026-05-05T00:00"), ("2026-05-06T00:00", "2026-05-06T06:00")];
    assert_eq!(night.open_within(around), pauses(&expected));
}

#[test]
fn a_calendar_that_changes_counts_each_part_with_its_own_hours() {
    let short = compiled(&Definition::weekdays("UTC", "09:00", "13:00"));
    let long = compiled(&Definition::weekdays("UTC", "08:00", "18:00"));
    // From Wednesday on they work longer.
    let change = at("2026-11-25T00:00");
    let both = short.then(change, &long);
    let week = Span::new(at("2026-11-23T00:00"), at("2026-11-28T00:00"));
    assert_eq!(both.open_within(week).total(), (2 * 4 + 3 * 10) * HOUR);
    let start = at("2026-11-24T12:00");
    let due = both.due(start, 3 * HOUR, &Spans::EMPTY).at().expect("it comes");
    assert_eq!(shown(due), "2026-11-25 10:00");
    let (before, after) =
        (both.elapsed(start, change, &Spans::EMPTY), both.elapsed(change, due, &Spans::EMPTY));
    assert_eq!((before, after), (HOUR, 2 * HOUR));
    let never = long.then(change, &compiled(&Definition::empty("UTC")));
    assert_eq!(never.due(change, 1, &Spans::EMPTY), Due::Never(Never::Horizon));
}

#[test]
fn clocks_begin_at_the_next_opening() {
    let office = compiled(&Definition::weekdays("UTC", "09:00", "17:00"));
    assert_eq!(office.next_open(at("2026-11-28T03:00")), Some(at("2026-11-30T09:00")));
    assert_eq!(office.next_open(at("2026-11-27T12:00")), Some(at("2026-11-27T12:00")));
    assert_eq!(office.next_open(at("2032-12-31T17:00")), None);
    assert!(office.is_open(at("2026-11-27T09:00")) && !office.is_open(at("2026-11-27T17:00")));
}

#[test]
fn wrong_definitions_name_the_field_and_the_remedy() {
    let years = Years { first: 2026, last: 2026 };
    let complaint =
        |definition: Definition| definition.compile(years).expect_err("a mistake").to_string();
    let office = || Definition::weekdays("UTC", "09:00", "17:00");
    let holiday = |when: When| complaint(office().holiday("x", when));
    let text = |text: &str| text.to_owned();
    for (found, field, remedy) in [
        (complaint(Definition::empty("Mars/Base")), "zone", "Europe/Berlin"),
        (complaint(office().shift(&[Day::Mon], "8am", "17:00")), "hours[1].from", "08:00"),
        (complaint(office().shift(&[Day::Mon], "24:00", "17:00")), "hours[1].from", "08:00"),
        (complaint(office().shift(&[Day::Mon], "08:00", "25:00")), "hours[1].until", "24:00"),
        (complaint(office().shift(&[Day::Mon], "08:00", "08:00")), "hours[1].until", "whole day"),
        (complaint(office().shift(&[], "08:00", "09:00")), "hours[1].days", "[mon, tue]"),
        (complaint(Definition { always: true, ..office() }), "hours", "leave one"),
        (holiday(When::Date(text("24.12.2026"))), "holidays[0].date", "2026-12-24"),
        (holiday(When::Yearly(text("02-30"))), "holidays[0].yearly", "12-25"),
        (holiday(When::Easter(9_999)), "holidays[0].easter", "at most 366"),
        (holiday(When::Rule(text("FREQ=HOURLY"))), "holidays[0].rule", "FREQ=DAILY"),
        (
            holiday(When::Rule(text("FREQ=YEARLY;INTERVAL=4;BYMONTH=1"))),
            "holidays[0].rule",
            "a rule without them",
        ),
        (holiday(When::Rule(text("FREQ=YEARLY;count=1"))), "holidays[0].rule", "each `date`"),
        (holiday(When::Rule(text("FREQ=WEEKLY"))), "holidays[0].rule", "add BYDAY"),
        (
            holiday(When::Rule(text("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"))),
            "holidays[0].rule",
            "look at its month",
        ),
        (holiday(When::Ical(text("BEGIN:VEVENT\nDTSTART:soon"))), "holidays[0].ical", "20261224"),
    ] {
        assert!(found.starts_with(&format!("{field}: ")), "{found} does not name {field}");
        assert!(found.contains(remedy), "{found} does not say {remedy}");
    }
    let mut wrong = office();
    wrong.exceptions = vec![Exception {
        date: text("2026-12-24"),
        add: vec![hours("9", "10:00")],
        ..Exception::default()
    }];
    assert!(complaint(wrong).starts_with("exceptions[0].add[0].from: `9`"));
    for years in [(2026, 2025), (1, 9), (2000, 2300), (9_990, 9_999)] {
        let years = Years { first: years.0, last: years.1 };
        assert!(office().compile(years).expect_err("years").to_string().starts_with("years: "));
    }
}

#[test]
fn rules_of_every_year_close_their_days() {
    let thanksgiving = When::Rule("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH".to_owned());
    let leap_day = When::Yearly("02-29".to_owned());
    let definition = Definition::always("America/New_York");
    let definition = definition.holiday("Thanksgiving", thanksgiving).holiday("Leap day", leap_day);
    let calendar = definition.compile(Years { first: 2024, last: 2027 }).expect("a calendar");
    let window = calendar.window();
    let closed: Vec<String> = calendar
        .closures(window)
        .map(|closure| calendar.date(closure.span.from).to_string())
        .collect();
    assert_eq!(closed, ["2024-02-29", "2024-11-28", "2025-11-27", "2026-11-26", "2027-11-25"],);
}

#[test]
fn a_definition_is_written_as_people_read_it() {
    let text = r#"{
        "zone": "Europe/Berlin",
        "hours": [{"days": ["mon", "fri"], "from": "08:00", "until": "18:00"}],
        "holidays": [{"name": "Ostermontag", "easter": 1}, {"name": "Feast", "yearly": "05-05"}],
        "exceptions": [{"date": "2026-12-24", "remove": [{"from": "12:00", "until": "24:00"}]}]
    }"#;
    let definition: Definition = serde_json::from_str(text).expect("a definition");
    assert_eq!(definition.holidays[0].when, When::Easter(1));
    let again = serde_json::to_string(&definition).expect("json");
    assert_eq!(serde_json::from_str::<Definition>(&again).expect("the same"), definition);
    assert!(serde_json::from_str::<Definition>(r#"{"zone": "UTC", "hour": []}"#).is_err());
}
