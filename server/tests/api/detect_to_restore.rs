//! From an alert to a resolved incident, over HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, alert, conversations, sample_estate, shop};

conversations!(
    an_alert_opens_an_incident_on_its_item_and_calls_its_owner,
    acknowledging_stops_the_calls,
    acknowledging_every_alert_takes_the_incident,
    when_all_alerts_cleared_the_incident_is_restored_by_policy,
    an_alert_that_returns_soon_goes_back_and_one_that_returns_late_does_not,
    a_resolved_incident_names_its_cause_and_may_be_reopened,
    a_merged_incident_continues_in_the_other,
    an_alert_that_a_person_takes_out_belongs_elsewhere,
    twenty_alerts_of_one_failed_database_are_one_incident,
    the_last_node_of_two_is_grave_however_long_ago_the_first_one_failed,
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

fn stage(wanted: &'static str) -> impl Fn(&Value) -> bool {
    move |incident| incident["stage"] == wanted
}

async fn timeline(operate: &Operate, id: &str) -> Vec<String> {
    let entries = operate.ada.list(&format!("/incidents/{id}/timeline")).await;
    entries.iter().map(|entry| entry["title"].as_str().unwrap_or_default().to_owned()).collect()
}

#[track_caller]
fn says(timeline: &[String], beginning: &str) {
    let found = timeline.iter().any(|line| line.starts_with(beginning));
    assert!(found, "no `{beginning}` in {timeline:#?}");
}

async fn an_alert_opens_an_incident_on_its_item_and_calls_its_owner(place: Place) {
    let (operate, receiver) = open(&place).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let told = |i: &Value| !i["times"]["notified"].is_null();
    let row = operate.incident("an incident that somebody was told of", told).await;
    let incident = operate.ada.get(&format!("/incidents/{}", id(&row))).await.is(200);

    assert_eq!(incident["main_item"], "service/orders");
    assert_eq!(incident["title"], "HighErrorRate on orders");
    assert_eq!((&incident["stage"], &incident["phase"]), (&json!("assigned"), &json!("detect")));
    assert_eq!(incident["team"], "team/shop");
    assert_eq!(incident["assigned_because"], "owner of service/orders");
    assert_eq!(incident["priority"], "P1", "{}", incident["priority_lines"]);
    let lines = incident["priority_lines"].to_string();
    assert!(lines.contains("usecase/buy is mission-critical"), "{lines}");
    assert_eq!(incident["affected"]["usecases"], json!(["usecase/buy"]));
    assert_eq!(incident["members"][0]["item"], "service/orders");
    assert_eq!(incident["members"][0]["reason"], "no open incident is related to service/orders");
    assert_eq!(incident["times"]["detected"]["source"], "measured");

    let pages = operate.ada.list(&format!("/incidents/{}/pages", id(&incident))).await;
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0]["policy"], "escalationpolicy/shop");
    assert_eq!(pages[0]["stage"], "ringing");
    assert_eq!(pages[0]["calls"][0]["contact"], "person/bob");
    assert_eq!(pages[0]["calls"][0]["result"], "delivered");
    let sent = operate.ada.list("/outbox?state=delivered").await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(receiver.calls_to("/bob").len(), 1);

    let alerts = operate.ada.list(&format!("/incidents/{}/alerts", id(&incident))).await;
    assert_eq!(alerts[0]["incident"], incident["id"]);
    assert_eq!(alerts[0]["matched_by"], "rule `by-service`");
    let said = timeline(&operate, &id(&incident)).await;
    for sentence in [
        "Opened: HighErrorRate on orders",
        "Attached alert “HighErrorRate on orders”: no open incident",
        "Likely cause is service/orders",
        "Found what is hit, most of all usecase/buy",
        "Priority P1: high impact, high urgency",
        "Assigned to team/shop: owner of service/orders",
        "Paging by escalationpolicy/shop",
        "Calling bob by webhook (step 1)",
        "Call delivered: 200 OK",
        "First page reached somebody",
    ] {
        says(&said, sentence);
    }
    operate.end().await;
}

async fn acknowledging_stops_the_calls(place: Place) {
    let (operate, receiver) = open(&place).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let incident = id(&operate.incident("an incident", |_| true).await);
    operate.settled().await;
    assert_eq!(receiver.calls().len(), 1);

    let taken = operate.command(&incident, json!({ "command": "acknowledge" })).await;
    assert_eq!(taken["acknowledged_by"], "person:ada");
    let answered = async || {
        let pages = operate.ada.list(&format!("/incidents/{incident}/pages")).await;
        (pages[0]["stage"] == "acknowledged").then(|| pages[0].clone())
    };
    let page = operate.until("the page is answered", answered).await;
    assert_eq!(page["acknowledged_by"], "person:ada");
    assert_eq!(page["next_step_at"], Value::Null);

    // Long after the second step would have been due.
    operate.pass(Duration::from_secs(1200)).await;
    operate.settled().await;
    assert_eq!(receiver.calls().len(), 1, "nobody is called after the answer");
    operate.end().await;
}

