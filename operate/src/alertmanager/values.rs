//! Values of Alertmanager's flags, as it writes them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;

/// An address to listen on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listen {
    /// `None`: every address of the machine.
    pub host: Option<String>,
    /// 0: any port that is free.
    pub port: u16,
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Listen, String> {
        let remedy = "write ADDRESS:PORT, as in :9093, 127.0.0.1:9093 or [::1]:9093";
        let (host, port) = text.rsplit_once(':').ok_or(format!("it names no port; {remedy}"))?;
        let port = port.parse().map_err(|_| format!("`{port}` is no port; {remedy}"))?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        if bare.is_none() && (host.contains([':', '/', '[', ']']) || host.contains(' ')) {
            return Err(format!("`{host}` is no address; {remedy}"));
        }
        let host = bare.unwrap_or(host);
        Ok(Listen { host: (!host.is_empty()).then(|| host.to_owned()), port })
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Some(host) if host.contains(':') => write!(f, "[{host}]:{}", self.port),
            Some(host) => write!(f, "{host}:{}", self.port),
            None => write!(f, ":{}", self.port),
        }
    }
}

/// The least grave message that is logged.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// How messages are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    Logfmt,
    Json,
}

/// What `--enable-feature` names.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Feature {
    ClassicMode,
    #[value(name = "utf8-strict-mode")]
    Utf8StrictMode,
    ReceiverNameInMetrics,
    AlertNamesInMetrics,
    AutoGomemlimit,
    AutoGomaxprocs,
}

impl Feature {
    /// Whether it changes what Operate does.
    pub fn is_used(self) -> bool {
        matches!(self, Feature::ClassicMode | Feature::Utf8StrictMode)
    }

    pub(super) fn word(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    pub(super) fn why(self) -> &'static str {
        match self {
            Feature::ReceiverNameInMetrics => {
                "`operate alert explain` tells every attempt by its receiver"
            }
            Feature::AlertNamesInMetrics => "names of alerts are counted in the analysis",
            Feature::AutoGomemlimit => "Operate has no garbage collector to hold back",
            Feature::AutoGomaxprocs => "all processors are used",
            Feature::ClassicMode | Feature::Utf8StrictMode => "",
        }
    }
}

/// Units of durations in nanoseconds: Go's, and Prometheus's longer ones.
const UNITS: [(&str, f64); 10] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3600e9),
    ("d", 86_400e9),
    ("w", 604_800e9),
    ("y", 31_536_000e9),
];

/// `120h`, `1m30s`, `1.5h`, `0`; what is less than nothing is nothing.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let refuse = || "it is no duration; write numbers with units, as in 120h or 1m30s".to_owned();
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    if rest.is_empty() {
        return Err(refuse());
    }
    let mut nanos = 0.0;
    while !rest.is_empty() {
        let digits = |c: char| !c.is_ascii_digit() && c != '.';
        let (number, after) = rest.split_at(rest.find(digits).ok_or_else(refuse)?);
        let letters = |c: char| c.is_ascii_digit() || c == '.';
        let (unit, after) = after.split_at(after.find(letters).unwrap_or(after.len()));
        let (_, length) = UNITS.iter().find(|(word, _)| *word == unit).ok_or_else(refuse)?;
        nanos += number.parse::<f64>().map_err(|_| refuse())? * length;
        rest = after;
    }
    if negative {
        return Ok(Duration::ZERO);
    }
    // 292 years, as everywhere in Alertmanager.
    let seconds = nanos / 1e9;
    let fits = seconds <= 9_223_372_036.0;
    fits.then(|| Duration::from_secs_f64(seconds)).ok_or("it is longer than 292 years".to_owned())
}

/// A limit: what is not more than 0 is none.
pub(super) fn bytes_max(text: &str) -> Result<u64, String> {
    let number: i64 = text.parse().map_err(|_| "write a whole number".to_owned())?;
    Ok(u64::try_from(number).unwrap_or(0))
}

pub(super) fn ratio(text: &str) -> Result<f64, String> {
    let ratio = text.parse().ok().filter(|ratio: &f64| *ratio > 0.0 && *ratio <= 1.0);
    ratio.ok_or("write a number greater than 0 and at most 1".to_owned())
}

/// An address on the web, without the slash at its end; empty is none.
pub(super) fn url(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let remedy = "write an address such as https://alerts.example.org/alertmanager";
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let rest = rest.ok_or(format!("it begins neither with http:// nor with https://; {remedy}"))?;
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') || rest.contains(['?', '#', ' ']) {
        return Err(format!("it is no address of a page; {remedy}"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// `/alertmanager`, also written `alertmanager/`; `/` is no prefix, and empty says nothing.
pub(super) fn prefix(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    if text.contains(['?', '#', ' ', '{', '}', '*']) || text.contains("//") {
        return Err("write a path such as /alertmanager".to_owned());
    }
    Ok(format!("/{}", text.trim_matches('/')))
}
