//! Operate watches itself: it is a service of its own estate, and what goes wrong inside comes in
//! as alerts like any other's (R341).

use std::collections::HashSet;
use std::time::Duration;

use alerts::{Labels, Signal};
use estate::{Metadata, Resource};
use kernel::{Actor, SpaceId, Time};
use spine::Fault;

use crate::app::App;
use crate::commands::Asker;
use crate::practices::estate::changes;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(15);
/// How long an alert outlives the last look, should the process stop looking.
const BELIEVED: Duration = Duration::from_secs(300);
/// A follower that is behind for longer is in trouble.
const LAG_SECONDS_MAX: f64 = 60.0;
/// The name under which Operate sends alerts and stands in the estate.
const NAME: &str = "operate";

/// Something that can be wrong, and is or is not.
struct Check {
    name: &'static str,
    severity: &'static str,
    wrong: Option<String>,
}

/// Enters Operate into the estate, unless somebody has.
///
/// # Errors
/// When the database refuses.
pub async fn enter(app: &App) -> Result<(), String> {
    let document = serde_json::json!({
        "apiVersion": estate::API_VERSION,
        "kind": "Service",
        "metadata": Metadata {
            name: NAME.to_owned(),
            title: Some("Operate".to_owned()),
            description: Some("This system, watched like any other.".to_owned()),
            ..Metadata::default()
        },
        "spec": {},
    });
    let resource: Resource = estate::from_json(&document).map_err(|mistake| mistake.to_string())?;
    if app.estate.snapshot(&SpaceId::main()).knows(resource.item()) {
        return Ok(());
    }
    let asker = Asker { space: SpaceId::main(), actor: Actor::system("start") };
    changes::put(app, &asker, resource, Some(0)).await.map_err(|problem| problem.detail)
}

/// Watches until the process stops.
pub async fn run(app: App) {
    let mut firing: HashSet<&'static str> = HashSet::new();
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = app.world.clock.wait(EVERY) => {}
        }
        let checks = match checks(&app).await {
            Ok(checks) => checks,
            Err(fault) => {
                tracing::error!(error = %fault.chain(), "Operate cannot look at itself");
                continue;
            }
        };
        let now = app.world.now();
        let signals: Vec<Signal> = checks
            .iter()
            .filter(|check| check.wrong.is_some() || firing.contains(check.name))
            .map(|check| signal(check, now))
            .collect();
        if !signals.is_empty()
            && let Err(error) = app.intake.take(SpaceId::main(), signals).await
        {
            tracing::error!(%error, "Operate cannot raise its own alerts");
            continue;
        }
        firing = checks.iter().filter(|c| c.wrong.is_some()).map(|check| check.name).collect();
    }
}

async fn checks(app: &App) -> Result<Vec<Check>, Fault> {
    let mut conn = app.db.reader().await?;
    let lags = spine::follow::lags(&mut conn, app.world.now()).await?;
    let late: Vec<String> = lags
        .iter()
        .filter(|lag| lag.seconds > LAG_SECONDS_MAX)
        .map(|lag| format!("{} is {:.0} s behind the journal", lag.follower, lag.seconds))
        .collect();
    let dead = spine::outbox::count(&mut conn, "dead").await?;
    let parked = spine::follow::parked(&mut conn).await?;
    let many = |count: i64, text: &str| (count > 0).then(|| format!("{count} {text}"));
    Ok(vec![
        Check {
            name: "OperateFollowerLate",
            severity: "critical",
            wrong: (!late.is_empty()).then(|| late.join("; ")),
        },
        Check {
            name: "OperateMessagesDead",
            severity: "error",
            wrong: many(dead, "messages could not be delivered: see Settings → Outbox"),
        },
        Check {
            name: "OperateEntriesParked",
            severity: "critical",
            wrong: many(parked, "journal entries could not be acted upon: see operate doctor"),
        },
    ])
}

fn signal(check: &Check, now: Time) -> Signal {
    let labels = [("alertname", check.name), ("service", NAME), ("severity", check.severity)];
    let summary = check.wrong.as_deref().unwrap_or("over");
    Signal {
        source: NAME.into(),
        key: None,
        labels: Labels::new(labels),
        annotations: Labels::new([("summary", summary)]),
        starts_at: None,
        ends_at: Some(if check.wrong.is_some() { now + BELIEVED } else { now }),
        generator_url: "".into(),
    }
}
