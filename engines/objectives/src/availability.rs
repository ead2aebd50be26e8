//! How long something was there of the time in which it was to be.
//!
//! `A = (AST − DT) / AST`: the agreed service time is the open time of the contract's calendar in
//! the period less exempt maintenance, down time is the union of the outages within it. Where the
//! probes of the consumer and those of the parts differ, the contract says which counts: compute
//! both, show both.

use calendar::{Span, Spans};
use serde::{Deserialize, Serialize};

/// What a contract says about counting.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Terms {
    /// What degraded service counts as.
    pub degraded: Degraded,
    /// Outages with less than this between them are one, in microseconds.
    pub gap_micros: i64,
    /// Outages shorter than this do not count, after joining; in microseconds.
    pub outage_min_micros: i64,
    /// Whether approved maintenance is no service time.
    pub maintenance_exempt: bool,
    /// How long before its beginning maintenance must be announced, in microseconds.
    pub notice_micros: i64,
}

/// What degraded service counts as.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Degraded {
    /// As up.
    Up,
    /// As down.
    Down,
    /// As down for this share of its time, from 0 to 1.
    Factor(f64),
}

/// What was seen of a product.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Observed {
    /// Everything that went wrong; outages may overlap.
    pub outages: Vec<Outage>,
    /// When nobody looked, our own outages among it.
    pub unknown: Spans,
    /// Maintenance, announced or not.
    pub maintenance: Vec<Maintenance>,
    /// How many users there are, where that is known.
    pub users: Option<f64>,
}

/// One time in which something was wrong.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Outage {
    /// When it began.
    pub from: i64,
    /// When it ended; `None` while it lasts.
    pub until: Option<i64>,
    /// Whether it worked in part.
    pub degraded: bool,
    /// How many users were hit, where that is known.
    pub users_hit: Option<f64>,
}

/// Maintenance as it was planned and as it was.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Maintenance {
    /// What was approved.
    pub planned: Span,
    /// What it took; `None` when it took what was planned.
    pub actual: Option<Span>,
    /// When users were told; `None` when they were not.
    pub announced: Option<i64>,
    /// Whether somebody approved it.
    pub approved: bool,
}

/// Sums of a period, from which all figures follow. Those of several parts add up.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Availability {
    /// Agreed service time, in microseconds.
    pub agreed_micros: i64,
    /// Down time; degraded time counts as the contract says.
    pub down_micros: f64,
    /// Agreed service time of which nothing is known.
    pub unknown_micros: i64,
    /// Service time that maintenance took out.
    pub exempt_micros: i64,
    /// Users times microseconds lost; `None` when users are not known.
    pub user_micros_lost: Option<f64>,
    /// Users times microseconds agreed; `None` when users are not known.
    pub user_micros_agreed: Option<f64>,
    /// The outages that were counted, within the agreed time.
    pub down: Spans,
    /// Of these, the time in which it was no more than degraded.
    pub partly: Spans,
    /// The agreed service time that has passed.
    pub agreed: Spans,
    /// The open time that maintenance took out.
    pub exempt: Spans,
    /// The agreed time of which nothing is known.
    pub unknown: Spans,
    /// How many outages began in the period, also outside of service hours; after joining.
    pub outages: usize,
    /// How many outages cost agreed time.
    pub failures: usize,
    /// How many of the failures last.
    pub lasting: usize,
    /// The down time of those that last, in microseconds.
    pub lasting_micros: f64,
    /// Whether the period, or an outage in it, is not over: figures will change.
    pub provisional: bool,
}

impl Default for Terms {
    /// Degraded is up, every outage counts, announced maintenance is exempt.
    fn default() -> Terms {
        Terms {
            degraded: Degraded::Up,
            gap_micros: 0,
            outage_min_micros: 0,
            maintenance_exempt: true,
            notice_micros: 0,
        }
    }
}

