//! Leave that people keep in a calendar of their own: it is read again and again, and what it says
//! becomes absences like those that are entered here.
//!
//! **Invariant:** the address of a calendar is sealed in the database, and stands in no answer, log
//! line or journal entry. A calendar that cannot be read changes nothing.

mod routes;
pub mod store;
mod telling;

use std::time::Duration;

use ::oncall::hits::Told;
use ::oncall::leave::{Counts, Known, Step, away, steps};
use calendar::{ICAL_BYTES_MAX, Span, Spans, events};
use estate::{AbsenceSpec, AbsenceType, Kind, Metadata, Resource, Spec};
use futures::stream::{self, StreamExt as _};
use kernel::{Actor, Fact, ItemRef, LeaveCalendarId, ResourceId, SpaceId, Time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::journal::{self, Stamp};
use spine::{Fault, Tx};
use utoipa::ToSchema;

use super::note::zone_of;
use super::overrides::end_as;
use crate::app::App;
use crate::commands::Asker;
use crate::practices::estate::changes;
use crate::problem::{Answer, Problem};
use crate::rounds::{self, Again};

pub use routes::routes;

/// Most calendars of one person.
pub const MOST: usize = 5;
/// Most absences that one calendar may make.
const ABSENCES_MAX: usize = 200;
/// How often a calendar is read.
const EVERY: Duration = Duration::from_secs(15 * 60);
/// How often it is looked which are to be read.
const LOOK: Duration = Duration::from_secs(30);
/// How many are taken to be read.
const TAKEN: i64 = 32;
/// How many of them are read at once: a server that hangs holds up few others.
const AT_ONCE: usize = 8;
/// How far ahead absences are made.
const AHEAD: Duration = Duration::from_secs(26 * 7 * 86_400);
/// The label of an absence that names the calendar it was made of.
pub(super) const FROM: &str = "leave-calendar";
/// The label of such an absence whose person said that they were back.
pub(super) const BACK: &str = "back";

/// A calendar in which a person keeps their leave.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveCalendar)]
pub struct Calendar {
    /// The space.
    #[serde(skip)]
    pub space: SpaceId,
    /// Its id (`lvc_…`).
    pub id: LeaveCalendarId,
    /// Whose it is.
    #[serde(skip)]
    pub person: ItemRef,
    /// What the person calls it.
    pub title: String,
    /// Which of its events mean that they are away.
    pub counts: Counts,
    /// Tells two of a person apart.
    #[serde(skip)]
    pub print: String,
    /// Its address, sealed.
    #[serde(skip)]
    pub sealed: String,
    /// How many absences from now on it says there are.
    pub absences: i64,
    /// Who added it.
    #[schema(value_type = String)]
    pub made_by: Actor,
    /// When.
    pub made_at: Time,
    /// When it was last read.
    pub read_at: Option<Time>,
    /// Since when it cannot be read.
    pub failing_since: Option<Time>,
    /// Why not, and what to do.
    pub failure: Option<String>,
    /// Which shifts the person was told that it hits.
    #[serde(skip)]
    pub told: Told,
}

impl Calendar {
    /// Writes into the journal of the person what became of it.
    async fn tell(&self, tx: &mut Tx, verb: &str, actor: &Actor, at: Time) -> Result<(), Fault> {
        let fact = Fact {
            subject: format!("item:{}", self.person),
            kind: format!("leave_calendar.{verb}"),
            data: json!({ "calendar": self.title }).into(),
        };
        journal::append(tx, &Stamp { space: &self.space, at, actor, cause: None }, &[fact]).await
    }
}

/// What an entry of the journal tells, in words.
pub fn describe(kind: &str, noted: &Noted) -> String {
    let calendar = &noted.calendar;
    match kind {
        "leave_calendar.added" => format!("leave is read from the calendar {calendar}"),
        _ => format!("leave is no longer read from the calendar {calendar}"),
    }
}

/// The data of such an entry.
#[derive(Clone, Debug, Deserialize)]
pub struct Noted {
    /// What the calendar is called.
    calendar: String,
}

/// Reads calendars, until the process stops.
pub async fn run(app: App) {
    rounds::run(app, "leave_calendars", Again::After(LOOK), async |app| round(&app).await).await;
}

async fn round(app: &App) -> Answer<()> {
    loop {
        let (now, again) = (app.world.now(), app.world.now() + EVERY);
        let work = app.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::take(tx, now, again, TAKEN).await })
        });
        let due = work.await?;
        if due.is_empty() {
            return Ok(());
        }
        let read = |calendar: Calendar| async move {
            let said = said(app, &calendar).await;
            (calendar, said)
        };
        let mut read = stream::iter(due).map(read).buffer_unordered(AT_ONCE);
        while let Some((calendar, said)) = read.next().await {
            // One that cannot be followed keeps no other from being read.
            let followed = match said {
                Ok(said) => follow(app, &calendar, &said).await.map_err(|problem| problem.detail),
                Err(why) => Err(why),
            };
            if let Err(why) = followed {
                failed(app, calendar, why).await?;
            }
        }
    }
}

