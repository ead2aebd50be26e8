//! `operate alertmanager`: the server in the place of Alertmanager, with its flags, its
//! configuration file and its signals.

use std::net::{Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::process::ExitCode;
use std::time::Duration;

use connectors::alertmanager::config::{WebConfig, load_web};
use server::Config;

use super::flags::AlertmanagerFlags;
use super::values::{Level, Listen, LogFormat};
use crate::serve;

impl AlertmanagerFlags {
    /// Runs until SIGINT or SIGTERM; SIGHUP reads the configuration file again.
    pub async fn run(self) -> ExitCode {
        let config = match self.check().and_then(|()| self.config()) {
            Ok(config) => config,
            Err(wrong) => {
                wrong.iter().for_each(|wrong| eprintln!("operate alertmanager: {wrong}"));
                return ExitCode::from(2);
            }
        };
        for note in self.all_notes(&config) {
            eprintln!("operate alertmanager: {note}");
        }
        serve::run(config, None).await
    }

    fn config(&self) -> Result<Config, Vec<String>> {
        let mut config =
            Config::load(None, std::env::vars()).map_err(|error| vec![error.to_string()])?;
        let addresses: Result<Vec<_>, String> = self.web.listen.iter().map(address).collect();
        let mut addresses = addresses.map_err(|error| vec![error])?.into_iter();
        let none = || vec!["--web.listen-address names no address".to_owned()];
        config.listen = addresses.next().ok_or_else(none)?;
        config.listen_also = addresses.collect();
        config.data.clone_from(&self.storage_path);
        config.public_url =
            self.web.external_url.as_ref().map(|url| url.trim_end_matches('/').to_owned());
        config.routing.file = Some(self.config_file.clone());
        config.routing.retention_seconds = self.data_retention.as_secs();
        config.routing.syntax = self.syntax();
        config.routing.prefix = self.route_prefix().to_owned();
        if let Some(file) = self.web.config_file.as_deref().filter(|file| !file.is_empty()) {
            let web = web(file)?;
            config.tls = web.tls.unwrap_or_default();
            config.guests = web.users;
            config.headers = web.headers;
        }
        if config.public_url.is_none() && config.listen.ip().is_unspecified() {
            let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
            config.public_url = address_of_links(host.as_deref(), &config);
        }
        // Alertmanager asks nobody for a key, unless it asks for a name and a password.
        config.intake.open = config.guests.is_empty();
        config.intake.open_on_loopback = config.intake.open;
        config.log.level = match self.log.level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        }
        .to_owned();
        if matches!(self.log.format, LogFormat::Json) {
            config.log.format = "json".to_owned();
        }
        Ok(config)
    }

    fn all_notes(&self, config: &Config) -> Vec<String> {
        let mut notes = self.notes();
        if !config.only_from_here() && config.intake.open {
            let listen: Vec<String> = self.web.listen.iter().map(ToString::to_string).collect();
            notes.push(format!(
                "everybody who reaches {} can send alerts and silence them, as with Alertmanager; \
                 everything else asks for an account",
                listen.join(" or ")
            ));
        }
        if self.dispatch_start_delay > Duration::ZERO {
            notes.push(
                "--dispatch.start-delay is not needed: what was told before the start is known, \
                 and nothing is told twice"
                    .to_owned(),
            );
        }
        if self.web.timeout > Duration::ZERO {
            notes.push("--web.timeout is not used: an answer may take 30 s".to_owned());
        }
        notes
    }
}

/// What links begin with where every address of the machine is listened on: its name, as with
/// Alertmanager.
fn address_of_links(host: Option<&str>, config: &Config) -> Option<String> {
    let host = host.map(str::trim).filter(|host| !host.is_empty() && *host != "(none)")?;
    let scheme = if config.tls.is_on() { "https" } else { "http" };
    Some(format!("{scheme}://{host}:{}", config.listen.port()))
}

fn web(file: &str) -> Result<WebConfig, Vec<String>> {
    let text = std::fs::read_to_string(file).map_err(|error| vec![format!("{file}: {error}")])?;
    load_web(&text, file).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// An address to listen on; without a host every one of the machine, of IPv6 and of IPv4.
fn address(one: &Listen) -> Result<SocketAddr, String> {
    let Some(host) = &one.host else {
        return Ok(SocketAddr::from((Ipv6Addr::UNSPECIFIED, one.port)));
    };
    let found = (host.as_str(), one.port).to_socket_addrs();
    found
        .ok()
        .and_then(|mut all| all.next())
        .ok_or_else(|| format!("--web.listen-address: {host} is no address of this machine"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_begin_with_the_name_of_the_machine() {
        let mut config = Config { listen: ([0, 0, 0, 0], 9093).into(), ..Config::default() };
        let link = address_of_links(Some("pager-1\n"), &config);
        assert_eq!(link.as_deref(), Some("http://pager-1:9093"));
        config.tls.key = connectors::tls::Pem::written("key.pem");
        let link = address_of_links(Some("pager-1"), &config);
        assert_eq!(link.as_deref(), Some("https://pager-1:9093"));
        assert_eq!(address_of_links(Some("(none)"), &config), None);
        assert_eq!(address_of_links(None, &config), None);
    }
}
