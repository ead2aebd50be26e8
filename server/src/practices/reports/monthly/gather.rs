//! Draws the report of a month from the figures that there are: times, compliance, alerts, calls.

use std::collections::BTreeSet;

use ::contracts::compliance::{Agreement, Figures, Period, PeriodUnit, figures, periods};
use estate::{Estate, Resource, Spec};
use incidents::Incident;
use kernel::{ItemRef, SpaceId, Time};
use objectives::Window;
use reports::{AlertReport, FigureName, alert_report, load_report, times_report};
use spine::{Conn, Fault};

use super::changes::{Changes, changes};
use super::key::key_figures;
use super::views::{
    AlertMonth, ContractMonth, MaintenanceMonth, MajorIncident, Month, MonthlyReport,
};
use crate::app::App;
use crate::practices::alerts::history::store::Filter;
use crate::practices::contracts::close::{newest, restated};
use crate::practices::contracts::gather::{self, Book, Deal};
use crate::practices::contracts::views;
use crate::practices::incidents::store::{self, word};
use crate::practices::reports::alerts::{self, Asked, Read};
use crate::practices::reports::bearable::limits;
use crate::practices::reports::wanted::{self, About, Looked, hits, needs, operated};
use crate::practices::reports::{load, routes};
use crate::problem::{Answer, Problem};

/// Rules that are named as the noisiest.
const NOISIEST: usize = 10;

/// Of which item and month a report is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The product, or another item that can break.
    pub item: ItemRef,
    /// The month: `2026-10`; the last one that is over and was watched if not said.
    pub month: Option<String>,
    /// The zone in whose midnights months begin.
    pub zone: String,
}

/// Everything that the reports of both months are drawn from.
struct Drawn<'a> {
    app: &'a App,
    space: &'a SpaceId,
    item: &'a ItemRef,
    /// Those that took the item away, itself or through what it needs.
    incidents: Vec<Incident>,
    /// Which alerts are told.
    about: About,
    /// Day and night, with its objectives.
    own: Agreement,
    changes: Changes,
    looked: Looked,
    book: Book,
}

/// Draws the report.
///
/// # Errors
/// When there is no such item or month, or the database refuses.
pub async fn draw(app: &App, space: &SpaceId, wanted: &Wanted) -> Answer<MonthlyReport> {
    let (now, snapshot) = (app.world.now(), app.estate.snapshot(space));
    let estate = &snapshot.estate;
    let resource = operated(estate, &wanted.item)?;
    let zone = wanted.zone.as_str();
    let mut conn = app.db.reader().await?;
    let month = match &wanted.month {
        Some(name) => named(name, zone)?,
        None => usual(&mut conn, zone, now).await?,
    };
    if now <= month.from {
        return Err(Problem::refused("this month has not begun").at("month"));
    }
    let before = at(month.from.micros() - 1, zone)?;
    let needs: Vec<ItemRef> = needs(estate, &wanted.item);
    let earlier = before.from - span(&before).held_against();
    // An alert of the month may have opened its incident after it.
    let mut incidents = store::in_period(&mut conn, space, earlier, Time::MAX).await?;
    incidents.retain(|incident| hits(estate, &wanted.item, incident));
    let about = About::new(estate, &wanted.item, &incidents);
    let own = gather::unpromised(
        (estate, now),
        (&wanted.item, objectives(estate, &about.items)),
        None,
        (before.from, PeriodUnit::Month, zone),
    );
    let deals = gather::deals(estate, now, |contract| is_about(contract, &wanted.item));
    let begin = deals.iter().flat_map(|deal| periods(&deal.agreement, now));
    let begin = begin.filter(|period| before.from < period.until).map(|period| period.from);
    let after = begin.min().unwrap_or(earlier).min(earlier);
    let facts = app.facts.since(&mut conn, space, after).await?;
    let agreements: Vec<&Agreement> =
        deals.iter().map(|deal| &deal.agreement).chain([&own]).collect();
    let of = (estate, agreements.as_slice());
    let mut seen = gather::seen(&mut conn, space, of, &facts, (after, now)).await?;
    seen.counted = app.counts.of(&mut conn, space, of, (after, now)).await?;
    let changes = changes(&mut conn, space, (&wanted.item, &needs), (before.from, month.until));
    let changes = changes.await?;
    let looked = Looked::since(&mut conn, before.from, now).await?;
    drop(conn);
    let book = Book { now, snapshot: snapshot.clone(), deals, seen, facts };
    let item = &wanted.item;
    let drawn = Drawn { app, space, item, incidents, about, own, changes, looked, book };
    let (month, before) = (drawn.month(&month).await?, drawn.month(&before).await?);
    Ok(MonthlyReport {
        item: wanted.item.clone(),
        title: resource.title().to_owned(),
        team: estate.owner(&wanted.item).map(|owner| owner.to),
        time_zone: zone.to_owned(),
        drawn_at: now,
        needs,
        key: key_figures(&month, &before),
        after: if month.to <= now { Some(at(month.to.micros(), zone)?.name) } else { None },
        month,
        before,
    })
}

