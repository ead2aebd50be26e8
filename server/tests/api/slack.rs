//! Slack both ways: messages that follow an incident, and people who deal with it there.

use std::time::Duration;

use serde_json::{Value, json};
use server::config::Config;
use spine::testing::Place;

use crate::world::{Operate, Receiver, Reply, Slack, conversations, shop};

conversations!(
    an_incident_is_shown_in_its_teams_room_and_kept_up_to_date,
    a_button_calls_the_next_in_line,
    a_form_resolves_an_incident,
    slash_commands_do_what_people_do_elsewhere_and_once,
    a_request_that_slack_did_not_sign_does_nothing,
    who_is_not_known_is_told_so_and_who_has_no_account_may_only_acknowledge,
    a_busy_service_is_left_alone_for_as_long_as_it_asks,
    what_slack_refuses_says_how_to_mend_it,
    secrets_are_sealed_and_the_settings_tell_whether_they_work,
);

/// The shop, whose team has a room.
fn estate(hook: &str) -> String {
    let team = "metadata: {name: shop}, spec: {escalationPolicy: shop}}";
    let text = shop(hook);
    assert!(text.contains(team));
    let room = "metadata: {name: shop}, spec: {escalationPolicy: shop, chat: {slack: \"#shop\"}}}";
    text.replace(team, room)
}

/// A server whose bot is in `#shop`, with Bob as a member who has an account.
async fn began(place: &Place) -> (Operate, Slack, Receiver) {
    let (slack, receiver) = (Slack::start(&["#shop"]).await, Receiver::start().await);
    let url = slack.url.clone();
    let set = |config: &mut Config| config.channels.slack.url = url;
    let operate = Operate::with(place, set).await;
    operate.apply(&estate(&receiver.url)).await;
    let account = json!({
        "name": "bobby", "display_name": "Bob", "role": "responder", "scoped": false,
        "password": "correct horse bob", "person": "person/bob", "teams": [],
    });
    operate.ada.post("/accounts", account).await.is(201);
    operate.ada.put("/settings/chat/slack", Slack::secrets(), None).await.is(200);
    slack.member("U1", "Bob@Example.org");
    (operate, slack, receiver)
}

async fn fires(operate: &Operate) {
    operate.fires("Down", "critical", ("service", "checkout")).await;
    operate.settled().await;
}

async fn press(operate: &Operate, user: &str, deed: &str, incident: &Value) -> Reply {
    let payload = json!({
        "type": "block_actions", "user": {"id": user}, "channel": {"id": "Cshop"},
        "trigger_id": format!("t.{deed}.{user}"),
        "actions": [{"action_id": deed, "value": incident["id"]}],
    });
    send(operate, &[("payload", &payload.to_string())]).await
}

async fn write(operate: &Operate, user: &str, text: &str, trigger: &str) -> String {
    let fields =
        [("user_id", user), ("command", "/operate"), ("text", text), ("trigger_id", trigger)];
    let told = send(operate, &fields).await.is(200);
    assert_eq!(told["response_type"], "ephemeral");
    told["text"].as_str().unwrap().to_owned()
}

async fn send(operate: &Operate, fields: &[(&str, &str)]) -> Reply {
    operate.ada.send(Slack::signed(&operate.ada, fields, operate.world.now())).await
}

/// The one message in the room, once it says this.
async fn shows(operate: &Operate, slack: &Slack, part: &str) -> Value {
    operate
        .until(&format!("the room shows {part}"), async || {
            let messages = slack.messages();
            assert!(messages.len() <= 1, "one message for one incident: {messages:?}");
            messages.into_iter().find(|message| message.to_string().contains(part))
        })
        .await
}

fn buttons(message: &Value) -> Vec<&str> {
    let elements = message["blocks"][2]["elements"].as_array().unwrap();
    elements.iter().map(|button| button["action_id"].as_str().unwrap()).collect()
}

