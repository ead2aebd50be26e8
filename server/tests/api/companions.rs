//! Alerts that recur together are found, and what people decide about them changes incidents.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, conversations, shop};

conversations!(
    what_recurs_together_and_is_accepted_becomes_one_incident,
    what_is_rejected_stays_in_incidents_of_its_own,
    a_group_that_is_accepted_at_once_becomes_one_incident_until_it_is_taken_back,
    of_those_who_decide_at_once_everybody_counts,
);

const ORDERS: (&str, &str) = ("service", "orders");
const CANTEEN: (&str, &str) = ("service", "canteen");

/// Fires both a minute apart, on four days.
async fn recur(operate: &Operate, severity: &str) {
    for _ in 0..4 {
        operate.fires("QueueFull", severity, ORDERS).await;
        operate.pass(Duration::from_secs(60)).await;
        operate.fires("MenuStale", severity, CANTEEN).await;
        operate.pass(Duration::from_secs(60)).await;
        operate.clears("QueueFull", severity, ORDERS).await;
        operate.clears("MenuStale", severity, CANTEEN).await;
        operate.pass(Duration::from_secs(20 * 3_600)).await;
        operate.settled().await;
        operate.ada.get("/session").await;
    }
}

async fn decide(operate: &Operate, pair: &Value, verdict: Value) -> Value {
    let body = json!({ "a": pair["a"], "b": pair["b"], "verdict": verdict });
    operate.ada.put("/reports/companions", body, None).await.is(200)
}

async fn open(place: &Place) -> Operate {
    let receiver = Receiver::start().await;
    let operate = Operate::start(place).await;
    operate.apply(&shop(&receiver.url)).await;
    operate
}

async fn what_recurs_together_and_is_accepted_becomes_one_incident(place: Place) {
    let operate = open(&place).await;
    recur(&operate, "info").await;
    let found = operate.ada.list("/reports/companions").await;
    let [pair] = found.as_slice() else { panic!("one pair: {found:?}") };
    assert_eq!(
        (&pair["a"]["name"], &pair["b"]["name"]),
        (&json!("MenuStale"), &json!("QueueFull"))
    );
    assert_eq!(
        (&pair["evidence"]["support"], &pair["evidence"]["confidence"]),
        (&json!(4), &json!(1.0))
    );
    assert_eq!(pair["decision"], Value::Null);
    let decided = decide(&operate, pair, json!("together")).await;
    assert_eq!(decided["items"][0]["by"], "person:ada");

    operate.fires("QueueFull", "critical", ORDERS).await;
    operate.incident("it is opened", |row| row["members"][0] != Value::Null).await;
    operate.fires("MenuStale", "critical", CANTEEN).await;
    operate.settled().await;
    let open = operate.ada.list("/incidents").await;
    let titles: Vec<&Value> = open.iter().map(|row| &row["members"]).collect();
    assert_eq!(open.len(), 1, "{titles:?}");
    let why = open[0]["members"][1]["reason"].as_str().unwrap_or_default().to_owned();
    assert!(why.contains("recurs together with QueueFull"), "{why}");
    operate.end().await;
}

async fn of_those_who_decide_at_once_everybody_counts(place: Place) {
    let operate = open(&place).await;
    let key = |name: String| json!({ "source": "prometheus", "name": name, "item": null });
    let pairs: Vec<Value> = (0..4)
        .map(|number| json!({ "a": key(format!("A{number}")), "b": key(format!("B{number}")) }))
        .collect();
    join_all(pairs.iter().map(|pair| decide(&operate, pair, json!("apart")))).await;
    let decided = decide(&operate, &pairs[0], json!("together")).await;
    assert_eq!(decided["items"].as_array().map(Vec::len), Some(4), "{decided}");
    operate.end().await;
}

