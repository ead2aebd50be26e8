//! Silences as API v2 writes and reads them. To its clients an id is a UUID.

use kernel::{SilenceId, Time};
use routing::{Matcher, Matchers, Op};
use serde::Deserialize;
use serde_json::json;

use super::query::{MATCHERS_MAX, QueryError};
use super::show::written;

/// The id as the clients of this API know it.
pub fn uuid_of(id: SilenceId) -> String {
    let digits = format!("{:032x}", id.bits());
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}

/// The id that a UUID stands for; `None` when the text is no UUID.
pub fn id_of(uuid: &str) -> Option<SilenceId> {
    let dashes = uuid.len() == 36 && [8, 13, 18, 23].iter().all(|at| uuid.as_bytes()[*at] == b'-');
    let digits = uuid.replace('-', "");
    let plain = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bits = u128::from_str_radix(&digits, 16).ok().filter(|_| plain && dashes)?;
    Some(SilenceId::from_bits(bits))
}

/// A silence that a client wants.
#[derive(Clone, PartialEq, Debug)]
pub struct PostedSilence {
    /// The UUID of the one to change; empty for a new one.
    pub id: String,
    /// Which alerts.
    pub matchers: Matchers,
    /// From when.
    pub starts_at: Time,
    /// Until when.
    pub ends_at: Time,
    /// Who wants it.
    pub created_by: String,
    /// Why.
    pub comment: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    matchers: Vec<Condition>,
    starts_at: Time,
    ends_at: Time,
    created_by: String,
    comment: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Condition {
    name: String,
    value: String,
    is_regex: bool,
    #[serde(default)]
    is_equal: Option<bool>,
}

/// Reads the body of `POST /api/v2/silences`.
///
/// # Errors
/// A sentence for the client, naming what cannot be read.
pub fn parse_silence(body: &[u8]) -> Result<PostedSilence, String> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let body =
        Body::deserialize(&mut reader).map_err(|error| format!("silence invalid: {error}"))?;
    reader.end().map_err(|error| error.to_string())?;
    if body.matchers.len() > MATCHERS_MAX {
        return Err(format!("silence invalid: more than {MATCHERS_MAX} matchers"));
    }
    let matchers = body.matchers.into_iter().enumerate().map(|(place, one)| {
        let op = Op::from_flags(one.is_regex, one.is_equal.unwrap_or(true));
        Matcher::new(one.name, op, one.value)
            .map_err(|error| format!("silence invalid: invalid label matcher {place}: {error}"))
    });
    Ok(PostedSilence {
        id: body.id.unwrap_or_default(),
        matchers: matchers.collect::<Result<Matchers, String>>()?,
        starts_at: body.starts_at,
        ends_at: body.ends_at,
        created_by: body.created_by,
        comment: body.comment,
    })
}

/// Where a silence is in its life, as this API spells it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SilenceState {
    /// It holds alerts back.
    Active,
    /// It has not begun.
    Pending,
    /// It is over.
    Expired,
}

/// What is shown of a silence.
#[derive(Clone, Debug)]
pub struct ShownSilence<'a> {
    /// Its id.
    pub id: SilenceId,
    /// Where it is in its life.
    pub state: SilenceState,
    /// Which alerts.
    pub matchers: &'a Matchers,
    /// From when.
    pub starts_at: Time,
    /// Until when.
    pub ends_at: Time,
    /// When something last happened to it.
    pub updated_at: Time,
    /// Who wants it.
    pub created_by: &'a str,
    /// Why.
    pub comment: &'a str,
}

impl ShownSilence<'_> {
    /// The JSON of one silence.
    pub fn body(&self) -> serde_json::Value {
        let matchers: Vec<serde_json::Value> = self
            .matchers
            .iter()
            .map(|matcher| {
                json!({
                    "isEqual": matcher.op().is_equal(),
                    "isRegex": matcher.op().is_regex(),
                    "name": matcher.name(),
                    "value": matcher.value(),
                })
            })
            .collect();
        let state = match self.state {
            SilenceState::Active => "active",
            SilenceState::Pending => "pending",
            SilenceState::Expired => "expired",
        };
        json!({
            "id": uuid_of(self.id),
            "status": { "state": state },
            "updatedAt": written(self.updated_at),
            "comment": self.comment,
            "createdBy": self.created_by,
            "endsAt": written(self.ends_at),
            "matchers": matchers,
            "startsAt": written(self.starts_at),
        })
    }

    /// The order of the list: active ones that end soonest, pending ones that begin soonest, then
    /// those that are over, the latest first.
    pub fn rank(&self) -> (SilenceState, i64) {
        let key = match self.state {
            SilenceState::Active => self.ends_at.micros(),
            SilenceState::Pending => self.starts_at.micros(),
            SilenceState::Expired => -self.ends_at.micros(),
        };
        (self.state, key)
    }
}

/// The list as `GET /api/v2/silences` answers it.
pub fn silences_body(mut silences: Vec<ShownSilence<'_>>) -> Vec<u8> {
    silences.sort_by_key(|silence| (silence.rank(), silence.id));
    let list: Vec<serde_json::Value> = silences.iter().map(ShownSilence::body).collect();
    let mut out = serde_json::Value::from(list).to_string().into_bytes();
    out.push(b'\n');
    out
}

