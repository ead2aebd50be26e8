//! The slow and obvious way: one minute after another. Nothing of the engines is used.

use calendar::Span;
use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::DateTime;

use super::MINUTE;
use super::table::Hours;

/// Whether each minute from an instant on is open: by the latest wall time that the clock on the
/// wall has shown until then, so that an hour that is left out has no length and one that comes
/// twice has two.
pub fn open(hours: &Hours, from: i64, count: usize) -> Vec<bool> {
    let lead = 2 * 24 * 60;
    let mut latest = DateTime::MIN;
    let mut open = Vec::with_capacity(count);
    for minute in -lead..count as i64 {
        let instant = Timestamp::from_microsecond(from + minute * MINUTE).expect("an instant");
        latest = latest.max(hours.zone.to_datetime(instant));
        if minute >= 0 {
            open.push(is_open(hours, latest));
        }
    }
    open
}

fn is_open(hours: &Hours, wall: DateTime) -> bool {
    let minute = i64::from(wall.hour()) * 60 + i64::from(wall.minute());
    // What began the day before is looked at as minutes after its midnight.
    let today = (wall.date(), minute);
    let yesterday = (wall.date().checked_sub(1.day()).expect("a date"), minute + 24 * 60);
    let within = |(minute, from, until): (i64, i64, i64)| from <= minute && minute < until;
    let weekly = hours.shifts.iter().any(|(day, from, until)| {
        [today, yesterday].iter().any(|(date, minute)| {
            date.weekday().to_monday_zero_offset() as usize == *day
                && within((*minute, *from, *until))
        })
    });
    let dated = |list: &[(jiff::civil::Date, i64, i64)]| {
        list.iter().any(|(on, from, until)| {
            [today, yesterday]
                .iter()
                .any(|(date, minute)| date == on && within((*minute, *from, *until)))
        })
    };
    (hours.always || weekly) && !dated(&hours.closed) || dated(&hours.added)
}

/// Whether an instant lies in one of the spans.
pub fn held(spans: &[Span], at: i64) -> bool {
    spans.iter().any(|span| span.from <= at && at < span.until)
}

/// How many minutes ran, and after how many of all minutes the target was reached.
pub fn run(open: &[bool], pauses: &[Span], start: i64, target: i64) -> (i64, Option<i64>) {
    let (mut ran, mut reached) = (0, (target == 0).then_some(0));
    for (minute, open) in (0..).zip(open) {
        if *open && !held(pauses, start + minute * MINUTE) {
            ran += 1;
            if ran == target {
                reached = Some(minute + 1);
            }
        }
    }
    (ran, reached)
}

/// After how many minutes the `days`-th day with open time after that of the start closes.
pub fn days(hours: &Hours, open: &[bool], start: i64, days: usize) -> Option<i64> {
    let date = |minute: usize| {
        let at = Timestamp::from_microsecond(start + minute as i64 * MINUTE).expect("an instant");
        hours.zone.to_datetime(at).date()
    };
    let mut dates: Vec<jiff::civil::Date> = Vec::new();
    let mut closes = Vec::new();
    for minute in (0..open.len()).filter(|minute| open[*minute]) {
        if dates.last() != Some(&date(minute)) {
            dates.push(date(minute));
            closes.push(0);
        }
        *closes.last_mut().expect("a date") = minute as i64 + 1;
    }
    let after = dates.iter().position(|found| *found > date(0))?;
    let wanted = match days {
        // Of the day itself, or of the next open one.
        0 if dates.first() == Some(&date(0)) => 0,
        0 => after,
        days => after + days - 1,
    };
    closes.get(wanted).copied()
}
