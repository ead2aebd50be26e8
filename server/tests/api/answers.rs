//! Answers to calls by text message: handed in by a provider, or asked for.

use std::time::Duration;

use connectors::paging::{Answers, Provider};
use serde_json::{Value, json};
use server::config::Config;
use spine::testing::Place;

use crate::world::{Operate, Receiver, Telephone, conversations, shop};

conversations!(
    who_is_called_by_text_message_takes_it_by_answering,
    with_several_that_ring_the_number_says_which,
    an_answer_takes_everything_of_the_incident_that_rings,
    an_answer_has_the_next_called,
    nobody_is_called_again_for_what_a_colleague_has,
    what_a_message_does_is_kept_with_the_message_or_not_at_all,
    an_unknown_number_gets_no_answer_and_nobody_answers_for_another,
    a_message_that_the_provider_did_not_sign_does_nothing,
    vonage_hands_in_answers_too,
    without_an_address_the_provider_is_asked_while_somebody_is_called,
    what_was_written_when_nothing_waited_is_left_in_peace,
    whoever_has_it_has_the_next_called_where_nobody_hands_answers_in,
    more_messages_than_are_read_at_once_hide_no_answer,
    a_provider_that_is_too_busy_is_asked_again_later,
    machines_do_not_answer_each_other_for_ever,
);

const BOB: &str = "+4917012345";
const ADA: &str = "+4917067890";

/// The shop, whose people are called by text message.
fn estate(hook: &str) -> String {
    let people = [("ada", ADA), ("bob", BOB)];
    people.into_iter().fold(shop(hook), |text, (name, number)| {
        let known = format!("webhook: {hook}/{name}, contactMethods: [webhook]");
        assert!(text.contains(&known));
        text.replace(&known, &format!("addresses: {{sms: \"{number}\"}}, contactMethods: [sms]"))
    })
}

async fn began(
    place: &Place,
    provider: Provider,
    answers: Option<Answers>,
) -> (Operate, Telephone) {
    let (telephone, receiver) = (Telephone::start().await, Receiver::start().await);
    let sms = telephone.settings(provider, answers);
    let set = |config: &mut Config| {
        config.channels.sms = sms;
        config.public_url = Some("https://operate.example.org".to_owned());
    };
    let operate = Operate::with(place, set).await;
    operate.apply(&estate(&receiver.url)).await;
    (operate, telephone)
}

async fn fires(operate: &Operate, service: &str) {
    operate.fires("Down", "critical", ("service", service)).await;
    operate.settled().await;
}

/// Hands a message in, and gives what is said to it.
async fn write(operate: &Operate, telephone: &Telephone, message: (&str, &str, &str)) -> String {
    let before = telephone.sent().len();
    let address = "https://operate.example.org/api/v1/sms/twilio";
    let request = Telephone::handed_in(&operate.ada, address, message);
    let told = operate.ada.send(request).await;
    assert_eq!((told.status.as_u16(), told.text.as_str()), (200, "<Response/>"));
    operate.settled().await;
    match telephone.sent().len() - before {
        0 => String::new(),
        _ => telephone.last_to(message.0),
    }
}

async fn acknowledged_by(operate: &Operate, incident: &str) -> Value {
    // An incident follows its page.
    operate.settled().await;
    let incident = operate.ada.get(&format!("/incidents/{incident}")).await.is(200);
    incident["acknowledged_by"].clone()
}

/// How it was shown that text messages reach somebody.
async fn verified(operate: &Operate, person: &str) -> Value {
    let found = operate.ada.get(&format!("/people/{person}/ways")).await.is(200);
    let ways = found["ways"].as_array().unwrap();
    ways.iter().find(|way| way["channel"] == "sms").unwrap()["verified"].clone()
}

