//! The command line as a client of the HTTP API: where the server is, who asks, and what its
//! answers mean.

use std::time::Duration;

use clap::Args;
use reqwest::{Method, Response, StatusCode, header};
use serde_json::Value;
use spine::World;

use crate::saved::{Credential, Saved};
use crate::trouble::{Code, Trouble};

/// Where the server is when nothing says otherwise.
const URL_DEFAULT: &str = "http://127.0.0.1:7070";
/// How long an answer may take; live streams go on.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Where the server is, and who asks.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Server")]
pub struct Server {
    /// Address of the server [default: that of the last `operate login`, else
    /// http://127.0.0.1:7070].
    #[arg(long, global = true, value_name = "URL", env = "OPERATE_URL")]
    url: Option<String>,
    /// An API token, instead of the login that was saved.
    #[arg(
        long,
        global = true,
        value_name = "TOKEN",
        env = "OPERATE_TOKEN",
        hide_env_values = true
    )]
    token: Option<String>,
}

impl Server {
    /// The address, without a slash at the end.
    pub fn url(&self) -> String {
        let given = self.url.clone().filter(|url| !url.is_empty());
        let url = given.or_else(|| Saved::load().ok()?.last).unwrap_or_else(|| URL_DEFAULT.into());
        url.trim_end_matches('/').to_owned()
    }

    /// Whether an address was named, by flag or environment.
    pub fn named(&self) -> bool {
        self.url.as_ref().is_some_and(|url| !url.is_empty())
    }

    /// The token that was passed, if any.
    pub fn token(&self) -> Option<String> {
        self.token.clone().filter(|token| !token.is_empty())
    }

    /// A client with what is known about who asks.
    ///
    /// # Errors
    /// When the address is none.
    pub fn client(&self) -> Result<Client, Trouble> {
        let url = self.url();
        let credential = match self.token() {
            Some(token) => Some(Credential::Token(token)),
            None => Saved::load()?.of(&url),
        };
        Client::new(url, credential)
    }
}

/// A client of one server.
#[derive(Clone, Debug)]
pub struct Client {
    url: String,
    credential: Option<Credential>,
    http: reqwest::Client,
}

/// An answer: its JSON, and the session that it opened, if it did.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The body; null when there is none or it is no JSON.
    pub body: Value,
    /// The secret of a new session.
    pub session: Option<String>,
}

impl Client {
    /// A client of the server at this address.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(url: String, credential: Option<Credential>) -> Result<Client, Trouble> {
        let parsed = reqwest::Url::parse(&url).ok();
        if parsed.is_none_or(|url| !["http", "https"].contains(&url.scheme())) {
            let remedy = "write it like http://127.0.0.1:7070 or https://operate.example.org";
            return Err(Trouble::wrong(format!("`{url}` is no address")).remedy(remedy));
        }
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("operate/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Trouble::fault(error.to_string()))?;
        Ok(Client { url, credential, http })
    }

    /// The address of the server, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether anything says who asks.
    pub fn known(&self) -> bool {
        self.credential.is_some()
    }

