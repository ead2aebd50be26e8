//! The ways to people: push, text, voice; their wishes; trying whether it works.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use connectors::paging::{Phone, Provider};
use connectors::receivers::Secret;
use reqwest::Method;
use serde_json::{Value, json};
use server::config::Config;
use spine::testing::Place;

use crate::world::{Operate, Receiver, Vonage, alert, conversations, shop};

conversations!(
    a_person_is_called_in_the_ways_and_after_the_times_that_they_wish_for,
    one_digit_on_the_telephone_takes_the_incident,
    a_call_through_vonage_is_taken_by_a_digit_that_vonage_signed,
    a_text_message_that_does_not_arrive_is_told,
    what_twilio_did_not_sign_counts_for_nothing,
    a_receipt_of_vonage_hastens_the_next_way,
    a_telephone_that_rings_in_vain_makes_the_next_way_due,
    what_can_wait_rings_when_somebody_is_at_work,
    what_waits_says_so_and_follows_the_priority_as_it_was_foreseen,
    the_load_of_a_person_names_what_called_them_and_why,
    trying_the_ways_tells_what_every_provider_said,
    an_address_of_a_person_leads_into_no_private_network,
    a_team_is_called_whole_or_one_of_it_in_turn,
    who_joined_a_team_after_the_page_began_is_called_when_its_step_comes,
    who_falls_ill_while_it_rings_is_stood_in_for_by_the_team_and_is_no_longer_called,
);

/// Services at the receiver's address, as an administrator sets them up.
fn channels(config: &mut Config, receiver: &Receiver) {
    let phone = |path: &str| Phone {
        provider: Some(Provider::Twilio),
        account: "AC1".to_owned(),
        secret: Secret::new("s"),
        from: "+4930100".to_owned(),
        url: format!("{}/{path}", receiver.url),
        ..Phone::default()
    };
    config.channels.ntfy.url = format!("{}/push", receiver.url);
    config.channels.sms = phone("sms");
    config.channels.voice = phone("voice");
}

/// The shop, where bob wishes to be called by what it is and when.
fn wishes(hook: &str) -> String {
    let bob = "spec: {email: bob@example.org, webhook: HOOK/bob, contactMethods: [webhook]}}";
    let wishes = r#"spec: {email: bob@example.org, webhook: HOOK/bob,
  addresses: {ntfy: bob-pages, sms: "+4930200", voice: "+4930200"},
  notify: [{priorities: [P1, P2], by: [ntfy]},
           {priorities: [P1, P2], after: 2m, by: [sms]},
           {priorities: [P1, P2], after: 4m, by: [voice]},
           {priorities: [P3, P4, P5], by: [webhook]}]}}"#;
    let text = shop("HOOK");
    assert!(text.contains(bob));
    text.replace(bob, wishes).replace("HOOK", hook)
}

async fn rings(operate: &Operate, receiver: &Receiver, estate: &str) {
    operate.apply(&estate.replace("HOOK", &receiver.url)).await;
    let mut fires = alert("Down", "critical", ("service", "orders"));
    fires["endsAt"] = json!(operate.world.now() + Duration::from_secs(7 * 86_400));
    operate.alerts(json!([fires])).await;
    operate.settled().await;
}

