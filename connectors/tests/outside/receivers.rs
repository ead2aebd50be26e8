//! Receivers: what each kind sends for a group that fires and is resolved, what is refused in a
//! configuration, how answers are judged, and hostile labels.

mod alertmanager;
mod answers;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use connectors::receivers::{
    AlertData, AlertStatus, Call, HttpCall, Integration, NotSent, Notice, SECTIONS, TemplateData,
    Verdict, templates,
};
use jiff::Timestamp;
use serde_json::{Value, json};

type Texts = BTreeMap<String, String>;

const KEY: &str = "{}/{team=\"db\"}:{alertname=\"DiskFull\"}";

fn now() -> Timestamp {
    "2026-11-21T17:00:00Z".parse().unwrap()
}

fn texts(pairs: &[(&str, &str)]) -> Arc<Texts> {
    Arc::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
}

fn alert(instance: &str, status: AlertStatus) -> AlertData {
    let resolved = status == AlertStatus::Resolved;
    AlertData {
        status,
        labels: texts(&[("alertname", "DiskFull"), ("instance", instance), ("severity", "page")]),
        annotations: texts(&[("summary", "Disk is > 90 %")]),
        starts_at: "2026-11-21T16:00:00.5Z".parse().unwrap(),
        ends_at: resolved.then(|| "2026-11-21T16:30:00Z".parse().unwrap()),
        generator_url: "http://prometheus/graph?g0.expr=up&g0.tab=1".to_owned(),
        fingerprint: "00000000000000ab".to_owned(),
    }
}

fn group(alerts: Vec<AlertData>) -> TemplateData {
    TemplateData::new("team-db", "http://am", texts(&[("alertname", "DiskFull")]), alerts)
}

fn firing() -> TemplateData {
    group(vec![alert("a", AlertStatus::Firing), alert("b", AlertStatus::Resolved)])
}

fn resolved() -> TemplateData {
    group(vec![alert("a", AlertStatus::Resolved)])
}

fn read(section: &str, config: &Value) -> Result<Integration, String> {
    Integration::read(section, config).map_err(|error| error.to_string())
}

fn files() -> BTreeMap<String, String> {
    BTreeMap::from([("secret.txt".to_owned(), "from-file\n".to_owned())])
}

fn calls(section: &str, config: &Value, data: &TemplateData) -> Result<Vec<Call>, NotSent> {
    let templates = templates().unwrap();
    let integration = read(section, config).unwrap();
    assert_eq!(integration.check(&templates), [], "{section} {config}");
    let files = files();
    integration.calls(&Notice::new(data, KEY, now(), &templates, &files))
}

fn http(section: &str, config: &Value, data: &TemplateData) -> HttpCall {
    match calls(section, config, data).unwrap().remove(0) {
        Call::Http(call) => *call,
        Call::Mail(mail) => panic!("{mail:?}"),
    }
}

fn body(section: &str, config: &Value, data: &TemplateData) -> Value {
    serde_json::from_str(&http(section, config, data).body).unwrap()
}

/// A call as people can read it.
fn shown(call: &Call) -> String {
    let mut out = String::new();
    match call {
        Call::Http(call) => {
            writeln!(out, "{} {}", call.method.as_str(), call.url).unwrap();
            for (name, value) in &call.headers {
                writeln!(out, "{name}: {value}").unwrap();
            }
            match serde_json::from_str::<Value>(&call.body) {
                Ok(json) => writeln!(out, "\n{json:#}").unwrap(),
                Err(_) => writeln!(out, "\n{}", call.body.replace('&', "\n&")).unwrap(),
            }
        }
        Call::Mail(mail) => {
            writeln!(out, "{:?}", mail.server).unwrap();
            writeln!(out, "From: {}\nTo: {:?}\nSubject: {}", mail.from, mail.to, mail.subject)
                .unwrap();
            for (name, value) in &mail.headers {
                writeln!(out, "{name}: {value}").unwrap();
            }
            writeln!(out, "thread {:?}\n", mail.thread).unwrap();
            writeln!(out, "{:?}\n{}", mail.text, mail.html.as_deref().unwrap_or("-")).unwrap();
        }
    }
    out
}

