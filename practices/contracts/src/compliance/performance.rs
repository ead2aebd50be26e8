//! How well a service performed while it had to be there: the objectives that a contract names,
//! each with what was promised, what was reached, and when it fell short.
//!
//! Only the agreed service time counts. A promise is kept when it holds with everything unknown
//! as bad, and missed when it does not with everything unknown as good.

use calendar::{Span, Spans};
use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::counted::{Counted, Counts, Slice};
use super::excluded::left_out;
use super::reckon::Reckoned;
use super::{Agreement, LeftOut, Period, Seen, Verdict, percent, seconds};

/// Breaches that are listed at most, the longest first in the choice.
const BREACHES_MAX: usize = 100;
/// Minutes of a slice where the objective names none.
const SLICE_MINUTES: i64 = 5;

/// An objective of a contract in a period.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PerformanceFigures)]
pub struct Performance {
    /// The objective.
    pub objective: ItemRef,
    /// What people call it.
    pub title: String,
    /// The least good share, by the target that held then; where it changed, weighed by service
    /// time.
    pub target_percent: f64,
    /// The good share of what was counted in the agreed service time.
    pub reached_percent: Option<f64>,
    /// Which share of the agreed service time is unknown.
    pub unknown_percent: Option<f64>,
    /// Whether the promise was kept.
    pub verdict: Verdict,
    /// What was counted: events, or slices of time.
    pub total: f64,
    /// What of it was bad.
    pub bad: f64,
    /// What was left out of both, by reason; the events meanwhile are in neither.
    #[serde(default)]
    pub excluded: Vec<LeftOut>,
    /// What one event is, where events are cycles of something.
    #[serde(default)]
    pub cycle: Option<String>,
    /// Mean cycles from one failure to the next; nothing where none failed, or where no cycles
    /// are counted.
    #[serde(default)]
    pub cycles_per_failure: Option<f64>,
    /// How long it fell short, in all breaches together.
    pub breached_seconds: f64,
    /// How many breaches there were.
    pub breaches_count: usize,
    /// Stretches in which slice after slice fell short, in order; the longest if there are many.
    pub breaches: Vec<Breach>,
}

/// A stretch in which an objective fell short.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PerformanceBreach)]
pub struct Breach {
    /// Its first moment.
    pub from: Time,
    /// The first moment after it.
    pub to: Time,
    /// The good share in it; nothing: nothing was counted, which counts as bad here.
    pub reached_percent: Option<f64>,
    /// Events in it that were bad.
    pub bad: f64,
    /// Events in it.
    pub total: f64,
}

impl Performance {
    /// Whether a later reckoning knows less: days of the counts were forgotten.
    pub fn forgotten_in(&self, later: &Performance) -> bool {
        later.unknown_percent > self.unknown_percent
    }
}

