//! Many requests at once: a batch is decided while the last one is written.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use spine::testing::Place;
use spine::{Fault, params};

use crate::world::{Operate, alert, conversations};

conversations!(
    what_many_say_at_once_is_remembered_as_it_is_stored,
    a_batch_that_loses_a_race_is_decided_again_and_so_is_the_next,
);

/// Requests at once.
const REQUESTS: usize = 24;
/// Alerts of a request.
const ALERTS: usize = 8;

/// A request about alerts of which others speak too, all in the same instant.
fn spoken(operate: &Operate, round: usize, request: usize) -> Value {
    let one = |place: usize| {
        let number = (request * 3 + place) % 30;
        let mut one = alert("Busy", "warning", ("host", &format!("host-{number}")));
        if (request + place + round).is_multiple_of(3) {
            one["endsAt"] = json!(operate.world.now());
        }
        one
    };
    (0..ALERTS).map(one).collect()
}

/// The alerts that are not put away, as everybody sees them.
async fn seen(operate: &Operate) -> Vec<Value> {
    let mut alerts = operate.ada.list("/alerts?limit=200").await;
    alerts.sort_by_key(|alert| alert["id"].to_string());
    alerts
}

async fn what_many_say_at_once_is_remembered_as_it_is_stored(place: Place) {
    let operate = Operate::start(&place).await;
    for round in 0..6 {
        let said = (0..REQUESTS).map(|request| spoken(&operate, round, request));
        let said: Vec<Value> = said.collect();
        let told = said.iter().map(|alerts| operate.ada.send_alerts(alerts));
        let everybody = json!({ "command": { "command": "acknowledge" }, "filters": [{}] });
        let (told, taken) =
            tokio::join!(join_all(told), operate.ada.post("/alerts/commands", everybody));
        told.into_iter().for_each(|reply| drop(reply.is(200)));
        taken.is(200);
        operate.pass(Duration::from_secs(20)).await;
    }
    operate.settled().await;
    let remembered = seen(&operate).await;
    assert_eq!(remembered.len(), 30);
    let operate = operate.restart(Duration::ZERO).await;
    same(&seen(&operate).await, &remembered);
    operate.end().await;
}

/// Says which field of which alert differs.
fn same(stored: &[Value], remembered: &[Value]) {
    assert_eq!(stored.len(), remembered.len());
    for (stored, remembered) in stored.iter().zip(remembered) {
        for (field, value) in stored.as_object().unwrap() {
            assert_eq!(value, &remembered[field], "{field} of {}", stored["id"]);
        }
    }
}

async fn a_batch_that_loses_a_race_is_decided_again_and_so_is_the_next(place: Place) {
    let operate = Operate::start(&place).await;
    operate.alerts(spoken(&operate, 1, 0)).await;
    operate.settled().await;
    // As if another node had changed every alert and this one had not heard of it.
    let work = operate.db.write::<_, Fault, _>(|tx| {
        Box::pin(tx.run("UPDATE alert SET version = version + 1", params![]))
    });
    assert!(work.await.unwrap() > 0, "some fire");
    let said: Vec<Value> = (0..REQUESTS).map(|request| spoken(&operate, 2, request)).collect();
    let told = join_all(said.iter().map(|alerts| operate.ada.send_alerts(alerts))).await;
    told.into_iter().for_each(|reply| drop(reply.is(200)));
    operate.settled().await;
    let remembered = seen(&operate).await;
    let operate = operate.restart(Duration::ZERO).await;
    same(&seen(&operate).await, &remembered);
    operate.end().await;
}
