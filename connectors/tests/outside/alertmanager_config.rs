//! Small configuration files and what is to be said of each. The tables in
//! `alertmanager_config/*.txt` also say where `amtool check-config` 0.25 judges otherwise.

use std::path::Path;

use connectors::alertmanager::config::{ConfigError, Fate, load, report};
use connectors::receivers::templates;
use proptest::prelude::*;
use routing::Tree;

/// One small file of the tables.
struct Case {
    table: String,
    title: String,
    /// `good`, or the mistakes, all of them: line and column, field, a part of the words.
    want: Vec<String>,
    /// Parts of what is to be noted.
    notes: Vec<String>,
    yaml: String,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside/alertmanager_config");
    let mut cases = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "txt") {
            continue;
        }
        let table = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        cases.extend(text.split("\n=== ").skip(1).map(|text| case(&table, text)));
    }
    cases
}

fn case(table: &str, text: &str) -> Case {
    let (head, body) = text.split_once("\n---\n").unwrap_or((text, ""));
    let mut head = head.lines();
    let title = head.next().unwrap().to_owned();
    let (mut want, mut notes) = (Vec::new(), Vec::new());
    for line in head {
        match line.split_once(": ") {
            Some(("want", verdict)) => want.push(verdict.to_owned()),
            Some(("note", note)) => notes.push(note.to_owned()),
            Some(("amtool", _)) => {}
            _ => panic!("{table}: {title}: {line}"),
        }
    }
    let mut yaml = body.replace("@bom", "\u{feff}#");
    yaml = yaml.replace("@route", "route: {receiver: a}");
    yaml = yaml.replace("@receivers", "receivers: [{name: a}]");
    if body.contains("@bom") {
        yaml = yaml.replace('\n', "\r\n");
    }
    Case { table: table.to_owned(), title, want, notes, yaml }
}

/// `bad 3:5 route.group_wait is no duration`: the place, the field or what holds it (`-`: the
/// whole file), a part of the words. Column, field and words may be left out.
fn fits(want: &str, error: &ConfigError) -> bool {
    let mut parts = want.strip_prefix("bad ").unwrap().splitn(3, ' ');
    let place = parts.next().unwrap();
    let (line, column) = place.split_once(':').unwrap_or((place, ""));
    let field = parts.next().unwrap_or("-");
    let words = parts.next().unwrap_or_default();
    line == error.line.to_string()
        && (column.is_empty() || column == error.column.to_string())
        && (field == error.field
            || error.field.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'))
            || (field == "-" && error.field.is_empty()))
        && error.to_string().contains(words)
}

#[test]
fn every_small_file_is_judged_as_written() {
    let cases = cases();
    let mut wrong = Vec::new();
    for Case { table, title, want, notes, yaml } in &cases {
        let told = match load(yaml, "am.yml") {
            Ok(config) => {
                let told = config.notes.iter().map(|note| format!("{note:?}")).collect::<Vec<_>>();
                let noted = notes.len() == told.len()
                    && config.notes.iter().zip(notes).all(|(told, want)| {
                        let (line, words) = want.split_once(' ').unwrap_or((want, ""));
                        line == told.line.to_string() && told.to_string().contains(words)
                    });
                if *want == ["good"] && noted {
                    continue;
                }
                told
            }
            Err(errors) => {
                let fit = want.len() == errors.len()
                    && want
                        .iter()
                        .all(|want| want != "good" && errors.iter().any(|error| fits(want, error)));
                if fit {
                    continue;
                }
                errors.iter().map(ToString::to_string).collect()
            }
        };
        let told = told.join("\n  ");
        wrong.push(format!("{table}: {title}\nwanted {want:?} {notes:?}\ntold\n  {told}"));
    }
    assert!(wrong.is_empty(), "{}\n{} of {}", wrong.join("\n\n"), wrong.len(), cases.len());
    assert!(cases.len() >= 120, "{} cases", cases.len());
}

/// The engine checks the routes too; what passes here has to pass there.
#[test]
fn every_good_file_gives_a_tree_and_reads_back_redacted() {
    for case in cases().iter().filter(|case| case.want == ["good"]) {
        let title = &case.title;
        let config = load(&case.yaml, "am.yml").unwrap();
        let receivers = config.receivers.iter().map(|receiver| receiver.name.clone()).collect();
        let intervals = config.time_intervals.keys().cloned().collect();
        Tree::build(config.route.clone(), &receivers, &intervals).expect(title);
        let redacted = config.redacted_yaml();
        assert!(!redacted.contains("hush"), "{title}: {redacted}");
        // What hides an address is none, which is the only thing that may be wrong with it.
        match load(redacted, "redacted.yml") {
            Ok(again) => assert_eq!(again.redacted_yaml(), redacted, "{title}"),
            Err(errors) => {
                let hidden = errors.iter().all(|error| error.problem.contains("address"));
                assert!(hidden, "{title}: {errors:?}\n{redacted}");
            }
        }
    }
}

