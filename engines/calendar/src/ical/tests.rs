use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{Busy, events};
use crate::{Definition, Span, When, Years};

const WINDOW: Span = Span { from: 1_735_689_600_000_000, until: 1_830_297_600_000_000 };

/// What the events of a file take up in Berlin, from 2025 to 2027.
fn spans(body: &str) -> Vec<String> {
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}\r\nEND:VCALENDAR\r\n");
    let zone = TimeZone::get("Europe/Berlin").expect("a zone");
    let mut spans: Vec<Span> = events(&text)
        .expect("events")
        .iter()
        .flat_map(|event| event.spans(&zone, WINDOW).expect("spans"))
        .collect();
    spans.sort_unstable();
    let shown = |at: i64| {
        let at = Timestamp::from_microsecond(at).expect("an instant");
        at.to_zoned(zone.clone()).strftime("%F %H:%M").to_string()
    };
    spans.iter().map(|span| format!("{} to {}", shown(span.from), shown(span.until))).collect()
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT")
}

#[test]
fn whole_days_are_days_of_the_calendar() {
    let day = event("SUMMARY:Feast\r\nDTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227");
    assert_eq!(spans(&day), ["2026-12-25 00:00 to 2026-12-27 00:00"]);
    let short = event("DTSTART;VALUE=DATE:20261025");
    assert_eq!(spans(&short), ["2026-10-25 00:00 to 2026-10-26 00:00"], "a day of 25 hours");
}

#[test]
fn times_count_in_their_own_zone() {
    let utc = event("DTSTART:20260601T100000Z\r\nDURATION:PT2H30M");
    assert_eq!(spans(&utc), ["2026-06-01 12:00 to 2026-06-01 14:30"]);
    let york = event(
        "DTSTART;TZID=America/New_York:20260601T090000\r\n\
         DTEND;TZID=America/New_York:20260601T100000",
    );
    assert_eq!(spans(&york), ["2026-06-01 15:00 to 2026-06-01 16:00"]);
    let floating = event("DTSTART:20260601T090000\r\nDTEND:20260601T100000");
    assert_eq!(spans(&floating), ["2026-06-01 09:00 to 2026-06-01 10:00"]);
    let vendor = event("DTSTART;TZID=/vendor.org/Europe/Berlin:20260601T090000\r\nDURATION:P1D");
    assert_eq!(spans(&vendor), ["2026-06-01 09:00 to 2026-06-02 09:00"]);
}

#[test]
fn series_leave_out_exceptions_and_take_in_more_dates() {
    let series = event(
        "UID:1\r\nDTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\n\
         EXDATE;VALUE=DATE:20260112,20260119\r\nRDATE;VALUE=DATE:20260301",
    );
    assert_eq!(
        spans(&series),
        [
            "2026-01-05 00:00 to 2026-01-06 00:00",
            "2026-01-26 00:00 to 2026-01-27 00:00",
            "2026-03-01 00:00 to 2026-03-02 00:00",
        ],
    );
    let timed = event(
        "DTSTART;TZID=Europe/Berlin:20261024T023000\r\nDURATION:PT1H\r\n\
         RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:20261024T003000Z\r\n\
         RDATE;VALUE=PERIOD:20261101T080000Z/PT3H",
    );
    assert_eq!(
        spans(&timed),
        [
            "2026-10-25 02:30 to 2026-10-25 02:30",
            "2026-10-26 02:30 to 2026-10-26 03:30",
            "2026-11-01 09:00 to 2026-11-01 12:00",
        ],
        "an exact hour from the first 02:30 ends at the second",
    );
}

#[test]
fn a_moved_occurrence_replaces_the_one_of_its_series() {
    let series =
        event("UID:7\r\nDTSTART:20260105T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3");
    let moved =
        event("UID:7\r\nRECURRENCE-ID:20260106T090000\r\nDTSTART:20260106T150000\r\nDURATION:PT1H");
    let dropped = event(
        "UID:7\r\nRECURRENCE-ID:20260107T090000\r\nDTSTART:20260107T090000\r\nSTATUS:CANCELLED",
    );
    assert_eq!(
        spans(&format!("{series}\r\n{moved}\r\n{dropped}")),
        ["2026-01-05 09:00 to 2026-01-05 10:00", "2026-01-06 15:00 to 2026-01-06 16:00"],
    );
}

#[test]
fn folded_lines_alarms_and_other_components_are_read_over() {
    let text = "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n\
                END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n\
                SUMMARY:Tag der Deut\r\n schen Ein\r\n\
                \theit\\, frei\r\nDTSTART;VALUE=\"DATE\":20261003\r\nBEGIN:VALARM\r\n\
                DURATION:PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\n";
    let found = events(text).expect("events");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].summary, "Tag der Deutschen Einheit, frei");
    assert_eq!(spans(text), ["2026-10-03 00:00 to 2026-10-04 00:00"]);
}