fn form(text: &str, name: &str) -> String {
    let found = form_urlencoded::parse(text.as_bytes()).find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

async fn calls(operate: &Operate) -> Vec<String> {
    let pages = operate.ada.list("/incidents/1/pages").await;
    let calls = pages[0]["calls"].as_array().cloned().unwrap_or_default();
    calls
        .iter()
        .map(|call| format!("{} {}", call["channel"].as_str().unwrap(), call["result"]))
        .collect()
}

/// Waits until these calls were made and delivered, in this order.
async fn delivered(operate: &Operate, ways: &[&str]) {
    let expected: Vec<String> = ways.iter().map(|way| format!("{way} \"delivered\"")).collect();
    let what = format!("calls by {ways:?}");
    operate.until(&what, async || (calls(operate).await == expected).then_some(())).await;
}

async fn a_person_is_called_in_the_ways_and_after_the_times_that_they_wish_for(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::with(&place, |config| channels(config, &receiver)).await;
    rings(&operate, &receiver, &wishes("HOOK")).await;
    delivered(&operate, &["ntfy"]).await;
    let push = receiver.calls_to("/push").remove(0).body;
    assert_eq!((&push["topic"], &push["priority"]), (&json!("bob-pages"), &json!(5)));
    assert_eq!(push["actions"][0]["method"], "POST", "one tap acknowledges");

    operate.pass(Duration::from_secs(125)).await;
    delivered(&operate, &["ntfy", "sms"]).await;
    let sent = receiver.calls_to("/sms/2010-04-01/Accounts/AC1/Messages.json").remove(0);
    assert_eq!(form(&sent.text, "To"), "+4930200");
    assert!(form(&sent.text, "Body").contains("/ack/"), "{}", sent.text);

    let link = push["actions"][0]["url"].as_str().unwrap();
    let (_, path) = link.split_once("/ack/").unwrap();
    let url = format!("{}/ack/{path}", operate.ada.base());
    operate.ada.send(reqwest::Client::new().request(Method::POST, url)).await;
    operate.pass(Duration::from_secs(3600)).await;
    operate.settled().await;
    assert_eq!(calls(&operate).await.len(), 2, "after the answer nothing rings");
    operate.end().await;
}

async fn one_digit_on_the_telephone_takes_the_incident(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::with(&place, |config| channels(config, &receiver)).await;
    rings(&operate, &receiver, &wishes("HOOK")).await;
    operate.pass(Duration::from_secs(125)).await;
    operate.pass(Duration::from_secs(120)).await;
    delivered(&operate, &["ntfy", "sms", "voice"]).await;
    let call = receiver.calls_to("/voice/2010-04-01/Accounts/AC1/Calls.json").remove(0);
    let twiml = form(&call.text, "Twiml");
    assert!(twiml.contains("Press 4"), "{twiml}");
    let (_, rest) = twiml.split_once("/ack/").unwrap();
    let (token, _) = rest.split_once('"').unwrap();
    let url = format!("{}/ack/{token}", operate.ada.base());
    let press = async |digit: &str| {
        let request = reqwest::Client::new()
            .post(&url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("CallSid=CA1&Digits={digit}"));
        operate.ada.send(request).await
    };
    let wrong = press("1").await;
    assert!(wrong.text.contains("Not taken"), "{}", wrong.text);
    let taken = press("4").await;
    assert!(taken.kind.starts_with("text/xml"), "{}", taken.kind);
    assert!(taken.text.contains("Nobody else is called"), "{}", taken.text);
    operate.settled().await;
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], "link:bob");
    operate.end().await;
}

/// The shop, where bob is called by telephone and after ten minutes by text message.
async fn rung_by_vonage(place: &Place) -> (Operate, Vonage) {
    let (receiver, vonage) = (Receiver::start().await, Vonage::start().await);
    let set = |config: &mut Config| {
        channels(config, &receiver);
        config.channels.voice = vonage.settings();
    };
    let operate = Operate::with(place, set).await;
    let wishes = wishes("HOOK")
        .replace("[{priorities: [P1, P2], by: [ntfy]},", "[{priorities: [P1, P2], by: [voice]},")
        .replace("after: 2m, by: [sms]", "after: 10m, by: [sms]")
        .replace("{priorities: [P1, P2], after: 4m, by: [voice]},", "")
        .replace("contacts: [bob], wait: 5m", "contacts: [bob], wait: 20m");
    rings(&operate, &receiver, &wishes).await;
    delivered(&operate, &["voice"]).await;
    (operate, vonage)
}