/// What the month is called that holds a moment.
///
/// # Errors
/// When there is no such zone.
pub fn name_of(moment: Time, zone: &str) -> Answer<String> {
    Ok(at(moment.micros(), zone)?.name)
}

/// The month that holds an instant.
fn at(micros: i64, zone: &str) -> Answer<Period> {
    let refused = || Problem::refused(format!("`{zone}` is no time zone")).at("time_zone");
    let span = Window::calendar(PeriodUnit::Month.engine(), zone).at(micros);
    let span = span.map_err(|_| refused())?;
    let name = PeriodUnit::Month.name(span.from, zone).ok_or_else(refused)?;
    let (from, until) = (Time::from_micros(span.from), Time::from_micros(span.until));
    Ok(Period { name, from, until })
}

/// The month that a name means.
fn named(name: &str, zone: &str) -> Answer<Period> {
    let wrong = || {
        let shown: String = name.chars().take(20).collect();
        Problem::refused(format!("`{shown}` is no month")).at("month").remedy("write it as 2026-10")
    };
    let plain = name.len() == 7 && name.is_ascii();
    let inside = Time::parse(&format!("{name}-15T12:00:00Z")).ok().filter(|_| plain);
    at(inside.ok_or_else(wrong)?.micros(), zone)
}

/// The last month that is over, if Operate was there in it; else the one that runs.
async fn usual(conn: &mut Conn, zone: &str, now: Time) -> Answer<Period> {
    let running = at(now.micros(), zone)?;
    let last = at(running.from.micros() - 1, zone)?;
    let watched = Looked::since(conn, last.from, now).await?.at(span(&last));
    Ok(if watched { last } else { running })
}

fn span(month: &Period) -> reports::Period {
    reports::Period { from: month.from, to: month.until }
}

fn objectives(estate: &Estate, items: &BTreeSet<ItemRef>) -> Vec<ItemRef> {
    let about = estate.resources().filter(|resource| match &resource.spec {
        Spec::Objective(spec) => items.contains(&spec.item),
        _ => false,
    });
    about.map(|resource| resource.item().clone()).collect()
}

fn is_about(contract: &Resource, item: &ItemRef) -> bool {
    matches!(&contract.spec, Spec::ServiceContract(spec) if spec.ever_covers(item))
}

impl Drawn<'_> {
    async fn month(&self, period: &Period) -> Answer<Month> {
        let span = span(period);
        let counts = |of: &&Incident| of.opened_at < span.to && routes::counts(of);
        let incidents: Vec<&Incident> = self.incidents.iter().filter(counts).collect();
        let cases: Vec<reports::Case> = incidents.iter().map(|of| routes::case(of)).collect();
        let times = times_report(&cases, span, self.book.now);
        let mut availability = figures(&self.own, period, &self.book.seen, self.book.now);
        let objectives = std::mem::take(&mut availability.performance);
        let mut conn = self.app.db.reader().await?;
        let rings = load::rings_in(self.app, &mut conn, self.space, span).await?;
        let limits = limits(&mut conn, self.space).await?;
        let load_left_out = rings.is_none().then(load::too_many);
        let mut rings = rings.unwrap_or_default();
        rings.retain(|ring| self.about.incidents.contains(&ring.incident));
        let alerts = self.alerts(&mut conn, span).await?;
        drop(conn);
        let (changes, changes_cut) = self.changes.within(span);
        Ok(Month {
            name: period.name.clone(),
            from: period.from,
            to: period.until,
            provisional: self.book.now < period.until,
            watched: self.looked.at(span),
            major: major(&incidents, span, &times),
            times,
            availability,
            objectives,
            contracts: self.contracts(period).await?,
            alerts,
            load: load_report(&rings, &limits),
            load_left_out,
            maintenance: self.maintenance(period),
            changes,
            changes_cut,
        })
    }

    async fn contracts(&self, month: &Period) -> Answer<Vec<ContractMonth>> {
        let mut told = Vec::new();
        for deal in &self.book.deals {
            let closed = crate::practices::contracts::close::newest_of_each(
                self.app, self.space, &deal.item,
            )
            .await?;
            let belongs = |period: &Period| belongs(period, month);
            for period in self.book.periods(deal).into_iter().filter(belongs) {
                let drawn = self.book.figures(deal, &period);
                let closed = newest(closed.clone(), &period.name).map(|of| of.frozen.figures);
                told.push(contract(deal, drawn, closed));
            }
        }
        Ok(told)
    }

    /// The alerts about the item. Signals are not counted: before an alert is found they belong to
    /// nothing.
    async fn alerts(&self, conn: &mut Conn, period: reports::Period) -> Result<AlertMonth, Fault> {
        let (from, to) = (Some(period.from), Some(period.to));
        let filter = Filter { from, to, ..Filter::default() };
        let asked = Asked { filter: &filter, about: Some(&self.about), period };
        let left_out = |why| AlertMonth { left_out: Some(why), ..AlertMonth::default() };
        if period.from < alerts::kept(self.app).firings_since {
            return Ok(left_out("what fired so long ago is no longer kept".to_owned()));
        }
        let read = alerts::read(self.app, conn, self.space, asked).await?;
        let Some(Read { firings, around }) = read else { return Ok(left_out(alerts::too_many())) };
        let AlertReport { totals, mut rules, .. } = alert_report(&firings, &around, period);
        rules.truncate(NOISIEST);
        Ok(AlertMonth { totals, noisiest: rules, left_out: None })
    }

    fn maintenance(&self, month: &Period) -> Vec<MaintenanceMonth> {
        let works = self.book.seen.works.iter().filter(|work| work.items.contains(self.item));
        let told = works.map(|work| {
            let (from, to) = work.actual.unwrap_or((work.from, work.until));
            let over = to.micros_since(work.until).max(0);
            MaintenanceMonth {
                window: work.window.clone(),
                reason: work.reason.clone(),
                from,
                to,
                overrun_seconds: over as f64 / 1e6,
            }
        });
        told.filter(|work| work.from < month.until && month.from < work.to).collect()
    }
}