async fn when_all_alerts_cleared_the_incident_is_restored_by_policy(place: Place) {
    let (operate, receiver) = open(&place).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    operate.fires("SlowAnswers", "warning", ORDERS).await;
    let two = |i: &Value| i["members"].as_array().is_some_and(|members| members.len() == 2);
    let incident = id(&operate.incident("an incident with both alerts", two).await);
    operate.settled().await;

    operate.clears("HighErrorRate", "critical", ORDERS).await;
    let one_left = |i: &Value| !i["members"][0]["cleared_at"].is_null();
    operate.becomes(&incident, "one alert cleared", one_left).await;
    operate.pass(Duration::from_secs(90)).await;
    operate.settled().await;
    let shown = operate.ada.get(&format!("/incidents/{incident}")).await.is(200);
    assert_eq!(shown["stage"], "assigned", "one alert still fires");

    operate.clears("SlowAnswers", "warning", ORDERS).await;
    let cleared_at = operate.world.now();
    let all = |i: &Value| !i["members"][1]["cleared_at"].is_null();
    let waiting = operate.becomes(&incident, "both alerts cleared", all).await;
    assert_eq!(waiting["stage"], "assigned", "the policy waits a minute");
    operate.pass(Duration::from_secs(60)).await;
    let restored = operate.becomes(&incident, "it is restored", stage("restored")).await;
    // The service was back when its last alert cleared, not when Operate was sure of it.
    assert_eq!(restored["times"]["restored"]["at"], json!(cleared_at));
    assert_eq!(restored["times"]["restored"]["source"], "measured");
    says(&timeline(&operate, &incident).await, "Service restored at");
    operate.settled().await;
    let pages = operate.ada.list(&format!("/incidents/{incident}/pages")).await;
    assert_eq!(pages[0]["stage"], "cancelled", "nobody needs to come");
    assert_eq!(receiver.calls().len(), 1);
    operate.end().await;
}

async fn an_alert_that_returns_soon_goes_back_and_one_that_returns_late_does_not(place: Place) {
    let (operate, _) = open(&place).await;
    let restore = async |incident: &str| {
        operate.settled().await;
        operate.clears("HighErrorRate", "critical", ORDERS).await;
        operate.settled().await;
        operate.pass(Duration::from_secs(61)).await;
        operate.becomes(incident, "it is restored", stage("restored")).await;
        operate.settled().await;
    };
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let first = id(&operate.incident("an incident", |_| true).await);
    restore(&first).await;

    operate.pass(Duration::from_secs(600)).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let again = operate.becomes(&first, "it is away again", stage("assigned")).await;
    assert_eq!(again["members"].as_array().map(Vec::len), Some(1));
    assert_eq!(again["members"][0]["cleared_at"], Value::Null);
    says(&timeline(&operate, &first).await, "Alert “HighErrorRate on orders” returned");
    says(&timeline(&operate, &first).await, "Service broke again: the alert returned");
    restore(&first).await;

    operate.pass(Duration::from_secs(3700)).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let other = |i: &Value| i["id"] != json!(first) && i["main_item"] == "service/orders";
    let second = operate.incident("another incident after the window", other).await;
    assert_eq!(second["number"], 2);
    let old = operate.ada.get(&format!("/incidents/{first}")).await.is(200);
    assert_eq!(old["stage"], "restored");
    operate.end().await;
}

