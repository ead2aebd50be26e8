use kernel::{SilenceId, Time};
use serde_json::json;

use super::silence::uuid_of;

/// The version of Alertmanager whose API this is. amtool warns when it differs from its own.
pub const COMPATIBLE_VERSION: &str = "0.25.0";

/// The answer of `GET /api/v2/alerts`, written straight to its bytes: a full list has a hundred
/// thousand alerts.
#[derive(Debug)]
pub struct AlertsBody {
    out: Vec<u8>,
    receivers: String,
}

/// What is shown of an alert beside its labels and annotations.
#[derive(Clone, Copy, Debug)]
pub struct ShownAlert<'a> {
    /// The hash of the labels, 16 digits when written.
    pub fingerprint: u64,
    /// When the firing began.
    pub starts_at: Time,
    /// Until when it holds.
    pub ends_at: Time,
    /// When the source last spoke of it.
    pub updated_at: Time,
    /// Left out when empty.
    pub generator_url: &'a str,
}

/// Who is told of an alert, and what holds it back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    /// The receivers of its routes; the one of the list when there are none.
    pub receivers: &'a [&'a str],
    /// The hashes of the alerts that inhibit it.
    pub inhibited_by: &'a [u64],
    /// The silences that hold it back.
    pub silenced_by: &'a [SilenceId],
    /// The time intervals in which its group is not told (0.28 and newer).
    pub muted_by: &'a [String],
}

impl AlertsBody {
    /// An empty list, with room for `alerts` alerts of usual length.
    pub fn new(receiver: &str, alerts: usize) -> AlertsBody {
        let mut out = Vec::with_capacity(alerts.saturating_mul(600).saturating_add(16));
        out.push(b'[');
        AlertsBody { out, receivers: receivers_body(&[receiver]) }
    }

