//! What becomes of a page that somebody took: it rings again when nothing is done, or when the time
//! for which it was snoozed is over.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, alert, conversations, shop};

conversations!(
    a_page_that_was_taken_rings_again_when_nothing_is_done,
    a_snoozed_page_rings_again_after_a_restart_and_not_before,
    nothing_rings_again_once_the_service_is_back,
    whoever_hands_over_keeps_it_until_the_other_one_accepts,
    whoever_hands_over_is_told_that_nobody_accepted,
    who_is_away_is_given_nothing_without_a_word,
    whose_account_has_another_name_is_known_all_the_same,
    a_note_of_somebody_else_stops_no_call,
    who_was_ill_before_it_was_said_has_nothing_that_they_took_before,
    what_somebody_has_rings_again_when_the_illness_begins_that_was_entered_before,
    the_next_step_is_called_when_somebody_asks_for_it,
    a_repeat_is_answered_as_before_also_when_others_are_on_call_by_then,
    who_may_not_act_on_the_incident_may_not_quiet_its_page,
);

const ORDERS: (&str, &str) = ("service", "orders");
const PASSWORD: &str = "correct horse battery";

/// An incident that fires for days and that bob is called for; whoever takes it has half an hour.
async fn ring(operate: &Operate, receiver: &Receiver) {
    let steps = "{name: shop},\n spec: {steps:";
    let timely = "{name: shop},\n spec: {acknowledgeTimeout: 30m, steps:";
    operate.apply(&shop(&receiver.url).replace(steps, timely)).await;
    let mut fires = alert("Down", "critical", ORDERS);
    fires["endsAt"] = json!(operate.world.now() + Duration::from_secs(7 * 86_400));
    operate.alerts(json!([fires])).await;
    operate.settled().await;
    assert_eq!(receiver.calls_to("/bob").len(), 1);
}

async fn page(operate: &Operate) -> Value {
    let pages = operate.ada.list("/incidents/1/pages").await;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    pages[0].clone()
}

/// Asks something of the page, and gives it as it is afterwards.
async fn ask(operate: &Operate, command: Value, status: u16) -> Value {
    let id = page(operate).await["id"].as_str().unwrap().to_owned();
    let reply = operate.ada.post(&format!("/pages/{id}/commands"), command).await;
    if status == 200 { reply.is(200) } else { reply.problem(status) }
}

async fn minutes(operate: &Operate, count: u64) {
    operate.pass(Duration::from_secs(60 * count)).await;
    operate.settled().await;
}

async fn called(operate: &Operate, receiver: &Receiver, count: usize) {
    let calls = async || (receiver.calls_to("/bob").len() == count).then_some(());
    operate.until("bob is called", calls).await;
    operate.settled().await;
}

async fn a_page_that_was_taken_rings_again_when_nothing_is_done(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    ask(&operate, json!({ "command": "acknowledge" }), 200).await;
    minutes(&operate, 25).await;
    operate.ada.post("/incidents/1/commands", json!({ "command": "comment", "text": "hm" })).await;
    minutes(&operate, 25).await;
    assert_eq!(receiver.calls().len(), 1, "something was done 25 minutes ago");

    minutes(&operate, 6).await;
    called(&operate, &receiver, 2).await;
    let ringing = page(&operate).await;
    assert_eq!(ringing["stage"], "ringing");
    assert_eq!(ringing["calls"][1]["round"], 1);
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], Value::Null, "nobody holds it any more");
    assert_ne!(incident["times"]["acknowledged"], Value::Null, "what counts is the first time");
    let told = operate.ada.list("/incidents/1/timeline").await;
    let again = |entry: &Value| entry["title"] == "Ringing again: nothing was done for 30 minutes";
    assert!(told.iter().any(again), "{told:#?}");

    // Working on it is an answer now.
    operate.ada.post("/incidents/1/commands", json!({ "command": "diagnose" })).await.is(200);
    operate.settled().await;
    assert_eq!(page(&operate).await["stage"], "acknowledged");
    operate.end().await;
}

