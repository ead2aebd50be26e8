//! `http_config`: how requests are authorised, and what of it is not supported.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{NotSent, Notice, Problems, Secret};

/// How the requests of a receiver are made.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Name and password.
    pub basic_auth: Option<BasicAuth>,
    /// A token.
    pub authorization: Option<Authorization>,
    /// The older spelling of `authorization`.
    pub bearer_token: Option<Secret>,
    /// The older spelling of `authorization`.
    pub bearer_token_file: Option<String>,
    /// Refused: not supported.
    pub oauth2: Option<IgnoredAny>,
    /// Taken and not needed: the protocol is agreed on with the server.
    pub enable_http2: Option<bool>,
    /// Taken and not followed: redirects would carry a notification elsewhere.
    pub follow_redirects: Option<bool>,
    /// Refused: a proxy would resolve names behind the guard's back.
    pub proxy_url: Option<String>,
    /// Without a proxy there is nothing to except.
    pub no_proxy: Option<String>,
    /// Refused when true.
    pub proxy_from_environment: bool,
    /// Refused when not empty.
    pub proxy_connect_header: BTreeMap<String, IgnoredAny>,
    /// Versions only.
    pub tls_config: TlsConfig,
    /// Further headers.
    pub http_headers: BTreeMap<String, HeaderConfig>,
}

/// Name and password.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BasicAuth {
    /// Who.
    pub username: String,
    /// The file with who.
    pub username_file: Option<String>,
    /// The password.
    pub password: Secret,
    /// The file with the password.
    pub password_file: Option<String>,
}

/// A token and its kind.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Authorization {
    /// `Bearer` when it is not given.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The token.
    pub credentials: Secret,
    /// The file with the token.
    pub credentials_file: Option<String>,
}

/// Values of a header.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HeaderConfig {
    /// Values that may be shown.
    pub values: Vec<String>,
    /// Values that may not.
    pub secrets: Vec<Secret>,
    /// Files with values.
    pub files: Vec<String>,
}

/// How connections are encrypted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsConfig {
    /// Refused: certificates are those that the system trusts.
    pub ca: Option<String>,
    /// Refused: as `ca`.
    pub ca_file: Option<String>,
    /// Refused: not supported.
    pub cert: Option<String>,
    /// Refused: not supported.
    pub cert_file: Option<String>,
    /// Refused: not supported.
    pub key: Option<Secret>,
    /// Refused: not supported.
    pub key_file: Option<String>,
    /// Refused: the name is that of the address.
    pub server_name: Option<String>,
    /// Refused when true.
    pub insecure_skip_verify: bool,
    /// `TLS12` or what is older: older ones are not spoken.
    pub min_version: Option<String>,
    /// `TLS13`.
    pub max_version: Option<String>,
}

impl TlsConfig {
    /// What of it is not supported.
    pub(super) fn check(&self, problems: &mut Problems) {
        let own = "add the certificate to those that the system trusts";
        let client = "certificates of clients are not supported: put a proxy that has one before \
                      the service";
        let texts = [
            ("ca", &self.ca, own),
            ("ca_file", &self.ca_file, own),
            ("cert", &self.cert, client),
            ("cert_file", &self.cert_file, client),
            ("key_file", &self.key_file, client),
            ("server_name", &self.server_name, "use an address with that name"),
        ];
        for (field, value, mend) in texts {
            if value.as_ref().is_some_and(|value| !value.is_empty()) {
                problems.add(format!("tls_config.{field}"), format!("is not supported: {mend}"));
            }
        }
        if self.key.is_some() {
            problems.add("tls_config.key", format!("is not supported: {client}"));
        }
        if self.insecure_skip_verify {
            let problem = format!("is not supported, connections are always verified: {own}");
            problems.add("tls_config.insecure_skip_verify", problem);
        }
        let versions = ["TLS10", "TLS11", "TLS12", "TLS13"];
        if self
            .min_version
            .as_ref()
            .is_some_and(|version| !versions[..3].contains(&version.as_str()))
        {
            let problem = "cannot be asked for: TLS 1.2 and 1.3 are spoken, leave it out";
            problems.add("tls_config.min_version", problem);
        }
        if self.max_version.as_ref().is_some_and(|version| version != "TLS13") {
            let problem = "cannot be asked for: TLS 1.2 and 1.3 are spoken, leave it out";
            problems.add("tls_config.max_version", problem);
        }
    }
}

/// Headers that requests have by themselves.
const RESERVED: [&str; 12] = [
    "authorization",
    "host",
    "content-encoding",
    "content-length",
    "content-type",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "accept-encoding",
];

