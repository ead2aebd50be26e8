//! Absences and take-overs that were entered before begin, and shifts end, while people are called.
//!
//! No entry of the journal tells that, and a page has no deadline for it: one would have to move
//! with every change of any schedule. So pages that wait are compared with who is on call, again
//! and again. It needs no memory of when it looked last, and after a stop it finds what was missed.

use std::collections::BTreeSet;
use std::time::Duration;

use ::streams::{Accounts, Context, Fact, Reaction, means_others, react};
use kernel::{Actor, IncidentId, Lifecycle, SpaceId};
use oncall::Page;
use spine::engine::{self, Order, Versioned};
use spine::{Conn, Denied, Fault};

use super::store::{self, PAGES};
use crate::access;
use crate::app::App;
use crate::practices::incidents::store::INCIDENTS;
use crate::problem::Answer;
use crate::rounds::{self, Again};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(30);

/// Lets pages follow who is on call as time passes, until the process stops.
pub async fn run(app: App) {
    rounds::run(app, "on_call_changes", Again::After(EVERY), async |app| round(&app).await).await;
}

async fn round(app: &App) -> Answer<()> {
    let space = SpaceId::main();
    let mut conn = app.db.reader().await?;
    let asked = asked(app, &mut conn, &space).await?;
    drop(conn);
    for (page, command, order) in asked {
        let done = engine::execute(&app.db, &PAGES, page, command, order).await;
        match done {
            Err(Denied::Fault(fault)) => return Err(fault.into()),
            // Somebody was first; it is looked again.
            Err(denied) => tracing::info!(%page, %denied, "a page did not follow who is on call"),
            Ok(_) => {}
        }
    }
    Ok(())
}

/// What is to be asked of which pages, as they were read.
async fn asked(
    app: &App,
    conn: &mut Conn,
    space: &SpaceId,
) -> Result<Vec<(kernel::PageId, oncall::Command, Order)>, Fault> {
    let mut found = store::of_open_incidents(conn, space).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let accounts: Accounts = access::store::persons(conn, space).await?.into_iter().collect();
    let (snapshot, now) = (app.estate.snapshot(space), app.world.now());
    found.retain(|page| means_others(&page.record, (&snapshot.estate, &accounts), now));
    let incidents: BTreeSet<IncidentId> = found.iter().map(|page| page.record.incident).collect();
    let incidents: Vec<IncidentId> = incidents.into_iter().collect();
    let incidents = engine::load_each(conn, &INCIDENTS, space, &incidents).await?;
    let incidents: Vec<_> = incidents.into_iter().map(|(_, found)| found.record).collect();
    let (pages, turns) = (records(&found), store::turns(conn, space).await?);
    let context = Context {
        estate: &snapshot.estate,
        policy: &snapshot.policy,
        routes: &snapshot.flow,
        decided: &Default::default(),
        alerts: &[],
        incidents: &incidents,
        pages: &pages,
        expected: &[],
        turns: &turns,
        accounts: &accounts,
        clocks: &[],
        silenced: &BTreeSet::new(),
    };
    let order = app.order(space, Actor::system("shifts"));
    let reactions = react(&Fact::OnCall(None), &context, &order.moment);
    let asked = reactions.into_iter().filter_map(|reaction| {
        let Reaction::Page(id, command) = reaction else { return None };
        let page = found.iter().find(|page| page.record.id == id)?;
        let leads = page.record.decide(&command, &order.moment);
        // Fresh ids for each, and only if it is still what was looked at.
        let order =
            Order { expected: Some(page.version), ..app.order(space, order.moment.actor.clone()) };
        leads.is_ok_and(|events| !events.is_empty()).then_some((id, command, order))
    });
    Ok(asked.collect())
}

fn records(found: &[Versioned<Page>]) -> Vec<Page> {
    found.iter().map(|page| page.record.clone()).collect()
}
