use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Measures spans of time: a benchmark is the one program that has to look at the real clock.
pub struct Watch(Instant);

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "measuring is what this program is for")]
    pub fn start() -> Watch {
        Watch(Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The time now, as servers have it that run on the same machine.
#[expect(clippy::disallowed_methods, reason = "servers compare it with their own clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The time now, as alerts carry it, plus a span.
pub fn time_in(span: Duration) -> String {
    let later = now().saturating_add(span).unwrap_or(Timestamp::MAX);
    format!("{later:.3}")
}

/// How long each of many requests took.
#[derive(Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub fn add(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    pub fn join(parts: impl IntoIterator<Item = Latencies>) -> Latencies {
        let mut all: Vec<Duration> = parts.into_iter().flat_map(|part| part.0).collect();
        all.sort_unstable();
        Latencies(all)
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The latency that this share of the requests did not exceed (nearest rank).
    pub fn quantile(&self, share: f64) -> Duration {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }

    pub fn milliseconds(&self, share: f64) -> String {
        format!("{:.1} ms", self.quantile(share).as_secs_f64() * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_the_nearest_rank() {
        let latencies =
            Latencies::join([Latencies((1..=100).rev().map(Duration::from_millis).collect())]);
        for (share, expected) in [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)] {
            assert_eq!(latencies.quantile(share), Duration::from_millis(expected));
        }
        assert_eq!(Latencies::default().quantile(0.5), Duration::ZERO);
    }
}
