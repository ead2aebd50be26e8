//! The file of `--web.config.file`: how programs of Prometheus' family are reached, by TLS and by
//! names with passwords.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::error::{ConfigError, Wrong};
use super::node::Node;
use super::{decode, folder, told};
use crate::tls::{ClientCertificate, Pem, Tls, TlsVersion};

/// Most users that are taken.
const USERS_MAX: usize = 1_000;
/// A higher one would keep a processor busy for minutes.
const COST_MAX: u32 = 16;

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WebConfig {
    /// How connections are made private; without it they are not.
    pub tls: Option<Tls>,
    /// Names, and the bcrypt of the password of each. With any, nobody else gets in.
    pub users: BTreeMap<String, String>,
    /// Headers that every answer carries.
    pub headers: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct File {
    tls_server_config: Option<TlsSection>,
    http_server_config: HttpSection,
    basic_auth_users: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct HttpSection {
    http2: Option<bool>,
    headers: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct TlsSection {
    cert: String,
    cert_file: String,
    key: String,
    key_file: String,
    client_ca: String,
    client_ca_file: String,
    client_auth_type: String,
    client_allowed_sans: Vec<String>,
    min_version: String,
    max_version: String,
    cipher_suites: Vec<String>,
    prefer_server_cipher_suites: Option<bool>,
    curve_preferences: Vec<String>,
}

/// Headers that the file may set, as in the toolkit that its other readers share.
const HEADERS: &[&str] = &[
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-XSS-Protection",
    "Content-Security-Policy",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
];

/// Reads such a file. `name` is its path: errors name it, and relative paths begin at its folder.
///
/// # Errors
/// Every mistake that can be found in one go, in the order of the file, and what Operate cannot do:
/// passing over it would open what has to stay closed.
pub fn load_web(text: &str, name: &str) -> Result<WebConfig, Vec<ConfigError>> {
    let mut wrongs = Vec::new();
    let config =
        Node::documents(text).map_err(|wrong| wrongs.push(wrong)).ok().and_then(|documents| {
            match documents.first() {
                Some(document) => read(document, folder(name), &mut wrongs),
                None => Some(WebConfig::default()),
            }
        });
    match config.filter(|_| wrongs.is_empty()) {
        Some(config) => Ok(config),
        None => Err(told(wrongs, name)),
    }
}

fn read(document: &Node, folder: &Path, wrongs: &mut Vec<Wrong>) -> Option<WebConfig> {
    let file = decode::read(document, "", wrongs, |node| File::deserialize(node))?;
    let mut wrong = |field: &str, found: Wrong| {
        wrongs.push(found.at(document.nearest(field).place).within(field));
    };
    for (name, value) in &file.http_server_config.headers {
        let field = format!("http_server_config.headers.{name}");
        if !HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            wrong(&field, decode::unknown_field(name, HEADERS));
        } else if !value.chars().all(|c| matches!(c, ' '..='~')) {
            let remedy = "write it on one line, in letters of ASCII";
            wrong(&field, Wrong::new("no header can hold this", remedy));
        }
    }
    if file.basic_auth_users.len() > USERS_MAX {
        let problem = format!("there are more than {USERS_MAX} users");
        wrong("basic_auth_users", Wrong::new(problem, "put a reverse proxy before Operate"));
    }
    for (user, hash) in &file.basic_auth_users {
        if let Err(found) = hashed(hash) {
            wrong(&format!("basic_auth_users.{user}"), found);
        }
    }
    let tls = file.tls_server_config.map(|section| {
        let mut tls = Section { says: &section, folder, wrong: &mut wrong }.read();
        tls.http2 = file.http_server_config.http2.unwrap_or(true);
        tls
    });
    let headers = file.http_server_config.headers;
    Some(WebConfig { tls, users: file.basic_auth_users, headers })
}

/// Reads `tls_server_config`.
struct Section<'s> {
    says: &'s TlsSection,
    folder: &'s Path,
    wrong: &'s mut dyn FnMut(&str, Wrong),
}

impl Section<'_> {
    fn read(mut self) -> Tls {
        let says = self.says;
        let certificate = self.pem(&says.cert, &says.cert_file, "cert_file");
        let key = self.pem(&says.key, &says.key_file, "key_file");
        for (pem, field) in [(&certificate, "cert_file"), (&key, "key_file")] {
            if pem.is_empty() {
                self.wrong(field, "it is missing", "name the file, in PEM");
            }
        }
        let client_ca = self.pem(&says.client_ca, &says.client_ca_file, "client_ca_file");
        let client_certificate = self.client_certificate(client_ca.is_empty());
        if says.prefer_server_cipher_suites == Some(false) {
            let remedy = "take it out: Operate goes by its own order";
            self.wrong("prefer_server_cipher_suites", "clients cannot choose", remedy);
        }
        let oldest = self.version(&says.min_version, "min_version", TlsVersion::Tls12);
        let newest = self.version(&says.max_version, "max_version", TlsVersion::Tls13);
        if newest < oldest {
            let remedy = "write TLS13, or take it out";
            self.wrong("max_version", "it is older than min_version", remedy);
        }
        Tls {
            certificate,
            key,
            client_ca: Some(client_ca).filter(|pem| !pem.is_empty()),
            client_certificate,
            oldest,
            newest,
            http2: true,
            ciphers: says.cipher_suites.clone(),
            groups: says.curve_preferences.clone(),
        }
    }

    fn wrong(&mut self, field: &str, problem: &str, remedy: &str) {
        (self.wrong)(&format!("tls_server_config.{field}"), Wrong::new(problem, remedy));
    }

    fn pem(&mut self, text: &str, file: &str, field: &str) -> Pem {
        if !text.is_empty() && !file.is_empty() {
            self.wrong(field, "it is given twice, as a text and as a file", "keep one of them");
        }
        match (text, file) {
            ("", "") => Pem::default(),
            ("", file) => Pem::File(self.folder.join(file)),
            (text, _) => Pem::Text(text.to_owned()),
        }
    }

    fn client_certificate(&mut self, nobody_vouches: bool) -> ClientCertificate {
        if !self.says.client_allowed_sans.is_empty() {
            let remedy = "let a CA of its own vouch for these clients, and name it";
            self.wrong("client_allowed_sans", "names of clients are not looked at", remedy);
        }
        let asked = match self.says.client_auth_type.as_str() {
            "" | "NoClientCert" => None,
            "RequireAndVerifyClientCert" => Some(ClientCertificate::Required),
            "VerifyClientCertIfGiven" => Some(ClientCertificate::Optional),
            _ => {
                let remedy = "write RequireAndVerifyClientCert, VerifyClientCertIfGiven or \
                              NoClientCert: the others trust whatever is shown";
                self.wrong("client_auth_type", "this cannot be used", remedy);
                return ClientCertificate::Required;
            }
        };
        match (asked, nobody_vouches) {
            (Some(_), true) => {
                let remedy = "name who vouches for clients, in PEM";
                self.wrong("client_ca_file", "it is missing", remedy);
            }
            (None, false) => {
                let remedy = "add client_auth_type: RequireAndVerifyClientCert, or take it out";
                self.wrong("client_ca_file", "no certificate is asked for", remedy);
            }
            _ => {}
        }
        asked.unwrap_or_default()
    }

    fn version(&mut self, text: &str, field: &str, otherwise: TlsVersion) -> TlsVersion {
        match text {
            "" => otherwise,
            "TLS12" => TlsVersion::Tls12,
            // What is older is not spoken: it is no longer safe.
            "TLS10" | "TLS11" if field == "min_version" => TlsVersion::Tls12,
            "TLS13" => TlsVersion::Tls13,
            _ => {
                self.wrong(field, "this is no version that is spoken", "write TLS12 or TLS13");
                otherwise
            }
        }
    }
}