/// The answer to a silence that was taken.
pub fn silence_id_body(id: SilenceId) -> String {
    json!({ "silenceID": uuid_of(id) }).to_string()
}

/// What `GET /api/v2/silences` was asked for.
#[derive(Clone, Debug, Default)]
pub struct SilenceQuery {
    filters: Matchers,
}

impl SilenceQuery {
    /// Reads the part of the address after `?`; unknown parameters are ignored.
    ///
    /// # Errors
    /// When `filter` is no matcher, or there are too many.
    pub fn parse(query: &str) -> Result<SilenceQuery, QueryError> {
        let mut filters = Matchers::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if name == "filter" {
                if filters.len() == MATCHERS_MAX {
                    return Err(QueryError::TooMany);
                }
                filters.push(Matcher::parse(&value).map_err(QueryError::SilenceFilter)?);
            }
        }
        Ok(SilenceQuery { filters })
    }

    /// Whether a silence belongs into the answer: filters look at what it says about each label,
    /// as if its matchers were labels.
    pub fn fits(&self, matchers: &Matchers) -> bool {
        self.filters.iter().all(|filter| {
            // Of several about one label, the last counts.
            let about = matchers.iter().rev().find(|matcher| matcher.name() == filter.name());
            filter.accepts(about.map_or("", |matcher| matcher.value()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "0195f3a0-1111-7222-8333-444455556666";

    #[test]
    fn an_id_is_a_uuid_and_back() {
        let id = id_of(UUID).expect("a UUID");
        assert_eq!(uuid_of(id), UUID);
        for wrong in ["", "0195f3a0", &UUID.replace('-', ""), &UUID.replace('0', "g"), "ä-ä"] {
            assert_eq!(id_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_amtool_posts_is_read() {
        let body = br#"{"comment":"c","createdBy":"root","endsAt":"2026-11-21T17:00:00.000Z",
            "matchers":[{"isEqual":true,"isRegex":false,"name":"a","value":"b"},
                {"isRegex":true,"name":"c","value":"d.*"}],
            "startsAt":"2026-11-21T17:00:00.000+01:00"}"#;
        let posted = parse_silence(body).expect("reads");
        assert_eq!(posted.matchers.to_string(), r#"{a="b",c=~"d.*"}"#);
        assert_eq!(posted.starts_at.to_string(), "2026-11-21T16:00:00Z");
        assert_eq!((posted.id.as_str(), posted.created_by.as_str()), ("", "root"));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let refused = |body: &str| parse_silence(body.as_bytes()).unwrap_err();
        assert!(refused("{}").starts_with("silence invalid: missing field `startsAt`"));
        let wrong = r#"{"comment":"c","createdBy":"r","endsAt":"2026-11-21T17:00:00Z",
            "startsAt":"2026-11-21T16:00:00Z",
            "matchers":[{"isRegex":true,"name":"a","value":"("}]}"#;
        assert!(refused(wrong).starts_with("silence invalid: invalid label matcher 0: "));
        let many = wrong.replace(
            r#"{"isRegex":true,"name":"a","value":"("}"#,
            &vec![r#"{"isRegex":false,"name":"a","value":"b"}"#; 51].join(","),
        );
        assert_eq!(refused(&many), "silence invalid: more than 50 matchers");
    }

    #[test]
    fn filters_look_at_what_a_silence_says_about_a_label() {
        let silence = Matchers::parse(r#"{alertname="Disk",team=~"a|b"}"#).expect("matchers");
        for (query, fits) in [
            ("", true),
            ("filter=alertname%3DDisk", true),
            ("filter=alertname%3DDisk&filter=team%3Da", false),
            ("filter=team%3D~%22a.*%22", true),
            ("filter=other%3Dx", false),
            ("filter=other!%3Dx", true),
        ] {
            let query = SilenceQuery::parse(query).expect("reads");
            assert_eq!(query.fits(&silence), fits, "{query:?}");
        }
        assert!(SilenceQuery::parse("filter=x").is_err());
    }

    #[test]
    fn the_list_has_the_order_of_alertmanager() {
        let matchers = Matchers::parse("a=b").expect("matchers");
        let silence = |bits, state, starts, ends| ShownSilence {
            id: SilenceId::from_bits(bits),
            state,
            matchers: &matchers,
            starts_at: Time::from_seconds(starts),
            ends_at: Time::from_seconds(ends),
            updated_at: Time::EPOCH,
            created_by: "ada",
            comment: "c",
        };
        let body = silences_body(vec![
            silence(1, SilenceState::Expired, 0, 5),
            silence(2, SilenceState::Expired, 0, 9),
            silence(3, SilenceState::Pending, 50, 60),
            silence(4, SilenceState::Active, 0, 30),
            silence(5, SilenceState::Active, 0, 20),
        ]);
        let list: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        let ids: Vec<&str> = list
            .as_array()
            .expect("a list")
            .iter()
            .map(|s| s["id"].as_str().expect("id"))
            .collect();
        let last: Vec<&str> = ids.iter().map(|id| &id[35..]).collect();
        assert_eq!(last, ["5", "4", "3", "2", "1"]);
        assert_eq!(list[0]["endsAt"], "1970-01-01T00:00:20.000Z");
        assert_eq!(list[0]["matchers"][0]["isEqual"], true);
        assert_eq!(list[0]["status"]["state"], "active");
    }
}
