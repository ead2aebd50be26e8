//! The SDKs of PagerDuty, Opsgenie and CloudEvents, pointed at Operate.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Operate, Sdk, Setup, TlsFront};

const ROUTING_KEY: &str = "R0123456789ABCDEF0123456789ABCDE";
const GENIE_KEY: &str = "eb243592-faa2-4ba2-a551-1afdf565c889";

async fn key(operate: &Operate, name: &str, alias: Option<&str>) -> String {
    let body = json!({ "name": name, "kind": name, "alias": alias });
    let made = operate.call(Method::POST, "/api/v1/integration-keys", Some(body)).await;
    made["secret"].as_str().expect("the secret is shown once").to_owned()
}

/// The one alert with this label.
async fn alert(operate: &Operate, (label, value): (&str, &str)) -> Value {
    let found = operate.list("/api/v1/alerts").await;
    let mut fits = found.into_iter().filter(|alert| alert["labels"][label] == value);
    let one = fits.next().unwrap_or_else(|| panic!("no alert has {label}={value}"));
    assert!(fits.next().is_none(), "two alerts have {label}={value}");
    one
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pagerdutys_sdk_triggers_it_acknowledges_and_resolves() {
    let operate = Operate::start(Setup::default()).await;
    key(&operate, "pagerduty", Some(ROUTING_KEY)).await;
    // The SDK speaks to nothing without TLS.
    let front = TlsFront::start(operate.folder(), &operate.address).await;
    let mut sdk = Sdk::trusting(&front.certificate, "pagerduty", &front.url, ROUTING_KEY);

    let disk = json!({
        "summary": "Disk full on db-1", "source": "db-1", "severity": "warning",
        "payload": { "class": "DiskFull", "component": "postgres", "group": "orders",
            "timestamp": "2026-11-20T12:00:00.000+0000" },
        "custom_details": { "free": "0 B" },
        "links": [{ "href": "https://wiki.example.org/disk", "text": "What to do" }],
    });
    let made = sdk.call("trigger", disk.clone());
    let dedup_key = made.as_str().expect("a key is made where none is given").to_owned();
    let shown = alert(&operate, ("alertname", "DiskFull")).await;
    assert_eq!((&shown["state"], &shown["severity"]), (&json!("open"), &json!("warning")));
    assert_eq!(shown["starts_at"], "2026-11-20T12:00:00Z");
    assert_eq!(shown["labels"]["component"], "postgres");
    assert_eq!(shown["annotations"]["free"], "0 B");

    // The same key is the same alert, whatever else it says.
    let mut again = disk;
    again["dedup_key"] = json!(dedup_key);
    again["severity"] = json!("critical");
    assert_eq!(sdk.call("trigger", again), json!(dedup_key));
    let shown = alert(&operate, ("alertname", "DiskFull")).await;
    assert_eq!((&shown["severity"], &shown["fired_count"]), (&json!("critical"), &json!(1)));
    sdk.call("acknowledge", json!({ "dedup_key": dedup_key }));
    let shown = alert(&operate, ("alertname", "DiskFull")).await;
    assert_eq!(shown["state"], "acknowledged");
    assert_eq!(shown["acknowledged_by"], "integration:pagerduty");
    sdk.call("resolve", json!({ "dedup_key": dedup_key }));
    assert_eq!(alert(&operate, ("alertname", "DiskFull")).await["state"], "cleared");
    sdk.call("resolve", json!({ "dedup_key": "nobody-knows-it" }));

    let said =
        sdk.attempt("trigger", json!({ "summary": "x", "source": "y", "severity": "grave" }));
    assert_eq!(said["raised"], "HttpError", "{said}");
    assert!(said["text"].as_str().is_some_and(|text| text.contains("payload.severity")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_pagerdutys_sdk_submits_is_written_down() {
    let operate = Operate::start(Setup::default()).await;
    key(&operate, "pagerduty", Some(ROUTING_KEY)).await;
    let front = TlsFront::start(operate.folder(), &operate.address).await;
    let mut sdk = Sdk::trusting(&front.certificate, "pagerduty", &front.url, ROUTING_KEY);
    // The time as the SDK writes it where it is not given.
    sdk.call(
        "submit",
        json!({ "summary": "Deployed 1.2.3", "source": "pipeline",
        "timestamp": "2026-11-20T12:00:00.000000+00:00Z" }),
    );
    let entries = operate.list("/api/v1/journal?kind=change.").await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0]["data"]["summary"], "Deployed 1.2.3");

    let mut stranger = Sdk::trusting(&front.certificate, "pagerduty", &front.url, "not-a-key");
    let said = stranger.attempt("trigger", json!({ "summary": "x", "source": "y" }));
    assert!(said["text"].as_str().is_some_and(|text| text.contains("routing_key")), "{said}");
}

/// An alias with everything that has to be escaped in an address.
const ALIAS: &str = "orders/1 ü?&";

fn named() -> Value {
    json!({ "identifier": ALIAS, "identifier_type": "alias" })
}

fn named_with(name: &str, value: Value) -> Value {
    let mut with = named();
    with[name] = value;
    with
}

#[tokio::test(flavor = "multi_thread")]
async fn opsgenies_sdk_leads_an_alert_from_its_creation_to_its_end() {
    let operate = Operate::start(Setup::default()).await;
    key(&operate, "opsgenie", Some(GENIE_KEY)).await;
    let mut sdk = Sdk::start("opsgenie", &operate.url, GENIE_KEY);
    let made = sdk.call(
        "create_alert",
        json!({ "create_alert_payload": {
            "message": "Orders cannot be placed", "alias": ALIAS, "priority": "P1",
            "description": "since noon", "tags": ["shop", "eu"], "details": { "service": "orders" },
            "entity": "orders-db", "source": "checks", "note": "first",
            "responders": [{ "name": "Shop", "type": "team" }],
            "visible_to": [{ "username": "ada@example.org", "type": "user" }],
        }}),
    );
    assert_eq!(made["became"]["is_success"], true, "{made}");
    let shown = sdk.call("get_alert", named())["data"].clone();
    assert_eq!(shown["id"], made["became"]["alert_id"]);
    assert_eq!((&shown["status"], &shown["priority"]), (&json!("open"), &json!("P1")));
    assert_eq!(
        (&shown["entity"], &shown["details"]["service"]),
        (&json!("orders-db"), &json!("orders"),)
    );
    assert_eq!(shown["responders"][0]["type"], "team");
    let ours = alert(&operate, ("alias", ALIAS)).await;
    assert_eq!((&ours["state"], &ours["severity"]), (&json!("open"), &json!("critical")));

    for (call, payload) in [
        ("acknowledge_alert", json!({ "user": "bob", "note": "I look" })),
        ("add_note", json!({ "note": "more" })),
        ("add_tags", json!({ "tags": ["db"] })),
        ("update_alert_priority", json!({ "priority": "P2" })),
        ("update_alert_description", json!({ "description": "since one" })),
        ("update_alert_message", json!({ "message": "Orders are slow" })),
        ("snooze_alert", json!({ "end_time": "2100-01-01T00:00:00Z" })),
    ] {
        let whose = if call.starts_with("add_") { "_to_alert" } else { "" };
        let name = format!("{call}{whose}_payload");
        let answer = sdk.call(call, named_with(&name, payload));
        assert_eq!(answer["became"]["is_success"], true, "{call}: {answer}");
    }
    sdk.call("remove_tags", named_with("tags", json!(["eu", "never-there"])));
    let shown = sdk.call("get_alert", named())["data"].clone();
    assert_eq!((&shown["acknowledged"], &shown["priority"]), (&json!(true), &json!("P2")));
    assert_eq!(shown["tags"], json!(["db", "shop"]));
    assert_eq!(
        (&shown["message"], &shown["description"]),
        (&json!("Orders are slow"), &json!("since one"),)
    );
    assert_eq!(shown["snoozed_until"], "2100-01-01 00:00:00+00:00");
    let ours = alert(&operate, ("alias", ALIAS)).await;
    assert_eq!(ours["silenced_until"], "2100-01-01T00:00:00Z", "it is snoozed: {ours}");
    let notes = sdk.call("list_notes", named())["data"].clone();
    let notes: Vec<&str> =
        notes.as_array().into_iter().flatten().filter_map(|note| note["note"].as_str()).collect();
    assert_eq!(notes, ["more", "I look", "first"]);

    sdk.call("un_acknowledge_alert", named());
    sdk.call("close_alert", named());
    assert_eq!(sdk.call("get_alert", named())["data"]["status"], "closed");
    assert_eq!(alert(&operate, ("alias", ALIAS)).await["state"], "cleared");
    // What comes after the end is not snoozed.
    sdk.call(
        "create_alert",
        json!({ "create_alert_payload": {
        "message": "Orders are slow", "alias": ALIAS } }),
    );
    assert_eq!(sdk.call("get_alert", named())["data"]["snoozed"], false);
    sdk.call("delete_alert", named());
    assert_eq!(sdk.call("get_alert", named())["data"]["status"], "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn opsgenies_sdk_finds_alerts_page_by_page_and_is_told_what_is_wrong() {
    let operate = Operate::start(Setup::default()).await;
    key(&operate, "opsgenie", Some(GENIE_KEY)).await;
    let mut sdk = Sdk::start("opsgenie", &operate.url, GENIE_KEY);
    for number in 0..5 {
        let (alias, tag) = (format!("a{number}"), if number < 3 { "db" } else { "web" });
        sdk.call(
            "create_alert",
            json!({ "create_alert_payload": {
            "message": format!("Alert {number}"), "alias": alias, "tags": [tag] } }),
        );
    }
    sdk.call("close_alert", json!({ "identifier": "a0", "identifier_type": "alias" }));
    let query = "status: open AND tag: (db OR web)";
    let mut page = json!({ "query": query, "limit": 3, "sort": "alias", "order": "asc" });
    let mut aliases = Vec::new();
    loop {
        let found = sdk.call("list_alerts", page.clone());
        let list = found["data"].as_array().cloned().unwrap_or_default();
        aliases.extend(list.iter().map(|alert| alert["alias"].as_str().unwrap().to_owned()));
        let Some(next) = found["paging"]["next"].as_str() else { break };
        let next = reqwest::Url::parse(next).unwrap();
        let offset = next.query_pairs().find(|(name, _)| name == "offset").unwrap();
        page["offset"] = json!(offset.1.parse::<u32>().unwrap());
    }
    assert_eq!(aliases, ["a1", "a2", "a3", "a4"]);
    let count = sdk.call("count_alerts", json!({ "query": "status: open NOT tag: web" }));
    assert_eq!(count["data"]["count"], 2);

    let gone = json!({ "identifier": "nobody", "identifier_type": "alias" });
    let closed = sdk.call("close_alert", gone.clone());
    assert_eq!(closed["became"]["is_success"], false, "{closed}");
    assert_eq!(closed["became"]["status"], "Alert does not exist");
    assert_eq!(sdk.attempt("get_alert", gone)["status"], 404);
    let wrong = json!({ "create_alert_payload": { "message": "x", "tags": vec!["t"; 1],
        "description": "d".repeat(15_001) } });
    let said = sdk.attempt("create_alert", wrong);
    assert_eq!(said["status"], 422, "{said}");
    assert!(said["text"].as_str().is_some_and(|text| text.contains("description")), "{said}");
    let mut stranger = Sdk::start("opsgenie", &operate.url, "nobody");
    assert_eq!(stranger.attempt("list_alerts", json!({}))["status"], 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn opsgenies_sdk_keeps_heartbeats() {
    let operate = Operate::start(Setup::default()).await;
    key(&operate, "opsgenie", Some(GENIE_KEY)).await;
    let mut sdk = Sdk::start("opsgenie", &operate.url, GENIE_KEY);
    let named = json!({ "name": "backup" });
    sdk.call(
        "create_heartbeat",
        json!({ "create_heartbeat_payload": {
        "name": "backup", "description": "nightly", "interval": 1, "interval_unit": "hours",
        "enabled": true, "alert_priority": "P1" } }),
    );
    assert_eq!(sdk.call("ping", named.clone())["result"], "PONG - Heartbeat received");
    let shown = sdk.call("get_heartbeat", named.clone())["data"].clone();
    assert!(shown["last_ping_time"].is_string(), "{shown}");
    assert_eq!((&shown["interval"], &shown["interval_unit"]), (&json!(1), &json!("hours")));
    let change = json!({ "interval": 3, "interval_unit": "days" });
    sdk.call("update_heartbeat", json!({ "name": "backup", "update_heartbeat_payload": change }));
    sdk.call("disable_heartbeat", named.clone());
    let all = sdk.call("list_heart_beats", json!({}))["data"]["heartbeats"].clone();
    assert_eq!((&all[0]["interval_unit"], &all[0]["enabled"]), (&json!("days"), &json!(false)));
    sdk.call("enable_heartbeat", named.clone());
    sdk.call("delete_heartbeat", named.clone());
    assert_eq!(sdk.attempt("ping", named)["status"], 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_the_cloudevents_sdk_are_alerts_in_both_modes() {
    let operate = Operate::start(Setup::default()).await;
    let key = key(&operate, "cloudevents", None).await;
    let mut sdk = Sdk::start("cloudevents", &operate.url, &key);
    let event = |source: &str, data: Value| {
        json!({ "attributes": { "type": "com.example.disk", "source": source,
            "subject": "db-1 \"ü\"" }, "data": data })
    };
    let holds = json!({ "severity": "critical", "title": "Disk full", "service": "orders" });
    for (mode, source) in [("binary", "//disks/ü"), ("structured", "//disks/2")] {
        let taken = sdk.call(mode, event(source, holds.clone()));
        assert_eq!((&taken["status"], &taken["taken"]), (&json!(202), &json!(1)), "{taken}");
    }
    let alerts = operate.list("/api/v1/alerts").await;
    assert_eq!(alerts.len(), 2, "{alerts:?}");
    for alert in &alerts {
        assert_eq!((&alert["name"], &alert["severity"]), (&json!("Disk full"), &json!("critical")));
        assert_eq!(alert["annotations"]["subject"], "db-1 \"ü\"");
    }
    // What one mode said, the other takes back.
    let over = json!({ "status": "resolved", "title": "Disk full" });
    for (mode, source) in [("structured", "//disks/ü"), ("binary", "//disks/2")] {
        sdk.call(mode, event(source, over.clone()));
    }
    let alerts = operate.list("/api/v1/alerts").await;
    assert!(alerts.iter().all(|alert| alert["state"] == "cleared"), "{alerts:?}");
}
