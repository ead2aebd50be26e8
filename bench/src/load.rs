use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::Args;

use crate::alerts;
use crate::client::{Connection, Failure};
use crate::watch::{Latencies, Watch, time_in};

/// How many alerts are sent, and how.
#[derive(Args, Clone, Debug)]
pub struct Load {
    /// How many alerts to send.
    #[arg(long, default_value_t = 100_000)]
    pub alerts: usize,
    /// How many alerts differ; the rest repeats them. By default all differ.
    #[arg(long)]
    pub sets: Option<usize>,
    /// The number of the first alert: the same numbers give the same labels in every run.
    #[arg(long, default_value_t = 0)]
    pub first: usize,
    /// Alerts in a request.
    #[arg(long, default_value = "64")]
    pub batch: NonZeroUsize,
    /// Connections that send at the same time.
    #[arg(long, default_value = "16")]
    pub connections: NonZeroUsize,
    /// An integration key.
    #[arg(long)]
    pub key: Option<String>,
}

/// What came of a load.
pub struct Done {
    pub alerts: usize,
    pub span: Duration,
    pub latencies: Latencies,
}

impl Done {
    pub fn alerts_per_second(&self) -> f64 {
        self.alerts as f64 / self.span.as_secs_f64()
    }
}

impl Load {
    /// Sends everything; each connection takes the next batch when its last one is answered.
    pub async fn run(&self, url: &str) -> Result<Done, Failure> {
        let batches = self.alerts.div_ceil(self.batch.get());
        let next = Arc::new(AtomicUsize::new(0));
        let mut connections = Vec::new();
        for _ in 0..self.connections.get() {
            connections.push(Connection::open(url, self.key.as_deref()).await?);
        }
        let watch = Watch::start();
        let senders: Vec<_> = connections
            .into_iter()
            .map(|connection| tokio::spawn(self.clone().send(connection, next.clone(), batches)))
            .collect();
        let mut latencies = Vec::new();
        for sender in senders {
            latencies.push(sender.await??);
        }
        let span = watch.elapsed();
        Ok(Done { alerts: self.alerts, span, latencies: Latencies::join(latencies) })
    }

    async fn send(
        self,
        mut connection: Connection,
        next: Arc<AtomicUsize>,
        batches: usize,
    ) -> Result<Latencies, Failure> {
        let (starts_at, ends_at) = (time_in(Duration::ZERO), time_in(Duration::from_secs(3600)));
        let size = self.batch.get();
        // Whole batches repeat, so that no request holds an alert twice.
        let different = self.sets.unwrap_or(usize::MAX).max(size) / size;
        let mut latencies = Latencies::default();
        loop {
            let batch = next.fetch_add(1, Ordering::Relaxed);
            if batch >= batches {
                return Ok(latencies);
            }
            let first = self.first + batch % different * size;
            let count = size.min(self.alerts - batch * size);
            let body = alerts::body(first, count, &starts_at, &ends_at);
            let watch = Watch::start();
            connection.send("/api/v2/alerts", body).await?;
            latencies.add(watch.elapsed());
        }
    }
}