async fn a_resolved_incident_names_its_cause_and_may_be_reopened(place: Place) {
    let (operate, receiver) = open(&place).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let incident = id(&operate.incident("an incident", |_| true).await);
    operate.settled().await;
    let path = format!("/incidents/{incident}/commands");
    let early = json!({ "command": "resolve", "cause_class": "technology",
        "resolution_code": "fixed" });
    let problem = operate.ada.post(&path, early.clone()).await.problem(409);
    assert_eq!(problem["type"], "not_allowed_now");

    for command in [
        json!({ "command": "acknowledge" }),
        json!({ "command": "diagnose", "note": "disk full?" }),
        json!({ "command": "ready", "action": "grow the disk" }),
        json!({ "command": "begin" }),
        json!({ "command": "restore" }),
    ] {
        operate.command(&incident, command).await;
    }
    let without = json!({ "command": "resolve", "resolution_code": "fixed" });
    let problem = operate.ada.post(&path, without).await;
    assert!(problem.status.is_client_error(), "{}", problem.text);
    assert!(problem.text.contains("cause_class"), "{}", problem.text);
    let resolved = operate.command(&incident, early).await;
    assert_eq!(resolved["cause_class"], "technology");
    assert_eq!(resolved["resolution_code"], "fixed");
    assert!(!resolved["times"]["resolved"].is_null());

    // Some time later nobody has it any more.
    operate.pass(Duration::from_secs(60)).await;
    let calls = receiver.calls().len();
    let reopen = json!({ "command": "reopen", "reason": "it is full again" });
    let reopened = operate.command(&incident, reopen).await;
    assert_eq!(reopened["reopen_count"], 1);
    assert_eq!(reopened["phase"], "diagnose", "{}", reopened["stage"]);
    let called = async || (receiver.calls().len() == calls + 1).then_some(());
    operate.until("its owner is called again", called).await;
    let said = timeline(&operate, &incident).await;
    for sentence in [
        "Acknowledged",
        "Started the diagnosis: disk full?",
        "Chose what to do: grow the disk",
        "Started resolving",
        "Service restored",
        "Resolved",
        "Reopened: it is full again",
    ] {
        says(&said, sentence);
    }
    operate.end().await;
}

async fn a_merged_incident_continues_in_the_other(place: Place) {
    let (operate, _) = open(&place).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let orders = operate.incident("one incident", |i| i["main_item"] == "service/orders").await;
    operate.fires("NoLunch", "warning", CANTEEN).await;
    let lunch = operate.incident("another", |i| i["main_item"] == "service/canteen").await;
    let (orders, lunch) = (id(&orders), id(&lunch));
    operate.settled().await;

    let merged = operate.command(&lunch, json!({ "command": "merge", "into": orders })).await;
    assert_eq!((&merged["stage"], &merged["merged_into"]), (&json!("merged"), &json!(orders)));
    let both = |i: &Value| i["members"].as_array().is_some_and(|members| members.len() == 2);
    let parent = operate.becomes(&orders, "it took the other's alert over", both).await;
    assert_eq!(parent["items"], json!(["service/orders", "service/canteen"]));
    says(&timeline(&operate, &orders).await, "Took over incident 2 and its alerts (1)");
    operate.settled().await;
    let alerts = operate.ada.list(&format!("/alerts?incident={orders}")).await;
    assert_eq!(alerts.len(), 2, "both alerts know where they belong now");
    let pages = operate.ada.list(&format!("/incidents/{lunch}/pages")).await;
    assert_eq!(pages[0]["stage"], "cancelled");

    let path = format!("/incidents/{lunch}/commands");
    let back = json!({ "command": "merge", "into": lunch });
    operate.ada.post(&path, json!({ "command": "diagnose" })).await.problem(409);
    let circle = operate.ada.post(&format!("/incidents/{orders}/commands"), back).await;
    assert!(circle.status.is_client_error(), "{}", circle.text);
    operate.end().await;
}

async fn an_alert_that_a_person_takes_out_belongs_elsewhere(place: Place) {
    let (operate, _) = open(&place).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    operate.fires("SlowAnswers", "warning", ORDERS).await;
    let two = |i: &Value| i["members"].as_array().is_some_and(|members| members.len() == 2);
    let first = operate.incident("an incident with both alerts", two).await;
    operate.settled().await;
    let alert = first["members"][1]["alert"].clone();
    let detach = json!({ "command": "detach", "alert": alert, "reason": "a test" });
    let left = operate.command(&id(&first), detach).await;
    assert_eq!(left["members"][1]["detached"], true);
    let other = operate.incident("one of its own", |i| i["id"] != first["id"]).await;
    operate.settled().await;
    let alert = operate.ada.get(&format!("/alerts/{}", alert.as_str().unwrap())).await.is(200);
    assert_eq!(alert["incident"], other["id"]);

    // Neither a return nor a re-sent signal brings it back.
    operate.clears("SlowAnswers", "warning", ORDERS).await;
    operate.settled().await;
    operate.fires("SlowAnswers", "warning", ORDERS).await;
    operate.settled().await;
    let shown = operate.ada.get(&format!("/incidents/{}", id(&first))).await.is(200);
    assert_eq!(shown["members"][1]["detached"], true);
    assert_eq!(operate.ada.list("/incidents").await.len(), 2);
    operate.end().await;
}

