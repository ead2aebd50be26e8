//! Settings: defaults, then a TOML file, then the environment, then flags. Unknown keys are errors.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use connectors::paging::Channels;
use connectors::tls::Tls;
use connectors::webhook::Allowed;
use serde::{Deserialize, Serialize};

mod calling;
mod kept;
mod log;

pub use calling::Calling;
pub use kept::KeptBackups;
pub use log::Log;

/// Every setting, with its default. In the environment a setting is spelled `OPERATE_` and its
/// path in capitals with `__` between sections: `OPERATE_SMTP__HOST`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address and port to listen on. Loopback unless told otherwise.
    pub listen: SocketAddr,
    /// Further addresses to listen on.
    pub listen_also: Vec<SocketAddr>,
    /// Folder for the database, the key file and everything else that is kept.
    pub data: PathBuf,
    /// `postgres://…`; when absent, SQLite in the data folder.
    pub database: Option<String>,
    /// What links in messages begin with, when it is not `http://LISTEN`.
    pub public_url: Option<String>,
    /// File with the 32-byte key that secrets are sealed under; nodes of one database share it.
    pub key_file: Option<PathBuf>,
    /// How connections are made private; without a certificate they are not.
    pub tls: Tls,
    /// Outgoing mail. Without a host no mail is sent.
    pub smtp: Smtp,
    /// Outgoing webhooks.
    pub webhook: Webhook,
    /// The services through which people are called besides.
    pub channels: Channels,
    /// How often people are called by one way.
    pub calling: Calling,
    /// Incoming alerts and events.
    pub intake: Intake,
    /// Who is told of groups of alerts.
    pub routing: Routing,
    /// How long what happened is kept.
    pub history: History,
    /// What is counted for objectives.
    pub objectives: Objectives,
    /// Backups that Operate makes by itself.
    pub backup: KeptBackups,
    /// What is logged, and how.
    pub log: Log,
    /// Who may do what Alertmanager lets everybody do, each with the bcrypt of a password.
    #[serde(skip)]
    pub guests: BTreeMap<String, String>,
    /// Headers that every answer carries.
    #[serde(skip)]
    pub headers: BTreeMap<String, String>,
}

/// How mail leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Smtp {
    /// The mail server; empty: mail is not sent, and pages by mail say so.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `none`, `starttls` or `implicit`.
    pub tls: String,
    /// Account, when the server wants one.
    pub user: Option<String>,
    /// Its password.
    #[serde(skip_serializing)]
    pub password: Option<String>,
    /// Sender address.
    pub from: String,
    /// How long one delivery may take.
    pub timeout_seconds: u64,
}

/// How webhooks leave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhook {
    /// Hosts, addresses or networks (`10.0.0.0/8`) that may be called although they are private.
    pub allow: Vec<String>,
    /// How long one call may take.
    pub timeout_seconds: u64,
}

/// What comes in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Intake {
    /// Accept alerts without a key from this machine, while listening on loopback only.
    pub open_on_loopback: bool,
    /// Accept alerts without a key from everybody, as Alertmanager does.
    pub open: bool,
    /// An alert that names no end is taken as over when it is not sent again for so long.
    pub resolve_timeout_seconds: u64,
    /// Largest body of one request.
    pub body_bytes_max: usize,
}

/// Who is told of groups of alerts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Routing {
    /// A configuration file of Alertmanager: its routes, receivers, inhibition, time intervals.
    pub file: Option<PathBuf>,
    /// What the paths of Alertmanager's API also begin with, such as `/alertmanager`.
    pub prefix: String,
    /// How long it is known what receivers were told, and how long a silence that is over is shown
    /// to clients of Alertmanager.
    pub retention_seconds: u64,
    /// How matchers in the file are read.
    #[serde(skip)]
    pub syntax: routing::Syntax,
}

/// How long what happened is kept. The journal is kept whole, whatever is said here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct History {
    /// What alerts went through is kept for so many days after they were over.
    pub retention_days: u32,
}

/// What is counted for objectives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Objectives {
    /// Hosts, addresses or networks (`10.0.0.0/8`) that data sources may be asked at although they
    /// are private.
    pub allow: Vec<String>,
    /// Counts by the minute are kept for so many days.
    pub retention_days: u32,
}

impl Default for Objectives {
    fn default() -> Objectives {
        // The longest window has a year and a day.
        Objectives { allow: Vec::new(), retention_days: 400 }
    }
}

impl Objectives {
    /// The private networks that sources may be in.
    ///
    /// # Errors
    /// The first entry that is none.
    pub fn allowed(&self) -> Result<Allowed, String> {
        Allowed::parse(&self.allow).map_err(|error| format!("objectives.allow: {error}"))
    }
}

