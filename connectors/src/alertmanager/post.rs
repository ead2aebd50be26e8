use serde::de::{IgnoredAny, MapAccess};

use crate::Signal;
use crate::wire::{self, Malformed, Place, Record, Text};

/// Most alerts in one body. Prometheus sends 64 at a time, later versions up to 256.
pub const ALERTS_MAX: usize = 10_000;

/// Reads the body of `POST /api/v2/alerts`. Members that Alertmanager does not know are skipped,
/// as it does.
///
/// # Errors
/// When the body is no list of alerts, or one of them has a field of the wrong type: then none is
/// taken. An alert without labels comes through with none, for the practice to refuse alone.
pub fn parse(body: &[u8]) -> Result<Vec<Signal<'_>>, Malformed> {
    wire::records::<Signal<'_>>(body, ALERTS_MAX)
}

impl<'de> Record<'de> for Signal<'de> {
    const WHAT: &'static str = "alert";
    const ALONE: bool = false;

    fn read<A: MapAccess<'de>>(mut map: A, place: &Place) -> Result<Signal<'de>, A::Error> {
        let mut signal = Signal::default();
        while let Some(Text(member)) = map.next_key()? {
            match &*member {
                "labels" => {
                    place.at("labels");
                    signal.labels = wire::pairs(&mut map, place)?;
                }
                "annotations" => {
                    place.at("annotations");
                    signal.annotations = wire::pairs(&mut map, place)?;
                }
                "startsAt" => {
                    place.at("startsAt");
                    signal.starts_at = wire::time(&mut map)?;
                }
                "endsAt" => {
                    place.at("endsAt");
                    signal.ends_at = wire::time(&mut map)?;
                }
                "generatorURL" => {
                    place.at("generatorURL");
                    signal.generator_url = wire::text(&mut map)?;
                }
                _ => {
                    place.at("");
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(signal)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use kernel::Time;

    use super::*;

    fn refused(body: &str) -> String {
        parse(body.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn texts_without_escapes_are_borrowed() {
        let body = br#"[{"labels":{"alertname":"Up","q":"a\"b"}}]"#;
        let signals = parse(body).unwrap();
        assert!(matches!(signals[0].labels[0], (Cow::Borrowed("alertname"), Cow::Borrowed("Up"))));
        assert_eq!(signals[0].labels[1].1, "a\"b");
    }

    #[test]
    fn what_is_unsaid_in_any_of_its_spellings_is_none() {
        for start in [r#""""#, "null", r#""0001-01-01T00:00:00Z""#] {
            let body =
                format!(r#"[{{"labels":{{"a":"b"}},"startsAt":{start},"annotations":null}}]"#);
            assert_eq!(parse(body.as_bytes()).unwrap()[0].starts_at, None, "{start}");
        }
        assert_eq!(parse(b"null"), Ok(vec![]));
        assert_eq!(parse(b" [] \n"), Ok(vec![]));
    }

    #[test]
    fn times_come_with_any_offset_any_precision_or_none() {
        for text in [
            "2026-11-21T03:00:00Z",
            "2026-11-21T04:00:00.000+01:00",
            "2026-11-21T03:00:00",
            "2026-11-21T03:00:00.000000000Z",
        ] {
            let body = format!(r#"[{{"endsAt":"{text}"}}]"#);
            let expected = Time::parse("2026-11-21T03:00:00Z").ok();
            assert_eq!(parse(body.as_bytes()).unwrap()[0].ends_at, expected, "{text}");
        }
    }

    #[test]
    fn errors_name_the_alert_and_the_field() {
        for (body, expected) in [
            ("", "the body is empty; send a JSON list"),
            ("{}", "invalid type: map, expected a list of alerts (line 1, column 2)"),
            ("[] x", "after the end of the list: trailing characters (line 1, column 4)"),
            (
                "[null]",
                "alert 0: invalid type: null, expected an object that describes one alert \
                        (line 1, column 5)",
            ),
            (
                r#"[{"labels":{}},{"labels":{"severity":5}}]"#,
                "alert 1, labels.severity: invalid type: integer `5`, expected a string \
                 (line 1, column 38)",
            ),
            (
                r#"[{"labels":["a"]}]"#,
                "alert 0, labels: invalid type: sequence, expected an object whose values are \
                 texts (line 1, column 12)",
            ),
            (
                r#"[{"startsAt":"yesterday"}]"#,
                "alert 0, startsAt: `yesterday` is not a time; write it like 2026-03-01T09:30:00Z \
                 (line 1, column 25)",
            ),
            (
                r#"[{"labels":{"a":"b"#,
                "alert 0, labels.a: EOF while parsing a string \
                                       (line 1, column 18)",
            ),
        ] {
            assert_eq!(refused(body), expected);
        }
        let latin = parse(b"[{\"labels\":{\"a\":\"\xff\"}}]").unwrap_err();
        assert_eq!(latin.to_string(), "the body is not UTF-8 from byte 17");
    }

    #[test]
    fn a_body_cannot_ask_for_unbounded_memory_or_stack() {
        let many = format!("[{}{{}}]", "{},".repeat(ALERTS_MAX));
        assert_eq!(refused(&many), "more than 10000 alerts in one body (line 1, column 30004)");

        let labels: String = (0..300).map(|n| format!(r#""l{n}":"x","#)).collect();
        let wide = format!(r#"[{{"labels":{{{labels}"z":"x"}}}}]"#);
        assert!(refused(&wide).starts_with("alert 0, labels: more than 256 names (line"));

        let long = format!(r#"[{{"labels":"{}"}}]"#, "long ".repeat(100_000));
        assert!(refused(&long).len() < 300, "an error does not repeat what was sent");

        let deep = format!(r#"[{{"other":{}"#, "[".repeat(1_000_000));
        assert!(refused(&deep).starts_with("alert 0: EOF while parsing"));
        let deep = format!(r#"[{{"labels":{}"#, r#"{"a":"#.repeat(100_000));
        assert!(refused(&deep).starts_with("alert 0, labels.a: invalid type: map"));
    }
}
