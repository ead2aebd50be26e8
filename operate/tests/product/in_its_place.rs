//! `operate alertmanager` in the place of Alertmanager: its configuration file, a real receiver,
//! SIGKILL, SIGHUP, and amtool.

use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::world::{BINARY, Program, client, free_port, run, wait_until};

/// Takes webhooks and keeps their bodies.
struct Receiver {
    url: String,
    taken: Arc<Mutex<Vec<Value>>>,
}

impl Receiver {
    async fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}/hook", listener.local_addr().expect("it has an address"));
        let taken: Arc<Mutex<Vec<Value>>> = Arc::default();
        let kept = taken.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let kept = kept.clone();
                tokio::spawn(async move {
                    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
                    let body = loop {
                        let Ok(read) = socket.read(&mut chunk).await else { return };
                        bytes.extend_from_slice(&chunk[..read]);
                        if let Some(body) = whole_body(&bytes) {
                            break body;
                        }
                        if read == 0 {
                            return;
                        }
                    };
                    kept.lock().expect("no test panics while it holds it").push(body);
                    let answer =
                        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
                    let _ = socket.write_all(answer).await;
                });
            }
        });
        Receiver { url, taken }
    }

    /// Waits for a notification, and takes it out.
    async fn next(&self, what: &str) -> Value {
        wait_until(what, async || {
            let mut taken = self.taken.lock().expect("no test panics while it holds it");
            (!taken.is_empty()).then(|| taken.remove(0))
        })
        .await
    }

    fn count(&self) -> usize {
        self.taken.lock().expect("no test panics while it holds it").len()
    }
}

fn whole_body(bytes: &[u8]) -> Option<Value> {
    let head_end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    serde_json::from_slice(&bytes[head_end..]).ok()
}

/// The binary in the place of Alertmanager.
struct InItsPlace {
    url: String,
    folder: tempfile::TempDir,
    port: u16,
    program: Option<Program>,
}

impl InItsPlace {
    async fn start(config: &str) -> InItsPlace {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}");
        let mut place = InItsPlace { url, folder, port, program: None };
        place.configure(config);
        place.launch().await;
        place
    }

    fn config(&self) -> std::path::PathBuf {
        self.folder.path().join("alertmanager.yml")
    }

    fn configure(&self, config: &str) {
        std::fs::write(self.config(), config).expect("the folder can be written");
    }

    async fn launch(&mut self) {
        let mut command = Command::new(BINARY);
        command.arg("alertmanager").current_dir(self.folder.path());
        command.arg(format!("--config.file={}", self.config().display()));
        command.arg(format!("--storage.path={}", self.folder.path().join("data").display()));
        command.arg(format!("--web.listen-address=127.0.0.1:{}", self.port));
        command.args(["--cluster.listen-address=", "--web.route-prefix=/am"]);
        let log = self.folder.path().join("operate.log");
        self.program = Some(Program::start(&mut command, &log));
        let ready = format!("{}/-/ready", self.url);
        wait_until("it is ready", async || {
            let answer = client().get(&ready).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    fn kill(&mut self) {
        if let Some(mut program) = self.program.take() {
            program.kill();
        }
    }

    async fn post(&self, alerts: Value) {
        let url = format!("{}/am/api/v2/alerts", self.url);
        let answer = client().post(url).json(&alerts).send().await.expect("it answers");
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    async fn get(&self, path: &str) -> Value {
        let answer = client().get(format!("{}{path}", self.url)).send().await.expect("it answers");
        answer.json().await.expect("JSON")
    }
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
    let mut place = InItsPlace::start(&routes(&receiver.url, "12h")).await;
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
    assert_eq!(place.get("/am/api/v2/receivers").await, json!([{ "name": "hook" }]));

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
    let place = InItsPlace::start(&routes(&receiver.url, "12h")).await;
    let url = format!("--alertmanager.url={}", place.url);
    let silence = ["silence", "add", "alertname=Quiet", "--comment=work", "--duration=1h"];
    let output =
        run(Command::new("amtool").arg(&url).args(silence).env("HOME", place.folder.path()));
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
    let place = InItsPlace::start(&routes(&first.url, "12h")).await;
    let reload =
        async || client().post(format!("{}/-/reload", place.url)).send().await.expect("it answers");
    place.configure("route:\n  receiver: nobody\nreceivers:\n- name: hook\n");
    let answer = reload().await;
    assert_eq!(answer.status(), 500);
    let said = answer.text().await.expect("a text");
    assert!(said.contains("alertmanager.yml:2") && said.contains("nobody"), "{said}");
    place.post(json!([alert("Slow", "a")])).await;
    first.next("the old configuration holds").await;
    place.configure(&routes(&second.url, "12h"));
    assert_eq!(reload().await.status(), 200);
    place.post(json!([alert("Slow", "b")])).await;
    second.next("the new one holds now").await;
    let status = place.get("/api/v2/status").await;
    let shown = status["config"]["original"].as_str().unwrap_or_default();
    assert!(shown.contains("group_by") && !shown.contains(&second.url), "{shown}");
}
