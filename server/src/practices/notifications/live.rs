//! The routing configuration in force: read from a file, checked as a whole, replaced as a whole.
//! One that is wrong changes nothing, and the mistake names its line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use connectors::alertmanager::config::{self, Config, Receiver};
use connectors::receivers;
use gotemplate::Templates;
use jiff::tz::TimeZone;
use kernel::Time;
use routing::{Inhibitor, Intervals, LabelSet, Node, Syntax, Tree};
use tokio::sync::watch;

use crate::config as settings;

/// Largest file that is read, of configuration or of templates.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// Most files that one pattern of templates may name.
const FILES_MAX: usize = 256;

/// A configuration that holds.
#[derive(Debug)]
pub struct Routing {
    /// What the file says.
    pub config: Config,
    /// Who is told what.
    pub tree: Tree,
    /// The time intervals that routes name.
    pub intervals: Intervals,
    /// The default templates with those of the files.
    pub templates: Templates,
    /// When it came into force.
    pub loaded_at: Time,
}

impl Routing {
    /// Reads and checks everything that a configuration consists of.
    ///
    /// # Errors
    /// Every mistake, one on a line, with file, line and field.
    pub fn read(path: &Path, syntax: Syntax, now: Time) -> Result<Routing, String> {
        let name = path.display().to_string();
        let text = contents(path)?;
        let config = config::load_as(&text, &name, syntax).map_err(|errors| listed(&errors))?;
        let mut templates = receivers::templates().map_err(|error| error.to_string())?;
        for pattern in &config.templates {
            for file in matching_files(pattern)? {
                let text = contents(&file)?;
                templates
                    .add(&file.display().to_string(), &text)
                    .map_err(|error| error.to_string())?;
            }
        }
        config.check(&templates).map_err(|errors| listed(&errors))?;
        let names: BTreeSet<String> =
            config.receivers.iter().map(|receiver| receiver.name.clone()).collect();
        let intervals: BTreeSet<String> = config.time_intervals.keys().cloned().collect();
        let tree = Tree::build(config.route.clone(), &names, &intervals).map_err(|errors| {
            let lines =
                errors.iter().map(|error| format!("{name}: {}: {}", error.path, error.problem));
            lines.collect::<Vec<_>>().join("\n")
        })?;
        let intervals = config.intervals(&TimeZone::system());
        Ok(Routing { config, tree, intervals, templates, loaded_at: now })
    }

    /// A receiver by its name.
    pub fn receiver(&self, name: &str) -> Option<&Receiver> {
        self.config.receivers.iter().find(|receiver| receiver.name == name)
    }

    /// The names of the receivers that alerts with these labels go to.
    pub fn receivers_of(&self, labels: &dyn LabelSet) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.tree.matching(labels).into_iter().map(Node::receiver).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The inhibition rules, still without any alert.
    pub fn inhibitor(&self) -> Inhibitor<u64> {
        Inhibitor::new(self.config.inhibit_rules.clone())
    }
}

fn listed(errors: &[config::ConfigError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn contents(path: &Path) -> Result<String, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let bytes = std::fs::metadata(path).map_err(|error| wrong(&error))?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(wrong(&format!("{bytes} bytes long; at most {FILE_BYTES_MAX} are read")));
    }
    std::fs::read_to_string(path).map_err(|error| wrong(&error))
}

/// The files that a pattern names, whose last part may hold `*` and `?`.
fn matching_files(pattern: &Path) -> Result<Vec<PathBuf>, String> {
    let last = pattern.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !last.contains(['*', '?']) {
        return Ok(vec![pattern.to_owned()]);
    }
    let folder = pattern.parent().unwrap_or(Path::new("."));
    // A folder that is not there holds no templates, as for Alertmanager.
    let Ok(listing) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut files: Vec<PathBuf> = listing
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            path.is_file() && name.is_some_and(|name| fits(last.as_bytes(), name.as_bytes()))
        })
        .take(FILES_MAX + 1)
        .collect();
    if files.len() > FILES_MAX {
        let pattern = pattern.display();
        return Err(format!("{pattern}: names more than {FILES_MAX} files"));
    }
    files.sort();
    Ok(files)
}

/// Whether a name fits a pattern of `*` and `?`.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&letter) if letter == b'?' || letter == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&letter| letter == b'*')
}

/// The configuration in force, shared by everyone who asks; cheap to clone.
#[derive(Clone)]
pub struct LiveRouting {
    settings: settings::Routing,
    now: Arc<RwLock<Option<Arc<Routing>>>>,
    changed: watch::Sender<u64>,
}

impl LiveRouting {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn open(settings: &settings::Routing, now: Time) -> Result<LiveRouting, String> {
        let live = LiveRouting {
            settings: settings.clone(),
            now: Arc::default(),
            changed: watch::Sender::new(0),
        };
        live.reload(now)?;
        Ok(live)
    }

    /// The configuration; `None` when Operate was started without one.
    pub fn current(&self) -> Option<Arc<Routing>> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the file again; what is in force stays when that is wrong.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn reload(&self, now: Time) -> Result<(), String> {
        let Some(path) = &self.settings.file else { return Ok(()) };
        let read = Routing::read(path, self.settings.syntax, now);
        metrics::gauge!("alertmanager_config_last_reload_successful")
            .set(f64::from(u8::from(read.is_ok())));
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(read?));
        self.changed.send_modify(|count| *count += 1);
        Ok(())
    }

    /// Tells of each configuration that comes into force.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

/// What files hold that calls need, read anew for each notification: a secret that was changed
/// counts at once.
pub fn secrets(files: Vec<&str>) -> BTreeMap<String, String> {
    let read = |file: &str| Some((file.to_owned(), contents(Path::new(file)).ok()?));
    files.into_iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_of_files_are_those_of_a_shell() {
        for (pattern, name, expected) in [
            ("*.tmpl", "slack.tmpl", true),
            ("*.tmpl", "slack.tmpl.bak", false),
            ("team-?.tmpl", "team-a.tmpl", true),
            ("team-?.tmpl", "team-ab.tmpl", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
        ] {
            assert_eq!(fits(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }
}
