//! The language: what Alertmanager's own `amtool template render` (0.25) gave for the same
//! templates and data, what is refused and where, and that nothing is beyond its limits.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotemplate::{Limits, Map, Templates, Value};
use proptest::prelude::*;

fn now() -> jiff::Timestamp {
    "2026-11-21T17:00:00Z".parse().unwrap()
}

/// A notification's data as maps: enough for the language.
fn value(name: &str, json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Object(members) => {
            let inner = members.contains_key("alerts") || members.contains_key("fingerprint");
            let texts = |(name, text): (&String, &serde_json::Value)| {
                (name.clone(), text.as_str().unwrap().to_owned())
            };
            if !inner {
                return Value::Texts(Arc::new(members.iter().map(texts).collect()));
            }
            let member = |(name, json): (&String, &serde_json::Value)| {
                (name[..1].to_uppercase() + &name[1..], value(name, json))
            };
            Value::Map(Arc::new(Map::new(members.iter().map(member).collect()).unwrap()))
        }
        serde_json::Value::Array(items) => Value::List(
            gotemplate::List::new(items.iter().map(|item| value("", item)).collect()).unwrap(),
        ),
        serde_json::Value::String(text) if name.ends_with("At") => {
            Value::time(text.parse().unwrap())
        }
        other => Value::text(other.as_str().unwrap()),
    }
}

fn data() -> Value {
    value("", &serde_json::from_str(include_str!("captures/data.json")).unwrap())
}

fn templates() -> Templates {
    let mut templates = Templates::new();
    templates.add("files.tmpl", include_str!("captures/files.tmpl")).unwrap();
    templates
}

fn text(source: &str) -> Result<String, String> {
    let templates = templates();
    templates.check_text("t", source).map_err(|error| error.to_string())?;
    templates.render_text("t", source, &data(), now()).map_err(|error| error.to_string())
}

fn html(source: &str) -> Result<String, String> {
    let templates = templates();
    templates.check_html("t", source).map_err(|error| error.to_string())?;
    templates.render_html("t", source, &data(), now()).map_err(|error| error.to_string())
}

#[derive(serde::Deserialize)]
struct Capture {
    template: String,
    /// `None`: amtool refused it.
    text: Option<String>,
}

fn agrees(captures: &str, render: fn(&str) -> Result<String, String>) {
    for line in captures.lines() {
        let capture: Capture = serde_json::from_str(line).unwrap();
        let ours = render(&capture.template);
        assert_eq!(ours.clone().ok(), capture.text, "{}: {ours:?}", capture.template);
    }
}

#[test]
fn texts_are_what_amtool_renders() {
    agrees(include_str!("captures/text.jsonl"), text);
}

#[test]
fn pages_are_what_amtool_renders() {
    agrees(include_str!("captures/html.jsonl"), html);
}

