//! What objectives count and leave out: exempt work, agreed hours, corrections; and indicators
//! from Operate's own records.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::contracts::{start, two_outages};
use crate::world::{Operate, conversations};

conversations!(
    what_a_contract_exempts_leaves_the_budget_with_its_reason,
    availability_and_clocks_are_indicators_of_a_contract,
);

/// The first terms exempt maintenance that was approved and announced.
const EXCLUDED: &str = "
{apiVersion: operate/v1, kind: MaintenanceWindow, metadata: {name: disks},
 spec: {items: [component/orders-db], reason: new disks, announced: '2026-02-01T00:00:00Z',
  approvedBy: ada, windows: [{start: '2026-03-01T10:00:00Z', end: '2026-03-01T10:30:00Z'}]}}
---
{apiVersion: operate/v1, kind: MaintenanceWindow, metadata: {name: late},
 spec: {items: [component/orders-db], reason: a quick look, approvedBy: ada,
  windows: [{start: '2026-03-01T10:40:00Z', end: '2026-03-01T10:45:00Z'}]}}
---
{apiVersion: operate/v1, kind: Objective, metadata: {name: quick, title: Quick answers},
 spec: {item: service/checkout, target: 99, window: {calendar: month},
  indicator: {description: answers within 300 ms},
  exclude: {contract: web, times: [{start: '2026-03-01T11:00:00Z', end: '2026-03-01T11:10:00Z',
   reason: the probe was broken, approvedBy: ada}]}}}
";

async fn objective(operate: &Operate, name: &str) -> Value {
    operate.ada.get(&format!("/objectives/{name}")).await.is(200)
}

/// Reasons, minutes, events and bad ones of what was left out.
fn left_out(excluded: &Value) -> Vec<(String, f64, f64, f64)> {
    let one = |left: &Value| {
        let number = |field: &str| left[field].as_f64().unwrap();
        let why = left["why"].as_str().unwrap().to_owned();
        (why, number("seconds") / 60.0, number("total"), number("bad"))
    };
    excluded.as_array().unwrap().iter().map(one).collect()
}

async fn what_a_contract_exempts_leaves_the_budget_with_its_reason(place: Place) {
    let operate = start(&place).await;
    operate.apply(EXCLUDED).await;
    // From ten to noon each minute a hundred events; they fail from ten to a quarter past eleven.
    let minute = |at: i64| {
        let good = if at < 75 { 0 } else { 100 };
        let at = format!("2026-03-01T{:02}:{:02}:00Z", 10 + at / 60, at % 60);
        json!({ "at": at, "good": good, "total": 100 })
    };
    let minutes: Vec<Value> = (0..120).map(minute).collect();
    let body = json!({ "minutes": minutes });
    operate.ada.post("/objectives/quick/counts", body).await.is(200);
    operate.pass(Duration::from_secs(120)).await;
    let told = objective(&operate, "quick").await;
    // 120 minutes less thirty and ten; of the 75 that failed 35 are left.
    assert_eq!((&told["total"], &told["bad"]), (&json!(8_000.0), &json!(3_500.0)), "{told}");
    let expected = [
        ("planned work: new disks".to_owned(), 30.0, 3_000.0, 3_000.0),
        ("the probe was broken".to_owned(), 10.0, 1_000.0, 1_000.0),
    ];
    assert_eq!(left_out(&told["excluded"]), expected, "what was not announced counts");
    assert_eq!(told["excluded"][0]["by"], "maintenancewindow/disks");
    // The month says the same.
    let months = operate.ada.get("/objectives/quick/periods").await.is(200);
    let month = &months["items"][0];
    assert_eq!((&month["total"], &month["bad"]), (&json!(8_000.0), &json!(3_500.0)), "{month}");
    assert_eq!(left_out(&month["excluded"]), expected);
    // A window that is taken back after it ran still leaves what it exempted.
    let over = "/estate/items/maintenancewindow/disks/take-over";
    operate.ada.post(over, json!({})).await.is(204);
    operate.ada.delete("/estate/items/maintenancewindow/disks").await.is(204);
    operate.settled().await;
    assert_eq!(objective(&operate, "quick").await["bad"], json!(3_500.0));
    // Hours that no contract names are refused with the field.
    let wrong = "{apiVersion: operate/v1, kind: Objective, metadata: {name: odd},
        spec: {item: service/checkout, target: 99, indicator: {},
         exclude: {outsideHours: true}}}";
    let body = crate::world::estate_files(&[("odd.yaml".to_owned(), wrong.to_owned())]);
    let refused = operate.ada.post("/estate/plan", body).await;
    assert!(refused.text.contains("spec.exclude.outsideHours"), "{}", refused.text);
    operate.end().await;
}

