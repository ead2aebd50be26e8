//! What figures are drawn from, gathered once for all contracts that are asked about.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::contracts::compliance::{
    Agreement, Credit, Figures, Period, PeriodUnit, Promise, Seen, Version, Work, figures,
    figures_of_incidents, periods,
};
use estate::{
    CalendarRef, ContractPeriod, ContractStatus, ContractTerms, Estate, Kind,
    MaintenanceWindowSpec, Resource, ServiceContractSpec, Spec, Wait,
};
use kernel::{ItemRef, SpaceId, Time};
use spine::Conn;

use super::facts::Facts;
use super::{hits, hours, observed, presence, store};
use crate::app::App;
use crate::practices::estate::live::Snapshot;
use crate::practices::heartbeats::store as heartbeats;
use crate::problem::{Answer, Problem};

/// A contract that is being asked about.
#[derive(Clone, Debug)]
pub struct Deal {
    /// Its name.
    pub item: ItemRef,
    /// What people call it.
    pub title: String,
    /// What it says.
    pub spec: ServiceContractSpec,
    /// The same as figures are reckoned.
    pub agreement: Agreement,
}

/// Contracts and everything that their figures follow from.
#[derive(Clone, Debug)]
pub struct Book {
    /// As of when.
    pub now: Time,
    /// The estate.
    pub snapshot: Arc<Snapshot>,
    /// The contracts, by name.
    pub deals: Vec<Deal>,
    /// What happened.
    pub seen: Seen,
    /// The incidents behind it.
    pub facts: Vec<Arc<Facts>>,
}

impl Book {
    /// Gathers what the figures of some contracts follow from.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open(
        app: &App,
        space: &SpaceId,
        wanted: impl Fn(&Resource) -> bool,
    ) -> Answer<Book> {
        let mut book = Book::of_incidents(app, space, wanted).await?;
        let after = book.begins();
        let mut conn = app.db.reader().await?;
        let agreements: Vec<&Agreement> = book.deals.iter().map(|deal| &deal.agreement).collect();
        let of = (&book.snapshot.estate, agreements.as_slice());
        book.seen.counted = app.counts.of(&mut conn, space, of, (after, book.now)).await?;
        Ok(book)
    }

    /// The same without what was counted of objectives: for what follows from incidents alone.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn of_incidents(
        app: &App,
        space: &SpaceId,
        wanted: impl Fn(&Resource) -> bool,
    ) -> Answer<Book> {
        Book::after(app, space, wanted, begins).await
    }

    /// The same for the periods that run alone.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn running(
        app: &App,
        space: &SpaceId,
        wanted: impl Fn(&Resource) -> bool,
    ) -> Answer<Book> {
        Book::after(app, space, wanted, running_since).await
    }

    async fn after(
        app: &App,
        space: &SpaceId,
        wanted: impl Fn(&Resource) -> bool,
        begins: fn(&[Deal], Time) -> Time,
    ) -> Answer<Book> {
        let (now, snapshot) = (app.world.now(), app.estate.snapshot(space));
        let deals = deals(&snapshot.estate, now, wanted);
        let mut conn = app.db.reader().await?;
        let after = begins(&deals, now);
        let facts = app.facts.since(&mut conn, space, after).await?;
        let agreements: Vec<&Agreement> = deals.iter().map(|deal| &deal.agreement).collect();
        let of = (&snapshot.estate, agreements.as_slice());
        let seen = seen(&mut conn, space, of, &facts, (after, now)).await?;
        Ok(Book { now, snapshot, deals, seen, facts })
    }

    /// When the first of the contracts begins.
    fn begins(&self) -> Time {
        begins(&self.deals, self.now)
    }

    /// All contracts.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn all(app: &App, space: &SpaceId) -> Answer<Book> {
        Book::open(app, space, |_| true).await
    }

    /// One contract.
    ///
    /// # Errors
    /// 404 when there is none of this name; when the database refuses.
    pub async fn one(app: &App, space: &SpaceId, contract: &ItemRef) -> Answer<(Book, Deal)> {
        let book = Book::open(app, space, |resource| resource.item() == contract).await?;
        let deal = book.deals.first().cloned().ok_or_else(|| Problem::not_found("contract"))?;
        Ok((book, deal))
    }

    /// The periods of a contract up to now, the oldest first; none while it is a draft.
    pub fn periods(&self, deal: &Deal) -> Vec<Period> {
        match deal.spec.status {
            ContractStatus::Draft => Vec::new(),
            ContractStatus::Agreed | ContractStatus::Terminated => {
                periods(&deal.agreement, self.now)
            }
        }
    }

    /// The figures of a period.
    pub fn figures(&self, deal: &Deal, period: &Period) -> Figures {
        figures(&deal.agreement, period, &self.seen, self.now)
    }

    /// The same without what is drawn from counts of objectives: for lists of many periods.
    pub fn figures_of_incidents(&self, deal: &Deal, period: &Period) -> Figures {
        figures_of_incidents(&deal.agreement, period, &self.seen, self.now)
    }

    /// The figures of the period that runs, as far as penalties follow from them.
    pub fn stakes(&self, deal: &Deal) -> Option<Figures> {
        let period = self.periods(deal).pop().filter(|period| self.now < period.until)?;
        Some(self.figures_of_incidents(deal, &period))
    }

    /// The figures of the period that runs.
    pub fn present(&self, deal: &Deal) -> Option<Figures> {
        let period = self.periods(deal).pop().filter(|period| self.now < period.until)?;
        Some(self.figures(deal, &period))
    }
}

