use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::builder::Builder;
use crate::network::{Adjacency, Graph, Group, Link, NONE};
use crate::{Relation, Validity};

/// Makes the graph as of a date: drops what does not hold then, turns every relation into "needs",
/// and lays both directions out side by side.
pub(crate) fn compile(builder: &Builder, micros: i64) -> Graph {
    let numbers = present(builder, micros);
    let mut names = Vec::new();
    for (name, number) in builder.names.iter().zip(&numbers) {
        if *number != NONE {
            names.push(name.clone());
        }
    }
    let mut needs = Needs { numbers, stand_ins: Vec::new(), groups: Vec::new(), list: Vec::new() };
    needs.stand_ins = stand_ins(builder, &needs.numbers, names.len(), micros);
    needs.add_groups(builder, micros);
    needs.add_relations(builder, micros);

    let index = names.iter().cloned().zip(0u32..).collect::<HashMap<_, _>>();
    let slack = needs.groups.iter().map(|group| group.total.saturating_sub(group.need)).collect();
    let forward = needs.list.iter().map(|(owner, link)| (*owner, *link));
    let backward =
        needs.list.iter().map(|(owner, link)| (link.item, Link { item: *owner, ..*link }));
    Graph {
        needs: adjacency(names.len(), forward),
        used_by: adjacency(names.len(), backward),
        names,
        index,
        groups: needs.groups,
        slack,
    }
}

/// For each item of the builder its number in the graph, [`NONE`] when it does not exist then.
fn present(builder: &Builder, micros: i64) -> Vec<u32> {
    let mut exists = vec![true; builder.names.len()];
    for (item, _) in &builder.existence {
        exists[*item as usize] = false;
    }
    for (item, valid) in &builder.existence {
        exists[*item as usize] |= valid.holds_at(micros);
    }
    let mut next = 0;
    let number = |exists: bool| {
        let number = if exists { next } else { NONE };
        next += u32::from(exists);
        number
    };
    exists.into_iter().map(number).collect()
}

/// For each item the set of items that can stand in for it, itself included; empty without any.
fn stand_ins(builder: &Builder, numbers: &[u32], len: usize, micros: i64) -> Vec<Vec<u32>> {
    let mut leader: Vec<u32> = (0..len).map(|item| item as u32).collect();
    let find = |leader: &mut [u32], mut item: u32| {
        while leader[item as usize] != item {
            leader[item as usize] = leader[leader[item as usize] as usize];
            item = leader[item as usize];
        }
        item
    };
    let mut paired = BTreeSet::new();
    for related in &builder.relations {
        let (from, to) = (numbers[related.from as usize], numbers[related.to as usize]);
        let counts = related.relation == Relation::RedundantWith
            && holds(related.valid, micros, &[from, to])
            && from != to;
        if counts {
            paired.extend([from, to]);
            let (first, second) = (find(&mut leader, from), find(&mut leader, to));
            leader[first.max(second) as usize] = first.min(second);
        }
    }
    let mut sets: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for item in paired {
        sets.entry(find(&mut leader, item)).or_default().push(item);
    }
    let mut by_item = vec![Vec::new(); if sets.is_empty() { 0 } else { len }];
    for set in sets.into_values() {
        for item in &set {
            by_item[*item as usize] = set.clone();
        }
    }
    by_item
}

fn holds(valid: Validity, micros: i64, ends: &[u32]) -> bool {
    valid.holds_at(micros) && !ends.contains(&NONE)
}

/// Every need found so far: who needs, and the link to what it needs.
struct Needs {
    numbers: Vec<u32>,
    stand_ins: Vec<Vec<u32>>,
    groups: Vec<Group>,
    list: Vec<(u32, Link)>,
}

impl Needs {
    fn add_groups(&mut self, builder: &Builder, micros: i64) {
        for grouped in &builder.groups {
            let owner = self.numbers[grouped.owner as usize];
            if !holds(grouped.valid, micros, &[owner]) {
                continue;
            }
            let members: BTreeSet<u32> = grouped
                .members
                .iter()
                .map(|member| self.numbers[*member as usize])
                .filter(|member| *member != NONE && *member != owner)
                .collect();
            let group = self.group(Some(grouped.name.clone()), grouped.need, members.len());
            for item in members {
                self.list.push((owner, Link { item, group, relation: grouped.relation }));
            }
        }
    }

    fn add_relations(&mut self, builder: &Builder, micros: i64) {
        let mut done = BTreeSet::new();
        for related in &builder.relations {
            let (from, to) =
                (self.numbers[related.from as usize], self.numbers[related.to as usize]);
            let (owner, on) = match related.relation {
                Relation::DependsOn | Relation::RunsOn | Relation::ConsumesFrom => (from, to),
                Relation::Feeds | Relation::MemberOf => (to, from),
                Relation::RedundantWith => continue,
            };
            if owner == on || !holds(related.valid, micros, &[owner, on]) {
                continue;
            }
            let stand_ins = self.stand_ins.get(on as usize).map_or(&[][..], Vec::as_slice);
            let others: Vec<u32> =
                stand_ins.iter().copied().filter(|item| *item != owner).collect();
            if others.len() < 2 {
                self.list.push((owner, Link { item: on, group: NONE, relation: related.relation }));
            } else if done.insert((owner, others[0])) {
                let group = self.group(None, 1, others.len());
                for item in others {
                    let relation =
                        if item == on { related.relation } else { Relation::RedundantWith };
                    self.list.push((owner, Link { item, group, relation }));
                }
            }
        }
    }

    fn group(&mut self, name: Option<std::sync::Arc<str>>, need: u32, total: usize) -> u32 {
        self.groups.push(Group { name, need, total: total as u32 });
        (self.groups.len() - 1) as u32
    }
}

/// Lays links out by the item they start from, keeping their order (a counting sort).
fn adjacency(len: usize, links: impl Iterator<Item = (u32, Link)> + Clone) -> Adjacency {
    let mut starts = vec![0u32; len + 1];
    for (from, _) in links.clone() {
        starts[from as usize + 1] += 1;
    }
    for item in 0..len {
        starts[item + 1] += starts[item];
    }
    let mut place = starts.clone();
    let blank = Link { item: NONE, group: NONE, relation: Relation::DependsOn };
    let mut laid = vec![blank; starts[len] as usize];
    for (from, link) in links {
        laid[place[from as usize] as usize] = link;
        place[from as usize] += 1;
    }
    Adjacency { starts, links: laid }
}
