use kernel::Time;

use super::*;
use crate::{Labels, Signal};

const NOON: Time = Time::from_seconds(1_772_366_400);

fn rule(name: &str, when: &str, class: Class, response: Response) -> ClassRule {
    ClassRule {
        name: name.to_owned(),
        source: None,
        when: when.to_owned(),
        class,
        response,
        impacts: BTreeSet::new(),
        boundary: String::new(),
    }
}

fn signal(source: &str, labels: &[(&str, &str)], annotations: &[(&str, &str)]) -> Signal {
    Signal {
        source: source.into(),
        key: None,
        rule: None,
        labels: Labels::new(labels.iter().copied()),
        annotations: Labels::new(annotations.iter().copied()),
        starts_at: None,
        ends_at: None,
        generator_url: "".into(),
    }
}

#[test]
fn the_first_rule_that_fits_classifies() {
    let mut audit = rule("audit", "", Class::Exception, Response::Notify);
    audit.source = Some("auditor".to_owned());
    audit.impacts = BTreeSet::from([ImpactClass::Compliance, ImpactClass::Security]);
    let classifier = Classifier::compile(&[
        rule("watchdog", "name == 'Watchdog'", Class::Informational, Response::Record),
        rule("disks", "labels.alertname.startsWith('Disk')", Class::Warning, Response::Notify),
        audit,
        rule("orders", "item == 'service/orders'", Class::Exception, Response::OpenIncident),
        rule("late", "name == 'Watchdog'", Class::Exception, Response::OpenIncident),
    ])
    .unwrap();
    let orders: ItemRef = "service/orders".parse().unwrap();
    for (source, name, item, expected) in [
        ("prometheus", "Watchdog", None, "informational by watchdog"),
        ("auditor", "Watchdog", None, "informational by watchdog"),
        ("prometheus", "DiskFull", Some(&orders), "warning by disks"),
        ("auditor", "Login", None, "exception by audit"),
        ("prometheus", "Login", None, "unclassified"),
        ("prometheus", "Login", Some(&orders), "exception by orders"),
    ] {
        let given = classifier.classify(&signal(source, &[("alertname", name)], &[]), item, NOON);
        let said = Classed::of(given.as_deref()).as_str().to_owned();
        let said = given.iter().fold(said, |said, given| format!("{said} by {}", given.rule));
        assert_eq!(said, expected, "{source} {name}");
    }
    let audited = classifier.classify(&signal("auditor", &[("alertname", "x")], &[]), None, NOON);
    let impacts: Vec<&str> =
        audited.unwrap().impacts.iter().map(|impact| impact.as_str()).collect();
    assert_eq!(impacts, ["security", "compliance"]);
}

#[test]
fn the_boundary_is_read_as_seconds_duration_or_moment_and_else_unknown() {
    let left = |expression: &str, text: &str| {
        let mut rule = rule("soon", "", Class::Warning, Response::OpenPotential);
        rule.boundary = expression.to_owned();
        let signal = signal("p", &[("alertname", "x"), ("left", text)], &[("left", text)]);
        let given = Classifier::compile(&[rule]).unwrap().classify(&signal, None, NOON).unwrap();
        given.boundary_at.map(|at| at.micros_since(NOON) / 1_000_000)
    };
    for (expression, text, expected) in [
        ("annotations.left", "7200", Some(7_200)),
        ("labels.left", "7200.9", Some(7_200)),
        ("annotations.left", "1.8e3", Some(1_800)),
        ("double(annotations.left) * 2.0", "60", Some(120)),
        ("3600", "", Some(3_600)),
        ("annotations.left", "2h30m", Some(9_000)),
        ("annotations.left", "1d 2h 0m 1s", Some(93_601)),
        ("annotations.left", "2026-03-01T13:00:00Z", Some(3_600)),
        ("annotations.left", "-60", Some(-60)),
        ("annotations.left", "soon", None),
        ("annotations.left", "", None),
        ("annotations.left", "NaN", None),
        ("annotations.left", "+Inf", None),
        ("annotations.left", "1e300", None),
        ("annotations.left", "3 weeks", None),
        ("annotations.absent", "60", None),
        ("true", "60", None),
    ] {
        assert_eq!(left(expression, text), expected, "{expression} of {text}");
    }
}

#[test]
fn a_rule_that_fails_is_passed_over_and_counted() {
    let classifier = Classifier::compile(&[
        rule("broken", "labels.alertname", Class::Exception, Response::Notify),
        rule("fine", "", Class::Warning, Response::Notify),
    ])
    .unwrap();
    let given = classifier.classify(&signal("p", &[("alertname", "x")], &[]), None, NOON);
    assert_eq!(given.unwrap().rule, "fine");
    assert_eq!(classifier.failures().collect::<Vec<_>>(), [("broken", 1)]);
}

#[test]
fn every_wrong_rule_is_named_with_its_field() {
    let mut countdown = rule("countdown", "", Class::Warning, Response::Notify);
    countdown.boundary = "annotations.left".to_owned();
    let mut cut = rule("cut", "", Class::Warning, Response::OpenPotential);
    cut.boundary = "annotations.".to_owned();
    let errors = Classifier::compile(&[
        rule("", "", Class::Warning, Response::Notify),
        rule("a", "labels.x = 1", Class::Warning, Response::Notify),
        rule("a", "", Class::Warning, Response::Notify),
        rule("eager", "", Class::Informational, Response::OpenIncident),
        rule("hopeful", "", Class::Informational, Response::OpenPotential),
        countdown,
        cut,
    ])
    .unwrap_err();
    let places: Vec<_> = errors.iter().map(|error| (error.index, error.field)).collect();
    let wrong = ["name", "when", "name", "response", "response", "boundary", "boundary"];
    assert_eq!(places, wrong.into_iter().enumerate().collect::<Vec<_>>());
    let many: Vec<ClassRule> = (0..=RULES_MAX)
        .map(|place| rule(&place.to_string(), "", Class::Warning, Response::Notify))
        .collect();
    assert_eq!(Classifier::compile(&many).unwrap_err()[0].index, RULES_MAX);
}

#[test]
fn a_draft_fits_the_alert_that_it_was_made_from() {
    for (name, severity) in
        [("DiskFull", "warning"), (r#"say "hi" \ there"#, "critical"), ("it's\nlate", "info")]
    {
        let labels = [("alertname", name), ("severity", severity)];
        let signal = signal("checks", &labels, &[("time_to_boundary", "60")]);
        let moment = kernel::Moment::new(NOON, kernel::Actor::system("intake"), 1);
        let policy = crate::Policy::default();
        let none = |_: &Signal| crate::Found::default();
        let taken = crate::take_batch(&[signal], &|_| None, &none, &moment, &policy);
        let alert = &taken.changes[0].alert;
        let draft = ClassRule::draft(alert);
        let classifier = Classifier::compile(std::slice::from_ref(&draft)).unwrap();
        let given = classifier.of(&Subject::from(alert), NOON).expect(name);
        assert_eq!((given.class, given.response), (draft.class, draft.response));
        let soon = severity == "warning";
        assert_eq!(given.boundary_at.is_some(), soon, "only potential work counts down");
    }
}
