//! Whatever sends to PagerDuty, sending here.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Client, Operate, Receiver, Reply, conversations, shop};

conversations!(
    what_sends_to_pagerduty_sends_here_with_the_key_it_has,
    an_event_is_refused_as_pagerduty_refuses_it,
    a_resolved_alert_comes_back_with_the_same_event,
    a_change_is_seen_on_the_page_of_its_item,
    what_is_acknowledged_there_calls_nobody_any_more,
);

const THEIRS: &str = "R0123456789ABCDEF0123456789ABCDE";

/// A key by which senders of another product go on to be known.
async fn key(operate: &Operate) -> Value {
    let body = json!({ "name": "monitor", "kind": "pagerduty", "alias": THEIRS });
    operate.ada.post("/integration-keys", body).await.is(201)
}

async fn send(ada: &Client, path: &str, body: Value) -> Reply {
    ada.send(ada.bare(reqwest::Method::POST, path).json(&body)).await
}

fn trigger(key: &str, dedup_key: Option<&str>) -> Value {
    json!({
        "routing_key": key, "event_action": "trigger", "dedup_key": dedup_key,
        "payload": {
            "summary": "Orders cannot be placed", "source": "orders-db", "severity": "critical",
            "custom_details": { "service": "orders" },
        },
    })
}

fn act(action: &str, dedup_key: &str) -> Value {
    json!({ "routing_key": THEIRS, "event_action": action, "dedup_key": dedup_key })
}

async fn what_sends_to_pagerduty_sends_here_with_the_key_it_has(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    let made = key(&operate).await;
    assert_eq!(
        (&made["alias"], made["url"].as_str().unwrap().ends_with("/v2/enqueue")),
        (&json!(true), true)
    );
    let sent = send(&operate.ada, "/v2/enqueue", trigger(THEIRS, None)).await.is(202);
    assert_eq!((&sent["status"], &sent["message"]), (&json!("success"), &json!("Event processed")));
    let dedup = sent["dedup_key"].as_str().unwrap().to_owned();
    let alerts = operate.ada.list("/alerts").await;
    let [alert] = alerts.as_slice() else { panic!("{alerts:?}") };
    assert_eq!(alert["item"], "service/orders");
    assert_eq!((&alert["source"], &alert["severity"]), (&json!("monitor"), &json!("critical")));

    // The same key refreshes, whichever of the two keys lets it in; another one is another alert.
    let secret = made["secret"].as_str().unwrap();
    send(&operate.ada, "/v2/enqueue", trigger(secret, Some(&dedup))).await.is(202);
    assert_eq!(operate.ada.list("/alerts").await.len(), 1);
    send(&operate.ada, "/v2/enqueue", trigger(secret, Some("other"))).await.is(202);
    assert_eq!(operate.ada.list("/alerts").await.len(), 2);

    send(&operate.ada, "/v2/enqueue", act("acknowledge", &dedup)).await.is(202);
    let seen = operate.ada.get(&format!("/alerts/{}", alert["id"].as_str().unwrap())).await;
    let seen = seen.is(200);
    assert_eq!(seen["state"], "acknowledged");
    assert_eq!(seen["acknowledged_by"], "integration:monitor");
    // It holds without being sent again, until it is resolved.
    operate.pass(Duration::from_secs(3_600)).await;
    send(&operate.ada, "/v2/enqueue", act("resolve", &dedup)).await.is(202);
    let seen = operate.ada.get(&format!("/alerts/{}", alert["id"].as_str().unwrap())).await;
    assert_eq!(seen.is(200)["state"], "cleared");
    let late = send(&operate.ada, "/v2/enqueue", act("acknowledge", "unknown")).await.is(202);
    assert!(late["message"].as_str().unwrap().contains("no alert"), "{late}");

    let taken = json!({ "name": "second", "kind": "pagerduty", "alias": THEIRS });
    operate.ada.post("/integration-keys", taken).await.problem(409);
    let short = json!({ "name": "third", "kind": "pagerduty", "alias": "hunter2" });
    operate.ada.post("/integration-keys", short).await.problem(422);
    operate.ada.delete("/integration-keys/monitor").await.is(204);
    send(&operate.ada, "/v2/enqueue", trigger(THEIRS, None)).await.is(400);
    operate.end().await;
}

