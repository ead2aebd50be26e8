use super::*;

const ALL: &str = include_str!("pagerduty.json");
const NEW_YORK: &str = "America/New_York";

fn all() -> Moved {
    moved(Tool::PagerDuty, &[("all.json", ALL)], "2026-10-01T00:00:00Z")
}

#[test]
fn layers_lie_over_each_other_and_turns_count_from_the_virtual_start() {
    let moved = all();
    let window = ("2026-10-26T00:00", "2026-11-05T00:00");
    // Clocks go back on Sunday, the first of November: people hand over at nine all the same.
    let expected = [
        "10-26 00:00 cem",
        "10-26 09:00 emil",
        "10-26 17:00 ada-example",
        "10-27 09:00 dora",
        "10-27 17:00 ada-example",
        "10-28 09:00 emil",
        "10-28 17:00 ada-example",
        "10-29 09:00 dora",
        "10-29 17:00 ada-example",
        "10-30 09:00 emil",
        "10-30 17:00 ada-example",
        "11-02 09:00 dora",
        "11-02 17:00 ben",
        "11-03 09:00 emil",
        "11-03 17:00 ben",
        "11-03 18:00 emil",
        "11-04 06:00 ben",
        "11-04 09:00 dora",
        "11-04 17:00 ben",
    ];
    assert_eq!(shifts(&moved, "payments-primary", NEW_YORK, window), expected);
    // The weeks have somebody from their start on, in the middle of a turn of the third.
    let window = ("2026-10-20T00:00", "2026-10-22T00:00");
    let expected = [
        "10-20 00:00 nobody",
        "10-20 09:00 emil",
        "10-20 17:00 nobody",
        "10-21 09:00 dora",
        "10-21 17:00 cem",
    ];
    assert_eq!(shifts(&moved, "payments-primary", NEW_YORK, window), expected);
}

#[test]
fn turns_of_twelve_hours_keep_to_the_clock_and_to_their_hours() {
    // Each night is the first half of a day, so every second turn of three people is at night.
    let window = ("2026-10-23T12:00", "2026-10-27T12:00");
    let expected = [
        "10-23 12:00 nobody",
        "10-23 20:00 ben",
        "10-24 08:00 nobody",
        "10-24 20:00 ada-example",
        "10-25 08:00 nobody",
        "10-25 20:00 cem",
        "10-26 08:00 nobody",
        "10-26 20:00 ben",
        "10-27 08:00 nobody",
    ];
    assert_eq!(shifts(&all(), "nights", "Europe/Berlin", window), expected);
}

#[test]
fn people_are_called_as_their_rules_say() {
    let text = yaml(&all(), "person/ada-example");
    let expected = "\
apiVersion: operate/v1
kind: Person
metadata:
  name: ada-example
  title: Ada Example
  labels:
    imported-from: pagerduty/PADA001
spec:
  email: ada@example.org
  timeZone: America/New_York
  teams:
    - team/payments
  addresses:
    sms: \"+15551234567\"
    voice: \"+15551234567\"
  notify:
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
        - voice
    - priorities:
        - P3
        - P4
        - P5
      by:
        - email
";
    assert_eq!(text, expected);
}

#[test]
fn policies_and_services_with_their_keys_are_taken() {
    let moved = all();
    let policy = yaml(&moved, "escalationpolicy/payments");
    assert!(policy.contains("repeat: 2"), "{policy}");
    let steps = "steps:\n    - contacts:\n        - schedule/payments-primary\n      wait: 10m\n\
                 \x20   - contacts:\n        - person/ben\n        - person/cem\n\
                 \x20     rotate: true\n      \
                 wait: 15m\n";
    assert!(policy.contains(steps), "{policy}");
    let service = yaml(&moved, "service/checkout");
    assert!(service.contains("team: team/payments"), "{service}");
    assert!(service.contains("escalationPolicy: escalationpolicy/payments"), "{service}");
    let key = Key {
        name: "checkout-prometheus".to_owned(),
        kind: "pagerduty",
        alias: "R0123456789ABCDEF0123456789ABCDE".to_owned(),
    };
    assert_eq!(moved.keys, [key]);
    let route = yaml(&moved, "route/checkout-prometheus-key");
    assert!(
        route.contains("source == \\\"checkout-prometheus\\\"")
            || route.contains("source == \"checkout-prometheus\""),
        "{route}"
    );
    assert!(route.contains("item: service/checkout"), "{route}");
}

