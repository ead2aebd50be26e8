//! HTTP faces of what is changed by hand: a stretch of time that somebody takes over.

use axum::extract::State;
use axum::http::StatusCode;
use estate::{AbsenceSpec, Estate, Metadata, Resource, ShiftOverrideSpec, Spec};
use kernel::{ItemRef, Refusal, ResourceId, Time};
use serde::{Deserialize, Deserializer, Serialize};
use spine::Denied;
use utoipa::{IntoParams, ToSchema};

use super::note::{shown, zone_of};
use super::schedules::{self, SchedulePath, ScheduleView, WindowQuery, find};
use super::{leave, mandate};
use crate::access::Caller;
use crate::app::App;
use crate::commands::Asker;
use crate::extract::{Json, Path, Query};
use crate::practices::estate::{changes, live::Snapshot, store};
use crate::practices::objectives::decision::Decision;
use crate::problem::{Answer, Problem};

/// A stretch of time to be taken over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Takeover {
    /// Its first moment; `start`, as files say it, means the same.
    #[serde(alias = "start")]
    from: Time,
    /// The first moment after it; `end`, as files say it, means the same.
    #[serde(alias = "end")]
    until: Time,
    /// Who takes it: `person/ada`, or the name alone as in files.
    #[serde(deserialize_with = "named")]
    person: ItemRef,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// A person with or without the kind before the name.
fn named<'de, D: Deserializer<'de>>(from: D) -> Result<ItemRef, D::Error> {
    let text = String::deserialize(from)?;
    let whole = if text.contains('/') { text } else { format!("person/{text}") };
    whole.parse().map_err(serde::de::Error::custom)
}

/// A stretch of time that somebody took over.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OverrideView {
    /// The override.
    item: ItemRef,
    /// Its first moment.
    from: Time,
    /// The first moment after it.
    until: Time,
    /// Who took it.
    person: ItemRef,
    /// Why.
    reason: String,
    /// The file that says so: it is changed there. `null` when it was made here.
    kept_in: Option<String>,
    /// Whether you may take it back.
    may_take_back: bool,
}

/// An override of a schedule.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OverridePath {
    /// The name of the schedule in the estate.
    name: String,
    /// The name of the override in the estate.
    made: String,
}

/// Lets somebody take over a stretch of time. It is kept as a resource of its own, so that it stays
/// when files that describe the schedule are applied. For members of the schedule's team, and for
/// whoever takes turns in it and takes the stretch themselves.
#[utoipa::path(post, path = "/schedules/{name}/overrides", tag = "on-call",
    params(SchedulePath), request_body = Takeover,
    responses((status = 200, description = "The schedule in that time", body = ScheduleView)))]
pub(super) async fn take_over(
    State(app): State<App>,
    caller: Caller,
    Path(SchedulePath { name }): Path<SchedulePath>,
    Json(asked): Json<Takeover>,
) -> Answer<Json<ScheduleView>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let (item, _) = find(&snapshot.estate, &name)?;
    mandate::of_shift(&caller, &snapshot.estate, (&item, &asked.person))?;
    let person = estate::Ref::new(asked.person.as_str())
        .ok_or_else(|| Problem::refused("this is no person").at("person"))?;
    if asked.until.since(asked.from) > schedules::SHOWN_MAX {
        return Err(Problem::refused("a stretch is a year at most").at("until"));
    }
    if asked.until <= app.world.now() {
        let why = "this is over: who was on call then stays as it was";
        return Err(Problem::refused(why).at("until").remedy("take over a time that is to come"));
    }
    let takeover = ShiftOverrideSpec {
        schedule: estate::Ref::new(item.as_str())
            .ok_or_else(|| Problem::refused("this is no schedule"))?,
        start: asked.from,
        end: asked.until,
        person,
        instead_of: None,
        reason: Some(asked.reason).filter(|reason| !reason.is_empty()),
    };
    let made = takeover.clone();
    let resource = resource(&app, &caller, &item, Spec::ShiftOverride(takeover))?;
    put_unless_away(&app, caller.asker(), resource, &made).await?;
    let query = WindowQuery { from: Some(asked.from), until: Some(asked.until) };
    schedules::one(State(app), caller, Path(SchedulePath { name }), Query(query)).await
}

/// Writes what somebody takes over. Who is away in that time would not have it by this: whether
/// they are is asked in the same transaction.
async fn put_unless_away(
    app: &App,
    asker: Asker,
    resource: Resource,
    made: &ShiftOverrideSpec,
) -> Answer<()> {
    let (made, now) = (made.clone(), app.world.now());
    let work = app.db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let put = (resource, Some(0));
            let put = changes::put_in(tx, &asker, put, &Decision::default(), now).await?;
            if put.is_err() {
                return Ok(put);
            }
            let kept = store::all(tx, &asker.space).await?.into_iter();
            let after = Snapshot::of(kept.map(|kept| kept.stored.resource));
            still_away(&after.estate, &made)
                .map_or(Ok(put), |why| Err(Refusal::invalid(why).into()))
        })
    });
    work.await??;
    Ok(app.estate.reload(&app.db).await?)
}

