use std::time::Duration;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use insta::assert_snapshot;
use kernel::{OutboxId, Priority, Time};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Channel, Channels, Destination, HandedIn, Heard, NotTheirs, Note, PageCall, Phone, Provider,
    Told, takes,
};
use crate::receivers::{HttpCall, Secret, Verdict};

const NOW: Time = Time::from_seconds(1_772_366_400);

fn channels() -> Channels {
    let settings = serde_json::json!({
        "slack": {"token": "xoxb-1"},
        "telegram": {"token": "7:abc"},
        "mattermost": {"url": "https://chat.example.org/hooks/secret"},
        "teams": {"urls": {"ops": "https://flow.example.org/secret"}},
        "ntfy": {"url": "https://ntfy.example.org/", "token": "tk_1"},
        "gotify": {"url": "https://gotify.example.org", "tokens": {"ada": "A1"}},
        "sms": {"provider": "twilio", "account": "AC1", "secret": "s", "from": "+4930100"},
        "voice": {"provider": "twilio", "account": "AC1", "secret": "s", "from": "+4930100"},
    });
    serde_json::from_value(settings).unwrap()
}

fn page(title: &str) -> PageCall<'_> {
    PageCall {
        id: OutboxId::from_bits(7),
        number: 42,
        title,
        priority: Priority::P1,
        service: Some("service/orders"),
        because: "step 1 of escalationpolicy/payments",
        incident_url: "https://operate.example.org/incidents/inc_9",
        acknowledge_url: "https://operate.example.org/ack/t0ken",
        together: &[],
        note: "",
    }
}

fn call(channel: Channel, to: &str) -> HttpCall {
    channels().call(channel, to, &page("Database orders-db down"), NOW).unwrap().0
}

fn told(call: &HttpCall) -> String {
    let body = match serde_json::from_str::<Value>(&call.body) {
        Ok(json) => serde_json::to_string_pretty(&json).unwrap(),
        Err(_) => form_urlencoded::parse(call.body.as_bytes())
            .map(|(name, value)| format!("{name} = {}\n", broken(&value)))
            .collect(),
    };
    let headers: String =
        call.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    format!("{} {}\n{headers}{body}", call.method.as_str(), call.url)
}

/// A long text on lines of its own.
fn broken(text: &str) -> String {
    text.replace("><", ">\n  <").replace(". ", ".\n    ")
}

