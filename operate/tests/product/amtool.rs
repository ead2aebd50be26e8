//! Alertmanager's own command line, pointed at Operate.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::world::{Operate, Setup, run};

fn amtool(operate: &Operate, arguments: &[&str]) -> String {
    let output = run(Command::new("amtool")
        .arg(format!("--alertmanager.url={}", operate.url))
        .args(arguments)
        .env("HOME", operate.folder()));
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
