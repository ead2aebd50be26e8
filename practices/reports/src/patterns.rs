//! The report over patterns: what is usual at each hour of the week, and the hours that are not.
//!
//! Only hours that are over are judged, those of the last 8 weeks of the period. A rule is known
//! from the first firing of its integration on: before that nobody watched, and silence says
//! nothing.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use kernel::Time;
use serde::Serialize;
use utoipa::ToSchema;

use crate::anomaly::{Anomaly, AnomalyKind, judge};
use crate::expected::Marks;
use crate::season::{HOUR_MICROS, Hours, MORE_MIN, SLOTS, WEEKS_COMPARED, WEEKS_MIN};
use crate::times::Period;

const WEEK_MICROS: i64 = 168 * HOUR_MICROS;
/// Rules that are looked at, those that fire most.
const RULES_MAX: usize = 200;
/// Anomalies that are shown.
const ANOMALIES_MAX: usize = 50;

/// Firings of a rule that began in one quarter of an hour.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quarter {
    /// The integration.
    pub source: String,
    /// The alert.
    pub name: String,
    /// Which quarter of an hour, counted from 1970 on.
    pub quarter: i64,
    /// How many.
    pub fired: u32,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The hours to judge.
    pub period: Period,
    /// On whose clocks.
    pub zone: TimeZone,
    /// Integration and alert of the one rule to look at.
    pub rule: Option<(String, String)>,
    /// Firings are kept from here on.
    pub kept_since: Time,
}

/// The report.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Patterns {
    /// The first hour that was judged begins here …
    pub from: Time,
    /// … and what begins here or later was not.
    pub to: Time,
    /// How much is known.
    pub history: Known,
    /// The rules, those that fire most first, at most 200.
    pub rules: Vec<RuleSeries>,
    /// The 168 hours of the week, of the rule that was asked for, else of all together.
    pub week: Vec<WeekHour>,
    /// Every hour that was judged, of the same.
    pub line: Vec<HourCount>,
    /// Hours that are far from usual, the newest first, at most 50.
    pub anomalies: Vec<Anomaly>,
    /// How many there are.
    pub found: usize,
    /// How many are not shown because they are expected, for each decision in its order.
    #[serde(skip)]
    pub hidden: Vec<usize>,
}

/// How much history there is, and how much is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = PatternHistory)]
pub struct Known {
    /// The first firing that is known; nothing when there is none.
    pub since: Option<Time>,
    /// Whole weeks from there to the end of the period, at most those that are compared.
    pub weeks: i64,
    /// Weeks that a baseline needs.
    pub needed: usize,
    /// Weeks that an hour is compared with at most.
    pub compared: i64,
}

/// A rule that can be looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct RuleSeries {
    /// The integration.
    pub source: String,
    /// The alert.
    pub name: String,
    /// How often it fired in the hours that were judged.
    pub fired: u32,
}

/// An hour of the week.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct WeekHour {
    /// Day of the week, Monday is 1.
    pub day: u8,
    /// Hour of the day.
    pub hour: u8,
    /// How often it was seen.
    pub seen: usize,
    /// Firings in all of them.
    pub fired: u32,
    /// How many are usual after the period; nothing where too little is known.
    pub expected: Option<f64>,
}

/// An hour that was judged.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct HourCount {
    /// When it began.
    pub at: Time,
    /// Firings that began in it.
    pub count: u32,
    /// How many are usual; nothing where too little is known.
    pub expected: Option<f64>,
    /// From how many on it is far more.
    pub high: Option<f64>,
}

/// Firings of one rule, or of all, for each hour.
struct Series {
    rule: Option<(String, String)>,
    counts: Vec<u32>,
    /// The first hour that counts.
    known: usize,
}

/// From when on firings have to be read to judge this period.
pub fn reads_from(period: Period) -> Time {
    let judged = judged_from(period).micros();
    // A day more, for weeks in which the clock was moved.
    Time::from_micros(judged.saturating_sub(WEEKS_COMPARED * WEEK_MICROS + 24 * HOUR_MICROS))
}