#[test]
fn functions_of_later_alertmanagers_do_what_they_document() {
    for (template, expected) in [
        (r#"{{ trimSpace " a " }}"#, "a"),
        (
            r#"{{ $a := index .Alerts 1 }}{{ date "15:04" (tz "Europe/Paris" $a.StartsAt) }}"#,
            "16:04",
        ),
        (
            r#"{{ $a := index .Alerts 0 }}{{ tz "Europe/Paris" $a.StartsAt }}"#,
            "2026-03-29 01:59:58.125 +0100 CET",
        ),
        (r#"{{ since (index .Alerts 1).EndsAt }}"#, "55m54.5s"),
        (r#"{{ since (index .Alerts 1).EndsAt | humanizeDuration }}"#, "55m 54s"),
        (
            r"{{ humanizeDuration 90061 }} {{ humanizeDuration 0.0123 }} {{humanizeDuration 5.5}}",
            "1d 1h 1m 1s 12.3ms 5.5s",
        ),
        (r#"{{ humanizeDuration "-3600" }} {{ humanizeDuration 0 }}"#, "-1h 0m 0s 0s"),
        (r#"{{ toJson .GroupLabels }}"#, r#"{"alertname":"Disk\u003cfull\u003e"}"#),
        (r#"{{ toJson (dict "b" (list 1 true nil) "a" 1.5) }}"#, r#"{"a":1.5,"b":[1,true,null]}"#),
        (r#"{{ $d := dict "k" "v" }}{{ $d.k }}{{ $d.none }}{{ index $d "k" }}"#, "v<no value>v"),
        (r#"{{ range append (list 1 2) 3 }}{{ . }},{{ end }}"#, "1,2,3,"),
        (r#"{{ urlUnescape "a%20b+c%2F" }}"#, "a b c/"),
        (r#"{{ println "a" 1 }}"#, "a 1\n"),
        (r#"{{ range $i := 3 }}{{ $i }}{{ end }}"#, "012"),
        (r#"{{ with "" }}a{{ else with "b" }}{{ . }}{{ else }}c{{ end }}"#, "b"),
    ] {
        assert_eq!(text(template).as_deref(), Ok(expected), "{template}");
    }
}

#[test]
fn what_is_not_supported_is_refused_with_its_line_and_what_to_write_instead() {
    for (template, said) in [
        ("a\nb {{ .Labels.x | default \"y\" }}", "t:2:18: there is no function default: write `or"),
        ("{{ toupper .Status }}", "t:1:4: there is no function toupper: write toUpper"),
        ("\n\n{{ if gt .x > 1 }}{{ end }}", "t:3:13: `>` cannot stand here: compare with lt,"),
        ("{{ if .Status == \"firing\" }}{{ end }}", "t:1:15: `==` is no operator: write `eq"),
        ("{{ match \"(?<=a)b\" .Status }}", "t:1:4: the pattern"),
        ("{{ tz \"Europe/Pariss\" .StartsAt }}", "t:1:4: there is no time zone \"Europe/Pariss\""),
        ("{{ call .F }}", "t:1:4: there are no functions in the data"),
        ("{{ if true }}{{ define \"x\" }}{{ end }}{{ end }}", "t:1:14: `define` stands outside"),
        ("{{ match \"a\" }}", "t:1:4: match takes at least 2 arguments, here are 1"),
        ("{{ .A.b\n}} {{ template \"none\" }}", "t:2:4: the template \"none\" is not defined"),
    ] {
        let refused = text(template).unwrap_err();
        assert!(refused.starts_with(said), "{template}: {refused}");
    }
}

#[test]
fn values_in_scripts_styles_and_outside_of_attributes_are_refused_when_loaded() {
    for (template, said) in [
        (
            "<p>\n<script>var x = {{ .Status }};</script>",
            "t:2:17: a value cannot stand in a script",
        ),
        ("<a onclick=\"f('{{ .Status }}')\">", "t:1:16: a value cannot stand in a script"),
        ("<style>p { color: {{ .Status }} }</style>", "t:1:19: a value cannot stand in a <style>"),
        ("<p {{ .Status }}>", "t:1:4: a value cannot stand in a tag outside"),
        ("<{{ .Status }}>", "t:1:2: a value cannot stand in a tag outside"),
        (
            "<p style=\"background: url({{ .Status }})\">",
            "t:1:27: a value cannot stand behind a quote",
        ),
        (
            "{{ if .Alerts }}<script>{{ end }}{{ .Status }}",
            "t:1:34: a value cannot stand in a script",
        ),
        ("{{ range .Alerts }}{{ .Status }}<script>{{ end }}", "t:1:20: a value cannot stand in"),
    ] {
        let refused = html(template).unwrap_err();
        assert!(refused.starts_with(said), "{template}: {refused}");
        let rendered = templates().render_html("t", template, &data(), now());
        assert!(rendered.is_err(), "{template} is not rendered either");
    }
}

#[test]
fn an_address_that_would_run_a_script_is_taken_out() {
    for address in ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "vbscript:x"] {
        let source = format!("<a href=\"{{{{ `{address}` }}}}\">");
        assert_eq!(html(&source).as_deref(), Ok("<a href=\"#unsafe-address\">"), "{address}");
    }
}

#[test]
fn an_empty_definition_replaces_no_other_and_a_later_one_does() {
    let mut templates = templates();
    templates.add("b", "{{ define \"named\" }} {{ end }}").unwrap();
    let named = |templates: &Templates| {
        templates.render_text("t", "{{ template \"named\" 1 }}", &Value::Nil, now()).unwrap()
    };
    assert_eq!(named(&templates), "[1]");
    templates.add("c", "{{ define \"named\" }}<{{ . }}>{{ end }}").unwrap();
    assert_eq!(named(&templates), "<1>");
}

#[test]
fn files_that_call_what_nobody_defines_are_found() {
    let mut templates = templates();
    assert!(templates.check().is_empty());
    templates.add("b.tmpl", "\n{{ define \"b\" }}{{ template \"c\" . }}{{ end }}").unwrap();
    let said: Vec<String> = templates.check().iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("b.tmpl:2:17: the template \"c\" is not defined"), "{said:?}");
}

#[test]
fn endless_work_ends_in_an_error_and_not_in_a_text() {
    for template in [
        "{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}",
        "{{ range 1000000000 }}{{ range 1000000000 }}{{ end }}{{ end }}",
        "{{ range 1000000 }}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{{ end }}",
        "{{ $s := \"aaaaaaaa\" }}{{ range 40 }}{{ $s = print $s $s }}{{ end }}{{ len $s }}",
        "{{ $x := list 1 }}{{ range 100000 }}{{ $x = list $x }}{{ end }}{{ $x }}",
        "{{ $x := list 1 }}{{ range 100 }}{{ $x = list $x $x }}{{ end }}{{ $x }}",
        "{{ $x := dict }}{{ range 100000 }}{{ $x = dict \"a\" $x }}{{ end }}{{ toJson $x }}",
        "{{ printf \"%999999999d\" 1 }}",
        "{{ $s := \"aaaaaaaa\" }}{{ range 18 }}{{ $s = print $s $s }}{{ end }}\
         {{ reReplaceAll \"(.*)\" \"$1$1$1$1$1$1$1$1\" $s }}",
        "{{ match \"((a{100}){100}){100}\" \"a\" }}",
        "{{ $p := print \"((a{100})\" \"{100}){100}\" }}{{ match $p \"a\" }}",
    ] {
        let refused = text(template).unwrap_err();
        assert!(refused.starts_with("t:1:"), "{template}: {refused}");
    }
    let deep = format!("{}x{}", "{{ if true }}".repeat(60), "{{ end }}".repeat(60));
    assert!(text(&deep).unwrap_err().contains("more than 50 deep"));
    let parens = format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(text(&parens).unwrap_err().contains("more than 50 deep"));
    let long = (0..5000).fold(String::new(), |all, n| {
        all + &format!("{{{{ define \"t{n}\" }}}}{{{{ template \"t{}\" }}}}{{{{ end }}}}", n + 1)
    }) + "{{ define \"t5000\" }}{{ end }}{{ template \"t0\" }}";
    assert!(html(&long).unwrap_err().contains("more than 100 deep"));
}

#[test]
fn limits_can_be_lower() {
    let templates = Templates::with_limits(Limits { output_bytes: 3, ..Limits::default() });
    let render = |source| templates.render_text("t", source, &Value::Nil, now());
    assert_eq!(render("{{ 123 }}").as_deref(), Ok("123"));
    assert!(render("{{ 123 }}4").is_err());
}

#[test]
fn a_beginning_costs_no_more_than_itself() {
    let source = "{{ range 100000000 }}abc{{ if true }}d{{ end }}{{ end }}{{ index .Alerts 99 }}";
    let begun = templates().render_beginning("t", source, (&data(), now()), 10).unwrap();
    assert_eq!(begun, "abcdabcdabc");
    let short = templates().render_beginning("t", "{{ .Status }}", (&data(), now()), 10);
    assert_eq!(short.as_deref(), Ok("firing"));
}

/// Pieces of templates, put together at random: more likely to get far than random characters.
fn piece() -> impl Strategy<Value = String> {
    let pieces = r#"{{ }} {{- -}} $x := = , | ( ) . .Alerts .Status " ` ' \ 1 0x 1e9 - nil true
        printf "%d" "%*.*f" index slice eq len list dict /* */ <a href=" <script> <!-- --> < >
        style=" é join reReplaceAll "(a)" toJson title tz date .StartsAt .Format "2006" $ if range
        with else end define template block break continue 'x' %!s(int=3) +5 -.5 == ]"#;
    let pieces: Vec<String> = pieces
        .split_whitespace()
        .flat_map(|piece| [piece.to_owned(), format!("{piece} ")])
        .collect();
    let space = ["\n", " ", "\0"].map(str::to_owned);
    prop::sample::select([pieces, space.to_vec()].concat())
}

fn anything() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        prop::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat()),
        prop::collection::vec(piece(), 0..12)
            .prop_map(|pieces| format!("{{{{ {} }}}}", pieces.join(" "))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn any_source_ends_in_a_text_or_an_error(source in anything()) {
        let _ = text(&source);
        let _ = html(&source);
    }

    #[test]
    fn no_value_leaves_its_place_in_a_page(label in any::<String>()) {
        let data = Value::Map(Arc::new(
            Map::new(BTreeMap::from([("x".to_owned(), Value::text(&label))])).unwrap(),
        ));
        let source = "<p>{{ .x }}</p><a href=\"{{ .x }}\" title='{{ .x }}' style=\"c:{{ .x }}\" \
                      id={{ .x }}>";
        let page = templates().render_html("t", source, &data, now()).unwrap();
        for (mark, count) in [("<", 3), (">", 3), ("\"", 4), ("'", 2)] {
            prop_assert_eq!(page.matches(mark).count(), count, "{} in {}", mark, page);
        }
    }
}
