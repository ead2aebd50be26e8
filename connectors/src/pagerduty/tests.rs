use kernel::Time;
use serde_json::{Value, json};

use super::{Action, Change, Event, routing_key};
use crate::Pairs;

const NOW: Time = Time::from_seconds(1_000_000);

fn event(body: &Value) -> Event {
    Event::parse(body.to_string().as_bytes()).unwrap()
}

fn faults(body: &Value) -> Vec<String> {
    Event::parse(body.to_string().as_bytes()).unwrap_err().0
}

fn value<'p>(pairs: &'p Pairs<'_>, name: &str) -> Option<&'p str> {
    pairs.iter().find(|(other, _)| other == name).map(|(_, value)| &**value)
}

/// The example of PagerDuty's documentation, with everything that an event can say.
fn documented() -> Value {
    json!({
        "payload": {
            "summary": "Example alert on host1.example.com",
            "timestamp": "2015-07-17T08:42:58.315+0000",
            "source": "monitoringtool:cloudvendor:central-region-dc-01:cluster/api-stats-prod-003",
            "severity": "info",
            "component": "postgres",
            "group": "prod-datapipe",
            "class": "deploy",
            "custom_details": {
                "ping time": "1500ms", "load avg": 0.75, "nested": { "a": [1] }, "service": "orders"
            }
        },
        "routing_key": "samplekeyhere",
        "dedup_key": "samplekeyhere",
        "images": [{ "src": "https://img.example/p.png", "href": "https://example.com/", "alt": "x" }],
        "links": [{ "href": "https://example.com/", "text": "Link text" }],
        "event_action": "trigger",
        "client": "Sample Monitoring Service",
        "client_url": "https://monitoring.example.com"
    })
}

#[test]
fn everything_of_a_trigger_finds_its_place() {
    let event = event(&documented());
    let signal = event.signal(NOW);
    assert_eq!(signal.key.as_deref(), Some("samplekeyhere"));
    assert_eq!(signal.starts_at, Time::parse("2015-07-17T08:42:58.315Z").ok());
    assert_eq!(signal.ends_at, Some(Time::MAX), "silence does not end it");
    assert_eq!(signal.generator_url, "https://monitoring.example.com");
    for (name, expected) in [
        ("alertname", "deploy"),
        ("severity", "info"),
        ("component", "postgres"),
        ("group", "prod-datapipe"),
        ("service", "orders"),
    ] {
        assert_eq!(value(&signal.labels, name), Some(expected));
    }
    for (name, expected) in [
        ("summary", "Example alert on host1.example.com"),
        ("ping_time", "1500ms"),
        ("load_avg", "0.75"),
        ("nested", r#"{"a":[1]}"#),
        ("links", "Link text https://example.com/"),
        ("images", "x https://img.example/p.png https://example.com/"),
        ("client", "Sample Monitoring Service"),
    ] {
        assert_eq!(value(&signal.annotations, name), Some(expected), "{name}");
    }
}

#[test]
fn times_are_read_as_senders_write_them() {
    let expected = Time::parse("2026-11-20T12:00:00Z").ok();
    for text in [
        "2026-11-20T12:00:00Z",
        "2026-11-20T12:00:00",
        "2026-11-20T13:00:00.000+0100",
        "2026-11-20T12:00:00.000000+00:00Z",
    ] {
        let mut body = documented();
        body["payload"]["timestamp"] = json!(text);
        assert_eq!(event(&body).signal(NOW).starts_at, expected, "{text}");
    }
}

#[test]
fn acknowledging_and_resolving_need_the_key_alone() {
    for (word, action) in [("acknowledge", Action::Acknowledge), ("resolve", Action::Resolve)] {
        let body = json!({ "routing_key": "r", "dedup_key": "k", "event_action": word });
        let event = event(&body);
        assert_eq!((event.action, event.dedup_key.as_str()), (action, "k"));
        let without = json!({ "routing_key": "r", "event_action": word });
        assert_eq!(faults(&without), ["'dedup_key' is missing or blank"]);
    }
}

#[test]
fn an_event_that_is_wrong_names_everything_that_is() {
    assert_eq!(
        faults(&json!({ "routing_key": "r", "event_action": "trigger", "payload": {} })),
        [
            "'payload.summary' is missing or blank",
            "'payload.source' is missing or blank",
            "'payload.severity' is missing or blank",
        ]
    );
    let mut long = documented();
    long["payload"]["summary"] = json!("ü".repeat(1025));
    long["payload"]["severity"] = json!("grave");
    long["payload"]["timestamp"] = json!("yesterday");
    long["dedup_key"] = json!("k".repeat(256));
    assert_eq!(
        faults(&long),
        [
            "'dedup_key' is too long (maximum is 255 characters)",
            "'payload.summary' is too long (maximum is 1024 characters)",
            "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', \
             'error' or 'info')",
            "'payload.timestamp' is invalid (must be an ISO 8601 time)",
        ]
    );
    assert_eq!(faults(&json!({ "event_action": "explode" })).len(), 2);
    for body in ["", "[]", "7", "{", "\u{0}"] {
        assert!(Event::parse(body.as_bytes()).is_err(), "{body}");
        assert!(routing_key(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn the_longest_summary_and_many_details_are_taken_within_limits() {
    let mut body = documented();
    body["payload"]["summary"] = json!("ü".repeat(1024));
    let many: serde_json::Map<String, Value> =
        (0..500).map(|n| (format!("d {n}"), json!("x".repeat(100)))).collect();
    body["payload"]["custom_details"] = Value::Object(many);
    let signal = event(&body).signal(NOW);
    assert!(signal.annotations.len() <= 60, "{}", signal.annotations.len());
    assert!(value(&signal.annotations, "more_details").is_some_and(|rest| rest.ends_with('…')));
    assert!(signal.annotations.iter().all(|(_, value)| value.len() <= 16_384));
    assert!(signal.labels.iter().all(|(_, value)| value.len() <= 2_048));
}

#[test]
fn the_routing_key_is_found_without_reading_the_rest() {
    let body = br#"{"payload":{"summary":7},"routing_key":"abc"}"#;
    assert_eq!(routing_key(body).unwrap().as_deref(), Some("abc"));
    assert_eq!(routing_key(br#"{"routing_key":""}"#).unwrap(), None);
    assert_eq!(routing_key(br"{}").unwrap(), None);
}

#[test]
fn a_change_is_written_down_with_what_it_says() {
    let body = json!({
        "routing_key": "samplekeyhere",
        "payload": {
            "summary": "Build Success - Increase snapshot create timeout to 30 seconds",
            "timestamp": "2020-07-17T08:42:58.315+0000",
            "source": "acme-build-pipeline-tool-default-i-9999",
            "custom_details": { "build_number": "220", "service": "orders" }
        },
        "links": [{ "href": "https://acme.pagerduty.dev/build/2", "text": "View more details" }]
    });
    let change = Change::parse(body.to_string().as_bytes()).unwrap();
    let record = change.record(NOW);
    assert_eq!(record["at"], "2020-07-17T08:42:58.315Z");
    assert_eq!(record["details"]["build_number"], "220");
    assert_eq!(record["links"], "View more details https://acme.pagerduty.dev/build/2");
    assert_eq!(value(&change.signal().labels, "service"), Some("orders"));
    let nothing = Change::parse(br#"{"routing_key":"r"}"#).unwrap_err();
    assert!(nothing.to_string().contains("'payload' is missing"), "{nothing}");
}
