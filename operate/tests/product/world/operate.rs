use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use reqwest::header::SET_COOKIE;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::program::{Program, free_port, run};
use super::{client, wait_until};

/// What a test wants to be otherwise than by default.
#[derive(Clone, Default)]
pub struct Setup {
    /// Port of the mail server.
    pub mail_port: Option<u16>,
    /// A PostgreSQL database instead of SQLite.
    pub database: Option<String>,
    /// Further settings, as environment variables.
    pub environment: Vec<(&'static str, String)>,
}

/// A running `operate serve` on SQLite in a folder of its own, with an administrator signed in.
pub struct Operate {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// `127.0.0.1:PORT`.
    pub address: String,
    folder: TempDir,
    setup: Setup,
    program: Option<Program>,
    client: reqwest::Client,
    cookie: String,
}

const PASSWORD: &str = "correct horse battery staple";
pub const BINARY: &str = env!("CARGO_BIN_EXE_operate");

impl Operate {
    /// Starts it and makes the first administrator with the one-time code that it prints.
    pub async fn start(setup: Setup) -> Operate {
        let mut operate = Operate::unstarted(setup);
        operate.launch().await;
        operate.make_administrator().await;
        operate
    }

    /// Starts another node on the same database and key, with the same administrator.
    pub async fn beside(&self) -> Operate {
        let mut node = Operate::unstarted(self.setup.clone());
        let key = self.data().join("secret.key").display().to_string();
        node.setup.environment.push(("OPERATE_KEY_FILE", key));
        node.cookie.clone_from(&self.cookie);
        node.launch().await;
        node
    }

    fn unstarted(setup: Setup) -> Operate {
        let address = format!("127.0.0.1:{}", free_port());
        Operate {
            url: format!("http://{address}"),
            address,
            folder: tempfile::tempdir().expect("a folder can be made"),
            setup,
            program: None,
            client: client(),
            cookie: String::new(),
        }
    }

    /// The folder of its data, and room for the test's own files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The session cookie of the administrator.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Where the database and keys are.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Kills it on the spot: SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut program) = self.program.take() {
            program.kill();
        }
    }

    /// Stops it in good order and waits until it has ended.
    pub async fn stop(&mut self) {
        let Some(mut program) = self.program.take() else { return };
        program.terminate();
        let status = wait_until("Operate stops when told", async || program.ended()).await;
        assert!(status.success(), "stopped with {status}:\n{}", program.printed());
    }

    /// Starts it (again) on the same data, and waits until it is ready.
    pub async fn launch(&mut self) {
        let mut command = Command::new(BINARY);
        command.args(["serve", "--listen", &self.address]);
        command.env("OPERATE_DATA", self.data());
        if let Some(database) = &self.setup.database {
            command.args(["--database", database]);
        }
        if let Some(port) = self.setup.mail_port {
            command.env("OPERATE_SMTP__HOST", "127.0.0.1");
            command.env("OPERATE_SMTP__PORT", port.to_string());
        }
        command.envs(self.setup.environment.iter().cloned());
        self.program = Some(Program::start(&mut command, &self.folder.path().join("operate.log")));
        let ready = format!("{}/readyz", self.url);
        wait_until("Operate is ready", async || {
            if let Some(status) = self.program.as_mut().and_then(Program::ended) {
                panic!("ended with {status}:\n{}", self.printed());
            }
            let answer = self.client.get(&ready).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// What it has printed since it was started last.
    pub fn printed(&self) -> String {
        self.program.as_ref().map(Program::printed).unwrap_or_default()
    }

    async fn make_administrator(&mut self) {
        let code =
            wait_until("the set-up code is printed", async || setup_code(&self.printed())).await;
        let body = json!({
            "code": code,
            "username": "admin",
            "display_name": "Admin",
            "password": PASSWORD,
        });
        self.open_session("/api/v1/setup", body).await;
    }

    /// Signs the administrator in anew.
    pub async fn sign_in(&mut self) {
        let body = json!({ "username": "admin", "password": PASSWORD });
        self.open_session("/api/v1/session", body).await;
    }

    async fn open_session(&mut self, path: &str, body: Value) {
        let answer = self.send(Method::POST, path, Some(body)).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let cookie = answer.headers().get(SET_COOKIE).and_then(|value| value.to_str().ok());
        let cookie = cookie.expect("it signs in").split(';').next().unwrap_or_default();
        self.cookie = cookie.to_owned();
    }

    /// Sends a request as the administrator's browser would.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        request = request.header("cookie", &self.cookie).header("x-operate-csrf", "1");
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Sends a request that must succeed, and returns its JSON.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let answer = self.send(method, path, body).await;
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, path, None).await
    }

    /// The entries of a list.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let list = self.get(path).await;
        list["items"].as_array().unwrap_or_else(|| panic!("{path} is no list: {list}")).clone()
    }

    /// Applies an estate.
    pub async fn apply(&self, text: &str) {
        let body = json!({ "files": [{ "name": "estate.yaml", "text": text }], "prune": false });
        let plan = self.call(Method::POST, "/api/v1/estate/apply", Some(body)).await;
        assert_eq!(plan["errors"], json!([]), "the estate has mistakes");
    }

    /// Posts alerts as Prometheus does; returns whether they were accepted.
    pub async fn post_alerts(&self, alerts: &Value) -> bool {
        let url = format!("{}/api/v2/alerts", self.url);
        let answer = self.client.post(url).json(alerts).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// A client for requests that a test spells out itself.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Runs the binary as an operator on the same machine does.
    pub fn cli(&self, arguments: &[&str]) -> Output {
        run(Command::new(BINARY).args(arguments).env("OPERATE_URL", &self.url))
    }

    /// Runs the binary as [`Operate::cli`] does, with a token.
    pub fn cli_as(&self, token: &str, arguments: &[&str]) -> Output {
        run(Command::new(BINARY)
            .args(arguments)
            .env("OPERATE_URL", &self.url)
            .env("OPERATE_TOKEN", token))
    }

    /// Makes an API token and returns its secret.
    pub async fn token(&self, role: &str, scopes: &[&str]) -> String {
        let body = json!({ "name": format!("{role}-token"), "role": role, "scopes": scopes });
        let made = self.call(Method::POST, "/api/v1/tokens", Some(body)).await;
        made["secret"].as_str().unwrap_or_else(|| panic!("no secret in {made}")).to_owned()
    }
}

/// The one-time code in what the server printed at its first start.
fn setup_code(printed: &str) -> Option<String> {
    let (_, after) = printed.split_once("one-time code:")?;
    after.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}
