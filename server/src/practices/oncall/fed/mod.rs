//! Calendars elsewhere that say who is on call by a layer of a schedule: they are read again and
//! again, and what they say is laid into the estate.
//!
//! **Invariant:** a calendar that cannot be read changes nothing: what it said last holds, and its
//! age and the reason are shown. What is over stays as it was known. No answer, log line or journal
//! entry beside the schedule itself holds the address.

mod routes;
pub mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ::oncall::fed::{self as rules, LeftOut, People, Said, Shift};
use calendar::{ICAL_BYTES_MAX, Span, events};
use estate::{Estate, FedShift, Kind, Spec};
use futures::stream::{self, StreamExt as _};
use jiff::tz::TimeZone;
use kernel::{Actor, Fact, ItemRef, SpaceId, Time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::Fault;
use spine::journal::{self, Stamp};

use crate::access::token::hash;
use crate::app::App;
use crate::problem::Answer;
use crate::rounds::{self, Again};

pub use routes::{LayerCalendarView, routes, views};

/// How often a calendar is read.
const EVERY: Duration = Duration::from_secs(15 * 60);
/// How soon one that could not be read is read again; each failure more doubles it, up to
/// [`EVERY`].
const SOON: Duration = Duration::from_secs(60);
/// How often it is looked which are to be read.
const LOOK: Duration = Duration::from_secs(15);
/// How many are taken to be read, and how many of them at once.
const TAKEN: i64 = 32;
const AT_ONCE: usize = 8;
/// How far ahead shifts are made, and how far back they are kept.
const AHEAD: Duration = Duration::from_secs(26 * 7 * 86_400);
const BACK: Duration = Duration::from_secs(54 * 7 * 86_400);
/// Most shifts that a calendar may make.
const SHIFTS_MAX: usize = 5_000;
/// The kind of the entry that tells that a calendar says something else.
pub const CHANGED: &str = "layer_calendar.changed";

/// A layer of a schedule.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LayerRef {
    /// The schedule.
    pub schedule: ItemRef,
    /// The name of the layer.
    pub layer: String,
}

/// What a calendar said.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Kept {
    /// Its shifts; those that are over as they were known.
    pub shifts: Vec<FedShift>,
    /// What makes no shift, the first of it.
    pub left_out: Vec<LeftOut>,
    /// How much makes none.
    pub left_out_count: usize,
}

/// A calendar of a layer, as it was last read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// Whose it is.
    pub of: LayerRef,
    /// Tells one address from another.
    pub print: String,
    /// What it said.
    pub kept: Kept,
    /// When it was last read.
    pub read_at: Option<Time>,
    /// Since when it cannot be read.
    pub failing_since: Option<Time>,
    /// How often in a row it could not be.
    pub failures: i64,
    /// Why not, and what to do.
    pub failure: Option<String>,
}

/// What an entry of the journal tells.
#[derive(Clone, Debug, Deserialize)]
pub struct Told {
    layer: String,
}

/// What an entry of the journal tells, in words.
pub fn describe(told: &Told) -> String {
    format!("the calendar of layer {} says something else", told.layer)
}

/// Reads calendars, until the process stops.
pub async fn run(app: App) {
    rounds::run(app, "layer_calendars", Again::After(LOOK), async |app| round(&app).await).await;
}

async fn round(app: &App) -> Answer<()> {
    let space = SpaceId::main();
    let addresses = addresses(&app.estate.snapshot(&space).estate);
    settle(app, &space, &addresses).await?;
    loop {
        let (now, again) = (app.world.now(), app.world.now() + EVERY);
        let of = space.clone();
        let work = app.db.write::<_, Fault, _>(move |tx| {
            let of = of.clone();
            Box::pin(async move { store::take(tx, &of, (now, again), TAKEN).await })
        });
        let due = work.await?;
        if due.is_empty() {
            return Ok(());
        }
        let read = |known: Known| async { read(app, &space, known).await };
        let mut read = stream::iter(due).map(read).buffer_unordered(AT_ONCE);
        while let Some(done) = read.next().await {
            done?;
        }
    }
}

/// The address of each calendar that a layer names.
fn addresses(estate: &Estate) -> BTreeMap<LayerRef, String> {
    let schedules = estate.of_kind(Kind::Schedule);
    let named = schedules.flat_map(|resource| {
        let layers = match &resource.spec {
            Spec::Schedule(spec) => &spec.layers[..],
            _ => &[],
        };
        layers.iter().filter_map(|layer| {
            let of = LayerRef { schedule: resource.item().clone(), layer: layer.name.clone() };
            Some((of, layer.calendar.as_ref()?.url.clone()))
        })
    });
    named.collect()
}

/// Asks for those that are new or have another address, and forgets those of schedules that are
/// gone. Of a layer that is gone, the past is kept.
async fn settle(app: &App, space: &SpaceId, addresses: &BTreeMap<LayerRef, String>) -> Answer<()> {
    let known = store::all(&mut app.db.reader().await?, space).await?;
    let prints: BTreeMap<&LayerRef, &str> =
        known.iter().map(|known| (&known.of, known.print.as_str())).collect();
    let wanted: Vec<(LayerRef, String)> = addresses
        .iter()
        .map(|(of, url)| (of.clone(), hash(url)))
        .filter(|(of, print)| prints.get(of) != Some(&print.as_str()))
        .collect();
    let estate = app.estate.snapshot(space);
    let gone: BTreeSet<ItemRef> = known
        .iter()
        .map(|known| known.of.schedule.clone())
        .filter(|schedule| !estate.estate.contains(schedule))
        .collect();
    if wanted.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let (space, now) = (space.clone(), app.world.now());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        let (space, wanted, gone) = (space.clone(), wanted.clone(), gone.clone());
        Box::pin(async move {
            store::forget(tx, &space, &gone).await?;
            for (of, print) in &wanted {
                store::want(tx, &space, of, print, now).await?;
            }
            Ok(())
        })
    });
    Ok(work.await?)
}

