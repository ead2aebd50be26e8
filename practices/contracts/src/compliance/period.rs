use jiff::Timestamp;
use jiff::tz::TimeZone;
use kernel::Time;
use objectives::{Unit, Window};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Agreement, Version};

/// Over what time a promise is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the periods say it all")]
pub enum PeriodUnit {
    Week,
    Month,
    Quarter,
    Year,
}

/// A time over which a promise is counted, clipped to the contract.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CompliancePeriod)]
pub struct Period {
    /// What it is called: `2026-10`, `2026-W41`, `2026-Q4`, `2026`.
    pub name: String,
    /// Its first moment, in the zone of the calendar.
    pub from: Time,
    /// The first moment after it.
    pub until: Time,
}

/// As many periods as one contract may have behind it: weeks of four decades.
const PERIODS_MAX: usize = 2_100;

/// Every period of a contract from its beginning to the one that holds `now`, the oldest first,
/// without gaps. Where the promise changes its kind of period, the old one ends there.
pub fn periods(agreement: &Agreement, now: Time) -> Vec<Period> {
    let mut list: Vec<Period> = Vec::new();
    let mut at = agreement.start;
    while at <= now && agreement.end.is_none_or(|end| at < end) && list.len() < PERIODS_MAX {
        let Some(version) = agreement.version_at(at) else { break };
        let Some(next) = period_at(agreement, version, at) else { break };
        at = next.until;
        match list.last_mut() {
            // A change of zone in the middle of a month makes no second month.
            Some(last) if last.name == next.name => last.until = next.until,
            _ => list.push(next),
        }
    }
    list
}

/// The period of a version that holds a time, from that time on.
fn period_at(agreement: &Agreement, version: &Version, at: Time) -> Option<Period> {
    let unit = version.unit();
    let span = Window::calendar(unit.engine(), &version.zone).at(at.micros()).ok()?;
    let mut until = Time::from_micros(span.until);
    if let Some(end) = agreement.end {
        until = until.min(end);
    }
    let later = agreement.versions.iter().filter(|later| later.from > at && later.from < until);
    if let Some(change) = later.filter(|later| later.unit() != unit).map(|l| l.from).min() {
        until = change;
    }
    Some(Period { name: unit.name(span.from, &version.zone)?, from: at, until })
}

impl PeriodUnit {
    /// The same for the engine.
    pub fn engine(self) -> Unit {
        match self {
            PeriodUnit::Week => Unit::Week,
            PeriodUnit::Month => Unit::Month,
            PeriodUnit::Quarter => Unit::Quarter,
            PeriodUnit::Year => Unit::Year,
        }
    }

    /// What the period is called that begins at an instant.
    pub fn name(self, begin: i64, zone: &str) -> Option<String> {
        let zone = TimeZone::get(zone).ok()?;
        let date = zone.to_datetime(Timestamp::from_microsecond(begin).ok()?).date();
        let (year, month) = (date.year(), date.month());
        Some(match self {
            PeriodUnit::Week => {
                let week = date.iso_week_date();
                format!("{}-W{:02}", week.year(), week.week())
            }
            PeriodUnit::Month => format!("{year}-{month:02}"),
            PeriodUnit::Quarter => format!("{year}-Q{}", (month - 1) / 3 + 1),
            PeriodUnit::Year => format!("{year}"),
        })
    }

    /// The word of people: "month".
    pub fn word(self) -> &'static str {
        match self {
            PeriodUnit::Week => "week",
            PeriodUnit::Month => "month",
            PeriodUnit::Quarter => "quarter",
            PeriodUnit::Year => "year",
        }
    }
}
