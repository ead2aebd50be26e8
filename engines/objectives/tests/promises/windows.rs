use calendar::Span;
use objectives::{Unit, Window, WindowError};

use super::{DAY, HOUR, at, shown};

fn period(count: u16, unit: Unit, begin: Option<&str>, now: &str) -> String {
    let begin = begin.map(|text| text.parse().expect("a wall time"));
    let window = Window::Calendar { count, unit, zone: "Europe/Berlin".to_owned(), begin };
    let span = window.at(at(now)).expect("a period");
    format!("{} to {}", shown(span.from), shown(span.until))
}

#[test]
fn periods_are_those_of_the_calendar_in_its_zone() {
    let now = "2026-11-27T10:00";
    for (unit, expected) in [
        (Unit::Day, "2026-11-26 23:00 to 2026-11-27 23:00"),
        (Unit::Week, "2026-11-22 23:00 to 2026-11-29 23:00"),
        (Unit::Month, "2026-10-31 23:00 to 2026-11-30 23:00"),
        (Unit::Quarter, "2026-09-30 22:00 to 2026-12-31 23:00"),
        (Unit::Year, "2025-12-31 23:00 to 2026-12-31 23:00"),
    ] {
        assert_eq!(period(1, unit, None, now), expected);
    }
}

#[test]
fn a_period_ends_where_the_next_begins() {
    // Until midnight in Berlin it is still October.
    assert_eq!(
        period(1, Unit::Month, None, "2026-10-31T22:59"),
        "2026-09-30 22:00 to 2026-10-31 23:00"
    );
    assert_eq!(
        period(1, Unit::Month, None, "2026-10-31T23:00"),
        "2026-10-31 23:00 to 2026-11-30 23:00"
    );
}

#[test]
fn periods_may_begin_at_another_time() {
    let begin = Some("2022-01-01T12:00");
    assert_eq!(
        period(1, Unit::Week, begin, "2022-01-09T00:00"),
        "2022-01-08 11:00 to 2022-01-15 11:00"
    );
    assert_eq!(
        period(1, Unit::Week, begin, "2021-12-31T00:00"),
        "2021-12-25 11:00 to 2022-01-01 11:00"
    );
    assert_eq!(
        period(2, Unit::Week, begin, "2022-01-09T00:00"),
        "2022-01-01 11:00 to 2022-01-15 11:00"
    );
    let last = Some("2022-01-31T00:00");
    assert_eq!(
        period(1, Unit::Month, last, "2022-03-01T00:00"),
        "2022-02-27 23:00 to 2022-03-30 22:00"
    );
}

#[test]
fn a_day_of_a_change_of_clocks_has_25_hours() {
    let window = Window::calendar(Unit::Day, "Europe/Berlin");
    assert_eq!(window.at(at("2026-10-25T12:00")).expect("a day").length(), 25 * HOUR);
}

#[test]
fn a_rolling_window_ends_now() {
    let now = at("2026-11-27T10:00");
    let window = Window::Rolling { micros: 30 * DAY };
    assert_eq!(window.at(now), Ok(Span::new(now - 30 * DAY, now)));
}

#[test]
fn wrong_windows_say_what_to_write() {
    assert_eq!(Window::Rolling { micros: 0 }.at(0), Err(WindowError::Empty));
    let wrong = Window::calendar(Unit::Day, "Mars/Base").at(0).expect_err("a zone");
    assert_eq!(
        wrong.to_string(),
        "zone: `Mars/Base` is no time zone; write one like Europe/Berlin"
    );
}
