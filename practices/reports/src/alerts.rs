//! What alert rules are worth: which fire most, which nobody looks at, which flap, and how much of
//! what comes in reaches a person.
//!
//! All figures are over the **firings that began in the period**, each from its first signal to its
//! end. With *firings* the number of them, for one rule (integration and alert name):
//!
//! - **fired** = firings; **label sets** = different alerts among them.
//! - **never acknowledged** = firings that nobody looked at, on their own or through their
//!   incident; share = never acknowledged / fired.
//! - **closed without action** = firings that are over, that nobody looked at, that belonged to no
//!   incident, and that no person cleared; share = that / firings that are over.
//! - **worst flapping** = most changes (beginnings and ends) of one alert within any 3600 s.
//! - **median duration** = middle of (end − start) of the firings that are over.
//! - **incidents** = different ones, opened in the period, that a firing belonged to.
//! - **groups notified** = different notifications of the period that named an alert of the rule.
//!
//! - **unclassified** = firings that no rule classified; by integration and together.
//!
//! Of everything together, with the incidents, notifications and pages that these firings led to:
//! led to action = firings that somebody looked at, that a person cleared, or of an incident;
//! share of groups = notifications of groups / signals taken in, and share of pages = pages /
//! signals. A share of nothing is no figure, nor is one of signals or notifications that are no
//! longer all known.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AlertId, IncidentId, ItemRef, NotificationId, Time, TuningId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::classes::{ClassReport, class_report};
use crate::flapping::worst;
use crate::quantile::median;
use crate::times::Period;

/// Alerts that are named as repeat offenders of one rule.
const OFFENDERS: usize = 5;

/// One firing of one alert, as far as reports ask about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Firing {
    /// The integration that the alert came through.
    pub source: String,
    /// The name of the alert.
    pub name: String,
    /// The alert.
    pub alert: AlertId,
    /// The item it speaks of.
    pub item: Option<ItemRef>,
    /// The team that answered for the item.
    pub team: Option<ItemRef>,
    /// When it began, as received.
    pub began_at: Time,
    /// When it began, says the source.
    pub started_at: Time,
    /// When it ended; nothing while it fires.
    pub ended_at: Option<Time>,
    /// Whether somebody looked at it.
    pub acknowledged: bool,
    /// Its class; nothing where no rule fitted.
    pub class: Option<String>,
    /// What it put at risk.
    pub impacts: Vec<String>,
    /// Whether a person said that it was over.
    pub cleared_by_person: bool,
    /// The incident that it belonged to.
    pub incident: Option<IncidentId>,
}

impl Firing {
    /// Whether nobody did anything because of it.
    fn idle(&self) -> bool {
        !self.acknowledged && !self.cleared_by_person && self.incident.is_none()
    }
}

/// What else is known of the period.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Around {
    /// Signals taken in, by integration and the beginning of the hour.
    pub signals: Vec<(String, Time, u64)>,
    /// Incidents that were opened in the period, and when.
    pub opened: BTreeMap<IncidentId, Time>,
    /// Notifications of groups, with the alerts that each named.
    pub notified: Vec<(Time, NotificationId, AlertId)>,
    /// The incident of each page that was started, and when.
    pub pages: Vec<(Time, IncidentId)>,
    /// How far back all of this goes.
    pub kept: Kept,
    /// What people said of the use of rules.
    pub tuning: Vec<RuleTuning>,
}

/// How far back is known what a report over alerts is drawn from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Kept {
    /// Firings and signals are known from here on.
    pub firings_since: Time,
    /// Notifications of groups are known from here on.
    pub notified_since: Time,
}

/// What people said of the use of a rule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct RuleTuning {
    /// The integration.
    pub source: String,
    /// The name of the alert.
    pub name: String,
    /// The task of the rule.
    pub task: TuningId,
    /// Whether something is still to be done.
    pub open: bool,
    /// Votes of the last round.
    pub votes: usize,
    /// Whether it is on the noise list.
    pub noisy: bool,
}

/// The report of a period.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct AlertReport {
    /// First moment of the period.
    pub from: Time,
    /// First moment after it.
    pub to: Time,
    /// Everything together.
    pub totals: Totals,
    /// What the firings meant, and what they put at risk.
    pub classes: ClassReport,
    /// Every rule that fired, the noisiest first.
    pub rules: Vec<RuleReport>,
    /// Signals and firings by day in UTC, days without any included.
    pub per_day: Vec<AlertDay>,
}

