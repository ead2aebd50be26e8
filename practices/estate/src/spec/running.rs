use kernel::ItemRef;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::unset;
use crate::reference::{EscalationPolicyRef, ProductRef, SiteRef, SupplierRef, TeamRef};

/// Software that does something for people or for other services.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceSpec {
    /// The team that answers for it.
    pub team: TeamRef,
    /// The product that it is part of.
    #[serde(default, skip_serializing_if = "unset")]
    pub product: Option<ProductRef>,
    /// Who is called; else the policy of the team, else that of the product.
    #[serde(default, skip_serializing_if = "unset")]
    pub escalation_policy: Option<EscalationPolicyRef>,
    /// Where the first steps in trouble are written down.
    #[serde(default, skip_serializing_if = "unset")]
    pub runbook_url: Option<String>,
    /// Its parts: any of them down brings it down.
    #[serde(default, skip_serializing_if = "unset")]
    pub components: Vec<Need>,
    /// What it does not work without.
    #[serde(default, skip_serializing_if = "unset")]
    pub depends_on: Vec<Need>,
    /// What hosts it.
    #[serde(default, skip_serializing_if = "unset")]
    pub runs_on: Vec<Need>,
    /// What it takes data from, and does not work without.
    #[serde(default, skip_serializing_if = "unset")]
    pub consumes_from: Vec<ItemRef>,
    /// What it hands data to: those do not work without it.
    #[serde(default, skip_serializing_if = "unset")]
    pub feeds: Vec<ItemRef>,
    /// What it is a part of: those do not work without it.
    #[serde(default, skip_serializing_if = "unset")]
    pub member_of: Vec<ItemRef>,
    /// What can take over from it, and it from them.
    #[serde(default, skip_serializing_if = "unset")]
    pub redundant_with: Vec<ItemRef>,
}

impl ServiceSpec {
    /// A service of a team, of which nothing else is said.
    pub fn of(team: TeamRef) -> ServiceSpec {
        ServiceSpec {
            team,
            product: None,
            escalation_policy: None,
            runbook_url: None,
            components: Vec::new(),
            depends_on: Vec::new(),
            runs_on: Vec::new(),
            consumes_from: Vec::new(),
            feeds: Vec::new(),
            member_of: Vec::new(),
            redundant_with: Vec::new(),
        }
    }
}

/// A technical part: a database, a bus, a cluster node, a certificate.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComponentSpec {
    /// What sort of thing it is, in your own words: `database`, `queue` …
    #[serde(rename = "type", default, skip_serializing_if = "unset")]
    pub component_type: Option<String>,
    /// The team that answers for it; that of the whole it is part of when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub team: Option<TeamRef>,
    /// The product that it is part of.
    #[serde(default, skip_serializing_if = "unset")]
    pub product: Option<ProductRef>,
    /// Who is called; else the policy of the team, else that of the product.
    #[serde(default, skip_serializing_if = "unset")]
    pub escalation_policy: Option<EscalationPolicyRef>,
    /// Where the first steps in trouble are written down.
    #[serde(default, skip_serializing_if = "unset")]
    pub runbook_url: Option<String>,
    /// Where it stands: it runs on that site.
    #[serde(default, skip_serializing_if = "unset")]
    pub site: Option<SiteRef>,
    /// Who provides it: it depends on that supplier.
    #[serde(default, skip_serializing_if = "unset")]
    pub supplier: Option<SupplierRef>,
    /// What it does not work without.
    #[serde(default, skip_serializing_if = "unset")]
    pub depends_on: Vec<Need>,
    /// What hosts it.
    #[serde(default, skip_serializing_if = "unset")]
    pub runs_on: Vec<Need>,
    /// What it takes data from, and does not work without.
    #[serde(default, skip_serializing_if = "unset")]
    pub consumes_from: Vec<ItemRef>,
    /// What it hands data to: those do not work without it.
    #[serde(default, skip_serializing_if = "unset")]
    pub feeds: Vec<ItemRef>,
    /// What it is a part of: those do not work without it.
    #[serde(default, skip_serializing_if = "unset")]
    pub member_of: Vec<ItemRef>,
    /// What can take over from it, and it from them.
    #[serde(default, skip_serializing_if = "unset")]
    pub redundant_with: Vec<ItemRef>,
}

/// Something needed: one item, or some of a group. Written `component/db`, or as [`Group`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Need {
    /// This item.
    One(ItemRef),
    /// Some of these.
    Some(Group),
}

/// Items of which some may be down: `{group: nodes, need: 1, of: [component/a, component/b]}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What the group is called, within the item that needs it.
    pub group: String,
    /// How many must be up.
    pub need: u32,
    /// Its members.
    pub of: Vec<ItemRef>,
}

impl Need {
    /// Every item that it names.
    pub fn items(&self) -> &[ItemRef] {
        match self {
            Need::One(item) => std::slice::from_ref(item),
            Need::Some(group) => &group.of,
        }
    }
}

impl<'de> Deserialize<'de> for Need {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Need, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Need;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an item such as component/db, or a group with group, need and of")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Need, E> {
                text.parse().map(Need::One).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Need, A::Error> {
                Group::deserialize(MapAccessDeserializer::new(map)).map(Need::Some)
            }
        }

        deserializer.deserialize_any(Either)
    }
}
