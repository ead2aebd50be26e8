//! From what the estate says of an objective to what is reckoned with.

use std::sync::Arc;
use std::time::Duration;

use budgets::{Alerts, Counting, Method, Terms};
use calendar::Span;
use estate::{BudgetingMethod, DataSourceSpec, MissingData, ObjectiveSpec, Resource, Spec};
use kernel::Time;
use objectives::{Comparison, Guard, Missing, Policy, Slices, Target};

use super::exclusions;
use crate::practices::estate::live::Snapshot;

/// How long after a minute its counts are complete, when nothing is said.
const SETTLES: Duration = Duration::from_secs(60);

/// Terms are worked out once a year at least, for windows of a year at most: none reaches further.
const REACH_MICROS: i64 = 800 * 86_400_000_000;

/// An objective of the estate.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it says.
    pub spec: &'a ObjectiveSpec,
    /// The whole resource.
    pub resource: &'a Resource,
}

/// Every objective of an estate.
pub fn all(snapshot: &Snapshot) -> impl Iterator<Item = Known<'_>> {
    snapshot.estate.resources().filter_map(known)
}

/// An objective by its name.
pub fn one<'a>(snapshot: &'a Snapshot, name: &str) -> Option<Known<'a>> {
    let item = kernel::ItemRef::new("objective", name)?;
    snapshot.estate.get(&item).and_then(known)
}

fn known(resource: &Resource) -> Option<Known<'_>> {
    match &resource.spec {
        Spec::Objective(spec) => Some(Known { name: &resource.metadata.name, spec, resource }),
        _ => None,
    }
}

/// The source that an objective is asked from, with its name.
pub fn source<'a>(
    snapshot: &'a Snapshot,
    spec: &ObjectiveSpec,
) -> Option<(&'a str, &'a DataSourceSpec)> {
    let resource = snapshot.estate.get(spec.indicator.source.as_ref()?.item())?;
    match &resource.spec {
        Spec::DataSource(source) => Some((&resource.metadata.name, source)),
        _ => None,
    }
}

/// How long after a minute the counts of an objective are complete.
pub fn settles(snapshot: &Snapshot, spec: &ObjectiveSpec) -> Duration {
    let said = source(snapshot, spec).and_then(|(_, source)| source.settles_after);
    said.map_or(SETTLES, |wait| Duration::from_secs(u64::from(wait.seconds())))
}

/// The whole minutes of an objective that are settled now end here.
pub fn settled(snapshot: &Snapshot, spec: &ObjectiveSpec, now: Time) -> Time {
    const MINUTE: i64 = 60_000_000;
    let at = (now - settles(snapshot, spec)).micros();
    Time::from_micros(at.div_euclid(MINUTE) * MINUTE)
}

/// What an objective promises, ready to be reckoned with; `past` is planned work that is gone from
/// the estate.
///
/// # Errors
/// When something of it cannot be worked out; the check of files refuses such ones.
pub fn terms(
    (snapshot, past): (&Snapshot, &[(Resource, Time)]),
    spec: &ObjectiveSpec,
    now: Time,
) -> Result<Arc<Terms>, String> {
    let target = Target::new(spec.target / 100.0)
        .ok_or_else(|| format!("{} % is no target; write one such as 99.9", spec.target))?;
    let time = Span::new(now.micros() - REACH_MICROS, now.micros() + REACH_MICROS);
    let excluded = exclusions::exclusions((&snapshot.estate, past), spec, (time, now))?;
    Ok(Arc::new(Terms {
        target,
        window: spec.window.engine(),
        method: method(spec),
        counting: Counting::but(time, excluded),
        alerts: Alerts {
            page: spec.alerts.page,
            ticket: spec.alerts.ticket,
            guard: Guard { events_min: spec.alerts.events_min.unwrap_or_default() },
        },
        policy: Policy {
            caution_below: spec.policy.caution_below / 100.0,
            slow_below: spec.policy.slow_below / 100.0,
            freeze_below: spec.policy.freeze_below / 100.0,
        },
    }))
}

fn method(spec: &ObjectiveSpec) -> Method {
    let slices = || {
        let slice = spec.slice;
        let minutes = slice.map_or(1, |slice| slice.length.seconds() / 60);
        Slices {
            minutes: u16::try_from(minutes).unwrap_or(u16::MAX),
            target: slice.and_then(|slice| slice.target).unwrap_or(spec.target) / 100.0,
            comparison: Comparison::Gte,
            missing: match spec.missing {
                MissingData::Ignore => Missing::Ignore,
                MissingData::Bad => Missing::Bad,
            },
        }
    };
    match spec.method {
        BudgetingMethod::Occurrences => Method::Events,
        BudgetingMethod::Timeslices => Method::Slices(slices()),
        BudgetingMethod::RatioTimeslices => Method::Mean(slices()),
    }
}
