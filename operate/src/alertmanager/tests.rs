use std::path::PathBuf;

use clap::Parser;

use routing::Syntax;

use super::flags::AlertmanagerFlags;
use super::values::Listen;

#[derive(Parser, Debug)]
struct Cli {
    #[command(flatten)]
    flags: AlertmanagerFlags,
}

fn flags(line: &str) -> Result<AlertmanagerFlags, String> {
    let words = std::iter::once("alertmanager").chain(line.split_whitespace());
    Cli::try_parse_from(words).map(|cli| cli.flags).map_err(|error| error.to_string())
}

/// The flags of Debian's unit file and of a usual cluster.
const EVERY: &str = "--config.file=/etc/prometheus/alertmanager.yml --storage.path /var/lib/am \
    --data.retention=120h --data.maintenance-interval=15m --alerts.gc-interval=30m \
    --web.listen-address=:9093 --web.listen-address [::1]:9094 --web.config.file= \
    --web.external-url=https://x.example.org/am/ --web.get-concurrency=0 --web.timeout=0 \
    --web.ui-path=/usr/share/ui --no-web.systemd-socket --cluster.listen-address=0.0.0.0:9094 \
    --cluster.advertise-address=10.0.0.1:9094 --cluster.peer=a:9094 --cluster.peer=b:9094 \
    --cluster.peer-timeout=15s --cluster.gossip-interval=200ms \
    --cluster.pushpull-interval=1m0s --cluster.tcp-timeout=10s --cluster.probe-timeout=500ms \
    --cluster.probe-interval=1s --cluster.settle-timeout=1m0s \
    --cluster.reconnect-interval=10s --cluster.reconnect-timeout=6h0m0s \
    --cluster.tls-config= --cluster.label=x --cluster.peer-name=y \
    --cluster.allow-insecure-public-advertise-address-discovery --log.level=warn \
    --log.format=json --enable-feature=utf8-strict-mode,auto-gomaxprocs \
    --silences.max-silences=5 --silences.max-silence-size-bytes=-1 \
    --auto-gomemlimit.ratio=0.9 --dispatch.start-delay=90s --alerts.per-alertname-limit=0";

#[test]
fn every_flag_is_taken_and_what_is_not_needed_is_explained() {
    let flags = flags(EVERY).unwrap();
    assert_eq!(flags.check(), Ok(()));
    assert_eq!(flags.syntax(), Syntax::Utf8);
    assert_eq!(flags.route_prefix(), "/am");
    assert_eq!(flags.web.external_url.as_deref(), Some("https://x.example.org/am"));
    let listen: Vec<String> = flags.web.listen.iter().map(ToString::to_string).collect();
    assert_eq!(listen, [":9093", "[::1]:9094"]);
    assert_eq!((flags.silences_max, flags.silence_bytes_max), (Some(5), Some(0)));
    assert_eq!(flags.dispatch_start_delay.as_secs(), 90);
    let words: Vec<String> = flags
        .notes()
        .iter()
        .map(|note| note.split_whitespace().next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        words,
        [
            "--data.maintenance-interval",
            "--alerts.gc-interval",
            "--web.ui-path",
            "--auto-gomemlimit",
            "--enable-feature=auto-gomaxprocs",
            "--silences.max-silences",
            "--cluster.peer",
        ]
    );
}

#[test]
fn without_flags_the_defaults_stand_and_nothing_is_explained() {
    let flags = flags("").unwrap();
    assert_eq!(flags.config_file, PathBuf::from("alertmanager.yml"));
    assert_eq!(flags.storage_path, PathBuf::from("data/"));
    assert_eq!(flags.data_retention.as_secs(), 120 * 3600);
    assert_eq!(flags.web.listen, [Listen { host: None, port: 9093 }]);
    assert_eq!((flags.route_prefix(), flags.syntax()), ("", Syntax::Fallback));
    assert_eq!((flags.check(), flags.notes()), (Ok(()), Vec::new()));
}

#[test]
fn wrong_values_are_refused_with_the_remedy() {
    for (line, words) in [
        ("--data.retention=soon", "write numbers with units, as in 120h or 1m30s"),
        ("--data.retention=", "it is no duration"),
        ("--data.retention=300y", "longer than 292 years"),
        ("--web.listen-address=9093", "names no port"),
        ("--web.listen-address=a:b", "`b` is no port"),
        ("--web.listen-address=::1:9093", "`::1` is no address"),
        ("--web.external-url=example.org", "neither with http:// nor with https://"),
        ("--web.route-prefix=/a?b", "write a path such as /alertmanager"),
        ("--log.level=trace", "debug, info, warn, error"),
        ("--enable-feature=clasic-mode", "'classic-mode'"),
        ("--config.fiel=x", "'--config.file'"),
        ("--auto-gomemlimit.ratio=2", "greater than 0 and at most 1"),
    ] {
        let error = flags(line).unwrap_err();
        assert!(error.contains(words), "{line}: {error}");
    }
}

#[test]
fn what_would_open_what_has_to_stay_closed_is_refused() {
    for (line, words) in [
        ("--web.systemd-socket", "--web.listen-address"),
        ("--enable-feature=classic-mode --enable-feature=utf8-strict-mode", "exclude each"),
    ] {
        let wrong = flags(line).unwrap().check().unwrap_err();
        assert!(wrong.len() == 1 && wrong[0].contains(words), "{line}: {wrong:?}");
    }
}

#[test]
fn a_cluster_that_is_switched_off_needs_no_word() {
    assert_eq!(flags("--cluster.listen-address=").unwrap().notes(), Vec::<String>::new());
    assert_eq!(flags("--cluster.listen-address=:1").unwrap().notes().len(), 1);
}
