//! From schedules and absences as people write them to what the engine reckons with.

use calendar::Span;
use kernel::{ItemRef, Time};
use schedule::{Absence, Backup, Change, Every, Layer, Limits, Person, Rotation, Schedule};

use crate::TurnRef;
use crate::spec::{
    AbsenceSpec, BackupRule, EscalationHours, ScheduleLayer, ScheduleSpec, ShiftLimits, Wait,
};

/// What is wrong with a holiday that does not say when it is.
pub(crate) const HOLIDAY: &str = "this holiday does not say in one way when it is; write one of \
                                  date, yearly, easter, rule, ical";

impl ScheduleSpec {
    /// The same for the engine, with whoever is away; people are called by their names.
    ///
    /// # Errors
    /// The field that cannot be read, and what to write after a semicolon.
    pub fn rota<'a>(
        &self,
        absences: impl IntoIterator<Item = &'a AbsenceSpec>,
    ) -> Result<Schedule, (String, String)> {
        let layers = self.layers.iter().enumerate().map(|(place, layer)| {
            layer.rota().map_err(|(field, what)| (format!("layers[{place}].{field}"), what))
        });
        let overrides = self.overrides.iter().map(|change| {
            let (span, person) = (span(change.start, Some(change.end)), person(&change.person));
            match &change.instead_of {
                Some(of) => Change::Instead { span, person, of: self::person(of) },
                None => Change::Cover { span, person },
            }
        });
        let swaps = self.swaps.iter().map(|swap| Change::Swap {
            one: (person(&swap.one.person), span(swap.one.start, Some(swap.one.end))),
            other: (person(&swap.other.person), span(swap.other.start, Some(swap.other.end))),
        });
        let away = |absence: &AbsenceSpec| Absence {
            person: person(&absence.person),
            span: span(absence.start, absence.end),
        };
        Ok(Schedule {
            zone: self.time_zone.clone(),
            layers: layers.collect::<Result<_, _>>()?,
            // What somebody takes over lies over what was exchanged.
            changes: swaps.chain(overrides).collect(),
            absences: absences.into_iter().map(away).collect(),
        })
    }
}

impl ScheduleLayer {
    fn rota(&self) -> Result<Layer, (String, String)> {
        let rotations = self.rotations.iter().enumerate().map(|(place, rotation)| {
            let wrong = |field: &str, what: String| (format!("rotations[{place}].{field}"), what);
            let start = rotation.start.parse().map_err(|_| {
                let what = format!("`{}` is no wall time", short(&rotation.start));
                wrong("start", format!("{what}; write it like 2026-11-30T09:00"))
            })?;
            let every = every(&rotation.every).ok_or_else(|| {
                let what = format!("`{}` is no length of a shift", short(&rotation.every));
                wrong("every", format!("{what}; write it like 12h, 1d, 1w or 1M"))
            })?;
            let turn = |turn: &TurnRef| turn.person().map_or("".into(), |named| person(named));
            let people = rotation.people.iter().map(turn).collect();
            Ok::<_, (String, String)>(Rotation { start, every, people })
        });
        let hours = self.hours.iter().map(|hours| calendar::Hours {
            days: hours.days.iter().map(|day| day.engine()).collect(),
            from: hours.from.clone(),
            until: hours.until.clone(),
        });
        let open = match &self.during {
            Some(EscalationHours::These(these)) => Some(
                these
                    .definition()
                    .map_err(|place| (format!("during.holidays[{place}]"), HOLIDAY.to_owned()))?,
            ),
            // A calendar stands in no schedule: the estate lays it in.
            Some(EscalationHours::Of(_)) | None => None,
        };
        Ok(Layer {
            name: self.name.clone(),
            zone: self.time_zone.clone().unwrap_or_default(),
            rotations: rotations.collect::<Result<_, _>>()?,
            // What a calendar says stands in no file: the estate lays it in.
            planned: Vec::new(),
            until: self.until.map(Time::micros),
            hours: hours.collect(),
            open,
            skip_closed: self.skip_closed,
            backup: match (&self.backup_person, self.backup) {
                (Some(named), _) => Backup::Person(person(named)),
                (None, BackupRule::Next) => Backup::Next,
                (None, BackupRule::Below) => Backup::Below,
                (None, BackupRule::Nobody) => Backup::Nobody,
            },
        })
    }
}

impl ShiftLimits {
    /// The same for the engine.
    pub fn engine(&self) -> Limits {
        let micros = |wait: Wait| i64::from(wait.seconds()) * 1_000_000;
        Limits {
            rest_min: self.rest.map(micros),
            stretch_max: self.stretch.map(micros),
            load_max: self.load.map(|load| (micros(load.most), micros(load.within))),
        }
    }
}

fn every(text: &str) -> Option<Every> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let count = text[..digits].parse().ok().filter(|count| *count > 0)?;
    match &text[digits..] {
        "h" => Some(Every::Hours(count)),
        "d" => Some(Every::Days(count)),
        "w" => Some(Every::Weeks(count)),
        "M" => Some(Every::Months(count)),
        _ => None,
    }
}

pub(crate) fn person(item: &ItemRef) -> Person {
    item.name().into()
}

pub(crate) fn span(start: Time, end: Option<Time>) -> Span {
    Span::new(start.micros(), end.map_or(i64::MAX, Time::micros))
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
