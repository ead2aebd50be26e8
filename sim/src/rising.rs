//! How calling rises from step to step, and what answers it.

use std::time::Duration;

use incidents::What;
use kernel::{Actor, Time};
use oncall::{CallResult, Event, Page, Step, Why};

use crate::oracle;
use crate::world::World;

/// Steps rise, and none is called before the one before it has had its time, unless somebody asked
/// for it or nobody of that could be reached.
pub(crate) fn steps_have_their_time(page: &Page, world: &World) {
    let told = || told(page, world);
    let mut steps: Vec<Step> = Vec::new();
    let mut last: Option<(u32, u32)> = None;
    let mut not_before: Option<Time> = None;
    let mut failed = false;
    let wait = |steps: &[Step], step: u32, at: Time| {
        let seconds = steps.get(step as usize).map(|step| step.wait_seconds);
        seconds.map(|seconds| at + Duration::from_secs(seconds.into()))
    };
    for event in world.pages.history(page.id) {
        match event {
            Event::Started { start, .. } => steps.clone_from(&start.steps),
            Event::Called { at, step, round, asked_by, .. } => {
                let rises = last.is_none_or(|last| last < (*round, *step));
                assert!(rises, "called again or backwards by {event:?}: {}", told());
                let early = not_before.is_some_and(|due| *at < due) && asked_by.is_none();
                assert!(!early, "not before {not_before:?}: {event:?}: {}", told());
                last = Some((*round, *step));
                not_before = wait(&steps, *step, *at);
                failed = false;
            }
            Event::Attempted { result: CallResult::Failed, .. } => failed = true,
            Event::Hastened { at } => {
                assert!(failed, "the next step comes sooner for nothing: {}", told());
                not_before = Some(*at);
            }
            Event::Replanned { at, was, priority, steps: others, .. } => {
                others.clone_into(&mut steps);
                let sooner = last.and_then(|(_, step)| wait(&steps, step, *at));
                if priority < was {
                    not_before = not_before.map(|due| sooner.map_or(due, |sooner| due.min(sooner)));
                }
            }
            Event::RangAgain { .. } | Event::Held { .. } => not_before = None,
            _ => {}
        }
    }
}

/// A page is answered by somebody who says that they take it, or the incident; only one that rang
/// since nothing was done also by work. Whoever asked for help has not answered by that.
pub(crate) fn somebody_said_so(page: &Page, world: &World) {
    let told = || told(page, world);
    let mut rang: Option<(Time, Option<Why>)> = None;
    for event in world.pages.history(page.id) {
        match event {
            Event::RangAgain { at, why, .. } => rang = Some((*at, *why)),
            Event::Called { asked_by: Some(_), .. } => {
                let since = rang.map_or(Time::EPOCH, |(since, _)| since);
                rang = Some((since, Some(Why::Asked)));
            }
            Event::Acknowledged { at, by, .. } => {
                let since = rang.map_or(Time::EPOCH, |(since, _)| since);
                let work = matches!(rang, Some((_, Some(Why::NothingDone | Why::SnoozeOver))));
                let said = said(page, by, since, world);
                assert!(work || said, "{by} is taken to have answered at {at}: {}", told());
            }
            _ => {}
        }
    }
}

/// Whether somebody said since a time that they take a page, or its incident.
fn said(page: &Page, by: &Actor, since: Time, world: &World) -> bool {
    let direct = world.took.iter().any(|(id, who, at)| *id == page.id && who == by && *at >= since);
    let incident = world.survivor(page.incident).unwrap_or(page.incident);
    let histories = [page.incident, incident].map(|id| world.incidents.history(id));
    let by_incident = |event: &incidents::Event| match &event.what {
        What::Acknowledged { acknowledged_by, .. } => acknowledged_by == by && event.at >= since,
        _ => false,
    };
    direct || histories.into_iter().flatten().any(by_incident)
}

fn told(page: &Page, world: &World) -> String {
    let history = world.pages.history(page.id).iter();
    let line = |event| format!("\n  {} {event:?}", oncall::describe(event));
    let history: String = history.map(line).collect();
    let incident = world.incidents.get(page.incident);
    format!("{}{history}\n{}", page.id, oracle::told(incident.as_ref(), world))
}