async fn what_is_rejected_stays_in_incidents_of_its_own(place: Place) {
    let operate = open(&place).await;
    operate.fires("Probe", "info", ORDERS).await;
    let source = operate.ada.list("/alerts").await[0]["source"].clone();
    let key = |name: &str| json!({ "source": source, "name": name, "item": "service/orders" });
    let pair = json!({ "a": key("QueueFull"), "b": key("LateOrders") });
    decide(&operate, &pair, json!("apart")).await;
    operate.fires("QueueFull", "critical", ORDERS).await;
    operate.incident("it is opened", |row| row["members"][0] != Value::Null).await;
    operate.fires("LateOrders", "critical", ORDERS).await;
    operate.settled().await;
    assert_eq!(operate.ada.list("/incidents").await.len(), 2, "the same item, and yet apart");
    let all = decide(&operate, &pair, Value::Null).await;
    assert_eq!(all["items"], json!([]), "the decision is taken back");
    operate.fires("OldOrders", "critical", ORDERS).await;
    operate.settled().await;
    assert_eq!(operate.ada.list("/incidents").await.len(), 2, "as the estate has it");
    let same = json!({ "a": pair["a"], "b": pair["a"], "verdict": "apart" });
    operate.ada.put("/reports/companions", same, None).await.problem(422);
    operate.end().await;
}

const SHOP: (&str, &str) = ("service", "shop");

async fn a_group_that_is_accepted_at_once_becomes_one_incident_until_it_is_taken_back(
    place: Place,
) {
    let operate = open(&place).await;
    let three = [("QueueFull", ORDERS), ("MenuStale", CANTEEN), ("CashSlow", SHOP)];
    for _ in 0..4 {
        for (name, about) in three {
            operate.fires(name, "info", about).await;
            operate.pass(Duration::from_secs(60)).await;
        }
        for (name, about) in three {
            operate.clears(name, "info", about).await;
        }
        operate.pass(Duration::from_secs(20 * 3_600)).await;
        operate.settled().await;
        operate.ada.get("/session").await;
    }
    let found = operate.ada.get("/reports/companions").await.is(200);
    assert_eq!(found["items"], json!([]), "pairs of the group do not stand beside it");
    let [group] = found["groups"].as_array().unwrap().as_slice() else { panic!("{found}") };
    let names: Vec<&Value> =
        group["members"].as_array().unwrap().iter().map(|member| &member["name"]).collect();
    assert_eq!(names, ["CashSlow", "MenuStale", "QueueFull"]);
    assert_eq!((&group["evidence"]["whole"], &group["decision"]), (&json!(4), &Value::Null));
    assert_eq!(group["evidence"]["occasions"][0]["fired"], json!([0, 1, 2]));
    assert_eq!(group["allowed"], json!(["together", "apart"]));

    let decide = async |verdict: Value| {
        let body = json!({ "members": group["members"], "verdict": verdict, "note": "one rack" });
        operate.ada.put("/reports/companions/group", body, None).await.is(200)
    };
    let decided = decide(json!("together")).await;
    assert_eq!(decided["items"].as_array().unwrap().len(), 3, "every pair is decided on");
    let found = operate.ada.get("/reports/companions").await.is(200);
    assert_eq!(found["groups"][0]["decision"]["note"], "one rack");
    assert_eq!(found["groups"][0]["allowed"], json!(["take_back"]));
    assert_eq!((found["groups"].as_array().unwrap().len(), &found["items"]), (1, &json!([])));

    operate.fires("QueueFull", "critical", ORDERS).await;
    operate.incident("it is opened", |row| row["members"][0] != Value::Null).await;
    operate.fires("MenuStale", "critical", CANTEEN).await;
    operate.settled().await;
    let open = operate.ada.list("/incidents").await;
    assert_eq!(open.len(), 1, "{open:?}");

    assert_eq!(decide(Value::Null).await["items"], json!([]), "the group is taken back as one");
    let twice = json!([group["members"][0], group["members"][0], group["members"][1]]);
    let body = json!({ "members": twice, "verdict": "apart" });
    operate.ada.put("/reports/companions/group", body, None).await.problem(422);
    operate.end().await;
}
