use std::sync::Arc;

use calendar::Calendar;
use kernel::{ItemRef, Time};
use objectives::{Degraded, Terms};

use super::PeriodUnit;

/// A contract as its figures are reckoned: what it covers and what it promises from when on. The
/// shell makes it from the resource and its calendars.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// Its first moment.
    pub start: Time,
    /// The first moment after it.
    pub end: Option<Time>,
    /// Its promises one after another, without gaps.
    pub versions: Vec<Version>,
}

/// What is promised from a time on.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its first moment.
    pub from: Time,
    /// The first moment after it; open when the contract is.
    pub until: Option<Time>,
    /// What it is about: the service is away while one of these is.
    pub scope: Vec<ItemRef>,
    /// The service hours.
    pub calendar: Arc<Calendar>,
    /// The zone in which periods begin, by its IANA name.
    pub zone: String,
    /// How much of the hours it is there; only clocks are promised when this is nothing.
    pub promise: Option<Promise>,
    /// Objectives that say how well it performs while it is there.
    pub objectives: Vec<ItemRef>,
}

/// How much of the service hours something is there.
#[derive(Clone, PartialEq, Debug)]
pub struct Promise {
    /// The least share, in percent.
    pub target_percent: f64,
    /// Over what time it is counted.
    pub period: PeriodUnit,
    /// What degraded service counts as, from 0 (up) to 1 (down).
    pub degraded_factor: f64,
    /// Outages shorter than this do not count, in microseconds.
    pub shortest_micros: i64,
    /// Outages with less than this between them are one, in microseconds.
    pub joined_micros: i64,
    /// Whether approved and announced maintenance is no service time.
    pub maintenance_exempt: bool,
    /// How long before its beginning maintenance must be announced, in microseconds.
    pub notice_micros: i64,
    /// How many users there are.
    pub users: Option<u32>,
    /// How long it must run without a failure, in microseconds of service time.
    pub failure_free_micros: Option<i64>,
    /// What is given back when it is missed.
    pub credits: Vec<Credit>,
    /// Objectives that check it from the side of the consumer.
    pub evidence: Vec<ItemRef>,
    /// Whether the checks rule where they passed while an incident says that it was down.
    pub evidence_rules: bool,
}

/// What is given back when less is reached.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Credit {
    /// Below this share, in percent.
    pub below_percent: f64,
    /// So much of the fee of the period, in percent.
    pub credit_percent: f64,
}

impl Agreement {
    /// The version that holds at a time.
    pub fn version_at(&self, at: Time) -> Option<&Version> {
        self.versions.iter().rfind(|version| version.holds(at))
    }

    /// Whether the contract names this objective.
    pub fn names(&self, objective: &ItemRef) -> bool {
        let mut promises = self.versions.iter().filter_map(|version| version.promise.as_ref());
        promises.any(|promise| promise.evidence.contains(objective))
            || self.versions.iter().any(|version| version.objectives.contains(objective))
    }

    /// Whether the contract was ever about this item.
    pub fn covers(&self, item: &ItemRef) -> bool {
        self.versions.iter().any(|version| version.covers(item))
    }

    /// Everything that the contract was ever about.
    pub fn scope(&self) -> impl Iterator<Item = &ItemRef> {
        self.versions.iter().flat_map(|version| &version.scope)
    }
}

impl Version {
    /// Whether it holds at a time.
    pub fn holds(&self, at: Time) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// Whether it is about this item.
    pub fn covers(&self, item: &ItemRef) -> bool {
        self.scope.contains(item)
    }

    /// Over what time it is counted; a month where only clocks are promised.
    pub fn unit(&self) -> PeriodUnit {
        self.promise.as_ref().map_or(PeriodUnit::Month, |promise| promise.period)
    }
}

impl Promise {
    /// No share at all, over months: for figures of what nobody promised anything of.
    pub fn nothing() -> Promise {
        Promise {
            target_percent: 0.0,
            period: PeriodUnit::Month,
            degraded_factor: 1.0,
            shortest_micros: 0,
            joined_micros: 0,
            maintenance_exempt: false,
            notice_micros: 0,
            users: None,
            failure_free_micros: None,
            credits: Vec::new(),
            evidence: Vec::new(),
            evidence_rules: false,
        }
    }

    /// The target as a share of one.
    pub fn share(&self) -> f64 {
        self.target_percent / 100.0
    }

    /// The rules of counting, for the engine.
    pub(super) fn terms(&self) -> Terms {
        Terms {
            degraded: match self.degraded_factor {
                factor if factor <= 0.0 => Degraded::Up,
                factor if factor >= 1.0 => Degraded::Down,
                factor => Degraded::Factor(factor),
            },
            gap_micros: self.joined_micros,
            outage_min_micros: self.shortest_micros,
            maintenance_exempt: self.maintenance_exempt,
            notice_micros: self.notice_micros,
        }
    }
}