    /// Reads.
    ///
    /// # Errors
    /// Whatever the server says but 2xx, or that it does not answer.
    pub async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, Trouble> {
        let given: Vec<String> = query
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", part(value)))
            .collect();
        let path = match given.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{}", given.join("&")),
        };
        Ok(self.send(self.request(Method::GET, &path).timeout(TIMEOUT)).await?.body)
    }

    /// Reads text that is no JSON.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn get_text(&self, path: &str) -> Result<String, Trouble> {
        let response = self.raw(self.request(Method::GET, path).timeout(TIMEOUT)).await?;
        let response = self.good(response).await?;
        response.text().await.map_err(|error| self.unreachable(&error))
    }

    /// Reads, and gives the answer whatever its status.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn ask_anything(&self, path: &str) -> Result<Response, Trouble> {
        self.raw(self.request(Method::GET, path).timeout(TIMEOUT)).await
    }

    /// Begins to read a stream.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn stream(&self, path: &str) -> Result<Response, Trouble> {
        let response = self.raw(self.request(Method::GET, path)).await?;
        self.good(response).await
    }

    /// Sends a document by POST. Repeating it on the way does no harm: it carries a key.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, Trouble> {
        let key = format!("{:032x}", World::system().seed());
        let request = self.request(Method::POST, path).timeout(TIMEOUT).json(body);
        self.send(request.header("idempotency-key", key)).await
    }

    /// Sends a document by POST and gives the answer whatever its status.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn try_post(&self, path: &str, body: &Value) -> Result<(StatusCode, Value), Trouble> {
        let request = self.request(Method::POST, path).timeout(TIMEOUT).json(body);
        let response = self.raw(request).await?;
        let status = response.status();
        Ok((status, response.json().await.unwrap_or_default()))
    }

    /// Sends a document by PUT.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value, Trouble> {
        let request = self.request(Method::PUT, path).timeout(TIMEOUT).json(body);
        Ok(self.send(request).await?.body)
    }

    /// Sends a document by PUT against the version that was seen, and gives the answer whatever its
    /// status.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn try_put(
        &self,
        path: &str,
        body: &Value,
        seen: i64,
    ) -> Result<(StatusCode, Value), Trouble> {
        let request = self.request(Method::PUT, path).timeout(TIMEOUT).json(body);
        let response = self.raw(request.header(header::IF_MATCH, format!("\"{seen}\""))).await?;
        let status = response.status();
        Ok((status, response.json().await.unwrap_or_default()))
    }

    /// Removes.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn delete(&self, path: &str) -> Result<(), Trouble> {
        self.send(self.request(Method::DELETE, path).timeout(TIMEOUT)).await.map(|_| ())
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.credential {
            None => request,
            Some(Credential::Token(token)) => request.bearer_auth(token),
            Some(Credential::Session(secret)) => request
                .header(header::COOKIE, format!("operate_session={secret}"))
                .header("x-operate-csrf", "1"),
        }
    }

    async fn raw(&self, request: reqwest::RequestBuilder) -> Result<Response, Trouble> {
        request.send().await.map_err(|error| self.unreachable(&error))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, Trouble> {
        let response = self.raw(request).await?;
        let response = self.good(response).await?;
        let session = session_of(&response);
        let text = response.text().await.map_err(|error| self.unreachable(&error))?;
        if text.is_empty() {
            return Ok(Answer { body: Value::Null, session });
        }
        let body = serde_json::from_str(&text).map_err(|_| self.stranger())?;
        Ok(Answer { body, session })
    }

    async fn good(&self, response: Response) -> Result<Response, Trouble> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let text = response.text().await.unwrap_or_default();
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        Err(self.told(status, &problem))
    }

    /// What a problem of the server means here.
    pub fn told(&self, status: StatusCode, problem: &Value) -> Trouble {
        let field = |name: &str| problem.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(detail) = field("detail").or_else(|| problem.as_str().map(str::to_owned)) else {
            return self.unexplained(status);
        };
        let mut trouble = Trouble::new(code_of(status), crate::screen::clean(&detail));
        (trouble.field, trouble.reference) = (field("field"), field("reference"));
        trouble.remedy = match (status, self.known()) {
            (StatusCode::UNAUTHORIZED, false) => Some(
                "sign in with `operate login`, or pass a token with --token or OPERATE_TOKEN"
                    .to_owned(),
            ),
            (StatusCode::UNAUTHORIZED, true) => Some(
                "the token or saved login works no more: sign in again with `operate login`"
                    .to_owned(),
            ),
            _ => field("remedy"),
        };
        trouble
    }

    fn unexplained(&self, status: StatusCode) -> Trouble {
        if status == StatusCode::REQUEST_TIMEOUT || status == StatusCode::GATEWAY_TIMEOUT {
            return Trouble::new(Code::NotReachable, format!("{} took too long", self.url));
        }
        if status.is_redirection() || status.is_client_error() {
            return Trouble { code: code_of(status), ..self.stranger() };
        }
        Trouble::new(code_of(status), format!("{} answered {status}", self.url))
    }

    /// Something answers, but not as Operate would.
    fn stranger(&self) -> Trouble {
        let what = format!("what answers at {} is not Operate, or another version of it", self.url);
        Trouble::fault(what).remedy("check --url or OPERATE_URL")
    }

    fn unreachable(&self, error: &reqwest::Error) -> Trouble {
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let what = if error.is_timeout() {
            format!("{} did not answer in time", self.url)
        } else {
            format!("{} cannot be reached: {cause}", self.url)
        };
        Trouble::new(Code::NotReachable, what)
            .remedy("start it with `operate serve`, or name another one with --url or OPERATE_URL")
    }
}

