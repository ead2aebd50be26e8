//! `--web.config.file`: certificate and passwords, with Debian's Alertmanager and with Operate in
//! its place.

use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use reqwest::{Certificate, Client, Identity, StatusCode};
use serde_json::json;

use crate::world::{Alerting, Make, run, wait_until};

const BOTH: [Make; 2] = [Make::Alertmanager, Make::Operate];
/// The bcrypt of `correct horse`.
const HASH: &str = "$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";

/// The files of somebody who makes Alertmanager private.
struct Files {
    folder: tempfile::TempDir,
    /// What clients trust.
    trusted: Certificate,
}

impl Files {
    fn make() -> Files {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a folder");
        let trusted = certified(folder.path());
        let web = format!(
            "tls_server_config: {{cert_file: own.crt, key_file: own.key}}\n\
             basic_auth_users: {{ada: {HASH}}}\n\
             http_server_config: {{headers: {{X-Frame-Options: sameorigin}}}}\n"
        );
        std::fs::write(folder.path().join("web.yml"), web).expect("the folder can be written");
        Files { folder, trusted }
    }

    fn web(&self) -> PathBuf {
        self.folder.path().join("web.yml")
    }

    fn client(&self, password: Option<&str>) -> Client {
        trusting(&self.trusted, password)
    }
}

/// Writes a certificate for `localhost` and its key.
fn certified(folder: &Path) -> Certificate {
    let made = generate_simple_self_signed(["localhost".to_owned()]);
    let CertifiedKey { cert, signing_key } = made.expect("a certificate");
    std::fs::write(folder.join("own.key"), signing_key.serialize_pem()).expect("it is written");
    std::fs::write(folder.join("own.crt"), cert.pem()).expect("it is written");
    Certificate::from_pem(cert.pem().as_bytes()).expect("it can be read")
}

