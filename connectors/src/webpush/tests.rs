use kernel::{OutboxId, Priority};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::Value;

use super::*;

fn decoded<const N: usize>(text: &str) -> [u8; N] {
    bytes(text).unwrap().try_into().unwrap()
}

/// The browser of RFC 8291, appendix A.
fn browser() -> Subscription {
    Subscription {
        endpoint: "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV".to_owned(),
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6S\
                 RpkNtoIAiw4"
            .to_owned(),
        auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
    }
}

fn page(title: &str) -> PageCall<'_> {
    PageCall {
        id: OutboxId::from_bits(7),
        number: 42,
        title,
        priority: Priority::P1,
        service: Some("service/payments"),
        because: "step 1 of escalationpolicy/payments",
        incident_url: "https://operate.example.org/incidents/inc_1",
        acknowledge_url: "https://operate.example.org/ack/t0ken",
        together: &[],
        note: "",
    }
}

fn sent(title: &str) -> PushCall {
    let key = SenderKey::new(&[7; 32]);
    let now = Time::from_seconds(1_000);
    let sender = Sender { key: &key, contact: "mailto:ops@example.org", now };
    browser().call(&page(title), &sender, &Fresh { key: [1; 32], salt: [2; 16] }).unwrap()
}

fn header(call: &PushCall, name: &str) -> String {
    let found = call.call.headers.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone()).unwrap()
}

#[test]
fn a_message_is_encrypted_as_in_the_example_of_the_standard() {
    let (key, auth) = browser().keys().unwrap();
    let sender =
        SecretKey::from_slice(&decoded::<32>("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
            .unwrap();
    let salt = decoded("DGv6ra1nlYgDCS1FRnbzlw");
    let plain = b"When I grow up, I want to be a watermelon";
    let sealed = encrypt::encrypt(plain, &encrypt::To { key, auth }, &sender, salt).unwrap();
    assert_eq!(
        BASE64_URL_SAFE_NO_PAD.encode(sealed),
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY\
         WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS\
         gSxsj_Qulcy4a-fN"
    );
}

#[test]
fn a_push_service_is_shown_who_sends() {
    let call = sent("down");
    let said = header(&call, "Authorization");
    let (token, key) = said.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = VerifyingKey::from_sec1_bytes(&bytes(key).unwrap()).unwrap();
    let signature = Signature::from_slice(&bytes(signature).unwrap()).unwrap();
    key.verify(signed.as_bytes(), &signature).unwrap();
    let claims: Value =
        serde_json::from_slice(&bytes(signed.split_once('.').unwrap().1).unwrap()).unwrap();
    assert_eq!(claims["aud"], "https://push.example.net");
    assert_eq!(claims["sub"], "mailto:ops@example.org");
    assert_eq!(claims["exp"], 1_000 + 12 * 3_600);
}

#[test]
fn a_long_title_still_fits_and_what_is_urgent_says_so() {
    let call = sent(&"ä".repeat(10_000));
    assert!(call.payload.len() <= 4_096, "{}", call.payload.len());
    assert_eq!(header(&call, "Urgency"), "high");
    assert_eq!(header(&call, "Topic"), "incident-42");
    assert_eq!(header(&call, "TTL"), "3600");
    let shown = format!("{call:?}");
    assert!(!shown.contains("JzLQ3raZ"), "an address is a secret: {shown}");
}

#[test]
fn what_no_browser_says_is_refused_by_its_field() {
    let good = browser();
    assert_eq!(good.check(), Ok(()));
    let field = |wrong: Subscription| wrong.check().unwrap_err().field;
    for endpoint in
        ["", "ftp://push.example.net/x", "/push", &format!("https://a/{}", "x".repeat(3_000))]
    {
        assert_eq!(
            field(Subscription { endpoint: endpoint.to_owned(), ..good.clone() }),
            "endpoint"
        );
    }
    // A point that is not on the curve.
    let off = BASE64_URL_SAFE_NO_PAD.encode([4; 65]);
    assert_eq!(field(Subscription { p256dh: off, ..good.clone() }), "p256dh");
    assert_eq!(field(Subscription { auth: "AAAA".to_owned(), ..good }), "auth");
}

#[test]
fn statuses_mean_what_push_services_mean_by_them() {
    assert_eq!(judge(201, ""), Verdict::Taken);
    assert!(matches!(judge(410, "gone"), Verdict::Never(_)) && gone(410) && gone(404));
    assert!(matches!(judge(403, "bad key"), Verdict::Never(why) if why.contains("add it again")));
    assert!(matches!(judge(413, ""), Verdict::Never(_)));
    assert!(matches!(judge(429, ""), Verdict::Later(_)));
    assert!(matches!(judge(503, ""), Verdict::Later(_)) && !gone(503));
}

#[test]
fn a_call_with_very_long_words_is_shown_with_their_beginning() {
    let title = "🔥".repeat(1_200);
    let because = "🔥".repeat(1_000);
    let page = PageCall { because: &because, ..page(&title) };
    let shown: Value = serde_json::from_slice(&shown(&page)).unwrap();
    for part in ["title", "body"] {
        let text = shown[part].as_str().unwrap();
        assert!(text.ends_with('…') && text.len() < 1_300, "{part}: {text}");
    }
    assert!(!sent(&title).payload.is_empty());
}
