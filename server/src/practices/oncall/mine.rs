//! What is on call means for the one who asks: for what now, when next, and what calls them.

use std::time::Duration;

use axum::extract::State;
use calendar::Span;
use estate::{Spec, Wait};
use kernel::{IncidentId, ItemRef, PageId, Priority, Time};
use oncall::{Page, Stage};
use serde::Serialize;
use utoipa::ToSchema;

use super::away::{HitShift, PersonShift, shifts_of, to_replace_now};
use super::note::ready;
use super::schedules::{AwayView, away_in};
use super::store;
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::Json;
use crate::practices::estate::live::Snapshot;
use crate::problem::Answer;

/// How far ahead shifts are shown.
const AHEAD: Duration = Duration::from_secs(8 * 7 * 86_400);

/// Being on call, for the one who asks.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct MyOnCall {
    /// Who you are in the estate; none: no account of a person, or not linked to one.
    person: Option<ItemRef>,
    /// How people call you.
    name: String,
    /// Your time zone, when you have said it.
    time_zone: Option<String>,
    /// For what you are on call now.
    now: Vec<PersonShift>,
    /// Your next shifts, in order.
    next: Vec<PersonShift>,
    /// Pages that call you and that nobody has answered.
    pages: Vec<MyPage>,
    /// When you are away, now and to come.
    away: Vec<AwayView>,
    /// Your shifts of the next half year that this hits, and who has them instead.
    to_replace: Vec<HitShift>,
    /// How many seconds before a shift you are told of it; none: you are told nothing of shifts.
    notice_before_seconds: Option<u32>,
    /// The ways by which you are told of shifts, as far as they are set up.
    notice_ways: Vec<&'static str>,
    /// Whether you may enter leave.
    may_say_away: bool,
}

/// A page that calls somebody.
#[derive(Debug, Serialize, ToSchema)]
struct MyPage {
    /// The page.
    page: PageId,
    /// The incident.
    incident: IncidentId,
    /// Its number.
    number: u64,
    /// Its title.
    title: String,
    /// Its priority.
    priority: Priority,
    /// Whether it is to lead it as a major incident.
    major: bool,
    /// Whether people are still being called.
    rings: bool,
    /// Since when.
    started_at: Time,
    /// Whether you may acknowledge it.
    may_acknowledge: bool,
    /// Who hands it over to you, while you have not accepted it.
    handed_over_by: Option<String>,
}

/// For what you are on call now, your next shifts over all schedules, the pages that call you, and
/// when you are away.
#[utoipa::path(get, path = "/my/on-call", tag = "on-call",
    responses((status = 200, description = "Being on call, for the one who asks",
        body = MyOnCall)))]
pub(super) async fn mine(State(app): State<App>, caller: Caller) -> Answer<Json<MyOnCall>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let Some((person, mut mine)) = known(&snapshot, &caller, &app) else {
        return Ok(Json(MyOnCall::default()));
    };
    let mut conn = app.db.reader().await?;
    let acts = may(&caller, Action::Respond, &[]).is_ok();
    let waiting = store::waiting_that_name(&mut conn, &caller.space, &person).await?;
    let theirs = waiting.iter().filter(|page| asked(page, &person) || calls(page, &person));
    mine.pages = theirs.map(|page| MyPage::of(page, (&person, acts))).collect();
    mine.may_say_away = acts;
    mine.to_replace = to_replace_now(&app, &caller.space, &snapshot.estate, &person).await?;
    Ok(Json(mine))
}

fn known(snapshot: &Snapshot, caller: &Caller, app: &App) -> Option<(ItemRef, MyOnCall)> {
    let estate = &snapshot.estate;
    let (person, now) = (caller.person()?, app.world.now());
    let resource = estate.get(&person)?;
    let Spec::Person(spec) = &resource.spec else { return None };
    let window = Span::new(now.micros(), (now + AHEAD).micros());
    let shifts = shifts_of(estate, &person, window);
    let (now_on, next) = shifts.into_iter().partition(|shift| shift.began(now));
    let mine = MyOnCall {
        name: resource.title().to_owned(),
        time_zone: spec.time_zone.clone(),
        now: now_on,
        next,
        away: away_in(snapshot, std::slice::from_ref(&person), (now, Time::MAX)),
        notice_before_seconds: spec.notice_before().map(Wait::seconds),
        notice_ways: ready(app, spec).into_iter().map(|(way, _)| way.channel()).collect(),
        person: Some(person.clone()),
        ..MyOnCall::default()
    };
    Some((person, mine))
}

/// Whether a page is being handed over to somebody.
fn asked(page: &Page, person: &ItemRef) -> bool {
    page.handover.as_ref().is_some_and(|over| over.to == *person)
}

/// Whether a page that nobody has answered has called somebody, or is about to.
fn calls(page: &Page, person: &ItemRef) -> bool {
    if !page.stage.unanswered() {
        return false;
    }
    page.calls.iter().any(|call| call.contact == *person)
        || page.waiting.iter().any(|call| call.to.contact == *person)
}

impl MyPage {
    fn of(page: &Page, (person, acts): (&ItemRef, bool)) -> MyPage {
        let over = page.handover.as_ref().filter(|over| over.to == *person);
        MyPage {
            page: page.id,
            incident: page.incident,
            number: page.summary.number,
            title: page.summary.title.clone(),
            priority: page.summary.priority,
            major: page.is_major(),
            rings: page.stage == Stage::Ringing,
            started_at: page.started_at,
            may_acknowledge: acts && page.stage.unanswered(),
            handed_over_by: over.map(|over| over.by.name().to_owned()),
        }
    }
}
