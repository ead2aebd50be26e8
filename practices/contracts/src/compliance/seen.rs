use calendar::{Span, Spans};
use kernel::{IncidentId, ItemRef, Priority, Time};
use objectives::{Maintenance, Observed, Outage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::outlook::length;
use super::{Agreement, Counted, Promise, Version, seconds};

/// What happened, as far as contracts ask: gathered by the shell once for all of them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Seen {
    /// The incidents.
    pub cases: Vec<Case>,
    /// Planned work.
    pub works: Vec<Work>,
    /// When Operate did not look.
    pub unknown: Spans,
    /// When nobody looked at some items, though Operate did.
    pub blind: Vec<Blind>,
    /// The objectives that contracts name, with what was counted.
    pub counted: Vec<Counted>,
}

/// A time in which nobody looked at some items: a heartbeat was missed that watches them.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Blind {
    /// The heartbeat.
    pub heartbeat: String,
    /// What it watches, and what depends on that.
    pub items: Vec<ItemRef>,
    /// When it was last heard of.
    pub from: Time,
    /// When it was heard of again; nothing while it is missed.
    pub until: Option<Time>,
}

impl Blind {
    pub(super) fn spans(&self) -> Spans {
        Spans::one(self.from.micros(), self.until.map_or(i64::MAX, Time::micros))
    }

    pub(super) fn touches(&self, version: &Version) -> bool {
        self.items.iter().any(|item| version.covers(item))
    }
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
    /// The items of contracts that it hits, and when.
    pub hits: Vec<CaseHit>,
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
    /// When it was away, or would have been without redundancy, one after another; the last lasts
    /// when it has no end.
    pub times: Vec<(Time, Option<Time>)>,
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
    /// Whether it takes the service of a contract away at any time.
    pub fn breaks(&self, agreement: &Agreement) -> bool {
        let mut hits = self.hits.iter().filter(|hit| !hit.softened);
        self.outcome == Outcome::Counts && hits.any(|hit| agreement.covers(&hit.item))
    }

    /// Whether the service of a contract is away because of it.
    pub fn takes_away(&self, agreement: &Agreement, now: Time) -> bool {
        let Some(version) = agreement.version_at(now) else { return false };
        let lasts = |piece: &Piece<'_>| piece.from <= now && piece.until.is_none();
        self.counted(version).any(|piece| lasts(&piece))
    }

    /// Since when an item is away because of it; nothing when it is back, or nothing has failed.
    pub fn away_since(&self, item: &ItemRef, now: Time) -> Option<Time> {
        let lost = self.hits.iter().filter(|hit| hit.item == *item && !hit.softened);
        let spans: Spans = lost.flat_map(|hit| hit.spans().iter().collect::<Vec<_>>()).collect();
        let last = spans.iter().next_back().filter(|_| self.outcome == Outcome::Counts)?;
        (last.until == i64::MAX && last.from <= now.micros()).then(|| Time::from_micros(last.from))
    }

    /// What of it counts for a version of a contract.
    pub(super) fn counted<'c>(&'c self, version: &Version) -> impl Iterator<Item = Piece<'c>> {
        let counts = self.outcome == Outcome::Counts;
        self.pieces(version).into_iter().filter(move |piece| counts && !piece.hit.softened)
    }

    /// When it hit what a version of a contract is about, cut where another item is the reason, and
    /// where it became better or worse. What was away comes before what redundancy carried.
    pub(super) fn pieces(&self, version: &Version) -> Vec<Piece<'_>> {
        let mut hits: Vec<&CaseHit> =
            self.hits.iter().filter(|hit| version.covers(&hit.item)).collect();
        hits.sort_by_key(|hit| (hit.softened, hit.times.first()));
        let (mut pieces, mut taken) = (Vec::new(), Spans::EMPTY);
        for hit in hits {
            let own = hit.spans();
            for span in own.difference(&taken).iter() {
                self.cut(span, hit, &mut pieces);
            }
            taken = taken.union(&own);
        }
        pieces
    }

    fn cut<'c>(&'c self, span: Span, hit: &'c CaseHit, pieces: &mut Vec<Piece<'c>>) {
        let marks = self.marks.iter().map(|(at, _)| at.micros());
        let mut cuts: Vec<i64> = marks.filter(|at| span.from < *at && *at < span.until).collect();
        cuts.extend([span.from, span.until]);
        cuts.sort_unstable();
        cuts.dedup();
        for pair in cuts.windows(2) {
            let from = Time::from_micros(pair[0]);
            let until = (pair[1] != i64::MAX).then(|| Time::from_micros(pair[1]));
            let degraded = self.state_at(from) == ServiceState::Degraded;
            pieces.push(Piece { from, until, degraded, hit });
        }
    }

    /// Why a piece of it counts: what was down that the item needs.
    pub(super) fn why(&self, piece: &Piece<'_>) -> String {
        let item = &piece.hit.item;
        let span = piece.span(Time::MAX);
        let same = self.hits.iter().filter(|hit| hit.item == *item && !hit.softened);
        let roots = same.filter(|hit| {
            hit.spans().iter().any(|own| own.from <= span.from && span.until <= own.until)
        });
        let roots: Vec<&ItemRef> = roots.map(|hit| &hit.root).collect();
        match roots.as_slice() {
            roots if roots.contains(&item) => format!("{item} was down"),
            [first] => format!("{item} needs {first}, which was down"),
            [first, second] => format!("{item} needs {first} and {second}, which were down"),
            [first, second, rest @ ..] => {
                let more = rest.len();
                format!("{item} needs {first}, {second} and {more} more, which were down")
            }
            [] => format!("{item} needs {}, which was down", piece.hit.root),
        }
    }

    pub(super) fn state_at(&self, at: Time) -> ServiceState {
        let held = self.marks.iter().rfind(|(from, _)| *from <= at);
        held.map_or(ServiceState::Down, |(_, state)| *state)
    }
}

