use graph::{Builder, Redundancy, Relation, Validity};
use kernel::ItemRef;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Resource;
use crate::spec::{Group, Need, Spec};

/// A need as a map of the estate shows it: `from` needs `to`. Redundant items need each other
/// not; for them it says who stands in for whom.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Edge {
    /// The item that needs.
    pub from: ItemRef,
    /// What it needs.
    pub to: ItemRef,
    /// The relation that was stated, whichever way round.
    #[serde(rename = "type")]
    pub relation: Relation,
    /// The group that it counts towards, within the item that needs.
    pub group: Option<String>,
    /// How many of that group must be up.
    pub need: Option<u32>,
}

/// A relation that a resource states.
pub(crate) enum Stated<'a> {
    /// Said from the first item to the second.
    One(&'a ItemRef, Relation, &'a ItemRef),
    /// The item needs some of a group.
    Some(&'a ItemRef, Relation, &'a Group),
}

impl Resource {
    /// What it says of its own relations to others: its part in the map of the estate.
    pub fn edges(&self) -> Vec<Edge> {
        let edge = |from: &ItemRef, relation, to: &ItemRef, group: Option<&Group>| Edge {
            from: from.clone(),
            to: to.clone(),
            relation,
            group: group.map(|group| group.group.clone()),
            need: group.map(|group| group.need),
        };
        let mut edges = Vec::new();
        for stated in self.stated() {
            match stated {
                Stated::One(from, relation, to) => {
                    let back = matches!(relation, Relation::Feeds | Relation::MemberOf);
                    let (from, to) = if back { (to, from) } else { (from, to) };
                    edges.push(edge(from, relation, to, None));
                }
                Stated::Some(owner, relation, group) => {
                    edges.extend(group.of.iter().map(|to| edge(owner, relation, to, Some(group))));
                }
            }
        }
        edges
    }

    /// Adds it and its relations to a graph. Only what can break is in a graph.
    pub(crate) fn draw(&self, builder: &mut Builder) {
        if !self.kind().operated() {
            return;
        }
        builder.item(self.item().as_str());
        for stated in self.stated() {
            match stated {
                Stated::One(from, relation, to) => {
                    builder.relate(from.as_str(), relation, to.as_str());
                }
                Stated::Some(owner, relation, group) => {
                    let members: Vec<&str> = group.of.iter().map(ItemRef::as_str).collect();
                    builder.redundancy(&Redundancy {
                        owner: owner.as_str(),
                        name: &group.group,
                        need: group.need,
                        members: &members,
                        relation,
                        valid: Validity::ALWAYS,
                    });
                }
            }
        }
    }

    fn stated(&self) -> Vec<Stated<'_>> {
        let mut list = List { own: self.item(), stated: Vec::new() };
        match &self.spec {
            Spec::Product(product) => list.needs(Relation::DependsOn, &product.depends_on),
            Spec::UseCase(usecase) => list.needs(Relation::DependsOn, &usecase.uses),
            Spec::Service(service) => {
                list.items(Relation::MemberOf, service.product.iter().map(|product| &**product));
                list.needs(Relation::MemberOf, &service.components);
                list.needs(Relation::DependsOn, &service.depends_on);
                list.needs(Relation::RunsOn, &service.runs_on);
                list.items(Relation::ConsumesFrom, &service.consumes_from);
                list.items(Relation::Feeds, &service.feeds);
                list.items(Relation::MemberOf, &service.member_of);
                list.items(Relation::RedundantWith, &service.redundant_with);
            }
            Spec::Component(component) => {
                list.items(Relation::MemberOf, component.product.iter().map(|product| &**product));
                list.items(Relation::RunsOn, component.site.iter().map(|site| &**site));
                list.items(Relation::DependsOn, component.supplier.iter().map(|s| &**s));
                list.needs(Relation::DependsOn, &component.depends_on);
                list.needs(Relation::RunsOn, &component.runs_on);
                list.items(Relation::ConsumesFrom, &component.consumes_from);
                list.items(Relation::Feeds, &component.feeds);
                list.items(Relation::MemberOf, &component.member_of);
                list.items(Relation::RedundantWith, &component.redundant_with);
            }
            _ => {}
        }
        list.stated
    }
}

struct List<'a> {
    own: &'a ItemRef,
    stated: Vec<Stated<'a>>,
}

impl<'a> List<'a> {
    fn items(&mut self, relation: Relation, to: impl IntoIterator<Item = &'a ItemRef>) {
        self.stated.extend(to.into_iter().map(|to| Stated::One(self.own, relation, to)));
    }

    fn needs(&mut self, relation: Relation, needs: &'a [Need]) {
        for need in needs {
            self.stated.push(match need {
                Need::Some(group) => Stated::Some(self.own, relation, group),
                // Parts are said from the part to the whole.
                Need::One(part) if relation == Relation::MemberOf => {
                    Stated::One(part, relation, self.own)
                }
                Need::One(item) => Stated::One(self.own, relation, item),
            });
        }
    }
}
