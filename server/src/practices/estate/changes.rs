//! Changes of the estate: plans applied as one, and single resources edited by hand.

use std::collections::HashMap;

use estate::{Action, Applied, Change, Desired, Mistake, Plan, Resource, SourceFile, Stored};
use kernel::{Actor, Fact, ItemRef, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spine::journal::{self, Stamp};
use spine::{Denied, Fault, Tx};

use super::store;
use crate::app::App;
use crate::commands::Asker;
use crate::practices::objectives::decision::{self, Decision};
use crate::problem::{Answer, Problem};

/// The entry of the journal when somebody takes a resource over from its file.
pub const TAKEN_OVER: &str = "item.taken_over";

/// The data of such an entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TakenOver {
    /// The file; empty: its name was not known.
    file: String,
    /// Why.
    reason: String,
}

/// What such an entry tells, in words.
pub fn describe(TakenOver { file, reason }: &TakenOver) -> String {
    let file = if file.is_empty() { "its file" } else { file };
    let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    format!("taken over from {file}, to be changed here{why}")
}

/// What a plan or an application came to.
pub enum Outcome {
    /// The plan, carried out or not.
    Planned(Plan),
    /// Nothing was done: these are wrong.
    Wrong(Vec<Mistake>),
}

/// Compares files with what is stored.
///
/// # Errors
/// When the database refuses.
pub async fn plan(
    app: &App,
    asker: &Asker,
    files: &[SourceFile],
    prune: bool,
) -> Result<Outcome, Fault> {
    let desired = match desired(files) {
        Ok(desired) => desired,
        Err(mistakes) => return Ok(Outcome::Wrong(mistakes)),
    };
    let mut conn = app.db.reader().await?;
    let stored = stored(store::all(&mut conn, &asker.space).await?);
    Ok(estate::plan(&stored, &desired, prune).map_or_else(Outcome::Wrong, Outcome::Planned))
}

/// Applies files in one transaction: everything or nothing. Why is kept with the targets of
/// objectives that change by it.
///
/// # Errors
/// When the database refuses.
pub async fn apply(
    app: &App,
    asker: &Asker,
    files: &[SourceFile],
    prune: bool,
    why: Decision,
) -> Result<Outcome, Fault> {
    enact(app, asker, files, Way { prune, owned: true }, why).await
}

/// How files are applied.
#[derive(Clone, Copy)]
struct Way {
    /// What files once said and say no more is deleted.
    prune: bool,
    /// What they say belongs to them from now on.
    owned: bool,
}

async fn enact(
    app: &App,
    asker: &Asker,
    files: &[SourceFile],
    way: Way,
    why: Decision,
) -> Result<Outcome, Fault> {
    let desired = match desired(files) {
        Ok(desired) => desired,
        Err(mistakes) => return Ok(Outcome::Wrong(mistakes)),
    };
    let (space, actor, now) = (asker.space.clone(), asker.actor.clone(), app.world.now());
    let outcome = app
        .db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let stored = stored(store::all(tx, &space).await?);
                let plan = match estate::plan(&stored, &desired, way.prune) {
                    Ok(plan) => plan,
                    Err(mistakes) => return Ok(Outcome::Wrong(mistakes)),
                };
                let stamp = Stamp { space: &space, at: now, actor: &actor, cause: None };
                let known: HashMap<&ItemRef, &Stored> =
                    stored.iter().map(|stored| (stored.resource.item(), stored)).collect();
                for change in &plan.changes {
                    let known = known.get(&change.item).copied();
                    carry_out(tx, &stamp, (change, way), known, &why).await?;
                }
                Ok(Outcome::Planned(plan))
            })
        })
        .await?;
    app.estate.reload(&app.db).await?;
    Ok(outcome)
}

fn stored(kept: Vec<store::Kept>) -> Vec<Stored> {
    kept.into_iter().map(|kept| kept.stored).collect()
}

/// Reads files and checks the conditions of their routes.
fn desired(files: &[SourceFile]) -> Result<Desired, Vec<Mistake>> {
    let desired = estate::read(files)?;
    let mistakes = desired.check_routes(|metadata, route| {
        let Some(item) = &route.item else {
            let compiled = alerts::Condition::compile_around(&route.when);
            return compiled.map(|_| ()).map_err(|error| ("when", error.to_string()));
        };
        let rule = alerts::MatchRule {
            name: metadata.name.clone(),
            when: route.when.clone(),
            item: item.clone(),
        };
        alerts::Matcher::compile(std::slice::from_ref(&rule)).map(|_| ()).map_err(|errors| {
            errors
                .into_iter()
                .next()
                .map_or(("when", String::new()), |error| (error.field, error.problem))
        })
    });
    if mistakes.is_empty() { Ok(desired) } else { Err(mistakes) }
}

