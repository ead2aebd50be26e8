//! The graph as plainly as it can be said: lists, searched again and again. What the engine is
//! compared with.

use std::collections::{BTreeMap, BTreeSet};

use graph::{Builder, Relation};
use proptest::prelude::*;

#[derive(Clone, Debug)]
pub struct World {
    pub size: usize,
    pub relations: Vec<(usize, Relation, usize)>,
    /// Owner, how many are needed, members.
    pub groups: Vec<(usize, u32, Vec<usize>)>,
}

/// Small worlds with every kind of relation, cycles and overlapping groups.
pub fn worlds() -> impl Strategy<Value = World> {
    (2usize..14).prop_flat_map(|size| {
        let relation = prop_oneof![
            4 => Just(Relation::DependsOn),
            1 => Just(Relation::RunsOn),
            1 => Just(Relation::ConsumesFrom),
            1 => Just(Relation::Feeds),
            1 => Just(Relation::MemberOf),
            1 => Just(Relation::RedundantWith),
        ];
        let relations = prop::collection::vec((0..size, relation, 0..size), 0..24);
        let members = prop::collection::vec(0..size, 0..5);
        let groups = prop::collection::vec((0..size, 0u32..4, members), 0..5);
        (Just(size), relations, groups).prop_map(|(size, relations, groups)| World {
            size,
            relations,
            groups,
        })
    })
}

pub fn name(item: usize) -> String {
    format!("item/{item:02}")
}

/// Down items with the round in which they went down, and softened items with theirs.
pub type Fallen = (BTreeMap<usize, u32>, BTreeMap<usize, u32>);

impl World {
    pub fn builder(&self) -> Builder {
        let mut builder = Builder::new();
        for item in 0..self.size {
            builder.item(&name(item));
        }
        for (from, relation, to) in &self.relations {
            builder.relate(&name(*from), *relation, &name(*to));
        }
        for (place, (owner, need, members)) in self.groups.iter().enumerate() {
            let members: Vec<String> = members.iter().map(|member| name(*member)).collect();
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            builder.group(&name(*owner), &format!("group {place}"), *need, &members);
        }
        builder
    }

    /// What each item needs: how many members may be lost, and the members.
    pub fn needs(&self, owner: usize) -> Vec<(usize, BTreeSet<usize>)> {
        let mut needs = Vec::new();
        for (from, relation, to) in &self.relations {
            let (who, on) = match relation {
                Relation::DependsOn | Relation::RunsOn | Relation::ConsumesFrom => (*from, *to),
                Relation::Feeds | Relation::MemberOf => (*to, *from),
                Relation::RedundantWith => continue,
            };
            if who == owner && on != owner {
                let mut members = self.stand_ins(on);
                members.remove(&owner);
                needs.push((members.len() - 1, members));
            }
        }
        for (who, need, members) in &self.groups {
            let members: BTreeSet<usize> =
                members.iter().copied().filter(|member| *member != owner).collect();
            if *who == owner && !members.is_empty() {
                needs.push((members.len().saturating_sub(*need as usize), members));
            }
        }
        needs
    }

    fn stand_ins(&self, item: usize) -> BTreeSet<usize> {
        let mut set = BTreeSet::from([item]);
        loop {
            let before = set.len();
            for (from, relation, to) in &self.relations {
                let touches = set.contains(from) || set.contains(to);
                if *relation == Relation::RedundantWith && touches {
                    set.extend([*from, *to]);
                }
            }
            if set.len() == before {
                return set;
            }
        }
    }

    pub fn impact(&self, roots: &BTreeSet<usize>) -> Fallen {
        let mut down: BTreeMap<usize, u32> = roots.iter().map(|root| (*root, 0)).collect();
        for round in 1.. {
            let falls = |item: &usize| {
                self.needs(*item).iter().any(|(spare, members)| {
                    members.iter().filter(|member| down.contains_key(member)).count() > *spare
                })
            };
            let falling: Vec<usize> =
                (0..self.size).filter(|item| !down.contains_key(item)).filter(falls).collect();
            if falling.is_empty() {
                break;
            }
            down.extend(falling.into_iter().map(|item| (item, round)));
        }
        let mut softened = BTreeMap::new();
        for item in (0..self.size).filter(|item| !down.contains_key(item)) {
            let first_loss = self
                .needs(item)
                .iter()
                .flat_map(|(_, members)| members.iter().filter_map(|member| down.get(member)))
                .min()
                .copied();
            softened.extend(first_loss.map(|round| (item, round + 1)));
        }
        (down, softened)
    }

    /// Steps from one item to everything it needs.
    pub fn upstream(&self, from: usize) -> BTreeMap<usize, u32> {
        let mut hops = BTreeMap::from([(from, 0)]);
        loop {
            let before = hops.clone();
            for (owner, steps) in &before {
                for (_, members) in self.needs(*owner) {
                    for member in members {
                        let known = hops.entry(member).or_insert(u32::MAX);
                        *known = (*known).min(steps + 1);
                    }
                }
            }
            if hops == before {
                return hops;
            }
        }
    }
}
