//! Backups that Operate makes by itself: one now and then, of which the newest are kept.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use kernel::Time;
use serde::Serialize;
use spine::Fault;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Outcome, of, on};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::config::KeptBackups;
use crate::extract::Json;
use crate::problem::{Answer, Problem};
use crate::rounds::{self, Again};

/// How often it is looked whether one is due.
const LOOK: Duration = Duration::from_secs(60);
/// After a failure.
const REST: Duration = Duration::from_secs(15 * 60);
/// How long the folder may take to answer: it may be on another machine.
const PATIENCE: Duration = Duration::from_secs(5);
/// A backup that is so many times overdue is missed.
const MISSED: u32 = 2;
/// What the names of files are made of: `operate-20261127T220000Z.backup`.
const NAME: (&str, &str) = ("operate-", ".backup");

/// A backup in the folder.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct KeptBackup {
    /// When it was made.
    pub made_at: Time,
    /// Where it is, on the server.
    #[schema(value_type = String)]
    pub file: PathBuf,
    /// How large it is.
    pub bytes: u64,
}

/// What is known of the backups that Operate makes.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Backups {
    /// Where they go; none are made without.
    #[schema(value_type = Option<String>)]
    pub folder: Option<PathBuf>,
    /// Hours from one to the next.
    pub every_hours: u32,
    /// How many are kept.
    pub keep: u32,
    /// What is wrong; absent when all is well or none are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrong: Option<String>,
    /// Those that are there, the newest first.
    pub backups: Vec<KeptBackup>,
}

/// The route that shows them.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show))
}

/// The backups that Operate makes by itself, and whether one is missed.
#[utoipa::path(get, path = "/backups", tag = "settings",
    responses((status = 200, description = "The backups", body = Backups)))]
async fn show(State(app): State<App>, caller: Caller) -> Answer<Json<Backups>> {
    may(&caller, Action::Administer, &[])?;
    Ok(Json(look(&app).await?))
}

/// What is there, and what is wrong with it.
///
/// # Errors
/// When looking takes a thread that there is none of.
pub async fn look(app: &App) -> Result<Backups, Problem> {
    let (rules, began, now) = (app.config.backup.clone(), app.started_at, app.world.now());
    if rules.folder.is_none() {
        return Ok(known(&rules, began, now));
    }
    let look = {
        let rules = rules.clone();
        move || known(&rules, began, now)
    };
    let mut found = tokio::select! {
        found = tokio::task::spawn_blocking(look) => found.map_err(ours)?,
        () = app.world.clock.wait(PATIENCE) => {
            let KeptBackups { folder, every_hours, keep } = rules;
            let wrong = Some("the folder does not answer".to_owned());
            Backups { folder, every_hours, keep, wrong, backups: Vec::new() }
        }
    };
    if let Some((_, why)) = app.backups.last() {
        found.wrong = Some(why);
    }
    Ok(found)
}

/// What went wrong with the last backup, and when.
#[derive(Clone, Default)]
pub struct Trouble(Arc<Mutex<Option<(Time, String)>>>);

