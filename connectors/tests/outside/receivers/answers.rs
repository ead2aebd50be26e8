//! How answers are judged, what follows them, what services limit, and hostile labels.

use super::*;

use connectors::receivers::{Method, Next};

fn judged(section: &str, status: u16, body: &str) -> &'static str {
    let (_, config) = examples().into_iter().find(|(known, _)| *known == section).unwrap();
    match (http(section, &config, &firing()).judge)(status, body) {
        Verdict::Taken => "taken",
        Verdict::Later(_) => "later",
        Verdict::Never(_) => "never",
    }
}

#[test]
fn answers_are_judged_as_each_service_means_them() {
    for (section, _) in examples().into_iter().filter(|(name, _)| *name != "email_configs") {
        assert_eq!(judged(section, 500, ""), "later", "{section}");
        assert_eq!(judged(section, 503, "busy"), "later", "{section}");
        assert_eq!(judged(section, 429, "slow down"), "later", "{section}");
        assert_eq!(judged(section, 400, "bad"), "never", "{section}");
        assert_eq!(judged(section, 404, ""), "never", "{section}");
        assert_eq!(judged(section, 302, ""), "never", "{section}");
    }
    for (section, status, body, verdict) in [
        ("webhook_configs", 204, "", "taken"),
        ("slack_configs", 200, "ok", "taken"),
        ("slack_configs", 200, "{\"ok\":true,\"ts\":\"1\"}", "taken"),
        ("slack_configs", 200, "{\"ok\":false,\"error\":\"channel_not_found\"}", "never"),
        ("slack_configs", 200, "{\"ok\":false,\"error\":\"ratelimited\"}", "later"),
        ("slack_configs", 200, "no_text", "never"),
        ("pagerduty_configs", 202, "{\"status\":\"success\"}", "taken"),
        ("pagerduty_configs", 403, "", "never"),
        ("opsgenie_configs", 202, "", "taken"),
        ("msteams_configs", 200, "1", "taken"),
        ("msteams_configs", 200, "Microsoft Teams endpoint returned HTTP error 429", "later"),
        ("msteams_configs", 200, "Microsoft Teams endpoint returned HTTP error 413", "never"),
        ("msteamsv2_configs", 202, "", "taken"),
        ("discord_configs", 204, "", "taken"),
        ("sns_configs", 400, "<Code>Throttling</Code>", "later"),
        ("wechat_configs", 200, "{\"errcode\":0,\"access_token\":\"t\"}", "taken"),
        ("wechat_configs", 200, "{\"errcode\":42001,\"errmsg\":\"expired\"}", "later"),
        ("wechat_configs", 200, "{\"errcode\":40013}", "never"),
        ("wechat_configs", 200, "<html>", "never"),
        ("rocketchat_configs", 200, "{\"success\":true}", "taken"),
        ("rocketchat_configs", 200, "{\"success\":false,\"error\":\"x\"}", "never"),
    ] {
        assert_eq!(judged(section, status, body), verdict, "{section} {status} {body}");
    }
}

#[test]
fn version_1_of_pagerduty_is_spoken_with_a_service_key() {
    let config = json!({ "service_key": "s3cret", "send_resolved": false });
    let call = http("pagerduty_configs", &config, &firing());
    assert_eq!(call.url, "https://events.pagerduty.com/generic/2010-04-15/create_event.json");
    assert!(matches!((call.judge)(403, ""), Verdict::Later(_)), "too many events");
    let event = body("pagerduty_configs", &config, &firing());
    assert_eq!(event["event_type"], "trigger");
    assert_eq!(event["description"], "[FIRING:1] DiskFull (page)");
    assert_eq!(event["details"]["num_firing"], "1");
    let event = body("pagerduty_configs", &config, &resolved());
    assert_eq!((&event["event_type"], event.get("client")), (&json!("resolve"), None));
    assert!(!read("pagerduty_configs", &config).unwrap().send_resolved());
    // As with Alertmanager, that key counts where both are given.
    let both = json!({ "service_key": "s3cret", "routing_key": "r" });
    assert_eq!(http("pagerduty_configs", &both, &firing()).url, call.url);
}

fn next(section: &str, data: &TemplateData) -> Next {
    let (_, config) = examples().into_iter().find(|(known, _)| *known == section).unwrap();
    http(section, &config, data).next.unwrap()
}

fn requests(calls: &[Call]) -> Vec<&HttpCall> {
    let requests = calls.iter().map(|call| match call {
        Call::Http(call) => call.as_ref(),
        Call::Mail(mail) => panic!("{mail:?}"),
    });
    requests.collect()
}

