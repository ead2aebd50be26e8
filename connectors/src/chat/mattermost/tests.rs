use kernel::{Priority, Time};
use serde_json::{Value, json};

use super::*;
use crate::chat::FormField;
use crate::seal::Seal;

const NOW: Time = Time::from_seconds(1_772_366_400);

fn with<R>(key: u8, now: Time, use_it: impl FnOnce(&At<'_>) -> R) -> R {
    let setup = Setup::of([
        ("url", "https://chat.example.org/"),
        ("token", "bot-token"),
        ("command_token", "first, second"),
    ]);
    let seal = Seal::new(&[key; 32], "chat");
    use_it(&At { setup: &setup, request_url: "https://operate.example.org/x", seal: &seal, now })
}

fn at<R>(use_it: impl FnOnce(&At<'_>) -> R) -> R {
    with(1, NOW, use_it)
}

fn card() -> Card {
    Card {
        incident: "inc_1".to_owned(),
        number: 42,
        title: "Database @channel & **down**".to_owned(),
        priority: Priority::P1,
        state: "Diagnosing",
        holder: Some("Ada".to_owned()),
        service: Some("service/payments".to_owned()),
        deeds: vec![Deed::Acknowledge, Deed::Resolve],
        url: "https://operate.example.org/incidents/inc_1".to_owned(),
    }
}

fn json_of(call: &HttpCall) -> Value {
    serde_json::from_str(&call.body).unwrap()
}

fn read(at: &At<'_>, headers: &[(&str, &str)], body: &[u8]) -> Result<Incoming, Refused> {
    let header = |name: &str| {
        let found = headers.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value)
    };
    Mattermost.read(at, Request { header: &header, body })
}

#[test]
fn a_message_goes_into_the_room_of_a_name_and_calls_nobody_by_its_title() {
    let ask = at(|at| Mattermost.post(at, "ops/payments", &card()));
    assert_eq!(ask.method, Method::Get);
    assert_eq!(ask.url, "https://chat.example.org/api/v4/teams/name/ops/channels/name/payments");
    let next = ask.next.unwrap().calls(r#"{"id":"room1"}"#).unwrap().remove(0);
    let Call::Http(post) = next else { panic!("it is a request") };
    assert_eq!(
        (post.method, post.url.as_str()),
        (Method::Post, "https://chat.example.org/api/v4/posts")
    );
    let body = json_of(&post);
    assert_eq!(body["channel_id"], "room1");
    assert_eq!(body["message"], "\\[P1\\] \\#42 Database @\u{200b}channel & \\*\\*down\\*\\*");
    let actions = body["props"]["attachments"][0]["actions"].as_array().unwrap();
    let ids: Vec<&str> = actions.iter().map(|action| action["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["acknowledge", "resolve"]);
    assert!(!format!("{post:?}").contains("bot-token"));
    let direct = json_of(&at(|at| Mattermost.post(at, "room1", &card())));
    assert_eq!(direct["channel_id"], "room1");
    let ask = at(|at| Mattermost.update(at, "post1", &card()));
    assert_eq!(
        (ask.method, ask.url.as_str()),
        (Method::Get, "https://chat.example.org/api/v4/posts/post1")
    );
    let next = ask.next.unwrap().calls("{}").unwrap().remove(0);
    let Call::Http(update) = next else { panic!("it is a request") };
    assert_eq!(
        (update.method, update.url.as_str()),
        (Method::Put, "https://chat.example.org/api/v4/posts/post1/patch")
    );
    assert!(Mattermost.is_lost(404, "") && !Mattermost.is_lost(403, ""));
}

#[test]
fn a_room_cannot_lead_to_another_address() {
    let ask = at(|at| Mattermost.post(at, "../../users/x?y=", &card()));
    assert_eq!(
        ask.url,
        "https://chat.example.org/api/v4/teams/name/%2E%2E/channels/name/..%2Fusers%2Fx%3Fy%3D"
    );
}

fn pressed(context: &Value) -> Vec<u8> {
    let request = json!({
        "user_id": "u1", "channel_id": "room1", "post_id": "post1", "trigger_id": "t1",
        "type": "button", "context": context,
    });
    request.to_string().into_bytes()
}

#[test]
fn a_button_is_taken_while_its_seal_is_good() {
    let body = json_of(&at(|at| Mattermost.post(at, "room1", &card())));
    let context = &body["props"]["attachments"][0]["actions"][0]["integration"]["context"];
    let (deed, incident) = (Deed::Acknowledge, "inc_1".to_owned());
    let good = at(|at| read(at, &[], &pressed(context))).unwrap();
    assert_eq!((good.user.as_str(), good.trigger.as_str()), ("u1", "t1"));
    assert_eq!(good.doing, Doing::Pressed { deed, incident });
    let late = with(1, NOW + BUTTON_LIFE, |at| read(at, &[], &pressed(context))).unwrap();
    assert_eq!(late.doing, Doing::Late);
    for forged in [
        with(2, NOW, |at| read(at, &[], &pressed(context))),
        at(|at| read(at, &[], &pressed(&json!({})))),
        at(|at| read(at, &[], &pressed(&json!({"sealed": "acknowledge"})))),
    ] {
        assert!(matches!(forged, Err(Refused::Unsigned(_))), "{forged:?}");
    }
}

#[test]
fn a_form_is_good_for_whoever_opened_it() {
    let text = FieldKind::Text { optional: false };
    let form = Form {
        deed: Deed::Comment,
        incident: "inc_1",
        title: "Comment on #42".to_owned(),
        fields: vec![FormField { name: "text", label: "What to write down", kind: text }],
    };
    let to = at(|at| {
        let doing = Doing::Nothing;
        let (user, room) = ("u1".to_owned(), String::new());
        let to = Incoming { user, room, trigger: "t1".to_owned(), once: String::new(), doing };
        json_of(&Mattermost.open(at, &to, &form))
    });
    assert_eq!(
        (&to["trigger_id"], &to["dialog"]["title"]),
        (&json!("t1"), &json!("Comment on #42"))
    );
    let sent = |user: &str| {
        let request = json!({
            "type": "dialog_submission", "callback_id": "comment", "user_id": user,
            "state": to["dialog"]["state"], "submission": {"text": "a new disk", "note": ""},
        });
        request.to_string().into_bytes()
    };
    let good = at(|at| read(at, &[], &sent("u1"))).unwrap();
    let values = [("text".to_owned(), "a new disk".to_owned())].into();
    let (deed, incident) = (Deed::Comment, "inc_1".to_owned());
    assert_eq!(good.doing, Doing::Submitted { deed, incident, values });
    let other = at(|at| read(at, &[], &sent("u2")));
    assert!(matches!(other, Err(Refused::Unsigned(_))), "{other:?}");
    let late = with(1, NOW + FORM_LIFE, |at| {
        let late = read(at, &[], &sent("u1")).unwrap();
        Mattermost.reply(at, &late, &Err("Too old.".to_owned())).body
    });
    let why = "Too old.";
    let open = json!({"error": why, "ephemeral_text": why, "skip_slack_parsing": true});
    assert_eq!(late, Some(open), "it stays open, with what was written");
    // A form is no button.
    let context = json!({"sealed": to["dialog"]["state"]});
    assert!(at(|at| read(at, &[], &pressed(&context))).is_err());
}

#[test]
fn a_slash_command_is_taken_by_one_of_its_tokens() {
    let body = b"channel_id=room1&command=%2Foperate&text=ack+1&trigger_id=t1&user_id=u1";
    let form = ("content-type", "application/x-www-form-urlencoded");
    let send = |token: &str| at(|at| read(at, &[form, ("authorization", token)], body));
    for good in ["Token first", "Token second"] {
        let text = "ack 1".to_owned();
        assert_eq!(send(good).unwrap().doing, Doing::Wrote { text });
    }
    for wrong in ["", "Token ", "Token third", "first", "Token first,", "Token first, second"] {
        assert!(matches!(send(wrong), Err(Refused::Unsigned(_))), "{wrong}");
    }
    at(|at| {
        let none = Setup::default();
        let bare = read(&At { setup: &none, ..*at }, &[form], body);
        assert!(matches!(bare, Err(Refused::NotSetUp(_))), "{bare:?}");
    });
}

#[test]
fn errors_say_how_to_mend_them() {
    let error = |id: &str, status: u16| {
        let body = json!({"id": id, "message": "No.", "status_code": status}).to_string();
        match judge(status, &body) {
            Verdict::Never(detail) | Verdict::Later(detail) => Mattermost.explained(&detail),
            Verdict::Taken => panic!("{status} is no success"),
        }
    };
    assert!(error("api.context.permissions.app_error", 403).contains("add the bot"));
    assert!(error("api.context.session_expired.app_error", 401).contains("token anew"));
    let missing = error("app.channel.get_by_name.missing.app_error", 404);
    assert!(missing.contains("team/room"), "{missing}");
    assert!(matches!(judge(429, ""), Verdict::Later(_)));
    let user = json!({"id": "u1", "username": "ada", "email": "ada@example.org"});
    let member = Member { mail: Some("ada@example.org".into()), handle: Some("@ada".into()) };
    assert_eq!(Mattermost.member(&user.to_string()), Some(member));
    for gone in
        [json!({"username": "ada", "delete_at": 5}), json!({"username": "b", "is_bot": true})]
    {
        assert_eq!(Mattermost.member(&gone.to_string()), None);
    }
}
