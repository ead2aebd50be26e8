use std::collections::BTreeSet;

use crate::network::Graph;
use crate::reach::Reach;

/// Which of several items in trouble are causes, and what follows from them: see
/// [`Graph::causes`].
#[derive(Clone, Debug)]
pub struct Causes<'g> {
    causes: BTreeSet<&'g str>,
    reach: Reach<'g>,
}

impl Graph {
    /// The fewest of the items in trouble that explain all the others.
    ///
    /// `broken` are the items in trouble, each with the time since when, in any unit. Where some
    /// depend on each other, those that broke first are the causes. Every item is a cause or
    /// broken by causes, so that of several items in trouble at least one is a cause, redundancy
    /// groups and cycles or not. Items that the graph does not know explain nothing.
    ///
    /// One search where nothing in trouble depends on itself, else two more for each cause in a
    /// cycle.
    pub fn causes(&self, broken: &[(&str, i64)]) -> Causes<'_> {
        let mut ordered: Vec<(i64, u32)> =
            broken.iter().filter_map(|(name, since)| Some((*since, self.number(name)?))).collect();
        ordered.sort_unstable_by_key(|(since, item)| (*since, self.name(*item)));
        let ordered: Vec<&str> = ordered.into_iter().map(|(_, item)| self.name(item)).collect();
        let mut causes = self.unsupported(&ordered);
        let mut reach = self.impact(causes.iter().copied());
        let mut further = Vec::new();
        for item in ordered {
            if !causes.contains(item) && !broken_in(&reach, item) {
                causes.insert(item);
                further.push(item);
                reach = self.impact(causes.iter().copied());
            }
        }
        // What broke first may still follow from what broke later. The rest breaks the same items
        // without one that follows from it, so that dropping it loses nothing.
        for item in further.into_iter().rev() {
            causes.remove(item);
            let without = self.impact(causes.iter().copied());
            if broken_in(&without, item) {
                reach = without;
            } else {
                causes.insert(item);
            }
        }
        Causes { causes, reach }
    }

    /// Those of the items that need nothing that is down: causes in any case.
    fn unsupported<'g>(&'g self, broken: &[&'g str]) -> BTreeSet<&'g str> {
        let down = self.impact(broken.iter().copied());
        let in_trouble: BTreeSet<&str> = broken.iter().copied().collect();
        let is_down = |item: &str| in_trouble.contains(item) || broken_in(&down, item);
        let supported = |item: &str| self.needs(item).any(|need| is_down(need.item));
        in_trouble.iter().copied().filter(|item| !supported(item)).collect()
    }
}

fn broken_in(reach: &Reach<'_>, item: &str) -> bool {
    reach.hit(item).is_some_and(|hit| !hit.softened)
}

impl<'g> Causes<'g> {
    /// The causes, by name.
    pub fn iter(&self) -> impl Iterator<Item = &'g str> + '_ {
        self.causes.iter().copied()
    }

    /// What breaks an item: the path from a cause to it, both ends included. `None` when it is a
    /// cause itself, nothing that is broken reaches it, or redundancy holds the blow.
    pub fn explain(&self, item: &str) -> Option<Vec<&'g str>> {
        broken_in(&self.reach, item).then(|| self.reach.path(item))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{Builder, Relation};

    #[test]
    fn what_depends_on_a_broken_item_is_explained_by_it() {
        let mut builder = Builder::new();
        builder.relate("shop", Relation::DependsOn, "orders");
        builder.relate("orders", Relation::DependsOn, "db");
        let graph = builder.build();
        let all = [("shop", 1), ("orders", 1), ("db", 2)];
        assert_eq!(graph.causes(&all).explain("shop"), Some(vec!["db", "orders", "shop"]));
        let broken = [("shop", 1), ("db", 2)];
        assert_eq!(graph.causes(&broken).explain("shop"), Some(vec!["db", "orders", "shop"]));
        assert_eq!(graph.causes(&broken).explain("db"), None);
        assert_eq!(graph.causes(&[("shop", 1)]).explain("shop"), None);
        assert_eq!(graph.causes(&broken).explain("nobody"), None);
    }

