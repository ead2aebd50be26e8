use std::collections::{BTreeSet, HashMap};

use crate::network::{Adjacency, Graph, NONE};

impl Graph {
    /// How `from` depends on `to`: one shortest path between them in at most `hops_max` steps,
    /// both ends included. `None` when there is none. An item reaches itself in no step.
    pub fn path(&self, from: &str, to: &str, hops_max: u32) -> Option<Vec<&str>> {
        let (from, to) = (self.number(from)?, self.number(to)?);
        let search = Nearby::search(&self.needs, from, hops_max, Some(to));
        search.seen.contains_key(&to).then(|| search.path(self, to))
    }

    /// The nearest item that both depend on, at most `hops_max` steps from each. It may be one
    /// of the two, when the other depends on it. The fewest steps in all win, then the name.
    pub fn nearest_common(&self, first: &str, second: &str, hops_max: u32) -> Option<Common<'_>> {
        let (first, second) = (self.number(first)?, self.number(second)?);
        let left = Nearby::search(&self.needs, first, hops_max, None);
        let right = Nearby::search(&self.needs, second, hops_max, None);
        let (_, _, common) = left
            .order
            .iter()
            .filter_map(|item| {
                let hops = left.seen[item].0 + right.seen.get(item)?.0;
                Some((hops, self.name(*item), *item))
            })
            .min()?;
        Some(Common {
            item: self.name(common),
            first: left.path(self, common),
            second: right.path(self, common),
        })
    }

    /// Every item to which [`Graph::path`] leads from `item` or from which it leads there in at
    /// most `hops_max` steps, and those that have a [`Graph::nearest_common`] with it in at most
    /// `shared_max` steps from each; itself included. `None` when they are more than `most`, and
    /// for an unknown item.
    pub fn kin(
        &self,
        item: &str,
        hops_max: u32,
        shared_max: u32,
        most: usize,
    ) -> Option<BTreeSet<&str>> {
        let item = self.number(item)?;
        let mut kin = BTreeSet::new();
        let mut take = |nearby: &Nearby| {
            kin.extend(nearby.order.iter().copied());
            kin.len() <= most
        };
        let needs = Nearby::search(&self.needs, item, hops_max, None);
        let used_by = Nearby::search(&self.used_by, item, hops_max, None);
        if !take(&needs) || !take(&used_by) {
            return None;
        }
        for needed in Nearby::search(&self.needs, item, shared_max, None).order {
            if !take(&Nearby::search(&self.used_by, needed, shared_max, None)) {
                return None;
            }
        }
        Some(kin.into_iter().map(|item| self.name(item)).collect())
    }
}

/// The item where the ways of two others meet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Common<'g> {
    /// The item that both depend on.
    pub item: &'g str,
    /// From the first item to it, both included.
    pub first: Vec<&'g str>,
    /// From the second item to it, both included.
    pub second: Vec<&'g str>,
}

/// What an item is linked to in one direction within some hops. Uses space for what it sees, not
/// for the graph.
struct Nearby {
    /// Hops and the item before, by item.
    seen: HashMap<u32, (u32, u32)>,
    /// Nearest first.
    order: Vec<u32>,
}

impl Nearby {
    fn search(links: &Adjacency, from: u32, hops_max: u32, goal: Option<u32>) -> Nearby {
        let mut nearby = Nearby { seen: HashMap::from([(from, (0, NONE))]), order: vec![from] };
        let mut next = 0;
        while let Some(owner) = nearby.order.get(next).copied() {
            next += 1;
            let hops = nearby.seen[&owner].0;
            if hops == hops_max || goal.is_some_and(|goal| nearby.seen.contains_key(&goal)) {
                break;
            }
            for link in links.of(owner) {
                if let std::collections::hash_map::Entry::Vacant(place) =
                    nearby.seen.entry(link.item)
                {
                    place.insert((hops + 1, owner));
                    nearby.order.push(link.item);
                }
            }
        }
        nearby
    }

    fn path<'g>(&self, graph: &'g Graph, to: u32) -> Vec<&'g str> {
        let mut path = Vec::new();
        let mut next = to;
        while let Some((_, previous)) = self.seen.get(&next) {
            path.push(graph.name(next));
            next = *previous;
        }
        path.reverse();
        path
    }
}
