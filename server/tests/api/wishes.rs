//! How people want to be called: they say it themselves.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::shifts::{linked, unlinked};
use crate::world::{Operate, Receiver, alert, conversations, shop};

conversations!(people_say_themselves_how_they_are_called);

async fn people_say_themselves_how_they_are_called(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    let bob = linked(&operate, "bob", "responder").await;
    let rules = json!({ "notify": [
        { "priorities": ["P1"], "by": ["webhook"] },
        { "priorities": ["P1"], "after": "2m", "by": ["email"] },
        { "priorities": ["P2"], "between": { "from": "08:00", "until": "20:00" }, "by": ["email"] },
    ] });
    let words = json!([
        "P1: webhook at once, mail after 2 minutes",
        "P2 from 08:00 to 20:00: mail at once",
        "P2 from 20:00 to 08:00: not called",
        "P3, P4, P5: not called",
    ]);
    let tried = bob.post("/people/bob/notify/preview", rules.clone()).await.is(200);
    assert_eq!(tried["words"], words);

    // What a file says is changed there.
    let shown = bob.get("/people/bob/ways").await.is(200);
    assert_eq!(shown["kept_in"], "estate.yaml");
    assert_eq!(shown["in_words"], json!(["Everything: webhook at once"]));
    let kept = bob.put("/people/bob/notify", rules.clone(), None).await.problem(409);
    assert_eq!(kept["type"], "kept_in_file");
    assert!(kept["detail"].as_str().unwrap().contains("estate.yaml"), "{kept}");
    operate.ada.post("/estate/items/person/bob/take-over", json!({})).await.is(204);

    // Nobody says it for others, and what reaches nobody is refused.
    bob.put("/people/ada/notify", rules.clone(), None).await.problem(403);
    let stranger = unlinked(&operate).await;
    stranger.put("/people/bob/notify", rules.clone(), None).await.problem(403);
    let sms = json!({ "notify": [{ "by": ["sms"] }] });
    let wrong = bob.put("/people/bob/notify", sms, None).await.problem(422);
    assert_eq!(wrong["field"], "spec.notify[0].by[0]", "{wrong}");
    let many = json!({ "notify": vec![json!({ "by": ["email"] }); 51] });
    bob.put("/people/bob/notify", many.clone(), None).await.problem(422);
    bob.post("/people/bob/notify/preview", many).await.problem(422);
    bob.post("/people/ada/notify/preview", rules.clone()).await.problem(403);

    let saved = bob.put("/people/bob/notify", rules.clone(), None).await.is(200);
    assert_eq!(saved["words"], words);
    let shown = bob.get("/people/bob/ways").await.is(200);
    assert_eq!((&shown["in_words"], &shown["kept_in"]), (&words, &Value::Null));
    let item = operate.ada.get("/estate/items/person/bob").await.is(200);
    assert_eq!(item["spec"]["email"], "bob@example.org", "all else stays: {item}");

    // It holds for the next call.
    let mut fires = alert("Down", "critical", ("service", "orders"));
    fires["endsAt"] = json!(operate.world.now() + Duration::from_secs(7 * 86_400));
    operate.alerts(json!([fires])).await;
    operate.settled().await;
    let ways = async || -> Vec<Value> {
        let page = operate.ada.list("/incidents/1/pages").await.remove(0);
        let calls = page["calls"].as_array().unwrap();
        calls.iter().map(|call| call["channel"].clone()).collect()
    };
    assert_eq!(ways().await, ["webhook"]);
    operate.pass(Duration::from_secs(121)).await;
    let both = async || (ways().await == ["webhook", "email"]).then_some(());
    operate.until("the second way is called", both).await;
    operate.end().await;
}
