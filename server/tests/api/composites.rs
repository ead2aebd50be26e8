//! Objectives that are composed of others: they follow their parts, restate with them, burn, and
//! are promised in contracts as any other.

use std::time::Duration;

use kernel::Time;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::contracts::{count, start};
use crate::world::{Operate, conversations, estate_files};

conversations!(
    a_composite_follows_its_parts_and_restates_with_them,
    what_is_composed_otherwise_is_reckoned_anew,
    parts_that_are_judged_by_slices_say_what_their_slices_do,
);

const PARTS: &str = "
{apiVersion: operate/v1, kind: Objective, metadata: {name: fast, title: Quick answers},
 spec: {item: service/checkout, target: 90, indicator: {}, alerts: {page: false, ticket: false}}}
---
{apiVersion: operate/v1, kind: Objective, metadata: {name: right, title: Right answers},
 spec: {item: service/checkout, target: 99, indicator: {}, alerts: {page: false, ticket: false}}}
---
{apiVersion: operate/v1, kind: Objective, metadata: {name: above, title: The shop},
 spec: {item: service/checkout, target: 90, alerts: {page: false, ticket: false},
  indicator: {parts: [{objective: both}]}}}
";

/// The same parts by weight, and all at once.
fn composites(weight: u8) -> String {
    format!(
        "{PARTS}---
{{apiVersion: operate/v1, kind: Objective, metadata: {{name: both, title: Good answers}},
 spec: {{item: service/checkout, target: 99, alerts: {{page: false, ticket: false}},
  indicator: {{parts: [{{objective: fast, weight: {weight}}}, {{objective: right}}]}}}}}}
---
{{apiVersion: operate/v1, kind: Objective, metadata: {{name: every, title: All at once}},
 spec: {{item: service/checkout, target: 99,
  indicator: {{combine: all, parts: [{{objective: fast}}, {{objective: right}}]}}}}}}
---
{{apiVersion: operate/v1, kind: ServiceContract, metadata: {{name: whole, title: The whole}},
 spec: {{type: sla, provider: team/shop, consumer: usecase/buy, scope: [service/checkout],
  start: '2026-02-28T23:00:00Z',
  terms: [{{availability: {{target: 99.9}}, objectives: [both]}}]}}}}"
    )
}

async fn objective(operate: &Operate, name: &str) -> Value {
    operate.ada.get(&format!("/objectives/{name}")).await.is(200)
}

/// Waits until so much of an objective is good, in thousandths.
async fn reaches(operate: &Operate, name: &str, good: u32) -> Value {
    let what = format!("{name} is good for {good} of 1000");
    let ask = async || {
        let told = objective(operate, name).await;
        let share = told["sli"].as_f64()?;
        ((share * 1e9).round() == f64::from(good) * 1e6).then_some(told)
    };
    operate.until(&what, ask).await
}

/// Ten minutes, all of them the same.
async fn ten_minutes(operate: &Operate, (name, from): (&str, Time), good: u64) {
    count(operate, name, &from.to_string(), &[(good, 100); 10]).await;
}

/// The first of the ten minutes before the present one.
fn ten_minutes_ago(operate: &Operate) -> Time {
    let minute = operate.world.now().micros().div_euclid(60_000_000);
    Time::from_micros((minute - 10) * 60_000_000)
}

async fn a_composite_follows_its_parts_and_restates_with_them(place: Place) {
    let operate = start(&place).await;
    operate.apply(&composites(3)).await;
    let from = ten_minutes_ago(&operate);
    ten_minutes(&operate, ("fast", from), 100).await;
    ten_minutes(&operate, ("right", from), 80).await;
    operate.pass(Duration::from_secs(120)).await;
    let both = reaches(&operate, "both", 950).await;
    let figures = (&both["total"], &both["bad"], &both["counts_time"], &both["state"]);
    assert_eq!(figures, (&json!(600.0), &json!(30.0), &json!(true), &json!("freeze")));
    let indicator = both["explained"]["indicator"].as_str().unwrap();
    assert!(indicator.starts_with("The mean of what is good by weight: Quick"), "{indicator}");
    let part = |part: &Value| (part["name"].clone(), part["weight"].clone(), part["sli"].clone());
    let parts: Vec<_> = both["parts"].as_array().unwrap().iter().map(part).collect();
    let expected =
        [(json!("fast"), json!(3.0), json!(1.0)), (json!("right"), json!(1.0), json!(0.8))];
    assert_eq!(parts, expected);
    assert_eq!(both["parts"][0]["weight_share"], 0.75);
    assert_eq!(both["part_of"][0]["name"], "above");
    // What is composed of a composite is there in the same round.
    assert_eq!(reaches(&operate, "above", 950).await["parts"][0]["name"], "both");
    let right = objective(&operate, "right").await;
    let within: Vec<&str> = right["part_of"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| of["name"].as_str().unwrap())
        .collect();
    assert_eq!(within, ["both", "every"]);
    // 80 % is less than 99 %: each minute is bad, and somebody is called.
    let every = reaches(&operate, "every", 0).await;
    assert_eq!(every["parts"][0]["weight_share"], Value::Null, "weights do not count");
    operate
        .until("it burns", async || {
            (objective(&operate, "every").await["burning"] == "page").then_some(())
        })
        .await;
    operate
        .until("somebody is called", async || {
            let alerts = operate.ada.list("/alerts?q=every").await;
            alerts.iter().any(|alert| alert["name"] == "ErrorBudgetBurn").then_some(())
        })
        .await;
    let months = operate.ada.get("/objectives/both/periods").await.is(200);
    let month = &months["items"][0];
    assert_eq!((&month["total"], &month["reached_percent"]), (&json!(10.0), &json!(95.0)));
    let report = operate.ada.get("/contracts/whole/report?period=2026-03").await.is(200);
    assert_eq!(report["figures"]["performance"][0]["reached_percent"], 95.0);
    // Late counts of a part restate it, and all above it.
    ten_minutes(&operate, ("right", from), 100).await;
    operate.pass(Duration::from_secs(60)).await;
    for name in ["both", "above", "every"] {
        reaches(&operate, name, 1_000).await;
    }
    let raw = operate.ada.get(&format!("/objectives/both/minutes?from={from}")).await.is(200);
    assert_eq!(raw["minutes"].as_array().unwrap().len(), 10);
    // Its counts are its parts'.
    let body = json!({ "minutes": [{ "at": "2026-03-01T12:00:00Z", "good": 1, "total": 1 }] });
    let refused = operate.ada.post("/objectives/both/counts", body).await.problem(409);
    assert_eq!(refused["type"], "composed");
    let refused = operate.ada.post("/objectives/both/ask-anew", json!({})).await.problem(409);
    assert_eq!(refused["type"], "composed");
    operate.end().await;
}

