//! Specifications of Sloth, which generates alerting rules for Prometheus
//! (<https://github.com/slok/sloth>): `prometheus/v1`, and the same as a Kubernetes resource.
//!
//! **Invariant:** what Sloth itself passes over without a word is a note here and no mistake, so
//! that whatever it takes is taken. Queries and plugins are carried and not understood.

use objectives::{Pair, Severity, Target, pairs};
use serde_json::Value;

use crate::places::{Mistake, Placed};
use crate::shape::{Found, join};

mod shapes;

use shapes::Names;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
/// The time over which every objective counts, unless Sloth is started with another.
pub const WINDOW_MICROS: i64 = 30 * 24 * HOUR;

/// What a specification says.
#[derive(Clone, PartialEq, Debug)]
pub struct Specification {
    /// The service that its objectives are about.
    pub service: String,
    /// The objectives, in their order.
    pub objectives: Vec<Objective>,
    /// What is written and has no effect.
    pub notes: Vec<Mistake>,
}

/// One objective.
#[derive(Clone, PartialEq, Debug)]
pub struct Objective {
    /// What it is called.
    pub name: String,
    /// The least share that is good.
    pub target: Target,
    /// The windows that are watched; none of a severity that is disabled.
    pub pairs: Vec<Pair>,
}

/// Whether a document is one of Sloth's, by what it says of itself.
pub fn recognises(document: &Placed) -> bool {
    let version = document.value.get("version").is_some();
    version && document.value.get("apiVersion").is_none() || kubernetes(document)
}

fn kubernetes(document: &Placed) -> bool {
    let api = document.value.get("apiVersion").and_then(Value::as_str);
    api.is_some_and(|api| api.starts_with("sloth."))
}

/// Reads one specification and tells everything that is wrong with it, in the order of its lines.
///
/// # Errors
/// At least one mistake.
pub fn check(document: &Placed) -> Result<Specification, Vec<Mistake>> {
    let mut found = Found::default();
    let kubernetes = kubernetes(document);
    let (names, path) = if kubernetes { (&Names::CAMEL, "spec") } else { (&Names::SNAKE, "") };
    let whole = &document.value;
    found.walk(document, whole, if kubernetes { &shapes::RESOURCE } else { &shapes::FILE }, "");
    let spec = if kubernetes { &whole["spec"] } else { whole };
    version(&mut found, document, kubernetes);
    let mut objectives = Vec::new();
    let slos = spec["slos"].as_array().map(Vec::as_slice).unwrap_or_default();
    if slos.is_empty() && !spec["slos"].is_null() {
        let field = join(path, "slos");
        found.errors.push(document.mistake(&field, "no objective", "write at least one"));
    }
    for (index, slo) in slos.iter().enumerate() {
        let field = format!("{}[{index}]", join(path, "slos"));
        let same = |earlier: &&Value| earlier["name"] == slo["name"] && slo["name"].is_string();
        if slos[..index].iter().any(|earlier| same(&earlier)) {
            let field = join(&field, "name");
            let message = "another objective of this service has this name";
            found.errors.push(document.mistake(&field, message, "give it one of its own"));
        }
        objectives.extend(objective(&mut found, document, (slo, &field), names));
    }
    let (errors, notes) = found.sorted();
    if errors.is_empty() {
        let service = spec["service"].as_str().unwrap_or_default().to_owned();
        Ok(Specification { service, objectives, notes })
    } else {
        Err(errors)
    }
}

fn version(found: &mut Found, document: &Placed, kubernetes: bool) {
    let (field, expected) = match kubernetes {
        true => ("apiVersion", "sloth.slok.dev/v1"),
        false => ("version", "prometheus/v1"),
    };
    let stated = document.value.get(field).and_then(Value::as_str);
    if stated.is_some_and(|stated| stated != expected) {
        let remedy = format!("write {expected}");
        found.errors.push(document.mistake(field, "this version is not known", remedy));
    }
}

/// One objective beyond its form; `None` when something is wrong with it.
fn objective(
    found: &mut Found,
    document: &Placed,
    (slo, path): (&Value, &str),
    names: &Names,
) -> Option<Objective> {
    let before = found.errors.len();
    let mut wrong = |field: &str, message: &str, remedy: &str| {
        found.add(document.mistake(&join(path, field), message, remedy));
    };
    let percent = slo["objective"].as_f64();
    let target = percent.and_then(|percent| Target::new(percent / 100.0));
    if let (Some(percent), None) = (percent, target) {
        let message = format!("{percent} is no share in percent");
        wrong("objective", &message, "write one up to 100, like 99.9");
    }
    let sli = &slo["sli"];
    let kinds = ["events", "raw", "plugin"];
    let stated = kinds.iter().filter(|kind| !sli[**kind].is_null()).count();
    if stated != 1 && sli.is_object() {
        let message = format!("{stated} indicators");
        wrong("sli", &message, "write exactly one of events, raw and plugin");
    }
    for (kind, query) in [("events", names.error), ("events", names.total), ("raw", names.ratio)] {
        let text = sli[kind][query].as_str();
        if text.is_some_and(|text| !text.trim().is_empty() && !has_window(text)) {
            let message = "the query has no window";
            wrong(&format!("sli.{kind}.{query}"), message, "write `[{{.window}}]` as its range");
        }
    }
    let alerting = &slo["alerting"];
    let told = |alert: &str| alerting[alert]["disable"] != Value::Bool(true);
    let (page, ticket) = (told(names.page), told(names.ticket));
    let name = alerting["name"].as_str().unwrap_or_default();
    if (page || ticket) && name.trim().is_empty() && slo.is_object() {
        let message = "the alert has no name";
        wrong("alerting.name", message, "name it, or disable the page and the ticket alert");
    }
    let kept = |pair: &Pair| match pair.severity {
        Severity::Page => page,
        Severity::Ticket => ticket,
    };
    let target = target.filter(|_| found.errors.len() == before)?;
    let name = slo["name"].as_str().unwrap_or_default().to_owned();
    Some(Objective { name, target, pairs: alert_pairs().into_iter().filter(kept).collect() })
}

/// Whether a query has the variable that Sloth puts the window in.
fn has_window(query: &str) -> bool {
    let mut rest = query;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((inside, after)) = after.split_once("}}") else { return false };
        if inside.trim().trim_matches('-').trim() == ".window" {
            return true;
        }
        rest = after;
    }
    false
}

/// The windows that Sloth watches over 30 days: those of the workbook, and one day with two hours
/// besides.
fn alert_pairs() -> Vec<Pair> {
    let mut pairs = pairs(WINDOW_MICROS);
    let day = Pair {
        share: 0.10,
        long_micros: 24 * HOUR,
        short_micros: 2 * HOUR,
        severity: Severity::Ticket,
    };
    pairs.insert(pairs.len().saturating_sub(1), day);
    pairs
}
