//! How a shift changes hands: whether it is still somebody's is asked of the resources in the
//! transaction in which the overrides are written.

use std::time::Duration;

use calendar::{Span, Spans};
use estate::{CoverError, Estate, Metadata, Resource, ShiftOverrideSpec, Spec};
use kernel::{Actor, ItemRef, Refusal, ResourceId, SpaceId, SwapId};
use schedule::Roster;
use spine::engine::{self, Asked};
use spine::{Denied, Fault, Tx, outbox};
use swaps::{Command, Given, Offer, Swap};

use super::store::{self, SWAPS};
use super::telling;
use crate::app::App;
use crate::commands::{self, Asker};
use crate::practices::estate::{changes, live::Snapshot};
use crate::practices::objectives::decision::Decision;
use crate::problem::Answer;
use crate::rounds::{self, Again};

/// How often it is looked whether what is offered is still somebody's.
const EVERY: Duration = Duration::from_secs(60);

/// Lets offers lapse whose shifts begin, or are no longer theirs who offered them, until the
/// process stops: whoever offered one hears of it.
pub async fn run(app: App) {
    rounds::run(app, "shift_offers", Again::After(EVERY), async |app| round(&app).await).await;
}

async fn round(app: &App) -> Answer<()> {
    let space = SpaceId::main();
    let open = store::open(&mut app.db.reader().await?, &space).await?;
    let snapshot = app.estate.snapshot(&space);
    for swap in open.into_iter().map(|found| found.record) {
        let command = match theirs(&snapshot.estate, &swap.offer) {
            _ if swap.until() <= app.world.now() => Command::Tick {},
            Err(reason) => Command::Lapse { reason },
            Ok(()) => continue,
        };
        let asker = Asker { space: space.clone(), actor: Actor::system("shifts") };
        if let Err(problem) = ask(app, &asker, swap.id, command).await {
            // Somebody was first: it is over in another way.
            tracing::info!(swap = %swap.id, why = problem.detail, "an offer did not lapse");
        }
    }
    Ok(())
}

/// Whether both still have what would change hands, the whole of it. What is given may be what
/// somebody cannot do since they are away, whoever stands in for them.
///
/// # Errors
/// What somebody has no longer, in words.
pub fn theirs(estate: &Estate, offer: &Offer) -> Result<(), String> {
    let gives = &offer.gives;
    has(gives, |span| estate.roster_if_there(&offer.schedule, &gives.person, span))?;
    let wants = offer.wants.as_ref();
    wants.map_or(Ok(()), |wants| has(wants, |span| estate.roster(&offer.schedule, span)))
}

/// Whether whoever takes something has it, the whole of it, and so the other one.
fn taken_over(estate: &Estate, taken: &Offer) -> Result<(), String> {
    let mut both = std::iter::once(&taken.gives).chain(&taken.wants);
    both.try_for_each(|given| has(given, |span| estate.roster(&taken.schedule, span)))
}

fn has(
    given: &Given,
    roster: impl FnOnce(Span) -> Result<Roster, CoverError>,
) -> Result<(), String> {
    let span = Span::new(given.start.micros(), given.end.micros());
    let roster = roster(span).map_err(|error| error.to_string())?;
    let has = roster.by_person().remove(given.person.name()).unwrap_or(Spans::EMPTY);
    match Spans::one(span.from, span.until).difference(&has).is_empty() {
        true => Ok(()),
        false => {
            let who = given.person.name();
            Err(format!("{who} does not have all of {} to {}", given.start, given.end))
        }
    }
}

/// Makes an offer, and tells those whom it is for.
///
/// # Errors
/// When it makes no sense, or the shifts are not theirs.
pub async fn offer(app: &App, asker: &Asker, offer: Offer) -> Answer<SwapId> {
    let (inside, asker) = (app.clone(), asker.clone());
    let work = app.db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let moment = inside.moment(asker.actor.clone());
            let snapshot = Snapshot::afresh(tx, &asker.space).await?;
            theirs(&snapshot.estate, &offer).map_err(Refusal::invalid)?;
            let (id, asked) = (moment.id(), Asked::new(&asker.space, &moment));
            let command = Command::Offer(offer);
            let done = engine::open_in(tx, &SWAPS, id, &command, &asked).await?;
            tell(tx, &inside, &asker.space, (&snapshot.estate, &done.record)).await?;
            Ok(id)
        })
    });
    Ok(work.await?)
}

