use std::collections::HashMap;
use std::sync::Arc;

use crate::{Graph, Relation, Validity};

/// Collects items and relations by name, with the times at which they hold.
///
/// Naming an item in a relation is enough to make it exist. An item that was also given a
/// validity exists only then, and takes its relations with it.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    pub(crate) names: Vec<Arc<str>>,
    index: HashMap<Arc<str>, u32>,
    /// Every statement about when an item exists; several make up a broken history.
    pub(crate) existence: Vec<(u32, Validity)>,
    pub(crate) relations: Vec<Related>,
    pub(crate) groups: Vec<Grouped>,
}

/// A stated relation between two items, by number.
#[derive(Clone, Debug)]
pub(crate) struct Related {
    pub from: u32,
    pub relation: Relation,
    pub to: u32,
    pub valid: Validity,
}

/// A stated redundancy group.
#[derive(Clone, Debug)]
pub(crate) struct Grouped {
    pub owner: u32,
    pub name: Arc<str>,
    pub need: u32,
    pub relation: Relation,
    pub members: Vec<u32>,
    pub valid: Validity,
}

/// A group of which an item needs some members but not all.
///
/// Repeated members count once and the owner never counts. A group that needs more members than
/// it has cannot lose any.
#[derive(Clone, Copy, Debug)]
pub struct Redundancy<'a> {
    /// The item that needs the group.
    pub owner: &'a str,
    /// What the group is called, for explanations.
    pub name: &'a str,
    /// How many members must be up.
    pub need: u32,
    /// The members.
    pub members: &'a [&'a str],
    /// How the members are related to the owner, for explanations: whatever is said here, the
    /// owner is the one that needs.
    pub relation: Relation,
    /// When this holds.
    pub valid: Validity,
}

impl Builder {
    /// Holds nothing yet.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// An item exists, whether or not anything is related to it.
    pub fn item(&mut self, name: &str) -> &mut Builder {
        self.number(name);
        self
    }

    /// An item exists during `valid`. Said more than once, the times add up.
    pub fn item_during(&mut self, name: &str, valid: Validity) -> &mut Builder {
        let item = self.number(name);
        self.existence.push((item, valid));
        self
    }

    /// `from` is related to `to`, always.
    pub fn relate(&mut self, from: &str, relation: Relation, to: &str) -> &mut Builder {
        self.relate_during(from, relation, to, Validity::ALWAYS)
    }

    /// `from` is related to `to` during `valid`.
    pub fn relate_during(
        &mut self,
        from: &str,
        relation: Relation,
        to: &str,
        valid: Validity,
    ) -> &mut Builder {
        let (from, to) = (self.number(from), self.number(to));
        self.relations.push(Related { from, relation, to, valid });
        self
    }

    /// `owner` depends on a group, of whose members at least `need` must be up, always.
    pub fn group(&mut self, owner: &str, name: &str, need: u32, members: &[&str]) -> &mut Builder {
        let (relation, valid) = (Relation::DependsOn, Validity::ALWAYS);
        self.redundancy(&Redundancy { owner, name, need, members, relation, valid })
    }

    /// An item needs a group: see [`Redundancy`].
    pub fn redundancy(&mut self, stated: &Redundancy<'_>) -> &mut Builder {
        let owner = self.number(stated.owner);
        let members = stated.members.iter().map(|member| self.number(member)).collect();
        self.groups.push(Grouped {
            owner,
            name: stated.name.into(),
            need: stated.need,
            relation: stated.relation,
            members,
            valid: stated.valid,
        });
        self
    }

    /// The graph of everything that has no end: how things are now.
    pub fn build(&self) -> Graph {
        self.build_at(i64::MAX)
    }

    /// The graph as of a date, in microseconds since 1970.
    ///
    /// # Panics
    /// With more than 4 billion items.
    pub fn build_at(&self, micros: i64) -> Graph {
        crate::compile::compile(self, micros)
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.index.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).expect("fewer than 4 billion items");
        let name: Arc<str> = name.into();
        self.names.push(name.clone());
        self.index.insert(name, number);
        number
    }
}
