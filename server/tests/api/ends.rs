//! Whoever was told that something fires hears how it ended, once; and nobody hears of what is over
//! already.

use std::time::Duration;

use serde_json::json;
use spine::testing::Place;

use crate::telling::{CHECKOUT, DB, ORDERS, explanation, flushed, open, policy, told, until_told};
use crate::world::{Operate, Receiver, conversations};

conversations!(
    a_firing_alert_that_is_closed_by_hand_is_told_as_over,
    what_is_closed_with_many_others_holds_nothing_back_any_more,
    what_ended_before_the_receiver_came_back_is_not_told_as_firing,
    what_was_silenced_before_the_receiver_came_back_is_told_after_the_silence,
    an_end_that_was_told_is_not_told_again_after_a_restart,
    an_end_that_was_not_told_is_told_after_a_restart,
);

/// Beyond the interval of the groups.
const NEXT: Duration = Duration::from_secs(11);

async fn a_firing_alert_that_is_closed_by_hand_is_told_as_over(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    operate.fires("Down", "critical", DB).await;
    until_told(&operate, &receiver, 1).await;
    let alerts = operate.ada.list("/alerts").await;
    let path = format!("/alerts/{}/commands", alerts[0]["id"].as_str().unwrap());
    operate.ada.post(&path, json!({ "command": "close" })).await.is(200);
    operate.pass(NEXT).await;
    assert_eq!(until_told(&operate, &receiver, 2).await[1], ["Down resolved"]);
    for _ in 0..3 {
        operate.pass(Duration::from_secs(4 * 3600)).await;
        operate.settled().await;
    }
    assert_eq!(told(&receiver).len(), 2, "{:?}", told(&receiver));
    operate.end().await;
}

async fn what_is_closed_with_many_others_holds_nothing_back_any_more(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    policy(&operate, json!({ "hold_dependants": true })).await;
    operate.fires("DatabaseDown", "critical", DB).await;
    until_told(&operate, &receiver, 1).await;
    operate.fires("OrdersFail", "critical", ORDERS).await;
    operate.pass(NEXT).await;
    operate.settled().await;
    assert_eq!(told(&receiver).len(), 1, "{:?}", told(&receiver));
    let close =
        json!({ "command": { "command": "close" }, "filters": [{ "name": "DatabaseDown" }] });
    let done = operate.ada.post("/alerts/commands", close).await.is(200);
    assert_eq!(done["changed"], 1, "{done}");
    operate.pass(NEXT).await;
    operate.pass(NEXT).await;
    let mut rest = until_told(&operate, &receiver, 3).await.split_off(1);
    rest.sort();
    assert_eq!(rest, [["DatabaseDown resolved"], ["OrdersFail firing"]]);
    operate.end().await;
}

/// A receiver that cannot be reached, and has been tried with an alert that fires.
async fn unreachable(operate: &Operate, receiver: &Receiver) {
    receiver.answers(503);
    operate.fires("Down", "critical", DB).await;
    until_told(operate, receiver, 1).await;
    operate.settled().await;
}

/// What is told from now on, once the receiver is back and an hour has passed.
async fn told_when_back(operate: &Operate, receiver: &Receiver) -> Vec<Vec<String>> {
    operate.settled().await;
    let before = told(receiver).len();
    receiver.answers(200);
    for _ in 0..3 {
        operate.pass(Duration::from_secs(20 * 60)).await;
        operate.settled().await;
    }
    told(receiver).split_off(before)
}

async fn what_ended_before_the_receiver_came_back_is_not_told_as_firing(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    unreachable(&operate, &receiver).await;
    operate.clears("Down", "critical", DB).await;
    operate.pass(NEXT).await;
    over(&operate).await;
    assert_eq!(told_when_back(&operate, &receiver).await, Vec::<Vec<String>>::new());
    operate.end().await;
}

/// Waits until it is noted that the receiver is not told, since all is over.
async fn over(operate: &Operate) {
    let noted = async || {
        let way = explanation(operate, "Down").await;
        let not_told = way["not_told"].as_array().unwrap().iter();
        not_told.into_iter().find(|note| note["held"]["by"] == "over").cloned()
    };
    operate.until("the end is noted", noted).await;
}

async fn what_was_silenced_before_the_receiver_came_back_is_told_after_the_silence(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    unreachable(&operate, &receiver).await;
    let silence = json!({
        "matchers": ["alertname=Down"], "comment": "new disks",
        "ends_at": operate.world.now() + Duration::from_secs(2 * 3600),
    });
    operate.ada.post("/silences", silence).await.is(201);
    operate.pass(NEXT).await;
    let held = async || {
        let way = explanation(&operate, "Down").await;
        (way["not_told"][0]["held"]["by"] == "silence").then_some(())
    };
    operate.until("it is held back", held).await;
    assert_eq!(told_when_back(&operate, &receiver).await, Vec::<Vec<String>>::new());
    let before = told(&receiver).len();
    operate.pass(Duration::from_secs(3600)).await;
    operate.pass(NEXT).await;
    assert_eq!(until_told(&operate, &receiver, before + 1).await[before], ["Down firing"]);
    operate.end().await;
}

async fn an_end_that_was_told_is_not_told_again_after_a_restart(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    operate.fires("Down", "critical", DB).await;
    until_told(&operate, &receiver, 1).await;
    operate.fires("Down", "critical", ORDERS).await;
    operate.pass(NEXT).await;
    until_told(&operate, &receiver, 2).await;
    operate.clears("Down", "critical", DB).await;
    operate.pass(NEXT).await;
    assert_eq!(until_told(&operate, &receiver, 3).await[2].len(), 2);
    // What is told next says nothing of what ended before.
    operate.fires("Down", "critical", CHECKOUT).await;
    operate.pass(NEXT).await;
    assert_eq!(until_told(&operate, &receiver, 4).await[3], ["Down firing", "Down firing"]);
    let operate = operate.restart(Duration::from_secs(60)).await;
    flushed(&operate, "Down").await;
    operate.pass(NEXT).await;
    flushed(&operate, "Down").await;
    operate.settled().await;
    assert_eq!(told(&receiver).len(), 4, "{:?}", told(&receiver));
    operate.end().await;
}

async fn an_end_that_was_not_told_is_told_after_a_restart(place: Place) {
    let (operate, receiver, _folder) = open(&place).await;
    operate.fires("Down", "critical", DB).await;
    until_told(&operate, &receiver, 1).await;
    operate.settled().await;
    operate.clears("Down", "critical", DB).await;
    let operate = operate.restart(Duration::from_secs(60)).await;
    assert_eq!(until_told(&operate, &receiver, 2).await[1], ["Down resolved"]);
    operate.end().await;
}