/// Everything together.
#[derive(Clone, PartialEq, Debug, Default, Serialize, ToSchema)]
#[schema(as = AlertTotals)]
pub struct Totals {
    /// Signals taken in, refreshes included.
    pub signals: u64,
    /// Firings.
    pub fired: usize,
    /// Different alerts that fired.
    pub alerts: usize,
    /// Incidents opened that one of the firings belonged to.
    pub incidents: usize,
    /// Notifications of groups that named one of the alerts.
    pub groups_notified: usize,
    /// Pages for incidents of the firings.
    pub pages: usize,
    /// Firings that nobody looked at.
    pub never_acknowledged: usize,
    /// Firings that led to something: that somebody looked at or ended, or of an incident.
    pub led_to_action: usize,
    /// Firings / signals.
    pub fired_share: Option<f64>,
    /// Notifications / signals.
    pub groups_share: Option<f64>,
    /// Pages / signals.
    pub pages_share: Option<f64>,
    /// Firings that nobody looked at / firings.
    pub never_acknowledged_share: Option<f64>,
    /// Firings that led to something / firings: the precision of alerting.
    pub led_to_action_share: Option<f64>,
}

/// One rule.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct RuleReport {
    /// The integration.
    pub source: String,
    /// The name of the alert.
    pub name: String,
    /// How often it fired.
    pub fired: usize,
    /// Its part of all firings.
    pub fired_share: Option<f64>,
    /// Different alerts.
    pub label_sets: usize,
    /// Firings that are over.
    pub over: usize,
    /// Firings that nobody looked at.
    pub never_acknowledged: usize,
    /// The part of them.
    pub never_acknowledged_share: Option<f64>,
    /// Firings that are over, and nobody did anything.
    pub without_action: usize,
    /// The part of them among those that are over.
    pub without_action_share: Option<f64>,
    /// Most changes of one alert within an hour.
    pub changes_per_hour: usize,
    /// The alert that changed so often.
    pub flapping_alert: Option<AlertId>,
    /// The alerts that fire most, at most five.
    pub offenders: Vec<Offender>,
    /// Middle duration of the firings that are over.
    pub median_seconds: Option<f64>,
    /// Incidents.
    pub incidents: Vec<IncidentId>,
    /// Notifications of groups.
    pub groups_notified: usize,
    /// What people said of its use.
    pub tuning: Option<RuleTuning>,
}

/// An alert that fires often.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Offender {
    /// The alert.
    pub alert: AlertId,
    /// The item it speaks of.
    pub item: Option<ItemRef>,
    /// How often it fired.
    pub fired: usize,
}

/// One day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct AlertDay {
    /// The day in UTC: `2026-03-01`.
    pub day: String,
    /// Signals taken in.
    pub signals: u64,
    /// Firings.
    pub fired: usize,
    /// Firings that nobody looked at.
    pub never_acknowledged: usize,
}

/// The report over the firings that began in the period.
pub fn alert_report(firings: &[Firing], around: &Around, period: Period) -> AlertReport {
    let mut rules: BTreeMap<(&str, &str), Vec<&Firing>> = BTreeMap::new();
    let began: Vec<&Firing> =
        firings.iter().filter(|firing| period.holds(firing.began_at)).collect();
    for firing in &began {
        rules.entry((&firing.source, &firing.name)).or_default().push(firing);
    }
    let mut rules: Vec<RuleReport> =
        rules.into_values().filter_map(|firings| rule(&firings, began.len(), around)).collect();
    // Rules that fired as often stand in the order of their names.
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.fired));
    AlertReport {
        from: period.from,
        to: period.to,
        totals: totals(&began, around, period),
        classes: class_report(&began),
        rules,
        per_day: per_day(&began, around, period),
    }
}

pub(crate) fn totals(firings: &[&Firing], around: &Around, period: Period) -> Totals {
    let signals: u64 = around.signals.iter().map(|(_, _, count)| count).sum();
    let alerts: BTreeSet<AlertId> = firings.iter().map(|firing| firing.alert).collect();
    let told = around.notified.iter().filter(|(_, _, alert)| alerts.contains(alert));
    let notified: BTreeSet<NotificationId> = told.map(|(_, id, _)| *id).collect();
    let joined: BTreeSet<IncidentId> =
        firings.iter().filter_map(|firing| firing.incident).collect();
    let pages = around.pages.iter().filter(|(_, incident)| joined.contains(incident)).count();
    let opened = joined.iter().filter(|incident| around.opened.contains_key(incident));
    let never = firings.iter().filter(|firing| !firing.acknowledged).count();
    let acted = firings.iter().filter(|firing| !firing.idle()).count();
    // A part of what is known in part is no share.
    let whole = around.kept.firings_since <= period.from;
    let told_whole = around.kept.notified_since <= period.from;
    Totals {
        signals,
        fired: firings.len(),
        alerts: alerts.len(),
        incidents: opened.count(),
        groups_notified: notified.len(),
        pages,
        never_acknowledged: never,
        led_to_action: acted,
        led_to_action_share: share(acted, firings.len() as u64),
        fired_share: share(firings.len(), signals).filter(|_| whole),
        groups_share: share(notified.len(), signals).filter(|_| whole && told_whole),
        pages_share: share(pages, signals).filter(|_| whole),
        never_acknowledged_share: share(never, firings.len() as u64),
    }
}