    #[test]
    fn redundancy_that_holds_explains_nothing() {
        let mut builder = Builder::new();
        builder.relate("shop", Relation::DependsOn, "db");
        builder.group("db", "nodes", 1, &["db-1", "db-2"]);
        let graph = builder.build();
        assert_eq!(graph.causes(&[("db-1", 1), ("shop", 2)]).explain("shop"), None);
        let both = [("db-1", 1), ("db-2", 1), ("shop", 2)];
        assert!(graph.causes(&both).explain("shop").is_some());
    }

    #[test]
    fn in_a_cycle_the_first_to_break_is_the_cause() {
        let mut builder = Builder::new();
        builder.relate("a", Relation::DependsOn, "b");
        builder.relate("b", Relation::DependsOn, "a");
        let graph = builder.build();
        assert_eq!(graph.causes(&[("a", 1), ("b", 2)]).explain("a"), None);
        assert_eq!(graph.causes(&[("a", 1), ("b", 2)]).explain("b"), Some(vec!["a", "b"]));
        assert_eq!(graph.causes(&[("a", 1), ("b", 1)]).explain("a"), None, "by name");
    }

    #[test]
    fn what_only_both_together_break_is_explained_by_the_first() {
        let mut builder = Builder::new();
        builder.group("a", "of-a", 1, &["b", "c"]);
        builder.group("b", "of-b", 1, &["a", "d"]);
        builder.group("c", "of-c", 1, &["a", "b"]);
        let graph = builder.build();
        let broken = [("a", 1), ("b", 2), ("c", 3)];
        assert_eq!(graph.causes(&broken).iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(graph.causes(&broken).explain("c"), Some(vec!["b", "c"]));
    }

    #[test]
    fn what_follows_from_a_later_cycle_is_no_cause() {
        let mut builder = Builder::new();
        builder.relate("shop", Relation::DependsOn, "a");
        builder.relate("a", Relation::DependsOn, "b");
        builder.relate("b", Relation::DependsOn, "a");
        let graph = builder.build();
        let causes = graph.causes(&[("shop", 1), ("a", 2), ("b", 3)]);
        assert_eq!(causes.iter().collect::<Vec<_>>(), ["a"]);
        assert_eq!(causes.explain("shop"), Some(vec!["a", "shop"]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn somebody_is_always_told(
            relations in prop::collection::vec((0_u8..8, 0_u8..8), 0..24),
            groups in prop::collection::vec((0_u8..8, 1_u32..3, [0_u8..8, 0_u8..8, 0_u8..8]), 0..4),
            broken in prop::collection::btree_map(0_u8..8, 0_i64..3, 1..8),
        ) {
            let name = |number: u8| format!("i{number}");
            let mut builder = Builder::new();
            for (from, to) in relations {
                builder.relate(&name(from), Relation::DependsOn, &name(to));
            }
            for (place, (owner, need, members)) in groups.into_iter().enumerate() {
                let members = members.map(name);
                let members: Vec<&str> = members.iter().map(String::as_str).collect();
                builder.group(&name(owner), &format!("g{place}"), need, &members);
            }
            for number in 0..8 {
                builder.item(&name(number));
            }
            let graph = builder.build();
            let names: Vec<(String, i64)> =
                broken.into_iter().map(|(number, since)| (name(number), since)).collect();
            let broken: Vec<(&str, i64)> =
                names.iter().map(|(name, since)| (name.as_str(), *since)).collect();
            let causes = graph.causes(&broken);
            prop_assert!(causes.iter().next().is_some(), "all of {broken:?} are held");
            let told: Vec<&str> = causes.iter().collect();
            for (item, _) in &broken {
                let explained = causes.explain(item);
                prop_assert!(told.contains(item) != explained.is_some(), "{item}: {explained:?}");
                prop_assert!(explained.is_none_or(|path| told.contains(&path[0])));
            }
            for cause in &told {
                let others = told.iter().copied().filter(|other| other != cause);
                let hit = graph.impact(others).hit(cause).filter(|hit| !hit.softened);
                prop_assert!(hit.is_none(), "{cause} follows from other causes");
            }
        }
    }
}
