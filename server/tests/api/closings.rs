//! What contracts count of an outage, item by item, and what becomes of months that were closed.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::contracts::{CONTRACTS, DAY, start, two_outages};
use crate::world::{Operate, alert, conversations, estate_files, shop};

conversations!(
    two_nodes_that_fail_one_after_another_cost_the_time_in_which_both_were_away,
    a_closed_month_is_verified_and_what_changed_is_named,
    what_was_closed_of_a_deleted_contract_is_kept,
    what_a_missed_heartbeat_watches_is_unknown,
    terms_that_have_begun_are_not_changed_without_a_word,
);

/// A service that needs one of two nodes.
const PAIR: &str = "
---
{apiVersion: operate/v1, kind: Component, metadata: {name: n1}, spec: {team: shop}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: n2}, spec: {team: shop}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: pair},
 spec: {team: shop, dependsOn: [{group: nodes, need: 1, of: [component/n1, component/n2]}]}}
---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: pair},
 spec: {type: ola, provider: team/data, consumer: team/shop, scope: [service/pair],
  start: '2026-02-28T23:00:00Z', terms: [{availability: {target: 99.9}}]}}
";

fn text() -> String {
    format!("{}{CONTRACTS}{PAIR}", shop("http://127.0.0.1:9"))
}

async fn report(operate: &Operate, contract: &str) -> Value {
    operate.ada.get(&format!("/contracts/{contract}/report?period=2026-03")).await.is(200)
}

fn minutes(report: &Value, figure: &str) -> f64 {
    (report["figures"][figure].as_f64().unwrap() / 60.0).round()
}

/// A node that is down until its source says otherwise.
async fn fires_long(operate: &Operate, node: (&str, &str)) {
    let mut down = alert("NodeDown", "critical", node);
    down["endsAt"] = json!(operate.world.now() + DAY);
    operate.alerts(json!([down])).await;
}

async fn two_nodes_that_fail_one_after_another_cost_the_time_in_which_both_were_away(place: Place) {
    let operate = start(&place).await;
    operate.apply(&text()).await;
    let (n1, n2) = (("component", "n1"), ("component", "n2"));
    fires_long(&operate, n1).await;
    operate.incident("it opens", |row| row["title"] != json!("")).await;
    operate.pass(Duration::from_secs(240)).await;
    fires_long(&operate, n2).await;
    operate
        .until("both nodes are in incidents", async || {
            let hit = operate.ada.list("/incidents").await;
            hit.iter().any(|row| row.to_string().contains("component/n2")).then_some(())
        })
        .await;
    operate.pass(Duration::from_secs(3_600)).await;
    operate.clears("NodeDown", "critical", n1).await;
    operate.pass(Duration::from_secs(4 * 3_600)).await;
    operate.clears("NodeDown", "critical", n2).await;
    operate.pass(Duration::from_secs(120)).await;
    operate.settled().await;
    let told = report(&operate, "pair").await;
    assert_eq!(minutes(&told, "down_seconds"), 60.0, "{}", told["figures"]["lines"]);
    let lines = told["figures"]["lines"].to_string();
    assert!(lines.contains("service/pair needs component/n1"), "{lines}");
    assert!(lines.contains("redundancy carried service/pair"), "{lines}");
    operate.end().await;
}

async fn closed(place: &Place) -> Operate {
    let mut operate = start(place).await;
    two_outages(&operate).await;
    operate.pass(DAY * 31).await;
    operate.ada.sign_in().await;
    let body = json!({ "period": "2026-03" });
    operate.ada.post("/contracts/web/close", body).await.is(200);
    operate
}

async fn a_closed_month_is_verified_and_what_changed_is_named(place: Place) {
    let operate = closed(&place).await;
    let verify = async || operate.ada.get("/contracts/web/verify?period=2026-03").await;
    let same = verify().await.is(200);
    assert_eq!((&same["same_figures"], &same["kept"]), (&json!(true), &json!("intact")));
    assert_eq!(same["inputs"], json!([]));
    let incident = operate.ada.list("/incidents?sort=opened_at").await.remove(0);
    let id = incident["id"].as_str().unwrap();
    let earlier = json!({ "command": "set_time", "which": "restored", "reason": "the probe slept",
        "at": "2026-03-01T13:00:00Z" });
    operate.command(id, earlier).await;
    let other = verify().await.is(200);
    assert_eq!((&other["same_figures"], &other["kept"]), (&json!(false), &json!("intact")));
    assert!(other["figures"].to_string().contains("down"), "{other}");
    assert_eq!(other["inputs"][0]["part"], "incidents");
    operate.ada.get("/contracts/counter/verify?period=2026-03").await.problem(422);
    operate.end().await;
}

