//! By which ways the requests of receivers go: through proxies, with certificates of one's own,
//! with tokens that another service gives. The other side is real as far as bytes go.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use connectors::SendError;
use connectors::receivers::{Call, HttpCall, Integration, Notice, TemplateData, templates};
use connectors::webhook::{Allowed, Answer, Webhooks};
use jiff::Timestamp;
use kernel::Time;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::RootCertStore;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// Says what to answer a request: a status and a body.
type Says = fn(&str) -> (u16, &'static str);

/// A server that keeps what it was asked.
struct Peer {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    /// Encrypted with `tls`. A request `CONNECT` is a tunnel to where it says.
    async fn start(tls: Option<Arc<rustls::ServerConfig>>, says: Says) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, kept) = (tls.clone(), kept.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &kept, says).await,
                        Some(tls) => {
                            // A client may well refuse the certificate.
                            if let Ok(stream) = TlsAcceptor::from(tls).accept(stream).await {
                                serve(stream, &kept, says).await;
                            }
                        }
                    }
                });
            }
        });
        Peer { port, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(mut stream: impl Wire, kept: &Mutex<Vec<String>>, says: Says) {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        match stream.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    let whole = head + length.map_or(0, |length| length.trim().parse().unwrap());
    while bytes.len() < whole {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "a whole request");
    }
    let request = String::from_utf8(bytes).unwrap();
    kept.lock().unwrap().push(request.clone());
    if let Some(rest) = request.strip_prefix("CONNECT ") {
        let to = rest.split(' ').next().unwrap().replace("alerts.internal", "127.0.0.1");
        let mut onward = TcpStream::connect(to).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.unwrap();
        let _ = copy_bidirectional(&mut stream, &mut onward).await;
        return;
    }
    let (status, body) = says(&request);
    let length = body.len();
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n{body}");
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// A certificate for a name, as PEM, its key, and a server that has it.
struct Identity {
    certificate: String,
    key: String,
    server: Arc<rustls::ServerConfig>,
}

/// With `clients`, those have to come with a certificate that is among these.
fn identity(name: &str, clients: Option<&str>) -> Identity {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            let der = rustls::pki_types::pem::PemObject::from_pem_slice(pem.as_bytes()).unwrap();
            roots.add(der).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.unwrap())
        }
    };
    let server = builder.with_single_cert(vec![cert.der().clone()], key).unwrap();
    let (certificate, key) = (cert.pem(), signing_key.serialize_pem());
    Identity { certificate, key, server: Arc::new(server) }
}

fn webhooks(allowed: &[&str]) -> Webhooks {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Webhooks::open(Allowed::parse(allowed).unwrap(), Duration::from_secs(20)).unwrap()
}

/// The call of a webhook with this `http_config`.
fn call(url: &str, http: Value) -> HttpCall {
    let config = json!({ "url": url, "http_config": http });
    let integration = Integration::read("webhook_configs", &config).unwrap();
    let problems = integration.check(&templates().unwrap());
    assert_eq!(problems, [], "{config}");
    let (data, files) = (TemplateData::default(), BTreeMap::new());
    let templates = templates().unwrap();
    let notice = Notice::new(&data, "group", Timestamp::UNIX_EPOCH, &templates, &files);
    match integration.calls(&notice).unwrap().remove(0) {
        Call::Http(call) => *call,
        Call::Mail(_) => unreachable!("a webhook is no mail"),
    }
}

async fn carried(webhooks: &Webhooks, call: &HttpCall) -> Result<Answer, SendError> {
    webhooks.carry(call, || Time::EPOCH).await
}

