//! Mail out over SMTP (RFC 5321).
//!
//! One connection for each mail: pages are rare, and a connection kept open is one more thing that
//! can have died meanwhile. A mail that is sent again carries the same `Message-ID`, so that a
//! mailbox that already has it can tell.

mod carry;
mod page;

use std::fmt;
use std::time::{Duration, SystemTime};

use kernel::{OutboxId, Time};
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{
    Certificate, CertificateStore, Identity, Tls as Encryption, TlsParameters, TlsVersion,
};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use serde::Deserialize;

pub use carry::carry;
pub use page::PageMail;

use crate::send::with_causes;
use crate::{ConfigError, SendError, receivers};

/// How to reach the mail server.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailConfig {
    /// Its name or address.
    pub host: String,
    /// Its port; by default the usual one: 25 without TLS, 587 with STARTTLS, 465 implicit.
    pub port: Option<u16>,
    /// How the connection is encrypted.
    #[serde(default)]
    pub tls: Tls,
    /// Who signs in; nobody without it.
    pub user: Option<String>,
    /// The password of `user`.
    pub password: Option<String>,
    /// The sender: `Operate <operate@example.org>`.
    pub from: String,
    /// How long one mail may take, in seconds.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u64,
    /// Certificates, as PEM text, that are trusted beside the system's.
    pub certificates: Option<String>,
    /// How else the connection is encrypted, as receivers of Alertmanager say it.
    #[serde(skip)]
    pub encryption: receivers::Tls,
}

fn timeout_seconds() -> u64 {
    30
}

/// How a connection to a mail server is encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Not at all: for a server on the same machine.
    None,
    /// After `STARTTLS`, which the server has to offer (RFC 3207).
    #[default]
    StartTls,
    /// From the first byte (RFC 8314).
    Implicit,
}

/// Without the password.
impl fmt::Debug for EmailConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {} by {:?}", self.host, self.from, self.tls)
    }
}

/// A mail, ready to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mail {
    /// The message in the outbox; becomes the `Message-ID`.
    pub id: OutboxId,
    /// The recipient: `ada@example.org` or `Ada <ada@example.org>`.
    pub to: String,
    /// Mails about one thing carry one thread, so that mailboxes show them together.
    pub thread: String,
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// When it is sent.
    pub at: Time,
}

/// Sends mails through one server.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mail from {}", self.from)
    }
}

impl Mailer {
    /// Prepares for sending; connects to nothing yet.
    ///
    /// # Errors
    /// When the configuration cannot be right; says which member, and why.
    pub fn open(config: &EmailConfig) -> Result<Mailer, ConfigError> {
        Mailer::open_at(config, &config.host)
    }

