//! The engine against a plain reference, on random worlds.

mod naive;

use std::collections::{BTreeMap, BTreeSet};

use naive::{name, worlds};
use proptest::prelude::*;

proptest! {
    #[test]
    fn kin_is_all_that_a_path_or_a_near_dependency_joins(
        world in worlds(),
        from in 0usize..14,
        hops_max in 0u32..5,
        shared_max in 0u32..4,
    ) {
        let graph = world.builder().build();
        let from = name(from % world.size);
        let joined = |other: &&str| {
            graph.path(&from, other, hops_max).is_some()
                || graph.path(other, &from, hops_max).is_some()
                || graph.nearest_common(&from, other, shared_max).is_some()
        };
        let expected: BTreeSet<&str> = graph.items().filter(joined).collect();
        prop_assert_eq!(graph.kin(&from, hops_max, shared_max, 14), Some(expected.clone()));
        if expected.len() > 1 {
            prop_assert_eq!(graph.kin(&from, hops_max, shared_max, expected.len() - 1), None);
        }
    }

    #[test]
    fn impact_is_what_spreading_failure_round_by_round_gives(
        world in worlds(),
        roots in prop::collection::btree_set(0usize..14, 1..4),
    ) {
        let roots: BTreeSet<usize> = roots.into_iter().filter(|root| *root < world.size).collect();
        let graph = world.builder().build();
        let names: Vec<String> = roots.iter().map(|root| name(*root)).collect();
        let reach = graph.impact(names.iter().map(String::as_str));

        let (mut down, softened) = world.impact(&roots);
        down.retain(|_, round| *round > 0);
        let found = |soft: bool| -> BTreeMap<String, u32> {
            let hits = reach.hits().filter(|hit| hit.softened == soft);
            hits.map(|hit| (hit.item.to_owned(), hit.hops)).collect()
        };
        let named = |items: BTreeMap<usize, u32>| -> BTreeMap<String, u32> {
            items.into_iter().map(|(item, round)| (name(item), round)).collect()
        };
        prop_assert_eq!(found(false), named(down));
        prop_assert_eq!(found(true), named(softened));
        prop_assert!(reach.hits().map(|hit| hit.hops).is_sorted());
    }

    #[test]
    fn every_path_of_an_impact_follows_needs_and_is_as_long_as_its_hops(
        world in worlds(),
        root in 0usize..14,
    ) {
        let graph = world.builder().build();
        let reach = graph.impact([name(root % world.size).as_str()]);
        for hit in reach.hits() {
            let path = reach.path(hit.item);
            prop_assert_eq!(path.len(), hit.hops as usize + 1);
            prop_assert_eq!(path[path.len() - 2], hit.step.previous);
            for pair in path.windows(2) {
                prop_assert!(graph.used_by(pair[0]).any(|need| need.item == pair[1]));
            }
        }
    }

    #[test]
    fn upstream_is_the_shortest_way_and_softened_what_the_item_survives(
        world in worlds(),
        from in 0usize..14,
    ) {
        let from = from % world.size;
        let graph = world.builder().build();
        let reach = graph.upstream(&name(from));
        let mut expected = world.upstream(from);
        expected.remove(&from);
        let survives = |item| !world.impact(&BTreeSet::from([item])).0.contains_key(&from);
        let expected: Vec<(String, u32, bool)> =
            expected.into_iter().map(|(item, hops)| (name(item), hops, survives(item))).collect();
        let mut found: Vec<(String, u32, bool)> =
            reach.hits().map(|hit| (hit.item.to_owned(), hit.hops, hit.softened)).collect();
        found.sort();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn a_bounded_path_exists_exactly_when_upstream_is_near_enough(
        world in worlds(),
        ends in (0usize..14, 0usize..14),
        hops_max in 0u32..5,
    ) {
        let (from, to) = (ends.0 % world.size, ends.1 % world.size);
        let graph = world.builder().build();
        let steps = world.upstream(from).get(&to).copied();
        let (from, to) = (name(from), name(to));
        let path = graph.path(&from, &to, hops_max);
        prop_assert_eq!(
            path.map(|path| path.len() as u32 - 1),
            steps.filter(|steps| *steps <= hops_max)
        );
    }

    #[test]
    fn the_nearest_common_item_has_the_fewest_steps_in_all(
        world in worlds(),
        ends in (0usize..14, 0usize..14),
    ) {
        let (first, second) = (ends.0 % world.size, ends.1 % world.size);
        let (left, right) = (world.upstream(first), world.upstream(second));
        let best = left
            .iter()
            .filter_map(|(item, steps)| Some((steps + right.get(item)?, name(*item))))
            .min();
        let graph = world.builder().build();
        let common = graph.nearest_common(&name(first), &name(second), u32::MAX);
        let found = common.map(|common| {
            let steps = common.first.len() + common.second.len() - 2;
            (steps as u32, common.item.to_owned())
        });
        prop_assert_eq!(found, best);
    }

    #[test]
    fn the_first_suspect_explains_at_least_as_many_as_any_other(
        world in worlds(),
        items in prop::collection::btree_set(0usize..14, 1..8),
    ) {
        let items: Vec<usize> = items.into_iter().filter(|item| *item < world.size).collect();
        let graph = world.builder().build();
        let names: Vec<String> = items.iter().map(|item| name(*item)).collect();
        let ranked = graph.rank(names.iter().map(String::as_str), u32::MAX);
        prop_assert_eq!(ranked.len(), items.len());
        for candidate in &ranked {
            let explains = items.iter().filter(|item| {
                let all = world.upstream(**item);
                name(**item) != candidate.item && all.keys().any(|n| name(*n) == candidate.item)
            });
            prop_assert_eq!(explains.count(), candidate.explains);
        }
        prop_assert!(ranked.is_sorted_by(|a, b| a.explains >= b.explains));
    }

    #[test]
    fn an_inherited_level_is_the_highest_of_all_that_depend_on_the_item(
        world in worlds(),
        levels in prop::collection::btree_map(0usize..14, 0u8..4, 0..5),
    ) {
        let graph = world.builder().build();
        let named: Vec<(String, u8)> = levels.iter().map(|(i, level)| (name(*i), *level)).collect();
        let inherited = graph.inherit(named.iter().map(|(item, level)| (item.as_str(), *level)));
        for item in 0..world.size {
            let highest = levels
                .iter()
                .filter(|(from, _)| **from < world.size)
                .filter(|(from, _)| world.upstream(**from).contains_key(&item))
                .map(|(_, level)| *level)
                .max();
            let item = name(item);
            prop_assert_eq!(inherited.level(&item), highest);
            let path = inherited.path(&item);
            prop_assert_eq!(path.is_empty(), highest.is_none());
            if let Some(source) = path.first() {
                let own = named.iter().find(|(item, _)| item == source).map(|(_, level)| *level);
                prop_assert_eq!(own, highest);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_figure_is_that_of_all_that_can_happen(world in worlds(), chances in
        prop::collection::vec(0.0..=1.0_f64, 7)) {
        let graph = world.builder().build();
        let own = |item: &str| {
            let number: usize = item.trim_start_matches("item/").parse().expect("a number");
            chances.get(number).copied().unwrap_or(1.0)
        };
        let root = name(0);
        let mut expected = 0.0;
        for failed in 0..1_u32 << chances.len() {
            let down = |item: usize| failed >> item & 1 == 1;
            let likely: f64 = chances.iter().enumerate()
                .map(|(item, chance)| if down(item) { 1.0 - chance } else { *chance })
                .product();
            let failed: BTreeSet<String> =
                (0..chances.len()).filter(|item| down(*item)).map(name).collect();
            let hit = graph.impact(failed.iter().map(String::as_str));
            let gone = failed.contains(&root) || hit.hit(&root).is_some_and(|hit| !hit.softened);
            expected += if gone { 0.0 } else { likely };
        }
        let found = graph.composite(&root, own).and_then(|found| found.exact()).expect("a figure");
        prop_assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
    }
}
