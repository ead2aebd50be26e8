use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const RANGE: Range<'static> =
    Range { query: "sum(increase(x[1m]))", from: 600, until: 780, step: 60 };

fn matrix(result: &str) -> String {
    format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":{result}}}}}"#)
}

#[test]
fn each_step_has_its_value_or_none() {
    let body = matrix(r#"[{"metric":{},"values":[[600,"1"],[660,"NaN"],[780.0,"2.5"]]}]"#);
    assert_eq!(values(body.as_bytes(), &RANGE), Ok(vec![Some(1.0), None, None, Some(2.5)]));
    let body = matrix(r#"[{"metric":{},"values":[[600,"+Inf"],[630,"7"],[9e99,"8"],[0,"9"]]}]"#);
    assert_eq!(values(body.as_bytes(), &RANGE), Ok(vec![None; 4]), "nothing is taken for a number");
    assert_eq!(values(matrix("[]").as_bytes(), &RANGE), Ok(vec![None; 4]));
}

#[test]
fn several_series_are_refused_with_what_to_write() {
    let body = matrix(r#"[{"metric":{"a":"1"},"values":[]},{"metric":{"a":"2"},"values":[]}]"#);
    let error = values(body.as_bytes(), &RANGE).unwrap_err().to_string();
    assert!(error.contains("2 series") && error.contains("sum("), "{error}");
}

#[test]
fn what_is_no_answer_is_said_to_be_none() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"status":"success"}"#,
        r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#,
        r#"{"status":"error","error":"parse error"}"#,
    ] {
        assert!(values(body.as_bytes(), &RANGE).is_err(), "{body}");
    }
    let long = Range { until: 600 + 60 * POINTS_MAX, ..RANGE };
    assert_eq!(values(matrix("[]").as_bytes(), &long), Err(AnswerError::Range));
}

proptest! {
    #[test]
    fn no_answer_panics(body in prop::collection::vec(any::<u8>(), 0..200),
        at in any::<f64>(), value in ".*") {
        let _ = values(&body, &RANGE);
        let body = serde_json::json!({"status": "success", "data": {"resultType": "matrix",
            "result": [{"metric": {}, "values": [[at, value]]}]}});
        let found = values(body.to_string().as_bytes(), &RANGE).unwrap_or_default();
        prop_assert!(found.iter().flatten().all(|value| value.is_finite()));
    }
}

/// A server that answers every request alike; gives its address and what it was asked.
async fn server(status: &str, body: &str) -> (String, Arc<Mutex<String>>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/prom/", listener.local_addr().unwrap());
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    let asked = Arc::new(Mutex::new(String::new()));
    let heard = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"step=60") {
                if let Ok(0) | Err(_) = stream.read_buf(&mut request).await {
                    break;
                }
            }
            *heard.lock().unwrap() = String::from_utf8_lossy(&request).into_owned();
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (url, asked)
}

fn source(url: &str, credentials: Credentials) -> Source {
    Source { url: url.to_owned(), tenant: Some("shop".to_owned()), timeout: None, credentials }
}

#[tokio::test]
async fn a_question_is_asked_as_the_api_says() {
    let body = matrix(r#"[{"metric":{},"values":[[600,"3"]]}]"#);
    let (url, asked) = server("200 OK", &body).await;
    let sources = Sources::open(Allowed::parse(&["127.0.0.1"]).unwrap()).unwrap();
    let token = Credentials::Bearer(Secret::new("s3cret"));
    let found = sources.ask(&source(&url, token), RANGE).await.unwrap();
    assert_eq!(found, [Some(3.0), None, None, None]);
    let asked = asked.lock().unwrap().to_lowercase();
    for part in [
        "post /prom/api/v1/query_range ",
        "authorization: bearer s3cret",
        "x-scope-orgid: shop",
        "query=sum%28increase%28x%5b1m%5d%29%29&start=600&end=780&step=60",
    ] {
        assert!(asked.contains(part), "{part} in {asked}");
    }
}

#[tokio::test]
async fn a_query_that_the_server_does_not_take_is_told_from_a_server_that_is_away() {
    let body = r#"{"status":"error","errorType":"bad_data","error":"parse error: x"}"#;
    let (url, _) = server("400 Bad Request", body).await;
    let sources = Sources::open(Allowed::parse(&["127.0.0.1"]).unwrap()).unwrap();
    let error = sources.ask(&source(&url, Credentials::None), RANGE).await.unwrap_err();
    assert!(error.query && error.detail.contains("parse error: x"), "{error}");
    let password = Credentials::Basic("ada".to_owned(), Secret::new("hunter2"));
    let away = source("http://ada:hunter2@127.0.0.1:1", password);
    let error = sources.ask(&away, RANGE).await.unwrap_err();
    assert!(!error.query && !error.detail.contains("hunter2"), "{error}");
    assert!(!format!("{away:?}").replace(&away.url, "").contains("hunter2"));
}

#[tokio::test]
async fn a_source_in_a_private_network_is_asked_only_when_that_is_allowed() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sources = Sources::open(Allowed::default()).unwrap();
    for url in ["http://127.0.0.1:9090", "http://localhost:9090", "http://10.0.0.1", "ftp://x"] {
        let error = sources.ask(&source(url, Credentials::None), RANGE).await.unwrap_err();
        let said = error.detail.contains("private network") || error.detail.contains("begin with");
        assert!(!error.query && said, "{url}: {error}");
    }
}
