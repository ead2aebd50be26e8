//! When a boundary will be crossed, as the words of an alert say it.

use std::time::Duration;

use cel::Value;
use cel::common::ast::IdedExpr;
use kernel::Time;

use crate::condition::{parse, resolve};
use crate::fence::VARIABLES;
use crate::{ConditionError, Subject};

/// What lies further away than ten years is a mistake of a formula, and no forecast.
const SECONDS_MAX: f64 = 10.0 * 366.0 * 86_400.0;

/// An expression that gives the time left, or the moment itself.
#[derive(Debug)]
pub(crate) struct Boundary(IdedExpr);

impl Boundary {
    pub(crate) fn compile(text: &str) -> Result<Boundary, ConditionError> {
        Ok(Boundary(parse(text, &VARIABLES)?))
    }

    /// The moment at which the boundary will be crossed; `None` where the alert does not say it in
    /// a way that can be read: better unknown than wrong.
    pub(crate) fn at(&self, subject: &Subject<'_>, now: Time) -> Option<Time> {
        match resolve(&self.0, subject).ok()?? {
            Value::Int(seconds) => after(now, seconds as f64),
            Value::UInt(seconds) => after(now, seconds as f64),
            Value::Float(seconds) => after(now, seconds),
            Value::String(text) => read(text.trim(), now),
            _ => None,
        }
    }
}

fn read(text: &str, now: Time) -> Option<Time> {
    if let Ok(seconds) = text.parse() {
        return after(now, seconds);
    }
    duration(text).and_then(|seconds| after(now, seconds)).or_else(|| Time::parse(text).ok())
}

fn after(now: Time, seconds: f64) -> Option<Time> {
    let near = seconds.is_finite() && seconds.abs() <= SECONDS_MAX;
    let span = Duration::try_from_secs_f64(seconds.abs()).ok().filter(|_| near)?;
    Some(if seconds < 0.0 { now - span } else { now + span })
}

/// A duration as Prometheus writes it: `2h30m`, or `1d 2h 0m 0s` of `humanizeDuration`.
fn duration(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = rest.split_at(unit_at);
        let end = unit.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(unit.len());
        let (unit, after) = unit.split_at(end);
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            "w" => 604_800.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * seconds;
        rest = after.trim_start();
    }
    (!text.is_empty()).then_some(total)
}
