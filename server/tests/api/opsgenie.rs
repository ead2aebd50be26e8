//! Whatever sends to Opsgenie, sending here.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, Reply, conversations, shop};

conversations!(
    an_alert_lives_as_it_does_with_opsgenie,
    alerts_are_found_by_opsgenies_language,
    a_list_says_where_its_other_pages_are,
    what_is_snoozed_is_held_back_until_then_or_its_end,
    what_is_wrong_is_answered_as_opsgenie_answers,
    a_key_sees_the_alerts_that_it_sent,
    opsgenies_heartbeats_are_heartbeats,
    what_is_acknowledged_calls_nobody_any_more,
);

const THEIRS: &str = "eb243592-faa2-4ba2-a551q-1afdf565c889";

async fn key(operate: &Operate, name: &str, alias: &str) {
    let body = json!({ "name": name, "kind": "opsgenie", "alias": alias });
    operate.ada.post("/integration-keys", body).await.is(201);
}

async fn ask(operate: &Operate, method: Method, path: &str, body: Value) -> Reply {
    ask_as(operate, THEIRS, (method, path), body).await
}

async fn ask_as(
    operate: &Operate,
    key: &str,
    (method, path): (Method, &str),
    body: Value,
) -> Reply {
    let request = operate.ada.bare(method, &format!("/v2{path}"));
    operate.ada.send(request.header("authorization", format!("GenieKey {key}")).json(&body)).await
}

fn orders(alias: &str) -> Value {
    json!({
        "message": "Orders cannot be placed", "alias": alias, "priority": "P1",
        "description": "since noon", "tags": ["shop"], "details": { "service": "orders" },
        "responders": [{ "name": "Shop", "type": "team" }], "source": "checks", "note": "first",
    })
}

async fn an_alert_lives_as_it_does_with_opsgenie(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    key(&operate, "genie", THEIRS).await;
    let sent = ask(&operate, Method::POST, "/alerts", orders("a1")).await.is(202);
    assert_eq!(sent["result"], "Request will be processed");
    let request = format!("/alerts/requests/{}", sent["requestId"].as_str().unwrap());
    let status = ask(&operate, Method::GET, &request, Value::Null).await.is(200)["data"].clone();
    assert_eq!((&status["isSuccess"], &status["alias"]), (&json!(true), &json!("a1")));
    let id = status["alertId"].as_str().unwrap().to_owned();
    let at = format!("/alerts/{id}");
    let alert = ask(&operate, Method::GET, &at, Value::Null).await.is(200)["data"].clone();
    assert_eq!((&alert["status"], &alert["priority"]), (&json!("open"), &json!("P1")));
    assert_eq!(alert["responders"][0]["name"], "Shop");
    let by_alias = ask(&operate, Method::GET, "/alerts/a1?identifierType=alias", Value::Null).await;
    assert_eq!(by_alias.is(200)["data"]["id"], id.as_str());
    let tiny = alert["tinyId"].as_str().unwrap();
    let by_tiny = format!("/alerts/{tiny}?identifierType=tiny");
    assert_eq!(
        ask(&operate, Method::GET, &by_tiny, Value::Null).await.is(200)["data"]["id"],
        id.as_str()
    );
    let ours = operate.ada.get(&format!("/api/v1{at}").replace("/api/v1", "")).await.is(200);
    assert_eq!((&ours["item"], &ours["severity"]), (&json!("service/orders"), &json!("critical")));

    for (method, what, body) in [
        (Method::POST, "acknowledge", json!({ "user": "bob", "note": "I look" })),
        (Method::POST, "tags", json!({ "tags": ["db"] })),
        (Method::DELETE, "tags?tags=shop", Value::Null),
        (Method::PUT, "priority", json!({ "priority": "P3" })),
        (Method::PUT, "message", json!({ "message": "Orders are slow" })),
        (Method::PUT, "description", json!({ "description": "since one" })),
        (Method::POST, "notes", json!({ "note": "more" })),
    ] {
        ask(&operate, method, &format!("{at}/{what}"), body).await.is(202);
    }
    let alert = ask(&operate, Method::GET, &at, Value::Null).await.is(200)["data"].clone();
    assert_eq!((&alert["acknowledged"], &alert["owner"]), (&json!(true), &json!("genie")));
    assert_eq!((&alert["tags"], &alert["priority"]), (&json!(["db"]), &json!("P3")));
    assert_eq!(
        (&alert["message"], &alert["description"]),
        (&json!("Orders are slow"), &json!("since one"))
    );
    let notes = ask(&operate, Method::GET, &format!("{at}/notes"), Value::Null).await.is(200);
    let notes: Vec<&str> =
        notes["data"].as_array().unwrap().iter().map(|n| n["note"].as_str().unwrap()).collect();
    assert_eq!(notes, ["more", "I look", "first"]);

    ask(&operate, Method::POST, &format!("{at}/unacknowledge"), json!({})).await.is(202);
    operate.pass(Duration::from_secs(1_200)).await;
    let closed = ask(&operate, Method::POST, "/alerts/a1/close?identifierType=alias", json!({}));
    let closed = closed.await.is(202);
    let request = format!("/alerts/requests/{}", closed["requestId"].as_str().unwrap());
    let status = ask(&operate, Method::GET, &request, Value::Null).await.is(200);
    assert_eq!(status["data"]["isSuccess"], true);
    let alert = ask(&operate, Method::GET, &at, Value::Null).await.is(200);
    assert_eq!(alert["data"]["status"], "closed");
    // Sent again, it is open again; deleted, it is put away.
    ask(&operate, Method::POST, "/alerts", orders("a1")).await.is(202);
    let again = ask(&operate, Method::GET, &at, Value::Null).await.is(200)["data"].clone();
    assert_eq!(again["count"], 2);
    assert!(again["createdAt"].as_str() > alert["data"]["createdAt"].as_str(), "{again}");
    ask(&operate, Method::DELETE, &at, Value::Null).await.is(202);
    let away = ask(&operate, Method::GET, &at, Value::Null).await.is(200);
    assert_eq!(away["data"]["status"], "closed");
    operate.end().await;
}

