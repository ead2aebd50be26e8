//! Answers to text messages: what people write, and how providers hand it over.
//!
//! Twilio signs what it hands in by HMAC-SHA1 over the address and the sorted form, Vonage by a
//! `sig` among the fields (here by SHA-256 HMAC alone). Twilio also lists what it received
//! (`Messages.json`), the newest first. A gateway that is described in the settings has a bearer
//! token, and hands in `id`, `from` and `text`.

use std::collections::BTreeMap;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::tz::TimeZone;
use kernel::{Time, unhex};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

use super::phone::{Phone, Provider};
use super::twilio;
use crate::receivers::{HttpCall, Method};

/// How old what Vonage signed may be.
pub(super) const AGE_MAX: Duration = Duration::from_secs(5 * 60);
/// How many messages are asked for at once: only so many long ones fit into the beginning of an
/// answer that is read.
const LISTED_AT_ONCE: u8 = 5;

/// What somebody asks for by a text message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// To take an incident, by its number; the one that rings when it is not said.
    Acknowledge(Option<u64>),
    /// To call the next in line for it.
    Escalate(Option<u64>),
}

/// A text message that somebody sent to us.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Received {
    /// Its name at the provider.
    pub id: String,
    /// The number that it came from, like `+4930123456`.
    pub from: String,
    /// What it says.
    pub text: String,
    /// When it was sent, as far as the provider says; to the second.
    pub sent_at: Time,
}

/// Why a request is not taken for the provider's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotTheirs {
    /// There is no signature, or nothing to check it with.
    #[error("the request has no signature")]
    Missing,
    /// Too old, or from the future.
    #[error("the request is more than five minutes old or early; look at the clocks")]
    Old,
    /// Not signed with this secret for this address.
    #[error("the signature is wrong; look at the secret, and at the address in public_url")]
    Wrong,
    /// It is the provider's, and no text message.
    #[error("the request is no text message")]
    Other,
}

impl Asked {
    /// Reads an answer: `1`, `ack`, `ack 4711`, `esc 4711`. What is more than a word and a number
    /// is no answer without the number: who writes a sentence may mean anything.
    pub fn parse(text: &str) -> Option<Asked> {
        let plain: String = text
            .chars()
            .take(200)
            .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
            .collect::<String>()
            .to_lowercase();
        let mut words = plain.split_whitespace();
        let first = words.next()?;
        let digits = first.find(|letter: char| letter.is_ascii_digit()).filter(|at| *at > 0);
        // `ack4711` is what a keyboard makes of it.
        let (verb, joined) = first.split_at(digits.unwrap_or(first.len()));
        let second = if joined.is_empty() { words.next() } else { Some(joined) };
        let number = second.map(str::parse::<u64>).transpose().ok()?;
        match verb {
            "1" | "ack" | "acknowledge" | "take" => Some(Asked::Acknowledge(number)),
            "esc" | "escalate" => Some(Asked::Escalate(number)),
            _ => None,
        }
    }
}

/// Reads a message that a provider handed in at `url`, once its signature is known to be right.
///
/// # Errors
/// Why it is not taken.
pub fn received(
    phone: &Phone,
    url: &str,
    header: &dyn Fn(&str) -> String,
    body: &[u8],
    now: Time,
) -> Result<Received, NotTheirs> {
    match phone.provider {
        Some(Provider::Twilio) => {
            from_twilio(phone.secret.reveal(), url, &header("x-twilio-signature"), body, now)
        }
        Some(Provider::Vonage) => {
            let json = header("content-type").starts_with("application/json");
            from_vonage(phone.signature_secret.reveal(), json, body, now)
        }
        Some(Provider::Http) => {
            let json = header("content-type").starts_with("application/json");
            let token = header("authorization");
            described(phone.signature_secret.reveal(), &token, (json, body), now)
        }
        None => Err(NotTheirs::Missing),
    }
}

