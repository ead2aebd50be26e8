use super::*;

const ALL: &str = include_str!("opsgenie.json");
const LONDON: &str = "Europe/London";

fn all() -> Moved {
    moved(Tool::Opsgenie, &[("all.json", ALL)], "2026-10-01T00:00:00Z")
}

#[test]
fn rotations_that_meet_stand_beside_each_other() {
    let moved = all();
    // Clocks go back on the 25th of October. Turns of none are nobody's; the override is for all.
    let window = ("2026-10-19T00:00", "2026-11-03T00:00");
    let expected = [
        "10-19 00:00 nobody",
        "10-19 09:00 ben",
        "10-26 09:00 ada",
        "10-28 10:00 dora",
        "10-28 12:00 ada",
        "11-02 09:00 nobody",
    ];
    assert_eq!(shifts(&moved, "platform", LONDON, window), expected);
    // Every second night is that of an escalation.
    let window = ("2026-10-24T00:00", "2026-10-28T00:00");
    let expected = [
        "10-24 00:00 cem",
        "10-24 08:00 nobody",
        "10-25 18:00 cem",
        "10-26 08:00 nobody",
        "10-27 18:00 cem",
    ];
    assert_eq!(shifts(&moved, "platform--2", LONDON, window), expected);
    // From Saturday at eight to Sunday at eight in the evening, in turns of half a day.
    let window = ("2026-10-23T00:00", "2026-10-27T00:00");
    let expected = [
        "10-23 00:00 nobody",
        "10-24 08:00 dora",
        "10-24 20:00 emil",
        "10-25 08:00 dora",
        "10-25 20:00 nobody",
    ];
    assert_eq!(shifts(&moved, "platform--3", LONDON, window), expected);
    assert!(yaml(&moved, "schedule/platform--2").contains("title: \"Platform: Nights\""));
}

#[test]
fn delays_from_the_beginning_become_waits_between_steps() {
    let policy = yaml(&all(), "escalationpolicy/platform-escalation");
    // Who is on call next cannot be called: its five minutes are waited for.
    let steps = "steps:\n    - contacts:\n        - schedule/platform\n        \
                 - schedule/platform--2\n        - schedule/platform--3\n      wait: 5m\n    \
                 - contacts:\n        - person/ben\n      wait: 10m\n    \
                 - contacts:\n        - team/ops\n      wait: 10m\n  repeat: 2\n";
    assert!(policy.contains(steps), "{policy}");
}

#[test]
fn people_teams_and_keys_are_taken() {
    let moved = all();
    let ada = yaml(&moved, "person/ada");
    assert!(ada.contains("sms: \"+447700900123\"") && !ada.contains("voice"), "{ada}");
    assert!(ada.contains("teams:\n    - team/ops"), "{ada}");
    assert!(!yaml(&moved, "person/cem").contains("teams"));
    let names: Vec<&str> = moved.keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["prometheus"]);
    let expected = [
        "schedules[0].rotations[1] Nights",
        "overrides[1] only-nights",
        "overrides[2] lost",
        "escalations[0].rules[3]",
        "integrations[1] Other",
    ];
    assert_eq!(impossible(&moved), expected);
    let out = moved.lines.iter().find(|line| line.element.ends_with(" Out")).unwrap();
    assert_eq!(out.fate, Fate::LeftOut);
}

#[test]
fn answers_of_one_element_each_are_read_by_the_names_of_their_files() {
    let whole: serde_json::Value = serde_json::from_str(ALL).unwrap();
    let key = "eb243592-faa2-4ba2-a551-1afdf565c889";
    let one = json!({ "data": { "name": "Prometheus", "type": "Prometheus", "apiKey": key },
        "took": 0.01, "requestId": "x" });
    let user = json!({ "data": whole["users"]["data"][0], "requestId": "x" });
    let (one, user) = (one.to_string(), user.to_string());
    let files = [("integrations-1.json", &*one), ("users-u-ada.json", &*user)];
    let moved = moved(Tool::Opsgenie, &files, "2026-10-01T00:00:00Z");
    assert_eq!(moved.keys.len(), 1);
    assert_eq!(moved.keys[0].alias, key);
    assert!(yaml(&moved, "person/ada").contains("+447700900123"));
}

/// The sample with the routing rules of its team.
fn routed(rules: &str) -> Moved {
    let rules = format!(r#"{{"data": [{rules}], "took": 0.1}}"#);
    let files = [("all.json", ALL), ("routing_rules-t-ops.json", &*rules)];
    moved(Tool::Opsgenie, &files, "2026-10-01T00:00:00Z")
}

const TO_ESCALATION: &str = r#"{"id": "rr-1", "name": "Default", "isDefault": true, "order": 1,
    "criteria": {"type": "match-all"},
    "notify": {"type": "escalation", "id": "e-1", "name": "Platform escalation"}}"#;

#[test]
fn what_comes_with_a_key_calls_by_the_default_rule_of_its_team() {
    let moved = routed(TO_ESCALATION);
    let team = yaml(&moved, "team/ops");
    assert!(team.contains("escalationPolicy: escalationpolicy/platform-escalation"), "{team}");
    let route = yaml(&moved, "route/prometheus-key");
    assert!(route.contains("team: team/ops") && route.contains("prometheus"), "{route}");
    assert!(!moved.lines.iter().any(|line| line.because.contains("nothing leads to it")));
}