/// Asks something of an offer. When it is accepted the shifts change hands in the same
/// transaction; who is concerned is told.
///
/// # Errors
/// When it is refused, or the shifts are no longer theirs who would give them.
pub async fn ask(app: &App, asker: &Asker, id: SwapId, command: Command) -> Answer<()> {
    let asker = asker.clone();
    let work = commands::transact(app, move |tx, app| {
        let (asker, command) = (asker.clone(), command.clone());
        Box::pin(async move { ask_in(tx, &app, &asker, (id, &command)).await })
    });
    work.await?;
    Ok(app.estate.reload(&app.db).await?)
}

async fn ask_in(
    tx: &mut Tx,
    app: &App,
    asker: &Asker,
    (id, command): (SwapId, &Command),
) -> Result<(), Denied> {
    let moment = app.moment(asker.actor.clone());
    let snapshot = Snapshot::afresh(tx, &asker.space).await?;
    let asked = Asked::new(&asker.space, &moment);
    let done = engine::execute_in(tx, &SWAPS, id, command, &asked).await?;
    if done.events.is_empty() {
        return Ok(());
    }
    let offer = &done.record.offer;
    // What is in memory may have been a moment old.
    if matches!(command, Command::Lapse { .. }) && theirs(&snapshot.estate, offer).is_ok() {
        return Err(Refusal::not_allowed("it is still theirs").into());
    }
    if let Command::Accept { person, .. } = command {
        theirs(&snapshot.estate, offer).map_err(Refusal::not_allowed)?;
        for resource in changed_hands(offer, person, || moment.id())? {
            let put = (resource, Some(0));
            let put = changes::put_in(tx, asker, put, &Decision::default(), moment.now).await?;
            // What cannot be written undoes the acceptance too.
            put.map_err(|problem| Refusal::invalid(problem.detail))?;
        }
        // Somebody who is away, or has it by another override, does not get it by this.
        let after = Snapshot::afresh(tx, &asker.space).await?;
        taken_over(&after.estate, &taken(offer, person)).map_err(Refusal::not_allowed)?;
    }
    Ok(tell(tx, app, &asker.space, (&snapshot.estate, &done.record)).await?)
}

async fn tell(
    tx: &mut Tx,
    app: &App,
    space: &SpaceId,
    (estate, swap): (&Estate, &Swap),
) -> Result<(), Fault> {
    let messages = telling::messages(app, estate, swap);
    let subject = format!("swap:{}", swap.id);
    let rows: Vec<_> = messages.iter().map(|message| (subject.as_str(), message)).collect();
    outbox::add(tx, space, &rows, app.world.now()).await
}

/// What both have once the offer is accepted.
fn taken(offer: &Offer, taker: &ItemRef) -> Offer {
    let mut taken = offer.clone();
    let giver = std::mem::replace(&mut taken.gives.person, taker.clone());
    if let Some(wants) = &mut taken.wants {
        wants.person = giver;
    }
    taken
}

/// The overrides by which what was offered changes hands.
fn changed_hands(
    offer: &Offer,
    taker: &ItemRef,
    mut id: impl FnMut() -> ResourceId,
) -> Result<Vec<Resource>, Denied> {
    let giver = &offer.gives.person;
    let given = (&offer.gives, taker, giver);
    let returned = offer.wants.as_ref().map(|wants| (wants, giver, taker));
    let mut made = Vec::new();
    for (given, to, from) in std::iter::once(given).chain(returned) {
        made.push(one_override(&offer.schedule, given, (to, from), &id().to_string())?);
    }
    Ok(made)
}

fn one_override(
    schedule: &ItemRef,
    given: &Given,
    (to, from): (&ItemRef, &ItemRef),
    id: &str,
) -> Result<Resource, Denied> {
    let wrong = || Refusal::invalid("this names no person or no schedule");
    let spec = Spec::ShiftOverride(ShiftOverrideSpec {
        schedule: estate::Ref::new(schedule.as_str()).ok_or_else(wrong)?,
        start: given.start,
        end: given.end,
        person: estate::Ref::new(to.as_str()).ok_or_else(wrong)?,
        instead_of: Some(estate::Ref::new(from.as_str()).ok_or_else(wrong)?),
        reason: Some(format!("swapped with {}", from.name())),
    });
    let name = format!("{}-{id}", schedule.name());
    let metadata = Metadata { name, ..Metadata::default() };
    Resource::new(metadata, spec).ok_or_else(|| wrong().into())
}
