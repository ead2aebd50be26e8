//! What incidents take away and when, compared with counting minute by minute, and the cases of
//! redundancy that the engine is held to, reckoned as contracts reckon them.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Span, Spans};
use graph::{Builder, Graph, Relation};
use kernel::{ItemRef, Time};
use proptest::prelude::*;

use super::tests::{always, at, case, hours, item, of, promise, seen, shop};
use super::*;

const MINUTE: i64 = 60_000_000;

fn kept_kinds(item: &ItemRef) -> bool {
    ["usecase", "product", "service"].contains(&item.kind())
}

fn struck(items: &[(&str, &[(i64, i64)])]) -> Struck {
    let spans = |times: &[(i64, i64)]| -> Spans {
        times.iter().map(|(from, until)| Span::new(from * MINUTE, until * MINUTE)).collect()
    };
    Struck {
        counts: true,
        items: items.iter().map(|(name, times)| (item(name), spans(times))).collect(),
        kept: Vec::new(),
        more: true,
    }
}

fn kept(name: &str, root: &str, softened: bool) -> KeptHit {
    KeptHit { item: item(name), root: item(root), softened, beside: false }
}

fn refs(all: &[Struck]) -> Vec<&Struck> {
    all.iter().collect()
}

/// Minutes in which each incident takes an item away, with what of its items did it.
fn told(graph: &Graph, name: &str, all: &[Struck]) -> Vec<String> {
    let asked = item(name);
    let on = Dependencies { graph, kept: kept_kinds };
    let found = hits(on, &BTreeSet::from([&asked]), &refs(all));
    let minutes = |hit: &CaseHit| -> Vec<String> {
        let end = |until: i64| if until == i64::MAX { -1 } else { until / MINUTE };
        let told = |span: Span| format!("{}..{}", span.from / MINUTE, end(span.until));
        hit.spans().iter().map(told).collect()
    };
    let words = |hit: &CaseHit| {
        let word = if hit.softened { "carried" } else { "lost" };
        format!("{word} {} by {}", minutes(hit).join(" "), hit.root.name())
    };
    found.iter().map(|hits| hits.iter().map(words).collect::<Vec<_>>().join(", ")).collect()
}

/// A shop that needs one of two nodes.
fn pair() -> Graph {
    let mut builder = Builder::new();
    builder.group("product/shop", "nodes", 1, &["component/n1", "component/n2"]);
    builder.build()
}

const N1: &str = "component/n1";
const N2: &str = "component/n2";

#[test]
fn who_joins_an_incident_late_is_not_charged_with_what_was_before() {
    let mut builder = Builder::new();
    builder.relate("product/shop", Relation::DependsOn, N2);
    let graph = builder.build();
    let one = struck(&[(N1, &[(600, 960)]), (N2, &[(720, 960)])]);
    assert_eq!(told(&graph, "product/shop", &[one]), ["lost 720..960 by n2"]);
}

#[test]
fn of_one_incident_only_the_time_in_which_redundancy_was_lost_counts() {
    let mut one = struck(&[(N1, &[(600, 720)]), (N2, &[(660, 960)])]);
    let both = "lost 660..720 by n1, lost 660..720 by n2, carried 600..660 by n1, \
                carried 720..960 by n2";
    assert_eq!(told(&pair(), "product/shop", std::slice::from_ref(&one)), [both]);
    // What was lost stays in the record of the incident as lost, also when it is back.
    (one.more, one.kept) = (false, vec![kept("product/shop", N2, false)]);
    assert_eq!(told(&pair(), "product/shop", &[one]), [both]);
}

#[test]
fn two_incidents_that_lose_it_together_are_both_charged_with_that_time() {
    let mut first = struck(&[(N1, &[(600, 720)])]);
    let mut second = struck(&[(N2, &[(660, 960)])]);
    let told_of = |first: &Struck, second: &Struck| {
        told(&pair(), "product/shop", &[first.clone(), second.clone()])
    };
    let expected = [
        "lost 660..720 by n1, carried 600..660 by n1",
        "lost 660..720 by n2, carried 720..960 by n2",
    ];
    assert_eq!(told_of(&first, &second), expected);
    first.more = false;
    first.kept = vec![kept("product/shop", N1, true)];
    second.more = false;
    second.kept = vec![KeptHit { beside: true, ..kept("product/shop", N2, false) }];
    assert_eq!(told_of(&first, &second), expected, "by what they kept as well");
    // The first was over just before the second began, though it was still open.
    first.items[0].1 = Spans::one(600 * MINUTE, 659 * MINUTE);
    assert_eq!(told_of(&first, &second), ["carried 600..659 by n1", "carried 660..960 by n2"]);
    second.counts = false;
    first.items[0].1 = Spans::one(600 * MINUTE, 720 * MINUTE);
    assert_eq!(told_of(&first, &second)[0], "carried 600..720 by n1", "it was no incident");
}