/// R249: twenty alerts from one failed database with its dependants become one incident that
/// names the database first.
async fn twenty_alerts_of_one_failed_database_are_one_incident(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply_files(&sample_estate()).await;
    let mut alerts = vec![
        alert("CheckoutErrors", "critical", ("service", "checkout")),
        alert("CheckoutSlow", "warning", ("service", "checkout")),
        alert("OrdersErrors", "critical", ("service", "orders")),
        alert("OrdersSlow", "warning", ("service", "orders")),
        alert("OrdersQueueGrows", "warning", ("service", "orders")),
        alert("TicketsNotIssued", "critical", ("service", "ticket-issuing")),
        alert("TicketQueueGrows", "warning", ("service", "ticket-issuing")),
        alert("RefundsFail", "error", ("service", "refunds")),
        alert("LoyaltyErrors", "error", ("service", "loyalty")),
        alert("LoyaltySlow", "warning", ("service", "loyalty")),
        alert("DeskErrors", "error", ("service", "customer-desk")),
        alert("InvoicingStopped", "error", ("service", "invoicing")),
        alert("DatabaseDown", "critical", ("component", "orders-db")),
        alert("NoReplicas", "critical", ("component", "orders-db")),
        alert("ConnectionsExhausted", "error", ("component", "orders-db")),
        alert("WebShopErrors", "critical", ("service", "web-shop")),
        alert("WebShopSlow", "warning", ("service", "web-shop")),
        alert("AppErrors", "critical", ("service", "app-gateway")),
        alert("AppSlow", "warning", ("service", "app-gateway")),
        alert("CheckoutAbandoned", "warning", ("service", "checkout")),
    ];
    assert_eq!(alerts.len(), 20);
    // A few at a time, seconds apart, the database in the middle.
    while !alerts.is_empty() {
        let some: Vec<Value> = alerts.drain(..4).collect();
        operate.alerts(json!(some)).await;
        operate.settled().await;
        operate.pass(Duration::from_secs(5)).await;
    }
    let mut open = operate.ada.list("/incidents?open=true").await;
    // That no mail server is set up is an incident of its own.
    open.retain(|incident| incident["main_item"] != "service/operate");
    assert_eq!(open.len(), 1, "{open:#?}");
    let incident = operate.ada.get(&format!("/incidents/{}", id(&open[0]))).await.is(200);
    assert_eq!(incident["main_item"], "component/orders-db");
    assert_eq!(incident["title"], "DatabaseDown on orders-db");
    assert_eq!(incident["members"].as_array().map(Vec::len), Some(20));
    let reasoned = |member: &Value| member["reason"].as_str().is_some_and(|why| !why.is_empty());
    assert!(incident["members"].as_array().unwrap().iter().all(reasoned));
    assert_eq!(incident["team"], "team/platform");
    assert_eq!(incident["priority"], "P1");
    assert_eq!(incident["affected"]["usecases"], json!(["usecase/sell-tickets"]));
    operate.end().await;
}

async fn the_last_node_of_two_is_grave_however_long_ago_the_first_one_failed(place: Place) {
    let (mut operate, receiver) = open(&place).await;
    let queue = "
---
{apiVersion: operate/v1, kind: Component, metadata: {name: queue-1}, spec: {team: data}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: queue-2}, spec: {team: data}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: queue}, spec: {team: data,
 dependsOn: [{group: nodes, need: 1, of: [component/queue-1, component/queue-2]}]}}
---
{apiVersion: operate/v1, kind: UseCase, metadata: {name: invoicing},
 spec: {department: Sales, criticality: mission_critical, uses: [component/queue]}}
";
    operate.apply(&(shop(&receiver.url) + queue)).await;
    let fires = async |operate: &Operate, node: &str| {
        let mut fires = alert("Down", "error", ("component", node));
        fires["endsAt"] = json!(operate.world.now() + Duration::from_secs(7 * 86_400));
        operate.alerts(json!([fires])).await;
        operate.settled().await;
        let main = format!("component/{node}");
        operate.incident(node, |row| row["main_item"] == main.as_str()).await
    };
    assert_eq!(fires(&operate, "queue-1").await["priority"], "P3");
    operate.pass(Duration::from_secs(12 * 3_600)).await;
    operate.ada.sign_in().await;
    let second = fires(&operate, "queue-2").await;
    assert_eq!((&second["priority"], &second["number"]), (&json!("P1"), &json!(2)));
    operate.end().await;
}

async fn acknowledging_every_alert_takes_the_incident(place: Place) {
    let (operate, receiver) = open(&place).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let incident = id(&operate.incident("an incident", |_| true).await);
    operate.settled().await;
    let everybody = json!({ "command": { "command": "acknowledge" }, "filters": [{}] });
    operate.ada.post("/alerts/commands", everybody).await.is(200);
    let taken = operate.becomes(&incident, "it is taken", |it| !it["acknowledged_by"].is_null());
    let taken = taken.await;
    assert_eq!(taken["acknowledged_by"], "person:ada");
    assert_eq!(taken["assignee"], "person/ada");
    operate.pass(Duration::from_secs(1200)).await;
    operate.settled().await;
    assert_eq!(receiver.calls().len(), 1, "nobody is called after the answer");
    operate.end().await;
}
