//! The world around the conversations: a real server, a client, time that a test moves, and one
//! way to wait.

mod client;
mod journal;
mod mattermost;
mod pushservice;
mod receiver;
mod sample;
mod slack;
mod telephone;
mod vonage;

use std::path::PathBuf;
use std::time::Duration;

use kernel::Time;
use serde_json::{Value, json};
use server::{Config, Running};
use spine::testing::Place;
use spine::{Clock, Db, Fault, World};
use tempfile::TempDir;

pub use client::{Client, Reply};
pub use journal::the_fold_of_the_journal_is_what_is_stored;
pub use mattermost::Mattermost;
pub use pushservice::PushService;
pub use receiver::{Received, Receiver};
pub use sample::{sample_estate, shop};
pub use slack::Slack;
pub use telephone::Telephone;
pub use vonage::Vonage;

/// Noon of the tests' day.
pub const NOON: Time = Time::from_seconds(1_772_366_400);

/// Only ends a test that has failed already: generous, for slow machines.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// By how much manual clocks creep from look to look.
const CREEP: Duration = Duration::from_millis(20);

/// Makes two tests of each conversation, one on each database. The test of the PostgreSQL side
/// does nothing when no cluster is named.
macro_rules! conversations {
    ($($name:ident),* $(,)?) => {
        use server::MIGRATIONS;
        spine::both!(MIGRATIONS; $($name),*);
    };
}
pub(crate) use conversations;

/// A server in this process.
pub struct Operate {
    /// The database, through a handle of the test's own.
    pub db: Db,
    /// Time, and where ids come from.
    pub world: World,
    /// The one who asks: an administrator, signed in.
    pub ada: Client,
    running: Running,
    config: Config,
    place: Place,
    _folder: TempDir,
}

impl Operate {
    /// Starts a server on a fresh database, its clock standing at noon, and signs in.
    pub async fn start(place: &Place) -> Operate {
        Operate::with(place, |_| {}).await
    }

    /// The same with settings of the test's choice.
    pub async fn with(place: &Place, set: impl FnOnce(&mut Config)) -> Operate {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut config = config(place, folder.path().to_owned());
        set(&mut config);
        let world = World::manual(NOON, 1);
        let running = start(&config, &world).await;
        let code = running.setup_code.clone().expect("a fresh database asks for set-up");
        let ada = Client::set_up(&running.address.to_string(), &code).await;
        let place = place.clone();
        Operate { db: place.db.clone(), world, ada, running, config, place, _folder: folder }
    }

    /// Another node on the same database, with a clock of its own that shows the same time.
    pub async fn beside(&self, seed: u64) -> Node {
        Node::start(self.config.clone(), World::manual(self.world.now(), seed), &self.ada).await
    }

    /// Stops the server, lets `away` pass, and starts it again on the same data.
    pub async fn restart(self, away: Duration) -> Operate {
        let Operate { db, world, mut ada, running, config, place, _folder } = self;
        running.stop().await;
        let world = World::manual(world.now() + away, world.seed() as u64 | 1 << 40);
        let running = start(&config, &world).await;
        ada.moved_to(&running.address.to_string());
        Operate { db, world, ada, running, config, place, _folder }
    }

    /// Stops the server, does something to its database, and starts it again on it.
    pub async fn restart_after(self, work: impl AsyncFnOnce(&Db)) -> Operate {
        let Operate { db, world, mut ada, running, config, place, _folder } = self;
        running.stop().await;
        work(&db).await;
        let running = start(&config, &world).await;
        ada.moved_to(&running.address.to_string());
        Operate { db, world, ada, running, config, place, _folder }
    }

    /// Ends the conversation: the server stops in good order, and whatever it did is in the
    /// journal, entry by entry.
    pub async fn end(self) {
        self.settled().await;
        self.running.stop().await;
        the_fold_of_the_journal_is_what_is_stored(&self.db).await;
    }

    /// Fills it with the sample estate, as a first start does.
    pub async fn furnish(&self) {
        let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/estate");
        self.running.furnish(Some(&sample)).await.expect("the sample is right");
    }

    /// Its application, for what no conversation can show.
    pub fn app(&self) -> &server::App {
        &self.running.app
    }

    /// Lets time pass, once everything that is due now is done.
    pub async fn pass(&self, span: Duration) {
        self.settled().await;
        self.world.clock.advance(span);
    }

    /// Waits until `ask` has an answer, while time creeps.
    pub async fn until<T>(&self, what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
        until(std::slice::from_ref(&self.world.clock), what, ask).await
    }

    /// Waits until stream and courier have nothing left to do.
    pub async fn settled(&self) {
        self.until("everything that follows is done", async || self.idle().await.ok()?).await;
    }

