use std::cell::Cell;
use std::sync::Once;
use std::time::Duration;

use connectors::SendError;
use connectors::webhook::{Allowed, Answer, WebhookCall, WebhookSecret, Webhooks};
use kernel::{OutboxId, Time};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const LIMIT: Duration = Duration::from_millis(500);

/// A receiver that reads one request and gives one answer; an empty one: it falls silent.
struct Receiver {
    port: u16,
    request: JoinHandle<String>,
}

impl Receiver {
    async fn start(answer: impl Into<String>) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = answer.into();
        let request = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"}") {
                assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "a whole request");
            }
            // The client may hang up before it has read all.
            let _ = stream.write_all(answer.as_bytes()).await;
            if answer.is_empty() {
                let _ = stream.read_buf(&mut Vec::new()).await;
            }
            String::from_utf8(request).unwrap()
        });
        Receiver { port, request }
    }

    fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/hook?token=t0ken", self.port)
    }
}

fn webhooks(allowed: &[&str]) -> Webhooks {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Webhooks::open(Allowed::parse(allowed).unwrap(), LIMIT).unwrap()
}

/// Sends to `url`, with a clock that goes on by 5 ms each time it is looked at.
async fn send(webhooks: &Webhooks, url: &str) -> Result<Answer, SendError> {
    let looks = Cell::new(0);
    let clock = || {
        looks.set(looks.get() + 1);
        Time::from_seconds(1_614_265_330) + Duration::from_millis(5 * (looks.get() - 1))
    };
    let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let call =
        WebhookCall { id: OutboxId::from_bits(7), url, body: r#"{"number":42}"#, secret: &secret };
    webhooks.send(&call, clock).await
}

#[tokio::test]
async fn a_message_arrives_signed() {
    let receiver = Receiver::start("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nthanks").await;
    let answer = send(&webhooks(&["127.0.0.1"]), &receiver.url("127.0.0.1")).await.unwrap();
    assert_eq!(answer.to_string(), "200 OK in 5 ms: thanks");
    let request = receiver.request.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, r#"{"number":42}"#);
    for line in [
        "POST /hook?token=t0ken HTTP/1.1",
        "content-type: application/json",
        "user-agent: Operate/0.1.0",
        "webhook-id: out_00000000000000000000000007",
        "webhook-timestamp: 1614265330",
        "webhook-signature: v1,",
    ] {
        assert!(head.lines().any(|sent| sent.starts_with(line)), "{line} in\n{head}");
    }
}

#[tokio::test]
async fn private_destinations_are_refused_by_address_and_by_name() {
    let receiver = Receiver::start("").await;
    for host in ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "LOCALHOST"] {
        let error = send(&webhooks(&[]), &receiver.url(host)).await.unwrap_err();
        assert!(error.detail.contains("is in a private network"), "{host}: {error}");
        assert!(!error.retry, "{host}");
    }
    assert!(!receiver.request.is_finished(), "nobody knocked at the receiver");
}

#[tokio::test]
async fn an_allowed_name_is_reached_whatever_its_address() {
    let receiver = Receiver::start("HTTP/1.1 204 No Content\r\n\r\n").await;
    let answer = send(&webhooks(&["localhost"]), &receiver.url("localhost")).await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
}

#[tokio::test]
async fn redirects_are_refused() {
    let answer = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\n\
                  content-length: 0\r\n\r\n";
    let receiver = Receiver::start(answer).await;
    let error = send(&webhooks(&["127.0.0.1"]), &receiver.url("127.0.0.1")).await.unwrap_err();
    let detail = "307 Temporary Redirect in 5 ms (redirects are not followed)".to_owned();
    assert_eq!(error, SendError { retry: false, detail });
}

#[tokio::test]
async fn the_status_says_whether_a_later_attempt_makes_sense() {
    for (status, retry) in [
        ("500 x", true),
        ("503 x", true),
        ("429 x", true),
        ("408 x", true),
        ("404 x", false),
        ("410 x", false),
    ] {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 4\r\n\r\noops");
        let receiver = Receiver::start(answer).await;
        let error = send(&webhooks(&["127.0.0.1"]), &receiver.url("127.0.0.1")).await.unwrap_err();
        assert_eq!(error.retry, retry, "{status}");
        assert!(error.detail.ends_with(": oops"), "{}", error.detail);
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_and_not_waited_for() {
    let answer =
        format!("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n{}", "é".repeat(5_000));
    let receiver = Receiver::start(answer).await;
    let answer = send(&webhooks(&["127.0.0.1"]), &receiver.url("127.0.0.1")).await.unwrap();
    assert_eq!(answer.body, "é".repeat(250));
}

#[tokio::test]
async fn a_receiver_that_falls_silent_is_given_up_and_tried_again() {
    let receiver = Receiver::start("").await;
    let error = send(&webhooks(&["127.0.0.1"]), &receiver.url("127.0.0.1")).await.unwrap_err();
    let detail = "no full answer within 500 ms".to_owned();
    assert_eq!(error, SendError { retry: true, detail });
}

#[tokio::test]
async fn a_receiver_that_is_away_is_tried_again_and_its_address_not_told() {
    let url = "http://127.0.0.1:1/hook?token=t0ken";
    let error = send(&webhooks(&["127.0.0.1"]), url).await.unwrap_err();
    assert!(error.retry);
    assert!(error.detail.contains("refused") && !error.detail.contains("t0ken"), "{error}");
}

#[tokio::test]
async fn what_is_no_web_address_is_for_good() {
    for url in ["", "hook", "ftp://example.org/", "file:///etc/passwd", "http://"] {
        let error = send(&webhooks(&[]), url).await.unwrap_err();
        assert!(
            !error.retry && error.detail.starts_with("the address cannot be used: "),
            "{error}"
        );
    }
}
