//! Snoozing, which is a silence of that one alert: it is recorded and not told until then.

use alerts::{Alert, Labels};
use connectors::opsgenie::{Faults, Patch};
use kernel::{Actor, Time};
use routing::{Matcher, Matchers, Op};
use silences::{Conditions, Plan, Silence};

use super::{Asking, Refused};
use crate::app::App;
use crate::commands::{Asker, Call};
use crate::practices::silences::{changes, store};
use crate::problem::Problem;

/// What the silence says of itself, and is found by when its alert is closed.
const COMMENT: &str = "Snoozed with Opsgenie's API.";

/// Who asks, as silences know it.
fn asker(asking: &Asking) -> Asker {
    let actor = Actor::Integration(asking.source.name.to_string());
    Asker { space: asking.source.space.clone(), actor }
}

/// Holds the alert back until then; a later end takes the place of an earlier one.
pub(super) async fn snooze(
    app: &App,
    asking: &Asking,
    alert: &Alert,
    patch: &Patch,
) -> Result<(), Refused> {
    let Some(until) = patch.end_time else {
        return Err(Faults::one("endTime", "endTime is an ISO 8601 time.").into());
    };
    if until <= app.world.now() {
        return Err(Faults::one("endTime", "endTime must be later than now.").into());
    }
    wake(app, asking, alert).await?;
    hold(app, asking, &alert.labels, until).await
}

/// Lets a snooze go on for an alert that is to be called otherwise. Says whether it is: then what
/// held it by the name of before has to be ended.
pub(super) async fn follow(
    app: &App,
    asking: &Asking,
    before: &Alert,
    after: &Labels,
) -> Result<bool, Refused> {
    let renamed = before.labels.get("alertname") != after.get("alertname");
    if renamed && let Some(until) = own(app, asking, before).await?.iter().map(ends_at).max() {
        hold(app, asking, after, until).await?;
    }
    Ok(renamed)
}

fn ends_at(silence: &Silence) -> Time {
    silence.ends_at
}

async fn hold(app: &App, asking: &Asking, labels: &Labels, until: Time) -> Result<(), Refused> {
    // The name is asked for too, for another sender may use the same alias.
    let equal = |name: &str| {
        let value = labels.get(name).unwrap_or_default();
        Matcher::new(name, Op::Equal, value)
    };
    let matchers = ["alertname", "alias"].map(equal);
    let matchers: Result<Vec<Matcher>, _> = matchers.into_iter().collect();
    let matchers = matchers.map_err(|error| Problem::refused(error.to_string()))?;
    let plan = Plan {
        matchers: Conditions::from(Matchers::from(matchers)),
        starts_at: None,
        ends_at: Some(until),
        recurrence: None,
        comment: COMMENT.to_owned(),
        created_by: asking.source.name.to_string(),
    };
    changes::create(app, asker(asking), Call::default(), plan).await?;
    Ok(())
}

/// Ends what this key snoozed of the alert: when it is closed, or is snoozed anew.
pub(super) async fn wake(app: &App, asking: &Asking, alert: &Alert) -> Result<(), Refused> {
    for silence in own(app, asking, alert).await? {
        match changes::expire(app, asker(asking), Call::default(), silence.id).await {
            // Its time came meanwhile.
            Err(problem) if problem.status == 409 => {}
            expired => drop(expired?),
        }
    }
    Ok(())
}

/// What this key snoozed of the alert and holds it back now.
async fn own(app: &App, asking: &Asking, alert: &Alert) -> Result<Vec<Silence>, Refused> {
    let held = app.silences.silenced_by(&asking.source.space, &alert.labels, app.world.now());
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let mut conn = app.db.reader().await?;
    let found = store::by_id(&mut conn, &asking.source.space, &held).await?;
    let own = |silence: &Silence| {
        silence.comment == COMMENT && *silence.created_by == *asking.source.name
    };
    Ok(found.into_iter().map(|found| found.record).filter(own).collect())
}
