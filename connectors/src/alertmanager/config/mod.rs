//! Alertmanager's configuration file, read into typed values with errors that name their place.
//!
//! Its documentation is the law, from 0.25 to what newer versions add; where Operate answers
//! otherwise on purpose, `docs/guide/alertmanager.md` says so. Reading is pure: files that the
//! configuration names (secrets, templates, certificates) are kept as paths.

mod check;
mod decode;
mod duration;
mod error;
mod files;
mod glob;
mod global;
mod inline;
mod interval;
mod kept;
mod node;
mod receiver;
mod redact;
mod report;
mod route;
mod walk;
mod web;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gotemplate::Templates;
use jiff::tz::TimeZone;
use routing::{InhibitRule, Intervals, RouteSpec, Syntax};

pub use error::{ConfigError, Note};
pub use files::templates_of;
pub use global::Global;
pub use inline::{Inlined, inlined};
pub use interval::NamedIntervals;
pub use kept::{Kept, names_no_files};
pub use receiver::{Integration, Receiver};
pub use report::{Element, Fate, Report};
pub use web::{WebConfig, load_web};

use error::{Place, Wrong};
use node::{Node, Value};
use receiver::Around;
use route::{Known, Walk};

use crate::receivers;

/// Most mistakes that are told at once: nobody reads more.
const TOLD_MAX: usize = 100;

/// What the file says, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// What holds for the whole file.
    pub global: Global,
    /// Patterns of the files that hold templates, relative ones joined to the file's folder.
    pub templates: Vec<PathBuf>,
    /// The routing tree; [`routing::Tree::build`] takes it without a complaint.
    pub route: RouteSpec,
    /// Who is told, and how.
    pub receivers: Vec<Receiver>,
    /// In the order of the file.
    pub inhibit_rules: Vec<InhibitRule>,
    /// Of both sections, `time_intervals` and the older `mute_time_intervals`.
    pub time_intervals: NamedIntervals,
    /// What is right but may not do what its writer thinks.
    pub notes: Vec<Note>,
    file: String,
    redacted: String,
    redacted_for_tools: String,
}

impl Config {
    /// What is wrong with the receivers once the templates of all files are known:
    /// [`receivers::templates`] with those of [`Config::templates`] behind them. What needs no
    /// templates, [`load`] has looked at.
    ///
    /// # Errors
    /// Every mistake, in the order of the file; at least one.
    pub fn check(&self, templates: &Templates) -> Result<(), Vec<ConfigError>> {
        let all = self.receivers.iter().flat_map(|receiver| &receiver.integrations);
        let mut errors: Vec<ConfigError> =
            all.flat_map(|integration| integration.check(templates, &self.file)).collect();
        errors.sort_by_key(|error| (error.line, error.column));
        errors.dedup_by(|a, b| (a.line, a.column, &a.problem) == (b.line, b.column, &b.problem));
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// The time intervals, ready to be asked. `local` is the zone of the machine, which
    /// `location: Local` means.
    pub fn intervals(&self, local: &TimeZone) -> Intervals {
        let built = self.time_intervals.iter().map(|(name, specs)| {
            // Each has been built once while the file was read.
            let set = specs.iter().filter_map(|spec| spec.build(local).ok()).collect();
            (name.clone(), set)
        });
        built.collect()
    }

    /// The file as others may see it: secrets are `<secret>`, comments are left out.
    pub fn redacted_yaml(&self) -> &str {
        &self.redacted
    }

    /// The same as `amtool` reads it: an address that is secret is hidden by one that is none's.
    pub fn redacted_for_tools(&self) -> &str {
        &self.redacted_for_tools
    }
}

/// Reads a configuration. `name` is the path of the file: errors name it, and relative paths in
/// the file begin at its folder.
///
/// # Errors
/// Every mistake that can be found in one go, in the order of the file; at least one.
pub fn load(text: &str, name: &str) -> Result<Config, Vec<ConfigError>> {
    load_as(text, name, Syntax::Fallback)
}

/// Reads a configuration whose matchers are written in a given syntax, as `--enable-feature` asks.
///
/// # Errors
/// As [`load`].
pub fn load_as(text: &str, name: &str, syntax: Syntax) -> Result<Config, Vec<ConfigError>> {
    let mut wrongs = Vec::new();
    let config = document(text, &mut wrongs).and_then(|(document, mut notes)| {
        let mut config = read(&document, name, syntax, &mut notes, &mut wrongs)?;
        config.notes = notes;
        Some(config)
    });
    match config.filter(|_| wrongs.is_empty()) {
        Some(config) => Ok(config),
        None => Err(told(wrongs, name)),
    }
}

/// What becomes of every element of a file, right or wrong. Templates in files are not looked at:
/// [`Report::add`] takes what [`Config::check`] finds.
pub fn report(text: &str, name: &str) -> Report {
    let mut wrongs = Vec::new();
    let Some((document, mut notes)) = document(text, &mut wrongs) else {
        return Report::of(name, None, &[], &told(wrongs, name));
    };
    let _ = read(&document, name, Syntax::Fallback, &mut notes, &mut wrongs);
    Report::of(name, Some(&document), &notes, &told(wrongs, name))
}

const SECTIONS: &[&str] = &[
    "global",
    "templates",
    "route",
    "receivers",
    "inhibit_rules",
    "mute_time_intervals",
    "time_intervals",
    "tracing",
];

/// They share one list of names.
const INTERVALS: [&str; 2] = ["mute_time_intervals", "time_intervals"];

fn document(text: &str, wrongs: &mut Vec<Wrong>) -> Option<(Node, Vec<Note>)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let documents = Node::documents(text).map_err(|wrong| wrongs.push(wrong)).ok()?;
    let mut documents = documents.into_iter();
    let Some(document) = documents.next() else {
        wrongs.push(no_route());
        return None;
    };
    let mut notes = Vec::new();
    if let Some(second) = documents.next() {
        let text = "only the first document of the file counts, as in Alertmanager";
        notes.push(Note::new(second.place, "", text));
    }
    Some((document, notes))
}