#[test]
fn every_element_has_a_line_and_what_is_not_taken_says_why() {
    let moved = all();
    let expected = [
        "users[0].contact_methods[3] push_notification_contact_method",
        "users[0].notification_rules[3]",
        "escalation_policies[0].escalation_rules[1]",
        "services[0].integrations[1] Mail",
    ];
    assert_eq!(impossible(&moved), expected);
    let old = line(&moved, "schedules[0].schedule_layers[2]");
    assert_eq!((old.fate, old.because.as_str()), (Fate::LeftOut, "it has ended"));
    let past = line(&moved, "schedules[0].overrides_subschedule.rendered_schedule_entries[1]");
    assert_eq!(past.fate, Fate::LeftOut);
    let gone = line(&moved, "escalation_policies[0].escalation_rules[1]");
    assert!(gone.because.contains("PGONE02 (Gone)"), "{gone:?}");
    assert_eq!(line(&moved, "schedules[0]").because, "schedule/payments-primary");
    // 5 users with 4 ways and 4 wishes, a team, 2 schedules with 4 layers and 2 overrides, a policy
    // with 2 rules, a service with 2 keys.
    assert_eq!(moved.lines.len(), 5 + 8 + 1 + 2 + 4 + 2 + 3 + 3);
}

#[test]
fn the_same_export_in_pages_and_files_gives_the_same() {
    let whole: serde_json::Value = serde_json::from_str(ALL).unwrap();
    let page = |list: &str, range: std::ops::Range<usize>| {
        let rows = &whole[list].as_array().unwrap()[range.clone()];
        let more = range.end < whole[list].as_array().unwrap().len();
        json!({ list: rows, "more": more, "limit": 3, "offset": range.start }).to_string()
    };
    let one = json!({ "schedule": whole["schedules"][1] }).to_string();
    let parts = [
        ("u1.json", page("users", 3..5)),
        ("u2.json", page("users", 0..3)),
        ("s2.json", one),
        ("s1.json", page("schedules", 0..2)),
        ("t.json", page("teams", 0..1)),
        ("p.json", page("escalation_policies", 0..1)),
        ("v.json", page("services", 0..1)),
    ];
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (*name, &**text)).collect();
    let apart = moved(Tool::PagerDuty, &parts, "2026-10-01T00:00:00Z");
    let sorted = |moved: &Moved| {
        let mut all: Vec<String> =
            moved.resources.iter().map(|resource| estate::export([resource])).collect();
        all.sort();
        all
    };
    assert_eq!(sorted(&apart), sorted(&all()));
}

/// What becomes of the sample where the service is as urgent as `rule` says.
fn urgent(rule: &str) -> Moved {
    let service = r#""id": "PSVC001", "name": "Checkout","#;
    let text = ALL.replace(service, &format!("{service} {rule},"));
    assert_ne!(text, ALL);
    moved(Tool::PagerDuty, &[("all.json", &text)], "2026-10-01T00:00:00Z")
}

