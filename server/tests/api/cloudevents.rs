//! Events in shapes of their own: CloudEvents, and webhooks whose meaning people write down.

use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, Reply, conversations, shop};

conversations!(
    cloudevents_that_speak_of_alerts_make_them_without_a_mapping,
    a_mapping_is_written_against_the_events_that_came,
    a_webhook_is_for_its_own_key,
    a_sender_asks_first_whether_it_may_send,
);

async fn send(operate: &Operate, path: &str, headers: &[(&str, &str)], body: Value) -> Reply {
    let mut request = operate.ada.bare(Method::POST, &format!("/api/v1{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    operate.ada.send(request.body(body.to_string())).await
}

const STRUCTURED: [(&str, &str); 1] = [("content-type", "application/cloudevents+json")];

fn event(id: &str, data: Value) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/checks/orders", "type": "com.example.check",
        "subject": "orders", "data": data,
    })
}

async fn cloudevents_that_speak_of_alerts_make_them_without_a_mapping(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    let broken = json!({ "severity": "critical", "title": "Orders fail", "service": "orders" });
    let path = "/events/cloudevents";
    let sent = send(&operate, path, &STRUCTURED, event("1", broken)).await.is(202);
    assert_eq!(sent, json!({ "taken": 1, "unmapped": 0 }));
    let alerts = operate.ada.list("/alerts").await;
    assert_eq!(alerts.len(), 1);
    assert_eq!(
        (&alerts[0]["item"], &alerts[0]["name"]),
        (&json!("service/orders"), &json!("Orders fail"))
    );

    let headers = [
        ("ce-specversion", "1.0"),
        ("ce-id", "2"),
        ("ce-source", "/checks/orders"),
        ("ce-type", "com.example.check"),
        ("ce-subject", "orders"),
        ("content-type", "application/json"),
    ];
    let over = json!({ "status": "resolved", "severity": "critical", "title": "Orders fail" });
    send(&operate, path, &headers, over).await.is(202);
    assert_eq!(operate.ada.list("/alerts").await[0]["state"], "cleared");

    let batch = [("content-type", "application/cloudevents-batch+json")];
    let news = json!([event("3", json!({ "user": "bob" })), event("4", Value::Null)]);
    let sent = send(&operate, path, &batch, news).await.is(202);
    assert_eq!((&sent["taken"], &sent["unmapped"]), (&json!(0), &json!(2)));
    assert!(sent["why"].as_str().unwrap().contains("kept as examples"), "{sent}");
    let kept = operate.ada.list("/webhooks/cloudevents/examples").await;
    assert_eq!(kept.len(), 4);
    let lacking = json!({ "specversion": "1.0", "id": "1", "source": "s" });
    let wrong = send(&operate, path, &STRUCTURED, lacking).await.problem(422);
    assert_eq!(wrong["field"], "type");
    operate.end().await;
}

