//! From what a source answers for a minute to its counts.

use objectives::{Comparison, Counts};

/// Events that one minute may hold, as a fraction has them.
const EVENTS_MAX: f64 = 1e12;

/// Which part of the events was asked for beside all of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parted {
    /// The good ones.
    Good,
    /// The bad ones.
    Bad,
}

/// The counts of a minute, of all events and of a part of them. Without an answer for either it is
/// unknown; where there were no events, none was bad. Rates are extrapolated by their servers: a
/// part is never more than all.
pub fn counted(parted: Parted, part: Option<f64>, total: Option<f64>) -> Option<Counts> {
    let whole = |number: Option<f64>| {
        let number = number.filter(|number| (0.0..=EVENTS_MAX).contains(number))?;
        Some(number.round() as u64)
    };
    let total = whole(total)?;
    if total == 0 {
        return Some(Counts { good: 0, total: 0 });
    }
    let part = whole(part)?.min(total);
    let good = match parted {
        Parted::Good => part,
        Parted::Bad => total - part,
    };
    Some(Counts { good, total })
}

/// A minute with a value: good or bad as a whole, unknown without one.
pub fn judged(value: Option<f64>, comparison: Comparison, limit: f64) -> Option<Counts> {
    let value = value.filter(|value| value.is_finite())?;
    Some(Counts { good: u64::from(comparison.holds(value, limit)), total: 1 })
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
