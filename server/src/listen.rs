//! Connections: taken as they come, closed when they are slow to say what they want, and ended in
//! good order when the process stops.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use spine::Clock;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::{ServiceExt as _, service_fn};

use crate::tls::Privacy;

/// A client has so long to send the head of a request, counted from the answer before: whoever
/// sends it bit by bit to hold a connection is cut off, and so is whoever asks nothing more.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// Wait when the system gives no connection, for example because too many files are open.
const PAUSE: Duration = Duration::from_millis(200);

/// Listens on an address. Every address of the machine is those of IPv6 and of IPv4, as far as it
/// has both.
///
/// # Errors
/// When it cannot be listened on.
pub async fn open(address: SocketAddr) -> io::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Err(error) if address.ip() == Ipv6Addr::UNSPECIFIED && !taken(&error) => {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, address.port())).await
        }
        opened => opened,
    }
}

fn taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
}

/// How connections are served.
#[derive(Clone)]
pub struct Serving {
    /// What answers.
    pub router: Router,
    /// What makes connections private, if anything.
    pub privacy: Option<Arc<Privacy>>,
    /// How long a client may take to say what it wants.
    pub head_timeout: Duration,
}

/// Serves connections until `stop`, then waits for the requests that run.
pub async fn serve(listener: TcpListener, serving: Serving, clock: Clock, stop: CancellationToken) {
    let running = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            // Who comes by IPv4 to an address of IPv6 is the same as elsewhere.
            Ok((stream, peer)) => (stream, SocketAddr::new(peer.ip().to_canonical(), peer.port())),
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                clock.wait(PAUSE).await;
                continue;
            }
        };
        // Answers are small and wanted at once; a failure to say so costs only time.
        let _ = stream.set_nodelay(true);
        let (serving, watcher, stop) = (serving.clone(), running.watcher(), stop.clone());
        tokio::spawn(async move {
            let Some(privacy) = &serving.privacy else {
                return serving.converse(stream, peer, watcher).await;
            };
            let greeting = TlsAcceptor::from(privacy.now()).accept(stream);
            let greeted = tokio::select! {
                () = stop.cancelled() => return,
                greeted = tokio::time::timeout(serving.head_timeout, greeting) => greeted,
            };
            match greeted {
                Ok(Ok(stream)) => serving.converse(stream, peer, watcher).await,
                Ok(Err(error)) => tracing::debug!(%error, "a connection was not made private"),
                Err(_) => tracing::debug!("a connection took too long to be made private"),
            }
        });
    }
    drop(listener);
    running.shutdown().await;
}

impl Serving {
    /// Answers what is asked on one connection, until it ends.
    async fn converse<S>(self, stream: S, peer: SocketAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(self.head_timeout);
        builder.http2().timer(TokioTimer::new()).keep_alive_interval(self.head_timeout);
        let service = TowerToHyperService::new(service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
            self.router.clone().oneshot(request)
        }));
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        // A client that goes away, or does not speak HTTP, is no fault of ours.
        if let Err(error) = watcher.watch(connection.into_owned()).await {
            tracing::debug!(error, "a connection ended early");
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    async fn served(head_timeout: Duration) -> (SocketAddr, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", axum::routing::get(|| async { "here" }));
        let stop = CancellationToken::new();
        let serving = Serving { router, privacy: None, head_timeout };
        tokio::spawn(serve(listener, serving, Clock::System, stop.clone()));
        (address, stop)
    }

    #[tokio::test]
    async fn every_address_is_also_that_of_the_older_protocol() {
        let listener = open("[::]:0".parse().unwrap()).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().route(
            "/",
            axum::routing::get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| {
                peer.ip().to_string()
            }),
        );
        let stop = CancellationToken::new();
        let serving = Serving { router, privacy: None, head_timeout: HEAD_TIMEOUT };
        tokio::spawn(serve(listener, serving, Clock::System, stop.clone()));
        let mut client = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut said = String::new();
        client.read_to_string(&mut said).await.unwrap();
        assert!(said.ends_with("\r\n127.0.0.1"), "{said}");
    }

    #[tokio::test]
    async fn who_never_finishes_the_head_of_a_request_is_cut_off() {
        let (address, _stop) = served(Duration::from_millis(200)).await;
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.unwrap();
        let mut said = String::new();
        let ended = tokio::time::timeout(Duration::from_secs(30), slow.read_to_string(&mut said));
        assert!(ended.await.is_ok(), "the connection is held");
        assert!(!said.contains("200"), "{said}");
    }

    #[tokio::test]
    async fn who_asks_is_answered_and_after_the_stop_nobody_is() {
        let (address, stop) = served(HEAD_TIMEOUT).await;
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut said = String::new();
        client.read_to_string(&mut said).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("here"), "{said}");
        stop.cancel();
        let refused = async {
            while TcpStream::connect(address).await.is_ok() {
                tokio::task::yield_now().await;
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(30), refused).await.is_ok());
    }
}
