//! Shifts of whoever is away: listed at once, offered, and taken by others.

use std::time::Duration;

use kernel::Time;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::schedules::rota;
use crate::shifts::{linked, unlinked};
use crate::world::{Client, Operate, Receiver, conversations};

conversations!(
    leave_lists_every_shift_that_it_hits_and_an_accepted_offer_fills_it,
    whoever_may_say_that_somebody_is_away_finds_others_for_their_shifts,
);

const DAY: Duration = Duration::from_secs(86_400);

/// Ada and bob take turns of a day from noon on.
async fn begin(place: &Place) -> (Operate, Client, Client) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(place).await;
    operate.apply(&rota(&receiver.url)).await;
    let bob = linked(&operate, "bob", "responder").await;
    let ada = linked(&operate, "ada", "admin").await;
    (operate, ada, bob)
}

/// Leave of six days that begins in two, and the shifts that it hits.
async fn leave(operate: &Operate, client: &Client, person: &str) -> Vec<Value> {
    let from = operate.world.now() + 2 * DAY;
    let away = json!({ "type": "leave", "from": from, "until": from + 6 * DAY });
    let entered = client.post(&format!("/people/{person}/away"), away).await.is(200);
    entered["shifts"].as_array().unwrap().clone()
}

/// A whole shift that is hit, as an offer of it.
fn offer(shift: &Value) -> Value {
    json!({ "schedule": shift["schedule"], "start": shift["from"], "end": shift["until"] })
}

async fn on_call(client: &Client, shift: &Value) -> Value {
    let from = shift["from"].as_str().unwrap();
    let until = Time::parse(from).unwrap() + Duration::from_secs(60);
    let shown = client.get(&format!("/schedules/shop?from={from}&until={until}")).await.is(200);
    shown["turns"][0]["person"].clone()
}

async fn leave_lists_every_shift_that_it_hits_and_an_accepted_offer_fills_it(place: Place) {
    let (operate, ada, bob) = begin(&place).await;
    assert_eq!(bob.get("/my/on-call").await.is(200)["to_replace"], json!([]));
    let hit = leave(&operate, &bob, "bob").await;
    assert!(hit.len() >= 3, "every second day: {hit:?}");
    for shift in &hit {
        assert_eq!(
            (&shift["schedule"], &shift["person"]),
            (&json!("schedule/shop"), &json!("person/ada")),
            "ada stands in"
        );
        assert_eq!((&shift["offer"], &shift["may_offer"]), (&Value::Null, &json!(true)));
    }
    let listed = async || bob.get("/my/on-call").await.is(200)["to_replace"].clone();
    assert_eq!(listed().await, json!(hit));
    assert_eq!(bob.get("/people/bob/shifts").await.is(200)["to_replace"], json!(hit));

    // While ada is away herself nobody is there: it stays listed, with nobody.
    let shift = &hit[1];
    let both = json!({ "type": "sickness", "from": shift["from"], "until": shift["until"] });
    let ill = ada.post("/people/ada/away", both).await.is(200);
    assert_eq!(listed().await[1]["person"], Value::Null, "{ill}");
    let absence = ill["absence"].as_str().unwrap().replace("absence/", "");
    ada.delete(&format!("/people/ada/away/{absence}")).await.is(204);

    let id = bob.post("/swaps", offer(shift)).await.is(201)["id"].as_str().unwrap().to_owned();
    let waits = listed().await[1].clone();
    assert_eq!((&waits["offer"], &waits["may_offer"]), (&json!(id), &json!(false)));
    // It does not lapse for bob being away.
    operate.pass(Duration::from_secs(61)).await;
    operate.settled().await;
    assert_eq!(ada.list("/swaps").await[0]["stage"], "offered");
    bob.post(&format!("/swaps/{id}/accept"), json!({})).await.problem(422);
    ada.post(&format!("/swaps/{id}/accept"), json!({})).await.is(204);
    let left = listed().await;
    assert_eq!(left.as_array().unwrap().len(), hit.len() - 1, "{left}");
    assert_eq!(on_call(&bob, shift).await, "person/ada");
    let shown = bob.get("/people/ada/shifts").await.is(200);
    let why = |each: &&Value| each["from"] == shift["from"];
    let taken = shown["shifts"].as_array().unwrap().iter().find(why).unwrap();
    assert!(taken["why"].as_str().unwrap().contains("swapped with bob"), "{taken}");
    operate.end().await;
}

async fn whoever_may_say_that_somebody_is_away_finds_others_for_their_shifts(place: Place) {
    let (operate, ada, bob) = begin(&place).await;
    let stranger = unlinked(&operate).await;
    let hit = leave(&operate, &ada, "bob").await;
    let of_bob = |shift: &Value| {
        let mut offer = offer(shift);
        offer["of"] = json!("person/bob");
        offer
    };
    stranger.post("/swaps", of_bob(&hit[1])).await.problem(403);
    let mut there = of_bob(&hit[1]);
    let later = operate.world.now() + 30 * DAY;
    (there["start"], there["end"]) = (json!(later), json!(later + DAY));
    let refused = ada.post("/swaps", there).await.problem(422);
    assert!(refused["detail"].as_str().unwrap().contains("is not away"), "{refused}");

    let mut to_ada = of_bob(&hit[1]);
    to_ada["to"] = json!("person/ada");
    let id = ada.post("/swaps", to_ada.clone()).await.is(201)["id"].as_str().unwrap().to_owned();
    stranger.post(&format!("/swaps/{id}/withdraw"), json!({})).await.problem(403);
    ada.post(&format!("/swaps/{id}/withdraw"), json!({})).await.is(204);
    let id = ada.post("/swaps", to_ada).await.is(201)["id"].as_str().unwrap().to_owned();
    ada.post(&format!("/swaps/{id}/accept"), json!({})).await.is(204);
    assert_eq!(on_call(&bob, &hit[1]).await, "person/ada");
    operate.end().await;
}
