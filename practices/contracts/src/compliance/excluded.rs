//! What does not count: time outside of the hours of a contract, maintenance that it exempts, and
//! what an objective says itself.

use calendar::{Span, Spans};
use kernel::{ItemRef, Time};
use objectives::{Exclusion, exclude};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Agreement, Counted, Version, Work, seconds};

/// Why time outside of the hours of a contract does not count.
const HOURS: &str = "outside of the service hours";

/// What was left out of a figure for one reason: of what was good and of what was counted alike.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ExcludedFigures)]
pub struct LeftOut {
    /// Why.
    pub why: String,
    /// What says so: a maintenance window, a calendar, a contract.
    pub by: Option<ItemRef>,
    /// How long.
    pub seconds: f64,
    /// Events that were counted meanwhile.
    pub total: f64,
    /// What of them was bad.
    pub bad: f64,
}

impl From<objectives::LeftOut> for LeftOut {
    fn from(excluded: objectives::LeftOut) -> LeftOut {
        LeftOut {
            why: excluded.why,
            by: excluded.link.and_then(|link| link.parse().ok()),
            seconds: seconds(excluded.micros as f64),
            total: excluded.tally.total,
            bad: excluded.tally.bad(),
        }
    }
}

impl Version {
    fn span(&self) -> Span {
        Span::new(self.from.micros(), self.until.map_or(i64::MAX, Time::micros))
    }
}

impl Agreement {
    /// What of some time lies outside of the hours that it agrees while it holds.
    pub fn closed(&self, within: Span) -> Spans {
        let closed = self.versions.iter().flat_map(|version| {
            let span = version.span().clip(within);
            let spans = version.calendar.open_within(span).complement(span);
            spans.iter().collect::<Vec<_>>()
        });
        closed.collect()
    }

    /// The planned work that it exempts while it holds: approved, announced in time, as planned and
    /// no longer than it took.
    pub fn exempt(&self, works: &[Work]) -> Vec<Exclusion> {
        let exempt = works.iter().filter_map(|work| {
            let touching = self.versions.iter().filter(|version| work.touches(version));
            let versions = touching.filter(|version| {
                let promise = version.promise.as_ref();
                promise.is_some_and(|promise| work.unexcused(promise).is_none())
            });
            let spans = versions.map(|version| version.span().clip(work.exempt_span()));
            let spans: Spans = spans.filter(|span| span.length() > 0).collect();
            let why = format!("planned work: {}", work.reason);
            let link = Some(work.window.to_string());
            (!spans.is_empty()).then_some(Exclusion { spans, why, link })
        });
        exempt.collect()
    }
}

/// What was left out of the figures of an objective in some time of a contract, by reason.
pub(super) fn left_out(
    agreement: &Agreement,
    works: &[Work],
    counted: &Counted,
    time: &Spans,
) -> Vec<LeftOut> {
    let Some(hull) = time.hull() else { return Vec::new() };
    let closed = agreement.closed(hull);
    let mut all = vec![Exclusion { spans: closed, why: HOURS.to_owned(), link: None }];
    all.extend(agreement.exempt(works));
    all.extend(counted.excluded.iter().cloned());
    let (_, taken) = exclude(time, all);
    let found = taken.iter().filter_map(|one| one.within(&counted.counts, hull));
    found.map(LeftOut::from).collect()
}