impl Default for History {
    fn default() -> History {
        // A year, and some weeks to compare it with the year before.
        History { retention_days: 400 }
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 7070)),
            listen_also: Vec::new(),
            data: PathBuf::from("operate-data"),
            database: None,
            public_url: None,
            key_file: None,
            tls: Tls::default(),
            smtp: Smtp::default(),
            webhook: Webhook::default(),
            channels: Channels::default(),
            calling: Calling::default(),
            intake: Intake::default(),
            routing: Routing::default(),
            history: History::default(),
            objectives: Objectives::default(),
            backup: KeptBackups::default(),
            log: Log::default(),
            guests: BTreeMap::new(),
            headers: BTreeMap::new(),
        }
    }
}

impl Default for Routing {
    fn default() -> Routing {
        Routing {
            file: None,
            prefix: String::new(),
            // Alertmanager's own default, five days.
            retention_seconds: 432_000,
            syntax: routing::Syntax::default(),
        }
    }
}

impl Default for Smtp {
    fn default() -> Smtp {
        Smtp {
            host: String::new(),
            port: 25,
            tls: "none".to_owned(),
            user: None,
            password: None,
            from: "operate@localhost".to_owned(),
            timeout_seconds: 30,
        }
    }
}

impl Default for Webhook {
    fn default() -> Webhook {
        Webhook { allow: Vec::new(), timeout_seconds: 10 }
    }
}

impl Default for Intake {
    fn default() -> Intake {
        Intake {
            open_on_loopback: true,
            open: false,
            resolve_timeout_seconds: 300,
            body_bytes_max: 16 * 1024 * 1024,
        }
    }
}

/// A setting that cannot be used: where it was found, and what is wrong with it.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{place}: {message}")]
pub struct ConfigError {
    /// The file or the environment variable.
    pub place: String,
    /// What is wrong, with the place in the file where there is one.
    pub message: String,
}

/// Variables with the prefix that are not settings: they speak to the command line.
const NOT_SETTINGS: &[&str] = &["OPERATE_CONFIG", "OPERATE_URL", "OPERATE_TOKEN"];

impl Config {
    /// Reads the file, if one is named, and lays the environment over it.
    ///
    /// # Errors
    /// When the file cannot be read, or any key or value is wrong.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Config, ConfigError> {
        let mut table = match file {
            Some(path) => read(path)?,
            None => toml::Table::new(),
        };
        for (name, value) in environment {
            let ours = name.starts_with("OPERATE_") && !NOT_SETTINGS.contains(&name.as_str());
            if ours && !name.starts_with("OPERATE_TEST_") && !name.starts_with("OPERATE_SIM_") {
                lay_over(&mut table, &name, &value)?;
            }
        }
        Config::from_table(table, "the environment")
    }

    fn from_table(table: toml::Table, place: &str) -> Result<Config, ConfigError> {
        let wrong = |message: String| ConfigError { place: place.to_owned(), message };
        let mut config: Config = toml::Value::Table(table)
            .try_into()
            .map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
        config.channels.read_secrets().map_err(wrong)?;
        config.validate().map_err(wrong)?;
        Ok(config)
    }

    fn validate(&self) -> Result<(), String> {
        if !["none", "starttls", "implicit"].contains(&self.smtp.tls.as_str()) {
            return Err("smtp.tls is none, starttls or implicit".to_owned());
        }
        self.log.check()?;
        if self.history.retention_days == 0 {
            return Err("history.retention_days must be at least 1".to_owned());
        }
        if self.objectives.retention_days == 0 {
            return Err("objectives.retention_days must be at least 1".to_owned());
        }
        if self.tls.newest < self.tls.oldest {
            return Err("tls.newest is older than tls.oldest".to_owned());
        }
        self.objectives.allowed()?;
        self.calling.check()?;
        self.backup.check()?;
        self.channels.check()?;
        if self.intake.resolve_timeout_seconds == 0 {
            return Err("intake.resolve_timeout_seconds must be at least 1".to_owned());
        }
        Ok(())
    }

    /// Whether nobody reaches it from another machine.
    pub fn only_from_here(&self) -> bool {
        std::iter::once(&self.listen).chain(&self.listen_also).all(|own| own.ip().is_loopback())
    }

    /// Where the database is.
    pub fn database_url(&self) -> String {
        match &self.database {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.data.join("operate.db").display()),
        }
    }

    /// Whether there is a mail server; without one pages by mail cannot be delivered.
    pub fn mail_configured(&self) -> bool {
        !self.smtp.host.is_empty()
    }

    /// The key file.
    pub fn key_path(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.data.join("secret.key"))
    }

    /// What links begin with, without a slash at the end.
    pub fn base_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None if self.tls.is_on() => format!("https://{}", self.listen),
            None => format!("http://{}", self.listen),
        }
    }
}

fn read(path: &Path) -> Result<toml::Table, ConfigError> {
    let place = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError { place: place.clone(), message: error.to_string() })?;
    // Checked here already, so that an error names line and column of the file.
    toml::from_str::<Config>(&text)
        .and_then(|_| toml::from_str::<toml::Table>(&text))
        .map_err(|error| ConfigError { place, message: error.to_string() })
}

