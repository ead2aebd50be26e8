use estate::Desired;
use serde_json::Value;

use super::*;

const EXPORTS: [(Tool, &str); 4] = [
    (Tool::PagerDuty, include_str!("pagerduty.json")),
    (Tool::Opsgenie, include_str!("opsgenie.json")),
    (Tool::GrafanaOncall, include_str!("grafana.json")),
    (Tool::GoAlert, include_str!("goalert.json")),
];

/// Every place in a document.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(list) => {
            for (place, inner) in list.iter().enumerate() {
                places(inner, &format!("{at}/{place}"), found);
            }
        }
        Value::Object(map) => {
            for (name, inner) in map {
                places(inner, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// What comes of a document, if it can be read at all.
fn taken(tool: Tool, text: String) -> Option<Moved> {
    let file = File { name: "all.json".to_owned(), text };
    let export = Export::read(&[file], tool.lists()).ok()?;
    Some(tool.moved(&export, None, Time::parse("2026-10-01T00:00:00Z").unwrap()))
}

#[test]
fn whatever_is_wrong_in_an_export_is_told_and_the_rest_is_taken() {
    let wrong = [
        Value::Null,
        json!(-1),
        json!(4_294_967_296_u64),
        json!(1e300),
        json!("\u{0}\u{202e} no such thing"),
        json!("9999-12-31T23:59:59Z"),
        json!([]),
        json!([[], {}, null]),
        json!({ "id": "x" }),
    ];
    for (tool, text) in EXPORTS {
        let whole: Value = serde_json::from_str(text).unwrap();
        let mut all = Vec::new();
        places(&whole, "", &mut all);
        assert!(all.len() > 100, "{tool:?} {}", all.len());
        for (turn, place) in all.iter().enumerate() {
            let mut broken = whole.clone();
            *broken.pointer_mut(place).unwrap() = wrong[turn % wrong.len()].clone();
            let Some(moved) = taken(tool, broken.to_string()) else { continue };
            let resources = moved.resources.into_iter();
            let checked = estate::plan(&[], &Desired::from_resources(resources), false);
            assert!(checked.is_ok(), "{place} {checked:?}");
        }
    }
}

/// Elements with an id of their own that stand within others, by the name of their list.
const WITHIN: [&str; 10] = [
    "contact_methods",
    "notification_rules",
    "schedule_layers",
    "escalation_rules",
    "integrations",
    "rotations",
    "contactMethods",
    "notificationRules",
    "steps",
    "integrationKeys",
];

/// The places of all elements that have an id, as lines name them.
fn elements(value: &Value, at: &str, found: &mut Vec<String>) {
    let Value::Object(map) = value else { return };
    for (name, inner) in map {
        let list = ["data", "results", "nodes"].iter().find_map(|wrapper| inner.get(wrapper));
        let top = at.is_empty() || at == "data";
        if top && name == "data" {
            elements(inner, "data", found);
            continue;
        }
        let Some(list) = list.unwrap_or(inner).as_array() else { continue };
        if !top && !WITHIN.contains(&name.as_str()) {
            continue;
        }
        for (place, element) in list.iter().enumerate() {
            let dot = if at.is_empty() { "" } else { "." };
            let at = format!("{at}{dot}{name}[{place}]");
            if element.get("id").is_some() {
                found.push(at.clone());
            }
            // An override names the rotations that it is for; they are no elements of it.
            if name != "overrides" {
                elements(element, &at, found);
            }
        }
    }
}

#[test]
fn every_element_with_an_id_has_a_line() {
    for (tool, text) in EXPORTS {
        let whole: Value = serde_json::from_str(text).unwrap();
        let moved = taken(tool, text.to_owned()).unwrap();
        let mut all = Vec::new();
        elements(&whole, "", &mut all);
        assert!(all.len() > 10, "{tool:?} {all:?}");
        for element in all {
            // Panics where there is none.
            line(&moved, &element);
        }
    }
}

#[test]
fn a_missing_list_and_references_to_nothing_are_told() {
    for (tool, text) in EXPORTS {
        let mut whole: Value = serde_json::from_str(text).unwrap();
        let inner = match whole.get_mut("data") {
            Some(inner) => inner,
            None => &mut whole,
        };
        inner.as_object_mut().unwrap().remove("users");
        let moved = taken(tool, whole.to_string()).unwrap();
        let because = |line: &&Line| {
            line.fate == Fate::NotPossible && line.because.contains("export all pages of users")
        };
        assert!(moved.lines.iter().filter(because).count() > 2, "{tool:?} {:#?}", moved.lines);
    }
}

#[test]
fn ten_thousand_namesakes_are_taken() {
    let users: Vec<Value> = (0..10_000)
        .map(|n| {
            json!({ "id": format!("P{n}"), "name": "Sam Smith", "email": "s@example.org",
            "contact_methods": [{ "id": "c", "type": "sms_contact_method", "country_code": 1,
                "address": "5551234567" }] })
        })
        .collect();
    let moved = taken(Tool::PagerDuty, json!({ "users": users }).to_string()).unwrap();
    assert_eq!(moved.resources.len(), 10_000);
    assert_eq!(moved.resources[9_999].metadata.name, "sam-smith-p9999");
}

#[test]
fn one_wrong_address_or_too_many_layers_take_nothing_else_away() {
    let mut whole: Value = serde_json::from_str(EXPORTS[0].1).unwrap();
    whole["users"][1]["email"] = json!("ben at example.org");
    let layer = whole["schedules"][1]["schedule_layers"][0].clone();
    whole["schedules"][1]["schedule_layers"] = json!(vec![layer; 21]);
    let moved = taken(Tool::PagerDuty, whole.to_string()).unwrap();
    assert!(line(&moved, "users[1]").because.contains("mail address"));
    assert!(line(&moved, "schedules[1]").because.contains("21 layers"));
    let primary = yaml(&moved, "schedule/payments-primary");
    assert!(primary.contains("- nobody"), "{primary}");
    assert!(yaml(&moved, "escalationpolicy/payments").contains("person/cem"));
}