async fn an_event_is_refused_as_pagerduty_refuses_it(place: Place) {
    let operate = Operate::start(&place).await;
    key(&operate).await;
    let empty = json!({ "routing_key": THEIRS, "event_action": "trigger", "payload": {} });
    let refused = send(&operate.ada, "/v2/enqueue", empty).await.is(400);
    assert_eq!(refused["status"], "invalid event");
    assert_eq!(refused["message"], "Event object is invalid");
    assert_eq!(refused["errors"][0], "'payload.summary' is missing or blank");
    // The key comes first: who has none learns nothing of what else is wrong.
    let unknown = json!({ "routing_key": "nobody", "event_action": "explode" });
    let refused = send(&operate.ada, "/v2/enqueue", unknown).await.is(400);
    assert!(refused["errors"].to_string().contains("routing_key"), "{refused}");
    let mut large = trigger(THEIRS, None);
    large["payload"]["custom_details"] = json!("x".repeat(512 * 1024));
    let refused = send(&operate.ada, "/v2/enqueue", large).await.is(413);
    assert!(refused["message"].is_string(), "{refused}");
    let mut nul = trigger(THEIRS, None);
    nul["payload"]["summary"] = json!("a\u{0}");
    send(&operate.ada, "/v2/enqueue", nul).await.is(400);
    assert_eq!(operate.ada.list("/alerts").await, Vec::<Value>::new());
    operate.end().await;
}

async fn a_resolved_alert_comes_back_with_the_same_event(place: Place) {
    let operate = Operate::start(&place).await;
    key(&operate).await;
    let mut body = trigger(THEIRS, Some("k"));
    body["payload"]["timestamp"] = json!("2026-03-01T11:00:00Z");
    let state = async || operate.ada.list("/alerts").await[0]["state"].clone();
    for _ in 0..2 {
        send(&operate.ada, "/v2/enqueue", body.clone()).await.is(202);
        assert_eq!(state().await, "open");
        send(&operate.ada, "/v2/enqueue", act("resolve", "k")).await.is(202);
        assert_eq!(state().await, "cleared");
    }
    operate.end().await;
}

async fn a_change_is_seen_on_the_page_of_its_item(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    key(&operate).await;
    let change = json!({
        "routing_key": THEIRS,
        "payload": { "summary": "Deployed 1.2", "source": "ci", "custom_details": {
            "service": "orders" } },
        "links": [{ "href": "https://ci.example/7", "text": "build" }],
    });
    let sent = send(&operate.ada, "/v2/change/enqueue", change.clone()).await.is(202);
    assert_eq!(sent, json!({ "status": "success", "message": "Change event processed" }));
    let item = operate.ada.get("/estate/items/service/orders").await.is(200);
    let told = item["changes"].to_string();
    assert!(
        told.contains("Change: Deployed 1.2") && told.contains("integration:monitor"),
        "{told}"
    );
    let mut nowhere = change;
    nowhere["payload"]["custom_details"] = Value::Null;
    send(&operate.ada, "/v2/change/enqueue", nowhere).await.is(202);
    let subject = "SELECT COUNT(*) AS n FROM journal WHERE kind = 'change.reported' \
                   AND subject = 'integration:monitor'";
    assert_eq!(operate.count(subject).await, 1);
    send(&operate.ada, "/v2/change/enqueue", json!({ "routing_key": THEIRS })).await.is(400);
    operate.end().await;
}

async fn what_is_acknowledged_there_calls_nobody_any_more(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    key(&operate).await;
    for dedup in ["k", "another"] {
        send(&operate.ada, "/v2/enqueue", trigger(THEIRS, Some(dedup))).await.is(202);
    }
    let called = async || (!receiver.calls_to("/bob").is_empty()).then_some(());
    operate.until("bob is called", called).await;
    send(&operate.ada, "/v2/enqueue", act("acknowledge", "k")).await.is(202);
    operate.settled().await;
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], Value::Null, "the other one waits: {incident}");
    send(&operate.ada, "/v2/enqueue", act("acknowledge", "another")).await.is(202);
    operate.settled().await;
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], "integration:monitor");
    let calls = receiver.calls().len();
    operate.pass(Duration::from_secs(1_200)).await;
    operate.settled().await;
    assert_eq!(receiver.calls().len(), calls, "nobody else is called");
    operate.end().await;
}
