use std::collections::BTreeMap;

use kernel::Time;
use serde::Serialize;
use utoipa::ToSchema;

use crate::case::{Case, Outcome};
use crate::times::Period;

/// As many days as a report lists; a longer period has no list by day.
const DAYS_MAX: i64 = 1_100;

/// How many incidents there were. Merged children and cancelled ones are not counted.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, ToSchema)]
#[schema(as = IncidentCounts)]
pub struct Counts {
    /// Opened in the period.
    pub opened: usize,
    /// Resolved in the period and still so.
    pub resolved: usize,
    /// Of the opened ones, those that came back after they had been resolved.
    pub reopened: usize,
    /// Of the resolved ones, how many had which kind of cause.
    pub by_cause_class: BTreeMap<String, usize>,
    /// Of the resolved ones, how many were proven to hold, and how.
    pub proven: Proven,
    /// Opened and resolved on each day of the period, in UTC, days without any included.
    pub per_day: Vec<Day>,
}

/// How many resolved incidents were proven to hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, ToSchema)]
#[schema(as = ProvenCounts)]
pub struct Proven {
    /// All checks passed.
    pub passed: usize,
    /// A check failed.
    pub failed: usize,
    /// Nothing was checked.
    pub unchecked: usize,
    /// A consumer said that it works again, whatever the checks say.
    pub confirmed: usize,
}

/// How many incidents there were on one day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = DayCounts)]
pub struct Day {
    /// The day in UTC: `2026-03-01`.
    pub day: String,
    /// Opened on it.
    pub opened: usize,
    /// Resolved on it.
    pub resolved: usize,
}

/// Counts by the time of opening, and of resolution for what was resolved.
pub(crate) fn count(cases: &[Case], period: Period) -> Counts {
    let real = || cases.iter().filter(|case| case.outcome == Outcome::Incident);
    let opened: Vec<&Case> = real().filter(|case| period.holds(case.opened_at)).collect();
    let resolved: Vec<(&Case, Time)> = real()
        .filter_map(|case| case.resolved.map(|at| (case, at)))
        .filter(|(_, at)| period.holds(*at))
        .collect();

    let mut by_cause_class = BTreeMap::new();
    for (case, _) in &resolved {
        let class = case.cause_class.clone().unwrap_or_else(|| "unknown".to_owned());
        *by_cause_class.entry(class).or_insert(0) += 1;
    }
    let mut proven = Proven::default();
    for (case, _) in &resolved {
        let place = match case.checks_failed {
            None => &mut proven.unchecked,
            Some(0) => &mut proven.passed,
            Some(_) => &mut proven.failed,
        };
        *place += 1;
        proven.confirmed += usize::from(case.confirmed);
    }
    let opened_days = tally(opened.iter().map(|case| day(case.opened_at)));
    let resolved_days = tally(resolved.iter().map(|(_, at)| day(*at)));
    let on = |days: &BTreeMap<i64, usize>, day| days.get(&day).copied().unwrap_or_default();
    Counts {
        opened: opened.len(),
        resolved: resolved.len(),
        reopened: opened.iter().filter(|case| case.reopen_count > 0).count(),
        by_cause_class,
        proven,
        per_day: days(period)
            .map(|day| Day {
                day: name(day),
                opened: on(&opened_days, day),
                resolved: on(&resolved_days, day),
            })
            .collect(),
    }
}

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// The days that the period touches; none when they are too many to list.
pub(crate) fn days(period: Period) -> impl Iterator<Item = i64> {
    let first = day(period.from);
    let last = day(Time::from_micros(period.to.micros().saturating_sub(1)));
    let end = if last.saturating_sub(first) < DAYS_MAX { last.saturating_add(1) } else { first };
    first..end
}

/// Days since 1970-01-01 in UTC, where every day has 86,400 seconds.
pub(crate) fn day(at: Time) -> i64 {
    at.micros().div_euclid(MICROS_PER_DAY)
}

pub(crate) fn name(day: i64) -> String {
    let midnight = Time::from_micros(day.saturating_mul(MICROS_PER_DAY)).to_string();
    midnight.chars().take_while(|letter| *letter != 'T').collect()
}

fn tally(days: impl Iterator<Item = i64>) -> BTreeMap<i64, usize> {
    let mut tally = BTreeMap::new();
    for day in days {
        *tally.entry(day).or_insert(0) += 1;
    }
    tally
}
