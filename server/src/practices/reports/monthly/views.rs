//! The monthly report as the API shows it.

use ::contracts::compliance::{Figures, Performance, Period, Verdict};
use kernel::{IncidentId, ItemRef, Priority, Time};
use reports::{LoadReport, RuleReport, TimesReport, Totals};
use serde::Serialize;
use utoipa::ToSchema;

use super::key::KeyFigure;

/// A month of a product or service, beside the month before.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct MonthlyReport {
    /// The product or service.
    pub item: ItemRef,
    /// What people call it.
    pub title: String,
    /// The team that answers for it.
    pub team: Option<ItemRef>,
    /// The zone in whose midnights months begin.
    pub time_zone: String,
    /// When this was drawn.
    pub drawn_at: Time,
    /// What the report is about beside the item: everything that it needs.
    pub needs: Vec<ItemRef>,
    /// The figures at a glance, each beside that of the month before.
    pub key: Vec<KeyFigure>,
    /// The month.
    pub month: Month,
    /// The month before.
    pub before: Month,
    /// The name of the month after, once it has begun.
    pub after: Option<String>,
}

/// What happened in a month, and how it was dealt with.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = ReportMonth)]
pub struct Month {
    /// Its name: `2026-10`.
    pub name: String,
    /// Its first moment.
    pub from: Time,
    /// The first moment after it.
    pub to: Time,
    /// Whether it is not over, so that its figures will change.
    pub provisional: bool,
    /// Whether Operate was there in some of it; else nothing is known of it, and no figure is told.
    pub watched: bool,
    /// How long things took, and how many incidents there were.
    pub times: TimesReport,
    /// Those of priority P1 or P2, or declared major, that were opened in it.
    pub major: Vec<MajorIncident>,
    /// Availability day and night, whatever a contract promises, with the intervals behind it and
    /// the failures.
    pub availability: Figures,
    /// The objectives about the item and what it needs.
    pub objectives: Vec<Performance>,
    /// What contracts promised, and what was kept.
    pub contracts: Vec<ContractMonth>,
    /// The alerts about the item and what it needs.
    pub alerts: AlertMonth,
    /// Whom its incidents called.
    pub load: LoadReport,
    /// Why calls are left out; nothing where they are told.
    pub load_left_out: Option<String>,
    /// Planned work that takes it down.
    pub maintenance: Vec<MaintenanceMonth>,
    /// Changes that were reported of it and of what it needs.
    pub changes: Vec<ReportedChange>,
    /// Whether there were more changes than are told, so that they are not counted.
    pub changes_cut: bool,
}

/// A major incident: one of priority P1 or P2.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct MajorIncident {
    /// The incident.
    pub incident: IncidentId,
    /// The number that people call it by.
    pub number: u64,
    /// What was wrong.
    pub title: String,
    /// The order of work.
    pub priority: Priority,
    /// The likely cause among the items.
    pub main_item: Option<ItemRef>,
    /// When it was opened.
    pub opened_at: Time,
    /// When the service was back.
    pub restored_at: Option<Time>,
    /// How long it took to restore service, once it was.
    pub restore_seconds: Option<f64>,
    /// The kind of cause, once it is known.
    pub cause_class: Option<String>,
    /// When a person declared it, if one did.
    pub declared_at: Option<Time>,
    /// When it got no worse.
    pub stabilised_at: Option<Time>,
    /// When its team was needed no longer.
    pub stood_down_at: Option<Time>,
    /// When people looked back at it together.
    pub reviewed_at: Option<Time>,
}

/// A period of a contract that meets the month.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct ContractMonth {
    /// The contract.
    pub contract: ItemRef,
    /// What people call it.
    pub title: String,
    /// Who promises.
    pub provider: ItemRef,
    /// To whom.
    pub consumer: ItemRef,
    /// The period, which may be longer than the month.
    pub period: Period,
    /// Whether the promise was kept.
    pub verdict: Verdict,
    /// The least share.
    pub target_percent: Option<f64>,
    /// Availability over the time of which something is known.
    pub measured_percent: Option<f64>,
    /// Which share of the agreed time is unknown.
    pub unknown_percent: Option<f64>,
    /// How long it was down.
    pub down_seconds: f64,
    /// How long it may be down in the whole period.
    pub allowance_seconds: Option<f64>,
    /// What is given back of the fee, in percent.
    pub credit_percent: f64,
    /// Whether the figures are those that were frozen when the period was closed.
    pub closed: bool,
    /// Whether it comes to something else by now.
    pub restated: bool,
}

/// The alerts of a month.
#[derive(Clone, PartialEq, Debug, Default, Serialize, ToSchema)]
pub struct AlertMonth {
    /// Everything together.
    pub totals: Totals,
    /// The rules that fired most.
    pub noisiest: Vec<RuleReport>,
    /// Why alerts are left out; nothing where they are told.
    pub left_out: Option<String>,
}

/// One window of planned work.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct MaintenanceMonth {
    /// The resource that says it.
    pub window: ItemRef,
    /// What is done.
    pub reason: String,
    /// When it began.
    pub from: Time,
    /// When it ended, or is to end.
    pub to: Time,
    /// How long it went on beyond its planned end.
    pub overrun_seconds: f64,
}

/// A change that was reported.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct ReportedChange {
    /// When.
    pub at: Time,
    /// Of what.
    pub item: ItemRef,
    /// What was changed.
    pub title: String,
    /// Who or what reported it.
    pub by: String,
}
