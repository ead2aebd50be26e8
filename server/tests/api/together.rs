//! What a person is told by one way within a short time: at once, together, or later.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use server::config::Config;
use spine::testing::Place;

use crate::world::{Operate, Receiver, Reply, Vonage, alert, conversations, shop};

conversations!(
    what_follows_soon_is_told_as_one_and_taken_by_one_link,
    the_most_urgent_waits_only_seconds_and_takes_the_others_along,
    whoever_was_told_often_enough_is_told_the_rest_later,
    what_is_held_outlives_a_restart_and_is_told_once,
    what_did_not_arrive_counts_as_told_to_nobody,
    what_somebody_took_before_it_left_counts_as_told_to_nobody,
    a_page_that_called_twice_meanwhile_is_told_once,
    a_telephone_that_rings_in_vain_reached_nobody_for_all_that_it_told,
);

/// The shop with stalls that have nothing to do with each other, where bob is called by push.
async fn open(place: &Place, receiver: &Receiver, set: impl FnOnce(&mut Config)) -> Operate {
    let push = "addresses: {ntfy: bob}, contactMethods: [ntfy]";
    open_for(place, receiver, push, set).await
}

/// The same, where bob is called as this says.
async fn open_for(
    place: &Place,
    receiver: &Receiver,
    ways: &str,
    set: impl FnOnce(&mut Config),
) -> Operate {
    let operate = Operate::with(place, |config| {
        config.channels.ntfy.url = format!("{}/push", receiver.url);
        set(config);
    })
    .await;
    let bob = "webhook: HOOK/bob, contactMethods: [webhook]";
    let shop = shop("HOOK");
    assert!(shop.contains(bob));
    let stalls: String = (1..=6)
        .map(|number| {
            format!(
                "---\n{{apiVersion: operate/v1, kind: Service, metadata: {{name: stall-{number}}}, \
                 spec: {{team: shop}}}}\n"
            )
        })
        .collect();
    operate.apply(&(shop.replace(bob, ways).replace("HOOK", &receiver.url) + &stalls)).await;
    operate
}

/// Fires at a stall for a week, and waits until bob's call for it is asked for.
async fn falls(operate: &Operate, number: usize) {
    let mut fires = alert("Down", "critical", ("service", &format!("stall-{number}")));
    fires["endsAt"] = json!(operate.world.now() + Duration::from_secs(7 * 86_400));
    operate.alerts(json!([fires])).await;
    operate.settled().await;
}

/// The calls of an incident, as `result: detail`.
async fn calls(operate: &Operate, number: usize) -> Vec<String> {
    let pages = operate.ada.list(&format!("/incidents/{number}/pages")).await;
    let calls = pages.first().and_then(|page| page["calls"].as_array().cloned());
    let said = |call: &Value| {
        format!("{}: {}", call["result"].as_str().unwrap(), call["detail"].as_str().unwrap())
    };
    calls.unwrap_or_default().iter().map(said).collect()
}

/// Waits until the first call of an incident reads so.
async fn reads(operate: &Operate, number: usize, fits: impl Fn(&str) -> bool) -> String {
    let what = format!("the call of incident {number}");
    let ask = async || calls(operate, number).await.first().filter(|said| fits(said)).cloned();
    operate.until(&what, ask).await
}

async fn held(operate: &Operate, number: usize) -> String {
    reads(operate, number, |said| said.starts_with("held: ")).await
}

/// Waits until so many pushes came; their titles.
async fn told(operate: &Operate, receiver: &Receiver, count: usize) -> Vec<Value> {
    let ask = async || Some(receiver.calls_to("/push")).filter(|calls| calls.len() >= count);
    let calls = operate.until(&format!("{count} pushes"), ask).await;
    operate.settled().await;
    let came = receiver.calls_to("/push");
    assert_eq!(came.len(), count, "{:#?}", came.iter().map(|call| &call.body).collect::<Vec<_>>());
    calls.into_iter().map(|call| call.body).collect()
}

async fn follow(operate: &Operate, push: &Value, method: Method) -> Reply {
    let (_, path) = push["actions"][0]["url"].as_str().unwrap().split_once("/ack/").unwrap();
    let url = format!("{}/ack/{path}", operate.ada.base());
    operate.ada.send(reqwest::Client::new().request(method, url)).await
}