fn judged_from(period: Period) -> Time {
    let earliest = period.to.micros().saturating_sub(WEEKS_COMPARED * WEEK_MICROS);
    Time::from_micros(period.from.micros().max(earliest))
}

/// The patterns in these firings; what is expected by people is left out, and counted.
pub fn patterns(rows: &[Quarter], asked: &Asked, marks: &Marks) -> Patterns {
    let period = asked.period;
    // One hour more tells when the last one is over.
    let end = Time::from_micros(period.to.micros().saturating_add(HOUR_MICROS));
    let hours = Hours::of(Period { from: reads_from(period), to: end }, &asked.zone);
    let first = hours.from(judged_from(period));
    let last = hours.going_on(period.to).max(first);
    let all = series(rows, &hours, asked);
    let since = all.first().and_then(|series| hours.all.get(series.known)).map(|hour| hour.at);
    let wanted: Vec<&Series> = match &asked.rule {
        Some(_) => all.iter().filter(|series| series.rule == asked.rule).collect(),
        None => all.iter().collect(),
    };
    let mut hidden = vec![0; marks.0.len()];
    let mut anomalies: Vec<Anomaly> = Vec::new();
    for anomaly in wanted.iter().flat_map(|series| unusual(series, &hours, first..last)) {
        match marks.about(&anomaly).and_then(|place| hidden.get_mut(place)) {
            Some(count) => *count += 1,
            None => anomalies.push(anomaly),
        }
    }
    anomalies.sort_by_key(|anomaly| std::cmp::Reverse(anomaly.at));
    let found = anomalies.len();
    anomalies.truncate(ANOMALIES_MAX);
    let weeks = since.map_or(0, |since| period.to.micros_since(since) / WEEK_MICROS);
    Patterns {
        from: hours.all.get(first).map_or(period.from, |hour| hour.at),
        to: hours.all.get(last).map_or(period.to, |hour| hour.at),
        history: Known {
            since,
            weeks: weeks.clamp(0, WEEKS_COMPARED),
            needed: WEEKS_MIN,
            compared: WEEKS_COMPARED,
        },
        rules: all.iter().filter_map(|series| series.fired(first..last)).collect(),
        week: wanted.first().map_or_else(Vec::new, |series| week(series, &hours, last)),
        line: wanted.first().map_or_else(Vec::new, |series| line(series, &hours, first..last)),
        anomalies,
        found,
        hidden,
    }
}

/// All rules together, then each of those that fire most.
fn series(rows: &[Quarter], hours: &Hours, asked: &Asked) -> Vec<Series> {
    // The hour in which keeping begins is not whole.
    let kept = hours.from(asked.kept_since);
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rules: BTreeMap<(&str, &str), Vec<(usize, u32)>> = BTreeMap::new();
    for row in rows {
        let Some(place) = hours.of_quarter(row.quarter) else { continue };
        let first = known.entry(&row.source).or_insert(usize::MAX);
        *first = (*first).min(place.max(kept));
        rules.entry((&row.source, &row.name)).or_default().push((place, row.fired));
    }
    let earliest = known.values().min().copied();
    let counted = |counted: &[(usize, u32)]| {
        let mut counts = vec![0_u32; hours.all.len()];
        for (place, fired) in counted {
            if let Some(count) = counts.get_mut(*place) {
                *count = count.saturating_add(*fired);
            }
        }
        counts
    };
    let together: Vec<(usize, u32)> = rules.values().flatten().copied().collect();
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|(_, fired)| {
        std::cmp::Reverse(fired.iter().map(|(_, fired)| u64::from(*fired)).sum::<u64>())
    });
    let asked_for = |(source, name): &(&str, &str)| {
        asked.rule.as_ref().is_some_and(|rule| rule.0 == *source && rule.1 == *name)
    };
    let kept = rules.into_iter().enumerate();
    let kept = kept.filter(|(place, (rule, _))| *place < RULES_MAX || asked_for(rule));
    let kept = kept.map(|(_, ((source, name), fired))| Series {
        rule: Some((source.to_owned(), name.to_owned())),
        counts: counted(&fired),
        known: known.get(source).copied().unwrap_or(usize::MAX),
    });
    let all = earliest.map(|known| Series { rule: None, counts: counted(&together), known });
    all.into_iter().chain(kept).collect()
}

