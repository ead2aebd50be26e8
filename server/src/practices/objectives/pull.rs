//! Asks sources for what was counted: once a minute what is settled, and the history of a window
//! at first sight. A source that fails is left alone for a while; what was not answered stays
//! unknown, and is asked for again.

use std::collections::BTreeMap;
use std::time::Duration;

use budgets::{Asked, ask, rest_minutes};
use connectors::prometheus::{AskError, Source};
use estate::DataSourceSpec;
use futures::future::BoxFuture;
use futures::{StreamExt as _, stream};
use kernel::{SpaceId, Time};
use spine::Fault;

use super::keep::{self, Heard};
use super::question::Question;
use super::store::{self, Status};
use super::{lease, sources, terms};
use crate::app::App;

const MINUTE: i64 = 60_000_000;
/// Objectives of one source that are asked about at once.
const AT_ONCE: usize = 4;
/// History is not begun later than so long after the round.
const HISTORY_WITHIN: Duration = Duration::from_secs(40);

/// One objective and its question.
struct Wanted {
    name: String,
    question: Question,
    /// The first minute of its window.
    from: i64,
    /// The first minute that is not settled.
    settled: i64,
}

/// Asks every source for what is settled at `now`. Faults of single sources are noted and logged.
///
/// # Errors
/// When the database refuses.
pub async fn round(app: &App, space: &SpaceId, now: Time) -> Result<(), Fault> {
    let snapshot = app.estate.snapshot(space);
    let mut by_source: BTreeMap<&str, (&DataSourceSpec, Vec<Wanted>)> = BTreeMap::new();
    for known in terms::all(&snapshot) {
        let Some((source, spec)) = terms::source(&snapshot, known.spec) else { continue };
        let Some(question) = Question::of(&known.spec.indicator) else { continue };
        let settled = terms::settled(&snapshot, known, now);
        let Ok(window) = known.spec.window.engine().at(settled.micros()) else { continue };
        let from = (window.from + MINUTE - 1).div_euclid(MINUTE);
        let settled = settled.micros() / MINUTE;
        let wanted = Wanted { name: known.name.to_owned(), question, from, settled };
        by_source.entry(source).or_insert_with(|| (spec, Vec::new())).1.push(wanted);
    }
    if by_source.is_empty() {
        return Ok(());
    }
    let mut conn = app.db.reader().await?;
    let statuses: BTreeMap<String, Status> =
        store::sources(&mut conn, space).await?.into_iter().collect();
    let asked: BTreeMap<String, Asked> =
        store::asked(&mut conn, space).await?.into_iter().collect();
    drop(conn);
    let mut rounds: Vec<BoxFuture<'_, ()>> = Vec::new();
    for (name, (spec, wanted)) in by_source {
        let status = statuses.get(name).cloned().unwrap_or_default();
        let round = Round { app, space, now, name, asked: &asked };
        rounds.push(Box::pin(async move {
            if let Err(fault) = round.all(spec, wanted, status).await {
                tracing::error!(error = %fault.chain(), source = name, "a source was not asked");
            }
        }));
    }
    futures::future::join_all(rounds).await;
    Ok(())
}

/// One round of one source.
struct Round<'a> {
    app: &'a App,
    space: &'a SpaceId,
    now: Time,
    name: &'a str,
    asked: &'a BTreeMap<String, Asked>,
}