#[test]
fn what_was_known_when_it_happened_decides_where_the_estate_has_changed_since() {
    // Redundancy that was added later carried nothing then.
    let mut lost = struck(&[(N1, &[(0, 10)]), ("component/other", &[(5, 30)])]);
    (lost.more, lost.kept) = (false, vec![kept("product/shop", N1, false)]);
    let told_now = told(&pair(), "product/shop", &[lost]);
    assert_eq!(told_now, ["lost 0..10 by n1"]);
    // Redundancy of then carried, also after it was taken out.
    let mut builder = Builder::new();
    builder.relate("product/shop", Relation::DependsOn, N1);
    let single = builder.build();
    let mut carried = struck(&[(N1, &[(0, 10)]), ("component/other", &[(5, 30)])]);
    (carried.more, carried.kept) = (false, vec![kept("product/shop", N1, true)]);
    assert_eq!(told(&single, "product/shop", &[carried.clone()]), ["carried 0..10 by n1"]);
    // A dependency of today broke nothing then.
    carried.kept.clear();
    assert_eq!(told(&single, "product/shop", &[carried]), [""]);
}

#[test]
fn what_lasts_has_no_end_and_what_happened_together_needs_no_estate() {
    let nothing = Builder::new().build();
    let mut one = struck(&[(N1, &[])]);
    one.items[0].1 = Spans::one(0, i64::MAX);
    (one.more, one.kept) = (false, vec![kept("product/shop", N1, false)]);
    assert_eq!(told(&nothing, "product/shop", &[one]), ["lost 0..-1 by n1"]);
}

#[test]
fn a_contract_counts_an_item_from_when_it_was_hit_and_names_what_was_down() {
    let minutes = |text: &str| at(text).micros();
    let span = |from: &str, until: &str| Spans::one(minutes(from), minutes(until));
    let node = |name: &str, from: &str, until: &str| (item(name), span(from, until));
    let one = Struck {
        items: vec![
            node(N1, "2026-01-10T10:00", "2026-01-10T12:00"),
            node(N2, "2026-01-10T11:00", "2026-01-10T16:00"),
        ],
        ..struck(&[])
    };
    let asked = item("product/shop");
    let graph = pair();
    let on = Dependencies { graph: &graph, kept: kept_kinds };
    let found = hits(on, &BTreeSet::from([&asked]), &[&one]).remove(0);
    let seen = seen(vec![Case { hits: found, ..case(1, &[]) }]);
    let figures = of(&shop(&always(), promise(99.0)), "2026-01", &seen, "2026-02-02T00:00");
    assert_eq!(hours(figures.down_seconds), 1.0);
    let lines: Vec<(String, f64, &str)> = figures
        .lines
        .iter()
        .map(|line| (line.from.to_string(), hours(line.counted_seconds), line.why.as_str()))
        .collect();
    let carried = |node: &str| format!("redundancy carried product/shop while {node} was down");
    assert_eq!(
        lines,
        [
            ("2026-01-10T10:00:00Z".to_owned(), 0.0, carried(N1).as_str()),
            (
                "2026-01-10T11:00:00Z".to_owned(),
                1.0,
                "product/shop needs component/n1 and component/n2, which were down"
            ),
            ("2026-01-10T12:00:00Z".to_owned(), 0.0, carried(N2).as_str()),
        ]
    );
}

