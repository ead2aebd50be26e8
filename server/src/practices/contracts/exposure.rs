//! Tells open incidents what contracts have at stake in them: it is a line of their priority.

use std::time::Duration;

use ::contracts::compliance::{Figures, exposure};
use contracts::clocks::{Clock, Clocks};
use estate::{Resource, Spec};
use incidents::{Command, STAKES_MAX, Stake};
use kernel::{Actor, IncidentId, SpaceId};
use spine::engine;

use super::facts::Facts;
use super::gather::{Book, Deal};
use crate::app::App;
use crate::practices::clocks::store as clock_store;
use crate::practices::incidents::store::INCIDENTS;
use crate::problem::Answer;
use crate::rounds::{self, Again};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(15);

/// Looks again and again, until the process stops.
pub async fn run(app: App) {
    let again = Again::After(EVERY);
    rounds::run(app, "contract_exposure", again, async |app| round(&app, &SpaceId::main()).await)
        .await;
}

/// Tells every open incident what is at stake in it by now, where that is something new.
///
/// # Errors
/// When the database refuses.
pub async fn round(app: &App, space: &SpaceId) -> Answer<()> {
    // What reaches beyond now is open: without it nothing can be at stake.
    let mut conn = app.db.reader().await?;
    if !app.facts.since(&mut conn, space, app.world.now()).await?.iter().any(|facts| facts.open) {
        return Ok(());
    }
    drop(conn);
    let book = Book::running(app, space, costs).await?;
    let open: Vec<&Facts> = book.facts.iter().map(AsRef::as_ref).filter(|f| f.open).collect();
    let hit = open.iter().filter(|facts| !book.deals.is_empty() || !facts.stakes.is_empty());
    let hit: Vec<&Facts> = hit.copied().collect();
    if hit.is_empty() {
        return Ok(());
    }
    let present: Vec<Option<Figures>> = book.deals.iter().map(|deal| book.stakes(deal)).collect();
    let ids: Vec<IncidentId> = hit.iter().map(|facts| facts.incident.id).collect();
    let counted = clock_store::of_incidents(&mut app.db.reader().await?, space, &ids).await?;
    for facts in hit {
        let clocks = counted.iter().find(|clocks| clocks.incident == facts.incident.id);
        let deals = book.deals.iter().zip(&present);
        let mut stakes: Vec<Stake> = deals
            .filter_map(|(deal, present)| stake(&book, facts, (deal, present.as_ref()), clocks))
            .collect();
        // Of very many, what is near counts.
        stakes.sort_by_key(|stake| !stake.at_risk);
        stakes.truncate(STAKES_MAX);
        if stakes != facts.stakes {
            tell(app, space, facts.incident.id, stakes).await?;
        }
    }
    Ok(())
}

/// Whether it costs something to miss a contract.
fn costs(resource: &Resource) -> bool {
    let Spec::ServiceContract(spec) = &resource.spec else { return false };
    spec.terms.iter().any(|terms| !terms.penalties.is_empty())
}

/// What a contract has at stake in an incident; nothing when the incident does not hit it.
fn stake(
    book: &Book,
    facts: &Facts,
    (deal, present): (&Deal, Option<&Figures>),
    clocks: Option<&Clocks>,
) -> Option<Stake> {
    let case = book.seen.cases.iter().find(|case| case.incident.id == facts.incident.id)?;
    // Without a period that runs it holds no more, or not yet.
    if present.is_none() || !case.breaks(&deal.agreement) {
        return None;
    }
    let own: Vec<&Clock> = clocks
        .iter()
        .flat_map(|clocks| &clocks.clocks)
        .filter(|clock| clock.which.contract == deal.item)
        .collect();
    let away = case.takes_away(&deal.agreement, book.now);
    let told = exposure(&deal.title, &deal.agreement, (present, away), &own, book.now)?;
    let (contract, at_risk, because) = (deal.item.clone(), told.at_risk, told.because);
    Some(Stake { contract, at_risk, because })
}

async fn tell(app: &App, space: &SpaceId, id: IncidentId, stakes: Vec<Stake>) -> Answer<()> {
    let order = app.order(space, Actor::system("contracts"));
    match engine::execute(&app.db, &INCIDENTS, id, Command::Weigh { stakes }, order).await {
        // It ended meanwhile: nothing is at stake any more.
        Err(denied) if engine::moved_on(&denied) => Ok(()),
        told => Ok(told.map(|_| ())?),
    }
}
