//! Laws, batches, and scenarios. A scenario is a table: `at TIME WHO WHAT -> what happened`, or
//! `!!` and why it was refused.

use std::sync::Arc;

use kernel::{Actor, AlertId, IncidentId, Lifecycle, Moment, Time, laws};

use crate::{
    Alert, Command, Event, Found, Ignored, Labels, Match, Outcome, Policy, Severity, Signal, Stage,
    Why, describe, take, take_batch,
};

#[test]
fn scenarios_come_out_as_written() {
    for (name, text) in [
        ("prometheus", include_str!("scenarios/prometheus.txt")),
        ("silence", include_str!("scenarios/silence.txt")),
        ("by_hand", include_str!("scenarios/by_hand.txt")),
        ("clocks", include_str!("scenarios/clocks.txt")),
        ("not_useful", include_str!("scenarios/not_useful.txt")),
    ] {
        Scenario::default().check(name, text);
    }
}

#[test]
fn the_laws_hold_in_every_stage() {
    let alerts = every_stage();
    let incident = IncidentId::from_bits(4);
    let commands = [
        Command::Acknowledge {},
        Command::Unacknowledge {},
        Command::Clear { reason: "known".to_owned() },
        Command::Close {},
        Command::MarkNotUseful { reason: "nothing to be done".to_owned() },
        Command::TakeBackNotUseful {},
        Command::Attach { incident },
        Command::Detach { incident },
        Command::Match { item: "service/orders".parse().ok(), matched_by: None },
        Command::Tick {},
    ];
    for minutes in [0, 5, 600] {
        laws::table_equals_rules(&alerts, &commands, &moment(minutes));
        for alert in &alerts {
            laws::tick_is_idempotent(alert, &moment(minutes));
        }
    }
}

#[test]
fn a_batch_means_the_same_as_its_signals_in_their_order() {
    let one = |starts, ends| signal(&[("alertname", "One")], starts, ends);
    let two = signal(&[("alertname", "Two")], Some(540), Some(544));
    let batch = [
        one(Some(530), Some(535)),
        two.clone(),
        // The end overtaken by its own beginning, then a new firing, then a repetition.
        one(Some(530), Some(533)),
        one(Some(530), Some(535)),
        one(Some(539), Some(544)),
        two,
        one(Some(539), Some(545)),
    ];
    let taken =
        take_batch(&batch, &|_| None, &|_| Found::default(), &moment(540), &Policy::default());
    let told: Vec<Vec<String>> =
        taken.changes.iter().map(|change| change.events.iter().map(describe).collect()).collect();
    assert_eq!(told.len(), 2);
    assert_eq!(told[1], ["fired; no item of the estate matches"]);
    assert_eq!(taken.changes[0].alert.fired_count, 1);
    assert_eq!(taken.changes[0].alert.stage, Stage::Open);
    assert_eq!(taken.ignored.len(), 3, "{:?}", taken.ignored);
}

#[test]
fn an_end_that_overtakes_its_beginning_in_one_batch_leaves_no_alert() {
    let over = signal(&[("alertname", "One")], Some(530), Some(533));
    let firing = signal(&[("alertname", "One")], Some(530), Some(545));
    let again = signal(&[("alertname", "One")], Some(538), Some(545));
    let moment = moment(540);
    let batch = [over, firing, again];
    let taken =
        take_batch(&batch[..2], &|_| None, &|_| Found::default(), &moment, &Policy::default());
    assert_eq!(taken.ignored, [(0, Ignored::NothingToClear), (1, Ignored::Late)]);
    assert!(taken.changes.is_empty());
    let taken = take_batch(&batch, &|_| None, &|_| Found::default(), &moment, &Policy::default());
    assert_eq!(taken.changes.len(), 1);
}

