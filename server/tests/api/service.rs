//! What nobody is charged with, what is checked once it is back, and what ends together.

use std::time::Duration;

use kernel::Time;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, conversations, shop};

conversations!(
    what_nobody_is_charged_with_warns_and_is_called_for,
    a_stage_warns_before_its_time_is_over_and_when_it_is,
    what_is_back_is_checked_and_a_failed_check_is_found,
    what_hangs_on_an_incident_ends_with_it,
    planned_work_opens_no_incident_until_it_overruns,
    a_window_that_is_taken_back_explains_nothing_more,
    a_route_in_a_file_names_team_and_priority_after_those_of_the_settings,
);

const ORDERS: (&str, &str) = ("service", "orders");
const CANTEEN: (&str, &str) = ("service", "canteen");

async fn open(place: &Place) -> (Operate, Receiver) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(place).await;
    operate.apply(&shop(&receiver.url)).await;
    (operate, receiver)
}

fn id(record: &Value) -> String {
    record["id"].as_str().expect("a record has an id").to_owned()
}

/// The numbers that a list of incidents shows.
async fn numbers(operate: &Operate, path: &str) -> Vec<u64> {
    let rows = operate.ada.list(path).await;
    rows.iter().map(|row| row["number"].as_u64().expect("a number")).collect()
}

async fn said(operate: &Operate, id: &str) -> String {
    let entries = operate.ada.list(&format!("/incidents/{id}/timeline")).await;
    entries.iter().map(|entry| format!("{}\n", entry["title"].as_str().unwrap_or(""))).collect()
}

fn check<'a>(incident: &'a Value, name: &str) -> &'a Value {
    let checks = incident["checks"].as_array().expect("checks");
    checks.iter().find(|check| check["name"] == name).expect("such a check")
}

async fn what_nobody_is_charged_with_warns_and_is_called_for(place: Place) {
    let (operate, receiver) = open(&place).await;
    let policy = json!({
        "unassigned_escalation_policy": "escalationpolicy/data",
        "incidents": { "unassigned_minutes": 10 }
    });
    let wrong = json!({ "incidents": { "unassigned_minutes": 0 } });
    operate.ada.put("/settings/policy", wrong, None).await.is(422);
    operate.ada.put("/settings/policy", policy, None).await.is(200);
    operate.fires("SomethingOdd", "critical", ("zone", "nowhere")).await;
    let incident = id(&operate.incident("an incident of nobody", |_| true).await);
    // Its source goes on saying so, or it would count as over.
    for _ in 0..3 {
        operate.pass(Duration::from_secs(3 * 60)).await;
        operate.fires("SomethingOdd", "critical", ("zone", "nowhere")).await;
    }
    operate.settled().await;
    assert!(numbers(&operate, "/incidents?warning=unassigned").await.is_empty());

    operate.pass(Duration::from_secs(120)).await;
    let warned = |i: &Value| !i["unassigned_too_long"].is_null();
    operate.becomes(&incident, "it warns", warned).await;
    assert_eq!(numbers(&operate, "/incidents?warning=unassigned").await, [1]);
    assert_eq!(operate.ada.get("/overview").await.is(200)["unassigned"], 1);
    operate.until("ada is called", async || receiver.calls_to("/ada").pop()).await;
    let told = said(&operate, &incident).await;
    assert!(told.contains("Warning: nobody has been charged with it for 10 minutes"), "{told}");

    let assign = json!({ "command": "assign", "team": "team/shop" });
    let assigned = operate.command(&incident, assign).await;
    assert_eq!(assigned["unassigned_too_long"], Value::Null);
    assert!(numbers(&operate, "/incidents?warning=unassigned").await.is_empty());
    operate.end().await;
}