async fn what_follows_soon_is_told_as_one_and_taken_by_one_link(place: Place) {
    let receiver = Receiver::start().await;
    let operate = open(&place, &receiver, |_| {}).await;
    falls(&operate, 1).await;
    told(&operate, &receiver, 1).await;
    for number in 2..=4 {
        falls(&operate, number).await;
        let why = held(&operate, number).await;
        assert!(why.contains("told together with what else comes, at "), "{why}");
    }
    operate.ada.post("/incidents/3/commands", json!({ "command": "acknowledge" })).await.is(200);
    operate.settled().await;
    operate.pass(Duration::from_secs(31)).await;
    let push = told(&operate, &receiver, 2).await.remove(1);
    assert!(push["title"].as_str().unwrap().ends_with(", and 1 more"), "{push}");
    assert_eq!(push["actions"][0]["label"], "Acknowledge all");
    let first = reads(&operate, 2, |said| said.starts_with("delivered: ")).await;
    assert!(first.contains("told together with #4: 200"), "{first}");
    reads(&operate, 4, |said| said.contains("told together with #2: 200")).await;
    reads(&operate, 3, |said| said.starts_with("dropped")).await;

    let page = follow(&operate, &push, Method::GET).await;
    assert!(page.text.contains("Acknowledge all 2") && page.text.contains("#4"), "{}", page.text);
    assert_eq!(page.text.matches("Acknowledge only this").count(), 2, "{}", page.text);
    let taken = follow(&operate, &push, Method::POST).await;
    assert!(taken.text.contains("2 incidents are yours"), "{}", taken.text);
    operate.settled().await;
    for number in [2, 4] {
        let incident = operate.ada.get(&format!("/incidents/{number}")).await.is(200);
        assert_eq!(incident["acknowledged_by"], "link:bob");
    }
    operate.end().await;
}

async fn the_most_urgent_waits_only_seconds_and_takes_the_others_along(place: Place) {
    let receiver = Receiver::start().await;
    let operate = open(&place, &receiver, |_| {}).await;
    falls(&operate, 1).await;
    told(&operate, &receiver, 1).await;
    falls(&operate, 2).await;
    held(&operate, 2).await;
    operate.fires("Down", "critical", ("service", "checkout")).await;
    operate.settled().await;
    held(&operate, 3).await;
    operate.pass(Duration::from_secs(4)).await;
    let push = told(&operate, &receiver, 2).await.remove(1);
    assert!(push["title"].as_str().unwrap().starts_with("[P1] #3"), "the worst is first: {push}");
    operate.end().await;
}

async fn whoever_was_told_often_enough_is_told_the_rest_later(place: Place) {
    let receiver = Receiver::start().await;
    let operate = open(&place, &receiver, |config| {
        config.calling.together_seconds = 0;
        config.calling.told_max = 2;
    })
    .await;
    for number in 1..=2 {
        falls(&operate, number).await;
        told(&operate, &receiver, number).await;
    }
    let last = told(&operate, &receiver, 2).await.remove(1);
    assert!(
        last["message"].as_str().unwrap().contains("What comes now is told here at "),
        "{last}"
    );
    for number in 3..=5 {
        falls(&operate, number).await;
        let why = held(&operate, number).await;
        assert!(why.contains("told 2 times in 10 minutes, which is the limit; told at "), "{why}");
    }
    // The policy goes on meanwhile.
    operate.pass(Duration::from_secs(301)).await;
    let ada = async || receiver.calls_to("/ada").get(4).cloned();
    operate.until("ada is called for all of them", ada).await;
    operate.pass(Duration::from_secs(300)).await;
    // The last message that the limit allows takes all the others along.
    let pushes = told(&operate, &receiver, 4).await;
    let all = |push: &&Value| push["title"].as_str().unwrap().ends_with(", and 1 more");
    assert_eq!(pushes.iter().filter(all).count(), 1, "{pushes:#?}");
    reads(&operate, 5, |said| said.starts_with("delivered: told together with #4")).await;
    operate.end().await;
}

async fn what_is_held_outlives_a_restart_and_is_told_once(place: Place) {
    let receiver = Receiver::start().await;
    let operate = open(&place, &receiver, |_| {}).await;
    for number in 1..=3 {
        falls(&operate, number).await;
    }
    held(&operate, 2).await;
    held(&operate, 3).await;
    let operate = operate.restart(Duration::from_secs(5)).await;
    operate.settled().await;
    told(&operate, &receiver, 1).await;
    operate.pass(Duration::from_secs(31)).await;
    let push = told(&operate, &receiver, 2).await.remove(1);
    assert!(push["message"].as_str().unwrap().contains("#3"), "{push}");
    operate.end().await;
}

