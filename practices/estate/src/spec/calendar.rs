use calendar::{Definition, When};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CalendarVersion, unset};

/// Working time: when somebody is at work, and so when the clocks of a contract run. What is open
/// is the hours less holidays and closed exceptions; added exceptions are open on holidays too.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CalendarSpec {
    /// The zone in whose wall time everything here counts, by its IANA name.
    pub time_zone: String,
    /// Open day and night, less holidays; then without `hours`.
    #[serde(default, skip_serializing_if = "unset")]
    pub always: bool,
    /// Opening hours of a week; several on one day are several shifts.
    #[serde(default, skip_serializing_if = "unset")]
    pub hours: Vec<OpeningHours>,
    /// Days, or parts of days, on which the hours do not hold.
    #[serde(default, skip_serializing_if = "unset")]
    pub holidays: Vec<Holiday>,
    /// Hours added to or taken from single dates.
    #[serde(default, skip_serializing_if = "unset")]
    pub exceptions: Vec<HoursException>,
    /// Other hours from a time on; what was before keeps its own.
    #[serde(default, skip_serializing_if = "unset")]
    pub versions: Vec<CalendarVersion>,
}

/// A shift on some days of the week.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningHours {
    /// The days on which the shift begins.
    pub days: Vec<Weekday>,
    /// When it begins, as `HH:MM`.
    pub from: String,
    /// When it ends, as `HH:MM` up to `24:00`; before `from` it is on the day after.
    pub until: String,
}

/// A day of the week.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names of the days say it all")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A day on which the hours do not hold; says in exactly one way when it is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// What it is called, for explanations.
    pub name: String,
    /// Once, as `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "unset")]
    pub date: Option<String>,
    /// Every year, as `MM-DD`.
    #[serde(default, skip_serializing_if = "unset")]
    pub yearly: Option<String>,
    /// So many days after Easter Sunday of the Western churches; before it when negative.
    #[serde(default, skip_serializing_if = "unset")]
    pub easter: Option<i32>,
    /// The dates of a recurrence rule (RFC 5545), such as `FREQ=YEARLY;BYMONTH=11;BYDAY=4TH`.
    #[serde(default, skip_serializing_if = "unset")]
    pub rule: Option<String>,
    /// The events of an iCalendar file, as text: whole days close the day, others their time.
    #[serde(default, skip_serializing_if = "unset")]
    pub ical: Option<String>,
}

/// A date with other hours than its day of the week.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursException {
    /// The date, as `YYYY-MM-DD`.
    pub date: String,
    /// Hours that are open besides, on holidays too.
    #[serde(default, skip_serializing_if = "unset")]
    pub add: Vec<HoursRange>,
    /// Hours that are closed; `00:00` until `24:00` closes the day.
    #[serde(default, skip_serializing_if = "unset")]
    pub remove: Vec<HoursRange>,
    /// Why, for explanations.
    #[serde(default, skip_serializing_if = "unset")]
    pub reason: String,
}

/// Hours of one date.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursRange {
    /// When they begin, as `HH:MM`.
    pub from: String,
    /// When they end, as `HH:MM` up to `24:00`; before `from` it is on the day after.
    pub until: String,
}

impl Holiday {
    /// When it is; `None` unless it says so in exactly one way.
    fn when(&self) -> Option<When> {
        let ways = [
            self.date.clone().map(When::Date),
            self.yearly.clone().map(When::Yearly),
            self.easter.map(When::Easter),
            self.rule.clone().map(When::Rule),
            self.ical.clone().map(When::Ical),
        ];
        let mut said = ways.into_iter().flatten();
        said.next().filter(|_| said.next().is_none())
    }
}

impl CalendarSpec {
    /// The first hours for the engine that reckons with them, without versions.
    ///
    /// # Errors
    /// The place of a holiday that does not say in exactly one way when it is.
    pub fn definition(&self) -> Result<Definition, usize> {
        let range = |range: &HoursRange| calendar::Range {
            from: range.from.clone(),
            until: range.until.clone(),
        };
        let hours = self.hours.iter().map(|hours| calendar::Hours {
            days: hours.days.iter().map(|day| day.engine()).collect(),
            from: hours.from.clone(),
            until: hours.until.clone(),
        });
        let exceptions = self.exceptions.iter().map(|exception| calendar::Exception {
            date: exception.date.clone(),
            add: exception.add.iter().map(range).collect(),
            remove: exception.remove.iter().map(range).collect(),
            reason: exception.reason.clone(),
        });
        let holidays = self.holidays.iter().enumerate().map(|(place, holiday)| {
            let when = holiday.when().ok_or(place)?;
            Ok(calendar::Holiday { name: holiday.name.clone(), when })
        });
        Ok(Definition {
            zone: self.time_zone.clone(),
            always: self.always,
            hours: hours.collect(),
            holidays: holidays.collect::<Result<_, usize>>()?,
            exceptions: exceptions.collect(),
        })
    }
}

impl Weekday {
    /// The same day for the engine.
    pub fn engine(self) -> calendar::Day {
        match self {
            Weekday::Mon => calendar::Day::Mon,
            Weekday::Tue => calendar::Day::Tue,
            Weekday::Wed => calendar::Day::Wed,
            Weekday::Thu => calendar::Day::Thu,
            Weekday::Fri => calendar::Day::Fri,
            Weekday::Sat => calendar::Day::Sat,
            Weekday::Sun => calendar::Day::Sun,
        }
    }
}
