use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Bound::{Excluded, Included};

use graph::{Builder, Graph};
use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};

use crate::spec::{Criticality, Spec};
use crate::{Edge, Kind, Resource, SetPolicies};

/// All resources at one time, ready to be asked. For an earlier date, make one of the resources
/// that there were.
#[derive(Clone, Debug)]
pub struct Estate {
    resources: BTreeMap<ItemRef, Resource>,
    graph: Graph,
    criticality: HashMap<ItemRef, Inherited>,
    devices: BTreeMap<ItemRef, Vec<String>>,
    fed: Fed,
    set_policies: SetPolicies,
}

/// What calendars of layers said when they were last read: the shifts of each layer, by schedule
/// and the layer's name.
pub type Fed = BTreeMap<ItemRef, BTreeMap<String, Vec<FedShift>>>;

/// A shift that a calendar says.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct FedShift {
    /// Its first moment.
    pub start: Time,
    /// The first moment after it.
    pub end: Time,
    /// Who has it.
    pub person: ItemRef,
}

/// How much hangs on an item, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Inherited {
    /// The highest criticality of all use cases that need the item.
    pub criticality: Criticality,
    /// From that use case down to the item.
    pub path: Vec<ItemRef>,
}

impl Default for Estate {
    fn default() -> Estate {
        Estate::new([])
    }
}

impl Estate {
    /// Draws the graph and hands criticality down. Of two resources with one name the later
    /// counts.
    pub fn new(resources: impl IntoIterator<Item = Resource>) -> Estate {
        let resources: BTreeMap<ItemRef, Resource> =
            resources.into_iter().map(|resource| (resource.item().clone(), resource)).collect();
        let mut builder = Builder::new();
        for resource in resources.values() {
            resource.draw(&mut builder);
        }
        let graph = builder.build();
        let criticality = inherit(&graph, &resources);
        Estate {
            resources,
            graph,
            criticality,
            devices: BTreeMap::new(),
            fed: Fed::new(),
            set_policies: SetPolicies::default(),
        }
    }

    /// The same with the browsers that people added, by person: they stand in no file.
    #[must_use]
    pub fn with_devices(self, devices: BTreeMap<ItemRef, Vec<String>>) -> Estate {
        Estate { devices, ..self }
    }

    /// The same with what calendars of layers say: it stands in no file either.
    #[must_use]
    pub fn with_fed(self, fed: Fed) -> Estate {
        Estate { fed, ..self }
    }

    /// The same with the policies that settings name.
    #[must_use]
    pub fn with_set_policies(self, set_policies: SetPolicies) -> Estate {
        Estate { set_policies, ..self }
    }

    /// The policies that settings name.
    pub fn set_policies(&self) -> &SetPolicies {
        &self.set_policies
    }

    /// What calendars of layers say.
    pub fn fed(&self) -> &Fed {
        &self.fed
    }

    /// The names of the browsers in which a person is called.
    pub fn devices(&self, person: &ItemRef) -> &[String] {
        self.devices.get(person).map_or(&[], Vec::as_slice)
    }

    /// The resource with this name.
    pub fn get(&self, item: &ItemRef) -> Option<&Resource> {
        self.resources.get(item)
    }

    /// Whether there is such a resource.
    pub fn contains(&self, item: &ItemRef) -> bool {
        self.resources.contains_key(item)
    }

    /// All resources, by kind prefix and name.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = &Resource> {
        self.resources.values()
    }

    /// All resources of a kind, by name.
    pub fn of_kind(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Resource> {
        // In the order of names the next character after the slash ends the kind.
        let (from, until) = (format!("{}/", kind.prefix()), format!("{}0", kind.prefix()));
        let all = self.resources.range::<str, _>((Included(&*from), Excluded(&*until)));
        all.map(|(_, resource)| resource)
    }

    /// Everything that can break, and what needs what. Its item names are `kind/name`.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// All relations that are stated, for a map.
    pub fn edges(&self) -> impl Iterator<Item = Edge> {
        self.resources.values().flat_map(Resource::edges)
    }

    /// How much hangs on the item and which use case says so; `None` when no use case needs it.
    pub fn inherited(&self, item: &ItemRef) -> Option<&Inherited> {
        self.criticality.get(item)
    }

    /// How much hangs on the item: normal when no use case says so.
    pub fn criticality(&self, item: &ItemRef) -> Criticality {
        self.inherited(item).map_or_else(Criticality::default, |inherited| inherited.criticality)
    }

    /// The resources that name this one. It cannot be deleted while there are any.
    pub fn mentioned_by(&self, item: &ItemRef) -> Vec<&Resource> {
        let names = |resource: &&Resource| {
            resource.item() != item && resource.mentions().iter().any(|m| m.item == item)
        };
        self.resources.values().filter(names).collect()
    }
}

/// As the calculation of a priority shows it: "usecase/checkout is mission-critical and depends
/// on component/orders-db (2 hops)".
impl fmt::Display for Inherited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let criticality = self.criticality;
        match self.path.as_slice() {
            [] => write!(f, "{criticality}"),
            [own] => write!(f, "{own} is {criticality}"),
            [from, .., to] => {
                let hops = self.path.len() - 1;
                let plural = if hops == 1 { "hop" } else { "hops" };
                write!(f, "{from} is {criticality} and depends on {to} ({hops} {plural})")
            }
        }
    }
}

fn inherit(graph: &Graph, resources: &BTreeMap<ItemRef, Resource>) -> HashMap<ItemRef, Inherited> {
    let levels = resources.iter().filter_map(|(item, resource)| match &resource.spec {
        Spec::UseCase(usecase) => Some((item.as_str(), usecase.criticality)),
        _ => None,
    });
    let inherited = graph.inherit(levels);
    let of = |(item, criticality): (&str, Criticality)| {
        let path = inherited.path(item).into_iter().filter_map(|step| step.parse().ok()).collect();
        Some((item.parse().ok()?, Inherited { criticality, path }))
    };
    inherited.iter().filter_map(of).collect()
}
