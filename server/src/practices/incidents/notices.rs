//! Tells people of an incident by their own ways: whoever reported it how it ends, and whoever is
//! charged with it when the time of its stage runs out.

use estate::Spec;
use incidents::{Event, Incident, News, What, news, pressing};
use kernel::{Actor, IncidentId, ItemRef, Lifecycle, SpaceId};
use spine::db::Work;
use spine::engine::{self, subject_id};
use spine::follow::Follower;
use spine::journal::Stored;
use spine::{Denied, Fault, Tx, outbox};

use super::store::INCIDENTS;
use crate::access::store::account;
use crate::app::App;
use crate::practices::oncall::note::Note;

/// The name of the follower and in metrics.
const NAME: &str = "incident_notices";

/// The follower that asks for these messages.
pub fn follower(
    app: App,
) -> Follower<
    impl for<'t> Fn(&'t mut Tx, &'t Stored) -> Work<'t, (), Denied> + Clone + Send + Sync + 'static,
> {
    let react = reaction(move |tx, stored| {
        let app = app.clone();
        Box::pin(async move { take(tx, stored, &app).await })
    });
    Follower::new(NAME, react).heeding(heeds)
}

/// Tells the compiler that a closure holds for every lifetime.
fn reaction<F>(react: F) -> F
where
    F: for<'t> Fn(&'t mut Tx, &'t Stored) -> Work<'t, (), Denied>,
{
    react
}

/// What can be news to somebody.
fn heeds(stored: &Stored) -> bool {
    let what =
        stored.entry.kind.strip_prefix(Incident::KIND).and_then(|what| what.strip_prefix('.'));
    let ends = ["resolved", "parent_ended", "merged", "cancelled", "reopened"];
    let presses = ["stage_due_soon", "stage_overdue"];
    what.is_some_and(|what| ends.contains(&what) || presses.contains(&what))
}

async fn take(tx: &mut Tx, stored: &Stored, app: &App) -> Result<(), Denied> {
    let (space, subject) = (&stored.entry.space, &stored.entry.subject);
    let Some(id) = subject_id::<Incident>(subject) else { return Ok(()) };
    let event: Event = stored
        .entry
        .data
        .read()
        .map_err(|error| Fault::corrupt(stored.entry.kind.clone(), error))?;
    let Some(found) = engine::load(tx, &INCIDENTS, space, id).await? else { return Ok(()) };
    let incident = found.record;
    let Some((person, told)) = whom(tx, space, &incident, &event).await? else { return Ok(()) };
    let snapshot = app.estate.snapshot(space);
    let person = snapshot.estate.get(&person);
    let Some(Spec::Person(person)) = person.map(|found| &found.spec) else { return Ok(()) };
    let note = Note {
        subject: told.subject,
        lines: told.lines,
        url: format!("{}/incidents/{id}", app.config.base_url()),
        link: incident.title,
        answer: None,
    };
    let messages = note.messages(app, person);
    let rows: Vec<_> = messages.iter().map(|message| (subject.as_str(), message)).collect();
    outbox::add(tx, space, &rows, app.world.now()).await?;
    Ok(())
}

/// Who is to hear of an event, and what.
async fn whom(
    tx: &mut Tx,
    space: &SpaceId,
    incident: &Incident,
    event: &Event,
) -> Result<Option<(ItemRef, News)>, Fault> {
    if let Some(told) = pressing(incident, event) {
        return Ok(incident.assignee.clone().map(|person| (person, told)));
    }
    let Some(Actor::Person(name)) = &incident.reporter else { return Ok(None) };
    let into = match &event.what {
        What::Merged { into } => number(tx, space, *into).await?,
        _ => None,
    };
    let Some(told) = news(incident, event, into) else { return Ok(None) };
    let person = account(tx, space, name).await?.and_then(|account| account.person);
    Ok(person.map(|person| (person, told)))
}

async fn number(tx: &mut Tx, space: &SpaceId, id: IncidentId) -> Result<Option<u64>, Fault> {
    Ok(engine::load(tx, &INCIDENTS, space, id).await?.map(|found| found.record.number))
}
