//! `oauth2`: a token that another service gives, by the client credentials grant (RFC 6749, 4.4).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::proxy::ProxyConfig;
use super::tls::TlsConfig;
use super::transport::{Grant, Transport};
use super::{NotSent, Notice, Problems, Secret};

/// Who gives the token, and what for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OAuth2Config {
    /// Who asks.
    pub client_id: String,
    /// The password of who asks.
    pub client_secret: Secret,
    /// The file with it.
    pub client_secret_file: Option<String>,
    /// For what.
    pub scopes: Vec<String>,
    /// Where to ask.
    pub token_url: String,
    /// What else is sent with it.
    pub endpoint_params: BTreeMap<String, String>,
    /// How the connection is encrypted by which it is asked for.
    pub tls_config: TlsConfig,
    /// The proxy that requests go through. It may hold a password.
    pub proxy_url: Option<Secret>,
    /// What is reached without it: names, addresses and networks, separated by commas.
    pub no_proxy: Option<String>,
    /// Whether it is the one that the environment names.
    pub proxy_from_environment: bool,
    /// What it is told when a connection is asked for.
    pub proxy_connect_header: BTreeMap<String, Vec<Secret>>,
}

impl OAuth2Config {
    /// What of it is wrong.
    pub(super) fn check(&self, problems: &mut Problems) {
        problems.needed("oauth2.client_id", &self.client_id);
        problems.needed("oauth2.token_url", &self.token_url);
        problems.url("oauth2.token_url", &self.token_url);
        let given = !self.client_secret.is_empty();
        problems.exactly_one("oauth2.client_secret", given, &self.client_secret_file);
        self.tls_config.check("oauth2.tls_config", problems);
        self.proxy().check("oauth2.", &self.tls_config, problems);
    }

    fn proxy(&self) -> ProxyConfig<'_> {
        let (url, except) = (&self.proxy_url, &self.no_proxy);
        ProxyConfig::new(url, except, self.proxy_from_environment, &self.proxy_connect_header)
    }

    /// The files that it names.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.client_secret_file.as_deref().into_iter().chain(self.tls_config.files())
    }

    /// It, with what its files hold.
    pub(super) fn grant(&self, notice: &Notice<'_>) -> Result<Grant, NotSent> {
        let secret = notice.secret(&self.client_secret, &self.client_secret_file)?;
        let parameters = self.endpoint_params.iter();
        Ok(Grant {
            client_id: self.client_id.clone(),
            client_secret: Secret::new(secret),
            token_url: self.token_url.clone(),
            scopes: self.scopes.clone(),
            parameters: parameters.map(|(name, value)| (name.clone(), value.clone())).collect(),
            transport: Transport {
                tls: self.tls_config.tls(notice)?,
                proxy: self.proxy().complete(),
                oauth2: None,
            },
        })
    }
}