async fn a_snoozed_page_rings_again_after_a_restart_and_not_before(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    let too_long = operate.world.now() + Duration::from_secs(25 * 3600);
    ask(&operate, json!({ "command": "snooze", "until": too_long }), 422).await;
    let snoozed = ask(&operate, json!({ "command": "snooze", "for": "morning" }), 200).await;
    assert_eq!(snoozed["stage"], "acknowledged");
    // It is noon, in UTC for whoever has no zone.
    assert_eq!(snoozed["rings_again"]["at"], "2026-03-02T08:00:00Z");
    let snoozed = ask(&operate, json!({ "command": "snooze", "for": "1h" }), 200).await;
    assert_eq!(snoozed["rings_again"]["snoozed_by"], "person:ada");
    minutes(&operate, 59).await;
    assert_eq!(receiver.calls().len(), 1, "nobody is called until then");

    let operate = operate.restart(Duration::from_secs(120)).await;
    called(&operate, &receiver, 2).await;
    operate.end().await;
}

fn hand_over(to: &str) -> Value {
    json!({ "command": "hand_over", "to": to, "reason": "my shift ends" })
}

async fn whoever_hands_over_keeps_it_until_the_other_one_accepts(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    ask(&operate, hand_over("person/bob"), 409).await;
    ask(&operate, json!({ "command": "acknowledge" }), 200).await;
    operate.settled().await;
    ask(&operate, hand_over("person/nobody"), 422).await;
    ask(&operate, hand_over("team/shop"), 422).await;
    // What a request says of the ways counts for nothing: the estate knows them.
    let mut forged = hand_over("person/bob");
    forged["contacts"] = json!([{ "contact": "person/bob", "channel": "webhook",
        "target": "https://elsewhere.example.org" }]);
    let asked = ask(&operate, forged, 200).await;
    assert_eq!(asked["acknowledged_by"], "person:ada", "she keeps it");
    operate.settled().await;
    let calls = receiver.calls_to("/bob");
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[1].body["handed_over"]["by"], "ada");
    assert_eq!(calls[1].body["handed_over"]["reason"], "my shift ends");
    ask(&operate, json!({ "command": "accept" }), 422).await;

    let link = format!("{}{}", operate.ada.base(), calls[1].link());
    let shown = operate.ada.send(reqwest::Client::new().get(&link)).await;
    assert!(shown.text.contains("hands it over to you: my shift ends"), "{}", shown.text);
    operate.ada.send(reqwest::Client::new().post(&link)).await;
    operate.settled().await;
    assert_eq!(page(&operate).await["acknowledged_by"], "link:bob");
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["assignee"], "person/bob");
    assert_eq!(incident["assigned_because"], "handed over by ada: my shift ends");
    let told = operate.ada.list("/incidents/1/timeline").await;
    let taken = |entry: &Value| entry["title"] == "Bob took it over from ada";
    assert!(told.iter().any(taken), "{told:#?}");
    operate.end().await;
}

async fn whoever_hands_over_is_told_that_nobody_accepted(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    ask(&operate, json!({ "command": "acknowledge" }), 200).await;
    ask(&operate, hand_over("person/bob"), 200).await;
    operate.settled().await;
    minutes(&operate, 11).await;
    let told = async || receiver.calls_to("/ada").pop();
    let told = operate.until("ada is told", told).await;
    assert_eq!(told.body["kept"], true);
    operate.settled().await;
    let kept = page(&operate).await;
    assert_eq!(
        (&kept["stage"], &kept["acknowledged_by"]),
        (&json!("acknowledged"), &json!("person:ada"))
    );
    let calls = kept["calls"].as_array().unwrap();
    let purposes: Vec<&Value> = calls.iter().map(|call| &call["purpose"]).collect();
    assert_eq!(purposes, [&Value::Null, &json!("hand_over"), &json!("kept")]);
    operate.end().await;
}

