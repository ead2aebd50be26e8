//! Alerts that are sent again and again, fall silent, or say themselves when they end.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{NOON, Operate, Receiver, alert, conversations, shop};

conversations!(
    a_re_sent_alert_lives_longer_and_writes_no_history,
    an_alert_that_is_no_longer_sent_is_over_after_the_timeout,
    the_end_that_an_alert_names_is_honoured,
    an_alert_expires_although_the_server_was_away,
    a_refreshed_life_survives_a_restart,
    a_due_call_is_made_once_although_the_server_was_away,
    an_event_is_an_alert_too,
    a_wrong_alert_is_named_and_the_good_ones_beside_it_are_taken,
);

const ORDERS: (&str, &str) = ("service", "orders");

async fn open(place: &Place) -> (Operate, Receiver) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(place).await;
    operate.apply(&shop(&receiver.url)).await;
    (operate, receiver)
}

async fn only_alert(operate: &Operate) -> Value {
    let alerts = operate.ada.list("/alerts").await;
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    alerts[0].clone()
}

async fn is_now(operate: &Operate, state: &str) -> Value {
    let reached = async || {
        let alerts = operate.ada.list("/alerts").await;
        alerts.into_iter().find(|alert| alert["state"] == state)
    };
    operate.until(&format!("the alert is {state}"), reached).await
}

async fn a_re_sent_alert_lives_longer_and_writes_no_history(place: Place) {
    let (operate, receiver) = open(&place).await;
    operate.fires("Down", "critical", ORDERS).await;
    operate.settled().await;
    let entries = "SELECT COUNT(*) AS n FROM journal WHERE subject LIKE 'alert:%'";
    let first = only_alert(&operate).await;
    let written = operate.count(entries).await;
    for _ in 0..20 {
        operate.pass(Duration::from_secs(60)).await;
        operate.fires("Down", "critical", ORDERS).await;
    }
    let again = only_alert(&operate).await;
    assert_eq!(operate.count(entries).await, written, "twenty repeats are no news");
    assert_eq!((&again["id"], &again["version"]), (&first["id"], &first["version"]));
    assert_eq!(again["state"], "open");
    assert_eq!(again["fired_count"], 1);
    assert_eq!(again["starts_at"], first["starts_at"]);
    assert!(again["last_seen"].as_str() > first["last_seen"].as_str());
    assert!(again["expires_at"].as_str() > first["expires_at"].as_str());
    assert_eq!(operate.ada.list("/incidents").await.len(), 1);
    drop(receiver);
    operate.end().await;
}

async fn an_alert_that_is_no_longer_sent_is_over_after_the_timeout(place: Place) {
    let (operate, _) = open(&place).await;
    operate.fires("Down", "critical", ORDERS).await;
    operate.pass(Duration::from_secs(290)).await;
    operate.settled().await;
    assert_eq!(only_alert(&operate).await["state"], "open");
    operate.pass(Duration::from_secs(15)).await;
    let over = is_now(&operate, "cleared").await;
    assert_eq!(over["cleared_why"], "expired");
    let allowed: Vec<&Value> =
        over["allowed"].as_array().unwrap().iter().map(|offer| &offer["command"]).collect();
    assert_eq!(allowed, [&json!("close"), &json!("mark_not_useful")]);
    operate
        .incident("its incident heard of it", |i| !i["members"][0]["cleared_at"].is_null())
        .await;
    operate.end().await;
}

async fn the_end_that_an_alert_names_is_honoured(place: Place) {
    let (operate, _) = open(&place).await;
    let mut fires = alert("Down", "critical", ORDERS);
    fires["startsAt"] = json!("2026-03-01T11:59:00Z");
    fires["endsAt"] = json!("2026-03-01T12:20:00Z");
    operate.alerts(json!([fires])).await;
    operate.settled().await;
    let known = only_alert(&operate).await;
    assert_eq!(known["starts_at"], "2026-03-01T11:59:00Z");
    assert_eq!(known["expires_at"], "2026-03-01T12:20:00Z");
    operate.pass(Duration::from_secs(19 * 60)).await;
    operate.settled().await;
    assert_eq!(only_alert(&operate).await["state"], "open", "long after the usual timeout");
    operate.pass(Duration::from_secs(90)).await;
    is_now(&operate, "cleared").await;

    // An end that has come is the end.
    fires["startsAt"] = json!(operate.world.now());
    fires["endsAt"] = json!(operate.world.now() + Duration::from_secs(600));
    operate.alerts(json!([fires])).await;
    operate.settled().await;
    assert_eq!(only_alert(&operate).await["fired_count"], 2);
    operate.pass(Duration::from_secs(10)).await;
    fires["endsAt"] = json!(operate.world.now());
    operate.alerts(json!([fires.clone()])).await;
    let over = only_alert(&operate).await;
    assert_eq!((&over["state"], &over["ends_at"]), (&json!("cleared"), &fires["endsAt"]));
    operate.end().await;
}

