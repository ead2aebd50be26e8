//! From what a document says to what is evaluated.

use jiff::civil::DateTime;
use objectives::{Comparison, Missing, Slices, Target, Unit, Window};

use super::{ObjectiveSpec, SloSpec, TimeWindow, Wrong};

/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;

/// One target of a document, ready to be evaluated.
#[derive(Clone, PartialEq, Debug)]
pub struct Objective {
    /// Its name for people; empty where it has none.
    pub name: String,
    /// The least share that is good.
    pub target: Target,
    /// Over what time it counts.
    pub window: Window,
    /// How good is told from bad.
    pub method: Method,
    /// The limit that a threshold metric is held against, and how.
    pub threshold: Option<(Comparison, f64)>,
    /// How much it weighs in a composite; 1 where it says nothing.
    pub weight: f64,
}

/// How good is told from bad: OpenSLO's budgeting methods.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Method {
    /// Good events of all events.
    Occurrences,
    /// Good slices of all slices.
    Timeslices(Slices),
    /// The mean of the ratios of all slices.
    RatioTimeslices(Slices),
}

/// The objectives of a document, in their order.
///
/// # Errors
/// When one of them cannot be evaluated; the field is named.
pub fn objectives(spec: &SloSpec) -> Result<Vec<Objective>, Wrong> {
    let window = match spec.time_window.as_slice() {
        [one] => window(one).map_err(|wrong| within("spec.timeWindow[0]", wrong))?,
        other => {
            let what = format!("{} windows; write exactly one", other.len());
            return Err(Wrong::new("spec.timeWindow", what));
        }
    };
    if spec.objectives.is_empty() {
        return Err(Wrong::new("spec.objectives", "none; write at least one target"));
    }
    let each = spec.objectives.iter().enumerate();
    each.map(|(index, objective)| {
        one(spec, objective, &window)
            .map_err(|wrong| within(&format!("spec.objectives[{index}]"), wrong))
    })
    .collect()
}

/// Whether a document is a composite: several objectives that have indicators of their own, or
/// weigh something against each other.
pub fn is_composite(spec: &SloSpec) -> bool {
    let own = |one: &ObjectiveSpec| {
        one.indicator.is_some() || one.indicator_ref.is_some() || one.composite_weight.is_some()
    };
    spec.objectives.len() > 1 && spec.objectives.iter().any(own)
}

/// The least share of a composite that is good. The specification names none: it is the mean of
/// the targets by weight, what a composite reaches whose objectives all just reach theirs.
///
/// # Errors
/// When an objective cannot be evaluated; the field is named.
pub fn composite_target(spec: &SloSpec) -> Result<Option<Target>, Wrong> {
    if !is_composite(spec) {
        return Ok(None);
    }
    let all = objectives(spec)?;
    let weights: f64 = all.iter().map(|one| one.weight).sum();
    let sum: f64 = all.iter().map(|one| one.weight * one.target.share()).sum();
    // Written in percent it has six places.
    Ok(Target::new((sum / weights * 1e8).round() / 1e8))
}

/// What must hold of a document beyond its form.
pub(super) fn check(spec: &SloSpec) -> Result<(), Wrong> {
    let of_all = usize::from(spec.indicator.is_some()) + usize::from(spec.indicator_ref.is_some());
    for (index, objective) in spec.objectives.iter().enumerate() {
        let own = usize::from(objective.indicator.is_some())
            + usize::from(objective.indicator_ref.is_some());
        if of_all + own != 1 {
            let what = "write one indicator or indicatorRef, for all objectives or in each";
            return Err(Wrong::new(format!("spec.objectives[{index}]"), what));
        }
    }
    let in_place = spec.indicator.iter();
    let own = spec.objectives.iter().filter_map(|objective| objective.indicator.as_ref());
    for indicator in in_place.chain(own) {
        let (value, ratio) = (&indicator.spec.threshold_metric, &indicator.spec.ratio_metric);
        let fits = match (value, ratio) {
            (Some(_), None) => true,
            (None, Some(ratio)) => whole(ratio),
            _ => false,
        };
        if !fits {
            let what = "write thresholdMetric, or ratioMetric with total and one of good and bad, \
                        or with raw and rawType";
            return Err(Wrong::new("spec.indicator.spec", what));
        }
    }
    objectives(spec).map(|_| ())
}

/// Whether a ratio has all of its parts, and not two ratios in one.
pub(super) fn whole(ratio: &super::Ratio) -> bool {
    let parts = ratio.total.is_some() && (ratio.good.is_some() != ratio.bad.is_some());
    parts != (ratio.raw.is_some() && ratio.raw_type.is_some())
}

fn one(spec: &SloSpec, objective: &ObjectiveSpec, window: &Window) -> Result<Objective, Wrong> {
    Ok(Objective {
        name: objective.display_name.clone().unwrap_or_default(),
        target: target(objective)?,
        window: window.clone(),
        method: method(&spec.budgeting_method, objective)?,
        threshold: objective.op.zip(objective.value),
        weight: weight(objective)?,
    })
}

