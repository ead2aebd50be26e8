//! Freezing the figures of a period. What was frozen is kept with what it was drawn from; where the
//! same period comes to something else later, both are shown.

use std::collections::{BTreeMap, BTreeSet};

use ::contracts::clocks::Kind as ClockKind;
use ::contracts::compliance::{ClockReport, Counted, Figures, Performance, Period, Verdict};
use kernel::{Actor, Fact, ItemRef, Priority, SpaceId, Time, hex};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use spine::journal::{self, Position, Stamp};
use spine::{Denied, Fault};
use utoipa::ToSchema;

use super::gather::{Book, Deal};
use super::store::{self, Closed};
use crate::app::App;
use crate::problem::{Answer, Problem};

/// Figures as they were frozen.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = FrozenFigures)]
pub struct Frozen {
    /// The figures.
    pub figures: Figures,
    /// What became of the clocks.
    pub clocks: ClockReport,
    /// Anything to add, or why it was closed again.
    pub note: String,
    /// How far the journal was read: transaction and sequence number.
    pub journal: (i64, i64),
    /// SHA-256 over the contract, its calendars, and everything that happened to it in the period.
    pub inputs_hash: String,
}

/// That, when and by whom a period was closed.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = ContractClosing)]
pub struct Closing {
    /// Counts how often it was closed, from 1.
    pub revision: i64,
    /// When.
    pub closed_at: Time,
    /// By whom.
    pub closed_by: Actor,
    /// Anything to add, or why it was closed again.
    pub note: String,
    /// How far the journal was read: the number of the last entry.
    pub journal_seq: i64,
    /// SHA-256 over what the figures were drawn from.
    pub inputs_hash: String,
}

/// A closed period that comes to something else by now.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Restated {
    /// The figures as they are now.
    pub figures: Figures,
    /// What differs.
    pub changes: Vec<Restatement>,
}

/// One figure that differs from the frozen one.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Restatement {
    /// What it is called.
    pub figure: &'static str,
    /// As it was frozen.
    pub was: String,
    /// As it is now.
    pub is: String,
}

impl Closing {
    /// What is told of a closing.
    pub fn of(closed: &Closed) -> Closing {
        Closing {
            revision: closed.revision,
            closed_at: closed.at,
            closed_by: closed.by.clone(),
            note: closed.frozen.note.clone(),
            journal_seq: closed.frozen.journal.1,
            inputs_hash: closed.frozen.inputs_hash.clone(),
        }
    }
}

/// What the figures of a closed period come to now, where that differs.
pub fn restated(frozen: &Figures, now: &Figures) -> Option<Restated> {
    let now = as_kept(now);
    (!frozen.same_as(&now)).then(|| Restated { changes: changes(frozen, &now), figures: now })
}

/// What a closed period comes to now, its clocks among it.
pub fn restated_whole(frozen: &Frozen, now: &Figures, clocks: &ClockReport) -> Option<Restated> {
    let figures = restated(&frozen.figures, now);
    let clocks = clock_changes(&frozen.clocks, clocks);
    if figures.is_none() && clocks.is_empty() {
        return None;
    }
    let unchanged = || Restated { figures: as_kept(now), changes: Vec::new() };
    let mut told = figures.unwrap_or_else(unchanged);
    told.changes.extend(clocks);
    Some(told)
}

/// What became of clocks, where a correction made something else of it.
fn clock_changes(was: &ClockReport, is: &ClockReport) -> Vec<Restatement> {
    let counted = |report: &ClockReport| -> BTreeMap<(ClockKind, Priority), (usize, usize)> {
        let counts = report.rows.iter().filter(|row| row.met + row.missed > 0);
        counts.map(|row| ((row.clock, row.priority), (row.met, row.missed))).collect()
    };
    let (was, is) = (counted(was), counted(is));
    let places: BTreeSet<&(ClockKind, Priority)> = was.keys().chain(is.keys()).collect();
    let told = |place: &(ClockKind, Priority), of: &BTreeMap<_, (usize, usize)>| {
        let (met, missed) = of.get(place).copied().unwrap_or_default();
        format!("{}: {met} met, {missed} missed", place.1)
    };
    let differ = places.into_iter().filter(|place| was.get(place) != is.get(place));
    let change = |place: &(ClockKind, Priority)| Restatement {
        figure: match place.0 {
            ClockKind::Respond => "clocks to respond",
            ClockKind::Update => "clocks to update",
            ClockKind::Restore => "clocks to restore",
            ClockKind::Resolve => "clocks to resolve",
        },
        was: told(place, &was),
        is: told(place, &is),
    };
    differ.map(change).collect()
}

