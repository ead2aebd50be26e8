//! The telephone: text messages and voice, through whoever is set up.
//!
//! Providers that speak as Twilio (`Messages.json`, `Calls.json` with TwiML) or as Vonage
//! (`/sms/json`, `/v1/calls` with NCCO) are known; any other one is described by its address and
//! what to send.

use kernel::{Priority, Time};
use serde::{Deserialize, Serialize};

use super::together::READ_OUT_MAX;
use super::{NotTheirs, Note, PageCall, answers, one_line, twilio, vonage};
use crate::SendError;
use crate::receivers::{HttpCall, Method, Secret};

/// Longest text message, in characters: two parts of a message in most alphabets.
const TEXT_CHARS_MAX: usize = 306;
/// Where the address at which a call is acknowledged stands in a request that is described.
const ACKNOWLEDGE: &str = "{ack_url}";
/// The digit that acknowledges. Not 1, which people press to be rid of a call.
const DIGIT: char = '4';

/// Who carries text messages or calls.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Phone {
    /// How it is spoken to; nobody is set up without it.
    pub provider: Option<Provider>,
    /// The account's id, or the key of the API; for calls through Vonage the id of the application.
    pub account: String,
    /// The secret of the account; for `http` the whole value of `Authorization`; for calls through
    /// Vonage the private key of the application, in PEM.
    pub secret: Secret,
    /// A file with the secret, instead of the secret itself.
    pub secret_file: String,
    /// The number or name that is shown as the sender.
    pub from: String,
    /// Where the API is, when it is not the provider's own; for `http` the address to send to, in
    /// which `{to}`, `{from}`, `{text}` and `{ack_url}` may stand.
    pub url: String,
    /// For `http`: what to send, with `{to}`, `{from}`, `{text}` and `{ack_url}` as parts of JSON
    /// texts or, with another `content_type`, of a form.
    pub body: String,
    /// For `http`: what the body is; JSON when it is not said.
    pub content_type: String,
    /// How answers to text messages come in; what the provider can do when it is not said.
    pub answers: Option<Answers>,
    /// For Vonage: what it signs what it hands in with, by SHA-256 HMAC. For `http`: the bearer
    /// token of whoever hands in answers.
    pub signature_secret: Secret,
}

/// What is heard of a call that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// These keys were pressed; none while somebody was waited for.
    Digits(String),
    /// It is over, and it reached nobody.
    Unreached(String),
    /// It goes on, or ended as it should.
    Nothing,
}

/// What a provider hands in.
#[derive(Clone, Copy)]
pub struct HandedIn<'a> {
    /// The address that it was sent to, as the provider was told it.
    pub url: &'a str,
    /// The value of a header, by its name in small letters; empty when there is none.
    pub header: &'a dyn Fn(&str) -> String,
    /// What it says.
    pub body: &'a [u8],
}

/// How answers to text messages come in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// They do not.
    Off,
    /// The provider is asked for them while somebody is called.
    Poll,
    /// The provider hands them in.
    Webhook,
}

/// How a provider is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// As Twilio.
    Twilio,
    /// As Vonage.
    Vonage,
    /// By a request that is described here.
    Http,
}

/// What a call says.
pub(super) struct Spoken<'a> {
    /// What is read out, twice.
    pub text: &'a str,
    /// Where the digit goes, and what is said when none came; nothing: no digit is asked for.
    pub asks: Option<(&'a str, &'a str)>,
}

impl Phone {
    /// Reads the secret, where a file has it.
    pub(super) fn read_secret(&mut self) -> Result<(), String> {
        if self.secret_file.is_empty() {
            return Ok(());
        }
        if !self.secret.is_empty() {
            return Err("is set beside secret: write one of them".to_owned());
        }
        let text = std::fs::read_to_string(&self.secret_file);
        let text = text.map_err(|error| format!("{}: {error}", self.secret_file))?;
        self.secret = Secret::new(text.trim());
        Ok(())
    }