impl Round<'_> {
    async fn all(
        &self,
        spec: &DataSourceSpec,
        wanted: Vec<Wanted>,
        mut status: Status,
    ) -> Result<(), Fault> {
        let minute = self.now.micros() / MINUTE;
        self.show_lag(&wanted);
        if status.rest_until > minute {
            return Ok(());
        }
        if !lease::taken(self.app, self.space, self.name, self.now).await? {
            return Ok(());
        }
        let credentials = sources::credentials(self.app, self.space, self.name).await?;
        let before = status.clone();
        let source = Source {
            url: spec.url.clone(),
            tenant: spec.tenant.clone(),
            timeout: spec.timeout.map(|wait| Duration::from_secs(u64::from(wait.seconds()))),
            credentials,
        };
        let mut questions: Vec<BoxFuture<'_, (&str, Result<Done, Stopped>)>> = Vec::new();
        for one in &wanted {
            let source = &source;
            questions
                .push(Box::pin(async move { (one.name.as_str(), self.one(source, one).await) }));
        }
        let mut rounds = stream::iter(questions).buffer_unordered(AT_ONCE);
        let mut away = None;
        while let Some((name, result)) = rounds.next().await {
            match result {
                Ok(Done { note: Some(note) }) => drop(status.notes.insert(name.to_owned(), note)),
                Ok(Done { note: None }) => drop(status.notes.remove(name)),
                Err(Stopped::Ask(error)) if error.query => {
                    status.notes.insert(name.to_owned(), error.detail);
                }
                Err(Stopped::Ask(error)) => {
                    away = Some(error.detail);
                    break;
                }
                Err(Stopped::Fault(fault)) => return Err(fault),
            }
        }
        drop(rounds);
        let result = if away.is_some() { "failed" } else { "answered" };
        let name = self.name.to_owned();
        metrics::counter!("operate_objective_rounds_total", "source" => name, "result" => result)
            .increment(1);
        status.notes.retain(|name, _| wanted.iter().any(|one| one.name == *name));
        match away {
            Some(error) => {
                status.failures += 1;
                status.rest_until = minute + rest_minutes(status.failures);
                tracing::warn!(source = self.name, error, "a source of measures does not answer");
                status.error = Some(error);
            }
            None => {
                let answered_at = Some(self.now);
                status = Status { answered_at, notes: status.notes, ..Status::default() };
            }
        }
        if status != before { self.note(status).await } else { Ok(()) }
    }

    async fn note(&self, status: Status) -> Result<(), Fault> {
        let (space, source) = (self.space.clone(), self.name.to_owned());
        let work = self.app.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::put_status(tx, &space, &source, &status).await })
        });
        work.await
    }

    /// By how long the objective that is furthest behind lags.
    fn show_lag(&self, wanted: &[Wanted]) {
        let minute = self.now.micros() / MINUTE;
        let until = |one: &Wanted| self.asked.get(&one.name).map_or(one.from, |asked| asked.until);
        let lag = wanted.iter().map(|one| minute - until(one)).max().unwrap_or_default();
        metrics::gauge!("operate_objective_lag_seconds", "source" => self.name.to_owned())
            .set(lag.max(0) as f64 * 60.0);
    }

    /// Asks about one objective; what was answered is kept even when a later question fails.
    async fn one(&self, source: &Source, wanted: &Wanted) -> Result<Done, Stopped> {
        let (app, name) = (self.app, &wanted.name);
        app.objectives.fill(&app.db, self.space, name, wanted.from).await?;
        let mut asked = self.asked.get(name).copied();
        let gaps = |range: &std::ops::Range<i64>| {
            let within = calendar::Span::new(range.start * MINUTE, range.end * MINUTE);
            let sum = app.objectives.with(self.space, name, |buckets| buckets.sum(within));
            sum.is_some_and(|sum| sum.unknown_micros > 0)
        };
        let ranges = ask(asked, (wanted.from, wanted.settled), turn(name), gaps);
        let mut note = None;
        for range in ranges {
            let history = range.end < wanted.settled;
            if history && app.world.now().since(self.now) > HISTORY_WITHIN {
                break;
            }
            let answered = wanted.question.ask(&app.sources, source, range.clone()).await?;
            if !history {
                note = answered.note;
            }
            let now_asked = Asked::and(asked, &range);
            if answered.minutes.is_empty() && asked == Some(now_asked) {
                continue;
            }
            asked = Some(now_asked);
            let heard = Heard { objective: name.clone(), minutes: answered.minutes, asked };
            keep::keep(app, self.space, vec![heard]).await?;
        }
        Ok(Done { note })
    }
}

struct Done {
    note: Option<String>,
}

/// Why asking stopped.
enum Stopped {
    Ask(AskError),
    Fault(Fault),
}

impl From<AskError> for Stopped {
    fn from(error: AskError) -> Stopped {
        Stopped::Ask(error)
    }
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Stopped {
        Stopped::Fault(fault)
    }
}

/// Spreads objectives over the minutes of an hour.
fn turn(name: &str) -> i64 {
    name.bytes().fold(0_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 3_600)
}
