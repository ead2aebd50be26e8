//! From what a source answers for a minute to its counts.

use objectives::{Comparison, Counts};

/// Events that one minute may hold.
const EVENTS_MAX: f64 = 1e12;
/// Seconds of a minute.
const SECONDS: f64 = 60.0;

/// Which part of the events was asked for beside all of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parted {
    /// The good ones.
    Good,
    /// The bad ones.
    Bad,
}

/// What an answer counts for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Per {
    /// It is how many there were in the minute.
    Minute,
    /// It is how many there were in a second of the minute.
    Second,
}

impl Per {
    /// What the answers to a query for all events count for. A rate counts for a second: `rate`,
    /// `irate`, or a recorded series that is named after one, such as `job:requests:rate5m`. The
    /// share of good events is the same either way; how many there were is not.
    pub fn of(query: &str) -> Per {
        let rate = |word: &str| {
            let rest = word.strip_prefix("rate").or_else(|| word.strip_prefix("irate"));
            rest.is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit())
            })
        };
        let mut words = query.split(|c: char| c != '_' && !c.is_ascii_alphanumeric());
        if words.any(rate) { Per::Second } else { Per::Minute }
    }
}

/// The counts of a minute, of all events and of a part of them, with their fractions. Without an
/// answer for either it is unknown; where there were no events, none was bad. Rates are
/// extrapolated by their servers: a part is never more than all.
pub fn counted(parted: Parted, per: Per, part: Option<f64>, total: Option<f64>) -> Option<Counts> {
    let times = match per {
        Per::Minute => 1.0,
        Per::Second => SECONDS,
    };
    let events = |number: Option<f64>| {
        number.map(|number| number * times).filter(|events| (0.0..=EVENTS_MAX).contains(events))
    };
    let total = events(total)?;
    if total == 0.0 {
        return Some(Counts::default());
    }
    let part = events(part)?.min(total);
    match parted {
        Parted::Good => Counts::parts(part, total),
        Parted::Bad => Counts::parts(total - part, total),
    }
}

/// A minute with a value: good or bad as a whole, unknown without one.
pub fn judged(value: Option<f64>, comparison: Comparison, limit: f64) -> Option<Counts> {
    let value = value.filter(|value| value.is_finite())?;
    Some(Counts::whole(u64::from(comparison.holds(value, limit)), 1))
}

/// A query with the minute in the place of its window: `{{.window}}`, with or without point and
/// blanks.
pub fn minute_query(query: &str) -> String {
    let mut text = String::with_capacity(query.len());
    let mut rest = query;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        match after.split_once("}}") {
            Some((name, more)) if name.trim().trim_start_matches('.') == "window" => {
                text.push_str("1m");
                rest = more;
            }
            _ => {
                text.push_str("{{");
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}
