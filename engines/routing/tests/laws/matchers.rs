use proptest::prelude::*;
use regex::Regex;
use routing::Op::{Equal, NotEqual, NotRegex, Regex as Fits};
use routing::{LabelSet, Matcher, Matchers, Op, Syntax};

use crate::some::{any_labels, any_matcher, any_matchers, any_op, any_value, labels, matcher};

type Row<'t> = (&'t str, &'t str, Op, &'t str);

fn reads(syntax: Syntax, rows: &[Row]) {
    for (text, name, op, value) in rows {
        let read =
            Matcher::parse_as(text, syntax).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((read.name(), read.op(), read.value()), (*name, *op, *value), "{text}");
    }
}

fn refuses(syntax: Syntax, rows: &[(&str, usize, &str)]) {
    for (text, column, problem) in rows {
        let error = Matcher::parse_as(text, syntax).expect_err(text);
        assert_eq!((error.column, error.problem.as_str()), (*column, *problem), "{text}");
    }
}

/// Tried against Alertmanager 0.25.
#[test]
fn the_classic_syntax_reads_as_alertmanager_reads_it() {
    let rows = [
        (r#"a="A""#, "a", Equal, "A"),
        ("a=A", "a", Equal, "A"),
        (r#" a = "A" "#, "a", Equal, "A"),
        ("a=~A|D", "a", Fits, "A|D"),
        (r#"a!="A""#, "a", NotEqual, "A"),
        (r#"a!~"[A-D].*""#, "a", NotRegex, "[A-D].*"),
        ("a=", "a", Equal, ""),
        ("a==A", "a", Equal, "=A"),
        ("a=A,b=h1", "a", Equal, "A,b=h1"),
        (r#"a="A\"B""#, "a", Equal, r#"A"B"#),
        (r#"a="\x41""#, "a", Equal, r"\x41"),
        (r#"a="\\""#, "a", Equal, r"\"),
        (r"a=\", "a", Equal, r"\"),
        (r"a=A\nb", "a", Equal, "A\nb"),
        ("a=a b", "a", Equal, "a b"),
        ("a='A'", "a", Equal, "'A'"),
        ("a=日本", "a", Equal, "日本"),
        ("__x:y=1", "__x:y", Equal, "1"),
    ];
    reads(Syntax::Classic, &rows);
    reads(Syntax::Fallback, &rows);
    reads(Syntax::Classic, &[("a={A}", "a", Equal, "{A}")]);
}

#[test]
fn what_the_classic_syntax_refuses_is_told_in_alertmanagers_words() {
    let rows = [
        ("alertname", 10, "bad matcher format: alertname"),
        ("=A", 1, "bad matcher format: =A"),
        ("", 1, "bad matcher format: "),
        ("1a=b", 1, "bad matcher format: 1a=b"),
        (r#""""#, 1, r#"bad matcher format: """#),
        ("a!A", 2, "bad matcher format: a!A"),
        (r#"a="A",b="h1""#, 3, r#"matcher value contains unescaped double quote: "A",b="h1""#),
        (r#"a="A"#, 3, r#"matcher value contains unescaped double quote: "A"#),
        (r#"a = A""#, 5, r#"matcher value contains unescaped double quote: A""#),
        (r#"a=~"(""#, 4, "error parsing regexp `(`: unclosed group"),
    ];
    refuses(Syntax::Classic, &rows);
    refuses(Syntax::Classic, &[(r#"{a="A"}"#, 1, r#"bad matcher format: {a="A"}"#)]);
    refuses(Syntax::Fallback, &[("{a=b", 1, "unexpected open or close brace: {a=b")]);
    refuses(Syntax::Fallback, &[("a=b}", 4, "unexpected open or close brace: a=b}")]);
}

#[test]
fn the_utf8_syntax_takes_any_letters_and_the_escapes_of_go() {
    let rows = [
        ("foo.bar=x", "foo.bar", Equal, "x"),
        ("größe!=x", "größe", NotEqual, "x"),
        ("foo=🙂bar", "foo", Equal, "🙂bar"),
        (r#""a b" =~ "x|y""#, "a b", Fits, "x|y"),
        (r#""a\"=b"!~"x""#, "a\"=b", NotRegex, "x"),
        (r#"foo="\xf0\x9f\x99\x82""#, "foo", Equal, "🙂"),
        (r#"foo="\U0001f642\u0041\102\t""#, "foo", Equal, "🙂AB\t"),
        ("foo=bar,", "foo", Equal, "bar"),
        ("foo=~[a-z]+", "foo", Fits, "[a-z]+"),
    ];
    reads(Syntax::Utf8, &rows);
    // Where the classic syntax can read it too, it does.
    reads(Syntax::Fallback, &[("foo=bar,", "foo", Equal, "bar,"), rows[0], rows[3]]);
}

#[test]
fn what_the_utf8_syntax_refuses_is_told_with_its_column() {
    refuses(
        Syntax::Utf8,
        &[
            ("", 1, "no matchers"),
            (",", 1, "unexpected ,: expected label name"),
            (
                "foo",
                4,
                "unexpected end of input: expected an operator such as '=', '!=', '=~' or '!~'",
            ),
            ("foo=", 5, "unexpected end of input: expected label value"),
            ("foo=a b", 7, "unexpected b: expected a comma or end of input"),
            (r#"foo=:"bar""#, 6, "unexpected \": expected a comma or end of input"),
            (r#"foo="bar\w""#, 5, r#""bar\w": invalid input"#),
            (r#"foo="\xf0\x9f""#, 5, r#""\xf0\x9f": invalid input"#),
            (r#"foo="bar"#, 5, "missing end \" of a quoted text"),
            (r"foo=bar\n", 8, r"unexpected \: expected a comma or end of input"),
            ("foo=bar,bar=baz", 1, "expected 1 matcher, found 2"),
            ("größe=~(", 8, "error parsing regexp `(`: unclosed group"),
        ][..11],
    );
    refuses(Syntax::Utf8, &[("größe=~[", 8, "error parsing regexp `[`: unclosed character class")]);
}

#[test]
fn lists_are_read_with_and_without_braces() {
    for (text, syntax, written) in [
        ("", Syntax::Fallback, "{}"),
        ("{}", Syntax::Fallback, "{}"),
        (r#"{a="b", c=~"d"}"#, Syntax::Fallback, r#"{a="b",c=~"d"}"#),
        (r#"a="b",c!~d"#, Syntax::Fallback, r#"{a="b",c!~"d"}"#),
        (r#"{a="b,}",c="}"}"#, Syntax::Fallback, r#"{a="b,}",c="}"}"#),
        ("{a=b,}", Syntax::Classic, r#"{a="b"}"#),
        ("a=b,c=d\u{a0}", Syntax::Classic, r#"{a="b",c="d"}"#),
        ("{a=b", Syntax::Classic, r#"{a="b"}"#),
        ("{a=b,}", Syntax::Utf8, r#"{a="b"}"#),
        (r#"{"a b"=c,d=e}"#, Syntax::Fallback, r#"{"a b"="c",d="e"}"#),
        (r#"{foo.bar="x",größe=~"y"}"#, Syntax::Fallback, r#"{foo.bar="x",größe=~"y"}"#),
    ] {
        let list = Matchers::parse_as(text, syntax).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(list.to_string(), written, "{text}");
    }
    for (text, syntax, column, problem) in [
        ("{a=b", Syntax::Utf8, 5, "end of input: expected close brace"),
        ("a=b}", Syntax::Utf8, 4, "}: expected opening brace"),
        ("{,}", Syntax::Utf8, 2, "unexpected ,: expected label name"),
        ("{a=b} c", Syntax::Utf8, 7, "unexpected c: expected end of input"),
        ("{", Syntax::Utf8, 2, "end of input: expected close brace"),
        ("{a=b,,c=d}", Syntax::Classic, 6, "bad matcher format: "),
        (r#"{a="b", c}"#, Syntax::Fallback, 10, "bad matcher format: c"),
    ] {
        let error = Matchers::parse_as(text, syntax).expect_err(text);
        assert_eq!((error.column, error.problem.as_str()), (column, problem), "{text}");
    }
}

#[test]
fn an_absent_label_is_an_empty_one_and_expressions_match_the_whole_value() {
    let labels = labels(&[("a", "abc"), ("empty", "")]);
    for (text, fits) in [
        ("a=abc", true),
        ("a=ab", false),
        ("a!=ab", true),
        ("a=~b", false),
        ("a=~.b.", true),
        ("a=~x|abc", true),
        ("a!~b", true),
        ("a=~(?i)ABC", true),
        (r"a=~\x61bc", true),
        ("none=", true),
        ("empty=", true),
        (r#"none!="""#, false),
        ("none=~.*", true),
        ("none=~.+", false),
        ("empty=~.+", false),
        ("none!~x", true),
    ] {
        assert_eq!(matcher(text).matches(&labels), fits, "{text}");
    }
}

/// Go's expressions and those of the library below part here.
#[test]
fn expressions_mean_what_they_mean_in_go() {
    for (expression, value, fits) in [
        (r"\d+", "12", true),
        (r"\d+", "٣", false),
        (r"\w", "é", false),
        (r"\W", "é", true),
        (r"\s", "\u{a0}", false),
        (r"[\d.]+", "1.2", true),
        (r"[\W]", "é", true),
        (r"\Qa.b\E.", "a.bc", true),
        (r"\Qa.b\E.", "axbc", false),
        (r"\Qa.b\Ec?", "a.b", true),
        ("(?:a*)*?", "aa", true),
        ("(a?)+?b{1}?", "ab", true),
        (r"a\<b", "a<b", true),
        ("a{", "a{", true),
        ("a{,2}", "a{,2}", true),
        ("a{2}", "aa", true),
        ("a{2,}", "aaa", true),
        ("[[]", "[", true),
        ("[a[:digit:]]+", "a1", true),
        ("[a&&b]+", "a&", true),
        ("[]a]+", "]a", true),
        ("[^]a]", "b", true),
        ("[+--]", ",", true),
        ("[a-]+", "-a", true),
        (r"\bfoo\b.*", "foo-bar", true),
        (".", "\n", false),
        ("a.*b", "a\nb", false),
        ("(?s)a.*b", "a\nb", true),
        ("(?i)straSSe", "STRASſE", true),
        ("a$", "a\n", false),
        ("", "", true),
        ("a||b", "", true),
        ("(?P<x>a)", "a", true),
        ("^(?:a|b)$", "b", true),
        ("^(?:a)|(?:b)$", "xb", false),
    ] {
        let matcher = Matcher::new("l", Op::Regex, expression).expect(expression);
        assert_eq!(matcher.accepts(value), fits, "{expression} on {value:?}");
    }
    for refused in
        ["(", "a)|(b", r"\1", "(?=a)", "*", r"\C", "[b-a]", "a**", "a{2}{3}", "a*??", r"\Qa", "a\\"]
    {
        assert!(Matcher::new("l", Op::Regex, refused).is_err(), "{refused}");
    }
}

#[test]
fn a_hostile_expression_is_refused_and_a_long_list_of_words_is_not() {
    let error = Matcher::parse("a=~(((x{1000}){1000}){1000})").unwrap_err();
    assert!(error.problem.ends_with("compiled it exceeds 1048576 bytes"), "{error}");
    let error = Matcher::new("a", Op::Regex, "x".repeat(70_000)).unwrap_err();
    assert!(error.problem.ends_with("it is longer than 65536 bytes"), "{error}");
    let nested = format!("{}x{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(Matcher::new("a", Op::Regex, nested).is_err());
    let hosts: Vec<String> = (0..4_000).map(|n| format!("host-{n:04}")).collect();
    let list = Matcher::new("a", Op::Regex, hosts.join("|")).unwrap();
    assert!(list.accepts("host-3999") && !list.accepts("host-4000"));
}

#[test]
fn a_matcher_is_json_as_in_the_api() {
    let written = r#"{"name":"a","value":"b.*","isRegex":true,"isEqual":false}"#;
    let read: Matcher = serde_json::from_str(written).unwrap();
    assert_eq!(read, matcher("a!~b.*"));
    assert_eq!(serde_json::to_string(&read).unwrap(), written);
    let older: Matcher =
        serde_json::from_str(r#"{"name":"a","value":"b","isRegex":false}"#).unwrap();
    assert_eq!(older, matcher("a=b"));
    let bad = r#"{"name":"a","value":"(","isRegex":true}"#;
    assert!(serde_json::from_str::<Matcher>(bad).is_err());
}

#[test]
fn a_set_of_labels_names_the_matcher_that_refuses_it() {
    let list = Matchers::parse(r#"{a="1",b="2",c="3"}"#).unwrap();
    let refused = |labels: &dyn LabelSet| list.refused_by(labels).map(ToString::to_string);
    assert_eq!(refused(&[("a", "1"), ("c", "3")]).as_deref(), Some(r#"b="2""#));
    assert_eq!(refused(&vec![("a", "1"), ("b", "2"), ("c", "3")]), None);
}

proptest! {
    #[test]
    fn a_written_matcher_reads_back(name in "\\PC{1,12}", op in any_op(), value in "(?s).{0,20}") {
        let Ok(matcher) = Matcher::new(name, op, value) else { return Ok(()) };
        let text = matcher.to_string();
        prop_assert_eq!(Matcher::parse_as(&text, Syntax::Utf8), Ok(matcher.clone()));
        // One that ends with a brace is refused by Alertmanager, too; none is ever written so.
        prop_assert_eq!(Matcher::parse(&text), Ok(matcher));
    }

    #[test]
    fn a_written_list_reads_back(list in any_matchers(4)) {
        prop_assert_eq!(Matchers::parse(&list.to_string()), Ok(list.clone()));
        prop_assert_eq!(Matchers::parse_as(&list.to_string(), Syntax::Utf8), Ok(list));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "(?s).{0,60}") {
        for syntax in [Syntax::Fallback, Syntax::Classic, Syntax::Utf8] {
            let _ = Matcher::parse_as(&text, syntax);
            let _ = Matchers::parse_as(&text, syntax);
        }
    }

    #[test]
    fn no_text_of_the_syntax_makes_the_parser_panic(
        text in "[a\"\\\\=~!{} (|)\\[\\]*nQE,-]{0,12}",
    ) {
        for syntax in [Syntax::Fallback, Syntax::Classic, Syntax::Utf8] {
            let _ = Matcher::parse_as(&text, syntax);
            let _ = Matchers::parse_as(&text, syntax);
        }
        let _ = Matcher::new("a", Op::Regex, text);
    }

    /// Lists of words and texts with gaps are tested without the library; it must not show.
    #[test]
    fn an_expression_fits_what_the_library_says(
        expression in any_value(),
        more in "[abw.*+|-]{0,6}",
        value in "(web-[0-9]|[abkK\n]{0,6})",
    ) {
        for expression in [expression.clone(), more.clone(), format!("{expression}{more}")] {
            let Ok(reference) = Regex::new(&format!("^(?:{expression})$")) else { continue };
            let matcher = Matcher::new("l", Op::Regex, expression.clone());
            let Ok(matcher) = matcher else { continue };
            prop_assert_eq!(matcher.accepts(&value), reference.is_match(&value), "{}", expression);
        }
    }

    #[test]
    fn the_opposite_operator_answers_the_opposite(
        matcher in any_matcher(),
        labels in any_labels(),
    ) {
        let op = Op::from_flags(matcher.op().is_regex(), !matcher.op().is_equal());
        let opposite = Matcher::new(matcher.name(), op, matcher.value()).unwrap();
        prop_assert_ne!(matcher.matches(&labels), opposite.matches(&labels));
    }
}
