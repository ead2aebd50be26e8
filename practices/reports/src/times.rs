//! How long things took: to detect, acknowledge, restore and resolve. Durations are wall time
//! (24 × 7), and belong to the
//! period in which they **ended**; so a report of a past month does not change when an incident of
//! that month is worked on later, unless its times are corrected.

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::{IncidentId, ItemRef, Priority, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::case::{Case, Outcome};
use crate::counts::{Counts, REPEAT_DAYS, count};
use crate::quantile::{mean, median, p90};

/// A stretch of time: `from` belongs to it, `to` does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Period {
    /// Its first moment.
    pub from: Time,
    /// The first moment after it.
    pub to: Time,
}

impl Period {
    /// Whether this moment belongs to it.
    pub fn holds(&self, at: Time) -> bool {
        self.from <= at && at < self.to
    }

    /// How long before it things happened that it is held against: as long as it is, and 90 days
    /// at least, in which an incident repeats an earlier one.
    pub fn held_against(&self) -> Duration {
        self.to.since(self.from).max(Duration::from_secs(REPEAT_DAYS * 86_400))
    }
}

/// The report of a period.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct TimesReport {
    /// First moment of the period.
    pub from: Time,
    /// First moment after it.
    pub to: Time,
    /// All incidents together.
    pub figures: Vec<Figure>,
    /// The same by priority, P1 first.
    pub by_priority: Vec<Group>,
    /// The same by main item, in the order of their names; incidents without one are left out.
    pub by_item: Vec<Group>,
    /// How many there were.
    pub counts: Counts,
}

/// Which duration. The order is that of an incident's life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FigureName {
    /// From the start of the fault until Operate knew.
    Detect,
    /// From the detection until a person reported it: how far monitoring is ahead of users.
    Lead,
    /// From the first page (else the detection) until a human being took it.
    Acknowledge,
    /// From when it was taken until cause or course of action were known.
    Diagnose,
    /// From the diagnosis until the service was back: the hands-on part.
    Repair,
    /// From the start of the fault (else the detection) until the service was back.
    Restore,
    /// From the detection until the work was done.
    Resolve,
    /// From when the work was done until it was closed.
    Close,
}

/// One duration over all incidents of a group.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Figure {
    /// Which duration.
    pub name: FigureName,
    /// What people read.
    pub title: &'static str,
    /// The time it runs from.
    pub from: &'static str,
    /// The time it runs from where that one is not known; nothing: such incidents are left out.
    pub else_from: Option<&'static str>,
    /// The time it runs to.
    pub to: &'static str,
    /// How many incidents stand behind it.
    pub n: usize,
    /// Incidents of the period that could not be used, and why.
    pub excluded: Vec<Excluded>,
    /// The arithmetic mean.
    pub mean_seconds: Option<f64>,
    /// The median.
    pub median_seconds: Option<f64>,
    /// The 90th percentile by nearest rank.
    pub p90_seconds: Option<f64>,
    /// The incidents behind it, the longest first.
    pub incidents: Vec<Behind>,
}

/// An incident that could not be used.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Excluded {
    /// The incident.
    pub incident: IncidentId,
    /// Its number.
    pub number: u64,
    /// Why, a few words.
    pub why: &'static str,
}

/// An incident behind a figure.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Behind {
    /// The incident.
    pub id: IncidentId,
    /// Its number.
    pub number: u64,
    /// What was wrong.
    pub title: String,
    /// How long it took.
    pub seconds: f64,
    /// The order of work.
    pub priority: Priority,
    /// The main item.
    pub item: Option<ItemRef>,
    /// When the duration ended.
    pub ended_at: Time,
    /// Whether it is counted from the detection, because the proper start is not known.
    pub from_detection: bool,
}

/// The figures of one priority or one item.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = FigureGroup)]
pub struct Group {
    /// The priority or the item.
    pub key: String,
    /// Its figures.
    pub figures: Vec<ShortFigure>,
}

