//! Contracts as the API shows them.

use ::contracts::compliance::{
    ClockReport, Consumed, Figures, Outlook, Period, Supposed, Verdict, suppose,
};
use estate::{ContractStatus, ContractType, ServiceContractSpec};
use kernel::{ItemRef, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::close::{Closing, Restated, restated};
use super::gather::{Book, Deal};
use super::store::Closed;
use super::underpinning::{PromiseCheck, Underpinning, check, promised};
use super::words::{self, PromiseWords};

/// Past periods that a list shows of each contract.
const TREND_MAX: usize = 12;

/// Where a contract is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractState {
    /// Being negotiated.
    Draft,
    /// Agreed, and not begun.
    Agreed,
    /// It holds.
    Active,
    /// It is over.
    Expired,
    /// Given up before its end.
    Terminated,
}

/// Where a contract is in its life at a time.
pub fn state(spec: &ServiceContractSpec, now: Time) -> ContractState {
    match spec.status {
        ContractStatus::Draft => ContractState::Draft,
        ContractStatus::Terminated => ContractState::Terminated,
        ContractStatus::Agreed if now < spec.start => ContractState::Agreed,
        ContractStatus::Agreed if spec.end.is_some_and(|end| end <= now) => ContractState::Expired,
        ContractStatus::Agreed => ContractState::Active,
    }
}

/// A contract in a list.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct ContractRow {
    /// Its name.
    pub contract: ItemRef,
    /// What people call it.
    pub title: String,
    /// Between whom it is.
    pub contract_type: ContractType,
    /// Where it is in its life.
    pub state: ContractState,
    /// Who promises.
    pub provider: ItemRef,
    /// To whom.
    pub consumer: ItemRef,
    /// What it is about.
    pub scope: Vec<ItemRef>,
    /// What is promised now, in a few words.
    pub promise: String,
    /// How the period that runs stands.
    pub now: Option<PeriodBar>,
    /// How the period that runs will end.
    pub outlook: Option<Outlook>,
    /// Why.
    pub because: Option<String>,
    /// Since when an outage lasts that counts.
    pub away_since: Option<Time>,
    /// The last periods that are over, the oldest first.
    pub trend: Vec<PeriodBar>,
}

/// A period in a few figures.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct PeriodBar {
    /// Which.
    pub period: Period,
    /// Whether the promise was kept.
    pub verdict: Verdict,
    /// The least share.
    pub target_percent: Option<f64>,
    /// Availability over the time of which something is known.
    pub measured_percent: Option<f64>,
    /// Which share of the agreed time is unknown.
    pub unknown_percent: Option<f64>,
    /// How long it may be down.
    pub allowance_seconds: Option<f64>,
    /// How long it was down.
    pub down_seconds: f64,
    /// What is left of the allowance.
    pub left_seconds: Option<f64>,
    /// Whether it could be consumed as agreed, by checks from the side of the consumer too;
    /// nothing where the terms name none, and in a trend.
    pub consumable: Option<Consumed>,
    /// Why.
    pub consumable_because: Option<String>,
}

impl From<&Figures> for PeriodBar {
    fn from(figures: &Figures) -> PeriodBar {
        PeriodBar {
            period: figures.period.clone(),
            verdict: figures.verdict,
            target_percent: figures.target_percent,
            measured_percent: figures.measured_percent,
            unknown_percent: figures.unknown_percent,
            allowance_seconds: figures.allowance_seconds,
            down_seconds: figures.down_seconds,
            left_seconds: figures.left_seconds,
            consumable: figures.consumable.as_ref().map(|told| told.answer),
            consumable_because: figures.consumable.as_ref().map(|told| told.because.clone()),
        }
    }
}

/// A contract with everything about it.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct ContractView {
    /// As in lists.
    #[serde(flatten)]
    pub row: ContractRow,
    /// Its first moment.
    pub start: Time,
    /// The first moment after it.
    pub end: Option<Time>,
    /// Anything else that was agreed.
    pub text: Option<String>,
    /// The promise that holds now, or the newest, in plain words.
    pub words: Vec<PromiseWords>,
    /// What was promised from when on, the newest first.
    pub versions: Vec<VersionView>,
    /// The figures of the period that runs, with the intervals behind them.
    pub present: Option<Figures>,
    /// The periods that are over, the newest first.
    pub history: Vec<PastPeriod>,
    /// Which of them other targets would have kept.
    pub supposed: Vec<Supposed>,
    /// Whether the promise can be kept with what it rests on.
    pub check: PromiseCheck,
    /// What it is about now and nobody observes: no alert on it or on what it needs was ever kept,
    /// no objective measures it, no heartbeat watches it. That it was up is not known.
    pub unobserved: Vec<ItemRef>,
    /// The contracts that it rests on.
    pub underpinned_by: Vec<Underpinning>,
}

/// What was promised from a time on.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct VersionView {
    /// Its first moment.
    pub from: Time,
    /// The first moment after it.
    pub until: Option<Time>,
    /// Why it was changed, and who decided.
    pub reason: Option<String>,
    /// The promise in a few words.
    pub promise: String,
    /// What it was about.
    pub scope: Vec<ItemRef>,
}