fn begins(deals: &[Deal], now: Time) -> Time {
    deals.iter().map(|deal| deal.agreement.start).min().unwrap_or(now).min(now)
}

/// When the first of the periods begins that run.
fn running_since(deals: &[Deal], now: Time) -> Time {
    let running = deals.iter().filter_map(|deal| periods(&deal.agreement, now).pop());
    running.map(|period| period.from).min().unwrap_or(now).min(now)
}

/// The contracts of an estate that are wanted.
pub fn deals(estate: &Estate, now: Time, wanted: impl Fn(&Resource) -> bool) -> Vec<Deal> {
    let found = estate.of_kind(Kind::ServiceContract).filter_map(|resource| match &resource.spec {
        Spec::ServiceContract(spec) if wanted(resource) => Some((resource, spec)),
        _ => None,
    });
    let deal = |(resource, spec): (&Resource, &ServiceContractSpec)| Deal {
        item: resource.item().clone(),
        title: resource.title().to_owned(),
        spec: spec.clone(),
        agreement: agreement((estate, now), spec),
    };
    found.map(deal).collect()
}

/// What happened to these agreements between two times.
///
/// # Errors
/// When the database refuses.
pub async fn seen(
    conn: &mut Conn,
    space: &SpaceId,
    (estate, agreements): (&Estate, &[&Agreement]),
    facts: &[Arc<Facts>],
    (after, now): (Time, Time),
) -> Answer<Seen> {
    let scope: BTreeSet<&ItemRef> = agreements.iter().flat_map(|of| of.scope()).collect();
    let looked = store::presence(conn, &SpaceId::main(), after).await?;
    let past = store::past_windows(conn, space).await?;
    Ok(Seen {
        cases: hits::cases(estate, &scope, facts),
        works: works(estate, &past, &scope),
        unknown: presence::unknown(&looked, after, now),
        blind: observed::blind(estate, &scope, heartbeats::gaps(conn, space).await?),
        counted: Vec::new(),
    })
}

fn agreement((estate, now): (&Estate, Time), spec: &ServiceContractSpec) -> Agreement {
    let versions = spec.terms.iter().enumerate().map(|(place, terms)| {
        let (from, until) = spec.holds(place);
        let (calendar, zone) = hours::of(estate, terms.calendar.as_ref(), (spec.start, now));
        let objectives = terms.objectives.iter().map(|objective| objective.item().clone());
        let objectives = objectives.collect();
        let scope = spec.scope_of(terms).to_vec();
        Version { from, until, scope, calendar, zone, promise: promise(terms), objectives }
    });
    Agreement { start: spec.start, end: spec.end, versions: versions.collect() }
}