#[test]
fn a_batch_starts_from_what_is_stored() {
    let stored = fired(&signal(&[("alertname", "One")], Some(530), Some(545)), 531);
    let batch = [
        signal(&[("alertname", "One")], Some(530), Some(546)),
        signal(&[("alertname", "One")], Some(530), Some(540)),
        signal(&[("alertname", "One")], Some(540), Some(550)),
    ];
    let look = |fingerprint| (stored.fingerprint == fingerprint).then_some(&stored);
    let taken = take_batch(&batch, &look, &|_| Found::default(), &moment(540), &Policy::default());
    let [change] = taken.changes.as_slice() else { panic!() };
    assert!(!change.new);
    let told: Vec<String> = change.events.iter().map(describe).collect();
    assert_eq!(told, ["cleared by its source", "fired again"]);
    assert_eq!((change.alert.id, change.alert.fired_count), (stored.id, 2));
}

#[test]
fn a_refresh_changes_the_record_and_not_its_history() {
    let mut alert = fired(&signal(&[("alertname", "One")], Some(530), Some(545)), 531);
    let before = alert.clone();
    let mut again = signal(&[("alertname", "One")], Some(530), Some(550));
    again.annotations = Labels::new([("summary", "2.5 s"), ("description", "latency")]);
    let find = |_: &Signal| -> Found { panic!("a refresh asks no rule") };
    let outcome = take(Some(&alert), &again, &find, &moment(540), &Policy::default());
    let Outcome::Refreshed(refresh) = outcome else { panic!("{outcome:?}") };
    alert.refresh(&refresh);
    assert_eq!(alert.summary(), "2.5 s");
    assert_eq!((alert.last_seen, alert.expires_at), (time(540), time(550)));
    assert_ne!(alert, before);
    assert!(alert.same_history(&before));
}

#[test]
fn an_alert_with_a_key_may_change_its_labels_and_with_them_its_severity() {
    let keyed = |severity: &str, minutes: i64| Signal {
        key: Some("backup".into()),
        ..signal(&[("severity", severity)], Some(530), Some(minutes))
    };
    let mut alert = fired(&keyed("warning", 545), 531);
    let policy = Policy::default();
    let outcome =
        take(Some(&alert), &keyed("critical", 550), &|_| Found::default(), &moment(540), &policy);
    let Outcome::Changed(event) = outcome else { panic!("{outcome:?}") };
    alert.apply(&event);
    assert_eq!((alert.severity, alert.expires_at), (Severity::Critical, time(550)));
    let outcome =
        take(Some(&alert), &keyed("critical", 551), &|_| Found::default(), &moment(541), &policy);
    assert!(matches!(outcome, Outcome::Refreshed(_)), "{outcome:?}");
}

#[test]
fn the_item_and_its_rule_are_kept_on_the_alert() {
    let found = Match { item: "service/orders".parse().unwrap(), rule: "rule `x`".into() };
    let signal = signal(&[("severity", "page"), ("alertname", "One")], None, None);
    let find = |_: &Signal| Found::from(Some(found.clone()));
    let outcome = take(None, &signal, &find, &moment(540), &Policy::default());
    let Outcome::New(alert, _) = outcome else { panic!("{outcome:?}") };
    assert_eq!(alert.item.as_ref(), Some(&found.item));
    let shown = serde_json::to_value(alert.view(2)).unwrap();
    for (field, expected) in [
        ("state", "open"),
        ("name", "One"),
        ("summary", "One"),
        ("severity", "critical"),
        ("item", "service/orders"),
        ("matched_by", "rule `x`"),
        ("source", "prometheus"),
        ("starts_at", "2026-03-02T09:00:00Z"),
    ] {
        assert_eq!(shown[field], expected, "{field}");
    }
    assert_eq!(shown["allowed"][1]["fields"][0]["name"], "reason");
    let stored: Alert = serde_json::from_value(shown).unwrap();
    assert_eq!(stored, *alert);
}

#[test]
fn severities_are_read_in_the_words_of_many_tools() {
    for (labels, expected) in [
        (&[("severity", "CRITICAL")][..], Severity::Critical),
        (&[("severity", "page")], Severity::Critical),
        (&[("level", "error")], Severity::Error),
        (&[("priority", "P3")], Severity::Warning),
        (&[("severity", "odd"), ("priority", "p4")], Severity::Info),
        (&[("severity", "none")], Severity::None),
        (&[("alertname", "x")], Severity::Warning),
    ] {
        assert_eq!(Severity::of(&Labels::new(labels.iter().copied())), expected, "{labels:?}");
    }
}

