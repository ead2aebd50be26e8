//! How objectives stand, reckoned from what is in memory.

use std::sync::Arc;

use budgets::{Figures, Terms, figures};
use kernel::{SpaceId, Time};
use spine::Fault;

use super::exclusions;
use super::live::DAY;
use super::terms::{self, Known};
use crate::app::App;
use crate::practices::estate::live::Snapshot;

const MINUTE: i64 = 60_000_000;

/// An objective with what it promises, and how it stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What it promises.
    pub terms: Arc<Terms>,
    /// How it stands.
    pub figures: Arc<Figures>,
}

/// Looks at an objective now; `Err` within says why it cannot be reckoned with.
///
/// # Errors
/// When the database refuses.
pub async fn look(
    app: &App,
    space: &SpaceId,
    snapshot: &Arc<Snapshot>,
    known: Known<'_>,
    now: Time,
) -> Result<Result<Standing, String>, Fault> {
    let settled = terms::settled(snapshot, known, now);
    at(app, (space, snapshot), known, settled).await
}

/// Looks at an objective with what was counted up to a time.
///
/// # Errors
/// When the database refuses.
pub async fn at(
    app: &App,
    (space, snapshot): (&SpaceId, &Arc<Snapshot>),
    known: Known<'_>,
    settled: Time,
) -> Result<Result<Standing, String>, Fault> {
    let window = known.spec.window.engine();
    let from = match window.at(settled.micros()) {
        Ok(window) => window.from / MINUTE,
        Err(error) => return Ok(Err(error.to_string())),
    };
    app.objectives.fill(&app.db, space, known.name, from - DAY).await?;
    let terms = match app.objectives.terms((space, known.name), snapshot, settled) {
        Some(terms) => terms,
        None => match worked_out(app, (space, snapshot), known, settled).await? {
            Ok(terms) => terms,
            Err(why) => return Ok(Err(why)),
        },
    };
    let worked_out = app
        .objectives
        .with(space, known.name, |buckets| figures(&terms, buckets, settled))
        .ok_or_else(|| Fault::Other(format!("objective {} is not in memory", known.name)))?;
    Ok(worked_out
        .map(|figures| Standing { terms: terms.clone(), figures: Arc::new(figures) })
        .map_err(|error| error.to_string()))
}

/// Works the terms of an objective out, and remembers them for as long as the estate stays as it
/// is.
async fn worked_out(
    app: &App,
    (space, snapshot): (&SpaceId, &Arc<Snapshot>),
    known: Known<'_>,
    settled: Time,
) -> Result<Result<Arc<Terms>, String>, Fault> {
    let past = match known.spec.exclude.contract {
        Some(_) => exclusions::past(&mut app.db.reader().await?, space, known.spec).await?,
        None => Vec::new(),
    };
    let made = terms::terms((snapshot, &past), known.spec, settled);
    if let Ok(terms) = &made {
        let key = (space, known.name);
        app.objectives.note_terms(key, snapshot, settled, terms.clone());
    }
    Ok(made)
}
