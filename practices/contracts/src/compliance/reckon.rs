use calendar::{Span, Spans};
use kernel::Time;
use objectives::{Availability, Observed, Reliability, availability};

use super::consumable::consumable;
use super::figures::{Figures, Part, ReliabilityFigures, Verdict};
use super::performance::performance;
use super::{Agreement, Credit, Period, Promise, Seen, Version, Work, lines, outlook, seconds};

/// One microsecond: sums of shares are no more exact than that.
const TOLERANCE: f64 = 1.0;

/// A version of a promise within a period, reckoned.
pub(super) struct Reckoned<'a> {
    pub version: &'a Version,
    pub promise: &'a Promise,
    pub span: Span,
    pub service: Spans,
    pub sums: Availability,
    /// Agreed time of all of the part, also of what is still to come.
    pub whole_micros: i64,
}

/// What the promise of a contract came to in one of its [`super::periods`], as of `now`.
pub fn figures(agreement: &Agreement, period: &Period, seen: &Seen, now: Time) -> Figures {
    let reckoned = reckon(agreement, period, seen, now);
    Figures {
        consumable: consumable(seen, &reckoned, now),
        performance: performance(agreement, period, seen, &reckoned, now),
        ..of_incidents(agreement, period, seen, (&reckoned, now))
    }
}

/// The same without what is drawn from counts of objectives, minute by minute: for lists of many
/// periods.
pub fn figures_of_incidents(
    agreement: &Agreement,
    period: &Period,
    seen: &Seen,
    now: Time,
) -> Figures {
    let reckoned = reckon(agreement, period, seen, now);
    of_incidents(agreement, period, seen, (&reckoned, now))
}

fn of_incidents(
    agreement: &Agreement,
    period: &Period,
    seen: &Seen,
    (reckoned, now): (&[Reckoned<'_>], Time),
) -> Figures {
    let mut sums = Availability { agreed_micros: 0, ..Availability::default() };
    for (place, part) in reckoned.iter().enumerate() {
        sums = if place == 0 { part.sums.clone() } else { sums.plus(&part.sums) };
    }
    sums.failures -= across(seen, reckoned, now).min(sums.failures);
    let whole: i64 = reckoned.iter().map(|part| part.whole_micros).sum();
    let allowance: f64 = reckoned.iter().map(|part| allowed(part, part.promise.share())).sum();
    let promised = whole > 0;
    let left = allowance - sums.down_micros;
    let over = period.until <= now;
    let verdict = match () {
        () if !promised => Verdict::NotApplicable,
        () if left < -TOLERANCE => Verdict::Missed,
        () if !over => Verdict::Running,
        () if sums.agreed_micros > 0 && sums.unknown_micros >= sums.agreed_micros => {
            Verdict::NotObserved
        }
        () if left - (sums.unknown_micros as f64) < -TOLERANCE => Verdict::Unproven,
        () => Verdict::Kept,
    };
    let percent = |share: Option<f64>| share.map(super::percent);
    let running = promised && !over;
    Figures {
        period: period.clone(),
        parts: parts(agreement, period, reckoned),
        target_percent: promised.then(|| super::percent(1.0 - allowance / whole as f64)),
        agreed_seconds: seconds(sums.agreed_micros as f64),
        agreed_whole_seconds: seconds(whole as f64),
        down_seconds: seconds(sums.down_micros),
        exempt_seconds: seconds(sums.exempt_micros as f64),
        unknown_seconds: seconds(sums.unknown_micros as f64),
        measured_percent: percent(sums.measured()),
        pessimistic_percent: percent(sums.pessimistic()),
        optimistic_percent: percent(sums.optimistic()),
        unknown_percent: percent(sums.unknown_share()),
        allowance_seconds: promised.then(|| seconds(allowance)),
        left_seconds: promised.then(|| seconds(left)),
        missed_at: (left < -TOLERANCE).then(|| used_up(reckoned, allowance)).flatten(),
        verdict,
        provisional: !over || sums.provisional,
        forecast: running.then(|| outlook::forecast(period, seen, reckoned, now)).flatten(),
        reliability: reliability(reckoned, &sums),
        by_users_percent: percent(sums.by_users()),
        user_minutes_lost: sums.user_micros_lost.map(|micros| seconds(micros / 60.0)),
        credit_percent: credit(reckoned, &sums),
        lines: lines::lines(seen, reckoned, now),
        consumable: None,
        performance: Vec::new(),
    }
}

/// When as much was down as is allowed.
fn used_up(parts: &[Reckoned<'_>], allowance: f64) -> Option<Time> {
    let mut left = allowance;
    for part in parts {
        let factor = part.promise.degraded_factor.clamp(0.0, 1.0);
        let full = part.sums.down.difference(&part.sums.partly);
        let mut worth: Vec<(Span, f64)> = full.iter().map(|span| (span, 1.0)).collect();
        worth.extend(part.sums.partly.iter().map(|span| (span, factor)));
        worth.sort_by_key(|(span, _)| span.from);
        for (span, factor) in worth {
            let cost = span.length() as f64 * factor;
            if cost > left {
                return Some(Time::from_micros(
                    span.from + (left.max(0.0) / factor).round() as i64,
                ));
            }
            left -= cost;
        }
    }
    None
}

/// How long a part may be down so that this share is kept.
pub(super) fn allowed(part: &Reckoned<'_>, share: f64) -> f64 {
    (1.0 - share) * part.whole_micros as f64
}

/// The versions that promise something in the period, reckoned each by its own terms.
fn reckon<'a>(
    agreement: &'a Agreement,
    period: &Period,
    seen: &Seen,
    now: Time,
) -> Vec<Reckoned<'a>> {
    let within = Span::new(period.from.micros(), period.until.micros());
    let of = |version: &'a Version| {
        let promise = version.promise.as_ref()?;
        let until = version.until.map_or(i64::MAX, Time::micros);
        let span = Span::new(version.from.micros(), until).clip(within);
        if span.length() == 0 {
            return None;
        }
        let service = version.calendar.open_within(span);
        let observed = seen.observed(version, promise, now);
        let terms = promise.terms();
        let sums = availability(&service, span, &observed, &terms, now.micros());
        let planned = Observed { maintenance: observed.maintenance, ..Observed::default() };
        let whole = availability(&service, span, &planned, &terms, span.until);
        let whole_micros = whole.agreed_micros;
        Some(Reckoned { version, promise, span, service, sums, whole_micros })
    };
    agreement.versions.iter().filter_map(of).collect()
}

