//! The alerts that tell of hours with nobody on call: what they say is kept, so that what is
//! covered later is told to be over, also by another process.

use std::collections::BTreeMap;
use std::time::Duration;

use ::oncall::gaps::{self as rules, GapAlarm};
use alerts::{Labels, Signal};
use estate::{CoverError, Demand, Estate};
use jiff::tz::TimeZone;
use kernel::{ItemRef, SpaceId, Time};
use serde::{Deserialize, Serialize};
use spine::Fault;

use super::note::shown;
use super::store;
use crate::app::App;
use crate::problem::Answer;
use crate::rounds::{self, Again};

/// The source of the alerts that tell of gaps. No integration can be called so.
pub const SOURCE: &str = "on-call schedules";
/// The name of the round in metrics.
const NAME: &str = "shift_gaps";
/// How often it is looked.
const EVERY: Duration = Duration::from_secs(60);
/// How many gaps an alert names.
const NAMED_MAX: usize = 10;

/// Tells the intake which hours nobody covers, and which are covered again, until the process
/// stops.
pub async fn run(app: App) {
    rounds::run(app, NAME, Again::After(EVERY), async |app| round(&app).await).await;
}

async fn round(app: &App) -> Answer<()> {
    let space = SpaceId::main();
    let snapshot = app.estate.snapshot(&space);
    let now = app.world.now();
    let told = store::gaps(&mut app.db.reader().await?, &space).await?;
    let (mut says, unknown) = says(&snapshot.estate, &app.config.base_url(), now);
    for (item, why) in &unknown {
        rounds::failed(NAME, &format!("{item} cannot be worked out: {why}"));
    }
    // What was said of what cannot be worked out stays.
    let stays = told.iter().filter(|(_, said)| {
        let of = |item: &ItemRef| said.by == *item || said.schedules.contains(item);
        unknown.iter().any(|(item, _)| of(item))
    });
    for (key, said) in stays {
        says.entry(key.clone()).or_insert_with(|| said.clone());
    }
    if says == told {
        return Ok(());
    }
    let over = told.iter().filter(|(key, _)| !says.contains_key(*key));
    let firing = says.iter().filter(|(key, said)| told.get(*key) != Some(said));
    let signals: Vec<Signal> = over
        .map(|(key, said)| said.signal(key, now))
        .chain(firing.map(|(key, said)| said.signal(key, Time::MAX)))
        .collect();
    app.intake.take(space.clone(), signals).await?;
    let work = app.db.write::<_, Fault, _>(move |tx| {
        let (space, says) = (space.clone(), says.clone());
        Box::pin(async move { store::put_gaps(tx, &space, &says).await })
    });
    Ok(work.await?)
}

/// What an alert of a gap says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Said {
    severity: String,
    by: ItemRef,
    schedules: Vec<ItemRef>,
    team: Option<ItemRef>,
    summary: String,
    description: String,
    url: String,
}

/// The alerts that fire, by their keys, and the schedules and contracts that cannot be worked out,
/// with why.
fn says(
    estate: &Estate,
    base_url: &str,
    now: Time,
) -> (BTreeMap<String, Said>, Vec<(ItemRef, CoverError)>) {
    let (demands, unknown) = estate.demands(rules::window(now));
    let alarms = demands.iter().filter_map(|demand| {
        let alarm = rules::alarm(&demand.by, &demand.schedules, &demand.gaps, now)?;
        Some((alarm.key(), said(demand, &alarm, base_url)))
    });
    (alarms.collect(), unknown)
}

fn said(demand: &Demand, alarm: &GapAlarm, base_url: &str) -> Said {
    let names: Vec<&str> = alarm.schedules.iter().map(ItemRef::name).collect();
    let (summary, description) = match (demand.unscheduled(), &demand.team) {
        (Some(why), Some(team)) => (
            format!("{} asks for somebody, and {why}", alarm.by),
            format!("Write a Schedule with `team: {}`.", team.name()),
        ),
        _ => (
            format!(
                "Nobody is on call by {} for {} of the hours that {} asks for in the next 8 weeks",
                names.join(", "),
                span(alarm.minutes()),
                alarm.by
            ),
            stretches(demand, alarm),
        ),
    };
    Said {
        severity: alarm.severity.to_owned(),
        by: alarm.by.clone(),
        schedules: alarm.schedules.clone(),
        team: demand.team.clone(),
        summary,
        description,
        url: match names.first() {
            Some(first) => format!("{base_url}/oncall/{first}"),
            None => format!("{base_url}/oncall"),
        },
    }
}

/// The first gaps, in the zone of their schedule.
fn stretches(demand: &Demand, alarm: &GapAlarm) -> String {
    let zone = TimeZone::get(&demand.time_zone).unwrap_or(TimeZone::UTC);
    let mut named: Vec<String> = alarm
        .gaps
        .iter()
        .take(NAMED_MAX)
        .map(|gap| format!("{} to {}", shown(gap.from, &zone), shown(gap.until, &zone)))
        .collect();
    if let Some(more) = alarm.gaps.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
        named.push(format!("and {more} more"));
    }
    named.join("; ")
}

/// `14 h`, `45 min`
fn span(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02} min"),
    }
}

impl Said {
    fn signal(&self, key: &str, ends_at: Time) -> Signal {
        let schedules: Vec<&str> = self.schedules.iter().map(ItemRef::name).collect();
        let schedules = schedules.join(",");
        // Not `service`: a rule would take the alert for a sign that the item is broken.
        let labels = [
            ("alertname", "OnCallGap"),
            ("severity", self.severity.as_str()),
            ("schedules", &schedules),
            ("asked_by", self.by.as_str()),
            ("team", self.team.as_ref().map(ItemRef::name).unwrap_or_default()),
        ];
        let annotations =
            [("summary", self.summary.as_str()), ("description", self.description.as_str())];
        Signal {
            source: SOURCE.into(),
            key: Some(key.into()),
            rule: None,
            labels: Labels::new(labels.into_iter().filter(|(_, value)| !value.is_empty())),
            annotations: Labels::new(annotations),
            starts_at: None,
            ends_at: Some(ends_at),
            generator_url: self.url.as_str().into(),
        }
    }
}
