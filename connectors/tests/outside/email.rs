use connectors::SendError;
use connectors::email::{EmailConfig, Mail, Mailer, PageMail, Tls};
use kernel::{OutboxId, Priority, Time};

use crate::mailserver::{MailServer, Offer};

fn config(server: &MailServer, tls: Tls) -> EmailConfig {
    EmailConfig {
        host: "localhost".to_owned(),
        port: Some(server.port),
        tls,
        user: None,
        password: None,
        from: "Operate <operate@example.org>".to_owned(),
        timeout_seconds: 5,
        certificates: Some(server.certificate.clone()),
        encryption: connectors::receivers::Tls::default(),
    }
}

fn page() -> Mail {
    PageMail {
        id: OutboxId::from_bits(7),
        to: "Ada Lovelace <ada@example.org>",
        thread: "inc_00000000000000000000000009",
        number: 42,
        title: "Überlast: orders-db\r\nBcc: eve@example.org",
        priority: Priority::P1,
        service: Some("service/orders"),
        since: Time::from_seconds(1_795_230_474),
        now: Time::from_seconds(1_795_231_194),
        zone: "Europe/Berlin",
        because: "first contact of escalationpolicy/payments",
        incident_url: "https://operate.example.org/incidents/inc_9",
        acknowledge_url: "https://operate.example.org/ack/t0ken",
        together: &[],
        note: "",
    }
    .mail()
}

async fn send(config: &EmailConfig) -> Result<String, SendError> {
    Mailer::open(config).unwrap().send(&page()).await
}

#[tokio::test]
async fn a_page_arrives_with_headers_that_thread_it_and_stop_automatic_answers() {
    let server = MailServer::start(Offer::Nothing, &[]).await;
    assert_eq!(send(&config(&server, Tls::None)).await.as_deref(), Ok("250 2.0.0 queued as 7F3A"));
    let said = server.finish().await;
    assert!(said.commands.contains(&"MAIL FROM:<operate@example.org>".to_owned()));
    assert!(said.commands.contains(&"RCPT TO:<ada@example.org>".to_owned()));
    let mail = said.mail.join("\n");
    let (headers, parts) = mail.split_once("\n\n").unwrap();
    insta::assert_snapshot!(headers, @r#"
    From: Operate <operate@example.org>
    To: "Ada Lovelace" <ada@example.org>
    Subject: [P1] #42 =?utf-8?b?w5xiZXJsYXN0Og==?= orders-db Bcc:
     eve@example.org
    Date: Sat, 21 Nov 2026 03:19:54 +0000
    Message-ID: <out_00000000000000000000000007@example.org>
    In-Reply-To: <inc_00000000000000000000000009@example.org>
    References: <inc_00000000000000000000000009@example.org>
    Auto-Submitted: auto-generated
    MIME-Version: 1.0
    Content-Type: multipart/alternative;
     boundary="out_00000000000000000000000007-alternative"
    "#);
    for part in ["text/plain; charset=utf-8", "text/html; charset=utf-8"] {
        assert!(parts.contains(&format!("Content-Type: {part}")), "{parts}");
    }
}

#[tokio::test]
async fn a_mail_is_encrypted_after_starttls_and_from_the_first_byte() {
    for (offer, tls) in [(Offer::StartTls, Tls::StartTls), (Offer::Implicit, Tls::Implicit)] {
        let server = MailServer::start(offer, &[]).await;
        let mut config = config(&server, tls);
        config.user = Some("operate".to_owned());
        config.password = Some("s3cret".to_owned());
        send(&config).await.unwrap();
        let said = server.finish().await;
        assert!(said.encrypted && !said.mail.is_empty());
        assert!(said.commands.iter().any(|command| command.starts_with("AUTH PLAIN ")));
    }
}

#[tokio::test]
async fn a_server_that_does_not_offer_starttls_gets_no_mail_in_the_clear() {
    let server = MailServer::start(Offer::Nothing, &[]).await;
    assert!(send(&config(&server, Tls::StartTls)).await.is_err());
    let said = server.finish().await;
    assert!(!said.commands.iter().any(|command| command.starts_with("MAIL")));
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let server = MailServer::start(Offer::Implicit, &[]).await;
    let mut config = config(&server, Tls::Implicit);
    config.certificates = None;
    let error = send(&config).await.unwrap_err();
    assert!(error.retry, "the server's operator may renew it");
    assert!(error.detail.contains("certificate"), "{}", error.detail);
}

#[tokio::test]
async fn a_reply_5xx_is_for_good_and_a_reply_4xx_is_not() {
    for (verb, reply, retry, detail) in [
        ("RCPT", "550 5.1.1 no such user", false, "permanent error (550): 5.1.1 no such user"),
        ("RCPT", "451 4.7.1 greylisted", true, "transient error (451): 4.7.1 greylisted"),
        (".", "552 too large", false, "permanent error (552): too large"),
        ("EHLO", "421 too busy", true, "transient error (421): too busy"),
    ] {
        let server = MailServer::start(Offer::Nothing, &[(verb, reply)]).await;
        let error = send(&config(&server, Tls::None)).await.unwrap_err();
        assert_eq!(error, SendError { retry, detail: detail.to_owned() });
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up_and_tried_again() {
    let server = MailServer::start(Offer::Nothing, &[(".", "")]).await;
    let config = EmailConfig { timeout_seconds: 1, ..config(&server, Tls::None) };
    let detail = "the mail server did not answer within 1 s".to_owned();
    assert_eq!(send(&config).await, Err(SendError { retry: true, detail }));
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again() {
    let server = MailServer::start(Offer::Nothing, &[]).await;
    let config = EmailConfig { port: Some(1), ..config(&server, Tls::None) };
    let error = send(&config).await.unwrap_err();
    assert!(error.retry);
    assert!(error.detail.contains("refused"), "{}", error.detail);
}

#[tokio::test]
async fn an_address_that_is_none_is_for_good() {
    let server = MailServer::start(Offer::Nothing, &[]).await;
    let mailer = Mailer::open(&config(&server, Tls::None)).unwrap();
    for to in ["", "ada", "ada@", "ada@example.org\r\nRCPT TO:<eve@example.org>"] {
        let error = mailer.send(&Mail { to: to.to_owned(), ..page() }).await.unwrap_err();
        assert!(!error.retry && error.detail.starts_with("the address `"), "{}", error.detail);
    }
}

#[tokio::test]
async fn a_configuration_that_cannot_be_right_is_refused_at_once() {
    let server = MailServer::start(Offer::Nothing, &[]).await;
    let good = config(&server, Tls::Implicit);
    for (config, expected) in [
        (EmailConfig { from: "operate".to_owned(), ..good.clone() }, "from: `operate` is no mail"),
        (EmailConfig { user: Some("x".to_owned()), ..good.clone() }, "password: `user` needs one"),
        (EmailConfig { password: Some("x".to_owned()), ..good.clone() }, "user: `password` needs"),
        (EmailConfig { certificates: Some("x".to_owned()), ..good }, "certificates: "),
    ] {
        let error = Mailer::open(&config).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}
