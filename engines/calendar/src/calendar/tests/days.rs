//! Days as a unit: as long as their hours, whatever the clocks do.

use super::*;

#[test]
fn a_business_day_ends_with_its_hours() {
    let office = Definition::weekdays("UTC", "09:00", "17:00");
    let office = compiled(&office.holiday("Feast", When::Date("2026-12-01".to_owned())));
    // 2026-11-27 is a Friday, 2026-12-01 the Tuesday after it.
    for (story, start, days, expected) in [
        ("the same day", "2026-11-27T10:00", 0, "2026-11-27 17:00"),
        ("on Saturday, of the next open day", "2026-11-28T10:00", 0, "2026-11-30 17:00"),
        ("one day from Friday is Monday", "2026-11-27T10:00", 1, "2026-11-30 17:00"),
        ("from Saturday also", "2026-11-28T10:00", 1, "2026-11-30 17:00"),
        ("two days skip the holiday", "2026-11-27T10:00", 2, "2026-12-02 17:00"),
        ("after hours the day has still begun", "2026-11-27T22:00", 1, "2026-11-30 17:00"),
    ] {
        let due = office.due_days(at(start), days);
        assert_eq!(due.at().map(shown).as_deref(), Some(expected), "{story}");
    }
}

#[test]
fn a_day_around_the_clock_ends_at_midnight_of_the_zone() {
    let always = compiled(&Definition::always("Europe/Berlin"));
    let due = always.due_days(at("2026-10-24T12:00"), 1);
    assert_eq!(due.at().map(shown).as_deref(), Some("2026-10-25 23:00"), "a day of 25 hours");
}

#[test]
fn after_a_change_of_zone_days_are_those_of_the_new_one() {
    let berlin = compiled(&Definition::always("Europe/Berlin"));
    let tokyo = compiled(&Definition::always("Asia/Tokyo"));
    let moved = berlin.then(at("2026-11-26T12:00"), &tokyo);
    assert_eq!(moved.date(at("2026-11-26T11:00")).to_string(), "2026-11-26");
    assert_eq!(moved.date(at("2026-11-26T16:00")).to_string(), "2026-11-27");
    let due = moved.due_days(at("2026-11-26T16:00"), 1);
    assert_eq!(due.at().map(shown).as_deref(), Some("2026-11-28 15:00"));
}
