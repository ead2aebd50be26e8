//! What applying would change, field by field, and whether it may.

use std::collections::{BTreeMap, BTreeSet};

use kernel::ItemRef;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::read::Declared;
use crate::{Desired, Kind, Mistake, Resource, check};

/// A resource as the system has it.
#[derive(Clone, PartialEq, Debug)]
pub struct Stored {
    /// As it is now.
    pub resource: Resource,
    /// What files last said of it; `None` when it was made in the web or through the API.
    pub applied: Option<Applied>,
}

/// What files last said of a resource.
#[derive(Clone, PartialEq, Debug)]
pub struct Applied {
    /// The resource as they said it.
    pub resource: Resource,
    /// The file, as whoever applied it called it; empty: not noted.
    pub file: String,
    /// Somebody took it over from the file: it is changed by hand until the file is applied again.
    pub taken_over: bool,
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
    /// Somebody took it over from its file; applying gives it back to the files.
    pub taken_over: bool,
    /// The resource as it would be; `None` when it would be deleted.
    #[serde(skip)]
    pub resource: Option<Resource>,
    /// The file that says so; empty when it is in none.
    #[serde(skip)]
    pub file: String,
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
        self.applied.as_ref().is_some_and(|applied| applied.resource != self.resource)
    }

    /// Somebody took it over from its file.
    pub fn taken_over(&self) -> bool {
        self.applied.as_ref().is_some_and(|applied| applied.taken_over)
    }

    /// The file that says what it is, while nobody took it over: it is changed there alone. Empty
    /// when the name of the file was not noted.
    pub fn kept_in(&self) -> Option<&str> {
        let applied = self.applied.as_ref().filter(|applied| !applied.taken_over);
        applied.map(|applied| applied.file.as_str())
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
/// With `prune`, what files once said and say no more is deleted; what was made by hand, or taken
/// over from its file, stays.
pub fn plan(stored: &[Stored], desired: &Desired, prune: bool) -> Result<Plan, Vec<Mistake>> {
    let mut before: BTreeMap<&ItemRef, &Stored> =
        stored.iter().map(|stored| (stored.resource.item(), stored)).collect();
    let wanted: BTreeMap<&ItemRef, &Declared> =
        desired.entries.iter().map(|entry| (entry.resource.item(), entry)).collect();
    let goes = |stored: &Stored| {
        prune && stored.kept_in().is_some() && !wanted.contains_key(stored.resource.item())
    };
    let (gone, rest): (Vec<&Stored>, Vec<&Stored>) = stored
        .iter()
        .filter(|stored| !wanted.contains_key(stored.resource.item()))
        .partition(|stored| goes(stored));
    check::whole(desired, &rest, &gone)?;

    let mut changes: Vec<Change> = gone.iter().map(|stored| delete(stored)).collect();
    for (item, declared) in wanted {
        changes.push(change(before.remove(item), declared));
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
        taken_over: false,
        resource: None,
        file: String::new(),
    }
}

fn change(before: Option<&Stored>, Declared { resource: after, file, .. }: &Declared) -> Change {
    let (now, then) = (before.map(|stored| document(&stored.resource)), document(after));
    let mut fields = Vec::new();
    compare(now.as_ref().unwrap_or(&Value::Null), &then, &mut fields);
    let taken_over = before.is_some_and(Stored::taken_over);
    let action = match before {
        None => Action::Create,
        Some(_) if fields.is_empty() && !taken_over => Action::Unchanged,
        Some(_) => Action::Update,
    };
    Change {
        action,
        item: after.item().clone(),
        fields,
        drift: before.is_some_and(Stored::drift),
        taken_over,
        resource: Some(after.clone()),
        file: file.to_string(),
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
