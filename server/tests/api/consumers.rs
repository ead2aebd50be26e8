//! Somebody to whom services are promised signs in: she sees them, reports what does not work,
//! and is refused everything else.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::contracts::start;
use crate::world::{Client, Operate, conversations};

conversations!(
    a_consumer_sees_her_services_and_reports_what_does_not_work,
    whoever_reports_too_often_is_told_when_to_come_again,
    a_consumer_is_refused_everything_else,
    an_account_of_a_consumer_says_whose_promises_it_sees,
);

const PASSWORD: &str = "correct horse battery staple";

async fn consumer(operate: &Operate, name: &str, consumers: &[&str]) -> Client {
    let account = json!({ "name": name, "password": PASSWORD, "display_name": "Eve",
        "role": "consumer", "consumers": consumers });
    operate.ada.post("/accounts", account).await.is(201);
    operate.ada.of(name, PASSWORD).await
}

async fn a_consumer_sees_her_services_and_reports_what_does_not_work(place: Place) {
    let operate = start(&place).await;
    operate
        .apply(
            "
{apiVersion: operate/v1, kind: MaintenanceWindow, metadata: {name: disks},
 spec: {items: [component/orders-db], reason: new disks, approvedBy: ada,
  windows: [{start: '2026-03-02T10:00:00Z', end: '2026-03-02T10:30:00Z'}]}}
",
        )
        .await;
    let eve = consumer(&operate, "eve", &["usecase/buy"]).await;
    let desk = eve.get("/consumer").await.is(200);
    let promises = &desk["consumers"][0]["promises"];
    assert_eq!(
        (promises.as_array().unwrap().len(), &promises[0]["title"]),
        (1, &json!("The web shop"))
    );
    assert!(promises[0]["words"].to_string().contains("Day and night"), "{promises}");
    assert_eq!(desk["services"].as_array().unwrap().len(), 1);
    assert_eq!(desk["services"][0]["item"], "service/checkout");
    assert_eq!(desk["services"][0]["now"]["state"], "works");
    assert_eq!(
        (&desk["works"][0]["reason"], &desk["works"][0]["running"]),
        (&json!("new disks"), &json!(false))
    );

    // Somebody else's service is none of hers; her own is.
    let body = |item: &str| json!({ "title": "I cannot pay", "item": item });
    let foreign = eve.post("/consumer/reports", body("service/orders")).await.problem(422);
    assert!(foreign["detail"].as_str().unwrap().contains("no contract that holds"), "{foreign}");
    let report = eve.post("/consumer/reports", body("service/checkout")).await.is(201);
    let id = report["id"].as_str().unwrap();
    let incident = operate
        .incident("it is an incident like any other", |row| row["title"] == "I cannot pay")
        .await;
    assert_eq!(incident["id"], id);
    operate.settled().await;
    let now = async || eve.get("/consumer").await.is(200)["services"][0]["now"]["state"].clone();
    assert_eq!(now().await, "down");

    // What she adds is read by those who work on it; what they write to each other is not hers.
    let words = json!({ "text": "the card is refused" });
    let path = format!("/consumer/reports/{id}/comments");
    eve.post(&path, words).await.is(200);
    operate.command(id, json!({ "command": "comment", "text": "blame the vendor" })).await;
    let answer = json!({ "command": "comment", "text": "we look", "public": true });
    operate.command(id, answer).await;
    let forged = json!({ "command": "comment", "text": "x", "by_consumer": true });
    operate.ada.post(&format!("/incidents/{id}/commands"), forged).await.problem(400);
    operate.command(id, json!({ "command": "restore" })).await;
    operate.settled().await;
    let desk = eve.get("/consumer").await.is(200);
    let report = &desk["reports"][0];
    assert_eq!((&report["state"], &report["open"]), (&json!("restored"), &json!(true)));
    let comments: Vec<(&Value, &Value)> = report["comments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["own"], &one["text"]))
        .collect();
    let (hers, ours) = (json!("the card is refused"), json!("we look"));
    assert_eq!(comments, [(&json!(true), &hers), (&json!(false), &ours)]);
    assert_eq!(desk["services"][0]["now"]["state"], "works");

    others_are_not_hers(&operate, &eve, id).await;
    operate.pass(Duration::from_secs(60)).await;
    operate.end().await;
}

async fn whoever_reports_too_often_is_told_when_to_come_again(place: Place) {
    let operate = start(&place).await;
    let eve = consumer(&operate, "eve", &["usecase/buy"]).await;
    let rob = consumer(&operate, "rob", &["usecase/buy"]).await;
    let body = |n: u32| json!({ "title": format!("{n} fails"), "item": "service/checkout" });
    for n in 0..20 {
        eve.post("/consumer/reports", body(n)).await.is(201);
    }
    let refused = eve.post("/consumer/reports", body(20)).await.problem(429);
    assert!(refused["detail"].as_str().unwrap().contains("20 times within an hour"), "{refused}");
    rob.post("/consumer/reports", body(20)).await.is(201);
    operate.pass(Duration::from_secs(50 * 60)).await;
    eve.post("/consumer/reports", body(20)).await.problem(429);
    operate.pass(Duration::from_secs(11 * 60)).await;
    eve.post("/consumer/reports", body(21)).await.is(201);
    operate.end().await;
}

/// What others reported, she neither sees nor adds to; nor do others to what she did.
async fn others_are_not_hers(operate: &Operate, eve: &Client, hers: &str) {
    let open = json!({ "title": "No orders", "item": "component/orders-db" });
    let other = operate.ada.post("/incidents", open).await.is(201);
    let path = format!("/consumer/reports/{}/comments", other["id"].as_str().unwrap());
    eve.post(&path, json!({ "text": "me too" })).await.problem(404);
    let desk = eve.get("/consumer").await.is(200);
    assert_eq!(desk["reports"].as_array().unwrap().len(), 1);

    // Another consumer sees another contract, and nothing of hers.
    let rob = consumer(operate, "rob", &["team/shop"]).await;
    let desk = rob.get("/consumer").await.is(200);
    assert_eq!(desk["consumers"][0]["promises"][0]["title"], "The counter");
    assert!(desk["reports"].as_array().unwrap().is_empty());
    let path = format!("/consumer/reports/{hers}/comments");
    rob.post(&path, json!({ "text": "me too" })).await.problem(404);
}

/// Routes that are hers, or that need no account or a key instead.
const OPEN: &[&str] = &[
    "/api/v1/consumer",
    "/api/v1/consumer/reports",
    "/api/v1/consumer/reports/{id}/comments",
    "/api/v1/session",
    "/api/v1/session/password",
    "/api/v1/setup",
];

async fn a_consumer_is_refused_everything_else(place: Place) {
    let operate = start(&place).await;
    let eve = consumer(&operate, "eve", &["usecase/buy"]).await;
    let described = serde_json::to_value(server::description()).unwrap();
    let mut tried = 0;
    for (path, methods) in described["paths"].as_object().unwrap() {
        if OPEN.contains(&path.as_str()) {
            continue;
        }
        for method in methods.as_object().unwrap().keys() {
            let Ok(verb) = method.to_uppercase().parse::<Method>() else { continue };
            refused(&eve, &verb, &filled(path)).await;
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried} routes were tried");
    // What answers in the manner of others shows her nothing either.
    for path in ["/api/v2/alerts", "/api/v2/silences", "/api/v2/status"] {
        refused(&eve, &Method::GET, path).await;
    }
    // And nobody else has her desk.
    operate.ada.get("/consumer").await.problem(403);
    // Her own password she may change.
    let change = json!({ "present": PASSWORD, "new": "another battery of horses" });
    eve.post("/session/password", change).await.is(204);
    operate.end().await;
}

/// A request that she makes is refused, or is one that anybody can make without an account, such
/// as sending an event from the machine itself: then her session makes no difference.
async fn refused(eve: &Client, method: &Method, path: &str) {
    let with = |request: reqwest::RequestBuilder| match *method {
        Method::GET => request,
        _ => request.json(&json!({})),
    };
    let reply = eve.send(with(eve.request(method.clone(), path))).await;
    if [401, 403].contains(&reply.status.as_u16()) {
        return;
    }
    let nobody = eve.send(with(eve.bare(method.clone(), path))).await;
    let what = format!("{method} {path}: {} {}", reply.status, reply.text);
    assert_eq!(nobody.status, reply.status, "{what}");
    assert_ne!(nobody.status.as_u16(), 401, "{what}");
}

/// A path with something in the place of each of its names.
fn filled(path: &str) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        filled.push_str("some");
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    filled + rest
}

async fn an_account_of_a_consumer_says_whose_promises_it_sees(place: Place) {
    let operate = start(&place).await;
    let account = |role: &str, consumers: Value| {
        json!({ "name": "eve", "password": PASSWORD, "display_name": "Eve", "role": role,
            "consumers": consumers })
    };
    for (role, consumers) in [
        ("consumer", json!([])),
        ("consumer", json!(["component/orders-db"])),
        ("viewer", json!(["team/shop"])),
    ] {
        operate.ada.post("/accounts", account(role, consumers)).await.problem(422);
    }
    let made = operate.ada.post("/accounts", account("consumer", json!(["team/shop"]))).await;
    assert_eq!(made.is(201)["consumers"], json!(["team/shop"]));
    let token = json!({ "name": "t", "role": "consumer", "scopes": ["read"] });
    operate.ada.post("/tokens", token).await.problem(422);
    let eve = operate.ada.of("eve", PASSWORD).await;
    let user = eve.get("/session").await.is(200)["user"].clone();
    assert_eq!((&user["role"], &user["consumers"]), (&json!("consumer"), &json!(["team/shop"])));
    operate.end().await;
}
