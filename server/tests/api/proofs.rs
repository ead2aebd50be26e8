//! Proving that the ways to a person reach them, and who is hard to reach.

use std::time::Duration;

use connectors::paging::{Phone, Provider};
use connectors::receivers::Secret;
use serde_json::{Value, json};
use server::config::Config;
use spine::testing::Place;

use crate::world::{Operate, Receiver, conversations, shop};

conversations!(
    a_code_that_came_by_a_way_verifies_it_until_the_address_changes,
    a_code_is_good_for_some_tries_and_some_minutes,
    a_call_that_is_answered_by_its_link_verifies_its_way,
    a_test_that_is_answered_verifies_its_way,
    whoever_is_on_call_within_a_week_and_hard_to_reach_is_listed,
);

fn channels(config: &mut Config, receiver: &Receiver) {
    let phone = |path: &str| Phone {
        provider: Some(Provider::Twilio),
        account: "AC1".to_owned(),
        secret: Secret::new("s"),
        from: "+4930100".to_owned(),
        url: format!("{}/{path}", receiver.url),
        ..Phone::default()
    };
    config.channels.sms = phone("sms");
    config.channels.voice = phone("voice");
}

/// The shop, where bob is called at a number and at a URL.
fn estate(receiver: &Receiver, number: &str) -> String {
    let bob = "webhook: HOOK/bob, contactMethods: [webhook]";
    let ways = format!(
        "webhook: HOOK/bob, contactMethods: [webhook, sms], \
         addresses: {{sms: \"{number}\", voice: \"{number}\"}}"
    );
    let text = shop("HOOK");
    assert!(text.contains(bob));
    text.replace(bob, &ways).replace("HOOK", &receiver.url)
}

async fn open(place: &Place, receiver: &Receiver) -> Operate {
    let operate = Operate::with(place, |config| channels(config, receiver)).await;
    operate.apply(&estate(receiver, "+4930200")).await;
    operate
}

/// What a provider of telephones was last asked to say.
fn said(receiver: &Receiver, path: &str, field: &str) -> String {
    let call = receiver.calls_to(path).pop().unwrap();
    let form = form_urlencoded::parse(call.text.as_bytes()).into_owned();
    form.into_iter().find(|(name, _)| name == field).unwrap().1
}

/// The code in a text.
fn code(text: &str) -> String {
    let (_, rest) = text.split_once("Your code is ").unwrap();
    rest.split_once('.').unwrap().0.to_owned()
}

async fn way(operate: &Operate, channel: &str) -> Value {
    let found = operate.ada.get("/people/bob/ways").await.is(200);
    let ways = found["ways"].as_array().unwrap();
    ways.iter().find(|way| way["channel"] == channel).unwrap().clone()
}

async fn verify(operate: &Operate, channel: &str, code: &str) -> (u16, String) {
    let entered = json!({ "channel": channel, "code": code });
    let reply = operate.ada.post("/people/bob/ways/verify", entered).await;
    (reply.status.as_u16(), reply.text)
}

const SMS: &str = "/sms/2010-04-01/Accounts/AC1/Messages.json";
const VOICE: &str = "/voice/2010-04-01/Accounts/AC1/Calls.json";

async fn a_code_that_came_by_a_way_verifies_it_until_the_address_changes(place: Place) {
    let receiver = Receiver::start().await;
    let operate = open(&place, &receiver).await;
    assert_eq!(way(&operate, "sms").await["verified"], Value::Null);
    let sent = operate.ada.post("/people/bob/ways/code", json!({ "channel": "sms" })).await;
    assert_eq!(sent.is(200)["to"], "+4930200");
    let text = said(&receiver, SMS, "Body");
    let digits = code(&text);
    assert!(digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()), "{text}");
    assert_ne!(way(&operate, "sms").await["code_until"], Value::Null);
    let kept =
        operate.count("SELECT COUNT(*) AS n FROM contact_proof WHERE data LIKE '%mark%'").await;
    assert_eq!(kept, 1);
    let spaced = format!("{} {}", &digits[..3], &digits[3..]);
    let (status, answer) = verify(&operate, "sms", &spaced).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(way(&operate, "sms").await["verified"]["how"], "code");
    assert_eq!(way(&operate, "voice").await["verified"], Value::Null, "another way");

    operate.apply(&estate(&receiver, "+4930201")).await;
    assert_eq!(way(&operate, "sms").await["verified"], Value::Null, "another address");

    operate.ada.post("/people/bob/ways/code", json!({ "channel": "voice" })).await.is(200);
    let spelled = code(&said(&receiver, VOICE, "Twiml"));
    assert_eq!(spelled.matches(", ").count(), 5, "a voice spells it out: {spelled}");
    let (status, _) = verify(&operate, "voice", &spelled.replace(", ", "")).await;
    assert_eq!(status, 200);
    operate.end().await;
}

async fn a_code_is_good_for_some_tries_and_some_minutes(place: Place) {
    let receiver = Receiver::start().await;
    let operate = open(&place, &receiver).await;
    let send =
        async || operate.ada.post("/people/bob/ways/code", json!({ "channel": "sms" })).await;
    let (_, none) = verify(&operate, "sms", "000000").await;
    assert!(none.contains("there is no code to enter"), "{none}");
    send().await.is(200);
    let soon = send().await;
    assert!(soon.status.as_u16() >= 400 && soon.text.contains("a moment ago"), "{}", soon.text);
    let right = code(&said(&receiver, SMS, "Body"));
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for left in ["4 tries are", "3 tries are", "2 tries are", "1 try is"] {
        let (_, refused) = verify(&operate, "sms", wrong).await;
        assert!(refused.contains(left), "{refused}");
    }
    verify(&operate, "sms", wrong).await;
    let (status, used_up) = verify(&operate, "sms", &right).await;
    assert!(status >= 400 && used_up.contains("no longer"), "{used_up}");

    operate.pass(Duration::from_secs(31)).await;
    send().await.is(200);
    let right = code(&said(&receiver, SMS, "Body"));
    operate.pass(Duration::from_secs(601)).await;
    let (status, over) = verify(&operate, "sms", &right).await;
    assert!(status >= 400 && over.contains("no longer"), "{over}");
    assert_eq!(way(&operate, "sms").await["verified"], Value::Null);
    operate.end().await;
}