/// The hours of a series that are far from usual.
fn unusual(series: &Series, hours: &Hours, judged: std::ops::Range<usize>) -> Vec<Anomaly> {
    let one = |place: usize| {
        let (hour, next) = (hours.all.get(place)?, hours.all.get(place + 1)?);
        let count = *series.counts.get(place)?;
        if !telling(series, hours, (place, hour.slot), count) {
            return None;
        }
        let usual = hours.baseline(&series.counts, series.known, place)?;
        let kind: AnomalyKind = judge(count, &usual)?;
        let (day, of_day) = day_and_hour(hour.slot);
        Some(Anomaly {
            source: series.rule.as_ref().map(|(source, _)| source.clone()),
            name: series.rule.as_ref().map(|(_, name)| name.clone()),
            kind,
            at: hour.at,
            until: next.at,
            day,
            hour: of_day,
            count,
            expected: usual.expected,
            spread: usual.spread,
            score: (f64::from(count) - usual.expected) / usual.spread,
            short: usual.short,
            weeks: usual.compared,
        })
    };
    judged.filter_map(one).collect()
}

/// Whether an hour can be unusual at all; most cannot, which is found without a median.
fn telling(series: &Series, hours: &Hours, (place, slot): (usize, usize), count: u32) -> bool {
    let same = hours.slot(slot);
    let before = same.partition_point(|other| *other < place).checked_sub(1);
    let week_before = before.and_then(|before| series.counts.get(*same.get(before)?).copied());
    match count {
        0 => week_before.is_some_and(|count| count > 0),
        count => f64::from(count) >= MORE_MIN,
    }
}

fn day_and_hour(slot: usize) -> (u8, u8) {
    let small = |number: usize| u8::try_from(number).unwrap_or_default();
    (small(slot / 24 + 1), small(slot % 24))
}

fn week(series: &Series, hours: &Hours, end: usize) -> Vec<WeekHour> {
    let one = |slot: usize| {
        let seen = hours.slot(slot).iter().filter(|place| (series.known..end).contains(*place));
        let seen: Vec<u32> = seen.filter_map(|place| series.counts.get(*place).copied()).collect();
        let (day, hour) = day_and_hour(slot);
        // The next hour of this place in the week: in the week of the end, or the one after it.
        let next = hours.all.get(end).map(|end| end.week + i64::from(slot < end.slot));
        let usual = next.and_then(|week| hours.usual(&series.counts, series.known, (slot, week)));
        WeekHour {
            day,
            hour,
            seen: seen.len(),
            fired: seen.iter().copied().fold(0, u32::saturating_add),
            expected: usual.map(|usual| usual.expected),
        }
    };
    (0..SLOTS).map(one).collect()
}

fn line(series: &Series, hours: &Hours, judged: std::ops::Range<usize>) -> Vec<HourCount> {
    let one = |place: usize| {
        let usual = hours.baseline(&series.counts, series.known, place);
        Some(HourCount {
            at: hours.all.get(place)?.at,
            count: *series.counts.get(place)?,
            expected: usual.as_ref().map(|usual| usual.expected),
            high: usual.map(|usual| usual.high),
        })
    };
    judged.filter_map(one).collect()
}

impl Series {
    fn fired(&self, judged: std::ops::Range<usize>) -> Option<RuleSeries> {
        let (source, name) = self.rule.clone()?;
        let counts = self.counts.get(judged).unwrap_or_default();
        let fired = counts.iter().copied().fold(0, u32::saturating_add);
        Some(RuleSeries { source, name, fired })
    }
}
