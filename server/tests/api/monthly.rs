//! A month of a product: every figure is that of another report, beside the month before; targets
//! of objectives with their history; what a spent budget forbids.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::contracts::{CHECKED, DAY, count, start, two_outages};
use crate::world::{Operate, conversations};

conversations!(
    a_month_is_told_beside_the_month_before_with_the_figures_of_the_other_reports,
    a_month_comes_as_a_table_and_what_is_no_month_is_refused,
    a_month_of_a_product_comes_by_mail_when_it_is_over,
    a_target_keeps_who_changed_it_and_why_also_when_it_is_said_later,
    past_months_are_judged_by_the_target_that_held_then,
    a_spent_budget_lets_nothing_out_and_leaves_the_agreed_state,
);

const MINUTE: Duration = Duration::from_secs(60);

async fn month(operate: &Operate, query: &str) -> Value {
    let path = format!("/reports/monthly?item=service/checkout&time_zone=Europe/Berlin{query}");
    operate.ada.get(&path).await.is(200)
}

/// A figure of the month, and of the month before.
fn key(report: &Value, name: &str) -> (Option<f64>, Option<f64>) {
    let rows = report["key"].as_array().expect("figures");
    let row = rows.iter().find(|row| row["name"] == name);
    let row = row.unwrap_or_else(|| panic!("no {name} in {report}"));
    (row["is"].as_f64(), row["was"].as_f64())
}

async fn a_month_is_told_beside_the_month_before_with_the_figures_of_the_other_reports(
    place: Place,
) {
    let mut operate = start(&place).await;
    two_outages(&operate).await;
    operate.pass(DAY * 31).await;
    operate.ada.sign_in().await;
    let march = month(&operate, "&month=2026-03").await;
    assert_eq!(month(&operate, "").await["month"]["name"], "2026-03", "the last that is over");
    assert_eq!((&march["title"], &march["after"]), (&json!("checkout"), &json!("2026-04")));
    assert_eq!(key(&march, "incidents_opened"), (Some(2.0), Some(0.0)));
    assert_eq!(key(&march, "contracts_missed"), (Some(2.0), Some(0.0)));
    assert_eq!(key(&march, "down").0.map(|s| (s / 60.0).round()), Some(150.0));
    assert_eq!(key(&march, "failures"), (Some(2.0), Some(0.0)));

    // The same numbers as the reports that it is drawn from.
    let times = "/reports/times?from=2026-02-28T23:00:00Z&to=2026-03-31T22:00:00Z";
    let times = operate.ada.get(times).await.is(200);
    assert_eq!(march["month"]["times"], times, "nothing else happened in this estate");
    let restore = times["figures"].as_array().unwrap().iter().find(|f| f["name"] == "restore");
    let restore = restore.unwrap();
    assert_eq!(key(&march, "restore_median").0, restore["median_seconds"].as_f64());
    assert_eq!(key(&march, "restore_p90").0, restore["p90_seconds"].as_f64());
    let rules = "/reports/alerts?from=2026-02-28T23:00:00Z&to=2026-03-31T22:00:00Z";
    let rules = operate.ada.get(rules).await.is(200);
    assert_eq!(key(&march, "alerts_fired").0, rules["totals"]["fired"].as_f64());
    let load = "/reports/load?from=2026-02-28T23:00:00Z&to=2026-03-31T22:00:00Z";
    assert_eq!(march["month"]["load"], operate.ada.get(load).await.is(200));
    let kept = operate.ada.get("/contracts/web/report?period=2026-03").await.is(200);
    let contracts = march["month"]["contracts"].as_array().unwrap();
    let of_march = |row: &&Value| {
        row["contract"] == "servicecontract/web" && row["period"]["name"] == "2026-03"
    };
    let web = contracts.iter().find(of_march).unwrap();
    assert_eq!(web["measured_percent"], kept["figures"]["measured_percent"]);
    assert_eq!((&web["closed"], &web["credit_percent"]), (&json!(false), &json!(10.0)));

    is_the_same_as_a_series(&operate, (&march, restore)).await;

    let close = json!({ "period": "2026-03", "note": "" });
    operate.ada.post("/contracts/web/close", close).await.is(200);
    let closed = month(&operate, "&month=2026-03").await;
    let is_closed = |row: &&Value| row["closed"] == true;
    assert_eq!(
        closed["month"]["contracts"].as_array().unwrap().iter().filter(is_closed).count(),
        1
    );

    operate.end().await;
}

