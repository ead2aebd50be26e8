//! What must hold for an escalation policy: somebody is called for every priority at every time,
//! and it is never in doubt by which steps.

use calendar::{Span, Spans, Years};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kernel::Priority;

use super::promise::calendar;
use crate::mistake::Wrong;
use crate::spec::{CalendarSpec, EscalationHours, EscalationPolicySpec, EscalationStep};

/// Most rounds of an escalation policy after the first.
const REPEAT_MAX: u32 = 100;
/// How soon whoever did nothing is called again, in seconds.
const ACKNOWLEDGE_TIMEOUT_SECONDS: std::ops::RangeInclusive<u32> = 60..=86_400;
/// Most variants of a policy.
const VARIANTS_MAX: usize = 50;
/// Years in which hours are held against each other.
const TRIED: Years = Years { first: 2026, last: 2029 };
/// The same, without the days at their ends that are in other years elsewhere.
const WITHIN: Span = Span { from: 1_767_398_400_000_000, until: 1_893_283_200_000_000 };

/// What is wrong within the policy alone.
pub(super) fn alone(policy: &EscalationPolicySpec) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    if policy.steps.is_empty() && policy.variants.is_empty() {
        let message = "this policy calls nobody";
        wrong.push(Wrong::new("spec.steps", message, "add a step with contacts and wait"));
    }
    steps(&mut wrong, "spec", &policy.steps, policy.repeat);
    if policy.variants.len() > VARIANTS_MAX {
        let message = format!("{} variants", policy.variants.len());
        let remedy = format!("keep to {VARIANTS_MAX}");
        wrong.push(Wrong::new("spec.variants", message, remedy));
    }
    for (place, variant) in policy.variants.iter().enumerate() {
        let field = format!("spec.variants[{place}]");
        if variant.steps.is_empty() {
            let message = "this variant calls nobody";
            let field = format!("{field}.steps");
            wrong.push(Wrong::new(&field, message, "add a step with contacts and wait"));
        }
        if variant.during.is_some() && variant.outside.is_some() {
            let message = "two kinds of hours";
            let remedy = "keep `during` or `outside`";
            wrong.push(Wrong::new(&format!("{field}.outside"), message, remedy));
        }
        steps(&mut wrong, &field, &variant.steps, variant.repeat.unwrap_or(policy.repeat));
        wrong.extend(repeat(&field, variant.repeat.unwrap_or_default()));
    }
    for (field, hours) in policy.all_hours() {
        if let EscalationHours::These(these) = hours
            && let Some(found) = calendar(these)
        {
            let inner = found.field.strip_prefix("spec").unwrap_or_default();
            wrong.push(Wrong { field: format!("spec.{field}{inner}"), ..found });
        }
    }
    if let Some(timeout) = policy.acknowledge_timeout
        && !ACKNOWLEDGE_TIMEOUT_SECONDS.contains(&timeout.seconds())
    {
        let message = format!("nobody can be called again after {timeout}");
        let remedy = "write a time from 1m to 24h, or leave it out to call nobody again";
        wrong.push(Wrong::new("spec.acknowledgeTimeout", message, remedy));
    }
    wrong.extend(repeat("spec", policy.repeat));
    wrong
}

fn steps(wrong: &mut Vec<Wrong>, field: &str, steps: &[EscalationStep], repeat: u32) {
    for (place, step) in steps.iter().enumerate() {
        if step.contacts.is_empty() {
            let field = format!("{field}.steps[{place}].contacts");
            wrong.push(Wrong::new(&field, "this step calls nobody", "name a person"));
        }
        let another = place + 1 < steps.len() || repeat > 0;
        if another && step.wait.seconds() == 0 {
            let message = "this step leaves no time to answer before the next";
            let remedy = "add `wait: 5m`, or as long as an answer may take";
            wrong.push(Wrong::new(&format!("{field}.steps[{place}].wait"), message, remedy));
        }
    }
}

fn repeat(field: &str, repeat: u32) -> Option<Wrong> {
    let message = format!("{repeat} rounds are more than anybody answers");
    let remedy = format!("write at most {REPEAT_MAX}");
    (repeat > REPEAT_MAX).then(|| Wrong::new(&format!("{field}.repeat"), message, remedy))
}