    /// Adds an alert that nothing holds back.
    pub fn push<'a>(
        &mut self,
        alert: &ShownAlert<'_>,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
        annotations: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) {
        self.push_told(alert, &Told::default(), labels, annotations);
    }

    /// Adds an alert with who is told of it and what holds it back.
    pub fn push_told<'a>(
        &mut self,
        alert: &ShownAlert<'_>,
        told: &Told<'_>,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
        annotations: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) {
        let out = &mut self.out;
        out.extend_from_slice(if out.ends_with(b"}") { b",{" } else { b"{" });
        out.extend_from_slice(br#""annotations":"#);
        write_pairs(out, annotations);
        out.extend_from_slice(br#","endsAt":"#);
        write_time(out, alert.ends_at);
        out.extend_from_slice(br#","fingerprint":""#);
        write_hexadecimal(out, alert.fingerprint);
        out.extend_from_slice(br#"","receivers":"#);
        if told.receivers.is_empty() {
            out.extend_from_slice(self.receivers.as_bytes());
        } else {
            write_receivers(out, told.receivers);
        }
        out.extend_from_slice(br#","startsAt":"#);
        write_time(out, alert.starts_at);
        out.extend_from_slice(br#","status":{"inhibitedBy":["#);
        for (place, hash) in told.inhibited_by.iter().enumerate() {
            out.extend_from_slice(if place == 0 { b"\"" } else { b",\"" });
            write_hexadecimal(out, *hash);
            out.push(b'"');
        }
        out.extend_from_slice(br#"],"mutedBy":["#);
        for (place, name) in told.muted_by.iter().enumerate() {
            out.extend_from_slice(if place == 0 { b"" } else { b"," });
            write_text(out, name);
        }
        out.extend_from_slice(br#"],"silencedBy":["#);
        for (place, id) in told.silenced_by.iter().enumerate() {
            out.extend_from_slice(if place == 0 { b"" } else { b"," });
            write_text(out, &uuid_of(*id));
        }
        let free =
            told.silenced_by.is_empty() && told.inhibited_by.is_empty() && told.muted_by.is_empty();
        out.extend_from_slice(if free {
            br#"],"state":"active"},"updatedAt":"#
        } else {
            br#"],"state":"suppressed"},"updatedAt":"#
        });
        write_time(out, alert.updated_at);
        if !alert.generator_url.is_empty() {
            out.extend_from_slice(br#","generatorURL":"#);
            write_text(out, alert.generator_url);
        }
        out.extend_from_slice(br#","labels":"#);
        write_pairs(out, labels);
        out.push(b'}');
    }

    /// Begins a group of `GET /api/v2/alerts/groups`; the alerts pushed next are in it.
    pub fn begin_group<'a>(
        &mut self,
        receiver: &str,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) {
        let out = &mut self.out;
        out.extend_from_slice(if out.len() > 1 { br#",{"labels":"# } else { br#"{"labels":"# });
        write_pairs(out, labels);
        out.extend_from_slice(br#","receiver":{"name":"#);
        write_text(out, receiver);
        out.extend_from_slice(br#"},"alerts":["#);
    }

    /// Ends a group.
    pub fn end_group(&mut self) {
        self.out.extend_from_slice(b"]}");
    }

    /// The finished JSON.
    pub fn finish(mut self) -> Vec<u8> {
        self.out.extend_from_slice(b"]\n");
        self.out
    }
}

fn write_pairs<'a>(out: &mut Vec<u8>, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) {
    let mut before = b'{';
    for (name, value) in pairs {
        out.push(before);
        write_text(out, name);
        out.push(b':');
        write_text(out, value);
        before = b',';
    }
    out.extend_from_slice(if before == b'{' { b"{}" } else { b"}" });
}

/// Most texts stand in JSON as they are, which is found out without looking byte by byte.
fn write_text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let escaped = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    if !bytes.iter().fold(false, |found, byte| found | escaped(byte)) {
        out.reserve(bytes.len() + 2);
        out.push(b'"');
        out.extend_from_slice(bytes);
        out.push(b'"');
        return;
    }
    serde_json::to_writer(out, text).expect("a text always fits into memory as JSON");
}

fn write_hexadecimal(out: &mut Vec<u8>, number: u64) {
    out.extend(number.to_be_bytes().iter().flat_map(|byte| {
        let digit = |value: u8| b"0123456789abcdef"[usize::from(value)];
        [digit(byte >> 4), digit(byte & 15)]
    }));
}

/// RFC 3339 in UTC with milliseconds, as go-openapi writes times. Digit by digit: formatting
/// times would otherwise take half of the whole answer.
fn write_time(out: &mut Vec<u8>, time: Time) {
    let instant = jiff::Timestamp::from_microsecond(time.micros())
        .unwrap_or(if time < Time::EPOCH { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX });
    let at = jiff::tz::Offset::UTC.to_datetime(instant);
    let mut text = *b"\"0000-00-00T00:00:00.000Z\"";
    let mut put = |start: usize, digits: usize, value: i32| {
        let mut rest = value.unsigned_abs();
        for digit in text[start..start + digits].iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    };
    put(1, 4, at.year().into());
    put(6, 2, at.month().into());
    put(9, 2, at.day().into());
    put(12, 2, at.hour().into());
    put(15, 2, at.minute().into());
    put(18, 2, at.second().into());
    put(21, 3, at.subsec_nanosecond() / 1_000_000);
    out.extend_from_slice(&text);
}

/// A time as [`write_time`] writes it, without quotes.
pub(super) fn written(time: Time) -> String {
    let mut out = Vec::new();
    write_time(&mut out, time);
    String::from_utf8_lossy(&out).trim_matches('"').to_owned()
}

/// The answer of `GET /api/v2/status`.
#[derive(Clone, Copy, Debug)]
pub struct Status<'a> {
    /// When this process started.
    pub started: Time,
    /// The version of Operate.
    pub version: &'a str,
    /// The configuration that people may see; Alertmanager shows its YAML.
    pub config: &'a str,
}

impl Status<'_> {
    /// The JSON. The version is the compatible one, and `revision` says who really answers.
    pub fn body(&self) -> String {
        json!({
            "cluster": { "peers": [], "status": "disabled" },
            "config": { "original": self.config },
            "uptime": written(self.started),
            "versionInfo": {
                "branch": "operate",
                "buildDate": "",
                "buildUser": "",
                "goVersion": "",
                "revision": format!("operate {}", self.version),
                "version": COMPATIBLE_VERSION,
            },
        })
        .to_string()
    }
}

/// The answer of `GET /api/v2/receivers`.
pub fn receivers_body(receivers: &[&str]) -> String {
    let mut out = Vec::new();
    write_receivers(&mut out, receivers);
    String::from_utf8_lossy(&out).into_owned()
}

/// The body of an answer 400 or 500: a JSON text, as the clients of this API expect it.
pub fn error_body(problem: &str) -> String {
    json!(problem).to_string()
}

fn write_receivers(out: &mut Vec<u8>, receivers: &[&str]) {
    for (place, name) in receivers.iter().enumerate() {
        out.extend_from_slice(if place == 0 { br#"[{"name":"# } else { br#",{"name":"# });
        write_text(out, name);
        out.push(b'}');
    }
    out.extend_from_slice(if receivers.is_empty() { b"[]" } else { b"]" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_milliseconds_in_utc() {
        for (time, expected) in [
            (Time::parse("2026-11-21T00:00:00.123999+01:00").unwrap(), "2026-11-20T23:00:00.123Z"),
            (Time::EPOCH, "1970-01-01T00:00:00.000Z"),
            (Time::from_micros(-1), "1969-12-31T23:59:59.999Z"),
            (Time::parse("2024-02-29T12:34:56Z").unwrap(), "2024-02-29T12:34:56.000Z"),
        ] {
            let mut out = Vec::new();
            write_time(&mut out, time);
            assert_eq!(String::from_utf8(out).unwrap(), format!("\"{expected}\""));
        }
        let mut out = Vec::new();
        write_time(&mut out, Time::MAX);
        assert!(out.starts_with(b"\"9999-12-30T"), "within what Go's clients can read");
    }

    #[test]
    fn an_empty_list_and_empty_labels_are_json_too() {
        assert_eq!(AlertsBody::new("operate", 0).finish(), b"[]\n");
        let mut body = AlertsBody::new("a \"b\"", 1);
        let alert = ShownAlert {
            fingerprint: 0xab,
            starts_at: Time::EPOCH,
            ends_at: Time::EPOCH,
            updated_at: Time::EPOCH,
            generator_url: "",
        };
        body.push(&alert, [], []);
        body.push(&alert, [("a", "b\u{1}")], []);
        let json: serde_json::Value = serde_json::from_slice(&body.finish()).unwrap();
        assert_eq!(json[0]["fingerprint"], "00000000000000ab");
        assert_eq!(json[0]["receivers"][0]["name"], "a \"b\"");
        assert_eq!(json[1]["labels"]["a"], "b\u{1}");
    }
}