/// The month as a step of a series has the same figures.
async fn is_the_same_as_a_series(operate: &Operate, (march, restore): (&Value, &Value)) {
    let series = "/reports/series?step=month&from=2026-03-15T00:00:00Z&to=2026-03-16T00:00:00Z\
                  &item=service/checkout&time_zone=Europe/Berlin";
    let drawn = operate.ada.get(series).await.is(200);
    let value = |name: &str| {
        let lines = drawn["measures"].as_array().unwrap();
        lines.iter().find(|line| line["name"] == name).unwrap()["values"][0].as_f64()
    };
    assert_eq!(drawn["steps"][0]["from"], march["month"]["from"], "the month that holds it");
    for name in ["incidents_opened", "restore_median", "restore_p90", "down", "mtbf", "failures"] {
        assert_eq!((name, value(name)), (name, key(march, name).0));
    }
    assert_eq!(value("restore_mean"), restore["mean_seconds"].as_f64());
    let csv = operate.ada.get(&format!("{series}&format=csv")).await.text;
    assert!(csv.starts_with("from,to,incidents_opened,"), "{csv}");
    assert!(csv.contains("2026-02-28T23:00:00Z,2026-03-31T22:00:00Z,2,"), "{csv}");
    operate.ada.get("/reports/series?from=2024-01-01T00:00:00Z").await.problem(422);
}

async fn a_month_comes_as_a_table_and_what_is_no_month_is_refused(place: Place) {
    let mut operate = start(&place).await;
    two_outages(&operate).await;
    operate.pass(DAY * 31).await;
    operate.ada.sign_in().await;
    let path = "/reports/monthly.csv?item=service/checkout&month=2026-03&time_zone=Europe/Berlin";
    let csv = operate.ada.get(path).await.text;
    assert!(csv.starts_with("item,figure,unit,2026-03,n,2026-02,n_before,notable"), "{csv}");
    assert!(csv.contains("service/checkout,incidents_opened,count,2,,0,,"), "{csv}");
    let april = month(&operate, "&month=2026-04").await;
    assert_eq!((&april["month"]["provisional"], &april["after"]), (&json!(true), &Value::Null));
    assert_eq!(key(&april, "incidents_opened"), (Some(0.0), Some(2.0)));
    for (wrong, field) in [
        ("item=team/shop", "item"),
        ("item=service/checkout&month=march", "month"),
        ("item=service/checkout&month=2027-01", "month"),
        ("item=service/checkout&time_zone=Nowhere", "time_zone"),
    ] {
        let refused = operate.ada.get(&format!("/reports/monthly?{wrong}")).await.problem(422);
        assert_eq!(refused["field"], field, "{wrong}");
    }
    operate.end().await;
}

async fn a_month_of_a_product_comes_by_mail_when_it_is_over(place: Place) {
    let operate = start(&place).await;
    let mail = |every: &str, product: &str| {
        json!([{ "name": "Shop", "every": every, "recipients": ["ada@example.org"],
            "products": [product] }])
    };
    let put = async |body: Value| operate.ada.put("/settings/report-mails", body, None).await;
    put(mail("weekly", "product/shop")).await.problem(422);
    put(mail("monthly", "product/none")).await.problem(422);
    put(mail("monthly", "product/shop")).await.is(200);
    // It is the first of March, half a day after midnight: the report is that of February.
    operate.pass(MINUTE).await;
    let sent = async || {
        let rows = operate.ada.list("/outbox?state=dead").await;
        rows.into_iter().find(|row| row["target"] == "ada@example.org")
    };
    operate.until("it is tried", sent).await;
    let sql = "SELECT COUNT(*) AS n FROM outbox WHERE body LIKE \
               '%Shop: the month of one product%' AND body LIKE '%Shop: 2026-02%'";
    assert_eq!(operate.count(sql).await, 1);
    operate.end().await;
}

/// An objective with this target.
fn objective(target: &str) -> String {
    format!(
        "{{apiVersion: operate/v1, kind: Objective, metadata: {{name: orders, title: Orders}},
         spec: {{item: service/checkout, indicator: {{cycle: order}}, target: {target}}}}}"
    )
}

async fn targets(operate: &Operate) -> Vec<Value> {
    operate.ada.list("/objectives/orders/targets").await
}

async fn a_target_keeps_who_changed_it_and_why_also_when_it_is_said_later(place: Place) {
    let operate = start(&place).await;
    operate.apply(&objective("99")).await;
    operate.pass(MINUTE).await;
    let files = |target: &str| json!([{ "name": "a.yaml", "text": objective(target) }]);
    let decided = "Review of 2 March";
    let why = json!({ "decided": decided, "reason": " it was easy ", "improvements": ["#7"] });
    let body = json!({ "files": files("99.9"), "decision": why });
    operate.ada.post("/estate/apply", body).await.is(200);
    let held = targets(&operate).await;
    let said = |held: &Value| (held["target"].as_f64().unwrap(), held["reason"].clone());
    assert_eq!(said(&held[0]), (99.9, json!("it was easy")));
    assert_eq!(said(&held[1]), (99.0, json!("")), "no reason was given");
    assert_eq!((&held[0]["decided"], &held[0]["by"]), (&json!(decided), &json!("person:ada")));
    assert_eq!((&held[1]["until"], &held[0]["until"]), (&held[0]["from"], &Value::Null));

    let first = format!("/objectives/orders/targets/{}", held[1]["from"].as_str().unwrap());
    let say = |improvement: &str| json!({ "reason": "a start", "improvements": [improvement] });
    operate.ada.put(&first, say("OPS-12"), None).await.problem(422);
    operate.ada.put(&first, say("#4"), None).await.problem(422);
    let open = json!({ "title": "No orders", "item": "service/checkout" });
    operate.ada.post("/incidents", open).await.is(201);
    operate.ada.put(&first, say("#1"), None).await.is(204);
    let held = targets(&operate).await;
    assert_eq!(said(&held[1]), (99.0, json!("a start")));
    let improved = &held[1]["improvements"][0];
    assert_eq!(improved["title"], "#1 No orders");
    assert!(improved["incident"].is_string(), "it leads there");
    assert_eq!(said(&held[0]), (99.9, json!("it was easy")), "the other one stays");
    let nowhen = "/objectives/orders/targets/2020-01-01T00:00:00Z";
    operate.ada.put(nowhen, json!({ "reason": "x" }), None).await.problem(422);

    // By hand, as the form does.
    operate.pass(MINUTE).await;
    let item = operate.ada.get("/estate/items/objective/orders").await.is(200);
    let document = json!({ "apiVersion": "operate/v1", "kind": "Objective",
        "metadata": item["metadata"], "spec": { "item": "service/checkout",
        "indicator": {}, "target": 99.5 } });
    let path = "/estate/items/objective/orders?reason=too%20much&improvements=%231";
    operate.ada.put(path, document, None).await.is(204);
    let held = targets(&operate).await;
    assert_eq!(said(&held[0]), (99.5, json!("too much")));
    operate.end().await;
}

