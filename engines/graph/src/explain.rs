use crate::network::Graph;

impl Graph {
    /// What breaks an item that is in trouble: the path from the item in trouble that nothing
    /// explains to it, both ends included. `None` when it is a cause of its own, or redundancy
    /// holds the blow.
    ///
    /// `broken` are the items in trouble, each with the time since when, in any unit. Where two
    /// depend on each other, the one that broke first is the cause, so that of several items in
    /// trouble at least one is never explained by the others.
    pub fn explained_by(&self, item: &str, broken: &[(&str, i64)]) -> Option<Vec<&str>> {
        let mut path = self.nearest_cause(item, broken)?;
        // Each step leads nearer to what is told, so that there are no more than items in trouble.
        for _ in 0..broken.len() {
            let Some(mut further) = self.nearest_cause(path.first()?, broken) else { break };
            further.extend(path.into_iter().skip(1));
            path = further;
        }
        Some(path)
    }

    fn nearest_cause(&self, item: &str, broken: &[(&str, i64)]) -> Option<Vec<&str>> {
        let others = broken.iter().map(|(name, _)| *name).filter(|name| *name != item);
        let reach = self.impact(others);
        reach.hit(item).filter(|hit| !hit.softened)?;
        let path = reach.path(item);
        let cause = *path.first()?;
        let since = |name: &str| broken.iter().find(|(known, _)| *known == name).map(|one| one.1);
        // Softened or not: what may be a cycle is taken for one, and then somebody is told.
        let mutual = self.impact([item]).hit(cause).is_some();
        let first = (since(item), item) < (since(cause), cause);
        (!(mutual && first)).then_some(path)
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
        assert_eq!(graph.explained_by("shop", &all), Some(vec!["db", "orders", "shop"]));
        let broken = [("shop", 1), ("db", 2)];
        assert_eq!(graph.explained_by("shop", &broken), Some(vec!["db", "orders", "shop"]));
        assert_eq!(graph.explained_by("db", &broken), None);
        assert_eq!(graph.explained_by("shop", &[("shop", 1)]), None);
        assert_eq!(graph.explained_by("nobody", &broken), None);
    }

    #[test]
    fn redundancy_that_holds_explains_nothing() {
        let mut builder = Builder::new();
        builder.relate("shop", Relation::DependsOn, "db");
        builder.group("db", "nodes", 1, &["db-1", "db-2"]);
        let graph = builder.build();
        assert_eq!(graph.explained_by("shop", &[("db-1", 1), ("shop", 2)]), None);
        let both = [("db-1", 1), ("db-2", 1), ("shop", 2)];
        assert!(graph.explained_by("shop", &both).is_some());
    }

    #[test]
    fn in_a_cycle_the_first_to_break_is_the_cause() {
        let mut builder = Builder::new();
        builder.relate("a", Relation::DependsOn, "b");
        builder.relate("b", Relation::DependsOn, "a");
        let graph = builder.build();
        assert_eq!(graph.explained_by("a", &[("a", 1), ("b", 2)]), None);
        assert_eq!(graph.explained_by("b", &[("a", 1), ("b", 2)]), Some(vec!["a", "b"]));
        assert_eq!(graph.explained_by("a", &[("a", 1), ("b", 1)]), None, "by name");
    }

    proptest! {
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
            let graph = builder.build();
            let names: Vec<(String, i64)> =
                broken.into_iter().map(|(number, since)| (name(number), since)).collect();
            let broken: Vec<(&str, i64)> =
                names.iter().map(|(name, since)| (name.as_str(), *since)).collect();
            let told = |(name, _): &&(&str, i64)| graph.explained_by(name, &broken).is_none();
            prop_assert!(broken.iter().filter(told).count() > 0, "all of {broken:?} are held");
        }
    }
}