/// The objectives that the contract names in this period, by name.
pub(super) fn performance(
    agreement: &Agreement,
    period: &Period,
    seen: &Seen,
    parts: &[Reckoned<'_>],
    now: Time,
) -> Vec<Performance> {
    let within = Span::new(period.from.micros(), period.until.micros());
    let mut named: Vec<(&ItemRef, Named)> = Vec::new();
    for version in &agreement.versions {
        let until = version.until.map_or(i64::MAX, Time::micros);
        let span = Span::new(version.from.micros(), until).clip(within);
        let passed = span.clip(Span::new(i64::MIN, now.micros()));
        if span.length() == 0 {
            continue;
        }
        let part = parts.iter().find(|part| part.version.from == version.from);
        let agreed = match part {
            Some(part) => part.sums.agreed.clone(),
            None => version.calendar.open_within(passed),
        };
        for objective in &version.objectives {
            let time = Spans::one(passed.from, passed.until);
            match named.iter_mut().find(|(known, _)| *known == objective) {
                Some((_, known)) => {
                    known.agreed = known.agreed.union(&agreed);
                    known.time = known.time.union(&time);
                }
                None => named.push((objective, Named { agreed: agreed.clone(), time })),
            }
        }
    }
    named.sort_by_key(|(objective, _)| *objective);
    let over = period.until <= now;
    let found = named.into_iter().filter_map(|(objective, Named { agreed, time })| {
        let counted = seen.counted.iter().find(|counted| counted.objective == *objective)?;
        let agreed = counted.counting(&agreed);
        let excluded = left_out(agreement, &seen.works, counted, &time);
        Some(Performance { excluded, ..of(counted, &agreed, over) })
    });
    found.collect()
}

/// When a contract names an objective.
struct Named {
    /// The agreed service time.
    agreed: Spans,
    /// All time that has passed.
    time: Spans,
}

fn of(counted: &Counted, agreed: &Spans, over: bool) -> Performance {
    let measure = &counted.measure;
    let slices = counted.slices(agreed, SLICE_MINUTES);
    // A slice stands for its whole time, however often something was counted in it.
    let whole = measure.counts != Counts::Events || measure.slice_minutes.is_some();
    let known: i64 = slices
        .iter()
        .map(|slice| match slice.share() {
            Some(_) if whole => slice.span.length(),
            _ => slice.known_micros,
        })
        .sum();
    let unknown_micros = agreed.total() - known;
    let sums = Sums::of(counted, &slices);
    let target = counted.target_over(agreed);
    let cycle = counted.cycle.as_ref().filter(|_| measure.counts == Counts::Events);
    let mut breaches = breaches(counted, &slices);
    let breached: i64 = breaches.iter().map(|b| b.to.micros_since(b.from)).sum();
    let count = breaches.len();
    breaches.sort_by_key(|breach| std::cmp::Reverse(breach.to.micros_since(breach.from)));
    breaches.truncate(BREACHES_MAX);
    breaches.sort_by_key(|breach| breach.from);
    let share = (agreed.total() > 0).then(|| unknown_micros as f64 / agreed.total() as f64);
    // What is missing and counts as bad is no open question.
    let settled = measure.missing_bad && measure.counts != Counts::Events;
    let open = if settled { 0.0 } else { share.unwrap_or(1.0) };
    let verdict = match () {
        () if agreed.is_empty() && over => Verdict::NotApplicable,
        () if !over => Verdict::Running,
        () => sums.verdict(target, open),
    };
    Performance {
        objective: counted.objective.clone(),
        title: counted.title.clone(),
        target_percent: percent(target),
        reached_percent: (sums.total > 0.0).then(|| percent(sums.good / sums.total)),
        unknown_percent: share.map(percent),
        verdict,
        total: sums.total,
        bad: sums.total - sums.good,
        excluded: Vec::new(),
        cycle: cycle.cloned(),
        cycles_per_failure: cycle.and_then(|_| sums.per_failure()),
        breached_seconds: seconds(breached as f64),
        breaches_count: count,
        breaches,
    }
}

/// What was counted over a period, as the objective counts.
struct Sums {
    good: f64,
    total: f64,
}

impl Sums {
    fn of(counted: &Counted, slices: &[Slice]) -> Sums {
        let measure = &counted.measure;
        let mut sums = Sums { good: 0.0, total: 0.0 };
        for slice in slices {
            let (good, total) = match (measure.counts, slice.share()) {
                (Counts::Events, _) => (slice.events.good(), slice.events.total()),
                (_, None) if measure.missing_bad => (0.0, 1.0),
                (_, None) => (0.0, 0.0),
                (Counts::Shares, Some(share)) => (share, 1.0),
                (Counts::Slices, Some(_)) => {
                    let good = counted.good_enough(slice) == Some(true);
                    (f64::from(u8::from(good)), 1.0)
                }
            };
            sums.good += good;
            sums.total += total;
        }
        sums
    }

    /// Events for each one that was bad.
    fn per_failure(&self) -> Option<f64> {
        let bad = self.total - self.good;
        (bad > 0.0).then(|| self.total / bad)
    }

    /// Whether a target was kept, if as much happened in the unknown time as in the known.
    fn verdict(&self, target: f64, unknown: f64) -> Verdict {
        if self.total <= 0.0 || unknown >= 1.0 {
            return Verdict::Unproven;
        }
        let more = self.total * unknown / (1.0 - unknown);
        let (worst, best) =
            (self.good / (self.total + more), (self.good + more) / (self.total + more));
        match () {
            () if worst >= target - 1e-9 => Verdict::Kept,
            () if best < target - 1e-9 => Verdict::Missed,
            () => Verdict::Unproven,
        }
    }
}

/// Stretches of bad slices that follow one another.
fn breaches(counted: &Counted, slices: &[Slice]) -> Vec<Breach> {
    let measure = &counted.measure;
    let missing_bad = measure.missing_bad && measure.counts != Counts::Events;
    let bad = |slice: &Slice| match counted.good_enough(slice) {
        Some(good) => !good,
        None => missing_bad,
    };
    let follows = |a: &Slice, b: &Slice| bad(a) == bad(b) && a.span.until == b.span.from;
    let runs = slices.chunk_by(follows).filter(|run| run.first().is_some_and(bad));
    let breach = |run: &[Slice]| {
        let (first, last) = (run.first()?, run.last()?);
        let nothing = objectives::Counts::default();
        let sum = run.iter().fold(nothing, |sum, slice| sum + slice.events);
        let (good, total) = (sum.good(), sum.total());
        Some(Breach {
            from: Time::from_micros(first.span.from),
            to: Time::from_micros(last.span.until),
            reached_percent: (total > 0.0).then(|| percent(good / total)),
            bad: total - good,
            total,
        })
    };
    runs.filter_map(breach).collect()
}
