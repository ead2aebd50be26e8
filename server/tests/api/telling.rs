//! How soon receivers are told beyond what the routes say: digests, storms, flapping, and what
//! depends on something broken.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, conversations, shop};

conversations!(
    what_can_wait_comes_in_one_digest_and_not_again,
    a_digest_survives_a_restart_and_what_becomes_urgent_is_told_at_once,
    a_storm_is_told_in_one_digest,
    what_depends_on_a_broken_item_is_held_until_it_is_back,
    planned_work_is_told_to_nobody_until_its_window_is_over,
    an_alert_that_comes_and_goes_is_told_once,
    a_policy_that_cannot_be_followed_is_refused,
    a_changed_routing_is_tried_on_what_fired,
);

pub(crate) const DB: (&str, &str) = ("component", "orders-db");
pub(crate) const ORDERS: (&str, &str) = ("service", "orders");
pub(crate) const CHECKOUT: (&str, &str) = ("service", "checkout");

/// A server with one receiver, told of each alert name at once.
pub(crate) async fn open(place: &Place) -> (Operate, Receiver, tempfile::TempDir) {
    let receiver = Receiver::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alertmanager.yml");
    let text = format!(
        "global: {{resolve_timeout: 96h}}\n\
         route: {{receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 10s, \
         repeat_interval: 4h}}\n\
         receivers: [{{name: ops, webhook_configs: [{{url: '{}/ops'}}]}}]\n",
        receiver.url
    );
    std::fs::write(&file, text).unwrap();
    let operate = Operate::with(place, |config| config.routing.file = Some(file)).await;
    operate.apply(&shop(&receiver.url)).await;
    (operate, receiver, folder)
}

pub(crate) async fn policy(operate: &Operate, policy: Value) {
    operate.ada.put("/settings/notifications", policy, None).await.is(200);
}

/// What came to the receiver: for each message the names of its alerts with their states.
pub(crate) fn told(receiver: &Receiver) -> Vec<Vec<String>> {
    let names = |body: &Value| {
        let alerts = body["alerts"].as_array().unwrap().iter();
        let name = |alert: &Value| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            format!("{} {}", text(&alert["labels"]["alertname"]), text(&alert["status"]))
        };
        alerts.map(name).collect::<Vec<_>>()
    };
    receiver.calls_to("/ops").iter().map(|call| names(&call.body)).collect()
}

pub(crate) async fn until_told(
    operate: &Operate,
    receiver: &Receiver,
    count: usize,
) -> Vec<Vec<String>> {
    operate
        .until("the receiver is told", async || {
            let told = told(receiver);
            (told.len() >= count).then_some(told)
        })
        .await
}

pub(crate) async fn explanation(operate: &Operate, name: &str) -> Value {
    let found = operate.ada.list("/alerts").await;
    let alert = found.iter().find(|alert| alert["name"] == name).unwrap();
    let path = format!("/alerts/{}/explanation", alert["id"].as_str().unwrap());
    operate.ada.get(&path).await.is(200)
}

/// Waits until something was decided about an alert.
async fn decided(operate: &Operate, name: &str) -> Value {
    operate
        .until("something is decided", async || {
            let explained = explanation(operate, name).await;
            explained["notifications"].get(0).cloned()
        })
        .await
}

/// Waits until the group of an alert was looked at.
pub(crate) async fn flushed(operate: &Operate, name: &str) {
    let looked = async || {
        let way = explanation(operate, name).await;
        let due: kernel::Time = way["routes"][0]["group"]["due_at"].as_str()?.parse().ok()?;
        (due > operate.world.now()).then_some(())
    };
    operate.until("the group is looked at", looked).await;
}

const P3_DAILY: &str = r#"{"cadence": {"p3": "daily", "p4": "weekly"}}"#;

async fn what_can_wait_comes_in_one_digest_and_not_again(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    policy(&operate, serde_json::from_str(P3_DAILY).unwrap()).await;
    operate.fires("Slow", "warning", ORDERS).await;
    operate.fires("Full", "warning", DB).await;
    operate.fires("Down", "critical", DB).await;
    assert_eq!(until_told(&operate, &receiver, 1).await, [["Down firing"]]);
    let waits = decided(&operate, "Slow").await;
    assert_eq!(waits["digest_at"], "2026-03-01T17:00:00Z", "{waits}");
    decided(&operate, "Full").await;
    operate.clears("Full", "warning", DB).await;
    operate.pass(Duration::from_secs(3600)).await;
    operate.pass(Duration::from_secs(4 * 3600)).await;
    let all = until_told(&operate, &receiver, 3).await;
    let digest = all.iter().find(|told| told.len() == 2).unwrap();
    assert_eq!(digest[..], ["Slow firing", "Full resolved"], "{all:?}");
    operate.settled().await;
    let after = decided(&operate, "Slow").await;
    assert_eq!(after["digest_at"], Value::Null);
    assert_eq!(after["deliveries"][0]["result"], "delivered", "{after}");
    // For three days more it still fires: that is no news.
    for _ in 0..24 {
        operate.pass(Duration::from_secs(3 * 3600)).await;
        flushed(&operate, "Slow").await;
    }
    operate.settled().await;
    let digests = told(&receiver).into_iter().filter(|told| told[0].starts_with("Slow"));
    assert_eq!(digests.count(), 1, "{:?}", told(&receiver));
    operate.end().await;
}