fn fine(_: &str) -> (u16, &'static str) {
    (200, "taken")
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_where_it_is_named() {
    let known = identity("localhost", None);
    let peer = Peer::start(Some(known.server), fine).await;
    let url = format!("https://localhost:{}/hook", peer.port);
    let webhooks = webhooks(&["127.0.0.1", "::1"]);
    let refused = carried(&webhooks, &call(&url, json!({}))).await.unwrap_err();
    assert!(refused.detail.contains("certificate"), "{refused}");
    let other = identity("localhost", None);
    let wrong = json!({ "tls_config": { "ca": other.certificate } });
    assert!(carried(&webhooks, &call(&url, wrong)).await.is_err());
    assert!(peer.asked().is_empty());

    for tls in [json!({ "ca": known.certificate }), json!({ "insecure_skip_verify": true })] {
        let answer = carried(&webhooks, &call(&url, json!({ "tls_config": tls }))).await;
        assert_eq!(answer.unwrap().body, "taken");
    }
}

#[tokio::test]
async fn a_certificate_may_have_another_name_than_the_address() {
    let known = identity("alerts.internal", None);
    let peer = Peer::start(Some(known.server), fine).await;
    let url = format!("https://127.0.0.1:{}/hook", peer.port);
    let trusted = json!({ "tls_config": { "ca": known.certificate } });
    assert!(carried(&webhooks(&["127.0.0.1"]), &call(&url, trusted.clone())).await.is_err());
    let mut named = trusted;
    named["tls_config"]["server_name"] = json!("Alerts.internal");
    carried(&webhooks(&["127.0.0.1"]), &call(&url, named.clone())).await.unwrap();
    let host = format!("host: 127.0.0.1:{}\r\n", peer.port);
    assert!(peer.asked()[0].contains(&host), "{:?}", peer.asked());
    // The name opens no way into private networks.
    let refused = carried(&webhooks(&["alerts.internal"]), &call(&url, named)).await.unwrap_err();
    assert!(!refused.retry, "{refused}");
}

#[tokio::test]
async fn who_asks_for_a_certificate_gets_it() {
    let own = identity("operate", None);
    let known = identity("localhost", Some(&own.certificate));
    let peer = Peer::start(Some(known.server), fine).await;
    let url = format!("https://localhost:{}/hook", peer.port);
    let webhooks = webhooks(&["127.0.0.1", "::1"]);
    let mut http = json!({ "tls_config": { "ca": known.certificate } });
    assert!(carried(&webhooks, &call(&url, http.clone())).await.is_err());
    http["tls_config"]["cert"] = json!(own.certificate);
    http["tls_config"]["key"] = json!(own.key);
    assert_eq!(carried(&webhooks, &call(&url, http)).await.unwrap().status, 200);
}

#[tokio::test]
async fn requests_go_through_the_proxy_that_is_named() {
    let known = identity("alerts.internal", None);
    let peer = Peer::start(Some(known.server), fine).await;
    let proxy = Peer::start(None, fine).await;
    let webhooks = webhooks(&["127.0.0.1"]);
    // The name is known to the proxy alone.
    let url = format!("https://alerts.internal:{}/hook", peer.port);
    let http = json!({
        "proxy_url": format!("http://ada:s3cret@127.0.0.1:{}", proxy.port),
        "proxy_connect_header": { "X-Tenant": ["shop"] },
        "tls_config": { "ca": known.certificate },
    });
    carried(&webhooks, &call(&url, http)).await.unwrap();
    let asked = proxy.asked().remove(0).to_ascii_lowercase();
    assert!(asked.starts_with(&format!("connect alerts.internal:{} http/1.1", peer.port)));
    assert!(asked.contains("proxy-authorization: basic ywrhonmzy3jlda=="), "{asked}");
    assert!(asked.contains("x-tenant: shop"), "{asked}");
    assert!(peer.asked()[0].starts_with("POST /hook "), "{:?}", peer.asked());

    // Without encryption the proxy is asked for the whole address; what is excepted goes directly.
    let through = format!("http://127.0.0.1:{}", proxy.port);
    let plain = Peer::start(None, fine).await;
    let url = format!("http://127.0.0.1:{}/hook", plain.port);
    carried(&webhooks, &call(&url, json!({ "proxy_url": through }))).await.unwrap();
    assert!(proxy.asked()[1].starts_with(&format!("POST {url} HTTP/1.1")), "{:?}", proxy.asked());
    let excepted = json!({ "proxy_url": through, "no_proxy": "127.0.0.0/8" });
    carried(&webhooks, &call(&url, excepted)).await.unwrap();
    assert_eq!((proxy.asked().len(), plain.asked().len()), (2, 1));
}

/// A proxy of SOCKS 5 that asks for a password, and what it was asked for: who, and where to.
async fn socks() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let kept = kept.clone();
            tokio::spawn(async move {
                let text = async |stream: &mut TcpStream| {
                    let length = stream.read_u8().await.unwrap();
                    let mut bytes = vec![0; length.into()];
                    stream.read_exact(&mut bytes).await.unwrap();
                    String::from_utf8_lossy(&bytes).into_owned()
                };
                assert_eq!(stream.read_u8().await.unwrap(), 5);
                text(&mut stream).await;
                stream.write_all(&[5, 2]).await.unwrap();
                assert_eq!(stream.read_u8().await.unwrap(), 1);
                let (user, password) = (text(&mut stream).await, text(&mut stream).await);
                stream.write_all(&[1, 0]).await.unwrap();
                let mut head = [0; 4];
                stream.read_exact(&mut head).await.unwrap();
                assert_eq!(head, [5, 1, 0, 3], "it looks names up");
                let host = text(&mut stream).await;
                let to = stream.read_u16().await.unwrap();
                kept.lock().unwrap().push(format!("{user}:{password} {host}"));
                stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await.unwrap();
                let mut onward = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut onward).await;
            });
        }
    });
    (port, asked)
}

