//! Events that senders of one's own post, and how strictly requests are read.

use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, conversations, shop};

conversations!(
    a_late_repeat_of_an_event_that_is_over_opens_nothing,
    a_parameter_that_does_not_exist_is_refused_with_those_that_do,
    what_still_fires_when_it_is_closed_gets_an_incident_of_its_own,
    what_needs_what_people_report_as_critical_is_degraded,
);

async fn a_late_repeat_of_an_event_that_is_over_opens_nothing(place: Place) {
    let operate = Operate::start(&place).await;
    let event = json!({ "title": "The export failed", "key": "export", "severity": "error" });
    let with = async |key: &str, event: &Value| {
        operate.ada.post_with("/events", event.clone(), &[("idempotency-key", key)]).await
    };
    assert_eq!(with("one", &event).await.is(202)["accepted"], 1);
    let over = json!({ "key": "export", "status": "resolved" });
    assert_eq!(with("two", &over).await.is(202)["accepted"], 1);
    operate.settled().await;
    assert_eq!(with("one", &event).await.is(202)["accepted"], 1);
    operate.settled().await;
    let alerts = operate.ada.list("/alerts?state=cleared").await;
    assert_eq!((alerts.len(), &alerts[0]["fired_count"]), (1, &json!(1)), "it stays over");

    let other = json!({ "title": "Something else" });
    let refused = with("one", &other).await.problem(422);
    assert_eq!(refused["type"], "idempotency_key_reused");
    assert!(operate.ada.list("/alerts?state=open").await.is_empty());
    operate.end().await;
}

async fn a_parameter_that_does_not_exist_is_refused_with_those_that_do(place: Place) {
    let operate = Operate::start(&place).await;
    let refused = operate.ada.get("/incidents?lmit=1").await.problem(400);
    assert!(refused["detail"].to_string().contains("`lmit`"), "{refused}");
    assert!(refused["remedy"].to_string().contains("limit"), "{refused}");
    operate.ada.get("/incidents?limit=1").await.is(200);
    // Senders add what they like to the address that they have.
    let event = operate.ada.bare(Method::POST, "/api/v1/events?whatever=1");
    operate.ada.send(event.json(&json!({ "title": "A test" }))).await.is(202);
    operate.end().await;
}

async fn what_still_fires_when_it_is_closed_gets_an_incident_of_its_own(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    operate.fires("Down", "critical", ("service", "orders")).await;
    operate.settled().await;
    for command in [
        json!({ "command": "acknowledge" }),
        json!({ "command": "restore" }),
        json!({ "command": "resolve", "cause_class": "technology", "resolution_code": "fixed" }),
    ] {
        operate.command("1", command).await;
    }
    operate.settled().await;
    let before = receiver.calls().len();
    operate.command("1", json!({ "command": "close" })).await;
    operate.settled().await;
    let open = operate.ada.list("/incidents?open=true").await;
    assert_eq!((open.len(), &open[0]["number"]), (1, &json!(2)), "{open:#?}");
    assert!(receiver.calls().len() > before, "somebody is called for it");
    let alert = &operate.ada.list("/alerts?state=open").await[0];
    assert_eq!(alert["incident"], open[0]["id"]);
    operate.end().await;
}

async fn what_needs_what_people_report_as_critical_is_degraded(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&shop("http://127.0.0.1:1")).await;
    let state = async |id: &str| {
        let map = operate.ada.get("/estate/graph").await.is(200);
        let nodes = map["nodes"].as_array().unwrap();
        nodes.iter().find(|node| node["id"] == id).unwrap()["state"].clone()
    };
    let report = async |severity: &str, item: &str| {
        let body = json!({ "title": "it is slow", "severity": severity, "item": item });
        operate.ada.post("/incidents", body).await.is(201);
        operate.settled().await;
    };
    report("warning", "service/canteen").await;
    assert_eq!(state("service/canteen").await, "degraded");
    assert_eq!(state("service/checkout").await, "up", "it has nothing to do with it");
    report("warning", "service/orders").await;
    assert_eq!(state("usecase/buy").await, "up", "what is only slow takes nothing else along");
    report("critical", "service/orders").await;
    assert_eq!(state("usecase/buy").await, "degraded", "it needs what does not work");
    operate.end().await;
}
