//! Signed webhooks, by the scheme of Standard Webhooks (standardwebhooks.com).
//!
//! One POST for each message, with an overall time limit. Redirects are refused: they would carry
//! a signed message where nobody meant it to go. Destinations in private networks are refused
//! unless an administrator allowed them, after their names are resolved and for addresses alike.

mod carry;
mod clients;
pub(crate) mod guard;
mod signature;
mod tokens;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use kernel::{OutboxId, Time};
use reqwest::{Client, Response, StatusCode, Url};

pub use guard::{Allowed, AllowedError};
pub use signature::{SecretError, WebhookSecret};

use self::clients::Clients;
use self::tokens::Tokens;
use crate::receivers::Transport;
use crate::send::{cause, with_causes};
use crate::{ConfigError, SendError};

/// How much of an answer is kept, in bytes. The rest is not read.
pub const ANSWER_BYTES_MAX: usize = 500;

/// A message to a webhook.
#[derive(Clone, Copy, Debug)]
pub struct WebhookCall<'a> {
    /// The message in the outbox; the receiver's idempotency key.
    pub id: OutboxId,
    /// Where to.
    pub url: &'a str,
    /// The JSON.
    pub body: &'a str,
    /// What signs it.
    pub secret: &'a WebhookSecret,
}

/// What the receiver answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// From the request to the end of what was read of the answer.
    pub latency: Duration,
    /// The beginning of the body.
    pub body: String,
    /// How many seconds to wait before the next request, where the answer says so.
    pub retry_after: Option<u32>,
}

/// `200 OK in 12 ms: thanks`
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = StatusCode::from_u16(self.status).ok().and_then(|s| s.canonical_reason());
        write!(f, "{} {} in {} ms", self.status, reason.unwrap_or(""), self.latency.as_millis())?;
        let body = self.body.trim();
        if body.is_empty() {
            Ok(())
        } else {
            write!(f, ": {}", body.chars().take(ANSWER_BYTES_MAX).collect::<String>())
        }
    }
}

/// Sends webhooks.
#[derive(Clone)]
pub struct Webhooks {
    client: Client,
    allowed: Arc<Allowed>,
    timeout: Duration,
    others: Arc<Clients>,
    tokens: Arc<Tokens>,
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhooks").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

impl Webhooks {
    /// Prepares for sending. The process needs its TLS provider installed before (`main` does).
    ///
    /// # Errors
    /// When TLS cannot be set up: mostly because the system has no certificates.
    pub fn open(allowed: Allowed, timeout: Duration) -> Result<Webhooks, ConfigError> {
        let allowed = Arc::new(allowed);
        let guard = guard::Guard { allowed: allowed.clone(), alias: None };
        let client = clients::builder(guard, timeout)
            // A proxy would resolve the names itself, behind the guard's back.
            .no_proxy()
            .build()
            .map_err(|error| ConfigError::new("tls", with_causes(&error)))?;
        let (others, tokens) = (Arc::default(), Arc::default());
        Ok(Webhooks { client, allowed, timeout, others, tokens })
    }

    /// The client for a request that goes another way than the usual one, and the address as it
    /// has to be asked for.
    fn client(&self, through: &Arc<Transport>, url: Url) -> Result<(Client, Url), SendError> {
        self.others.of(through, url, (&self.allowed, self.timeout))
    }

    /// Sends a message. `clock` gives the time, for the signature and the latency.
    ///
    /// # Errors
    /// When the receiver did not take it with a status 2xx, or cannot or may not be reached.
    pub async fn send(
        &self,
        call: &WebhookCall<'_>,
        clock: impl Fn() -> Time,
    ) -> Result<Answer, SendError> {
        let url = self.destination(call.url)?;
        let sent_at = clock();
        let id = call.id.to_string();
        let signature = call.secret.sign(&id, sent_at, call.body.as_bytes());
        let mut response = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", signature::seconds(sent_at))
            .header("webhook-signature", signature)
            .body(call.body.to_owned())
            .send()
            .await
            .map_err(|error| self.failed(error))?;
        let body =
            beginning(&mut response, ANSWER_BYTES_MAX).await.map_err(|error| self.failed(error))?;
        let status = response.status();
        let latency = clock().since(sent_at);
        let retry_after = retry_after(&response);
        let answer = Answer { status: status.as_u16(), latency, body, retry_after };
        if status.is_success() { Ok(answer) } else { Err(declined(status, &answer)) }
    }

    /// An address of a host that may be reached, for whoever connects to it by other means.
    ///
    /// # Errors
    /// When the name is not known, or all its addresses are in private networks.
    pub async fn address(&self, host: &str) -> Result<IpAddr, SendError> {
        guard::reachable(host, &self.allowed).await.map_err(|error| {
            match error.downcast_ref::<guard::Refused>() {
                Some(refused) => SendError::lasting(refused.to_string()),
                None => SendError::passing(error.to_string()),
            }
        })
    }

    fn destination(&self, url: &str) -> Result<Url, SendError> {
        let wrong = |why: &dyn fmt::Display| {
            SendError::lasting(format!("the address cannot be used: {why}"))
        };
        let url = Url::parse(url).map_err(|error| wrong(&error))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(&"it has to begin with https:// or http://"));
        }
        guard::check(&url, &self.allowed)
            .map_err(|refused| SendError::lasting(refused.to_string()))?;
        Ok(url)
    }

    fn failed(&self, error: reqwest::Error) -> SendError {
        if let Some(refused) = cause::<guard::Refused>(&error) {
            return SendError::lasting(refused.to_string());
        }
        if error.is_timeout() {
            let limit = self.timeout.as_millis();
            return SendError::passing(format!("no full answer within {limit} ms"));
        }
        // An address can hold a secret of the receiver.
        SendError::passing(with_causes(&error.without_url()))
    }
}

/// Reads no more than is kept.
async fn beginning(response: &mut Response, most: usize) -> Result<String, reqwest::Error> {
    let mut bytes = Vec::new();
    while bytes.len() < most {
        let Some(chunk) = response.chunk().await? else { break };
        let room = most - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Seconds to wait; a date is not understood.
fn retry_after(response: &Response) -> Option<u32> {
    response.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()
}

/// A status that means "later" may be tried again; the others will stay (RFC 9110, 15).
fn declined(status: StatusCode, answer: &Answer) -> SendError {
    if status.is_redirection() {
        return SendError::lasting(format!("{answer} (redirects are not followed)"));
    }
    let later = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
    if status.is_server_error() || later.contains(&status) {
        SendError::passing(answer.to_string())
    } else {
        SendError::lasting(answer.to_string())
    }
}
