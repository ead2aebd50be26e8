//! A schedule before it is saved: who would be on call by it, and what would be different.

use axum::extract::State;
use calendar::Span;
use estate::{Desired, Estate, Resource, SourceFile, Spec, Stored};
use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use spine::Fault;
use utoipa::ToSchema;

use super::schedules::{
    BreachView, GapView, ShareView, TurnView, breaches_of, gap_views, rostered, shares, turn_view,
    uncovered_minutes, unknown, window_of,
};
use crate::access::Caller;
use crate::app::App;
use crate::extract::Json;
use crate::practices::estate::changes;
use crate::problem::{Answer, Problem};

/// A schedule that is not saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Unsaved {
    /// Its document, as YAML or JSON. More documents may follow, of people, calendars, overrides
    /// or absences that are not saved either: the first schedule is shown.
    text: String,
    /// The first moment; now when not said.
    #[serde(default)]
    from: Option<Time>,
    /// The first moment after it; four weeks later when not said.
    #[serde(default)]
    until: Option<Time>,
}

/// Who would be on call by a schedule that is not saved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SchedulePreview)]
pub(super) struct Trial {
    /// The schedule.
    schedule: ItemRef,
    /// What people would call it.
    title: String,
    /// The zone in which people would hand over.
    time_zone: String,
    /// Whether there is no such schedule yet.
    new: bool,
    /// The beginning of what is shown.
    from: Time,
    /// Its end.
    until: Time,
    /// Who would be on call, in order.
    turns: Vec<TurnView>,
    /// When somebody has to be on call and nobody would be.
    gaps: Vec<GapView>,
    /// What asks for somebody: contracts, a calendar, or the policies that call it.
    asked_by: Vec<ItemRef>,
    /// How much each person would have of it.
    shares: Vec<ShareView>,
    /// What would go beyond what people may be asked for.
    breaches: Vec<BreachView>,
    /// Where somebody else would be on call than now.
    differences: Vec<DifferenceView>,
    /// Minutes with nobody as it is now.
    uncovered_minutes_now: i64,
    /// Minutes with nobody as it would be.
    uncovered_minutes: i64,
}

/// A stretch of time in which somebody else would be on call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShiftDifference)]
struct DifferenceView {
    /// Its first moment.
    from: Time,
    /// The first moment after it.
    until: Time,
    /// Who has it now; nobody when `null`.
    before: Option<ItemRef>,
    /// How people call them.
    before_name: String,
    /// Who would have it; nobody when `null`.
    after: Option<ItemRef>,
    /// How people call them.
    after_name: String,
}

/// Shows what a schedule that is not saved would give: who is on call, what nobody covers, and what
/// is different from now. Nothing is changed.
#[utoipa::path(post, path = "/schedules/preview", tag = "on-call", request_body = Unsaved,
    responses((status = 200, description = "The schedule as it would be", body = Trial),
        (status = 422, description = "Mistakes, each with line, field and remedy",
            body = Problem)))]
pub(super) async fn try_out(
    State(app): State<App>,
    caller: Caller,
    Json(Unsaved { text, from, until }): Json<Unsaved>,
) -> Answer<Json<Trial>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let window = window_of(from, until, app.world.now())?;
    // A long text over a large estate takes a while.
    let work = tokio::task::spawn_blocking(move || {
        let (after, schedule) = laid_over(&snapshot.estate, text)?;
        trial(&snapshot.estate, &after, schedule, window)
    });
    let shown = work.await.map_err(|_| Fault::Other("a schedule broke off".to_owned()))??;
    Ok(Json(shown))
}

/// The estate with the documents of a text over it, and the first schedule of them.
fn laid_over(estate: &Estate, text: String) -> Answer<(Estate, ItemRef)> {
    let mistaken = |mistakes: Vec<estate::Mistake>| Problem {
        errors: mistakes.clone(),
        ..changes::wrong(&mistakes)
    };
    let file = SourceFile { name: "schedule.yaml".to_owned(), text };
    let desired: Desired = estate::read(&[file]).map_err(mistaken)?;
    let kept = |resource: &Resource| Stored { resource: resource.clone(), applied: None };
    let stored: Vec<Stored> = estate.resources().map(kept).collect();
    estate::plan(&stored, &desired, false).map_err(mistaken)?;
    let first = desired.resources().find(|found| matches!(found.spec, Spec::Schedule(_)));
    let schedule = first.map(|found| found.item().clone()).ok_or_else(|| {
        Problem::refused("there is no schedule in it").at("text").remedy("write kind: Schedule")
    })?;
    let all = estate.resources().chain(desired.resources()).cloned();
    let after = Estate::new(all)
        .with_fed(estate.fed().clone())
        .with_set_policies(estate.set_policies().clone());
    Ok((after, schedule))
}

fn trial(before: &Estate, after: &Estate, schedule: ItemRef, window: Span) -> Answer<Trial> {
    let (roster, cover) = rostered(after, &schedule, window).map_err(unknown)?;
    let now = rostered(before, &schedule, window).ok();
    let named = |person: Option<&schedule::Person>| person.map(|who| estate::person_named(who));
    let name = |person: &Option<ItemRef>| match person {
        Some(person) => after.get(person).map_or(person.name(), Resource::title).to_owned(),
        None => String::new(),
    };
    let view = |difference: &schedule::Difference| {
        let (before, after) = (named(difference.before.as_ref()), named(difference.after.as_ref()));
        DifferenceView {
            from: Time::from_micros(difference.span.from),
            until: Time::from_micros(difference.span.until),
            before_name: name(&before),
            after_name: name(&after),
            before,
            after,
        }
    };
    let differences = now.as_ref().map(|(now, _)| now.differences(&roster)).unwrap_or_default();
    let Some(Spec::Schedule(spec)) = after.get(&schedule).map(|found| &found.spec) else {
        return Err(Problem::not_found("schedule"));
    };
    Ok(Trial {
        title: after.get(&schedule).map_or(schedule.name(), Resource::title).to_owned(),
        time_zone: spec.time_zone.clone(),
        new: !before.contains(&schedule),
        from: Time::from_micros(window.from),
        until: Time::from_micros(window.until),
        turns: roster.turns().iter().map(|turn| turn_view(after, &schedule, turn)).collect(),
        gaps: gap_views(&cover),
        asked_by: cover.iter().map(|cover| cover.by.clone()).collect(),
        shares: shares(after, &schedule, &roster.by_person(), window),
        breaches: breaches_of(after, &schedule, window)?,
        differences: differences.iter().map(view).collect(),
        uncovered_minutes_now: now.map_or(0, |(_, cover)| uncovered_minutes(&cover)),
        uncovered_minutes: uncovered_minutes(&cover),
        schedule,
    })
}
