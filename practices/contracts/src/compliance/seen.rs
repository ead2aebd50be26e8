use calendar::{Span, Spans};
use kernel::{IncidentId, ItemRef, Priority, Time};
use objectives::{Maintenance, Observed, Outage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::outlook::length;
use super::{Agreement, Counted, Promise, seconds};

/// What happened, as far as contracts ask: gathered by the shell once for all of them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Seen {
    /// The incidents.
    pub cases: Vec<Case>,
    /// Planned work.
    pub works: Vec<Work>,
    /// When Operate did not look.
    pub unknown: Spans,
    /// The objectives that contracts name, with what was counted.
    pub counted: Vec<Counted>,
}

/// An incident.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Case {
    /// Which.
    pub incident: CaseRef,
    /// The order of work.
    pub priority: Priority,
    /// Whether it counts at all.
    pub outcome: Outcome,
    /// The items of contracts that it hits.
    pub hits: Vec<CaseHit>,
    /// When the service was away, one after another; the last lasts when it has no end.
    pub outages: Vec<(Time, Option<Time>)>,
    /// How bad it was from when on, in order; away where nothing is said.
    pub marks: Vec<(Time, ServiceState)>,
    /// How many users were hit, where that is known.
    pub users: Option<u64>,
}

/// Names an incident in a report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseRef {
    /// The incident.
    pub id: IncidentId,
    /// The number that people call it by.
    pub number: u64,
    /// What was wrong.
    pub title: String,
}

/// Whether an incident counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It does.
    Counts,
    /// Nothing has failed yet.
    Potential,
    /// An error budget burns, and nothing says that the service was away.
    Burn,
    /// It was none.
    Cancelled,
    /// It continued in another one, which counts.
    Merged,
}

/// An item that an incident hits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CaseHit {
    /// The item.
    pub item: ItemRef,
    /// The failing item that it depends on; itself when it is hit directly.
    pub root: ItemRef,
    /// Whether redundancy still carried it.
    pub softened: bool,
}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceState {
    /// It does not work.
    Down,
    /// It works, but not as agreed.
    Degraded,
}

/// One window of planned work.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Work {
    /// The resource that says it.
    pub window: ItemRef,
    /// What is done.
    pub reason: String,
    /// When.
    pub from: Time,
    /// The first moment after it.
    pub until: Time,
    /// When it really was, where that differs.
    pub actual: Option<(Time, Time)>,
    /// When users were told.
    pub announced: Option<Time>,
    /// Who approved it.
    pub approved_by: Option<ItemRef>,
    /// What it takes down: the items themselves and what depends on them.
    pub items: Vec<ItemRef>,
}

impl Case {
    /// The hit by which it touches a contract: one that redundancy did not soften, if there is.
    pub(super) fn hit_on(&self, agreement: &Agreement) -> Option<&CaseHit> {
        let hits = self.hits.iter().filter(|hit| agreement.covers(&hit.item));
        hits.min_by_key(|hit| hit.softened)
    }

    /// Whether it takes the service of a contract away.
    pub fn breaks(&self, agreement: &Agreement) -> bool {
        let hit = self.hit_on(agreement).is_some_and(|hit| !hit.softened);
        hit && self.outcome == Outcome::Counts
    }

    /// Its outages, cut where it became better or worse.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (from, until) in &self.outages {
            let end = until.unwrap_or(Time::MAX);
            let inner = self.marks.iter().map(|(at, _)| *at).filter(|at| from < at && *at < end);
            let mut cuts: Vec<Time> = inner.collect();
            cuts.sort_unstable();
            cuts.dedup();
            let begins: Vec<Time> = std::iter::once(*from).chain(cuts).collect();
            for (place, begin) in begins.iter().enumerate() {
                let until = begins.get(place + 1).copied().or(*until);
                let degraded = self.state_at(*begin) == ServiceState::Degraded;
                pieces.push(Piece { from: *begin, until, degraded });
            }
        }
        pieces
    }

    pub(super) fn state_at(&self, at: Time) -> ServiceState {
        let held = self.marks.iter().rfind(|(from, _)| *from <= at);
        held.map_or(ServiceState::Down, |(_, state)| *state)
    }
}

/// A part of an outage in which it was equally bad.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Piece {
    pub from: Time,
    pub until: Option<Time>,
    pub degraded: bool,
}

impl Piece {
    pub fn span(&self, now: Time) -> Span {
        Span::new(self.from.micros(), self.until.unwrap_or(now).min(now).micros())
    }
}

impl Work {
    pub(super) fn span(&self) -> Span {
        Span::new(self.from.micros(), self.until.micros())
    }