fn promise(terms: &ContractTerms) -> Option<Promise> {
    let said = terms.availability.as_ref()?;
    let micros = |wait: Wait| i64::from(wait.seconds()) * 1_000_000;
    Some(Promise {
        target_percent: said.target,
        period: match said.period {
            ContractPeriod::Week => PeriodUnit::Week,
            ContractPeriod::Month => PeriodUnit::Month,
            ContractPeriod::Quarter => PeriodUnit::Quarter,
            ContractPeriod::Year => PeriodUnit::Year,
        },
        degraded_factor: said.degraded_factor,
        shortest_micros: micros(said.shortest_outage),
        joined_micros: micros(said.joined_within),
        maintenance_exempt: said.maintenance_exempt,
        notice_micros: micros(said.maintenance_notice),
        users: said.users,
        failure_free_micros: said.failure_free.map(micros),
        credits: terms
            .penalties
            .iter()
            .map(|penalty| Credit { below_percent: penalty.below, credit_percent: penalty.credit })
            .collect(),
        evidence: said.evidence.iter().map(|objective| objective.item().clone()).collect(),
        evidence_rules: said.evidence_rules,
    })
}

/// An agreement that nobody made, so that what no contract is about has figures, too: an item, its
/// service hours in a zone, and objectives, without a least share.
pub fn unpromised(
    (estate, now): (&Estate, Time),
    (item, objectives): (&ItemRef, Vec<ItemRef>),
    named: Option<&CalendarRef>,
    (start, unit, zone): (Time, PeriodUnit, &str),
) -> Agreement {
    let (calendar, _) = hours::of(estate, named, (start, now));
    let promise = Promise { period: unit, ..Promise::nothing() };
    let version = Version {
        from: start,
        until: None,
        scope: vec![item.clone()],
        calendar,
        zone: zone.to_owned(),
        promise: Some(promise),
        objectives,
    };
    Agreement { start, end: None, versions: vec![version] }
}

/// Planned work on what is in scope: as the windows are now, and those that had begun before they
/// were changed or deleted, as far as they had run until then.
pub fn works(estate: &Estate, past: &[(Resource, Time)], scope: &BTreeSet<&ItemRef>) -> Vec<Work> {
    let mut works: Vec<Work> = Vec::new();
    let mut add = |resource: &Resource, spec: &MaintenanceWindowSpec, replaced: Option<Time>| {
        let taken: Vec<ItemRef> = estate.covered(spec).into_iter().collect();
        let impact = estate.impact(&taken).into_iter().filter(|reached| !reached.softened);
        let mut items: Vec<ItemRef> = taken.clone();
        items.extend(impact.map(|reached| reached.item));
        items.retain(|item| scope.contains(item));
        if items.is_empty() {
            return;
        }
        for window in &spec.windows {
            let same = |work: &Work| work.window == *resource.item() && work.from == window.start;
            let until = replaced.map_or(window.end, |at| window.end.min(at));
            if until <= window.start || works.iter().any(same) {
                continue;
            }
            works.push(Work {
                window: resource.item().clone(),
                reason: spec.reason.clone(),
                from: window.start,
                until,
                actual: window.actual(),
                announced: spec.announced,
                approved_by: spec.approved_by.as_ref().map(|person| person.item().clone()),
                items: items.clone(),
            });
        }
    };
    for resource in estate.of_kind(Kind::MaintenanceWindow) {
        if let Spec::MaintenanceWindow(spec) = &resource.spec {
            add(resource, spec, None);
        }
    }
    for (resource, replaced) in past.iter().rev() {
        if let Spec::MaintenanceWindow(spec) = &resource.spec {
            add(resource, spec, Some(*replaced));
        }
    }
    works.sort_by_key(|work| work.from);
    works
}