/// Nobody is told of burns: that opens incidents, whose clocks count as well.
const RECORDED: &str = "
{apiVersion: operate/v1, kind: Objective, metadata: {name: there, title: Checkout is there},
 spec: {item: service/checkout, target: 99, indicator: {records: availability},
  alerts: {page: false, ticket: false}, window: {calendar: month}}}
---
{apiVersion: operate/v1, kind: Objective, metadata: {name: back, title: Back in time},
 spec: {item: service/checkout, target: 90, indicator: {records: restore, contract: web},
  alerts: {page: false, ticket: false}, window: {calendar: month}}}
---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: web, title: The web shop},
 spec: {type: sla, provider: team/shop, consumer: usecase/buy, scope: [service/checkout],
  start: '2026-02-28T23:00:00Z',
  terms: [{availability: {target: 99.9}, objectives: [there, back],
   clocks: [{clock: restore, targets: {P1: 1h, P2: 1h, P3: 1h, P4: 1h, P5: 1h}}]}]}}
";

async fn availability_and_clocks_are_indicators_of_a_contract(place: Place) {
    let operate = start(&place).await;
    operate.apply(RECORDED).await;
    two_outages(&operate).await;
    operate.pass(Duration::from_secs(180)).await;
    let counted = |name: &'static str, bad: f64| {
        let operate = &operate;
        async move {
            let what = format!("{name} has {bad} bad");
            let ask = async || {
                let told = objective(operate, name).await;
                (told["bad"].as_f64() == Some(bad)).then_some(told)
            };
            operate.until(&what, ask).await
        }
    };
    // Two hours, and half an hour; each clock counts once, and one of two was late.
    let there = counted("there", 150.0).await;
    let total = there["total"].as_f64().unwrap();
    assert!(total > 1_800.0, "minutes since the month began: {total}");
    let back = counted("back", 1.0).await;
    assert_eq!((&back["total"], &back["sli"]), (&json!(2.0), &json!(0.5)), "{back}");
    let report = operate.ada.get("/contracts/web/report?period=2026-03").await.is(200);
    let named = |row: &Value| (row["objective"].clone(), row["bad"].clone());
    let rows: Vec<(Value, Value)> =
        report["figures"]["performance"].as_array().unwrap().iter().map(named).collect();
    let expected =
        [(json!("objective/back"), json!(1.0)), (json!("objective/there"), json!(150.0))];
    assert_eq!(rows, expected);
    // Nobody pushes what is on record.
    let body = json!({ "minutes": [{ "at": "2026-03-01T12:00:00Z", "good": 1, "total": 1 }] });
    let refused = operate.ada.post("/objectives/there/counts", body).await.problem(409);
    assert_eq!(refused["type"], "recorded");
    // It was back ninety minutes earlier: what it cost is given back.
    let first = operate.ada.list("/incidents?sort=opened_at").await.remove(0);
    let correct = json!({ "command": "set_time", "which": "restored",
        "at": "2026-03-01T12:30:00Z", "reason": "the provider says so" });
    operate.command(first["id"].as_str().unwrap(), correct).await;
    operate.settled().await;
    operate.pass(Duration::from_secs(120)).await;
    counted("there", 60.0).await;
    operate.end().await;
}
