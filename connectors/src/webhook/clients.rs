//! The clients that make requests: one for each way by which requests go, kept for the next one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Identity, NoProxy, Url};

use super::guard::{self, Allowed, Guard};
use crate::SendError;
use crate::receivers::{Proxy, Tls, Transport};
use crate::send::with_causes;
use crate::tls::TlsVersion;

/// As many clients are kept: a receiver whose files change gets a new one each time.
const KEPT_MAX: usize = 64;

/// What a client is made for: a way, and the host whose certificate has another name.
type Way = (Arc<Transport>, Option<String>);

/// The clients that were made so far, the newest last.
#[derive(Default)]
pub(super) struct Clients(Mutex<Vec<(Way, Client)>>);

impl Clients {
    /// The client for a request, and the address as it has to be asked for.
    pub(super) fn of(
        &self,
        through: &Arc<Transport>,
        mut url: Url,
        (allowed, timeout): (&Arc<Allowed>, Duration),
    ) -> Result<(Client, Url), SendError> {
        let mut host = None;
        if let Some(name) = &through.tls.server_name
            && url.scheme() == "https"
        {
            host = url.host_str().map(|host| host.trim_matches(['[', ']']).to_owned());
            url.set_host(Some(name)).map_err(|error| {
                SendError::lasting(format!("tls_config.server_name cannot be used: {error}"))
            })?;
        }
        let way = (through.clone(), host);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = kept.iter().find(|(known, _)| *known == way) {
            return Ok((client.clone(), url));
        }
        let client = made(&way, allowed, timeout)?;
        if kept.len() >= KEPT_MAX {
            kept.remove(0);
        }
        kept.push((way, client.clone()));
        Ok((client, url))
    }
}

/// What all clients have in common.
pub(super) fn builder(guard: Guard, timeout: Duration) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("Operate/", env!("CARGO_PKG_VERSION")))
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(guard)
        .pool_max_idle_per_host(0)
}

fn made(way: &Way, allowed: &Arc<Allowed>, timeout: Duration) -> Result<Client, SendError> {
    let (through, host) = way;
    let unusable = |field: &str, why: &dyn std::fmt::Display| {
        SendError::lasting(format!("{field} cannot be used: {why}"))
    };
    let alias = through.tls.server_name.clone().zip(host.clone());
    let mut builder = builder(Guard { allowed: allowed.clone(), alias }, timeout);
    builder = encrypted(builder, &through.tls)
        .map_err(|(field, why)| unusable(&format!("tls_config.{field}"), &why))?;
    builder = match &through.proxy {
        None => builder.no_proxy(),
        Some(Proxy::Environment) => builder,
        Some(Proxy::At { url, except, headers }) => {
            let mut parsed =
                Url::parse(url.reveal()).map_err(|error| unusable("proxy_url", &error))?;
            // Names are looked up by the proxy, as in Alertmanager and as with proxies of HTTP.
            if parsed.scheme() == "socks5" {
                let _ = parsed.set_scheme("socks5h");
            }
            guard::check(&parsed, allowed).map_err(|refused| unusable("proxy_url", &refused))?;
            let proxy = reqwest::Proxy::all(parsed)
                .map_err(|error| unusable("proxy_url", &with_causes(&error.without_url())))?;
            let mut told = HeaderMap::new();
            for (name, value) in headers {
                let wrong = || unusable("proxy_connect_header", &name);
                let name = HeaderName::try_from(name).map_err(|_| wrong())?;
                told.append(name, HeaderValue::try_from(value.reveal()).map_err(|_| wrong())?);
            }
            builder.proxy(proxy.headers(told).no_proxy(NoProxy::from_string(except)))
        }
    };
    builder.build().map_err(|error| unusable("tls_config", &with_causes(&error)))
}

fn encrypted(
    mut builder: ClientBuilder,
    tls: &Tls,
) -> Result<ClientBuilder, (&'static str, String)> {
    let wrong = |field: &'static str| move |error: reqwest::Error| (field, with_causes(&error));
    if let Some(authorities) = &tls.authorities {
        let found = Certificate::from_pem_bundle(authorities.as_bytes()).map_err(wrong("ca"))?;
        if found.is_empty() {
            return Err(("ca", "no certificate in PEM is in there".to_owned()));
        }
        builder = builder.tls_certs_only(found);
    }
    if let Some((certificate, key)) = &tls.certificate {
        let both = format!("{certificate}\n{}", key.reveal());
        builder = builder.identity(Identity::from_pem(both.as_bytes()).map_err(wrong("cert"))?);
    }
    if tls.unverified {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    if tls.server_name.is_some() {
        // With HTTP/2 the name would stand in the place of the host, too.
        builder = builder.http1_only();
    }
    let version = |version| match version {
        TlsVersion::Tls12 => reqwest::tls::Version::TLS_1_2,
        TlsVersion::Tls13 => reqwest::tls::Version::TLS_1_3,
    };
    if let Some(oldest) = tls.oldest {
        builder = builder.tls_version_min(version(oldest));
    }
    if let Some(newest) = tls.newest {
        builder = builder.tls_version_max(version(newest));
    }
    Ok(builder)
}