async fn a_call_that_is_answered_by_its_link_verifies_its_way(place: Place) {
    let receiver = Receiver::start().await;
    let operate = open(&place, &receiver).await;
    operate.fires("Down", "critical", ("service", "orders")).await;
    operate.settled().await;
    let text = said(&receiver, SMS, "Body");
    let (_, token) = text.split_once("/ack/").unwrap();
    let token = token.split_whitespace().next().unwrap();
    let url = format!("{}/ack/{token}", operate.ada.base());
    let looked = operate.ada.send(reqwest::Client::new().get(&url)).await;
    assert_eq!(looked.status, 200);
    assert_eq!(way(&operate, "sms").await["verified"], Value::Null, "programs follow links, too");
    operate.ada.send(reqwest::Client::new().post(&url)).await;
    assert_eq!(way(&operate, "sms").await["verified"]["how"], "link");
    assert_eq!(way(&operate, "webhook").await["verified"], Value::Null);
    operate.end().await;
}

async fn a_test_that_is_answered_verifies_its_way(place: Place) {
    let receiver = Receiver::start().await;
    let operate = open(&place, &receiver).await;
    operate.ada.post("/people/bob/ways/try", json!({})).await.is(200);
    let twiml = said(&receiver, VOICE, "Twiml");
    assert!(twiml.contains("Press 4 to say that it reached you"), "{twiml}");
    assert!(!twiml.contains("incident"), "{twiml}");
    let (_, rest) = twiml.split_once("/ack/").unwrap();
    let voice = format!("{}/ack/{}", operate.ada.base(), rest.split_once('"').unwrap().0);
    let tells = async |url: &str, body: &'static str| {
        operate.ada.send(reqwest::Client::new().post(url).body(body)).await
    };
    assert_eq!(tells(&voice, "CallStatus=in-progress").await.status, 204);
    assert_eq!(tells(&voice, "CallStatus=busy").await.status, 204);
    let wrong = tells(&voice, "CallSid=CA1&Digits=1").await;
    assert!(wrong.text.contains("The test was not answered"), "{}", wrong.text);
    assert_eq!(way(&operate, "voice").await["verified"], Value::Null);
    let right = tells(&voice, "CallSid=CA1&Digits=4").await;
    assert!(right.kind.starts_with("text/xml"), "{}", right.kind);
    assert!(right.text.contains("The test was received"), "{}", right.text);
    assert_eq!(way(&operate, "voice").await["verified"]["how"], "digit");
    assert_eq!(way(&operate, "sms").await["verified"], Value::Null, "another way");

    let text = said(&receiver, SMS, "Body");
    let (_, token) = text.split_once("/ack/").unwrap();
    let token = token.split_whitespace().next().unwrap();
    let url = format!("{}/ack/{token}", operate.ada.base());
    assert_eq!(tells(&format!("{url}/text"), "MessageStatus=undelivered").await.status, 204);
    let looked = operate.ada.send(reqwest::Client::new().get(&url)).await;
    assert!(looked.text.contains("It reached me"), "{}", looked.text);
    assert_eq!(way(&operate, "sms").await["verified"], Value::Null, "programs follow links, too");
    operate.apply(&estate(&receiver, "+4930201")).await;
    assert_eq!(tells(&url, "").await.status, 404, "the number is another one");
    operate.apply(&estate(&receiver, "+4930200")).await;
    assert_eq!(tells(&url, "").await.status, 200);
    assert_eq!(way(&operate, "sms").await["verified"]["how"], "link");
    operate.end().await;
}

async fn whoever_is_on_call_within_a_week_and_hard_to_reach_is_listed(place: Place) {
    let receiver = Receiver::start().await;
    let operate = open(&place, &receiver).await;
    let schedule = "---\n{apiVersion: operate/v1, kind: Schedule, metadata: {name: shop}, spec: \
        {team: shop, timeZone: UTC, layers: [{name: first, rotations: [{start: \
        2026-01-01T12:00, every: 1d, people: [bob, ada]}]}]}}\n";
    operate.apply(&(estate(&receiver, "+4930200") + schedule)).await;
    let weak = async || {
        let found = operate.ada.get("/on-call/hard-to-reach").await.is(200);
        let says = |one: &Value| {
            let (person, weakness) = (&one["person"], &one["weakness"]);
            format!("{}: {}", person.as_str().unwrap(), weakness.as_str().unwrap())
        };
        let mut said: Vec<String> = found["items"].as_array().unwrap().iter().map(says).collect();
        said.sort();
        said
    };
    let ada = "person/ada: there is only one way, and it is not verified";
    assert_eq!(weak().await, [ada, "person/bob: none of the ways is verified"]);
    operate.ada.post("/people/bob/ways/code", json!({ "channel": "sms" })).await.is(200);
    verify(&operate, "sms", &code(&said(&receiver, SMS, "Body"))).await;
    assert_eq!(weak().await, [ada]);
    operate.end().await;
}