/// The sums of a period whose open time is `service`, as of `now`. A contract that changes within
/// the period is computed for each part, and the parts are added with [`Availability::plus`].
pub fn availability(
    service: &Spans,
    period: Span,
    observed: &Observed,
    terms: &Terms,
    now: i64,
) -> Availability {
    let passed = period.clip(Span::new(i64::MIN, now));
    let open = service.clip(passed);
    let exempt = exempt(observed, terms);
    let agreed = open.difference(&exempt);
    let (worth, counts_down) = match terms.degraded {
        Degraded::Up => (0.0, false),
        Degraded::Down => (1.0, true),
        Degraded::Factor(factor) => (factor.clamp(0.0, 1.0), factor > 0.0),
    };
    let bridged = |of_kind: fn(&Outage) -> bool| bridged(observed, terms, now, of_kind);
    let entirely = bridged(|outage| !outage.degraded);
    // One that changes how bad it is stays one outage.
    let whole = long(if counts_down { bridged(|_| true) } else { entirely.clone() }, terms);
    let outages = entirely.intersection(&whole);
    let degraded =
        if counts_down { whole.difference(&outages) } else { bridged(|outage| outage.degraded) };
    let down = outages.intersection(&agreed);
    let partly = degraded.intersection(&agreed).difference(&down);
    let seen = down.union(&partly);
    let unknown = observed.unknown.intersection(&agreed).difference(&seen);
    let failing = || whole.iter().filter(|span| !agreed.clip(*span).is_empty());
    let ongoing = observed.outages.iter().any(|outage| outage.until.is_none());
    let lasts = |span: &Span| ongoing && span.until == now;
    let cost =
        |span: Span| down.clip(span).total() as f64 + worth * partly.clip(span).total() as f64;
    let users = observed.users.filter(|users| *users > 0.0);
    let lost = users
        .and_then(|users| users_lost(observed, &agreed.intersection(&whole), (users, worth), now));
    Availability {
        agreed_micros: agreed.total(),
        exempt: open.difference(&agreed),
        partly: if worth > 0.0 { partly.clone() } else { Spans::EMPTY },
        down_micros: down.total() as f64 + worth * partly.total() as f64,
        unknown_micros: unknown.total(),
        exempt_micros: open.total() - agreed.total(),
        user_micros_lost: lost,
        user_micros_agreed: users.map(|users| users * agreed.total() as f64),
        outages: whole
            .iter()
            .filter(|span| span.from >= period.from && span.from < passed.until)
            .count(),
        lasting: failing().filter(lasts).count(),
        lasting_micros: failing().filter(lasts).map(cost).sum(),
        failures: failing().count(),
        provisional: now < period.until || failing().any(|span| lasts(&span)),
        down: if worth > 0.0 { seen } else { down },
        agreed,
        unknown,
    }
}

impl Availability {
    /// Over the time of which something is known; `None` when there is none.
    pub fn measured(&self) -> Option<f64> {
        share(self.known_micros() as f64, self.down_micros)
    }

    /// With everything unknown as down; `None` without agreed time ("not applicable").
    pub fn pessimistic(&self) -> Option<f64> {
        share(self.agreed_micros as f64, self.down_micros + self.unknown_micros as f64)
    }

    /// With everything unknown as up; `None` without agreed time ("not applicable").
    pub fn optimistic(&self) -> Option<f64> {
        share(self.agreed_micros as f64, self.down_micros)
    }

    /// Which share of the agreed time is unknown; `None` without agreed time.
    pub fn unknown_share(&self) -> Option<f64> {
        (self.agreed_micros > 0).then(|| self.unknown_micros as f64 / self.agreed_micros as f64)
    }

    /// `1 − Σ(users hit × time) / (users × AST)`; `None` when users are not known: show the plain
    /// figure and say so.
    pub fn by_users(&self) -> Option<f64> {
        share(self.user_micros_agreed?, self.user_micros_lost?).map(|share| share.max(0.0))
    }

    /// Agreed time of which something is known, in microseconds.
    pub fn known_micros(&self) -> i64 {
        self.agreed_micros - self.unknown_micros
    }

