use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// How often in a minute the counters are written.
const STEPS: u64 = 4;

/// A service with counters of its requests, good and bad. Its past is scraped step by step: each
/// scrape finds the counters as they were a quarter of a minute later, with the time of then.
pub struct Requests {
    /// Where it is scraped: `127.0.0.1:PORT`.
    pub address: String,
    left: Arc<Mutex<VecDeque<String>>>,
}

impl Requests {
    /// Starts it with what it served in each minute from one on: good and bad requests, both
    /// divisible by four.
    pub async fn start(first_minute: i64, minutes: &[(u64, u64)]) -> Requests {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address").to_string();
        let left = Arc::new(Mutex::new(exposed(first_minute, minutes)));
        let steps = left.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let body = steps.lock().map(|mut steps| steps.pop_front()).unwrap_or_default();
                let body = body.unwrap_or_default();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Requests { address, left }
    }

    /// Whether all of the past was scraped.
    pub fn told(&self) -> bool {
        self.left.lock().is_ok_and(|left| left.is_empty())
    }
}

fn exposed(first_minute: i64, minutes: &[(u64, u64)]) -> VecDeque<String> {
    let (mut good, mut bad) = (0, 0);
    let mut at = first_minute * 60_000;
    let mut all = VecDeque::new();
    let mut step = |good: u64, bad: u64, at: i64| {
        let mut text = String::from("# TYPE requests_total counter\n");
        for (code, count) in [("200", good), ("500", bad)] {
            let _ = writeln!(text, "requests_total{{code=\"{code}\"}} {count} {at}");
        }
        all.push_back(text);
    };
    step(0, 0, at);
    for (more_good, more_bad) in minutes {
        for _ in 0..STEPS {
            good += more_good / STEPS;
            bad += more_bad / STEPS;
            at += 60_000 / i64::try_from(STEPS).unwrap_or(1);
            step(good, bad, at);
        }
    }
    all
}
