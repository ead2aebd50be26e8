use std::path::Path;

use super::super::{inlined, load};
use super::{Kept, names_no_files};

const TEXT: &str = "\
# Who is told. Ünïcode stands before what is secret.
global:
  slack_api_url: https://hooks.example.org/T0/global-token # the old password: hush-hush
route: {receiver: ops}
receivers:
  - name: ops
    webhook_configs:
      - url: 'https://hooks.example.org/first-token'
        max_alerts: 5
      - url: https://hooks.example.org/second-token
        http_config:
          basic_auth: {username: ada, password: \"tröst-word\"}
        # url: https://hooks.example.org/third-token
    slack_configs:
      - channel: '#ops'
";

const TOKENS: [&str; 5] = ["global-token", "first-token", "second-token", "tröst", "third-token"];

fn kept(text: &str) -> Kept {
    Kept::split(text, "routing").unwrap_or_else(|wrong| panic!("{}", wrong[0]))
}

fn refused(kept: &Kept, changed: &str) -> Vec<(u32, String)> {
    let errors = kept.fill(changed, "routing").expect_err("it is refused");
    errors.into_iter().map(|error| (error.line, error.field)).collect()
}

#[test]
fn no_secret_is_left_in_the_text_and_everything_else_is_as_it_was_written() {
    let kept = kept(TEXT);
    for token in TOKENS.iter().chain(&["hush-hush"]) {
        assert!(!kept.text.contains(token), "{token} is left in\n{}", kept.text);
        assert!(!format!("{kept:?}").contains(token));
    }
    assert!(kept.text.starts_with("# Who is told. Ünïcode"), "{}", kept.text);
    assert!(kept.text.contains("- channel: '#ops'"), "{}", kept.text);
    assert_eq!(kept.text.lines().count(), TEXT.lines().count());
    assert_eq!(kept.secrets.len(), 4, "{kept:?}");
}

#[test]
fn the_text_with_its_secrets_means_what_the_first_one_meant() {
    let kept = kept(TEXT);
    let whole = kept.whole("routing").unwrap();
    assert_eq!(self::kept(&whole), kept);
    load(&whole, "routing").unwrap();
    // What was read back and saved without a change is the same.
    assert_eq!(kept.fill(&kept.text, "routing").unwrap(), whole);
}

#[test]
fn a_secret_over_several_lines_or_behind_an_anchor_is_taken_out_too() {
    let text = "route: {receiver: a}\nreceivers:\n- name: a\n  webhook_configs:\n  \
                - url: &u >-\n      https://x.example.org/long-\n      token\n  - {url: *u}\n";
    let kept = kept(text);
    assert!(!kept.text.contains("long-"), "{}", kept.text);
    assert_eq!(kept.secrets.len(), 2);
    assert_eq!(self::kept(&kept.whole("routing").unwrap()).secrets, kept.secrets);
}

#[test]
fn a_secret_stays_with_its_integration_when_another_one_is_taken_out() {
    let kept = kept(TEXT);
    let first = "      - url: <secret>\n        max_alerts: 5\n";
    assert!(kept.text.contains(first), "{}", kept.text);
    let whole = kept.fill(&kept.text.replace(first, ""), "routing").unwrap();
    assert!(whole.contains("second-token") && !whole.contains("first-token"), "{whole}");
}

#[test]
fn a_secret_is_not_given_to_a_neighbour_that_nothing_is_kept_for() {
    let kept = kept(TEXT);
    let more = kept.text.replace("        max_alerts: 5\n", "        max_alerts: 6\n");
    let more = more.replace(
        "    slack_configs:",
        "      - url: <secret>\n        max_alerts: 7\n    slack_configs:",
    );
    let fields: Vec<String> = refused(&kept, &more).into_iter().map(|(_, field)| field).collect();
    let field = |index| format!("receivers[0].webhook_configs[{index}].url");
    assert_eq!(fields, [field(0), field(2)]);
}

#[test]
fn a_secret_is_not_sent_to_another_address_than_before() {
    let kept = kept(TEXT);
    let there = "http_config:\n          basic_auth";
    let elsewhere = "http_config:\n          proxy_url: http://evil\n          basic_auth";
    let places = refused(&kept, &kept.text.replace(there, elsewhere));
    let second = "receivers[0].webhook_configs[1]";
    let fields: Vec<&str> = places.iter().map(|(_, field)| field.as_str()).collect();
    let password = format!("{second}.http_config.basic_auth.password");
    assert_eq!(fields, [format!("{second}.url"), password]);

    let mails = "global: {smtp_smarthost: 'mail:25', smtp_auth_password: hush-hush, \
                 slack_api_url: 'https://hooks.example.org/T0'}\nroute: {receiver: a}\n\
                 receivers: [{name: a}]\n";
    let kept = self::kept(mails);
    let places = refused(&kept, &kept.text.replace("mail:25", "evil:25"));
    assert_eq!(places, [(1, "global.smtp_auth_password".to_owned())]);
    assert!(kept.fill(&kept.text.replace("name: a", "name: b"), "routing").is_ok());
}

#[test]
fn the_secret_of_a_token_is_not_sent_to_another_service() {
    let oauth2 = "route: {receiver: a}\nreceivers:\n- name: a\n  webhook_configs:\n  \
                  - url_file: hook\n    http_config:\n      oauth2:\n        \
                  client_id: ops\n        client_secret: hush-hush\n        token_url: https://tokens.example.org\n";
    let kept = kept(oauth2);
    let places = refused(&kept, &kept.text.replace("tokens.example.org", "evil.example.org"));
    let secret = "receivers[0].webhook_configs[0].http_config.oauth2.client_secret";
    assert_eq!(places, [(9, secret.to_owned())]);
    assert!(kept.fill(&kept.text.replace("id: ops", "id: night"), "routing").is_ok());
}

#[test]
fn a_receiver_that_was_only_renamed_keeps_its_secrets() {
    let kept = kept(TEXT);
    let renamed = kept.text.replace("name: ops", "name: night").replace("r: ops", "r: night");
    assert!(kept.fill(&renamed, "routing").unwrap().contains("first-token"));
    // Renamed and changed, it is another one.
    let other = renamed.replace("max_alerts: 5", "max_alerts: 6");
    let places = refused(&kept, &other);
    assert_eq!(places[0], (8, "receivers[0].webhook_configs[0].url".to_owned()), "{places:?}");
}

#[test]
fn the_places_whose_secret_was_changed_are_named_and_not_told() {
    let before = kept(TEXT);
    let now = kept(&TEXT.replace("first-token", "fresh-token").replace("ada", "bob"));
    assert_eq!(now.changed_since(&before, "routing"), ["ops: webhook_configs[0].url"]);
}

#[test]
fn files_of_the_machine_are_refused_with_their_line() {
    let text = "global: {slack_api_url_file: /etc/shadow}\ntemplates: ['/etc/*']\n\
                route: {receiver: a}\nreceivers:\n- name: a\n  webhook_configs:\n  \
                - url: http://x\n    http_config:\n      \
                http_headers: {X-Key: {files: [/etc/passwd]}}\n";
    let errors = names_no_files(text, "routing").unwrap_err();
    let places: Vec<(u32, &str)> =
        errors.iter().map(|error| (error.line, error.field.as_str())).collect();
    let header = "receivers[0].webhook_configs[0].http_config.http_headers.X-Key.files";
    assert_eq!(places, [(1, "global.slack_api_url_file"), (2, "templates"), (9, header)]);
    names_no_files(TEXT, "routing").unwrap();
}

#[test]
fn what_files_hold_is_written_into_the_text() {
    let text = "# Ünïcode\nglobal:\n  slack_api_url_file: url\ntemplates:\n  - '*.tmpl'\n\n\
                route: {receiver: a}\nreceivers:\n- name: a\n  webhook_configs:\n  \
                - {url_file: \"hook\", http_config: {http_headers: {X-Key: {files: [key]}}}}\n";
    let read = |path: &Path| match path.to_str() {
        Some("conf/url") => Ok("https://hooks.example.org/a\n".to_owned()),
        Some("hook") => Ok("https://hooks.example.org/b\n".to_owned()),
        Some("conf/key") => Ok(" two \"words\"\n".to_owned()),
        _ => Err(format!("{} is not there", path.display())),
    };
    let done = inlined(text, "conf/alertmanager.yml", &read).unwrap();
    assert!(done.text.contains("slack_api_url: \"https://hooks.example.org/a\"\n"));
    assert!(done.text.contains("{url: \"https://hooks.example.org/b\""), "{}", done.text);
    assert!(done.text.contains("secrets: [\"two \\\"words\\\"\"]"), "{}", done.text);
    assert!(done.text.contains("# templates:\n#   - '*.tmpl'\n"), "{}", done.text);
    names_no_files(&done.text, "x").unwrap();
    load(&done.text, "x").unwrap();
    assert_eq!(done.fields.len(), 3);
    let gone = inlined(text, "elsewhere/alertmanager.yml", &read).unwrap_err();
    assert_eq!(gone[0].line, 3);
}