#[tokio::test]
async fn requests_go_through_a_proxy_of_socks_which_looks_names_up() {
    let known = identity("alerts.internal", None);
    let peer = Peer::start(Some(known.server), fine).await;
    let (port, asked) = socks().await;
    let url = format!("https://alerts.internal:{}/hook", peer.port);
    for scheme in ["socks5", "socks5h"] {
        let http = json!({
            "proxy_url": format!("{scheme}://ada:s3cret@127.0.0.1:{port}"),
            "tls_config": { "ca": known.certificate },
        });
        carried(&webhooks(&["127.0.0.1"]), &call(&url, http.clone())).await.unwrap();
        let refused = carried(&webhooks(&[]), &call(&url, http)).await.unwrap_err();
        assert!(refused.detail.contains("proxy_url"), "{refused}");
    }
    assert_eq!(*asked.lock().unwrap(), ["ada:s3cret alerts.internal"; 2]);
    assert_eq!(peer.asked().len(), 2);
}

#[tokio::test]
async fn a_proxy_in_a_private_network_has_to_be_allowed() {
    let proxy = Peer::start(None, fine).await;
    let http = json!({ "proxy_url": format!("http://127.0.0.1:{}", proxy.port) });
    let refused = carried(&webhooks(&[]), &call("http://example.org/", http)).await.unwrap_err();
    assert!(!refused.retry && refused.detail.contains("proxy_url"), "{refused}");
    let named = json!({ "proxy_url": format!("http://localhost:{}", proxy.port) });
    let refused = carried(&webhooks(&[]), &call("http://example.org/", named)).await.unwrap_err();
    assert!(!refused.retry, "{refused}");
    assert!(proxy.asked().is_empty());
}