/// A part of a whole; of nothing there is no part.
fn share(part: usize, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn rule(firings: &[&Firing], all: usize, around: &Around) -> Option<RuleReport> {
    let first = firings.first()?;
    let mut by_alert: BTreeMap<AlertId, Vec<&Firing>> = BTreeMap::new();
    for firing in firings {
        by_alert.entry(firing.alert).or_default().push(firing);
    }
    let over: Vec<&&Firing> = firings.iter().filter(|firing| firing.ended_at.is_some()).collect();
    let never = firings.iter().filter(|firing| !firing.acknowledged).count();
    let without_action = over.iter().filter(|firing| firing.idle()).count();
    let seconds: Vec<f64> = over
        .iter()
        .filter_map(|firing| Some(firing.ended_at?.since(firing.started_at).as_secs_f64()))
        .collect();
    let flapping = by_alert
        .iter()
        .map(|(alert, firings)| (worst(firings), *alert))
        .max_by_key(|(changes, alert)| (*changes, std::cmp::Reverse(*alert)))
        .filter(|(changes, _)| *changes > 2);
    let incidents: BTreeSet<IncidentId> = firings
        .iter()
        .filter_map(|firing| firing.incident)
        .filter(|incident| around.opened.contains_key(incident))
        .collect();
    let notified: BTreeSet<NotificationId> = around
        .notified
        .iter()
        .filter(|(_, _, alert)| by_alert.contains_key(alert))
        .map(|(_, id, _)| *id)
        .collect();
    Some(RuleReport {
        source: first.source.clone(),
        name: first.name.clone(),
        fired: firings.len(),
        fired_share: share(firings.len(), all as u64),
        label_sets: by_alert.len(),
        over: over.len(),
        never_acknowledged: never,
        never_acknowledged_share: share(never, firings.len() as u64),
        without_action,
        without_action_share: share(without_action, over.len() as u64),
        changes_per_hour: flapping.map_or(0, |(changes, _)| changes),
        flapping_alert: flapping.map(|(_, alert)| alert),
        offenders: offenders(&by_alert),
        median_seconds: median(&seconds),
        incidents: incidents.into_iter().collect(),
        groups_notified: notified.len(),
        tuning: around
            .tuning
            .iter()
            .find(|tuning| tuning.source == first.source && tuning.name == first.name)
            .cloned(),
    })
}

/// The alerts that fired more than once, the worst first.
fn offenders(by_alert: &BTreeMap<AlertId, Vec<&Firing>>) -> Vec<Offender> {
    let mut offenders: Vec<Offender> = by_alert
        .iter()
        .filter(|(_, firings)| firings.len() > 1)
        .map(|(alert, firings)| Offender {
            alert: *alert,
            item: firings.last().and_then(|firing| firing.item.clone()),
            fired: firings.len(),
        })
        .collect();
    offenders.sort_by_key(|offender| std::cmp::Reverse(offender.fired));
    offenders.truncate(OFFENDERS);
    offenders
}

fn per_day(firings: &[&Firing], around: &Around, period: Period) -> Vec<AlertDay> {
    let mut days: BTreeMap<i64, AlertDay> = crate::counts::days(period)
        .map(|day| {
            let name = crate::counts::name(day);
            (day, AlertDay { day: name, signals: 0, fired: 0, never_acknowledged: 0 })
        })
        .collect();
    for (_, hour, count) in &around.signals {
        // An hour that the period only touches counts to the first day that is shown.
        let at = (*hour).max(period.from);
        if let Some(day) = days.get_mut(&crate::counts::day(at)) {
            day.signals += count;
        }
    }
    for firing in firings {
        if let Some(day) = days.get_mut(&crate::counts::day(firing.began_at)) {
            day.fired += 1;
            day.never_acknowledged += usize::from(!firing.acknowledged);
        }
    }
    days.into_values().collect()
}
