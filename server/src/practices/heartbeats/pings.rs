//! Pings, and the alerts of what is missed. What a heartbeat's alert has to say is a column beside
//! what it says: a process that dies in between says it after its restart.

use std::time::Duration;

use alerts::{Labels, Signal};
use heartbeats::{Command, Heartbeat, Stage};
use kernel::{Actor, SpaceId, Time};
use spine::engine::{self, Asked, Versioned};
use spine::{Denied, Fault, Tx};

use super::store::{self, HEARTBEATS};
use crate::app::App;
use crate::problem::Problem;
use crate::rounds::{self, Again};

/// The source of the alerts of missed heartbeats.
const SOURCE: &str = "heartbeat";
/// Longest time between two looks; a commit of this process wakes earlier.
const NAP: Duration = Duration::from_secs(1);

/// How a heartbeat is found.
#[derive(Clone, Debug)]
pub enum Which {
    /// By name.
    Name(SpaceId, String),
    /// By the hash of the secret in its address.
    Secret(String),
}

/// Takes a ping; the deadline is on disk afterwards.
///
/// # Errors
/// When there is no such heartbeat, or the database refuses.
pub async fn ping(app: &App, which: Which, actor: Actor) -> Result<Heartbeat, Denied> {
    for _ in 0..5 {
        let (app, which, actor) = (app.clone(), which.clone(), actor.clone());
        let db = app.db.clone();
        let work = db.write(move |tx| Box::pin(async move { once(tx, &app, &which, actor).await }));
        match work.await {
            Err(Denied::Fault(fault)) if fault.worth_retrying() => {}
            result => return result,
        }
    }
    Err(Fault::Race.into())
}

async fn once(tx: &mut Tx, app: &App, which: &Which, actor: Actor) -> Result<Heartbeat, Denied> {
    let found = match which {
        Which::Name(space, name) => {
            store::by_name(tx, space, name).await?.map(|found| (space.clone(), found))
        }
        Which::Secret(hash) => store::by_secret(tx, hash).await?,
    };
    let (space, found) = found.ok_or(Denied::Missing("heartbeat"))?;
    let moment = app.moment(actor);
    let asked = Asked::new(&space, &moment);
    let id = found.record.id;
    let done = engine::execute_in(tx, &HEARTBEATS, id, &Command::Ping {}, &asked).await?;
    let mut record = done.record;
    if done.events.is_empty() {
        record.refresh(moment.now);
        let refreshed = Versioned { record: record.clone(), version: done.version };
        store::refresh(tx, &space, &refreshed).await?;
    }
    Ok(record)
}

/// Tells the intake what is missed and what is back, until the process stops.
pub async fn run(app: App) {
    rounds::run(app, "missed_heartbeats", Again::AfterOrCommit(NAP), async |app| tell(&app).await)
        .await;
}

async fn tell(app: &App) -> Result<(), Problem> {
    let untold = store::untold(&mut app.db.reader().await?).await?;
    for (space, heartbeat) in untold {
        let signal = signal(&heartbeat, app.world.now());
        app.intake.take(space.clone(), vec![signal]).await?;
        let work = app.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::tell(tx, &space, &heartbeat).await })
        });
        work.await?;
    }
    Ok(())
}

/// What the alert of a heartbeat says.
fn signal(heartbeat: &Heartbeat, now: Time) -> Signal {
    let plan = &heartbeat.plan;
    let missed = heartbeat.stage == Stage::Overdue;
    let item = plan.item.as_ref().map(ToString::to_string).unwrap_or_default();
    let own = [
        ("alertname", "HeartbeatMissed"),
        ("heartbeat", heartbeat.name.as_str()),
        ("severity", plan.severity.as_str()),
        ("item", item.as_str()),
    ];
    let given = plan.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let heard = heartbeat.heard_at.map(|at| at.to_string()).unwrap_or_default();
    let summary = format!(
        "Nothing heard from {} since {heard}; it reports every {} s",
        heartbeat.name, plan.interval_seconds
    );
    Signal {
        source: SOURCE.into(),
        key: Some(format!("heartbeat/{}", heartbeat.name).into()),
        rule: None,
        labels: Labels::new(given.chain(own)),
        annotations: Labels::new([
            ("summary", summary.as_str()),
            ("description", plan.description.as_str()),
        ]),
        starts_at: None,
        ends_at: Some(if missed { Time::MAX } else { now }),
        generator_url: "".into(),
    }
}
