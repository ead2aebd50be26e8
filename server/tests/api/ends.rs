//! Whoever was told that something fires hears how it ended, once; and nobody hears of what is over
//! already.

use std::time::Duration;

use serde_json::json;
use spine::testing::Place;

use crate::telling::{DB, ORDERS, open, policy, told, until_told};
use crate::world::conversations;

conversations!(
    a_firing_alert_that_is_closed_by_hand_is_told_as_over,
    what_is_closed_with_many_others_holds_nothing_back_any_more,
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