async fn who_is_called_by_text_message_takes_it_by_answering(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, Some(Answers::Webhook)).await;
    let said = write(&operate, &telephone, (BOB, "ack", "SM1")).await;
    assert_eq!(said, "Nothing rings for you now.");
    fires(&operate, "checkout").await;
    let called = telephone.last_to(BOB);
    assert!(called.starts_with("P1 #1 ") && called.ends_with("or answer: ack 1"), "{called}");
    let said = write(&operate, &telephone, (BOB, "on my way", "SM2")).await;
    assert_eq!(said, "Answer ack 1 to take it, esc 1 to call the next.");
    assert_eq!(acknowledged_by(&operate, "1").await, Value::Null);
    assert_eq!(verified(&operate, "bob").await, Value::Null);
    let said = write(&operate, &telephone, (BOB, " Ack ", "SM3")).await;
    assert_eq!(said, "#1 is yours. Nobody else is called.");
    assert_eq!(verified(&operate, "bob").await["how"], "text");
    assert_eq!(verified(&operate, "ada").await, Value::Null);
    assert_eq!(acknowledged_by(&operate, "1").await, "link:bob");
    let again = write(&operate, &telephone, (BOB, " Ack ", "SM3")).await;
    assert_eq!(again, "", "a repeat is said once");
    let said = write(&operate, &telephone, (BOB, "1", "SM4")).await;
    assert_eq!(said, "Nothing rings for you now.");
    operate.end().await;
}

async fn with_several_that_ring_the_number_says_which(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, Some(Answers::Webhook)).await;
    fires(&operate, "checkout").await;
    fires(&operate, "canteen").await;
    let said = write(&operate, &telephone, (BOB, "1", "SM1")).await;
    assert_eq!(said, "2 ring for you: #1, #2. Answer ack 1 to take it, esc 1 to call the next.");
    let said = write(&operate, &telephone, (BOB, "ack 2", "SM2")).await;
    assert_eq!(said, "#2 is yours. Nobody else is called.");
    assert_eq!(acknowledged_by(&operate, "1").await, Value::Null);
    operate.command("1", json!({"command": "acknowledge"})).await;
    operate.settled().await;
    let said = write(&operate, &telephone, (BOB, "ack 1", "SM3")).await;
    assert_eq!(said, "ada has #1 already.");
    let said = write(&operate, &telephone, (BOB, "ack 7", "SM4")).await;
    assert_eq!(said, "You were not called for #7.");
    operate.end().await;
}

async fn an_answer_takes_everything_of_the_incident_that_rings(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, Some(Answers::Webhook)).await;
    let policy = json!({ "major": { "escalation_policy": "escalationpolicy/shop" } });
    operate.ada.put("/settings/policy", policy, None).await.is(200);
    fires(&operate, "checkout").await;
    operate.command("1", json!({ "command": "declare_major", "reason": "all shops" })).await;
    operate.settled().await;
    let pages = operate.ada.list("/incidents/1/pages").await;
    assert_eq!(pages.len(), 2, "for the incident, and for the team: {pages:#?}");
    let said = write(&operate, &telephone, (BOB, "ack 1", "SM1")).await;
    assert_eq!(
        said,
        "You answer for the team of major incident #1. #1 is yours. Nobody else is called."
    );
    let pages = operate.ada.list("/incidents/1/pages").await;
    assert!(pages.iter().all(|page| page["acknowledged_by"] == "link:bob"), "{pages:#?}");
    operate.end().await;
}

async fn an_answer_has_the_next_called(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, Some(Answers::Webhook)).await;
    fires(&operate, "checkout").await;
    assert_eq!(telephone.last_to(ADA), "");
    let said = write(&operate, &telephone, (BOB, "esc 1", "SM1")).await;
    assert_eq!(said, "#1: the next in line is called.");
    assert!(telephone.last_to(ADA).starts_with("P1 #1 "));
    let said = write(&operate, &telephone, (ADA, "esc", "SM2")).await;
    assert!(said.starts_with("#1: not done, "), "{said}");
    let said = write(&operate, &telephone, (ADA, "ack", "SM3")).await;
    assert_eq!(said, "#1 is yours. Nobody else is called.");
    operate.end().await;
}