/// As the figures read back from where they are kept: the last digit of a number may differ.
pub fn as_kept(figures: &Figures) -> Figures {
    let text = serde_json::to_string(figures).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_else(|_| figures.clone())
}

fn changes(was: &Figures, is: &Figures) -> Vec<Restatement> {
    let percent = |value: Option<f64>| value.map_or("none".to_owned(), |v| format!("{v:.4} %"));
    let minutes = |seconds: f64| format!("{:.1} min", seconds / 60.0);
    let verdict = |verdict: Verdict| verdict.word().to_owned();
    let figures = |of: &Figures| {
        [
            ("verdict", verdict(of.verdict)),
            ("target", percent(of.target_percent)),
            ("availability", percent(of.measured_percent)),
            ("agreed time", minutes(of.agreed_whole_seconds)),
            ("down", minutes(of.down_seconds)),
            ("maintenance", minutes(of.exempt_seconds)),
            ("unknown", minutes(of.unknown_seconds)),
            ("failures", of.reliability.failures.to_string()),
            ("credit", format!("{} %", of.credit_percent)),
        ]
    };
    let pairs = figures(was).into_iter().zip(figures(is));
    let differ = pairs.filter(|((_, was), (_, is))| was != is);
    let told = differ.map(|((figure, was), (_, is))| Restatement { figure, was, is });
    told.chain(counted_changes(was, is)).collect()
}

/// What differs in figures that are drawn from counts of objectives.
fn counted_changes(was: &Figures, is: &Figures) -> Vec<Restatement> {
    let mut changes = Vec::new();
    let consumed = |figures: &Figures| {
        let told = figures.consumable.as_ref()?;
        let minutes = |seconds: f64| format!("{:.1} min", seconds / 60.0);
        let (down, unknown) = (minutes(told.down_seconds), minutes(told.unknown_seconds));
        Some(format!("{}, down {down}, unknown {unknown}", told.answer.word()))
    };
    let forgotten = match (&was.consumable, &is.consumable) {
        (Some(was), Some(is)) => was.forgotten_in(is),
        _ => false,
    };
    if let (Some(was), Some(is)) = (consumed(was), consumed(is))
        && was != is
        && !forgotten
    {
        changes.push(Restatement { figure: "consumable as agreed", was, is });
    }
    let told = |line: &Performance| {
        let share = line.reached_percent.map_or("none".to_owned(), |v| format!("{v:.4} %"));
        format!("{}: {share}, {} of {} bad", line.title, line.bad, line.total)
    };
    for before in &was.performance {
        let after = is.performance.iter().find(|line| line.objective == before.objective);
        let after = after.filter(|after| !before.forgotten_in(after));
        if let Some((was, is)) = after.map(|after| (told(before), told(after)))
            && was != is
        {
            changes.push(Restatement { figure: "performance", was, is });
        }
    }
    changes
}

/// Why a period cannot be closed now; nothing when it can.
pub fn refusal(
    figures: &Figures,
    closed: Option<&Closed>,
    restated: Option<&Restated>,
    now: Time,
) -> Option<String> {
    let name = &figures.period.name;
    if now < figures.period.until {
        return Some(format!("{name} is not over before {}", figures.period.until));
    }
    match (closed, restated) {
        (Some(_), None) => Some(format!("{name} is closed, and nothing has changed since")),
        _ => None,
    }
}