/// What it weighs in a composite.
pub(super) fn weight(objective: &ObjectiveSpec) -> Result<f64, Wrong> {
    let weight = objective.composite_weight.unwrap_or(1.0);
    let what = format!("{weight} is no weight; write a number over 0, like 2");
    let fits = weight.is_finite() && weight > 0.0;
    fits.then_some(weight).ok_or_else(|| Wrong::new("compositeWeight", what))
}

/// The least share that is good.
pub(super) fn target(objective: &ObjectiveSpec) -> Result<Target, Wrong> {
    let (field, share) = match (objective.target, objective.target_percent) {
        (Some(share), None) => ("target", share),
        (None, Some(percent)) => ("targetPercent", percent / 100.0),
        _ => return Err(Wrong::new("target", "no target; write one of target and targetPercent")),
    };
    Target::new(share).ok_or_else(|| {
        Wrong::new(field, format!("{share} is no share; write one over 0 and up to 1"))
    })
}

/// How good is told from bad.
pub(super) fn method(name: &str, objective: &ObjectiveSpec) -> Result<Method, Wrong> {
    let slices = |target: f64| {
        let text = objective.time_slice_window.as_deref().unwrap_or_default();
        let minutes = micros(text).filter(|micros| micros % MINUTE == 0).map(|m| m / MINUTE);
        let minutes = minutes.and_then(|minutes| u16::try_from(minutes).ok());
        let minutes = minutes.filter(|minutes| *minutes > 0).ok_or_else(|| {
            Wrong::new("timeSliceWindow", "no slice; write whole minutes up to 45 days, like 1m")
        })?;
        let comparison = Comparison::Gte;
        Ok::<_, Wrong>(Slices { minutes, target, comparison, missing: Missing::Ignore })
    };
    match name {
        "Occurrences" => Ok(Method::Occurrences),
        "Timeslices" => {
            let target = objective.time_slice_target.filter(|t| *t > 0.0 && *t <= 1.0);
            let what = "no share of a good slice; write a share over 0 and up to 1";
            let target = target.ok_or_else(|| Wrong::new("timeSliceTarget", what))?;
            Ok(Method::Timeslices(slices(target)?))
        }
        "RatioTimeslices" => Ok(Method::RatioTimeslices(slices(1.0)?)),
        other => {
            let shown: String = other.chars().take(64).collect();
            let what = format!(
                "budgetingMethod `{shown}`; write Occurrences, Timeslices or RatioTimeslices"
            );
            Err(Wrong::new("budgetingMethod", what))
        }
    }
}

/// The window that a document means.
///
/// # Errors
/// When its length or its beginning cannot be read.
pub fn window(stated: &TimeWindow) -> Result<Window, Wrong> {
    let shown: String = stated.duration.chars().take(64).collect();
    let wrong =
        || Wrong::new("duration", format!("`{shown}` is no length; write it like 28d or 1M"));
    if stated.is_rolling {
        let micros = micros(&stated.duration).filter(|micros| *micros > 0).ok_or_else(wrong)?;
        return Ok(Window::Rolling { micros });
    }
    let Some(start) = &stated.calendar else {
        let what = "missing; write startTime and timeZone, or isRolling: true";
        return Err(Wrong::new("calendar", what));
    };
    let (number, unit) = number(&stated.duration).ok_or_else(wrong)?;
    let unit = match unit {
        "d" => Unit::Day,
        "w" => Unit::Week,
        "M" | "m" => Unit::Month,
        "Q" => Unit::Quarter,
        "Y" => Unit::Year,
        _ => return Err(wrong()),
    };
    let count = u16::try_from(number).ok().filter(|count| *count > 0).ok_or_else(wrong)?;
    let begin: DateTime = start.start_time.parse().map_err(|_| {
        Wrong::new("calendar.startTime", "no time; write it like 2026-01-01 00:00:00")
    })?;
    let zone = start.time_zone.clone();
    let window = Window::Calendar { count, unit, zone, begin: Some(begin) };
    window.at(0).map_err(|error| Wrong::new("calendar", error.to_string()))?;
    Ok(window)
}

/// The length of a shorthand in microseconds; months and longer are rolling as 30, 90 and 365
/// days.
fn micros(text: &str) -> Option<i64> {
    let (number, unit) = number(text)?;
    let minutes: i64 = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 1_440,
        "w" => 7 * 1_440,
        "M" => 30 * 1_440,
        "Q" => 90 * 1_440,
        "Y" => 365 * 1_440,
        _ => return None,
    };
    number.checked_mul(minutes)?.checked_mul(MINUTE)
}

fn number(text: &str) -> Option<(i64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

fn within(outer: &str, wrong: Wrong) -> Wrong {
    Wrong { field: format!("{outer}.{}", wrong.field), ..wrong }
}