impl HttpConfig {
    /// What of it is wrong or not supported.
    pub(super) fn check(&self, problems: &mut Problems) {
        self.check_authorization(problems);
        if self.oauth2.is_some() {
            let problem = "is not supported: give a lasting token in authorization.credentials, \
                           or in a file that something else renews in credentials_file";
            problems.add("oauth2", problem);
        }
        let direct = "is not supported: connections are direct, so that private addresses can be \
                      refused; allow this machine the way to the service";
        if self.proxy_url.as_ref().is_some_and(|url| !url.is_empty()) {
            problems.add("proxy_url", direct);
        }
        if self.proxy_from_environment {
            problems.add("proxy_from_environment", direct);
        }
        if !self.proxy_connect_header.is_empty() {
            problems.add("proxy_connect_header", direct);
        }
        self.tls_config.check(problems);
        for (name, header) in &self.http_headers {
            if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
                let problem = "is set by the request itself: leave it out, or use authorization";
                problems.add(format!("http_headers.{name}"), problem);
            }
            let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            if name.is_empty() || !name.chars().all(fits) {
                problems.add(format!("http_headers.{name}"), "is no name of a header");
            }
            let shown = header.values.iter().any(|value| value.contains(['\r', '\n', '\0']));
            let secret = |value: &Secret| value.reveal().contains(['\r', '\n', '\0']);
            if shown || header.secrets.iter().any(secret) {
                problems.add(format!("http_headers.{name}"), "a value has a line break");
            }
        }
    }

    fn check_authorization(&self, problems: &mut Problems) {
        let bearer = self.bearer_token.is_some() || self.bearer_token_file.is_some();
        let ways = [self.basic_auth.is_some(), self.authorization.is_some(), bearer];
        if ways.iter().filter(|way| **way).count() > 1 {
            let problem = "one of basic_auth, authorization and bearer_token can be given, not two";
            problems.add("authorization", problem);
        }
        problems.one_of("bearer_token", self.bearer_token.is_some(), &self.bearer_token_file);
        if let Some(basic) = &self.basic_auth {
            problems.one_of(
                "basic_auth.password",
                !basic.password.is_empty(),
                &basic.password_file,
            );
            problems.one_of(
                "basic_auth.username",
                !basic.username.is_empty(),
                &basic.username_file,
            );
        }
        if let Some(token) = &self.authorization {
            let given = !token.credentials.is_empty();
            problems.one_of("authorization.credentials", given, &token.credentials_file);
            if token.kind.as_ref().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("basic")) {
                problems.add("authorization.type", "cannot be Basic: write basic_auth");
            }
        }
    }

    /// The files that hold its secrets.
    pub(super) fn files(&self) -> Vec<&str> {
        let basic = self
            .basic_auth
            .iter()
            .flat_map(|basic| [basic.username_file.as_deref(), basic.password_file.as_deref()]);
        let token = self.authorization.iter().map(|token| token.credentials_file.as_deref());
        let bearer = [self.bearer_token_file.as_deref()];
        let headers = self.http_headers.values().flat_map(|header| &header.files);
        basic.chain(token).chain(bearer).flatten().chain(headers.map(String::as_str)).collect()
    }

    /// The headers that authorise its requests, and those that it adds.
    pub(super) fn headers(&self, notice: &Notice<'_>) -> Result<Vec<(String, String)>, NotSent> {
        let mut headers = Vec::new();
        if let Some(value) = self.authorization(notice)? {
            headers.push(("Authorization".to_owned(), value));
        }
        for (name, header) in &self.http_headers {
            let shown = header.values.iter().cloned();
            let secret = header.secrets.iter().map(|value| value.reveal().to_owned());
            let mut values: Vec<String> = shown.chain(secret).collect();
            for file in &header.files {
                values.push(notice.file(file)?.to_owned());
            }
            headers.extend(values.into_iter().map(|value| (name.clone(), value)));
        }
        Ok(headers)
    }

    fn authorization(&self, notice: &Notice<'_>) -> Result<Option<String>, NotSent> {
        if let Some(basic) = &self.basic_auth {
            let name = match &basic.username_file {
                Some(file) => notice.file(file)?,
                None => &basic.username,
            };
            let password = notice.secret(&basic.password, &basic.password_file)?;
            let pair = BASE64_STANDARD.encode(format!("{name}:{password}"));
            return Ok(Some(format!("Basic {pair}")));
        }
        if let Some(token) = &self.authorization {
            let kind = token.kind.as_deref().map(str::trim).filter(|kind| !kind.is_empty());
            let credentials = notice.secret(&token.credentials, &token.credentials_file)?;
            return Ok(Some(format!("{} {credentials}", kind.unwrap_or("Bearer"))));
        }
        if self.bearer_token.is_none() && self.bearer_token_file.is_none() {
            return Ok(None);
        }
        let none = Secret::default();
        let token = self.bearer_token.as_ref().unwrap_or(&none);
        Ok(Some(format!("Bearer {}", notice.secret(token, &self.bearer_token_file)?)))
    }
}
