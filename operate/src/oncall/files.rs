//! What files say of schedules, and of what they are held against.

use std::collections::BTreeSet;
use std::path::PathBuf;

use calendar::Span;
use clap::Args;
use estate::{CoverError, Estate, Resource, ScheduleSpec, SourceFile, Spec};
use jiff::tz::TimeZone;
use kernel::ItemRef;
use schedule::{Person, Roster, Why};
use serde_json::{Value, json};

use crate::calendar::reading::zoned;
use crate::estate::files;
use crate::screen::{Screen, clean};
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
    /// The estate that they make.
    pub estate: Estate,
}

/// One schedule, ready to be asked.
#[derive(Debug)]
pub struct Rota<'a> {
    /// Its name.
    pub name: &'a str,
    /// What refers to it.
    pub item: &'a ItemRef,
    /// What it says.
    pub spec: &'a ScheduleSpec,
    /// The zone in which people read its times.
    pub zone: TimeZone,
    /// The estate that it is of.
    pub estate: &'a Estate,
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
        let desired = estate::read(files).map_err(told)?;
        Ok(Files { estate: Estate::new(desired.resources().cloned()) })
    }

    /// Schedules of a name, or all; at least one.
    ///
    /// # Errors
    /// When there is none, or one of them is wrong.
    pub fn rotas(&self, name: Option<&str>) -> Result<Vec<Rota<'_>>, Trouble> {
        let named = |resource: &&Resource| name.is_none_or(|name| name == resource.metadata.name);
        let found: Vec<Rota<'_>> = self
            .estate
            .resources()
            .filter(named)
            .filter_map(|resource| match &resource.spec {
                Spec::Schedule(spec) => Some(self.rota(resource, spec)),
                _ => None,
            })
            .collect::<Result<_, _>>()?;
        if !found.is_empty() {
            return Ok(found);
        }
        let all =
            self.estate.resources().filter(|resource| matches!(resource.spec, Spec::Schedule(_)));
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

    fn rota<'a>(
        &'a self,
        resource: &'a Resource,
        spec: &'a ScheduleSpec,
    ) -> Result<Rota<'a>, Trouble> {
        let (name, item) = (resource.metadata.name.as_str(), resource.item());
        let checked = self.estate.rota(item).map_err(trouble)?.check();
        checked.map_err(|error| trouble(CoverError::of(item, error)))?;
        let zone = crate::calendar::reading::zone(&spec.time_zone)?;
        Ok(Rota { name, item, spec, zone, estate: &self.estate })
    }

    /// What people call somebody.
    pub fn title(&self, person: &str) -> Option<&str> {
        let person = ItemRef::new("person", person)?;
        self.estate.get(&person)?.metadata.title.as_deref()
    }
}

impl Rota<'_> {
    /// Warns of people of whom these files do not know: nobody could call them.
    pub fn warn_of_strangers<'p>(&self, screen: &Screen, people: impl Iterator<Item = &'p Person>) {
        let strangers: BTreeSet<&str> = people
            .filter(|person| !self.estate.contains(&estate::person_named(person)))
            .map(|person| &**person)
            .collect();
        for stranger in strangers {
            let what = "is on call, and no file says who that is: nobody can call them";
            screen.note(screen.paint.yellow(format!("{} {what}", clean(stranger))));
        }
    }

    /// Who is on call in a window.
    ///
    /// # Errors
    /// When that reaches too far.
    pub fn roster(&self, window: Span) -> Result<Roster, Trouble> {
        self.estate.roster(self.item, window).map_err(trouble)
    }

    /// Why somebody is on call, for people.
    pub fn because(&self, why: &Why) -> String {
        self.estate.because(self.item, why)
    }

    /// The same for programs.
    pub fn why(&self, why: &Why) -> Value {
        let because = self.because(why);
        match why {
            Why::Layer(place) => {
                json!({ "kind": "layer", "layer": self.spec.layers[*place].name,
                    "text": because })
            }
            Why::Backup { layer, away } => {
                json!({ "kind": "backup", "layer": self.spec.layers[*layer].name,
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

/// What cannot be worked out, as this command says it.
pub fn trouble(error: CoverError) -> Trouble {
    let CoverError { item, field, what } = &error;
    if field.is_empty() {
        return Trouble::new(Code::NotFound, error.to_string())
            .remedy("name the file that has it too");
    }
    let (what, remedy) = what.split_once("; ").unwrap_or((what, ""));
    let mut trouble = Trouble::wrong(format!("{what} (in {})", item.name())).remedy(remedy);
    trouble.field = Some(format!("spec.{field}"));
    trouble
}