/// Whether a period of a contract is one of a month: where it begins in another zone, or is a week
/// over the end of the month, most of it has to lie in the month; a longer one has to hold most of
/// the month.
fn belongs(period: &Period, month: &Period) -> bool {
    let (from, until) = (period.from.max(month.from), period.until.min(month.until));
    let shared = until.micros_since(from);
    let shorter = period.until.micros_since(period.from).min(month.until.micros_since(month.from));
    shared > 0 && 2 * shared > shorter
}

/// The major incidents that were opened in a time.
fn major(
    incidents: &[&Incident],
    span: reports::Period,
    times: &reports::TimesReport,
) -> Vec<MajorIncident> {
    let restore = times.figures.iter().find(|figure| figure.name == FigureName::Restore);
    let took = |incident: &Incident| {
        let behind = restore?.incidents.iter().find(|behind| behind.id == incident.id)?;
        Some(behind.seconds)
    };
    let told =
        incidents.iter().filter(|of| wanted::major(of, span)).map(|incident| MajorIncident {
            incident: incident.id,
            number: incident.number,
            title: incident.title.clone(),
            priority: incident.priority_that_counts(),
            main_item: incident.main_item.clone(),
            opened_at: incident.opened_at,
            restored_at: incident.times.restored.map(|stamp| stamp.at),
            restore_seconds: took(incident),
            cause_class: incident.cause_class.map(word),
            declared_at: incident.major.as_ref().and_then(|major| major.declared_at),
            stabilised_at: incident.major.as_ref().and_then(|major| major.stabilised_at),
            stood_down_at: incident.major.as_ref().and_then(|major| major.stood_down_at),
            reviewed_at: incident.major.as_ref().and_then(|major| major.reviewed_at),
        });
    told.collect()
}

/// A period of a contract: as it was frozen, where it is closed.
fn contract(deal: &Deal, drawn: Figures, closed: Option<Figures>) -> ContractMonth {
    let changed = closed.as_ref().is_some_and(|closed| restated(closed, &drawn).is_some());
    let is_closed = closed.is_some();
    let bar = views::PeriodBar::from(closed.as_ref().unwrap_or(&drawn));
    ContractMonth {
        contract: deal.item.clone(),
        title: deal.title.clone(),
        provider: deal.spec.provider.clone(),
        consumer: deal.spec.consumer.clone(),
        credit_percent: closed.as_ref().unwrap_or(&drawn).credit_percent,
        period: bar.period,
        verdict: bar.verdict,
        target_percent: bar.target_percent,
        measured_percent: bar.measured_percent,
        unknown_percent: bar.unknown_percent,
        down_seconds: bar.down_seconds,
        allowance_seconds: bar.allowance_seconds,
        closed: is_closed,
        restated: changed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_in_another_zone_shows_the_same_month_and_a_week_one_month() {
        let utc = named("2026-03", "UTC").unwrap();
        let berlin = |name| named(name, "Europe/Berlin").unwrap();
        assert!(belongs(&berlin("2026-03"), &utc));
        assert!(!belongs(&berlin("2026-02"), &utc) && !belongs(&berlin("2026-04"), &utc));
        let span = |from: &str, until: &str| Period {
            name: String::new(),
            from: Time::parse(from).unwrap(),
            until: Time::parse(until).unwrap(),
        };
        let quarter = span("2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
        assert!(belongs(&quarter, &utc));
        let week = span("2026-03-30T00:00:00Z", "2026-04-06T00:00:00Z");
        let april = named("2026-04", "UTC").unwrap();
        assert!(!belongs(&week, &utc) && belongs(&week, &april));
    }

    #[test]
    fn a_month_begins_and_ends_at_midnight_of_its_zone() {
        let march = named("2026-03", "Europe/Berlin").unwrap();
        assert_eq!(march.from.to_string(), "2026-02-28T23:00:00Z");
        assert_eq!(march.until.to_string(), "2026-03-31T22:00:00Z");
        assert_eq!(at(march.from.micros() - 1, "Europe/Berlin").unwrap().name, "2026-02");
        for wrong in ["2026-13", "march", "2026", "2026-3", ""] {
            assert!(named(wrong, "UTC").is_err(), "{wrong}");
        }
        assert!(named("2026-03", "Nowhere/Town").is_err());
    }
}
