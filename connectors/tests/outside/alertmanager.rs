use std::collections::BTreeSet;

use connectors::Pairs;
use connectors::alertmanager::{
    AlertsBody, COMPATIBLE_VERSION, ShownAlert, Status, error_body, parse, receivers_body,
};
use kernel::Time;
use serde_json::Value;

const FIRING: &[u8] = include_bytes!("captures/prometheus-firing.json");
const RESOLVED: &[u8] = include_bytes!("captures/prometheus-resolved.json");
const ADDED: &[u8] = include_bytes!("captures/amtool-add.json");
const ALERTS: &str = include_str!("captures/alertmanager-alerts.json");
const STATUS: &str = include_str!("captures/alertmanager-status.json");

fn time(text: &str) -> Option<Time> {
    Some(Time::parse(text).unwrap())
}

fn written(pairs: &Pairs<'_>) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_prometheus_sends_when_alerts_fire_is_understood() {
    let signals = parse(FIRING).unwrap();
    assert_eq!(signals.len(), 2);
    let down = &signals[0];
    assert_eq!(
        written(&down.labels),
        "alertname=InstanceDown cluster=eu-1 instance=127.0.0.1:1 job=node replica=a \
         service=checkout severity=critical"
    );
    assert_eq!(down.annotations[0].1, "\"quoted\" back\\slash\nnew line, <b>&amp; é 日本 0");
    assert_eq!(down.starts_at, time("2026-11-21T03:07:54.632Z"));
    assert_eq!(down.ends_at, time("2026-11-21T03:08:26.632Z"));
    assert_eq!(down.generator_url, "http://vm:19095/graph?g0.expr=up+%3D%3D+0&g0.tab=1");
    assert_eq!((&down.key, &down.item), (&None, &None));
    assert!(signals[1].annotations.is_empty());
}

#[test]
fn what_prometheus_sends_when_an_alert_is_over_is_understood() {
    let signals = parse(RESOLVED).unwrap();
    assert_eq!(signals[0].starts_at, time("2026-11-21T03:08:00.632Z"));
    assert_eq!(signals[0].ends_at, time("2026-11-21T03:08:10.632Z"));
}

#[test]
fn what_amtool_sends_is_understood() {
    let signals = parse(ADDED).unwrap();
    assert_eq!(written(&signals[0].labels), "alertname=foo node=bar");
    assert_eq!(signals[0].starts_at, time("2026-11-20T23:00:00Z"));
}

/// Writes the alerts that the real Alertmanager showed, and compares but for the offset of times.
#[test]
fn alerts_are_shown_as_alertmanager_shows_them() {
    let real: Value = serde_json::from_str(ALERTS).unwrap();
    let mut body = AlertsBody::new("team-x", 2);
    for alert in real.as_array().unwrap() {
        let text = |member: &str| alert[member].as_str().unwrap_or_default();
        let pairs = |member: &str| {
            let pairs = alert[member].as_object().unwrap();
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        };
        let shown = ShownAlert {
            fingerprint: u64::from_str_radix(text("fingerprint"), 16).unwrap(),
            starts_at: Time::parse(text("startsAt")).unwrap(),
            ends_at: Time::parse(text("endsAt")).unwrap(),
            updated_at: Time::parse(text("updatedAt")).unwrap(),
            generator_url: text("generatorURL"),
        };
        body.push(&shown, pairs("labels"), pairs("annotations"));
    }
    let ours: Value = serde_json::from_slice(&body.finish()).unwrap();
    let real = ALERTS
        .replace("2026-11-21T00:00:00.000+01:00", "2026-11-20T23:00:00.000Z")
        .replace("2026-11-21T00:00:00.123+01:00", "2026-11-20T23:00:00.123Z")
        // Newer versions have this member.
        .replace("\"inhibitedBy\":[]", "\"inhibitedBy\":[],\"mutedBy\":[]");
    assert_eq!(ours, serde_json::from_str::<Value>(&real).unwrap());
}

#[test]
fn the_status_has_every_member_that_alertmanager_has() {
    fn members(value: &Value, path: &str, into: &mut BTreeSet<String>) {
        for (name, value) in value.as_object().into_iter().flatten() {
            into.insert(format!("{path}/{name}"));
            members(value, &format!("{path}/{name}"), into);
        }
    }
    let started = Time::parse("2026-11-21T03:03:07.848Z").unwrap();
    let ours = Status { started, version: "0.1.0", config: "route: {}\n" }.body();
    let [ours, real] = [&ours, STATUS].map(|text| serde_json::from_str::<Value>(text).unwrap());
    let names = |value| {
        let mut names = BTreeSet::new();
        members(value, "", &mut names);
        names
    };
    assert_eq!(names(&ours), names(&real));
    assert_eq!(ours["uptime"], "2026-11-21T03:03:07.848Z");
    assert_eq!(real["versionInfo"]["version"], COMPATIBLE_VERSION);
}

#[test]
fn receivers_and_errors_have_the_form_that_clients_expect() {
    assert_eq!(receivers_body(&["team-x"]), r#"[{"name":"team-x"}]"#);
    assert_eq!(error_body("a \"b\""), r#""a \"b\"""#);
}
