//! Rotations as other tools reckon them, put into schedules of ours.
//!
//! Elsewhere several people may be on call by one schedule at the same time; here a schedule has
//! one at each moment. What may overlap goes into schedules beside each other, and whoever calls
//! the schedule calls all of them.

use estate::{
    BackupRule, LayerCalendar, ScheduleLayer, ScheduleOverride, ScheduleSpec, ShiftLimits,
    ShiftRotation, TeamRef, TurnRef,
};
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Unit};
use kernel::Time;
use schedule::Every;

use super::week::Week;

/// One rotation elsewhere, with one person at a time.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is called.
    pub name: String,
    /// A part of a higher level lies over those of lower ones; parts of one level stand beside
    /// each other.
    pub level: i32,
    /// Its zone, where it is another than that of the schedule.
    pub zone: Option<String>,
    /// From when its turns are counted, in wall time.
    pub start: DateTime,
    /// From when on it has somebody, when that is later.
    pub from: Option<DateTime>,
    /// When it ends.
    pub until: Option<Time>,
    /// How long a turn is.
    pub every: Every,
    /// Whose turns come one after another.
    pub turns: Vec<TurnRef>,
    /// The hours in which it has somebody.
    pub week: Week,
    /// Whether turns without any of its hours are not counted.
    pub skip_closed: bool,
    /// The address of a calendar that says who is on call, instead of turns.
    pub calendar: Option<String>,
}

impl Part {
    /// Turns from a wall time on, always.
    pub fn new(name: &str, start: DateTime, every: Every, turns: Vec<TurnRef>) -> Part {
        Part {
            name: name.to_owned(),
            level: 0,
            zone: None,
            start,
            from: None,
            until: None,
            every,
            turns,
            week: Week::default(),
            skip_closed: false,
            calendar: None,
        }
    }

    /// What a calendar elsewhere says, always.
    pub fn read(name: &str, level: i32, url: &str) -> Part {
        let start = date(2020, 1, 6).at(0, 0, 0, 0);
        let part = Part::new(name, start, Every::Weeks(1), Vec::new());
        Part { level, calendar: Some(url.to_owned()), ..part }
    }

    fn layer(&self) -> ScheduleLayer {
        ScheduleLayer {
            name: self.name.clone(),
            time_zone: self.zone.clone(),
            rotations: if self.calendar.is_some() { Vec::new() } else { self.rotations() },
            calendar: self.calendar.clone().map(|url| LayerCalendar { url }),
            until: self.until,
            hours: self.week.opening(),
            during: None,
            skip_closed: self.skip_closed,
            backup: BackupRule::default(),
            backup_person: None,
        }
    }

    /// A rotation from its start; where it has somebody from later on, the rest of the turn that
    /// has begun by then, and those that follow.
    fn rotations(&self) -> Vec<ShiftRotation> {
        let rotation = |start: DateTime, first: usize| {
            let mut people = self.turns.clone();
            let count = people.len().max(1);
            people.rotate_left(first % count);
            ShiftRotation { start: wall(start), every: every_text(self.every), people }
        };
        let Some(from) = self.from.filter(|from| *from > self.start) else {
            return vec![rotation(self.start, 0)];
        };
        let (passed, hand) = passed(self.start, self.every, from);
        if hand == from {
            return vec![rotation(from, passed)];
        }
        let mut begun = rotation(from, passed);
        begun.people.truncate(1);
        match after(self.start, self.every, passed + 1) {
            Some(next) => vec![begun, rotation(next, passed + 1)],
            None => vec![begun],
        }
    }

    /// Whether both may have somebody at one moment.
    fn meets(&self, other: &Part) -> bool {
        let begins = |part: &Part| part.from.unwrap_or(part.start).max(part.start);
        let until = |part: &Part| part.until.map_or(i64::MAX, Time::micros);
        // A day of room, since these are wall times of any zone.
        let day = 86_400_000_000;
        let start = |part: &Part| {
            let utc = TimeZone::UTC.to_timestamp(begins(part));
            utc.map_or(0, Timestamp::as_microsecond) - day
        };
        let apart = start(self) >= until(other) || start(other) >= until(self);
        !apart && (self.zone != other.zone || self.week.meets(&other.week))
    }
}

/// How many turns have passed by a wall time, and when the present one began.
fn passed(start: DateTime, every: Every, at: DateTime) -> (usize, DateTime) {
    let hours = start.until((Unit::Hour, at)).map_or(0, |span| i64::from(span.get_hours()));
    let length = match every {
        Every::Hours(count) => i64::from(count),
        Every::Days(count) => i64::from(count) * 24,
        Every::Weeks(count) => i64::from(count) * 168,
        Every::Months(count) => i64::from(count) * 744,
    };
    let mut turn = usize::try_from(hours / length.max(1)).unwrap_or(0);
    let mut began = after(start, every, turn).unwrap_or(start);
    // Months are shorter than was reckoned.
    while let Some(next) = after(start, every, turn + 1).filter(|next| *next <= at) {
        (turn, began) = (turn + 1, next);
    }
    (turn, began)
}

