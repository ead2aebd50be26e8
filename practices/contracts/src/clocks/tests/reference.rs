//! Working time counted minute by minute: slow, and plain to see that it is right.

use std::cell::RefCell;
use std::collections::HashMap;

use calendar::{Definition, When};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use kernel::Time;

use super::super::Pause;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

type Days = HashMap<(String, i64), Vec<bool>>;

thread_local! {
    /// The minutes of days that were looked at before.
    static DAYS: RefCell<Days> = RefCell::default();
}

/// Whether somebody is at work in the minute that begins then.
fn open(definition: &Definition, at: i64) -> bool {
    let zone = TimeZone::get(&definition.zone).expect("a zone");
    let wall = Timestamp::from_microsecond(at).expect("a time").to_zoned(zone).datetime();
    let closed = definition.holidays.iter().any(|holiday| match &holiday.when {
        When::Date(date) => *date == wall.date().to_string(),
        other => unreachable!("the tests write no {other:?}"),
    });
    if closed {
        return false;
    }
    let clock = format!("{:02}:{:02}", wall.hour(), wall.minute());
    let day = |date: jiff::civil::Date| {
        calendar::Day::WEEK[date.weekday().to_monday_zero_offset().unsigned_abs() as usize]
    };
    let (today, eve) = (day(wall.date()), day(wall.date().saturating_sub(1.day())));
    definition.always
        || definition.hours.iter().any(|hours| {
            let night = hours.until <= hours.from;
            let begun = hours.days.contains(&today) && clock >= hours.from;
            let before_end = clock < hours.until;
            let from_eve = night && hours.days.contains(&eve) && before_end;
            from_eve || (begun && (night || before_end))
        })
}

/// The minutes of working time between two whole minutes, outside of the pauses.
pub(super) fn elapsed(
    definition: &Definition,
    (from, until): (Time, Time),
    pauses: &[Pause],
) -> i64 {
    let stood = |at: i64| {
        pauses.iter().any(|pause| {
            pause.from.micros() <= at && pause.until.is_none_or(|until| at < until.micros())
        })
    };
    let name = serde_json::to_string(definition).expect("a definition");
    let minutes = |from: i64, until: i64| (from..until).step_by(MINUTE.unsigned_abs() as usize);
    let mut counted = 0;
    for day in from.micros().div_euclid(DAY)..=until.micros().div_euclid(DAY) {
        let begin = day * DAY;
        let works = |days: &RefCell<Days>| {
            let mut days = days.borrow_mut();
            let worked_out =
                || minutes(begin, begin + DAY).map(|at| open(definition, at)).collect();
            days.entry((name.clone(), day)).or_insert_with(worked_out).clone()
        };
        let works = DAYS.with(works);
        let within = minutes(from.micros().max(begin), until.micros().min(begin + DAY));
        let place = |at: i64| usize::try_from((at - begin) / MINUTE).expect("within a day");
        counted += within.filter(|at| works[place(*at)] && !stood(*at)).count();
    }
    i64::try_from(counted).expect("so few")
}
