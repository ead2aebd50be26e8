//! Mails: a page of HTML and a text, with headers that may be templates.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Deserialize;

use super::tls::TlsConfig;
use super::{
    Call, HttpConfig, MailCall, MailServer, NotSent, Notice, Problems, Receiver, Secret,
    default_template,
};

/// A mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmailConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// The recipients, separated by commas.
    pub to: String,
    /// The sender.
    pub from: String,
    /// The server, as `host:port`.
    pub smarthost: String,
    /// The name to greet the server with.
    pub hello: Option<String>,
    /// Who signs in; nobody without it.
    pub auth_username: Option<String>,
    /// The password.
    pub auth_password: Secret,
    /// The file with the password.
    pub auth_password_file: Option<String>,
    /// Refused: CRAM-MD5 is not spoken.
    pub auth_secret: Secret,
    /// Refused: as `auth_secret`.
    pub auth_secret_file: Option<String>,
    /// Who acts, when that is not who signs in. Refused when it is another.
    pub auth_identity: Option<String>,
    /// Whether a mail may only go over an encrypted connection.
    pub require_tls: bool,
    /// Whether the first byte is encrypted; without it, on port 465.
    pub force_implicit_tls: Option<bool>,
    /// How the connection is encrypted.
    pub tls_config: TlsConfig,
    /// Further headers, and what stands in place of `From`, `To` and `Subject`.
    pub headers: BTreeMap<String, String>,
    /// The page.
    pub html: String,
    /// The plain text.
    pub text: String,
    /// Whether mails of a group are shown together.
    pub threading: Threading,
}

/// Whether mails of a group are shown together.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Threading {
    /// Whether they are.
    pub enabled: bool,
    /// `daily`: those of a day; `none`: all.
    pub thread_by_date: Option<String>,
}

impl Default for EmailConfig {
    fn default() -> EmailConfig {
        EmailConfig {
            send_resolved: false,
            to: String::new(),
            from: String::new(),
            smarthost: String::new(),
            hello: None,
            auth_username: None,
            auth_password: Secret::default(),
            auth_password_file: None,
            auth_secret: Secret::default(),
            auth_secret_file: None,
            auth_identity: None,
            require_tls: true,
            force_implicit_tls: None,
            tls_config: TlsConfig::default(),
            headers: BTreeMap::new(),
            html: default_template("email.default.html"),
            text: String::new(),
            threading: Threading::default(),
        }
    }
}

/// Headers that the mail has by itself and that a configuration does not set.
const RESERVED: [&str; 5] =
    ["content-type", "content-transfer-encoding", "mime-version", "message-id", "bcc"];

impl EmailConfig {
    fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    fn server(&self, notice: &Notice<'_>) -> Result<MailServer, NotSent> {
        let (host, port) = host_and_port(&self.smarthost)
            .ok_or_else(|| NotSent::new("smarthost", "has to be host:port"))?;
        let user = self.auth_username.as_ref().filter(|user| !user.is_empty());
        let credentials = match user {
            Some(user) => {
                let password = notice.secret(&self.auth_password, &self.auth_password_file)?;
                Some((user.clone(), Secret::new(password)))
            }
            None => None,
        };
        Ok(MailServer {
            host: host.to_owned(),
            port,
            hello: self.hello.clone().filter(|hello| !hello.is_empty()),
            implicit_tls: self.force_implicit_tls.unwrap_or(port == 465),
            require_tls: self.require_tls,
            credentials,
            tls: self.tls_config.tls(notice)?,
        })
    }

    /// What mails of one thread have in common: the group, and the day when they are told apart.
    fn thread(&self, notice: &Notice<'_>) -> Option<String> {
        let daily = self.threading.thread_by_date.as_deref() != Some("none");
        let day = notice.now().to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string();
        let hash = notice.group_hash();
        let key = if daily { format!("{hash}-{day}") } else { hash };
        self.threading.enabled.then_some(key)
    }
}