#[test]
fn a_direct_message_of_slack_has_buttons_and_its_answer_is_in_the_body() {
    let call = call(Channel::Slack, "U024BE7LH");
    assert_snapshot!(told(&call), @r#"
    POST https://slack.com/api/chat.postMessage
    Content-Type: application/json
    Authorization: Bearer xoxb-1
    {
      "blocks": [
        {
          "text": {
            "text": "[P1] #42 Database orders-db down",
            "type": "plain_text"
          },
          "type": "section"
        },
        {
          "elements": [
            {
              "text": "service/orders. You are called as step 1 of escalationpolicy/payments.",
              "type": "plain_text"
            }
          ],
          "type": "context"
        },
        {
          "elements": [
            {
              "style": "primary",
              "text": {
                "text": "Acknowledge",
                "type": "plain_text"
              },
              "type": "button",
              "url": "https://operate.example.org/ack/t0ken"
            },
            {
              "text": {
                "text": "Open incident",
                "type": "plain_text"
              },
              "type": "button",
              "url": "https://operate.example.org/incidents/inc_9"
            }
          ],
          "type": "actions"
        }
      ],
      "channel": "U024BE7LH",
      "text": "[P1] #42 Database orders-db down",
      "unfurl_links": false
    }
    "#);
    assert_eq!((call.judge)(200, r#"{"ok":true}"#), Verdict::Taken);
    let lost = r#"{"ok":false,"error":"channel_not_found"}"#;
    assert_eq!((call.judge)(200, lost), Verdict::Never("200: channel_not_found".to_owned()));
}

#[test]
fn a_push_by_ntfy_acknowledges_with_one_tap() {
    assert_snapshot!(told(&call(Channel::Ntfy, "ada-pages")), @r#"
    POST https://ntfy.example.org
    Content-Type: application/json
    Authorization: Bearer tk_1
    {
      "actions": [
        {
          "action": "http",
          "clear": true,
          "label": "Acknowledge",
          "method": "POST",
          "url": "https://operate.example.org/ack/t0ken"
        },
        {
          "action": "view",
          "label": "Open",
          "url": "https://operate.example.org/incidents/inc_9"
        }
      ],
      "click": "https://operate.example.org/incidents/inc_9",
      "message": "service/orders. You are called as step 1 of escalationpolicy/payments.",
      "priority": 5,
      "tags": [
        "rotating_light"
      ],
      "title": "[P1] #42 Database orders-db down",
      "topic": "ada-pages"
    }
    "#);
}

#[test]
fn the_token_of_our_server_goes_to_no_other_one() {
    let to = "https://ntfy.sh/ada-pages";
    let (elsewhere, said_by) = channels().call(Channel::Ntfy, to, &page("down"), NOW).unwrap();
    assert_eq!(said_by, Destination::Named, "it is kept out of private networks");
    assert_eq!(elsewhere.url, "https://ntfy.sh");
    assert!(elsewhere.headers.iter().all(|(name, _)| name != "Authorization"));
}

#[test]
fn a_text_message_keeps_its_link_whatever_the_title() {
    let told = told(&call(Channel::Sms, "+4930123456")).replace(" or ", "\nor ");
    assert_snapshot!(told, @r"
    POST https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json
    Content-Type: application/x-www-form-urlencoded; charset=utf-8
    Authorization: Basic QUMxOnM=
    To = +4930123456
    From = +4930100
    Body = P1 #42 Database orders-db down Take it: https://operate.example.org/ack/t0ken
    or answer: ack 42
    StatusCallback = https://operate.example.org/ack/t0ken/text
    ");
    let long = "ä".repeat(5_000);
    let link = format!("https://operate.example.org/ack/{}", "t".repeat(150));
    let page = PageCall { acknowledge_url: &link, ..page(&long) };
    let call = channels().call(Channel::Sms, "+4930123456", &page, NOW).unwrap().0;
    let body = form_urlencoded::parse(call.body.as_bytes()).find(|(name, _)| name == "Body");
    let (_, text) = body.unwrap();
    assert!(text.ends_with(&format!("… Take it: {link} or answer: ack 42")), "{text}");
    assert!(text.chars().count() <= 306);
}

#[test]
fn a_voice_reads_it_out_and_takes_one_digit() {
    assert_snapshot!(told(&call(Channel::Voice, "+4930123456")), @r#"
    POST https://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json
    Content-Type: application/x-www-form-urlencoded; charset=utf-8
    Authorization: Basic QUMxOnM=
    To = +4930123456
    From = +4930100
    Twiml = <Response>
      <Gather numDigits="1" timeout="10" method="POST" action="https://operate.example.org/ack/t0ken/voice">
      <Say loop="2">Operate calls you: priority 1 incident number 42.
        Database orders-db down.
        Press 4 to take it.</Say>
      </Gather>
      <Say>Nobody has taken it.
        Goodbye.</Say>
      </Response>
    StatusCallback = https://operate.example.org/ack/t0ken/voice
    "#);
    assert!(takes("4") && !takes("1") && !takes(""));
    let (kind, answer) = channels().voice.says("Taken. <Thank you>");
    assert_eq!(kind, "text/xml; charset=utf-8");
    assert_eq!(answer, "<Response><Say>Taken. &lt;Thank you&gt;</Say></Response>");
    let heard = by_twilio(&channels().voice, "CallSid=CA1&Digits=4", "s");
    assert_eq!(heard, Ok(Heard::Digits("4".to_owned())));
}

/// What is heard of a form that Twilio hands in, signed with a secret; unsigned without one.
fn by_twilio(phone: &Phone, form: &str, secret: &str) -> Result<Heard, NotTheirs> {
    let url = "https://operate.example.org/ack/t0ken/voice";
    let mut fields: Vec<(String, String)> =
        form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    fields.sort();
    let text = fields.iter().fold(url.to_owned(), |text, (name, value)| text + name + value);
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    let signature = match secret {
        "" => String::new(),
        _ => BASE64_STANDARD.encode(ring::hmac::sign(&key, text.as_bytes())),
    };
    let header = |name: &str| match name {
        "x-twilio-signature" => signature.clone(),
        _ => String::new(),
    };
    phone.heard(&HandedIn { url, header: &header, body: form.as_bytes() }, NOW)
}

#[test]
fn what_twilio_says_is_taken_when_it_signed_it_for_this_address() {
    let (four, digits) = (Ok(Heard::Digits("4".to_owned())), "CallSid=CA1&Digits=4");
    let twilio = channels().voice;
    assert_eq!(by_twilio(&twilio, digits, "s"), four);
    assert_eq!(by_twilio(&twilio, digits, "other"), Err(NotTheirs::Wrong));
    assert_eq!(by_twilio(&twilio, digits, ""), Err(NotTheirs::Missing));
    // Whoever else offers the same API may not sign, and is held to it when it does.
    let other = Phone { url: "https://calls.example.org".to_owned(), ..twilio };
    assert_eq!(by_twilio(&other, digits, ""), four);
    assert_eq!(by_twilio(&other, digits, "other"), Err(NotTheirs::Wrong));
}

#[test]
fn twilio_tells_what_became_of_a_call_or_a_message() {
    for (form, heard) in [
        ("CallStatus=busy&CallSid=CA1", Heard::Unreached("busy".to_owned())),
        ("CallStatus=no-answer", Heard::Unreached("no-answer".to_owned())),
        ("CallStatus=completed", Heard::Nothing),
        ("CallStatus=in-progress&Digits=1", Heard::Digits("1".to_owned())),
        ("MessageStatus=delivered", Heard::Nothing),
        (
            "MessageStatus=undelivered&ErrorCode=30003",
            Heard::Unreached("undelivered, error 30003".to_owned()),
        ),
    ] {
        assert_eq!(by_twilio(&channels().voice, form, "s"), Ok(heard), "{form}");
    }
    // What cannot be told at an address that nobody outside reaches is not asked for.
    let inside = PageCall { acknowledge_url: "http://127.0.0.1:7070/ack/t", ..page("down") };
    for channel in [Channel::Sms, Channel::Voice] {
        let call = channels().call(channel, "+4930123456", &inside, NOW).unwrap().0;
        assert!(!call.body.contains("StatusCallback"), "{}", call.body);
    }
}

#[test]
fn vonage_says_in_the_body_whether_it_took_a_message() {
    let mut channels = channels();
    channels.sms.provider = Some(super::Provider::Vonage);
    let call = channels.call(Channel::Sms, "+4930123456", &page("down"), NOW).unwrap().0;
    assert_eq!(call.url, "https://rest.nexmo.com/sms/json");
    let answer = |status: &str| {
        format!(r#"{{"message-count":"1","messages":[{{"status":"{status}","error-text":"x"}}]}}"#)
    };
    assert_eq!((call.judge)(200, &answer("0")), Verdict::Taken);
    assert_eq!((call.judge)(200, &answer("1")), Verdict::Later("1: x".to_owned()));
    assert_eq!((call.judge)(200, &answer("4")), Verdict::Never("4: x".to_owned()));
}

#[test]
fn a_receipt_of_vonage_says_whether_a_text_message_arrived() {
    let mut channels = channels();
    channels.sms.provider = Some(super::Provider::Vonage);
    let call = channels.call(Channel::Sms, "+4930123456", &page("down"), NOW).unwrap().0;
    let asked = form_urlencoded::parse(call.body.as_bytes()).find(|(name, _)| name == "callback");
    assert_eq!(asked.unwrap().1, "https://operate.example.org/ack/t0ken/text");
    let told = |phone: &Phone, body: &str| {
        let json = if body.starts_with('{') { "application/json" } else { "" };
        let header = |name: &str| match name {
            "content-type" => json.to_owned(),
            _ => String::new(),
        };
        phone.told(&HandedIn { url: "", header: &header, body: body.as_bytes() }, NOW)
    };
    let mut phone = channels.sms;
    let failed = r#"{"msisdn": "4930123456", "status": "failed", "err-code": "6"}"#;
    let in_vain = Heard::Unreached("failed, error 6".to_owned());
    assert_eq!(told(&phone, failed), Ok(in_vain.clone()));
    assert_eq!(told(&phone, "status=expired&err-code=0"), Ok(Heard::Unreached("expired".into())));
    for on_its_way in ["status=delivered", "status=accepted", "status=buffered", "x"] {
        assert_eq!(told(&phone, on_its_way), Ok(Heard::Nothing), "{on_its_way}");
    }

    phone.signature_secret = Secret::new("shared");
    assert_eq!(told(&phone, failed), Err(NotTheirs::Missing));
    let fields = format!("err-code=6&status=failed&timestamp={}", NOW.micros() / 1_000_000);
    let sign = |secret: &str| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
        let signature = ring::hmac::sign(&key, format!("&{fields}").as_bytes());
        format!("{fields}&sig={}", kernel::hex(signature.as_ref()))
    };
    assert_eq!(told(&phone, &sign("shared")), Ok(in_vain));
    assert_eq!(told(&phone, &sign("other")), Err(NotTheirs::Wrong));
}

/// The settings of an application at Vonage.
fn application() -> Phone {
    Phone {
        provider: Some(Provider::Vonage),
        account: "app-1".to_owned(),
        secret: Secret::new(include_str!("test-key.pem")),
        from: "+4930100".to_owned(),
        signature_secret: Secret::new("s3cret"),
        ..Phone::default()
    }
}

/// The parts of a token, the first two read.
fn token(call: &HttpCall) -> (Value, Value, String, Vec<u8>) {
    let header = call.headers.iter().find(|(name, _)| name == "Authorization").unwrap();
    let token = header.1.strip_prefix("Bearer ").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let bytes = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
    let read = |part: &str| serde_json::from_slice(&bytes(part)).unwrap();
    (read(head), read(claims), signed.to_owned(), bytes(signature))
}

#[test]
fn a_call_through_vonage_is_signed_by_its_application_and_takes_one_digit() {
    let mut channels = channels();
    channels.voice = application();
    channels.check().unwrap();
    let ring = |now| {
        let page = page("<db> down");
        channels.call(Channel::Voice, "+4930123456", &page, now).unwrap().0
    };
    let call = ring(NOW);
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!((call.method.as_str(), &*call.url), ("POST", "https://api.nexmo.com/v1/calls"));
    assert_snapshot!(serde_json::to_string_pretty(&body).unwrap(), @r#"
    {
      "event_method": "POST",
      "event_url": [
        "https://operate.example.org/ack/t0ken/voice"
      ],
      "from": {
        "number": "4930100",
        "type": "phone"
      },
      "ncco": [
        {
          "action": "talk",
          "bargeIn": true,
          "loop": 2,
          "text": "Operate calls you: priority 1 incident number 42. <db> down. Press 4 to take it."
        },
        {
          "action": "input",
          "dtmf": {
            "maxDigits": 1,
            "timeOut": 10
          },
          "eventMethod": "POST",
          "eventUrl": [
            "https://operate.example.org/ack/t0ken/voice"
          ],
          "type": [
            "dtmf"
          ]
        },
        {
          "action": "talk",
          "text": "Nobody has taken it. Goodbye."
        }
      ],
      "ringing_timer": 45,
      "to": [
        {
          "number": "4930123456",
          "type": "phone"
        }
      ]
    }
    "#);
    let (head, claims, signed, signature) = token(&call);
    assert_eq!((&head["alg"], &claims["application_id"]), (&json!("RS256"), &json!("app-1")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    let key = super::vonage::key(application().secret.reveal()).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public().as_ref());
    public.verify(signed.as_bytes(), &signature).unwrap();
    let (_, later, ..) = token(&ring(NOW + Duration::from_micros(1)));
    assert_ne!(claims["jti"], later["jti"], "no token is used twice");
}

#[test]
fn vonage_is_told_what_needs_no_answer_and_says_why_it_makes_no_call() {
    let mut channels = channels();
    channels.voice = application();
    let call = channels.call(Channel::Voice, "+4930123456", &page("down"), NOW).unwrap().0;
    let note = Note { title: "Your code", text: "1, 2", url: "https://operate.example.org" };
    let told = channels.note(Channel::Voice, "+4930123456", &note, NOW).unwrap().0;
    let body: Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(body["ncco"], json!([{"action": "talk", "text": "Your code. 1, 2", "loop": 2}]));
    assert_eq!(body.get("event_url"), None, "nobody has to answer");

    assert_eq!((call.judge)(201, r#"{"uuid":"63f6","status":"started"}"#), Verdict::Taken);
    let refused = r#"{"type":"UNAUTHORIZED","error_title":"Unauthorized"}"#;
    assert_eq!((call.judge)(401, refused), Verdict::Never("401: Unauthorized".to_owned()));
    let wrong = r#"{"title":"Bad Request","detail":"to is invalid"}"#;
    let said = "400: Bad Request: to is invalid".to_owned();
    assert_eq!((call.judge)(400, wrong), Verdict::Never(said));
    assert_eq!((call.judge)(429, ""), Verdict::Later("429".to_owned()));
    channels.voice.secret = Secret::new("no key");
    let told = channels.check().unwrap_err();
    assert!(told.starts_with("channels.voice.secret is no private key"), "{told}");
    assert!(channels.call(Channel::Voice, "+4930123456", &page("x"), NOW).is_err());
}

#[test]
fn what_vonage_says_of_a_call_is_taken_when_it_signed_it_lately_and_for_these_words() {
    let signed = |secret: &str, head: &Value, claims: &Value| {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(head), part(claims));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
        let signature = BASE64_URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, text.as_bytes()));
        format!("Bearer {text}.{signature}")
    };
    let hash = |text: &str| kernel::hex(&Sha256::digest(text));
    let heard = |authorization: &str, body: &str| {
        let header = |_: &str| authorization.to_owned();
        application().heard(&HandedIn { url: "", header: &header, body: body.as_bytes() }, NOW)
    };
    let (head, iat) = (json!({"alg": "HS256", "typ": "JWT"}), NOW.micros() / 1_000_000);
    let body = r#"{"dtmf": {"digits": "4", "timed_out": false}, "uuid": "a \" b"}"#;
    let dense = r#"{"dtmf":{"digits":"4","timed_out":false},"uuid":"a \" b"}"#;
    let claims = json!({"iat": iat, "application_id": "app-1", "payload_hash": hash(dense)});
    let right = signed("s3cret", &head, &claims);
    assert_eq!(heard(&right, body), Ok(Heard::Digits("4".to_owned())));
    let changed = body.replace("\"4\"", "\"1\"");
    for (authorization, body, why) in [
        (right.clone(), changed.as_str(), NotTheirs::Wrong),
        (signed("other", &head, &claims), body, NotTheirs::Wrong),
        (signed("s3cret", &json!({"alg": "none"}), &claims), body, NotTheirs::Wrong),
        (signed("s3cret", &head, &json!({"iat": iat - 301})), body, NotTheirs::Old),
        (
            signed("s3cret", &head, &json!({"iat": iat, "application_id": "x"})),
            body,
            NotTheirs::Wrong,
        ),
        (right.replace("Bearer ", ""), body, NotTheirs::Missing),
        (String::new(), body, NotTheirs::Missing),
        (signed("s3cret", &head, &json!({"iat": iat})), "Digits=4", NotTheirs::Other),
    ] {
        assert_eq!(heard(&authorization, body), Err(why), "{authorization} {body}");
    }
    let fresh = signed("s3cret", &head, &json!({"iat": iat}));
    for (body, expected) in [
        (r#"{"dtmf":{"digits":null,"timed_out":true}}"#, Heard::Digits(String::new())),
        (r#"{"status":"ringing"}"#, Heard::Nothing),
        (r#"{"status":"completed"}"#, Heard::Nothing),
        (r#"{"status":"busy"}"#, Heard::Unreached("busy".to_owned())),
        (
            r#"{"status":"failed","detail":"number not in service"}"#,
            Heard::Unreached("failed: number not in service".to_owned()),
        ),
    ] {
        assert_eq!(heard(&fresh, body), Ok(expected), "{body}");
    }
    let (kind, said) = application().says("Taken.");
    assert_eq!((kind, &*said), ("application/json", r#"[{"action":"talk","text":"Taken."}]"#));
}

#[test]
fn a_secret_may_be_in_a_file_of_its_own() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/paging/test-key.pem");
    let mut channels = channels();
    channels.voice = Phone { secret: Secret::default(), secret_file: file.into(), ..application() };
    channels.read_secrets().unwrap();
    channels.check().unwrap();
    let twice = channels.read_secrets().unwrap_err();
    assert!(twice.starts_with("channels.voice.secret_file is set beside secret"), "{twice}");
    channels.voice = Phone { secret_file: "/nowhere".into(), ..Phone::default() };
    let missing = channels.read_secrets().unwrap_err();
    assert!(missing.starts_with("channels.voice.secret_file /nowhere: "), "{missing}");
}

#[test]
fn any_other_provider_is_described_and_nothing_of_a_text_breaks_out_of_it() {
    let mut channels = channels();
    channels.sms = serde_json::from_value(serde_json::json!({
        "provider": "http", "url": "https://sms.example.org/send?n={to}", "from": "Operate",
        "body": r#"{"from":"{from}","text":"{text}"}"#, "secret": "Token t",
    }))
    .unwrap();
    let title = "a \"quoted\" {to} \\ end";
    let call = channels.call(Channel::Sms, "+4930123456", &page(title), NOW).unwrap().0;
    assert_eq!(call.url, "https://sms.example.org/send?n=%2B4930123456");
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!(body["from"], "Operate");
    assert!(body["text"].as_str().unwrap().starts_with("P1 #42 a \"quoted\" {to} \\ end"));
}

#[test]
fn a_gateway_that_is_described_knows_where_to_acknowledge() {
    let with = |body: &str| {
        let mut channels = channels();
        channels.voice = serde_json::from_value(serde_json::json!({
            "provider": "http", "url": "https://sip.example.org/call", "body": body,
        }))
        .unwrap();
        let call = channels.call(Channel::Voice, "+4930123456", &page("down"), NOW).unwrap().0;
        serde_json::from_str::<Value>(&call.body).unwrap()
    };
    let body = with(r#"{"to":"{to}","text":"{text}","ack":"{ack_url}","dtmf":"{ack_url}/voice"}"#);
    assert_eq!(body["ack"], "https://operate.example.org/ack/t0ken");
    assert_eq!(body["dtmf"], "https://operate.example.org/ack/t0ken/voice");
    assert!(body["text"].as_str().unwrap().ends_with("Press 4 to take it."), "{body}");
    let silent = with(r#"{"text":"{text}"}"#);
    assert!(!silent["text"].as_str().unwrap().contains("Press"), "nobody would hear the digit");
}

#[test]
fn every_channel_sends_its_secrets_only_where_they_belong() {
    let to = |channel| match channel {
        Channel::Teams => "ops",
        Channel::Telegram => "-100200",
        Channel::Gotify => "ada",
        Channel::Sms | Channel::Voice => "+4930123456",
        _ => "ada",
    };
    for channel in Channel::ALL {
        let call = channels().call(channel, to(channel), &page("down"), NOW).unwrap().0;
        let shown = format!("{call:?}");
        for secret in ["xoxb-1", "7:abc", "hooks/secret", "flow.example.org/secret", "tk_1", "A1"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(call.body.contains("t0ken"), "{channel:?} has no way to acknowledge");
        assert_eq!(Channel::named(channel.name()), Some(channel));
    }
}

#[test]
fn what_is_not_set_up_or_no_address_is_refused_for_good() {
    let none = Channels::default();
    for channel in Channel::ALL {
        if channel == Channel::Ntfy {
            continue;
        }
        let refused = none.call(channel, "x", &page("down"), NOW).unwrap_err();
        assert!(!refused.retry);
        assert!(refused.detail.starts_with("channels."), "{}", refused.detail);
    }
    for (channel, to) in [
        (Channel::Ntfy, "https://ntfy.sh/a b"),
        (Channel::Telegram, "@ada"),
        (Channel::Teams, "nobody"),
        (Channel::Gotify, "nobody"),
        (Channel::Sms, "030 123"),
        (Channel::Voice, "+49x"),
    ] {
        assert!(
            !channels().call(channel, to, &page("down"), NOW).unwrap_err().retry,
            "{channel:?}"
        );
    }
}

#[test]
fn a_telephone_whose_provider_does_not_reach_us_lacks_the_digit() {
    let channels = channels();
    let (inside, outside) = ("http://127.0.0.1:7070", "https://operate.example.org");
    let lacks = channels.lacks(Channel::Voice, inside).unwrap();
    assert!(lacks.contains("by a digit") && lacks.contains("public_url"), "{lacks}");
    assert!(channels.lacks(Channel::Sms, inside).is_some());
    for (channel, address) in
        [(Channel::Voice, outside), (Channel::Sms, outside), (Channel::Ntfy, inside)]
    {
        assert_eq!(channels.lacks(channel, address), None, "{channel:?}");
    }
    // A gateway may be in the same network, and what is not set up lacks everything.
    assert_eq!(Channels::default().lacks(Channel::Voice, inside), None);
    let gateway = Phone { provider: Some(Provider::Http), ..channels.voice.clone() };
    let described = Channels { voice: gateway, ..channels };
    assert_eq!(described.lacks(Channel::Voice, inside), None);
}

#[test]
fn marks_that_people_wrote_mean_nothing_in_chat() {
    let title = "*bold* <!channel> @all [x](http://evil.example)";
    let call = channels().call(Channel::Mattermost, "@ada", &page(title), NOW).unwrap().0;
    let body: Value = serde_json::from_str(&call.body).unwrap();
    let text = body["text"].as_str().unwrap();
    let plain = "\\*bold\\* \\<\\!channel\\> @\u{200b}all \\[x\\]\\(http";
    assert!(text.contains(plain), "{text}");
}

#[test]
fn a_note_goes_by_every_way_and_asks_for_no_answer() {
    let note = Note {
        title: "Your shift begins at 09:00",
        text: "Shop *on call*",
        url: "https://operate.example.org/oncall/shop",
    };
    for (channel, to) in [
        (Channel::Slack, "U1"),
        (Channel::Mattermost, "@ada"),
        (Channel::Teams, "ops"),
        (Channel::Telegram, "42"),
    ] {
        let told = told(&channels().note(channel, to, &note, NOW).unwrap().0);
        assert!(told.contains("Your shift begins at 09:00"), "{told}");
        assert!(told.contains("https://operate.example.org/oncall/shop"), "{told}");
        assert!(!told.contains("Acknowledge"), "{told}");
    }
    for (channel, to) in [
        (Channel::Ntfy, "ada-pages"),
        (Channel::Gotify, "ada"),
        (Channel::Sms, "+4930123456"),
        (Channel::Voice, "+4930123456"),
    ] {
        let told = told(&channels().note(channel, to, &note, NOW).unwrap().0);
        assert!(told.contains("Your shift begins at 09:00"), "{told}");
        assert!(!told.contains("Acknowledge") && !told.contains("<Gather"), "{told}");
    }
}

/// Three incidents in one message, which is the last for a while.
fn three() -> Vec<Told> {
    let told = |number, title: &str, priority| Told {
        number,
        title: title.to_owned(),
        priority,
        acknowledge_url: format!("https://operate.example.org/ack/{number}"),
    };
    vec![
        told(42, "Database orders-db down", Priority::P1),
        told(43, "Checkout is slow", Priority::P2),
        told(40, "Disk\nfills up", Priority::P4),
    ]
}

#[test]
fn what_is_told_together_is_one_message_with_a_link_for_each_and_one_for_all() {
    let told = three();
    let together = PageCall {
        together: &told,
        note: "What comes now waits until 12:10 UTC.",
        incident_url: "https://operate.example.org/my/on-call",
        ..page("Database orders-db down")
    };
    let call = |channel, to| channels().call(channel, to, &together, NOW).unwrap().0;
    let chat: Value = serde_json::from_str(&call(Channel::Telegram, "7").body).unwrap();
    assert_snapshot!(chat["text"].as_str().unwrap(), @r"
    [P1] #42 Database orders-db down, and 2 more
    [P1] #42 Database orders-db down
    [P2] #43 Checkout is slow
    [P4] #40 Disk fills up
    service/orders. You are called as step 1 of escalationpolicy/payments.
    What comes now waits until 12:10 UTC.
    ");
    let rows = chat["reply_markup"]["inline_keyboard"].as_array().unwrap();
    let buttons = rows.iter().flat_map(|row| row.as_array().unwrap());
    let buttons: Vec<&str> = buttons.map(|button| button["text"].as_str().unwrap()).collect();
    assert_eq!(buttons, ["Acknowledge all", "Open list", "Take #42", "Take #43", "Take #40"]);
    let form = |call: HttpCall, field: &str| {
        let fields = form_urlencoded::parse(call.body.as_bytes()).into_owned();
        fields.into_iter().find(|(name, _)| name == field).unwrap().1
    };
    assert_snapshot!(form(call(Channel::Sms, "+4930123456"), "Body"), @"P1 #42 Database orders-db down +2 more: #43 #40 What comes now waits until 12:10 UTC. See and take all: https://operate.example.org/ack/t0ken");
    assert_snapshot!(broken(&form(call(Channel::Voice, "+4930123456"), "Twiml")), @r#"
    <Response>
      <Gather numDigits="1" timeout="10" method="POST" action="https://operate.example.org/ack/t0ken/voice">
      <Say loop="2">Operate calls you: 3 incidents.
        priority 1, number 42.
        Database orders-db down.
        priority 2, number 43.
        Checkout is slow.
        priority 4, number 40.
        Disk fills up.
        What comes now waits until 12:10 UTC.
        Press 4 to take them.</Say>
      </Gather>
      <Say>Nobody has taken them.
        Goodbye.</Say>
      </Response>
    "#);
    let push: Value = serde_json::from_str(&call(Channel::Ntfy, "ada-pages").body).unwrap();
    assert_eq!(push["actions"][0]["label"], "Acknowledge all");
}

#[test]
fn of_very_many_the_most_urgent_are_listed_and_the_others_counted() {
    let told: Vec<Told> = three().into_iter().cycle().take(37).collect();
    let together = PageCall { together: &told, ..page("Database orders-db down") };
    let listed = together.listed();
    assert_eq!((listed.len(), listed[10].as_str()), (11, "… and 27 more"));
    let text = channels().call(Channel::Sms, "+4930123456", &together, NOW).unwrap().0.body;
    let text = form_urlencoded::parse(text.as_bytes()).map(|(_, v)| v).max_by_key(|v| v.len());
    let text = text.unwrap();
    assert!(text.contains("+36 more: #43 #40 #42 …"), "{text}");
    assert!(text.chars().count() <= 306 && text.ends_with("/ack/t0ken"), "{text}");
}
