//! Mattermost both ways: messages that follow an incident, and people who deal with it there.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use server::config::Config;
use spine::testing::Place;

use crate::world::{Mattermost, Operate, Receiver, Reply, conversations, shop};

conversations!(
    an_incident_is_shown_in_its_teams_room_and_kept_up_to_date,
    what_must_not_be_edited_is_not_posted_a_second_time,
    buttons_do_what_people_do_elsewhere_under_their_names,
    forms_ask_how_it_ended_and_what_to_write_down,
    slash_commands_are_taken_by_their_token_alone,
    a_button_or_form_that_was_not_made_here_does_nothing,
    a_busy_service_is_left_alone_and_what_it_refuses_says_how_to_mend_it,
    the_settings_take_no_token_along_to_another_address,
    an_address_in_a_private_network_is_reached_only_where_it_is_allowed,
);

/// The shop, whose team has a room.
fn estate(hook: &str) -> String {
    let team = "metadata: {name: shop}, spec: {escalationPolicy: shop}}";
    let text = shop(hook);
    assert!(text.contains(team));
    let room = "metadata: {name: shop}, spec: {escalationPolicy: shop, \
                chat: {mattermost: ops/shop}}}";
    text.replace(team, room)
}

/// A server whose bot is in `ops/shop`, with Bob as a member who has an account.
async fn began(place: &Place) -> (Operate, Mattermost, Receiver) {
    let (chat, receiver) = (Mattermost::start(&["ops/shop"]).await, Receiver::start().await);
    let operate = Operate::start(place).await;
    operate.apply(&estate(&receiver.url)).await;
    let account = json!({
        "name": "bobby", "display_name": "Bob", "role": "responder", "scoped": false,
        "password": "correct horse bob", "person": "person/bob", "teams": [],
    });
    operate.ada.post("/accounts", account).await.is(201);
    operate.ada.put("/settings/chat/mattermost", chat.entries(), None).await.is(200);
    chat.member("u1", "bob", "Bob@Example.org");
    (operate, chat, receiver)
}

async fn fires(operate: &Operate) {
    operate.fires("Down", "critical", ("service", "checkout")).await;
    operate.settled().await;
}

/// The one post in the room, once it says this.
async fn shows(operate: &Operate, chat: &Mattermost, part: &str) -> Value {
    operate
        .until(&format!("the room shows {part}"), async || {
            let posts = chat.posts();
            assert!(posts.len() <= 1, "one message for one incident: {posts:?}");
            posts.into_iter().find(|post| post.to_string().contains(part))
        })
        .await
}

fn button(post: &Value, id: &str) -> Option<Value> {
    let actions = post["props"]["attachments"][0]["actions"].as_array().unwrap();
    actions.iter().find(|action| action["id"] == id).cloned()
}

async fn press(operate: &Operate, user: &str, button: &Value) -> Reply {
    let id = button["id"].as_str().unwrap();
    let trigger = format!("t.{id}.{user}");
    send(
        operate,
        json!({
            "user_id": user, "channel_id": "ops/shop", "post_id": "post1", "trigger_id": trigger,
            "type": "button", "context": button["integration"]["context"],
        }),
    )
    .await
}

async fn submit(operate: &Operate, user: &str, dialog: &Value, submission: Value) -> Reply {
    let form = &dialog["dialog"];
    send(
        operate,
        json!({
            "type": "dialog_submission", "callback_id": form["callback_id"], "state": form["state"],
            "user_id": user, "channel_id": "ops/shop", "submission": submission, "cancelled": false,
        }),
    )
    .await
}

async fn send(operate: &Operate, body: Value) -> Reply {
    let request = operate.ada.bare(Method::POST, "/api/v1/chat/mattermost").json(&body);
    operate.ada.send(request).await
}

async fn write(operate: &Operate, user: &str, text: &str, trigger: &str) -> String {
    let request = Mattermost::command(&operate.ada, user, text, trigger);
    let told = operate.ada.send(request).await.is(200);
    assert_eq!(told["response_type"], "ephemeral");
    told["text"].as_str().unwrap().to_owned()
}

