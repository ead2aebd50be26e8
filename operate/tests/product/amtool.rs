//! Alertmanager's own command line, pointed at Operate.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::world::{Alerting, Make, Operate, Setup, run};

fn amtool(operate: &Operate, arguments: &[&str]) -> String {
    amtool_at(&operate.url, arguments)
}

fn amtool_at(url: &str, arguments: &[&str]) -> String {
    let output = run(Command::new("amtool")
        .arg(format!("--alertmanager.url={url}"))
        .args(arguments)
        .env("HOME", "/"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "amtool {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_amtool_adds_it_finds_again() {
    let operate = Operate::start(Setup::default()).await;
    amtool(&operate, &["alert", "add", "DiskFull", "severity=warning", "instance=db-1"]);
    amtool(&operate, &["alert", "add", "FansLoud", "severity=info", "instance=db-2"]);

    let found = amtool(&operate, &["alert", "query", "alertname=DiskFull", "-o", "json"]);
    let found: Vec<Value> = serde_json::from_str(&found).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0]["labels"],
        json!({ "alertname": "DiskFull", "severity": "warning", "instance": "db-1" })
    );
    let regex = amtool(&operate, &["alert", "query", "instance=~db-.", "-o", "json"]);
    let regex: Vec<Value> = serde_json::from_str(&regex).unwrap();
    assert_eq!(regex.len(), 2, "{regex:?}");
    assert!(amtool(&operate, &["alert", "query"]).contains("DiskFull"));
}

#[tokio::test(flavor = "multi_thread")]
async fn amtool_asks_for_silences_changes_them_ends_them_and_brings_them_along() {
    let operate = Operate::start(Setup::default()).await;
    let known = |filter: &[&str]| -> Vec<Value> {
        let said = amtool(&operate, &[&["silence", "query", "-o", "json"], filter].concat());
        serde_json::from_str(&said).unwrap()
    };
    let add = ["silence", "add", "alertname=DiskFull", "instance=~db-.", "--author=ada"];
    let id = amtool(&operate, &[&add[..], &["--comment=disks", "--duration=1h"]].concat());
    let id = id.trim();
    let found = known(&["alertname=DiskFull"]);
    assert_eq!((found.len(), &found[0]["id"]), (1, &json!(id)), "{found:?}");
    assert_eq!(found[0]["comment"], "disks");
    assert_eq!(found[0]["matchers"][1]["isRegex"], true);
    assert_eq!(known(&["alertname=Other"]), Vec::<Value>::new());

    let changed = amtool(&operate, &["silence", "update", id, "--comment=more disks", "-d", "3h"]);
    assert!(changed.contains("more disks"), "{changed}");
    let found = known(&[]);
    assert_eq!((found.len(), &found[0]["comment"]), (1, &json!("more disks")), "{found:?}");
    let kept = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(kept.path(), serde_json::to_string(&found).unwrap()).unwrap();

    let now = found[0]["id"].as_str().unwrap();
    amtool(&operate, &["silence", "expire", now]);
    assert_eq!(known(&[]), Vec::<Value>::new());
    assert!(known(&["--expired"]).iter().any(|silence| silence["id"] == now));

    let file = kept.path().display().to_string();
    amtool(&operate, &["silence", "import", "--force", &file]);
    let found = known(&[]);
    assert_eq!((found.len(), &found[0]["comment"]), (1, &json!("more disks")), "{found:?}");
}

/// Receivers whose addresses are secret, each in its way.
const ROUTED: &str = "\
route:
  receiver: hook
  group_by: [alertname]
  routes:
    - matchers: [severity = critical]
      receiver: night
      continue: true
    - matchers: [service =~ \"shop|till\"]
      receiver: shop
receivers:
  - name: hook
    webhook_configs: [{url: 'https://x.example.org/hush', http_config: {proxy_url: ''}}]
  - name: night
    pagerduty_configs: [{routing_key: hush}]
    webhook_configs: [{url: 'https://user:hush@x.example.org/'}]
  - name: shop
    slack_configs: [{api_url: 'https://hooks.example.org/hush', channel: '#shop'}]
    opsgenie_configs: [{api_key: hush}]
    telegram_configs: [{bot_token: hush, chat_id: 5}]
    discord_configs: [{webhook_url: 'https://x.example.org/hush'}]
";

#[tokio::test(flavor = "multi_thread")]
async fn amtool_tells_who_is_told_by_the_routes_in_force() {
    let place = Alerting::start(Make::Operate, ROUTED).await;
    for (labels, receivers) in [
        (&["service=other"][..], "hook\n"),
        (&["severity=critical"], "night\n"),
        (&["severity=critical", "service=till"], "night,shop\n"),
    ] {
        let said = amtool_at(&place.url, &[&["config", "routes", "test"], labels].concat());
        assert_eq!(said, receivers, "{labels:?}");
    }
    let tree = amtool_at(&place.url, &["config", "routes", "show"]);
    assert!(tree.contains("receiver: night") && tree.contains("continue: true"), "{tree}");
    let shown = amtool_at(&place.url, &["config", "show"]);
    assert!(shown.contains("route:") && !shown.contains("hush"), "{shown}");
}

/// The small files by which Operate's reading of configurations is tested: name, text, and whether
/// Alertmanager 0.25 takes it, as the tables say.
fn small_files() -> Vec<(String, String, bool)> {
    let tables = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../connectors/tests/outside/alertmanager_config");
    let mut files = Vec::new();
    for table in std::fs::read_dir(tables).unwrap().map(|entry| entry.unwrap().path()) {
        if table.extension().is_none_or(|ending| ending != "txt") {
            continue;
        }
        let text = std::fs::read_to_string(&table).unwrap();
        for case in text.split("\n=== ").skip(1) {
            let (head, body) = case.split_once("\n---\n").unwrap_or((case, ""));
            let says = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
            let verdict = says("amtool: ").or(says("want: ")).unwrap_or_default();
            let mut yaml = body.replace("@bom", "\u{feff}#");
            yaml = yaml.replace("@route", "route: {receiver: a}");
            yaml = yaml.replace("@receivers", "receivers: [{name: a}]");
            if body.contains("@bom") {
                yaml = yaml.replace('\n', "\r\n");
            }
            let title = head.lines().next().unwrap_or_default();
            files.push((
                format!("{}: {title}", table.display()),
                yaml,
                verdict.starts_with("good"),
            ));
        }
    }
    files
}

#[test]
fn amtool_judges_the_small_files_as_the_tables_say() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    let files = small_files();
    assert!(files.len() > 200, "{} files", files.len());
    for (title, yaml, good) in files {
        let file = folder.path().join("alertmanager.yml");
        std::fs::write(&file, yaml).unwrap();
        let judged = run(Command::new("amtool").arg("check-config").arg(&file).env("HOME", "/"));
        if judged.status.success() != good {
            wrong.push(title);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