/// A token service that reads the password from the header, and gives a token for 60 seconds.
fn gives_tokens(request: &str) -> (u16, &'static str) {
    // `ops%3A1:s3cret`, each part encoded as in a form.
    if request.contains("authorization: Basic b3BzJTNBMTpzM2NyZXQ=") {
        return (200, r#"{"access_token": "t0ken", "token_type": "Bearer", "expires_in": 60}"#);
    }
    (401, r#"{"error": "invalid_client", "error_description": "who is that?"}"#)
}

/// One that reads it from the form alone.
fn reads_forms(request: &str) -> (u16, &'static str) {
    if request.contains("&client_id=ops%3A1&client_secret=s3cret") {
        return (200, r#"{"access_token": "t0ken"}"#);
    }
    (400, r#"{"error": "invalid_request"}"#)
}

fn wants_token(request: &str) -> (u16, &'static str) {
    if request.contains("authorization: Bearer t0ken\r\n") { (200, "taken") } else { (401, "") }
}

fn oauth2(tokens: &Peer) -> Value {
    json!({ "oauth2": {
        "client_id": "ops:1", "client_secret": "s3cret", "scopes": ["alerts", "write"],
        "token_url": format!("http://127.0.0.1:{}/token", tokens.port),
        "endpoint_params": { "audience": "hooks" },
    } })
}

#[tokio::test]
async fn a_token_is_fetched_once_and_again_when_it_is_about_to_end() {
    let tokens = Peer::start(None, gives_tokens).await;
    let peer = Peer::start(None, wants_token).await;
    let webhooks = webhooks(&["127.0.0.1"]);
    let call = call(&format!("http://127.0.0.1:{}/hook", peer.port), oauth2(&tokens));
    let seconds = AtomicI64::new(0);
    let clock = || Time::from_seconds(seconds.load(Ordering::Relaxed));
    for (at, fetched) in [(0, 1), (49, 1), (50, 2), (51, 2)] {
        seconds.store(at, Ordering::Relaxed);
        assert_eq!(webhooks.carry(&call, clock).await.unwrap().body, "taken");
        assert_eq!(tokens.asked().len(), fetched, "after {at} s");
    }
    let asked = tokens.asked().remove(0);
    let form = "grant_type=client_credentials&scope=alerts+write&audience=hooks";
    assert!(asked.starts_with("POST /token ") && asked.ends_with(form), "{asked}");
}

#[tokio::test]
async fn a_service_that_reads_the_password_from_the_form_gets_it_there() {
    let tokens = Peer::start(None, reads_forms).await;
    let peer = Peer::start(None, wants_token).await;
    let webhooks = webhooks(&["127.0.0.1"]);
    let call = call(&format!("http://127.0.0.1:{}/hook", peer.port), oauth2(&tokens));
    assert_eq!(carried(&webhooks, &call).await.unwrap().body, "taken");
    assert_eq!(tokens.asked().len(), 2);
}

#[tokio::test]
async fn a_token_that_was_withdrawn_is_fetched_anew_once() {
    fn wants_another(_: &str) -> (u16, &'static str) {
        (401, "not this one")
    }
    let tokens = Peer::start(None, gives_tokens).await;
    let peer = Peer::start(None, wants_another).await;
    let webhooks = webhooks(&["127.0.0.1"]);
    let call = call(&format!("http://127.0.0.1:{}/hook", peer.port), oauth2(&tokens));
    // The first token is fresh already; nothing is gained by another one.
    assert_eq!(carried(&webhooks, &call).await.unwrap().status, 401);
    assert_eq!((tokens.asked().len(), peer.asked().len()), (1, 1));
}

#[tokio::test]
async fn why_there_is_no_token_is_told_without_secrets() {
    let tokens = Peer::start(None, gives_tokens).await;
    let webhooks = webhooks(&["127.0.0.1"]);
    let mut http = oauth2(&tokens);
    http["oauth2"]["client_secret"] = json!("other-s3cret");
    let refused = carried(&webhooks, &call("http://127.0.0.1:1/hook", http)).await.unwrap_err();
    let told = "no token by oauth2: 401 Unauthorized invalid_client who is that?";
    assert_eq!((refused.retry, refused.detail.as_str()), (true, told));
}