/// A figure without the incidents behind it.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct ShortFigure {
    /// Which duration.
    pub name: FigureName,
    /// How many incidents stand behind it.
    pub n: usize,
    /// Incidents of the group that could not be used, and why.
    pub excluded: Vec<Excluded>,
    /// The arithmetic mean.
    pub mean_seconds: Option<f64>,
    /// The median.
    pub median_seconds: Option<f64>,
    /// The 90th percentile by nearest rank.
    pub p90_seconds: Option<f64>,
}

/// Reports how long things took in the period. Filters (team, item …) are the caller's: they
/// decide which cases come in. The order of the cases does not matter. Of a period that runs, what
/// is open is told as of `now`.
pub fn times_report(cases: &[Case], period: Period, now: Time) -> TimesReport {
    let all: Vec<&Case> = cases.iter().collect();
    let mut by_priority: BTreeMap<Priority, Vec<&Case>> = BTreeMap::new();
    let mut by_item: BTreeMap<&ItemRef, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        by_priority.entry(case.priority).or_default().push(case);
        if let Some(item) = &case.item {
            by_item.entry(item).or_default().push(case);
        }
    }
    TimesReport {
        from: period.from,
        to: period.to,
        figures: FigureName::ALL.iter().map(|name| figure(*name, &all, period)).collect(),
        by_priority: groups(by_priority, period),
        by_item: groups(by_item, period),
        counts: count(cases, period, now),
    }
}

fn groups<K: ToString>(cases: BTreeMap<K, Vec<&Case>>, period: Period) -> Vec<Group> {
    let groups = cases.into_iter().map(|(key, cases)| Group {
        key: key.to_string(),
        figures: FigureName::ALL.iter().map(|name| figure(*name, &cases, period).into()).collect(),
    });
    let says = |figure: &ShortFigure| figure.n > 0 || !figure.excluded.is_empty();
    groups.filter(|group| group.figures.iter().any(says)).collect()
}

fn figure(name: FigureName, cases: &[&Case], period: Period) -> Figure {
    let (mut incidents, mut excluded) = (Vec::new(), Vec::new());
    for case in cases {
        match measure(name, case, period) {
            Measure::NotInPeriod => {}
            Measure::Excluded(why) => {
                excluded.push(Excluded { incident: case.id, number: case.number, why });
            }
            Measure::Took { seconds, ended_at, from_detection } => incidents.push(Behind {
                id: case.id,
                number: case.number,
                title: case.title.clone(),
                seconds,
                priority: case.priority,
                item: case.item.clone(),
                ended_at,
                from_detection,
            }),
        }
    }
    incidents.sort_by(|a, b| b.seconds.total_cmp(&a.seconds).then_with(|| a.id.cmp(&b.id)));
    excluded.sort_by_key(|excluded| excluded.incident);
    let seconds: Vec<f64> = incidents.iter().map(|behind| behind.seconds).collect();
    let (title, from, else_from, to) = name.words();
    Figure {
        name,
        title,
        from,
        else_from,
        to,
        n: incidents.len(),
        excluded,
        mean_seconds: mean(&seconds),
        median_seconds: median(&seconds),
        p90_seconds: p90(&seconds),
        incidents,
    }
}