async fn a_digest_survives_a_restart_and_what_becomes_urgent_is_told_at_once(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    policy(&operate, serde_json::from_str(P3_DAILY).unwrap()).await;
    operate.fires("Slow", "warning", ORDERS).await;
    operate.fires("Full", "warning", DB).await;
    decided(&operate, "Slow").await;
    decided(&operate, "Full").await;
    // The same group gets an alert that cannot wait: it is told with what waited.
    operate.fires("Slow", "critical", CHECKOUT).await;
    operate.pass(Duration::from_secs(11)).await;
    let first = until_told(&operate, &receiver, 1).await;
    assert_eq!(first, [["Slow firing", "Slow firing"]]);
    let operate = operate.restart(Duration::from_secs(6 * 3600)).await;
    operate
        .until("the digest comes", async || {
            told(&receiver).contains(&vec!["Full firing".to_owned()]).then_some(())
        })
        .await;
    operate.end().await;
}

async fn a_storm_is_told_in_one_digest(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    policy(&operate, json!({ "storm": { "most": 2, "window_seconds": 60 } })).await;
    for name in ["A", "B"] {
        operate.fires(name, "critical", ORDERS).await;
        decided(&operate, name).await;
    }
    until_told(&operate, &receiver, 2).await;
    for name in ["C", "D", "E"] {
        operate.fires(name, "critical", ORDERS).await;
        let waits = decided(&operate, name).await;
        assert!(waits["digest_at"].is_string(), "{waits}");
    }
    operate.settled().await;
    assert_eq!(told(&receiver).len(), 2);
    operate.pass(Duration::from_secs(61)).await;
    let all = until_told(&operate, &receiver, 3).await;
    assert_eq!(all[2], ["C firing", "D firing", "E firing"]);
    assert_eq!(all.len(), 3);
    operate.end().await;
}

async fn what_depends_on_a_broken_item_is_held_until_it_is_back(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    policy(&operate, json!({ "hold_dependants": true })).await;
    operate.fires("DatabaseDown", "critical", DB).await;
    until_told(&operate, &receiver, 1).await;
    operate.fires("OrdersFail", "critical", ORDERS).await;
    operate.fires("CheckoutFails", "error", CHECKOUT).await;
    let why = explanation(&operate, "CheckoutFails").await;
    let path = ["component/orders-db", "service/orders", "service/checkout"];
    assert_eq!(why["explained_by"], json!(path), "{why}");
    operate.pass(Duration::from_secs(30)).await;
    operate.settled().await;
    assert_eq!(told(&receiver), [["DatabaseDown firing"]]);
    // The database is back, and what still fires has to be told.
    operate.clears("DatabaseDown", "critical", DB).await;
    operate.clears("CheckoutFails", "error", CHECKOUT).await;
    operate.pass(Duration::from_secs(11)).await;
    operate.pass(Duration::from_secs(11)).await;
    let all = until_told(&operate, &receiver, 3).await;
    assert!(all.contains(&vec!["DatabaseDown resolved".to_owned()]), "{all:?}");
    assert!(all.contains(&vec!["OrdersFail firing".to_owned()]), "{all:?}");
    assert_eq!(all.len(), 3, "nobody heard of checkout, so nobody hears that it is over: {all:?}");
    operate.end().await;
}

async fn planned_work_is_told_to_nobody_until_its_window_is_over(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    // What began before the window was not planned.
    operate.fires("DiskSlow", "critical", DB).await;
    until_told(&operate, &receiver, 1).await;
    operate.pass(Duration::from_secs(60)).await;
    let start = operate.world.now();
    let until = start + Duration::from_secs(3600);
    let window = format!(
        "{}\n---\n{{apiVersion: operate/v1, kind: MaintenanceWindow, metadata: {{name: disks}}, \
         spec: {{items: [component/orders-db], reason: new disks, \
         windows: [{{start: {start}, end: {until}}}]}}}}\n",
        shop(&receiver.url)
    );
    operate.apply(&window).await;
    operate.fires("DatabaseDown", "critical", DB).await;
    operate.fires("OrdersFail", "critical", ORDERS).await;
    operate.fires("CanteenCold", "critical", ("service", "canteen")).await;
    assert_eq!(until_told(&operate, &receiver, 2).await[1], ["CanteenCold firing"]);
    let why = explanation(&operate, "OrdersFail").await;
    let planned = &why["planned"];
    assert_eq!(planned["window"], "maintenancewindow/disks", "{why}");
    assert_eq!((&planned["until"], &planned["reason"]), (&json!(until), &json!("new disks")));
    assert_eq!(planned["root"], "component/orders-db");
    assert_eq!(explanation(&operate, "DiskSlow").await["planned"], Value::Null);
    operate.clears("OrdersFail", "critical", ORDERS).await;
    operate.pass(Duration::from_secs(30)).await;
    operate.settled().await;
    assert_eq!(told(&receiver).len(), 2, "{:?}", told(&receiver));
    // The work overran: what still fires is told.
    operate.fires("DatabaseDown", "critical", DB).await;
    operate.pass(Duration::from_secs(3600)).await;
    operate.pass(Duration::from_secs(11)).await;
    let all = until_told(&operate, &receiver, 3).await;
    assert!(all.contains(&vec!["DatabaseDown firing".to_owned()]), "{all:?}");
    let orders = all.iter().flatten().filter(|told| told.starts_with("OrdersFail"));
    assert_eq!(orders.count(), 0, "nobody heard that it fires: {all:?}");
    operate.end().await;
}

