//! What must hold for calendars, contracts and objectives.

use std::collections::BTreeSet;

use calendar::Years;
use kernel::{ItemRef, Priority, Time};

use super::composite;
use super::content::{length, named, time_zone};
use crate::Kind;
use crate::mistake::Wrong;
use crate::spec::{
    AvailabilityTerms, BudgetPolicy, BudgetingMethod, CalendarSpec, ClockKind, ClockTerms,
    ContractStatus, ContractTerms, ContractType, Exclude, Indicator, ObjectiveSpec, PauseReason,
    Records, ServiceContractSpec, Wait,
};

/// Longest description in words, and longest query, in characters.
const TEXT_MAX: usize = 4_000;
/// Longest name of a cycle, in characters.
const CYCLE_MAX: usize = 60;
/// Most terms, items in scope, clocks of one contract.
const ENTRIES_MAX: usize = 100;
/// Stretches of one objective that do not count, at most.
const EXCLUDED_MAX: usize = 200;
/// Longest window of an objective, in days.
const WINDOW_DAYS_MAX: u32 = 366;
/// What is wrong with a scope that names a person.
const NOT_PROMISED: &str = "nothing can be promised of this";
/// Years for which a calendar is tried.
const TRIED: Years = Years { first: 2020, last: 2040 };

/// Whether a calendar can be worked out, and is open at some time.
pub(super) fn calendar(spec: &CalendarSpec) -> Option<Wrong> {
    let unordered = spec.versions.windows(2).position(|pair| pair[1].from <= pair[0].from);
    if let Some(place) = unordered {
        let field = format!("spec.versions[{}].from", place + 1);
        let message = "these hours begin before those above them";
        return Some(Wrong::new(&field, message, "write the versions in the order of `from`"));
    }
    match spec.compile(TRIED) {
        Err(error) => {
            let (message, remedy) = error.what.split_once("; ").unwrap_or((&error.what, ""));
            Some(Wrong::new(&format!("spec.{}", error.field), message, remedy))
        }
        Ok(calendar) if calendar.is_empty() => {
            let message = "this calendar is never open: no clock would ever run out";
            Some(Wrong::new("spec.hours", message, "add `hours`, or `always: true`"))
        }
        Ok(_) => None,
    }
}

/// What is wrong with a contract.
pub(super) fn contract(wrong: &mut Vec<Wrong>, spec: &ServiceContractSpec) {
    one_of(wrong, "spec.provider", &spec.provider, &[Kind::Team, Kind::Supplier]);
    let consumers = [Kind::Team, Kind::Person, Kind::UseCase, Kind::Product];
    one_of(wrong, "spec.consumer", &spec.consumer, &consumers);
    if spec.scope.is_empty() {
        let remedy = "name the products or services that it is about";
        wrong.push(Wrong::new("spec.scope", "this contract covers nothing", remedy));
    }
    named(wrong, "scope", &spec.scope, NOT_PROMISED);
    wrong.extend(length("spec.text", spec.text.as_deref(), TEXT_MAX));
    if spec.end.is_some_and(|end| end <= spec.start) {
        let remedy = "write an `end` after the `start`, or none";
        wrong.push(Wrong::new("spec.end", "this contract ends before it begins", remedy));
    }
    if spec.status == ContractStatus::Terminated && spec.end.is_none() {
        let remedy = "add `end:` with the moment from which it holds no longer";
        wrong.push(Wrong::new("spec.end", "it is not said when this contract ended", remedy));
    }
    if spec.terms.is_empty() {
        let remedy = "add one with `availability`, `objectives` or `clocks`";
        wrong.push(Wrong::new("spec.terms", "nothing is promised", remedy));
    }
    for (field, count) in [("scope", spec.scope.len()), ("terms", spec.terms.len())] {
        if count > ENTRIES_MAX {
            let remedy = format!("keep to {ENTRIES_MAX}");
            wrong.push(Wrong::new(&format!("spec.{field}"), format!("{count} of them"), remedy));
        }
    }
    let mut before: Option<Time> = None;
    for (place, each) in spec.terms.iter().enumerate() {
        let field = format!("spec.terms[{place}]");
        let from = each.from.unwrap_or(spec.start);
        if place > 0 && each.from.is_none() {
            let remedy = "add `from:` with the moment from which these terms hold";
            wrong.push(Wrong::new(&field, "it is not said from when on these terms hold", remedy));
        } else if before.is_some_and(|before| from <= before) {
            let remedy = "write the terms in the order in which they hold";
            let message = "these terms begin before those above them";
            wrong.push(Wrong::new(&format!("{field}.from"), message, remedy));
        }
        before = Some(from);
        named(wrong, &format!("terms[{place}].scope"), &each.scope, NOT_PROMISED);
        if each.scope.len() > ENTRIES_MAX {
            let message = format!("{} of them", each.scope.len());
            let remedy = format!("keep to {ENTRIES_MAX}");
            wrong.push(Wrong::new(&format!("{field}.scope"), message, remedy));
        }
        terms(wrong, &field, each);
        if spec.contract_type != ContractType::Sla {
            stands_for_itself(wrong, &field, each);
        }
    }
}