async fn past_months_are_judged_by_the_target_that_held_then(place: Place) {
    let mut operate = start(&place).await;
    operate.apply(&objective("95")).await;
    count(&operate, "orders", "2026-03-01T10:00:00Z", &[(97, 100); 60]).await;
    operate.pass(DAY * 31).await;
    operate.ada.sign_in().await;
    operate.apply(&objective("99")).await;
    operate.pass(DAY).await;
    operate.ada.sign_in().await;
    count(&operate, "orders", "2026-04-02T10:00:00Z", &[(97, 100); 60]).await;
    operate.pass(DAY * 30).await;
    operate.ada.sign_in().await;
    let told = operate.ada.list("/objectives/orders/periods").await;
    let of = |name: &str| told.iter().find(|row| row["period"]["name"] == name).unwrap();
    let (march, april) = (of("2026-03"), of("2026-04"));
    assert_eq!((&march["target_percent"], &march["reached_percent"]), (&json!(95.0), &json!(97.0)));
    let tightened = april["target_percent"].as_f64().unwrap();
    assert!(98.0 < tightened && tightened < 99.0, "95 % for half a day, 99 % after: {april}");
    // Nearly nothing of the months is known: neither kept nor missed.
    assert_eq!(march["verdict"], "unproven");
    assert_eq!((&march["cycle"], &march["bad"]), (&json!("order"), &json!(180.0)));
    assert_eq!(march["cycles_per_failure"].as_f64().map(f64::round), Some(33.0));
    let monthly = month(&operate, "&month=2026-03").await;
    let line = &monthly["month"]["objectives"][0];
    assert_eq!(
        (&line["objective"], &line["target_percent"]),
        (&json!("objective/orders"), &json!(95.0))
    );
    operate.end().await;
}

async fn a_spent_budget_lets_nothing_out_and_leaves_the_agreed_state(place: Place) {
    let operate = start(&place).await;
    operate.apply(CHECKED).await;
    let release = async |purpose: &str| {
        let path = format!("/release?item=product/shop&purpose={purpose}");
        operate.ada.get(&path).await.is(200)
    };
    count(&operate, "quick", "2026-03-01T10:00:00Z", &[(100, 100); 60]).await;
    let state = async |wanted: &str| {
        let found = operate.ada.get("/objectives/quick").await.is(200);
        (found["state"] == wanted).then_some(found)
    };
    operate.pass(MINUTE * 2).await;
    operate.until("it is healthy", async || state("healthy").await).await;
    let yes = operate.until("its budget is known", async || {
        let answer = release("ordinary").await;
        answer.to_string().contains("objective/quick").then_some(answer)
    });
    assert_eq!(yes.await["may"], true);

    // 95 % have to be good, and half are.
    count(&operate, "quick", "2026-03-01T11:00:00Z", &[(0, 100); 60]).await;
    operate.pass(MINUTE * 2).await;
    let spent = operate.until("it is spent", async || state("freeze").await).await;
    assert!(spent["remaining"].as_f64().unwrap() < 0.0, "{spent}");
    let no = operate.until("it is forbidden", async || {
        let answer = release("ordinary").await;
        (answer["may"] == false).then_some(answer)
    });
    let no = no.await;
    let reasons = no["reasons"].as_array().unwrap();
    let budget = reasons.iter().find(|reason| reason["item"] == "objective/quick").expect("why");
    assert_eq!(budget["weight"], "blocks", "{no}");
    assert!(budget["text"].as_str().unwrap().contains("budget"), "{budget}");
    assert_eq!(release("reliability").await["may"], true, "what mends may go out");

    let standing = operate.ada.get("/standing?item=service/checkout").await.is(200);
    assert_eq!(standing["score"], "poor", "{standing}");
    assert!(standing.to_string().contains("objective/quick"), "with the reason: {standing}");
    operate.end().await;
}
