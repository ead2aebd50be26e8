//! What applying would change, field by field, and whether it may.

use std::collections::{BTreeMap, BTreeSet};

use kernel::ItemRef;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{Desired, Kind, Mistake, Resource, check};

/// A resource as the system has it.
#[derive(Clone, PartialEq, Debug)]
pub struct Stored {
    /// As it is now.
    pub resource: Resource,
    /// As files last said it; `None` when it was made in the web or through the API.
    pub applied: Option<Resource>,
}

/// What applying would do. Nothing is left out: what stays is listed as unchanged.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Plan {
    /// By kind, then by name.
    pub changes: Vec<Change>,
}

/// What applying would do to one resource.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Change {
    /// What would be done.
    pub action: Action,
    /// To what.
    pub item: ItemRef,
    /// What would be different, by field.
    pub fields: Vec<FieldChange>,
    /// Somebody changed it by hand since files last said it.
    pub drift: bool,
    /// The resource as it would be; `None` when it would be deleted.
    #[serde(skip)]
    pub resource: Option<Resource>,
}

/// What applying would do.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChangeAction)]
pub enum Action {
    /// It is new.
    Create,
    /// Some fields change.
    Update,
    /// It is in no file any more.
    Delete,
    /// It stays as it is.
    Unchanged,
}

/// One field before and after.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct FieldChange {
    /// Its path, such as `spec.team`. Lists are one field.
    pub path: String,
    /// What it says now; `null` when nothing.
    pub before: Value,
    /// What it would say; `null` when nothing.
    pub after: Value,
}

impl Stored {
    /// Somebody changed it by hand since files last said it.
    pub fn drift(&self) -> bool {
        self.applied.as_ref().is_some_and(|applied| *applied != self.resource)
    }
}

impl Plan {
    /// Whether applying would change nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.iter().all(|change| change.action == Action::Unchanged)
    }

    /// How many resources an action would be done to.
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }
}

/// Compares what is stored with what is desired, or tells every mistake in the estate as it
/// would be: names of nothing, names given twice, groups that need too much.
///
/// With `prune`, what files once said and say no more is deleted; what was made by hand stays.
pub fn plan(stored: &[Stored], desired: &Desired, prune: bool) -> Result<Plan, Vec<Mistake>> {
    let mut before: BTreeMap<&ItemRef, &Stored> =
        stored.iter().map(|stored| (stored.resource.item(), stored)).collect();
    let wanted: BTreeMap<&ItemRef, &Resource> =
        desired.resources().map(|resource| (resource.item(), resource)).collect();
    let goes = |stored: &Stored| {
        prune && stored.applied.is_some() && !wanted.contains_key(stored.resource.item())
    };
    let (gone, rest): (Vec<&Stored>, Vec<&Stored>) = stored
        .iter()
        .filter(|stored| !wanted.contains_key(stored.resource.item()))
        .partition(|stored| goes(stored));
    check::whole(desired, &rest, &gone)?;

    let mut changes: Vec<Change> = gone.iter().map(|stored| delete(stored)).collect();
    for (item, resource) in wanted {
        changes.push(change(before.remove(item), resource));
    }
    let order = |kind| Kind::ALL.iter().position(|other| Some(*other) == kind);
    changes.sort_by(|a, b| {
        (order(Kind::of(&a.item)), &a.item).cmp(&(order(Kind::of(&b.item)), &b.item))
    });
    Ok(Plan { changes })
}

fn delete(stored: &Stored) -> Change {
    Change {
        action: Action::Delete,
        item: stored.resource.item().clone(),
        fields: Vec::new(),
        drift: stored.drift(),
        resource: None,
    }
}

fn change(before: Option<&Stored>, after: &Resource) -> Change {
    let (now, then) = (before.map(|stored| document(&stored.resource)), document(after));
    let mut fields = Vec::new();
    compare(now.as_ref().unwrap_or(&Value::Null), &then, &mut fields);
    let action = match before {
        None => Action::Create,
        Some(_) if fields.is_empty() => Action::Unchanged,
        Some(_) => Action::Update,
    };
    Change {
        action,
        item: after.item().clone(),
        fields,
        drift: before.is_some_and(Stored::drift),
        resource: Some(after.clone()),
    }
}

/// The part of a resource that can change.
fn document(resource: &Resource) -> Value {
    let part = |value: Result<Value, _>| value.unwrap_or(Value::Null);
    let metadata = part(serde_json::to_value(&resource.metadata));
    let spec = part(serde_json::to_value(&resource.spec));
    serde_json::json!({ "metadata": metadata, "spec": spec })
}

/// Lists the fields in which two documents differ.
fn compare(before: &Value, after: &Value, found: &mut Vec<FieldChange>) {
    let mut open = vec![(String::new(), before, after)];
    while let Some((path, before, after)) = open.pop() {
        if before == after {
            continue;
        }
        if !before.is_object() && !after.is_object() {
            found.push(FieldChange { path, before: before.clone(), after: after.clone() });
            continue;
        }
        let keys = [before, after].into_iter().filter_map(Value::as_object).flatten();
        let keys: BTreeSet<&String> = keys.map(|(key, _)| key).collect();
        for key in keys.into_iter().rev() {
            let dot = if path.is_empty() { "" } else { "." };
            open.push((
                format!("{path}{dot}{key}"),
                before.get(key).unwrap_or(&Value::Null),
                after.get(key).unwrap_or(&Value::Null),
            ));
        }
    }
}
