//! The questions that people ask of the graph, by example.

use graph::{Builder, Graph, Redundancy, Relation, Validity};

/// A shop on a database of two nodes, fed by a bus; the search index has a stand-in.
fn shop() -> Builder {
    let mut builder = Builder::new();
    builder
        .relate("checkout", Relation::DependsOn, "orders")
        .relate("orders", Relation::DependsOn, "db")
        .relate("search", Relation::DependsOn, "index-a")
        .relate("index-a", Relation::RedundantWith, "index-b")
        .relate("bus", Relation::Feeds, "search")
        .relate("orders", Relation::MemberOf, "product")
        .relate("db-1", Relation::RunsOn, "site")
        .group("db", "nodes", 1, &["db-1", "db-2"]);
    builder
}

fn hit(graph: &Graph, down: &[&str]) -> Vec<String> {
    let reach = graph.impact(down.iter().copied());
    reach
        .hits()
        .map(|h| format!("{} {}{}", h.hops, h.item, if h.softened { " softened" } else { "" }))
        .collect()
}

#[test]
fn each_relation_hits_in_its_own_direction() {
    let graph = shop().build();
    assert_eq!(hit(&graph, &["db"]), ["1 orders", "2 checkout", "2 product"]);
    assert_eq!(hit(&graph, &["bus"]), ["1 search"]);
    assert_eq!(hit(&graph, &["site"]), ["1 db-1", "2 db softened"]);
    assert_eq!(hit(&graph, &["product"]), Vec::<String>::new());
}

#[test]
fn a_group_falls_with_the_first_member_too_many() {
    let graph = shop().build();
    assert_eq!(hit(&graph, &["db-1"]), ["1 db softened"]);
    let reach = graph.impact(["db-1", "db-2"]);
    assert_eq!(reach.path("checkout"), ["db-2", "db", "orders", "checkout"]);
    let group = reach.hit("db").unwrap().step.group.unwrap();
    assert_eq!((group.name, group.need, group.total), (Some("nodes"), 1, 2));
}

#[test]
fn a_stand_in_softens_until_it_is_down_too() {
    let graph = shop().build();
    assert_eq!(hit(&graph, &["index-a"]), ["1 search softened"]);
    assert_eq!(hit(&graph, &["index-a", "index-b"]), ["1 search"]);
    let step = graph.impact(["index-a", "index-b"]).hit("search").unwrap().step;
    assert_eq!(step.relation, Relation::RedundantWith);
}

#[test]
fn what_two_copies_have_in_common_is_not_softened() {
    let mut builder = shop();
    let upstream = |builder: &Builder, item: &str| {
        builder.build().upstream("orders").hit(item).map(|hit| hit.softened)
    };
    assert_eq!(upstream(&builder, "db"), Some(false));
    assert_eq!(upstream(&builder, "site"), Some(true));
    builder.relate("db-2", Relation::RunsOn, "site");
    assert_eq!(upstream(&builder, "site"), Some(false));
    assert_eq!(upstream(&builder, "db-2"), Some(true));
}

#[test]
fn cycles_end() {
    let mut builder = Builder::new();
    builder
        .relate("a", Relation::DependsOn, "b")
        .relate("b", Relation::DependsOn, "c")
        .relate("c", Relation::DependsOn, "a")
        .relate("a", Relation::DependsOn, "a");
    let graph = builder.build();
    assert_eq!(hit(&graph, &["a"]), ["1 c", "2 b"]);
    assert_eq!(graph.upstream("a").path("c"), ["a", "b", "c"]);
    let ranked = graph.rank(["c", "b", "a"], 9);
    assert_eq!(ranked.iter().map(|c| c.explains).collect::<Vec<_>>(), [2, 2, 2]);
}

#[test]
fn a_chain_of_200_000_items_neither_recurses_nor_takes_long() {
    let mut builder = Builder::new();
    for place in 1..200_000 {
        builder.relate(&place.to_string(), Relation::DependsOn, &(place - 1).to_string());
    }
    let graph = builder.build();
    assert_eq!(graph.impact(["0"]).len(), 199_999);
    assert_eq!(graph.upstream("199999").len(), 199_999);
    assert_eq!(graph.inherit([("199999", 1)]).path("0").len(), 200_000);
}

#[test]
fn the_graph_can_be_asked_as_of_a_date() {
    let mut builder = Builder::new();
    builder
        .relate("orders", Relation::DependsOn, "cache")
        .item_during("cache", Validity { from: 100, until: 200 })
        .item_during("cache", Validity::since(300))
        .relate_during("orders", Relation::DependsOn, "db", Validity { from: 0, until: 150 })
        .redundancy(&Redundancy {
            owner: "orders",
            name: "nodes",
            need: 1,
            members: &["db-1", "cache"],
            relation: Relation::RunsOn,
            valid: Validity::since(250),
        });
    let needs = |micros| {
        let graph = builder.build_at(micros);
        graph.needs("orders").map(|need| need.item.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(needs(50), ["db"]);
    assert_eq!(needs(100), ["cache", "db"]);
    assert_eq!(needs(199), ["cache"]);
    assert!(needs(200).is_empty());
    assert_eq!(needs(260), ["db-1"]);
    assert_eq!(needs(300), ["cache", "db-1", "cache"]);
    assert!(!builder.build_at(250).contains("cache"));
    assert!(builder.build().contains("cache"));
}

#[test]
fn what_the_others_depend_on_is_suspected_first() {
    let graph = shop().build();
    let ranked = graph.rank(["checkout", "orders", "db", "unknown", "db"], 4);
    let order: Vec<_> = ranked.iter().map(|c| (c.item, c.explains, c.depends_on)).collect();
    assert_eq!(order, [("db", 2, 0), ("orders", 1, 1), ("checkout", 0, 2)]);
}

#[test]
fn the_way_between_two_items_is_bounded() {
    let graph = shop().build();
    assert_eq!(graph.path("checkout", "db", 2), Some(vec!["checkout", "orders", "db"]));
    assert_eq!(graph.path("checkout", "db", 1), None);
    assert_eq!(graph.path("db", "checkout", 9), None);
    let common = graph.nearest_common("checkout", "product", 3).unwrap();
    assert_eq!((common.item, common.first.len(), common.second.len()), ("orders", 2, 2));
}

#[test]
fn levels_flow_down_to_what_is_needed() {
    let graph = shop().build();
    let inherited = graph.inherit([("checkout", 9), ("search", 3), ("db", 1)]);
    assert_eq!(inherited.level("db-2"), Some(9));
    assert_eq!(inherited.path("db-2"), ["checkout", "orders", "db", "db-2"]);
    assert_eq!(inherited.level("bus"), Some(3));
    assert_eq!(inherited.level("product"), None);
    assert!(inherited.path("product").is_empty());
    assert_eq!(inherited.iter().count(), 10);
}
