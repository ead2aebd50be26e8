//! What no well-meaning client sends: a clear 4xx, no panic, and business as usual afterwards.

use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{Operate, Setup, client};

const INTAKES: [&str; 2] = ["/api/v2/alerts", "/api/v1/events"];

#[tokio::test(flavor = "multi_thread")]
async fn malformed_bodies_are_refused_with_the_reason() {
    let operate = Operate::start(Setup::default()).await;
    let deep = "[".repeat(100_000);
    let bodies: [&[u8]; 7] = [
        b"",
        b"{",
        b"\"text\"",
        b"[{\"labels\": 5}]",
        b"[{\"labels\": {\"a\": \"\xff\xfe\"}}]",
        b"[{\"labels\": {}, \"startsAt\": \"yesterday\"}]",
        deep.as_bytes(),
    ];
    for intake in INTAKES {
        for body in bodies {
            let request = operate.client().post(format!("{}{intake}", operate.url));
            let request = request.header(CONTENT_TYPE, "application/json").body(body.to_vec());
            let answer = request.send().await.unwrap();
            let (status, shown) =
                (answer.status(), String::from_utf8_lossy(&body[..body.len().min(40)]));
            assert!(status.is_client_error(), "{intake} {shown}: {status}");
            assert!(!answer.text().await.unwrap().is_empty(), "{intake} {shown}: no reason");
        }
    }
    is_well(&operate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_refused_and_not_kept() {
    let bytes_max = ("OPERATE_INTAKE__BODY_BYTES_MAX", "100000".to_owned());
    let operate = Operate::start(Setup { environment: vec![bytes_max], ..Setup::default() }).await;
    for intake in INTAKES {
        // The server does not read what it refuses, and so ends the connection: each its own.
        let request = client().post(format!("{}{intake}", operate.url));
        let request = request.header(CONTENT_TYPE, "application/json").body(vec![b' '; 200_000]);
        assert_eq!(request.send().await.unwrap().status().as_u16(), 413, "{intake}");
    }
    is_well(&operate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_paths_queries_and_headers_are_refused() {
    let operate = Operate::start(Setup::default()).await;
    for path in [
        "/api/v1/incidents/inc_nonsense",
        "/api/v1/incidents?limit=-1",
        "/api/v1/incidents?limit=999999999999999999999",
        "/api/v1/incidents?after=%00%ff",
        "/api/v1/incidents?sort=nothing",
        "/api/v1/estate/items/service/..%2f..%2fetc",
        "/api/v1/nothing/here",
        "/api/v2/alerts?filter=%7B%7B%7B",
        "/ack/AAAA.BBBB",
    ] {
        let answer = operate.send(reqwest::Method::GET, path, None).await;
        assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
    }
    is_well(&operate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changing_request_without_the_header_or_without_a_session_is_refused() {
    let operate = Operate::start(Setup::default()).await;
    let url = format!("{}/api/v1/incidents", operate.url);
    let body = json!({ "title": "forged" });
    let without_session = operate.client().post(&url).header("x-operate-csrf", "1").json(&body);
    assert_eq!(without_session.send().await.unwrap().status().as_u16(), 401);
    let without_header = operate.client().post(&url).header("cookie", operate.cookie()).json(&body);
    assert_eq!(without_header.send().await.unwrap().status().as_u16(), 403);
    assert!(operate.list("/api/v1/incidents").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn half_requests_and_noise_hold_nobody_up() {
    let operate = Operate::start(Setup::default()).await;
    let mut held = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(&operate.address).await.unwrap();
        stream
            .write_all(b"POST /api/v2/alerts HTTP/1.1\r\nContent-Length: 1000\r\n")
            .await
            .unwrap();
        held.push(stream);
    }
    for noise in
        [&b"\x16\x03\x01\x02\x00\x01\x00"[..], b"GET / HTTP/9.9\r\n\r\n", b"\0\0\0\0\r\n\r\n"]
    {
        let mut stream = TcpStream::connect(&operate.address).await.unwrap();
        stream.write_all(noise).await.unwrap();
        let mut answer = Vec::new();
        // A refusal in words or a closed connection: both are fine.
        let _ = stream.read_to_end(&mut answer).await;
    }
    is_well(&operate).await;
}

/// It still works, and nothing in it panicked.
async fn is_well(operate: &Operate) {
    let alert = json!([{ "labels": { "alertname": "StillWell" } }]);
    assert!(operate.post_alerts(&alert).await, "alerts are still taken");
    let alerts = operate.list("/api/v1/alerts").await;
    assert_eq!(alerts.len(), 1, "nothing but the good alert was kept: {alerts:?}");
    assert!(!operate.printed().contains("panicked"), "{}", operate.printed());
}
