//! Objectives as people and programs read them.

use connectors::places::Mistake;
use objectives::{Pair, Severity, Unit, Window};
use serde_json::{Value, json};

use super::{Found, Promise};
use crate::screen::{Paint, clean, counted};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// For people: budget, and the pairs of windows that are watched.
pub fn promise(promise: &Promise, paint: Paint) -> String {
    let budget = promise.target.budget();
    let mut lines = vec![
        paint.bold(format_args!(
            "{} / {}: {} of {} over {}",
            clean(&promise.service),
            clean(&promise.name),
            percent(promise.target.share()),
            promise.method,
            window(promise)
        )),
        match budget > 0.0 {
            true => format!(
                "  budget  {}: 1 of {} may be bad, or {} in one piece",
                percent(budget),
                rounded(1.0 / budget, 0),
                span(budget_micros(promise))
            ),
            false => {
                "  budget  none: anything that is bad breaks it, and tells somebody".to_owned()
            }
        },
    ];
    lines.extend(promise.pairs.iter().map(|pair| watched(promise, pair)));
    if promise.pairs.is_empty() {
        lines.push("  alerts  none".to_owned());
    }
    lines.join("\n")
}

/// One pair of windows: at which burn it tells whom.
fn watched(promise: &Promise, pair: &Pair) -> String {
    let (long, short) = (span(pair.long_micros), span(pair.short_micros));
    let budget = promise.target.budget();
    if budget <= 0.0 {
        return format!("  {:<6}  anything bad in both {long} and {short}", word(pair));
    }
    let burn = pair.threshold(promise.window_micros);
    format!(
        "  {:<6}  burn over {}: more than {} bad in both {long} and {short} ({} of the budget)",
        word(pair),
        rounded(burn, 2),
        percent(burn * budget),
        percent(pair.share)
    )
}

/// For programs.
pub fn document(promise: &Promise) -> Value {
    let budget = promise.target.budget();
    let alerts = promise.pairs.iter().map(|pair| {
        let burn = pair.threshold(promise.window_micros);
        json!({
            "severity": word(pair),
            "burn": exact(burn),
            "error_ratio": exact(burn * budget),
            "budget_share": pair.share,
            "long_window": short(pair.long_micros),
            "short_window": short(pair.short_micros),
            "long_seconds": pair.long_micros / 1_000_000,
            "short_seconds": pair.short_micros / 1_000_000,
        })
    });
    json!({
        "file": promise.file,
        "document": promise.document,
        "service": promise.service,
        "name": promise.name,
        "target": promise.target.share(),
        "budget": exact(budget),
        "budget_seconds": exact(budget_micros(promise) as f64 / 1e6),
        "method": promise.method,
        "window": window_document(promise),
        "alerts": alerts.collect::<Vec<_>>(),
    })
}

/// `file:line:column: field: what; how to mend it`.
pub fn mistake(file: &str, mistake: &Mistake, paint: Paint) -> String {
    let place = match mistake.place.line {
        0 => file.to_owned(),
        line => format!("{file}:{line}:{}", mistake.place.column),
    };
    format!("{}: {}", paint.bold(clean(&place)), clean(&mistake.to_string()))
}

/// A mistake for programs, with its file.
pub fn mistake_document(file: &str, mistake: &Mistake) -> Value {
    json!({
        "file": file,
        "line": mistake.place.line,
        "column": mistake.place.column,
        "field": mistake.field,
        "message": mistake.message,
        "remedy": mistake.remedy,
    })
}

/// What it comes to.
pub fn sum(found: &Found, files: usize) -> String {
    let files = counted(files, "file");
    match found.errors.len() {
        0 => format!("{} in {files}, no mistakes.", counted(found.promises.len(), "objective")),
        count => format!("{} in {files}.", counted(count, "mistake")),
    }
}

fn word(pair: &Pair) -> &'static str {
    match pair.severity {
        Severity::Page => "page",
        Severity::Ticket => "ticket",
    }
}

fn budget_micros(promise: &Promise) -> i64 {
    (promise.target.budget() * promise.window_micros as f64).round() as i64
}

fn window(promise: &Promise) -> String {
    match &promise.window {
        Window::Rolling { micros } => format!("the last {}", span(*micros)),
        Window::Calendar { count, unit, zone, .. } => {
            let unit = unit_word(*unit);
            let each =
                if *count == 1 { format!("each {unit}") } else { format!("{count} {unit}s") };
            format!(
                "{each} of the calendar in {} (now {})",
                clean(zone),
                span(promise.window_micros)
            )
        }
    }
}

fn window_document(promise: &Promise) -> Value {
    let seconds = promise.window_micros / 1_000_000;
    match &promise.window {
        Window::Rolling { micros } => {
            json!({ "kind": "rolling", "length": short(*micros), "seconds": seconds })
        }
        Window::Calendar { count, unit, zone, begin } => json!({
            "kind": "calendar", "count": count, "unit": unit_word(*unit), "zone": zone,
            "begin": begin.map(|begin| begin.to_string()), "seconds": seconds,
        }),
    }
}

fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Day => "day",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Quarter => "quarter",
        Unit::Year => "year",
    }
}

/// A length as Prometheus writes it: `5m`, `6h`, `3d`.
fn short(micros: i64) -> String {
    match (micros % DAY, micros % HOUR) {
        (0, _) => format!("{}d", micros / DAY),
        (_, 0) => format!("{}h", micros / HOUR),
        _ => format!("{}m", micros / MINUTE),
    }
}

/// A length for people: `43 min 12 s`.
fn span(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let told: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if told.is_empty() { "0 s".to_owned() } else { told.join(" ") }
}

fn percent(share: f64) -> String {
    format!("{} %", rounded(share * 100.0, 6))
}

/// A number without digits that only floating point has put there.
fn exact(number: f64) -> f64 {
    (number * 1e9).round() / 1e9
}

fn rounded(number: f64, digits: usize) -> String {
    let text = format!("{number:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