#[test]
fn what_an_event_says_of_its_owners_time_is_read() {
    for (lines, busy) in [
        ("SUMMARY:Meeting", Busy::Busy),
        ("TRANSP:TRANSPARENT", Busy::Free),
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", Busy::Free),
        ("TRANSP:OPAQUE\r\nX-MICROSOFT-CDO-BUSYSTATUS:OOF", Busy::Away),
        // Exchange writes leave that does not block the time so.
        ("TRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:OOF", Busy::Away),
    ] {
        let found = events(&event(&format!("{lines}\r\nDTSTART:20260101"))).expect(lines);
        assert_eq!(found[0].busy, busy, "{lines}");
    }
    let filed = event("CATEGORIES:Leave,Team\\, north\r\nCATEGORIES:Summer\r\nDTSTART:20260101");
    let filed = events(&filed).expect("events");
    assert_eq!(filed[0].categories, ["Leave", "Team, north", "Summer"]);
}

#[test]
fn zones_may_have_the_names_of_windows() {
    let text = event(
        "DTSTART;TZID=W. Europe Standard Time:20260701T090000\r\n\
         DTEND;TZID=W. Europe Standard Time:20260701T100000",
    );
    assert_eq!(spans(&text), ["2026-07-01 09:00 to 2026-07-01 10:00"]);
}

#[test]
fn mistakes_name_their_line() {
    for (text, line, what) in [
        ("BEGIN:VEVENT\nDTSTART:tomorrow\nEND:VEVENT", 2, "20261224"),
        ("BEGIN:VEVENT\nDTSTART;TZID=Moon/Base:20260101T000000\nEND:VEVENT", 2, "Europe/Berlin"),
        ("\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT", 2, "no DTSTART"),
        ("BEGIN:VEVENT\nDTSTART:20260101\nDTEND:20260102T000000\nEND:VEVENT", 1, "do not fit"),
        ("BEGIN:VEVENT\nDTSTART:20260101\nDURATION:long\nEND:VEVENT", 3, "PT8H"),
        ("BEGIN:VEVENT\nDTSTART:20260101\n", 1, "END:VEVENT"),
        ("what", 1, "no property"),
    ] {
        let error = events(text).expect_err(text);
        assert_eq!(error.line, line, "{error}");
        assert!(error.what.contains(what), "{error}");
    }
    let hourly = events("BEGIN:VEVENT\nDTSTART:20260101\nRRULE:FREQ=HOURLY\nEND:VEVENT");
    let error = hourly.expect("it reads")[0].spans(&TimeZone::UTC, WINDOW).expect_err("a rule");
    assert!(error.to_string().contains("FREQ=DAILY"), "{error}");
}

#[test]
fn a_feed_of_holidays_closes_a_calendar_and_says_which_were_skipped() {
    let feed = event("SUMMARY:Epiphany\r\nDTSTART;VALUE=DATE:20200106\r\nRRULE:FREQ=YEARLY");
    let calendar = Definition::weekdays("Europe/Berlin", "08:00", "18:00")
        .holiday("feed", When::Ical(feed))
        .compile(Years { first: 2026, last: 2026 })
        .expect("a calendar");
    let names: Vec<&str> =
        calendar.closures(calendar.window()).map(|closure| closure.name.as_str()).collect();
    assert_eq!(names, ["Epiphany"]);
    assert!(!calendar.is_open(1_767_700_800_000_000), "Tuesday 2026-01-06 at noon");
}

proptest! {
    #[test]
    fn no_file_panics(lines in prop::collection::vec(
        prop::sample::select(vec!["BEGIN:VEVENT", "END:VEVENT", "DTSTART:20260101", " folded",
            "DTSTART;TZID=Europe/Berlin:20260329T023000", "DTEND:20260102", "DURATION:P9999999W",
            "RRULE:FREQ=DAILY", "RRULE:FREQ=YEARLY;BYDAY=53MO", "EXDATE:20260101", "\"", "é:é",
            "RDATE;VALUE=PERIOD:20260101T000000Z/PT1H", "DTSTART:00010101T000000",
            "DTSTART:99991231", "DURATION:PT4294967295H", "UID:1", "RECURRENCE-ID:20260101"]),
        0..12,
    )) {
        if let Ok(found) = events(&lines.join("\n")) {
            for event in found {
                let _ = event.spans(&TimeZone::UTC, WINDOW);
            }
        }
    }
}