async fn an_incident_is_shown_in_its_teams_room_and_kept_up_to_date(place: Place) {
    let (operate, chat, _receiver) = began(&place).await;
    fires(&operate).await;
    let post = shows(&operate, &chat, "nobody has it").await;
    assert!(post["message"].as_str().unwrap().contains("#1 "), "{post}");
    assert_eq!(post["channel_id"], "ops/shop");
    assert!(button(&shows(&operate, &chat, "Escalate").await, "acknowledge").is_some());
    operate.command("1", json!({"command": "acknowledge"})).await;
    let post = shows(&operate, &chat, "ada has it").await;
    assert!(button(&post, "acknowledge").is_none(), "{post}");
    assert_eq!(chat.asked("POST posts"), 1, "it was written anew, not posted again");
    chat.deletes_all();
    operate.command("1", json!({"command": "edit", "title": "The @till is down"})).await;
    shows(&operate, &chat, "@\u{200b}till is down").await;
    operate.end().await;
}

async fn what_must_not_be_edited_is_not_posted_a_second_time(place: Place) {
    let (operate, chat, _receiver) = began(&place).await;
    fires(&operate).await;
    shows(&operate, &chat, "Escalate").await;
    chat.forbids_edits(true);
    operate.command("1", json!({"command": "acknowledge"})).await;
    let dead = laid_aside(&operate).await;
    assert!(dead["detail"].as_str().unwrap().contains("edit its posts"), "{dead}");
    assert_eq!(chat.asked("POST posts"), 1);
    chat.forbids_edits(false);
    let id = dead["id"].as_str().unwrap();
    operate.ada.post(&format!("/outbox/{id}/retry"), json!({})).await.is(204);
    shows(&operate, &chat, "ada has it").await;
    operate.end().await;
}

/// The message into a room that was given up.
async fn laid_aside(operate: &Operate) -> Value {
    operate
        .until("it is laid aside", async || {
            let dead = operate.ada.list("/outbox?state=dead").await;
            dead.into_iter().find(|message| message["channel"] == "chat")
        })
        .await
}

async fn buttons_do_what_people_do_elsewhere_under_their_names(place: Place) {
    let (operate, chat, receiver) = began(&place).await;
    fires(&operate).await;
    let post = shows(&operate, &chat, "Escalate").await;
    chat.member("u2", "eve", "eve@example.org");
    let refused = press(&operate, "u2", &button(&post, "acknowledge").unwrap()).await.is(200);
    let said = refused["ephemeral_text"].as_str().unwrap();
    assert!(said.contains("does not know you") && said.contains("Mattermost"), "{said}");
    press(&operate, "u1", &button(&post, "escalate").unwrap()).await.is(200);
    let next = async || receiver.calls_to("/ada").first().cloned();
    operate.until("the next is called", next).await;
    // Who hides the mail address is known by the name at which they are called.
    let named = estate(&receiver.url).replace("webhook: HOOK/ada", "").replace(
        "email: ada@example.org,",
        "email: ada@example.org, addresses: {mattermost: \"@Ada.L\"},",
    );
    operate.apply(&named).await;
    chat.member("u3", "ada.l", "");
    let taken = press(&operate, "u3", &button(&post, "acknowledge").unwrap()).await.is(200);
    assert_eq!(taken, json!({}));
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], "link:ada", "she has no account");
    chat.member("u4", "hidden", "");
    let hidden = press(&operate, "u4", &button(&post, "acknowledge").unwrap()).await.is(200);
    let said = hidden["ephemeral_text"].as_str().unwrap();
    assert!(said.contains("let Mattermost show mail addresses"), "{said}");
    operate.end().await;
}