    /// The sums of two parts of a period: their figures weighed by agreed time.
    #[must_use]
    pub fn plus(&self, other: &Availability) -> Availability {
        let both = |a: Option<f64>, b: Option<f64>| Some(a? + b?);
        Availability {
            agreed_micros: self.agreed_micros + other.agreed_micros,
            down_micros: self.down_micros + other.down_micros,
            unknown_micros: self.unknown_micros + other.unknown_micros,
            exempt_micros: self.exempt_micros + other.exempt_micros,
            user_micros_lost: both(self.user_micros_lost, other.user_micros_lost),
            user_micros_agreed: both(self.user_micros_agreed, other.user_micros_agreed),
            down: self.down.union(&other.down),
            partly: self.partly.union(&other.partly),
            agreed: self.agreed.union(&other.agreed),
            exempt: self.exempt.union(&other.exempt),
            unknown: self.unknown.union(&other.unknown),
            outages: self.outages + other.outages,
            failures: self.failures + other.failures,
            lasting: self.lasting + other.lasting,
            lasting_micros: self.lasting_micros + other.lasting_micros,
            provisional: self.provisional || other.provisional,
        }
    }
}

/// `(all − lost) / all`.
fn share(all: f64, lost: f64) -> Option<f64> {
    (all > 0.0).then(|| (all - lost) / all)
}

/// Maintenance that is no service time: approved, announced in time, and only as long as planned
/// and as it took; what it overruns counts.
fn exempt(observed: &Observed, terms: &Terms) -> Spans {
    if !terms.maintenance_exempt {
        return Spans::EMPTY;
    }
    let counts = |window: &&Maintenance| {
        let latest = window.planned.from.saturating_sub(terms.notice_micros);
        window.approved && window.announced.is_some_and(|announced| announced <= latest)
    };
    let real = |window: &Maintenance| window.planned.clip(window.actual.unwrap_or(window.planned));
    observed.maintenance.iter().filter(counts).map(real).collect()
}

/// Outages of some kind: lasting ones until now, near ones as one.
fn bridged(observed: &Observed, terms: &Terms, now: i64, of_kind: fn(&Outage) -> bool) -> Spans {
    let of_kind = observed.outages.iter().filter(|outage| of_kind(outage));
    let until = |outage: &Outage| outage.until.unwrap_or(now).min(now);
    let whole: Spans = of_kind.map(|outage| Span::new(outage.from, until(outage))).collect();
    let mut list: Vec<Span> = Vec::new();
    for span in whole.iter() {
        match list.last_mut() {
            Some(last) if span.from - last.until < terms.gap_micros => last.until = span.until,
            _ => list.push(span),
        }
    }
    list.into()
}

/// Without those that are too short to count.
fn long(outages: Spans, terms: &Terms) -> Spans {
    outages.iter().filter(|span| span.length() >= terms.outage_min_micros).collect()
}

/// What each user lost of the time that counts, added up; degraded time by its `worth`.
fn users_lost(
    observed: &Observed,
    counted: &Spans,
    (users, worth): (f64, f64),
    now: i64,
) -> Option<f64> {
    let mut sum = 0.0;
    for outage in &observed.outages {
        let span = Span::new(outage.from, outage.until.unwrap_or(now).min(now));
        let factor = if outage.degraded { worth } else { 1.0 };
        sum += outage.users_hit?.min(users) * counted.clip(span).total() as f64 * factor;
    }
    Some(sum)
}

/// When fewer than `need` of these parts are up: the down time of a product that is redundant.
pub fn fewer_than(need: usize, down: &[Spans]) -> Spans {
    let Some(may_fail) = down.len().checked_sub(need) else {
        return Spans::one(i64::MIN, i64::MAX);
    };
    let ends = down
        .iter()
        .flat_map(|part| part.iter())
        .flat_map(|span| [(span.from, true), (span.until, false)]);
    let mut ends: Vec<(i64, bool)> = ends.collect();
    // An end before a beginning at the same instant: parts that take turns are never down together.
    ends.sort_unstable();
    let (mut failed, mut since) = (0_usize, None);
    let mut list = Vec::new();
    for (at, begins) in ends {
        failed = if begins { failed + 1 } else { failed - 1 };
        match since {
            None if failed > may_fail => since = Some(at),
            Some(from) if failed <= may_fail => {
                list.push(Span::new(from, at));
                since = None;
            }
            _ => {}
        }
    }
    list.into()
}