async fn an_incident_is_shown_in_its_teams_room_and_kept_up_to_date(place: Place) {
    let (operate, slack, _receiver) = began(&place).await;
    fires(&operate).await;
    let message = shows(&operate, &slack, "nobody has it").await;
    assert!(message["text"].as_str().unwrap().starts_with("[P1] #1 "), "{message}");
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(message["blocks"][2]["elements"][0]["value"], incident["id"]);
    let ringing = shows(&operate, &slack, "escalate").await;
    assert_eq!(buttons(&ringing)[0], "acknowledge");

    assert_eq!(press(&operate, "U1", "acknowledge", &incident).await.text, "");
    operate.settled().await;
    let taken = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(taken["acknowledged_by"], "person:bobby", "the journal names who pressed");
    let told = async || {
        let message = slack.messages().remove(0);
        let taken = message.to_string().contains("bob has it");
        (taken && !buttons(&message).contains(&"escalate")).then_some(message)
    };
    let message = operate.until("the room shows who has it", told).await;
    assert!(!buttons(&message).contains(&"acknowledge"), "{message}");

    operate.clears("Down", "critical", ("service", "checkout")).await;
    // Whether it stays so is waited for.
    operate.pass(Duration::from_secs(90)).await;
    shows(&operate, &slack, "Restored").await;
    slack.deletes_all();
    operate.command("1", json!({"command": "edit", "title": "The till is down"})).await;
    shows(&operate, &slack, "The till is down").await;

    // What belongs to a team without a room is shown nowhere.
    operate.fires("Disk", "critical", ("component", "orders-db")).await;
    operate.settled().await;
    assert_eq!(slack.messages().len(), 1);
    operate.end().await;
}

async fn a_button_calls_the_next_in_line(place: Place) {
    let (operate, slack, receiver) = began(&place).await;
    fires(&operate).await;
    shows(&operate, &slack, "escalate").await;
    assert_eq!((receiver.calls_to("/bob").len(), receiver.calls_to("/ada").len()), (1, 0));
    let incident = operate.ada.get("/incidents/1").await.is(200);
    press(&operate, "U1", "escalate", &incident).await;
    let next = async || receiver.calls_to("/ada").first().cloned();
    operate.until("the next is called", next).await;
    press(&operate, "U1", "acknowledge", &incident).await;
    operate.settled().await;
    let said = write(&operate, "U1", "escalate 1", "t.9").await;
    assert!(said.contains("nobody comes after this step"), "{said}");
    operate.end().await;
}

async fn a_form_resolves_an_incident(place: Place) {
    let (operate, slack, _receiver) = began(&place).await;
    fires(&operate).await;
    let incident = operate.ada.get("/incidents/1").await.is(200);
    press(&operate, "U1", "acknowledge", &incident).await;
    press(&operate, "U1", "resolve", &incident).await;
    let early = slack.whispers().remove(0);
    assert!(early["text"].as_str().unwrap().contains("cannot be resolved now"), "{early}");
    operate.clears("Down", "critical", ("service", "checkout")).await;
    // Whether it stays so is waited for.
    operate.pass(Duration::from_secs(90)).await;
    shows(&operate, &slack, "Restored").await;
    let said = write(&operate, "U1", "resolve 1", "t.1").await;
    assert!(said.contains("in the form that opens"), "{said}");
    let late = write(&operate, "U1", "resolve 1", "late").await;
    assert!(late.contains("expired_trigger_id") && late.contains("/incidents/inc_"), "{late}");
    let view = slack.views().remove(0);
    assert_eq!(view["private_metadata"], incident["id"]);
    let options = view["blocks"][0]["element"]["options"].as_array().unwrap();
    assert!(options.iter().any(|option| option["value"] == "technology"));
    let submit = async |cause: &str| {
        let chosen = |value: &str| json!({"selected_option": {"value": value}});
        let payload = json!({
            "type": "view_submission", "user": {"id": "U1"},
            "view": {"id": "V1", "callback_id": "resolve", "private_metadata": incident["id"],
                     "state": {"values": {"cause": {"cause": chosen(cause)},
                                          "code": {"code": chosen("fixed")},
                                          "note": {"note": {"value": "a new disk"}}}}},
        });
        send(&operate, &[("payload", &payload.to_string())]).await
    };
    let wrong = submit("bad luck").await.is(200);
    assert_eq!(wrong["response_action"], "errors");
    assert_eq!(submit("technology").await.text, "");
    assert_eq!(submit("technology").await.text, "", "a repeat is answered alike");
    shows(&operate, &slack, "Resolved").await;
    let resolved = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(
        (&resolved["resolution_code"], &resolved["resolution_note"]),
        (&json!("fixed"), &json!("a new disk"))
    );
    operate.end().await;
}