/// Waiting for a supplier stands still what was promised to a consumer, and never what the supplier
/// or a team of the house promised behind it.
fn stands_for_itself(wrong: &mut Vec<Wrong>, field: &str, terms: &ContractTerms) {
    for (place, clock) in terms.clocks.iter().enumerate() {
        if clock.pauses.contains(&PauseReason::Supplier) {
            let message = "a supplier's own time does not stand still while it is waited for";
            let remedy = "remove `supplier`; it stands in agreements with consumers alone";
            let field = format!("{field}.clocks[{place}].pauses");
            wrong.push(Wrong::new(&field, message, remedy));
        }
    }
}

fn terms(wrong: &mut Vec<Wrong>, field: &str, terms: &ContractTerms) {
    if terms.availability.is_none() && terms.objectives.is_empty() && terms.clocks.is_empty() {
        let remedy = "add `availability`, `objectives` or `clocks`";
        wrong.push(Wrong::new(field, "these terms promise nothing", remedy));
    }
    if let Some(spec) = &terms.availability {
        availability(wrong, &format!("{field}.availability"), spec);
    }
    let mut seen = BTreeSet::new();
    for (place, clock) in terms.clocks.iter().enumerate() {
        let field = format!("{field}.clocks[{place}]");
        if !seen.insert(clock.clock) {
            let message = "there is such a clock already in these terms";
            wrong.push(Wrong::new(&format!("{field}.clock"), message, "put both into one"));
        }
        self::clock(wrong, &field, clock);
    }
    for (place, penalty) in terms.penalties.iter().enumerate() {
        let field = format!("{field}.penalties[{place}]");
        share(wrong, &format!("{field}.below"), penalty.below);
        share(wrong, &format!("{field}.credit"), penalty.credit);
        if terms.availability.is_none() {
            let remedy = "add `availability`, or remove the penalty";
            wrong.push(Wrong::new(&field, "there is no availability to miss", remedy));
        }
    }
}

fn availability(wrong: &mut Vec<Wrong>, field: &str, terms: &AvailabilityTerms) {
    target(wrong, &format!("{field}.target"), terms.target);
    if !(0.0..=1.0).contains(&terms.degraded_factor) {
        let remedy = "write 0 for up, 1 for down, or a share between them";
        let field = format!("{field}.degradedFactor");
        wrong.push(Wrong::new(&field, "this is no share", remedy));
    }
    if terms.evidence_rules && terms.evidence.is_empty() {
        let remedy = "name the objectives in `evidence`, or remove it";
        let field = format!("{field}.evidenceRules");
        wrong.push(Wrong::new(&field, "there are no checks that could rule", remedy));
    }
    let twice = |(place, check)| terms.evidence.iter().take(place).any(|other| other == check);
    if let Some((place, check)) = terms.evidence.iter().enumerate().find(|each| twice(*each)) {
        let field = format!("{field}.evidence[{place}]");
        let message = format!("{} is there twice", check.item());
        wrong.push(Wrong::new(&field, message, "keep one of the two"));
    }
    if terms.users == Some(0) {
        let remedy = "write how many users there are, or remove it";
        wrong.push(Wrong::new(&format!("{field}.users"), "nobody uses it", remedy));
    }
}

fn clock(wrong: &mut Vec<Wrong>, field: &str, terms: &ClockTerms) {
    if terms.public_only && !matches!(terms.clock, ClockKind::Respond | ClockKind::Update) {
        let message = "no comment stops this clock";
        let remedy = "remove it, or say it of `respond` or `update`";
        wrong.push(Wrong::new(&format!("{field}.publicOnly"), message, remedy));
    }
    if terms.targets.is_empty() {
        let remedy = "add targets by priority, such as `P1: 1h`";
        wrong.push(Wrong::new(&format!("{field}.targets"), "this clock has no target", remedy));
    }
    let mut tighter: Option<(Priority, crate::Within)> = None;
    for (priority, within) in &terms.targets {
        let comparable = |a: &crate::Within, b: &crate::Within| {
            std::mem::discriminant(a) == std::mem::discriminant(b) && a < b
        };
        if let Some((above, longer)) = tighter
            && comparable(within, &longer)
        {
            let message = format!("{priority} ({within}) is to be faster than {above} ({longer})");
            let remedy = "give the more important priority the shorter time";
            wrong.push(Wrong::new(&format!("{field}.targets"), message, remedy));
        }
        tighter = Some((*priority, *within));
    }
    let rising = terms.warn_at.windows(2).all(|pair| pair[0] < pair[1]);
    if !rising || terms.warn_at.iter().any(|share| !(1..100).contains(share)) {
        let remedy = "write rising numbers from 1 to 99, such as [50, 75, 90]";
        wrong.push(Wrong::new(&format!("{field}.warnAt"), "these are no such shares", remedy));
    }
}