fn lay_over(table: &mut toml::Table, name: &str, value: &str) -> Result<(), ConfigError> {
    let path = name["OPERATE_".len()..].to_lowercase();
    let mut keys: Vec<&str> = path.split("__").collect();
    let last = keys.pop().unwrap_or_default();
    let mut section = table;
    for key in keys {
        let entry = section.entry(key).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        let toml::Value::Table(inner) = entry else {
            let message = format!("`{key}` is no section");
            return Err(ConfigError { place: name.to_owned(), message });
        };
        section = inner;
    }
    section.insert(last.to_owned(), guess(last, value));
    Ok(())
}

/// Numbers, truths and lists as such, everything else as text.
fn guess(key: &str, value: &str) -> toml::Value {
    if matches!(key, "allow" | "listen_also" | "ciphers" | "groups") {
        let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
        return toml::Value::Array(parts.map(|part| toml::Value::String(part.into())).collect());
    }
    const TEXTS: [&str; 14] = [
        "password",
        "user",
        "host",
        "from",
        "data",
        "level",
        "token",
        "secret",
        "secret_file",
        "signature_secret",
        "account",
        "url",
        "body",
        "content_type",
    ];
    let wants_text = TEXTS.contains(&key);
    match value {
        _ if wants_text => toml::Value::String(value.to_owned()),
        "true" => toml::Value::Boolean(true),
        "false" => toml::Value::Boolean(false),
        _ => value
            .parse()
            .map_or_else(|_| toml::Value::String(value.to_owned()), toml::Value::Integer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let pairs = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Config::load(None, pairs)
    }

    #[test]
    fn nothing_said_means_loopback_and_sqlite() {
        let config = with(&[]).unwrap();
        assert!(config.listen.ip().is_loopback());
        assert!(config.database_url().starts_with("sqlite:"));
    }

    #[test]
    fn the_environment_reaches_into_sections() {
        let config = with(&[
            ("OPERATE_SMTP__HOST", "mail.example.org"),
            ("OPERATE_SMTP__PORT", "587"),
            ("OPERATE_WEBHOOK__ALLOW", "10.0.0.0/8, chat.internal"),
            ("OPERATE_TLS__GROUPS", "X25519,CurveP256"),
        ])
        .unwrap();
        assert_eq!(config.tls.groups, ["X25519", "CurveP256"]);
        assert_eq!((config.smtp.host.as_str(), config.smtp.port), ("mail.example.org", 587));
        assert_eq!(config.webhook.allow, ["10.0.0.0/8", "chat.internal"]);
    }

    #[test]
    fn answers_that_can_never_come_in_are_refused_with_what_to_write() {
        let sms = |more: &[(&str, &str)]| {
            let mut all = vec![
                ("OPERATE_CHANNELS__SMS__ACCOUNT", "AC1"),
                ("OPERATE_CHANNELS__SMS__SECRET", "s"),
            ];
            all.extend(more);
            with(&all).map(|config| config.channels.sms.answers())
        };
        let provider = |name| ("OPERATE_CHANNELS__SMS__PROVIDER", name);
        let answers = |how| ("OPERATE_CHANNELS__SMS__ANSWERS", how);
        let number = ("OPERATE_CHANNELS__SMS__FROM", "4930100");
        for (set, field) in [
            ([provider("vonage"), answers("webhook"), number], "channels.sms.signature_secret"),
            ([provider("vonage"), answers("poll"), number], "channels.sms.answers"),
            ([provider("http"), answers("webhook"), number], "channels.sms.signature_secret"),
            ([provider("http"), answers("poll"), number], "channels.sms.answers"),
            (
                [provider("twilio"), answers("poll"), ("OPERATE_CHANNELS__SMS__FROM", "Operate")],
                "channels.sms.from",
            ),
        ] {
            let error = sms(&set).unwrap_err().message;
            assert!(error.starts_with(field) && error.contains("write"), "{error}");
        }
        let signed = ("OPERATE_CHANNELS__SMS__SIGNATURE_SECRET", "1234");
        let taken = sms(&[provider("vonage"), answers("webhook"), number, signed]);
        assert_eq!(taken, Ok(connectors::paging::Answers::Webhook));
        let url = ("OPERATE_CHANNELS__SMS__URL", "https://sms.example.org/send");
        let described = sms(&[provider("http"), answers("webhook"), number, signed, url]);
        assert_eq!(described, Ok(connectors::paging::Answers::Webhook));
        assert!(sms(&[provider("http"), answers("off"), number]).is_ok());
        assert!(sms(&[provider("vonage"), number]).is_ok(), "nothing was asked for");
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        let error = with(&[("OPERATE_LISTN", "x")]).unwrap_err();
        assert!(error.message.contains("listn"), "{error}");
    }

    #[test]
    fn an_error_in_the_file_names_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("operate.toml");
        std::fs::write(&path, "[smtp]\nhost = \"a\"\nprot = 25\n").unwrap();
        let error = Config::load(Some(&path), std::iter::empty()).unwrap_err();
        assert!(error.to_string().contains("operate.toml"), "{error}");
        assert!(error.message.contains("line 3"), "{error}");
    }
}
