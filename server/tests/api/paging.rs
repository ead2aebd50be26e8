//! Calls to people: signed, retried, answered by their link.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, Reply, alert, conversations, shop};

conversations!(
    the_link_in_a_call_acknowledges_and_looking_at_it_changes_nothing,
    a_forged_or_expired_link_is_refused,
    a_call_is_signed_so_that_its_receiver_can_tell,
    an_unanswered_page_goes_through_its_steps_and_calls_each_once,
    a_failed_call_is_tried_again_with_growing_waits_until_it_is_laid_aside,
    a_call_laid_aside_can_be_made_after_all,
    a_call_laid_aside_can_be_put_away_with_a_reason,
    a_call_into_a_private_network_that_nobody_allowed_is_refused,
);

const ORDERS: (&str, &str) = ("service", "orders");

/// Opens an incident that keeps firing for days, and waits for the first calls.
async fn ring(operate: &Operate, receiver: &Receiver) {
    operate.apply(&shop(&receiver.url)).await;
    let mut fires = alert("Down", "critical", ORDERS);
    fires["endsAt"] = json!(operate.world.now() + Duration::from_secs(7 * 86_400));
    operate.alerts(json!([fires])).await;
    operate.settled().await;
}

async fn page(operate: &Operate) -> Value {
    let pages = operate.ada.list("/incidents/1/pages").await;
    assert_eq!(pages.len(), 1, "{pages:#?}");
    pages[0].clone()
}

async fn open_link(operate: &Operate, method: Method, link: &str) -> Reply {
    // Whoever has the link needs no session.
    let request = reqwest::Client::new().request(method, format!("{}{link}", operate.ada.base()));
    operate.ada.send(request).await
}

async fn the_link_in_a_call_acknowledges_and_looking_at_it_changes_nothing(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    let link = receiver.calls_to("/bob")[0].link();
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let shown = open_link(&operate, method, &link).await;
        assert_eq!(shown.status, 200);
        assert!(shown.kind.starts_with("text/html"), "{}", shown.kind);
    }
    let shown = open_link(&operate, Method::GET, &link).await;
    assert!(shown.text.contains("<form method=\"post\">"), "{}", shown.text);
    assert!(shown.text.contains("person/bob"), "{}", shown.text);
    operate.settled().await;
    assert_eq!(page(&operate).await["stage"], "ringing", "looking is not answering");

    for _ in 0..2 {
        let done = open_link(&operate, Method::POST, &link).await;
        assert_eq!(done.status, 200);
        assert!(done.text.contains("Acknowledged by bob"), "{}", done.text);
    }
    operate.settled().await;
    let answered = page(&operate).await;
    assert_eq!(answered["stage"], "acknowledged");
    assert_eq!(answered["acknowledged_by"], "link:bob");
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], "link:bob");
    assert_eq!(incident["assignee"], "person/bob");
    assert_eq!(incident["times"]["acknowledged"]["at"], answered["acknowledged_at"]);
    operate.pass(Duration::from_secs(1200)).await;
    operate.settled().await;
    assert_eq!(receiver.calls().len(), 1, "nobody else is called");
    operate.end().await;
}

async fn a_forged_or_expired_link_is_refused(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    let link = receiver.calls_to("/bob")[0].link();
    let mut forged: Vec<String> = [6, 20, link.len() - 3]
        .into_iter()
        .map(|place| {
            let mut bytes = link.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        })
        .collect();
    forged.extend(["/ack/x".to_owned(), link[..link.len() - 8].to_owned(), "/ack/%00".to_owned()]);
    for link in &forged {
        for method in [Method::GET, Method::POST] {
            let refused = open_link(&operate, method, link).await;
            assert!(refused.status.is_client_error(), "{link}: {}", refused.status);
        }
    }
    operate.pass(Duration::from_secs(49 * 3600)).await;
    for method in [Method::GET, Method::POST] {
        let refused = open_link(&operate, method, &link).await;
        assert_eq!(refused.status, 403);
        assert!(refused.text.contains("expired"), "{}", refused.text);
    }
    let sql = "SELECT COUNT(*) AS n FROM journal WHERE kind = 'page.acknowledged'";
    assert_eq!(operate.count(sql).await, 0);
    operate.end().await;
}

async fn a_call_is_signed_so_that_its_receiver_can_tell(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    let call = receiver.calls_to("/bob").remove(0);
    let secret = operate.app().keys.webhooks;
    assert!(call.signed_with(&secret));
    assert!(!call.signed_with(&[0; 32]));
    let mut altered = call.clone();
    altered.text = altered.text.replace("P1", "P5");
    assert!(!altered.signed_with(&secret));
    let sent_at: i64 = call.timestamp.parse().unwrap();
    let asked_at = call_time(&operate).await / 1_000_000;
    assert!((asked_at..asked_at + 60).contains(&sent_at), "sent {sent_at}, asked {asked_at}");
    let message = operate.ada.list("/outbox").await.remove(0);
    assert_eq!(message["id"], json!(call.id), "its id is the key against doubled calls");
    assert_eq!(
        (&call.body["title"], &call.body["priority"]),
        (&json!("Down on orders"), &json!("P1"))
    );
    let incident = operate.ada.get("/incidents/1").await.is(200);
    let url = format!("{}/incidents/{}", operate.ada.base(), incident["id"].as_str().unwrap());
    assert_eq!(call.body["url"], json!(url));
    operate.end().await;
}

async fn call_time(operate: &Operate) -> i64 {
    let at = page(operate).await["calls"][0]["at"].as_str().unwrap().to_owned();
    kernel::Time::parse(&at).unwrap().micros()
}

