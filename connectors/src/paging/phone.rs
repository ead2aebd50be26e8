//! The telephone: text messages and voice, through whoever is set up.
//!
//! Providers that speak as Twilio (`Messages.json`, `Calls.json` with TwiML) or as Vonage
//! (`/sms/json`) are known; any other one is described by its address and what to send.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use kernel::Priority;
use serde::{Deserialize, Serialize};

use super::together::READ_OUT_MAX;
use super::{Note, PageCall, one_line};
use crate::SendError;
use crate::receivers::{HttpCall, Method, Secret, Verdict, answered, usual};

/// Where Twilio's API is.
pub(super) const TWILIO: &str = "https://api.twilio.com";
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
    /// The account's id, or the key of the API.
    pub account: String,
    /// The secret of the account; for `http` the whole value of `Authorization`.
    pub secret: Secret,
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
    /// As Vonage; text messages only.
    Vonage,
    /// By a request that is described here.
    Http,
}

impl Phone {
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

    fn twilio(&self, kind: &str, form: Vec<(&str, String)>) -> HttpCall {
        let api = self.api(TWILIO);
        let url = format!("{api}/2010-04-01/Accounts/{}/{kind}.json", self.account);
        self.signed_in(HttpCall::post_form(url, form))
    }

    /// With the account's name and secret, as Twilio takes them.
    pub(super) fn signed_in(&self, mut call: HttpCall) -> HttpCall {
        let pair = BASE64_STANDARD.encode(format!("{}:{}", self.account, self.secret.reveal()));
        call.headers.push(("Authorization".to_owned(), format!("Basic {pair}")));
        call
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
            let form = vec![
                ("api_key", phone.account.clone()),
                ("api_secret", phone.secret.reveal().to_owned()),
                ("from", phone.from.clone()),
                // Without the plus, as its documents have it.
                ("to", number.trim_start_matches('+').to_owned()),
                ("type", "unicode".to_owned()),
                ("client-ref", reference),
                ("text", text),
            ];
            let url = format!("{}/sms/json", phone.api("https://rest.nexmo.com"));
            let mut call = HttpCall::post_form(url, form);
            call.judge = vonage;
            call
        }
        Some(Provider::Http) => phone.described(number, &text, acknowledge_url),
        _ => phone.twilio(
            "Messages",
            vec![("To", number.to_owned()), ("From", phone.from.clone()), ("Body", text)],
        ),
    })
}

/// A call that reads out what is wrong and takes a digit as the answer.
pub(super) fn voice(phone: &Phone, to: &str, page: &PageCall<'_>) -> Result<HttpCall, SendError> {
    let mut text = said(page);
    let said = in_xml(&text);
    let it = if page.others().is_empty() { "it" } else { "them" };
    let action = in_xml(&format!("{}/voice", page.acknowledge_url));
    let twiml = format!(
        "<Response><Gather numDigits=\"1\" timeout=\"10\" method=\"POST\" \
         action=\"{action}\"><Say loop=\"2\">{said} Press {DIGIT} to take {it}.</Say>\
         </Gather><Say>Nobody has taken {it}. Goodbye.</Say></Response>"
    );
    if phone.takes_answers() {
        text.push_str(&format!(" Press {DIGIT} to take {it}."));
    }
    rung(phone, to, (&text, page.acknowledge_url), twiml)
}

/// A call that reads something out, twice.
pub(super) fn voice_note(phone: &Phone, to: &str, note: &Note<'_>) -> Result<HttpCall, SendError> {
    let text = format!("{}. {}", note.title, note.text);
    let twiml = format!("<Response><Say loop=\"2\">{}</Say></Response>", in_xml(&text));
    rung(phone, to, (&text, ""), twiml)
}

fn rung(
    phone: &Phone,
    to: &str,
    (text, acknowledge_url): (&str, &str),
    twiml: String,
) -> Result<HttpCall, SendError> {
    let number = number(to)?;
    match phone.provider {
        Some(Provider::Vonage) => Err(SendError::lasting(
            "calls through Vonage are not known: set channels.voice.provider to twilio or http",
        )),
        Some(Provider::Http) => Ok(phone.described(number, text, acknowledge_url)),
        _ => {
            let to = number.to_owned();
            let form = vec![("To", to), ("From", phone.from.clone()), ("Twiml", twiml)];
            Ok(phone.twilio("Calls", form))
        }
    }
}

/// What a voice answers after a digit was pressed, as TwiML, and whether that digit takes the page.
pub fn spoken(digits: &str, outcome: impl FnOnce() -> String) -> (bool, String) {
    let takes = digits.trim().starts_with(DIGIT);
    let text = if takes { outcome() } else { "Not taken. The next will be called.".to_owned() };
    (takes, format!("<Response><Say>{}</Say></Response>", in_xml(&text)))
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
    let take = if page.others().is_empty() { "Take it" } else { "See and take all" };
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

/// Vonage answers 200 with a status of its own for each part.
fn vonage(status: u16, body: &str) -> Verdict {
    #[derive(Deserialize)]
    struct Answer {
        messages: Vec<Part>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Part {
        status: String,
        #[serde(default)]
        error_text: String,
    }
    let verdict = usual(status, body);
    if verdict != Verdict::Taken {
        return verdict;
    }
    let Ok(answer) = serde_json::from_str::<Answer>(body) else {
        return Verdict::Never(answered(status, body));
    };
    match answer.messages.iter().find(|part| part.status != "0") {
        None if answer.messages.is_empty() => Verdict::Never(answered(status, body)),
        None => Verdict::Taken,
        // 1 is throttled, 5 an error of theirs.
        Some(part) if ["1", "5"].contains(&part.status.as_str()) => {
            Verdict::Later(format!("{}: {}", part.status, part.error_text))
        }
        Some(part) => Verdict::Never(format!("{}: {}", part.status, part.error_text)),
    }
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

fn in_xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}