/// What is wrong with an objective.
pub(super) fn objective(wrong: &mut Vec<Wrong>, spec: &ObjectiveSpec) {
    named(wrong, "item", std::slice::from_ref(&spec.item), "nothing can be measured of this");
    target(wrong, "spec.target", spec.target);
    indicator(wrong, &spec.indicator);
    window(wrong, spec);
    policy(wrong, &spec.policy);
    exclude(wrong, &spec.exclude);
    if spec.slice.is_none() && spec.method != BudgetingMethod::Occurrences {
        let remedy = "add `slice: {length: 1m}`";
        wrong.push(Wrong::new("spec.slice", "it is not said how long a slice is", remedy));
    }
    if let Some(slice) = &spec.slice {
        let seconds = slice.length.seconds();
        if seconds == 0 || seconds % 60 != 0 || seconds > 86_400 {
            let remedy = "write whole minutes up to a day, such as 5m";
            wrong.push(Wrong::new("spec.slice.length", "this is no length of a slice", remedy));
        }
        if let Some(target) = slice.target {
            share(wrong, "spec.slice.target", target);
        }
    }
    if spec.alerts.events_min.is_some_and(|events| !(events.is_finite() && events >= 0.0)) {
        let remedy = "write how many events make a burn believable, such as 1000";
        wrong.push(Wrong::new("spec.alerts.eventsMin", "this is no number of events", remedy));
    }
    if spec.alerts.events_min.is_some() && counts_time(spec) {
        let message = "this objective counts time, not events";
        wrong.push(Wrong::new("spec.alerts.eventsMin", message, "remove it"));
    }
}

/// Whether minutes or slices are good or bad, however many events were in them.
fn counts_time(spec: &ObjectiveSpec) -> bool {
    let Indicator { records, value, parts, .. } = &spec.indicator;
    let minutes = *records == Some(Records::Availability) || value.is_some() || !parts.is_empty();
    minutes || spec.method != BudgetingMethod::Occurrences
}

fn indicator(wrong: &mut Vec<Wrong>, indicator: &Indicator) {
    let field = |name: &str| format!("spec.indicator.{name}");
    let queries = [
        ("good", &indicator.good),
        ("bad", &indicator.bad),
        ("total", &indicator.total),
        ("value", &indicator.value),
    ];
    for (name, query) in queries {
        wrong.extend(length(&field(name), query.as_deref(), TEXT_MAX));
        if query.is_some() && indicator.source.is_none() {
            let remedy = "add `source:` with the name of a DataSource, or remove the query";
            wrong.push(Wrong::new(&field(name), "nobody is named who could answer it", remedy));
        }
        if query.as_ref().is_some_and(|query| query.trim().is_empty()) {
            wrong.push(Wrong::new(&field(name), "this query is empty", "write it, or remove it"));
        }
    }
    wrong.extend(length(&field("cycle"), indicator.cycle.as_deref(), CYCLE_MAX));
    if indicator.cycle.is_some() && indicator.value.is_some() {
        let remedy = "remove it, or count events: `good` or `bad` and `total`";
        wrong.push(Wrong::new(&field("cycle"), "a value has no cycles", remedy));
    }
    let said = |text: &Option<String>| text.is_some();
    let ratio = said(&indicator.total) && (said(&indicator.good) != said(&indicator.bad));
    let limits = indicator.op.is_some() && indicator.limit.is_some();
    let threshold = said(&indicator.value) && limits;
    let (any_ratio, any_limit) = (
        said(&indicator.total) || said(&indicator.good) || said(&indicator.bad),
        said(&indicator.value) || indicator.op.is_some(),
    );
    if indicator.contract.is_some() && indicator.records.is_none_or(|of| of.clock().is_none()) {
        let remedy = "remove it, or count clocks: `records: restore`";
        wrong.push(Wrong::new(&field("contract"), "only clocks belong to a contract", remedy));
    }
    wrong.extend(composite::combines_nothing(indicator));
    if !indicator.parts.is_empty() {
        let asked = any_ratio || any_limit || indicator.limit.is_some();
        let more = asked || indicator.records.is_some() || indicator.source.is_some();
        return composite::parts(wrong, indicator, more);
    }
    if indicator.records.is_some() {
        if any_ratio || any_limit || indicator.limit.is_some() || indicator.source.is_some() {
            let remedy = "write `records` alone, or queries and their `source`";
            wrong.push(Wrong::new(&field("records"), "something else is counted, too", remedy));
        }
        return;
    }
    let whole = match (any_ratio, any_limit) {
        (true, true) => false,
        (true, false) => ratio,
        (false, true) => threshold,
        (false, false) => indicator.source.is_none(),
    };
    if !whole {
        let message = "it is not said what is good";
        let remedy = "write `good` or `bad` and `total`; or `value`, `op` and `limit`; or \
                      `records`; or `parts`; or none of them and no `source`, and push counts";
        wrong.push(Wrong::new("spec.indicator", message, remedy));
    }
    if indicator.limit.is_some_and(|limit| !limit.is_finite()) {
        wrong.push(Wrong::new(&field("limit"), "this is no number", "write one such as 0.3"));
    }
}

