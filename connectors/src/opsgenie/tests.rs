use kernel::Time;
use serde_json::json;

use super::{Action, Create, Outcome, Patch, Query, RequestId, Seen};
use crate::Pairs;

fn value<'p>(pairs: &'p Pairs<'_>, name: &str) -> Option<&'p str> {
    pairs.iter().find(|(other, _)| other == name).map(|(_, value)| &**value)
}

#[test]
fn everything_of_an_alert_finds_its_place() {
    // The example of Opsgenie's documentation.
    let body = json!({
        "message": "An example alert message",
        "alias": "Life is too short for no alias",
        "description": "Every alert needs a description",
        "responders": [{ "id": "4513b7ea-3b91-438f-b7e4-e3e54af9147c", "type": "team" }],
        "visibleTo": [{ "name": "NOC", "type": "team" }],
        "actions": ["Restart", "AnExampleAction"],
        "tags": ["OverwriteQuietHours", "Critical", "Critical"],
        "details": { "key1": "value1", "service": "orders" },
        "entity": "An example entity",
        "priority": "P1"
    });
    let create = Create::parse(body.to_string().as_bytes()).unwrap();
    let signal = create.signal();
    assert_eq!(signal.key.as_deref(), Some("Life is too short for no alias"));
    assert_eq!(signal.ends_at, Some(Time::MAX), "silence does not end it");
    for (name, expected) in [
        ("alertname", "An example alert message"),
        ("severity", "critical"),
        ("priority", "P1"),
        ("tags", "Critical,OverwriteQuietHours"),
        ("entity", "An example entity"),
        ("service", "orders"),
    ] {
        assert_eq!(value(&signal.labels, name), Some(expected), "{name}");
    }
    assert_eq!(value(&signal.annotations, "key1"), Some("value1"));
    assert!(value(&signal.annotations, "responders").is_some_and(|r| r.contains("4513b7ea")));
}

#[test]
fn what_is_wrong_is_named_by_field() {
    let body = json!({
        "message": "m".repeat(131), "priority": "P9", "tags": vec!["t"; 1], "details": 7,
        "description": "d".repeat(15_001), "alias": ["x"],
    });
    let faults = Create::parse(body.to_string().as_bytes()).unwrap_err().body("r");
    let mut fields: Vec<&String> = faults["errors"].as_object().unwrap().keys().collect();
    fields.sort();
    assert_eq!(fields, ["alias", "description", "details", "message", "priority"]);
    assert!(Create::parse(b"{}").is_err());
    assert!(Create::parse(b"[1").is_err());
}

#[test]
fn a_request_id_says_what_became_of_the_request() {
    let id = RequestId {
        at: Time::from_seconds(1_772_366_400),
        action: Action::Close,
        outcome: Outcome::Missing,
        alert: 0x0123_4567_89ab_cdef,
    };
    let text = id.to_string();
    assert_eq!(text.len(), 36);
    assert_eq!(text.parse(), Ok(id));
    for wrong in ["", "x", &"-".repeat(36), "ffffffff-ffff-ffff-ffff-ffffffffffff"] {
        assert!(wrong.parse::<RequestId>().is_err(), "{wrong}");
    }
}

#[test]
fn queries_hold_or_do_not() {
    let seen = Seen {
        status: "open",
        priority: "P1",
        tags: vec!["db", "prod"],
        message: "Disk of db1 is full: Überlauf",
        alias: "disk/db1",
        acknowledged: true,
        owner: "ada",
        created: Time::parse("2026-05-16T10:30:00Z").unwrap(),
        count: 3,
        ..Seen::default()
    };
    for (text, expected) in [
        ("createdAt >= 16-05-2026", true),
        ("createdAt>16-05-2026T10:30:00", false),
        ("createdAt >= \"16-05-2026T10:30:00\" AND status: open", true),
        ("createdAt < 1778927400000", false),
        ("createdAt <= 1778927400000", true),
        ("count > 2 NOT count >= 4", true),
        ("owner: ada isSeen: true", true),
        ("", true),
        ("status: open", true),
        ("status:open AND priority: P1", true),
        ("status: closed OR tag: db", true),
        ("NOT tag: db", false),
        ("status: open NOT tag: web", true),
        ("message: \"db1 is\"", true),
        ("message: DISK", true),
        ("ÜBERLAUF", true),
        ("disk", true),
        ("priority: (P2 OR P1)", true),
        ("priority: (P2 OR P3)", false),
        ("(status: closed OR priority: P1) AND alias: disk/*", true),
        ("acknowledged: false", false),
        ("tags: prod", true),
    ] {
        assert_eq!(Query::parse(text).map(|query| query.holds(&seen)), Ok(expected), "{text}");
    }
    for wrong in ["status:", "(status: open", "nobody: x", "status: open)", "\"", "AND:", ":"] {
        assert!(Query::parse(wrong).is_err(), "{wrong}");
    }
    for wrong in
        ["createdAt: 16-05-2026", "createdAt > tomorrow", "status > open", "count > 1-1-2026"]
    {
        assert!(Query::parse(wrong).is_err(), "{wrong}");
    }
    assert!(Query::parse(&"(".repeat(500)).is_err());
    assert!(Query::parse(&"NOT ".repeat(200)).is_err());
}

#[test]
fn the_end_of_a_snooze_is_a_time_or_is_unsaid() {
    let read = |body: &str| Patch::parse(body.as_bytes()).map(|patch| patch.end_time);
    assert_eq!(
        read(r#"{"endTime":"2026-11-20T13:00:00+01:00"}"#),
        Ok(Time::parse("2026-11-20T12:00:00Z").ok())
    );
    assert_eq!(read("{}"), Ok(None));
    assert!(read(r#"{"endTime":"tomorrow"}"#).is_err());
}
