//! What people find useless becomes a task of its rule.

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, conversations};

conversations!(
    a_vote_opens_the_task_of_the_rule_and_more_put_it_on_the_noise_list,
    a_vote_that_is_taken_back_leaves_nothing_to_do,
);

const ORDERS: (&str, &str) = ("service", "orders");

async fn vote(operate: &Operate, alert: &Value, command: Value) -> Value {
    let id = alert["id"].as_str().unwrap();
    let after = operate.ada.post(&format!("/alerts/{id}/commands"), command).await.is(200);
    operate.settled().await;
    after
}

fn useless() -> Value {
    json!({ "command": "mark_not_useful", "reason": "clears by itself" })
}

fn offers(record: &Value) -> Vec<&str> {
    let allowed = record["allowed"].as_array().unwrap();
    allowed.iter().filter_map(|offer| offer["command"].as_str()).collect()
}

async fn a_vote_opens_the_task_of_the_rule_and_more_put_it_on_the_noise_list(place: Place) {
    let operate = Operate::start(&place).await;
    let policy = operate.ada.get("/settings/policy").await.is(200);
    assert_eq!(policy["noise_votes"], 3);
    let mut policy = policy;
    policy["noise_votes"] = json!(2);
    operate.ada.put("/settings/policy", policy, None).await.is(200);

    operate.fires("DiskFull", "info", ORDERS).await;
    operate.fires("DiskFull", "info", ("service", "canteen")).await;
    let alerts = operate.ada.list("/alerts").await;
    let reasonless = json!({ "command": "mark_not_useful", "reason": " " });
    let path = format!("/alerts/{}/commands", alerts[0]["id"].as_str().unwrap());
    operate.ada.post(&path, reasonless).await.problem(422);
    let after = vote(&operate, &alerts[0], useless()).await;
    assert_eq!(after["not_useful"][0]["by"], "person:ada");
    assert!(!offers(&after).contains(&"mark_not_useful"));
    assert!(offers(&after).contains(&"take_back_not_useful"));
    vote(&operate, &alerts[0], useless()).await;

    let tasks = operate.ada.list("/tuning").await;
    let [task] = tasks.as_slice() else { panic!("one task for the rule: {tasks:?}") };
    assert_eq!((&task["name"], &task["stage"]), (&json!("DiskFull"), &json!("open")));
    assert_eq!(task["votes"].as_array().unwrap().len(), 1, "the same person counts once");
    assert_eq!(task["noisy"], false);
    vote(&operate, &alerts[1], useless()).await;
    let noisy = operate.ada.list("/tuning?noisy=true").await;
    assert_eq!(noisy.len(), 1, "two alerts of the rule were found useless");

    let task = format!("/tuning/{}", noisy[0]["id"].as_str().unwrap());
    let commands = format!("{task}/commands");
    operate.ada.post(&commands, json!({ "command": "start" })).await.is(200);
    operate.ada.post(&commands, json!({ "command": "start" })).await.problem(409);
    let stream = json!({ "command": "take_back", "alert": alerts[0]["id"], "by": "person:ada" });
    operate.ada.post(&commands, stream).await.problem(403);
    let done = json!({ "command": "done", "remedy": "threshold", "note": "80 to 95 %" });
    let done = operate.ada.post(&commands, done).await.is(200);
    assert_eq!((&done["remedy"], &done["noisy"]), (&json!("threshold"), &json!(false)));
    assert!(operate.ada.list("/tuning?noisy=true").await.is_empty());
    let told = operate.ada.list(&format!("{task}/timeline")).await;
    assert_eq!(told[0]["title"], "Done, threshold changed: 80 to 95 %");
    operate.end().await;
}

async fn a_vote_that_is_taken_back_leaves_nothing_to_do(place: Place) {
    let operate = Operate::start(&place).await;
    operate.fires("DiskFull", "info", ORDERS).await;
    let alerts = operate.ada.list("/alerts").await;
    vote(&operate, &alerts[0], json!({ "command": "take_back_not_useful" })).await;
    assert!(operate.ada.list("/tuning").await.is_empty());
    vote(&operate, &alerts[0], useless()).await;
    let after = vote(&operate, &alerts[0], json!({ "command": "take_back_not_useful" })).await;
    assert!(offers(&after).contains(&"mark_not_useful"));
    let tasks = operate.ada.list("/tuning").await;
    assert_eq!(tasks[0]["stage"], "dismissed");
    let missing = "/tuning/tun_00000000000000000000000000";
    operate.ada.get(missing).await.problem(404);
    operate.end().await;
}
