//! What whoever comes on call has to know: what is open, what happened in the turn that ends, what
//! is held back or planned, and what the one who goes has to say.

mod views;

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use calendar::Span;
use estate::{Estate, ScheduleSpec, Spec};
use incidents::Incident;
use kernel::{IncidentId, ItemRef, SpaceId, Time};
use oncall::Page;
use schedule::Turn;
use serde::Deserialize;
use spine::{Conn, Fault};
use utoipa::{IntoParams, ToSchema};

use super::schedules::{self, SchedulePath, turn_view};
use super::store;
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::practices::clocks::routes as clocks;
use crate::practices::{incidents::store as incident_store, silences::store as silence_store};
use crate::problem::{Answer, Problem};

pub use views::ShiftNote;
pub(super) use views::{HandOver, HandedIncident, HandedPage, HandedSilence, HandedWindow};

/// How far ahead is looked for what is planned when nobody follows.
const AHEAD: Duration = Duration::from_secs(7 * 86_400);
/// How many pages of a turn are looked through.
const PAGES_MAX: i64 = 2000;
/// Longest note, in characters.
const NOTE_CHARS_MAX: usize = 4000;
/// Most notes of one turn.
const NOTES_MAX: usize = 100;

/// Which turn.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct AtQuery {
    /// A time in the turn; now when not said. When nobody is on call then, the turn before it.
    at: Option<Time>,
}

/// A note on a turn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewNote {
    /// A time in the turn; now when not said.
    #[serde(default)]
    at: Option<Time>,
    /// What whoever comes should know.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// What is handed over at the end of a turn: open incidents, what happened, clocks at risk, what is
/// held back and planned, and notes.
#[utoipa::path(get, path = "/schedules/{name}/hand-over", tag = "on-call",
    params(SchedulePath, AtQuery),
    responses((status = 200, description = "What is handed over", body = HandOver)))]
pub(super) async fn hand_over(
    State(app): State<App>,
    caller: Caller,
    Path(SchedulePath { name }): Path<SchedulePath>,
    Query(AtQuery { at }): Query<AtQuery>,
) -> Answer<Json<HandOver>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let (item, _) = schedules::find(&snapshot.estate, &name)?;
    let now = app.world.now();
    let (turn, next) = around(&snapshot.estate, &item, at.unwrap_or(now))?;
    let mut conn = app.db.reader().await?;
    let asked = Asked { estate: &snapshot.estate, space: &caller.space, schedule: &item, now };
    let report = asked.report(&mut conn, (&turn, next.as_ref())).await?;
    let mut report = report.ok_or_else(|| Problem::not_found("schedule"))?;
    let teams: Vec<ItemRef> = report.team.iter().cloned().collect();
    report.may_note = may(&caller, Action::Respond, &teams).is_ok();
    Ok(Json(report))
}

/// Adds a note to a turn, for whoever comes.
#[utoipa::path(post, path = "/schedules/{name}/hand-over/notes", tag = "on-call",
    params(SchedulePath), request_body = NewNote,
    responses((status = 204, description = "It is kept")))]
pub(super) async fn add_note(
    State(app): State<App>,
    caller: Caller,
    Path(SchedulePath { name }): Path<SchedulePath>,
    Json(NewNote { at, text }): Json<NewNote>,
) -> Answer<StatusCode> {
    let snapshot = app.estate.snapshot(&caller.space);
    let (item, spec) = schedules::find(&snapshot.estate, &name)?;
    let teams: Vec<ItemRef> = spec.team.iter().map(|team| team.item().clone()).collect();
    may(&caller, Action::Respond, &teams)?;
    let text = text.trim().to_owned();
    if !(1..=NOTE_CHARS_MAX).contains(&text.chars().count()) {
        let what = format!("a note has 1 to {NOTE_CHARS_MAX} characters");
        return Err(Problem::refused(what).at("text"));
    }
    let now = app.world.now();
    let (turn, _) = around(&snapshot.estate, &item, at.unwrap_or(now))?;
    let whole = (Time::from_micros(turn.span.from), Time::from_micros(turn.span.until));
    // By a moment of the turn, since its bounds move when part of it is taken over.
    let moment = at.unwrap_or(now).clamp(whole.0, Time::from_micros(turn.span.until - 1));
    let space = caller.space.clone();
    let note = ShiftNote { by: caller.actor(), at: now, text };
    let id = format!("{:032x}", app.world.seed());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        let (space, item, id, note) = (space.clone(), item.clone(), id.clone(), note.clone());
        Box::pin(async move {
            let known = store::notes(tx, &space, (&item, whole)).await?;
            if known.len() < NOTES_MAX {
                store::add_note(tx, &space, (&item, moment), (&id, &note)).await?;
            }
            Ok(known.len() < NOTES_MAX)
        })
    });
    match work.await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::refused(format!("this turn has {NOTES_MAX} notes already"))),
    }
}

