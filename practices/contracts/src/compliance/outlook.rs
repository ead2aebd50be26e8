//! How a period will end, if it goes on as it has.

use kernel::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reckon::{Reckoned, allowed};
use super::{Period, Seen, seconds};

/// From which share of the allowance on a promise is at risk.
const RISK_SHARE: f64 = 0.75;

/// How a period will end at the rate at which it lost service time so far; while an outage lasts,
/// as if it did not end.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplianceForecast)]
pub struct Forecast {
    /// In a word.
    pub outlook: Outlook,
    /// Why.
    pub because: String,
    /// The target and the shares at which credits are due, the highest first.
    pub boundaries: Vec<Boundary>,
}

/// In a word how a period will end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outlook {
    /// It will be kept at this rate.
    OnTrack,
    /// It will be missed at this rate, or three quarters of the allowance are used.
    AtRisk,
    /// It is missed already.
    Breached,
}

impl Outlook {
    /// The words of people.
    pub fn word(self) -> &'static str {
        match self {
            Outlook::OnTrack => "on track",
            Outlook::AtRisk => "at risk",
            Outlook::Breached => "breached",
        }
    }
}

/// A share below which something follows.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplianceBoundary)]
pub struct Boundary {
    /// The share, in percent.
    pub percent: f64,
    /// What is given back below it, in percent of the fee; nothing: it is the target.
    pub credit_percent: Option<f64>,
    /// How long it may still be down; negative when it is crossed.
    pub left_seconds: f64,
    /// When it will be crossed at this rate, within the period.
    pub crosses_at: Option<Time>,
}

/// The forecast of a period that runs; nothing when no promise holds now.
pub(super) fn forecast(
    period: &Period,
    seen: &Seen,
    parts: &[Reckoned<'_>],
    now: Time,
) -> Option<Forecast> {
    let part = parts.iter().rfind(|part| part.version.holds(now)).or(parts.last())?;
    let down: f64 = parts.iter().map(|part| part.sums.down_micros).sum();
    let passed: i64 = parts.iter().map(|part| part.sums.agreed_micros).sum();
    let lasting = lasting(seen, part, now);
    let rate = match lasting {
        Some(rate) => rate,
        None if passed > 0 => down / passed as f64,
        None => 0.0,
    };
    let calendar = &part.version.calendar;
    let boundary = |percent: f64, credit_percent: Option<f64>| {
        let share = percent / 100.0;
        let of = |each: &Reckoned<'_>| match credit_percent {
            None => allowed(each, each.promise.share()),
            Some(_) => allowed(each, share),
        };
        let left = parts.iter().map(of).sum::<f64>() - down;
        let crosses = (left >= 0.0 && rate > 0.0).then(|| {
            let service = (left / rate).min(1e18) as i64;
            calendar.due(now.micros(), service, &calendar::Spans::EMPTY).at()
        });
        let within = crosses.flatten().map(Time::from_micros).filter(|at| *at < period.until);
        Boundary { percent, credit_percent, left_seconds: seconds(left), crosses_at: within }
    };
    let mut boundaries = vec![boundary(part.promise.target_percent, None)];
    boundaries.extend(
        part.promise.credits.iter().map(|c| boundary(c.below_percent, Some(c.credit_percent))),
    );
    boundaries.sort_by(|a, b| b.percent.total_cmp(&a.percent));
    let allowance: f64 = parts.iter().map(|part| allowed(part, part.promise.share())).sum();
    let target = boundaries.iter().find(|each| each.credit_percent.is_none())?;
    let (outlook, because) = judge(target, (allowance, down), lasting.is_some(), now);
    Some(Forecast { outlook, because, boundaries })
}

fn judge(
    target: &Boundary,
    (allowance, down): (f64, f64),
    lasting: bool,
    now: Time,
) -> (Outlook, String) {
    let rate = if lasting { "while this outage lasts" } else { "at the rate of this period" };
    match target.crosses_at {
        _ if target.left_seconds < -1e-6 => {
            let over = length(-target.left_seconds);
            (Outlook::Breached, format!("the allowance is used up and overrun by {over}"))
        }
        Some(at) => {
            let within = length(at.since(now).as_secs_f64());
            (Outlook::AtRisk, format!("{rate} the allowance is used up in {within}"))
        }
        None if down > 0.0 && down >= RISK_SHARE * allowance => {
            let share = (100.0 * down / allowance).floor();
            (Outlook::AtRisk, format!("{share} % of the allowance is used"))
        }
        None if down > 0.0 => {
            let left = length(target.left_seconds);
            (Outlook::OnTrack, format!("{left} of the allowance are left, enough {rate}"))
        }
        None => (Outlook::OnTrack, "nothing of the allowance is used".to_owned()),
    }
}

/// At which rate an outage that lasts uses the allowance up: 1 while it is down.
fn lasting(seen: &Seen, part: &Reckoned<'_>, now: Time) -> Option<f64> {
    let pieces = seen.cases.iter().flat_map(|case| case.counted(part.version));
    let rates = pieces.filter(|piece| piece.until.is_none() && piece.from <= now).map(|piece| {
        if piece.degraded { part.promise.degraded_factor.clamp(0.0, 1.0) } else { 1.0 }
    });
    let planned = seen.unexcused(part.version, part.promise).filter(|work| {
        let span = work.exempt_span();
        span.from <= now.micros() && now.micros() < span.until
    });
    rates.chain(planned.map(|_| 1.0)).reduce(f64::max).filter(|rate| *rate > 0.0)
}

/// A length for people: `2h 5m`.
pub(super) fn length(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    let (hours, minutes, rest) = (whole / 3600, whole % 3600 / 60, whole % 60);
    match (hours, minutes, rest) {
        (0, 0, rest) => format!("{rest}s"),
        (0, minutes, 0) => format!("{minutes}m"),
        (0, minutes, rest) => format!("{minutes}m {rest}s"),
        (hours, 0, _) => format!("{hours}h"),
        (hours, minutes, _) => format!("{hours}h {minutes}m"),
    }
}