async fn a_mapping_is_written_against_the_events_that_came(place: Place) {
    let operate = Operate::start(&place).await;
    let key = json!({ "name": "grafana", "kind": "webhook" });
    let key = operate.ada.post("/integration-keys", key).await.is(201);
    assert!(key["url"].as_str().unwrap().ends_with("/api/v1/webhooks/grafana"));
    let bearer = format!("Bearer {}", key["secret"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str()), ("x-grafana-event", "alert")];
    let body = json!({ "alerts": [
        { "status": "firing", "labels": { "alertname": "Disk", "host": "db1" } },
        { "status": "firing", "labels": { "alertname": "Disk", "host": "db2" } },
    ]});
    let sent = send(&operate, "/webhooks/grafana", &headers, body.clone()).await.is(202);
    assert_eq!((&sent["taken"], &sent["unmapped"]), (&json!(0), &json!(1)));
    let kept = operate.ada.list("/webhooks/grafana/examples").await;
    assert_eq!(kept[0]["body"], body);
    assert_eq!(kept[0]["headers"]["x-grafana-event"], "alert");
    assert!(!json!(kept).to_string().contains("opk_"), "no secret is kept");

    let rule = json!({
        "name": "alerts", "each": "body.alerts", "title": "each.labels.alertname",
        "key": "each.labels.host", "state": "each.status", "labels": "each.labels",
    });
    let tried = operate.ada.post("/webhooks/grafana/preview", json!({ "rules": [rule] })).await;
    let tried = tried.is(200);
    assert_eq!(tried["items"][0]["outcome"], "rule `alerts` made 2 signals");
    assert_eq!(tried["items"][0]["signals"][1]["labels"]["host"], "db2");
    let odd = json!({ "title": "'Disk'", "state": "'perhaps'" });
    let odd = operate.ada.post("/webhooks/grafana/preview", json!({ "rules": [odd] })).await;
    let failure = odd.is(200)["items"][0]["failure"].clone();
    assert_eq!((&failure["rule"], &failure["field"]), (&json!(0), &json!("state")));
    assert!(failure["problem"].is_string());
    assert_eq!(operate.ada.list("/alerts").await, Vec::<Value>::new(), "nothing was taken");

    let path = "/webhooks/grafana/mapping";
    operate.ada.put(path, json!([{ "title": "body." }]), None).await.problem(422);
    operate.ada.put(path, json!([rule]), Some("0")).await.is(200);
    operate.ada.put(path, json!([rule]), Some("0")).await.problem(412);
    assert_eq!(operate.ada.get(path).await.is(200)[0]["each"], "body.alerts");
    let sent = send(&operate, "/webhooks/grafana", &headers, body.clone()).await.is(202);
    assert_eq!(sent, json!({ "taken": 2, "unmapped": 0 }));
    let made = operate.ada.list("/alerts").await;
    assert_eq!(made.len(), 2);
    let host = &made[0]["labels"]["host"];
    assert_eq!(made[0]["origin"], json!({ "key": host, "rule": "alerts" }));
    let id = made[0]["id"].as_str().unwrap();
    let way = operate.ada.get(&format!("/alerts/{id}/explanation")).await.is(200);
    assert_eq!((&way["mapping_rule"], &way["key"]), (&json!("alerts"), host));

    // A mapping that fails is told to the sender, and nothing of the event is taken.
    operate.pass(std::time::Duration::from_secs(1)).await;
    let labels = json!({ "alertname": "X", "host": "h" });
    let odd = json!({ "alerts": [{ "status": "exploded", "labels": labels }] });
    let failed = send(&operate, "/webhooks/grafana", &headers, odd).await.problem(422);
    assert!(failed["detail"].as_str().unwrap().contains("exploded"), "{failed}");
    let kept = operate.ada.list("/webhooks/grafana/examples").await;
    assert!(kept[0]["outcome"].as_str().unwrap().contains("exploded"), "{:?}", kept[0]);
    operate.end().await;
}

async fn a_webhook_is_for_its_own_key(place: Place) {
    let operate = Operate::start(&place).await;
    let key = json!({ "name": "ci", "kind": "webhook" });
    let key = operate.ada.post("/integration-keys", key).await.is(201);
    let key = key["secret"].as_str().unwrap();
    let path = |name: &str, key: &str| format!("/webhooks/{name}?key={key}");
    send(&operate, &path("other", key), &[], json!({})).await.problem(403);
    send(&operate, &path("ci", "opk_wrong"), &[], json!({})).await.problem(401);
    send(&operate, &path("ci", key), &[], json!({})).await.is(202);
    let unread = operate.ada.bare(Method::POST, &format!("/api/v1{}", path("ci", key)));
    operate.ada.send(unread.body("no json")).await.problem(400);
    operate.end().await;
}

async fn a_sender_asks_first_whether_it_may_send(place: Place) {
    let operate = Operate::start(&place).await;
    for path in ["/api/v1/events/cloudevents", "/api/v1/webhooks/shop"] {
        let asked = operate.ada.bare(Method::OPTIONS, path);
        let asked = asked.header("webhook-request-origin", "eventemitter.example.com");
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let said = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(said("webhook-allowed-origin"), "eventemitter.example.com");
        assert_eq!(
            (said("webhook-allowed-rate"), said("allow")),
            ("*".into(), "OPTIONS, POST".into())
        );
        let stranger = operate.ada.bare(Method::OPTIONS, &format!("{path}?key=nobody"));
        assert_eq!(stranger.send().await.unwrap().status(), 401, "{path}");
    }
    operate.end().await;
}
