//! What contracts promise, and the clocks that they set on incidents.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, conversations, shop};

conversations!(
    a_clock_counts_warns_is_missed_and_stops,
    what_was_due_while_operate_was_away_is_told_after_its_start,
    another_contract_targets_open_incidents_anew,
    the_queue_is_sorted_by_what_is_due,
);

const MINUTE: Duration = Duration::from_secs(60);
const DB: (&str, &str) = ("component", "orders-db");

/// What is promised of the checkout, with an hour to restore it, or as long as said.
fn promised(restore: &str) -> String {
    format!(
        "---
{{apiVersion: operate/v1, kind: Calendar, metadata: {{name: always, title: Day and night}},
 spec: {{timeZone: Europe/Berlin, always: true}}}}
---
{{apiVersion: operate/v1, kind: ServiceContract, metadata: {{name: sales, title: Sales}},
 spec: {{type: sla, provider: team/shop, consumer: usecase/buy, scope: [service/checkout],
  start: 2026-01-01T00:00:00Z, terms: [{{calendar: always, clocks: [
   {{clock: respond, targets: {{P1: 10m}}}},
   {{clock: restore, targets: {{P1: {restore}, P2: 4h}}, pauses: [supplier]}}]}}]}}}}
"
    )
}

async fn open(place: &Place, receiver: &Receiver) -> (Operate, String) {
    let patient = 96 * 3_600;
    let operate =
        Operate::with(place, |config| config.intake.resolve_timeout_seconds = patient).await;
    operate.apply(&format!("{}{}", shop(&receiver.url), promised("1h"))).await;
    operate.fires("DbDown", "critical", DB).await;
    let incident = operate.incident("it opens", |_| true).await;
    let id = incident["id"].as_str().unwrap().to_owned();
    operate.settled().await;
    (operate, id)
}

async fn clock(operate: &Operate, id: &str, kind: &str) -> Value {
    let clocks = operate.ada.get(&format!("/incidents/{id}/clocks")).await.is(200);
    let clocks = clocks["clocks"].as_array().unwrap();
    clocks.iter().find(|clock| clock["clock"] == kind).unwrap().clone()
}

/// Whether so many seconds were counted: who waits for something lets a little time pass.
fn about(value: &Value, seconds: i64) -> bool {
    value.as_i64().is_some_and(|counted| (counted - seconds).abs() <= 20)
}

/// The alert of that name, once it is in that state.
async fn told(operate: &Operate, name: &str, state: &str) -> Value {
    let found = async || {
        let alerts = operate.ada.list("/alerts?state=open,cleared").await;
        alerts.into_iter().find(|alert| alert["name"] == name && alert["state"] == state)
    };
    operate.until(&format!("{name} is {state}"), found).await
}

async fn a_clock_counts_warns_is_missed_and_stops(place: Place) {
    let receiver = Receiver::start().await;
    let (operate, id) = open(&place, &receiver).await;
    let shown = clock(&operate, &id, "restore").await;
    assert_eq!(shown["state"], "running");
    assert!(about(&shown["remaining_seconds"], 3600), "{shown}");
    assert_eq!(shown["promise"], "Restore within 1 h of Day and night (P1)");
    let whole = operate.ada.get(&format!("/incidents/{id}")).await.is(200);
    assert_eq!(whole["clocks"].as_array().unwrap().len(), 2);

    operate.pass(8 * MINUTE).await;
    let warning = told(&operate, "ContractClockWarning", "open").await;
    assert_eq!(
        (&warning["labels"]["clock"], &warning["labels"]["share"]),
        (&json!("respond"), &json!("75"))
    );
    assert_eq!(warning["item"], Value::Null, "it is no sign that something is broken");
    operate.pass(4 * MINUTE).await;
    let breach = told(&operate, "ContractClockBreached", "open").await;
    assert!(breach["item"].is_null(), "it is about a promise");
    let lost = operate.ada.list("/alerts?matched=false").await;
    assert!(lost.is_empty(), "it asks for no rule: {lost:?}");
    assert_eq!(breach["severity"], "critical");
    operate
        .until("it belongs to its incident", async || {
            let alerts = operate.ada.list("/alerts").await;
            let breach =
                alerts.into_iter().find(|alert| alert["name"] == "ContractClockBreached")?;
            (breach["incident"] == id.as_str()).then_some(())
        })
        .await;
    told(&operate, "ContractClockWarning", "cleared").await;
    assert_eq!(operate.ada.list("/incidents").await.len(), 1, "it opens no incident of its own");

    operate.command(&id, json!({"command": "acknowledge"})).await;
    told(&operate, "ContractClockBreached", "cleared").await;
    let respond = clock(&operate, &id, "respond").await;
    assert_eq!((&respond["state"], &respond["run"]["met"]), (&json!("missed"), &json!(false)));

    operate.command(&id, json!({"command": "hold", "reason": "supplier"})).await;
    operate.settled().await;
    operate.pass(120 * MINUTE).await;
    let restore = clock(&operate, &id, "restore").await;
    assert_eq!(restore["state"], "paused");
    assert!(about(&restore["elapsed_seconds"], 720), "{restore}");
    assert_eq!(restore["note"], "waiting for a supplier");
    operate.command(&id, json!({"command": "resume"})).await;
    operate.settled().await;
    operate.pass(MINUTE).await;
    operate.command(&id, json!({"command": "restore"})).await;
    operate.settled().await;
    let restore = clock(&operate, &id, "restore").await;
    assert_eq!(restore["state"], "met");
    assert!(about(&restore["run"]["elapsed_seconds"], 780), "{restore}");
    let timeline = operate.ada.list(&format!("/incidents/{id}/timeline")).await;
    let said: Vec<&str> = timeline.iter().filter_map(|entry| entry["title"].as_str()).collect();
    for sentence in [
        "Restore by 14:00 CET under Sales (P1, 1 h of Day and night)",
        "Contract missed: Respond under Sales was due by 13:10 CET",
        "Restore under Sales stands since 13:12 CET: waiting for a supplier",
    ] {
        assert!(said.contains(&sentence), "{sentence} is not in {said:#?}");
    }
    let contracts = operate.ada.get(&format!("/incidents/{id}/clocks")).await.is(200);
    assert_eq!(contracts["contracts"][0]["effect"], "has_caused");
    assert_eq!(contracts["contracts"][0]["consumer"], "usecase/buy", "who is hit by it");
    let hit = operate.command(&id, json!({"command": "set_affected", "users": 30})).await;
    assert!(hit["user_minutes"].as_f64().is_some_and(|lost| lost > 0.0), "{hit}");
    operate.end().await;
}

