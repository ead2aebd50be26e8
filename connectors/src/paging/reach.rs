//! Whether those outside can reach an address.

use std::net::IpAddr;

use reqwest::Url;

/// Whether an address may be reached from outside, as far as the address itself says: it is private
/// to nobody, and what is sent there is encrypted.
pub(super) fn is_public(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let inside = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        IpAddr::V6(ip) => {
            ip.is_loopback()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || ip.is_unspecified()
        }
    };
    let host = url.host_str().unwrap_or_default();
    let outside = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(ip) => !inside(ip),
        Err(_) => host.contains('.') && !host.ends_with(".localhost") && !host.ends_with(".local"),
    };
    url.scheme() == "https" && outside
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn what_nobody_outside_reaches_is_not_public() {
        for public in ["https://operate.example.org", "https://operate.example.org:8443/x"] {
            assert!(is_public(public), "{public}");
        }
        for inside in [
            "http://operate.example.org",
            "https://127.0.0.1:7070",
            "https://10.1.2.3",
            "https://[fd00::1]",
            "https://localhost",
            "https://operate",
            "https://operate.local",
            "",
        ] {
            assert!(!is_public(inside), "{inside}");
        }
    }
}
