//! Private connections: certificates and keys as their files say, read again when those change.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use connectors::tls::{ClientCertificate, Pem, Tls, TlsVersion};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{CipherSuite, RootCertStore, ServerConfig, SupportedProtocolVersion, version};

/// Largest file that is read, in bytes.
const BYTES_MAX: u64 = 1 << 20;

/// What connections are made private with.
pub struct Privacy {
    settings: Tls,
    current: Mutex<Current>,
}

struct Current {
    /// What the files looked like when they were read.
    seen: Vec<Option<(SystemTime, u64)>>,
    config: Arc<ServerConfig>,
}

impl Privacy {
    /// Reads the files.
    ///
    /// # Errors
    /// What is wrong with them, with the file.
    pub fn open(settings: Tls) -> Result<Privacy, String> {
        let current = Current { seen: seen(&settings), config: Arc::new(configured(&settings)?) };
        Ok(Privacy { settings, current: Mutex::new(current) })
    }

    /// What holds for the next connection: a new certificate holds from then on, without a start.
    /// One that is wrong is logged, and what was there stays.
    pub fn now(&self) -> Arc<ServerConfig> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen(&self.settings);
        if seen != current.seen {
            match configured(&self.settings) {
                Ok(config) => {
                    tracing::info!(certificate = %self.settings.certificate, "read again");
                    current.config = Arc::new(config);
                }
                Err(error) => tracing::error!(error, "the certificate stays as it was"),
            }
            current.seen = seen;
        }
        current.config.clone()
    }
}

/// Whether connections can be made private with these.
///
/// # Errors
/// What is wrong with the files, with the file.
pub fn check(settings: &Tls) -> Result<(), String> {
    configured(settings).map(drop)
}

fn seen(settings: &Tls) -> Vec<Option<(SystemTime, u64)>> {
    let pems = [&settings.certificate, &settings.key].into_iter().chain(&settings.client_ca);
    let look = |pem: &Pem| match pem {
        Pem::File(path) => {
            let found = std::fs::metadata(path).ok()?;
            Some((found.modified().ok()?, found.len()))
        }
        Pem::Text(_) => None,
    };
    pems.map(look).collect()
}

fn configured(settings: &Tls) -> Result<ServerConfig, String> {
    for (pem, field) in [(&settings.certificate, "certificate"), (&settings.key, "key")] {
        if pem.is_empty() {
            return Err(format!("tls.{field} is missing: name a file in PEM"));
        }
    }
    let provider = Arc::new(provider(settings)?);
    let versions: &[&SupportedProtocolVersion] = match (settings.oldest, settings.newest) {
        (TlsVersion::Tls13, _) => &[&version::TLS13],
        (_, TlsVersion::Tls12) => &[&version::TLS12],
        (_, TlsVersion::Tls13) => &[&version::TLS12, &version::TLS13],
    };
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .map_err(|error| format!("tls: {error}; allow more versions or ciphers"))?;
    let builder = match &settings.client_ca {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let wrong = |error: String| format!("the CA for clients, {pem}: {error}");
            let mut roots = RootCertStore::empty();
            for certificate in certificates(pem).map_err(wrong)? {
                roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
            }
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
            let verifier = match settings.client_certificate {
                ClientCertificate::Required => verifier,
                ClientCertificate::Optional => verifier.allow_unauthenticated(),
            };
            let verifier = verifier.build().map_err(|error| wrong(error.to_string()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let chain = certificates(&settings.certificate)
        .map_err(|error| format!("the certificate, {}: {error}", settings.certificate))?;
    let key = read(&settings.key).and_then(|bytes| {
        let none = |_| "there is no key in PEM in it".to_owned();
        PrivateKeyDer::from_pem_slice(&bytes).map_err(none)
    });
    let key = key.map_err(|error| format!("the key, {}: {error}", settings.key))?;
    let mut config = builder.with_single_cert(chain, key).map_err(|error| {
        format!("{} and {} do not fit: {error}", settings.certificate, settings.key)
    })?;
    let spoken: &[&[u8]] = if settings.http2 { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
    config.alpn_protocols = spoken.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

/// The ciphers and groups that are named, or all.
fn provider(settings: &Tls) -> Result<CryptoProvider, String> {
    let mut provider = rustls::crypto::ring::default_provider();
    if !settings.ciphers.is_empty() {
        // Those of TLS 1.3 are good, all of them, and cannot be chosen elsewhere either.
        provider.cipher_suites.retain(|suite| {
            suite.tls13().is_some() || settings.ciphers.contains(&name_of(suite.suite()))
        });
        if !provider.cipher_suites.iter().any(|suite| suite.tls13().is_none()) {
            let known = rustls::crypto::ring::default_provider().cipher_suites;
            let old = known.iter().filter(|suite| suite.tls13().is_none());
            let names: Vec<String> = old.map(|suite| name_of(suite.suite())).collect();
            let names = names.join(", ");
            return Err(format!("tls: none of these ciphers is spoken; there are {names}"));
        }
    }
    if !settings.groups.is_empty() {
        let named = |name: &str| match name {
            "CurveP256" => "secp256r1".to_owned(),
            "CurveP384" => "secp384r1".to_owned(),
            other => other.to_lowercase(),
        };
        let wanted: Vec<String> = settings.groups.iter().map(|name| named(name)).collect();
        let of = |name: String| wanted.contains(&name.to_lowercase());
        provider.kx_groups.retain(|group| of(format!("{:?}", group.name())));
        if provider.kx_groups.is_empty() {
            let known = "CurveP256, CurveP384 and X25519";
            return Err(format!("tls: none of these groups is spoken; there are {known}"));
        }
    }
    Ok(provider)
}

fn name_of(suite: CipherSuite) -> String {
    format!("{suite:?}")
}

fn certificates(pem: &Pem) -> Result<Vec<CertificateDer<'static>>, String> {
    let bytes = read(pem)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let found = found.map_err(|error| error.to_string())?;
    if found.is_empty() {
        Err("there is no certificate in PEM in it".to_owned())
    } else {
        Ok(found)
    }
}

fn read(pem: &Pem) -> Result<Vec<u8>, String> {
    match pem {
        Pem::Text(text) => Ok(text.clone().into_bytes()),
        Pem::File(path) => {
            let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
            if size > BYTES_MAX {
                return Err(format!("it has more than {BYTES_MAX} bytes"));
            }
            std::fs::read(path).map_err(|error| error.to_string())
        }
    }
}
