//! `operate oncall who --person`: the shifts of one person over all schedules.

use calendar::Span;
use estate::Shift;
use jiff::tz::TimeZone;
use kernel::ItemRef;
use serde_json::{Value, json};

use super::files::{Files, utc};
use crate::calendar::reading::{far, local, shown, zone, zoned};
use crate::screen::{Screen, Table, clean};
use crate::trouble::{Code, Trouble};

/// How far ahead is looked.
const AHEAD: i64 = 8 * 7 * 86_400_000_000;

/// For what somebody is on call, and their shifts of the next eight weeks.
pub(super) struct Theirs<'a> {
    files: &'a Files,
    person: &'a str,
    at: i64,
    shifts: Vec<(Shift, TimeZone)>,
}

impl<'a> Theirs<'a> {
    pub fn of(files: &'a Files, person: &'a str, at: i64) -> Result<Theirs<'a>, Trouble> {
        // Says what is wrong with a schedule before one is left out.
        files.rotas(None)?;
        let item = ItemRef::new("person", person).filter(|item| files.estate.contains(item));
        let item = item.ok_or_else(|| {
            let what = format!("there is no person `{person}` in these files");
            Trouble::new(Code::NotFound, what).remedy("name one that is there, or more files")
        })?;
        let window = Span::new(at, at.saturating_add(AHEAD));
        let shifts = files.estate.shifts(&item, window).into_iter().map(|shift| {
            let zone = zone(&shift.time_zone)?;
            Ok((shift, zone))
        });
        Ok(Theirs { files, person, at, shifts: shifts.collect::<Result<_, Trouble>>()? })
    }

    fn because(&self, shift: &Shift) -> String {
        self.files.estate.because(&shift.schedule, &shift.turn.why)
    }

    pub fn document(&self) -> Value {
        let one = |(shift, zone): &(Shift, TimeZone)| {
            let span = shift.turn.span;
            json!({
                "schedule": shift.schedule.name(),
                "title": shift.title,
                "zone": shift.time_zone,
                "from": utc(span.from),
                "until": utc(span.until),
                "from_local": local(&zoned(span.from, zone)),
                "until_local": local(&zoned(span.until, zone)),
                "now": span.contains(self.at),
                "why": self.because(shift),
            })
        };
        json!({
            "person": self.person,
            "at": utc(self.at),
            "shifts": self.shifts.iter().map(one).collect::<Vec<_>>(),
        })
    }

    pub fn told(&self, screen: &Screen) -> String {
        if self.shifts.is_empty() {
            return format!("{} has no shift in the next eight weeks.", clean(self.person));
        }
        let mut table =
            Table::new(screen.paint, &["schedule", "from", "until", "zone", "when", "because"]);
        for (shift, zone) in &self.shifts {
            let span = shift.turn.span;
            let when = match span.contains(self.at) {
                true => "now".to_owned(),
                false => format!("in {}", far(span.from - self.at)),
            };
            let cells = [
                clean(&shift.title),
                shown(&zoned(span.from, zone)),
                shown(&zoned(span.until, zone)),
                clean(&shift.time_zone),
                when,
                clean(&self.because(shift)),
            ];
            table.row(cells.map(Into::into));
        }
        table.to_string()
    }
}
