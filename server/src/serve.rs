//! Starting and stopping: everything is wired here, in the order in which it needs each other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use connectors::calendars::Calendars;
use connectors::prometheus::Sources;
use connectors::webhook::Allowed;
use kernel::{SpaceId, Time};
use spine::clockwork::{self, Hand};
use spine::{Db, Fault, NodeId, World, journal, seal};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use axum::extract::FromRef;

use crate::access::{self, Access, Gate};
use crate::app::App;
use crate::backup::kept;
use crate::config::Config;
use crate::courier::{Courier, Ways};
use crate::keys::Keys;
use crate::listen::Serving;
use crate::nodes::Nodes;
use crate::ops::Metrics;
use crate::practices::alerts::flood::Batcher;
use crate::practices::alerts::history::keeper;
use crate::practices::alerts::history::writer::Historian;
use crate::practices::alerts::hot::HotAlerts;
use crate::practices::clocks::alarms;
use crate::practices::clocks::store::ContractClocks;
use crate::practices::contracts::counted::LiveCounts;
use crate::practices::contracts::facts::LiveFacts;
use crate::practices::contracts::{allowance, exposure, mails, presence};
use crate::practices::estate::live::LiveEstate;
use crate::practices::heartbeats::pings;
use crate::practices::heartbeats::store::Heartbeats;
use crate::practices::incidents::expected::store::ExpectedAlerts;
use crate::practices::incidents::notices as incident_notices;
use crate::practices::incidents::store::Incidents;
use crate::practices::notifications::dispatch::{self, Dispatcher, LiveBoard};
use crate::practices::notifications::live::LiveRouting;
use crate::practices::objectives::live::LiveObjectives;
use crate::practices::objectives::{decide, keep};
use crate::practices::oncall::store::Pages;
use crate::practices::oncall::{answers, by_time, fed, gaps, leave, notices};
use crate::practices::silences::live::LiveSilences;
use crate::practices::silences::store::Silences;
use crate::practices::swaps::hands;
use crate::sole::Sole;
use crate::tail::{Feed, Tail};
use crate::tls::Privacy;
use crate::{MIGRATIONS, chat, commands, listen, nodes, router, selfwatch, streams};

/// How long running requests may take to end when the process stops.
const GRACE: Duration = Duration::from_secs(10);
/// How often the journal is sealed.
const SEAL_EVERY: Duration = Duration::from_secs(5);
/// How long answers are kept for repeated requests.
const IDEMPOTENCY_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database or the keys.
    #[error("{}", .0.chain())]
    Fault(#[from] Fault),
    /// A setting cannot be used.
    #[error("{0}")]
    Setting(String),
}

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The application, for whoever runs it in the same process.
    pub app: App,
    /// The code that makes the first administrator, while there is none.
    pub setup_code: Option<String>,
    stop: CancellationToken,
    http: JoinHandle<()>,
    tasks: Vec<JoinHandle<()>>,
    /// Dropped last: the database is closed before another process may have it.
    _sole: Option<Sole>,
}

/// Starts the server.
///
/// # Errors
/// When it cannot listen, open its database, or use a setting.
pub async fn start(config: Config, world: World) -> Result<Running, StartError> {
    let metrics = Metrics::of_process();
    let privacy = config.tls.is_on().then(|| Privacy::open(config.tls.clone()));
    let privacy = privacy.transpose().map_err(StartError::Setting)?;
    let (listeners, address) = open_all(&config).await?;
    let config = Arc::new(Config { listen: address, ..config });
    let sole = Sole::take(&config.database_url()).map_err(StartError::Setting)?;
    let db = Db::open(&config.database_url(), MIGRATIONS).await?;
    let node = NodeId::fresh(&world);
    let nodes = Nodes::enter(&db, node, world.now()).await?;
    let keys = Arc::new(Keys::open(&config.key_path(), &db, &world).await?);
    let estate = LiveEstate::load(&db).await?;
    // First where the journal ends, then memory: what comes in between is read twice, not missed.
    let position = journal::end(&mut db.reader().await?).await?;
    let hot = HotAlerts::load(&db).await?;
    let silences = LiveSilences::load(&db).await?;
    let stop = CancellationToken::new();
    let resolve = config.intake.resolve_timeout_seconds;
    let routing = LiveRouting::open(&config.routing, world.now()).map_err(StartError::Setting)?;
    routing.follow(&db, &keys).await?;
    let batcher = Batcher {
        db: db.clone(),
        world: world.clone(),
        hot: hot.clone(),
        estate: estate.clone(),
        policy: alerts::Policy {
            resolve_timeout_seconds: u32::try_from(resolve).unwrap_or(u32::MAX),
        },
        routing: routing.clone(),
    };
    let sources = sources(&config).map_err(StartError::Setting)?;
    let calendars = calendars(&config).map_err(StartError::Setting)?;
    let ways = Ways::open((db.clone(), world.clone()), estate.clone(), &config, &keys);
    let ways = Arc::new(ways.map_err(StartError::Setting)?);
    let courier = Courier::new((db.clone(), world.clone()), node, ways.clone());
    let courier = courier.carrying(routing.clone());
    let (intake, intake_task) = batcher.start(stop.clone());
    let app = App {
        started_at: world.now(),
        node,
        access: Access::new(&config, &world),
        db,
        world,
        config,
        keys,
        estate,
        alerts: hot,
        silences,
        facts: LiveFacts::default(),
        counts: LiveCounts::default(),
        objectives: LiveObjectives::default(),
        sources,
        calendars,
        routing,
        board: LiveBoard::default(),
        ways,
        intake,
        feed: Feed::default(),
        backups: kept::Trouble::default(),
        stop: stop.clone(),
        metrics,
    };
    let setup_code = access::session::setup_code(&Gate::from_ref(&app)).await?;
    let mut tasks = vec![intake_task];
    tasks.extend(background(&app, courier, position));
    tasks.push(tokio::spawn(nodes::run(app.clone(), nodes)));
    let http = answer(&app, listeners, privacy);
    Ok(Running { address, app, setup_code, stop, http, tasks, _sole: sole })
}

