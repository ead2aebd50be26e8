use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A service with one measure in Prometheus's text format: `orders_up`, 1 or 0.
pub struct Exporter {
    /// Where it is scraped: `127.0.0.1:PORT`.
    pub address: String,
    up: Arc<AtomicBool>,
}

impl Exporter {
    /// Starts it in good health.
    pub async fn start() -> Exporter {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address").to_string();
        let up = Arc::new(AtomicBool::new(true));
        let state = up.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let body = format!("orders_up {}\n", u8::from(state.load(Ordering::SeqCst)));
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Exporter { address, up }
    }

    /// Makes it fail, or recover.
    pub fn set_up(&self, up: bool) {
        self.up.store(up, Ordering::SeqCst);
    }
}