    /// Whether it runs at a time: as planned, and while it is really worked.
    pub fn runs(&self, at: Time) -> bool {
        self.exempt_span().contains(at.micros())
    }

    /// What of it may be no service time: as planned, and no longer than it took.
    pub(super) fn exempt_span(&self) -> Span {
        let actual = self.actual.map(|(from, until)| Span::new(from.micros(), until.micros()));
        self.span().clip(actual.unwrap_or(self.span()))
    }

    /// What it took beyond its approved end.
    pub(super) fn overrun(&self) -> Option<Span> {
        let (from, until) = self.actual?;
        let over = Span::new(self.until.max(from).micros(), until.micros());
        (over.length() > 0).then_some(over)
    }

    /// Why a contract does not let it pass as no service time; `None` where it does.
    pub(super) fn unexcused(&self, promise: &Promise) -> Option<String> {
        let notice = promise.notice_micros;
        match self.announced.map(|at| self.from.micros_since(at)) {
            _ if !promise.maintenance_exempt => {
                Some("this contract exempts no maintenance".to_owned())
            }
            _ if self.approved_by.is_none() => Some("nobody approved it".to_owned()),
            None => Some("it was not announced".to_owned()),
            Some(before) if before < notice => {
                let long = |micros: i64| length(seconds(micros.max(0) as f64));
                let (before, notice) = (long(before), long(notice));
                Some(format!("announced {before} before, the contract asks for {notice}"))
            }
            Some(_) => None,
        }
    }

    pub(super) fn touches(&self, agreement: &Agreement) -> bool {
        self.items.iter().any(|item| agreement.covers(item))
    }
}

impl Seen {
    /// What of it concerns a contract from a time to another: what its figures are drawn from.
    #[must_use]
    pub fn of(&self, agreement: &Agreement, from: Time, until: Time) -> Seen {
        let within = Span::new(from.micros(), until.micros());
        let meets = |begin: Time, end: Time| begin < until && from < end;
        let case = |case: &&Case| {
            let mut outages = case.outages.iter();
            case.hit_on(agreement).is_some()
                && outages.any(|(begin, end)| meets(*begin, end.unwrap_or(Time::MAX)))
        };
        let work = |work: &&Work| work.touches(agreement) && meets(work.from, work.until);
        Seen {
            cases: self.cases.iter().filter(case).cloned().collect(),
            works: self.works.iter().filter(work).cloned().collect(),
            unknown: self.unknown.clip(within),
            counted: self
                .counted
                .iter()
                .filter(|c| agreement.names(&c.objective))
                .cloned()
                .collect(),
        }
    }

    /// The same for the engine, as far as it concerns a promise of a contract, as of `now`. Planned
    /// work that the promise does not excuse is an outage: nobody is called about it, and so no
    /// incident may tell of it.
    pub(super) fn observed(&self, agreement: &Agreement, promise: &Promise, now: Time) -> Observed {
        let users = promise.users.map(f64::from);
        let cases = self.cases.iter().filter(|case| case.breaks(agreement));
        let outages = cases.flat_map(|case| {
            let users_hit = case.users.map(|users| users as f64);
            case.pieces().into_iter().map(move |piece| Outage {
                from: piece.from.micros(),
                until: piece.until.map(Time::micros),
                degraded: piece.degraded,
                users_hit,
            })
        });
        let works = self.unexcused(agreement, promise).filter(|work| work.from < now);
        let planned = works.map(|work| work.exempt_span()).map(|span| Outage {
            from: span.from,
            until: (span.until <= now.micros()).then_some(span.until),
            degraded: false,
            users_hit: users,
        });
        Observed {
            outages: outages.chain(planned).collect(),
            unknown: self.unknown.clone(),
            maintenance: self.maintenance(agreement),
            users,
        }
    }

    /// The planned work on what a contract is about that a promise of it does not excuse.
    pub(super) fn unexcused<'a>(
        &'a self,
        agreement: &'a Agreement,
        promise: &'a Promise,
    ) -> impl Iterator<Item = &'a Work> {
        let works = self.works.iter().filter(|work| work.touches(agreement));
        works.filter(|work| work.unexcused(promise).is_some())
    }

    pub(super) fn maintenance(&self, agreement: &Agreement) -> Vec<Maintenance> {
        let works = self.works.iter().filter(|work| work.touches(agreement));
        let known = works.map(|work| Maintenance {
            planned: work.span(),
            actual: work.actual.map(|(from, until)| Span::new(from.micros(), until.micros())),
            announced: work.announced.map(Time::micros),
            approved: work.approved_by.is_some(),
        });
        known.collect()
    }
}