async fn nobody_is_called_again_for_what_a_colleague_has(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, Some(Answers::Webhook)).await;
    fires(&operate, "checkout").await;
    write(&operate, &telephone, (BOB, "esc 1", "SM1")).await;
    write(&operate, &telephone, (ADA, "ack 1", "SM2")).await;
    for (text, said) in [
        ("esc 1", "ada has #1 already."),
        ("esc", "Nothing rings for you now."),
        ("esc 7", "You were not called for #7."),
    ] {
        assert_eq!(write(&operate, &telephone, (BOB, text, text)).await, said, "{text}");
    }
    assert_eq!(acknowledged_by(&operate, "1").await, "link:ada");
    // Who has one may want help, by number or as the only one.
    fires(&operate, "canteen").await;
    write(&operate, &telephone, (BOB, "ack 2", "SM3")).await;
    let said = write(&operate, &telephone, (BOB, "esc", "SM4")).await;
    assert_eq!(said, "#2: the next in line is called.");
    // It follows another call to her at a distance.
    operate.pass(Duration::from_secs(30)).await;
    let called = async || telephone.last_to(ADA).contains(" #2 ").then_some(());
    operate.until("the next is called", called).await;
    // With an account it is the same person.
    let account = json!({
        "name": "bobby", "display_name": "Bob", "role": "responder", "scoped": false,
        "password": "correct horse bob", "person": "person/bob", "teams": [],
    });
    operate.ada.post("/accounts", account).await.is(201);
    let bobby = operate.ada.of("bobby", "correct horse bob").await;
    let page = bobby.list("/incidents/2/pages").await.remove(0);
    let commands = format!("/pages/{}/commands", page["id"].as_str().unwrap());
    bobby.post(&commands, json!({"command": "acknowledge"})).await.is(200);
    let said = write(&operate, &telephone, (BOB, "esc 2", "SM5")).await;
    assert!(said.starts_with("#2: not done, nobody comes after this step"), "{said}");
    operate.command("2", json!({"command": "restore"})).await;
    operate.settled().await;
    // Nobody is answered more often than a few times in ten minutes.
    operate.pass(Duration::from_secs(601)).await;
    let said = write(&operate, &telephone, (BOB, "esc 2", "SM6")).await;
    assert_eq!(said, "#2 needs nobody any more.");
    operate.end().await;
}

async fn what_a_message_does_is_kept_with_the_message_or_not_at_all(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, Some(Answers::Webhook)).await;
    fires(&operate, "checkout").await;
    write(&operate, &telephone, ("+49999", "win a telephone", "SM1")).await;
    let run = async |sql: &'static str| {
        let work = operate.db.write::<_, spine::Fault, _>(move |tx| {
            Box::pin(async move { tx.run(sql, Vec::new()).await })
        });
        work.await.unwrap();
    };
    // No other message can be kept while this stands.
    run("CREATE UNIQUE INDEX one_message ON sms_answer (space_id)").await;
    let address = "https://operate.example.org/api/v1/sms/twilio";
    let request = Telephone::handed_in(&operate.ada, address, (BOB, "esc", "SM2"));
    let failed = operate.ada.send(request).await.status.as_u16();
    assert!([409, 500].contains(&failed), "{failed}");
    operate.settled().await;
    assert_eq!(telephone.last_to(ADA), "");
    run("DROP INDEX one_message").await;
    let said = write(&operate, &telephone, (BOB, "esc", "SM2")).await;
    assert_eq!(said, "#1: the next in line is called.");
    operate.end().await;
}

async fn an_unknown_number_gets_no_answer_and_nobody_answers_for_another(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, Some(Answers::Webhook)).await;
    fires(&operate, "checkout").await;
    assert_eq!(write(&operate, &telephone, ("+49999", "ack 1", "SM1")).await, "");
    let said = write(&operate, &telephone, (ADA, "ack 1", "SM2")).await;
    assert_eq!(said, "You were not called for #1.");
    assert_eq!(acknowledged_by(&operate, "1").await, Value::Null);
    let metrics = operate.ada.send(operate.ada.bare(reqwest::Method::GET, "/metrics")).await.text;
    assert!(metrics.contains("operate_sms_answers_total{result=\"unknown_number\"}"));
    operate.end().await;
}