/// Failures that two parts count both, because they last over the change of the promise.
fn across(seen: &Seen, parts: &[Reckoned<'_>], now: Time) -> usize {
    let of = |part: &Reckoned<'_>| {
        let cases = seen.cases.iter().flat_map(|case| case.counted(part.version));
        let cases = cases.map(|piece| piece.span(now));
        let works = seen.works.iter().filter(|work| work.touches(part.version));
        cases.chain(works.map(Work::exempt_span)).collect::<Vec<_>>()
    };
    let pieces: Spans = parts.iter().flat_map(of).collect();
    let bounds = parts.windows(2).filter(|pair| {
        let (before, after) = (&pair[0], &pair[1]);
        let over = |span: &Span| {
            let costs = |part: &Reckoned<'_>| !part.sums.down.clip(*span).is_empty();
            span.from < after.span.from
                && after.span.from < span.until
                && costs(before)
                && costs(after)
        };
        pieces.iter().any(|span| over(&span))
    });
    bounds.count()
}

/// Every version that holds in the period, also those that promise nothing.
fn parts(agreement: &Agreement, period: &Period, reckoned: &[Reckoned<'_>]) -> Vec<Part> {
    let held = agreement.versions.iter().filter(|version| {
        version.from < period.until && version.until.is_none_or(|until| period.from < until)
    });
    let part = |version: &Version| {
        let found = reckoned.iter().find(|part| part.version.from == version.from);
        Part {
            from: version.from.max(period.from),
            until: version.until.unwrap_or(period.until).min(period.until),
            target_percent: version.promise.as_ref().map(|promise| promise.target_percent),
            agreed_whole_seconds: found.map_or(0.0, |part| seconds(part.whole_micros as f64)),
            optimistic_percent: found.and_then(|part| part.sums.optimistic()).map(super::percent),
        }
    };
    held.map(part).collect()
}

fn reliability(parts: &[Reckoned<'_>], sums: &Availability) -> ReliabilityFigures {
    let of = Reliability::of(sums);
    let mut longest = 0_i64;
    let interrupted = sums.down.union(&sums.unknown);
    for span in interrupted.complement(hull(parts)).iter() {
        longest = longest.max(sums.agreed.clip(span).total());
    }
    let required = parts.last().and_then(|part| part.promise.failure_free_micros);
    ReliabilityFigures {
        outages: sums.outages,
        failures: of.failures,
        mtbf_seconds: of.mtbf_micros.map(seconds),
        mtrs_seconds: of.mtrs_micros.map(seconds),
        mtbsi_seconds: of.mtbsi_micros.map(seconds),
        low_confidence: of.low_confidence,
        failure_free_seconds: seconds(longest as f64),
        failure_free_required_seconds: required.map(|micros| seconds(micros as f64)),
        last_failure_at: last_failure(sums).map(Time::from_micros),
    }
}

/// When the last failure began. One that closed hours cut into pieces began with the first.
fn last_failure(sums: &Availability) -> Option<i64> {
    let mut began = None;
    let mut until: Option<i64> = None;
    for span in sums.down.iter() {
        let goes_on =
            until.is_some_and(|until| sums.agreed.clip(Span::new(until, span.from)).is_empty());
        if !goes_on {
            began = Some(span.from);
        }
        until = Some(span.until);
    }
    began
}

fn hull(parts: &[Reckoned<'_>]) -> Span {
    let from = parts.first().map_or(0, |part| part.span.from);
    Span::new(from, parts.last().map_or(from, |part| part.span.until))
}

/// Of several credits the one for the lowest share that was missed, by the terms at the end of the
/// period. Time of which nothing is known is not held against the provider, and while the period
/// runs only what cannot be made good any more counts.
fn credit(parts: &[Reckoned<'_>], sums: &Availability) -> f64 {
    let (Some(part), Some(so_far)) = (parts.last(), sums.optimistic()) else { return 0.0 };
    let whole: i64 = parts.iter().map(|part| part.whole_micros).sum();
    let passed = sums.agreed_micros as f64 / (whole.max(sums.agreed_micros).max(1)) as f64;
    let reached = 1.0 - (1.0 - so_far) * passed;
    let missed = |credit: &&Credit| reached * 100.0 < credit.below_percent - 1e-9;
    let lowest = part
        .promise
        .credits
        .iter()
        .filter(missed)
        .min_by(|a, b| a.below_percent.total_cmp(&b.below_percent));
    lowest.map_or(0.0, |credit| credit.credit_percent)
}