async fn a_stage_warns_before_its_time_is_over_and_when_it_is(place: Place) {
    let (operate, _receiver) = open(&place).await;
    let targets = |row: Value| json!({ "incidents": { "stage_targets": row } });
    for (row, field) in [
        (json!({ "diagnosing": { "P1": 0 } }), "incidents.stage_targets.diagnosing.P1"),
        (json!({ "on_hold": { "P5": 43_201 } }), "incidents.stage_targets.on_hold.P5"),
        (json!({ "closed": { "P1": 5 } }), "incidents.stage_targets.closed"),
        (json!({ "new": { "P1": 5 } }), "incidents.stage_targets.new"),
    ] {
        let refused = operate.ada.put("/settings/policy", targets(row), None).await.is(422);
        assert_eq!(refused["field"], field, "{refused}");
    }
    let row = json!({ "diagnosing": { "P1": 20, "P2": 20, "P3": 20, "P4": 20, "P5": 20 } });
    operate.ada.put("/settings/policy", targets(row), None).await.is(200);
    let new = json!({ "title": "Orders are slow", "item": "service/orders" });
    let incident = id(&operate.ada.post("/incidents", new).await.is(201));
    let taken = operate.command(&incident, json!({ "command": "acknowledge" })).await;
    assert_eq!(taken["stage_clock"], Value::Null, "assigned has no target here");
    let since = operate.world.now();
    let diagnosed = operate.command(&incident, json!({ "command": "diagnose" })).await;
    let clock = &diagnosed["stage_clock"];
    assert_eq!((&clock["target_minutes"], &clock["told"]), (&json!(20), &Value::Null));
    let due = Time::parse(clock["due_at"].as_str().expect("a time")).expect("a time");
    assert!((due.micros_since(since) - 20 * 60_000_000).abs() < 60_000_000, "{clock}");

    operate.pass(Duration::from_secs(16 * 60)).await;
    let told = |word: &'static str| move |i: &Value| i["stage_clock"]["told"] == word;
    operate.becomes(&incident, "it says so ahead", told("due_soon")).await;
    assert_eq!(numbers(&operate, "/incidents?warning=stage_due_soon").await, [1]);
    operate.pass(Duration::from_secs(5 * 60)).await;
    operate.becomes(&incident, "it is too long", told("overdue")).await;
    assert_eq!(numbers(&operate, "/incidents?warning=stage_overdue,unassigned").await, [1]);
    assert!(numbers(&operate, "/incidents?warning=stage_due_soon").await.is_empty());
    let story = said(&operate, &incident).await;
    assert!(story.contains("in this stage for longer than the 20 min"), "{story}");

    operate.command(&incident, json!({ "command": "ready", "action": "Restart it" })).await;
    assert!(numbers(&operate, "/incidents?warning=stage_overdue").await.is_empty());
    operate.end().await;
}

async fn what_is_back_is_checked_and_a_failed_check_is_found(place: Place) {
    let (operate, _receiver) = open(&place).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let incident = id(&operate.incident("an incident", |_| true).await);
    operate.settled().await;
    operate.command(&incident, json!({ "command": "restore" })).await;
    let checked = |i: &Value| !i["checked_stage"].is_null();
    let shown = operate.becomes(&incident, "it was checked", checked).await;
    assert_eq!(check(&shown, "alerts_clear")["passed"], false, "{shown}");
    let detail = &check(&shown, "alerts_clear")["detail"];
    assert_eq!(*detail, "its alert still fires: HighErrorRate on orders");
    assert_eq!(check(&shown, "services_clear")["passed"], true);
    assert_eq!(check(&shown, "page_answered")["detail"], "person:ada answered");
    assert_eq!(numbers(&operate, "/incidents?warning=check_failed,unassigned").await, [1]);

    operate.clears("HighErrorRate", "critical", ORDERS).await;
    let passed = |i: &Value| check(i, "alerts_clear")["passed"] == true;
    operate.becomes(&incident, "the check passes", passed).await;
    assert!(numbers(&operate, "/incidents?warning=check_failed").await.is_empty());
    let yes = json!({ "command": "confirm_by_consumer", "who": "Sales", "said": "It works." });
    let confirmed = operate.command(&incident, yes).await;
    assert_eq!(confirmed["consumer_confirmed"]["by"], "person:ada");
    let resolve = json!({ "command": "resolve", "cause_class": "technology",
        "resolution_code": "fixed" });
    operate.command(&incident, resolve).await;
    let again = |i: &Value| i["checked_stage"] == "resolved";
    operate.becomes(&incident, "it was checked again", again).await;
    let told = said(&operate, &incident).await;
    assert!(told.contains("Checked that it holds: all 3 checks passed"), "{told}");
    assert!(told.contains("Sales confirmed that it works again: It works."), "{told}");
    operate.pass(Duration::from_secs(1)).await;
    let report = operate.ada.get("/reports/times").await.is(200);
    let proven = json!({ "passed": 1, "failed": 0, "unchecked": 0, "confirmed": 1 });
    assert_eq!(report["counts"]["proven"], proven);
    operate.end().await;
}