async fn a_call_through_vonage_is_taken_by_a_digit_that_vonage_signed(place: Place) {
    let (operate, vonage) = rung_by_vonage(&place).await;
    let call = vonage.calls().remove(0);
    assert_eq!(call["to"][0]["number"], "4930200");
    let text = call["ncco"][0]["text"].as_str().unwrap();
    assert!(text.contains("Press 4 to take it"), "{text}");
    let keys = |digits: &str| json!({"dtmf": {"digits": digits, "timed_out": false}});
    let (now, four) = (operate.world.now(), keys("4"));
    let forged = vonage.tells_signed(&operate.ada, &four, ("other secret", now));
    operate.ada.send(forged).await.problem(401);
    let old = vonage.tells(&operate.ada, &four, now - Duration::from_secs(400));
    operate.ada.send(old).await.problem(401);
    let wrong = operate.ada.send(vonage.tells(&operate.ada, &keys("1"), now)).await;
    assert!(wrong.text.contains("Not taken"), "{}", wrong.text);
    let goes_on = vonage.tells(&operate.ada, &json!({"status": "answered"}), now);
    assert_eq!(operate.ada.send(goes_on).await.status, 204);
    let taken = operate.ada.send(vonage.tells(&operate.ada, &four, now)).await;
    assert!(taken.kind.starts_with("application/json"), "{}", taken.kind);
    let said: Value = serde_json::from_str(&taken.text).unwrap();
    let said = (&said[0]["action"], &said[0]["text"]);
    assert_eq!(said, (&json!("talk"), &json!("Taken. Nobody else is called.")));
    operate.settled().await;
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], "link:bob");
    operate.end().await;
}

async fn a_text_message_that_does_not_arrive_is_told(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::with(&place, |config| channels(config, &receiver)).await;
    rings(&operate, &receiver, &wishes("HOOK")).await;
    operate.pass(Duration::from_secs(125)).await;
    delivered(&operate, &["ntfy", "sms"]).await;
    let sent = receiver.calls_to("/sms/2010-04-01/Accounts/AC1/Messages.json").remove(0);
    let text = form(&sent.text, "Body");
    let (_, rest) = text.split_once("/ack/").unwrap();
    let token = rest.split_whitespace().next().unwrap();
    let told = async |token: &str, status: &'static str| {
        let url = format!("{}/ack/{token}/text", operate.ada.base());
        operate.ada.send(reqwest::Client::new().post(url).body(status)).await.status
    };
    assert_eq!(told(token, "MessageStatus=sent").await, 204);
    assert_eq!(told(token, "\u{0}\u{fffd}").await, 204);
    assert_eq!(told("forged", "MessageStatus=failed").await, 403);
    delivered(&operate, &["ntfy", "sms"]).await;
    assert_eq!(told(token, "MessageStatus=undelivered&ErrorCode=30003").await, 204);
    operate.settled().await;
    assert_eq!(calls(&operate).await, ["ntfy \"delivered\"", "sms \"unreached\""]);
    let pages = operate.ada.list("/incidents/1/pages").await;
    assert_eq!(pages[0]["calls"][1]["detail"], "undelivered, error 30003");
    operate.end().await;
}

async fn what_twilio_did_not_sign_counts_for_nothing(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::with(&place, |config| channels(config, &receiver)).await;
    rings(&operate, &receiver, &wishes("HOOK")).await;
    operate.pass(Duration::from_secs(125)).await;
    operate.pass(Duration::from_secs(120)).await;
    delivered(&operate, &["ntfy", "sms", "voice"]).await;
    let call = receiver.calls_to("/voice/2010-04-01/Accounts/AC1/Calls.json").remove(0);
    let twiml = form(&call.text, "Twiml");
    let (_, rest) = twiml.split_once("action=\"").unwrap();
    let told = rest.split_once('"').unwrap().0;
    let (_, path) = told.split_once("/ack/").unwrap();
    let press = async |secret: &str| {
        let text = format!("{told}CallSidCA1Digits4");
        let key =
            ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
        let signature = BASE64_STANDARD.encode(ring::hmac::sign(&key, text.as_bytes()));
        let request = reqwest::Client::new()
            .post(format!("{}/ack/{path}", operate.ada.base()))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-twilio-signature", signature)
            .body("CallSid=CA1&Digits=4");
        operate.ada.send(request).await
    };
    press("another secret").await.problem(401);
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], Value::Null);
    let taken = press("s").await;
    assert!(taken.text.contains("Nobody else is called"), "{}", taken.text);
    operate.end().await;
}