async fn a_message_that_the_provider_did_not_sign_does_nothing(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, Some(Answers::Webhook)).await;
    fires(&operate, "checkout").await;
    let message = (BOB, "ack", "SM1");
    let elsewhere = "https://evil.example/api/v1/sms/twilio";
    let request = Telephone::handed_in(&operate.ada, elsewhere, message);
    operate.ada.send(request).await.problem(401);
    let here = "https://operate.example.org/api/v1/sms/twilio";
    let changed = Telephone::handed_in(&operate.ada, here, message).body("Body=ack&From=x");
    operate.ada.send(changed).await.problem(401);
    let vonage = Telephone::of_vonage(&operate.ada, message, operate.world.now());
    operate.ada.send(vonage).await.problem(404);
    assert_eq!(acknowledged_by(&operate, "1").await, Value::Null);
    assert_eq!(telephone.sent().len(), 1, "the call alone");
    operate.end().await;
}

async fn vonage_hands_in_answers_too(place: Place) {
    let (operate, telephone) = began(&place, Provider::Vonage, None).await;
    fires(&operate, "checkout").await;
    assert!(telephone.last_to(BOB).ends_with("or answer: ack 1"));
    let now = operate.world.now();
    let late = Telephone::of_vonage(&operate.ada, (BOB, "ack", "0A1"), now - MINUTES_TEN);
    operate.ada.send(late).await.problem(401);
    let request = Telephone::of_vonage(&operate.ada, (BOB, "ack", "0A2"), now);
    assert_eq!(operate.ada.send(request).await.status, 200);
    operate.settled().await;
    assert_eq!(telephone.last_to(BOB), "#1 is yours. Nobody else is called.");
    assert_eq!(acknowledged_by(&operate, "1").await, "link:bob");
    operate.end().await;
}

const MINUTES_TEN: Duration = Duration::from_secs(600);

async fn without_an_address_the_provider_is_asked_while_somebody_is_called(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, None).await;
    let before = operate.world.now();
    operate.pass(Duration::from_secs(60)).await;
    assert_eq!(telephone.asked(), 0, "nobody is called: nothing is asked");
    // Written for something that rang long ago.
    telephone.receives(BOB, "ack", before - Duration::from_secs(3600));
    fires(&operate, "checkout").await;
    operate.pass(Duration::from_secs(10)).await;
    let asked = async || (telephone.asked() > 0).then_some(());
    operate.until("the provider is asked", asked).await;
    operate.settled().await;
    assert_eq!(acknowledged_by(&operate, "1").await, Value::Null);
    let operate = operate.restart(Duration::from_secs(1)).await;
    // More than one part of the list.
    for _ in 0..12 {
        telephone.receives("+49999", "win a telephone", operate.world.now());
    }
    telephone.receives(BOB, "1", operate.world.now());
    operate.pass(Duration::from_secs(10)).await;
    let said = async || (telephone.last_to(BOB).contains("is yours")).then_some(());
    operate.until("the answer is understood", said).await;
    assert_eq!(acknowledged_by(&operate, "1").await, "link:bob");
    let sent = telephone.sent().len();
    fires(&operate, "canteen").await;
    operate.pass(Duration::from_secs(30)).await;
    operate.settled().await;
    assert_eq!(acknowledged_by(&operate, "2").await, Value::Null, "an answer counts once");
    assert_eq!(telephone.sent().len(), sent + 1, "the call alone");
    operate.end().await;
}

