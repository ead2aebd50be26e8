//! What every handler and background task shares.

use std::sync::Arc;

use connectors::calendars::Calendars;
use connectors::prometheus::Sources;
use kernel::{Actor, Moment, SpaceId, Time};
use spine::engine::Order;
use spine::{Db, NodeId, World};
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::backup::kept::Trouble;
use crate::config::Config;
use crate::courier::Ways;
use crate::keys::Keys;
use crate::practices::alerts::flood::Intake;
use crate::practices::alerts::hot::HotAlerts;
use crate::practices::contracts::counted::LiveCounts;
use crate::practices::contracts::facts::LiveFacts;
use crate::practices::estate::live::LiveEstate;
use crate::practices::notifications::dispatch::LiveBoard;
use crate::practices::notifications::live::LiveRouting;
use crate::practices::objectives::live::LiveObjectives;
use crate::practices::silences::live::LiveSilences;
use crate::tail::Feed;

/// The application: cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// Time and randomness.
    pub world: World,
    /// The settings it was started with.
    pub config: Arc<Config>,
    /// Keys of this installation.
    pub keys: Arc<Keys>,
    /// Accounts, sessions, tokens and keys: who is asking.
    pub access: Access,
    /// The estate as it is now, in memory.
    pub estate: LiveEstate,
    /// The alerts that are not closed, in memory.
    pub alerts: HotAlerts,
    /// The silences that are not over, in memory.
    pub silences: LiveSilences,
    /// Incidents as compliance asks about them, in memory.
    pub facts: LiveFacts,
    /// What was counted of objectives, as contracts ask about it.
    pub counts: LiveCounts,
    /// What was counted for objectives, as far as their windows need it.
    pub objectives: LiveObjectives,
    /// Asks data sources.
    pub sources: Sources,
    /// Reads calendars with people's leave.
    pub calendars: Calendars,
    /// This process among those of the same database.
    pub node: NodeId,
    /// The routing configuration in force.
    pub routing: LiveRouting,
    /// The groups of alerts that receivers are told of.
    pub board: LiveBoard,
    /// The ways to people.
    pub ways: Arc<Ways>,
    /// Where signals are handed in.
    pub intake: Intake,
    /// Where journal entries are heard as they come.
    pub feed: Feed,
    /// What went wrong with the last backup that this process wanted to make.
    pub backups: Trouble,
    /// When this process started.
    pub started_at: Time,
    /// Cancelled when the process stops.
    pub stop: CancellationToken,
    /// The numbers of `/metrics`.
    pub metrics: crate::ops::Metrics,
}

impl App {
    /// An order of `actor` in `space`, now, whatever the version.
    pub fn order(&self, space: &SpaceId, actor: Actor) -> Order {
        Order { space: space.clone(), moment: Arc::new(self.moment(actor)), expected: None }
    }

    /// A moment for one decision by `actor`.
    pub fn moment(&self, actor: Actor) -> Moment {
        self.world.moment(actor)
    }
}
