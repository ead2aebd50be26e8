//! What is used of what contracts allow: alerts that warn while a period runs, and what one
//! incident took of it.

use std::time::Duration;

use ::contracts::compliance::{AllowanceAlarm, Boundary, Figures, Period, SOURCE, Verdict};
use alerts::{Labels, Signal};
use estate::{Resource, Spec};
use kernel::{IncidentId, ItemRef, SpaceId, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::gather::{Book, Deal};
use super::words;
use crate::app::App;
use crate::problem::Answer;
use crate::rounds::{self, Again};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(60);
/// An alert that is not said again for so long is over: a period ended, or a contract is gone.
const HOLDS: Duration = Duration::from_secs(300);

/// Tells the intake again and again which allowances are near their end or beyond it, until the
/// process stops.
pub async fn run(app: App) {
    rounds::run(app, "contract_allowances", Again::After(EVERY), async |app| round(&app).await)
        .await;
}

async fn round(app: &App) -> Answer<()> {
    let space = SpaceId::main();
    let book = Book::running(app, &space, promises).await?;
    let base_url = app.config.base_url();
    let signals = book.deals.iter().filter_map(|deal| {
        let figures = book.stakes(deal)?;
        let alarm = AllowanceAlarm::of(&deal.title, &figures)?;
        Some(signal(deal, &figures.period, &alarm, (&base_url, book.now)))
    });
    let signals: Vec<Signal> = signals.collect();
    if !signals.is_empty() {
        app.intake.take(space, signals).await?;
    }
    Ok(())
}

/// Whether a contract says how much of the time something is there.
fn promises(resource: &Resource) -> bool {
    let Spec::ServiceContract(spec) = &resource.spec else { return false };
    spec.terms.iter().any(|terms| terms.availability.is_some())
}

fn signal(
    deal: &Deal,
    period: &Period,
    alarm: &AllowanceAlarm,
    (base_url, now): (&str, Time),
) -> Signal {
    let (contract, provider) = (deal.item.name(), &deal.spec.provider);
    let share = alarm.share.map(|share| share.to_string()).unwrap_or_default();
    let team = if provider.kind() == "team" { provider.name() } else { "" };
    // Not `service`: a rule would take the alert for a sign that the item is broken.
    let labels = [
        ("alertname", alarm.name()),
        ("severity", alarm.severity()),
        ("contract", contract),
        ("period", &period.name),
        ("share", &share),
        ("team", team),
    ];
    Signal {
        source: SOURCE.into(),
        key: Some(format!("{}/{contract}", alarm.name()).into()),
        rule: None,
        labels: Labels::new(labels.into_iter().filter(|(_, value)| !value.is_empty())),
        annotations: Labels::new([("summary", alarm.summary.as_str())]),
        starts_at: None,
        ends_at: Some(now + HOLDS),
        generator_url: format!("{base_url}/contracts/{contract}").into(),
    }
}

/// What an incident took of what a contract allows, and what is left of that.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IncidentAllowance {
    /// The line of the contract: "99.9 % a month".
    promise: String,
    /// Over what time: the last period that the incident reaches into.
    period: Period,
    /// How much of the incident counts in it.
    counted_seconds: f64,
    /// Whether it goes on counting.
    ongoing: bool,
    /// Whether it used the allowance up, or took more when nothing was left.
    pub used_up: bool,
    /// Why it counts, or does not.
    because: String,
    /// How long it may be down in the whole period, all incidents together.
    allowance_seconds: Option<f64>,
    /// What is left of that; negative once it is used up.
    left_seconds: Option<f64>,
    /// The next share below which something follows, and when it is crossed at this rate.
    next: Option<Boundary>,
    /// Whether the promise of the period was kept, as far as is known.
    verdict: Verdict,
}

impl IncidentAllowance {
    /// Whether more of the allowance may go.
    pub fn counts(&self) -> bool {
        self.ongoing
    }

    fn of(deal: &Deal, figures: Figures, incident: IncidentId) -> Option<IncidentAllowance> {
        let taken = figures.taken_by(incident)?;
        let terms = deal.spec.terms_at(figures.period.from).map(|(_, terms)| terms);
        let terms = terms.or(deal.spec.terms.first());
        let next = figures.forecast.and_then(|forecast| {
            forecast.boundaries.into_iter().find(|boundary| boundary.left_seconds >= 0.0)
        });
        Some(IncidentAllowance {
            promise: terms.and_then(words::share).unwrap_or_default(),
            period: figures.period,
            counted_seconds: taken.counted_seconds,
            ongoing: taken.ongoing,
            used_up: taken.used_up,
            because: taken.because,
            allowance_seconds: figures.allowance_seconds,
            left_seconds: figures.left_seconds,
            next,
            verdict: figures.verdict,
        })
    }
}

/// What an incident took of each of these contracts; those that promise no availability, or that
/// it does not touch, are left out.
///
/// # Errors
/// When the database refuses.
pub async fn of_incident(
    app: &App,
    space: &SpaceId,
    incident: IncidentId,
    contracts: &[ItemRef],
) -> Answer<Vec<(ItemRef, IncidentAllowance)>> {
    let wanted = |resource: &Resource| contracts.contains(resource.item()) && promises(resource);
    let book = Book::of_incidents(app, space, wanted).await?;
    let Some(case) = book.seen.cases.iter().find(|case| case.incident.id == incident) else {
        return Ok(Vec::new());
    };
    let of = |deal: &Deal| {
        let hits = case.hits.iter().filter(|hit| deal.agreement.covers(&hit.item));
        let times: Vec<&(Time, Option<Time>)> = hits.flat_map(|hit| &hit.times).collect();
        let reaches = |period: &&Period| {
            let mut within = times.iter().filter(|(from, _)| *from < period.until);
            within.any(|(_, end)| period.from < end.unwrap_or(book.now))
        };
        let periods = book.periods(deal);
        let period = periods.iter().rfind(reaches)?;
        let figures = book.figures_of_incidents(deal, period);
        Some((deal.item.clone(), IncidentAllowance::of(deal, figures, incident)?))
    };
    Ok(book.deals.iter().filter_map(of).collect())
}