async fn carry_out(
    tx: &mut Tx,
    stamp: &Stamp<'_>,
    (change, way): (&Change, Way),
    known: Option<&Stored>,
    why: &Decision,
) -> Result<(), Fault> {
    let wanted = change.resource.clone().map(|resource| match way.owned {
        true => said_in(resource, &change.file),
        false => Stored { resource, applied: None },
    });
    match (&change.action, &wanted) {
        (Action::Create | Action::Update, Some(wanted)) => {
            let before = known.map(|known| &known.resource);
            match before == Some(&wanted.resource) {
                true => store::adopt(tx, stamp.space, wanted).await?,
                false => store::put(tx, stamp.space, wanted, stamp.at).await?,
            }
            decision::of_change(tx, stamp, (before, &wanted.resource), why).await?;
        }
        (Action::Delete, _) => store::delete(tx, stamp.space, &change.item, stamp.at).await?,
        (Action::Unchanged, Some(wanted)) => {
            if known.is_some_and(|known| known.applied != wanted.applied) {
                store::adopt(tx, stamp.space, wanted).await?;
            }
            return Ok(());
        }
        _ => return Ok(()),
    }
    let verb = match change.action {
        Action::Create => "created",
        Action::Delete => "deleted",
        _ => "updated",
    };
    let data = json!({ "fields": change.fields, "by": "file", "file": change.file });
    note(tx, stamp, &change.item, verb, data).await
}

/// A resource as a file says it.
fn said_in(resource: Resource, file: &str) -> Stored {
    let (file, taken_over) = (file.to_owned(), false);
    let applied = Some(Applied { resource: resource.clone(), file, taken_over });
    Stored { resource, applied }
}

async fn note(
    tx: &mut Tx,
    stamp: &Stamp<'_>,
    item: &ItemRef,
    verb: &str,
    data: Value,
) -> Result<(), Fault> {
    let fact =
        Fact { subject: format!("item:{item}"), kind: format!("item.{verb}"), data: data.into() };
    journal::append(tx, stamp, &[fact]).await
}

/// Writes one resource by hand, against the version that the asker saw.
///
/// # Errors
/// 412 when it changed meanwhile, 409 when a file says what it is, 422 when it is wrong or names
/// what is not there.
pub async fn put(
    app: &App,
    asker: &Asker,
    resource: Resource,
    expected: Option<i64>,
) -> Answer<()> {
    put_because(app, asker, (resource, expected), Decision::default()).await
}

/// The same; why is kept with the target of an objective that changes by it.
///
/// # Errors
/// As for [`put`].
pub async fn put_because(
    app: &App,
    asker: &Asker,
    (resource, expected): (Resource, Option<i64>),
    why: Decision,
) -> Answer<()> {
    let (asker, now) = (asker.clone(), app.world.now());
    let result = app
        .db
        .write::<_, Denied, _>(move |tx| {
            Box::pin(async move { put_in(tx, &asker, (resource, expected), &why, now).await })
        })
        .await?;
    app.estate.reload(&app.db).await?;
    result
}

/// The same in a transaction that others share; what is wrong with the resource is the inner
/// problem, and nothing was written then. Memory is to be reloaded after the commit.
///
/// # Errors
/// When it changed meanwhile, or the database refuses.
pub async fn put_in(
    tx: &mut Tx,
    asker: &Asker,
    (resource, expected): (Resource, Option<i64>),
    why: &Decision,
    now: kernel::Time,
) -> Result<Answer<()>, Denied> {
    let space = &asker.space;
    let all = store::all(tx, space).await?;
    let item = resource.item().clone();
    let before = all.iter().find(|kept| *kept.stored.resource.item() == item);
    check_version(before, expected)?;
    let before = before.map(|kept| kept.stored.clone());
    let wanted = Desired::from_resources([resource.clone()]);
    let plan = match estate::plan(&stored(all), &wanted, false) {
        Ok(plan) => plan,
        Err(mistakes) => return Ok(Err(wrong(&mistakes))),
    };
    let change = plan.changes.iter().find(|change| change.item == item);
    let same = before.as_ref().is_some_and(|before| before.resource == resource);
    let Some(change) = change.filter(|_| !same) else {
        return Ok(Ok(()));
    };
    if let Some(file) = before.as_ref().and_then(Stored::kept_in) {
        return Ok(Err(kept_in(&item, file)));
    }
    let (before, applied) =
        before.map_or((None, None), |stored| (Some(stored.resource), stored.applied));
    let after = Stored { resource, applied };
    store::put(tx, space, &after, now).await?;
    let resource = after.resource;
    let stamp = Stamp { space, at: now, actor: &asker.actor, cause: None };
    decision::of_change(tx, &stamp, (before.as_ref(), &resource), why).await?;
    let verb = if change.action == Action::Create { "created" } else { "updated" };
    let data = json!({ "fields": change.fields, "by": "ui" });
    note(tx, &stamp, &item, verb, data).await?;
    Ok(Ok(()))
}

/// What whoever wants to change a resource is told while a file says what it is.
pub fn kept_in(item: &ItemRef, file: &str) -> Problem {
    let (place, there) = match file.is_empty() {
        true => ("files", "in its file"),
        false => (file, "there"),
    };
    let detail = format!("{item} is kept in {place}: change it {there} and apply it");
    Problem::new(axum::http::StatusCode::CONFLICT, "kept_in_file", detail).remedy(
        "where that cannot wait, take it over from the file first: then it is changed here, until \
         the file is applied again",
    )
}

