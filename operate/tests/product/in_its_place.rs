//! `operate alertmanager` in the place of Alertmanager: its configuration file, a real receiver,
//! SIGKILL, SIGHUP, SIGTERM, and amtool.

use std::process::Command;

use serde_json::{Value, json};

use crate::world::{Alerting, Make, Receiver, run, wait_until};

async fn in_its_place(config: &str) -> Alerting {
    Alerting::start_below(Make::Operate, config, "/am").await
}

fn alert(name: &str, instance: &str) -> Value {
    json!({ "labels": { "alertname": name, "instance": instance, "severity": "warning" },
        "annotations": { "summary": "Slow" } })
}

fn over(name: &str, instance: &str) -> Value {
    let mut alert = alert(name, instance);
    alert["endsAt"] = json!("2020-01-01T00:00:00Z");
    alert
}

fn routes(url: &str, repeat: &str) -> String {
    format!(
        "route:\n  receiver: hook\n  group_by: [alertname]\n  group_wait: 100ms\n  \
         group_interval: 200ms\n  repeat_interval: {repeat}\n\
         inhibit_rules:\n- source_matchers: [alertname = DatacentreDown]\n  \
         target_matchers: [alertname = Inhibited]\n\
         receivers:\n- name: hook\n  webhook_configs:\n  - url: {url}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_reach_their_receiver_once_also_over_a_kill() {
    let receiver = Receiver::start().await;
    let mut place = in_its_place(&routes(&receiver.url, "12h")).await;
    place.post(json!([alert("Slow", "a"), alert("Slow", "b")])).await;
    let told = receiver.next("the group is told").await;
    assert_eq!(told["version"], "4");
    assert_eq!(told["status"], "firing");
    assert_eq!(told["groupLabels"], json!({ "alertname": "Slow" }));
    assert_eq!(told["alerts"].as_array().map(Vec::len), Some(2));
    assert_eq!(told["groupKey"], "{}:{alertname=\"Slow\"}");

    let groups = place.get("/api/v2/alerts/groups").await;
    assert_eq!(groups[0]["receiver"]["name"], "hook");
    assert_eq!(groups[0]["alerts"][0]["receivers"], json!([{ "name": "hook" }]));
    assert_eq!(place.get("/api/v2/receivers").await, json!([{ "name": "hook" }]));

    // Killed with an alert accepted and not told yet: it is told, and nothing is told again.
    place.post(json!([alert("Full", "a")])).await;
    place.kill();
    place.launch().await;
    let told = receiver.next("what was accepted before the kill is told").await;
    if told["groupLabels"]["alertname"] == "Slow" {
        panic!("told again after a restart: {told}");
    }
    place.post(json!([alert("Slow", "c")])).await;
    let told = receiver.next("the group has one more").await;
    assert_eq!(told["alerts"].as_array().map(Vec::len), Some(3), "{told}");
    place.post(json!([over("Full", "a")])).await;
    let told = receiver.next("the end is told").await;
    assert_eq!(
        (told["status"].as_str(), &told["groupLabels"]["alertname"]),
        (Some("resolved"), &json!("Full")),
        "{told}"
    );
    assert_eq!(receiver.count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_silenced_or_inhibited_is_shown_and_not_told() {
    let receiver = Receiver::start().await;
    let place = in_its_place(&routes(&receiver.url, "12h")).await;
    let url = format!("--alertmanager.url={}", place.url);
    let silence = ["silence", "add", "alertname=Quiet", "--comment=work", "--duration=1h"];
    let output = run(Command::new("amtool").arg(&url).args(silence).env("HOME", place.folder()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    place.post(json!([alert("Quiet", "a"), alert("DatacentreDown", "dc")])).await;
    let told = receiver.next("the datacentre is told").await;
    assert_eq!(told["groupLabels"]["alertname"], "DatacentreDown");
    place.post(json!([alert("Inhibited", "a"), alert("Loud", "a")])).await;
    let told = receiver.next("only what nothing holds back is told").await;
    assert_eq!(told["groupLabels"]["alertname"], "Loud");
    assert_eq!(receiver.count(), 0);
    let shown = place.get("/api/v2/alerts?filter=alertname%3DInhibited").await;
    assert_eq!(shown[0]["status"]["state"], "suppressed");
    assert_eq!(shown[0]["status"]["inhibitedBy"].as_array().map(Vec::len), Some(1));
    let shown = place.get("/api/v2/alerts?filter=alertname%3DQuiet").await;
    assert_eq!(shown[0]["status"]["silencedBy"].as_array().map(Vec::len), Some(1));
    let active = place.get("/api/v2/alerts?silenced=false&inhibited=false").await;
    assert_eq!(active.as_array().map(Vec::len), Some(2), "{active}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_configuration_changes_nothing_and_names_its_line() {
    let (first, second) = (Receiver::start().await, Receiver::start().await);
    let place = in_its_place(&routes(&first.url, "12h")).await;
    place.configure("route:\n  receiver: nobody\nreceivers:\n- name: hook\n");
    let answer = place.reload().await;
    assert_eq!(answer.status(), 500);
    let said = answer.text().await.expect("a text");
    assert!(said.contains("alertmanager.yml:2") && said.contains("nobody"), "{said}");
    place.post(json!([alert("Slow", "a")])).await;
    first.next("the old configuration holds").await;
    place.configure(&routes(&second.url, "12h"));
    assert_eq!(place.reload().await.status(), 200);
    place.post(json!([alert("Slow", "b")])).await;
    second.next("the new one holds now").await;
    let status = place.get("/api/v2/status").await;
    let shown = status["config"]["original"].as_str().unwrap_or_default();
    assert!(shown.contains("group_by") && !shown.contains(&second.url), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_sighup_it_reads_its_file_again_and_at_sigterm_it_stops() {
    let (first, second) = (Receiver::start().await, Receiver::start().await);
    let mut place = in_its_place(&routes(&first.url, "12h")).await;
    place.configure(&routes(&second.url, "12h").replace("name: hook", "name: other"));
    place.signal("HUP");
    // The receiver's route names one that is gone: the old file holds.
    wait_until("it says so", async || place.printed().contains("stays as it was").then_some(()))
        .await;
    assert_eq!(place.get("/api/v2/receivers").await, json!([{ "name": "hook" }]));
    place.configure(&routes(&second.url, "12h"));
    place.signal("HUP");
    wait_until("it is read", async || place.printed().contains("was read again").then_some(()))
        .await;
    place.post(json!([alert("Slow", "a")])).await;
    second.next("the new file holds").await;
    assert_eq!(first.count(), 0);
    place.signal("TERM");
    assert!(place.ended().await.success(), "{}", place.printed());

    // Reloads come at any time, also before it is ready for them.
    std::fs::remove_dir_all(place.folder().join("data")).unwrap();
    place.begin();
    wait_until("it starts", async || place.folder().join("data").exists().then_some(())).await;
    place.signal("HUP");
    place.ready().await;
}
