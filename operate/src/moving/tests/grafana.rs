use super::*;

const ALL: &str = include_str!("grafana.json");
const FINAL: &str = r#"{"count": 2, "next": null, "results": [
    {"user_pk": "UADA", "user_email": "ada@example.org", "user_username": "ada",
     "shift_start": "2026-10-24T09:00:00Z", "shift_end": "2026-10-24T17:00:00Z"},
    {"user_pk": "UBEN", "user_email": "ben@example.org", "user_username": "ben",
     "shift_start": "2026-10-25T09:00:00Z", "shift_end": "2026-10-25T17:00:00Z"}]}"#;
const BERLIN: &str = "Europe/Berlin";

fn all() -> Moved {
    let files = [("all.json", ALL), ("final_shifts-SICAL.json", FINAL)];
    moved(Tool::GrafanaOncall, &files, "2026-10-01T00:00:00Z")
}

#[test]
fn the_highest_level_counts_and_those_of_one_level_are_on_call_together() {
    let moved = all();
    let window = ("2026-10-23T00:00", "2026-10-30T00:00");
    // Clocks go back on Sunday the 25th. Ada has every other week alone, Ben and Cem the others.
    let expected = [
        "10-23 00:00 ada",
        "10-23 10:00 dora",
        "10-23 18:00 ada",
        "10-25 12:00 fay",
        "10-25 18:00 ada",
        "10-26 09:00 ben",
        "10-26 10:00 emil",
        "10-26 18:00 ben",
        "10-27 10:00 emil",
        "10-27 18:00 ben",
        "10-28 08:00 gus",
        "10-28 12:00 emil",
        "10-28 18:00 ben",
        "10-29 00:00 ada",
        "10-29 06:00 ben",
        "10-29 10:00 emil",
        "10-29 18:00 ben",
    ];
    assert_eq!(shifts(&moved, "ops", BERLIN, window), expected);
    let beside = expected
        .iter()
        .map(|line| line.replace("ben", "cem"))
        .map(|line| match line.as_str() {
            "10-29 00:00 ada" => line,
            _ => line.replace("ada", "nobody"),
        })
        .collect::<Vec<_>>();
    assert_eq!(shifts(&moved, "ops--2", BERLIN, window), beside);
}

#[test]
fn people_who_roll_begin_in_the_middle_of_a_week_and_hand_over_with_the_next() {
    let window = ("2026-10-06T20:00", "2026-10-13T20:00");
    let expected = [
        "10-06 20:00 ada",
        "10-07 10:00 dora",
        "10-07 18:00 ada",
        "10-08 10:00 dora",
        "10-08 18:00 ada",
        "10-09 10:00 dora",
        "10-09 18:00 ada",
        "10-11 12:00 fay",
        "10-11 18:00 ada",
        "10-12 09:00 ben",
        "10-12 10:00 emil",
        "10-12 18:00 ben",
        "10-13 10:00 emil",
        "10-13 18:00 ben",
    ];
    assert_eq!(shifts(&all(), "ops", BERLIN, window), expected);
}

#[test]
fn days_that_are_not_selected_are_nobodys_turn() {
    let window = ("2026-10-22T00:00", "2026-10-28T00:00");
    let expected = [
        "10-22 00:00 nobody",
        "10-22 08:00 ada",
        "10-22 18:00 nobody",
        "10-23 08:00 ben",
        "10-23 18:00 nobody",
        "10-26 08:00 cem",
        "10-26 18:00 nobody",
        "10-27 08:00 ada",
        "10-27 18:00 nobody",
    ];
    assert_eq!(shifts(&all(), "desk", BERLIN, window), expected);
}

#[test]
fn between_occurrences_nobody_is_on_call() {
    let moved = all();
    let window = ("2026-10-24T06:00", "2026-10-29T06:00");
    let expected = [
        "10-24 06:00 ada",
        "10-25 06:00 nobody",
        "10-26 06:00 ben",
        "10-27 06:00 nobody",
        "10-28 06:00 ada",
    ];
    assert_eq!(shifts(&moved, "thin", BERLIN, window), expected);
    let month = line(&moved, "on_call_shifts[7]");
    assert_eq!(month.fate, Fate::NotPossible);
}

#[test]
fn a_calendar_elsewhere_is_fixed_as_it_was_worked_out() {
    let moved = all();
    let window = ("2026-10-24T00:00", "2026-10-26T00:00");
    let expected = [
        "10-24 00:00 nobody",
        "10-24 09:00 ada",
        "10-24 17:00 nobody",
        "10-25 09:00 ben",
        "10-25 17:00 nobody",
    ];
    assert_eq!(shifts(&moved, "from-a-calendar", "UTC", window), expected);
}

#[test]
fn a_calendar_elsewhere_that_has_an_address_feeds_a_layer_and_its_overrides_lie_over_it() {
    let moved = all();
    let told = line(&moved, "schedules[4]");
    assert_eq!(told.fate, Fate::Changed);
    assert!(told.because.contains("read again and again"), "{told:?}");
    let schedule = yaml(&moved, "schedule/another-calendar");
    let layers = "layers:\n    - name: calendar\n      calendar:\n        \
                  url: https://example.com/b.ics\n    - name: overrides\n      calendar:\n        \
                  url: https://example.com/over.ics\n";
    assert!(schedule.contains(layers), "{schedule}");
}