/// Of a gateway of one's own: whoever has the token may say who wrote what.
fn described(
    secret: &str,
    token: &str,
    (json, body): (bool, &[u8]),
    now: Time,
) -> Result<Received, NotTheirs> {
    let token = token.strip_prefix("Bearer ").ok_or(NotTheirs::Missing)?;
    if secret.is_empty() {
        return Err(NotTheirs::Missing);
    }
    // Compared by their hashes, so that time tells nothing of the secret.
    let hashed = |text: &str| {
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
        mac.map(|mac| mac.chain_update(text.as_bytes())).map_err(|_| NotTheirs::Wrong)
    };
    let right = hashed(secret)?.finalize().into_bytes();
    hashed(token)?.verify_slice(&right).map_err(|_| NotTheirs::Wrong)?;
    let mut fields = fields(json, body).map_err(|_| NotTheirs::Other)?;
    let mut field =
        |name: &str| fields.remove(name).filter(|value| !value.is_empty()).ok_or(NotTheirs::Other);
    Ok(Received { id: field("id")?, from: field("from")?, text: field("text")?, sent_at: now })
}

/// The fields of a form or of a flat JSON object.
///
/// # Errors
/// When it is neither.
pub(super) fn fields(json: bool, body: &[u8]) -> Result<BTreeMap<String, String>, NotTheirs> {
    if !json {
        return Ok(form_urlencoded::parse(body).into_owned().collect());
    }
    let fields: BTreeMap<String, Value> =
        serde_json::from_slice(body).map_err(|_| NotTheirs::Missing)?;
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(fields.into_iter().map(|(name, value)| (name, text(value))).collect())
}

fn from_twilio(
    secret: &str,
    url: &str,
    signature: &str,
    body: &[u8],
    now: Time,
) -> Result<Received, NotTheirs> {
    let mut fields: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    fields.sort();
    twilio::verify(secret, url, signature, &fields)?;
    let field = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).ok_or(NotTheirs::Other)
    };
    Ok(Received {
        id: field("MessageSid")?,
        from: field("From")?,
        text: field("Body")?,
        sent_at: now,
    })
}

/// The fields of what Vonage hands in, once its signature is known to be right.
///
/// # Errors
/// Why it is not taken.
pub(super) fn signed_by_vonage(
    secret: &str,
    json: bool,
    body: &[u8],
    now: Time,
) -> Result<BTreeMap<String, String>, NotTheirs> {
    let mut fields = fields(json, body)?;
    let signature = fields.remove("sig").and_then(|sig| unhex(&sig)).ok_or(NotTheirs::Missing)?;
    if secret.is_empty() {
        return Err(NotTheirs::Missing);
    }
    let plain = |value: &str| value.replace(['&', '='], "_");
    let signed: String =
        fields.iter().map(|(name, value)| format!("&{name}={}", plain(value))).collect();
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    let mac = mac.map_err(|_| NotTheirs::Wrong)?.chain_update(signed.as_bytes());
    mac.verify_slice(&signature).map_err(|_| NotTheirs::Wrong)?;
    let seconds = signed_at(&fields).ok_or(NotTheirs::Missing)?;
    if (now.micros() / 1_000_000).abs_diff(seconds) > AGE_MAX.as_secs() {
        return Err(NotTheirs::Old);
    }
    Ok(fields)
}

fn signed_at(fields: &BTreeMap<String, String>) -> Option<i64> {
    fields.get("timestamp").and_then(|seconds| seconds.parse().ok())
}

fn from_vonage(secret: &str, json: bool, body: &[u8], now: Time) -> Result<Received, NotTheirs> {
    let mut fields = signed_by_vonage(secret, json, body, now)?;
    let seconds = signed_at(&fields).ok_or(NotTheirs::Missing)?;
    let mut field = |name: &str| fields.remove(name).ok_or(NotTheirs::Other);
    Ok(Received {
        id: field("messageId")?,
        // Without the plus, as its documents have it.
        from: format!("+{}", field("msisdn")?),
        text: field("text")?,
        sent_at: Time::from_seconds(seconds),
    })
}

impl Phone {
    /// Asks for messages that were received on the day of `since` or later, the newest first;
    /// `next` goes on where a list ended.
    pub fn list(&self, since: Time, next: Option<&str>) -> HttpCall {
        let api = self.api(twilio::API);
        let own = format!("/2010-04-01/Accounts/{}/Messages.json", self.account);
        let url = match next.filter(|next| next.starts_with(&own)) {
            Some(next) => format!("{api}{next}"),
            None => {
                let day = jiff::Timestamp::from_microsecond(since.micros()).unwrap_or_default();
                let day = day.to_zoned(TimeZone::UTC).date().to_string();
                let mut query = form_urlencoded::Serializer::new(String::new());
                query.append_pair("To", &self.from).append_pair("DateSent>", &day);
                query.append_pair("PageSize", &LISTED_AT_ONCE.to_string());
                format!("{api}{own}?{}", query.finish())
            }
        };
        let mut call = twilio::signed_in(self, HttpCall::post_json(url, &()));
        call.method = Method::Get;
        call.body = String::new();
        call
    }
}

