//! Vonage: what it answers to text messages (`/sms/json`), and their delivery receipts; calls
//! through its Voice API (`/v1/calls`), signed by the key of an application, with what is read out
//! as an NCCO. The keys that are pressed, and what becomes of a call, are handed in as JSON under a
//! JWT that is signed with the signature secret of the account.
//!
//! **Invariant:** a request is signed for a quarter of an hour, and what is handed in counts for
//! five minutes.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Time, hex};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answers::{AGE_MAX, NotTheirs};
use super::phone::{Heard, Phone, Spoken};
use crate::SendError;
use crate::receivers::{HttpCall, Verdict, answered, usual};

/// Where the API is.
const API: &str = "https://api.nexmo.com";
/// How long a request is good.
const TOKEN_LIFE: Duration = Duration::from_secs(15 * 60);
/// Longest text that is read out, in characters.
const TEXT_CHARS_MAX: usize = 1_500;
/// How long a telephone rings, and how long a digit is waited for, in seconds.
const RINGING_SECONDS: u32 = 45;
const DIGIT_SECONDS: u32 = 10;

/// The request that makes a call to a number.
///
/// # Errors
/// When the key of the application cannot be used.
pub(super) fn call(
    phone: &Phone,
    number: &str,
    said: &Spoken<'_>,
    now: Time,
) -> Result<HttpCall, SendError> {
    // Without the plus, as its documents have it.
    let plain = |number: &str| number.trim_start_matches('+').to_owned();
    let mut body = json!({
        "to": [{ "type": "phone", "number": plain(number) }],
        "from": { "type": "phone", "number": plain(&phone.from) },
        "ringing_timer": RINGING_SECONDS,
        "ncco": ncco(said),
    });
    if let Some((url, _)) = said.asks {
        body["event_url"] = json!([url]);
        body["event_method"] = json!("POST");
    }
    let url = format!("{}/v1/calls", phone.api(API));
    let mut call = HttpCall::post_json(url, &body);
    let token = token(phone, &call.body, now).map_err(SendError::lasting)?;
    call.headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
    call.judge = judge;
    Ok(call)
}

fn ncco(said: &Spoken<'_>) -> Value {
    let text: String = said.text.chars().take(TEXT_CHARS_MAX).collect();
    match said.asks {
        None => json!([{ "action": "talk", "text": text, "loop": 2 }]),
        Some((url, otherwise)) => json!([
            { "action": "talk", "text": text, "loop": 2, "bargeIn": true },
            {
                "action": "input",
                "type": ["dtmf"],
                "dtmf": { "maxDigits": 1, "timeOut": DIGIT_SECONDS },
                "eventUrl": [url],
                "eventMethod": "POST",
            },
            { "action": "talk", "text": otherwise },
        ]),
    }
}

/// What is said next, in a call that goes on.
pub(super) fn says(text: &str) -> String {
    json!([{ "action": "talk", "text": text }]).to_string()
}

/// Vonage answers 201, and says what is wrong by a problem or by `error_title`.
fn judge(status: u16, body: &str) -> Verdict {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Problem {
        title: String,
        error_title: String,
        detail: String,
    }
    let told = || match serde_json::from_str::<Problem>(body) {
        Ok(problem) if !problem.title.is_empty() || !problem.error_title.is_empty() => {
            let Problem { title, error_title, detail } = problem;
            let said: Vec<String> =
                [title, error_title, detail].into_iter().filter(|part| !part.is_empty()).collect();
            format!("{status}: {}", said.join(": "))
        }
        _ => answered(status, body),
    };
    match usual(status, body) {
        Verdict::Taken => Verdict::Taken,
        Verdict::Later(_) => Verdict::Later(told()),
        Verdict::Never(_) => Verdict::Never(told()),
    }
}

/// What became of a text message: Vonage answers 200 with a status of its own for each part.
pub(super) fn texted(status: u16, body: &str) -> Verdict {
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

/// What became of a text message, by its delivery receipt.
pub(super) fn receipt(fields: &BTreeMap<String, String>) -> Heard {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    match field("status") {
        // In the words of its documents, as far as a message will not arrive any more by them.
        status @ ("expired" | "failed" | "rejected" | "deleted" | "undelivered") => {
            let code = field("err-code");
            let code =
                if matches!(code, "" | "0") { String::new() } else { format!(", error {code}") };
            Heard::Unreached(format!("{status}{code}"))
        }
        _ => Heard::Nothing,
    }
}

/// The token of a request: no two requests have the same.
fn token(phone: &Phone, body: &str, now: Time) -> Result<String, &'static str> {
    let key = key(phone.secret.reveal())?;
    let seconds = |at: Time| at.micros().div_euclid(1_000_000);
    let unique = Sha256::new().chain_update(now.micros().to_be_bytes()).chain_update(body);
    let claims = json!({
        "application_id": phone.account,
        "iat": seconds(now),
        "exp": seconds(now + TOKEN_LIFE),
        "jti": hex(&unique.finalize()[..16]),
    });
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({"typ": "JWT", "alg": "RS256"})), part(&claims));
    let mut signature = vec![0; key.public().modulus_len()];
    // What is drawn here blinds the computation; the signature is the same whatever it is.
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .map_err(|_| "the key of the application cannot sign")?;
    Ok(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
}