#[test]
fn wechat_sends_with_the_token_that_it_was_given() {
    let follow = next("wechat_configs", &firing());
    let calls = follow.calls("{\"errcode\":0,\"access_token\":\"t/1\"}").unwrap();
    let send = requests(&calls)[0];
    assert_eq!(send.url, "https://qyapi.weixin.qq.com/cgi-bin/message/send?access_token=t%2F1");
    let message: Value = serde_json::from_str(&send.body).unwrap();
    assert_eq!((&message["touser"], &message["msgtype"]), (&json!("@all"), &json!("text")));
    assert!(message["text"]["content"].as_str().unwrap().starts_with("[FIRING:1] DiskFull"));
    assert!(follow.calls("{\"errcode\":0}").is_err());
}

#[test]
fn jira_creates_changes_reopens_and_resolves() {
    let said = |data: &TemplateData, answer: Value| -> Vec<(Method, String)> {
        let calls = next("jira_configs", data).calls(&answer.to_string()).unwrap();
        let requests = requests(&calls).into_iter().map(|call| {
            assert_eq!(call.headers.last().unwrap().0, "Authorization", "also what follows");
            (call.method, call.url.replace("https://x.atlassian.net/rest/api/3/", ""))
        });
        requests.collect()
    };
    let issue = |category: &str| {
        let status = json!({ "statusCategory": { "key": category } });
        json!({ "issues": [{ "key": "OPS-7", "fields": { "status": status } }] })
    };
    let change = (Method::Put, "issue/OPS-7".to_owned());
    let transit = (Method::Get, "issue/OPS-7/transitions".to_owned());
    let none = json!({ "issues": [] });
    assert_eq!(said(&firing(), none.clone()), [(Method::Post, "issue".to_owned())]);
    assert_eq!(said(&resolved(), none.clone()), []);
    assert_eq!(said(&firing(), issue("new")), std::slice::from_ref(&change));
    assert_eq!(said(&firing(), issue("done")), [change.clone(), transit.clone()]);
    assert_eq!(said(&resolved(), issue("new")), [change.clone(), transit]);
    assert_eq!(said(&resolved(), issue("done")), [change]);

    let calls = next("jira_configs", &firing()).calls(&none.to_string()).unwrap();
    let created: Value = serde_json::from_str(&requests(&calls)[0].body).unwrap();
    let fields = &created["fields"];
    assert_eq!(fields["project"]["key"], "OPS");
    assert_eq!(fields["customfield_1"][0]["value"], "firing");
    assert_eq!(fields["labels"][1], "team-db");
    assert!(fields["labels"][0].as_str().unwrap().starts_with("ALERT{"));
    assert_eq!(fields["description"]["type"], "doc", "version 3 takes documents");

    let calls = next("jira_configs", &resolved()).calls(&issue("new").to_string()).unwrap();
    let list = requests(&calls)[1].next.clone().unwrap();
    let known =
        json!({ "transitions": [{ "id": "5", "name": "Start" }, { "id": "9", "name": "Done" }] });
    let made = list.calls(&known.to_string()).unwrap();
    assert_eq!(requests(&made)[0].body, "{\"transition\":{\"id\":\"9\"}}");
    assert!(list.calls("{\"transitions\":[]}").unwrap_err().problem.contains("\"Done\""));
}

#[test]
fn a_webhook_has_no_more_alerts_than_it_takes() {
    let config = json!({ "url": "http://x", "max_alerts": 1, "timeout": "5s" });
    let payload = body("webhook_configs", &config, &firing());
    assert_eq!(payload["alerts"].as_array().unwrap().len(), 1);
    assert_eq!(payload["truncatedAlerts"], 1);
    let call = http("webhook_configs", &config, &firing());
    assert_eq!(call.timeout.map(|timeout| timeout.as_secs()), Some(5));
}

/// Labels that try to leave their place in every format.
fn hostile() -> Vec<String> {
    vec![
        "\"><script>alert(1)</script>&amp;'`{{ .Status }}".to_owned(),
        "a\r\nBcc: victim@example.org\r\n\r\nbody\0\u{7}\u{2028}\u{202e}".to_owned(),
        "\\\",\"injected\":\"".to_owned(),
        "&to=x&priority=2%00%0d%0a+".to_owned(),
        "😀".repeat(25_000),
        "<".repeat(100_000),
    ]
}

