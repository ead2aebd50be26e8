//! What comes of a shift of Grafana OnCall. Its recurrence is one of RFC 5545; people who roll have
//! every so-manieth occurrence.

use connectors::grafana_oncall::Shift;
use estate::TurnRef;
use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use kernel::Time;
use schedule::Every;

use crate::moving::moved::Said;
use crate::moving::people::Known;
use crate::moving::rota::{Part, every, minutes_after, moment_of, wall_of};
use crate::moving::week::{DAY, Week};

/// Most turns of one round.
const TURNS_MAX: usize = 1_000;
const WEEK: u32 = 7 * DAY;

/// A shift that can be read: when it begins, in which zone, how long it is.
#[derive(Debug)]
pub struct Timed {
    /// Its zone.
    pub zone: TimeZone,
    /// The first wall time.
    pub start: DateTime,
    /// Minutes.
    pub minutes: u32,
    /// When it ends, for one that comes again.
    pub until: Option<Time>,
}

/// When a shift is; `None` when that cannot be read or is over, which is told.
pub fn timed(now: Time, said: &mut Said, shift: &Shift, zone: &str) -> Option<Timed> {
    let name = if shift.time_zone.is_empty() { zone } else { &shift.time_zone };
    let Ok(zone) = TimeZone::get(name) else {
        said.impossible(format!("its zone `{name}` is not known; correct it"));
        return None;
    };
    let minutes = (shift.duration / 60.0).floor();
    let until = shift.until.as_deref().map(|until| moment_of(until, &TimeZone::UTC));
    let (Some(start), None | Some(Some(_)), true) =
        (wall_of(&shift.start, &zone), until, (1.0..=10_000_000.0).contains(&minutes))
    else {
        said.impossible("its times cannot be read; export it again as the API answers it");
        return None;
    };
    let until = until.flatten();
    if until.is_some_and(|until| until <= now) {
        said.left_out("it has ended");
        return None;
    }
    if minutes * 60.0 < shift.duration {
        said.changed("its length counts in whole minutes");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was checked")]
    let minutes = minutes as u32;
    Some(Timed { zone, start, minutes, until })
}

/// A shift that does not come again: when it ends, unless it is over.
pub fn once(now: Time, said: &mut Said, timed: &Timed) -> Option<(Time, Time)> {
    let instant = |at: DateTime| calendar::instant(&timed.zone, at).map(Time::from_micros);
    let end = minutes_after(timed.start, i64::from(timed.minutes)).and_then(instant);
    let (Some(start), Some(end)) = (instant(timed.start), end) else {
        said.impossible("no calendar holds its times; correct them");
        return None;
    };
    if end <= now {
        said.left_out("it is over");
        return None;
    }
    Some((start, end))
}

/// The rotations that a shift comes to: one for each of those who are on call together.
pub fn parts(said: &mut Said, shift: &Shift, timed: &Timed, known: &Known) -> Option<Vec<Part>> {
    let rolls = shift.kind == "rolling_users";
    let mut groups: Vec<&[String]> = match rolls {
        true => shift.rolling_users.iter().map(Vec::as_slice).collect(),
        false => vec![&shift.users],
    };
    if groups.iter().all(|group| group.is_empty()) {
        said.left_out("nobody takes turns in it");
        return None;
    }
    let first = shift.start_rotation_from_user_index.unwrap_or(0) % groups.len();
    groups.rotate_left(first);
    let round = round(said, shift, timed, rolls)?;
    let together = groups.iter().map(|group| group.len()).max().unwrap_or(0);
    if round.free.saturating_add(round.held).saturating_mul(groups.len()) > TURNS_MAX {
        said.impossible(format!("a round of it has more than {TURNS_MAX} turns; write it by hand"));
        return None;
    }
    let parts = (0..together).map(|place| {
        let mut turns: Vec<TurnRef> = Vec::new();
        for group in &groups {
            let turn = match group.get(place) {
                Some(id) => known.turn(said, id, ""),
                None => TurnRef::FREE,
            };
            turns.extend(std::iter::repeat_n(turn, round.held));
            turns.extend(std::iter::repeat_n(TurnRef::FREE, round.free));
        }
        let part = Part::new(&shift.name, round.start, round.every, turns);
        Part {
            level: shift.level,
            from: round.from,
            until: timed.until,
            week: round.week.clone(),
            skip_closed: round.skip_closed,
            ..part
        }
    });
    Some(parts.collect())
}

/// How a shift comes again: each of the people has `held` turns one after another, and then comes
/// `free` of nobody.
#[derive(Debug)]
struct Round {
    start: DateTime,
    from: Option<DateTime>,
    every: Every,
    held: usize,
    free: usize,
    week: Week,
    skip_closed: bool,
}

fn round(said: &mut Said, shift: &Shift, timed: &Timed, rolls: bool) -> Option<Round> {
    let interval = shift.interval.unwrap_or(1).max(1);
    if !shift.by_month.is_empty() || !shift.by_monthday.is_empty() {
        said.impossible("it comes on days of a month; write it by hand, as overrides");
        return None;
    }
    let days: Option<Vec<usize>> = shift.by_day.iter().map(|day| day_of(day)).collect();
    let Some(days) = days else {
        said.impossible("its by_day cannot be read; export it again as the API answers it");
        return None;
    };
    let from = shift.rotation_start.as_deref().and_then(|start| wall_of(start, &timed.zone));
    match (shift.frequency.as_str(), days.is_empty()) {
        ("hourly", true) => plain(said, timed, from, u32::from(interval) * 60),
        ("daily", true) => plain(said, timed, from, u32::from(interval) * DAY),
        ("weekly", true) => plain(said, timed, from, u32::from(interval) * WEEK),
        ("daily", false) => daily(said, timed, &days, (shift, interval, rolls)),
        ("weekly", false) => weekly(said, timed, &days, (shift, interval, rolls, from)),
        ("monthly", true) if timed.minutes >= 28 * DAY => {
            said.changed("its turns are whole months");
            Some(Round {
                start: timed.start,
                from,
                every: Every::Months(interval),
                held: 1,
                free: 0,
                week: Week::default(),
                skip_closed: false,
            })
        }
        (frequency, _) => {
            said.impossible(format!("`{frequency}` of this kind cannot be said; write it by hand"));
            None
        }
    }
}

/// An occurrence every so many minutes.
fn plain(said: &mut Said, timed: &Timed, from: Option<DateTime>, period: u32) -> Option<Round> {
    let length = timed.minutes;
    if length > period {
        said.impossible("one occurrence reaches into the next; write two rotations by hand");
        return None;
    }
    let round = |every: Every, (held, free): (u32, u32), week: Week| Round {
        start: timed.start,
        from,
        every,
        held: held as usize,
        free: free as usize,
        week,
        skip_closed: false,
    };
    let whole = every(period * 60)?;
    if length == period {
        return Some(round(whole, (1, 0), Week::default()));
    }
    let minute = minute_of(timed.start);
    if period == DAY {
        return Some(round(whole, (1, 0), Week::daily(minute, length)));
    }
    if period.is_multiple_of(WEEK) && length <= WEEK {
        let mut week = Week::default();
        week.add(weekday(timed.start), minute, length);
        return Some(round(Every::Weeks(1), (1, period / WEEK - 1), week));
    }
    let unit = common(length, period);
    let Some(unit_every) = every(unit * 60) else {
        said.impossible("its length is not in whole hours; write it by hand with `hours`");
        return None;
    };
    Some(round(unit_every, (length / unit, (period - length) / unit), Week::default()))
}

fn common(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { common(other, one % other) }
}

/// Occurrences on some days: people who roll have so many of these days one after another.
fn daily(
    said: &mut Said,
    timed: &Timed,
    days: &[usize],
    (shift, interval, rolls): (&Shift, u16, bool),
) -> Option<Round> {
    let week = on(said, timed, days)?;
    let count = usize::from(interval);
    let (held, free) = if rolls { (count, 0) } else { (1, count - 1) };
    let start = if rolls { on_selected(timed.start, days, week_start(shift)) } else { timed.start };
    let every = Every::Days(1);
    Some(Round { start, from: None, every, held, free, week, skip_closed: rolls })
}

/// Occurrences on some days of a week: people who roll have a week of them each.
fn weekly(
    said: &mut Said,
    timed: &Timed,
    days: &[usize],
    (shift, interval, rolls, from): (&Shift, u16, bool, Option<DateTime>),
) -> Option<Round> {
    let week = on(said, timed, days)?;
    let first = week_start(shift);
    let start = if rolls { on_selected(timed.start, days, first) } else { timed.start };
    // People hand over when the first of the days begins, in the week in which it all began.
    let ahead = |day: usize| (day + 7 - first) % 7;
    let back = ahead(weekday(start));
    let hand = days.iter().map(|day| ahead(*day)).min().unwrap_or(0);
    let shifted = i64::try_from(hand).unwrap_or(0) - i64::try_from(back).unwrap_or(0);
    let counted = start.checked_add(shifted.days()).ok()?;
    let from = from.filter(|from| *from > start).unwrap_or(start);
    Some(Round {
        start: counted,
        from: Some(from),
        every: Every::Weeks(1),
        held: 1,
        free: usize::from(interval) - 1,
        week,
        skip_closed: false,
    })
}

/// The hours of occurrences on some days; those of one day end before those of the next begin.
fn on(said: &mut Said, timed: &Timed, days: &[usize]) -> Option<Week> {
    let gap = |day: &usize| {
        let later = (1..=7).find(|later| days.contains(&((day + later) % 7)));
        later.unwrap_or(7)
    };
    let least = u32::try_from(days.iter().map(gap).min().unwrap_or(7)).unwrap_or(7);
    if timed.minutes > least * DAY {
        said.impossible("one occurrence reaches into the next; write two rotations by hand");
        return None;
    }
    let mut week = Week::default();
    days.iter().for_each(|day| week.add(*day, minute_of(timed.start), timed.minutes));
    Some(week)
}

/// The start, or the first of the days on which people who roll begin.
fn on_selected(start: DateTime, days: &[usize], first: usize) -> DateTime {
    let own = weekday(start);
    if days.contains(&own) {
        return start;
    }
    let day = (0..7).map(|step| (first + step) % 7).find(|day| days.contains(day)).unwrap_or(own);
    let ahead = i64::try_from((day + 7 - own) % 7).unwrap_or(0);
    start.checked_add(ahead.days()).unwrap_or(start)
}

fn week_start(shift: &Shift) -> usize {
    day_of(&shift.week_start).unwrap_or(6)
}

fn day_of(word: &str) -> Option<usize> {
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].iter().position(|day| *day == word)
}

fn weekday(at: DateTime) -> usize {
    usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or(0)
}

fn minute_of(at: DateTime) -> u32 {
    u32::from(at.hour().unsigned_abs()) * 60 + u32::from(at.minute().unsigned_abs())
}