async fn what_did_not_arrive_counts_as_told_to_nobody(place: Place) {
    let receiver = Receiver::start().await;
    let operate = open(&place, &receiver, |_| {}).await;
    receiver.answers(503);
    falls(&operate, 1).await;
    // After four attempts the next is a quarter of a minute away: #2 comes before it.
    let fourth = async || {
        operate.pass(Duration::from_secs(1)).await;
        Some(()).filter(|()| receiver.calls_to("/push").len() == 4)
    };
    operate.until("the fourth attempt", fourth).await;
    reads(&operate, 1, |said| said.starts_with("waiting: 503")).await;
    receiver.answers(200);
    // Nobody was told a moment ago: the next one goes at once, and takes the first along.
    falls(&operate, 2).await;
    reads(&operate, 2, |said| said.contains("told together with #1: 200")).await;
    reads(&operate, 1, |said| said.contains("told together with #2: 200")).await;
    told(&operate, &receiver, 5).await;
    operate.end().await;
}

async fn what_somebody_took_before_it_left_counts_as_told_to_nobody(place: Place) {
    let receiver = Receiver::start().await;
    let operate = open(&place, &receiver, |_| {}).await;
    falls(&operate, 1).await;
    told(&operate, &receiver, 1).await;
    falls(&operate, 2).await;
    held(&operate, 2).await;
    operate.ada.post("/incidents/2/commands", json!({ "command": "acknowledge" })).await.is(200);
    operate.settled().await;
    operate.pass(Duration::from_secs(31)).await;
    reads(&operate, 2, |said| said.starts_with("dropped")).await;
    told(&operate, &receiver, 1).await;
    // The one that was dropped makes nobody wait.
    falls(&operate, 3).await;
    let push = told(&operate, &receiver, 2).await.remove(1);
    assert!(push["title"].as_str().unwrap().contains("#3"), "{push}");
    operate.end().await;
}

async fn a_page_that_called_twice_meanwhile_is_told_once(place: Place) {
    let receiver = Receiver::start().await;
    let operate = open(&place, &receiver, |config| {
        config.calling.told_max = 1;
        config.calling.told_minutes = 60;
    })
    .await;
    let policy = "{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {name: shop}, spec: \
                  {steps: [{contacts: [bob], wait: 5m}, {contacts: [ada], wait: 10m}], repeat: 1}}";
    operate.apply(policy).await;
    falls(&operate, 1).await;
    told(&operate, &receiver, 1).await;
    falls(&operate, 2).await;
    held(&operate, 2).await;
    operate.ada.post("/incidents/1/commands", json!({ "command": "acknowledge" })).await.is(200);
    // Everybody is called in vain, and once more.
    let called = async |count| {
        let ask = async || Some(calls(&operate, 2).await).filter(|calls| calls.len() == count);
        operate.until(&format!("{count} calls"), ask).await
    };
    operate.pass(Duration::from_secs(301)).await;
    called(2).await;
    operate.pass(Duration::from_secs(601)).await;
    let both = async || {
        let calls = called(3).await;
        (calls.iter().filter(|call| call.starts_with("held")).count() == 2).then_some(())
    };
    operate.until("both calls are held back", both).await;
    operate.pass(Duration::from_secs(3601)).await;
    let push = told(&operate, &receiver, 2).await.remove(1);
    assert!(!push["title"].as_str().unwrap().contains("more"), "{push}");
    operate.end().await;
}

async fn a_telephone_that_rings_in_vain_reached_nobody_for_all_that_it_told(place: Place) {
    let (receiver, vonage) = (Receiver::start().await, Vonage::start().await);
    let all = "priorities: [P1, P2, P3, P4, P5]";
    let ways = format!(
        "addresses: {{ntfy: bob, voice: \"+4930200\"}}, \
         notify: [{{{all}, by: [voice]}}, {{{all}, after: 10m, by: [ntfy]}}]"
    );
    let set = |config: &mut Config| config.channels.voice = vonage.settings();
    let operate = open_for(&place, &receiver, &ways, set).await;
    let rung = async |count: usize| {
        let rung = async || (vonage.calls().len() == count).then_some(());
        operate.until(&format!("{count} calls"), rung).await;
        operate.settled().await;
    };
    falls(&operate, 1).await;
    rung(1).await;
    for number in 2..=3 {
        falls(&operate, number).await;
        held(&operate, number).await;
    }
    operate.pass(Duration::from_secs(61)).await;
    rung(2).await;
    for number in 2..=3 {
        reads(&operate, number, |said| said.starts_with("delivered: ")).await;
    }

    let busy = vonage.tells(&operate.ada, &json!({ "status": "busy" }), operate.world.now());
    assert_eq!(operate.ada.send(busy).await.status, 204);
    for number in 2..=3 {
        reads(&operate, number, |said| said == "unreached: busy").await;
        let next = async || (calls(&operate, number).await.len() == 2).then_some(());
        operate.until("the next way, long before its time", next).await;
    }
    reads(&operate, 1, |said| said.starts_with("delivered: ")).await;
    // Nobody was told by it: what comes next need not wait for it.
    falls(&operate, 4).await;
    rung(3).await;
    operate.end().await;
}