fn read(
    document: &Node,
    name: &str,
    syntax: Syntax,
    notes: &mut Vec<Note>,
    wrongs: &mut Vec<Wrong>,
) -> Option<Config> {
    let map = document.map().map_err(|wrong| wrongs.push(wrong)).ok()?;
    for (key, _) in map.iter().filter(|(key, _)| !SECTIONS.contains(&key.name.as_str())) {
        let wrong = decode::unknown_field(&key.name, SECTIONS).at(key.place);
        wrongs.push(wrong.within(&key.name));
    }
    let nothing = Node { place: Place::default(), span: 0..0, value: Value::Null };
    let section = |name| document.field(name).unwrap_or(&nothing);
    if let Some(tracing) = document.field("tracing") {
        let text = "tracing is accepted and not used: Operate sends no traces";
        notes.push(Note::new(tracing.place, "tracing", text));
    }
    let global = global::read(section("global"), wrongs);
    let templates = templates(section("templates"), folder(name), wrongs);
    let mut known = Known { receivers: BTreeSet::new(), intervals: BTreeSet::new(), syntax };
    names(section("receivers"), "receivers", &mut known.receivers, wrongs);
    for name in INTERVALS {
        names(section(name), name, &mut known.intervals, wrongs);
    }
    let mut walk = Walk { known: &known, wrongs, notes };
    let built_in = receivers::templates().unwrap_or_default();
    let folder = folder(name);
    let around = Around { global: document.field("global"), folder, templates: &built_in };
    walk.clients(&around);
    let receivers = walk.receivers(section("receivers"), &around);
    let route = match document.field("route") {
        Some(node) => {
            let route = walk.route(node, "route");
            walk.check_root(&route, node);
            route
        }
        None => {
            walk.wrongs.push(no_route());
            return None;
        }
    };
    let inhibit_rules = walk.rules(section("inhibit_rules"));
    let mut time_intervals = NamedIntervals::new();
    for name in INTERVALS {
        walk.intervals_of(section(name), name, &mut time_intervals);
    }
    Some(Config {
        file: name.to_owned(),
        global,
        templates,
        route,
        receivers,
        inhibit_rules,
        time_intervals,
        notes: Vec::new(),
        redacted: redact::redacted(document),
        redacted_for_tools: redact::redacted_for_tools(document),
    })
}

/// In the order of the file. What `global` gives to ten receivers is wrong once.
fn told(mut wrongs: Vec<Wrong>, name: &str) -> Vec<ConfigError> {
    wrongs.sort_by_key(|wrong| wrong.place);
    let of_global = |wrong: &&Wrong| wrong.field.starts_with("global");
    let global: BTreeSet<Place> = wrongs.iter().filter(of_global).map(|w| w.place).collect();
    wrongs.retain(|wrong| of_global(&wrong) || !global.contains(&wrong.place));
    let mut told = BTreeSet::new();
    wrongs.retain(|wrong| {
        wrong.place == Place::default() || told.insert((wrong.place, wrong.problem.clone()))
    });
    wrongs.truncate(TOLD_MAX);
    wrongs.into_iter().map(|wrong| wrong.in_file(name)).collect()
}

fn no_route() -> Wrong {
    Wrong::new("there is no `route`", "add `route:` with at least a receiver")
}

/// The folder of a file, empty for one in the working directory.
fn folder(name: &str) -> &Path {
    Path::new(name).parent().unwrap_or(Path::new(""))
}

fn templates(node: &Node, folder: &Path, wrongs: &mut Vec<Wrong>) -> Vec<PathBuf> {
    let patterns = check::texts(node, "templates", wrongs);
    for (i, pattern) in patterns.iter().enumerate() {
        if let Err(wrong) = glob::check(pattern) {
            let at = node.nearest(&format!("[{i}]")).place;
            wrongs.push(wrong.at(at).within(&format!("templates[{i}]")));
        }
    }
    patterns.iter().filter(|pattern| !pattern.is_empty()).map(|path| folder.join(path)).collect()
}

/// The names of a list of named things.
fn names(node: &Node, path: &str, known: &mut BTreeSet<String>, wrongs: &mut Vec<Wrong>) {
    let list = node.list().map_err(|wrong| wrongs.push(wrong.within(path))).unwrap_or_default();
    for (i, element) in list.iter().enumerate() {
        let path = format!("{path}[{i}]");
        let Value::Map(_) = &element.value else {
            let problem = format!("expected a map of fields, found {}", element.what());
            wrongs.push(Wrong::new(problem, "write `name:` here").at(element.place).within(&path));
            continue;
        };
        let field = element.field("name");
        let wrong = match field.map_or(Ok(String::new()), check::text) {
            Err(wrong) => wrong,
            Ok(name) if name.is_empty() => Wrong::new("the name is missing", "add `name:`"),
            Ok(name) if known.contains(&name) => {
                Wrong::new(format!("`{name}` is there twice"), "give each a name of its own")
            }
            Ok(name) => {
                known.insert(name);
                continue;
            }
        };
        wrongs.push(wrong.at(field.unwrap_or(element).place).within(&format!("{path}.name")));
    }
}