/// The table of the engine, by what contracts reckon: a shop that needs some of these parts.
#[test]
fn the_golden_cases_of_redundancy_hold_for_contracts() {
    const TEXT: &str =
        include_str!("../../../../engines/objectives/tests/golden/cases/availability.txt");
    let table = TEXT.split("redundant").last().expect("a table");
    let mut rows = 0;
    for line in table.lines().filter(|line| line.contains('|') && line.contains("2026-")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (need, parts, down) = golden(&cells);
        let names: Vec<String> = (0..parts.len()).map(|n| format!("component/n{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut builder = Builder::new();
        builder.group("product/shop", "parts", need, &names);
        let graph = builder.build();
        // Each part fails in an incident of its own, and all of them in one.
        let items = names.iter().map(|name| item(name)).zip(parts);
        let one = Struck { items: items.collect(), ..struck(&[]) };
        let each: Vec<Struck> = one
            .items
            .iter()
            .map(|part| Struck { items: vec![part.clone()], ..struck(&[]) })
            .collect();
        let asked = item("product/shop");
        let on = Dependencies { graph: &graph, kept: kept_kinds };
        for all in [vec![one], each] {
            let found = hits(on, &BTreeSet::from([&asked]), &refs(&all));
            let lost = found.iter().flatten().filter(|hit| !hit.softened);
            let lost: Spans = lost.flat_map(|hit| hit.spans().iter().collect::<Vec<_>>()).collect();
            assert_eq!(lost.total() as f64 / (60.0 * MINUTE as f64), down, "{line}");
        }
        rows += 1;
    }
    assert!(rows >= 5, "{rows} rows");
}

/// How many parts are needed, when each was away, and for how many hours too few were there.
fn golden(cells: &[&str]) -> (u32, Vec<Spans>, f64) {
    let span = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (number, unit) = words[2].split_at(words[2].len() - 1);
        let length = number.parse::<i64>().expect("a number") * MINUTE;
        let from = at(&format!("{}T{}", words[0], words[1])).micros();
        Span::new(from, from + if unit == "h" { 60 * length } else { length })
    };
    let parts = cells[2].split('/').map(|part| part.split(',').map(span).collect());
    (cells[1].parse().expect("a number"), parts.collect(), cells[3].parse().expect("hours"))
}

/// An item, and the minutes in which it failed.
type Failed = (usize, Vec<(i64, i64)>);

/// Dependencies, redundancy, and incidents whose items fail for some minutes.
#[derive(Clone, Debug)]
struct Estate {
    needs: Vec<(usize, usize)>,
    groups: Vec<(usize, u32, BTreeSet<usize>)>,
    /// For each incident its items and their minutes.
    incidents: Vec<Vec<Failed>>,
}

const ITEMS: usize = 8;

fn name(item: usize) -> String {
    format!("product/p{item}")
}

fn estates() -> impl Strategy<Value = Estate> {
    let needs = prop::collection::vec((0..ITEMS, 0..ITEMS), 0..8);
    let members = prop::collection::btree_set(0..ITEMS, 1..4);
    let groups = prop::collection::vec((0..ITEMS, 0u32..4, members), 0..5);
    let times = prop::collection::vec((0i64..30, 1i64..12), 1..3);
    let times = times.prop_map(|all| all.into_iter().map(|(at, long)| (at, at + long)).collect());
    let items = prop::collection::vec((0..ITEMS, times), 1..4);
    let incidents = prop::collection::vec(items, 1..4);
    (needs, groups, incidents).prop_map(|(needs, groups, incidents)| Estate {
        needs,
        groups,
        incidents,
    })
}

impl Estate {
    fn graph(&self) -> Graph {
        let mut builder = Builder::new();
        for item in 0..ITEMS {
            builder.item(&name(item));
        }
        for (from, to) in &self.needs {
            builder.relate(&name(*from), Relation::DependsOn, &name(*to));
        }
        for (place, (owner, need, members)) in self.groups.iter().enumerate() {
            let members: Vec<String> = members.iter().map(|member| name(*member)).collect();
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            builder.group(&name(*owner), &format!("group {place}"), *need, &members);
        }
        builder.build()
    }

    fn struck(&self) -> Vec<Struck> {
        let incident = |items: &Vec<Failed>| {
            let mut by_item: BTreeMap<usize, Vec<(i64, i64)>> = BTreeMap::new();
            for (item, times) in items {
                by_item.entry(*item).or_default().extend(times);
            }
            let named: Vec<(String, Vec<(i64, i64)>)> =
                by_item.into_iter().map(|(item, times)| (name(item), times)).collect();
            let named: Vec<(&str, &[(i64, i64)])> =
                named.iter().map(|(name, times)| (name.as_str(), times.as_slice())).collect();
            struck(&named)
        };
        self.incidents.iter().map(incident).collect()
    }

    /// Whether an item works in a minute, asked of the graph as it is then.
    fn away(&self, graph: &Graph, item: usize, minute: i64) -> bool {
        let down = self.incidents.iter().flatten().filter(|(_, times)| {
            times.iter().any(|(from, until)| (*from..*until).contains(&minute))
        });
        let down: Vec<String> = down.map(|(item, _)| name(*item)).collect();
        let asked = name(item);
        let reach = graph.impact(down.iter().map(String::as_str));
        down.contains(&asked) || reach.hit(&asked).is_some_and(|hit| !hit.softened)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever fails when, by whichever incident: a contract on an item loses the minutes in which
    /// the item does not work, no more and no fewer.
    #[test]
    fn a_contract_loses_the_minutes_in_which_what_it_is_about_does_not_work(estate in estates()) {
        let graph = estate.graph();
        let struck = estate.struck();
        let items: Vec<ItemRef> = (0..ITEMS).map(|place| item(&name(place))).collect();
        let scope: BTreeSet<&ItemRef> = items.iter().collect();
        let found = hits(Dependencies { graph: &graph, kept: kept_kinds }, &scope, &refs(&struck));
        // The minutes lie in January, so that a whole contract can be asked.
        let begin = at("2026-01-10T10:00").micros();
        let later = |time: Time| Time::from_micros(time.micros() + begin);
        let cases = found.into_iter().zip(1..).map(|(mut hits, number)| {
            for (from, until) in hits.iter_mut().flat_map(|hit| &mut hit.times) {
                (*from, *until) = (later(*from), until.map(later));
            }
            Case { hits, ..case(number, &[]) }
        });
        let seen = seen(cases.collect());
        for (place, asked) in items.iter().enumerate() {
            let mut agreement = shop(&always(), promise(99.0));
            agreement.versions[0].scope = vec![asked.clone()];
            let figures = of(&agreement, "2026-01", &seen, "2026-02-02T00:00");
            let minutes = (0..60).filter(|minute| estate.away(&graph, place, *minute)).count();
            prop_assert_eq!(figures.down_seconds, 60.0 * minutes as f64, "{}", asked);
            let told: f64 = figures.lines.iter().map(|line| line.counted_seconds).sum();
            prop_assert_eq!(told, figures.down_seconds, "the lines are the whole of the figure");
        }
    }
}