/// What one incident says to a figure.
enum Measure {
    /// The duration has not ended, or ended in another period.
    NotInPeriod,
    Excluded(&'static str),
    Took {
        seconds: f64,
        ended_at: Time,
        from_detection: bool,
    },
}

fn measure(name: FigureName, case: &Case, period: Period) -> Measure {
    // What never was an incident of its own is shown as left out where it ended.
    match case.outcome {
        Outcome::Cancelled { at } if period.holds(at) => return Measure::Excluded("cancelled"),
        Outcome::Merged { at } if period.holds(at) => {
            return Measure::Excluded("merged into another incident");
        }
        Outcome::Cancelled { .. } | Outcome::Merged { .. } => return Measure::NotInPeriod,
        Outcome::Incident => {}
    }
    let to = match name {
        FigureName::Detect => case.detected,
        FigureName::Lead => case.reported,
        FigureName::Acknowledge => case.acknowledged,
        FigureName::Diagnose => case.diagnosed,
        FigureName::Repair | FigureName::Restore => case.restored,
        FigureName::Resolve => case.resolved,
        FigureName::Close => case.closed,
    };
    let Some(ended_at) = to.filter(|to| period.holds(*to)) else { return Measure::NotInPeriod };
    let (proper, otherwise) = match name {
        FigureName::Detect => (case.started, None),
        FigureName::Lead => (case.detected, None),
        FigureName::Diagnose => (case.acknowledged, None),
        FigureName::Repair => (case.diagnosed, None),
        FigureName::Close => (case.resolved, None),
        // A page that reached somebody only after it was taken did not start the clock.
        FigureName::Acknowledge => (case.notified.filter(|at| *at <= ended_at), case.detected),
        FigureName::Restore => (case.started, case.detected),
        FigureName::Resolve => (case.detected, None),
    };
    if name == FigureName::Acknowledge && !case.acknowledged_by_human {
        return Measure::Excluded("acknowledged by a program");
    }
    // Who opens an incident by hand reports it and detects it at once: nothing was ahead of them.
    if name == FigureName::Lead && case.detected.is_some_and(|detected| ended_at <= detected) {
        return Measure::Excluded("a person was first");
    }
    let Some(from) = proper.or(otherwise) else { return Measure::Excluded("start not known") };
    let micros = match name {
        FigureName::Restore => downtime(case, from, ended_at),
        _ => Some(ended_at.micros_since(from)).filter(|micros| *micros >= 0),
    };
    match micros {
        None => Measure::Excluded("bad times"),
        Some(micros) => Measure::Took {
            seconds: micros as f64 / 1_000_000.0,
            ended_at,
            from_detection: proper.is_none(),
        },
    }
}

/// How long the service was away: after a relapse the sum of all outages, without the time in
/// between. `None` when an outage runs backwards.
fn downtime(case: &Case, from: Time, to: Time) -> Option<i64> {
    let last = to.micros_since(case.relapsed_at.unwrap_or(from));
    let earlier = case.earlier_outages.iter().map(|(from, to)| to.micros_since(*from));
    let outages: Vec<i64> = earlier.chain([last]).collect();
    let in_order = from <= to && outages.iter().all(|micros| *micros >= 0);
    in_order.then(|| outages.into_iter().fold(0, i64::saturating_add))
}

impl FigureName {
    /// Every figure, in the order of an incident's life.
    pub const ALL: [FigureName; 8] = [
        FigureName::Detect,
        FigureName::Lead,
        FigureName::Acknowledge,
        FigureName::Diagnose,
        FigureName::Repair,
        FigureName::Restore,
        FigureName::Resolve,
        FigureName::Close,
    ];

    /// Title, and the names of the times: from, else from, to.
    fn words(self) -> (&'static str, &'static str, Option<&'static str>, &'static str) {
        match self {
            FigureName::Detect => ("Time to detect", "started", None, "detected"),
            FigureName::Lead => ("Lead over users", "detected", None, "reported"),
            FigureName::Diagnose => ("Time to diagnose", "acknowledged", None, "diagnosed"),
            FigureName::Repair => ("Time to repair", "diagnosed", None, "restored"),
            FigureName::Close => ("Time to close", "resolved", None, "closed"),
            FigureName::Acknowledge => {
                ("Time to acknowledge", "notified", Some("detected"), "acknowledged")
            }
            FigureName::Restore => {
                ("Time to restore service", "started", Some("detected"), "restored")
            }
            FigureName::Resolve => ("Time to resolve", "detected", None, "resolved"),
        }
    }
}

impl From<Figure> for ShortFigure {
    fn from(figure: Figure) -> ShortFigure {
        ShortFigure {
            name: figure.name,
            n: figure.n,
            excluded: figure.excluded,
            mean_seconds: figure.mean_seconds,
            median_seconds: figure.median_seconds,
            p90_seconds: figure.p90_seconds,
        }
    }
}
