//! Promises: budgets, burn rates, availability, windows and counts by the minute.

mod availability;
mod buckets;
mod budgets;
mod indicators;
mod published;
mod times;
mod windows;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn at(text: &str) -> i64 {
    format!("{text}:00Z").parse::<jiff::Timestamp>().expect("an instant").as_microsecond()
}

fn shown(at: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(at).expect("an instant");
    at.strftime("%F %H:%M").to_string()
}

fn near(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() < 1e-6)
}