#[test]
fn a_service_that_is_less_urgent_out_of_its_hours_calls_its_first_step_then() {
    let by_hours = urgent(
        r#""incident_urgency_rule": {"type": "use_support_hours",
           "during_support_hours": {"type": "constant", "urgency": "high"},
           "outside_support_hours": {"type": "constant", "urgency": "low"}},
           "support_hours": {"type": "fixed_time_per_day", "time_zone": "Europe/Berlin",
           "start_time": "09:00:00", "end_time": "17:00:00", "days_of_week": [1, 2, 3, 4, 5]}"#,
    );
    let service = yaml(&by_hours, "service/checkout");
    assert!(service.contains("escalationPolicy: escalationpolicy/checkout--urgency"), "{service}");
    let policy = yaml(&by_hours, "escalationpolicy/checkout--urgency");
    let spec = policy.split_once("spec:").unwrap().1;
    insta::assert_snapshot!(spec, @r#"
    team: team/payments
    steps:
      - contacts:
          - schedule/payments-primary
        wait: 10m
      - contacts:
          - person/ben
          - person/cem
        rotate: true
        wait: 15m
    variants:
      - outside:
          timeZone: Europe/Berlin
          hours:
            - days:
                - mon
                - tue
                - wed
                - thu
                - fri
              from: 09:00
              until: "17:00"
        steps:
          - contacts:
              - schedule/payments-primary
            wait: 10m
        repeat: 0
    repeat: 2
    "#);
    let said = &line(&by_hours, "services[0]").because;
    assert!(said.contains("outside of its support hours it is of low urgency"), "{said}");

    let calm = urgent(r#""incident_urgency_rule": {"type": "constant", "urgency": "low"}"#);
    let policy = yaml(&calm, "escalationpolicy/checkout--urgency");
    assert_eq!(policy.matches("wait:").count(), 1, "{policy}");
    assert!(!policy.contains("repeat"), "{policy}");

    let high = urgent(r#""incident_urgency_rule": {"type": "constant", "urgency": "high"}"#);
    let service = yaml(&high, "service/checkout");
    assert!(service.contains("escalationPolicy: escalationpolicy/payments"), "{service}");

    let unread = urgent(
        r#""incident_urgency_rule": {"type": "use_support_hours",
           "outside_support_hours": {"urgency": "low"}},
           "support_hours": {"time_zone": "Nowhere", "start_time": "9", "end_time": "17"}"#,
    );
    assert!(impossible(&unread).contains(&"services[0] Checkout"));
}

#[test]
fn what_is_written_in_the_ways_of_other_places_is_read() {
    let german = ALL
        .replacen(
            "\"address\": \"5551234567\", \"country_code\": 1}",
            "\"address\": \"0171 1234567\", \"country_code\": 49}",
            1,
        )
        .replacen(
            "\"address\": \"5551234567\", \"country_code\": 1}",
            "\"address\": \"06 1234567\", \"country_code\": 39}",
            1,
        )
        .replace(
            "\"time_zone\": \"America/New_York\"",
            "\"time_zone\": \"Eastern Time (US & Canada)\"",
        );
    let moved = moved(Tool::PagerDuty, &[("all.json", &german)], "2026-10-01T00:00:00Z");
    let ada = yaml(&moved, "person/ada-example");
    assert!(ada.contains("voice: \"+491711234567\""), "{ada}");
    assert!(ada.contains("sms: \"+39061234567\""), "Italy keeps its 0: {ada}");
    assert!(ada.contains("timeZone: America/New_York"), "{ada}");
    assert_eq!(line(&moved, "users[0].contact_methods[1]").fate, Fate::Changed);
    assert_eq!(line(&moved, "users[0].contact_methods[2]").fate, Fate::AsIs);
    let schedule = yaml(&moved, "schedule/payments-primary");
    assert!(schedule.contains("timeZone: America/New_York"), "{schedule}");
    assert_eq!(line(&moved, "schedules[0]").fate, Fate::Changed);
}

#[test]
fn a_service_that_is_switched_off_is_left_out_with_its_keys() {
    let service = r#""id": "PSVC001", "name": "Checkout","#;
    let text = ALL.replace(service, &format!("{service} \"status\": \"disabled\","));
    let moved = moved(Tool::PagerDuty, &[("all.json", &text)], "2026-10-01T00:00:00Z");
    assert_eq!(line(&moved, "services[0]").fate, Fate::LeftOut);
    let is_service = |found: &Resource| found.kind() == estate::Kind::Service;
    assert!(!moved.resources.iter().any(is_service));
    assert!(moved.keys.is_empty());
}

/// Two services of one policy, with what they say of incidents that stay taken or open.
fn two_services(one: &str, other: &str) -> Moved {
    let first = r#""services": ["#;
    let of = r#""escalation_policy": {"id": "PPOL001", "type": "escalation_policy_reference"}"#;
    let services = format!(
        r#"{first} {{"id": "PSVC002", "name": "Refunds", {other}, {of}}},
           {{"id": "PSVC003", "name": "Off", "status": "disabled", {of}}},"#
    );
    let checkout = r#""id": "PSVC001", "name": "Checkout","#;
    let text = ALL.replace(first, &services).replace(checkout, &format!("{checkout} {one},"));
    moved(Tool::PagerDuty, &[("all.json", &text)], "2026-10-01T00:00:00Z")
}

#[test]
fn a_policy_calls_again_as_all_of_its_services_say() {
    let half_an_hour = "\"acknowledgement_timeout\": 1800, \"auto_resolve_timeout\": null";
    let agreed = two_services(half_an_hour, half_an_hour);
    let policy = yaml(&agreed, "escalationpolicy/payments");
    assert!(policy.contains("acknowledgeTimeout: 30m"), "{policy}");
    let checkout = line(&agreed, "services[2]");
    assert!(!checkout.because.contains("called again"), "{checkout:?}");

    let apart = two_services(half_an_hour, "\"acknowledgement_timeout\": null");
    let policy = yaml(&apart, "escalationpolicy/payments");
    assert!(!policy.contains("acknowledgeTimeout"), "{policy}");
    let checkout = line(&apart, "services[2]");
    assert_eq!(checkout.fate, Fate::Changed);
    assert!(checkout.because.contains("called again after 30m"), "{checkout:?}");
    assert!(!line(&apart, "services[0]").because.contains("called again"));

    let week = "\"acknowledgement_timeout\": 604800";
    let long = two_services(week, week);
    let policy = yaml(&long, "escalationpolicy/payments");
    assert!(policy.contains("acknowledgeTimeout: 24h"), "{policy}");
    assert!(line(&long, "escalation_policies[0]").because.contains("called again after 24h"));
}

#[test]
fn a_service_whose_incidents_were_resolved_by_themselves_says_that_they_stay_open() {
    let moved = two_services("\"auto_resolve_timeout\": 14400", "\"auto_resolve_timeout\": 0");
    let checkout = line(&moved, "services[2]");
    assert!(checkout.because.contains("resolved by themselves after 4h"), "{checkout:?}");
    assert!(!line(&moved, "services[0]").because.contains("by themselves"));
}
