use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use proptest::prelude::*;
use routing::{GroupBy, Matchers, RouteSpec, Timings, Tree, Verdict};

use crate::some::{Labels, any_labels, any_matchers, labels, matchers};

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn build(spec: RouteSpec) -> Result<Tree, Vec<String>> {
    Tree::build(spec, &names(&["root", "a", "b"]), &names(&["nights"]))
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn root(routes: Vec<RouteSpec>) -> RouteSpec {
    RouteSpec { receiver: Some("root".to_owned()), routes, ..RouteSpec::default() }
}

fn route(text: &str) -> RouteSpec {
    RouteSpec { matchers: matchers(text), ..RouteSpec::default() }
}

fn taken(tree: &Tree, labels: &Labels) -> Vec<usize> {
    tree.matching(labels).iter().map(|node| node.place()).collect()
}

/// The routes by their numbers, by recursion as the documentation words it.
fn naive(spec: &RouteSpec, labels: &Labels, place: &mut usize, matchers: &Matchers) -> Vec<usize> {
    let own = *place;
    *place += 1;
    if !matchers.matches(labels) {
        *place += size(spec) - 1;
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut over = false;
    for below in &spec.routes {
        if over {
            *place += size(below);
            continue;
        }
        let more = naive(below, labels, place, &below.matchers);
        over = !more.is_empty() && !below.continues;
        found.extend(more);
    }
    if found.is_empty() { vec![own] } else { found }
}

fn size(spec: &RouteSpec) -> usize {
    1 + spec.routes.iter().map(size).sum::<usize>()
}

fn any_route(matchers: Matchers, continues: bool, routes: Vec<RouteSpec>) -> RouteSpec {
    RouteSpec { matchers, continues, routes, ..RouteSpec::default() }
}

fn any_tree() -> impl Strategy<Value = RouteSpec> {
    let leaf = (any_matchers(2), any::<bool>())
        .prop_map(|(matchers, continues)| any_route(matchers, continues, Vec::new()));
    let inner = leaf.prop_recursive(4, 60, 12, |below| {
        (any_matchers(2), any::<bool>(), prop::collection::vec(below, 0..12))
            .prop_map(|(matchers, continues, routes)| any_route(matchers, continues, routes))
    });
    prop::collection::vec(inner, 0..12).prop_map(root)
}

/// Many routes side by side that compare one label, so that an index is made.
fn any_wide_tree() -> impl Strategy<Value = RouteSpec> {
    let text = prop_oneof![
        3 => "a=[abK]{0,1}",
        1 => "a=~[abK]\\.\\*",
        1 => "b=[abK]{0,1}",
        1 => "a=[abK],b!=[abK]",
    ];
    let route = (text, any::<bool>())
        .prop_map(|(text, continues)| any_route(matchers(&text), continues, Vec::new()));
    prop::collection::vec(route, 8..30).prop_map(root)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_tree_takes_an_alert_where_the_recursion_does(
        spec in prop_oneof![any_tree(), any_wide_tree()],
        alerts in prop::collection::vec(any_labels(), 1..8),
    ) {
        let tree = build(spec.clone()).unwrap();
        for alert in alerts {
            let expected = naive(&spec, &alert, &mut 0, &spec.matchers);
            prop_assert_eq!(&taken(&tree, &alert), &expected);

            let tried = tree.explain(&alert);
            let takes = tried.iter().filter(|tried| tried.verdict == Verdict::Takes);
            let takes: Vec<usize> = takes.map(|tried| tried.node.place()).collect();
            prop_assert_eq!(takes, expected, "the explanation agrees");
            for tried in &tried {
                match tried.verdict {
                    Verdict::Refused { by } => {
                        prop_assert!(!by.matches(&alert));
                        prop_assert!(tried.node.matchers().contains(by));
                    }
                    _ => prop_assert!(tried.node.matchers().matches(&alert)),
                }
            }
        }
    }

    #[test]
    fn every_route_has_an_id_of_its_own_by_which_it_is_found(spec in any_tree()) {
        let tree = build(spec).unwrap();
        for node in tree.nodes() {
            prop_assert_eq!(tree.by_id(node.id()).map(|node| node.place()), Some(node.place()));
            if let Some(parent) = node.parent() {
                let parent = &tree.nodes()[parent];
                prop_assert!(parent.children().contains(&node.place()));
                prop_assert!(node.key().starts_with(&**parent.key()));
            }
        }
    }
}

#[test]
fn what_a_route_does_not_say_is_taken_from_above() {
    let seconds = |n| Some(SignedDuration::from_secs(n));
    let below = RouteSpec {
        group_wait: seconds(1),
        mute_time_intervals: vec!["nights".to_owned()],
        routes: vec![RouteSpec {
            group_by: vec!["...".to_owned()],
            repeat_interval: seconds(60),
            routes: vec![RouteSpec { group_by: vec!["x".to_owned()], ..route("c=1") }],
            ..route("b=1")
        }],
        receiver: Some("a".to_owned()),
        ..route("a=1")
    };
    let tree = build(RouteSpec { group_by: vec!["job".to_owned()], ..root(vec![below]) }).unwrap();
    let [top, first, second, third] = tree.nodes() else { panic!("four routes") };

    assert_eq!(top.timings(), Timings::default());
    assert_eq!(Timings::default().group_wait, SignedDuration::from_secs(30));
    assert_eq!(Timings::default().group_interval, SignedDuration::from_mins(5));
    assert_eq!(Timings::default().repeat_interval, SignedDuration::from_hours(4));
    assert_eq!([top, first, second, third].map(|node| node.receiver()), ["root", "a", "a", "a"]);
    assert_eq!(third.timings().group_wait, SignedDuration::from_secs(1));
    assert_eq!(third.timings().repeat_interval, SignedDuration::from_secs(60));
    assert_eq!(first.group_by(), &GroupBy::Labels(names(&["job"])));
    assert_eq!(second.group_by(), &GroupBy::All);
    assert_eq!(third.group_by(), &GroupBy::Labels(names(&["x"])));
    assert_eq!(first.mute_time_intervals(), ["nights"]);
    assert!(second.mute_time_intervals().is_empty(), "intervals are never taken from above");
    assert_eq!(third.depth(), 3);
}

#[test]
fn ids_and_group_keys_are_written_as_alertmanager_writes_them() {
    let spec = root(vec![
        RouteSpec {
            group_by: vec!["job".to_owned(), "none".to_owned(), "alertname".to_owned()],
            routes: vec![RouteSpec { group_by: vec!["...".to_owned()], ..route("b=~x.*") }],
            ..route(r#"{z="1",a="q\"\\"}"#)
        },
        route("c=d"),
    ]);
    let tree = build(spec).unwrap();
    let [top, first, second, third] = tree.nodes() else { panic!("four routes") };
    assert_eq!(&**top.id(), "{}");
    assert_eq!(&**first.id(), r#"{}/{a="q\"\\",z="1"}/0"#);
    assert_eq!(&**first.key(), r#"{}/{a="q\"\\",z="1"}"#);
    assert_eq!(&**second.id(), r#"{}/{a="q\"\\",z="1"}/0/{b=~"x.*"}/0"#);
    assert_eq!(&**second.key(), r#"{}/{a="q\"\\",z="1"}/{b=~"x.*"}"#);
    assert_eq!(&**third.id(), r#"{}/{c="d"}/1"#);

    let alert =
        labels(&[("alertname", "Down \"é\u{1}\n"), ("job", "api"), ("pod", ""), ("z", "1")]);
    let (group, key) = first.group_key(&alert);
    assert_eq!(group, labels(&[("alertname", "Down \"é\u{1}\n"), ("job", "api")]));
    let expected = r#"{}/{a="q\"\\",z="1"}:{alertname="Down \"é\x01\n", job="api"}"#;
    assert_eq!(key, expected);
    assert_eq!(top.group_key(&alert).1, "{}:{}");
    let (all, _) = second.group_key(&alert);
    assert_eq!(all.into_keys().collect::<Vec<_>>(), ["alertname", "job", "z"]);
}

#[test]
fn the_older_forms_are_matchers_in_their_order() {
    let spec = RouteSpec {
        legacy_match: BTreeMap::from([("b".to_owned(), "1".to_owned())]),
        legacy_match_re: BTreeMap::from([("c".to_owned(), "x|y".to_owned())]),
        ..route("a!=3")
    };
    let tree = build(root(vec![spec])).unwrap();
    assert_eq!(tree.nodes()[1].matchers().to_string(), r#"{a!="3",b="1",c=~"^(?:x|y)$"}"#);
}

#[test]
fn every_mistake_is_told_with_the_path_of_its_route() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let spec = RouteSpec {
        mute_time_intervals: names(&["nights"]),
        active_time_intervals: names(&["nights"]),
        continues: true,
        routes: vec![
            route("a=1"),
            RouteSpec {
                receiver: Some("nobody".to_owned()),
                mute_time_intervals: names(&["days"]),
                active_time_intervals: names(&["weeks"]),
                group_interval: Some(SignedDuration::ZERO),
                repeat_interval: Some(SignedDuration::ZERO),
                group_wait: Some(SignedDuration::from_secs(-1)),
                group_by: names(&["a", "b", "a"]),
                routes: vec![RouteSpec {
                    group_by: names(&["...", "a", ""]),
                    legacy_match: BTreeMap::from([("a-b".to_owned(), "1".to_owned())]),
                    legacy_match_re: BTreeMap::from([("a".to_owned(), "(".to_owned())]),
                    ..RouteSpec::default()
                }],
                ..RouteSpec::default()
            },
        ],
        ..route("a=1")
    };
    let errors = build(spec).unwrap_err();
    let expected = [
        "route: root route must specify a default receiver",
        "route: root route must not have any matchers",
        "route: root route must not have any mute time intervals",
        "route: root route must not have any active time intervals",
        "route: cannot have continue in root route",
        "route.routes[1]: undefined receiver \"nobody\" used in route",
        "route.routes[1]: undefined time interval \"days\" used in route",
        "route.routes[1]: undefined time interval \"weeks\" used in route",
        "route.routes[1]: group_interval cannot be zero",
        "route.routes[1]: repeat_interval cannot be zero",
        "route.routes[1]: a wait cannot be negative",
        "route.routes[1]: duplicated label \"a\" in group_by",
        "route.routes[1].routes[0]: cannot have wildcard group_by (`...`) and other other labels \
         at the same time",
        "route.routes[1].routes[0]: invalid label name \"\" in group_by list",
        "route.routes[1].routes[0]: invalid label name \"a-b\"",
        "route.routes[1].routes[0]: error parsing regexp `(`: unclosed group",
    ];
    assert_eq!(errors, expected);
}

#[test]
fn an_explanation_says_where_the_search_ended() {
    let spec = root(vec![
        route("a=2"),
        RouteSpec { continues: true, ..route("a=1") },
        RouteSpec { routes: vec![route("b=1"), route("b=2")], ..route("c=3") },
        route("a=1"),
    ]);
    let tree = build(spec).unwrap();
    let alert = labels(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let lines: Vec<String> = tree
        .explain(&alert)
        .iter()
        .map(|tried| {
            let verdict = match tried.verdict {
                Verdict::Takes => "takes".to_owned(),
                Verdict::Passes => "passes".to_owned(),
                Verdict::Refused { by } => format!("refused by {by}"),
            };
            let ends = if tried.ends { ", and ends" } else { "" };
            format!("{} {verdict}{ends}", tried.node.id())
        })
        .collect();
    assert_eq!(
        lines,
        [
            "{} passes",
            r#"{}/{a="2"}/0 refused by a="2""#,
            r#"{}/{a="1"}/1 takes"#,
            r#"{}/{c="3"}/2 passes, and ends"#,
            r#"{}/{c="3"}/2/{b="1"}/0 refused by b="1""#,
            r#"{}/{c="3"}/2/{b="2"}/1 takes"#,
        ]
    );
}

#[test]
fn deep_routes_are_walked_and_too_deep_ones_refused_without_exhausting_the_stack() {
    let nested = |depth: usize| {
        (0..depth).fold(route("a=1"), |below, _| RouteSpec { routes: vec![below], ..route("a=1") })
    };
    let tree = build(root(vec![nested(255)])).unwrap();
    assert_eq!(taken(&tree, &labels(&[("a", "1")])), [256]);
    let small_stack = std::thread::Builder::new().stack_size(256 * 1024);
    let errors = small_stack
        .spawn(move || build(root(vec![nested(200_000)])).unwrap_err())
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].ends_with("routes are nested deeper than 256"));
}