/// A part of the list of messages that a provider received.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// The messages, the newest first.
    pub messages: Vec<Received>,
    /// Where it goes on, when it does.
    pub next: Option<String>,
}

/// Reads a part of the list.
///
/// # Errors
/// What cannot be read.
pub fn listed(body: &str) -> Result<Listed, String> {
    #[derive(Deserialize)]
    struct List {
        messages: Vec<Message>,
        next_page_uri: Option<String>,
    }
    #[derive(Deserialize)]
    struct Message {
        sid: String,
        from: Option<String>,
        body: Option<String>,
        direction: String,
        date_sent: Option<String>,
        date_created: Option<String>,
    }
    let list: List = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let message = |message: Message| {
        let at = message.date_sent.or(message.date_created)?;
        let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(&at).ok()?;
        let inbound = message.direction == "inbound";
        inbound.then_some(Received {
            id: message.sid,
            from: message.from?,
            text: message.body.unwrap_or_default(),
            sent_at: Time::from_seconds(at.as_second()),
        })
    };
    Ok(Listed {
        messages: list.messages.into_iter().filter_map(message).collect(),
        next: list.next_page_uri,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receivers::Secret;

    const NOW: Time = Time::from_seconds(1_772_366_400);

    #[test]
    fn answers_are_read_as_people_write_them() {
        let takes = |number| Some(Asked::Acknowledge(number));
        for (text, asked) in [
            ("1", takes(None)),
            (" Ack. ", takes(None)),
            ("ACK 4711", takes(Some(4711))),
            ("ack #4711!", takes(Some(4711))),
            ("Ack4711", takes(Some(4711))),
            ("1 4711", takes(Some(4711))),
            ("ack 4711 I am on it", takes(Some(4711))),
            ("esc 4711", Some(Asked::Escalate(Some(4711)))),
            ("Escalate", Some(Asked::Escalate(None))),
            ("ack not me", None),
            ("acknowledged?", None),
            ("11", None),
            ("4711", None),
            ("no", None),
            ("", None),
            ("ack 99999999999999999999999", None),
        ] {
            assert_eq!(Asked::parse(text), asked, "{text}");
        }
    }

    /// The example in Twilio's document on the security of webhooks.
    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const FORM: &str = "CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234&\
        From=%2B12349013030&To=%2B18005551212";

    #[test]
    fn what_twilio_signed_is_taken_for_its_own() {
        let check = |secret, url, signature, body: &str| {
            from_twilio(secret, url, signature, body.as_bytes(), NOW).unwrap_err()
        };
        let signature = "0/KCTR6DLpKmkAf8muzZqo1nDgQ=";
        assert_eq!(check("12345", URL, signature, FORM), NotTheirs::Other, "it is a call");
        assert_eq!(check("54321", URL, signature, FORM), NotTheirs::Wrong);
        assert_eq!(check("12345", "https://other.com", signature, FORM), NotTheirs::Wrong);
        assert_eq!(check("12345", URL, signature, "Digits=1"), NotTheirs::Wrong);
        assert_eq!(check("12345", URL, "", FORM), NotTheirs::Missing);
        assert_eq!(check("", URL, signature, FORM), NotTheirs::Missing);
    }

    #[test]
    fn what_vonage_signed_is_taken_for_its_own_while_it_is_fresh() {
        let signed = "&messageId=0A1&msisdn=447700900001&nonce=n&text=ack_1_2&\
                      timestamp=1772366400&to=447700900000";
        let mac = Hmac::<Sha256>::new_from_slice(b"secret").unwrap().chain_update(signed);
        let sig = kernel::hex(&mac.finalize().into_bytes()).to_uppercase();
        let body = serde_json::json!({
            "msisdn": "447700900001", "to": "447700900000", "messageId": "0A1", "nonce": "n",
            "text": "ack&1=2", "timestamp": "1772366400", "sig": sig,
        });
        let body = body.to_string();
        let read = from_vonage("secret", true, body.as_bytes(), NOW).unwrap();
        assert_eq!((read.from.as_str(), read.text.as_str()), ("+447700900001", "ack&1=2"));
        let late = NOW + Duration::from_secs(301);
        assert_eq!(from_vonage("secret", true, body.as_bytes(), late), Err(NotTheirs::Old));
        assert_eq!(from_vonage("other", true, body.as_bytes(), NOW), Err(NotTheirs::Wrong));
        assert_eq!(from_vonage("", true, body.as_bytes(), NOW), Err(NotTheirs::Missing));
        let changed = body.replace("ack&1", "esc&1");
        assert_eq!(from_vonage("secret", true, changed.as_bytes(), NOW), Err(NotTheirs::Wrong));
        assert_eq!(from_vonage("secret", false, b"text=ack", NOW), Err(NotTheirs::Missing));
    }

    #[test]
    fn whoever_has_the_token_of_a_gateway_hands_in_what_came() {
        let body = br#"{"id":"m1","from":"+4917012345","text":"ack 42"}"#;
        let read = described("s3cret", "Bearer s3cret", (true, body), NOW).unwrap();
        assert_eq!((read.id.as_str(), read.from.as_str()), ("m1", "+4917012345"));
        assert_eq!((read.text.as_str(), read.sent_at), ("ack 42", NOW));
        let form = b"id=m1&from=%2B4917012345&text=ack+42";
        assert_eq!(described("s3cret", "Bearer s3cret", (false, form), NOW), Ok(read));
        let refused = |secret, token, body: &[u8]| described(secret, token, (true, body), NOW);
        assert_eq!(refused("s3cret", "Bearer s3cre", body), Err(NotTheirs::Wrong));
        assert_eq!(refused("s3cret", "s3cret", body), Err(NotTheirs::Missing));
        assert_eq!(refused("", "Bearer ", body), Err(NotTheirs::Missing));
        assert_eq!(refused("s3cret", "Bearer s3cret", b"{}"), Err(NotTheirs::Other));
    }

    fn phone() -> Phone {
        Phone {
            provider: Some(Provider::Twilio),
            account: "AC1".to_owned(),
            secret: Secret::new("token"),
            from: "+4930100".to_owned(),
            ..Phone::default()
        }
    }

    #[test]
    fn the_list_of_messages_is_asked_of_the_provider_alone() {
        let first = phone().list(NOW, None);
        assert_eq!(
            first.url,
            "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json\
             ?To=%2B4930100&DateSent%3E=2026-03-01&PageSize=5"
        );
        let next = "/2010-04-01/Accounts/AC1/Messages.json?Page=1";
        assert!(phone().list(NOW, Some(next)).url.ends_with("Messages.json?Page=1"));
        let odd = phone().list(NOW, Some("@evil.example/"));
        assert_eq!(odd.url, first.url, "a list leads nowhere else");
        let body = r#"{"messages": [
            {"sid": "SM1", "from": "+49170", "body": "ack", "direction": "inbound",
             "date_sent": "Sun, 01 Mar 2026 12:00:00 +0000", "date_created": null},
            {"sid": "SM2", "from": "+4930100", "body": "P1", "direction": "outbound-api",
             "date_sent": null, "date_created": "Sun, 01 Mar 2026 12:00:00 +0000"}],
            "next_page_uri": null}"#;
        let Listed { messages, next } = listed(body).unwrap();
        assert_eq!((messages.len(), messages[0].sent_at, next), (1, NOW, None));
        assert!(listed("{").is_err());
    }

    #[test]
    fn answers_come_in_where_the_provider_and_the_sender_allow_it() {
        use super::super::Answers;
        assert_eq!(phone().answers(), Answers::Poll);
        let named = Phone { from: "Operate".to_owned(), ..phone() };
        assert_eq!(named.answers(), Answers::Off);
        let handed = Phone { answers: Some(Answers::Webhook), ..phone() };
        assert_eq!(handed.answers(), Answers::Webhook);
        let vonage = Phone { provider: Some(Provider::Vonage), ..phone() };
        assert_eq!(vonage.answers(), Answers::Off);
        let signed = Phone { signature_secret: Secret::new("s"), ..vonage };
        assert_eq!(signed.answers(), Answers::Webhook);
        let bare = Phone { from: "4930100".to_owned(), ..signed.clone() };
        assert_eq!(bare.answers(), Answers::Webhook, "as the documents of Vonage write it");
        let named = Phone { from: "Operate".to_owned(), ..signed.clone() };
        assert_eq!(named.answers(), Answers::Off, "nobody can answer a name");
        assert_eq!(Phone { answers: Some(Answers::Poll), ..signed }.answers(), Answers::Off);
    }
}