async fn alerts_are_found_by_opsgenies_language(place: Place) {
    let operate = Operate::start(&place).await;
    key(&operate, "genie", THEIRS).await;
    for (alias, priority, tag) in [("a", "P1", "db"), ("b", "P2", "db"), ("c", "P1", "web")] {
        let body = json!({ "message": alias, "alias": alias, "priority": priority, "tags": [tag] });
        ask(&operate, Method::POST, "/alerts", body).await.is(202);
        operate.pass(Duration::from_secs(1)).await;
    }
    ask(&operate, Method::POST, "/alerts/c/close?identifierType=alias", json!({})).await.is(202);
    let aliases = async |query: &str| -> Vec<String> {
        let path = format!("/alerts?{query}");
        let found = ask(&operate, Method::GET, &path, Value::Null).await.is(200);
        let found = found["data"].as_array().unwrap().clone();
        found.iter().map(|alert| alert["alias"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(aliases("").await, ["c", "b", "a"], "the newest first");
    assert_eq!(aliases("order=asc&limit=2&offset=1").await, ["b", "c"]);
    assert_eq!(aliases("sort=priority&order=asc").await, ["a", "c", "b"]);
    assert_eq!(aliases("query=status%3Aopen%20AND%20tag%3Adb").await, ["b", "a"]);
    assert_eq!(aliases("query=NOT%20tag%3A%20db").await, ["c"]);
    let count = ask(&operate, Method::GET, "/alerts/count?query=priority%3AP1", Value::Null).await;
    assert_eq!(count.is(200)["data"]["count"], 2);
    ask(&operate, Method::GET, "/alerts?query=nobody%3Ax", Value::Null).await.is(422);
    ask(&operate, Method::GET, "/alerts?limit=1000", Value::Null).await.is(422);
    operate.end().await;
}

async fn a_list_says_where_its_other_pages_are(place: Place) {
    let operate = Operate::start(&place).await;
    key(&operate, "genie", THEIRS).await;
    for alias in ["a", "b", "c", "d", "e"] {
        ask(&operate, Method::POST, "/alerts", orders(alias)).await.is(202);
    }
    let asked = "/alerts?query=tag%3Ashop&sort=alias&order=asc&limit=2";
    let list = ask(&operate, Method::GET, asked, Value::Null).await.is(200);
    let page = |which: &str| -> String {
        let link = list["paging"][which].as_str().unwrap_or_else(|| panic!("{which} in {list}"));
        link.split_once("/v2").unwrap().1.to_owned()
    };
    for (which, aliases) in
        [("first", vec!["a", "b"]), ("next", vec!["c", "d"]), ("last", vec!["e"])]
    {
        let found = ask(&operate, Method::GET, &page(which), Value::Null).await.is(200);
        let found = found["data"].as_array().unwrap().iter();
        let found: Vec<&str> = found.map(|alert| alert["alias"].as_str().unwrap()).collect();
        assert_eq!(found, aliases, "{which}");
    }
    let last = ask(&operate, Method::GET, &page("last"), Value::Null).await.is(200);
    assert_eq!(last["paging"]["next"], Value::Null, "{last}");
    operate.end().await;
}

async fn what_is_snoozed_is_held_back_until_then_or_its_end(place: Place) {
    let operate = Operate::start(&place).await;
    key(&operate, "genie", THEIRS).await;
    let snoozed = async |alias: &str| {
        let path = format!("/alerts/{alias}?identifierType=alias");
        let shown = ask(&operate, Method::GET, &path, Value::Null).await.is(200);
        (shown["data"]["snoozed"].clone(), shown["data"]["snoozedUntil"].clone())
    };
    let snooze = async |alias: &str, until: &str| {
        let path = format!("/alerts/{alias}/snooze?identifierType=alias");
        ask(&operate, Method::POST, &path, json!({ "endTime": until, "note": "later" })).await
    };
    for alias in ["a", "b"] {
        ask(&operate, Method::POST, "/alerts", orders(alias)).await.is(202);
    }
    snooze("a", "2100-01-01T00:00:00Z").await.is(202);
    snooze("a", "2099-01-01T00:00:00Z").await.is(202);
    assert_eq!(snoozed("a").await, (json!(true), json!("2099-01-01T00:00:00Z")), "the last word");
    assert_eq!(snoozed("b").await, (json!(false), Value::Null), "no other alert is snoozed");
    let renamed = json!({ "message": "Orders are slow" });
    let path = "/alerts/a/message?identifierType=alias";
    ask(&operate, Method::PUT, path, renamed).await.is(202);
    assert_eq!(snoozed("a").await, (json!(true), json!("2099-01-01T00:00:00Z")), "renamed");
    snooze("a", "2000-01-01T00:00:00Z").await.is(422);
    snooze("a", "later").await.is(422);
    snooze("a", "").await.is(422);
    ask(&operate, Method::POST, "/alerts/a/close?identifierType=alias", json!({})).await.is(202);
    ask(&operate, Method::POST, "/alerts", orders("a")).await.is(202);
    assert_eq!(snoozed("a").await, (json!(false), Value::Null), "what fires next is told");
    operate.end().await;
}

async fn what_is_wrong_is_answered_as_opsgenie_answers(place: Place) {
    let operate = Operate::start(&place).await;
    key(&operate, "genie", THEIRS).await;
    let long = json!({ "message": "m".repeat(131), "priority": "P9" });
    let refused = ask(&operate, Method::POST, "/alerts", long).await.is(422);
    assert!(refused["errors"]["message"].is_string() && refused["errors"]["priority"].is_string());
    for field in ["message", "took", "requestId"] {
        assert!(!refused[field].is_null(), "{refused}");
    }
    let wrong = ask_as(&operate, "nobody", (Method::POST, "/alerts"), json!({})).await.is(401);
    assert!(wrong["message"].is_string(), "{wrong}");
    ask(&operate, Method::GET, "/alerts/alr_x", Value::Null).await.is(404);
    ask(&operate, Method::GET, "/alerts/requests/x", Value::Null).await.is(404);
    let gone = ask(&operate, Method::POST, "/alerts/x/close?identifierType=alias", json!({})).await;
    let request = format!("/alerts/requests/{}", gone.is(202)["requestId"].as_str().unwrap());
    let status = ask(&operate, Method::GET, &request, Value::Null).await.is(200);
    assert_eq!(status["data"]["isSuccess"], false);
    assert_eq!(status["data"]["status"], "Alert does not exist");
    operate.end().await;
}

async fn a_key_sees_the_alerts_that_it_sent(place: Place) {
    let operate = Operate::start(&place).await;
    key(&operate, "genie", THEIRS).await;
    key(&operate, "other", "another-key-of-another-team").await;
    ask(&operate, Method::POST, "/alerts", orders("a1")).await.is(202);
    let other = async |method, path: &str| {
        ask_as(&operate, "another-key-of-another-team", (method, path), json!({})).await
    };
    assert_eq!(other(Method::GET, "/alerts").await.is(200)["data"], json!([]));
    other(Method::GET, "/alerts/a1?identifierType=alias").await.is(404);
    let id = operate.ada.list("/alerts").await[0]["id"].as_str().unwrap().to_owned();
    other(Method::GET, &format!("/alerts/{id}")).await.is(404);
    other(Method::POST, &format!("/alerts/{id}/close")).await.is(202);
    assert_eq!(operate.ada.list("/alerts").await[0]["state"], "open", "it is not theirs to close");
    operate.end().await;
}

async fn opsgenies_heartbeats_are_heartbeats(place: Place) {
    let operate = Operate::start(&place).await;
    key(&operate, "genie", THEIRS).await;
    let body = json!({
        "name": "backup", "description": "nightly", "interval": 1, "intervalUnit": "hours",
        "enabled": true, "alertPriority": "P1",
    });
    let made = ask(&operate, Method::POST, "/heartbeats", body).await.is(201);
    assert_eq!((&made["data"]["interval"], &made["data"]["expired"]), (&json!(1), &json!(false)));
    let pong = ask(&operate, Method::PUT, "/heartbeats/backup/ping", Value::Null).await.is(202);
    assert_eq!(pong["result"], "PONG - Heartbeat received");
    operate.pass(Duration::from_secs(3_601)).await;
    let expired = async || {
        let shown = ask(&operate, Method::GET, "/heartbeats/backup", Value::Null).await.is(200);
        (shown["data"]["expired"] == true).then_some(())
    };
    operate.until("it is missed", expired).await;
    let patch = json!({ "interval": 10, "enabled": false });
    let shown = ask(&operate, Method::PATCH, "/heartbeats/backup", patch).await.is(200);
    assert_eq!(
        (&shown["data"]["enabled"], &shown["data"]["intervalUnit"]),
        (&json!(false), &json!("minutes"))
    );
    ask(&operate, Method::GET, "/heartbeats/nobody/ping", Value::Null).await.is(404);
    operate.end().await;
}

async fn what_is_acknowledged_calls_nobody_any_more(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    key(&operate, "genie", THEIRS).await;
    ask(&operate, Method::POST, "/alerts", orders("a1")).await.is(202);
    let called = async || (!receiver.calls_to("/bob").is_empty()).then_some(());
    operate.until("bob is called", called).await;
    let path = "/alerts/a1/acknowledge?identifierType=alias";
    ask(&operate, Method::POST, path, json!({})).await.is(202);
    operate.settled().await;
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], "integration:genie");
    operate.pass(Duration::from_secs(1_200)).await;
    operate.settled().await;
    assert_eq!(receiver.calls_to("/ada").len(), 0, "the next step is not reached");
    operate.end().await;
}