async fn an_unanswered_page_goes_through_its_steps_and_calls_each_once(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    ring(&operate, &receiver).await;
    let called = || (receiver.calls_to("/bob").len(), receiver.calls_to("/ada").len());
    operate.pass(Duration::from_secs(290)).await;
    operate.settled().await;
    assert_eq!(called(), (1, 0), "bob has five minutes");
    operate.pass(Duration::from_secs(11)).await;
    operate.until("ada is called", async || (called() == (1, 1)).then_some(())).await;
    operate.pass(Duration::from_secs(601)).await;
    let exhausted = async || (page(&operate).await["stage"] == "exhausted").then_some(());
    operate.until("everybody was called", exhausted).await;
    operate.pass(Duration::from_secs(3500)).await;
    operate.settled().await;
    assert_eq!(called(), (1, 1));
    let overview = operate.ada.get("/overview").await.is(200);
    assert_eq!(overview["paging"]["ringing"], 0);
    operate.pass(Duration::from_secs(150)).await;
    operate.until("it begins anew", async || (called() == (2, 1)).then_some(())).await;
    let timeline = operate.ada.get("/incidents/1/timeline").await.is(200).to_string();
    assert!(timeline.contains("Everybody was called and nobody answered"), "{timeline}");
    operate.end().await;
}

async fn a_failed_call_is_tried_again_with_growing_waits_until_it_is_laid_aside(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    receiver.answers(503);
    ring(&operate, &receiver).await;
    let tries = || receiver.calls_to("/bob").len();
    assert_eq!(tries(), 1);
    let waiting = operate.ada.list("/outbox?state=waiting").await.remove(0);
    assert!(waiting["detail"].as_str().unwrap().starts_with("503"), "{waiting}");
    assert_eq!(page(&operate).await["calls"][0]["result"], "waiting");
    for (attempt, wait) in [2, 4, 8, 16, 32, 64, 128, 256, 512].into_iter().enumerate() {
        // While things settle time creeps: far enough from the moment for that.
        operate.pass(Duration::from_secs(wait / 2)).await;
        if wait >= 16 {
            operate.settled().await;
            assert_eq!(tries(), attempt + 1, "not before its time");
        }
        operate.pass(Duration::from_secs(wait / 2 + 1)).await;
        let again = async || (tries() == attempt + 2).then_some(());
        operate.until(&format!("try {}", attempt + 2), again).await;
    }
    operate.settled().await;
    let dead = operate.ada.list("/outbox?state=dead").await;
    let to_bob =
        dead.iter().find(|message| message["target"] == json!(receiver.url.clone() + "/bob"));
    let to_bob = to_bob.unwrap_or_else(|| panic!("{dead:#?}"));
    assert_eq!(to_bob["attempts"], 10);
    let ids: std::collections::BTreeSet<String> =
        receiver.calls_to("/bob").into_iter().map(|call| call.id).collect();
    assert_eq!(ids.len(), 1, "every try is the same message");
    let overview = operate.ada.get("/overview").await.is(200);
    assert!(overview["paging"]["dead_letters"].as_i64() >= Some(1), "{}", overview["paging"]);
    operate.end().await;
}

async fn a_call_laid_aside_can_be_made_after_all(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    receiver.answers(410);
    ring(&operate, &receiver).await;
    let called = page(&operate).await;
    assert_eq!(called["calls"][0]["result"], "failed");
    assert_eq!(called["calls"][1]["contact"], "person/ada", "the next is not kept waiting");
    let dead = operate.ada.list("/outbox?state=dead").await;
    let to_bob =
        dead.iter().find(|message| message["target"] == json!(receiver.url.clone() + "/bob"));
    let retry = format!("/outbox/{}/retry", to_bob.unwrap()["id"].as_str().unwrap());

    receiver.answers(200);
    let asked = operate.ada.post(&retry, json!({})).await;
    assert_eq!(asked.status, 204, "{}", asked.text);
    operate.ada.post(&retry, json!({})).await.problem(404);
    let delivered =
        async || (page(&operate).await["calls"][0]["result"] == "delivered").then_some(());
    operate.until("bob is called after all", delivered).await;
    let entry = operate.ada.list("/journal?kind=outbox.").await.remove(0);
    assert_eq!((&entry["kind"], &entry["actor"]), (&json!("outbox.retried"), &json!("person:ada")));
    operate.end().await;
}

async fn a_call_laid_aside_can_be_put_away_with_a_reason(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    receiver.answers(410);
    ring(&operate, &receiver).await;
    let dead = operate.ada.list("/outbox?state=dead").await;
    let dismiss = format!("/outbox/{}/dismiss", dead[0]["id"].as_str().unwrap());
    operate.ada.post(&dismiss, json!({ "reason": " " })).await.problem(422);
    let asked = operate.ada.post(&dismiss, json!({ "reason": "bob has left" })).await;
    assert_eq!(asked.status, 204, "{}", asked.text);
    operate.ada.post(&dismiss, json!({ "reason": "bob has left" })).await.problem(404);
    let left = operate.ada.list("/outbox?state=dead").await;
    assert_eq!(left.len(), dead.len() - 1);
    let entry = operate.ada.list("/journal?kind=outbox.").await.remove(0);
    assert_eq!(entry["kind"], "outbox.dismissed");
    assert_eq!(entry["data"]["reason"], "bob has left");
    operate.end().await;
}

async fn a_call_into_a_private_network_that_nobody_allowed_is_refused(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::with(&place, |config| config.webhook.allow = Vec::new()).await;
    ring(&operate, &receiver).await;
    let calls = page(&operate).await["calls"].clone();
    assert_eq!(calls[0]["result"], "failed");
    assert!(calls[0]["detail"].as_str().unwrap().contains("private network"), "{calls}");
    assert_eq!(receiver.calls().len(), 0);
    operate.end().await;
}