async fn a_receipt_of_vonage_hastens_the_next_way(place: Place) {
    let receiver = Receiver::start().await;
    let set = |config: &mut Config| {
        channels(config, &receiver);
        config.public_url = Some("https://operate.example.org".to_owned());
        config.channels.sms.provider = Some(Provider::Vonage);
    };
    let operate = Operate::with(&place, set).await;
    receiver.says(r#"{"message-count": "1", "messages": [{"status": "0"}]}"#);
    let first = "{priorities: [P1, P2], by: [ntfy]},";
    let text = wishes("HOOK").replace(first, "").replace("after: 2m, by: [sms]", "by: [sms]");
    rings(&operate, &receiver, &text).await;
    delivered(&operate, &["sms"]).await;
    let sent = receiver.calls_to("/sms/sms/json").remove(0);
    let (_, path) = form(&sent.text, "callback").split_once("/ack/").map_or_else(
        || panic!("no address for the receipt: {}", sent.text),
        |(base, path)| (base.to_owned(), path.to_owned()),
    );
    let url = format!("{}/ack/{path}", operate.ada.base());
    let tells = async |fields: &str| {
        operate.ada.send(reqwest::Client::new().get(format!("{url}?{fields}"))).await.status
    };
    assert_eq!(tells("status=delivered&err-code=0").await, 204);
    assert_eq!(tells("status=failed&err-code=6").await, 204);
    let next = ["sms \"unreached\"", "voice \"delivered\""];
    operate.until("the call", async || (calls(&operate).await == next).then_some(())).await;
    let pages = operate.ada.list("/incidents/1/pages").await;
    assert_eq!(pages[0]["calls"][0]["detail"], "failed, error 6");
    operate.end().await;
}

async fn a_telephone_that_rings_in_vain_makes_the_next_way_due(place: Place) {
    let (operate, vonage) = rung_by_vonage(&place).await;
    let busy = json!({"status": "busy", "uuid": "63f61863", "direction": "outbound"});
    for _ in 0..2 {
        let told = vonage.tells(&operate.ada, &busy, operate.world.now());
        assert_eq!(operate.ada.send(told).await.status, 204);
    }
    let both = ["voice \"unreached\"", "sms \"delivered\""];
    operate.until("the text", async || (calls(&operate).await == both).then_some(())).await;
    let pages = operate.ada.list("/incidents/1/pages").await;
    assert_eq!(pages[0]["calls"][0]["detail"], "busy");
    operate.end().await;
}

async fn what_can_wait_rings_when_somebody_is_at_work(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    // The tests begin at noon in UTC, half past ten at night on the Marquesas.
    let waits =
        "metadata: {name: shop},\n spec: {waits: {priorities: [P1, P2, P3], calendar: day},";
    let estate = shop("HOOK")
        .replace("metadata: {name: shop},\n spec: {steps", &format!("{waits} steps"))
        + "---\n{apiVersion: operate/v1, kind: Calendar, metadata: {name: day}, spec: {timeZone: \
           Pacific/Marquesas, hours: [{days: [mon, tue, wed, thu, fri, sat, sun], from: \
           \"08:00\", until: \"18:00\"}]}}\n";
    assert!(estate.contains("waits"), "{estate}");
    rings(&operate, &receiver, &estate).await;
    assert_eq!(receiver.calls().len(), 0, "it is night there");
    operate.pass(Duration::from_secs(10 * 3600)).await;
    let rang = async || receiver.calls_to("/bob").first().cloned();
    operate.until("it rings in the morning", rang).await;
    operate.end().await;
}

async fn what_waits_says_so_and_follows_the_priority_as_it_was_foreseen(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    let by_priority = "metadata: {name: shop},\n spec: {waits: {priorities: [P3, P4], calendar: \
                       {timeZone: Pacific/Marquesas, hours: [{days: [mon, tue, wed, thu, fri, \
                       sat, sun], from: \"08:00\", until: \"18:00\"}]}}, variants: [{priorities: \
                       [P1, P2], steps: [{contacts: [ada], wait: 5m}]}],";
    let estate = shop(&receiver.url)
        .replace("metadata: {name: shop},\n spec: {steps", &format!("{by_priority} steps"));
    assert!(estate.contains("variants"), "{estate}");
    operate.apply(&estate).await;
    let foreseen = async |priority: &str| {
        let path = format!("/on-call/preview?item=service/canteen&priority={priority}");
        operate.ada.get(&path).await.is(200)
    };
    let (calm, urgent) = (foreseen("P3").await, foreseen("P1").await);
    assert_eq!(calm["steps"][0]["calls"][0]["person"], "person/bob");
    assert_eq!(calm["steps"][0]["at"], calm["begin_at"]);
    assert_eq!((&urgent["begin_at"], &urgent["variant"]), (&Value::Null, &json!(0)));
    assert_eq!(urgent["steps"][0]["calls"][0]["person"], "person/ada");
    operate.ada.get("/on-call/preview?item=service/nothing&priority=P1").await.problem(404);

    operate.fires("Cold", "error", ("service", "canteen")).await;
    operate.settled().await;
    let page = async || operate.ada.list("/incidents/1/pages").await.remove(0);
    assert_eq!(page().await["held_until"], calm["begin_at"]);
    assert_eq!(receiver.calls().len(), 0, "it is night there");
    let raise = json!({"command": "override_priority", "priority": "P1", "reason": "lunch"});
    operate.command("1", raise).await;
    let follows = async || (page().await["summary"]["priority"] == "P1").then_some(());
    operate.until("the page follows", follows).await;
    let timeline = operate.ada.get("/incidents/1/timeline").await.is(200).to_string();
    assert!(timeline.contains("rom now on by the policy's steps for P1, not P3"), "{timeline}");
    operate.end().await;
}

async fn trying_the_ways_tells_what_every_provider_said(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::with(&place, |config| channels(config, &receiver)).await;
    operate.apply(&wishes(&receiver.url)).await;
    let ways = operate.ada.get("/people/bob/ways").await.is(200);
    let by = |way: &Value| way["channel"].as_str().unwrap().to_owned();
    let known: Vec<String> = ways["ways"].as_array().unwrap().iter().map(by).collect();
    assert_eq!(known, ["email", "webhook", "ntfy", "sms", "voice"]);
    assert!(ways["ways"][0]["problem"].as_str().unwrap().contains("smtp.host"));
    assert_eq!(ways["may_try"], true);
    let lacks = ways["ways"][4]["lacks"].as_str().unwrap();
    assert!(lacks.contains("by a digit"), "the provider does not reach 127.0.0.1: {lacks}");
    assert_eq!(ways["ways"][2]["lacks"], "");

    let tried = operate.ada.post("/people/bob/ways/try", json!({})).await.is(200);
    let told: Vec<(String, bool)> = tried["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|way| (by(way), way["delivered"] == true))
        .collect();
    let expected = [("email", false), ("webhook", true), ("ntfy", true), ("sms", true)];
    assert_eq!(told[..4], expected.map(|(way, came)| (way.to_owned(), came)));
    let text =
        form(&receiver.calls_to("/sms/2010-04-01/Accounts/AC1/Messages.json")[0].text, "Body");
    assert!(text.contains("This is a test"), "{text}");

    receiver.answers(500);
    let tried = operate.ada.post("/people/bob/ways/try", json!({"channel": "sms"})).await.is(200);
    assert_eq!(tried["results"][0]["delivered"], false);
    assert_eq!(tried["results"][0]["detail"], "500");
    let none = operate.ada.post("/people/bob/ways/try", json!({"channel": "slack"})).await;
    assert!(none.problem(422)["detail"].as_str().unwrap().contains("no address for `slack`"));
    operate.ada.get("/people/nobody/ways").await.problem(404);
    operate.end().await;
}

async fn an_address_of_a_person_leads_into_no_private_network(place: Place) {
    let receiver = Receiver::start().await;
    let set = |config: &mut Config| {
        channels(config, &receiver);
        config.webhook.allow.clear();
    };
    let operate = Operate::with(&place, set).await;
    let elsewhere = format!("{}/elsewhere/topic", receiver.url);
    let estate =
        wishes(&receiver.url).replace("ntfy: bob-pages", &format!("ntfy: \"{elsewhere}\""));
    operate.apply(&estate).await;
    let tried = operate.ada.post("/people/bob/ways/try", json!({"channel": "ntfy"})).await.is(200);
    let detail = tried["results"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("private network"), "{detail}");
    assert_eq!(receiver.calls_to("/elsewhere").len(), 0);
    operate.end().await;
}

/// The shop, whose policy calls the team of bob and eve.
fn team(step: &str) -> String {
    let of_shop = "metadata: {name: shop},\n spec: {steps: [{contacts: [bob], wait: 5m}, \
                   {contacts: [ada], wait: 10m}]}}";
    let text = shop("HOOK");
    assert!(text.contains(of_shop), "{text}");
    let eve = "{apiVersion: operate/v1, kind: Person, metadata: {name: eve},\n spec: {email: \
               eve@example.org, webhook: HOOK/eve, contactMethods: [webhook], teams: [shop]}}";
    text.replace(of_shop, &format!("metadata: {{name: shop}},\n spec: {{steps: [{step}]}}}}"))
        .replace("bob@example.org, ", "bob@example.org, teams: [shop], ")
        + "---\n"
        + eve
}

async fn a_team_is_called_whole_or_one_of_it_in_turn(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    let whole = team("{contacts: [team/shop], wait: 5m}");
    rings(&operate, &receiver, &whole).await;
    let mut called: Vec<String> = receiver.calls().into_iter().map(|call| call.path).collect();
    called.sort();
    assert_eq!(called, ["/bob", "/eve"]);

    let one = team("{contacts: [team/shop], rotate: true, wait: 5m}");
    operate.apply(&one.replace("HOOK", &receiver.url)).await;
    // Incidents by which nobody of this policy is called take none of its turns.
    for item in [Some("canteen"), None, Some("checkout"), None, None, Some("canteen")] {
        let report = json!({"title": "Down", "item": item.map(|item| format!("service/{item}")),
                            "impact": "high", "urgency": "high"});
        operate.ada.post("/incidents", report).await.is(201);
        operate.settled().await;
    }
    let calls = async || (receiver.calls().len() == 5).then_some(());
    operate.until("one call for each incident", calls).await;
    let turns: Vec<String> = receiver.calls()[2..].iter().map(|call| call.path.clone()).collect();
    assert_ne!(turns[0], turns[1]);
    assert_eq!(turns[0], turns[2]);
    let preview = "/on-call/preview?item=escalationpolicy/shop&priority=P1";
    let preview = operate.ada.get(preview).await.is(200);
    assert_eq!(preview["steps"][0]["next"], format!("person{}", turns[1]), "{preview:#}");
    operate.end().await;
}

async fn who_joined_a_team_after_the_page_began_is_called_when_its_step_comes(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    let steps = "{contacts: [ada], wait: 5m}, {contacts: [team/shop], wait: 5m}";
    rings(&operate, &receiver, &team(steps)).await;
    assert_eq!(receiver.calls_to("/ada").len(), 1);
    let moved = team(steps).replace("teams: [shop]}}", "teams: []}}");
    operate.apply(&moved.replace("HOOK", &receiver.url)).await;
    operate.pass(Duration::from_secs(305)).await;
    let bob = async || receiver.calls_to("/bob").first().cloned();
    operate.until("bob is called", bob).await;
    operate.settled().await;
    assert_eq!(receiver.calls_to("/eve").len(), 0, "eve has left the team");
    operate.end().await;
}

async fn who_falls_ill_while_it_rings_is_stood_in_for_by_the_team_and_is_no_longer_called(
    place: Place,
) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    let steps = "{contacts: [team/shop], rotate: true, wait: 5m}, {contacts: [bob, eve], wait: 5m}";
    rings(&operate, &receiver, &team(steps)).await;
    let called = || receiver.calls().into_iter().map(|call| call.path).collect::<Vec<_>>();
    let first = called();
    let (ill, other) = if first == ["/bob"] { ("bob", "eve") } else { ("eve", "bob") };
    let note = json!({"type": "sickness"});
    operate.ada.post(&format!("/people/{ill}/away"), note).await.is(200);
    let both = [format!("/{ill}"), format!("/{other}")];
    operate
        .until("the other one is called at once", async || (called() == both).then_some(()))
        .await;
    let preview = "/on-call/preview?item=escalationpolicy/shop&priority=P1";
    let preview = operate.ada.get(preview).await.is(200);
    let away = &preview["steps"][1]["away"][0];
    assert_eq!(away["person"], format!("person/{ill}"), "{preview:#}");
    assert_eq!((&away["why"], &away["called"]), (&json!("sickness"), &json!(false)));
    operate.pass(Duration::from_secs(305)).await;
    let three = async || (called().len() == 3).then_some(());
    operate.until("the next step comes", three).await;
    operate.settled().await;
    assert_eq!(receiver.calls_to(&format!("/{ill}")).len(), 1, "who is ill is left alone");
    operate.end().await;
}

async fn the_load_of_a_person_names_what_called_them_and_why(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::with(&place, |config| channels(config, &receiver)).await;
    rings(&operate, &receiver, &wishes("HOOK")).await;
    delivered(&operate, &["ntfy"]).await;
    operate.pass(Duration::from_secs(125)).await;
    delivered(&operate, &["ntfy", "sms"]).await;
    let link = receiver.calls_to("/push").remove(0).body;
    let (_, path) = link["actions"][0]["url"].as_str().unwrap().split_once("/ack/").unwrap();
    let url = format!("{}/ack/{path}", operate.ada.base());
    operate.ada.send(reqwest::Client::new().request(Method::POST, url)).await;
    operate.settled().await;
    let report = operate.ada.get("/reports/load").await.is(200);
    let bob = &report["people"][0];
    assert_eq!(bob["person"], "person/bob");
    assert_eq!(
        (&bob["incidents"], &bob["calls"], &bob["answered"]),
        (&json!(1), &json!(2), &json!(1))
    );
    assert_eq!(bob["called_to"][0]["because"], "step 1 of escalationpolicy/shop");
    assert_eq!(bob["called_to"][0]["channels"], json!(["ntfy", "sms"]));
    assert_eq!(report["toil"]["ended"], 0, "it is still open");
    let waiting = &report["backlog"][0];
    assert_eq!((&waiting["team"], &waiting["open"]), (&json!("team/shop"), &json!(1)));
    assert_eq!(waiting["warning"], Value::Null);
    let id = waiting["oldest"]["incident"].as_str().unwrap().to_owned();
    operate.command(&id, json!({"command": "restore"})).await;
    let over = json!({"command": "resolve", "cause_class": "unknown",
                      "resolution_code": "self_cleared"});
    operate.command(&id, over).await;
    let limits = json!({"toil_percent_max": 101});
    let refused = operate.ada.put("/settings/load-limits", limits, None).await.problem(422);
    assert_eq!(refused["field"], "toil_percent_max");
    let limits = json!({"toil_percent_max": 20});
    operate.ada.put("/settings/load-limits", limits, None).await.is(200);
    let toil = operate.ada.get("/reports/load").await.is(200)["toil"].clone();
    assert_eq!((&toil["ended"], &toil["share"]), (&json!(1), &json!(1.0)));
    assert!(toil["warning"].as_str().is_some_and(|told| told.contains("20 %")), "{toil}");
    let none = operate.ada.get("/reports/load?person=person/ada").await.is(200);
    assert_eq!(none["people"], json!([]));
    let team = operate.ada.get("/reports/load?team=team/data").await.is(200);
    assert_eq!(team["people"], json!([]));
    operate.end().await;
}