/// Freezes the figures of a period.
///
/// # Errors
/// When the period is not over, or is closed and nothing has changed; when the database refuses.
pub async fn close(
    app: &App,
    (space, by): (&SpaceId, Actor),
    (book, deal): (&Book, &Deal),
    (period, note): (&Period, &str),
) -> Answer<i64> {
    let figures = book.figures(deal, period);
    let clocks = super::routes::clocks(app, space, (book, deal), period).await?;
    let mut conn = app.db.reader().await?;
    let position = journal::end(&mut conn).await?;
    let before = newest(store::closed(&mut conn, space, &deal.item).await?, &period.name);
    drop(conn);
    let changed = before.as_ref();
    let changed = changed.and_then(|closed| restated_whole(&closed.frozen, &figures, &clocks));
    if let Some(why) = refusal(&figures, before.as_ref(), changed.as_ref(), book.now) {
        return Err(Problem::refused(why).at("period"));
    }
    if before.is_some() && note.trim().is_empty() {
        return Err(Problem::refused("say why it is closed again").at("note"));
    }
    let inputs = inputs(book, deal, period, position);
    let frozen = Frozen {
        figures,
        clocks,
        note: note.trim().to_owned(),
        journal: (position.tx, position.seq),
        inputs_hash: hex(&Sha256::digest(inputs.as_bytes())),
    };
    let (space, contract) = (space.clone(), deal.item.clone());
    let (period, now) = (period.name.clone(), book.now);
    let work = app.db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let key = (&contract, period.as_str());
            let revision = store::freeze(tx, &space, key, (now, &by), (&frozen, &inputs)).await?;
            let fact = closed_fact(&contract, &period, revision, &frozen);
            let stamp = Stamp { space: &space, at: now, actor: &by, cause: None };
            journal::append(tx, &stamp, &[fact]).await?;
            Ok(revision)
        })
    });
    Ok(work.await?)
}

fn closed_fact(contract: &ItemRef, period: &str, revision: i64, frozen: &Frozen) -> Fact {
    let data = json!({
        "period": period,
        "revision": revision,
        "verdict": frozen.figures.verdict,
        "inputs_hash": frozen.inputs_hash,
        "note": frozen.note,
    });
    Fact {
        subject: format!("item:{contract}"),
        kind: "contract.closed".to_owned(),
        data: data.into(),
    }
}

/// The newest closing of a period.
pub fn newest(closed: Vec<Closed>, period: &str) -> Option<Closed> {
    let of = closed.into_iter().filter(|closed| closed.period == period);
    of.max_by_key(|closed| closed.revision)
}

/// Everything that the figures of a period follow from, as it is kept and hashed.
pub fn inputs(book: &Book, deal: &Deal, period: &Period, position: Position) -> String {
    let seen = book.seen.of(&deal.agreement, period.from, period.until);
    let unknown: Vec<(i64, i64)> =
        seen.unknown.iter().map(|span| (span.from, span.until)).collect();
    let calendars = deal.spec.terms.iter().filter_map(|terms| {
        book.snapshot.estate.get(terms.calendar.as_ref()?.item()).map(|resource| &resource.spec)
    });
    let inputs = json!({
        "contract": deal.spec,
        "calendars": calendars.collect::<Vec<_>>(),
        "incidents": seen.cases,
        "maintenance": seen.works,
        "unknown": unknown,
        "blind": seen.blind,
        "counted": counted_hashes(&seen.counted, period),
        "journal": (position.tx, position.seq),
    });
    inputs.to_string()
}

/// The counts of each objective in a period, as a hash each: they are many.
fn counted_hashes(counted: &[Counted], period: &Period) -> Vec<(String, String)> {
    const MINUTE: i64 = 60_000_000;
    let minutes = period.from.micros() / MINUTE..(period.until.micros() + MINUTE - 1) / MINUTE;
    let hash = |counted: &Counted| {
        let mut hasher = Sha256::new();
        hasher.update(format!("{:?}", counted.measure));
        for target in counted.targets.iter().filter(|target| target.from < period.until) {
            hasher.update(format!("{target:?}"));
        }
        for minute in minutes.clone() {
            if let Some(counts) = counted.counts.minute(minute) {
                hasher.update(minute.to_be_bytes());
                hasher.update(counts.good().to_be_bytes());
                hasher.update(counts.total().to_be_bytes());
            }
        }
        (counted.objective.to_string(), hex(&hasher.finalize()))
    };
    counted.iter().map(hash).collect()
}

/// The closings of a contract by period, the newest of each.
///
/// # Errors
/// When the database refuses.
pub async fn newest_of_each(
    app: &App,
    space: &SpaceId,
    contract: &ItemRef,
) -> Result<Vec<Closed>, Fault> {
    let mut conn = app.db.reader().await?;
    let mut all = store::closed(&mut conn, space, contract).await?;
    // The newest of each period comes first.
    all.dedup_by(|later, earlier| later.period == earlier.period);
    Ok(all)
}
