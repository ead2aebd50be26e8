use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use reqwest::{Method, Response};
use serde_json::Value;

use super::operate::BINARY;
use super::program::{Program, free_port};
use super::{client, wait_until};

/// Which program it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Make {
    /// Debian's Alertmanager.
    Alertmanager,
    /// `operate alertmanager`.
    Operate,
}

/// Alertmanager, or Operate in its place: the same file, flags and addresses.
pub struct Alerting {
    /// `http://127.0.0.1:PORT`, and the prefix of routes where it has one.
    pub url: String,
    make: Make,
    folder: tempfile::TempDir,
    port: u16,
    prefix: &'static str,
    /// The file of `--web.config.file`, where there is one.
    web: Option<PathBuf>,
    program: Option<Program>,
    client: reqwest::Client,
}

impl Alerting {
    /// Starts it with this configuration in a folder of its own.
    pub async fn start(make: Make, config: &str) -> Alerting {
        Alerting::start_below(make, config, "").await
    }

    /// The same, with all addresses below a prefix.
    pub async fn start_below(make: Make, config: &str, prefix: &'static str) -> Alerting {
        let port = free_port();
        let mut alerting = Alerting {
            url: format!("http://127.0.0.1:{port}{prefix}"),
            make,
            folder: tempfile::tempdir().expect("a folder"),
            port,
            prefix,
            web: None,
            program: None,
            client: client(),
        };
        alerting.configure(config);
        alerting.launch().await;
        alerting
    }

    /// The same over TLS and with what a file of `--web.config.file` says; this client is let in.
    pub async fn start_private(make: Make, web: PathBuf, client: reqwest::Client) -> Alerting {
        let port = free_port();
        let mut alerting = Alerting {
            url: format!("https://localhost:{port}"),
            make,
            folder: tempfile::tempdir().expect("a folder"),
            port,
            prefix: "",
            web: Some(web),
            program: None,
            client,
        };
        alerting.configure("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
        alerting.launch().await;
        alerting
    }

    /// The folder of its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("alertmanager.yml")
    }

    /// Writes its configuration; it is read at the next start or reload.
    pub fn configure(&self, config: &str) {
        std::fs::write(self.config(), config).expect("the folder can be written");
    }

    /// Starts it (again) on the same data, and waits until it is ready.
    pub async fn launch(&mut self) {
        self.begin();
        self.ready().await;
    }

    /// Starts it (again) on the same data.
    pub fn begin(&mut self) {
        let mut command = match self.make {
            Make::Alertmanager => Command::new("prometheus-alertmanager"),
            Make::Operate => Command::new(BINARY),
        };
        if self.make == Make::Operate {
            command.arg("alertmanager");
        }
        command.current_dir(self.folder.path());
        command.arg(format!("--config.file={}", self.config().display()));
        command.arg(format!("--storage.path={}", self.folder.path().join("data").display()));
        command.arg(format!("--web.listen-address=127.0.0.1:{}", self.port));
        command.arg("--cluster.listen-address=");
        if !self.prefix.is_empty() {
            command.arg(format!("--web.route-prefix={}", self.prefix));
        }
        if let Some(web) = &self.web {
            command.arg(format!("--web.config.file={}", web.display()));
        }
        let log = self.folder.path().join("program.log");
        self.program = Some(Program::start(&mut command, &log));
    }

    /// Waits until it answers.
    pub async fn ready(&mut self) {
        wait_until("it is ready", async || {
            let program = self.program.as_mut().expect("it was started");
            assert!(program.ended().is_none(), "{:?} ended:\n{}", self.make, program.printed());
            let answer = self.client.get(format!("{}/-/ready", self.url)).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// Sends it a signal: `HUP`, `TERM`.
    pub fn signal(&self, name: &str) {
        self.program.as_ref().expect("it was started").signal(name);
    }

    /// What it has printed.
    pub fn printed(&self) -> String {
        self.program.as_ref().expect("it was started").printed()
    }

    /// Waits until it has ended by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        let program = self.program.as_mut().expect("it was started");
        wait_until("it ends", async || program.ended()).await
    }

    /// Kills it on the spot: SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut program) = self.program.take() {
            program.kill();
        }
    }

    /// Asks it to read its configuration again.
    pub async fn reload(&self) -> Response {
        self.client.post(format!("{}/-/reload", self.url)).send().await.expect("it answers")
    }

    /// Sends alerts, which it must take.
    pub async fn post(&self, alerts: Value) {
        self.call(Method::POST, "/api/v2/alerts", Some(alerts)).await;
    }

    /// Asks for JSON.
    pub async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, path, None).await
    }

    /// Sends a request that must succeed, and returns its JSON, if it is any.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap_or_else(|error| panic!("{path}: {error}"));
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        assert!(status.is_success(), "{:?} {path}: {status} {text}", self.make);
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}
