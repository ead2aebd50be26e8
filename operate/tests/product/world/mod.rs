//! The world around the tests: programs, ports, waiting.

mod alerting;
mod database;
mod dice;
mod exporter;
mod mail;
mod operate;
mod program;
mod prometheus;
mod receiver;
mod requests;
mod sdk;
mod tls;

use std::time::Duration;

pub use alerting::{Alerting, Make};
pub use database::Database;
pub use dice::Dice;
pub use exporter::Exporter;
pub use mail::{MailServer, link};
pub use operate::{Operate, Setup};
pub use program::run;
pub use prometheus::Prometheus;
pub use receiver::{Hook, Receiver};
pub use requests::Requests;
pub use sdk::Sdk;
pub use tls::TlsFront;

/// Only ends a test that has failed already: generous, for slow machines.
const PATIENCE: Duration = Duration::from_secs(100);

/// Asks again and again until there is an answer, and returns it.
pub async fn wait_until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        let mut again = tokio::time::interval(Duration::from_millis(50));
        loop {
            again.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(answer) => answer,
        Err(_) => panic!("waited {PATIENCE:?} in vain: {what}"),
    }
}

/// A client for HTTP.
pub fn client() -> reqwest::Client {
    // The one provider of cryptography in the tree; a second call finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}