/// What is wrong with how the variants of a policy fit together, and with the calendars that they
/// name; `known` finds a calendar. What cannot be worked out is told elsewhere.
pub(super) fn together<'a>(
    policy: &'a EscalationPolicySpec,
    known: impl Fn(&'a EscalationHours) -> Option<&'a CalendarSpec>,
) -> Vec<Wrong> {
    if policy.variants.is_empty() || policy.variants.len() > VARIANTS_MAX {
        return Vec::new();
    }
    let open = |hours| -> Option<(Spans, TimeZone)> {
        let spec: &CalendarSpec = known(hours)?;
        let open = spec.compile(TRIED).ok()?.open().clip(WITHIN);
        Some((open, TimeZone::get(&spec.time_zone).ok()?))
    };
    let mut slots = Vec::new();
    for (place, variant) in policy.variants.iter().enumerate() {
        let (when, zone) = match variant.hours() {
            None => (Spans::one(WITHIN.from, WITHIN.until), None),
            Some((field, hours)) => {
                let Some((open, zone)) = open(hours) else { return Vec::new() };
                let when = if field == "during" { open } else { open.complement(WITHIN) };
                (when, Some(zone))
            }
        };
        slots.push(Slot { place, when, zone });
    }
    let mut wrong = overlaps(policy, &slots);
    if policy.steps.is_empty() {
        let waits = match policy.waits.as_ref().map(|waits| open(&waits.calendar)) {
            Some(None) => return wrong,
            Some(waits) => waits.map(|(open, _)| open),
            None => None,
        };
        wrong.extend(holes(policy, &slots, waits.as_ref()));
    }
    wrong
}

/// When a variant holds.
struct Slot {
    place: usize,
    when: Spans,
    /// The zone of its hours.
    zone: Option<TimeZone>,
}

/// Variants of which two hold at one time for one priority.
fn overlaps(policy: &EscalationPolicySpec, slots: &[Slot]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for (later, slot) in slots.iter().enumerate() {
        let variant = &policy.variants[slot.place];
        for earlier in &slots[..later] {
            let both = |priority: &&Priority| {
                variant.is_for(**priority) && policy.variants[earlier.place].is_for(**priority)
            };
            let shared: Vec<&Priority> = Priority::ALL.iter().filter(both).collect();
            let common = slot.when.intersection(&earlier.when);
            let Some(first) = common.iter().next().filter(|_| !shared.is_empty()) else { continue };
            let such_as = match slot.zone.as_ref().or(earlier.zone.as_ref()) {
                Some(zone) => format!(", such as on {}", spelled(first.from, zone)),
                None => String::new(),
            };
            let message = format!(
                "for {} this is in force together with variants[{}]{such_as}",
                listed(&shared),
                earlier.place
            );
            let remedy = "narrow `priorities`, `during` or `outside` of one of them";
            wrong.push(Wrong::new(&format!("spec.variants[{}]", slot.place), message, remedy));
        }
    }
    wrong
}

/// Priorities for which nobody is called, or not at some times.
fn holes(policy: &EscalationPolicySpec, slots: &[Slot], waits: Option<&Spans>) -> Vec<Wrong> {
    let mut never: Vec<&Priority> = Vec::new();
    let mut found: Vec<(&Slot, &TimeZone, Span, Vec<&Priority>)> = Vec::new();
    for priority in &Priority::ALL {
        let mine = || slots.iter().filter(|slot| policy.variants[slot.place].is_for(*priority));
        let called = mine().fold(Spans::default(), |all, slot| all.union(&slot.when));
        let waiting = policy.waits.as_ref().is_some_and(|it| it.priorities.contains(priority));
        let asked = waits.filter(|_| waiting).cloned();
        let asked = asked.unwrap_or_else(|| Spans::one(WITHIN.from, WITHIN.until));
        let hole = asked.difference(&called);
        // The first may have begun before anything was held against each other.
        let Some(such_as) = hole.iter().take(2).next_back() else { continue };
        let Some((slot, zone)) = mine().find_map(|slot| Some((slot, slot.zone.as_ref()?))) else {
            never.push(priority);
            continue;
        };
        match found.last_mut() {
            Some((last, _, span, all)) if last.place == slot.place && *span == such_as => {
                all.push(priority);
            }
            _ => found.push((slot, zone, such_as, vec![priority])),
        }
    }
    let mut wrong: Vec<Wrong> = Vec::new();
    for (slot, zone, span, priorities) in found {
        let all = listed(&priorities);
        let (from, until) = (spelled(span.from, zone), spelled(span.until, zone));
        let message = format!("for {all} nobody is called at times, as from {from} to {until}");
        let remedy = "add `steps` for whatever no variant is for, a variant for these hours, or \
                      `waits` with these priorities and a calendar to call them later";
        wrong.push(Wrong::new(&format!("spec.variants[{}]", slot.place), message, remedy));
    }
    if !never.is_empty() {
        let message = format!("nobody is called for {}", listed(&never));
        let remedy = "add `steps` for whatever no variant is for, or a variant for these";
        wrong.push(Wrong::new("spec.variants", message, remedy));
    }
    wrong
}

fn listed(priorities: &[&Priority]) -> String {
    if priorities.len() == Priority::ALL.len() {
        return "every priority".to_owned();
    }
    priorities.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn spelled(micros: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_microsecond(micros).unwrap_or_default().to_zoned(zone.clone());
    at.strftime("%a %Y-%m-%d %H:%M").to_string()
}
