//! Tokens that authorise requests, by the client credentials grant of OAuth 2.0 (RFC 6749, 4.4).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::Time;
use reqwest::{StatusCode, header};
use serde::Deserialize;

use super::Webhooks;
use crate::SendError;
use crate::receivers::Grant;

/// As many tokens are kept.
const KEPT_MAX: usize = 64;
/// A token is not used any more so long before it ends: the request takes its time, too.
const BEFORE_END: Duration = Duration::from_secs(10);
/// How long a token counts that does not say when it ends.
const USUAL: Duration = Duration::from_secs(300);
/// How much of an answer is read, in bytes.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// The tokens that were given so far, the newest last, and until when each counts.
#[derive(Default)]
pub(super) struct Tokens(Mutex<Vec<(Grant, String, Time)>>);

/// RFC 6749, 5.1.
#[derive(Deserialize)]
struct Given {
    access_token: String,
    #[serde(default)]
    expires_in: Option<u32>,
}

/// RFC 6749, 5.2.
#[derive(Deserialize)]
struct NotGiven {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl Tokens {
    /// One that counts at this time.
    fn known(&self, grant: &Grant, now: Time) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(known, _, until)| known == grant && *until > now);
        found.map(|(_, token, _)| token.clone())
    }

    fn keep(&self, grant: &Grant, token: &str, until: Time) {
        self.forget(grant);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.remove(0);
        }
        kept.push((grant.clone(), token.to_owned(), until));
    }

    /// Lets the next request fetch a new one.
    pub(super) fn forget(&self, grant: &Grant) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, _, _)| known != grant);
    }
}

impl Webhooks {
    /// A token, and whether it was known before.
    pub(super) async fn token(
        &self,
        grant: &Grant,
        clock: impl Fn() -> Time,
    ) -> Result<(String, bool), SendError> {
        let asked_at = clock();
        if let Some(token) = self.tokens.known(grant, asked_at) {
            return Ok((token, true));
        }
        let mut answer = self.ask(grant, false).await?;
        // Some services read the password from the form alone.
        if matches!(answer.0, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED) {
            answer = self.ask(grant, true).await?;
        }
        let (status, body) = answer;
        // What was answered may hold a secret: only what the standard gives names for is told.
        let failed = |why: String| SendError::passing(format!("no token by oauth2: {why}"));
        if !status.is_success() {
            let told = serde_json::from_str::<NotGiven>(&body);
            let why = told.map(|told| format!(" {} {}", told.error, told.error_description));
            let why: String = why.unwrap_or_default().chars().take(200).collect();
            return Err(failed(format!("{status}{}", why.trim_end())));
        }
        let given: Given = serde_json::from_str(&body)
            .map_err(|_| failed(format!("{status}, without an access_token in JSON")))?;
        let lasts = given.expires_in.map_or(USUAL, |seconds| Duration::from_secs(seconds.into()));
        self.tokens.keep(grant, &given.access_token, asked_at + lasts.saturating_sub(BEFORE_END));
        Ok((given.access_token, false))
    }

    async fn ask(&self, grant: &Grant, in_form: bool) -> Result<(StatusCode, String), SendError> {
        let url = self.destination(&grant.token_url)?;
        let (client, url) = self.client(&Arc::new(grant.transport.clone()), url)?;
        let kind = "application/x-www-form-urlencoded";
        let mut request = client.post(url).header(header::CONTENT_TYPE, kind);
        if !in_form {
            // RFC 6749, 2.3.1: both are encoded as in a form.
            let coded = |text: &str| -> String {
                form_urlencoded::byte_serialize(text.as_bytes()).collect()
            };
            let (id, secret) = (coded(&grant.client_id), coded(grant.client_secret.reveal()));
            request = request.basic_auth(id, Some(secret));
        }
        let response = request.body(form(grant, in_form)).send().await;
        let mut response = response.map_err(|error| self.failed(error))?;
        let body = super::beginning(&mut response, ANSWER_BYTES_MAX)
            .await
            .map_err(|error| self.failed(error))?;
        Ok((response.status(), body))
    }
}

/// What is asked for; with the password in it, where the service reads it there.
fn form(grant: &Grant, in_form: bool) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    if !grant.scopes.is_empty() {
        form.append_pair("scope", &grant.scopes.join(" "));
    }
    form.extend_pairs(&grant.parameters);
    if in_form {
        form.append_pair("client_id", &grant.client_id);
        form.append_pair("client_secret", grant.client_secret.reveal());
    }
    form.finish()
}
