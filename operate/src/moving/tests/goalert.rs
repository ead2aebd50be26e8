use super::*;

const ALL: &str = include_str!("goalert.json");
const CHICAGO: &str = "America/Chicago";

fn all() -> Moved {
    moved(Tool::GoAlert, &[("goalert.json", ALL)], "2026-10-20T00:00:00Z")
}

#[test]
fn rules_by_weekday_and_the_present_turn_of_a_rotation_are_kept() {
    let moved = all();
    // Clocks go back on Sunday, the first of November; the hand-over on Monday is at nine.
    let window = ("2026-10-26T00:00", "2026-10-27T00:00");
    let expected = ["10-26 00:00 dora", "10-26 08:00 ben", "10-26 09:00 cem", "10-26 18:00 dora"];
    assert_eq!(shifts(&moved, "shop", CHICAGO, window), expected);
    let window = ("2026-10-30T00:00", "2026-11-03T00:00");
    let expected = [
        "10-30 00:00 dora",
        "10-30 08:00 cem",
        "10-30 18:00 dora",
        "10-31 10:00 ben",
        "10-31 13:00 dora",
        "11-02 08:00 cem",
        "11-02 09:00 ada",
        "11-02 18:00 dora",
    ];
    assert_eq!(shifts(&moved, "shop", CHICAGO, window), expected);
    let expected = ["10-30 00:00 nobody", "10-31 10:00 emil", "10-31 12:00 nobody"];
    assert_eq!(shifts(&moved, "shop--2", CHICAGO, window), expected);
}

#[test]
fn a_rotation_that_a_policy_calls_is_a_schedule_of_its_own_zone() {
    let moved = all();
    let window = ("2026-10-24T20:00", "2026-10-26T08:00");
    // Dora had the night to the 23rd, so Emil has the days; clocks go back in the night.
    let expected = ["10-24 20:00 dora", "10-25 08:00 emil", "10-25 20:00 dora"];
    assert_eq!(shifts(&moved, "halves-rotation", "Europe/Berlin", window), expected);
    let policy = yaml(&moved, "escalationpolicy/shop");
    let steps = "steps:\n    - contacts:\n        - schedule/shop\n        - schedule/shop--2\n\
                 \x20     wait: 5m\n    - contacts:\n        - schedule/halves-rotation\n        \
                 - person/ada\n      wait: 10m\n  repeat: 3\n";
    assert!(policy.contains(steps), "{policy}");
}

#[test]
fn people_are_called_as_their_rules_say_and_the_rest_is_told() {
    let moved = all();
    let ada = yaml(&moved, "person/ada");
    let notify = "addresses:\n    sms: \"+15551234567\"\n  notify:\n    - by:\n        - email\n\
                  \x20   - after: 3m\n      by:\n        - sms\n";
    assert!(ada.contains(notify), "{ada}");
    let found: Vec<String> = impossible(&moved)
        .iter()
        .map(|at| at.replace("data.", "").split(' ').next().unwrap_or_default().to_owned())
        .collect();
    let expected = [
        "users[0].notificationRules[2]",
        "users[5]",
        "userOverrides[1]",
        "escalationPolicies[0].steps[1]",
        "services[0]",
        "services[0].integrationKeys[0]",
    ];
    assert_eq!(found, expected);
}

#[test]
fn services_go_to_the_team_that_is_named_although_no_export_knows_it() {
    let moved = moved_to(Tool::GoAlert, ALL, "operations");
    let services =
        moved.resources.iter().filter(|resource| resource.kind() == estate::Kind::Service);
    assert!(services.count() > 0, "{:#?}", moved.lines);
    let has = |resource: &Resource| resource.item().as_str() == "team/operations";
    assert!(!moved.resources.iter().any(has), "the real team is not written over");
}

#[test]
fn of_people_who_are_on_call_together_for_a_time_it_is_told() {
    let shift = |user: &str| {
        format!(
            r#"{{"userID": "{user}", "start": "2026-11-10T08:00:00Z",
                "end": "2026-11-11T08:00:00Z"}}"#
        )
    };
    let temporary = format!(
        r#""temporarySchedules": [{{"start": "2026-11-10T08:00:00Z", "end": "2026-11-12T08:00:00Z",
            "shifts": [{}, {}]}}]"#,
        shift("u1"),
        shift("u2")
    );
    let text = ALL.replacen("\"temporarySchedules\": []", &temporary, 1);
    let moved = moved(Tool::GoAlert, &[("all.json", &text)], "2026-10-20T00:00:00Z");
    let told = moved.lines.iter().find(|line| line.element.contains("temporarySchedules[0]"));
    let told = told.expect("a line");
    assert!(told.fate == Fate::NotPossible && told.because.contains("together"), "{told:#?}");
}

#[test]
fn a_number_of_rounds_that_cannot_be_read_loses_no_policy() {
    let text = ALL.replacen("\"repeat\": 3", "\"repeat\": -1", 1);
    assert_ne!(text, ALL);
    let moved = moved(Tool::GoAlert, &[("all.json", &text)], "2026-10-20T00:00:00Z");
    let policy = yaml(&moved, "escalationpolicy/shop");
    assert!(!policy.contains("repeat:"), "{policy}");
    let told = line(&moved, "data.escalationPolicies[0]");
    assert!(told.because.contains("`-1` is no number of rounds"), "{told:?}");
}