async fn failed(app: &App, calendar: Calendar, why: String) -> Result<(), Fault> {
    tracing::info!(person = %calendar.person, why, "a calendar with leave was not read");
    let now = app.world.now();
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::failed(tx, &calendar, &why, now).await })
    });
    work.await
}

/// When the calendar says that its person is away, from now on.
///
/// # Errors
/// Why it cannot be read, in words.
async fn said(app: &App, calendar: &Calendar) -> Result<Spans, String> {
    let address = app.keys.unseal(&calendar.sealed).map_err(|fault| fault.to_string())?;
    let address = String::from_utf8(address).map_err(|error| error.to_string())?;
    let text = app.calendars.read(&address, ICAL_BYTES_MAX).await;
    let text = text.map_err(|error| error.detail)?;
    let estate = app.estate.snapshot(&calendar.space);
    let zone = match estate.estate.get(&calendar.person).map(|found| &found.spec) {
        Some(Spec::Person(person)) => zone_of(person, "UTC"),
        _ => return Err(format!("{} is not in the estate any more", calendar.person)),
    };
    let now = app.world.now();
    let window = Span::new(now.micros(), (now + AHEAD).micros());
    let counts = calendar.counts;
    // A long file takes a while.
    let read = tokio::task::spawn_blocking(move || {
        events(&text).and_then(|events| away(&events, counts, &zone, window))
    });
    let said = read.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    match said.len() {
        ..=ABSENCES_MAX => Ok(said),
        many => Err(format!(
            "the calendar has {many} absences in half a year, more than {ABSENCES_MAX}: let only \
             marked events count"
        )),
    }
}

/// Makes absences what the calendar says, and tells their person which more shifts these hit.
async fn follow(app: &App, calendar: &Calendar, said: &Spans) -> Answer<()> {
    let now = app.world.now();
    for step in steps(&known(app, calendar), said, now) {
        make(app, calendar, step, now).await?;
    }
    let news = telling::news(app, calendar).await?;
    let (calendar, absences) = (calendar.clone(), said.len());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            store::read(tx, &calendar, absences, now).await?;
            telling::tell(tx, &calendar, &news, now).await
        })
    });
    Ok(work.await?)
}

/// The absences that were made of a calendar.
fn known(app: &App, calendar: &Calendar) -> Vec<Known> {
    let id = calendar.id.to_string();
    let estate = app.estate.snapshot(&calendar.space);
    let absences = estate.estate.of_kind(Kind::Absence);
    let of_it = absences.filter(|found| found.metadata.labels.get(FROM) == Some(&id));
    let known = |resource: &Resource| match &resource.spec {
        Spec::Absence(spec) => Some(Known {
            item: resource.item().clone(),
            start: spec.start,
            end: spec.end.unwrap_or(Time::MAX),
            back: resource.metadata.labels.contains_key(BACK),
        }),
        _ => None,
    };
    of_it.filter_map(known).collect()
}

async fn make(app: &App, calendar: &Calendar, step: Step, now: Time) -> Answer<()> {
    let asker = Asker { space: calendar.space.clone(), actor: Actor::system("leave calendar") };
    let (name, expected, start, end) = match step {
        Step::End(item) => return end_as(app, &asker, &item, now).await,
        Step::Change { item, start, end } => (item.name().to_owned(), None, start, end),
        Step::Add { start, end } => {
            let id: ResourceId = app.moment(asker.actor.clone()).id();
            (format!("{}-{id}", calendar.person.name()), Some(0), start, end)
        }
    };
    let person = estate::Ref::new(calendar.person.as_str())
        .ok_or_else(|| Problem::refused("this is no person"))?;
    let absence = AbsenceSpec { person, absence_type: AbsenceType::Leave, start, end: Some(end) };
    let labels = [(FROM.to_owned(), calendar.id.to_string())].into();
    let metadata = Metadata { name, labels, ..Metadata::default() };
    let resource = Resource::new(metadata, Spec::Absence(absence));
    let resource = resource.ok_or_else(|| Problem::refused("the name is too long"))?;
    changes::put(app, &asker, resource, expected).await
}