async fn what_hangs_on_an_incident_ends_with_it(place: Place) {
    let (operate, _receiver) = open(&place).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let parent = id(&operate.incident("the parent", |_| true).await);
    // Long enough apart to be two matters; the source of the first goes on saying so.
    for _ in 0..3 {
        operate.pass(Duration::from_secs(200)).await;
        operate.fires("HighErrorRate", "critical", ORDERS).await;
    }
    operate.fires("OvenCold", "critical", CANTEEN).await;
    let other = |i: &Value| i["main_item"] == "service/canteen";
    let child = id(&operate.incident("the child", other).await);
    let by_hand = operate.ada.post("/incidents", json!({ "title": "menu is wrong" })).await;
    let merged = id(&by_hand.is(201));

    let refused = json!({ "command": "set_parent", "parent": child });
    operate.ada.post(&format!("/incidents/{child}/commands"), refused).await.is(422);
    let hangs = json!({ "command": "set_parent", "parent": parent });
    operate.command(&child, hangs).await;
    operate.command(&merged, json!({ "command": "merge", "into": parent })).await;
    operate.settled().await;
    assert_eq!(numbers(&operate, &format!("/incidents/{parent}/children")).await, [2, 3]);

    operate.command(&parent, json!({ "command": "restore" })).await;
    let resolve = json!({ "command": "resolve", "cause_class": "human",
        "resolution_code": "workaround" });
    operate.command(&parent, resolve).await;
    let told_so = |i: &Value| i["parent_ended"] == false;
    let stays = operate.becomes(&child, "the child heard so", told_so).await;
    assert_eq!(stays["stage"], "assigned", "its own alert still fires");
    operate.becomes(&merged, "what was merged heard so", told_so).await;

    operate.clears("OvenCold", "critical", CANTEEN).await;
    operate.settled().await;
    operate.pass(Duration::from_secs(90)).await;
    let resolved = operate.becomes(&child, "it ends", |i| i["stage"] == "resolved").await;
    assert_eq!(resolved["cause_class"], "human");
    assert_eq!(resolved["resolution_note"], "with incident 1");
    operate.command(&parent, json!({ "command": "close" })).await;
    operate.becomes(&child, "it is closed", |i| i["stage"] == "closed").await;
    let told = said(&operate, &merged).await;
    assert!(told.contains("Incident 1, to which it belongs, was closed"), "{told}");
    operate.end().await;
}

/// A window over the orders database, from an hour before noon for so many hours.
fn window(end: &str) -> String {
    format!(
        "
---
apiVersion: operate/v1
kind: MaintenanceWindow
metadata: {{name: disks}}
spec:
  items: [component/orders-db]
  windows: [{{start: {START}, end: {end}}}]
  reason: new disks
"
    )
}

const START: &str = "2026-03-01T11:00:00Z";

async fn expected(operate: &Operate) -> Vec<Value> {
    let shown = operate.ada.get("/maintenance").await.is(200);
    shown["expected"].as_array().expect("a list").clone()
}

