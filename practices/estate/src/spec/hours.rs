//! The hours of a calendar as they were agreed for each time.

use calendar::{Calendar, Years};
use kernel::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CalendarSpec, Holiday, HoursException, OpeningHours, unset};

/// Other hours, from a time on. They stand instead of everything that held before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CalendarVersion {
    /// From when on they hold.
    pub from: Time,
    /// Why they were changed, and who decided.
    #[serde(default, skip_serializing_if = "unset")]
    pub reason: Option<String>,
    /// The zone in whose wall time they count; that of the calendar when not said.
    #[serde(default, skip_serializing_if = "unset")]
    pub time_zone: Option<String>,
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
}

/// A calendar that cannot be worked out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoursError {
    /// The field, as in `versions[0].hours[1].until`.
    pub field: String,
    /// What is wrong and what to write instead.
    pub what: String,
}

impl CalendarSpec {
    /// The hours that hold at a time, without versions.
    #[must_use]
    pub fn at(&self, at: Time) -> CalendarSpec {
        let held = self.versions.iter().rfind(|version| version.from <= at);
        held.map_or_else(|| self.first(), |version| self.version(version))
    }

    /// All hours in some years: each version from its time on, and the first ones before.
    ///
    /// # Errors
    /// The first field that cannot be worked out.
    pub fn compile(&self, years: Years) -> Result<Calendar, HoursError> {
        let mut whole = worked_out(&self.first(), "", years)?;
        for (place, version) in self.versions.iter().enumerate() {
            let field = format!("versions[{place}].");
            let next = worked_out(&self.version(version), &field, years)?;
            whole = whole.then(version.from.micros(), &next);
        }
        Ok(whole)
    }

    fn first(&self) -> CalendarSpec {
        CalendarSpec { versions: Vec::new(), ..self.clone() }
    }

    fn version(&self, version: &CalendarVersion) -> CalendarSpec {
        CalendarSpec {
            time_zone: version.time_zone.clone().unwrap_or_else(|| self.time_zone.clone()),
            always: version.always,
            hours: version.hours.clone(),
            holidays: version.holidays.clone(),
            exceptions: version.exceptions.clone(),
            versions: Vec::new(),
        }
    }
}

fn worked_out(spec: &CalendarSpec, field: &str, years: Years) -> Result<Calendar, HoursError> {
    let definition = spec.definition().map_err(|place| HoursError {
        field: format!("{field}holidays[{place}]"),
        what: "this holiday does not say in one way when it is; write one of `date`, `yearly`, \
               `easter`, `rule`, `ical`"
            .to_owned(),
    })?;
    definition.compile(years).map_err(|error| {
        let name = if error.field == "zone" { "timeZone" } else { &error.field };
        HoursError { field: format!("{field}{name}"), what: error.what }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Weekday;

    fn shift(from: &str, until: &str) -> Vec<OpeningHours> {
        let days = vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
        vec![OpeningHours { days, from: from.to_owned(), until: until.to_owned() }]
    }

    fn at(text: &str) -> Time {
        Time::parse(text).expect("a time")
    }

    fn longer_from_march() -> CalendarSpec {
        let version = CalendarVersion {
            from: at("2026-02-28T23:00:00Z"),
            reason: Some("the counter opens longer".to_owned()),
            time_zone: None,
            always: false,
            hours: shift("08:00", "20:00"),
            holidays: Vec::new(),
            exceptions: Vec::new(),
        };
        CalendarSpec {
            time_zone: "Europe/Berlin".to_owned(),
            hours: shift("08:00", "18:00"),
            versions: vec![version],
            ..CalendarSpec::default()
        }
    }

    #[test]
    fn hours_that_change_leave_what_was_before_as_it_was() {
        let years = Years { first: 2025, last: 2027 };
        let calendar = longer_from_march().compile(years).expect("it can be worked out");
        let evening = |day: &str| calendar.is_open(at(&format!("{day}T18:30:00Z")).micros());
        assert!(!evening("2026-02-27"), "a Friday of the old hours");
        assert!(evening("2026-03-02"), "a Monday of the new ones");
        assert_eq!(longer_from_march().at(at("2026-02-01T00:00:00Z")).hours[0].until, "18:00");
        assert_eq!(longer_from_march().at(at("2026-03-01T00:00:00Z")).hours[0].until, "20:00");
    }

    #[test]
    fn a_mistake_names_the_version_that_it_is_in() {
        let mut spec = longer_from_march();
        spec.versions[0].hours[0].until = "25:00".to_owned();
        let error = spec.compile(Years { first: 2025, last: 2027 }).expect_err("no such hour");
        assert_eq!(error.field, "versions[0].hours[0].until");
    }
}
