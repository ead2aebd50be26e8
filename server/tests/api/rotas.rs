//! Schedules before they are saved, and how being on call was shared.

use std::time::Duration;

use kernel::Time;
use serde_json::{Value, json};
use spine::Fault;
use spine::testing::Place;

use crate::schedules::{name, on_call, rota};
use crate::world::{Operate, conversations};

conversations!(
    a_schedule_is_shown_before_it_is_saved_with_what_would_be_different,
    what_was_shared_is_what_was_known_at_each_moment,
    what_a_person_had_is_told_by_schedule_and_together,
    a_schedule_that_cannot_be_worked_out_is_named_among_the_gaps,
);

const HOUR: Duration = Duration::from_secs(3600);
const NOWHERE: &str = "http://127.0.0.1:1";

/// The document of the schedule, changed.
fn document(from: &str, to: &str) -> String {
    let text = rota(NOWHERE);
    let document = text.rsplit("---\n").next().unwrap();
    assert!(document.contains(from), "{document}");
    document.replace(from, to)
}

async fn a_schedule_is_shown_before_it_is_saved_with_what_would_be_different(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&rota(NOWHERE)).await;
    let from = operate.world.now();
    let until = from + HOUR * 48;
    let ask = async |text: String| {
        let asked = json!({ "text": text, "from": from, "until": until });
        operate.ada.post("/schedules/preview", asked).await
    };
    let same = ask(document("every: 1d", "every: 1d")).await.is(200);
    assert_eq!((&same["differences"], &same["new"]), (&json!([]), &json!(false)));
    assert_eq!(same["uncovered_minutes"], 0);

    let other = ask(document("people: [bob, ada]", "people: [ada, bob]")).await.is(200);
    let differences = other["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 2, "both days: {differences:#?}");
    assert_ne!(differences[0]["before"], differences[0]["after"]);
    assert_eq!(differences[0]["before"], differences[1]["after"]);

    let nights = "every: 1d, people: [bob, ada]}], hours: [{days: [mon, tue, wed, thu, fri, sat, \
                  sun], from: '08:00', until: '20:00'}]";
    let gaps = ask(document("every: 1d, people: [bob, ada]}]", nights)).await.is(200);
    assert_eq!(gaps["uncovered_minutes"], 24 * 60, "two nights: {gaps:#}");
    assert_eq!(gaps["uncovered_minutes_now"], 0);
    assert_eq!(gaps["gaps"][0]["asked_by"], "calendar/always");
    assert_eq!(gaps["differences"][0]["after"], Value::Null);

    let new = ask(document("name: shop,", "name: second,")).await.is(200);
    assert_eq!((&new["new"], &new["differences"]), (&json!(true), &json!([])));
    let wrong = ask(document("bob, ada", "bob, eda")).await.problem(422);
    assert!(wrong["errors"][0]["line"].as_i64().is_some_and(|line| line > 0), "{wrong}");
    ask("kind: [".to_owned()).await.problem(422);
    let none = "{apiVersion: operate/v1, kind: Team, metadata: {name: x}, spec: {}}";
    assert_eq!(ask(none.to_owned()).await.problem(422)["field"], "text");
    assert_eq!(operate.ada.list("/schedules").await.len(), 1, "nothing was changed");
    operate.end().await;
}

async fn shares(operate: &Operate, from: Time, until: Time) -> (Value, Vec<(String, f64)>) {
    let path = format!("/on-call/fairness?from={from}&until={until}&schedule=schedule/shop");
    let found = operate.ada.get(&path).await.is(200)["schedules"][0].clone();
    let share = |share: &Value| {
        (name(&share["person"]).to_owned(), share["hours"].as_f64().unwrap().round())
    };
    let shares = found["shares"].as_array().unwrap().iter().map(share).collect();
    (found, shares)
}

async fn what_a_person_had_is_told_by_schedule_and_together(place: Place) {
    let operate = Operate::start(&place).await;
    // The same two by a second schedule: whoever has one has the other at the same time.
    let shop = rota(NOWHERE);
    let twice =
        "{apiVersion: operate/v1, kind: Schedule, metadata: {name: desk, title: Desk}, spec: {
  team: shop, timeZone: UTC, limits: {stretch: 20h}, layers: [{name: first, rotations: [
    {start: 2026-01-01T12:00, every: 1d, people: [bob, ada]}]}]}}
