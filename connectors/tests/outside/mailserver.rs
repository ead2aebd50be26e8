//! A mail server that speaks as much SMTP as a client needs, answers what the test tells it to,
//! and keeps what it was sent.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How the server encrypts.
#[derive(Clone, Copy, PartialEq)]
pub enum Offer {
    Nothing,
    StartTls,
    Implicit,
}

pub struct MailServer {
    pub port: u16,
    /// The certificate, as PEM.
    pub certificate: String,
    conversation: JoinHandle<Conversation>,
}

/// What the client said in one connection.
#[derive(Default)]
pub struct Conversation {
    /// Its commands.
    pub commands: Vec<String>,
    /// The lines of the mail.
    pub mail: Vec<String>,
    /// Whether the mail came encrypted.
    pub encrypted: bool,
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

impl MailServer {
    /// Serves one connection. `replies` replaces the usual reply to a command, by its first word;
    /// `.` is the end of the mail. An empty reply: the server falls silent.
    pub async fn start(offer: Offer, replies: &[(&'static str, &'static str)]) -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let replies = replies.to_vec();
        let conversation = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut conversation = Conversation::default();
            let mut wire: Box<dyn Wire> = Box::new(stream);
            if offer == Offer::Implicit {
                wire = Box::new(acceptor.accept(wire).await.unwrap());
                conversation.encrypted = true;
            }
            wire.write_all(b"220 localhost test\r\n").await.unwrap();
            let mut wire = BufReader::new(wire);
            while let Some(next) = converse(&mut wire, offer, &replies, &mut conversation).await {
                assert!(next, "the client left");
                let plain = wire.into_inner();
                wire = BufReader::new(Box::new(acceptor.accept(plain).await.unwrap()));
                conversation.encrypted = true;
            }
            conversation
        });
        MailServer { port, certificate: cert.pem(), conversation }
    }

    /// Waits until the client has left.
    pub async fn finish(self) -> Conversation {
        self.conversation.await.unwrap()
    }
}

/// Talks until the client leaves (`None`) or begins to encrypt.
async fn converse(
    wire: &mut BufReader<Box<dyn Wire>>,
    offer: Offer,
    replies: &[(&str, &str)],
    conversation: &mut Conversation,
) -> Option<bool> {
    let mut line = String::new();
    let mut in_mail = false;
    loop {
        line.clear();
        if wire.read_line(&mut line).await.unwrap_or(0) == 0 {
            return None;
        }
        let said = line.trim_end();
        if in_mail && said != "." {
            conversation.mail.push(said.to_owned());
            continue;
        }
        let verb = said.split_whitespace().next().unwrap_or_default();
        conversation.commands.push(said.to_owned());
        let usual = match verb {
            "EHLO" if offer == Offer::StartTls && !conversation.encrypted => {
                "250-localhost\r\n250 STARTTLS"
            }
            "EHLO" => "250-localhost\r\n250 AUTH PLAIN",
            "STARTTLS" => "220 go on",
            "AUTH" => "235 welcome",
            "DATA" => "354 go on",
            "." => "250 2.0.0 queued as 7F3A",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        let reply = replies.iter().find(|(to, _)| *to == verb).map_or(usual, |(_, reply)| reply);
        in_mail = verb == "DATA" && reply == usual;
        if !reply.is_empty() {
            wire.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
        }
        if verb == "STARTTLS" {
            return Some(true);
        }
    }
}