/// Answers on every listener until the process stops.
fn answer(app: &App, listeners: Vec<TcpListener>, privacy: Option<Privacy>) -> JoinHandle<()> {
    let router = router::router(app.clone());
    let privacy = privacy.map(Arc::new);
    let serving = Serving { router, privacy, head_timeout: listen::HEAD_TIMEOUT };
    let serving = listeners.into_iter().map(|listener| {
        listen::serve(listener, serving.clone(), app.world.clock.clone(), app.stop.clone())
    });
    let serving = futures::future::join_all(serving);
    tokio::spawn(async { drop(serving.await) })
}

/// Every address to listen on, and the first as it came to be.
async fn open_all(config: &Config) -> Result<(Vec<TcpListener>, SocketAddr), StartError> {
    let (listener, address) = open(config.listen).await?;
    let mut listeners = vec![listener];
    for also in &config.listen_also {
        listeners.push(open(*also).await?.0);
    }
    Ok((listeners, address))
}

async fn open(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let wrong = |source| StartError::Listen { address, source };
    let listener = listen::open(address).await.map_err(wrong)?;
    let own = listener.local_addr().map_err(wrong)?;
    Ok((listener, own))
}

/// Who asks data sources.
fn sources(config: &Config) -> Result<Sources, String> {
    Sources::open(config.objectives.allowed()?).map_err(|error| error.to_string())
}

/// Who reads calendars with leave: where webhooks may go, they may be.
fn calendars(config: &Config) -> Result<Calendars, String> {
    let allowed = Allowed::parse(&config.webhook.allow).map_err(|error| error.to_string())?;
    Calendars::open(allowed).map_err(|error| error.to_string())
}

/// The loops that run beside the requests. Each survives its own errors.
fn background(app: &App, courier: Courier, position: journal::Position) -> Vec<JoinHandle<()>> {
    let stop = &app.stop;
    let tail = Tail {
        db: app.db.clone(),
        world: app.world.clone(),
        hot: app.alerts.clone(),
        silences: app.silences.clone(),
        estate: app.estate.clone(),
        routing: app.routing.clone(),
        keys: app.keys.clone(),
        feed: app.feed.clone(),
        heard: watch::Sender::new(position),
    };
    let memory = tail.heard.subscribe();
    let stream = streams::detect_to_restore(
        app.world.clone(),
        app.estate.clone(),
        app.alerts.clone(),
        app.silences.clone(),
    )
    .behind(memory.clone());
    let rooms = chat::follow::follower(app.world.clone(), app.estate.clone());
    let rooms = rooms.behind(memory.clone());
    let incident_notices = incident_notices::follower(app.clone()).behind(memory);
    let historian =
        Historian { db: app.db.clone(), world: app.world.clone(), estate: app.estate.clone() };
    let estate = app.estate.clone();
    let hands = vec![
        Hand::of::<Incidents>(),
        Hand::waking::<Pages>(Arc::new(move |space, page, now| {
            ::streams::page_tick(page, &estate.snapshot(space).estate, now)
        })),
        Hand::of::<Heartbeats>(),
        Hand::of::<ExpectedAlerts>(),
        Hand::of::<ContractClocks>(),
        Hand::of::<Silences>(),
    ];
    vec![
        tokio::spawn(tail.run(stop.clone())),
        tokio::spawn(stream.run(app.db.clone(), app.world.clock.clone(), stop.clone())),
        tokio::spawn(rooms.run(app.db.clone(), app.world.clock.clone(), stop.clone())),
        tokio::spawn(incident_notices.run(app.db.clone(), app.world.clock.clone(), stop.clone())),
        tokio::spawn(clockwork::run(app.db.clone(), app.world.clone(), hands, stop.clone())),
        tokio::spawn(courier.run(stop.clone())),
        tokio::spawn(historian.run(stop.clone())),
        tokio::spawn(keeper::run(app.clone())),
        tokio::spawn(housekeeping(app.clone())),
        tokio::spawn(pings::run(app.clone())),
        tokio::spawn(alarms::run(app.clone())),
        tokio::spawn(selfwatch::run(app.clone())),
        tokio::spawn(presence::run(app.clone())),
        tokio::spawn(mails::run(app.clone())),
        tokio::spawn(exposure::run(app.clone())),
        tokio::spawn(allowance::run(app.clone())),
        tokio::spawn(notices::run(app.clone())),
        tokio::spawn(by_time::run(app.clone())),
        tokio::spawn(gaps::run(app.clone())),
        tokio::spawn(leave::run(app.clone())),
        tokio::spawn(fed::run(app.clone())),
        tokio::spawn(answers::poll::run(app.clone())),
        tokio::spawn(hands::run(app.clone())),
        tokio::spawn(dispatching(app.clone())),
        tokio::spawn(decide::run(app.clone())),
        tokio::spawn(keep::run(app.clone())),
        tokio::spawn(kept::run(app.clone())),
    ]
}