/// The private key of an application, as Vonage hands it out.
///
/// # Errors
/// Why it cannot be used.
pub(super) fn key(pem: &str) -> Result<RsaKeyPair, &'static str> {
    const WRONG: &str = "is no private key of RSA in PEM, as Vonage makes one for an application";
    let lines = pem.lines().map(str::trim);
    let begin = lines.clone().find(|line| line.starts_with("-----BEGIN")).ok_or(WRONG)?;
    let inside = lines.skip_while(|line| *line != begin).skip(1);
    let text: String = inside.take_while(|line| !line.starts_with("-----")).collect();
    let der = BASE64_STANDARD.decode(text).map_err(|_| WRONG)?;
    let read = match begin {
        "-----BEGIN PRIVATE KEY-----" => RsaKeyPair::from_pkcs8(&der),
        "-----BEGIN RSA PRIVATE KEY-----" => RsaKeyPair::from_der(&der),
        _ => return Err(WRONG),
    };
    read.map_err(|_| WRONG)
}

/// What was handed in about a call, once its signature is known to be right; where no signature
/// secret is set, the address that it was sent to has to be one that only Vonage was told.
///
/// # Errors
/// Why it is not taken.
pub(super) fn heard(
    phone: &Phone,
    authorization: &str,
    body: &[u8],
    now: Time,
) -> Result<Heard, NotTheirs> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Told {
        status: String,
        detail: String,
        dtmf: Option<Keys>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Keys {
        digits: Option<String>,
    }
    if !phone.signature_secret.is_empty() {
        verify(phone, authorization, body, now)?;
    }
    let told: Told = serde_json::from_slice(body).map_err(|_| NotTheirs::Other)?;
    if let Some(keys) = told.dtmf {
        return Ok(Heard::Digits(keys.digits.unwrap_or_default()));
    }
    Ok(match told.status.as_str() {
        // In the words of its documents, as far as a call is over by them without an answer.
        "busy" | "cancelled" | "failed" | "rejected" | "timeout" | "unanswered" => {
            let detail = if told.detail.is_empty() { "" } else { ": " };
            Heard::Unreached(format!("{}{detail}{}", told.status, told.detail))
        }
        _ => Heard::Nothing,
    })
}

/// Whether a token is of the account, fresh, and for this body.
fn verify(phone: &Phone, authorization: &str, body: &[u8], now: Time) -> Result<(), NotTheirs> {
    #[derive(Deserialize)]
    struct Head {
        alg: String,
    }
    #[derive(Deserialize)]
    struct Claims {
        iat: i64,
        #[serde(default)]
        application_id: Option<String>,
        #[serde(default)]
        payload_hash: Option<String>,
    }
    let token = authorization.strip_prefix("Bearer ").ok_or(NotTheirs::Missing)?;
    let (signed, signature) = token.rsplit_once('.').ok_or(NotTheirs::Missing)?;
    let (head, claims) = signed.split_once('.').ok_or(NotTheirs::Missing)?;
    let bytes = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| NotTheirs::Missing);
    let head: Head = serde_json::from_slice(&bytes(head)?).map_err(|_| NotTheirs::Missing)?;
    if head.alg != "HS256" {
        return Err(NotTheirs::Wrong);
    }
    let mac = Hmac::<Sha256>::new_from_slice(phone.signature_secret.reveal().as_bytes());
    let mac = mac.map_err(|_| NotTheirs::Wrong)?.chain_update(signed.as_bytes());
    mac.verify_slice(&bytes(signature)?).map_err(|_| NotTheirs::Wrong)?;
    let claims: Claims = serde_json::from_slice(&bytes(claims)?).map_err(|_| NotTheirs::Missing)?;
    if (now.micros() / 1_000_000).abs_diff(claims.iat) > AGE_MAX.as_secs() {
        return Err(NotTheirs::Old);
    }
    let other = claims.application_id.is_some_and(|id| id != phone.account);
    let changed = claims.payload_hash.is_some_and(|hash| {
        let same = |body: &[u8]| hex(&Sha256::digest(body)).eq_ignore_ascii_case(&hash);
        !same(body) && !same(&dense(body))
    });
    if other || changed { Err(NotTheirs::Wrong) } else { Ok(()) }
}

/// JSON without space between its parts, which is what Vonage hashes.
fn dense(json: &[u8]) -> Vec<u8> {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |byte: &u8| {
        let space = byte.is_ascii_whitespace() && !quoted;
        (quoted, escaped) = match byte {
            _ if escaped => (quoted, false),
            b'\\' => (quoted, quoted),
            b'"' => (!quoted, false),
            _ => (quoted, false),
        };
        !space
    };
    json.iter().copied().filter(keep).collect()
}
