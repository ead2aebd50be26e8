//! Tells whoever reported an incident how it ends, by their own ways.

use estate::Spec;
use incidents::{Event, Incident, What, news};
use kernel::{Actor, IncidentId, Lifecycle, SpaceId};
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
const NAME: &str = "reporters";

/// The follower that asks for messages to reporters.
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

/// What can be news to a reporter.
fn heeds(stored: &Stored) -> bool {
    let what =
        stored.entry.kind.strip_prefix(Incident::KIND).and_then(|what| what.strip_prefix('.'));
    let news = ["resolved", "parent_ended", "merged", "cancelled", "reopened"];
    what.is_some_and(|what| news.contains(&what))
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
    let Some(Actor::Person(name)) = &incident.reporter else { return Ok(()) };
    let into = match &event.what {
        What::Merged { into } => number(tx, space, *into).await?,
        _ => None,
    };
    let Some(told) = news(&incident, &event, into) else { return Ok(()) };
    let person = account(tx, space, name).await?.and_then(|account| account.person);
    let snapshot = app.estate.snapshot(space);
    let person = person.and_then(|person| snapshot.estate.get(&person));
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

async fn number(tx: &mut Tx, space: &SpaceId, id: IncidentId) -> Result<Option<u64>, Fault> {
    Ok(engine::load(tx, &INCIDENTS, space, id).await?.map(|found| found.record.number))
}