/// A configuration of each kind with little more than it needs.
fn examples() -> Vec<(&'static str, Value)> {
    let url = "https://chat.example.org/hooks/s3cret";
    vec![
        ("webhook_configs", json!({ "url": url })),
        (
            "email_configs",
            json!({ "to": "a@b.c, \"Doe, J\" <j@b.c>", "from": "am@b.c", "smarthost": "mx:587",
                "auth_username": "u", "auth_password": "s3cret", "text": "{{ .Status }}",
                "headers": { "X-Team": "{{ .Receiver }}", "subject": "S {{ .Status }}" },
                "threading": { "enabled": true } }),
        ),
        (
            "slack_configs",
            json!({ "api_url": url, "channel": "#{{ .GroupLabels.alertname }}",
                "fields": [{ "title": "T", "value": "{{ len .Alerts }}" }],
                "actions": [{ "type": "button", "text": "Go", "url": "{{ .ExternalURL }}",
                    "confirm": { "text": "Sure?" } }] }),
        ),
        (
            "pagerduty_configs",
            json!({ "routing_key": "s3cret", "severity": "{{ .CommonLabels.severity }}",
                "details": { "num_firing": "own" },
                "links": [{ "href": "{{ .ExternalURL }}", "text": "AM" }, { "href": "" }],
                "images": [{ "src": "http://i", "alt": "x" }] }),
        ),
        (
            "opsgenie_configs",
            json!({ "api_key": "s3cret", "tags": "a, {{ .CommonLabels.severity }},", "note": "n",
                "responders": [{ "name": "x,y", "type": "teams" }, { "id": "1", "type": "user" },
                    { "name": "{{ .CommonLabels.none }}", "type": "team" }],
                "update_alerts": true, "details": { "k": "v" } }),
        ),
        ("msteams_configs", json!({ "webhook_url": url })),
        ("msteamsv2_configs", json!({ "webhook_url": url })),
        ("telegram_configs", json!({ "bot_token": "s3cret", "chat_id": -42 })),
        ("discord_configs", json!({ "webhook_url": url, "username": "am" })),
        ("pushover_configs", json!({ "user_key": "s3cret", "token": "s3cret" })),
        (
            "sns_configs",
            json!({ "topic_arn": "arn:aws:sns:us-east-2:1:Topic.fifo",
                "sigv4": { "access_key": "AK", "secret_key": "s3cret" },
                "attributes": { "k": "{{ .Status }}" } }),
        ),
        ("victorops_configs", json!({ "api_key": "s3cret", "routing_key": "a/{{ .Receiver }}" })),
        ("wechat_configs", json!({ "api_secret": "s3cret", "corp_id": "c", "to_user": "@all" })),
        (
            "webex_configs",
            json!({ "room_id": "r",
                "http_config": { "authorization": { "credentials": "s3cret" } } }),
        ),
        (
            "jira_configs",
            json!({ "api_url": "https://x.atlassian.net/rest/api/3/", "project": "OPS",
                "issue_type": "Bug", "labels": ["{{ .Receiver }}"], "resolve_transition": "Done",
                "reopen_transition": "Reopen", "reopen_duration": "1h",
                "fields": { "customfield_1": [{ "value": "{{ .Status }}" }] },
                "http_config": { "basic_auth": { "username": "u", "password": "s3cret" } } }),
        ),
        (
            "rocketchat_configs",
            json!({ "token": "s3cret", "token_id": "s3cret", "channel": "#x",
                "actions": [{ "text": "Go", "url": "http://x" }] }),
        ),
        ("mattermost_configs", mattermost()),
        (
            "incidentio_configs",
            json!({ "url": "https://api.incident.io/v2/x", "alert_source_token": "s3cret" }),
        ),
    ]
}

fn mattermost() -> Value {
    json!({ "webhook_url": "https://chat.example.org/hooks/s3cret", "channel": "ops",
        "attachments": [{ "title": "{{ .Status }}", "color": "#f00",
            "fields": [{ "title": "Team", "value": "{{ .Receiver }}", "short": true }] }],
        "props": { "card": "{{ .GroupLabels.alertname }}" },
        "priority": { "priority": "Important", "requested_ack": true,
            "persistent_notifications": true } })
}

#[test]
fn each_kind_sends_what_its_service_documents() {
    for (section, config) in examples() {
        let mut out = String::new();
        for data in [firing(), resolved()] {
            for call in calls(section, &config, &data).unwrap() {
                writeln!(out, "--- {}\n{}", data.status, shown(&call)).unwrap();
            }
        }
        insta::assert_snapshot!(section.trim_end_matches("_configs"), out);
    }
}

#[test]
fn every_section_has_an_example() {
    let examples: Vec<&str> = examples().into_iter().map(|(section, _)| section).collect();
    assert_eq!(examples, SECTIONS);
}

#[derive(serde::Deserialize)]
struct Capture {
    template: String,
    data: u8,
    text: String,
}

