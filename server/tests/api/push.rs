//! Calls in browsers: adding one, what it shows, acknowledging from it, and one that is gone.

use std::time::Duration;

use kernel::Time;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Value, json};
use server::config::Config;
use spine::testing::Place;

use crate::world::{Client, Operate, PushService, Reply, alert, conversations, shop};

conversations!(
    a_browser_shows_the_call_and_its_button_takes_the_incident,
    a_browser_that_is_gone_is_removed_and_the_person_page_says_so,
    a_push_service_that_fails_is_tried_again,
    only_a_person_adds_a_browser_of_theirs_and_at_most_ten,
    a_browser_belongs_to_whoever_added_it_last,
    an_endpoint_leads_into_no_private_network,
    what_browsers_are_called_with_is_sealed,
);

/// The shop, whose bob is called in every way that is known.
fn estate() -> String {
    let bob = "spec: {email: bob@example.org, webhook: HOOK/bob, contactMethods: [webhook]}}";
    let text = shop("HOOK");
    assert!(text.contains(bob));
    let text = text.replace(bob, "spec: {email: bob@example.org, contactMethods: [push]}}");
    text.replace("HOOK", "http://127.0.0.1:9")
}

/// A server, its push service, and bob signed in.
async fn began(place: &Place, set: impl FnOnce(&mut Config)) -> (Operate, PushService, Client) {
    let operate = Operate::with(place, set).await;
    operate.apply(&estate()).await;
    let account = json!({
        "name": "bob", "display_name": "Bob", "role": "responder", "password": "correct horse bob",
        "person": "person/bob", "teams": ["team/shop"], "scoped": false,
    });
    operate.ada.post("/accounts", account).await.is(201);
    let bob = operate.ada.of("bob", "correct horse bob").await;
    let key = bob.get("/people/bob/devices").await.is(200)["public_key"].clone();
    let service = PushService::start(key.as_str().unwrap()).await;
    (operate, service, bob)
}

async fn rings(operate: &Operate) {
    let mut fires = alert("Down", "critical", ("service", "orders"));
    let end: Time = operate.world.now() + Duration::from_secs(7 * 86_400);
    fires["endsAt"] = json!(end);
    operate.alerts(json!([fires])).await;
    operate.settled().await;
}

async fn names(client: &Client) -> Vec<String> {
    let found = client.list("/people/bob/devices").await;
    found.iter().map(|device| device["name"].as_str().unwrap().to_owned()).collect()
}

/// What the worker behind a notification sends when its button is pressed.
async fn pressed(operate: &Operate, message: &Value) -> Reply {
    let link = message["acknowledge"].as_str().unwrap();
    let (_, token) = link.split_once("/ack/").unwrap();
    let url = format!("{}/ack/{token}", operate.ada.base());
    let request = reqwest::Client::new().request(Method::POST, url);
    operate.ada.send(request.header(ACCEPT, "application/json")).await
}

async fn a_browser_shows_the_call_and_its_button_takes_the_incident(place: Place) {
    let (operate, service, bob) = began(&place, |_| {}).await;
    for browser in ["laptop", "telephone"] {
        bob.post("/people/bob/devices", service.subscription(browser)).await.is(201);
    }
    let tried = bob.post("/people/bob/ways/try", json!({"to": "laptop"})).await.is(200);
    assert_eq!(tried["results"][0]["delivered"], true, "{tried}");
    assert_eq!(tried["results"].as_array().unwrap().len(), 1);
    let test = service.shown().remove(0);
    assert!(test.message["title"].as_str().unwrap().contains("This is a test"));
    assert_eq!(test.message["acknowledge"], Value::Null, "there is nothing to acknowledge");

    rings(&operate).await;
    let shown = operate
        .until("both browsers show it", async || {
            let shown = service.shown().split_off(1);
            (shown.len() == 2).then_some(shown)
        })
        .await;
    let mut browsers: Vec<&str> = shown.iter().map(|each| each.browser.as_str()).collect();
    browsers.sort_unstable();
    assert_eq!(browsers, ["laptop", "telephone"]);
    let message = &shown[0].message;
    assert!(message["title"].as_str().unwrap().starts_with("[P1] #1 "), "{message}");
    assert_eq!(message["tag"], "incident-1");
    assert_eq!(shown[0].urgency, "high");
    let taken = pressed(&operate, message).await;
    assert!(taken.text.contains("Acknowledged by bob"), "{}", taken.text);
    assert_eq!((taken.status.as_u16(), taken.kind.as_str()), (200, "application/json"));
    operate.settled().await;
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], "link:bob");

    let mut forged = message.clone();
    forged["acknowledge"] = json!("https://x/ack/forged");
    let refused = pressed(&operate, &forged).await;
    assert_eq!(refused.status.as_u16(), 403);
    assert!(refused.body["text"].as_str().unwrap().contains("damaged"), "{}", refused.text);
    operate.end().await;
}

async fn a_browser_that_is_gone_is_removed_and_the_person_page_says_so(place: Place) {
    let (operate, service, bob) = began(&place, |_| {}).await;
    bob.post("/people/bob/devices", service.subscription("laptop")).await.is(201);
    service.answers("laptop", 410);
    rings(&operate).await;
    operate.until("it is removed", async || names(&bob).await.is_empty().then_some(())).await;
    let changes = operate.ada.get("/estate/items/person/bob").await.is(200)["changes"].clone();
    let told = changes.to_string();
    assert!(told.contains("No longer called in laptop: 410"), "{told}");
    let calls = operate.ada.list("/incidents/1/pages").await[0]["calls"].clone();
    assert_eq!(calls[0]["result"], "failed", "{calls}");
    let ways = bob.get("/people/bob/ways").await.is(200);
    assert!(ways["ways"].as_array().unwrap().iter().all(|way| way["channel"] != "push"));
    operate.end().await;
}

