//! `proxy_url` and its kin: through which proxy requests go.

use std::collections::BTreeMap;

use reqwest::Url;

use super::tls::TlsConfig;
use super::transport::Proxy;
use super::{Problems, Secret};

/// What a configuration says of a proxy.
pub(super) struct ProxyConfig<'a> {
    url: Option<&'a Secret>,
    except: &'a str,
    from_environment: bool,
    headers: &'a BTreeMap<String, Vec<Secret>>,
}

impl<'a> ProxyConfig<'a> {
    /// From its fields, which stand among those of `http_config` and of `oauth2`.
    pub(super) fn new(
        url: &'a Option<Secret>,
        except: &'a Option<String>,
        from_environment: bool,
        headers: &'a BTreeMap<String, Vec<Secret>>,
    ) -> ProxyConfig<'a> {
        let url = url.as_ref().filter(|url| !url.is_empty());
        let except = except.as_deref().unwrap_or_default();
        ProxyConfig { url, except, from_environment, headers }
    }

    /// What of it is wrong, by itself and beside how connections are encrypted.
    pub(super) fn check(&self, within: &str, tls: &TlsConfig, problems: &mut Problems) {
        let field = |name: &str| format!("{within}{name}");
        if let Some(url) = self.url {
            match Url::parse(url.reveal()) {
                Ok(url) if matches!(url.scheme(), "http" | "https") => {}
                Ok(url) if matches!(url.scheme(), "socks5" | "socks5h") => {
                    if !self.headers.is_empty() {
                        let problem = "is nothing to a proxy of SOCKS: take it out";
                        problems.add(field("proxy_connect_header"), problem);
                    }
                }
                Ok(_) => {
                    let problem = "is not supported: write http://, https:// or socks5://";
                    problems.add(field("proxy_url"), problem);
                }
                // What was given may hold a password.
                Err(error) => problems.add(field("proxy_url"), format!("is no address: {error}")),
            }
        }
        if self.from_environment && self.url.is_some() {
            let problem = "cannot be given beside proxy_url: leave one of them out";
            problems.add(field("proxy_from_environment"), problem);
        }
        if !self.except.is_empty() && self.from_environment {
            let problem = "cannot be given beside proxy_from_environment: NO_PROXY counts there";
            problems.add(field("no_proxy"), problem);
        } else if !self.except.is_empty() && self.url.is_none() {
            problems.add(field("no_proxy"), "has no proxy: add proxy_url, or take it out");
        }
        if !self.headers.is_empty() && self.url.is_none() {
            let problem = "has no proxy: add proxy_url, or take it out";
            problems.add(field("proxy_connect_header"), problem);
        }
        let named = tls.server_name.as_ref().is_some_and(|name| !name.is_empty());
        if named && (self.url.is_some() || self.from_environment) {
            let problem = "is not supported beside a proxy: use an address with that name";
            problems.add(field("tls_config.server_name"), problem);
        }
    }

    /// It, complete.
    pub(super) fn complete(&self) -> Option<Proxy> {
        let Some(url) = self.url else {
            return self.from_environment.then_some(Proxy::Environment);
        };
        let pairs = |(name, values): (&String, &Vec<Secret>)| {
            values.iter().map(|value| (name.clone(), value.clone())).collect::<Vec<_>>()
        };
        Some(Proxy::At {
            url: url.clone(),
            except: self.except.to_owned(),
            headers: self.headers.iter().flat_map(pairs).collect(),
        })
    }
}