fn hostile_group(label: &str) -> TemplateData {
    let mut one = alert(label, AlertStatus::Firing);
    one.labels = texts(&[("alertname", label), ("severity", label)]);
    one.annotations = texts(&[("summary", label)]);
    one.generator_url = "javascript:alert(1)".to_owned();
    TemplateData::new(label, "http://am", texts(&[("alertname", label)]), vec![one])
}

#[test]
fn hostile_labels_stay_in_their_place() {
    for label in hostile() {
        let data = hostile_group(&label);
        for (section, config) in examples() {
            for call in calls(section, &config, &data).unwrap() {
                match call {
                    Call::Http(call) => check_request(section, &call),
                    Call::Mail(mail) => {
                        let html = mail.html.unwrap();
                        assert!(!html.contains("<script") && !html.contains("javascript:"));
                        let subject = [mail.subject, mail.from];
                        let values = mail.headers.into_iter().map(|(_, value)| value);
                        for line in values.chain(subject).chain(mail.to) {
                            assert!(!line.contains(char::is_control), "{line:?}");
                        }
                    }
                }
            }
        }
    }
}

fn check_request(section: &str, call: &HttpCall) {
    assert!(call.url.chars().all(|c| c.is_ascii_graphic()), "{section}: {}", call.url);
    for (name, value) in &call.headers {
        assert!(value.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{section}: {name}");
    }
    let form = call.headers.iter().any(|(_, value)| value.contains("form-urlencoded"));
    if form {
        let known = ["token", "user", "Action", "TopicArn", "Message", "message", "Subject"];
        let names: Vec<&str> = call.body.split('&').map(|p| p.split('=').next().unwrap()).collect();
        assert!(known.iter().all(|name| names.iter().filter(|n| n == &name).count() <= 1));
        return;
    }
    if call.method == Method::Get {
        return;
    }
    let json: Value = serde_json::from_str(&call.body).unwrap();
    assert!(json.get("injected").is_none());
    let length = |path: &str| {
        json.pointer(path).and_then(Value::as_str).map_or(0, |text| text.chars().count())
    };
    for (path, most) in [
        ("/payload/summary", 1024),
        ("/message", 130),
        ("/description", 15_000),
        ("/attachments/0/title", if section == "slack_configs" { 1024 } else { usize::MAX }),
        ("/embeds/0/title", 256),
        ("/embeds/0/description", 4096),
        ("/state_message", 20_480),
        ("/text", if section == "telegram_configs" { 4096 } else { 24_000 }),
        ("/markdown", 7439),
    ] {
        assert!(length(path) <= most, "{section}: {path} has {} characters", length(path));
    }
    let limit = match section {
        "pagerduty_configs" => 512_000,
        "incidentio_configs" => 512 * 1024,
        _ => usize::MAX,
    };
    assert!(call.body.len() <= limit, "{section}: {} bytes", call.body.len());
}

#[test]
fn details_that_are_too_long_are_replaced_and_the_event_is_sent() {
    let details = json!({ "x": "{{ range .Alerts }}{{ .Labels.alertname }}{{ end }}" });
    let config = json!({ "routing_key": "k", "details": details });
    let mut data = hostile_group(&"<".repeat(100_000));
    data.alerts = vec![data.alerts[0].clone(); 8];
    let event = body("pagerduty_configs", &config, &data);
    let details = event["payload"]["custom_details"].as_object().unwrap();
    assert_eq!(details.keys().collect::<Vec<_>>(), ["error"]);
}

#[test]
fn a_long_message_in_markdown_is_plain_text() {
    let data = hostile_group(&"*".repeat(10_000));
    let config = json!({ "bot_token": "t", "chat_id": 1, "parse_mode": "MarkdownV2" });
    let message = body("telegram_configs", &config, &data);
    assert_eq!(message.get("parse_mode"), None);
    let message = body("telegram_configs", &config, &firing());
    assert_eq!(message["parse_mode"], "MarkdownV2");
}

#[test]
fn a_storm_is_told_by_its_first_alerts() {
    let mut data = firing();
    data.alerts = vec![data.alerts[0].clone(); 8000];
    for alert in &mut data.alerts {
        alert.annotations = texts(&[("summary", &"x".repeat(600))]);
    }
    let long = ["email_configs", "slack_configs"];
    for (section, config) in examples().into_iter().filter(|(name, _)| long.contains(name)) {
        for call in calls(section, &config, &data).unwrap() {
            match call {
                Call::Mail(mail) => {
                    let html = mail.html.unwrap();
                    assert_eq!(html.matches("<table").count(), 1000);
                }
                Call::Http(call) => {
                    assert!(call.body.contains("[FIRING:8000]"), "all are counted");
                }
            }
        }
    }
}