async fn a_push_service_that_fails_is_tried_again(place: Place) {
    let (operate, service, bob) = began(&place, |_| {}).await;
    bob.post("/people/bob/devices", service.subscription("laptop")).await.is(201);
    for status in [413, 429, 503] {
        service.answers("laptop", status);
        let tried = bob.post("/people/bob/ways/try", json!({"channel": "push"})).await.is(200);
        let detail = tried["results"][0]["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with(&status.to_string()), "{detail}");
    }
    rings(&operate).await;
    service.answers("laptop", 201);
    operate.pass(Duration::from_secs(60)).await;
    let delivered = async || {
        let calls = operate.ada.list("/incidents/1/pages").await[0]["calls"].clone();
        (calls[0]["result"] == "delivered").then_some(())
    };
    operate.until("it arrives in the end", delivered).await;
    assert_eq!(names(&bob).await, ["laptop"], "what fails is not gone");
    operate.end().await;
}

async fn only_a_person_adds_a_browser_of_theirs_and_at_most_ten(place: Place) {
    let (operate, service, bob) = began(&place, |_| {}).await;
    let refused = operate.ada.post("/people/bob/devices", service.subscription("laptop")).await;
    assert!(refused.problem(403)["detail"].as_str().unwrap().contains("only person/bob"));
    for (field, value) in
        [("name", json!(" ")), ("endpoint", json!("nowhere")), ("p256dh", json!("AAAA"))]
    {
        let mut wrong = service.subscription("laptop");
        wrong[field] = value;
        let problem = bob.post("/people/bob/devices", wrong).await.problem(422);
        assert_eq!(problem["field"], field, "{problem}");
    }
    for number in 0..10 {
        let mut browser = service.subscription(&format!("browser-{number}"));
        browser["name"] = json!("Firefox");
        bob.post("/people/bob/devices", browser).await.is(201);
    }
    let known = names(&bob).await;
    assert!(known.contains(&"Firefox".to_owned()) && known.contains(&"Firefox 10".to_owned()));
    let full = bob.post("/people/bob/devices", service.subscription("eleventh")).await.problem(409);
    assert!(full["detail"].as_str().unwrap().contains("remove one"), "{full}");
    operate.ada.delete("/people/bob/devices/Firefox%202").await.is(204);
    bob.delete("/people/bob/devices/Firefox%202").await.problem(404);
    bob.post("/people/bob/devices", service.subscription("eleventh")).await.is(201);
    operate.end().await;
}

async fn a_browser_belongs_to_whoever_added_it_last(place: Place) {
    let (operate, service, bob) = began(&place, |_| {}).await;
    let account = json!({
        "name": "ann", "display_name": "Ann", "role": "responder", "password": "correct horse ann",
        "person": "person/ada", "teams": [], "scoped": false,
    });
    operate.ada.post("/accounts", account).await.is(201);
    let ann = operate.ada.of("ann", "correct horse ann").await;
    bob.post("/people/bob/devices", service.subscription("laptop")).await.is(201);
    bob.post("/people/bob/devices", service.subscription("laptop")).await.is(201);
    assert_eq!(names(&bob).await, ["laptop"], "added again it is the same");
    ann.post("/people/ada/devices", service.subscription("laptop")).await.is(201);
    assert_eq!(names(&bob).await, Vec::<String>::new(), "bob's calls do not show at ada's");
    operate.end().await;
}

async fn an_endpoint_leads_into_no_private_network(place: Place) {
    let (operate, service, bob) = began(&place, |config| config.webhook.allow.clear()).await;
    bob.post("/people/bob/devices", service.subscription("laptop")).await.is(201);
    let tried = bob.post("/people/bob/ways/try", json!({"channel": "push"})).await.is(200);
    let detail = tried["results"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("private network"), "{detail}");
    assert!(service.shown().is_empty());
    operate.end().await;
}

async fn what_browsers_are_called_with_is_sealed(place: Place) {
    let (operate, service, bob) = began(&place, |_| {}).await;
    bob.post("/people/bob/devices", service.subscription("laptop")).await.is(201);
    let endpoint = format!("{}/laptop", service.url);
    for sql in
        ["SELECT sealed AS text FROM push_device", "SELECT sealed AS text FROM sealed_secret"]
    {
        let rows = operate.db.reader().await.unwrap().all(sql, vec![]).await.unwrap();
        let texts: Vec<String> = rows.iter().map(|row| row.get("text").unwrap()).collect();
        assert!(!texts.is_empty() && texts.iter().all(|text| !text.contains(&endpoint)));
    }
    let listed = bob.get("/people/bob/devices").await;
    assert!(!listed.text.contains(&service.url), "{}", listed.text);
    // The key stays the same over a restart: browsers are bound to it.
    let before = listed.body["public_key"].clone();
    let operate = operate.restart(Duration::from_secs(1)).await;
    let after = operate.ada.get("/people/bob/devices").await.is(200);
    assert_eq!(after["public_key"], before);
    let reply = operate.ada.send(operate.ada.bare(Method::GET, "/sw.js")).await;
    assert!(reply.kind.starts_with("text/"), "{CONTENT_TYPE}: {}", reply.kind);
    operate.end().await;
}
