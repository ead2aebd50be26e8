use std::collections::BTreeMap;

use kernel::{ItemRef, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::case::{Case, Outcome};
use crate::quantile::{median, p90};
use crate::times::Period;

/// As many days as a report lists; a longer period has no list by day.
const DAYS_MAX: i64 = 1_100;

/// How many incidents there were. Merged children and cancelled ones are not counted.
#[derive(Clone, PartialEq, Debug, Default, Serialize, ToSchema)]
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
    /// What else is counted of the opened ones, and what was left open.
    pub volume: Volume,
    /// Opened and resolved on each day of the period, in UTC, days without any included.
    pub per_day: Vec<Day>,
}

/// How much there was, beside the equally long time before, and what was left.
#[derive(Clone, PartialEq, Debug, Default, Serialize, ToSchema)]
#[schema(as = IncidentVolume)]
pub struct Volume {
    /// Opened in the equally long time before.
    pub opened_before: usize,
    /// Whether both differ by more than chance does, with 95 % confidence.
    pub notable: bool,
    /// Of the opened ones, those that monitoring found before a person reported them.
    pub found_by_monitoring: usize,
    /// Of the opened ones, those that hit a use case, a product or users.
    pub consumer_facing: usize,
    /// Of the opened ones, those whose main item had one of the same cause in the 90 days before.
    pub repeated: usize,
    /// Minutes lost by the outages that ended in the period, each user for themselves; degraded
    /// minutes count half.
    pub user_minutes_lost: f64,
    /// Outages that ended in the period of which it is not known how many users they hit.
    pub users_unknown: usize,
    /// Open at the end of the period, or now while it runs.
    pub open_at_end: usize,
    /// How long those had been open: the middle.
    pub open_age_median_seconds: Option<f64>,
    /// The same: nine in ten are younger.
    pub open_age_p90_seconds: Option<f64>,
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
pub(crate) fn count(cases: &[Case], period: Period, now: Time) -> Counts {
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
        volume: volume(cases, &opened, (period, now)),
        per_day: days(period)
            .map(|day| Day {
                day: name(day),
                opened: on(&opened_days, day),
                resolved: on(&resolved_days, day),
            })
            .collect(),
    }
}

/// So many days later an incident with the same cause repeats an earlier one.
pub(crate) const REPEAT_DAYS: u64 = 90;

/// Counts what was opened beside the time before, and what is left. The cases of the time before
/// are among them, as far as the caller knows them.
fn volume(cases: &[Case], opened: &[&Case], (period, now): (Period, Time)) -> Volume {
    let length = period.to.micros_since(period.from);
    let from = Time::from_micros(period.from.micros().saturating_sub(length));
    let before = Period { from, to: period.from };
    let real = || cases.iter().filter(|case| case.outcome == Outcome::Incident);
    let opened_before = real().filter(|case| before.holds(case.opened_at)).count();
    let how_many = |fits: &dyn Fn(&Case) -> bool| opened.iter().filter(|case| fits(case)).count();
    let mut lost = 0.0;
    let mut users_unknown = 0;
    for case in real().filter(|case| case.restored.is_some_and(|at| period.holds(at))) {
        match (case.users, case.lost_micros) {
            (Some(users), Some(micros)) => lost += users as f64 * micros as f64 / 60_000_000.0,
            _ => users_unknown += 1,
        }
    }
    let end = period.to.min(now);
    let open = cases.iter().filter(|case| case.opened_at < period.to && open_at(case, end));
    let ages: Vec<f64> = open.map(|case| end.micros_since(case.opened_at) as f64 / 1e6).collect();
    let kin = Kin::of(cases);
    Volume {
        opened_before,
        notable: notable(opened.len(), opened_before),
        found_by_monitoring: how_many(&|case| {
            case.detected.is_some() && case.reported.is_none_or(|at| case.detected < Some(at))
        }),
        consumer_facing: how_many(&|case| case.consumer_facing),
        repeated: how_many(&|case| kin.repeats(case)),
        user_minutes_lost: lost,
        users_unknown,
        open_at_end: ages.len(),
        open_age_median_seconds: median(&ages),
        open_age_p90_seconds: p90(&ages),
    }
}

/// When incidents with the same main item and cause were opened, in order.
struct Kin<'a>(BTreeMap<(&'a ItemRef, &'a str), Vec<Time>>);

impl<'a> Kin<'a> {
    fn of(cases: &'a [Case]) -> Kin<'a> {
        let mut kin: BTreeMap<_, Vec<Time>> = BTreeMap::new();
        for case in cases.iter().filter(|case| case.outcome == Outcome::Incident) {
            if let Some(of) = kind(case) {
                kin.entry(of).or_default().push(case.opened_at);
            }
        }
        kin.values_mut().for_each(|opened| opened.sort_unstable());
        Kin(kin)
    }

    /// Whether another one was opened in the 90 days before this one, which is among them.
    fn repeats(&self, case: &Case) -> bool {
        let Some(opened) = kind(case).and_then(|of| self.0.get(&of)) else { return false };
        let until_it = opened.partition_point(|at| *at <= case.opened_at);
        let before = until_it.checked_sub(2).and_then(|place| opened.get(place));
        before.is_some_and(|at| case.opened_at.since(*at).as_secs() <= REPEAT_DAYS * 86_400)
    }
}

fn kind(case: &Case) -> Option<(&ItemRef, &str)> {
    Some((case.item.as_ref()?, case.cause_class.as_deref()?))
}

/// Whether it was open at a time after it was opened.
fn open_at(case: &Case, at: Time) -> bool {
    match case.outcome {
        Outcome::Incident => case.resolved.is_none_or(|resolved| resolved >= at),
        Outcome::Cancelled { at: ended } | Outcome::Merged { at: ended } => ended >= at,
    }
}

/// Whether two counts differ by more than chance does: counts of rare things differ by so much once
/// in twenty times (their difference has the variance of their sum, by Poisson).
pub fn notable(one: usize, other: usize) -> bool {
    one.abs_diff(other) as f64 > 1.96 * ((one + other) as f64).sqrt()
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
