use std::cmp::Reverse;
use std::collections::HashMap;

use serde::Serialize;

use crate::network::Graph;

/// A suspect among several items that are in trouble at the same time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Candidate<'g> {
    /// The item.
    pub item: &'g str,
    /// How many of the others depend on it, directly or through anything.
    pub explains: usize,
    /// How many of the others it depends on itself.
    pub depends_on: usize,
    /// Steps from those others to it, added up.
    pub hops_sum: u64,
}

impl Graph {
    /// Orders items in trouble by how likely each is the cause of the rest: first the one that
    /// most of the others depend on, in at most `hops_max` steps. Among equals first the one that
    /// depends on fewer of the others, then the nearer one, then by name.
    ///
    /// Redundancy is not weighed: all of them are in trouble, so none of it has held. Unknown
    /// items and repetitions are left out.
    pub fn rank<'a>(
        &self,
        items: impl IntoIterator<Item = &'a str>,
        hops_max: u32,
    ) -> Vec<Candidate<'_>> {
        let mut suspects: Vec<u32> =
            items.into_iter().filter_map(|item| self.number(item)).collect();
        suspects.sort_unstable();
        suspects.dedup();
        let blank = |item: &u32| Candidate {
            item: self.name(*item),
            explains: 0,
            depends_on: 0,
            hops_sum: 0,
        };
        let mut candidates: Vec<Candidate<'_>> = suspects.iter().map(blank).collect();
        let places: HashMap<u32, usize> = suspects.iter().copied().zip(0..).collect();
        let mut walk = Walk { stamps: vec![0; self.len()], stamp: 0, order: Vec::new() };
        for (place, suspect) in suspects.iter().enumerate() {
            walk.upstream(self, *suspect, hops_max, |needed, hops| {
                if let Some(other) = places.get(&needed).filter(|other| **other != place) {
                    candidates[*other].explains += 1;
                    candidates[*other].hops_sum += u64::from(hops);
                    candidates[place].depends_on += 1;
                }
            });
        }
        candidates.sort_by_key(|c| (Reverse(c.explains), c.depends_on, c.hops_sum, c.item));
        candidates
    }
}

/// Walks again and again over one graph without clearing its marks between.
struct Walk {
    stamps: Vec<u32>,
    stamp: u32,
    order: Vec<u32>,
}

impl Walk {
    fn upstream(
        &mut self,
        graph: &Graph,
        from: u32,
        hops_max: u32,
        mut visit: impl FnMut(u32, u32),
    ) {
        self.stamp += 1;
        self.order.clear();
        self.order.push(from);
        self.stamps[from as usize] = self.stamp;
        let (mut next, mut round_end, mut hops) = (0, 1, 0);
        while next < self.order.len() && hops < hops_max {
            for link in graph.needs.of(self.order[next]) {
                if self.stamps[link.item as usize] != self.stamp {
                    self.stamps[link.item as usize] = self.stamp;
                    self.order.push(link.item);
                    visit(link.item, hops + 1);
                }
            }
            next += 1;
            if next == round_end {
                round_end = self.order.len();
                hops += 1;
            }
        }
    }
}
