//! Which alert rules are noise, and how much of what comes in reaches a person.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, conversations, shop};

conversations!(
    a_rule_is_reported_with_everything_that_came_of_it,
    a_report_is_narrowed_to_a_team_and_a_source,
);

const ORDERS: (&str, &str) = ("service", "orders");

async fn report(operate: &Operate, query: &str) -> Value {
    operate.settled().await;
    operate.ada.get(&format!("/reports/alerts?{query}")).await.is(200)
}

fn named<'r>(report: &'r Value, name: &str) -> &'r Value {
    let rules = report["rules"].as_array().unwrap();
    rules.iter().find(|rule| rule["name"] == name).expect("the rule fired")
}

/// Fires and clears an alert so many times, half a minute each.
async fn flaps(operate: &Operate, name: &str, severity: &str, times: usize) {
    for _ in 0..times {
        operate.fires(name, severity, ORDERS).await;
        operate.pass(Duration::from_secs(30)).await;
        operate.clears(name, severity, ORDERS).await;
        operate.pass(Duration::from_secs(30)).await;
    }
}

async fn a_rule_is_reported_with_everything_that_came_of_it(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    flaps(&operate, "Flapping", "info", 4).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let incident = operate.incident("it is opened", |row| row["members"][0] != Value::Null).await;
    let id = incident["id"].as_str().unwrap();
    // Who acknowledges before the page is started is not called.
    operate.settled().await;
    operate.command(id, json!({ "command": "acknowledge" })).await;
    let alert = &operate.ada.list("/alerts?q=Flapping").await[0];
    let path = format!("/alerts/{}/commands", alert["id"].as_str().unwrap());
    let vote = json!({ "command": "mark_not_useful", "reason": "flaps" });
    operate.ada.post(&path, vote).await.is(200);

    let report = report(&operate, "").await;
    let flapping = named(&report, "Flapping");
    assert_eq!(report["rules"][0], *flapping, "the noisiest comes first");
    assert_eq!((&flapping["fired"], &flapping["label_sets"]), (&json!(4), &json!(1)));
    assert_eq!(flapping["never_acknowledged_share"], 1.0);
    assert_eq!(flapping["without_action_share"], 1.0);
    assert_eq!(flapping["changes_per_hour"], 8);
    let median = flapping["median_seconds"].as_f64().unwrap();
    assert!((30.0..32.0).contains(&median), "half a minute each: {median}");
    assert_eq!(flapping["offenders"][0]["alert"], alert["id"]);
    assert_eq!(
        (&flapping["tuning"]["votes"], &flapping["tuning"]["noisy"]),
        (&json!(1), &json!(false))
    );
    let grave = named(&report, "HighErrorRate");
    assert_eq!((&grave["never_acknowledged"], &grave["incidents"]), (&json!(0), &json!([id])));
    let totals = &report["totals"];
    assert_eq!((&totals["signals"], &totals["fired"]), (&json!(9), &json!(5)));
    assert_eq!((&totals["incidents"], &totals["pages"]), (&json!(1), &json!(1)));
    assert_eq!(totals["pages_share"], json!(1.0 / 9.0));
    let days = report["per_day"].as_array().unwrap();
    assert_eq!(days.last().unwrap()["signals"], 9);
    operate.end().await;
}

async fn a_report_is_narrowed_to_a_team_and_a_source(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&shop("http://127.0.0.1:9")).await;
    flaps(&operate, "Flapping", "info", 1).await;
    let known = report(&operate, "").await;
    let source = known["rules"][0]["source"].as_str().unwrap().to_owned();
    assert_eq!(report(&operate, &format!("source={source}")).await["totals"]["fired"], 1);
    let other = report(&operate, "source=nobody").await;
    assert_eq!((&other["totals"]["fired"], &other["totals"]["signals"]), (&json!(0), &json!(0)));
    let alert = &operate.ada.list("/alerts/history").await[0];
    let team = alert["team"].as_str().unwrap();
    let of_team = report(&operate, &format!("team={team}")).await;
    assert_eq!(of_team["totals"]["fired"], 1);
    assert_eq!(of_team["totals"]["fired_share"], Value::Null, "signals belong to no team");
    assert_eq!(report(&operate, "team=team/nobody").await["totals"]["fired"], 0);
    let wrong = "from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z";
    operate.ada.get(&format!("/reports/alerts?{wrong}")).await.problem(422);
    operate.end().await;
}