async fn an_alert_that_comes_and_goes_is_told_once(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    policy(&operate, json!({ "flapping": { "changes": 3, "window_seconds": 600 } })).await;
    for round in 0..2 {
        operate.fires("Flaky", "critical", ORDERS).await;
        operate.pass(Duration::from_secs(11)).await;
        until_told(&operate, &receiver, round * 2 + 1).await;
        operate.clears("Flaky", "critical", ORDERS).await;
        operate.pass(Duration::from_secs(11)).await;
        until_told(&operate, &receiver, round * 2 + 2).await;
    }
    // The fourth change made it flap: it is told as firing once more, and then no more.
    let before = until_told(&operate, &receiver, 4).await;
    assert_eq!(before[3], ["Flaky firing"], "{before:?}");
    for _ in 0..4 {
        operate.fires("Flaky", "critical", ORDERS).await;
        operate.pass(Duration::from_secs(11)).await;
        operate.clears("Flaky", "critical", ORDERS).await;
        operate.pass(Duration::from_secs(11)).await;
    }
    operate.settled().await;
    assert_eq!(told(&receiver).len(), 4, "{:?}", told(&receiver));
    // It is quiet: whoever was told that it flaps hears how it ended.
    operate.pass(Duration::from_secs(601)).await;
    operate.pass(Duration::from_secs(11)).await;
    let all = until_told(&operate, &receiver, 5).await;
    assert_eq!(all[4], ["Flaky resolved"], "{all:?}");
    operate.end().await;
}

async fn a_policy_that_cannot_be_followed_is_refused(place: Place) {
    let (operate, _, _folder) = open(&place).await;
    let odd = json!({ "digests": { "zone": "Mars/Base" } });
    let refused = operate.ada.put("/settings/notifications", odd, None).await.problem(422);
    assert_eq!(refused["field"], "digests.zone");
    let unknown = json!({ "storms": {} });
    operate.ada.put("/settings/notifications", unknown, None).await.problem(400);
    let shown = operate.ada.get("/settings/notifications").await.is(200);
    assert_eq!(shown["cadence"]["p3"], "now");
    operate.end().await;
}

async fn a_changed_routing_is_tried_on_what_fired(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    operate.fires("Slow", "warning", ORDERS).await;
    operate.fires("Down", "critical", DB).await;
    until_told(&operate, &receiver, 2).await;
    let shown = operate.ada.get("/routing").await.is(200);
    assert_eq!(shown["routes"][0]["receiver"], "ops", "{shown}");
    assert!(!shown["text"].as_str().unwrap().contains("/ops'"), "{shown}");
    let labels = json!({ "alertname": "New", "severity": "critical", "service": "orders" });
    let tried = operate.ada.post("/routing/test", json!({ "labels": labels })).await.is(200);
    assert_eq!(tried["receivers"], json!(["ops"]));
    assert_eq!(tried["item"], "service/orders");
    assert_eq!(tried["routes"][0]["verdict"], "takes");

    let changed = "route: {receiver: ops, group_by: [alertname], routes: [\
                   {receiver: night, matchers: ['severity=\"warning\"']}]}\n\
                   receivers: [{name: ops, webhook_configs: [{url: '<secret>'}]}, {name: night}]\n";
    let ask = json!({ "config": changed, "days": 1 });
    let answer = operate
        .until("the history is written", async || {
            let answer = operate.ada.post("/routing/replay", ask.clone()).await.is(200);
            (answer["firings"] == 2).then_some(answer)
        })
        .await;
    assert_eq!((&answer["moved"], &answer["lost"]), (&json!(1), &json!(0)), "{answer}");
    assert_eq!(answer["moved_alerts"][0]["then"], json!(["night"]));
    let wrong = json!({ "config": "route: {receivr: ops}", "days": 1 });
    let refused = operate.ada.post("/routing/replay", wrong).await.problem(422);
    assert!(refused["detail"].as_str().unwrap().contains("receivr"), "{refused}");
    operate.end().await;
}
