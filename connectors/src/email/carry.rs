//! Carrying the mails of receivers, each through the server that its configuration names.

use kernel::OutboxId;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};

use super::{EmailConfig, Mailer, Tls};
use crate::SendError;
use crate::receivers::MailCall;
use crate::webhook::Webhooks;

/// How long one mail may take, in seconds.
const TIMEOUT_SECONDS: u64 = 30;

/// Headers that the message writes itself.
const OWN: [&str; 6] =
    ["from", "to", "subject", "message-id", "content-type", "content-transfer-encoding"];

/// Hands a mail to its server; gives what the server answered. `guard` says which private servers
/// may be reached; without one all may.
///
/// # Errors
/// When it cannot be composed, or the server may not be reached or did not take it.
pub async fn carry(
    call: &MailCall,
    id: OutboxId,
    guard: Option<&Webhooks>,
) -> Result<String, SendError> {
    let server = &call.server;
    let (user, password) = match &server.credentials {
        Some((user, password)) => (Some(user.clone()), Some(password.reveal().to_owned())),
        None => (None, None),
    };
    let tls = match (server.implicit_tls, server.require_tls) {
        (true, _) => Tls::Implicit,
        (false, true) => Tls::StartTls,
        (false, false) => Tls::None,
    };
    let config = EmailConfig {
        host: server.host.clone(),
        port: Some(server.port),
        tls,
        user,
        password,
        from: call.from.clone(),
        timeout_seconds: TIMEOUT_SECONDS,
        certificates: None,
        encryption: server.tls.clone(),
    };
    let address = match guard {
        Some(guard) => guard.address(&server.host).await?.to_string(),
        None => server.host.clone(),
    };
    let mailer = Mailer::open_at(&config, &address)
        .map_err(|error| SendError::lasting(format!("the mail cannot be sent: {error}")))?;
    mailer.hand_over(compose(call, id, &mailer.from)?).await
}

fn compose(call: &MailCall, id: OutboxId, from: &Mailbox) -> Result<Message, SendError> {
    let unusable = |what: &str, why: &dyn std::fmt::Display| {
        SendError::lasting(format!("the {what} cannot be used: {why}"))
    };
    let domain = from.email.domain();
    let mut builder = Message::builder()
        .from(from.clone())
        .subject(super::one_line(&call.subject))
        .message_id(Some(format!("<{id}@{domain}>")))
        .header(super::AutoSubmitted);
    for to in &call.to {
        let to: Mailbox =
            to.parse().map_err(|error| unusable(&format!("address `{to}`"), &error))?;
        builder = builder.to(to);
    }
    if let Some(thread) = &call.thread {
        let thread = format!("<{thread}@{domain}>");
        builder = builder.in_reply_to(thread.clone()).references(thread);
    }
    let text = call.text.clone().map(SinglePart::plain);
    let html = call.html.clone().map(SinglePart::html);
    let message = match (text, html) {
        (Some(text), Some(html)) => {
            builder.multipart(MultiPart::alternative().singlepart(text).singlepart(html))
        }
        (Some(one), None) | (None, Some(one)) => builder.singlepart(one),
        (None, None) => builder.singlepart(SinglePart::plain(String::new())),
    };
    let mut message = message.map_err(|error| unusable("mail", &error))?;
    let ours = |name: &&(String, String)| !OWN.contains(&name.0.to_ascii_lowercase().as_str());
    for (name, value) in call.headers.iter().filter(ours) {
        let header = HeaderName::new_from_ascii(name.clone())
            .map_err(|error| unusable(&format!("header {name}"), &error))?;
        message.headers_mut().insert_raw(HeaderValue::new(header, super::one_line(value)));
    }
    Ok(message)
}
