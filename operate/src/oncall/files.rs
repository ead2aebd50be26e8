//! What files say of schedules, and of what they are held against.

use std::path::PathBuf;

use calendar::{Calendar, Span, Spans, Years};
use clap::Args;
use estate::{CalendarRef, Desired, Resource, ScheduleSpec, SourceFile, Spec};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kernel::ItemRef;
use schedule::{Roster, Schedule, Why};
use serde_json::{Value, json};

use crate::calendar::reading::zoned;
use crate::estate::files;
use crate::trouble::{Code, Trouble};

/// Which schedule of which files.
#[derive(Args, Debug)]
pub struct Which {
    #[command(flatten)]
    pub sources: Sources,
    /// Which schedule; not needed where there is only one.
    #[arg(long, value_name = "NAME")]
    schedule: Option<String>,
}

/// Where schedules, absences and people are described.
#[derive(Args, Debug)]
pub struct Sources {
    /// A YAML file, a folder of them (read with everything below it), or `-` for the standard
    /// input. May be given several times.
    #[arg(short = 'f', long = "file", value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
}

/// Everything that the files describe.
#[derive(Debug)]
pub struct Files {
    desired: Desired,
}

/// One schedule, ready to be asked.
#[derive(Debug)]
pub struct Rota<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it says.
    pub spec: &'a ScheduleSpec,
    /// The zone in which people read its times.
    pub zone: TimeZone,
    engine: Schedule,
}

impl Which {
    /// The files.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn files(&self) -> Result<Files, Trouble> {
        self.sources.files()
    }

    /// The one schedule that is meant.
    ///
    /// # Errors
    /// When there is none, or it is not said which.
    pub fn of<'a>(&self, files: &'a Files) -> Result<Rota<'a>, Trouble> {
        let mut found = files.rotas(self.schedule.as_deref())?;
        if found.len() > 1 {
            let names: Vec<&str> = found.iter().map(|rota| rota.name).collect();
            let what = format!("there are several schedules: {}", names.join(", "));
            return Err(Trouble::wrong(what).remedy("say which with --schedule"));
        }
        Ok(found.swap_remove(0))
    }
}

impl Sources {
    /// The files.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn files(&self) -> Result<Files, Trouble> {
        Files::read(&files::read(&self.paths)?)
    }
}

impl Files {
    /// Reads them.
    ///
    /// # Errors
    /// Every mistake that is in them.
    pub fn read(files: &[SourceFile]) -> Result<Files, Trouble> {
        let told = |mistakes: Vec<estate::Mistake>| {
            let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            Trouble::wrong(told.join("\n")).remedy("`operate check` says the same and more")
        };
        Ok(Files { desired: estate::read(files).map_err(told)? })
    }

    fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.desired.resources()
    }

    /// Schedules of a name, or all; at least one.
    ///
    /// # Errors
    /// When there is none, or one of them is wrong.
    pub fn rotas(&self, name: Option<&str>) -> Result<Vec<Rota<'_>>, Trouble> {
        let named = |resource: &&Resource| name.is_none_or(|name| name == resource.metadata.name);
        let found: Vec<Rota<'_>> = self
            .resources()
            .filter(named)
            .filter_map(|resource| match &resource.spec {
                Spec::Schedule(spec) => Some(self.rota(&resource.metadata.name, spec)),
                _ => None,
            })
            .collect::<Result<_, _>>()?;
        if !found.is_empty() {
            return Ok(found);
        }
        let all = self.resources().filter(|resource| matches!(resource.spec, Spec::Schedule(_)));
        let all: Vec<&str> = all.map(|resource| resource.metadata.name.as_str()).collect();
        Err(match (name, all.is_empty()) {
            (Some(name), false) => {
                Trouble::new(Code::NotFound, format!("there is no schedule `{name}`"))
                    .remedy(format!("name one of {}", all.join(", ")))
            }
            _ => Trouble::new(Code::NotFound, "there is no resource of kind Schedule")
                .remedy("write one, or name other files"),
        })
    }

    fn rota<'a>(&'a self, name: &'a str, spec: &'a ScheduleSpec) -> Result<Rota<'a>, Trouble> {
        let absences = self.resources().filter_map(|resource| match &resource.spec {
            Spec::Absence(absence) => Some(absence),
            _ => None,
        });
        let engine = spec.rota(absences).map_err(|(field, what)| wrong(name, &field, &what))?;
        engine.check().map_err(|error| wrong(name, &error.field, &error.what))?;
        let zone = crate::calendar::reading::zone(&spec.time_zone)?;
        Ok(Rota { name, spec, zone, engine })
    }

    /// A calendar, worked out for a window.
    ///
    /// # Errors
    /// When the files do not describe it, or it is wrong.
    pub fn calendar(&self, named: &CalendarRef, window: Span) -> Result<Calendar, Trouble> {
        let described = self.resources().find_map(|resource| match &resource.spec {
            Spec::Calendar(spec) if resource.item() == named.item() => Some(spec),
            _ => None,
        });
        let Some(spec) = described else {
            let what = format!("there is no {named} in the files");
            return Err(Trouble::new(Code::NotFound, what).remedy("name the file that has it too"));
        };
        let year = |micros: i64| {
            let at = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
            TimeZone::UTC.to_datetime(at).year()
        };
        let years = Years { first: year(window.from) - 1, last: year(window.until) + 1 };
        let definition = spec.definition().map_err(|place| {
            let what = "this holiday does not say in one way when it is; write one of date, \
                        yearly, easter, rule, ical";
            wrong(named.name(), &format!("holidays[{place}]"), what)
        })?;
        let compiled = definition.compile(years);
        compiled.map_err(|error| wrong(named.name(), &error.field, &error.what))
    }

    /// Contracts with their hours in a window, by the team that answers for them.
    ///
    /// # Errors
    /// When the files do not describe a calendar that one of them names.
    pub fn contracts(&self, window: Span) -> Result<Vec<(&Resource, &ItemRef, Spans)>, Trouble> {
        let mut found = Vec::new();
        for resource in self.resources() {
            let Spec::ServiceContract(contract) = &resource.spec else { continue };
            let mut hours = Spans::EMPTY;
            for (place, terms) in contract.terms.iter().enumerate() {
                let (from, until) = contract.holds(place);
                let until = until.map_or(i64::MAX, kernel::Time::micros);
                let holds = Span::new(from.micros(), until).clip(window);
                // Somebody has to answer in the hours of each clock, else in those of the terms.
                let mut calendars: Vec<Option<&CalendarRef>> = terms
                    .clocks
                    .iter()
                    .map(|clock| clock.calendar.as_ref().or(terms.calendar.as_ref()))
                    .collect();
                if calendars.is_empty() {
                    calendars.push(terms.calendar.as_ref());
                }
                for named in calendars {
                    let open = match named {
                        Some(named) => self.calendar(named, window)?.open_within(holds),
                        None => Spans::one(holds.from, holds.until),
                    };
                    hours = hours.union(&open);
                }
            }
            let holds = contract.status == estate::ContractStatus::Agreed;
            if holds && !hours.is_empty() {
                found.push((resource, &contract.provider, hours));
            }
        }
        Ok(found)
    }

    /// What people call somebody.
    pub fn title(&self, person: &str) -> Option<&str> {
        let found = self.resources().find(|resource| {
            matches!(resource.spec, Spec::Person(_)) && resource.metadata.name == person
        });
        found?.metadata.title.as_deref()
    }
}

impl Rota<'_> {
    /// Who is on call in a window.
    ///
    /// # Errors
    /// When that reaches too far.
    pub fn roster(&self, window: Span) -> Result<Roster, Trouble> {
        let roster = self.engine.roster(window);
        roster.map_err(|error| wrong(self.name, &error.field, &error.what))
    }

    /// Why somebody is on call, for people.
    pub fn because(&self, why: &Why) -> String {
        let layer = |place: usize| {
            self.engine.layers.get(place).map_or("", |layer| layer.name.as_str()).to_owned()
        };
        match why {
            Why::Layer(place) => format!("turn in layer {}", layer(*place)),
            Why::Backup { layer: place, away } => {
                format!("stands in for {away}, who is away, in layer {}", layer(*place))
            }
            Why::Change(place) if *place < self.spec.swaps.len() => "swapped".to_owned(),
            Why::Change(place) => {
                let change = self.spec.overrides.get(place - self.spec.swaps.len());
                match change.and_then(|change| change.reason.as_deref()) {
                    Some(reason) => format!("override: {reason}"),
                    None => "override".to_owned(),
                }
            }
        }
    }

    /// The same for programs.
    pub fn why(&self, why: &Why) -> Value {
        let because = self.because(why);
        match why {
            Why::Layer(place) => {
                json!({ "kind": "layer", "layer": self.engine.layers[*place].name,
                    "text": because })
            }
            Why::Backup { layer, away } => {
                json!({ "kind": "backup", "layer": self.engine.layers[*layer].name,
                    "away": &**away, "text": because })
            }
            Why::Change(place) if *place < self.spec.swaps.len() => {
                json!({ "kind": "swap", "text": because })
            }
            Why::Change(_) => json!({ "kind": "override", "text": because }),
        }
    }
}

/// A moment for programs.
pub fn utc(micros: i64) -> String {
    zoned(micros, &TimeZone::UTC).timestamp().to_string()
}

fn wrong(name: &str, field: &str, what: &str) -> Trouble {
    let (what, remedy) = what.split_once("; ").unwrap_or((what, ""));
    let mut trouble = Trouble::wrong(format!("{what} (in {name})")).remedy(remedy);
    trouble.field = Some(format!("spec.{field}"));
    trouble
}