/// The turn of one person at a time, or the last before it, and who follows at once.
pub(super) fn around(
    estate: &Estate,
    schedule: &ItemRef,
    at: Time,
) -> Answer<(Turn, Option<Turn>)> {
    let window = Span::new((at - AHEAD).micros(), (at + AHEAD).micros());
    let turns = estate.turns(schedule, window);
    let turns = turns.map_err(|error| Problem::refused(error.to_string()))?;
    let stretches = schedule::stretches(&turns);
    let before = stretches.iter().rposition(|turn| turn.span.from <= at.micros());
    let place = before.ok_or_else(|| {
        Problem::refused(format!("nobody was on call in the week before {at}")).at("at")
    })?;
    let turn = stretches[place].clone();
    let next = stretches.get(place + 1).filter(|next| next.span.from == turn.span.until);
    Ok((turn, next.cloned()))
}

/// Of what a report is asked.
pub(super) struct Asked<'a> {
    /// The estate.
    pub(super) estate: &'a Estate,
    /// The space.
    pub(super) space: &'a SpaceId,
    /// The schedule.
    pub(super) schedule: &'a ItemRef,
    /// The time.
    pub(super) now: Time,
}

impl Asked<'_> {
    /// The report of a turn; none when there is no such schedule. Nobody may note yet.
    pub(super) async fn report(
        &self,
        conn: &mut Conn,
        (turn, next): (&Turn, Option<&Turn>),
    ) -> Result<Option<HandOver>, Fault> {
        let resource = self.estate.get(self.schedule);
        let Some(Spec::Schedule(spec)) = resource.map(|found| &found.spec) else {
            return Ok(None);
        };
        let team = spec.team.as_ref().map(|team| team.item().clone());
        let view = |turn: &Turn| turn_view(self.estate, self.schedule, turn);
        let from = Time::from_micros(turn.span.from);
        let whole = (from, Time::from_micros(turn.span.until));
        let until = whole.1.min(self.now);
        let ahead = next.map_or(self.now + AHEAD, |next| Time::from_micros(next.span.until));
        let (open, over) = self.incidents(conn, (team.as_ref(), turn), (from, until)).await?;
        let numbers: Vec<IncidentId> = open.iter().map(|incident| incident.incident).collect();
        let clocks = clocks::live(conn, self.space, self.now).await?.into_iter();
        let at_risk = clocks.filter(|clock| clock.at_risk() && numbers.contains(&clock.incident));
        Ok(Some(HandOver {
            title: resource.map_or(self.schedule.name(), |found| found.title()).to_owned(),
            time_zone: spec.time_zone.clone(),
            turn: view(turn),
            next: next.map(view),
            now: self.now,
            clocks: at_risk.collect(),
            pages: self.pages(conn, (spec, turn), (from, until)).await?,
            silences: self.silences(conn, ahead).await?,
            maintenance: self.maintenance(team.as_ref(), ahead),
            notes: store::notes(conn, self.space, (self.schedule, whole)).await?,
            schedule: self.schedule.clone(),
            may_note: false,
            team,
            open,
            over,
        }))
    }

    /// The incidents of a team, and those of others for which the schedule was called: that are
    /// open, and that came or ended in the turn and are over.
    async fn incidents(
        &self,
        conn: &mut Conn,
        (team, turn): (Option<&ItemRef>, &Turn),
        (from, until): (Time, Time),
    ) -> Result<(Vec<HandedIncident>, Vec<HandedIncident>), Fault> {
        let theirs =
            |incident: &Incident| team.is_none_or(|team| incident.team.as_ref() == Some(team));
        let pages = store::of_open_incidents(conn, self.space).await?;
        let called = pages.iter().filter(|page| self.called(&page.record, turn));
        let called: BTreeSet<IncidentId> = called.map(|page| page.record.incident).collect();
        let open = incident_store::open(conn, self.space).await?.into_iter();
        let open = open.map(|found| found.record).filter(|incident| incident.stage.is_open());
        let open = open.filter(|incident| theirs(incident) || called.contains(&incident.id));
        let came = incident_store::in_period(conn, self.space, from, until).await?.into_iter();
        let within = |at: Time| at >= from && at < until;
        let came = came.filter(|incident| {
            !incident.stage.is_open() && (within(incident.opened_at) || within(ended_at(incident)))
        });
        let mut over = Vec::new();
        for incident in came {
            let mut listed = theirs(&incident);
            if !listed {
                let pages = store::of_incident(conn, self.space, incident.id).await?;
                listed = pages.iter().any(|page| self.called(&page.record, turn));
            }
            over.extend(listed.then(|| HandedIncident::of(incident)));
        }
        Ok((open.map(HandedIncident::of).collect(), over))
    }

    /// Whether a page called the schedule, or the one whose turn it is within it.
    fn called(&self, page: &Page, turn: &Turn) -> bool {
        let person = estate::person_named(&turn.person);
        page.calls.iter().any(|call| {
            let step = page.steps.get(call.step as usize);
            step.is_some_and(|step| step.targets.contains(self.schedule))
                || call.contact == person && turn.span.contains(call.at.micros())
        })
    }

    /// The pages that called the one whose turn it is, and the others of the schedule's team.
    async fn pages(
        &self,
        conn: &mut Conn,
        (spec, turn): (&ScheduleSpec, &Turn),
        turn_time: (Time, Time),
    ) -> Result<Vec<HandedPage>, Fault> {
        let person = estate::person_named(&turn.person);
        let people = match &spec.team {
            Some(team) => self.estate.people(team.item(), self.now),
            None => Vec::new(),
        };
        let called = |page: &Page| {
            let calls = page.calls.iter().map(|call| &call.contact);
            calls.into_iter().any(|contact| *contact == person || people.contains(&contact))
        };
        let pages = store::between(conn, self.space, turn_time, PAGES_MAX).await?;
        Ok(pages.iter().filter(|page| called(page)).map(HandedPage::of).collect())
    }

    async fn silences(&self, conn: &mut Conn, ahead: Time) -> Result<Vec<HandedSilence>, Fault> {
        let silences = silence_store::between(conn, self.space, self.now, ahead).await?;
        let hold = silences.into_iter().filter(|silence| {
            silence.stage.open() && silence.window.until > self.now && silence.window.from < ahead
        });
        let view = |silence: silences::Silence| HandedSilence {
            silence: silence.id,
            matchers: silence.matchers.to_string(),
            from: silence.window.from,
            until: silence.window.until,
            comment: silence.comment,
            created_by: silence.created_by,
        };
        let mut found: Vec<HandedSilence> = hold.map(view).collect();
        found.sort_by_key(|silence| silence.from);
        Ok(found)
    }

    /// The maintenance of the team's items.
    fn maintenance(&self, team: Option<&ItemRef>, ahead: Time) -> Vec<HandedWindow> {
        let mut found = Vec::new();
        for resource in self.estate.resources() {
            let Spec::MaintenanceWindow(spec) = &resource.spec else { continue };
            let theirs = team.is_none_or(|team| {
                let covered = self.estate.covered(spec);
                covered.iter().any(|item| {
                    self.estate.operator(item).is_some_and(|operator| operator.to == *team)
                })
            });
            let windows =
                spec.windows.iter().filter(|w| w.until() > self.now && w.start < ahead && theirs);
            found.extend(windows.map(|window| HandedWindow {
                window: resource.item().clone(),
                title: resource.title().to_owned(),
                reason: spec.reason.clone(),
                from: window.start,
                until: window.until(),
            }));
        }
        found.sort_by_key(|window| window.from);
        found
    }
}

/// When an incident that is over ended; of one that was merged or called off, when it was last
/// moved.
fn ended_at(incident: &Incident) -> Time {
    let ended = incident.times.resolved.or(incident.times.closed);
    ended.map_or(incident.updated_at, |stamp| stamp.at)
}
