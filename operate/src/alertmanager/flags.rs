//! The flags of `alertmanager`, versions 0.25 to 0.28, so that a unit file or a container needs one
//! changed word. What Operate does not need is taken and explained in one line at the start; what
//! it would be dangerous to pass over is refused.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use routing::Syntax;

use super::values::{Feature, Level, Listen, LogFormat, bytes_max, duration, prefix, ratio, url};

/// How `operate alertmanager` runs.
#[derive(Args, Clone, PartialEq, Debug)]
pub struct AlertmanagerFlags {
    /// The configuration file.
    #[arg(long = "config.file", value_name = "FILE", default_value = "alertmanager.yml")]
    pub config_file: PathBuf,
    /// The folder for everything that is kept.
    #[arg(long = "storage.path", value_name = "FOLDER", default_value = "data/")]
    pub storage_path: PathBuf,
    /// How long silences and the record of notifications are kept after their end.
    #[arg(long = "data.retention", value_name = "DURATION", default_value = "120h",
        value_parser = duration)]
    pub data_retention: Duration,
    /// Taken and not needed: every change is on disk before it is answered.
    #[arg(long = "data.maintenance-interval", value_name = "DURATION", value_parser = duration)]
    pub data_maintenance_interval: Option<Duration>,
    /// Taken and not needed: what is over goes by itself.
    #[arg(long = "alerts.gc-interval", value_name = "DURATION", value_parser = duration)]
    pub alerts_gc_interval: Option<Duration>,
    /// Taken and not enforced: Operate has limits of its own.
    #[arg(long = "alerts.per-alertname-limit", value_name = "NUMBER", value_parser = bytes_max,
        allow_hyphen_values = true)]
    pub alerts_per_alertname_max: Option<u64>,
    /// Taken and not enforced: Operate has limits of its own.
    #[arg(long = "silences.max-silences", value_name = "NUMBER", value_parser = bytes_max,
        allow_hyphen_values = true)]
    pub silences_max: Option<u64>,
    /// Taken and not enforced: Operate has limits of its own.
    #[arg(long = "silences.max-silence-size-bytes", alias = "silences.max-per-silence-bytes",
        value_name = "BYTES", value_parser = bytes_max, allow_hyphen_values = true)]
    pub silence_bytes_max: Option<u64>,
    /// Taken and not needed: what was told before the start is known.
    #[arg(long = "dispatch.start-delay", value_name = "DURATION", default_value = "0s",
        value_parser = duration)]
    pub dispatch_start_delay: Duration,
    /// Taken and not needed: groups go when they are empty.
    #[arg(long = "dispatch.maintenance-interval", value_name = "DURATION",
        value_parser = duration)]
    pub dispatch_maintenance_interval: Option<Duration>,
    #[command(flatten)]
    pub web: WebFlags,
    #[command(flatten)]
    pub cluster: ClusterFlags,
    #[command(flatten)]
    pub log: LogFlags,
    /// Features, separated by commas: classic-mode, utf8-strict-mode, and others that are taken
    /// and not needed.
    #[arg(long = "enable-feature", value_name = "NAMES", value_delimiter = ',')]
    pub features: Vec<Feature>,
    /// Taken and not needed: Operate has no garbage collector.
    #[arg(long = "auto-gomemlimit")]
    pub auto_gomemlimit: bool,
    /// Taken and not needed: Operate has no garbage collector.
    #[arg(long = "auto-gomemlimit.ratio", value_name = "RATIO", value_parser = ratio)]
    pub auto_gomemlimit_ratio: Option<f64>,
    /// Taken and not needed: all processors of the container are used.
    #[arg(long = "auto-gomaxprocs")]
    pub auto_gomaxprocs: bool,
}