#[test]
fn without_its_rules_a_team_calls_by_its_only_escalation() {
    let moved = all();
    let team = yaml(&moved, "team/ops");
    assert!(team.contains("escalationPolicy: escalationpolicy/platform-escalation"), "{team}");
    assert_eq!(line(&moved, "teams[0].routing_rules").fate, Fate::Changed);
}

#[test]
fn a_rule_to_a_schedule_gets_a_policy_and_one_for_some_alerts_says_what_to_write() {
    let some = r#"{"id": "rr-0", "name": "Databases", "order": 0,
        "criteria": {"type": "match-any-condition", "conditions": [
            {"field": "tags", "operation": "contains", "expectedValue": "db"}]},
        "notify": {"type": "escalation", "id": "e-1"}},"#;
    let all = r#"{"id": "rr-1", "name": "All", "order": 1, "criteria": {"type": "match-all"},
        "notify": {"type": "schedule", "id": "s-1", "name": "Platform"}},"#;
    let moved = routed(
        &format!("{some}{all}{TO_ESCALATION}")
            .replace("\"rr-1\", \"name\": \"D", "\"rr-2\", \"name\": \"D"),
    );
    let team = yaml(&moved, "team/ops");
    assert!(team.contains("escalationPolicy: escalationpolicy/all--routing"), "{team}");
    let policy = yaml(&moved, "escalationpolicy/all--routing");
    assert!(policy.contains("- schedule/platform\n"), "{policy}");
    let databases = line(&moved, "routing_rules[0]");
    assert_eq!(databases.fate, Fate::NotPossible);
    assert!(databases.because.contains("escalationpolicy/platform-escalation"), "{databases:?}");
    assert_eq!(line(&moved, "routing_rules[2]").fate, Fate::LeftOut);
    let unled = line(&moved, "escalationpolicy/platform-escalation");
    assert!(unled.because.contains("nothing leads to it"), "{unled:?}");
}

#[test]
fn rules_for_new_alerts_say_how_somebody_is_called() {
    let step = |method: &str, minutes: u32| {
        json!({ "contact": { "method": method, "to": "x" }, "enabled": true,
            "sendAfter": { "timeAmount": minutes, "timeUnit": "minutes" } })
    };
    let priority = |of: &str| {
        json!({ "field": "priority", "not": false, "operation": "equals",
        "expectedValue": of })
    };
    let rules = json!({ "data": [
        { "id": "n-3", "name": "Rest", "actionType": "create-alert", "order": 3, "enabled": true,
          "criteria": { "type": "match-all" }, "steps": [step("email", 0)] },
        { "id": "n-1", "name": "Urgent", "actionType": "create-alert", "order": 1, "enabled": true,
          "criteria": { "type": "match-any-condition",
            "conditions": [priority("P1"), priority("P2")] },
          "steps": [step("sms", 0), step("email", 5), step("mobile", 0)] },
        { "id": "n-2", "name": "Databases", "actionType": "create-alert", "order": 2,
          "criteria": { "type": "match-all-conditions", "conditions": [
            { "field": "tags", "operation": "contains", "expectedValue": "db" }] },
          "steps": [step("sms", 0)] },
        { "id": "n-4", "name": "Closed", "actionType": "closed-alert", "steps": [step("sms", 0)] },
    ]});
    let rules = rules.to_string();
    let files = [("all.json", ALL), ("notification_rules-u-ada.json", &*rules)];
    let moved = moved(Tool::Opsgenie, &files, "2026-10-01T00:00:00Z");
    let ada = yaml(&moved, "person/ada");
    let notify = ada.split_once("  notify:\n").map(|(_, rules)| rules).unwrap_or_default();
    insta::assert_snapshot!(notify, @r"
    - priorities:
        - P1
        - P2
      by:
        - sms
    - priorities:
        - P1
        - P2
      after: 5m
      by:
        - email
    - priorities:
        - P3
        - P4
        - P5
      by:
        - email
    ");
    assert_eq!(line(&moved, "notification_rules[1].steps[2]").fate, Fate::NotPossible);
    assert_eq!(line(&moved, "notification_rules[2]").fate, Fate::NotPossible);
    assert_eq!(line(&moved, "notification_rules[3]").fate, Fate::LeftOut);
    assert!(!line(&moved, "users[0]").because.contains("every way at once"));
    assert!(line(&moved, "users[1]").because.contains("every way at once"));
}

#[test]
fn nobody_is_left_uncalled_where_no_rule_is_taken() {
    let rules = r#"{"data": [{"id": "n-1", "name": "Urgent", "actionType": "create-alert",
        "criteria": {"type": "match-all-conditions", "conditions": [
            {"field": "priority", "operation": "equals", "expectedValue": "P1"}]},
        "steps": [{"contact": {"method": "sms", "to": "44-7700900123"}}]}]}"#;
    let files = [("all.json", ALL), ("notification_rules-u-ada.json", rules)];
    let moved = moved(Tool::Opsgenie, &files, "2026-10-01T00:00:00Z");
    let ada = yaml(&moved, "person/ada");
    let rest = "    - priorities:\n        - P2\n        - P3\n        - P4\n        - P5\n      \
                by:\n        - email\n        - sms\n";
    assert!(ada.contains(rest), "{ada}");
    assert!(line(&moved, "users[0]").because.contains("P2, P3, P4, P5"));
}
