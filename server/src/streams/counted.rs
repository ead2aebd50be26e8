//! The clocks of contracts: loaded for the stream, and moved by it.

use contracts::clocks::{Clocks, Command};
use kernel::{IncidentId, ItemRef};
use spine::engine::{self, Asked, Done};
use spine::journal::Stored;
use spine::{Fault, Tx};

use super::{Loaded, Shell};
use crate::practices::clocks::store;
use crate::practices::incidents::store as incident_store;

/// Whether an entry is about what was promised: a contract, or a calendar that one counts in.
pub(super) fn promises_changed(stored: &Stored) -> bool {
    let item = stored.entry.subject.strip_prefix("item:").map(str::parse::<ItemRef>);
    item.and_then(Result::ok).is_some_and(|item| {
        let kind = estate::Kind::of(&item);
        matches!(kind, Some(estate::Kind::ServiceContract | estate::Kind::Calendar))
    })
}

impl Shell<'_> {
    pub(super) async fn clocks_of(
        &self,
        tx: &mut Tx,
        incident: IncidentId,
        loaded: &mut Loaded,
    ) -> Result<(), Fault> {
        loaded.clocks.extend(store::of_incident(tx, self.space, incident).await?);
        Ok(())
    }

    /// Every incident that is open, with its clocks.
    pub(super) async fn open_incidents(
        &self,
        tx: &mut Tx,
        loaded: &mut Loaded,
    ) -> Result<(), Fault> {
        for found in incident_store::open(tx, self.space).await? {
            self.clocks_of(tx, found.record.id, loaded).await?;
            loaded.incidents.push(found.record);
        }
        Ok(())
    }

    /// Moves clocks, and writes beside their incident when the first is due.
    pub(super) async fn count(
        &self,
        tx: &mut Tx,
        id: kernel::ClocksId,
        command: &Command,
        asked: &Asked<'_>,
    ) -> Result<(), spine::Denied> {
        let opens = engine::load(tx, &store::CLOCKS, self.space, id).await?.is_none();
        let done: Done<Clocks> = if opens {
            engine::open_in(tx, &store::CLOCKS, id, command, asked).await?
        } else {
            engine::execute_in(tx, &store::CLOCKS, id, command, asked).await?
        };
        if !done.events.is_empty() {
            store::set_due(tx, self.space, &done.record).await?;
        }
        Ok(())
    }
}
