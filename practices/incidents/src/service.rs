//! How bad it is while the service is not as agreed: contracts count degraded time in their own
//! way.

use std::fmt;

use kernel::{Actor, ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::incident::Incident;
use crate::member::Member;
use crate::times::Source;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServiceState {
    /// It does not work.
    #[default]
    Down,
    /// It works, but not as agreed.
    Degraded,
}

impl fmt::Display for ServiceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ServiceState::Down => "down",
            ServiceState::Degraded => "degraded",
        })
    }
}

/// From when on it was how bad, as a person said.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServiceMark {
    /// From when on.
    pub from: Time,
    /// How bad.
    pub service: ServiceState,
    /// How it is known.
    pub reason: String,
    /// Who said so.
    pub by: Actor,
    /// When that was said.
    pub at: Time,
}

impl Incident {
    /// How bad it was at a time: down where nobody said otherwise; `None` while all that was known
    /// is that an error budget burns.
    pub fn service_at(&self, at: Time) -> Option<ServiceState> {
        let said = self.service_marks.iter().rfind(|mark| mark.from <= at);
        let away = !self.burns() || self.failed_since().is_some_and(|since| since <= at);
        said.map(|mark| mark.service).or(away.then_some(ServiceState::Down))
    }

    /// Since when the service is said not to be as agreed; `None` while all that is known is that
    /// an error budget burns. That is spent slowly as well, by a service that works.
    pub fn away_since(&self) -> Option<Time> {
        if !self.burns() {
            return Some(self.beginning());
        }
        let said = self.service_marks.first().map(|mark| mark.from);
        said.into_iter().chain(self.failed_since()).min()
    }

    /// How long all of its outages lasted, degraded time weighed with a factor from 0 to 1, in
    /// microseconds; `None` while one lasts. Time in which only an error budget burned is none.
    pub fn lost_micros(&self, degraded_factor: f64) -> Option<i64> {
        let restored = self.times.restored?.at;
        Some(self.lost_by(restored, degraded_factor))
    }

    /// The same until now, while one lasts.
    pub fn lost_by(&self, now: Time, degraded_factor: f64) -> i64 {
        let Some(since) = self.away_since() else { return 0 };
        let mut lost = 0.0;
        for outage in self.outages(now) {
            let (from, to) = (outage.from.max(since).min(outage.to), outage.to);
            let inner = self.service_marks.iter().map(|mark| mark.from);
            let mut cuts: Vec<Time> = inner.filter(|at| from < *at && *at < to).collect();
            cuts.insert(0, from);
            for (place, begin) in cuts.iter().enumerate() {
                let end = cuts.get(place + 1).copied().unwrap_or(to);
                let degraded = self.service_at(*begin) == Some(ServiceState::Degraded);
                let factor = if degraded { degraded_factor.clamp(0.0, 1.0) } else { 1.0 };
                lost += end.micros_since(*begin) as f64 * factor;
            }
        }
        lost as i64
    }

    /// Minutes that its users lost until now, each for themselves; `None` while it is not known how
    /// many they are.
    pub fn user_minutes(&self, now: Time, degraded_factor: f64) -> Option<f64> {
        let minutes = self.lost_by(now, degraded_factor) as f64 / 60e6;
        self.affected.users.map(|users| users as f64 * minutes)
    }

    /// What people named, here or in what was merged into it.
    pub(crate) fn reported_items(&self) -> impl Iterator<Item = &ItemRef> {
        self.reported_item.iter().chain(&self.absorbed_items)
    }

    /// The alerts that say whether the service is away: all but those of error budgets, which burn
    /// on long after it is back, unless there are no others.
    pub(crate) fn telling(&self) -> impl Iterator<Item = &Member> {
        let only_burns = self.attached().all(|member| member.burn);
        self.attached().filter(move |member| only_burns || !member.burn)
    }

    /// The alerts that it leaves behind when it ends now: they fire, and say that something failed.
    pub fn left_behind(&self) -> impl Iterator<Item = &Member> {
        let fires = |member: &&Member| member.cleared_at.is_none();
        self.attached().filter(fires).filter(|member| !member.burn && !member.potential)
    }

    /// Whether an alert that begins to fire says that the service is away: one of an error budget
    /// does only while nothing else is known.
    pub(crate) fn tells_of_outage(&self, burn: bool) -> bool {
        !burn || self.failed_since().is_none()
    }

    /// Whether an alert in it says that an error budget burns.
    fn burns(&self) -> bool {
        self.attached().any(|member| member.burn)
    }

    /// Since when a person or another alert than of a budget says that something failed.
    fn failed_since(&self) -> Option<Time> {
        let alerts = self.attached().filter(|member| !member.burn && !member.potential);
        let joined = alerts.map(|member| member.joined_at).min();
        let from_the_start = joined.is_some_and(|at| at <= self.opened_at)
            || self.times.reported.is_some()
            || self.times.started.is_some_and(|stamp| stamp.source == Source::Entered);
        if from_the_start { Some(self.beginning()) } else { joined }
    }

    /// When its first outage began, as far as is known.
    pub(crate) fn beginning(&self) -> Time {
        self.times.outage_start().unwrap_or(self.opened_at)
    }

    /// Takes in what a person said; it holds until the next time that somebody said something of.
    pub(crate) fn mark_service(&mut self, mark: ServiceMark) {
        self.service_marks.retain(|known| known.from != mark.from);
        let place = self.service_marks.partition_point(|known| known.from < mark.from);
        self.service_marks.insert(place, mark);
    }
}
