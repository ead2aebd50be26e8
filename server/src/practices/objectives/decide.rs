//! Once a minute: looks at every objective, decides what follows, and tells the intake what its
//! alerts have to say. What they have to say is a column beside what they say: a process that dies
//! in between says it after its restart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use budgets::{Event, State};
use kernel::{Actor, Data, Fact, SpaceId, Time};
use objectives::Stance;
use spine::journal::{self, Stamp};
use spine::{Fault, Tx};
use tokio::task::JoinHandle;

use super::evaluate::{self, Standing};
use super::store::{self, Decided, Past};
use super::{composites, lease, pull, records, signal, terms};
use crate::app::App;
use crate::problem::Problem;
use crate::rounds;

const MINUTE: i64 = 60_000_000;
/// Minutes of a day.
const DAY: i64 = 1_440;
/// So long after a minute begins it is looked at: sources have written it by then.
const OFFSET: Duration = Duration::from_secs(2);
/// Objectives are looked at then, whether all sources have answered or not.
const PULL_WITHIN: Duration = Duration::from_secs(45);
/// Names deciding among the kinds of work: no source is named so.
const DECIDING: &str = "";
/// The window that stands for a budget that is spent.
pub const SPENT: &str = "spent";

/// Asks and decides every minute until the process stops.
pub async fn run(app: App) {
    let space = SpaceId::main();
    let mut pulling = None;
    loop {
        let now = app.world.now();
        // One that is late is waited for, so that its minute is not passed over.
        finished(&app, &mut pulling, now + PULL_WITHIN).await;
        if pulling.is_none() && !app.stop.is_cancelled() {
            let (inner, space) = (app.clone(), space.clone());
            pulling = Some(tokio::spawn(async move {
                if let Err(fault) = pull::round(&inner, &space, now).await {
                    tracing::error!(error = %fault.chain(), "sources were not asked");
                }
            }));
        }
        match records::round(&app, &space, now).await {
            Ok(()) => rounds::done(records::NAME, now),
            Err(fault) => rounds::failed(records::NAME, &fault.chain()),
        }
        finished(&app, &mut pulling, now + PULL_WITHIN).await;
        match composites::round(&app, &space, now).await {
            Ok(()) => rounds::done(composites::NAME, now),
            Err(fault) => rounds::failed(composites::NAME, &fault.chain()),
        }
        if !app.stop.is_cancelled() {
            match round(&app, &space, now).await {
                Ok(()) => rounds::done("objectives", now),
                Err(problem) => rounds::failed("objectives", &problem.detail),
            }
        }
        let next = (now.micros().div_euclid(MINUTE) + 1) * MINUTE;
        tokio::select! {
            () = app.stop.cancelled() => break,
            () = app.world.clock.wait_until(Time::from_micros(next) + OFFSET) => {}
        }
    }
    if let Some(task) = pulling {
        // Its writes are done or undone as a whole.
        let _ = task.await;
    }
}

/// Waits for a task until then; it is gone once it has ended.
async fn finished(app: &App, task: &mut Option<JoinHandle<()>>, until: Time) {
    let Some(running) = task else { return };
    tokio::select! {
        // What has ended has, also when the time is over.
        biased;
        _ = running => *task = None,
        () = app.stop.cancelled() => {}
        () = app.world.clock.wait_until(until) => {}
    }
}

/// Looks at every objective and does what follows from it.
///
/// # Errors
/// When the database refuses or the intake does not take the alerts: both are tried again.
pub async fn round(app: &App, space: &SpaceId, now: Time) -> Result<(), Problem> {
    let snapshot = app.estate.snapshot(space);
    app.objectives.catch_up(&app.db, space, now).await?;
    app.objectives.keep(space, |name| terms::one(&snapshot, name).is_some());
    let mut standings: BTreeMap<String, Standing> = BTreeMap::new();
    let begun = app.world.now();
    for known in terms::all(&snapshot) {
        match evaluate::look(app, space, &snapshot, known, now).await? {
            Ok(standing) => {
                app.objectives.note(space, known.name, standing.figures.clone());
                standings.insert(known.name.to_owned(), standing);
            }
            Err(why) => tracing::warn!(objective = known.name, why, "cannot be reckoned with"),
        }
    }
    metrics::histogram!("operate_objectives_look_seconds")
        .record(app.world.now().since(begun).as_secs_f64());
    metrics::gauge!("operate_objectives").set(standings.len() as f64);
    if !lease::taken(app, space, DECIDING, now).await? {
        return Ok(());
    }
    let known: BTreeMap<String, bool> =
        terms::all(&snapshot).map(|one| (one.name.to_owned(), one.spec.alerts.ticket)).collect();
    decide(app, space, (&standings, &known), now).await?;
    remember(app, space, &standings, now).await?;
    tell(app, space, &standings, now).await
}

