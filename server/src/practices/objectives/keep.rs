//! Writing counts: on disk first, then in memory; and forgetting what is old.

use std::time::Duration;

use budgets::Asked;
use kernel::SpaceId;
use objectives::{Buckets, Counts};
use spine::{Fault, Tx};

use super::live::DAY;
use super::store::{self, Day};
use crate::app::App;
use crate::rounds::{self, Again};

/// How often writing is tried while others write the same days.
const TRIES: usize = 5;
/// Rows that one transaction removes.
const BATCH: i64 = 500;
/// How often it is looked for old days.
const EVERY: Duration = Duration::from_secs(3_600);
/// How long the database is left to others between two batches.
const BREATH: Duration = Duration::from_millis(200);

/// What came in about one objective.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Its name.
    pub objective: String,
    /// Minutes since 1970 with their counts.
    pub minutes: Vec<(i64, Counts)>,
    /// What its source has been asked for by now.
    pub asked: Option<Asked>,
}

/// Writes counts; they are on disk and in memory afterwards.
///
/// # Errors
/// When the database refuses, or counts are impossible.
pub async fn keep(app: &App, space: &SpaceId, heard: Vec<Heard>) -> Result<(), Fault> {
    let mut tries = 0;
    loop {
        let (owned, written, now) = (space.clone(), heard.clone(), app.world.now());
        let work = app.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                for one in &written {
                    write(tx, &owned, one, now).await?;
                }
                Ok(())
            })
        });
        tries += 1;
        match work.await {
            Err(fault) if fault.worth_retrying() && tries < TRIES => {}
            result => break result?,
        }
    }
    for one in &heard {
        app.objectives.put(space, &one.objective, &one.minutes);
        if one.asked.is_some() {
            app.objectives.note_asked(space, &one.objective, one.asked);
        }
    }
    Ok(())
}

async fn write(
    tx: &mut Tx,
    space: &SpaceId,
    heard: &Heard,
    now: kernel::Time,
) -> Result<(), Fault> {
    let mut minutes = heard.minutes.clone();
    minutes.sort_by_key(|(minute, _)| *minute);
    for run in minutes.chunk_by(|a, b| a.0.div_euclid(DAY) == b.0.div_euclid(DAY)) {
        let Some((minute, _)) = run.first() else { continue };
        let number = minute.div_euclid(DAY);
        let found = store::day(tx, space, &heard.objective, number).await?;
        let empty = || Day { day: number, version: 0, minutes: Buckets::new(number * DAY) };
        let mut day = found.unwrap_or_else(empty);
        let before = day.minutes.clone();
        day.minutes.put_all(run).map_err(|error| Fault::Other(error.to_string()))?;
        if day.minutes != before {
            store::put_day(tx, space, &heard.objective, &day, now).await?;
        }
    }
    if let Some(asked) = heard.asked {
        store::put_asked(tx, space, &heard.objective, asked).await?;
    }
    Ok(())
}

/// Forgets days that are older than the settings say, until the process stops.
pub async fn run(app: App) {
    rounds::run(app, "objective_retention", Again::After(EVERY), async |app| {
        let days = i64::from(app.config.objectives.retention_days);
        let before = app.world.now().micros().div_euclid(60_000_000 * DAY) - days;
        while forget(&app, before).await? > 0 && !app.stop.is_cancelled() {
            app.world.clock.wait(BREATH).await;
        }
        Ok(())
    })
    .await;
}

async fn forget(app: &App, before: i64) -> Result<u64, Fault> {
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::forget_days(tx, before, BATCH).await })
    });
    work.await
}