fn trusting(certificate: &Certificate, password: Option<&str>) -> Client {
    let headers = password.map(|password| {
        let request = Client::new().get("http://localhost").basic_auth("ada", Some(password));
        request.build().expect("it is a request").headers().clone()
    });
    let only = Client::builder().tls_certs_only([certificate.clone()]);
    let client = only.default_headers(headers.unwrap_or_default()).build();
    client.expect("a client")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_knows_the_password_gets_in_and_only_over_tls() {
    for make in BOTH {
        let files = Files::make();
        let ada = files.client(Some("correct horse"));
        let place = Alerting::start_private(make, files.web(), ada.clone()).await;
        place.post(json!([{ "labels": { "alertname": "Slow" } }])).await;
        let alerts = place.get("/api/v2/alerts").await;
        assert_eq!(alerts[0]["labels"]["alertname"], "Slow", "{make:?}");

        for path in ["/api/v2/alerts", "/api/v2/silences", "/api/v2/status", "/metrics"] {
            for (client, status) in [
                (&ada, StatusCode::OK),
                (&files.client(Some("wrong horse")), StatusCode::UNAUTHORIZED),
                (&files.client(None), StatusCode::UNAUTHORIZED),
            ] {
                let answer = client.get(format!("{}{path}", place.url)).send().await;
                let answer = answer.expect("it answers");
                let asks = answer.headers().contains_key("www-authenticate");
                assert_eq!((answer.status(), asks), (status, status != StatusCode::OK), "{path}");
                let own = answer.headers().get("x-frame-options");
                assert_eq!(own.expect("a header of its own"), "sameorigin", "{make:?} {path}");
            }
        }
        let reload = files.client(None).post(format!("{}/-/reload", place.url)).send().await;
        assert_eq!(reload.expect("it answers").status(), StatusCode::UNAUTHORIZED, "{make:?}");
        let bare = place.url.replace("https", "http");
        let bare = Client::new().get(format!("{bare}/api/v2/alerts")).send().await;
        assert!(bare.map_or(true, |answer| answer.status() == StatusCode::BAD_REQUEST));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn amtool_comes_in_with_its_own_file() {
    for make in BOTH {
        let files = Files::make();
        let ada = files.client(Some("correct horse"));
        let place = Alerting::start_private(make, files.web(), ada).await;
        let client = files.folder.path().join("client.yml");
        let ca = files.folder.path().join("own.crt");
        let text = format!(
            "basic_auth: {{username: ada, password: correct horse}}\n\
             tls_config: {{ca_file: {}}}\n",
            ca.display()
        );
        std::fs::write(&client, text).expect("the folder can be written");
        let mut amtool = Command::new("amtool");
        amtool.arg(format!("--alertmanager.url={}", place.url));
        amtool.arg(format!("--http.config.file={}", client.display()));
        amtool.args(["silence", "add", "alertname=Quiet", "--comment=work", "--duration=1h"]);
        let output = run(amtool.env("HOME", place.folder()));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(place.get("/api/v2/silences").await.as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shows_no_certificate_that_is_vouched_for_gets_nowhere() {
    for make in BOTH {
        let files = Files::make();
        let mine = generate_simple_self_signed(["ada".to_owned()]).expect("a certificate");
        let clients = files.folder.path().join("clients.crt");
        std::fs::write(&clients, mine.cert.pem()).expect("it is written");
        let web = "tls_server_config: {cert_file: own.crt, key_file: own.key, \
                   client_ca_file: clients.crt, client_auth_type: RequireAndVerifyClientCert}";
        std::fs::write(files.web(), web).expect("it is written");
        let with = |identity: Option<&CertifiedKey<KeyPair>>| {
            let client = Client::builder().tls_certs_only([files.trusted.clone()]);
            match identity {
                None => client.build().expect("a client"),
                Some(CertifiedKey { cert, signing_key }) => {
                    let both = cert.pem() + &signing_key.serialize_pem();
                    let identity = Identity::from_pem(both.as_bytes()).expect("an identity");
                    client.identity(identity).build().expect("a client")
                }
            }
        };
        let place = Alerting::start_private(make, files.web(), with(Some(&mine))).await;
        let other = generate_simple_self_signed(["eve".to_owned()]).expect("a certificate");
        for client in [with(None), with(Some(&other))] {
            let answer = client.get(format!("{}/api/v2/status", place.url)).send().await;
            assert!(answer.is_err(), "{make:?} {answer:?}");
        }
        place.get("/api/v2/status").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_holds_without_a_start_and_a_wrong_one_changes_nothing() {
    let files = Files::make();
    let ada = files.client(Some("correct horse"));
    let place = Alerting::start_private(Make::Operate, files.web(), ada).await;
    let answers = async |trusted: &Certificate| {
        let client = trusting(trusted, Some("correct horse"));
        client.get(format!("{}/api/v2/status", place.url)).send().await.is_ok()
    };
    std::fs::write(files.folder.path().join("own.crt"), "garbage").expect("it is written");
    assert!(answers(&files.trusted).await, "what was there stays");
    wait_until("it is said", async || {
        place.printed().contains("the certificate stays as it was").then_some(())
    })
    .await;
    let renewed = certified(files.folder.path());
    assert!(answers(&renewed).await && !answers(&files.trusted).await);
}

#[test]
fn a_file_that_is_wrong_keeps_it_from_starting_with_every_mistake() {
    let folder = tempfile::tempdir().expect("a folder");
    let web = folder.path().join("web.yml");
    std::fs::write(&web, "basic_auth_users: {ada: geheim}\nrate_limit: {burst: 1}\n")
        .expect("the folder can be written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_operate"));
    command.arg("alertmanager").arg(format!("--web.config.file={}", web.display()));
    let output = run(command.current_dir(folder.path()));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("web.yml:2:1: rate_limit: unknown field"), "{said}");
    assert!(!said.contains("geheim"), "{said}");
}
