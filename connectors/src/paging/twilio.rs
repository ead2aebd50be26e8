//! Twilio: text messages and calls through its REST API (`2010-04-01`), what is read out as TwiML,
//! and what it hands in about a call or a message as a form.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::NotTheirs;
use super::phone::{HandedIn, Heard, Phone, Spoken, told_at};
use crate::markup::escaped;
use crate::receivers::HttpCall;

/// Where the API is.
pub(super) const API: &str = "https://api.twilio.com";
/// What it calls it when a call or a message reached nobody.
const IN_VAIN: &[&str] = &["busy", "no-answer", "failed", "canceled", "undelivered"];

/// The request that makes a call to a number.
pub(super) fn call(phone: &Phone, number: &str, said: &Spoken<'_>) -> HttpCall {
    let text = escaped(said.text);
    let twiml = match said.asks {
        None => format!("<Response><Say loop=\"2\">{text}</Say></Response>"),
        Some((url, otherwise)) => format!(
            "<Response><Gather numDigits=\"1\" timeout=\"10\" method=\"POST\" \
             action=\"{}\"><Say loop=\"2\">{text}</Say>\
             </Gather><Say>{otherwise}</Say></Response>",
            escaped(url)
        ),
    };
    let to = number.to_owned();
    let mut form = vec![("To", to), ("From", phone.from.clone()), ("Twiml", twiml)];
    let told_at = said.asks.map(|(url, _)| url).filter(|url| url.starts_with("https://"));
    form.extend(told_at.map(|url| ("StatusCallback", url.to_owned())));
    request(phone, "Calls", form)
}

/// The request that sends a text message; `acknowledge_url` is empty for what is no call.
pub(super) fn text(phone: &Phone, number: &str, text: String, acknowledge_url: &str) -> HttpCall {
    let mut form = vec![("To", number.to_owned()), ("From", phone.from.clone()), ("Body", text)];
    form.extend(told_at(acknowledge_url).map(|url| ("StatusCallback", url)));
    request(phone, "Messages", form)
}

/// What was handed in, once its signature is known to be right. Whoever else offers the same API
/// may not sign: what comes without a signature from there has the link alone to show.
///
/// # Errors
/// Why it is not taken.
pub(super) fn signed<'a>(phone: &Phone, handed: &HandedIn<'a>) -> Result<&'a [u8], NotTheirs> {
    let signature = (handed.header)("x-twilio-signature");
    if phone.secret.is_empty() || (signature.is_empty() && !phone.url.is_empty()) {
        return Ok(handed.body);
    }
    let mut fields: Vec<(String, String)> =
        form_urlencoded::parse(handed.body).into_owned().collect();
    fields.sort();
    verify(phone.secret.reveal(), handed.url, &signature, &fields)?;
    Ok(handed.body)
}

/// Whether a form was signed for an address; its fields are sorted.
pub(super) fn verify(
    secret: &str,
    url: &str,
    signature: &str,
    fields: &[(String, String)],
) -> Result<(), NotTheirs> {
    let theirs = BASE64_STANDARD.decode(signature).map_err(|_| NotTheirs::Missing)?;
    if secret.is_empty() || theirs.is_empty() {
        return Err(NotTheirs::Missing);
    }
    let signed = fields.iter().fold(url.to_owned(), |signed, (name, value)| signed + name + value);
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    ring::hmac::verify(&key, signed.as_bytes(), &theirs).map_err(|_| NotTheirs::Wrong)
}

/// What was handed in about a call or a message.
pub(super) fn heard(body: &[u8]) -> Heard {
    let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    let field =
        |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let status = field("CallStatus").or(field("MessageStatus"));
    match (field("Digits"), status) {
        (None, Some(status)) if IN_VAIN.contains(&status) => {
            let code = field("ErrorCode").map(|code| format!(", error {code}"));
            Heard::Unreached(format!("{status}{}", code.unwrap_or_default()))
        }
        (None, Some(_)) => Heard::Nothing,
        // What cannot be read is no digit.
        (digits, _) => Heard::Digits(digits.unwrap_or_default().to_owned()),
    }
}

/// What is said next, in a call that goes on.
pub(super) fn says(text: &str) -> String {
    format!("<Response><Say>{}</Say></Response>", escaped(text))
}

fn request(phone: &Phone, kind: &str, form: Vec<(&str, String)>) -> HttpCall {
    let url = format!("{}/2010-04-01/Accounts/{}/{kind}.json", phone.api(API), phone.account);
    signed_in(phone, HttpCall::post_form(url, form))
}

/// With the account's name and secret.
pub(super) fn signed_in(phone: &Phone, mut call: HttpCall) -> HttpCall {
    let pair = BASE64_STANDARD.encode(format!("{}:{}", phone.account, phone.secret.reveal()));
    call.headers.push(("Authorization".to_owned(), format!("Basic {pair}")));
    call
}
