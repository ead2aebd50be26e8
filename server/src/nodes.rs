//! What a process had taken to do when it died is free for the others at once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kernel::Time;
use spine::nodes::{NodeId, Presence};
use spine::{Db, Fault, outbox};
use tokio::sync::Mutex;

use crate::app::App;
use crate::practices::objectives::store as objective_store;
use crate::rounds::{self, Again};

/// The name of the round.
const NAME: &str = "nodes";
/// How often a shared database is asked who lives.
const EVERY: Duration = Duration::from_secs(1);

/// The processes of a database, as this one saw them last.
pub struct Nodes {
    presence: Presence,
    /// Nobody before the first look.
    living: BTreeSet<NodeId>,
}

impl Nodes {
    /// Lets the others know of this process, and frees what nobody works on who lives.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn enter(db: &Db, own: NodeId, now: Time) -> Result<Nodes, Fault> {
        let mut nodes = Nodes { presence: Presence::of(db, own), living: BTreeSet::new() };
        nodes.look(db, now).await?;
        Ok(nodes)
    }

    async fn look(&mut self, db: &Db, now: Time) -> Result<(), Fault> {
        let living = self.presence.living().await?;
        if self.living.is_empty() || !self.living.is_subset(&living) {
            free(db, living.clone(), now).await?;
        }
        metrics::gauge!("operate_nodes").set(living.len() as f64);
        self.living = living;
        Ok(())
    }
}

/// Frees what processes took that do not live.
async fn free(db: &Db, living: BTreeSet<NodeId>, now: Time) -> Result<(), Fault> {
    db.write(move |tx| {
        Box::pin(async move {
            outbox::end_leases(tx, &living, now).await?;
            objective_store::end_leases(tx, &living).await
        })
    })
    .await
}

/// Watches the others until the process stops; alone on a database there is nobody to watch.
pub async fn run(app: App, nodes: Nodes) {
    if !app.db.shared() {
        return;
    }
    let nodes = Arc::new(Mutex::new(nodes));
    let round = |app: App| {
        let nodes = nodes.clone();
        async move { Ok(nodes.lock().await.look(&app.db, app.world.now()).await?) }
    };
    rounds::run(app, NAME, Again::After(EVERY), round).await;
}
