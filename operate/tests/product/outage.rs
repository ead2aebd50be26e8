//! From a failing service to a restored one, with nobody's help but a click in a mail.

use reqwest::Method;
use serde_json::{Value, json};

use crate::estate::ESTATE;
use crate::world::{Exporter, MailServer, Operate, Prometheus, Setup, link, wait_until};

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_service_becomes_a_mail_an_acknowledgement_and_a_restored_incident() {
    let folder = tempfile::tempdir().unwrap();
    let mail_server = MailServer::start(folder.path()).await;
    let setup = Setup { mail_port: Some(mail_server.port), ..Setup::default() };
    let operate = Operate::start(setup).await;
    operate.apply(ESTATE).await;
    restore_soon_after_clear(&operate).await;
    let exporter = Exporter::start().await;
    let _prometheus = Prometheus::start(folder.path(), &exporter.address, &operate.address).await;

    exporter.set_up(false);
    let opened = the_incident(&operate).await;
    assert_eq!(opened["main_item"], "service/orders");
    assert_eq!(opened["team"], "team/payments");
    assert_eq!(opened["priority"], "P1", "orders carries a mission-critical use case: {opened}");
    let path = format!("/api/v1/incidents/{}", opened["id"].as_str().unwrap());

    let mail = mail_server.mail_to("ada@example.org").await;
    assert!(mail.contains("Orders cannot be placed"), "{mail}");
    acknowledge_by_link(&operate, &path, &link(&mail, &format!("{}/ack/", operate.url))).await;

    exporter.set_up(true);
    let restored = wait_until("the incident is restored", async || {
        let incident = operate.get(&path).await;
        (incident["stage"] == "restored").then_some(incident)
    })
    .await;
    let times = &restored["times"];
    for time in ["detected", "notified", "acknowledged", "restored"] {
        assert!(times[time]["at"].is_string(), "no time `{time}` in {times}");
    }
    tells_its_story(&operate, &path).await;
    assert_eq!(mail_server.mails().len(), 1, "one issue, one mail");
}

/// The link shows a page and changes nothing; its button acknowledges, also when pressed twice.
async fn acknowledge_by_link(operate: &Operate, path: &str, link: &str) {
    let page = operate.client().get(link).send().await.unwrap();
    assert!(page.status().is_success(), "{}", page.status());
    let page = page.text().await.unwrap();
    assert!(page.contains("<button"), "{page}");
    assert_eq!(operate.get(path).await["acknowledged_by"], Value::Null, "a mail scanner looked");
    for _ in 0..2 {
        let pressed = operate.client().post(link).send().await.unwrap();
        assert!(pressed.status().is_success(), "{}", pressed.status());
    }
    let incident = wait_until("the acknowledgement reaches the incident", async || {
        let incident = operate.get(path).await;
        incident["acknowledged_by"].is_string().then_some(incident)
    })
    .await;
    assert_eq!(incident["acknowledged_by"], "link:ada");
    let pages = operate.list(&format!("{path}/pages")).await;
    assert_eq!(pages.len(), 1, "{pages:?}");
    assert_eq!(pages[0]["stage"], "acknowledged");
    assert_eq!(pages[0]["calls"][0]["result"], "delivered", "{pages:?}");
}

async fn tells_its_story(operate: &Operate, path: &str) {
    let timeline = operate.list(&format!("{path}/timeline")).await;
    let kinds: Vec<&str> = timeline.iter().filter_map(|entry| entry["kind"].as_str()).collect();
    for kind in ["incident.opened", "incident.acknowledged", "incident.restored"] {
        assert!(kinds.contains(&kind), "no {kind} in {kinds:?}");
    }
    assert!(timeline.iter().all(|entry| entry["title"].as_str().is_some_and(|t| !t.is_empty())));
}

async fn restore_soon_after_clear(operate: &Operate) {
    let mut policy = operate.get("/api/v1/settings/policy").await;
    policy["incidents"]["restore_after_clear_seconds"] = json!(0);
    operate.call(Method::PUT, "/api/v1/settings/policy", Some(policy)).await;
}

async fn the_incident(operate: &Operate) -> Value {
    wait_until("an incident opens", async || {
        operate.list("/api/v1/incidents").await.into_iter().next()
    })
    .await
}
