use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Notify;

use crate::client::{Connection, Failure};
use crate::process::Process;
use crate::receiver::Receiver;
use crate::watch::{Latencies, now};

/// An estate of services that have nothing to do with each other, whose policy calls one person at
/// once and another one later, both by webhook.
#[derive(Args, Clone, Debug)]
pub struct PagingEstate {
    /// How many services.
    #[arg(long, default_value_t = 1_000)]
    services: usize,
    /// How many seconds after the first person the second one is called.
    #[arg(long, default_value_t = 600)]
    wait_seconds: u32,
    /// Where the calls go: `paging` answers there.
    #[arg(long, default_value = "http://127.0.0.1:17099/")]
    webhook: String,
}

/// How soon people are called.
#[derive(Args, Clone, Debug)]
pub struct Paging {
    /// Where the server is, with the estate of `paging-estate`: http://127.0.0.1:7070
    url: String,
    /// Where the calls go: this program answers there.
    #[arg(long, default_value = "127.0.0.1:17099")]
    listen: String,
    /// How many incidents: one alert for each of so many services.
    #[arg(long, default_value_t = 1_000)]
    incidents: usize,
    /// Alerts in a request.
    #[arg(long, default_value_t = 1)]
    batch: usize,
    /// Alerts in a second; 0 is as fast as they are taken.
    #[arg(long, default_value_t = 100)]
    rate: u32,
    /// Wait for the second call of each too, so many seconds after the first, and tell how late
    /// it is.
    #[arg(long)]
    second_after_seconds: Option<u32>,
    /// Give up on calls that did not come so long after they were due.
    #[arg(long, default_value_t = 60)]
    patience_seconds: u64,
    /// The server's process, to tell what it uses.
    #[arg(long)]
    pid: Option<u32>,
}

/// What of a call is looked at.
#[derive(Deserialize)]
struct Call {
    service: String,
    step: u32,
    started_at: Timestamp,
}

struct Ledger {
    accepted: Mutex<HashMap<String, Timestamp>>,
    /// Calls by service and step: when each came first, and when its page began.
    heard: Mutex<HashMap<(String, u32), (Timestamp, Timestamp)>>,
    missing: AtomicUsize,
    done: Notify,
}

impl PagingEstate {
    /// The files' text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for person in ["first", "second"] {
            let _ = writeln!(
                text,
                "{{apiVersion: operate/v1, kind: Person, metadata: {{name: {person}}}, spec: \
                 {{email: {person}@example.org, webhook: \"{}\", contactMethods: [webhook]}}}}\n\
                 ---",
                self.webhook
            );
        }
        let _ = writeln!(
            text,
            "{{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {{name: ops}}, spec: \
             {{steps: [{{contacts: [first], wait: {}s}}, {{contacts: [second], wait: 1h}}]}}}}\n\
             ---\n{{apiVersion: operate/v1, kind: Team, metadata: {{name: ops}}, spec: \
             {{escalationPolicy: ops}}}}",
            self.wait_seconds
        );
        for number in 0..self.services {
            let _ = writeln!(
                text,
                "---\n{{apiVersion: operate/v1, kind: Service, metadata: {{name: s{number}}}, \
                 spec: {{team: ops}}}}"
            );
        }
        text
    }
}

impl Paging {
    /// Sends alerts, waits for the calls, and says how long they took.
    pub async fn run(&self) -> Result<String, Failure> {
        let calls = self.incidents * if self.second_after_seconds.is_some() { 2 } else { 1 };
        let ledger = Arc::new(Ledger {
            accepted: Mutex::default(),
            heard: Mutex::default(),
            missing: AtomicUsize::new(calls),
            done: Notify::new(),
        });
        let heard = ledger.clone();
        let receiver = Receiver::open(&self.listen, move |body| heard.hear(body)).await?;
        let process = self.pid.map(Process::new);
        let before = process.as_ref().map(Process::usage).transpose()?;
        self.send(&ledger).await?;
        let wait = u64::from(self.second_after_seconds.unwrap_or(0)) + self.patience_seconds;
        // Running out of patience shows in the count.
        let _ = tokio::time::timeout(Duration::from_secs(wait), ledger.done.notified()).await;
        drop(receiver);
        let mut report = self.report(&ledger);
        if let (Some(process), Some(before)) = (process, before) {
            let after = process.usage()?;
            let millis = after.cpu.saturating_sub(before.cpu).as_secs_f64() * 1e3;
            let _ = write!(
                report,
                "\nthe process used {:.2} ms of CPU an incident and holds {} MB",
                millis / self.incidents as f64,
                after.megabytes()
            );
        }
        Ok(report)
    }