/// Where it is reached.
#[derive(Args, Clone, PartialEq, Debug)]
pub struct WebFlags {
    /// Address and port to listen on, once for each. `:9093` is every address.
    #[arg(long = "web.listen-address", value_name = "ADDRESS:PORT", default_value = ":9093")]
    pub listen: Vec<Listen>,
    /// The address under which others reach it, for links.
    #[arg(long = "web.external-url", value_name = "URL", value_parser = url)]
    pub external_url: Option<String>,
    /// What all paths begin with [default: the path of --web.external-url].
    #[arg(long = "web.route-prefix", value_name = "PATH", value_parser = prefix)]
    pub route_prefix: Option<String>,
    /// Taken and not used: an answer may take 30 s.
    #[arg(long = "web.timeout", value_name = "DURATION", default_value = "0",
        value_parser = duration)]
    pub timeout: Duration,
    /// Taken and not needed: reading does not hold up anything else.
    #[arg(long = "web.get-concurrency", value_name = "NUMBER", value_parser = bytes_max,
        allow_hyphen_values = true)]
    pub get_concurrency: Option<u64>,
    /// How it is reached privately: certificate, key, and names with passwords.
    #[arg(id = "web_config_file", long = "web.config.file", value_name = "FILE")]
    pub config_file: Option<String>,
    /// Refused: sockets are opened by address.
    #[arg(long = "web.systemd-socket", overrides_with = "no_systemd_socket")]
    pub systemd_socket: bool,
    #[arg(long = "no-web.systemd-socket", hide = true)]
    pub no_systemd_socket: bool,
    /// Taken and not needed: the pages are in the binary.
    #[arg(long = "web.ui-path", value_name = "FOLDER", hide = true)]
    pub ui_path: Option<PathBuf>,
}

/// What Alertmanager needs to run several times. Operate runs several times over one PostgreSQL
/// database, so all of it is taken and explained.
#[derive(Args, Clone, PartialEq, Default, Debug)]
pub struct ClusterFlags {
    /// Taken and not used, as all flags of the cluster.
    #[arg(long = "cluster.listen-address", value_name = "ADDRESS:PORT")]
    pub listen_address: Option<String>,
    #[arg(long = "cluster.advertise-address", value_name = "ADDRESS:PORT", hide = true)]
    pub advertise_address: Option<String>,
    /// The other instances: given at all, something has to be known. Explained at the start.
    #[arg(long = "cluster.peer", value_name = "ADDRESS:PORT")]
    pub peers: Vec<String>,
    #[arg(long = "cluster.peer-name", value_name = "NAME", hide = true)]
    pub peer_name: Option<String>,
    #[arg(long = "cluster.label", value_name = "LABEL", hide = true)]
    pub label: Option<String>,
    #[arg(long = "cluster.peer-timeout", value_name = "DURATION", value_parser = duration,
        hide = true)]
    pub peer_timeout: Option<Duration>,
    #[arg(long = "cluster.peers-resolve-timeout", value_name = "DURATION",
        value_parser = duration, hide = true)]
    pub peers_resolve_timeout: Option<Duration>,
    #[arg(long = "cluster.gossip-interval", value_name = "DURATION", value_parser = duration,
        hide = true)]
    pub gossip_interval: Option<Duration>,
    #[arg(long = "cluster.pushpull-interval", value_name = "DURATION", value_parser = duration,
        hide = true)]
    pub pushpull_interval: Option<Duration>,
    #[arg(long = "cluster.tcp-timeout", value_name = "DURATION", value_parser = duration,
        hide = true)]
    pub tcp_timeout: Option<Duration>,
    #[arg(long = "cluster.probe-timeout", value_name = "DURATION", value_parser = duration,
        hide = true)]
    pub probe_timeout: Option<Duration>,
    #[arg(long = "cluster.probe-interval", value_name = "DURATION", value_parser = duration,
        hide = true)]
    pub probe_interval: Option<Duration>,
    #[arg(long = "cluster.settle-timeout", value_name = "DURATION", value_parser = duration,
        hide = true)]
    pub settle_timeout: Option<Duration>,
    #[arg(long = "cluster.reconnect-interval", value_name = "DURATION", value_parser = duration,
        hide = true)]
    pub reconnect_interval: Option<Duration>,
    #[arg(long = "cluster.reconnect-timeout", value_name = "DURATION", value_parser = duration,
        hide = true)]
    pub reconnect_timeout: Option<Duration>,
    #[arg(long = "cluster.tls-config", value_name = "FILE", hide = true)]
    pub tls_config: Option<String>,
    #[arg(long = "cluster.allow-insecure-public-advertise-address-discovery", hide = true)]
    pub public_discovery: bool,
}

/// What is logged.
#[derive(Args, Clone, PartialEq, Debug)]
pub struct LogFlags {
    /// The least grave message that is logged.
    #[arg(long = "log.level", value_name = "LEVEL", default_value = "info")]
    pub level: Level,
    /// How messages are written.
    #[arg(long = "log.format", value_name = "FORMAT", default_value = "logfmt")]
    pub format: LogFormat,
    /// Taken and not needed: every change of a silence is in the journal.
    #[arg(long = "log.silences")]
    pub silences: bool,
}

