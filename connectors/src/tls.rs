//! How connections to Operate are made private: certificates, keys, and what is asked of clients.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What the text of a PEM begins with.
const BEGIN: &str = "-----BEGIN";

/// How connections are made private.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// The certificate, and behind it those that vouch for it: a file in PEM, or its text.
    pub certificate: Pem,
    /// The key of the certificate, likewise.
    pub key: Pem,
    /// Whoever connects has to show a certificate that one of these vouches for.
    pub client_ca: Option<Pem>,
    /// Whether those who show no certificate are let in all the same.
    pub client_certificate: ClientCertificate,
    /// The oldest version that is spoken.
    pub oldest: TlsVersion,
    /// The newest version that is spoken.
    pub newest: TlsVersion,
    /// Whether HTTP/2 is spoken beside HTTP/1.1.
    pub http2: bool,
    /// Ciphers of TLS 1.2 by their names, no others; empty: all that are good.
    pub ciphers: Vec<String>,
    /// Groups for the exchange of keys by their names, no others; empty: all that are good.
    pub groups: Vec<String>,
}

impl Tls {
    /// Whether connections are to be private at all.
    pub fn is_on(&self) -> bool {
        !self.certificate.is_empty() || !self.key.is_empty() || self.client_ca.is_some()
    }
}

impl Default for Tls {
    fn default() -> Tls {
        Tls {
            certificate: Pem::default(),
            key: Pem::default(),
            client_ca: None,
            client_certificate: ClientCertificate::default(),
            oldest: TlsVersion::Tls12,
            newest: TlsVersion::Tls13,
            http2: true,
            ciphers: Vec::new(),
            groups: Vec::new(),
        }
    }
}

/// Whether a client has to show a certificate, where it is known who vouches for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientCertificate {
    /// Without a good one nobody gets in.
    #[default]
    Required,
    /// One that is shown has to be good.
    Optional,
}

/// A version of TLS, to us and from us. Older ones are not spoken: they are no longer safe.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum TlsVersion {
    /// RFC 5246.
    #[serde(rename = "1.2")]
    Tls12,
    /// RFC 8446.
    #[serde(rename = "1.3")]
    Tls13,
}

/// A file in PEM, or its text. Shown without the text, which may be a key.
#[derive(Clone, PartialEq, Eq)]
pub enum Pem {
    /// Where it is.
    File(PathBuf),
    /// What it says.
    Text(String),
}

impl Pem {
    /// What somebody wrote: a text where it looks like one, else where a file is.
    pub fn written(text: impl Into<String>) -> Pem {
        let text = text.into();
        if text.contains(BEGIN) { Pem::Text(text) } else { Pem::File(text.into()) }
    }

    /// Whether it names nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Pem::File(path) if path.as_os_str().is_empty())
    }
}

impl Default for Pem {
    fn default() -> Pem {
        Pem::File(PathBuf::new())
    }
}

impl fmt::Display for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pem::File(path) => path.display().fmt(f),
            Pem::Text(_) => f.write_str("a text"),
        }
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Pem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Pem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pem, D::Error> {
        String::deserialize(deserializer).map(Pem::written)
    }
}
