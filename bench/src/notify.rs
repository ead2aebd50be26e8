use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Args;
use tokio::sync::Notify;

use crate::alerts;
use crate::client::{Connection, Failure};
use crate::process::Process;
use crate::receiver::Receiver;
use crate::watch::{Latencies, Watch, time_in};

/// Who has to be told of which alerts, and how they are sent.
#[derive(Args, Clone, Debug)]
pub struct Told {
    /// Where the server is: http://127.0.0.1:7070
    url: String,
    /// Where the webhook of the server's receiver goes: this program answers there.
    #[arg(long, default_value = "127.0.0.1:17099")]
    listen: String,
    /// How many alerts to send.
    #[arg(long, default_value_t = 10_000)]
    alerts: usize,
    /// The number of the first alert.
    #[arg(long, default_value_t = 0)]
    first: usize,
    /// Alerts in a request.
    #[arg(long, default_value_t = 10)]
    batch: usize,
    /// Alerts in a second; 0 is as fast as they are taken.
    #[arg(long, default_value_t = 1_000)]
    rate: u32,
    /// Give up on what nobody was told of so long after the last alert was sent.
    #[arg(long, default_value_t = 60)]
    patience_seconds: u64,
    /// The server's process, to tell what it uses.
    #[arg(long)]
    pid: Option<u32>,
}

/// What has been sent when, and told after how long.
struct Ledger {
    first: usize,
    clock: Watch,
    sent: Mutex<Vec<Option<Duration>>>,
    told: Mutex<Latencies>,
    missing: AtomicUsize,
    done: Notify,
}

impl Told {
    /// Sends alerts, waits until the webhook was told of each, and says how long that took.
    pub async fn run(&self) -> Result<String, Failure> {
        let ledger = Arc::new(Ledger {
            first: self.first,
            clock: Watch::start(),
            sent: Mutex::new(vec![None; self.alerts]),
            told: Mutex::default(),
            missing: AtomicUsize::new(self.alerts),
            done: Notify::new(),
        });
        let heard = ledger.clone();
        let receiver = Receiver::open(&self.listen, move |body| heard.hear(body)).await?;
        let process = self.pid.map(Process::new);
        let before = process.as_ref().map(Process::usage).transpose()?;
        self.send(&ledger).await?;
        let patience = Duration::from_secs(self.patience_seconds);
        // Running out of patience shows in the count.
        let _ = tokio::time::timeout(patience, ledger.done.notified()).await;
        drop(receiver);
        let took = ledger.clock.elapsed();
        let told = std::mem::take(&mut *ledger.told.lock().unwrap_or_else(PoisonError::into_inner));
        let told = Latencies::join([told]);
        let mut report = format!(
            "told of {} of {} alerts in {:.1} s; from the request to the webhook {} (median), \
             {} (p99), {} (longest)",
            told.count(),
            self.alerts,
            took.as_secs_f64(),
            told.milliseconds(0.5),
            told.milliseconds(0.99),
            told.milliseconds(1.0),
        );
        if let (Some(process), Some(before)) = (process, before) {
            let cpu = process.usage()?.cpu.saturating_sub(before.cpu);
            let micros = cpu.as_secs_f64() * 1e6 / self.alerts as f64;
            report.push_str(&format!("\nthe process used {micros:.1} µs of CPU an alert"));
        }
        Ok(report)
    }

    async fn send(&self, ledger: &Ledger) -> Result<(), Failure> {
        let mut connection = Connection::open(&self.url, None).await?;
        let (starts_at, ends_at) = (time_in(Duration::ZERO), time_in(Duration::from_secs(3600)));
        let batch = self.batch.max(1);
        let pace = match self.rate {
            0 => None,
            rate => Some(Duration::from_secs_f64(batch as f64 / f64::from(rate))),
        };
        let mut ticks = pace.map(tokio::time::interval);
        for first in (0..self.alerts).step_by(batch) {
            if let Some(ticks) = &mut ticks {
                ticks.tick().await;
            }
            let count = batch.min(self.alerts - first);
            let body = alerts::body(self.first + first, count, &starts_at, &ends_at);
            ledger.send(first, count);
            connection.send("/api/v2/alerts", body).await?;
        }
        Ok(())
    }
}

impl Ledger {
    /// Notes that these alerts are sent now.
    fn send(&self, first: usize, count: usize) {
        let now = self.clock.elapsed();
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent[first..first + count].fill(Some(now));
    }

    /// Notes which alerts a webhook tells of, each the first time.
    fn hear(&self, body: &str) {
        let now = self.clock.elapsed();
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for number in body.split("\"instance\":\"host-").skip(1).filter_map(number_of) {
            let place = number.wrapping_sub(self.first);
            if let Some(at) = sent.get_mut(place).and_then(Option::take) {
                told.add(now.saturating_sub(at));
                if self.missing.fetch_sub(1, Ordering::Relaxed) == 1 {
                    self.done.notify_one();
                }
            }
        }
    }
}

fn number_of(text: &str) -> Option<usize> {
    text.split(':').next()?.parse().ok()
}

/// Silences that match nothing, each with an expression that has to be tried.
#[derive(Args, Clone, Debug)]
pub struct Hush {
    /// Where the server is: http://127.0.0.1:7070
    url: String,
    /// How many.
    #[arg(long, default_value_t = 1_000)]
    silences: usize,
}

impl Hush {
    /// Makes the silences.
    pub async fn run(&self) -> Result<String, Failure> {
        let mut connection = Connection::open(&self.url, None).await?;
        let (starts_at, ends_at) = (time_in(Duration::ZERO), time_in(Duration::from_secs(3600)));
        for number in 0..self.silences {
            let matcher = format!(
                r#"{{"name":"instance","value":"other-{number}-.*","isRegex":true,"isEqual":true}}"#
            );
            let times = format!(r#""startsAt":"{starts_at}","endsAt":"{ends_at}""#);
            let body = format!(
                r#"{{"matchers":[{matcher}],{times},"createdBy":"bench","comment":"measured"}}"#
            );
            connection.send("/api/v2/silences", body).await?;
        }
        Ok(format!("made {} silences", self.silences))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_alert_of_a_webhook_counts_once() {
        let ledger = Ledger {
            first: 10,
            clock: Watch::start(),
            sent: Mutex::new(vec![Some(Duration::ZERO); 2]),
            told: Mutex::default(),
            missing: AtomicUsize::new(2),
            done: Notify::new(),
        };
        let one = r#"{"alerts":[{"labels":{"instance":"host-11:9100"}}]}"#;
        ledger.hear(one);
        ledger.hear(one);
        ledger.hear(r#"{"labels":{"instance":"host-12:9100"}}"#);
        assert_eq!(ledger.told.lock().unwrap().count(), 1);
        assert_eq!(ledger.missing.load(Ordering::Relaxed), 1);
    }
}