impl AlertmanagerFlags {
    /// How matchers in the configuration are read.
    pub fn syntax(&self) -> Syntax {
        if self.features.contains(&Feature::ClassicMode) {
            Syntax::Classic
        } else if self.features.contains(&Feature::Utf8StrictMode) {
            Syntax::Utf8
        } else {
            Syntax::Fallback
        }
    }

    /// What all paths begin with, such as `/alertmanager`; empty for none.
    pub fn route_prefix(&self) -> &str {
        let path = self.web.external_url.as_deref().and_then(|url| {
            let rest = url.split_once("://")?.1;
            rest.find('/').map(|start| &rest[start..])
        });
        let own = self.web.route_prefix.as_deref().filter(|prefix| !prefix.is_empty());
        own.or(path).unwrap_or_default().trim_end_matches('/')
    }

    /// What stands against a start: passing over it would open what has to stay closed.
    ///
    /// # Errors
    /// Every such flag, with the remedy.
    pub fn check(&self) -> Result<(), Vec<String>> {
        let mut wrong = Vec::new();
        if self.web.systemd_socket {
            wrong.push(
                "--web.systemd-socket is not supported; take it out, and give the address with \
                 --web.listen-address"
                    .to_owned(),
            );
        }
        let modes = [Feature::ClassicMode, Feature::Utf8StrictMode];
        if modes.iter().all(|mode| self.features.contains(mode)) {
            wrong.push(
                "--enable-feature: classic-mode and utf8-strict-mode exclude each other; keep one"
                    .to_owned(),
            );
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// A line for each flag that was given and is not used: why nothing is lost.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        for (given, flag, why) in [
            (
                self.data_maintenance_interval.is_some(),
                "--data.maintenance-interval",
                "every change is on disk before it is answered, so nothing is saved now and then",
            ),
            (
                self.alerts_gc_interval.is_some(),
                "--alerts.gc-interval",
                "alerts that are over are kept for the history and go by its retention",
            ),
            (
                self.dispatch_maintenance_interval.is_some(),
                "--dispatch.maintenance-interval",
                "groups go when they are empty",
            ),
            (
                self.web.get_concurrency.is_some_and(|most| most > 0),
                "--web.get-concurrency",
                "reading does not hold up anything else",
            ),
            (self.web.ui_path.is_some(), "--web.ui-path", "the pages are in the binary"),
            (self.log.silences, "--log.silences", "every change of a silence is in the journal"),
            (
                self.auto_gomemlimit || self.auto_gomemlimit_ratio.is_some(),
                "--auto-gomemlimit",
                "Operate has no garbage collector to hold back",
            ),
            (self.auto_gomaxprocs, "--auto-gomaxprocs", "all processors are used"),
        ] {
            if given {
                notes.push(format!("{flag} is not needed: {why}"));
            }
        }
        let unneeded = self.features.iter().filter(|feature| !feature.is_used());
        notes.extend(unneeded.map(|feature| {
            format!("--enable-feature={} is not needed: {}", feature.word(), feature.why())
        }));
        for (most, flag) in [
            (self.silences_max, "--silences.max-silences"),
            (self.silence_bytes_max, "--silences.max-silence-size-bytes"),
            (self.alerts_per_alertname_max, "--alerts.per-alertname-limit"),
        ] {
            if most.is_some_and(|most| most > 0) {
                notes.push(format!("{flag} is not enforced: Operate has limits of its own"));
            }
        }
        notes.extend(self.cluster.note());
        notes
    }
}

impl ClusterFlags {
    fn note(&self) -> Option<String> {
        if !self.peers.is_empty() {
            let peers = self.peers.join(", ");
            return Some(format!(
                "--cluster.peer ({peers}) is not used: instances of Operate do not gossip. To run \
                 several, give all of them one PostgreSQL database; point Prometheus at all of \
                 them or at one address before them"
            ));
        }
        let off = self.listen_address.as_deref() == Some("");
        let off = ClusterFlags { listen_address: Some(String::new()), ..ClusterFlags::default() }
            == *self
            && off;
        (*self != ClusterFlags::default() && !off).then(|| {
            "the --cluster flags are not used: one instance needs no cluster, and no port is \
             opened for it"
                .to_owned()
        })
    }
}
