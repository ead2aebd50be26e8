//! Twilio: text messages and calls through its REST API (`2010-04-01`), what is read out as TwiML,
//! and what it hands in about a call or a message as a form.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::phone::{Heard, Phone, Spoken};
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
    form.extend(said.asks.and_then(|(url, _)| told_at(url)));
    request(phone, "Calls", form)
}

/// The request that sends a text message; `acknowledge_url` is empty for what is no call.
pub(super) fn text(phone: &Phone, number: &str, text: String, acknowledge_url: &str) -> HttpCall {
    let mut form = vec![("To", number.to_owned()), ("From", phone.from.clone()), ("Body", text)];
    form.extend(told_at(&format!("{acknowledge_url}/text")));
    request(phone, "Messages", form)
}

/// Where it is to tell what became of a call or a message: it refuses what is to be told at an
/// address that nobody outside can reach.
fn told_at(url: &str) -> Option<(&'static str, String)> {
    url.starts_with("https://").then(|| ("StatusCallback", url.to_owned()))
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
