//! Servers that answer the HTTP API of Prometheus: Prometheus itself, Mimir, Thanos,
//! VictoriaMetrics. One question about a range gives one value for each of its steps, or none.
//!
//! **Invariants.** A question has limits: points, series, bytes, seconds. What is no finite number
//! is no value. Addresses in private networks are refused unless an administrator allowed them;
//! no error holds a credential.

mod answer;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde::{Deserialize, Serialize};

pub use answer::{AnswerError, POINTS_MAX, SERIES_MAX, values};

use crate::ConfigError;
use crate::receivers::Secret;
use crate::send::{cause, with_causes};
use crate::webhook::{Allowed, guard};

/// Largest answer that is read, in bytes.
const BYTES_MAX: usize = 8 << 20;
/// How long a question may take when nothing is said.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time that a question may be given.
const TIMEOUT_MAX: Duration = Duration::from_secs(60);

/// A server that is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Its address, up to what comes before `/api/v1/query_range`.
    pub url: String,
    /// The tenant, for servers that have several.
    pub tenant: Option<String>,
    /// The longest time that one question may take.
    pub timeout: Option<Duration>,
    /// What it is asked with.
    pub credentials: Credentials,
}

/// What a server wants to be shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Credentials {
    /// Nothing.
    #[default]
    None,
    /// A token.
    Bearer(Secret),
    /// A name and a password.
    Basic(String, Secret),
}

/// A range of a query: its value at `from`, then every so many seconds up to `until`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range<'a> {
    /// What is asked.
    pub query: &'a str,
    /// The first moment, in seconds since 1970.
    pub from: i64,
    /// The last moment.
    pub until: i64,
    /// Seconds between two values.
    pub step: i64,
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct AskError {
    /// Whether it is the query that is wrong, rather than the server that does not answer.
    pub query: bool,
    /// What went wrong, in one sentence. Holds no secret.
    pub detail: String,
}

/// Asks servers.
#[derive(Clone)]
pub struct Sources {
    client: Client,
    allowed: Arc<Allowed>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sources(…)")
    }
}

impl Sources {
    /// Prepares for asking. The process needs its TLS provider installed before (`main` does).
    ///
    /// # Errors
    /// When TLS cannot be set up: mostly because the system has no certificates.
    pub fn open(allowed: Allowed) -> Result<Sources, ConfigError> {
        let allowed = Arc::new(allowed);
        let client = Client::builder()
            .user_agent(concat!("Operate/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would resolve the names itself, behind the guard's back.
            .no_proxy()
            .dns_resolver(guard::Guard { allowed: allowed.clone(), alias: None })
            .pool_max_idle_per_host(4)
            .build()
            .map_err(|error| ConfigError::new("tls", with_causes(&error)))?;
        Ok(Sources { client, allowed })
    }

    /// Asks for a range; gives the value of each step, `None` where there is none.
    ///
    /// # Errors
    /// When there is no answer, or none that can be used.
    pub async fn ask(
        &self,
        source: &Source,
        range: Range<'_>,
    ) -> Result<Vec<Option<f64>>, AskError> {
        let url = self.address(source)?;
        let (from, until, step) =
            (range.from.to_string(), range.until.to_string(), range.step.to_string());
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("query", range.query)
            .append_pair("start", &from)
            .append_pair("end", &until)
            .append_pair("step", &step)
            .finish();
        let timeout = source.timeout.unwrap_or(TIMEOUT).min(TIMEOUT_MAX);
        let request = self
            .client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .timeout(timeout)
            .body(form);
        let failed = |error: reqwest::Error| away(error, timeout);
        let mut response = presented(request, source).send().await.map_err(failed)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > BYTES_MAX {
                let detail = "the answer has more than 8 MiB; let the query give one series";
                return Err(AskError { query: true, detail: detail.to_owned() });
            }
            body.extend_from_slice(&chunk);
        }
        if !status.is_success() {
            return Err(declined(status, &body));
        }
        values(&body, &range).map_err(|error| AskError { query: true, detail: error.to_string() })
    }

    fn address(&self, source: &Source) -> Result<Url, AskError> {
        let wrong = |why: &dyn fmt::Display| AskError {
            query: false,
            detail: format!("the address of the source cannot be used: {why}"),
        };
        let text = format!("{}/api/v1/query_range", source.url.trim_end_matches('/'));
        let url = Url::parse(&text).map_err(|error| wrong(&error))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(&"it has to begin with https:// or http://"));
        }
        guard::check(&url, &self.allowed).map_err(|refused| wrong(&refused))?;
        Ok(url)
    }
}

fn presented(mut request: RequestBuilder, source: &Source) -> RequestBuilder {
    if let Some(tenant) = &source.tenant {
        request = request.header("x-scope-orgid", tenant);
    }
    match &source.credentials {
        Credentials::None => request,
        Credentials::Bearer(token) => request.bearer_auth(token.reveal()),
        Credentials::Basic(name, password) => request.basic_auth(name, Some(password.reveal())),
    }
}

fn away(error: reqwest::Error, timeout: Duration) -> AskError {
    let detail = if let Some(refused) = cause::<guard::Refused>(&error) {
        refused.to_string()
    } else if error.is_timeout() {
        format!("the source gave no answer within {} s", timeout.as_secs())
    } else {
        // An address can hold a password.
        format!("the source does not answer: {}", with_causes(&error.without_url()))
    };
    AskError { query: false, detail }
}

/// What the server says of a query that it does not take, or why it takes none.
fn declined(status: StatusCode, body: &[u8]) -> AskError {
    let said = answer::complaint(body);
    let (query, what) = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            (false, "the source wants other credentials".to_owned())
        }
        StatusCode::NOT_FOUND => {
            (false, "the source has no /api/v1/query_range at this address".to_owned())
        }
        status if status.is_redirection() => {
            (false, format!("the source answered {status}; redirects are not followed"))
        }
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            (true, "the source does not take the query".to_owned())
        }
        status => (false, format!("the source answered {status}")),
    };
    let detail = said.map_or_else(|| what.clone(), |said| format!("{what}: {said}"));
    AskError { query, detail }
}

#[cfg(test)]
mod tests;
