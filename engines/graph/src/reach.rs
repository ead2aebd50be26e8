use serde::Serialize;

use crate::Relation;
use crate::network::{Graph, GroupView, NONE};

/// What a search over a graph found, nearest first: see [`Graph::impact`] and [`Graph::upstream`].
#[derive(Clone, Debug)]
pub struct Reach<'g> {
    graph: &'g Graph,
    /// Found items, nearest first.
    pub(crate) found: Vec<u32>,
    /// By item: how it was reached.
    pub(crate) marks: Vec<Mark>,
}

/// How a search reached an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mark {
    /// [`NONE`] when not reached.
    pub hops: u32,
    /// [`NONE`] where the search began.
    pub previous: u32,
    pub group: u32,
    pub relation: Relation,
    pub softened: bool,
}

impl Mark {
    pub const UNREACHED: Mark = Mark {
        hops: NONE,
        previous: NONE,
        group: NONE,
        relation: Relation::DependsOn,
        softened: false,
    };
    pub const START: Mark = Mark { hops: 0, ..Mark::UNREACHED };

    pub fn reached(self) -> bool {
        self.hops != NONE
    }
}

/// One item that a search found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Hit<'g> {
    /// The item.
    pub item: &'g str,
    /// Length of the path from where the search began; at least 1.
    pub hops: u32,
    /// Redundancy holds the blow: see the search for what that means.
    pub softened: bool,
    /// The last step of the path.
    pub step: Step<'g>,
}

/// The last step to an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Step<'g> {
    /// The item before it on the path.
    pub previous: &'g str,
    /// The relation between the two; [`Relation::RedundantWith`] where one is a stand-in.
    pub relation: Relation,
    /// The redundancy group that the step counts towards, if any.
    pub group: Option<GroupView<'g>>,
}

impl<'g> Reach<'g> {
    /// A search that begins at `roots` and has gone nowhere yet.
    pub(crate) fn begin(graph: &'g Graph, roots: impl Iterator<Item = u32>) -> Reach<'g> {
        let mut marks = vec![Mark::UNREACHED; graph.len()];
        let mut found = Vec::new();
        for root in roots {
            if !marks[root as usize].reached() {
                marks[root as usize] = Mark::START;
                found.push(root);
            }
        }
        Reach { graph, found, marks }
    }

    /// Everything found, nearest first; where the search began is not among it.
    pub fn hits(&self) -> impl ExactSizeIterator<Item = Hit<'g>> + '_ {
        self.found.iter().map(|item| self.describe(*item))
    }

    /// How one item was reached, if it was.
    pub fn hit(&self, item: &str) -> Option<Hit<'g>> {
        let item = self.graph.number(item)?;
        let mark = self.marks[item as usize];
        (mark.reached() && mark.hops > 0).then(|| self.describe(item))
    }

    /// One shortest path to the item, from where the search began; empty when it was not reached.
    pub fn path(&self, item: &str) -> Vec<&'g str> {
        let mut path = Vec::new();
        let mut next = self.graph.number(item).unwrap_or(NONE);
        while let Some(mark) = self.marks.get(next as usize).filter(|mark| mark.reached()) {
            path.push(self.graph.name(next));
            next = mark.previous;
        }
        path.reverse();
        path
    }

    /// How many items were found.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    fn describe(&self, item: u32) -> Hit<'g> {
        let mark = self.marks[item as usize];
        Hit {
            item: self.graph.name(item),
            hops: mark.hops,
            softened: mark.softened,
            step: Step {
                previous: self.graph.name(mark.previous),
                relation: mark.relation,
                group: self.graph.group_view(mark.group),
            },
        }
    }
}