/// Whether a text is a bcrypt, such as `htpasswd -B` makes.
fn hashed(text: &str) -> Result<(), Wrong> {
    let none =
        || Wrong::new("this is no bcrypt of a password", "write what `htpasswd -nBC 10 ''` prints");
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|begin| text.strip_prefix(begin));
    let (cost, letters) = rest.and_then(|rest| rest.split_once('$')).ok_or_else(none)?;
    let cost: u32 = cost.parse().map_err(|_| none())?;
    let alphabet = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '/';
    if letters.len() != 53 || !letters.chars().all(alphabet) || cost < 4 {
        return Err(none());
    }
    if cost > COST_MAX {
        let problem = format!("a cost of {cost} takes too long at each request");
        return Err(Wrong::new(problem, "make it anew with a cost of 10"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";

    fn wrong(text: &str) -> String {
        let mut errors = load_web(text, "etc/web.yml").expect_err("something is wrong");
        for error in &mut errors {
            assert!(!error.remedy.is_empty(), "{error}");
            error.remedy.clear();
        }
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn certificate_and_users_are_read_and_paths_begin_at_the_file() {
        let text = format!(
            "tls_server_config: {{cert_file: a.crt, key_file: /etc/a.key, min_version: TLS13}}\n\
             http_server_config: {{http2: false, headers: {{X-Frame-Options: deny}}}}\n\
             basic_auth_users: {{ada: {ADA}}}\n"
        );
        let config = load_web(&text, "etc/web.yml").expect("it is right");
        let tls = config.tls.expect("there is TLS");
        assert_eq!(tls.certificate, Pem::File("etc/a.crt".into()));
        assert_eq!(tls.key, Pem::File("/etc/a.key".into()));
        assert_eq!((tls.client_ca, tls.oldest, tls.http2), (None, TlsVersion::Tls13, false));
        assert_eq!(config.users["ada"], ADA);
        assert_eq!(config.headers["X-Frame-Options"], "deny");
    }

    #[test]
    fn an_empty_file_says_nothing() {
        assert_eq!(load_web("", "web.yml"), Ok(WebConfig::default()));
        assert_eq!(load_web("basic_auth_users:\n", "web.yml"), Ok(WebConfig::default()));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_without_secrets() {
        let text = "tls_server_config:\n  cert_file: a.crt\n  \
                    client_auth_type: RequestClientCert\nbasic_auth_users:\n  ada: geheim\n\
                    http_server_config:\n  headers:\n    Server: x\n";
        insta::assert_snapshot!(wrong(text), @r"
        etc/web.yml:2:3: tls_server_config.key_file: it is missing
        etc/web.yml:3:21: tls_server_config.client_auth_type: this cannot be used
        etc/web.yml:5:8: basic_auth_users.ada: this is no bcrypt of a password
        etc/web.yml:8:13: http_server_config.headers.Server: unknown field `Server`
        ");
        let unknown = wrong("tls_server_confg: {}");
        assert_eq!(unknown, "etc/web.yml:1:1: tls_server_confg: unknown field `tls_server_confg`");
    }

    #[test]
    fn what_operate_cannot_do_is_refused_since_it_would_open_a_door() {
        for (more, told) in [
            ("client_allowed_sans: [x]", "client_allowed_sans: names of clients are not looked at"),
            ("client_ca_file: c", "client_ca_file: no certificate is asked for"),
            ("client_auth_type: RequireAndVerifyClientCert", "client_ca_file: it is missing"),
            ("max_version: TLS11", "max_version: this is no version"),
            ("prefer_server_cipher_suites: false", "prefer_server_cipher_suites: clients cannot"),
            ("min_version: TLS13, max_version: TLS12", "max_version: it is older than min_version"),
        ] {
            let text = format!("tls_server_config: {{cert_file: a, key_file: b, {more}}}");
            let all = wrong(&text);
            assert!(all.contains(&format!("tls_server_config.{told}")), "{more}: {all}");
            assert_eq!(all.lines().count(), 1, "{more}: {all}");
        }
        let header = "http_server_config: {headers: {X-Frame-Options: \"deny\\nServer: x\"}}";
        assert!(wrong(header).contains("X-Frame-Options: no header can hold this"));
        assert!(wrong("rate_limit: {interval: 1s}").contains("unknown field `rate_limit`"));
        let costly = format!("basic_auth_users: {{ada: {}}}", ADA.replace("$04$", "$31$"));
        assert!(wrong(&costly).contains("a cost of 31 takes too long"));
    }
}