/// Why somebody would not have what they take over; `None` when they have it.
fn still_away(estate: &Estate, made: &ShiftOverrideSpec) -> Option<String> {
    let person = made.person.item();
    let mut absences: Vec<&AbsenceSpec> = estate
        .absences()
        .filter(|absence| absence.person.item() == person && absence.start < made.end)
        .filter(|absence| absence.end.is_none_or(|end| end > made.start))
        .collect();
    absences.sort_by_key(|absence| absence.start);
    let first = absences.first()?;
    let found = estate.get(person);
    let zone = match found.map(|found| &found.spec) {
        Some(Spec::Person(spec)) => zone_of(spec, "UTC"),
        _ => jiff::tz::TimeZone::UTC,
    };
    let when = |at: Time| shown(at.micros(), &zone);
    let until = first.end.map_or("nobody knows when".to_owned(), when);
    Some(format!(
        "{} is away from {} until {until} and would not be called then; take a time in which they \
         are there, or end the absence first",
        person.name(),
        when(first.start)
    ))
}

/// Takes back what somebody took over: whoever has it by the schedule has it again, from now on or
/// from its beginning.
#[utoipa::path(delete, path = "/schedules/{name}/overrides/{made}", tag = "on-call",
    params(OverridePath),
    responses((status = 204, description = "It goes by the schedule again")))]
pub(super) async fn take_back(
    State(app): State<App>,
    caller: Caller,
    Path(OverridePath { name, made }): Path<OverridePath>,
) -> Answer<StatusCode> {
    let snapshot = app.estate.snapshot(&caller.space);
    let (schedule, _) = find(&snapshot.estate, &name)?;
    let found = snapshot.estate.overrides(&schedule).find(|(item, _)| item.name() == made);
    match &found {
        Some((_, takeover)) => {
            let shift = (&schedule, takeover.person.item());
            mandate::of_shift(&caller, &snapshot.estate, shift)?;
        }
        None => {
            let teams = mandate::of_item(&snapshot.estate, &schedule);
            mandate::of_teams(&caller, &snapshot.estate, &teams)?;
        }
    }
    let (item, _) = found.ok_or_else(|| Problem::not_found("override"))?;
    end(&app, &caller, item, app.world.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A resource that a form made, with a name of its own after what it is of.
pub(super) fn resource(app: &App, caller: &Caller, of: &ItemRef, spec: Spec) -> Answer<Resource> {
    let id: ResourceId = app.moment(caller.actor()).id();
    let metadata = Metadata { name: format!("{}-{id}", of.name()), ..Metadata::default() };
    Resource::new(metadata, spec).ok_or_else(|| Problem::refused("the name is too long").at("name"))
}

/// Ends an override or an absence, as [`end_as`], by hand: who is back stays back, whatever the
/// calendar says that the absence was made of.
pub(super) async fn end(app: &App, caller: &Caller, item: &ItemRef, at: Time) -> Answer<()> {
    end_marked(app, &caller.asker(), item, at, Some(leave::BACK)).await
}

/// Ends an override or an absence: what is to come is deleted and what runs ends. What is over
/// stays as it was, for it says who was on call.
pub(super) async fn end_as(app: &App, asker: &Asker, item: &ItemRef, at: Time) -> Answer<()> {
    end_marked(app, asker, item, at, None).await
}

async fn end_marked(
    app: &App,
    asker: &Asker,
    item: &ItemRef,
    at: Time,
    mark: Option<&str>,
) -> Answer<()> {
    let mut conn = app.db.reader().await?;
    let kept = store::one(&mut conn, &asker.space, item).await?;
    drop(conn);
    let kept = kept.ok_or_else(|| Problem::not_found("item"))?;
    let (version, mut resource) = (Some(kept.version), kept.stored.resource);
    let (start, until) = match &resource.spec {
        Spec::Absence(spec) => (spec.start, spec.end),
        Spec::ShiftOverride(spec) => (spec.start, Some(spec.end)),
        _ => return Err(Problem::not_found("item")),
    };
    if let Some(until) = until.filter(|until| *until <= at) {
        return Err(Problem::refused(format!("this was over at {until}")));
    }
    if start >= at {
        return changes::delete(app, asker, item.clone(), version).await;
    }
    match &mut resource.spec {
        Spec::Absence(spec) => spec.end = Some(at),
        Spec::ShiftOverride(spec) => spec.end = at,
        _ => {}
    }
    let labels = &mut resource.metadata.labels;
    if let Some(mark) = mark.filter(|_| labels.contains_key(leave::FROM)) {
        labels.insert(mark.to_owned(), "said".to_owned());
    }
    changes::put(app, asker, resource, version).await
}

/// What was changed by hand in some time.
pub(super) fn between(
    snapshot: &Snapshot,
    caller: &Caller,
    schedule: &ItemRef,
    (from, until): (Time, Time),
) -> Vec<OverrideView> {
    let estate = &snapshot.estate;
    let made = estate.overrides(schedule);
    let here = made.filter(|(_, made)| made.start < until && made.end > from);
    let view = |(item, made): (&ItemRef, &ShiftOverrideSpec)| OverrideView {
        item: item.clone(),
        from: made.start,
        until: made.end,
        person: made.person.item().clone(),
        reason: made.reason.clone().unwrap_or_default(),
        kept_in: snapshot.kept_in(item).map(str::to_owned),
        may_take_back: snapshot.kept_in(item).is_none()
            && mandate::of_shift(caller, estate, (schedule, made.person.item())).is_ok(),
    };
    here.map(view).collect()
}