fn window(wrong: &mut Vec<Wrong>, spec: &ObjectiveSpec) {
    let window = &spec.window;
    wrong.extend(time_zone("spec.window.timeZone", window.time_zone.as_deref()));
    if window.rolling.is_some() && window.calendar.is_some() {
        let remedy = "write one of `rolling` and `calendar`";
        wrong.push(Wrong::new("spec.window", "there are two windows", remedy));
    }
    let seconds = match window.rolling {
        Some(crate::Within::Days(days)) => u64::from(days) * 86_400,
        Some(crate::Within::Time(wait)) => u64::from(Wait::seconds(wait)),
        None => return,
    };
    if seconds < 3_600 || seconds > u64::from(WINDOW_DAYS_MAX) * 86_400 {
        let remedy = format!("write from 1h to {WINDOW_DAYS_MAX}d, such as 28d");
        wrong.push(Wrong::new("spec.window.rolling", "this is no window to keep", remedy));
    }
}

fn exclude(wrong: &mut Vec<Wrong>, exclude: &Exclude) {
    if exclude.outside_hours && exclude.contract.is_none() {
        let remedy = "add `contract:` with the contract whose hours are meant, or use `calendar`";
        wrong.push(Wrong::new("spec.exclude.outsideHours", "no contract is named", remedy));
    }
    if exclude.times.len() > EXCLUDED_MAX {
        let message = format!("more than {EXCLUDED_MAX} stretches do not count");
        let remedy = "remove those that have left the window and all periods of reports";
        wrong.push(Wrong::new("spec.exclude.times", message, remedy));
    }
    for (place, time) in exclude.times.iter().enumerate() {
        let field = |name: &str| format!("spec.exclude.times[{place}].{name}");
        if time.end <= time.start {
            let remedy = "let `end` be later than `start`";
            wrong.push(Wrong::new(&field("end"), "it ends before it begins", remedy));
        }
        wrong.extend(length(&field("reason"), Some(&time.reason), TEXT_MAX));
        if time.reason.trim().is_empty() {
            let remedy = "write why it does not count";
            wrong.push(Wrong::new(&field("reason"), "no reason is given", remedy));
        }
    }
}

fn policy(wrong: &mut Vec<Wrong>, policy: &BudgetPolicy) {
    let BudgetPolicy { caution_below, slow_below, freeze_below } = *policy;
    let falling = caution_below <= 100.0
        && caution_below >= slow_below
        && slow_below >= freeze_below
        && freeze_below >= -100.0;
    if !falling {
        let remedy = "let cautionBelow be highest and freezeBelow lowest, from 100 to -100";
        wrong.push(Wrong::new("spec.policy", "these shares do not fall", remedy));
    }
}

/// A target in percent; below one it is taken for a fraction that was meant as a percentage.
fn target(wrong: &mut Vec<Wrong>, field: &str, percent: f64) {
    if percent > 0.0 && percent <= 1.0 {
        let remedy = format!("write it in percent: {}", (percent * 1e8).round() / 1e6);
        wrong.push(Wrong::new(field, format!("{percent} % promises nothing"), remedy));
    } else {
        share(wrong, field, percent);
    }
}

/// A share in percent, above nothing.
fn share(wrong: &mut Vec<Wrong>, field: &str, percent: f64) {
    if !(percent > 0.0 && percent <= 100.0) {
        let remedy = "write it in percent, such as 99.9";
        wrong.push(Wrong::new(field, format!("{percent} is no share"), remedy));
    }
}

fn one_of(wrong: &mut Vec<Wrong>, field: &str, item: &ItemRef, kinds: &[Kind]) {
    if let Some(kind) = Kind::of(item).filter(|kind| !kinds.contains(kind)) {
        let all: Vec<&str> = kinds.iter().map(|kind| kind.prefix()).collect();
        let remedy = format!("name one of {}", all.join(", "));
        wrong.push(Wrong::new(field, format!("a {kind} cannot be this"), remedy));
    }
}
