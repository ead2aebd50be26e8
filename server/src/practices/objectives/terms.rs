//! From what the estate says of an objective to what is reckoned with.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use budgets::{Alerts, Counting, Method, Terms};
use calendar::Span;
use estate::{
    BudgetingMethod, Combine, DataSourceSpec, IndicatorPart, MissingData, ObjectiveSpec, Resource,
    Spec,
};
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

/// Every objective that is composed of others, after those that it is composed of.
pub fn composites(snapshot: &Snapshot) -> Vec<Known<'_>> {
    let composed = |known: &Known<'_>| !known.spec.indicator.parts.is_empty();
    let mut left: Vec<Known<'_>> = all(snapshot).filter(composed).collect();
    let mut found = Vec::new();
    while !left.is_empty() {
        let names: BTreeSet<&str> = left.iter().map(|known| known.name).collect();
        let waits = |known: &Known<'_>| {
            let mut parts = known.spec.indicator.parts.iter();
            parts.any(|part| names.contains(part.objective.item().name()))
        };
        let (later, ready): (Vec<Known<'_>>, Vec<Known<'_>>) = left.into_iter().partition(waits);
        // Circles are refused when files are checked.
        if ready.is_empty() {
            break;
        }
        found.extend(ready);
        left = later;
    }
    found
}

/// What an objective is measured by in the end: itself, or what it is composed of.
pub fn measured<'a>(snapshot: &'a Snapshot, known: Known<'a>) -> Vec<Known<'a>> {
    let (mut seen, mut found, mut next) = (BTreeSet::new(), Vec::new(), vec![known]);
    while let Some(known) = next.pop() {
        let parts = &known.spec.indicator.parts;
        if parts.is_empty() {
            found.push(known);
        }
        let names = parts.iter().map(|part| part.objective.item().name());
        let anew = names.filter(|name| seen.insert(*name));
        next.extend(anew.filter_map(|name| one(snapshot, name)));
    }
    found
}

fn known(resource: &Resource) -> Option<Known<'_>> {
    match &resource.spec {
        Spec::Objective(spec) => Some(Known { name: &resource.metadata.name, spec, resource }),
        _ => None,
    }
}

/// What an objective measures, in words; of what is composed also where nobody wrote them.
pub fn described(snapshot: &Snapshot, spec: &ObjectiveSpec) -> Option<String> {
    let indicator = &spec.indicator;
    if indicator.description.is_some() || indicator.parts.is_empty() {
        return indicator.description.clone();
    }
    let title = |part: &IndicatorPart| {
        let item = part.objective.item();
        snapshot.estate.get(item).map_or(item.name(), Resource::title).to_owned()
    };
    let titles: Vec<String> = indicator.parts.iter().map(title).collect();
    let titles = titles.join(", ");
    Some(match indicator.combine {
        Combine::Weighted => format!("The mean of what is good by weight: {titles}"),
        Combine::All => format!("Time in which all are good enough: {titles}"),
    })
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
pub fn settles(snapshot: &Snapshot, known: Known<'_>) -> Duration {
    let one = |known: Known<'_>| {
        let said = source(snapshot, known.spec).and_then(|(_, source)| source.settles_after);
        said.map_or(SETTLES, |wait| Duration::from_secs(u64::from(wait.seconds())))
    };
    measured(snapshot, known).into_iter().map(one).max().unwrap_or(SETTLES)
}

/// The whole minutes of an objective that are settled now end here.
pub fn settled(snapshot: &Snapshot, known: Known<'_>, now: Time) -> Time {
    const MINUTE: i64 = 60_000_000;
    let at = (now - settles(snapshot, known)).micros();
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
    let target = Target::new(share_of(spec.target))
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

/// The share that percent mean: the one that people would write, without what dividing leaves.
pub fn share_of(percent: f64) -> f64 {
    (percent * 1e10).round() / 1e12
}

fn method(spec: &ObjectiveSpec) -> Method {
    let missing = match spec.missing {
        MissingData::Ignore => Missing::Ignore,
        MissingData::Bad => Missing::Bad,
    };
    let slices = || {
        let slice = spec.slice;
        let minutes = slice.map_or(1, |slice| slice.length.seconds() / 60);
        Slices {
            minutes: u16::try_from(minutes).unwrap_or(u16::MAX),
            target: slice.and_then(|slice| slice.target).map_or(share_of(spec.target), share_of),
            comparison: Comparison::Gte,
            missing,
        }
    };
    match spec.method {
        BudgetingMethod::Occurrences if !spec.indicator.parts.is_empty() => Method::Time(missing),
        BudgetingMethod::Occurrences => Method::Events,
        BudgetingMethod::Timeslices => Method::Slices(slices()),
        BudgetingMethod::RatioTimeslices => Method::Mean(slices()),
    }
}
