//! `tls_config`: whom connections trust, and as whom they come.

use serde::Deserialize;

use super::transport::Tls;
use super::{NotSent, Notice, Problems, Secret};
use crate::tls::TlsVersion;

/// How connections are encrypted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsConfig {
    /// The authorities that are trusted in place of those of the system, in PEM.
    pub ca: Option<String>,
    /// The file with them.
    pub ca_file: Option<String>,
    /// The certificate to come with, in PEM.
    pub cert: Option<String>,
    /// The file with it.
    pub cert_file: Option<String>,
    /// The key of the certificate, in PEM.
    pub key: Option<Secret>,
    /// The file with it.
    pub key_file: Option<String>,
    /// The name that the other side's certificate has to hold, where that is not its address.
    pub server_name: Option<String>,
    /// Whether any certificate is taken.
    pub insecure_skip_verify: bool,
    /// The oldest version that is spoken: never one before 1.2.
    pub min_version: Option<String>,
    /// The newest.
    pub max_version: Option<String>,
}

impl TlsConfig {
    /// What of it is wrong.
    pub(super) fn check(&self, within: &str, problems: &mut Problems) {
        let field = |name: &str| format!("{within}.{name}");
        problems.one_of(&field("ca"), given(&self.ca), &self.ca_file);
        problems.one_of(&field("cert"), given(&self.cert), &self.cert_file);
        problems.one_of(&field("key"), self.key.is_some(), &self.key_file);
        let cert = given(&self.cert) || self.cert_file.is_some();
        let key = self.key.is_some() || self.key_file.is_some();
        match (cert, key) {
            (true, false) => problems.add(field("cert"), "has no key: add key or key_file"),
            (false, true) => {
                problems.add(field("key"), "has no certificate: add cert or cert_file")
            }
            _ => {}
        }
        if given(&self.ca)
            && let Err(problem) = self.inline_authorities()
        {
            problems.add(field("ca"), problem);
        }
        let known = |version: &Option<String>| match version.as_deref() {
            None | Some("TLS10" | "TLS11" | "TLS12" | "TLS13") => true,
            Some(_) => false,
        };
        let versions = "is no version: write TLS12 or TLS13";
        if !known(&self.min_version) {
            problems.add(field("min_version"), versions);
        }
        if !known(&self.max_version) {
            problems.add(field("max_version"), versions);
        } else if self.newest().is_err() {
            let problem = "cannot be asked for: TLS 1.2 and 1.3 are spoken, nothing older";
            problems.add(field("max_version"), problem);
        } else if self.min_version.as_deref() == Some("TLS13")
            && self.max_version.as_deref() == Some("TLS12")
        {
            problems.add(field("max_version"), "is older than min_version: leave one of them out");
        }
    }

    fn inline_authorities(&self) -> Result<(), &'static str> {
        let pem = self.ca.as_deref().unwrap_or_default();
        let read = reqwest::Certificate::from_pem_bundle(pem.as_bytes());
        match read {
            Ok(found) if !found.is_empty() => Ok(()),
            _ => Err("no certificate in PEM is in there: write it with its BEGIN and END lines"),
        }
    }

    fn newest(&self) -> Result<Option<TlsVersion>, ()> {
        match self.max_version.as_deref() {
            None | Some("TLS13") => Ok(None),
            Some("TLS12") => Ok(Some(TlsVersion::Tls12)),
            Some(_) => Err(()),
        }
    }

    /// The files that it names.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        [&self.ca_file, &self.cert_file, &self.key_file].into_iter().flatten().map(String::as_str)
    }

    /// It, with what its files hold.
    pub(super) fn tls(&self, notice: &Notice<'_>) -> Result<Tls, NotSent> {
        let text = |plain: &Option<String>, file: &Option<String>| match file {
            Some(file) => notice.file(file).map(|text| Some(text.to_owned())),
            None => Ok(plain.clone().filter(|text| !text.is_empty())),
        };
        let key = match (&self.key_file, &self.key) {
            (Some(file), _) => Some(Secret::new(notice.file(file)?)),
            (None, key) => key.clone(),
        };
        let named = self.server_name.clone().filter(|name| !name.is_empty());
        Ok(Tls {
            authorities: text(&self.ca, &self.ca_file)?,
            certificate: text(&self.cert, &self.cert_file)?.zip(key),
            server_name: named.map(|name| name.to_ascii_lowercase()),
            unverified: self.insecure_skip_verify,
            oldest: (self.min_version.as_deref() == Some("TLS13")).then_some(TlsVersion::Tls13),
            newest: self.newest().unwrap_or_default(),
        })
    }
}

fn given(text: &Option<String>) -> bool {
    text.as_ref().is_some_and(|text| !text.is_empty())
}
