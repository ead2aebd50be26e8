//! What must hold for an estate to make sense. Each check tells what is wrong and how to mend it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kernel::ItemRef;

use crate::mistake::Wrong;
use crate::read::Declared;
use crate::spec::{CalendarSpec, EscalationHours, Spec};
use crate::suggest::did_you_mean;
use crate::{Desired, Kind, Mention, Mistake, Resource, Stored};

mod composite;
mod content;
mod policy;
mod promise;
mod rota;

/// Most mistakes that are told at once: each costs a search for what was meant.
const MISTAKES_MAX: usize = 100;

/// Checks the estate as it would be: the desired resources, those that stay besides, without
/// those that go.
pub(crate) fn whole(
    desired: &Desired,
    rest: &[&Stored],
    gone: &[&Stored],
) -> Result<(), Vec<Mistake>> {
    let wanted = desired.resources().map(|resource| resource.item());
    let known: BTreeSet<&ItemRef> =
        wanted.chain(rest.iter().map(|stored| stored.resource.item())).collect();
    let calendars = calendars(desired, rest);
    let composites = composite::composites(desired, rest);
    let mut mistakes = twice(desired);
    for declared in &desired.entries {
        let mut wrong = content::check(&declared.resource);
        let mentions = declared.resource.mentions();
        let dangling = mentions.iter().filter_map(|mention| dangling(mention, &known));
        wrong.extend(dangling.take(MISTAKES_MAX));
        wrong.extend(policy(&declared.resource, &calendars));
        wrong.extend(composite::circles(&declared.resource, &composites));
        let mut told: Vec<Mistake> =
            wrong.into_iter().map(|wrong| declared.mistake(wrong)).collect();
        told.sort_by_key(|mistake| (mistake.line, mistake.column));
        mistakes.extend(told);
        if mistakes.len() > MISTAKES_MAX {
            break;
        }
    }
    mistakes.extend(bereft(rest, gone));
    mistakes.extend(unfit(desired, rest, &calendars));
    mistakes.truncate(MISTAKES_MAX);
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

type Calendars<'a> = BTreeMap<&'a ItemRef, &'a CalendarSpec>;

/// All calendars as they would be.
fn calendars<'a>(desired: &'a Desired, rest: &[&'a Stored]) -> Calendars<'a> {
    let all = rest.iter().map(|stored| &stored.resource).chain(desired.resources());
    let calendar = |resource: &'a Resource| match &resource.spec {
        Spec::Calendar(calendar) => Some((resource.item(), calendar)),
        _ => None,
    };
    all.filter_map(calendar).collect()
}

/// How the variants of an escalation policy fit together.
fn policy(resource: &Resource, calendars: &Calendars<'_>) -> Vec<Wrong> {
    let Spec::EscalationPolicy(spec) = &resource.spec else { return Vec::new() };
    policy::together(spec, |hours| match hours {
        EscalationHours::These(these) => Some(these),
        EscalationHours::Of(calendar) => calendars.get(calendar.item()).copied(),
    })
}

/// Policies that stay, and fit no more since a calendar changes.
fn unfit(desired: &Desired, rest: &[&Stored], calendars: &Calendars<'_>) -> Vec<Mistake> {
    let changed: BTreeSet<&ItemRef> = desired.resources().map(Resource::item).collect();
    let touched = |stored: &&&Stored| {
        let resource = &stored.resource;
        matches!(resource.spec, Spec::EscalationPolicy(_))
            && resource.mentions().iter().any(|mention| changed.contains(mention.item))
    };
    let mut mistakes = Vec::new();
    for stored in rest.iter().filter(touched) {
        let item = stored.resource.item();
        for wrong in policy(&stored.resource, calendars) {
            let message = format!("{item}, which is in no file: {}", wrong.message);
            mistakes.push(Wrong { message, ..wrong }.in_file(""));
        }
    }
    mistakes
}

/// Resources that are described more than once.
fn twice(desired: &Desired) -> Vec<Mistake> {
    let mut first: BTreeMap<&ItemRef, &Declared> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for declared in &desired.entries {
        let item = declared.resource.item();
        let Some(earlier) = first.get(item) else {
            first.insert(item, declared);
            continue;
        };
        let (file, place) = (&earlier.file, earlier.place());
        let (kind, name) = (declared.resource.kind(), item.name());
        let message = format!("there is a {kind} `{name}` already, in {file}:{}", place.line);
        let wrong = Wrong::new("metadata.name", message, "remove one of the two, or rename it");
        mistakes.push(declared.mistake(wrong));
    }
    mistakes
}

/// A name of something that is not there.
fn dangling(mention: &Mention<'_>, known: &BTreeSet<&ItemRef>) -> Option<Wrong> {
    let item = mention.item;
    if known.contains(item) {
        return None;
    }
    let Some(kind) = Kind::of(item) else {
        let prefixes = Kind::ALL.map(Kind::prefix);
        let all = || format!("write one of {} before the slash", prefixes.join(", "));
        let remedy = match crate::suggest::nearest(item.kind(), prefixes) {
            Some(prefix) => format!("did you mean `{prefix}/{}`?", item.name()),
            None => all(),
        };
        return Some(Wrong::new(&mention.field, format!("no kind `{}`", item.kind()), remedy));
    };
    let other_kind = || {
        let namesake = known.iter().find(|other| other.name() == item.name());
        match namesake {
            Some(other) => format!("did you mean `{other}`?"),
            None => format!("describe the {kind} `{}`, or correct the name", item.name()),
        }
    };
    let of_kind = known.iter().filter(|other| other.kind() == item.kind());
    let remedy = did_you_mean(item.as_str(), of_kind.map(|other| other.as_str()), other_kind);
    Some(Wrong::new(&mention.field, format!("there is no `{item}`"), remedy))
}

/// Resources that stay and name one that goes.
fn bereft(rest: &[&Stored], gone: &[&Stored]) -> Vec<Mistake> {
    let gone: HashSet<&ItemRef> = gone.iter().map(|stored| stored.resource.item()).collect();
    let mut mistakes = Vec::new();
    for stored in rest {
        let item = stored.resource.item();
        for mention in stored.resource.mentions() {
            if gone.contains(mention.item) {
                let message = format!(
                    "{item}, which is in no file, names {}, which would be deleted",
                    mention.item
                );
                let remedy = format!("change {item} first, or keep {} in a file", mention.item);
                mistakes.push(Wrong::new(&mention.field, message, remedy).in_file(""));
            }
        }
    }
    mistakes
}
