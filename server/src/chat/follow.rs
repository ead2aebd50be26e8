//! Which rooms have to hear of an entry of the journal: those of the incident it is about.

use incidents::Incident;
use kernel::{Actor, Lifecycle, Message};
use oncall::Page;
use serde_json::json;
use spine::db::Work;
use spine::engine::{self, subject_id};
use spine::follow::Follower;
use spine::journal::Stored;
use spine::{Denied, Tx, World, outbox};

use super::{CHANNEL, desk, store};
use crate::practices::estate::live::LiveEstate;
use crate::practices::incidents::store::INCIDENTS;
use crate::practices::oncall::store::PAGES;

/// The name of the follower, of the actor and in metrics.
const NAME: &str = "chat";

/// The follower that asks for messages to rooms.
pub fn follower(
    world: World,
    estate: LiveEstate,
) -> Follower<
    impl for<'t> Fn(&'t mut Tx, &'t Stored) -> Work<'t, (), Denied> + Clone + Send + Sync + 'static,
> {
    let react = reaction(move |tx, stored| {
        let (world, estate) = (world.clone(), estate.clone());
        Box::pin(async move { take(tx, stored, &world, &estate).await })
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

/// What is shown of an incident hangs on it and on whether somebody is called for it.
fn heeds(stored: &Stored) -> bool {
    let kind = stored.entry.kind.split('.').next().unwrap_or_default();
    [Incident::KIND, Page::KIND].contains(&kind)
}

async fn take(
    tx: &mut Tx,
    stored: &Stored,
    world: &World,
    estate: &LiveEstate,
) -> Result<(), Denied> {
    let space = &stored.entry.space;
    let incident = match subject_id::<Page>(&stored.entry.subject) {
        Some(page) => engine::load(tx, &PAGES, space, page).await?.map(|page| page.record.incident),
        None => subject_id::<Incident>(&stored.entry.subject),
    };
    let Some(incident) = incident else { return Ok(()) };
    let Some(found) = engine::load(tx, &INCIDENTS, space, incident).await? else { return Ok(()) };
    let mut rooms = desk::rooms(&found.record, &estate.snapshot(space).estate);
    // A room that showed it once goes on to show how it ends.
    rooms.extend(store::rooms(tx, space, incident).await?);
    rooms.sort();
    rooms.dedup();
    let moment = world.moment(Actor::system(NAME));
    for room in rooms {
        let target = format!("{}/{}", room.service, room.name);
        let subject = format!("{NAME}:{incident}/{target}");
        // The newest is enough: a message is made from the incident as it is when it leaves.
        outbox::cancel(tx, space, &subject, moment.now).await?;
        let message = Message {
            id: moment.id(),
            channel: CHANNEL.to_owned(),
            target,
            body: json!({ "incident": incident }),
        };
        outbox::add(tx, space, &[(&subject, &message)], moment.now).await?;
    }
    Ok(())
}