/// Reads one calendar, and keeps what it says.
async fn read(app: &App, space: &SpaceId, known: Known) -> Answer<()> {
    let estate = app.estate.snapshot(space);
    // A layer that has none any more, or another one, is looked at in the next round.
    let url = addresses(&estate.estate).remove(&known.of);
    let Some(url) = url.filter(|url| hash(url) == known.print) else { return Ok(()) };
    match said(app, &estate.estate, &known.of, &url).await {
        Ok(said) => keep(app, space, known, &said).await,
        Err(why) => failed(app, space, known, why).await,
    }
}

/// What a calendar says.
///
/// # Errors
/// Why it cannot be read, in words.
async fn said(app: &App, estate: &Estate, of: &LayerRef, url: &str) -> Result<Said, String> {
    let text = app.calendars.read(url, ICAL_BYTES_MAX).await.map_err(|error| error.detail)?;
    let (people, zone) = (people(estate), zone(estate, of));
    let now = app.world.now();
    let window = Span::new(now.micros(), (now + AHEAD).micros());
    // A long file takes a while.
    let read = tokio::task::spawn_blocking(move || {
        events(&text).and_then(|events| rules::read(&events, &people, &zone, window))
    });
    let said = read.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    match said.shifts.len() {
        ..=SHIFTS_MAX => Ok(said),
        many => Err(format!(
            "the calendar has {many} shifts in half a year, more than {SHIFTS_MAX}: take one for \
             this layer alone"
        )),
    }
}

/// What everybody is called.
fn people(estate: &Estate) -> People {
    People::new(estate.of_kind(Kind::Person).map(|resource| {
        let mut words = vec![resource.item().name().to_owned(), resource.title().to_owned()];
        if let Spec::Person(person) = &resource.spec {
            words.push(person.email.clone());
        }
        (resource.item().clone(), words)
    }))
}

/// The zone of whole days in a calendar: that of its layer.
fn zone(estate: &Estate, of: &LayerRef) -> TimeZone {
    let Some(Spec::Schedule(spec)) = estate.get(&of.schedule).map(|found| &found.spec) else {
        return TimeZone::UTC;
    };
    let layer = spec.layers.iter().find(|layer| layer.name == of.layer);
    let own = layer.and_then(|layer| layer.time_zone.as_deref());
    TimeZone::get(own.unwrap_or(&spec.time_zone)).unwrap_or(TimeZone::UTC)
}

/// Keeps what a calendar says now, and tells it when it is something else.
async fn keep(app: &App, space: &SpaceId, known: Known, said: &Said) -> Answer<()> {
    let now = app.world.now();
    let before: Vec<Shift> = known.kept.shifts.iter().map(shift).collect();
    let oldest = now.micros().saturating_sub((now + BACK).micros_since(now));
    let shifts = rules::kept(&before, &said.shifts, now.micros(), oldest);
    let kept = Kept {
        shifts: shifts.iter().map(fed_shift).collect(),
        left_out: said.left_out.clone(),
        left_out_count: said.left_out_count,
    };
    let ahead = |shifts: &[FedShift]| -> Vec<FedShift> {
        shifts.iter().filter(|shift| shift.end > now).cloned().collect()
    };
    let changed =
        ahead(&kept.shifts) != ahead(&known.kept.shifts) || kept.left_out != known.kept.left_out;
    let (space, after) = (space.clone(), Known { kept, ..known });
    let work = app.db.write::<_, Fault, _>(move |tx| {
        let (space, after) = (space.clone(), after.clone());
        Box::pin(async move {
            if store::read(tx, &space, &after, now).await? && changed {
                let actor = Actor::system("calendar of a layer");
                let fact = Fact {
                    subject: format!("item:{}", after.of.schedule),
                    kind: CHANGED.to_owned(),
                    data: json!({ "layer": after.of.layer }).into(),
                };
                let stamp = Stamp { space: &space, at: now, actor: &actor, cause: None };
                journal::append(tx, &stamp, &[fact]).await?;
            }
            Ok(())
        })
    });
    work.await?;
    if changed {
        app.estate.reload(&app.db).await?;
    }
    Ok(())
}

async fn failed(app: &App, space: &SpaceId, known: Known, why: String) -> Answer<()> {
    tracing::warn!(schedule = %known.of.schedule, layer = known.of.layer, why,
        "the calendar of a layer was not read; what it said last holds");
    let now = app.world.now();
    let doubled = u32::try_from(known.failures).unwrap_or(u32::MAX).min(6);
    let again = now + (SOON * (1 << doubled)).min(EVERY);
    let space = space.clone();
    let work = app.db.write::<_, Fault, _>(move |tx| {
        let (space, known, why) = (space.clone(), known.clone(), why.clone());
        Box::pin(async move { store::failed(tx, &space, &known, (&why, now, again)).await })
    });
    Ok(work.await?)
}

fn shift(fed: &FedShift) -> Shift {
    let span = Span::new(fed.start.micros(), fed.end.micros());
    Shift { span, person: fed.person.clone() }
}

fn fed_shift(shift: &Shift) -> FedShift {
    FedShift {
        start: Time::from_micros(shift.span.from),
        end: Time::from_micros(shift.span.until),
        person: shift.person.clone(),
    }
}
