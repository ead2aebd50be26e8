//! The next occurrence of a rule of RFC 5545.
//!
//! The library that expands rules is given wall times without a zone, and the instants are found
//! here: one database of zones decides everywhere. A wall time that a change of clocks leaves out
//! counts with the offset before the change, one that comes twice is the first of the two (RFC
//! 5545, 3.3.5). **Invariant:** no search is without an end; rules that repeat within a day are
//! refused but by [`Recurrence::parse_any`], which answers people and plans nothing.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rrule::RRuleSet;

/// Longest rule, in bytes.
pub const RULE_BYTES_MAX: usize = 500;
/// Occurrences that one search looks at; a rule that has none up to there has none.
pub const OCCURRENCES_MAX: usize = 20_000;

/// How often a rule may come a day by `BYHOUR`, `BYMINUTE` and `BYSECOND` together.
const A_DAY_MAX: usize = 24;

/// A rule with its zone and its beginning.
#[derive(Clone, Debug)]
pub struct Recurrence {
    set: RRuleSet,
    zone: TimeZone,
    /// The wall time from which occurrences count.
    begin: DateTime,
    /// How often it comes, at most.
    count: usize,
}

/// A rule that cannot be followed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RuleError {
    /// Longer than any rule that a person writes.
    #[error("a recurrence rule has at most {RULE_BYTES_MAX} bytes")]
    Long,
    /// No zone of the IANA database.
    #[error("`{0}` is no time zone; write one like Europe/Berlin")]
    Zone(String),
    /// Not of the form `NAME=VALUE;…`, or a name is unknown here.
    #[error("`{0}` is no part of a recurrence rule; write it like FREQ=WEEKLY;BYDAY=SU")]
    Part(String),
    /// A part that stands twice.
    #[error("`{0}` stands twice in the recurrence rule")]
    Twice(String),
    /// No `FREQ`, or one that repeats within a day.
    #[error("a recurrence rule begins with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")]
    Frequency,
    /// More often a day than makes sense.
    #[error("a recurrence rule comes at most {A_DAY_MAX} times a day")]
    Often,
    /// `UNTIL` is no date or time.
    #[error("`{0}` is no end of a recurrence; write it like UNTIL=20261231")]
    Until(String),
    /// The first time lies outside what a calendar can hold.
    #[error("the recurrence begins at a time that no calendar holds")]
    Begin,
    /// What the rule says is wrong otherwise.
    #[error("this recurrence rule cannot be followed: {0}")]
    Wrong(String),
    /// It never comes.
    #[error("this recurrence rule never comes")]
    Never,
}

impl Recurrence {
    /// Reads a rule as in `RRULE`, in the wall time of `zone`, counted from `begin`.
    ///
    /// # Errors
    /// When the rule or the zone is wrong, or nothing ever follows from it.
    pub fn parse(rule: &str, zone: &str, begin: Timestamp) -> Result<Recurrence, RuleError> {
        Recurrence::read(rule, zone, begin, seldom)
    }

    /// The same for a rule of any frequency, by the hour, minute or second too.
    ///
    /// # Errors
    /// When the rule or the zone is wrong, or nothing ever follows from it.
    pub fn parse_any(rule: &str, zone: &str, begin: Timestamp) -> Result<Recurrence, RuleError> {
        Recurrence::read(rule, zone, begin, |_| Ok(()))
    }

    fn read(
        rule: &str,
        zone: &str,
        begin: Timestamp,
        check: fn(&Parts) -> Result<(), RuleError>,
    ) -> Result<Recurrence, RuleError> {
        if rule.len() > RULE_BYTES_MAX {
            return Err(RuleError::Long);
        }
        let zone =
            TimeZone::get(zone).map_err(|_| RuleError::Zone(zone.chars().take(64).collect()))?;
        let local = zone.to_datetime(begin);
        if !(1900..=9000).contains(&local.year()) {
            return Err(RuleError::Begin);
        }
        let wall = local.with().subsec_nanosecond(0).build().map_err(|_| RuleError::Begin)?;
        let parts = parts(rule, &zone)?;
        check(&parts)?;
        let count = count(&parts)?;
        let (first, rule) = mended(parts, wall);
        let text = format!("DTSTART:{}Z\nRRULE:{rule}", first.strftime("%Y%m%dT%H%M%S"));
        let set: RRuleSet = text.parse().map_err(|error: rrule::RRuleError| {
            RuleError::Wrong(error.to_string().lines().next().unwrap_or_default().to_owned())
        })?;
        let recurrence = Recurrence { set: set.limit(), zone, begin: wall, count };
        if recurrence.next_from(begin).is_none() {
            return Err(RuleError::Never);
        }
        Ok(recurrence)
    }

    /// The first occurrence at `at` or later; `None` when no more follows.
    pub fn next_from(&self, at: Timestamp) -> Option<Timestamp> {
        self.following(at).next()
    }

    /// The occurrences at `at` or later, in their order; asks for many cost no more than for one.
    pub fn following(&self, at: Timestamp) -> impl Iterator<Item = Timestamp> {
        self.occurrences().skip_while(move |found| *found < at)
    }

    /// The occurrences from the beginning on, in their order.
    fn occurrences(&self) -> impl Iterator<Item = Timestamp> {
        let walls = (&self.set).into_iter().map_while(|wall| {
            let wall = Timestamp::from_second(wall.timestamp()).ok()?;
            Some(TimeZone::UTC.to_datetime(wall))
        });
        // One more than is looked at, so that whoever lists them knows that there are more.
        let most = self.count.min(OCCURRENCES_MAX + 1);
        let counted = walls.skip_while(|wall| *wall < self.begin).take(most);
        counted.map_while(|wall| {
            // "Compatible" is RFC 5545's reading of gaps and folds.
            self.zone.to_ambiguous_zoned(wall).compatible().ok().map(|zoned| zoned.timestamp())
        })
    }
}

