use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::client::Failure;

/// Answers webhooks until it is dropped.
pub struct Receiver(AbortHandle);

impl Receiver {
    /// Listens at an address, and tells of each body that comes.
    pub async fn open(
        address: &str,
        hear: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Receiver, Failure> {
        let unreachable = |error| Failure::Unreachable(address.to_owned(), error);
        let listener = TcpListener::bind(address).await.map_err(unreachable)?;
        Ok(Receiver(tokio::spawn(receive(listener, Arc::new(hear))).abort_handle()))
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn receive(listener: TcpListener, hear: Arc<impl Fn(&str) + Send + Sync + 'static>) {
    while let Ok((stream, _)) = listener.accept().await {
        let hear = hear.clone();
        tokio::spawn(async move { answer(stream, &*hear).await });
    }
}

/// Reads requests whose length is said, and answers each; ends with the connection.
async fn answer(mut stream: TcpStream, hear: &(impl Fn(&str) + Send + Sync)) -> Option<()> {
    let mut read = Vec::new();
    loop {
        let (head, length) = loop {
            if let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break (end + 4, content_length(&read[..end])?);
            }
            if stream.read_buf(&mut read).await.ok()? == 0 {
                return None;
            }
        };
        while read.len() < head + length {
            if stream.read_buf(&mut read).await.ok()? == 0 {
                return None;
            }
        }
        hear(&String::from_utf8_lossy(&read[head..head + length]));
        read.drain(..head + length);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.ok()?;
    }
}

fn content_length(head: &[u8]) -> Option<usize> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let line = head.lines().find_map(|line| line.strip_prefix("content-length:"))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_read_however_it_is_spelled() {
        assert_eq!(content_length(b"POST / HTTP/1.1\r\nContent-Length: 12"), Some(12));
        assert_eq!(content_length(b"POST / HTTP/1.1"), None);
    }
}