impl Trouble {
    fn last(&self) -> Option<(Time, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is(&self, trouble: Option<(Time, String)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// What is known of the backups at a time, of a process that began at another one.
pub fn known(rules: &KeptBackups, began: Time, now: Time) -> Backups {
    let KeptBackups { folder, every_hours, keep } = rules.clone();
    let mut known = Backups { folder, every_hours, keep, wrong: None, backups: Vec::new() };
    let Some(folder) = &known.folder else { return known };
    match list(folder) {
        Ok(backups) => known.backups = backups,
        Err(error) => known.wrong = Some(format!("{}: {error}", folder.display())),
    }
    let last = known.backups.first().map_or(began, |last| last.made_at.max(began));
    if known.wrong.is_none() && now.since(last) > rules.every() * MISSED {
        let newest = known.backups.first().map_or("there is none".to_owned(), |last| {
            format!("the newest was made at {}", last.made_at)
        });
        known.wrong = Some(format!("one is due every {every_hours} hours, and {newest}"));
    }
    known
}

/// The backups of a folder, the newest first. Other files in it are none of ours.
fn list(folder: &Path) -> std::io::Result<Vec<KeptBackup>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(made_at) = name.to_str().and_then(made_at) else { continue };
        found.push(KeptBackup { made_at, file: entry.path(), bytes: entry.metadata()?.len() });
    }
    found.sort_by_key(|backup| std::cmp::Reverse(backup.made_at));
    Ok(found)
}

fn made_at(name: &str) -> Option<Time> {
    let stamp = name.strip_prefix(NAME.0)?.strip_suffix(NAME.1)?;
    let parts = [(0, 4), (4, 6), (6, 8), (9, 11), (11, 13), (13, 15)];
    let mut parts = parts.map(|(from, to)| stamp.get(from..to)).into_iter();
    let [year, month, day, hour, minute, second] = std::array::from_fn(|_| parts.next().flatten());
    format!("{}-{}-{}T{}:{}:{}Z", year?, month?, day?, hour?, minute?, second?).parse().ok()
}

fn named(now: Time) -> String {
    let seconds = Time::from_seconds(now.micros().div_euclid(1_000_000));
    let stamp: String = seconds.to_string().chars().filter(|c| !"-:".contains(*c)).collect();
    format!("{}{stamp}{}", NAME.0, NAME.1)
}

/// Makes them until the process stops.
pub async fn run(app: App) {
    if app.config.backup.folder.is_some() {
        rounds::run(app, "backup", Again::After(LOOK), async |app| round(&app).await).await;
    }
}

/// Makes one if it is due. What fails is not tried again at once: each try reads everything.
async fn round(app: &App) -> Result<(), Problem> {
    let now = app.world.now();
    if app.backups.last().is_some_and(|(at, _)| now.since(at) < REST) {
        return Ok(());
    }
    let (inner, runtime) = (app.clone(), tokio::runtime::Handle::current());
    // It writes files: other tasks must not wait for that.
    let work = tokio::task::spawn_blocking(move || runtime.block_on(make(&inner)));
    let failed = work.await.map_err(ours)?.err();
    if let Some(error) = &failed {
        rounds::failed("backup", &error.to_string());
    }
    app.backups.is(failed.map(|error| (now, error.to_string())));
    Ok(())
}

fn ours(error: impl std::fmt::Display) -> Problem {
    Fault::Other(error.to_string()).into()
}

/// Makes a backup if one is due, and deletes those that are too many.
async fn make(app: &App) -> Outcome<()> {
    let rules = &app.config.backup;
    let Some(folder) = &rules.folder else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(on(folder))?;
    let (now, last) = (app.world.now(), list(folder).map_err(on(folder))?);
    if let Some(last) = last.first().filter(|last| now.since(last.made_at) < rules.every()) {
        tell(last.made_at);
        return Ok(());
    }
    forget_unfinished(folder, now, rules.every()).map_err(on(folder))?;
    let file = folder.join(named(now));
    let header = of(&app.db, &app.config.key_path(), &file, now).await?;
    let rows: i64 = header.tables.iter().map(|table| table.rows).sum();
    tracing::info!(file = %file.display(), rows, "made a backup");
    tell(now);
    for old in list(folder).map_err(on(folder))?.into_iter().skip(rules.keep as usize) {
        std::fs::remove_file(&old.file).map_err(on(&old.file))?;
    }
    Ok(())
}

/// Deletes what a process that was killed in the middle of it left, long ago: another node may be
/// at work in the same folder.
fn forget_unfinished(folder: &Path, now: Time, after: Duration) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let begun_at = name.to_str().and_then(|name| made_at(name.strip_suffix(super::PARTIAL)?));
        if begun_at.is_some_and(|at| now.since(at) >= after) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn tell(made_at: Time) {
    metrics::gauge!("operate_backup_last_success_timestamp_seconds")
        .set(made_at.micros() as f64 / 1e6);
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Time = Time::from_seconds(1_772_366_400);

    fn rules(folder: &Path) -> KeptBackups {
        KeptBackups { folder: Some(folder.to_owned()), every_hours: 24, keep: 2 }
    }

    fn after(hours: u64) -> Time {
        NOON + Duration::from_secs(hours * 3600)
    }

    #[test]
    fn a_name_says_when_a_backup_was_made() {
        assert_eq!(named(NOON), "operate-20260301T120000Z.backup");
        assert_eq!(made_at(&named(NOON)), Some(NOON));
        for other in ["operate.backup", "operate-2026.backup", "operate-yyyymmddThhmmssZ.backup"] {
            assert_eq!(made_at(other), None, "{other}");
        }
    }

    #[test]
    fn what_a_killed_process_left_unfinished_is_deleted_a_day_later() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(format!("{}.partial", named(NOON)));
        std::fs::write(&left, "x").unwrap();
        std::fs::write(folder.path().join("mine.partial"), "x").unwrap();
        let day = Duration::from_secs(86_400);
        forget_unfinished(folder.path(), after(23), day).unwrap();
        assert!(left.exists(), "somebody may be at work on it");
        forget_unfinished(folder.path(), after(24), day).unwrap();
        assert!(!left.exists() && folder.path().join("mine.partial").exists());
    }

    #[test]
    fn a_backup_is_missed_once_it_is_twice_overdue() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(named(NOON)), "x").unwrap();
        std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
        let wrong = |began, now| known(&rules(folder.path()), began, now).wrong;
        assert_eq!(known(&rules(folder.path()), NOON, after(1)).backups.len(), 1);
        assert_eq!(wrong(NOON, after(47)), None);
        let missed = wrong(NOON, after(49)).unwrap();
        assert!(missed.contains("the newest was made at 2026-03-01T12:00:00Z"), "{missed}");
        // Who was stopped for long makes one first.
        assert_eq!(wrong(after(100), after(101)), None);
        let gone = known(&rules(&folder.path().join("gone")), NOON, NOON).wrong.unwrap();
        assert!(gone.contains("gone"), "{gone}");
        assert_eq!(known(&KeptBackups::default(), NOON, after(500)).wrong, None);
    }
}
