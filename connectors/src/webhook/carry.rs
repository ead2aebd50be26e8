//! Carrying the requests of receivers: any method, any header, the answer judged by who asked.

use kernel::Time;
use reqwest::header::{self, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};

use super::{Answer, Webhooks};
use crate::SendError;
use crate::receivers::{self, HttpCall};
use crate::webpush::PushCall;

/// How much of an answer is read, in bytes: services that know a group by a number tell it there.
const ANSWER_BYTES_MAX: usize = 64 << 10;

impl Webhooks {
    /// Makes the request of a receiver; gives whatever was answered. `clock` gives the time, for
    /// the latency.
    ///
    /// # Errors
    /// When there was no answer, or the request may not be made.
    pub async fn carry(
        &self,
        call: &HttpCall,
        clock: impl Fn() -> Time,
    ) -> Result<Answer, SendError> {
        self.request(call, call.body.clone().into_bytes(), clock).await
    }

    /// Hands a message to a push service; gives whatever was answered.
    ///
    /// # Errors
    /// When there was no answer, or the request may not be made.
    pub async fn push(
        &self,
        push: &PushCall,
        clock: impl Fn() -> Time,
    ) -> Result<Answer, SendError> {
        self.request(&push.call, push.payload.clone(), clock).await
    }

    async fn request(
        &self,
        call: &HttpCall,
        body: Vec<u8>,
        clock: impl Fn() -> Time,
    ) -> Result<Answer, SendError> {
        let grant = call.through.as_ref().and_then(|through| through.oauth2.as_deref());
        let Some(grant) = grant else { return self.once(call, body, None, clock).await };
        let (token, known) = self.token(grant, &clock).await?;
        let answer = self.once(call, body.clone(), Some(&token), &clock).await?;
        if answer.status != StatusCode::UNAUTHORIZED.as_u16() {
            return Ok(answer);
        }
        // It may have been withdrawn: a new one may do.
        self.tokens.forget(grant);
        if !known {
            return Ok(answer);
        }
        let (token, _) = self.token(grant, &clock).await?;
        self.once(call, body, Some(&token), clock).await
    }

    async fn once(
        &self,
        call: &HttpCall,
        body: Vec<u8>,
        token: Option<&str>,
        clock: impl Fn() -> Time,
    ) -> Result<Answer, SendError> {
        let asked = self.destination(&call.url)?;
        let host = asked.host_str().map(|host| match asked.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        });
        let (client, url) = match &call.through {
            Some(through) => self.client(through, asked.clone())?,
            None => (self.client.clone(), asked.clone()),
        };
        let method = match call.method {
            receivers::Method::Get => Method::GET,
            receivers::Method::Post => Method::POST,
            receivers::Method::Put => Method::PUT,
        };
        let renamed = url != asked;
        let mut request = client.request(method, url);
        if let Some(host) = host.filter(|_| renamed) {
            request = request.header(header::HOST, host);
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        for (name, value) in &call.headers {
            // A value may hold a secret: only the name is told.
            let unusable = || SendError::lasting(format!("the header {name} cannot be sent"));
            let name = HeaderName::try_from(name.as_str()).map_err(|_| unusable())?;
            let value = HeaderValue::try_from(value.as_str()).map_err(|_| unusable())?;
            request = request.header(name, value);
        }
        if let Some(timeout) = call.timeout.filter(|timeout| !timeout.is_zero()) {
            request = request.timeout(timeout);
        }
        let sent_at = clock();
        let response = request.body(body).send().await;
        let mut response = response.map_err(|error| self.failed(error))?;
        let body = super::beginning(&mut response, ANSWER_BYTES_MAX)
            .await
            .map_err(|error| self.failed(error))?;
        let status = response.status().as_u16();
        let retry_after = super::retry_after(&response);
        Ok(Answer { status, latency: clock().since(sent_at), body, retry_after })
    }
}
