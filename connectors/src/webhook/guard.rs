//! Keeps webhooks out of the networks that only this machine can reach (server-side request
//! forgery, OWASP): whoever may set up a webhook could otherwise read the cloud's metadata
//! service or talk to the database's admin port.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Private destinations that an administrator allows.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    networks: Vec<IpNet>,
    hosts: Vec<String>,
}

impl Allowed {
    /// Reads a list whose entries are an address, a network (`10.1.0.0/16`) or a host's name.
    ///
    /// # Errors
    /// The first entry that is none of these.
    pub fn parse<T: AsRef<str>>(entries: &[T]) -> Result<Allowed, AllowedError> {
        let mut allowed = Allowed::default();
        for entry in entries.iter().map(AsRef::as_ref) {
            if let Ok(network) = IpNet::from_str(entry) {
                allowed.networks.push(network);
            } else if let Ok(address) = IpAddr::from_str(entry) {
                allowed.networks.push(address.into());
            } else if is_host(entry) {
                allowed.hosts.push(plain(entry));
            } else {
                return Err(AllowedError { entry: entry.chars().take(64).collect() });
            }
        }
        Ok(allowed)
    }

    fn host(&self, name: &str) -> bool {
        self.hosts.contains(&plain(name))
    }

    fn address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.networks.iter().any(|network| network.contains(&address))
    }
}

fn is_host(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.chars().all(fits) && text.chars().any(|c| c.is_ascii_alphabetic())
}

/// Names of hosts are the same in either case and with or without the root's dot.
fn plain(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// Refuses addresses whose host is written as a number; names are looked at by [`Guard`] when
/// they are resolved.
pub(crate) fn check(url: &Url, allowed: &Allowed) -> Result<(), Refused> {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) if !allowed.address(address) => Err(Refused { host: host.to_owned() }),
        _ => Ok(()),
    }
}

/// Resolves names and gives only the addresses that may be reached. The connection goes to what
/// was checked, so a name that changes its address in between (rebinding) gains nothing.
pub(crate) struct Guard {
    pub(crate) allowed: Arc<Allowed>,
    /// A name that certificates hold, and the host that is asked for in its place.
    pub(crate) alias: Option<(String, String)>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.allowed.clone();
        let other = self.alias.as_ref().filter(|(known, _)| known == name.as_str());
        let host = other.map_or(name.as_str(), |(_, host)| host).to_owned();
        Box::pin(async move {
            let found = resolved(&host, &allowed).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The first address of a host that may be reached.
pub(crate) async fn reachable(host: &str, allowed: &Allowed) -> Result<IpAddr, Error> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let found = resolved(host, allowed).await?;
    found.first().map(SocketAddr::ip).ok_or_else(|| Refused { host: host.to_owned() }.into())
}

async fn resolved(host: &str, allowed: &Allowed) -> Result<Vec<SocketAddr>, Error> {
    let found = tokio::net::lookup_host((host, 0)).await?;
    let may = |address: &SocketAddr| allowed.host(host) || allowed.address(address.ip());
    let reachable: Vec<SocketAddr> = found.filter(may).collect();
    if reachable.is_empty() {
        return Err(Refused { host: host.to_owned() }.into());
    }
    Ok(reachable)
}

/// Whether an address belongs to the public internet, after IANA's registries of special-purpose
/// addresses (RFC 6890), in which everything that is not globally reachable is listed.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            UNICAST_V6.contains(&address)
                && !SPECIAL_V6.iter().any(|network| network.contains(&address))
        }
    }
}

const fn v4(a: u8, b: u8, c: u8, bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), bits)
}

const fn v6(a: u16, b: u16, bits: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), bits)
}