async fn who_is_away_is_given_nothing_without_a_word(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    ask(&operate, json!({ "command": "acknowledge" }), 200).await;
    let people = async || operate.ada.list("/on-call/people").await;
    assert_eq!(people().await, Vec::<Value>::new(), "nobody has a shift, and all are there");
    let ill = json!({"type": "sickness", "until": "2036-01-05T08:00:00Z"});
    let ill = operate.ada.post("/people/bob/away", ill).await.is(200);
    let next = json!({"from": "2036-01-05T08:00:00Z", "until": "2036-01-07T08:00:00Z"});
    operate.ada.post("/people/bob/away", next).await.is(200);
    assert!(ill["absence"].is_string(), "{ill}");
    let away = people().await;
    assert_eq!(away.len(), 1, "{away:?}");
    assert_eq!(away[0]["person"], "person/bob");
    assert_eq!(away[0]["away_until"], "2036-01-07T08:00:00Z", "one absence follows another");

    let refused = ask(&operate, hand_over("person/bob"), 422).await;
    let why = refused["detail"].as_str().unwrap();
    assert!(why.contains("is away until Mon 7 Jan 08:00"), "{refused}");
    assert_eq!(refused["field"], "to", "{refused}");
    assert!(refused["remedy"].as_str().unwrap().contains("even_if_away"), "{refused}");
    let assign = json!({"command": "assign", "assignee": "person/bob"});
    let answer = operate.ada.post("/incidents/1/commands", assign.clone()).await;
    assert_eq!(answer.problem(422)["field"], "assignee");
    let new = json!({"title": "Till", "assignee": "person/bob"});
    operate.ada.post("/incidents", new).await.problem(422);

    let mut anyway = assign;
    anyway["even_if_away"] = json!(true);
    operate.ada.post("/incidents/1/commands", anyway).await.is(200);
    let mut anyway = hand_over("person/bob");
    anyway["even_if_away"] = json!(true);
    ask(&operate, anyway, 200).await;
    operate.end().await;
}

async fn whose_account_has_another_name_is_known_all_the_same(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    let account = json!({"name": "robert", "role": "responder", "password": PASSWORD,
                         "display_name": "Robert", "person": "person/bob"});
    operate.ada.post("/accounts", account).await.is(201);
    let robert = operate.ada.of("robert", PASSWORD).await;
    let commands = format!("/pages/{}/commands", page(&operate).await["id"].as_str().unwrap());
    robert.post(&commands, json!({ "command": "acknowledge" })).await.is(200);
    operate.settled().await;
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["assignee"], "person/bob");
    let refused = ask(&operate, hand_over("person/bob"), 422).await;
    assert!(refused["detail"].as_str().unwrap().contains("bob has it already"), "{refused}");

    operate.ada.post("/people/bob/away", json!({ "type": "sickness" })).await.is(200);
    operate.settled().await;
    let rings = page(&operate).await;
    assert_eq!((&rings["stage"], &rings["had_by"]), (&json!("ringing"), &json!("person:robert")));
    assert_eq!(rings["rang_again_why"], "holder_away");
    operate.end().await;
}

async fn who_was_ill_before_it_was_said_has_nothing_that_they_took_before(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    ask(&operate, json!({ "command": "acknowledge" }), 200).await;
    minutes(&operate, 5).await;
    let since = operate.world.now() - Duration::from_secs(3600);
    let ill = json!({ "type": "sickness", "from": since });
    let ill = operate.ada.post("/people/ada/away", ill).await.is(200);
    operate.settled().await;
    assert_eq!(page(&operate).await["stage"], "ringing");

    // Taking it although that is known means to have it, also when the note is made longer.
    minutes(&operate, 1).await;
    ask(&operate, json!({ "command": "acknowledge" }), 200).await;
    minutes(&operate, 1).await;
    let absence = ill["absence"].as_str().unwrap();
    let until = operate.world.now() + Duration::from_secs(86_400);
    let longer = json!({
        "apiVersion": "operate/v1", "kind": "Absence",
        "metadata": { "name": absence.trim_start_matches("absence/") },
        "spec": { "person": "ada", "type": "sickness", "start": since, "end": until },
    });
    operate.ada.put(&format!("/estate/items/{absence}"), longer, None).await.is(204);
    operate.settled().await;
    assert_eq!(page(&operate).await["stage"], "acknowledged");
    operate.end().await;
}

async fn what_somebody_has_rings_again_when_the_illness_begins_that_was_entered_before(
    place: Place,
) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    let from = operate.world.now() + Duration::from_secs(20 * 60);
    let ill = json!({ "type": "sickness", "from": from });
    operate.ada.post("/people/ada/away", ill).await.is(200);
    ask(&operate, json!({ "command": "acknowledge" }), 200).await;
    minutes(&operate, 15).await;
    assert_eq!(page(&operate).await["stage"], "acknowledged");
    let operate = operate.restart(Duration::from_secs(5 * 60)).await;
    called(&operate, &receiver, 2).await;
    let rings = page(&operate).await;
    assert_eq!(rings["rang_again_why"], "holder_away", "half an hour is not over: {rings}");
    operate.end().await;
}