/// A period that is over.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct PastPeriod {
    /// Its figures: as they were frozen, where it is closed.
    #[serde(flatten)]
    pub bar: PeriodBar,
    /// Outages that cost service time.
    pub failures: usize,
    /// What is given back of the fee, in percent.
    pub credit_percent: f64,
    /// Whether its figures are frozen.
    pub closed: bool,
    /// Whether it comes to something else by now.
    pub restated: bool,
}

/// A period of a contract with everything behind it.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct ComplianceReport {
    /// The contract.
    pub contract: ItemRef,
    /// What people call it.
    pub title: String,
    /// Who promises.
    pub provider: ItemRef,
    /// To whom.
    pub consumer: ItemRef,
    /// What it is about.
    pub scope: Vec<ItemRef>,
    /// The promise in plain words.
    pub words: Vec<PromiseWords>,
    /// The figures: as they were frozen, where the period is closed.
    pub figures: Figures,
    /// What became of the clocks.
    pub clocks: ClockReport,
    /// That it is closed.
    pub closed: Option<Closing>,
    /// What it comes to by now, where that differs from what was frozen.
    pub restated: Option<Restated>,
    /// When this was drawn.
    pub drawn_at: Time,
    /// What the asker may do: `close`.
    pub allowed: Vec<&'static str>,
    /// Why it cannot be closed now.
    pub not_closed_because: Option<String>,
    /// The period before.
    pub before: Option<String>,
    /// The period after.
    pub after: Option<String>,
}

impl ContractRow {
    /// A contract as it stands now.
    pub fn of(book: &Book, deal: &Deal) -> ContractRow {
        let spec = &deal.spec;
        let mut periods = book.periods(deal);
        let running = periods.pop_if(|period| book.now < period.until);
        let present = running.map(|period| book.figures(deal, &period));
        let first = periods.len().saturating_sub(TREND_MAX);
        let trend = periods[first..].iter();
        let trend = trend.map(|period| (&book.figures_of_incidents(deal, period)).into());
        let terms = spec.terms_at(book.now).map(|(_, terms)| terms).or(spec.terms.last());
        let forecast = present.as_ref().and_then(|figures| figures.forecast.clone());
        ContractRow {
            contract: deal.item.clone(),
            title: deal.title.clone(),
            contract_type: spec.contract_type,
            state: state(spec, book.now),
            provider: spec.provider.clone(),
            consumer: spec.consumer.clone(),
            scope: spec.scope_at(book.now).to_vec(),
            promise: terms.map(words::short).unwrap_or_default(),
            now: present.as_ref().map(PeriodBar::from),
            outlook: forecast.as_ref().map(|forecast| forecast.outlook),
            because: forecast.map(|forecast| forecast.because),
            away_since: present.as_ref().and_then(away_since),
            trend: trend.collect(),
        }
    }
}

/// Since when an outage lasts that counts.
pub fn away_since(figures: &Figures) -> Option<Time> {
    let lasting = figures.lines.iter().filter(|line| line.ongoing && line.counted_seconds > 0.0);
    lasting.map(|line| line.from).min()
}

impl ContractView {
    /// A contract with everything about it.
    pub fn of(book: &Book, deal: &Deal, closed: &[Closed]) -> ContractView {
        let (spec, estate) = (&deal.spec, &book.snapshot.estate);
        let over = book.periods(deal).into_iter().filter(|period| period.until <= book.now);
        let past: Vec<Figures> = over.map(|period| book.figures(deal, &period)).collect();
        let terms = spec.terms_at(book.now).map(|(_, terms)| terms).or(spec.terms.last());
        let holds = promised(spec, book.now);
        let versions = spec.terms.iter().enumerate().map(|(place, terms)| {
            let (from, until) = spec.holds(place);
            let (reason, promise) = (terms.reason.clone(), words::short(terms));
            let scope = spec.scope_of(terms).to_vec();
            VersionView { from, until, reason, promise, scope }
        });
        let mut versions: Vec<VersionView> = versions.collect();
        versions.reverse();
        ContractView {
            row: ContractRow::of(book, deal),
            start: spec.start,
            end: spec.end,
            text: spec.text.clone(),
            words: terms.map(|terms| words::of_terms(estate, terms)).unwrap_or_default(),
            versions,
            present: book.present(deal),
            supposed: holds.map(|holds| suppose(&past, holds)).unwrap_or_default(),
            history: past.iter().rev().map(|figures| past_period(figures, closed)).collect(),
            check: check(estate, spec, book.now),
            unobserved: Vec::new(),
            underpinned_by: Vec::new(),
        }
    }
}

fn past_period(figures: &Figures, closed: &[Closed]) -> PastPeriod {
    let closed = closed.iter().find(|closed| closed.period == figures.period.name);
    let shown = closed.map_or(figures, |closed| &closed.frozen.figures);
    PastPeriod {
        bar: shown.into(),
        failures: shown.reliability.failures,
        credit_percent: shown.credit_percent,
        closed: closed.is_some(),
        restated: closed.is_some_and(|c| restated(&c.frozen.figures, figures).is_some()),
    }
}
