//! By which way the requests of a receiver go, complete: nothing of it is read any more.

use super::Secret;
use crate::tls::TlsVersion;

/// By which way requests go. The usual one: directly, trusting what the system trusts.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Transport {
    /// How connections are encrypted.
    pub tls: Tls,
    /// The proxy that they go through.
    pub proxy: Option<Proxy>,
    /// Who gives the token that authorises them.
    pub oauth2: Option<Box<Grant>>,
}

/// How connections are encrypted.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Tls {
    /// The authorities that are trusted in place of those of the system, in PEM.
    pub authorities: Option<String>,
    /// The certificate to come with and its key, both in PEM.
    pub certificate: Option<(String, Secret)>,
    /// The name that the other side's certificate has to hold, where that is not its address.
    pub server_name: Option<String>,
    /// Whether any certificate is taken.
    pub unverified: bool,
    /// The oldest version that is spoken; 1.2 without it.
    pub oldest: Option<TlsVersion>,
    /// The newest version that is spoken; 1.3 without it.
    pub newest: Option<TlsVersion>,
}

/// A proxy.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Proxy {
    /// The one that the environment names (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`).
    Environment,
    /// This one.
    At {
        /// Where it is, with a name and a password where it asks for these.
        url: Secret,
        /// What is reached without it, separated by commas.
        except: String,
        /// What it is told when a connection is asked for.
        headers: Vec<(String, Secret)>,
    },
}

/// A token by the client credentials grant (RFC 6749, 4.4).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Grant {
    /// Who asks.
    pub client_id: String,
    /// The password of who asks.
    pub client_secret: Secret,
    /// Where to ask.
    pub token_url: String,
    /// For what.
    pub scopes: Vec<String>,
    /// What else is sent with it.
    pub parameters: Vec<(String, String)>,
    /// By which way.
    pub transport: Transport,
}