/// What Alertmanager's default templates gave when `amtool template render` (0.25) ran them.
#[test]
fn default_texts_are_what_receivers_know_from_alertmanager() {
    let templates = templates().unwrap();
    assert_eq!(templates.check(), []);
    for line in include_str!("captures/default_templates.jsonl").lines() {
        let capture: Capture = serde_json::from_str(line).unwrap();
        let notification = match capture.data {
            2 => include_str!("captures/notification2.json"),
            3 => include_str!("captures/notification3.json"),
            _ => include_str!("captures/notification4.json"),
        };
        let value = captured(&serde_json::from_str(notification).unwrap()).value();
        let text = templates.render_text("t", &capture.template, &value, now());
        assert_eq!(text.as_deref(), Ok(capture.text.as_str()), "{}", capture.template);
    }
}

fn captured(json: &Value) -> TemplateData {
    let text = |json: &Value| json.as_str().unwrap().to_owned();
    let pairs = |json: &Value| Arc::new(serde_json::from_value(json.clone()).unwrap());
    let alert = |json: &Value| AlertData {
        status: match json["status"].as_str() {
            Some("firing") => AlertStatus::Firing,
            _ => AlertStatus::Resolved,
        },
        labels: pairs(&json["labels"]),
        annotations: pairs(&json["annotations"]),
        starts_at: text(&json["startsAt"]).parse().unwrap(),
        ends_at: None,
        generator_url: text(&json["generatorURL"]),
        fingerprint: text(&json["fingerprint"]),
    };
    TemplateData {
        receiver: text(&json["receiver"]),
        status: text(&json["status"]),
        alerts: json["alerts"].as_array().unwrap().iter().map(alert).collect(),
        group_labels: pairs(&json["groupLabels"]),
        common_labels: pairs(&json["commonLabels"]),
        common_annotations: pairs(&json["commonAnnotations"]),
        external_url: text(&json["externalURL"]),
    }
}

#[test]
fn a_group_knows_its_status_and_what_its_alerts_share() {
    let data = firing();
    assert_eq!(data.status, "firing");
    assert_eq!(data.common_labels, texts(&[("alertname", "DiskFull"), ("severity", "page")]));
    assert_eq!(resolved().status, "resolved");
    let empty = group(Vec::new());
    assert_eq!((empty.status.as_str(), empty.common_labels.len()), ("resolved", 0));
}

#[test]
fn a_template_over_the_data_sees_its_fields_and_methods() {
    let templates = templates().unwrap();
    let value = firing().value();
    for (template, text) in [
        ("{{ .Alerts.Firing | len }}{{ .Alerts.Resolved | len }}{{ len .Alerts }}", "112"),
        (
            "{{ (index .Alerts 0).EndsAt.IsZero }} {{ (index .Alerts 1).EndsAt.IsZero }}",
            "true false",
        ),
        ("{{ (index .Alerts 0).StartsAt }}", "2026-11-21 16:00:00.5 +0000 UTC"),
        (
            "{{ range .Alerts }}{{ .Fingerprint }} {{ .Annotations.summary }};{{ end }}",
            "00000000000000ab Disk is > 90 %;00000000000000ab Disk is > 90 %;",
        ),
        ("{{ (toJson .Alerts.Resolved) | len }}", "305"),
        ("{{ .GroupLabels }}", "map[alertname:DiskFull]"),
    ] {
        let rendered = templates.render_text("t", template, &value, now());
        assert_eq!(rendered.as_deref(), Ok(text), "{template}");
    }
    let wrong = templates.render_text("t", "{{ .Nothing }}", &value, now()).unwrap_err();
    assert_eq!(wrong.to_string(), "t:1:4: a template.Data has no field or method Nothing");
}

#[test]
fn what_is_not_supported_of_http_config_is_told_with_its_field() {
    let http =
        |http: Value| told("webhook_configs", &json!({ "url": "http://x", "http_config": http }));
    assert_eq!(http(json!({})), [""; 0]);
    assert_eq!(
        http(json!({ "oauth2": { "client_id": "x" } })),
        ["http_config.oauth2.token_url", "http_config.oauth2.client_secret"]
    );
    let other = json!({ "proxy_url": "ftp://ada:s3cret@p" });
    assert_eq!(http(other), ["http_config.proxy_url"]);
    let socks = json!({ "proxy_url": "socks5://p", "proxy_connect_header": { "X": ["y"] } });
    assert_eq!(http(socks), ["http_config.proxy_connect_header"]);
    assert_eq!(http(json!({ "no_proxy": "x" })), ["http_config.no_proxy"]);
    let tls = json!({ "tls_config": { "max_version": "TLS11", "key": "s3cret" } });
    let told = ["http_config.tls_config.key", "http_config.tls_config.max_version"];
    assert_eq!(http(tls), told);
    assert_eq!(http(json!({ "tls_config": { "min_version": "TLS12" } })), [""; 0]);
    let both = json!({ "basic_auth": { "username": "u" }, "authorization": {} });
    assert_eq!(http(both), ["http_config.authorization"]);
    let header = json!({ "http_headers": { "Host": { "values": ["x"] } } });
    assert_eq!(http(header), ["http_config.http_headers.Host"]);
}