#[test]
fn a_hundred_thousand_alerts_fit_into_150_megabytes() {
    let mut typical = signal(
        &[
            ("alertname", "HighRequestLatency"),
            ("cluster", "eu-central-1-production"),
            ("environment", "production"),
            ("instance", "orders-api-7d9f8b6c5-x2x7k:9090"),
            ("job", "kubernetes-service-endpoints"),
            ("namespace", "orders"),
            ("service", "orders"),
            ("severity", "critical"),
            ("team", "payments"),
        ],
        Some(530),
        Some(545),
    );
    typical.annotations = Labels::new([
        ("description", "The 99th percentile of the latency of orders is above 2 s for 10 min."),
        ("runbook_url", "https://runbooks.example.org/orders/HighRequestLatency"),
        ("summary", "Orders answers slowly (2.31 s at the 99th percentile)"),
    ]);
    typical.generator_url =
        "http://prometheus.example.org/graph?g0.expr=histogram_quantile(0.99%2C\
                             +sum+by+(le)+(rate(http_request_duration_seconds_bucket%5B5m%5D)))"
            .into();
    let bytes = fired(&typical, 531).bytes();
    assert!(bytes < 1_000, "{bytes} bytes");
    assert!(size_of::<Alert>() <= 256, "{} bytes without its texts", size_of::<Alert>());
}

/// Minutes of the day on which everything here happens.
fn time(minutes: i64) -> Time {
    Time::from_seconds(DAY + minutes * 60)
}

/// 2026-03-02, in seconds.
const DAY: i64 = 20_514 * 86_400;

fn moment(minutes: i64) -> Moment {
    Moment::new(time(minutes), Actor::Integration("prometheus".to_owned()), 1)
}

/// A signal with times in minutes of the day.
fn signal(labels: &[(&str, &str)], starts: Option<i64>, ends: Option<i64>) -> Signal {
    Signal {
        source: Arc::from("prometheus"),
        key: None,
        rule: None,
        labels: Labels::new(labels.iter().copied()),
        annotations: Labels::default(),
        starts_at: starts.map(time),
        ends_at: ends.map(time),
        generator_url: "".into(),
    }
}

fn fired(signal: &Signal, minutes: i64) -> Alert {
    match take(None, signal, &|_| Found::default(), &moment(minutes), &Policy::default()) {
        Outcome::New(alert, _) => *alert,
        other => panic!("{other:?}"),
    }
}

/// One alert in each stage.
fn every_stage() -> Vec<Alert> {
    let open = fired(&signal(&[("alertname", "One")], None, None), 0);
    let at = Time::EPOCH;
    let with = |events: &[Event]| {
        let mut alert = open.clone();
        events.iter().for_each(|event| alert.apply(event));
        alert
    };
    let cleared = Event::Cleared {
        at,
        ends_at: at,
        why: Why::Source,
        reason: String::new(),
        closes_at: time(60),
    };
    vec![
        open.clone(),
        with(&[Event::Acknowledged { at, by: Actor::Person("ada".to_owned()) }]),
        with(std::slice::from_ref(&cleared)),
        with(&[cleared, Event::Closed { at }]),
    ]
}

/// An alert as a scenario tells it.
#[derive(Default)]
struct Scenario {
    alert: Option<Alert>,
    events: Vec<Event>,
}

