//! What is usual at an hour of the week is learnt, and what is not is shown with its evidence.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, alert, conversations};

conversations!(
    an_unusual_hour_is_shown_with_its_evidence_until_somebody_expects_it,
    a_server_without_history_says_how_much_it_needs,
);

const ORDERS: (&str, &str) = ("service", "orders");
const DAY: Duration = Duration::from_secs(86_400);

/// So many alerts of one rule fire at once and clear ten minutes later.
async fn burst(operate: &Operate, count: usize) {
    let now = operate.world.now();
    let signals = |over: bool| {
        let one = |n: usize| {
            let mut alert = alert("BatchLate", "info", ORDERS);
            alert["labels"]["job"] = json!(format!("job-{n}"));
            if over {
                alert["endsAt"] = json!(now + Duration::from_secs(600));
            }
            alert
        };
        Value::from((0..count).map(one).collect::<Vec<Value>>())
    };
    operate.alerts(signals(false)).await;
    operate.pass(Duration::from_secs(600)).await;
    operate.alerts(signals(true)).await;
    operate.settled().await;
}

async fn patterns(operate: &Operate, query: &str) -> Value {
    operate.ada.get(&format!("/reports/alerts/patterns{query}")).await.is(200)
}

async fn an_unusual_hour_is_shown_with_its_evidence_until_somebody_expects_it(place: Place) {
    let mut operate = Operate::start(&place).await;
    // On five Sundays at noon one job is late; on the sixth, nine.
    for week in 0..6 {
        burst(&operate, if week == 5 { 9 } else { 1 }).await;
        // Ten minutes of the week are over already.
        for _ in 0..6 {
            operate.pass(DAY).await;
        }
        operate.pass(DAY - Duration::from_secs(600)).await;
    }
    operate.ada.sign_in().await;
    let found = patterns(&operate, "?time_zone=Asia/Kolkata").await;
    let all = found["anomalies"].as_array().unwrap();
    let rule = all.iter().find(|each| each["name"] == "BatchLate").unwrap();
    assert_eq!((&rule["kind"], &rule["count"]), (&json!("more"), &json!(9)));
    assert_eq!((&rule["expected"], &rule["spread"]), (&json!(1.0), &json!(1.0)));
    assert_eq!((&rule["day"], &rule["hour"]), (&json!(7), &json!(17)), "half past five in Kolkata");
    assert_eq!(rule["weeks"].as_array().unwrap().len(), 5);
    assert_eq!(rule["behind"].as_array().unwrap().len(), 5, "the alerts behind it, bounded");
    assert!(rule["behind"][0]["labels"]["job"].as_str().unwrap().starts_with("job-"));
    assert_eq!(found["history"]["needed"], 3);
    let noon = &found["week"][6 * 24 + 17];
    assert_eq!((&noon["fired"], &noon["expected"]), (&json!(14), &json!(1.0)));

    let one = format!("?source={}&name=BatchLate", rule["source"].as_str().unwrap());
    assert_eq!(patterns(&operate, &one).await["anomalies"].as_array().unwrap().len(), 1);
    let what = json!({
        "source": rule["source"], "name": rule["name"], "kind": rule["kind"],
        "day": rule["day"], "hour": rule["hour"], "time_zone": "Asia/Kolkata",
    });
    let expect = async |expected: bool, note: &str| {
        let body = json!({ "what": what, "expected": expected, "note": note });
        operate.ada.put("/reports/alerts/expected", body, None).await.is(200)
    };
    let marks = expect(true, "The load of the quarter").await;
    assert_eq!(marks["items"][0]["by"], "person:ada");
    let found = patterns(&operate, &one).await;
    assert_eq!((&found["anomalies"], &found["found"]), (&json!([]), &json!(0)));
    let mark = &found["expected"][0];
    assert_eq!(
        (&mark["hidden"], &mark["note"], &mark["allowed"]),
        (&json!(1), &json!("The load of the quarter"), &json!(["take_back"]))
    );
    assert_eq!(expect(false, "").await["items"], json!([]));
    assert_eq!(patterns(&operate, &one).await["found"], 1, "taken back, it is shown again");

    let mut wrong = what.clone();
    wrong["time_zone"] = json!("Mars/Olympus");
    let body = json!({ "what": wrong, "expected": true });
    operate.ada.put("/reports/alerts/expected", body, None).await.problem(422);
    operate.ada.get("/reports/alerts/patterns?time_zone=Mars").await.problem(422);
    operate.ada.get("/reports/alerts/patterns?name=BatchLate").await.problem(422);
    operate.end().await;
}

async fn a_server_without_history_says_how_much_it_needs(place: Place) {
    let operate = Operate::start(&place).await;
    let none = patterns(&operate, "").await;
    assert_eq!(
        (&none["history"]["since"], &none["history"]["needed"], &none["week"]),
        (&Value::Null, &json!(3), &json!([]))
    );
    burst(&operate, 9).await;
    operate.pass(Duration::from_secs(7_200)).await;
    let young = patterns(&operate, "").await;
    assert_eq!((&young["history"]["weeks"], &young["anomalies"]), (&json!(0), &json!([])));
    assert_eq!(young["week"].as_array().unwrap().len(), 168);
    operate.end().await;
}