    /// One statement sees one moment: what a follower does between two of them would be missed.
    async fn idle(&self) -> Result<Option<()>, Fault> {
        let sql = "SELECT (SELECT COUNT(*) FROM outbox WHERE state = 'waiting' \
                           AND (due_at <= $1 OR leased_until > $1)) \
                        + (SELECT COUNT(*) FROM page WHERE due_at <= $1) \
                        + (SELECT COUNT(*) FROM journal, follower \
                           WHERE (journal.tx, journal.seq) > (follower.tx, follower.seq)) \
                        + (SELECT 4 - COUNT(*) FROM follower) AS n";
        let mut conn = self.db.reader().await?;
        let left = conn.number(sql, spine::params![self.world.now()]).await?;
        Ok((left == 0).then_some(()))
    }

    /// Applies an estate of one file, which must be right.
    pub async fn apply(&self, text: &str) {
        self.apply_files(&[("estate.yaml".to_owned(), text.to_owned())]).await;
    }

    /// Applies an estate, which must be right.
    pub async fn apply_files(&self, files: &[(String, String)]) {
        let plan = self.ada.post("/estate/apply", estate_files(files)).await.is(200);
        assert_eq!(plan["errors"], json!([]));
    }

    /// Sends alerts as Prometheus does, which must be taken.
    pub async fn alerts(&self, alerts: Value) {
        self.ada.send_alerts(&alerts).await.is(200);
    }

    /// Sends one alert about a service or component that fires, or does no longer.
    pub async fn fires(&self, name: &str, severity: &str, about: (&str, &str)) {
        self.alerts(json!([alert(name, severity, about)])).await;
    }

    /// Sends the end of such an alert.
    pub async fn clears(&self, name: &str, severity: &str, about: (&str, &str)) {
        let mut over = alert(name, severity, about);
        over["endsAt"] = json!(self.world.now());
        self.alerts(json!([over])).await;
    }

    /// Waits for one incident that fits.
    pub async fn incident(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.until(what, async || {
            let rows = self.ada.list("/incidents").await;
            rows.into_iter().find(|row| fits(row))
        })
        .await
    }

    /// Waits until the incident fits, and returns it whole.
    pub async fn becomes(&self, id: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.until(what, async || {
            let incident = self.ada.get(&format!("/incidents/{id}")).await.is(200);
            fits(&incident).then_some(incident)
        })
        .await
    }

    /// Commands an incident, which must be allowed.
    pub async fn command(&self, id: &str, command: Value) -> Value {
        self.ada.post(&format!("/incidents/{id}/commands"), command).await.is(200)
    }

    /// How many rows a statement counts.
    pub async fn count(&self, sql: &'static str) -> i64 {
        count(&self.db, sql).await
    }
}

/// Another server on the same database, in a runtime of its own so that it can be killed.
pub struct Node {
    /// The same administrator, asking this node.
    pub ada: Client,
    /// Its time.
    pub clock: Clock,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Node {
    async fn start(config: Config, world: World, ada: &Client) -> Node {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime for a node");
        let clock = world.clock.clone();
        let running = runtime
            .spawn(async move { start(&config, &world).await })
            .await
            .expect("the node starts");
        let mut ada = ada.clone();
        ada.moved_to(&running.address.to_string());
        Node { ada, clock, runtime: Some(runtime) }
    }

    /// Ends it on the spot: nothing that it was doing goes on.
    pub fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits until `ask` has an answer, while these clocks creep: what waits for a while of time on a
/// manual clock goes on, and nothing that is minutes away comes nearer.
pub async fn until<T>(clocks: &[Clock], what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            Clock::System.wait(LOOK).await;
            clocks.iter().for_each(|clock| clock.advance(CREEP));
        }
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(answer) => answer,
        Err(_) => panic!("waited {PATIENCE:?} in vain: {what}"),
    }
}

/// How many rows a statement counts.
pub async fn count(db: &Db, sql: &'static str) -> i64 {
    let mut conn = db.reader().await.expect("the database answers");
    conn.number(sql, vec![]).await.expect("the statement is right")
}

/// An alert in Alertmanager's form, about `("service", "orders")` or `("component", …)`.
pub fn alert(name: &str, severity: &str, (kind, item): (&str, &str)) -> Value {
    json!({
        "labels": { "alertname": name, "severity": severity, kind: item },
        "annotations": { "summary": format!("{name} on {item}") },
    })
}

/// Files of an estate, as the API takes them.
pub fn estate_files(files: &[(String, String)]) -> Value {
    let files: Vec<Value> =
        files.iter().map(|(name, text)| json!({ "name": name, "text": text })).collect();
    json!({ "files": files, "prune": false })
}

fn config(place: &Place, folder: PathBuf) -> Config {
    let mut config = Config {
        listen: ([127, 0, 0, 1], 0).into(),
        data: folder,
        database: Some(place.url.clone()),
        ..Config::default()
    };
    config.webhook.allow = vec!["127.0.0.1".to_owned()];
    config
}

async fn start(config: &Config, world: &World) -> Running {
    // The one provider of cryptography in the tree; a second call finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    server::start(config.clone(), world.clone())
        .await
        .unwrap_or_else(|error| panic!("the server does not start: {error}"))
}