impl Scenario {
    fn check(mut self, name: &str, text: &str) {
        for (number, line) in (1..).zip(text.lines()) {
            let place = format!("{name}, line {number}: {line}");
            match line.split_once(' ').unwrap_or((line, "")) {
                ("at", rest) => self.line(rest, &place),
                ("fired", _) => assert_eq!(self.told(), line, "{place}"),
                ("#" | "", _) => {}
                _ => panic!("cannot read {place}"),
            }
        }
        let alert = self.alert.unwrap();
        let mut folded = Alert::born(alert.id, &self.events[0]).unwrap();
        self.events[1..].iter().for_each(|event| folded.apply(event));
        assert!(alert.same_history(&folded), "{alert:?}\n{folded:?}");
        laws::journal_rebuilds(&folded, &self.events);
    }

    fn told(&self) -> String {
        let alert = self.alert.as_ref().unwrap();
        let state = serde_json::to_value(alert.stage).unwrap();
        let (count, since) = (alert.fired_count, clock(alert.starts_at));
        format!("fired {count}, since {since}, state {}", state.as_str().unwrap())
    }

    fn line(&mut self, line: &str, place: &str) {
        let (asked, expected) = match line.split_once("!!") {
            Some((asked, expected)) => (asked, format!("!! {}", expected.trim())),
            None => line.split_once("->").map(|(a, e)| (a, e.trim().to_owned())).unwrap(),
        };
        let words: Vec<&str> = asked.split_whitespace().collect();
        let now = minutes(words[0]);
        let told = if words[1] == "prometheus" {
            self.take(&words[2..], now)
        } else {
            self.command(&words[1..], now)
        };
        assert_eq!(told, expected, "{place}");
    }

    fn take(&mut self, words: &[&str], now: i64) -> String {
        let said = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)).map(minutes);
        let (starts, mut ends) = (said("starts="), said("ends="));
        if words[0] == "over" {
            ends = ends.or(Some(now));
        }
        let signal = signal(&[("alertname", "One")], starts, ends);
        let moment = moment(now);
        match take(self.alert.as_ref(), &signal, &|_| Found::default(), &moment, &Policy::default())
        {
            Outcome::New(alert, event) => {
                self.alert = Some(*alert);
                let told = describe(&event);
                self.events.push(event);
                told
            }
            Outcome::Changed(event) => self.follow(vec![event]),
            Outcome::Refreshed(refresh) => {
                self.alert.as_mut().unwrap().refresh(&refresh);
                format!("refreshed until {}", clock(refresh.expires_at))
            }
            Outcome::Ignored(reason) => {
                format!("ignored: {}", serde_json::to_value(reason).unwrap().as_str().unwrap())
            }
        }
    }

    fn command(&mut self, words: &[&str], now: i64) -> String {
        let (actor, command) = match words {
            ["clock"] => (Actor::system("clockwork"), Command::Tick {}),
            [actor, "clear", reason @ ..] => {
                (actor.parse().unwrap(), Command::Clear { reason: reason.join(" ") })
            }
            [actor, "mark_not_useful", reason @ ..] => {
                (actor.parse().unwrap(), Command::MarkNotUseful { reason: reason.join(" ") })
            }
            [actor, command] => {
                let json = serde_json::json!({ "command": command });
                (actor.parse().unwrap(), serde_json::from_value(json).unwrap())
            }
            _ => panic!("cannot read {words:?}"),
        };
        let moment = Moment::new(time(now), actor, 2);
        match self.alert.as_ref().unwrap().decide(&command, &moment) {
            Ok(events) => self.follow(events),
            Err(refusal) => format!("!! {}", refusal.reason),
        }
    }

    fn follow(&mut self, events: Vec<Event>) -> String {
        let told: Vec<String> = events.iter().map(describe).collect();
        for event in events {
            self.alert.as_mut().unwrap().apply(&event);
            self.events.push(event);
        }
        told.join("; ")
    }
}

#[test]
fn an_alert_is_opened_by_signals_only() {
    let id = AlertId::from_bits(1);
    assert!(Alert::open(id, &Command::Acknowledge {}, &moment(0)).is_err());
}

fn minutes(text: &str) -> i64 {
    let (hour, minute) = text.split_once(':').unwrap();
    hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap()
}

fn clock(time: Time) -> String {
    let minutes = (time.micros() / 1_000_000 - DAY) / 60;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}
