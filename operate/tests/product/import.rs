//! A configuration of Alertmanager is taken over whole: nothing refers to the machine it came from.

use serde_json::{Value, json};

use crate::world::{Operate, Receiver, Setup};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_imported_tells_receivers_without_its_files_and_once_is_enough() {
    let receiver = Receiver::start().await;
    let allow = ("OPERATE_WEBHOOK__ALLOW", "127.0.0.1".to_owned());
    let operate = Operate::start(Setup { environment: vec![allow], ..Setup::default() }).await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let hook = write("hook", &format!("{}\n", receiver.url));
    write("ours.tmpl", "{{ define \"ours\" }}ours: {{ .GroupLabels.alertname }}{{ end }}");
    let config = write(
        "alertmanager.yml",
        &format!(
            "templates: ['*.tmpl']\n\
             route: {{receiver: ops, group_by: [alertname], group_wait: 0s}}\n\
             receivers:\n- name: ops\n  webhook_configs:\n  - url_file: {}\n",
            hook.display()
        ),
    );
    let config = config.to_str().unwrap();
    let token = operate.token("admin", &["read", "write", "admin"]).await;
    let import = || {
        let line = ["import", "alertmanager", config, "--apply", "--json"];
        let done = operate.cli_as(&token, &line);
        assert!(done.status.success(), "{done:?}");
        serde_json::from_slice::<Value>(&done.stdout).unwrap()
    };
    let first = import();
    assert_eq!(first["saved"], json!({ "version": 1, "changed": true }), "{first}");
    let again = import();
    assert_eq!(again["saved"], json!({ "version": 1, "changed": false }), "{again}");

    drop(folder);
    let kept = operate.get("/api/v1/routing").await;
    assert_eq!(kept["templates"][0]["name"], "ours.tmpl", "{kept}");
    assert!(!kept.to_string().contains(&receiver.url), "{kept}");
    assert!(operate.post_alerts(&json!([{ "labels": { "alertname": "Down" } }])).await);
    let told = receiver.next("the receiver is told").await;
    assert_eq!(told["groupLabels"]["alertname"], "Down", "{told}");
}