async fn forms_ask_how_it_ended_and_what_to_write_down(place: Place) {
    let (operate, chat, _receiver) = began(&place).await;
    fires(&operate).await;
    let post = shows(&operate, &chat, "Escalate").await;
    press(&operate, "u1", &button(&post, "comment").unwrap()).await.is(200);
    let comment = chat.dialogs().remove(0);
    assert_eq!(comment["dialog"]["title"], "Comment on #1");
    let empty = submit(&operate, "u1", &comment, json!({"text": ""})).await.is(200);
    assert_eq!(empty["error"], "Say what to write down.");
    for _ in 0..2 {
        submit(&operate, "u1", &comment, json!({"text": "a <new> disk"})).await.is(200);
    }
    let incident = operate.ada.get("/incidents/1").await.is(200);
    let comments = incident["comments"].as_array().unwrap();
    assert_eq!((comments.len(), &comments[0]["text"]), (1, &json!("a <new> disk")));
    submit(&operate, "u2", &comment, json!({"text": "as somebody else"})).await.problem(401);

    press(&operate, "u1", &button(&post, "acknowledge").unwrap()).await.is(200);
    operate.clears("Down", "critical", ("service", "checkout")).await;
    // Whether it stays so is waited for.
    operate.pass(Duration::from_secs(90)).await;
    shows(&operate, &chat, "Restored").await;
    let said = write(&operate, "u1", "resolve 1", "late").await;
    assert!(said.contains("trigger_id.expired") && said.contains("/incidents/inc_"), "{said}");
    let said = write(&operate, "u1", "resolve 1", "t.1").await;
    assert!(said.contains("in the form that opens"), "{said}");
    let resolve = chat.dialogs().pop().unwrap();
    let options = resolve["dialog"]["elements"][0]["options"].as_array().unwrap();
    assert!(options.iter().any(|option| option["value"] == "technology"));
    let answer = |cause: &str| json!({"cause": cause, "code": "fixed", "note": "a new disk"});
    let wrong = submit(&operate, "u1", &resolve, answer("bad luck")).await.is(200);
    assert!(wrong["error"].as_str().unwrap().contains("kind of cause"), "{wrong}");
    let done = submit(&operate, "u1", &resolve, answer("technology")).await.is(200);
    assert_eq!(done, json!({}));
    shows(&operate, &chat, "Resolved").await;
    let resolved = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(resolved["resolution_note"], "a new disk");
    operate.end().await;
}

async fn slash_commands_are_taken_by_their_token_alone(place: Place) {
    let (operate, _chat, _receiver) = began(&place).await;
    fires(&operate).await;
    let body = "text=ack+1&user_id=u1&trigger_id=t.1&token=command-token";
    for header in ["Token guessed", "Token ", "command-token"] {
        let request = operate.ada.bare(Method::POST, "/api/v1/chat/mattermost");
        let request = request
            .header("authorization", header)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        operate.ada.send(request).await.problem(401);
    }
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], Value::Null);
    let said = write(&operate, "u1", "ack 1", "t.2").await;
    assert_eq!(said, "#1 is yours. Nobody else is called.");
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], "person:bobby");
    assert!(write(&operate, "u1", "help", "t.3").await.contains("comment 123 TEXT"));
    assert!(write(&operate, "u9", "ack 1", "t.4").await.contains("missing_account"));
    operate.end().await;
}

async fn a_button_or_form_that_was_not_made_here_does_nothing(place: Place) {
    let (operate, chat, _receiver) = began(&place).await;
    fires(&operate).await;
    let post = shows(&operate, &chat, "Escalate").await;
    let good = button(&post, "acknowledge").unwrap();
    let sealed = good["integration"]["context"]["sealed"].as_str().unwrap();
    for forged in ["", "acknowledge", &sealed[1..], &format!("{}A", &sealed[..sealed.len() - 1])] {
        let mut wrong = good.clone();
        wrong["integration"]["context"]["sealed"] = json!(forged);
        press(&operate, "u1", &wrong).await.problem(401);
    }
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], Value::Null);
    operate.pass(Duration::from_secs(31 * 24 * 60 * 60)).await;
    let late = press(&operate, "u1", &good).await.is(200);
    let said = late["ephemeral_text"].as_str().unwrap();
    assert!(said.contains("too old to be trusted"), "{said}");
    operate.end().await;
}