async fn an_alert_expires_although_the_server_was_away(place: Place) {
    let (operate, _) = open(&place).await;
    operate.fires("Down", "critical", ORDERS).await;
    operate.settled().await;
    let incident = operate.ada.list("/incidents").await[0]["id"].as_str().unwrap().to_owned();
    let operate = operate.restart(Duration::from_secs(400)).await;
    let over = is_now(&operate, "cleared").await;
    assert_eq!(over["cleared_why"], "expired");
    let restored = |i: &Value| i["stage"] == "restored";
    let heard = |i: &Value| !i["members"][0]["cleared_at"].is_null();
    operate.becomes(&incident, "it heard of it", heard).await;
    operate.pass(Duration::from_secs(61)).await;
    operate.becomes(&incident, "it is restored", restored).await;
    operate.end().await;
}

async fn a_refreshed_life_survives_a_restart(place: Place) {
    let (operate, _) = open(&place).await;
    operate.fires("Down", "critical", ORDERS).await;
    operate.pass(Duration::from_secs(200)).await;
    operate.fires("Down", "critical", ORDERS).await;
    let before = only_alert(&operate).await;
    let operate = operate.restart(Duration::from_secs(200)).await;
    let after = only_alert(&operate).await;
    assert_eq!(after["expires_at"], before["expires_at"]);
    operate.settled().await;
    assert_eq!(only_alert(&operate).await["state"], "open", "it was sent 200 seconds ago");
    operate.pass(Duration::from_secs(101)).await;
    is_now(&operate, "cleared").await;
    operate.end().await;
}

async fn a_due_call_is_made_once_although_the_server_was_away(place: Place) {
    let (operate, receiver) = open(&place).await;
    let mut fires = alert("Down", "critical", ORDERS);
    fires["endsAt"] = json!(NOON + Duration::from_secs(86_400));
    operate.alerts(json!([fires])).await;
    operate.settled().await;
    assert_eq!((receiver.calls_to("/bob").len(), receiver.calls_to("/ada").len()), (1, 0));

    // Bob has five minutes; the server is away for six.
    let operate = operate.restart(Duration::from_secs(360)).await;
    let called = async || (!receiver.calls_to("/ada").is_empty()).then_some(());
    operate.until("the next in line is called", called).await;
    operate.settled().await;
    let operate = operate.restart(Duration::from_secs(1)).await;
    operate.settled().await;
    assert_eq!((receiver.calls_to("/bob").len(), receiver.calls_to("/ada").len()), (1, 1));
    let pages = operate.ada.list("/incidents/1/pages").await;
    assert_eq!(pages.len(), 1);
    assert_eq!((&pages[0]["step"], &pages[0]["stage"]), (&json!(1), &json!("ringing")));
    operate.end().await;
}

async fn an_event_is_an_alert_too(place: Place) {
    let (operate, _) = open(&place).await;
    let key = json!({ "name": "shop-checks", "kind": "events" });
    let key = operate.ada.post("/integration-keys", key).await.is(201);
    let bearer = format!("Bearer {}", key["secret"].as_str().unwrap());
    let event = json!({ "title": "Tills do not answer", "severity": "critical",
        "key": "till-1", "labels": { "service": "orders" } });
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "e1")];
    for _ in 0..2 {
        let taken = operate.ada.post_with("/events", event.clone(), &headers).await.is(202);
        assert_eq!(taken["accepted"], 1);
    }
    let known = only_alert(&operate).await;
    assert_eq!(known["source"], "shop-checks");
    assert_eq!(known["item"], "service/orders");
    assert_eq!(known["summary"], "Tills do not answer");
    operate.settled().await;
    let incidents = operate.ada.list("/incidents").await;
    assert_eq!(incidents[0]["title"], "Tills do not answer", "{incidents:#?}");
    // Silence does not end an event, and neither does a restart.
    let operate = operate.restart(Duration::from_secs(86_000)).await;
    operate.settled().await;
    assert_eq!(only_alert(&operate).await["state"], "open");
    let over = json!({ "status": "resolved", "key": "till-1" });
    operate.ada.post_with("/events", over, &headers[..1]).await.is(202);
    is_now(&operate, "cleared").await;
    let wrong = [("authorization", "Bearer opk_nonsense")];
    operate.ada.post_with("/events", event, &wrong).await.problem(401);
    let nameless = json!({ "severity": "critical" });
    let refused = operate.ada.post_with("/events", nameless, &headers[..1]).await;
    assert_eq!(refused.problem(422)["field"], "title");
    operate.end().await;
}

async fn a_wrong_alert_is_named_and_the_good_ones_beside_it_are_taken(place: Place) {
    let (operate, _) = open(&place).await;
    let alerts = json!([
        { "labels": { "alertname": "Down", "service": "orders" } },
        { "labels": { "alertname": "Odd", "story": "x".repeat(3_000) } },
    ]);
    let answer = operate.ada.send_alerts(&alerts).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert!(answer.text.contains("alert 1: labels.story"), "{}", answer.text);
    assert_eq!(only_alert(&operate).await["name"], "Down");
    operate.end().await;
}