    /// The same with the address that is connected to, when it was looked up before. Certificates
    /// still have to name the host.
    fn open_at(config: &EmailConfig, address: &str) -> Result<Mailer, ConfigError> {
        let from: Mailbox = config.from.parse().map_err(|error| {
            ConfigError::new("from", format!("`{}` is no mail address: {error}", config.from))
        })?;
        let (encryption, usual_port) = match config.tls {
            Tls::None => (Encryption::None, 25),
            Tls::StartTls => (Encryption::Required(tls_parameters(config)?), 587),
            Tls::Implicit => (Encryption::Wrapper(tls_parameters(config)?), 465),
        };
        let timeout = Duration::from_secs(config.timeout_seconds.max(1));
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address)
            .port(config.port.unwrap_or(usual_port))
            .tls(encryption)
            .timeout(Some(timeout));
        match (&config.user, &config.password) {
            (Some(user), Some(password)) => {
                builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
            }
            (None, None) => {}
            (Some(_), None) => return Err(ConfigError::new("password", "`user` needs one")),
            (None, Some(_)) => return Err(ConfigError::new("user", "`password` needs one")),
        }
        Ok(Mailer { transport: builder.build(), from, timeout })
    }

    /// Hands the mail to the server; gives what the server answered.
    ///
    /// # Errors
    /// When the server did not take it. After a timeout it may have: sending again is right, and
    /// the `Message-ID` stays the same.
    pub async fn send(&self, mail: &Mail) -> Result<String, SendError> {
        self.hand_over(self.compose(mail)?).await
    }

    async fn hand_over(&self, message: Message) -> Result<String, SendError> {
        let sending = self.transport.send(message);
        let response = tokio::time::timeout(self.timeout, sending)
            .await
            .map_err(|_| {
                let seconds = self.timeout.as_secs();
                SendError::passing(format!("the mail server did not answer within {seconds} s"))
            })?
            .map_err(|error| refused(&error))?;
        let said = response.message().collect::<Vec<_>>().join(" ");
        Ok(format!("{} {said}", response.code()).trim_end().to_owned())
    }

    fn compose(&self, mail: &Mail) -> Result<Message, SendError> {
        let unusable = |what: &str, why: &dyn fmt::Display| {
            SendError::lasting(format!("the {what} cannot be used: {why}"))
        };
        let to: Mailbox =
            mail.to.parse().map_err(|error| unusable(&format!("address `{}`", mail.to), &error))?;
        let domain = self.from.email.domain();
        let thread = format!("<{}@{domain}>", mail.thread);
        let body = MultiPart::alternative()
            .boundary(format!("{}-alternative", mail.id))
            .singlepart(SinglePart::plain(mail.text.clone()))
            .singlepart(SinglePart::html(mail.html.clone()));
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(one_line(&mail.subject))
            .date(SystemTime::UNIX_EPOCH + mail.at.since(Time::EPOCH))
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            .in_reply_to(thread.clone())
            .references(thread)
            .header(AutoSubmitted)
            .multipart(body)
            .map_err(|error| unusable("mail", &error))
    }
}

fn tls_parameters(config: &EmailConfig) -> Result<TlsParameters, ConfigError> {
    let wrong = |member, error: lettre::transport::smtp::Error| {
        ConfigError::new(member, with_causes(&error))
    };
    let told = &config.encryption;
    let named = told.server_name.as_ref().unwrap_or(&config.host);
    let mut builder = TlsParameters::builder(named.clone());
    if let Some(pem) = &told.authorities {
        let only = Certificate::from_pem(pem.as_bytes()).map_err(|e| wrong("ca", e))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(only);
    }
    if let Some((certificate, key)) = &told.certificate {
        let (certificate, key) = (certificate.as_bytes(), key.reveal().as_bytes());
        let identity = Identity::from_pem(certificate, key).map_err(|e| wrong("cert", e))?;
        builder = builder.identify_with(identity);
    }
    if told.oldest == Some(crate::tls::TlsVersion::Tls13) {
        builder = builder.set_min_tls_version(TlsVersion::Tlsv13);
    }
    builder = builder.dangerous_accept_invalid_certs(told.unverified);
    if let Some(pem) = &config.certificates {
        // A text without any certificate would be taken for an empty list of them.
        if !pem.contains("BEGIN CERTIFICATE") {
            return Err(ConfigError::new("certificates", "no certificate in PEM is in there"));
        }
        let own = Certificate::from_pem(pem.as_bytes()).map_err(|e| wrong("certificates", e))?;
        builder = builder.add_root_certificate(own);
    }
    builder.build_rustls().map_err(|error| wrong("tls", error))
}

/// RFC 5321, 4.2.1: a reply 5xx means that the same will fail again, 4xx that it may not. All else
/// is the network.
fn refused(error: &lettre::transport::smtp::Error) -> SendError {
    let detail = with_causes(error);
    if error.is_permanent() || error.is_client() {
        SendError::lasting(detail)
    } else {
        SendError::passing(detail)
    }
}

/// The text without line breaks and other control characters, which headers cannot have.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Asks other programs, such as absence notes, not to answer (RFC 3834, 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