/// Takes a resource over from its file: it may be changed by hand until the file is applied again.
///
/// # Errors
/// 404, 412, or 409 when no file says what it is.
pub async fn take_over(
    app: &App,
    asker: &Asker,
    item: ItemRef,
    (expected, reason): (Option<i64>, String),
) -> Answer<()> {
    let (asker, now) = (asker.clone(), app.world.now());
    app.db
        .write::<_, Denied, _>(move |tx| {
            Box::pin(async move {
                let before = store::one(tx, &asker.space, &item).await?;
                let before = before.ok_or(Denied::Missing("item"))?;
                check_version(Some(&before), expected)?;
                let mut stored = before.stored;
                let Some(applied) = stored.applied.as_mut().filter(|said| !said.taken_over) else {
                    let why = format!("{item} is not kept in a file: it is changed here");
                    return Err(Refusal::not_allowed(why).into());
                };
                applied.taken_over = true;
                let data = json!(TakenOver { file: applied.file.clone(), reason });
                store::adopt(tx, &asker.space, &stored).await?;
                let stamp =
                    Stamp { space: &asker.space, at: now, actor: &asker.actor, cause: None };
                Ok(note(tx, &stamp, &item, "taken_over", data).await?)
            })
        })
        .await?;
    Ok(app.estate.reload(&app.db).await?)
}

/// Deletes one resource by hand.
///
/// # Errors
/// 404, 412, or 409 while others name it or a file says what it is.
pub async fn delete(app: &App, asker: &Asker, item: ItemRef, expected: Option<i64>) -> Answer<()> {
    let (space, actor, now) = (asker.space.clone(), asker.actor.clone(), app.world.now());
    let estate = app.estate.snapshot(&asker.space);
    let users: Vec<String> =
        estate.estate.mentioned_by(&item).iter().map(|r| r.item().to_string()).collect();
    if !users.is_empty() {
        return Err(Problem::new(
            axum::http::StatusCode::CONFLICT,
            "in_use",
            format!("{item} is named by {}", users.join(", ")),
        )
        .remedy("take it out of these first"));
    }
    let result = app
        .db
        .write::<_, Denied, _>(move |tx| {
            Box::pin(async move {
                let before = store::one(tx, &space, &item).await?;
                let before = before.ok_or(Denied::Missing("item"))?;
                check_version(Some(&before), expected)?;
                if let Some(file) = before.stored.kept_in() {
                    return Ok(Err(kept_in(&item, file)));
                }
                store::delete(tx, &space, &item, now).await?;
                let stamp = Stamp { space: &space, at: now, actor: &actor, cause: None };
                note(tx, &stamp, &item, "deleted", json!({ "by": "ui" })).await?;
                Ok(Ok(()))
            })
        })
        .await?;
    app.estate.reload(&app.db).await?;
    result
}

fn check_version(before: Option<&store::Kept>, expected: Option<i64>) -> Result<(), Denied> {
    let actual = before.map_or(0, |kept| kept.version);
    match expected.filter(|expected| *expected != actual) {
        Some(expected) => Err(Denied::Stale { expected, actual }),
        None => Ok(()),
    }
}

/// The first mistake as a problem.
pub fn wrong(mistakes: &[Mistake]) -> Problem {
    let Some(first) = mistakes.first() else { return Problem::invalid("the estate is wrong") };
    let mut problem = Problem::new(
        axum::http::StatusCode::UNPROCESSABLE_ENTITY,
        "invalid",
        first.message.clone(),
    )
    .at(first.field.clone());
    if !first.remedy.is_empty() {
        problem = problem.remedy(first.remedy.clone());
    }
    problem
}

/// Applies the YAML files of a folder, when the space has no resources yet.
///
/// # Errors
/// When a file cannot be read or is wrong.
pub async fn seed(app: &App, folder: &std::path::Path) -> Result<(), String> {
    let space = kernel::SpaceId::main();
    let mut conn = app.db.reader().await.map_err(|fault| fault.chain())?;
    let resources = store::all(&mut conn, &space).await.map_err(|fault| fault.chain())?;
    drop(conn);
    if !resources.is_empty() {
        return Ok(());
    }
    let files = read_folder(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let asker = Asker { space, actor: Actor::system("sample") };
    // Nobody applies these files again: what they say is edited in the product.
    let way = Way { prune: false, owned: false };
    match enact(app, &asker, &files, way, Decision::default())
        .await
        .map_err(|fault| fault.chain())?
    {
        Outcome::Planned(_) => Ok(()),
        Outcome::Wrong(mistakes) => {
            let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            Err(lines.join("\n"))
        }
    }
}

/// The YAML files of a folder, in the order of their names.
fn read_folder(folder: &std::path::Path) -> std::io::Result<Vec<SourceFile>> {
    let mut paths: Vec<std::path::PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| {
        path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
    });
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path)?;
            Ok(SourceFile { name: path.display().to_string(), text })
        })
        .collect()
}
