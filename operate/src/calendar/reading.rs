//! What people say of calendars, moments and pauses.

use std::path::PathBuf;

use calendar::{Calendar, Span, Spans, Years};
use clap::Args;
use estate::{CalendarSpec, Spec};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::estate::files;
use crate::trouble::{Code, Trouble};

/// Which calendar is meant.
#[derive(Args, Debug)]
pub struct Which {
    /// A file with a resource of kind Calendar, or `-` for the standard input.
    #[arg(long, value_name = "FILE")]
    calendar: PathBuf,
    /// Which of several calendars in the file.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// A calendar, worked out, with its zone.
#[derive(Debug)]
pub struct Hours {
    /// What it is called.
    pub name: String,
    /// The zone in which people read its times.
    pub zone: TimeZone,
    spec: CalendarSpec,
}

impl Which {
    /// Reads it.
    ///
    /// # Errors
    /// When the file has mistakes, or no such calendar.
    pub fn read(&self) -> Result<Hours, Trouble> {
        let files = files::read(std::slice::from_ref(&self.calendar))?;
        let desired = estate::read(&files).map_err(|mistakes| {
            let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            Trouble::wrong(told.join("\n"))
        })?;
        let file = self.calendar.display();
        let calendars: Vec<_> = desired
            .resources()
            .filter_map(|resource| match &resource.spec {
                Spec::Calendar(spec) => Some((resource.metadata.name.as_str(), spec)),
                _ => None,
            })
            .collect();
        let names = calendars.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let wanted = |(name, _): &&(&str, _)| self.name.as_deref().is_none_or(|said| said == *name);
        let mut fitting = calendars.iter().filter(wanted);
        let (name, spec) = match (fitting.next(), fitting.next()) {
            (Some(found), None) => found,
            (Some(_), Some(_)) => {
                let what = format!("{file} has several calendars: {names}");
                return Err(Trouble::wrong(what).remedy("say which with --name"));
            }
            (None, _) if calendars.is_empty() => {
                let what = format!("{file} has no resource of kind Calendar");
                return Err(Trouble::wrong(what).remedy("write one, or name another file"));
            }
            (None, _) => {
                let said = self.name.as_deref().unwrap_or_default();
                let what = format!("{file} has no calendar `{said}`");
                let trouble = Trouble::new(Code::NotFound, what);
                return Err(trouble.remedy(format!("name one of {names}")));
            }
        };
        let zone = zone(&spec.time_zone)?;
        Ok(Hours { name: (*name).to_owned(), zone, spec: (*spec).clone() })
    }
}

impl Hours {
    /// Works it out from the year before a moment to some years after another.
    ///
    /// # Errors
    /// When a field of the calendar is wrong, or that is too long.
    pub fn around(&self, from: i64, until: i64, years: i16) -> Result<Calendar, Trouble> {
        let year = |micros: i64| {
            let at = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
            self.zone.to_datetime(at).year()
        };
        let years = Years {
            first: year(from).saturating_sub(1),
            last: year(until).max(year(from)).saturating_add(years),
        };
        self.spec.compile(years).map_err(|error| {
            let field = format!("spec.{}", error.field).replace("spec.zone", "spec.timeZone");
            let (what, remedy) = error.what.split_once("; ").unwrap_or((&error.what, ""));
            wrong(&field, what).remedy(remedy)
        })
    }

    /// The moment of a text: with an offset as it stands, without as wall time of the calendar.
    ///
    /// # Errors
    /// When it is no time.
    pub fn moment(&self, flag: &str, text: &str) -> Result<i64, Trouble> {
        moment(flag, text, &self.zone)
    }

    /// Pauses as `FROM/UNTIL`; without an end it lasts for ever.
    ///
    /// # Errors
    /// When one is no pair of times, or ends before it begins.
    pub fn pauses(&self, texts: &[String]) -> Result<Vec<Span>, Trouble> {
        let one = |text: &String| {
            let (from, until) = text.split_once('/').ok_or_else(|| {
                wrong("--pause", &format!("`{text}` is no pause"))
                    .remedy("write it like 2026-11-27T12:00/2026-11-27T14:00")
            })?;
            let from = self.moment("--pause", from)?;
            let until = match until.trim() {
                "" => i64::MAX,
                until => self.moment("--pause", until)?,
            };
            if until < from {
                let what = format!("`{text}` ends before it begins");
                return Err(wrong("--pause", &what).remedy("write the earlier time first"));
            }
            Ok(Span::new(from, until))
        };
        texts.iter().map(one).collect()
    }

    /// A moment in the zone of the calendar.
    pub fn zoned(&self, micros: i64) -> Zoned {
        zoned(micros, &self.zone)
    }
}

/// The moment of a text: with an offset as it stands, without as wall time of a zone.
///
/// # Errors
/// When it is no time.
pub fn moment(flag: &str, text: &str, zone: &TimeZone) -> Result<i64, Trouble> {
    let wall = || {
        let wall = text.trim().parse::<DateTime>().ok()?;
        let zoned = zone.to_ambiguous_zoned(wall).compatible().ok()?;
        Some(zoned.timestamp())
    };
    let at = text.trim().parse::<Timestamp>().ok().or_else(wall);
    at.map(Timestamp::as_microsecond).ok_or_else(|| {
        wrong(flag, &format!("`{text}` is no time"))
            .remedy("write it like 2026-11-27T10:00, or with an offset 2026-11-27T10:00+01:00")
    })
}

/// A moment in a zone, or the nearest that can be shown.
pub fn zoned(micros: i64, zone: &TimeZone) -> Zoned {
    let nearest = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(micros).unwrap_or(nearest).to_zoned(zone.clone())
}

/// The zone of a name.
///
/// # Errors
/// When there is none.
pub fn zone(name: &str) -> Result<TimeZone, Trouble> {
    TimeZone::get(name).map_err(|_| {
        wrong("--tz", &format!("`{name}` is no time zone")).remedy("write one like Europe/Berlin")
    })
}

/// A moment as wall time with its offset, as programs read it.
pub fn local(at: &Zoned) -> String {
    let form = if at.subsec_nanosecond() == 0 { "%FT%H:%M:%S%:z" } else { "%FT%H:%M:%S%.f%:z" };
    at.strftime(form).to_string()
}

/// A moment as people read it: `Mon 2026-11-30 10:00 +01:00`.
pub fn shown(at: &Zoned) -> String {
    let form = match (at.second(), at.subsec_nanosecond()) {
        (0, 0) => "%a %F %H:%M %:z",
        (_, 0) => "%a %F %H:%M:%S %:z",
        _ => "%a %F %H:%M:%S%.f %:z",
    };
    at.strftime(form).to_string()
}

/// A length of time: `8 h 30 min`.
pub fn length(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let told: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if told.is_empty() { "0 min".to_owned() } else { told.join(" ") }
}

/// How long until something that may be far off: in days and hours from two days on.
pub fn far(micros: i64) -> String {
    let hours = micros / 3_600_000_000;
    match (hours / 24, hours % 24) {
        (0..=1, _) => length(micros),
        (days, 0) => format!("{days} d"),
        (days, hours) => format!("{days} d {hours} h"),
    }
}

/// All of the pauses as one set.
pub fn together(pauses: &[Span]) -> Spans {
    pauses.iter().copied().collect()
}

fn wrong(field: &str, what: &str) -> Trouble {
    let mut trouble = Trouble::wrong(what);
    trouble.field = Some(field.to_owned());
    trouble
}
