//! How somebody wants to be told of new alerts: rules by priority, of which the first that fits
//! counts.

use connectors::export::Found;
use connectors::opsgenie::export::{Criteria, NotificationRule, NotificationStep};
use estate::{ContactMethod, NotifyRule, Wait};
use kernel::Priority;

use crate::moving::moved::{Moved, Said};
use crate::moving::people::Ways;

/// Takes the rules of somebody who is reached in these ways.
pub fn take(
    moved: &mut Moved,
    user: &mut Said,
    (ways, rules): (&mut Ways, &[&Found<NotificationRule>]),
) {
    if rules.is_empty() {
        user.changed(
            "rules for notifications are not in the export: they are called by every way at once \
             until `notify` says otherwise",
        );
        return;
    }
    let mut rules = rules.to_vec();
    rules.sort_by_key(|rule| rule.value.order);
    let mut left: Vec<Priority> = Priority::ALL.to_vec();
    let mut own = Vec::new();
    for rule in rules {
        let mut said = Said::of(&rule.at, &rule.value.name);
        own.extend(wishes(moved, &mut said, rule, (ways, &mut left)));
        moved.say(said);
    }
    if own.is_empty() {
        user.changed("none of the rules is taken: they are called by every way at once");
        return;
    }
    if !left.is_empty() {
        let named: Vec<String> = left.iter().map(ToString::to_string).collect();
        user.changed(format!(
            "no rule that is taken is for {}: there they are called by every way at once",
            named.join(", ")
        ));
        own.push(rule(&left, Wait::from_seconds(0), ways.known()));
    }
    ways.own = own;
}

/// The wishes of a rule, for the priorities that are left to it.
fn wishes(
    moved: &mut Moved,
    said: &mut Said,
    found: &Found<NotificationRule>,
    (ways, left): (&Ways, &mut Vec<Priority>),
) -> Vec<NotifyRule> {
    let rule_there = &found.value;
    if rule_there.enabled == Some(false) {
        said.left_out("it is switched off");
        return Vec::new();
    }
    if rule_there.action_type != "create-alert" {
        said.left_out(format!(
            "it is about `{}`; rules here are about being called",
            rule_there.action_type
        ));
        return Vec::new();
    }
    let Some(steps) = &rule_there.steps else {
        said.impossible(
            "its steps are not in the export; export it by \
             GET /v2/users/{id}/notification-rules/{id}",
        );
        return Vec::new();
    };
    if rule_there.time_restriction.as_ref().is_some_and(|hours| !hours.is_null()) {
        said.impossible("it is for some hours only; write it with `between`");
        return Vec::new();
    }
    let Some(asked) = priorities(rule_there.criteria.as_ref()) else {
        said.impossible("it asks for more than priorities, which ours cannot; write it otherwise");
        return Vec::new();
    };
    let own: Vec<Priority> = left.iter().copied().filter(|it| asked.contains(it)).collect();
    if own.is_empty() {
        said.left_out("no alert gets as far as this rule");
        return Vec::new();
    }
    let mut wishes: Vec<(Wait, ContactMethod)> = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        let mut said = Said::of(&format!("{}.steps[{place}]", found.at), &step.contact.method);
        let wish = wish(&mut said, step, ways);
        wishes.extend(wish.filter(|wish| !wishes.contains(wish)));
        moved.say(said);
    }
    if wishes.is_empty() {
        said.impossible("none of its ways can be taken");
        return Vec::new();
    }
    if rule_there.repeat.as_ref().is_some_and(repeats) {
        said.changed("it does not begin again by itself; `repeat` of the policy calls again");
    }
    left.retain(|priority| !own.contains(priority));
    wishes.sort_by_key(|(after, _)| *after);
    let mut rules: Vec<NotifyRule> = Vec::new();
    for (after, by) in wishes {
        match rules.last_mut().filter(|last| last.after == after) {
            Some(last) => last.by.push(by),
            None => rules.push(rule(&own, after, vec![by])),
        }
    }
    rules
}

fn rule(priorities: &[Priority], after: Wait, by: Vec<ContactMethod>) -> NotifyRule {
    // A rule that names no priority is for all of them.
    let all = priorities.len() == Priority::ALL.len();
    let priorities = if all { Vec::new() } else { priorities.to_vec() };
    NotifyRule { priorities, between: None, after, by }
}

fn repeats(repeat: &serde_json::Value) -> bool {
    repeat.get("enabled").and_then(serde_json::Value::as_bool).unwrap_or(false)
}

fn wish(said: &mut Said, step: &NotificationStep, ways: &Ways) -> Option<(Wait, ContactMethod)> {
    if step.enabled == Some(false) {
        said.left_out("it is switched off");
        return None;
    }
    let by = match step.contact.method.to_lowercase().as_str() {
        "email" => ContactMethod::Email,
        "sms" => ContactMethod::Sms,
        "voice" => ContactMethod::Voice,
        _ => {
            said.impossible(
                "no way to call of this kind; write ntfy or Gotify under `addresses`, and the wish \
                 again",
            );
            return None;
        }
    };
    if !ways.has(by) {
        let way = by.channel();
        said.impossible(format!("there is no address for {way}; write it, and the wish again"));
        return None;
    }
    let seconds = step.send_after.as_ref().map_or(0, |delay| delay.seconds());
    Some((Wait::from_seconds(u32::try_from(seconds).unwrap_or(u32::MAX)), by))
}

/// The priorities that criteria ask for; `None` when they ask for something else.
fn priorities(criteria: Option<&Criteria>) -> Option<Vec<Priority>> {
    let Some(criteria) = criteria else { return Some(Priority::ALL.to_vec()) };
    if criteria.kind == "match-all" {
        return Some(Priority::ALL.to_vec());
    }
    let every = criteria.kind == "match-all-conditions";
    let mut asked: Vec<Vec<Priority>> = Vec::new();
    for condition in &criteria.conditions {
        // More and less urgent than a priority are not taken: the API does not say which is more.
        if condition.field != "priority" || condition.operation != "equals" {
            return None;
        }
        let called = |of: &Priority| of.to_string() == condition.expected_value;
        let named = Priority::ALL.into_iter().find(called)?;
        let is = |of: &Priority| (*of == named) != condition.not;
        asked.push(Priority::ALL.into_iter().filter(is).collect());
    }
    let holds = |of: &Priority| match every {
        true => asked.iter().all(|named| named.contains(of)),
        false => asked.iter().any(|named| named.contains(of)),
    };
    Some(Priority::ALL.into_iter().filter(holds).collect())
}