/// Writes what follows for each objective, with its journal entries.
async fn decide(
    app: &App,
    space: &SpaceId,
    (standings, tickets): (&BTreeMap<String, Standing>, &BTreeMap<String, bool>),
    now: Time,
) -> Result<(), Fault> {
    let mut stored: BTreeMap<String, Decided> = store::decided(&mut app.db.reader().await?, space)
        .await?
        .into_iter()
        .map(|decided| (decided.objective.clone(), decided))
        .collect();
    let names: BTreeSet<String> = standings.keys().chain(stored.keys()).cloned().collect();
    let mut changed: Vec<(Decided, Vec<Event>)> = Vec::new();
    for name in names {
        let mut decided = stored
            .remove(&name)
            .unwrap_or_else(|| Decided { objective: name.clone(), ..Decided::default() });
        let before = (decided.state.clone(), decided.firing.clone());
        let events = match standings.get(&name) {
            Some(standing) => {
                decided.state.note_calm(&standing.figures);
                decided.state.decide(&standing.figures)
            }
            // It is gone: nothing is promised any more. One that cannot be reckoned with stays.
            None if !tickets.contains_key(&name) => decided.state.end(now),
            None => Vec::new(),
        };
        events.iter().for_each(|event| decided.state.apply(event));
        let gone = !tickets.contains_key(&name);
        if gone {
            decided.state = State::default();
        }
        let tickets = tickets.get(&name).copied().unwrap_or_default();
        decided.firing = firing(&decided.state, tickets);
        if (&decided.state, &decided.firing) != (&before.0, &before.1) {
            changed.push((decided, events));
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    let (space, changed) = (space.clone(), Arc::new(changed));
    let work = app.db.write::<_, Fault, _>(move |tx| {
        let (space, changed) = (space.clone(), changed.clone());
        Box::pin(async move { write(tx, &space, &changed).await })
    });
    work.await
}

/// What the alerts of an objective have to say.
fn firing(state: &State, tickets: bool) -> String {
    let spent = tickets && state.stance == Some(Stance::Freeze);
    match (state.windows(), spent) {
        (windows, false) => windows,
        (windows, true) if windows.is_empty() => SPENT.to_owned(),
        (windows, true) => format!("{windows},{SPENT}"),
    }
}

async fn write(
    tx: &mut Tx,
    space: &SpaceId,
    changed: &[(Decided, Vec<Event>)],
) -> Result<(), Fault> {
    let actor = Actor::system("objectives");
    for (decided, events) in changed {
        store::put_state(tx, space, decided).await?;
        for event in events {
            let at = match event {
                Event::StanceChanged { at, .. }
                | Event::BurnBegan { at, .. }
                | Event::BurnOver { at, .. } => *at,
            };
            let fact = Fact {
                subject: format!("item:objective/{}", decided.objective),
                kind: format!("objective.{}", event.name()),
                data: Data::of(event).map_err(|error| Fault::corrupt("objective event", error))?,
            };
            let stamp = Stamp { space, at, actor: &actor, cause: None };
            journal::append(tx, &stamp, &[fact]).await?;
        }
    }
    Ok(())
}

/// Writes down how objectives stood when the last day ended, once.
async fn remember(
    app: &App,
    space: &SpaceId,
    standings: &BTreeMap<String, Standing>,
    now: Time,
) -> Result<(), Fault> {
    let yesterday = now.micros().div_euclid(MINUTE * DAY) - 1;
    let last = store::last_past(&mut app.db.reader().await?, space).await?;
    if standings.is_empty() || last.is_some_and(|last| last >= yesterday) {
        return Ok(());
    }
    let midnight = Time::from_micros((yesterday + 1) * DAY * MINUTE);
    // The last minutes of the day have to be settled.
    if now.since(midnight) < Duration::from_secs(300) {
        return Ok(());
    }
    let mut all = Vec::new();
    for (name, standing) in standings {
        let figures = app
            .objectives
            .with(space, name, |buckets| budgets::figures(&standing.terms, buckets, midnight));
        let Some(Ok(figures)) = figures else { continue };
        let past = Past {
            sli: figures.tally.ratio(),
            remaining: figures.remaining,
            total: figures.tally.total,
            bad: figures.budget.bad,
            unknown_share: figures.unknown_share,
        };
        all.push((name.clone(), past));
    }
    let space = space.clone();
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::put_past(tx, &space, yesterday, &all).await })
    });
    work.await
}

/// Hands the intake what alerts have to say and do not say yet.
async fn tell(
    app: &App,
    space: &SpaceId,
    standings: &BTreeMap<String, Standing>,
    now: Time,
) -> Result<(), Problem> {
    let snapshot = app.estate.snapshot(space);
    let untold = store::untold(&mut app.db.reader().await?, space).await?;
    for decided in untold {
        let known = terms::one(&snapshot, &decided.objective);
        let standing = standings.get(&decided.objective);
        let signals = signal::signals(&decided, known, standing, now);
        if !signals.is_empty() {
            app.intake.take(space.clone(), signals).await?;
        }
        let space = space.clone();
        let work = app.db.write::<_, Fault, _>(move |tx| {
            Box::pin(
                async move { store::tell(tx, &space, &decided.objective, &decided.firing).await },
            )
        });
        work.await?;
    }
    Ok(())
}
