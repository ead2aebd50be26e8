//! How the API shows the estate.

use std::collections::{BTreeMap, HashMap};

use estate::{
    Assigned, Change, Criticality, Edge, Estate, Inherited, Metadata, Mistake, Reached, Resource,
    Spec,
};
use kernel::{ItemRef, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::store::Kept;
use crate::health::Health;
use crate::practices::incidents::views::IncidentRow;
use crate::sentences::TimelineEntry;

/// What a search over the estate reached.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hits {
    /// Where it began.
    pub root: Option<ItemRef>,
    /// As of when.
    pub at: Time,
    /// What it reached, the nearest first.
    pub hits: Vec<Reached>,
}

/// An item, in few words.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemRow {
    /// The item.
    pub item: ItemRef,
    /// What people call it.
    pub title: String,
    /// Its kind, as before the slash.
    pub kind: String,
    /// What it is, in a sentence.
    pub description: Option<String>,
    /// Free labels.
    pub labels: BTreeMap<String, String>,
    /// The team that answers for it.
    pub team: Option<ItemRef>,
    /// The part of the organisation that it belongs to, as a product or a use case says.
    pub department: Option<String>,
    /// How much hangs on it, if it can break.
    pub criticality: Option<Criticality>,
    /// Whether it works, if it can break.
    pub state: Option<Health>,
}

impl ItemRow {
    /// A resource in few words.
    pub fn of(estate: &Estate, resource: &Resource, health: &HashMap<ItemRef, Health>) -> ItemRow {
        let item = resource.item();
        let operated = resource.kind().operated();
        ItemRow {
            item: item.clone(),
            title: resource.title().to_owned(),
            kind: item.kind().to_owned(),
            description: resource.metadata.description.clone(),
            labels: resource.metadata.labels.clone(),
            team: estate.owner(item).map(|owner| owner.to),
            department: department(&resource.spec).map(str::to_owned),
            criticality: operated.then(|| estate.criticality(item)),
            state: operated.then(|| health.get(item).copied().unwrap_or_default()),
        }
    }
}

/// The part of the organisation that something belongs to.
pub fn department(spec: &Spec) -> Option<&str> {
    match spec {
        Spec::UseCase(spec) => Some(&spec.department),
        Spec::Product(spec) => spec.department.as_deref(),
        _ => None,
    }
}

/// How an item is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Keeping {
    /// Who says what it is.
    managed_by: ManagedBy,
    /// The file that says what it is, or from which it was taken over; `null` when there is none,
    /// or when its name was not noted.
    file: Option<String>,
    /// Whether somebody took it over from its file: the next time the file is applied, it goes
    /// back.
    taken_over: bool,
    /// Whether somebody changed it by hand since files last said it.
    drift: bool,
    /// Its version, for `If-Match`.
    version: i64,
}

/// Who says what an item is.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ManagedBy {
    /// Files that were applied.
    File,
    /// People, in the web or through the API.
    #[default]
    Ui,
}

impl Keeping {
    /// How it is kept in the database.
    pub fn of(kept: &Kept) -> Keeping {
        let by_file = kept.stored.kept_in().is_some();
        let file = kept.stored.applied.as_ref().map(|applied| applied.file.clone());
        Keeping {
            managed_by: if by_file { ManagedBy::File } else { ManagedBy::Ui },
            file: file.filter(|file| !file.is_empty()),
            taken_over: kept.stored.taken_over(),
            drift: kept.stored.drift(),
            version: kept.version,
        }
    }

    /// Of what is not there yet.
    pub fn nowhere() -> Keeping {
        let (managed_by, file) = (ManagedBy::Ui, None);
        Keeping { managed_by, file, taken_over: false, drift: false, version: 0 }
    }
}

/// An item as a row of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedItem {
    /// What it is.
    #[serde(flatten)]
    pub row: ItemRow,
    /// How it is kept.
    #[serde(flatten)]
    pub keeping: Keeping,
}

/// An item with everything about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemView<'a> {
    /// What it is.
    #[serde(flatten)]
    pub row: ItemRow,
    /// How it is kept.
    #[serde(flatten)]
    pub keeping: Keeping,
    /// Whether you may change it here.
    pub may_edit: bool,
    /// Why you may not; `null` when you may.
    pub why_not: Option<String>,
    /// Whether you may take it over from the file that says what it is.
    pub may_take_over: bool,
    /// What it says of itself.
    pub spec: &'a Spec,
    /// Its names and labels.
    pub metadata: &'a Metadata,
    /// The team that answers for it, and why.
    pub owner: Option<Assigned>,
    /// The team that runs it, and why.
    pub operator: Option<Assigned>,
    /// Whom to call, and why.
    pub escalation_policy: Option<Assigned>,
    /// The criticality that use cases hand down to it.
    pub inherited: Option<InheritedView>,
    /// What it needs.
    pub depends_on: Vec<Edge>,
    /// What needs it.
    pub dependents: Vec<Edge>,
    /// The use cases that are hit when it is down.
    pub usecases: Vec<Reached>,
    /// The products that are hit when it is down.
    pub products: Vec<Reached>,
    /// The resources that name it.
    pub mentioned_by: Vec<ItemRef>,
    /// The newest incidents that touch it.
    pub incidents: Vec<IncidentRow>,
    /// Its alerts that are not closed, the newest first.
    #[schema(value_type = Vec<::alerts::View>)]
    pub alerts: Vec<serde_json::Value>,
    /// What was done to it lately.
    pub changes: Vec<TimelineEntry<'a>>,
}

/// How much hangs on an item, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Inherited)]
pub struct InheritedView {
    /// How much.
    pub criticality: Criticality,
    /// Which use case says so.
    pub because: String,
}

impl From<&Inherited> for InheritedView {
    fn from(inherited: &Inherited) -> InheritedView {
        let because = inherited.to_string();
        InheritedView { criticality: inherited.criticality, because }
    }
}

/// The map of the estate.
#[derive(Debug, Serialize, ToSchema)]
pub struct Map {
    /// Everything that can break.
    pub nodes: Vec<MapNode>,
    /// What needs what.
    pub edges: Vec<Edge>,
    /// As of when.
    pub at: Time,
}

/// An item on the map.
#[derive(Debug, Serialize, ToSchema)]
pub struct MapNode {
    /// The item again, as edges name it.
    pub id: ItemRef,
    /// What it is.
    #[serde(flatten)]
    pub row: ItemRow,
}

/// What applying files would change, or what is wrong with them.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct PlanView {
    /// The changes; empty when anything is wrong.
    pub changes: Vec<Change>,
    /// What is wrong, each with file, line, field and remedy.
    pub errors: Vec<Mistake>,
    /// What may be applied and should be known: promises better than what they rest on, and
    /// past periods that would be reckoned by something else.
    pub warnings: Vec<PromiseWarning>,
}

/// What to know of a contract before files are applied.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromiseWarning {
    /// The contract.
    pub item: ItemRef,
    /// What is wrong, and how to mend it.
    pub text: String,
}
