//! Reads calendars that other programs publish under a secret address: Google, Outlook, Nextcloud,
//! tools that keep leave.
//!
//! **Invariants.** An answer has limits: bytes, seconds, redirections. Addresses in private
//! networks are refused unless an administrator allowed them, also when another address leads to
//! them; no error holds the address, which is a secret.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};

use crate::ConfigError;
use crate::SendError;
use crate::send::{cause, with_causes};
use crate::webhook::{Allowed, guard};

/// Longest address of a calendar, in bytes.
pub const ADDRESS_BYTES_MAX: usize = 2048;
/// How long reading one may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How often one address may lead to another.
const REDIRECTIONS_MAX: usize = 4;

/// Reads calendars.
#[derive(Clone)]
pub struct Calendars {
    client: Client,
    allowed: Arc<Allowed>,
}

impl fmt::Debug for Calendars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Calendars(…)")
    }
}

impl Calendars {
    /// Prepares for reading. The process needs its TLS provider installed before (`main` does).
    ///
    /// # Errors
    /// When TLS cannot be set up: mostly because the system has no certificates.
    pub fn open(allowed: Allowed) -> Result<Calendars, ConfigError> {
        let allowed = Arc::new(allowed);
        let checked = allowed.clone();
        let redirect = Policy::custom(move |attempt| {
            if attempt.previous().len() > REDIRECTIONS_MAX {
                return attempt.error("it leads from one address to the next");
            }
            match guard::check(attempt.url(), &checked) {
                Ok(()) => attempt.follow(),
                Err(refused) => attempt.error(refused),
            }
        });
        let client = Client::builder()
            .user_agent(concat!("Operate/", env!("CARGO_PKG_VERSION")))
            .timeout(TIMEOUT)
            .redirect(redirect)
            // A proxy would resolve the names itself, behind the guard's back.
            .no_proxy()
            .dns_resolver(guard::Guard { allowed: allowed.clone(), alias: None })
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| ConfigError::new("tls", with_causes(&error)))?;
        Ok(Calendars { client, allowed })
    }

    /// Reads a calendar of at most `bytes_max`: gives an iCalendar file.
    ///
    /// # Errors
    /// When there is no answer, none that is a calendar, or too much of it.
    pub async fn read(&self, address: &str, bytes_max: usize) -> Result<String, SendError> {
        let request = self.client.get(self.address(address)?);
        let request = request.header("accept", "text/calendar, */*;q=0.1");
        let mut response = request.send().await.map_err(failed)?;
        match response.status() {
            status if status.is_success() => {}
            status @ (StatusCode::NOT_FOUND | StatusCode::GONE) => {
                return Err(SendError::lasting(format!(
                    "the server knows no calendar at this address any more ({status})"
                )));
            }
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                return Err(SendError::lasting(format!(
                    "the server wants a sign-in ({status}): take the secret address in iCal format"
                )));
            }
            status => return Err(SendError::passing(format!("the server answers {status}"))),
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > bytes_max {
                let what = format!("the calendar has more than {bytes_max} bytes");
                return Err(SendError::lasting(what));
            }
            body.extend_from_slice(&chunk);
        }
        let text = String::from_utf8_lossy(&body);
        let text = text.trim_start_matches(['\u{feff}', ' ', '\r', '\n']);
        if !text.starts_with("BEGIN:VCALENDAR") {
            let what = "what is there is no calendar: take the address in iCal format (.ics)";
            return Err(SendError::lasting(what));
        }
        Ok(text.to_owned())
    }

    /// An address as calendar programs show it, `webcal:` among them.
    ///
    /// # Errors
    /// When it is none, or leads where it may not.
    pub fn address(&self, text: &str) -> Result<Url, SendError> {
        if text.len() > ADDRESS_BYTES_MAX {
            let what = format!("an address has at most {ADDRESS_BYTES_MAX} bytes");
            return Err(SendError::lasting(what));
        }
        let text = text.trim();
        let secure = ["webcal://", "webcals://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))
            .map(|rest| format!("https://{rest}"));
        let wrong = |why: &dyn fmt::Display| {
            SendError::lasting(format!("the address cannot be used: {why}"))
        };
        let url = Url::parse(secure.as_deref().unwrap_or(text)).map_err(|error| wrong(&error))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(&"it has to begin with https://, webcal:// or http://"));
        }
        guard::check(&url, &self.allowed).map_err(|refused| wrong(&refused))?;
        Ok(url)
    }
}

fn failed(error: reqwest::Error) -> SendError {
    if let Some(refused) = cause::<guard::Refused>(&error) {
        return SendError::lasting(refused.to_string());
    }
    if error.is_timeout() {
        return SendError::passing(format!("no full answer within {} s", TIMEOUT.as_secs()));
    }
    // The address is a secret.
    SendError::passing(with_causes(&error.without_url()))
}
