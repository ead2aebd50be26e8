//! `http_config`: how requests are authorised, and by which way they go.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use super::oauth2::OAuth2Config;
use super::proxy::ProxyConfig;
use super::tls::TlsConfig;
use super::{NotSent, Notice, Problems, Secret, Transport};

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
    /// A token that another service gives.
    pub oauth2: Option<OAuth2Config>,
    /// Taken and not needed: the protocol is agreed on with the server.
    pub enable_http2: Option<bool>,
    /// Taken and not followed: redirects would carry a notification elsewhere.
    pub follow_redirects: Option<bool>,
    /// The proxy that requests go through. It may hold a password.
    pub proxy_url: Option<Secret>,
    /// What is reached without it: names, addresses and networks, separated by commas.
    pub no_proxy: Option<String>,
    /// Whether it is the one that the environment names.
    pub proxy_from_environment: bool,
    /// What it is told when a connection is asked for.
    pub proxy_connect_header: BTreeMap<String, Vec<Secret>>,
    /// How connections are encrypted.
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
        if let Some(oauth2) = &self.oauth2 {
            oauth2.check(problems);
        }
        self.proxy().check("", &self.tls_config, problems);
        self.tls_config.check("tls_config", problems);
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

    fn proxy(&self) -> ProxyConfig<'_> {
        let (url, except) = (&self.proxy_url, &self.no_proxy);
        ProxyConfig::new(url, except, self.proxy_from_environment, &self.proxy_connect_header)
    }

    fn check_authorization(&self, problems: &mut Problems) {
        let bearer = self.bearer_token.is_some() || self.bearer_token_file.is_some();
        let (basic, token) = (self.basic_auth.is_some(), self.authorization.is_some());
        let ways = [basic, token, bearer, self.oauth2.is_some()];
        if ways.iter().filter(|way| **way).count() > 1 {
            let problem = "one of basic_auth, authorization, bearer_token and oauth2 can be given, \
                           not two";
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
        let own = basic.chain(token).chain(bearer).flatten().chain(headers.map(String::as_str));
        let oauth2 = self.oauth2.iter().flat_map(OAuth2Config::files);
        own.chain(self.tls_config.files()).chain(oauth2).collect()
    }

    /// By which way its requests go; nothing for the usual one.
    pub(super) fn transport(&self, notice: &Notice<'_>) -> Result<Option<Transport>, NotSent> {
        let oauth2 = self.oauth2.as_ref().map(|oauth2| oauth2.grant(notice)).transpose()?;
        let tls = self.tls_config.tls(notice)?;
        let transport =
            Transport { tls, proxy: self.proxy().complete(), oauth2: oauth2.map(Box::new) };
        Ok((transport != Transport::default()).then_some(transport))
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