/// Tells receivers as soon as there is a routing: without one nobody is told, and nothing need be
/// heard.
async fn dispatching(app: App) {
    let mut changes = app.routing.changes();
    while !app.routing.configured() {
        tokio::select! {
            () = app.stop.cancelled() => return,
            told = changes.changed() => if told.is_err() { return },
        }
    }
    let dispatcher = Dispatcher {
        db: app.db.clone(),
        world: app.world.clone(),
        space: SpaceId::main(),
        hot: app.alerts.clone(),
        silences: app.silences.clone(),
        estate: app.estate.clone(),
        routing: app.routing.clone(),
        board: app.board.clone(),
        changes: app.alerts.listen(&SpaceId::main()),
    };
    dispatcher.run(app.stop.clone()).await;
}

/// Seals the journal and forgets what need not be kept.
async fn housekeeping(app: App) {
    let mut forget_at = app.world.now();
    loop {
        let now = app.world.now();
        if let Err(fault) = seal::seal_all(&app.db, now).await {
            tracing::error!(error = %fault.chain(), "the journal was not sealed");
        }
        if now >= forget_at {
            forget_at = now + Duration::from_secs(3600);
            if let Err(fault) = forget(&app, now).await {
                tracing::error!(error = %fault.chain(), "old answers were not forgotten");
            }
        }
        app.metrics.upkeep();
        give_back();
        tokio::select! {
            () = app.stop.cancelled() => break,
            () = app.world.clock.wait(SEAL_EVERY) => {}
        }
    }
    if let Err(fault) = seal::seal_all(&app.db, app.world.now()).await {
        tracing::error!(error = %fault.chain(), "the end of the journal was not sealed");
    }
}

/// What was freed goes back to the system when a thread ends: the allocator looks then, while a
/// process that rests after a flood, or after its start, would keep all of it.
fn give_back() {
    // Without a thread more, memory is given back later.
    drop(std::thread::Builder::new().name("give-back".to_owned()).spawn(|| ()));
}

async fn forget(app: &App, now: Time) -> Result<(), Fault> {
    let before = now - IDEMPOTENCY_LIFE;
    let work = app.db.write(move |tx| Box::pin(async move { commands::forget(tx, before).await }));
    work.await?;
    answers::forget(app, now).await?;
    dispatch::forget(&app.db, app.routing.retention(), now).await
}

impl Running {
    /// Reads the routing configuration again; the one in force stays when it is wrong.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn reload_routing(&self) -> Result<(), String> {
        self.app.routing.reload(self.app.world.now())
    }

    /// Stops: takes no new requests, ends those that run, finishes what was accepted, and closes
    /// the database.
    pub async fn stop(self) {
        self.stop.cancel();
        let clock = &self.app.world.clock;
        let abort = self.http.abort_handle();
        tokio::select! {
            _ = self.http => {}
            () = clock.wait(GRACE) => {
                tracing::warn!("some requests did not end in time");
                abort.abort();
            }
        }
        for task in self.tasks {
            let _ = task.await;
        }
        self.app.db.close().await;
    }
}

impl Running {
    /// Fills an empty estate: with the sample of a folder of YAML files, if one is named, and in
    /// any case with Operate itself.
    ///
    /// # Errors
    /// When a file cannot be read or is wrong.
    pub async fn furnish(&self, sample: Option<&std::path::Path>) -> Result<(), String> {
        if let Some(folder) = sample {
            crate::practices::estate::changes::seed(&self.app, folder).await?;
        }
        selfwatch::enter(&self.app).await
    }
}
