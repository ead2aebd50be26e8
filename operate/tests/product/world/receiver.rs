use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::wait_until;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

/// A webhook as it came.
#[derive(Clone, Debug)]
pub struct Hook {
    /// The path it was sent to: which receiver it was meant for.
    pub path: String,
    /// What it says.
    pub body: Value,
}

/// Takes webhooks and keeps what they say, in the order in which they came.
pub struct Receiver {
    /// Where it takes them; any path below it does too.
    pub url: String,
    taken: Arc<Mutex<Vec<Hook>>>,
    open: Arc<AtomicUsize>,
}

impl Receiver {
    /// One that answers at once.
    pub async fn start() -> Receiver {
        Receiver::open(true).await
    }

    /// One that takes a request in and never answers.
    pub async fn that_hangs() -> Receiver {
        Receiver::open(false).await
    }

    async fn open(answers: bool) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}/hook", listener.local_addr().expect("it has an address"));
        let taken: Arc<Mutex<Vec<Hook>>> = Arc::default();
        let open: Arc<AtomicUsize> = Arc::default();
        let (kept, counted) = (taken.clone(), open.clone());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (kept, counted) = (kept.clone(), counted.clone());
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    if let Some(hook) = read(&mut socket).await {
                        kept.lock().expect("no test panics while it holds it").push(hook);
                        if !answers {
                            std::future::pending::<()>().await;
                        }
                        // Whoever asked may be gone.
                        let _ = socket.write_all(OK).await;
                    }
                    counted.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Receiver { url, taken, open }
    }

    /// Waits until all that was sent to it is read.
    pub async fn idle(&self) {
        let mut looks = 0;
        wait_until("the receiver has read everything", async || {
            // What came in a moment ago may not be accepted yet.
            looks = if self.open.load(Ordering::SeqCst) == 0 { looks + 1 } else { 0 };
            (looks > 1).then_some(())
        })
        .await;
    }

    /// Waits for a notification, and takes it out.
    pub async fn next(&self, what: &str) -> Value {
        wait_until(what, async || {
            let mut taken = self.taken.lock().expect("no test panics while it holds it");
            (!taken.is_empty()).then(|| taken.remove(0).body)
        })
        .await
    }

    /// How many came that nobody took out.
    pub fn count(&self) -> usize {
        self.taken.lock().expect("no test panics while it holds it").len()
    }

    /// All that came and was not taken out.
    pub fn all(&self) -> Vec<Hook> {
        self.taken.lock().expect("no test panics while it holds it").clone()
    }
}

async fn read(socket: &mut TcpStream) -> Option<Hook> {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 16_384]);
    loop {
        let read = socket.read(&mut chunk).await.ok()?;
        bytes.extend_from_slice(&chunk[..read]);
        if let Some(hook) = whole(&bytes) {
            return Some(hook);
        }
        if read == 0 {
            return None;
        }
    }
}

/// The webhook, once all of it is there.
fn whole(bytes: &[u8]) -> Option<Hook> {
    let head_end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let body = serde_json::from_slice(&bytes[head_end..]).ok()?;
    let head = String::from_utf8_lossy(&bytes[..head_end]);
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    Some(Hook { path, body })
}