async fn planned_work_opens_no_incident_until_it_overruns(place: Place) {
    let (operate, receiver) = open(&place).await;
    operate.apply(&(shop(&receiver.url) + &window("2026-03-01T13:00:00Z"))).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    operate.settled().await;
    assert!(numbers(&operate, "/incidents").await.is_empty());
    let found = expected(&operate).await;
    assert_eq!((found.len(), &found[0]["window"]), (1, &json!("maintenancewindow/disks")));
    let alert = found[0]["alert"].as_str().expect("an alert").to_owned();
    let entries = operate.ada.list(&format!("/alerts/{alert}/timeline")).await;
    let told = entries.iter().any(|entry| {
        entry["title"].as_str().is_some_and(|title| {
            title.starts_with("Opens no incident: service/orders depends on component/orders-db")
        })
    });
    assert!(told, "the alert says why: {entries:?}");
    let shown = operate.ada.get("/maintenance").await.is(200);
    assert_eq!(shown["windows"][0]["running"], true);

    // Kept alive by its source until the window is over.
    for _ in 0..13 {
        operate.pass(Duration::from_secs(280)).await;
        operate.fires("HighErrorRate", "critical", ORDERS).await;
    }
    let incident = operate.incident("it overran", |_| true).await;
    assert_eq!(incident["times"]["started"]["at"], "2026-03-01T13:00:00Z");
    let reason = incident["members"][0]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("overran: maintenancewindow/disks is over"), "{reason}");
    assert!(expected(&operate).await.is_empty());
    operate.end().await;
}

async fn a_window_that_is_taken_back_explains_nothing_more(place: Place) {
    let (operate, receiver) = open(&place).await;
    operate.apply(&(shop(&receiver.url) + &window("2026-03-01T13:00:00Z"))).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    operate.settled().await;
    operate.apply(&(shop(&receiver.url) + &window("2026-03-01T15:00:00Z"))).await;
    operate.settled().await;
    assert_eq!(expected(&operate).await[0]["until"], "2026-03-01T15:00:00Z");

    operate.apply(&(shop(&receiver.url) + &window("2026-03-01T11:30:00Z"))).await;
    let incident = operate.incident("an incident", |_| true).await;
    let reason = incident["members"][0]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("overran: maintenancewindow/disks was taken back"), "{reason}");
    operate.end().await;
}

async fn a_route_in_a_file_names_team_and_priority_after_those_of_the_settings(place: Place) {
    let (operate, receiver) = open(&place).await;
    let routes = "
---
apiVersion: operate/v1
kind: Route
metadata: {name: canteen-is-data}
spec:
  when: name == 'OvenCold' && usecases.size() == 0 && team == 'team/shop'
  team: data
  priority: P5
---
apiVersion: operate/v1
kind: Route
metadata: {name: orders-is-data}
spec:
  when: usecases.exists(usecase, usecase == 'usecase/buy')
  team: data
";
    operate.apply(&(shop(&receiver.url) + routes)).await;
    let set = json!([{ "name": "orders", "when": "labels.service == 'orders'",
        "team": "team/shop", "priority": "P4" }]);
    operate.ada.put("/settings/routes", set, None).await.is(200);
    operate.fires("OvenCold", "critical", CANTEEN).await;
    let canteen = |i: &Value| i["main_item"] == "service/canteen" && i["priority"] == "P5";
    let found = operate.incident("the canteen's", canteen).await;
    assert_eq!(found["team"], "team/data");
    assert_eq!(found["assigned_because"], "route `canteen-is-data`");
    operate.pass(Duration::from_secs(600)).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let orders = |i: &Value| i["main_item"] == "service/orders" && i["priority"] == "P4";
    let found = operate.incident("that of orders", orders).await;
    assert_eq!(found["assigned_because"], "route `orders`", "the settings come first");
    let of_files = operate.ada.list("/settings/routes/estate").await;
    assert_eq!(of_files[0]["route"], "route/canteen-is-data");
    assert_eq!(of_files[0]["team"], "team/data");
    assert_eq!(of_files.len(), 2, "rules that only find items are no such routes");
    operate.end().await;
}
