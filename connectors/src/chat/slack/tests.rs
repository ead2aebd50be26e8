use kernel::{Priority, Time};
use serde_json::{Value, json};

use super::signature::{Unsigned, verify};
use super::*;
use crate::receivers::Verdict;
use crate::seal::Seal;

/// The example in Slack's document on verifying requests.
const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&\
    channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&\
    command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F\
    T1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.\
    803a0bc887a14d10d2c447fce8b6703c";
const SIGNED: (&str, &str) =
    ("1531420618", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");

fn check(secret: &str, signed: (&str, &str), body: &str, seconds: i64) -> Result<(), Unsigned> {
    verify(&Secret::new(secret), signed, body.as_bytes(), Time::from_seconds(seconds))
}

#[test]
fn a_request_is_slacks_when_its_signature_is_right_and_fresh() {
    let now = 1_531_420_618;
    assert_eq!(check(SECRET, SIGNED, BODY, now), Ok(()));
    assert_eq!(check(SECRET, SIGNED, BODY, now + 300), Ok(()));
    assert_eq!(check(SECRET, SIGNED, BODY, now + 301), Err(Unsigned::Old));
    assert_eq!(check(SECRET, SIGNED, BODY, now - 301), Err(Unsigned::Old));
    assert_eq!(check("another", SIGNED, BODY, now), Err(Unsigned::Wrong));
    assert_eq!(check(SECRET, SIGNED, &format!("{BODY}x"), now), Err(Unsigned::Wrong));
    let other_time = ("1531420619", SIGNED.1);
    assert_eq!(check(SECRET, other_time, BODY, now), Err(Unsigned::Wrong));
    for odd in [("", SIGNED.1), ("+1531420618", SIGNED.1), (SIGNED.0, ""), (SIGNED.0, "v0=zz")] {
        assert_eq!(check(SECRET, odd, BODY, now), Err(Unsigned::Missing), "{odd:?}");
    }
}

fn card() -> Card {
    Card {
        incident: "inc_1".to_owned(),
        number: 42,
        title: "Database <!channel> & *down*".to_owned(),
        priority: Priority::P1,
        state: "Diagnosing",
        holder: Some("Ada".to_owned()),
        service: Some("service/payments".to_owned()),
        deeds: vec![Deed::Acknowledge, Deed::Resolve],
        url: "https://operate.example.org/incidents/inc_1".to_owned(),
    }
}

fn at<R>(use_it: impl FnOnce(&At<'_>) -> R) -> R {
    let setup = Setup::of([("token", "xoxb-1"), ("signing_secret", SECRET)]);
    let (seal, now) = (Seal::new(&[1; 32], "chat"), Time::from_seconds(1_531_420_618));
    use_it(&At { setup: &setup, request_url: "https://operate.example.org/x", seal: &seal, now })
}

#[test]
fn a_message_shows_who_has_it_and_calls_nobody_by_its_title() {
    let call = at(|at| Slack.post(at, "#ops", &card()));
    assert_eq!(call.url, "https://slack.com/api/chat.postMessage");
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!(body["channel"], "#ops");
    assert_eq!(
        body["text"],
        "[P1] #42 Database &lt;!channel&gt; &amp; *down* \
         (Diagnosing · Ada has it · service/payments)"
    );
    assert_eq!(body["blocks"][0]["text"]["type"], "plain_text");
    let buttons = body["blocks"][2]["elements"].as_array().unwrap();
    let named: Vec<&str> = buttons.iter().map(|b| b["action_id"].as_str().unwrap()).collect();
    assert_eq!(named, ["acknowledge", "resolve", "open"]);
    assert_eq!(buttons[0]["value"], "inc_1");
    let posted = Slack.posted(r#"{"ok":true,"channel":"C1","ts":"1.2"}"#).unwrap();
    let call = at(|at| Slack.update(at, &posted, &card()));
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!((&body["channel"], &body["ts"]), (&json!("C1"), &json!("1.2")));
    assert!(!format!("{call:?}").contains("xoxb"));
}

fn form(payload: &Value) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", &payload.to_string());
    form.finish().into_bytes()
}

fn read(body: &[u8]) -> Result<Incoming, String> {
    incoming::read(body)
}

#[test]
fn what_people_do_is_read() {
    let pressed = json!({
        "type": "block_actions", "user": {"id": "U1"}, "channel": {"id": "C1"},
        "trigger_id": "t.1",
        "actions": [{"action_id": "acknowledge", "value": "inc_1", "type": "button"}],
    });
    let (deed, incident) = (Deed::Acknowledge, "inc_1".to_owned());
    assert_eq!(
        read(&form(&pressed)).unwrap(),
        Incoming {
            user: "U1".to_owned(),
            room: "C1".to_owned(),
            trigger: "t.1".to_owned(),
            once: "t.1".to_owned(),
            doing: Doing::Pressed { deed, incident },
        }
    );
    let mut followed = pressed.clone();
    followed["actions"][0]["action_id"] = json!("open");
    assert_eq!(read(&form(&followed)).unwrap().doing, Doing::Nothing);
    let wrote = read(BODY.as_bytes()).unwrap();
    assert_eq!(
        (wrote.user.as_str(), wrote.doing),
        ("U2CERLKJA", Doing::Wrote { text: String::new() })
    );
    let chosen = |value: &str| json!({"selected_option": {"value": value}});
    let submitted = json!({
        "type": "view_submission", "user": {"id": "U1"},
        "view": {"id": "V1", "callback_id": "resolve", "private_metadata": "inc_1", "state": {
            "values": {"cause": {"cause": chosen("human")}, "code": {"code": chosen("fixed")},
                       "note": {"note": {"value": " "}}},
        }},
    });
    let sent = read(&form(&submitted)).unwrap();
    let values = [("cause", "human"), ("code", "fixed")];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let (deed, incident) = (Deed::Resolve, "inc_1".to_owned());
    assert_eq!(sent.doing, Doing::Submitted { deed, incident, values });
    assert!(read(b"payload=%7B").unwrap_err().starts_with("payload: "));
    assert!(read(b"text=x&trigger_id=t").unwrap_err().contains("user_id"));
}

#[test]
fn without_a_signing_secret_no_request_is_taken() {
    let header = |_: &str| "";
    let request = Request { header: &header, body: BODY.as_bytes() };
    at(|at| {
        let none = Setup::default();
        let bare = Slack.read(&At { setup: &none, ..*at }, request);
        assert!(matches!(bare, Err(Refused::NotSetUp(_))), "{bare:?}");
        assert!(matches!(Slack.read(at, request), Err(Refused::Unsigned(_))));
        let signed = |name: &str| match name {
            "x-slack-request-timestamp" => SIGNED.0,
            "x-slack-signature" => SIGNED.1,
            _ => "",
        };
        assert!(Slack.read(at, Request { header: &signed, body: BODY.as_bytes() }).is_ok());
    });
}

#[test]
fn errors_say_how_to_mend_them() {
    let judged = |body: &str| slack_judge(200, body);
    assert_eq!(
        judged(r#"{"ok":false,"error":"ratelimited"}"#),
        Verdict::Later("ratelimited".into())
    );
    let Verdict::Never(detail) = judged(r#"{"ok":false,"error":"not_in_channel"}"#) else {
        panic!("it stays so until somebody invites the bot");
    };
    let explained = Slack.explained(&detail);
    assert!(explained.contains("/invite"), "{explained}");
    assert!(Slack.is_lost(200, r#"{"ok":false,"error":"message_not_found"}"#));
    let mail = r#"{"ok":true,"user":{"profile":{"email":"ada@example.org"}}}"#;
    assert_eq!(Slack.member(mail).unwrap().mail.as_deref(), Some("ada@example.org"));
    assert_eq!(Slack.member(&mail.replace("\"user\":{", "\"user\":{\"deleted\":true,")), None);
}