async fn slash_commands_do_what_people_do_elsewhere_and_once(place: Place) {
    let (operate, _slack, _receiver) = began(&place).await;
    fires(&operate).await;
    let said = write(&operate, "U1", "ack 1", "t.1").await;
    assert_eq!(said, "#1 is yours. Nobody else is called.");
    for _ in 0..3 {
        let said = write(&operate, "U1", "comment 1 a <new> disk", "t.2").await;
        assert_eq!(said, "Written down on #1.");
    }
    let incident = operate.ada.get("/incidents/1").await.is(200);
    let comments = incident["comments"].as_array().unwrap();
    assert_eq!(comments.len(), 1, "Slack sends a request again when it waited too long");
    assert_eq!(comments[0]["text"], "a <new> disk");
    let report = json!({"title": "No soup", "item": "service/canteen", "impact": "low",
                        "urgency": "low"});
    operate.ada.post("/incidents", report).await.is(201);
    assert_eq!(write(&operate, "U1", "restore 2", "t.8").await, "#2 is restored.");
    let said = write(&operate, "U1", "who shop", "t.3").await;
    assert_eq!(said, "team/shop calls\n1. bob\n2. ada");
    assert!(write(&operate, "U1", "who nobody", "t.4").await.contains("no team"));
    assert!(write(&operate, "U1", "help", "t.5").await.contains("comment 123 TEXT"));
    assert!(write(&operate, "U1", "dance", "t.6").await.contains("no command `dance`"));
    assert!(write(&operate, "U1", "ack 99", "t.7").await.contains("no such incident"));
    operate.end().await;
}

async fn a_request_that_slack_did_not_sign_does_nothing(place: Place) {
    let (operate, _slack, _receiver) = began(&place).await;
    fires(&operate).await;
    let fields = [("user_id", "U1"), ("text", "ack 1"), ("trigger_id", "t.1")];
    let old = operate.world.now() - Duration::from_secs(301);
    let late = operate.ada.send(Slack::signed(&operate.ada, &fields, old)).await.problem(401);
    assert!(late["detail"].as_str().unwrap().contains("five minutes"), "{late}");
    let now = operate.world.now();
    let changed = Slack::signed(&operate.ada, &fields, now).body("user_id=U1&text=ack+1");
    operate.ada.send(changed).await.problem(401);
    let bare = operate.ada.bare(reqwest::Method::POST, "/api/v1/chat/slack").body("text=ack+1");
    operate.ada.send(bare).await.problem(401);
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], Value::Null);
    operate.end().await;
}

async fn who_is_not_known_is_told_so_and_who_has_no_account_may_only_acknowledge(place: Place) {
    let (operate, slack, _receiver) = began(&place).await;
    fires(&operate).await;
    slack.member("U2", "stranger@example.org");
    slack.member("U3", "ada@example.org");
    let said = write(&operate, "U2", "ack 1", "t.1").await;
    assert!(said.contains("does not know you"), "{said}");
    assert!(write(&operate, "U9", "ack 1", "t.2").await.contains("user_not_found"));
    let incident = operate.ada.get("/incidents/1").await.is(200);
    press(&operate, "U2", "acknowledge", &incident).await;
    let whisper = slack.whispers().remove(0);
    assert_eq!((&whisper["user"], &whisper["channel"]), (&json!("U2"), &json!("Cshop")));
    let said = write(&operate, "U3", "comment 1 hello", "t.3").await;
    assert!(said.contains("needs an account"), "{said}");
    let said = write(&operate, "U3", "ack 1", "t.4").await;
    assert!(said.contains("needs an account"), "she was not called: {said}");
    let page = operate.ada.list("/incidents/1/pages").await.remove(0);
    let commands = format!("/pages/{}/commands", page["id"].as_str().unwrap());
    operate.ada.post(&commands, json!({"command": "escalate"})).await.is(200);
    operate.settled().await;
    write(&operate, "U3", "ack 1", "t.5").await;
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], "link:ada");
    operate.end().await;
}