#[test]
fn chains_and_wishes_are_taken_step_by_step() {
    let moved = all();
    let policy = yaml(&moved, "escalationpolicy/default");
    let steps = "steps:\n    - contacts:\n        - schedule/ops\n        - schedule/ops--2\n      \
                 wait: 5m\n    - contacts:\n        - person/ben\n      wait: 15m\n    \
                 - contacts:\n        - person/ada\n        - person/cem\n      rotate: true\n\
                 \x20     wait: 5m\n";
    assert!(policy.contains(steps), "{policy}");
    // There is no number to call, so that what is important is told like the rest.
    let ada = yaml(&moved, "person/ada");
    let notify = "addresses:\n    slack: UALEX\n  notify:\n    - by:\n        - slack\n    \
                  - after: 5m\n      by:\n        - email\n";
    assert!(ada.contains(notify), "{ada}");
    assert_eq!(line(&moved, "personal_notification_rules[3]").fate, Fate::NotPossible);
    assert_eq!(line(&moved, "escalation_policies[3]").fate, Fate::NotPossible);
}

/// The chain with one more step, at a position.
fn with_condition(position: i32, condition: &str) -> Moved {
    let first = "\"escalation_policies\": {\"results\": [";
    let step = format!(
        "{first}{{\"id\": \"E9\", \"escalation_chain_id\": \"F1\", \"position\": {position}, \
         {condition}}},"
    );
    let text = ALL.replacen(first, &step, 1);
    assert_ne!(text, ALL);
    moved(Tool::GrafanaOncall, &[("all.json", &text)], "2026-10-01T00:00:00Z")
}

#[test]
fn a_chain_that_begins_with_hours_waits_for_them() {
    let hours = "\"type\": \"notify_if_time_from_to\", \"notify_if_time_from\": \"20:00:00Z\", \
                 \"notify_if_time_to\": \"08:00:00Z\"";
    let moved = with_condition(-1, hours);
    let policy = yaml(&moved, "escalationpolicy/default");
    assert!(policy.contains("waits:\n    priorities:\n      - P1\n"), "{policy}");
    assert!(policy.contains("timeZone: UTC"), "{policy}");
    assert_eq!(line(&moved, "escalation_policies[0]").fate, Fate::Changed);
}

#[test]
fn a_chain_whose_later_steps_have_a_condition_is_not_taken_without_it() {
    let hours = "\"type\": \"notify_if_time_from_to\", \"notify_if_time_from\": \"08:00:00Z\", \
                 \"notify_if_time_to\": \"20:00:00Z\"";
    let count = "\"type\": \"notify_if_num_alerts_in_window\", \"num_alerts_in_window\": 3";
    for (position, condition) in [(2, hours), (-1, count)] {
        let moved = with_condition(position, condition);
        let is_policy = |found: &Resource| found.kind() == estate::Kind::EscalationPolicy;
        assert!(!moved.resources.iter().any(is_policy), "{:#?}", moved.lines);
        let told = line(&moved, "escalation_chains[0]");
        assert!(told.because.contains("none of it is taken"), "{told:?}");
    }
}

#[test]
fn an_integration_becomes_a_service_that_calls_by_its_default_chain() {
    let moved = all();
    let service = yaml(&moved, "service/alerts");
    assert!(service.contains("escalationPolicy: escalationpolicy/default"), "{service}");
    assert!(service.contains("team: team/ops"), "{service}");
    let route = yaml(&moved, "route/alerts-key");
    assert!(route.contains("item: service/alerts"), "{route}");
    let told = line(&moved, "integrations[0]");
    assert!(told.because.contains("`operate key add alerts --kind alertmanager`"), "{told:?}");
    let some = line(&moved, "routes[0]");
    assert_eq!(some.fate, Fate::NotPossible);
    assert!(some.because.contains("escalationpolicy/default"), "{some:?}");
    assert!(!moved.lines.iter().any(|line| line.because.contains("nothing leads to it")));
}

#[test]
fn a_policy_that_nothing_leads_to_says_what_to_write() {
    let text = ALL.replace("\"default_route\"", "\"other\"");
    let moved = moved(Tool::GrafanaOncall, &[("all.json", &text)], "2026-10-01T00:00:00Z");
    let told = line(&moved, "escalationpolicy/default");
    assert_eq!(told.fate, Fate::Changed);
    assert!(told.because.contains("`escalationPolicy: escalationpolicy/default`"), "{told:?}");
}

#[test]
fn what_no_schedule_takes_is_told() {
    let text = ALL.replacen("\"O2\", ", "", 1).replacen(
        "\"name\": \"Desk\",",
        "\"name\": \"Desk\", \"slack\": {\"channel_id\": \"C9\"},",
        1,
    );
    let broken = FINAL.replacen("2026-10-24T09:00:00Z", "tomorrow", 1);
    let files = [
        ("all.json", &*text),
        ("final_shifts-SICAL.json", &*broken),
        ("final_shifts-SGONE.json", FINAL),
    ];
    let moved = moved(Tool::GrafanaOncall, &files, "2026-10-01T00:00:00Z");
    assert_eq!(line(&moved, "on_call_shifts[1]").fate, Fate::LeftOut);
    assert_eq!(line(&moved, "final_shifts[0]").fate, Fate::NotPossible);
    let unused = line(&moved, "final_shifts");
    assert!(unused.because.starts_with("2 of them"), "{unused:?}");
    let desk = line(&moved, "schedules[1]");
    assert!(desk.because.contains("channel C9"), "{desk:?}");
    for user in ["users[0]", "users[1]"] {
        assert!(line(&moved, user).because.contains("telephone numbers"), "{user}");
    }
}