/// A configuration with secrets at many places, and words that only look like some.
const SECRETS: &str = "\
# smtp_auth_password: was-hush
global:
  smtp_auth_password: 'hush1'
  slack_api_url: &hook https://hooks.slack.com/hush2
route: {receiver: a, routes: [{match: {token: shown}, matchers: ['a=\"b: c\"']}]}
receivers:
- name: a
  slack_configs:
  - api_url: *hook
    text: |
      two
      lines: # no comment
  webhook_configs:
  - url: 'https://x/hush5'
    http_config: {basic_auth: {username: me, password: \"hush4\"}}
  pagerduty_configs:
  - routing_key: >-
      hush6
    details: {password: shown}
  victorops_configs: [{routing_key: shown, api_key: hush7}]
  telegram_configs: [{bot_token: hush8, chat_id: -5, disable_notifications: yes}]
  sns_configs: [{topic_arn: shown, sigv4: {region: r, access_key: id, secret_key: hush9}}]
";

#[test]
fn secrets_are_hidden_and_the_rest_reads_as_before() {
    let config = load(SECRETS, "am.yml").unwrap();
    let shown = "\
global:
  smtp_auth_password: <secret>
  slack_api_url: <secret>
route:
  receiver: a
  routes:
    - match:
        token: shown
      matchers:
        - \"a=\\\"b: c\\\"\"
receivers:
  - name: a
    slack_configs:
      - api_url: <secret>
        text: \"two\\nlines: # no comment\\n\"
    webhook_configs:
      - url: <secret>
        http_config:
          basic_auth:
            username: me
            password: <secret>
    pagerduty_configs:
      - routing_key: <secret>
        details:
          password: shown
    victorops_configs:
      - routing_key: shown
        api_key: <secret>
    telegram_configs:
      - bot_token: <secret>
        chat_id: -5
        disable_notifications: yes
    sns_configs:
      - topic_arn: shown
        sigv4:
          region: r
          access_key: id
          secret_key: <secret>
";
    assert_eq!(config.redacted_yaml(), shown);
    // A tool that reads it as a configuration wants an address where one belongs.
    let for_tools = shown.replace("- url: <secret>", "- url: http://secret.invalid/");
    assert_eq!(config.redacted_for_tools(), for_tools);
}

#[test]
fn relative_templates_begin_at_the_folder_of_the_file() {
    let text = "route: {receiver: a}\nreceivers: [{name: a}]\ntemplates: ['t/*.tmpl', /x.tmpl]\n";
    for (name, first) in
        [("/etc/am/am.yml", "/etc/am/t/*.tmpl"), ("am.yml", "t/*.tmpl"), ("c/am.yml", "c/t/*.tmpl")]
    {
        let templates = load(text, name).unwrap().templates;
        assert_eq!(templates, [Path::new(first), Path::new("/x.tmpl")], "{name}");
    }
}

#[test]
fn values_are_read_as_meant_and_defaults_stand() {
    let text = "\
route:
  receiver: a
  group_by: [x, y]
  group_wait: 1m
  routes:
    - {match: {n: 010}, match_re: {m: 1|2}, matchers: ['b=c', 'a!=d'], continue: yes}
    - {receiver: 0x1f, repeat_interval: 1w}
receivers: [{name: a}, {name: 0x1f}]
inhibit_rules:
  - {source_match: {s: 1}, source_matchers: ['a=b'], target_match_re: {t: x}, equal: [e]}
time_intervals: [{name: w, time_intervals: [{weekdays: ['monday:friday'], location: Local}]}]
";
    let config = load(text, "am.yml").unwrap();
    assert_eq!(config.global.resolve_timeout.as_secs(), 300);
    let receivers = config.receivers.iter().map(|receiver| receiver.name.clone()).collect();
    let names = config.time_intervals.keys().cloned().collect();
    let tree = Tree::build(config.route.clone(), &receivers, &names).unwrap();
    let keys: Vec<&str> = tree.nodes().iter().map(|node| &**node.key()).collect();
    assert_eq!(keys, ["{}", "{}/{a!=\"d\",b=\"c\",m=~\"^(?:1|2)$\",n=\"010\"}", "{}/{}"]);
    assert!(tree.nodes()[1].continues());
    assert_eq!(tree.nodes()[2].receiver(), "0x1f");
    assert_eq!(tree.nodes()[2].timings().repeat_interval.as_hours(), 7 * 24);
    assert_eq!(tree.nodes()[2].timings().group_wait.as_secs(), 60);
    let [rule] = &config.inhibit_rules[..] else { panic!("one rule") };
    assert_eq!(rule.source.to_string(), "{s=\"1\",a=\"b\"}");
    assert_eq!(rule.target.to_string(), "{t=~\"^(?:x)$\"}");
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    let intervals = config.intervals(&zone);
    assert_eq!(intervals["w"].intervals()[0].zone(), &zone);
}

#[test]
fn templates_are_judged_when_those_of_the_files_are_known() {
    let text = "\
route: {receiver: a}
receivers:
  - name: a
    slack_configs:
      - api_url: https://x
        title: '{{ template \"own.title\" . }}'
        text: '{{ .Status'
";
    let config = load(text, "am.yml").unwrap();
    let mut known = templates().unwrap();
    let errors = config.check(&known).unwrap_err();
    let fields: Vec<_> = errors.iter().map(|e| (e.line, e.column, e.field.as_str())).collect();
    let path = "receivers[0].slack_configs[0]";
    assert_eq!(
        fields,
        [(6, 16, format!("{path}.title").as_str()), (7, 15, format!("{path}.text").as_str())]
    );
    known.add("own.tmpl", "{{ define \"own.title\" }}x{{ end }}").unwrap();
    let errors = config.check(&known).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.line).collect::<Vec<_>>(), [7]);
    let mended = load(&text.replace(".Status'", ".Status }}'"), "am.yml").unwrap();
    mended.check(&known).unwrap();
}

