use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::Relation;

/// "No group" and "no item" in places that hold a number.
pub(crate) const NONE: u32 = u32::MAX;

/// Items, what each needs, and what needs each. Made by [`crate::Builder`], never changed.
#[derive(Clone, Debug)]
pub struct Graph {
    pub(crate) names: Vec<Arc<str>>,
    pub(crate) index: HashMap<Arc<str>, u32>,
    /// From an item to what it needs.
    pub(crate) needs: Adjacency,
    /// From an item to what needs it.
    pub(crate) used_by: Adjacency,
    pub(crate) groups: Vec<Group>,
    /// By group: how many members may be down.
    pub(crate) slack: Vec<u32>,
}

/// All links of a graph in one direction, those of one item side by side.
#[derive(Clone, Debug)]
pub(crate) struct Adjacency {
    pub starts: Vec<u32>,
    pub links: Vec<Link>,
}

/// A link to the item at its other end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Link {
    pub item: u32,
    /// The group the link counts towards, or [`NONE`]: the item is needed by itself.
    pub group: u32,
    pub relation: Relation,
}

#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// `None` for the group that redundant items form by themselves.
    pub name: Option<Arc<str>>,
    pub need: u32,
    pub total: u32,
}

impl Adjacency {
    pub fn of(&self, item: u32) -> &[Link] {
        let item = item as usize;
        &self.links[self.starts[item] as usize..self.starts[item + 1] as usize]
    }
}

impl Graph {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no item at all.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether the item is in the graph.
    pub fn contains(&self, item: &str) -> bool {
        self.index.contains_key(item)
    }

    /// All items, in the order in which the builder first heard of them.
    pub fn items(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// What the item needs directly. Nothing for an unknown item.
    pub fn needs(&self, item: &str) -> impl Iterator<Item = Need<'_>> {
        self.links(&self.needs, item)
    }

    /// What needs the item directly. Nothing for an unknown item.
    pub fn used_by(&self, item: &str) -> impl Iterator<Item = Need<'_>> {
        self.links(&self.used_by, item)
    }

    fn links<'g>(
        &'g self,
        adjacency: &'g Adjacency,
        item: &str,
    ) -> impl Iterator<Item = Need<'g>> + use<'g> {
        let links = self.number(item).map_or(&[][..], |item| adjacency.of(item));
        links.iter().map(|link| Need {
            item: self.name(link.item),
            relation: link.relation,
            group: self.group_view(link.group),
        })
    }

    pub(crate) fn number(&self, item: &str) -> Option<u32> {
        self.index.get(item).copied()
    }

    pub(crate) fn name(&self, item: u32) -> &str {
        &self.names[item as usize]
    }

    pub(crate) fn group_view(&self, number: u32) -> Option<GroupView<'_>> {
        let group = self.groups.get(number as usize)?;
        let (name, need, total) = (group.name.as_deref(), group.need, group.total);
        Some(GroupView { number, name, need, total })
    }
}

/// One item at the other end of a direct need.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Need<'g> {
    /// The item at the other end.
    pub item: &'g str,
    /// The relation that was stated; [`Relation::RedundantWith`] for a stand-in.
    pub relation: Relation,
    /// The redundancy group that the need is part of, if any.
    pub group: Option<GroupView<'g>>,
}

/// A redundancy group as seen from the item that needs it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct GroupView<'g> {
    /// Tells it from the other groups of this graph, also where it has no name.
    #[serde(skip)]
    pub number: u32,
    /// Its name; none for the group that redundant items form by themselves.
    pub name: Option<&'g str>,
    /// How many members must be up.
    pub need: u32,
    /// How many members there are.
    pub total: u32,
}
