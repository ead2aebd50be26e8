//! Operate watches itself: it is a service of its own estate, and what goes wrong inside comes in
//! as alerts like any other's (R341).

use std::collections::HashSet;
use std::time::Duration;

use alerts::{Labels, Signal};
use estate::SourceFile;
use kernel::{Actor, ItemRef, SpaceId, Time};
use spine::Fault;

use crate::app::App;
use crate::backup::kept;
use crate::commands::Asker;
use crate::practices::estate::changes;
use crate::practices::objectives;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(15);
/// How long an alert outlives the last look, should the process stop looking.
const BELIEVED: Duration = Duration::from_secs(300);
/// A follower that is behind for longer is in trouble.
const LAG_SECONDS_MAX: f64 = 60.0;
/// The name under which Operate sends alerts and stands in the estate.
pub const NAME: &str = "operate";

/// A source of measures that did not answer so often in a row is in trouble.
const SILENT_FROM: u32 = 4;

/// The check of the followers.
const LATE: &str = "OperateFollowerLate";

/// Something that can be wrong, and is or is not.
struct Check {
    name: &'static str,
    severity: &'static str,
    wrong: Option<String>,
}

/// Enters Operate into the estate, with the team that looks after it, unless somebody has.
///
/// # Errors
/// When the database refuses.
pub async fn enter(app: &App) -> Result<(), String> {
    let estate = app.estate.snapshot(&SpaceId::main());
    if ItemRef::new("service", NAME).is_some_and(|item| estate.knows(&item)) {
        return Ok(());
    }
    let files = [SourceFile { name: "operate.yaml".to_owned(), text: ITSELF.to_owned() }];
    let desired = estate::read(&files).map_err(|mistakes| changes::wrong(&mistakes).detail)?;
    let asker = Asker { space: SpaceId::main(), actor: Actor::system("start") };
    for resource in desired.resources().filter(|resource| !estate.knows(resource.item())) {
        let put = changes::put(app, &asker, resource.clone(), Some(0)).await;
        put.map_err(|problem| problem.detail)?;
    }
    Ok(())
}

/// What stands in an estate that nobody has filled yet.
const ITSELF: &str = "\
apiVersion: operate/v1
kind: Team
metadata: {name: administrators, title: Administrators}
spec: {type: it_operations}
---
apiVersion: operate/v1
kind: Service
metadata:
  name: operate
  title: Operate
  description: This system, watched like any other.
spec: {team: administrators}
";

/// Watches until the process stops.
pub async fn run(app: App) {
    let mut firing: HashSet<&'static str> = HashSet::new();
    let mut late_before = false;
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = app.world.clock.wait(EVERY) => {}
        }
        let mut checks = match checks(&app).await {
            Ok(checks) => checks,
            Err(fault) => {
                tracing::error!(error = %fault.chain(), "Operate cannot look at itself");
                continue;
            }
        };
        late_before = believe_late(&mut checks, late_before);
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

/// One look may fall right behind a pause of the whole machine, when everything is late and
/// nothing is wrong: that a follower is late is believed at the second look. Returns whether it
/// was late at this one.
fn believe_late(checks: &mut [Check], late_before: bool) -> bool {
    let Some(check) = checks.iter_mut().find(|check| check.name == LATE) else { return false };
    let late = check.wrong.is_some();
    if !late_before {
        check.wrong = None;
    }
    late
}

async fn checks(app: &App) -> Result<Vec<Check>, Fault> {
    let mut conn = app.db.reader().await?;
    let lags = spine::follow::lags(&mut conn, app.world.now()).await?;
    let late: Vec<String> = lags
        .iter()
        .filter(|lag| lag.seconds > LAG_SECONDS_MAX)
        .map(|lag| format!("{} is {:.0} s behind the journal", lag.follower, lag.seconds))
        .collect();
    // Without a mail server no mail can leave; the overview says so, which is alarm enough.
    let hopeless = if app.config.mail_configured() { "" } else { "email" };
    let dead = spine::outbox::count_dead_but(&mut conn, hopeless).await?;
    let parked = spine::follow::parked(&mut conn).await?;
    let sources = objectives::store::sources(&mut conn, &SpaceId::main()).await?;
    let silent: Vec<String> = sources
        .into_iter()
        .filter(|(_, status)| status.failures >= SILENT_FROM)
        .map(|(name, status)| format!("{name}: {}", status.error.unwrap_or_default()))
        .collect();
    let backups = kept::look(app).await.map_err(|problem| Fault::Other(problem.detail))?;
    let many = |count: i64, text: &str| (count > 0).then(|| format!("{count} {text}"));
    Ok(vec![
        Check {
            name: LATE,
            severity: "critical",
            wrong: (!late.is_empty()).then(|| late.join("; ")),
        },
        Check {
            name: "OperateSourceSilent",
            severity: "warning",
            wrong: (!silent.is_empty()).then(|| silent.join("; ")),
        },
        Check { name: "OperateBackupMissed", severity: "error", wrong: backups.wrong },
        Check {
            name: "OperateMessagesDead",
            severity: "error",
            wrong: many(dead, "messages could not be delivered: see Settings → Undelivered"),
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
        rule: None,
        labels: Labels::new(labels),
        annotations: Labels::new([("summary", summary)]),
        starts_at: None,
        ends_at: Some(if check.wrong.is_some() { now + BELIEVED } else { now }),
        generator_url: "".into(),
    }
}