";
    operate.apply(&format!("{shop}---\n{twice}")).await;
    let from = operate.world.now() + HOUR;
    let until = from + HOUR * 48;
    let path = format!("/on-call/fairness?from={from}&until={until}&person=person/ada");
    let found = operate.ada.get(&path).await.is(200);
    let schedules = found["schedules"].as_array().unwrap();
    let hours = |shares: &Value| shares["hours"].as_f64().unwrap().round();
    let each: Vec<(&str, f64)> = schedules
        .iter()
        .map(|one| (one["title"].as_str().unwrap(), hours(&one["shares"][0])))
        .collect();
    assert_eq!(each, [("Desk", 24.0), ("Shop on call", 24.0)]);
    assert!(schedules.iter().all(|one| one["shares"].as_array().unwrap().len() == 1));
    assert_eq!(hours(&found["together"]), 24.0, "each moment once");
    assert_eq!(found["together"]["person"], "person/ada");

    // What is asked of somebody by one schedule names the other.
    let desk = operate.ada.get(&format!("/schedules/desk?from={from}&until={until}")).await.is(200);
    let breach = &desk["breaches"][0];
    assert_eq!(
        (&breach["limit"], &breach["others"]),
        (&json!("stretch"), &json!(["schedule/shop"]))
    );
    operate.end().await;
}

async fn what_was_shared_is_what_was_known_at_each_moment(place: Place) {
    let operate = Operate::start(&place).await;
    let before = operate.world.now();
    operate.pass(HOUR).await;
    operate.apply(&rota(NOWHERE)).await;
    let began = operate.world.now();
    let line = on_call(&operate).await;
    let (first, second) = (name(&line["now"]["person"]), name(&line["next"]["person"]));
    let takeover =
        json!({"from": began, "until": began + HOUR, "person": format!("person/{second}")});
    operate.ada.post("/schedules/shop/overrides", takeover).await.is(200);
    operate.pass(HOUR * 4).await;
    let until = operate.world.now();
    let (_, had) = shares(&operate, began, until).await;
    let expected = [(first.to_owned(), 3.0), (second.to_owned(), 1.0)];
    assert_eq!(had, expected, "an hour was taken over");

    // Another rotation, and a sick note for what is over, change nothing of it.
    operate.apply(&rota(NOWHERE).replace("people: [bob, ada]", "people: [ada, bob]")).await;
    let ill = json!({"type": "sickness", "from": began, "until": until});
    operate.ada.post(&format!("/people/{first}/away"), ill).await.is(200);
    assert_eq!(shares(&operate, began, until).await.1, expected);
    let (found, had) = shares(&operate, before, until).await;
    assert_eq!(had, expected);
    assert!(found["known_since"].is_string(), "nothing was known of its first hour: {found}");
    // What comes is counted as it is planned.
    let (_, ahead) = shares(&operate, until, until + HOUR * 2).await;
    assert_eq!(ahead, [(second.to_owned(), 2.0)]);
    let all = operate.ada.get("/on-call/fairness").await.is(200);
    assert_eq!(all["schedules"].as_array().unwrap().len(), 1);
    assert_eq!(all["together"], Value::Null, "nobody was asked for");
    operate.ada.get("/on-call/fairness?person=person/none").await.problem(404);
    operate.ada.get("/on-call/fairness?schedule=schedule/none").await.problem(404);
    let long = "/on-call/fairness?from=2020-01-01T00:00:00Z";
    assert_eq!(operate.ada.get(long).await.problem(422)["field"], "from");
    operate.end().await;
}

async fn a_schedule_that_cannot_be_worked_out_is_named_among_the_gaps(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&rota(NOWHERE)).await;
    assert!(operate.ada.list("/on-call/gaps").await.is_empty());
    // As an older Operate may have let it in.
    let sql = "UPDATE resource SET data = replace(data, '\"every\":\"1d\"', '\"every\":\"1x\"')";
    let work = operate.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { tx.run(sql, vec![]).await.map(drop) })
    });
    work.await.unwrap();
    let over = "/estate/items/schedule/shop/take-over";
    operate.ada.post(over, json!({})).await.is(204);
    let gaps = operate.ada.list("/on-call/gaps").await;
    assert_eq!((gaps.len(), &gaps[0]["schedules"]), (1, &json!(["schedule/shop"])));
    assert!(gaps[0]["problem"].as_str().unwrap().contains("length of a shift"), "{gaps:#?}");
    operate.end().await;
}