async fn what_was_due_while_operate_was_away_is_told_after_its_start(place: Place) {
    let receiver = Receiver::start().await;
    let (operate, id) = open(&place, &receiver).await;
    let operate = operate.restart(90 * MINUTE).await;
    told(&operate, "ContractClockBreached", "open").await;
    operate
        .until("both are missed", async || {
            let live = operate.ada.get("/clocks").await.is(200);
            (live["overdue"] == 2).then_some(())
        })
        .await;
    let restore = clock(&operate, &id, "restore").await;
    assert_eq!(restore["state"], "overdue");
    assert!(about(&restore["remaining_seconds"], -1800), "{restore}");
    operate.end().await;
}

async fn another_contract_targets_open_incidents_anew(place: Place) {
    let receiver = Receiver::start().await;
    let (operate, id) = open(&place, &receiver).await;
    operate.pass(10 * MINUTE).await;
    operate.apply(&format!("{}{}", shop(&receiver.url), promised("2h"))).await;
    operate.settled().await;
    let restore = clock(&operate, &id, "restore").await;
    assert_eq!(restore["target_seconds"], 7200);
    assert!(about(&restore["elapsed_seconds"], 600), "{restore}");
    let reason = json!({"command": "override_priority", "priority": "P2", "reason": "few buy"});
    operate.command(&id, reason).await;
    operate.settled().await;
    let restore = clock(&operate, &id, "restore").await;
    assert_eq!((&restore["priority"], &restore["target_seconds"]), (&json!("P2"), &json!(14400)));
    let respond = clock(&operate, &id, "respond").await;
    assert_eq!((&respond["state"], &respond["dropped"]), (&json!("dropped"), &json!("no_target")));
    operate.end().await;
}

async fn the_queue_is_sorted_by_what_is_due(place: Place) {
    let receiver = Receiver::start().await;
    let (operate, id) = open(&place, &receiver).await;
    let canteen = json!({"title": "No soup", "item": "service/canteen"});
    operate.ada.post("/incidents", canteen).await.is(201);
    operate.settled().await;
    let rows = operate.ada.list("/incidents?sort=due").await;
    assert_eq!((&rows[0]["id"], &rows[0]["next_clock"]["clock"]), (&json!(id), &json!("respond")));
    assert_eq!(rows[1].get("next_clock"), None, "nothing is promised of soup");
    let soon = operate.ada.list("/incidents?due_before=2026-03-01T12:30:00Z").await;
    assert_eq!(soon.len(), 1);
    let first = operate.ada.get("/incidents?sort=due&limit=1").await.is(200);
    let after = first["next"].as_str().unwrap();
    let rest = operate.ada.list(&format!("/incidents?sort=due&limit=1&after={after}")).await;
    assert_eq!(rest[0]["title"], "No soup");
    operate.end().await;
}