async fn what_was_written_when_nothing_waited_is_left_in_peace(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, None).await;
    fires(&operate, "canteen").await;
    telephone.receives(BOB, "ack", operate.world.now());
    operate.pass(Duration::from_secs(10)).await;
    let taken = async || telephone.last_to(BOB).contains("is yours").then_some(());
    operate.until("the answer is understood", taken).await;
    operate.clears("Down", "critical", ("service", "canteen")).await;
    operate.command("1", json!({ "command": "restore" })).await;
    operate.settled().await;
    telephone.receives(BOB, "thanks", operate.world.now());
    operate.pass(Duration::from_secs(3 * 3600)).await;
    operate.settled().await;
    let to_bob = || telephone.sent().iter().filter(|(to, _)| to == BOB).count();
    let (told, asked) = (to_bob(), telephone.asked());
    operate.fires("Down", "critical", ("component", "orders-db")).await;
    operate.settled().await;
    assert!(telephone.last_to(ADA).contains("#2 "));
    operate.pass(Duration::from_secs(10)).await;
    let read = async || (telephone.asked() > asked).then_some(());
    operate.until("the provider is asked", read).await;
    telephone.receives(ADA, "ack", operate.world.now());
    operate.pass(Duration::from_secs(10)).await;
    let taken = async || telephone.last_to(ADA).contains("is yours").then_some(());
    operate.until("the answer is understood", taken).await;
    assert_eq!(to_bob(), told, "he sleeps");
    operate.end().await;
}

async fn whoever_has_it_has_the_next_called_where_nobody_hands_answers_in(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, None).await;
    fires(&operate, "canteen").await;
    telephone.receives(BOB, "ack", operate.world.now());
    operate.pass(Duration::from_secs(10)).await;
    let taken = async || telephone.last_to(BOB).contains("is yours").then_some(());
    operate.until("the answer is understood", taken).await;
    telephone.receives(BOB, "esc 1", operate.world.now());
    operate.pass(Duration::from_secs(10)).await;
    let next = async || telephone.last_to(BOB).contains("the next in line").then_some(());
    operate.until("the next is called", next).await;
    operate.settled().await;
    assert!(telephone.last_to(ADA).contains("#1 "));
    operate.end().await;
}

async fn more_messages_than_are_read_at_once_hide_no_answer(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, None).await;
    fires(&operate, "checkout").await;
    telephone.receives(BOB, "ack", operate.world.now());
    for _ in 0..210 {
        telephone.receives("+49999", "win a telephone", operate.world.now());
    }
    for _ in 0..2 {
        operate.pass(Duration::from_secs(10)).await;
        operate.settled().await;
    }
    let said = async || telephone.last_to(BOB).contains("is yours").then_some(());
    operate.until("the answer is understood", said).await;
    operate.end().await;
}

async fn a_provider_that_is_too_busy_is_asked_again_later(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, None).await;
    fires(&operate, "checkout").await;
    telephone.limit(Some(20));
    telephone.receives(BOB, "ack", operate.world.now());
    operate.pass(Duration::from_secs(10)).await;
    let asked = async || (telephone.asked() > 0).then_some(());
    operate.until("the provider is asked", asked).await;
    telephone.limit(None);
    operate.pass(Duration::from_secs(40)).await;
    let said = async || (telephone.last_to(BOB).contains("is yours")).then_some(());
    operate.until("the answer is understood", said).await;
    let metrics = operate.ada.send(operate.ada.bare(reqwest::Method::GET, "/metrics")).await.text;
    assert!(metrics.contains("operate_round_failures_total{round=\"sms_answers\"}"));
    operate.end().await;
}

async fn machines_do_not_answer_each_other_for_ever(place: Place) {
    let (operate, telephone) = began(&place, Provider::Twilio, Some(Answers::Webhook)).await;
    fires(&operate, "checkout").await;
    let calls = telephone.sent().len();
    for number in 0..10 {
        let id = format!("SM{number}");
        write(&operate, &telephone, (BOB, "I am driving", &id)).await;
    }
    assert_eq!(telephone.sent().len() - calls, 6);
    let said = write(&operate, &telephone, (BOB, "ack 1", "SM90")).await;
    assert_eq!(said, "#1 is yours. Nobody else is called.", "what was done is always said");
    assert_eq!(acknowledged_by(&operate, "1").await, "link:bob");
    operate.end().await;
}