    async fn send(&self, ledger: &Ledger) -> Result<(), Failure> {
        let mut connection = Connection::open(&self.url, None).await?;
        let batch = self.batch.max(1);
        let pace = match self.rate {
            0 => None,
            rate => Some(Duration::from_secs_f64(batch as f64 / f64::from(rate))),
        };
        let mut ticks = pace.map(tokio::time::interval);
        for first in (0..self.incidents).step_by(batch) {
            if let Some(ticks) = &mut ticks {
                ticks.tick().await;
            }
            let numbers = first..(first + batch).min(self.incidents);
            let alerts: Vec<String> = numbers.clone().map(alert).collect();
            connection.send("/api/v2/alerts", format!("[{}]", alerts.join(","))).await?;
            let now = now();
            let mut accepted = ledger.accepted.lock().unwrap_or_else(PoisonError::into_inner);
            accepted.extend(numbers.map(|number| (format!("service/s{number}"), now)));
        }
        Ok(())
    }

    fn report(&self, ledger: &Ledger) -> String {
        let accepted = ledger.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = ledger.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut first, mut second) = (Latencies::default(), Latencies::default());
        let since = |later: Timestamp, earlier: Timestamp| {
            // A call may come before the answer to the request that caused it.
            Duration::try_from(later.duration_since(earlier)).unwrap_or_default()
        };
        let wait = SignedDuration::from_secs(self.second_after_seconds.unwrap_or(0).into());
        for ((service, step), (came, began)) in &*heard {
            match (step, accepted.get(service)) {
                (0, Some(accepted)) => first.add(since(*came, *accepted)),
                (1, _) => second.add(since(*came, began.saturating_add(wait).unwrap_or(*began))),
                _ => {}
            }
        }
        let line = |what: &str, latencies: Latencies| {
            let latencies = Latencies::join([latencies]);
            format!(
                "{what} of {} of {} incidents: {} (median), {} (p99), {} (longest)",
                latencies.count(),
                self.incidents,
                latencies.milliseconds(0.5),
                latencies.milliseconds(0.99),
                latencies.milliseconds(1.0),
            )
        };
        let mut report = line("from the alert's acceptance to the first call", first);
        if self.second_after_seconds.is_some() {
            report.push('\n');
            report.push_str(&line("how late the second call came", second));
        }
        report
    }
}

impl Ledger {
    fn hear(&self, body: &str) {
        let came = now();
        let Ok(call) = serde_json::from_str::<Call>(body) else { return };
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (call.service, call.step);
        if heard.contains_key(&place) {
            return;
        }
        heard.insert(place, (came, call.started_at));
        if self.missing.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.done.notify_one();
        }
    }
}

fn alert(number: usize) -> String {
    let service = format!("s{number}");
    let summary = format!("Service {service} does not answer");
    json!({
        "labels": { "alertname": "Down", "service": service, "severity": "critical" },
        "annotations": { "summary": summary },
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_counts_once_for_each_step() {
        let ledger = Ledger {
            accepted: Mutex::default(),
            heard: Mutex::default(),
            missing: AtomicUsize::new(3),
            done: Notify::new(),
        };
        let call = |step: u32| {
            let started = "2026-01-01T00:00:00Z";
            json!({ "service": "service/s1", "step": step, "started_at": started }).to_string()
        };
        for step in [0, 0, 1] {
            ledger.hear(&call(step));
        }
        assert_eq!(ledger.missing.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn the_estate_has_a_service_for_each_incident() {
        let estate =
            PagingEstate { services: 3, wait_seconds: 60, webhook: "http://127.0.0.1/".to_owned() };
        let text = estate.text();
        assert_eq!(text.matches("kind: Service").count(), 3);
        assert!(text.contains("wait: 60s") && text.contains("name: s2"));
    }
}