impl Receiver for EmailConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        None
    }

    fn files(&self) -> Vec<&Option<String>> {
        let TlsConfig { ca_file, cert_file, key_file, .. } = &self.tls_config;
        vec![&self.auth_password_file, ca_file, cert_file, key_file]
    }

    fn templates(&self) -> Vec<(String, &str)> {
        let own = [("to", &self.to), ("from", &self.from), ("text", &self.text)];
        let own = own.into_iter().map(|(name, source)| (name.to_owned(), source.as_str()));
        let headers = self.headers.iter().map(|(name, value)| (format!("headers.{name}"), value));
        own.chain(headers.map(|(name, value)| (name, value.as_str()))).collect()
    }

    fn pages(&self) -> Vec<(&'static str, &str)> {
        vec![("html", &self.html)]
    }

    fn check(&self, problems: &mut Problems) {
        problems.needed("to", &self.to);
        problems.needed("from", &self.from);
        if host_and_port(&self.smarthost).is_none() {
            problems.add("smarthost", "has to be host:port, as in mail.example.org:587");
        }
        problems.one_of("auth_password", !self.auth_password.is_empty(), &self.auth_password_file);
        let secret = !self.auth_secret.is_empty() || self.auth_secret_file.is_some();
        if secret && self.auth_password.is_empty() && self.auth_password_file.is_none() {
            let problem = "is for CRAM-MD5, which is not supported: give auth_password";
            problems.add("auth_secret", problem);
        }
        let identity = self.auth_identity.as_deref().unwrap_or_default();
        if !identity.is_empty() && self.auth_username.as_deref() != Some(identity) {
            let problem = "is not supported: who signs in also acts, leave it out";
            problems.add("auth_identity", problem);
        }
        self.tls_config.check("tls_config", problems);
        if self.tls_config.max_version.as_deref() == Some("TLS12") {
            let problem = "is not supported for mail: leave it out, 1.2 and 1.3 are spoken";
            problems.add("tls_config.max_version", problem);
        }
        let date = self.threading.thread_by_date.as_deref().unwrap_or("daily");
        if !["daily", "none"].contains(&date) {
            problems.add("threading.thread_by_date", "has to be daily or none");
        }
        let mut seen: Vec<String> = Vec::new();
        for name in self.headers.keys() {
            let plain = name.to_ascii_lowercase();
            let fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_graphic() && c != ':');
            if !fits {
                problems.add(format!("headers.{name}"), "is no name of a header");
            }
            if RESERVED.contains(&plain.as_str()) {
                problems.add(format!("headers.{name}"), "is set by the mail itself: leave it out");
            }
            if seen.contains(&plain) {
                problems.add(format!("headers.{name}"), "is given twice: leave one out");
            }
            seen.push(plain);
        }
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let subject = default_template("email.default.subject");
        let from = notice.text("from", self.header("from").unwrap_or(&self.from))?;
        let subject = notice.text("headers.Subject", self.header("subject").unwrap_or(&subject))?;
        let to = mailboxes(&notice.text("to", &self.to)?);
        if to.is_empty() {
            return Err(NotSent::new("to", "names nobody"));
        }
        let mut headers = Vec::new();
        for (name, source) in &self.headers {
            if ["from", "subject"].contains(&name.to_ascii_lowercase().as_str()) {
                continue;
            }
            let value = notice.text(&format!("headers.{name}"), source)?;
            headers.push((name.clone(), one_line(&value)));
        }
        let text = notice.text("text", &self.text)?;
        let html = notice.html("html", &self.html)?;
        let mail = MailCall {
            from: one_line(&from),
            to,
            subject: one_line(&subject),
            text: Some(text).filter(|text| !text.is_empty()),
            html: Some(html).filter(|html| !html.is_empty()),
            headers,
            thread: self.thread(notice),
            server: self.server(notice)?,
        };
        Ok(vec![Call::Mail(Box::new(mail))])
    }
}

fn host_and_port(smarthost: &str) -> Option<(&str, u16)> {
    let (host, port) = smarthost.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Some((host, port.parse().ok()?)).filter(|(host, port)| !host.is_empty() && *port > 0)
}

/// The mailboxes of a list: commas in quotes and in angle brackets separate nothing.
fn mailboxes(list: &str) -> Vec<String> {
    let (mut quoted, mut bracketed) = (false, false);
    let parts = list.split(|c| {
        match c {
            '"' => quoted = !quoted,
            '<' => bracketed = true,
            '>' => bracketed = false,
            _ => {}
        }
        c == ',' && !quoted && !bracketed
    });
    parts.map(one_line).filter(|mailbox| !mailbox.is_empty()).collect()
}

/// The text without line breaks and other control characters, which headers cannot have.
fn one_line(text: &str) -> String {
    let parts = text.split(|c: char| c.is_control()).map(str::trim).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}
