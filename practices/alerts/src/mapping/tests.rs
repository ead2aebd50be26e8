use super::*;
use serde_json::json;

const NOW: Time = Time::from_seconds(1_000_000);

fn rule(title: &str) -> Rule {
    Rule { name: "r".to_owned(), title: title.to_owned(), ..Rule::default() }
}

fn map(rules: &[Rule], body: &Json) -> Result<Mapped, MappingError> {
    let (event, headers) = (json!({ "type": "t" }), json!({ "user-agent": "x" }));
    let received = Received { body, event: &event, headers: &headers };
    Mapping::compile(rules)?.map(&received, &"hook".into(), NOW)
}

fn one(rule: Rule, body: &Json) -> Signal {
    let mapped = map(&[rule], body).unwrap();
    assert_eq!(mapped.signals.len(), 1);
    mapped.signals.into_iter().next().unwrap()
}

#[test]
fn every_expression_finds_its_place() {
    let rule = Rule {
        when: "body.kind == 'disk' && event.type == 't' && headers['user-agent'] == 'x'".into(),
        key: "'disk/' + body.host".into(),
        state: "body.ok ? 'resolved' : 'firing'".into(),
        severity: "body.level".into(),
        item: "'component/' + body.host".into(),
        labels: "{'host': body.host, 'percent': body.percent}".into(),
        annotations: "{'description': body.text, 'all': body}".into(),
        url: "'https://mon.example/' + body.host".into(),
        starts_at: "body.since".into(),
        ..rule("'Disk of ' + body.host")
    };
    let mut body = json!({
        "kind": "disk", "host": "db1", "level": "P1", "ok": false, "percent": 97,
        "since": "1970-01-02T00:00:00Z", "text": "nearly full",
    });
    let signal = one(rule.clone(), &body);
    assert_eq!(signal.key.as_deref(), Some("disk/db1"));
    assert_eq!(
        (signal.starts_at, signal.ends_at),
        (Some(Time::from_seconds(86_400)), Some(Time::MAX))
    );
    for (name, expected) in [
        ("alertname", "Disk of db1"),
        ("severity", "critical"),
        ("item", "component/db1"),
        ("percent", "97"),
        ("source", "hook"),
    ] {
        assert_eq!(signal.labels.get(name), Some(expected));
    }
    assert_eq!(signal.annotations.get("description"), Some("nearly full"));
    assert_eq!(&*signal.generator_url, "https://mon.example/db1");
    body["ok"] = json!(true);
    let over = one(rule, &body);
    assert_eq!((over.starts_at, over.ends_at), (None, Some(NOW)));
    assert_eq!(over.fingerprint(), signal.fingerprint());
}

#[test]
fn each_entry_of_a_list_makes_an_alert() {
    let rule = Rule {
        each: "body.alerts".into(),
        state: "each.status".into(),
        labels: "each.labels".into(),
        ..rule("each.labels.name")
    };
    let body = json!({ "alerts": [
        { "status": "firing", "labels": { "name": "A" } },
        { "status": "resolved", "labels": { "name": "B" } },
    ]});
    let mapped = map(&[rule], &body).unwrap();
    let told: Vec<_> =
        mapped.signals.iter().map(|s| (s.labels.get("name").unwrap(), s.over(NOW))).collect();
    assert_eq!(told, [("A", false), ("B", true)]);
}

#[test]
fn the_first_rule_that_is_for_an_event_maps_it_and_none_may_be() {
    let rules = [
        Rule { name: "first".into(), when: "body.a == 1".into(), ..rule("'one'") },
        Rule { name: "second".into(), when: "has(body.a)".into(), ..rule("'two'") },
    ];
    let used = |body: Json| map(&rules, &body).unwrap().rule;
    assert_eq!(used(json!({ "a": 1 })).as_deref(), Some("first"));
    assert_eq!(used(json!({ "a": 2 })).as_deref(), Some("second"));
    assert_eq!(used(json!({ "b": 2 })), None);
    assert!(map(&rules, &json!([1, 2])).is_err(), "a body that is no object has no members");
}

#[test]
fn a_mapping_that_fails_names_rule_and_expression() {
    let body = json!({ "n": 3, "word": "x", "list": [] });
    for (wrong, field) in [
        (rule(""), "title"),
        (rule("body.n +"), "title"),
        (rule("nobody.n"), "title"),
        (rule("body.absent"), "title"),
        (rule("body"), "title"),
        (Rule { when: "body.n".into(), ..rule("'t'") }, "when"),
        (Rule { each: "body.n".into(), ..rule("'t'") }, "each"),
        (Rule { state: "'exploded'".into(), ..rule("'t'") }, "state"),
        (Rule { severity: "[1]".into(), ..rule("'t'") }, "severity"),
        (Rule { item: "'orders'".into(), ..rule("'t'") }, "item"),
        (Rule { labels: "body.word".into(), ..rule("'t'") }, "labels"),
        (Rule { labels: "{'': 'x'}".into(), ..rule("'t'") }, "labels"),
        (Rule { starts_at: "body.word".into(), ..rule("'t'") }, "starts_at"),
        (Rule { key: "1 / 0 == 1 ? 'a' : 'b'".into(), ..rule("'t'") }, "key"),
        (Rule { when: "body.list.all(a, body.list.all(b, a == b))".into(), ..rule("'t'") }, "when"),
    ] {
        let error = map(std::slice::from_ref(&wrong), &body).unwrap_err();
        assert_eq!((error.index, error.field), (0, field), "{wrong:?}: {error}");
    }
    assert!(map(&vec![rule("'t'"); 21], &body).is_err());
    let long = json!({ "list": vec![0; 1_001] });
    assert!(map(&[rule("'t'")], &long).is_err(), "a list that is too long to loop over");
}

#[test]
fn nothing_is_lost_to_an_unknown_word_or_a_long_text() {
    let long = "ü".repeat(20_000);
    let rule = Rule {
        severity: "'grave'".into(),
        annotations: "{'description': body.long}".into(),
        ..rule("body.long")
    };
    let signal = one(rule, &json!({ "long": long }));
    assert_eq!(signal.labels.get("severity"), Some("grave"), "as it was said");
    assert_eq!(Severity::of(&signal.labels), Severity::Warning);
    assert!(signal.annotations.get("description").is_some_and(|text| text.ends_with('…')));
}