const SPECIAL_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 8),                                           // this network
    v4(10, 0, 0, 8),                                          // private
    v4(100, 64, 0, 10),   // carrier's NAT, and Alibaba's metadata
    v4(127, 0, 0, 8),     // loopback
    v4(169, 254, 0, 16),  // link-local, and the metadata of most clouds
    v4(172, 16, 0, 12),   // private
    v4(192, 0, 0, 24),    // protocol assignments, and Oracle's metadata
    v4(192, 0, 2, 24),    // documentation
    v4(192, 88, 99, 24),  // 6to4 relays
    v4(192, 168, 0, 16),  // private
    v4(198, 18, 0, 15),   // benchmarks
    v4(198, 51, 100, 24), // documentation
    v4(203, 0, 113, 24),  // documentation
    v4(224, 0, 0, 3),     // multicast, reserved, broadcast
    Ipv4Net::new_assert(Ipv4Addr::new(168, 63, 129, 16), 32), // Azure's metadata
];

/// All else (loopback, mapped and embedded IPv4, unique local, link-local, multicast) lies outside.
const UNICAST_V6: Ipv6Net = v6(0x2000, 0, 3);

const SPECIAL_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),     // protocol assignments, Teredo
    v6(0x2001, 0xdb8, 32), // documentation
    v6(0x2002, 0, 16),     // 6to4, which embeds any IPv4 address
    v6(0x3fff, 0, 20),     // documentation
];

/// A destination that a webhook may not reach.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refused {
    host: String,
}

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        write!(f, "`{host}` is in a private network; an administrator can allow it")
    }
}

/// An entry of the list of allowed destinations that is none.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{entry}` is no address, network or name of a host; \
     write 10.1.2.3, 10.1.0.0/16 or hooks.example.org"
)]
pub struct AllowedError {
    entry: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reachable(url: &str, allowed: &Allowed) -> bool {
        check(&url.parse().unwrap_or_else(|_| panic!("{url}")), allowed).is_ok()
    }

    #[test]
    fn private_addresses_are_refused_however_they_are_written() {
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "2130706433",
            "0177.0.0.1",
            "127.0.0.1.",
            "0.0.0.0",
            "0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "198.18.0.1",
            "１２７.0.0.1",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[2001:db8::1]",
            "[100::1]",
        ] {
            assert!(!reachable(&format!("http://{host}/x"), &Allowed::default()), "{host}");
        }
    }

    #[test]
    fn public_addresses_and_names_pass_the_first_look() {
        for host in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "223.255.255.255",
            "[2606:4700::1111]",
            "[2001:4860::8888]",
            "[2a00::1]",
            "example.org",
            "localhost",
        ] {
            assert!(reachable(&format!("https://{host}/x"), &Allowed::default()), "{host}");
        }
    }

    #[test]
    fn an_administrator_can_allow_addresses_networks_and_names() {
        let allowed =
            Allowed::parse(&["127.0.0.1", "10.1.0.0/16", "fd00::/8", "Hooks.lan"]).unwrap();
        for (url, may) in [
            ("http://127.0.0.1/", true),
            ("http://127.0.0.2/", false),
            ("http://[::ffff:127.0.0.1]/", true),
            ("http://10.1.2.3/", true),
            ("http://10.2.0.0/", false),
            ("http://[fd00::1]/", true),
        ] {
            assert_eq!(reachable(url, &allowed), may, "{url}");
        }
        assert!(allowed.host("hooks.lan."));
        assert!(!allowed.host("x.hooks.lan"));
        for wrong in ["", "10.0.0.0/33", "http://x", "a b", "1.2.3"] {
            assert!(Allowed::parse(&[wrong]).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn an_embedded_address_is_no_way_around(bits in any::<u32>()) {
            let address = Ipv4Addr::from_bits(bits);
            let mapped = IpAddr::V6(address.to_ipv6_mapped());
            let none = Allowed::default();
            prop_assert_eq!(none.address(mapped), none.address(IpAddr::V4(address)));
            let compatible = Ipv6Addr::from_bits(bits.into());
            prop_assert!(!none.address(IpAddr::V6(compatible)));
        }

        #[test]
        fn what_the_standard_library_calls_private_is_refused(bits in any::<u32>()) {
            let address = Ipv4Addr::from_bits(bits);
            let special = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_documentation()
                || address.is_unspecified();
            prop_assert!(!(special && is_public(IpAddr::V4(address))), "{}", address);
        }
    }
}