/// The parts that the library gets: checked, and `UNTIL` as wall time.
fn parts(rule: &str, zone: &TimeZone) -> Result<Parts, RuleError> {
    let rule = rule.trim();
    let rule = rule.strip_prefix("RRULE:").unwrap_or(rule);
    let mut seen: Parts = Vec::new();
    for part in rule.split(';').filter(|part| !part.is_empty()) {
        let unknown = || RuleError::Part(part.chars().take(64).collect());
        let (name, value) = part.split_once('=').ok_or_else(unknown)?;
        let (name, value) = (name.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase());
        let plain =
            value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b",+-".contains(&byte));
        if !KNOWN.contains(&name.as_str()) || value.is_empty() || !plain {
            return Err(unknown());
        }
        if seen.iter().any(|(before, _)| *before == name) {
            return Err(RuleError::Twice(name));
        }
        let value = if name == "UNTIL" { until(&value, zone)? } else { value };
        seen.push((name, value));
    }
    if seen.iter().all(|(name, _)| name != "FREQ") {
        return Err(RuleError::Frequency);
    }
    Ok(seen)
}

/// Whether a rule comes on days, and a few times on each.
fn seldom(parts: &Parts) -> Result<(), RuleError> {
    let value = |wanted: &str| parts.iter().find(|(name, _)| name == wanted).map(|(_, v)| v);
    match value("FREQ").map(String::as_str) {
        Some("DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY") => {}
        _ => return Err(RuleError::Frequency),
    }
    let times = ["BYHOUR", "BYMINUTE", "BYSECOND"]
        .iter()
        .map(|name| value(name).map_or(1, |value| value.split(',').count()))
        .product::<usize>();
    if times > A_DAY_MAX {
        return Err(RuleError::Often);
    }
    Ok(())
}

/// How often a rule comes, at most: its `COUNT`, counted here.
fn count(parts: &[(String, String)]) -> Result<usize, RuleError> {
    let Some((name, value)) = parts.iter().find(|(name, _)| name == "COUNT") else {
        return Ok(usize::MAX);
    };
    let wrong = || RuleError::Part(format!("{name}={value}"));
    value.parse().ok().filter(|count| *count > 0).ok_or_else(wrong)
}

/// Where the library begins, and the rule that it follows so that the standard's occurrences come
/// out: what it leaves out of RFC 5545, 3.3.10, is put in.
fn mended(parts: Parts, begin: DateTime) -> (DateTime, String) {
    let value = |wanted: &str| parts.iter().find(|(name, _)| name == wanted).map(|(_, v)| v);
    let is = |wanted: &str| value("FREQ").is_some_and(|frequency| frequency == wanted);
    let mut first = begin;
    let mut more = String::new();
    // The first week is whole, however late in it the rule begins: positions count from its start.
    if is("WEEKLY") && value("BYSETPOS").is_some() {
        let start = value("WKST").map_or("MO", String::as_str);
        let start = WEEK.iter().position(|day| *day == start).unwrap_or(0);
        let since = (weekday(begin) + 7 - start) % 7;
        let monday = i64::try_from(since).ok().and_then(|days| begin.checked_sub(days.days()).ok());
        first = monday.unwrap_or(begin);
    }
    // Which day of a numbered week is meant is the day of the beginning, unless the rule says.
    let days = ["BYDAY", "BYMONTHDAY", "BYYEARDAY"];
    if value("BYWEEKNO").is_some() && days.iter().all(|name| value(name).is_none()) {
        more = format!(";BYDAY={}", WEEK[weekday(begin)]);
    }
    let kept = parts.iter().filter(|(name, _)| name != "COUNT");
    let texts: Vec<String> = kept.map(|(name, value)| format!("{name}={value}")).collect();
    (first, texts.join(";") + &more)
}

/// The place of a day in [`WEEK`].
fn weekday(wall: DateTime) -> usize {
    usize::from(wall.weekday().to_monday_zero_offset().unsigned_abs())
}

/// The days of the week as rules write them.
const WEEK: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// Names and values of a rule, in their order.
type Parts = Vec<(String, String)>;

/// The parts of a rule that are followed.
const KNOWN: &[&str] = &[
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYMONTH",
    "BYWEEKNO",
    "BYYEARDAY",
    "BYMONTHDAY",
    "BYDAY",
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
    "BYSETPOS",
    "WKST",
];

/// The wall time of an `UNTIL`: a date counts to its end, a time in UTC is turned.
fn until(value: &str, zone: &TimeZone) -> Result<String, RuleError> {
    let wrong = || RuleError::Until(value.chars().take(64).collect());
    let (text, utc) = match value.strip_suffix('Z') {
        Some(text) => (text, true),
        None => (value, false),
    };
    let wall = if text.contains('T') {
        DateTime::strptime("%Y%m%dT%H%M%S", text).map_err(|_| wrong())?
    } else {
        let date = jiff::civil::Date::strptime("%Y%m%d", text).map_err(|_| wrong())?;
        date.at(23, 59, 59, 0)
    };
    let wall = if utc {
        let instant = TimeZone::UTC.to_timestamp(wall).map_err(|_| wrong())?;
        zone.to_datetime(instant)
    } else {
        wall
    };
    // The library takes no end at the very edge of its calendar.
    if wall.checked_add(1.day()).is_err() {
        return Err(wrong());
    }
    Ok(format!("{}Z", wall.strftime("%Y%m%dT%H%M%S")))
}

#[cfg(test)]
mod tests;
