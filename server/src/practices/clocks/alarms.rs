//! The alerts that tell of clocks: a target that is near, or missed. What they have to say is a
//! column beside what they say: a process that dies in between says it after its restart.

use std::collections::BTreeMap;
use std::time::Duration;

use alerts::{Labels, Signal};
use contracts::clocks::{Alarm, Clocks, SOURCE};
use incidents::Incident;
use kernel::{ItemRef, Time};
use spine::{Fault, engine};

use super::store::{self, Untold};
use crate::app::App;
use crate::practices::incidents::store::INCIDENTS;
use crate::problem::Problem;
use crate::rounds::{self, Again};

/// Longest time between two looks; a commit of this process wakes earlier.
const NAP: Duration = Duration::from_secs(1);

/// Tells the intake which targets are near or missed, and which no longer, until the process
/// stops.
pub async fn run(app: App) {
    rounds::run(app, "clock_alarms", Again::AfterOrCommit(NAP), async |app| tell(&app).await).await;
}

async fn tell(app: &App) -> Result<(), Problem> {
    let untold = store::untold(&mut app.db.reader().await?).await?;
    for Untold { space, clocks, told } in untold {
        let mut conn = app.db.reader().await?;
        let found = engine::load(&mut conn, &INCIDENTS, &space, clocks.incident).await?;
        drop(conn);
        if let Some(found) = found {
            let about = About { incident: &found.record, base_url: &app.config.base_url() };
            let signals = signals(&clocks, &told, &about, app.world.now());
            app.intake.take(space.clone(), signals).await?;
        }
        let work = app.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::tell(tx, &space, &clocks).await })
        });
        work.await?;
    }
    Ok(())
}

/// What the alerts of a clock tell of its incident.
struct About<'a> {
    incident: &'a Incident,
    base_url: &'a str,
}

/// The alerts that fire, and those that are over.
fn signals(clocks: &Clocks, told: &[Alarm], about: &About<'_>, now: Time) -> Vec<Signal> {
    let number = clocks.number;
    let says: BTreeMap<String, Alarm> =
        clocks.alarms().into_iter().map(|alarm| (alarm.key(number), alarm)).collect();
    let over = told.iter().filter(|alarm| !says.contains_key(&alarm.key(number)));
    let over = over.map(|alarm| about.signal(alarm, now));
    let firing = says.values().map(|alarm| about.signal(alarm, Time::MAX));
    over.chain(firing).collect()
}

impl About<'_> {
    fn signal(&self, alarm: &Alarm, ends_at: Time) -> Signal {
        let incident = self.incident;
        let (number, priority) = (incident.number.to_string(), alarm.priority.to_string());
        let (clock, contract) = (alarm.which.clock.to_string(), alarm.which.contract.name());
        let share = alarm.share.map(|share| share.to_string()).unwrap_or_default();
        let names = |items: &[ItemRef]| {
            items.iter().map(ItemRef::name).take(20).collect::<Vec<_>>().join(",")
        };
        // Not `service`: a rule would take the alert for a sign that the item is broken.
        let (products, services) =
            (names(&incident.affected.products), names(&incident.affected.services));
        let team = incident.team.as_ref().map(ItemRef::name).unwrap_or_default();
        let labels = [
            ("alertname", alarm.name()),
            ("severity", alarm.severity()),
            ("incident", &number),
            ("contract", contract),
            ("clock", &clock),
            ("priority", &priority),
            ("share", &share),
            ("affected_products", &products),
            ("affected_services", &services),
            ("team", team),
        ];
        let id = incident.id.to_string();
        let annotations = [
            ("summary", alarm.summary.as_str()),
            ("description", &incident.title),
            ("incident", &id),
        ];
        let given = |pairs: &(&str, &str)| !pairs.1.is_empty();
        Signal {
            source: SOURCE.into(),
            key: Some(alarm.key(incident.number).into()),
            rule: None,
            labels: Labels::new(labels.into_iter().filter(given)),
            annotations: Labels::new(annotations),
            starts_at: None,
            ends_at: Some(ends_at),
            generator_url: format!("{}/incidents/{id}", self.base_url).into(),
        }
    }
}