async fn what_was_closed_of_a_deleted_contract_is_kept(place: Place) {
    let operate = closed(&place).await;
    let before = report(&operate, "web").await;
    let whole = format!("{}{CONTRACTS}", shop("http://127.0.0.1:9"));
    let left = whole.split("---").filter(|part| !part.contains("metadata: {name: web,"));
    let left = left.collect::<Vec<_>>().join("---");
    let mut files = estate_files(&[("estate.yaml".to_owned(), left)]);
    files["prune"] = json!(true);
    let plan = operate.ada.post("/estate/apply", files).await.is(200);
    assert_eq!(plan["errors"], json!([]));
    operate.ada.get("/contracts/web").await.problem(404);
    let kept = report(&operate, "web").await;
    assert_eq!((&kept["figures"], &kept["title"]), (&before["figures"], &json!("The web shop")));
    assert_eq!((&kept["allowed"], &kept["closed"]["revision"]), (&json!([]), &json!(1)));
    let newest = operate.ada.get("/contracts/web/report").await.is(200);
    assert_eq!(newest["figures"]["period"]["name"], "2026-03");
    let other = operate.ada.get("/contracts/web/report?period=2026-04").await.problem(422);
    assert!(other.to_string().contains("2026-03"), "{other}");
    let csv = operate.ada.get("/contracts/web/report.csv?period=2026-03").await;
    assert!(csv.text.contains("web,2026-03,down_seconds"), "{}", csv.text);
    operate.end().await;
}

async fn what_a_missed_heartbeat_watches_is_unknown(place: Place) {
    let operate = start(&place).await;
    let blind = operate.ada.get("/contracts/counter").await.is(200);
    assert_eq!(blind["unobserved"], json!(["service/checkout"]), "no alert ever came");
    let plan = json!({ "interval_seconds": 60, "watches": ["component/orders-db"] });
    let body = json!({ "name": "prometheus", "plan": plan });
    operate.ada.post("/heartbeats", body).await.is(201);
    let ping = "/heartbeats/prometheus/ping";
    operate.ada.post(ping, json!({})).await.is(200);
    operate.pass(Duration::from_secs(3_600)).await;
    operate.settled().await;
    operate
        .until("it is missed", async || {
            let told = operate.ada.get("/heartbeats/prometheus").await.is(200);
            (told["stage"] == "overdue").then_some(())
        })
        .await;
    operate.ada.post(ping, json!({})).await.is(200);
    let told = report(&operate, "web").await;
    assert_eq!(minutes(&told, "unknown_seconds"), 60.0, "{}", told["figures"]);
    assert!(told["figures"]["lines"].to_string().contains("heartbeat prometheus was missed"));
    let seen = operate.ada.get("/contracts/counter").await.is(200);
    assert_eq!(seen["unobserved"], json!([]), "a heartbeat watches what it needs");
    operate.end().await;
}

async fn terms_that_have_begun_are_not_changed_without_a_word(place: Place) {
    let mut operate = start(&place).await;
    operate.pass(DAY * 40).await;
    operate.ada.sign_in().await;
    let whole = format!("{}{CONTRACTS}", shop("http://127.0.0.1:9"));
    let plan = async |text: String| {
        let files = estate_files(&[("estate.yaml".to_owned(), text)]);
        operate.ada.post("/estate/plan", files).await.is(200)["warnings"].clone()
    };
    assert_eq!(plan(whole.clone()).await, json!([]));
    let told = plan(whole.replace("until: '18:00'", "until: '20:00'")).await;
    assert_eq!(told[0]["item"], "servicecontract/counter");
    assert!(told[0]["text"].as_str().unwrap().contains("changes 1 past period"), "{told}");
    operate.end().await;
}