fn code_of(status: StatusCode) -> Code {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Code::NotAllowed,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::TOO_MANY_REQUESTS => Code::Fault,
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => Code::NotReachable,
        status if status.is_client_error() => Code::Refused,
        _ => Code::Fault,
    }
}

/// The secret of the session that an answer opens.
fn session_of(response: &Response) -> Option<String> {
    let cookies = response.headers().get_all(header::SET_COOKIE).iter();
    cookies
        .filter_map(|cookie| cookie.to_str().ok()?.split(';').next()?.split_once('='))
        .find(|(name, secret)| name.trim() == "operate_session" && !secret.is_empty())
        .map(|(_, secret)| secret.to_owned())
}

/// A part of a path: what is no letter, digit or `-._~` is written in hexadecimal.
pub fn part(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes()
        .map(|byte| if plain(&byte) { char::from(byte).into() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn client(credential: Option<Credential>) -> Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client::new("http://127.0.0.1:7070".to_owned(), credential).unwrap()
    }

    #[test]
    fn each_kind_of_refusal_has_an_exit_code_of_its_own() {
        let told = |status: u16| {
            let problem = json!({ "detail": "no" });
            client(None).told(StatusCode::from_u16(status).unwrap(), &problem).code as u8
        };
        let codes = [400, 401, 403, 404, 409, 412, 422, 429, 500, 503].map(told);
        assert_eq!(codes, [2, 4, 4, 3, 2, 2, 2, 1, 1, 1]);
    }

    #[test]
    fn a_problem_keeps_its_field_and_its_remedy() {
        let problem = json!({ "detail": "the estate has no service/x", "field": "item",
            "remedy": "name one that is there" });
        let trouble = client(None).told(StatusCode::UNPROCESSABLE_ENTITY, &problem);
        insta::assert_snapshot!(trouble, @"
        item: the estate has no service/x
          remedy: name one that is there
        ");
    }

    #[test]
    fn whoever_is_not_signed_in_is_told_how_to() {
        let problem = json!({ "detail": "sign in first" });
        let trouble = client(None).told(StatusCode::UNAUTHORIZED, &problem);
        assert!(trouble.remedy.unwrap().contains("operate login"));
        let trouble = client(Some(Credential::Token("t".to_owned())))
            .told(StatusCode::UNAUTHORIZED, &problem);
        assert!(trouble.remedy.unwrap().contains("again"));
    }

    #[test]
    fn something_else_that_answers_is_named_as_such() {
        let trouble = client(None).told(StatusCode::FOUND, &Value::Null);
        assert!(trouble.what.contains("is not Operate"), "{trouble}");
    }

    #[test]
    fn an_address_without_a_scheme_is_refused_with_an_example() {
        let trouble = Client::new("localhost:7070".to_owned(), None).unwrap_err();
        assert_eq!(trouble.code, Code::Refused);
        assert!(trouble.remedy.unwrap().contains("http://"));
    }

    #[test]
    fn names_cannot_leave_their_place_in_a_path() {
        assert_eq!(part("a/../b?x"), "a%2F..%2Fb%3Fx");
    }
}