/// The wall time so many turns after a start.
fn after(start: DateTime, every: Every, turns: usize) -> Option<DateTime> {
    let turns = i64::try_from(turns).ok()?;
    let span = |count: u16| turns.checked_mul(i64::from(count));
    let span = match every {
        Every::Hours(count) => jiff::Span::new().try_hours(span(count)?),
        Every::Days(count) => jiff::Span::new().try_days(span(count)?),
        Every::Weeks(count) => jiff::Span::new().try_weeks(span(count)?),
        Every::Months(count) => jiff::Span::new().try_months(span(count)?),
    };
    start.checked_add(span.ok()?).ok()
}

/// A schedule elsewhere, of parts and of what was changed by hand.
#[derive(Clone, Debug, Default)]
pub struct Rota {
    /// The zone of its wall times.
    pub zone: String,
    /// Who answers for it.
    pub team: Option<TeamRef>,
    /// Its rotations.
    pub parts: Vec<Part>,
    /// What was changed by hand.
    pub overrides: Vec<ScheduleOverride>,
}

impl Rota {
    /// The schedules that say together what this one says, each with the name of the part that it
    /// begins with. At every moment those have somebody that the parts of the highest level have
    /// which has somebody at all.
    pub fn schedules(&self) -> Vec<(String, ScheduleSpec)> {
        let mut levels: Vec<i32> = self.parts.iter().map(|part| part.level).collect();
        levels.sort_unstable();
        levels.dedup();
        let grouped: Vec<Vec<Vec<&Part>>> =
            levels.iter().map(|level| self.beside(*level)).collect();
        let count = grouped.iter().map(Vec::len).max().unwrap_or(0);
        let schedules = (0..count).map(|place| {
            let mut layers: Vec<ScheduleLayer> = Vec::new();
            for (height, groups) in grouped.iter().enumerate() {
                let (none, empty) = (Vec::new(), Vec::new());
                let own = groups.get(place).unwrap_or(&none);
                // Over what is below lie also those whose turn others have.
                let others = groups.iter().enumerate().filter(|(other, _)| *other != place);
                let others = if height == 0 { Vec::new() } else { others.collect() };
                let others = others.into_iter().map(|(_, group)| group).chain([&empty]);
                layers.extend(others.flatten().chain(own).map(|part| part.layer()));
            }
            let named = grouped.iter().find_map(|groups| groups.get(place)?.first());
            let spec = ScheduleSpec {
                team: self.team.clone(),
                time_zone: self.zone.clone(),
                cover_calendar: None,
                layers,
                overrides: self.overrides.clone(),
                swaps: Vec::new(),
                limits: ShiftLimits::default(),
                hand_over: None,
            };
            (named.map(|part| part.name.clone()).unwrap_or_default(), spec)
        });
        schedules.collect()
    }

    /// The parts of a level, so that those of one group never meet.
    fn beside(&self, level: i32) -> Vec<Vec<&Part>> {
        let mut groups: Vec<Vec<&Part>> = Vec::new();
        for part in self.parts.iter().filter(|part| part.level == level) {
            let free = |group: &&mut Vec<&Part>| !group.iter().any(|other| other.meets(part));
            match groups.iter_mut().find(free) {
                Some(group) => group.push(part),
                None => groups.push(vec![part]),
            }
        }
        groups
    }
}

/// A shift of so many seconds, in the largest unit that fits.
pub fn every(seconds: u32) -> Option<Every> {
    let of = |unit: u32| {
        let count = u16::try_from(seconds / unit).ok().filter(|count| *count > 0)?;
        seconds.is_multiple_of(unit).then_some(count)
    };
    let (weeks, days, hours) = (of(7 * 86_400), of(86_400), of(3_600));
    weeks.map(Every::Weeks).or(days.map(Every::Days)).or(hours.map(Every::Hours))
}

/// How the length of a shift is written.
pub fn every_text(every: Every) -> String {
    match every {
        Every::Hours(count) => format!("{count}h"),
        Every::Days(count) => format!("{count}d"),
        Every::Weeks(count) => format!("{count}w"),
        Every::Months(count) => format!("{count}M"),
    }
}

/// How a wall time is written.
fn wall(at: DateTime) -> String {
    let form = if at.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
    at.strftime(form).to_string()
}

/// A time as a wall time of a zone: with an offset wherever it was said, without one it is one.
pub fn wall_of(text: &str, zone: &TimeZone) -> Option<DateTime> {
    let text = text.trim();
    match text.parse::<Timestamp>() {
        Ok(at) => Some(zone.to_datetime(at)),
        Err(_) => text.parse::<DateTime>().ok(),
    }
}

/// A time as a moment; without an offset it is a wall time of a zone.
pub fn moment_of(text: &str, zone: &TimeZone) -> Option<Time> {
    let text = text.trim();
    if let Ok(time) = Time::parse(text) {
        return Some(time);
    }
    calendar::instant(zone, text.parse::<DateTime>().ok()?).map(Time::from_micros)
}

/// So many minutes after a wall time.
pub fn minutes_after(at: DateTime, minutes: i64) -> Option<DateTime> {
    at.checked_add(minutes.minutes()).ok()
}

/// A turn before a wall time.
pub fn before(at: DateTime, every: Every) -> Option<DateTime> {
    let span = match every {
        Every::Hours(count) => i64::from(count).hours(),
        Every::Days(count) => i64::from(count).days(),
        Every::Weeks(count) => i64::from(count).weeks(),
        Every::Months(count) => i64::from(count).months(),
    };
    at.checked_sub(span).ok()
}