    /// Which setting is missing, if one is.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let set = |text: &str, field: &'static str| {
            if text.is_empty() { Err(field) } else { Ok(()) }
        };
        match self.provider {
            None => Err("provider"),
            Some(Provider::Http) => set(&self.url, "url"),
            Some(Provider::Twilio | Provider::Vonage) => {
                set(&self.account, "account")?;
                set(self.secret.reveal(), "secret")?;
                set(&self.from, "from")
            }
        }
    }

    /// Whether calls can be made with it.
    ///
    /// # Errors
    /// Which field keeps them from it, and why.
    pub(super) fn check_calls(&self) -> Result<(), (&'static str, &'static str)> {
        match self.provider {
            Some(Provider::Vonage) if !self.secret.is_empty() => {
                vonage::key(self.secret.reveal()).map(drop).map_err(|why| ("secret", why))
            }
            _ => Ok(()),
        }
    }

    /// Reads what a provider hands in about a call, such as the keys that were pressed.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn heard(&self, handed: &HandedIn<'_>, now: Time) -> Result<Heard, NotTheirs> {
        match self.provider {
            Some(Provider::Vonage) => {
                vonage::heard(self, &(handed.header)("authorization"), handed.body, now)
            }
            Some(Provider::Twilio) => twilio::signed(self, handed).map(twilio::heard),
            _ => Ok(twilio::heard(handed.body)),
        }
    }

    /// Reads what a provider hands in about a text message: whether it arrived.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn told(&self, handed: &HandedIn<'_>, now: Time) -> Result<Heard, NotTheirs> {
        match self.provider {
            Some(Provider::Vonage) => {
                let json = (handed.header)("content-type").starts_with("application/json");
                let secret = self.signature_secret.reveal();
                let fields = match secret {
                    "" => answers::fields(json, handed.body)?,
                    secret => answers::signed_by_vonage(secret, json, handed.body, now)?,
                };
                Ok(vonage::receipt(&fields))
            }
            _ => self.heard(handed, now),
        }
    }

    /// What is said next in a call: its kind, and the text of the answer.
    pub fn says(&self, text: &str) -> (&'static str, String) {
        match self.provider {
            Some(Provider::Vonage) => ("application/json", vonage::says(text)),
            _ => ("text/xml; charset=utf-8", twilio::says(text)),
        }
    }

    /// How answers to text messages come in.
    pub fn answers(&self) -> Answers {
        let wanted = match (self.provider, self.answers) {
            (_, Some(wanted)) => wanted,
            (Some(Provider::Twilio), None) => Answers::Poll,
            (Some(Provider::Vonage), None) => Answers::Webhook,
            _ if self.signs_answers_alone() => Answers::Webhook,
            _ => Answers::Off,
        };
        let possible = self.check().is_ok() && self.can(wanted).is_ok();
        if possible { wanted } else { Answers::Off }
    }

    /// Whether answers that are asked for can come in.
    ///
    /// # Errors
    /// Which field keeps them from it, and what to write there instead.
    pub(super) fn check_answers(&self) -> Result<(), (&'static str, &'static str)> {
        match self.answers {
            Some(wanted) => self.can(wanted),
            None if self.signs_answers_alone() => self.can(Answers::Webhook),
            None => Ok(()),
        }
    }

    /// Whether a secret is set that is of use for answers alone: whoever sets it wants them.
    fn signs_answers_alone(&self) -> bool {
        self.provider == Some(Provider::Http) && !self.signature_secret.is_empty()
    }

    fn can(&self, wanted: Answers) -> Result<(), (&'static str, &'static str)> {
        let number = self.from.strip_prefix('+').unwrap_or(&self.from);
        let number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
        let unsigned = self.signature_secret.is_empty();
        match (wanted, self.provider) {
            (Answers::Off, _) => Ok(()),
            (_, None) => Err(("answers", "needs a provider; else write \"off\"")),
            (Answers::Poll, Some(Provider::Vonage | Provider::Http)) => Err((
                "answers",
                "can be \"poll\" with \"twilio\" alone: write \"webhook\" or \"off\"",
            )),
            (Answers::Webhook, Some(Provider::Http)) if unsigned => {
                let secret =
                    "is not set: write the bearer token of your gateway, or answers = \"off\"";
                Err(("signature_secret", secret))
            }
            (Answers::Webhook, Some(Provider::Vonage)) if unsigned => {
                let secret = "is not set: write what Vonage signs with, or answers = \"off\"";
                Err(("signature_secret", secret))
            }
            _ if !number => {
                let name = "is a name, which nobody can answer: write a number of yours, or \
                            answers = \"off\"";
                Err(("from", name))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn api<'a>(&'a self, usual: &'a str) -> &'a str {
        if self.url.is_empty() { usual } else { self.url.trim_end_matches('/') }
    }

    /// Whether what is described tells the other side where to acknowledge.
    fn takes_answers(&self) -> bool {
        [&self.url, &self.body].iter().any(|template| template.contains(ACKNOWLEDGE))
    }

    /// The request that somebody described; where to acknowledge is empty for what is no call.
    fn described(&self, to: &str, text: &str, acknowledge_url: &str) -> HttpCall {
        let json = self.content_type.is_empty() || self.content_type.contains("json");
        let fill = |template: &str, escape: fn(&str) -> String| {
            let parts = [
                ("{to}", to),
                ("{from}", &self.from),
                ("{text}", text),
                (ACKNOWLEDGE, acknowledge_url),
            ];
            filled(template, &parts, escape)
        };
        let body = fill(&self.body, if json { in_json } else { in_form });
        let kind = if json && self.content_type.is_empty() {
            "application/json".to_owned()
        } else {
            self.content_type.clone()
        };
        let mut call = HttpCall::post_json(fill(&self.url, in_form), &());
        call.method = if self.body.is_empty() { Method::Get } else { Method::Post };
        call.body = body;
        call.headers = vec![("Content-Type".to_owned(), kind)];
        if !self.secret.is_empty() {
            let value = self.secret.reveal().to_owned();
            call.headers.push(("Authorization".to_owned(), value));
        }
        call
    }
}

/// A text message that calls somebody.
pub(super) fn text(phone: &Phone, to: &str, page: &PageCall<'_>) -> Result<HttpCall, SendError> {
    let answer = match phone.answers() {
        Answers::Poll | Answers::Webhook if page.number > 0 && page.others().is_empty() => {
            format!(" or answer: ack {}", page.number)
        }
        // Nothing can be taken when a way is only tried, and a link takes all at once.
        _ => String::new(),
    };
    texted(phone, to, (short(page, &answer), page.id.to_string()), page.acknowledge_url)
}

/// A text message that is no call.
pub(super) fn text_note(phone: &Phone, to: &str, note: &Note<'_>) -> Result<HttpCall, SendError> {
    let text = match note.title {
        "" => note.text.to_owned(),
        title => format!("{title}. {}", note.text),
    };
    texted(phone, to, (text.chars().take(TEXT_CHARS_MAX).collect(), String::new()), "")
}

/// Where a provider is to tell what became of a text message: it refuses what is to be told at an
/// address that nobody outside can reach.
pub(super) fn told_at(acknowledge_url: &str) -> Option<String> {
    acknowledge_url.starts_with("https://").then(|| format!("{acknowledge_url}/text"))
}

/// `reference` tells messages apart where the provider takes one.
fn texted(
    phone: &Phone,
    to: &str,
    (text, reference): (String, String),
    acknowledge_url: &str,
) -> Result<HttpCall, SendError> {
    let number = number(to)?;
    Ok(match phone.provider {
        Some(Provider::Vonage) => {
            let mut form = vec![
                ("api_key", phone.account.clone()),
                ("api_secret", phone.secret.reveal().to_owned()),
                ("from", phone.from.clone()),
                // Without the plus, as its documents have it.
                ("to", number.trim_start_matches('+').to_owned()),
                ("type", "unicode".to_owned()),
                ("client-ref", reference),
                ("text", text),
            ];
            form.extend(told_at(acknowledge_url).map(|url| ("callback", url)));
            let url = format!("{}/sms/json", phone.api("https://rest.nexmo.com"));
            let mut call = HttpCall::post_form(url, form);
            call.judge = vonage::texted;
            call
        }
        Some(Provider::Http) => phone.described(number, &text, acknowledge_url),
        _ => twilio::text(phone, number, text, acknowledge_url),
    })
}

/// A call that reads out what is wrong and takes a digit as the answer.
pub(super) fn voice(
    phone: &Phone,
    to: &str,
    page: &PageCall<'_>,
    now: Time,
) -> Result<HttpCall, SendError> {
    let number = number(to)?;
    let text = said(page);
    let (asks, otherwise) = match page.others() {
        _ if page.is_test() => ("say that it reached you", "Nobody has said so. Goodbye."),
        [] => ("take it", "Nobody has taken it. Goodbye."),
        _ => ("take them", "Nobody has taken them. Goodbye."),
    };
    let asked = format!("{text} Press {DIGIT} to {asks}.");
    let action = format!("{}/voice", page.acknowledge_url);
    match phone.provider {
        Some(Provider::Vonage) => {
            let asks = Some((action.as_str(), otherwise));
            vonage::call(phone, number, &Spoken { text: &asked, asks }, now)
        }
        Some(Provider::Http) => {
            let text = if phone.takes_answers() { asked } else { text };
            Ok(phone.described(number, &text, page.acknowledge_url))
        }
        _ => {
            let asks = Some((action.as_str(), otherwise));
            Ok(twilio::call(phone, number, &Spoken { text: &asked, asks }))
        }
    }
}

/// A call that reads something out, twice.
pub(super) fn voice_note(
    phone: &Phone,
    to: &str,
    note: &Note<'_>,
    now: Time,
) -> Result<HttpCall, SendError> {
    let number = number(to)?;
    let text = format!("{}. {}", note.title, note.text);
    match phone.provider {
        Some(Provider::Vonage) => {
            vonage::call(phone, number, &Spoken { text: &text, asks: None }, now)
        }
        Some(Provider::Http) => Ok(phone.described(number, &text, "")),
        _ => Ok(twilio::call(phone, number, &Spoken { text: &text, asks: None })),
    }
}

/// Whether keys that were pressed take the page.
pub fn takes(digits: &str) -> bool {
    digits.trim().starts_with(DIGIT)
}

/// A number with its country, as E.164 has it; spaces and dashes are for people.
fn number(to: &str) -> Result<&str, SendError> {
    let digits = to.strip_prefix('+').unwrap_or_default();
    let fits = (6..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits {
        return Ok(to);
    }
    Err(SendError::lasting(format!("`{to}` is no telephone number; write it like +4930123456")))
}

/// What a text message says: the link and how to answer are never cut, the title is.
fn short(page: &PageCall<'_>, answer: &str) -> String {
    let begin = format!("{} #{} ", page.priority, page.number);
    let more: Vec<String> =
        page.others().iter().take(3).map(|t| format!("#{}", t.number)).collect();
    let more = match page.others().len() {
        0 => String::new(),
        count if count > more.len() => format!(" +{count} more: {} …", more.join(" ")),
        count => format!(" +{count} more: {}", more.join(" ")),
    };
    let note = if page.note.is_empty() { String::new() } else { format!(" {}", page.note) };
    let take = match page.others() {
        _ if page.is_test() => "It reached me",
        [] => "Take it",
        _ => "See and take all",
    };
    let end = format!("{more}{note} {take}: {}{answer}", page.acknowledge_url);
    let used = begin.chars().count() + end.chars().count();
    let room = TEXT_CHARS_MAX.saturating_sub(used).max(20);
    let title = page.title();
    let shown: String = if title.chars().count() > room {
        title.chars().take(room - 1).chain(['…']).collect()
    } else {
        title
    };
    format!("{begin}{shown}{end}")
}

/// What a voice reads out.
fn said(page: &PageCall<'_>) -> String {
    let spoken = |priority: Priority| priority.to_string().replace('P', "priority ");
    let note = if page.note.is_empty() { String::new() } else { format!(" {}", page.note) };
    if page.is_test() {
        return format!("Operate calls you. {}{note}", page.title());
    }
    if page.others().is_empty() {
        let (priority, title) = (spoken(page.priority), page.title());
        let number = page.number;
        return format!("Operate calls you: {priority} incident number {number}. {title}.{note}");
    }
    let each = page.together.iter().take(READ_OUT_MAX).map(|told| {
        format!(" {}, number {}. {}.", spoken(told.priority), told.number, one_line(&told.title))
    });
    let rest = match page.together.len().saturating_sub(READ_OUT_MAX) {
        0 => String::new(),
        rest => format!(" And {rest} more."),
    };
    let each: String = each.collect();
    format!("Operate calls you: {} incidents.{each}{rest}{note}", page.together.len())
}

/// Puts values where their names stand, once: a value that holds a name of another stays as it is.
fn filled(template: &str, parts: &[(&str, &str)], escape: fn(&str) -> String) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    'all: while !rest.is_empty() {
        for (name, value) in parts {
            if let Some(after) = rest.strip_prefix(name) {
                text.push_str(&escape(value));
                rest = after;
                continue 'all;
            }
        }
        let first = rest.chars().next().map_or(0, char::len_utf8);
        text.push_str(&rest[..first]);
        rest = &rest[first..];
    }
    text
}

fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn in_form(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