/// The fields that a configuration is told of.
fn told(section: &str, config: &Value) -> Vec<String> {
    let problems = read(section, config).unwrap().check(&templates().unwrap());
    assert!(problems.iter().all(|problem| !problem.problem.contains("s3cret")));
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn what_a_kind_needs_and_excludes_is_told_with_its_field() {
    let url = "http://x";
    for (section, config, fields) in [
        ("webhook_configs", json!({}), vec!["url"]),
        ("webhook_configs", json!({ "url": "ftp://s3cret" }), vec!["url"]),
        ("webhook_configs", json!({ "url": url, "url_file": "f" }), vec!["url"]),
        ("slack_configs", json!({ "api_url": url, "title": "{{ .x | default }}" }), vec!["title"]),
        (
            "slack_configs",
            json!({ "api_url": url, "actions": [{ "type": "b", "text": "t" }] }),
            vec!["actions[0].url"],
        ),
        (
            "email_configs",
            json!({ "to": "a", "from": "b", "smarthost": "mx",
            "html": "<script>{{ .Status }}</script>" }),
            vec!["smarthost", "html"],
        ),
        (
            "email_configs",
            json!({ "to": "a", "from": "b", "smarthost": "mx:25",
            "headers": { "Message-ID": "x", "a b": "" } }),
            vec!["headers.Message-ID", "headers.a b"],
        ),
        (
            "pagerduty_configs",
            json!({ "routing_key": "a", "details": { "x": "{{" } }),
            vec!["details.x"],
        ),
        (
            "opsgenie_configs",
            json!({ "api_key": "k", "responders": [{ "type": "nobody" }] }),
            vec!["responders[0]", "responders[0].type"],
        ),
        (
            "telegram_configs",
            json!({ "bot_token": "t", "chat_id": 1, "parse_mode": "html" }),
            vec!["parse_mode"],
        ),
        (
            "pushover_configs",
            json!({ "token": "t", "user_key": "u", "retry": "5s" }),
            vec!["retry"],
        ),
        (
            "sns_configs",
            json!({ "phone_number": "+1", "sigv4": { "role_arn": "r" } }),
            vec!["sigv4.access_key", "sigv4.region", "sigv4.role_arn"],
        ),
        ("webex_configs", json!({ "room_id": "r" }), vec!["http_config.authorization"]),
        (
            "victorops_configs",
            json!({ "api_key": "k", "routing_key": "r",
            "custom_fields": { "entity_id": "x" } }),
            vec!["custom_fields.entity_id"],
        ),
    ] {
        assert_eq!(told(section, &config), fields, "{section} {config}");
    }
}

#[test]
fn unknown_fields_and_sections_are_refused() {
    for (section, config) in examples() {
        let mut config = config;
        config["sendresolved"] = true.into();
        let refused = read(section, &config).unwrap_err();
        assert!(refused.contains("sendresolved"), "{section}: {refused}");
    }
    assert!(read("hipchat_configs", &json!({})).is_err());
}

#[test]
fn secrets_come_from_files_and_are_printed_nowhere() {
    for (section, config) in examples() {
        let integration = read(section, &config).unwrap();
        assert!(!format!("{integration:?}").contains("s3cret"), "{section}");
        for call in calls(section, &config, &firing()).unwrap() {
            assert!(!format!("{call:?}").contains("s3cret"), "{section}: {call:?}");
        }
    }
    let config = json!({ "url_file": "secret.txt", "http_config": {
        "authorization": { "type": "Token", "credentials_file": "secret.txt" } } });
    let integration = read("webhook_configs", &config).unwrap();
    assert_eq!(integration.files(), ["secret.txt", "secret.txt"]);
    let call = http("webhook_configs", &config, &firing());
    assert_eq!(call.url, "from-file");
    assert!(call.headers.contains(&("Authorization".to_owned(), "Token from-file".to_owned())));
    let missing = json!({ "url_file": "gone.txt" });
    let refused = calls("webhook_configs", &missing, &firing()).unwrap_err();
    assert_eq!(refused.to_string(), "gone.txt: this file could not be read");
}

#[test]
fn a_template_that_fails_sends_nothing() {
    let config = json!({ "api_url": "http://x", "text": "half {{ (index .Alerts 7).Status }}" });
    let refused = calls("slack_configs", &config, &firing()).unwrap_err();
    assert_eq!(refused.field, "text");
    assert!(
        refused.problem.starts_with("line 1, column 10: index: 7 is out of range"),
        "{refused}"
    );
}