async fn a_busy_service_is_left_alone_and_what_it_refuses_says_how_to_mend_it(place: Place) {
    let (operate, chat, receiver) = began(&place).await;
    chat.limit(Some(30));
    operate.fires("Down", "critical", ("service", "checkout")).await;
    let asked = async || (chat.asked("GET teams") > 0).then_some(());
    operate.until("it is asked", asked).await;
    operate.settled().await;
    chat.limit(None);
    let before = chat.asked("");
    operate.pass(Duration::from_secs(20)).await;
    operate.settled().await;
    assert_eq!(chat.asked(""), before, "it asked for 30 seconds");
    operate.pass(Duration::from_secs(60)).await;
    shows(&operate, &chat, "#1").await;

    operate.apply(&estate(&receiver.url).replace("ops/shop", "ops/other")).await;
    operate.fires("Slow", "critical", ("service", "canteen")).await;
    let dead = laid_aside(&operate).await;
    assert!(dead["detail"].as_str().unwrap().contains("add the bot"), "{dead}");
    chat.join("ops/other");
    let id = dead["id"].as_str().unwrap();
    operate.ada.post(&format!("/outbox/{id}/retry"), json!({})).await.is(204);
    let both = async || (chat.posts().len() == 2).then_some(());
    operate.until("it is shown there", both).await;
    operate.end().await;
}

async fn the_settings_take_no_token_along_to_another_address(place: Place) {
    let (operate, chat, _receiver) = began(&place).await;
    let shown = operate.ada.get("/settings/chat").await;
    assert!(!shown.text.contains("bot-token") && !shown.text.contains("command-token"));
    let settings = shown.is(200);
    let found = settings.as_array().unwrap().iter().find(|one| one["name"] == "mattermost");
    let found = found.unwrap();
    assert_eq!(found["rooms"], json!([{"team": "team/shop", "room": "ops/shop"}]));
    assert_eq!(found["entries"][0]["value"], json!(chat.url));
    let attempt =
        async |body: Value| operate.ada.post("/settings/chat/mattermost/try", body).await.is(200);
    let works = attempt(json!({"room": "ops/shop"})).await;
    assert_eq!(works["works"], true, "{works}");
    assert!(works["detail"].as_str().unwrap().contains("@operate"), "{works}");
    let nowhere = attempt(json!({"room": "ops/nowhere"})).await;
    assert!(nowhere["detail"].as_str().unwrap().contains("team/room"), "{nowhere}");
    let journal = operate.ada.get("/journal").await.text;
    assert!(!journal.contains("bot-token") && !journal.contains("command-token"));

    let elsewhere = Mattermost::start(&["ops/shop"]).await;
    let moved = json!({"url": elsewhere.url});
    operate.ada.put("/settings/chat/mattermost", moved, None).await.is(200);
    let tried = attempt(json!({})).await;
    assert!(tried["detail"].as_str().unwrap().contains("no token of the bot"), "{tried}");
    assert_eq!(elsewhere.asked(""), 0);
    for wrong in [json!({"url": "chat.example.org"}), json!({"colour": "red"})] {
        operate.ada.put("/settings/chat/mattermost", wrong, None).await.problem(422);
    }
    operate.ada.put("/settings/chat/irc", json!({}), None).await.problem(404);
    operate.end().await;
}

async fn an_address_in_a_private_network_is_reached_only_where_it_is_allowed(place: Place) {
    let chat = Mattermost::start(&["ops/shop"]).await;
    let operate = Operate::with(&place, |config: &mut Config| config.webhook.allow.clear()).await;
    operate.ada.put("/settings/chat/mattermost", chat.entries(), None).await.is(200);
    let tried = operate.ada.post("/settings/chat/mattermost/try", json!({})).await.is(200);
    assert!(tried["detail"].as_str().unwrap().contains("private network"), "{tried}");
    assert_eq!(chat.asked(""), 0);
    operate.end().await;
}