impl CaseHit {
    /// When it was, as a set; without an end while it lasts.
    pub fn spans(&self) -> Spans {
        let until = |until: Option<Time>| until.map_or(i64::MAX, Time::micros);
        self.times.iter().map(|(from, to)| Span::new(from.micros(), until(*to))).collect()
    }
}

/// A part of an outage in which it was equally bad, for the same reason.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Piece<'c> {
    pub from: Time,
    pub until: Option<Time>,
    pub degraded: bool,
    pub hit: &'c CaseHit,
}

impl Piece<'_> {
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

    pub(super) fn touches(&self, version: &Version) -> bool {
        self.items.iter().any(|item| version.covers(item))
    }
}

impl Seen {
    /// What of it concerns a contract from a time to another: what its figures are drawn from.
    #[must_use]
    pub fn of(&self, agreement: &Agreement, from: Time, until: Time) -> Seen {
        let within = Span::new(from.micros(), until.micros());
        let meets = |begin: Time, end: Time| begin < until && from < end;
        let hit = |hit: &&CaseHit| {
            let mut times = hit.times.iter();
            agreement.covers(&hit.item)
                && times.any(|(begin, end)| meets(*begin, end.unwrap_or(Time::MAX)))
        };
        let cases = self.cases.iter().map(|case| Case {
            hits: case.hits.iter().filter(hit).cloned().collect(),
            ..case.clone()
        });
        let work = |work: &&Work| {
            work.items.iter().any(|item| agreement.covers(item)) && meets(work.from, work.until)
        };
        let blind = |blind: &&Blind| {
            blind.items.iter().any(|item| agreement.covers(item))
                && meets(blind.from, blind.until.unwrap_or(Time::MAX))
        };
        Seen {
            cases: cases.filter(|case| !case.hits.is_empty()).collect(),
            works: self.works.iter().filter(work).cloned().collect(),
            unknown: self.unknown.clip(within),
            blind: self.blind.iter().filter(blind).cloned().collect(),
            counted: self
                .counted
                .iter()
                .filter(|c| agreement.names(&c.objective))
                .cloned()
                .collect(),
        }
    }

    /// The same for the engine, as far as it concerns a version of a contract, as of `now`. Planned
    /// work that the promise does not excuse is an outage: nobody is called about it, and so no
    /// incident may tell of it.
    pub(super) fn observed(&self, version: &Version, promise: &Promise, now: Time) -> Observed {
        let users = promise.users.map(f64::from);
        let outages = self.cases.iter().flat_map(|case| {
            let users_hit = case.users.map(|users| users as f64);
            case.counted(version).map(move |piece| Outage {
                from: piece.from.micros(),
                until: piece.until.map(Time::micros),
                degraded: piece.degraded,
                users_hit,
            })
        });
        let works = self.unexcused(version, promise).filter(|work| work.from < now);
        let planned = works.map(|work| work.exempt_span()).map(|span| Outage {
            from: span.from,
            until: (span.until <= now.micros()).then_some(span.until),
            degraded: false,
            users_hit: users,
        });
        Observed {
            outages: outages.chain(planned).collect(),
            unknown: self.unknown_of(version),
            maintenance: self.maintenance(version),
            users,
        }
    }

    /// When nothing is known of what a version of a contract is about.
    fn unknown_of(&self, version: &Version) -> Spans {
        let blind = self.blind.iter().filter(|blind| blind.touches(version));
        blind.fold(self.unknown.clone(), |unknown, blind| unknown.union(&blind.spans()))
    }

    /// The planned work on what a version of a contract is about that its promise does not excuse.
    pub(super) fn unexcused<'a>(
        &'a self,
        version: &'a Version,
        promise: &'a Promise,
    ) -> impl Iterator<Item = &'a Work> {
        let works = self.works.iter().filter(|work| work.touches(version));
        works.filter(|work| work.unexcused(promise).is_some())
    }

    pub(super) fn maintenance(&self, version: &Version) -> Vec<Maintenance> {
        let works = self.works.iter().filter(|work| work.touches(version));
        let known = works.map(|work| Maintenance {
            planned: work.span(),
            actual: work.actual.map(|(from, until)| Span::new(from.micros(), until.micros())),
            announced: work.announced.map(Time::micros),
            approved: work.approved_by.is_some(),
        });
        known.collect()
    }
}