async fn a_busy_service_is_left_alone_for_as_long_as_it_asks(place: Place) {
    let (operate, slack, _receiver) = began(&place).await;
    slack.limit(Some(30));
    operate.fires("Down", "critical", ("service", "checkout")).await;
    let asked = async || (slack.asked("chat.postMessage") > 0).then_some(());
    operate.until("it is asked", asked).await;
    operate.settled().await;
    slack.limit(None);
    let before = slack.asked("chat.postMessage");
    operate.pass(Duration::from_secs(20)).await;
    operate.settled().await;
    assert_eq!(slack.asked("chat.postMessage"), before, "it asked for 30 seconds");
    operate.pass(Duration::from_secs(60)).await;
    shows(&operate, &slack, "#1").await;
    operate.end().await;
}

async fn what_slack_refuses_says_how_to_mend_it(place: Place) {
    let (operate, slack, receiver) = began(&place).await;
    operate.apply(&estate(&receiver.url).replace("#shop", "#elsewhere")).await;
    fires(&operate).await;
    let dead = operate
        .until("it is laid aside", async || {
            let dead = operate.ada.list("/outbox?state=dead").await;
            dead.into_iter().find(|message| message["channel"] == "chat")
        })
        .await;
    assert!(dead["detail"].as_str().unwrap().contains("/invite"), "{dead}");
    slack.join("#elsewhere");
    let id = dead["id"].as_str().unwrap();
    operate.ada.post(&format!("/outbox/{id}/retry"), json!({})).await.is(204);
    shows(&operate, &slack, "#1").await;
    operate.end().await;
}

async fn secrets_are_sealed_and_the_settings_tell_whether_they_work(place: Place) {
    let (operate, _slack, _receiver) = began(&place).await;
    let shown = operate.ada.get("/settings/chat").await;
    assert!(!shown.text.contains("xoxb-test") && !shown.text.contains("signing-secret"));
    let settings = shown.is(200)[0].clone();
    assert_eq!(settings["name"], "slack");
    let entries = settings["entries"].as_array().unwrap();
    assert!(entries.iter().all(|entry| entry["known"] == true && entry["value"].is_null()));
    assert_eq!(settings["rooms"], json!([{"team": "team/shop", "room": "#shop"}]));
    let url = settings["request_url"].as_str().unwrap();
    assert!(url.ends_with("/api/v1/chat/slack"), "{url}");
    let attempt =
        async |body: Value| operate.ada.post("/settings/chat/slack/try", body).await.is(200);
    let works = attempt(json!({"room": "#shop"})).await;
    assert_eq!(works["works"], true);
    assert!(works["detail"].as_str().unwrap().contains("operate in Acme"), "{works}");
    let outside = attempt(json!({"room": "#other"})).await;
    assert!(outside["detail"].as_str().unwrap().contains("/invite"), "{outside}");
    let journal = operate.ada.get("/journal").await.text;
    assert!(!journal.contains("xoxb-test") && !journal.contains("signing-secret"));

    operate.ada.put("/settings/chat/slack", json!({"token": "xoxb-wrong"}), None).await.is(200);
    let wrong = attempt(json!({})).await;
    assert_eq!(wrong["works"], false);
    assert!(wrong["detail"].as_str().unwrap().contains("enter the bot's token anew"), "{wrong}");
    let viewer = json!({"name": "eve", "display_name": "Eve", "role": "viewer", "scoped": false,
                        "password": "correct horse eve", "teams": []});
    operate.ada.post("/accounts", viewer).await.is(201);
    let eve = operate.ada.of("eve", "correct horse eve").await;
    eve.put("/settings/chat/slack", Slack::secrets(), None).await.problem(403);
    operate.end().await;
}