#[test]
fn hostile_files_are_refused_and_never_crash() {
    let nested = |depth: usize, end: &str| {
        let (open, close) = ("routes: [{".repeat(depth), end.repeat(depth));
        format!("receivers: [{{name: a}}]\nroute: {{receiver: a, {open}{close}}}\n")
    };
    load(&nested(18, "}]"), "am.yml").unwrap();
    let deeper = nested(20, "}]");
    assert_eq!(
        load(&deeper, "am.yml").unwrap_err()[0].problem,
        "this is nested deeper than 40 levels"
    );
    let (deep, open) = (nested(50_000, "}]"), nested(50_000, ""));
    let bomb: String =
        std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned())
            .chain((1..40).map(|i| {
                format!("a{i}: &a{i} [{}*a{}]\n", format!("*a{}, ", i - 1).repeat(8), i - 1)
            }))
            .collect();
    let wide = format!("route: {{receiver: a, group_by: [{}]}}", "a, ".repeat(300_000));
    for text in
        [deep.as_str(), &open, &bomb, &wide, "\0", "\u{feff}", "? [a]: b\n", "%YAML 9.9\n---\na"]
    {
        let errors = load(text, "am.yml").unwrap_err();
        assert!(!errors.is_empty() && errors.len() <= 100, "{errors:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256, failure_persistence: None, ..ProptestConfig::default()
    })]

    /// Whatever is changed in a good file, the answer is a configuration or a list of mistakes
    /// that names no secret.
    #[test]
    fn a_file_with_a_slip_is_answered(at in 0..700_usize, with in "\\PC{0,3}", cut in 0..9_usize) {
        let text = include_str!("alertmanager_config/whole.yml");
        let mut letters: Vec<char> = text.chars().collect();
        let at = at.min(letters.len());
        let end = (at + cut).min(letters.len());
        letters.splice(at..end, with.chars());
        let text: String = letters.into_iter().collect();
        if let Err(errors) = load(&text, "am.yml") {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(!error.to_string().contains("hush-hush"), "{error}");
            }
        }
    }
}

#[test]
fn every_element_is_told_what_becomes_of_it() {
    let text = "\
global:
  resolve_timeout: 1m
route:
  receiver: a
  routes:
    - {match: {x: y}, receiver: b}
    - {receiver: a, group_wait: soon}
receivers:
  - name: a
  - name: b
    slack_configs: [{api_url: 'https://x', channel: '#x'}, {channel: 5, chanel: 6}]
templates: ['/nowhere/*.tmpl']
tracing: {endpoint: x}
banana: {}
mute_time_intervals: [{name: old}]
";
    let report = report(text, "am.yml");
    let lines: Vec<String> = report
        .elements
        .iter()
        .map(|e| format!("{} {} {} {:?} {}", e.line, e.path, e.what, e.fate, e.texts.join(" | ")))
        .collect();
    assert_eq!(
        lines,
        [
            "2 global.resolve_timeout  AsIs ",
            "4 route to a AsIs ",
            "6 route.routes[0] to b Changed match becomes the matchers x=\"y\"",
            "7 route.routes[1] to a NotPossible group_wait: `soon` is no duration; write whole \
             numbers with y, w, d, h, m, s or ms, the longest first, as in 1h30m",
            "9 receivers[0] a AsIs ",
            "10 receivers[1] b AsIs ",
            "11 receivers[1].slack_configs[0]  AsIs ",
            "11 receivers[1].slack_configs[1]  NotPossible api_url: `api_url` or `api_url_file` is \
             missing, here and in `global`; add `api_url` or `api_url_file` here, or \
             `slack_api_url` or `slack_api_url_file` to `global` | chanel: unknown field `chanel`; \
             did you mean `channel`?",
            "12 templates[0] /nowhere/*.tmpl AsIs ",
            "13 tracing  Changed tracing is accepted and not used: Operate sends no traces",
            "14 banana  NotPossible unknown field `banana`; remove it, or use one of global, \
             templates, route, receivers, inhibit_rules, mute_time_intervals, time_intervals, \
             tracing",
            "15 mute_time_intervals[0] old Changed it stands among the time_intervals, which both \
             sections share",
        ]
    );
    assert_eq!([Fate::AsIs, Fate::Changed, Fate::NotPossible].map(|f| report.count(f)), [6, 3, 3]);
}