async fn what_is_composed_otherwise_is_reckoned_anew(place: Place) {
    let operate = start(&place).await;
    operate.apply(&composites(3)).await;
    let from = ten_minutes_ago(&operate);
    ten_minutes(&operate, ("fast", from), 100).await;
    ten_minutes(&operate, ("right", from), 80).await;
    operate.pass(Duration::from_secs(120)).await;
    reaches(&operate, "above", 950).await;
    operate.apply(&composites(1)).await;
    operate.pass(Duration::from_secs(60)).await;
    reaches(&operate, "both", 900).await;
    reaches(&operate, "above", 900).await;
    // With a part of which nothing is known no minute is known to be good.
    let more = composites(1)
        .replace("combine: all, parts: [", "combine: all, parts: [{objective: more}, ")
        + "\n---\n{apiVersion: operate/v1, kind: Objective, metadata: {name: more},
 spec: {item: service/checkout, target: 90, indicator: {}}}";
    ten_minutes(&operate, ("right", from), 100).await;
    operate.pass(Duration::from_secs(60)).await;
    reaches(&operate, "every", 1_000).await;
    operate.apply(&more).await;
    operate.pass(Duration::from_secs(60)).await;
    let unknown = async |name: &str| {
        let what = format!("nothing is known of {name}");
        let ask = async || (objective(&operate, name).await["state"] == "unknown").then_some(());
        operate.until(&what, ask).await;
    };
    unknown("every").await;
    // What counts for itself has nothing left of what it was composed of.
    let own = more.replace("{parts: [{objective: both}]}", "{}");
    operate.apply(&own).await;
    operate.pass(Duration::from_secs(60)).await;
    unknown("above").await;
    ten_minutes(&operate, ("above", from), 50).await;
    assert_eq!(reaches(&operate, "above", 500).await["total"], 1_000.0);
    // A circle is refused with the way that leads back.
    let circle = more.replace("{objective: right}]", "{objective: above}]");
    let files = estate_files(&[("estate.yaml".to_owned(), circle)]);
    let refused = operate.ada.post("/estate/plan", files).await;
    let way = "this leads back: objective/above names objective/both";
    assert!(refused.text.contains(way), "{}", refused.text);
    operate.end().await;
}

async fn parts_that_are_judged_by_slices_say_what_their_slices_do(place: Place) {
    let operate = start(&place).await;
    let sliced = "
{apiVersion: operate/v1, kind: Objective, metadata: {name: slices},
 spec: {item: service/checkout, target: 90, indicator: {}, method: timeslices,
  slice: {length: 5m, target: 95}, exclude: {times: [{start: '2026-03-01T10:09:00Z',
   end: '2026-03-01T10:10:00Z', reason: the probe was broken}]}}}
---
{apiVersion: operate/v1, kind: Objective, metadata: {name: of-slices},
 spec: {item: service/checkout, target: 90, window: {calendar: month},
  indicator: {parts: [{objective: slices}]}}}";
    operate.apply(sliced).await;
    // 96 % of the first five minutes, 90 % of the next four; what comes then does not count.
    let minutes = [&[(80, 100)][..], &[(100, 100); 4], &[(90, 100); 4], &[(0, 9)]].concat();
    count(&operate, "slices", "2026-03-01T10:00:00Z", &minutes).await;
    operate.pass(Duration::from_secs(120)).await;
    let told = operate
        .until("it is reckoned", async || {
            let told = objective(&operate, "of-slices").await;
            (told["total"] == 540.0).then_some(told)
        })
        .await;
    assert_eq!(told["bad"], 240.0, "{told}");
    let part = objective(&operate, "slices").await;
    assert_eq!((&part["total"], &part["bad"]), (&told["total"], &told["bad"]));
    operate.end().await;
}
