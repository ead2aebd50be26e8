use reqwest::header::{CONTENT_TYPE, COOKIE, ETAG, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// Operate as a browser of one person sees it.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    address: String,
    cookie: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The kind of the body.
    pub kind: String,
    /// The version it names, without quotes.
    pub etag: Option<String>,
    /// The body, if it is JSON.
    pub body: Value,
    /// The body as text.
    pub text: String,
}

impl Reply {
    /// Expects a status, and gives the body.
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.body
    }

    /// Expects a problem of this status, and gives it.
    #[track_caller]
    pub fn problem(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.kind, "application/problem+json", "{}", self.text);
        assert_eq!(self.body["status"], status, "{}", self.text);
        for field in ["type", "title", "detail"] {
            assert!(self.body[field].is_string(), "no {field}: {}", self.text);
        }
        self.body
    }
}

const PASSWORD: &str = "correct horse battery";

impl Client {
    /// Makes the first administrator with the printed code, and stays signed in.
    pub async fn set_up(address: &str, code: &str) -> Client {
        let mut client = Client {
            http: reqwest::Client::new(),
            address: address.to_owned(),
            cookie: String::new(),
        };
        let body = json!({
            "code": code, "username": "ada", "display_name": "Ada", "password": PASSWORD,
        });
        client.enter("/api/v1/setup", body).await;
        client
    }

    /// Signs in again: a session ends after a week, and a day after the last request.
    pub async fn sign_in(&mut self) {
        let body = json!({ "username": "ada", "password": PASSWORD });
        self.enter("/api/v1/session", body).await;
    }

    /// A client that somebody else is signed in with.
    pub async fn of(&self, name: &str, password: &str) -> Client {
        let mut client = Client { cookie: String::new(), ..self.clone() };
        let body = json!({ "username": name, "password": password });
        client.enter("/api/v1/session", body).await;
        client
    }

    async fn enter(&mut self, path: &str, body: Value) {
        let answer = self.bare(Method::POST, path).header("x-operate-csrf", "1").json(&body);
        let answer = answer.send().await.expect("an answer");
        let cookie = answer.headers().get(SET_COOKIE).and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
        self.cookie = cookie.unwrap_or_else(|| panic!("nobody signed in: {}", answer.status()));
    }

    /// The server listens somewhere else now.
    pub fn moved_to(&mut self, address: &str) {
        address.clone_into(&mut self.address);
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A request to any path, signed in.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base()));
        request.header(COOKIE, &self.cookie).header("x-operate-csrf", "1")
    }

    /// A request to any path, of a program that is not signed in.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base()))
    }

    /// Sends a request that a test spelled out.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let answer = request.send().await.expect("the server answers");
        let header = |name| {
            let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
            value.map(str::to_owned)
        };
        let (kind, etag) = (header(CONTENT_TYPE).unwrap_or_default(), header(ETAG));
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status, kind, etag: etag.map(|tag| tag.trim_matches('"').to_owned()), body, text }
    }

    /// Reads something below `/api/v1`.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, &format!("/api/v1{path}"))).await
    }

    /// Posts something below `/api/v1`.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.post_with(path, body, &[]).await
    }

    /// Posts with headers.
    pub async fn post_with(&self, path: &str, body: Value, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.request(Method::POST, &format!("/api/v1{path}")).json(&body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// Puts something below `/api/v1`, against a version if one is named.
    pub async fn put(&self, path: &str, body: Value, version: Option<&str>) -> Reply {
        let mut request = self.request(Method::PUT, &format!("/api/v1{path}")).json(&body);
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        self.send(request).await
    }

    /// Deletes something below `/api/v1`.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(self.request(Method::DELETE, &format!("/api/v1{path}"))).await
    }

    /// The entries of a list that must be there.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let list = self.get(path).await.is(200);
        list["items"].as_array().unwrap_or_else(|| panic!("{path} is no list: {list}")).clone()
    }

    /// Sends alerts as Prometheus does: with no session.
    pub async fn send_alerts(&self, alerts: &Value) -> Reply {
        let url = format!("{}/api/v2/alerts", self.base());
        self.send(self.http.post(url).json(alerts)).await
    }
}
