use serde::{Deserialize, Serialize};

/// Working time as people write it: hours of a week, less holidays, with exceptions.
///
/// What is open is `(hours − holidays − removed) ∪ added`: hours that an exception adds are open
/// on a holiday too. Without hours nothing is ever open but what exceptions add.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The zone in whose wall time everything here counts, by its IANA name.
    pub zone: String,
    /// Open day and night (24×7), less holidays; `hours` are then left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub always: bool,
    /// Opening hours of a week; several on one day are several shifts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<Hours>,
    /// Days, or parts of days, on which the hours do not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
    /// Hours added to or removed from single dates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
}

/// A shift on some days of the week.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The days on which the shift begins.
    pub days: Vec<Day>,
    /// When it begins, as `HH:MM`.
    pub from: String,
    /// When it ends, as `HH:MM` up to `24:00`; before `from` it is on the day after.
    pub until: String,
}

/// A day of the week.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names of the days say it all")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// What is kept as a holiday.
///
/// A holiday closes its date from midnight to midnight: a shift of the evening before ends at
/// midnight, and of one that begins on the holiday what lies on the day after is worked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Holiday {
    /// What it is called, for explanations.
    pub name: String,
    /// When it is.
    #[serde(flatten)]
    pub when: When,
}

/// On which dates a holiday is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// Once, as `YYYY-MM-DD`.
    Date(String),
    /// Every year, as `MM-DD`; 02-29 is in leap years only.
    Yearly(String),
    /// So many days after Easter Sunday of the Western churches; before it when negative.
    Easter(i32),
    /// The dates of a recurrence rule (RFC 5545), counted from 1 January of the first year.
    Rule(String),
    /// The events of an iCalendar file: whole days close the day, others close their time.
    Ical(String),
}

/// A date with other hours than its day of the week.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The date, as `YYYY-MM-DD`.
    pub date: String,
    /// Hours that are open besides, on holidays too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<Range>,
    /// Hours that are closed; `00:00` until `24:00` closes the day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<Range>,
    /// Why, for explanations.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Hours of one date.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// When they begin, as `HH:MM`.
    pub from: String,
    /// When they end, as `HH:MM` up to `24:00`; before `from` it is on the day after.
    pub until: String,
}

impl Day {
    /// The days from Monday to Sunday.
    pub const WEEK: [Day; 7] =
        [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
}

impl Definition {
    /// Open day and night on every day.
    pub fn always(zone: &str) -> Definition {
        Definition { zone: zone.to_owned(), always: true, ..Definition::default() }
    }

    /// Never open.
    pub fn empty(zone: &str) -> Definition {
        Definition { zone: zone.to_owned(), ..Definition::default() }
    }

    /// Monday to Friday with one shift.
    pub fn weekdays(zone: &str, from: &str, until: &str) -> Definition {
        let days = Day::WEEK[..5].to_vec();
        Definition::empty(zone).shift(&days, from, until)
    }

    /// With one shift more.
    #[must_use]
    pub fn shift(mut self, days: &[Day], from: &str, until: &str) -> Definition {
        let (days, from, until) = (days.to_vec(), from.to_owned(), until.to_owned());
        self.hours.push(Hours { days, from, until });
        self
    }

    /// With one holiday more.
    #[must_use]
    pub fn holiday(mut self, name: &str, when: When) -> Definition {
        self.holidays.push(Holiday { name: name.to_owned(), when });
        self
    }

    /// With the nine holidays that all states of Germany keep.
    #[must_use]
    pub fn german_holidays(self) -> Definition {
        let yearly = |date: &str| When::Yearly(date.to_owned());
        self.holiday("Neujahr", yearly("01-01"))
            .holiday("Karfreitag", When::Easter(-2))
            .holiday("Ostermontag", When::Easter(1))
            .holiday("Tag der Arbeit", yearly("05-01"))
            .holiday("Christi Himmelfahrt", When::Easter(39))
            .holiday("Pfingstmontag", When::Easter(50))
            .holiday("Tag der Deutschen Einheit", yearly("10-03"))
            .holiday("1. Weihnachtstag", yearly("12-25"))
            .holiday("2. Weihnachtstag", yearly("12-26"))
    }
}