async fn a_note_of_somebody_else_stops_no_call(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    ask(&operate, json!({ "command": "acknowledge" }), 200).await;
    minutes(&operate, 1).await;
    ask(&operate, json!({ "command": "escalate" }), 200).await;
    minutes(&operate, 1).await;
    let comment = json!({ "command": "comment", "text": "the customer rang again" });
    operate.ada.post("/incidents/1/commands", comment).await;
    operate.settled().await;
    assert_eq!(page(&operate).await["stage"], "ringing", "she asked for help");
    operate.end().await;
}

async fn the_next_step_is_called_when_somebody_asks_for_it(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    ask(&operate, json!({ "command": "escalate" }), 200).await;
    operate.settled().await;
    assert_eq!(receiver.calls_to("/ada").len(), 1, "ada is the second step");
    ask(&operate, json!({ "command": "escalate" }), 422).await;
    ask(&operate, json!({ "command": "acknowledge" }), 200).await;
    operate.settled().await;
    ask(&operate, json!({ "command": "ring_again" }), 200).await;
    operate.settled().await;
    assert_eq!(receiver.calls_to("/bob").len(), 2, "from the first step");
    operate.end().await;
}

async fn a_repeat_is_answered_as_before_also_when_others_are_on_call_by_then(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    let commands = format!("/pages/{}/commands", page(&operate).await["id"].as_str().unwrap());
    let escalate = async || {
        let command = json!({ "command": "escalate" });
        let key = [("idempotency-key", "once")];
        operate.ada.post_with(&commands, command, &key).await.is(200)
    };
    let first = escalate().await;
    let policy = "[{contacts: [bob], wait: 5m}, {contacts: [ada], wait: 10m}]";
    let other = "[{contacts: [bob], wait: 5m}, {contacts: [bob], wait: 10m}]";
    operate.apply(&shop(&receiver.url).replace(policy, other)).await;
    operate.settled().await;
    assert_eq!(escalate().await, first);
    operate.end().await;
}

async fn who_may_not_act_on_the_incident_may_not_quiet_its_page(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    let account = |name: &str, team: &str| {
        json!({"name": name, "role": "responder", "password": PASSWORD, "display_name": name,
               "scoped": true, "teams": [team]})
    };
    operate.ada.post("/accounts", account("dan", "team/data")).await.is(201);
    let dan = operate.ada.of("dan", PASSWORD).await;
    let id = page(&operate).await["id"].as_str().unwrap().to_owned();
    let commands = format!("/pages/{id}/commands");
    for command in [
        json!({ "command": "snooze", "for": "1h" }),
        json!({ "command": "escalate" }),
        json!({ "command": "ring_again" }),
        json!({ "command": "hand_over", "to": "person/ada", "reason": "no" }),
    ] {
        dan.post(&commands, command).await.problem(403);
    }
    dan.post(&commands, json!({ "command": "acknowledge" })).await.problem(403);
    // Whoever is called may answer, whatever their teams, and has it then.
    let mut bob = account("bobby", "team/data");
    bob["person"] = json!("person/bob");
    operate.ada.post("/accounts", bob).await.is(201);
    let bob = operate.ada.of("bobby", PASSWORD).await;
    bob.post(&commands, json!({ "command": "snooze", "for": "1h" })).await.problem(403);
    bob.post(&commands, json!({ "command": "acknowledge" })).await.is(200);
    bob.post(&commands, json!({ "command": "snooze", "for": "1h" })).await.is(200);
    operate.end().await;
}

async fn nothing_rings_again_once_the_service_is_back(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    ask(&operate, json!({ "command": "acknowledge" }), 200).await;
    operate.ada.post("/incidents/1/commands", json!({ "command": "restore" })).await.is(200);
    operate.settled().await;
    let settled = page(&operate).await;
    assert_eq!(settled["rings_again"], Value::Null);
    assert_eq!(settled["allowed"], json!([]), "nothing is asked of it any more");
    // Snoozing through another door brings nothing back.
    ask(&operate, json!({ "command": "snooze", "for": "15m" }), 200).await;
    operate.settled().await;
    assert_eq!(page(&operate).await["rings_again"], Value::Null);
    minutes(&operate, 90).await;
    assert_eq!(receiver.calls().len(), 1);
    operate.end().await;
}
