use kernel::{Priority, Time};
use serde_json::{Value, json};

use super::*;
use crate::receivers::Verdict;

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

fn api() -> Api {
    Api { token: Secret::new("xoxb-1"), url: String::new() }
}

#[test]
fn a_message_shows_who_has_it_and_calls_nobody_by_its_title() {
    let call = api().post("#ops", &card());
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
    let posted = Posted { channel: "C1".to_owned(), ts: "1.2".to_owned() };
    let call = api().update(&posted, &card());
    let body: Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!((&body["channel"], &body["ts"]), (&json!("C1"), &json!("1.2")));
    assert!(!format!("{call:?}").contains("xoxb"));
}

fn form(payload: &Value) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", &payload.to_string());
    form.finish().into_bytes()
}

#[test]
fn what_people_do_is_read() {
    let pressed = json!({
        "type": "block_actions", "user": {"id": "U1"}, "channel": {"id": "C1"},
        "trigger_id": "t.1",
        "actions": [{"action_id": "acknowledge", "value": "inc_1", "type": "button"}],
    });
    assert_eq!(
        Incoming::read(&form(&pressed)).unwrap(),
        Incoming::Pressed {
            user: "U1".to_owned(),
            room: "C1".to_owned(),
            deed: Deed::Acknowledge,
            incident: "inc_1".to_owned(),
            trigger: "t.1".to_owned(),
        }
    );
    let mut followed = pressed.clone();
    followed["actions"][0]["action_id"] = json!("open");
    assert_eq!(Incoming::read(&form(&followed)).unwrap(), Incoming::Nothing);
    let Incoming::Wrote { user, text, .. } = Incoming::read(BODY.as_bytes()).unwrap() else {
        panic!("it is a slash command");
    };
    assert_eq!((user.as_str(), text.as_str()), ("U2CERLKJA", ""));
    let chosen = |value: &str| json!({"selected_option": {"value": value}});
    let submitted = json!({
        "type": "view_submission", "user": {"id": "U1"},
        "view": {"id": "V1", "callback_id": "resolve", "private_metadata": "inc_1", "state": {
            "values": {"cause": {"cause": chosen("human")}, "code": {"code": chosen("fixed")},
                       "note": {"note": {"value": " "}}},
        }},
    });
    let Incoming::Submitted(read) = Incoming::read(&form(&submitted)).unwrap() else {
        panic!("it is a form");
    };
    assert_eq!((read.cause.as_str(), read.code.as_str(), read.note), ("human", "fixed", None));
    assert!(Incoming::read(b"payload=%7B").unwrap_err().starts_with("payload: "));
    assert!(Incoming::read(b"text=x").unwrap_err().contains("user_id"));
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
    assert!(explained(&detail).contains("/invite"), "{}", explained(&detail));
    assert_eq!(error_of(r#"{"ok":false,"error":"message_not_found"}"#), "message_not_found");
    let mail = r#"{"ok":true,"user":{"profile":{"email":"ada@example.org"}}}"#;
    assert_eq!(mail_of(mail).as_deref(), Some("ada@example.org"));
    assert_eq!(mail_of(&mail.replace("\"user\":{", "\"user\":{\"deleted\":true,")), None);
}
