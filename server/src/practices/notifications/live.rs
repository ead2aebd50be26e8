//! The routing configuration in force: read from a file or kept in the product, checked as a whole,
//! replaced as a whole. One that is wrong changes nothing, and the mistake names its line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use connectors::alertmanager::config::{self, Config, Receiver};
use gotemplate::Templates;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use kernel::{SpaceId, Time};
use routing::{Inhibitor, Intervals, LabelSet, Node, Syntax, Tree};
use spine::{Db, Fault};
use tokio::sync::watch;

use super::kept::{self, TemplateText};
use crate::config as settings;
use crate::keys::Keys;

/// Largest file that is read, of configuration or with a secret.
const FILE_BYTES_MAX: u64 = 4 << 20;

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
    /// Whether somebody wrote it who may not read this machine's files: then no file is read for
    /// it, and private networks are called only as far as `webhook.allow` says.
    pub guarded: bool,
}

type Mistakes = Vec<config::ConfigError>;

impl Routing {
    /// Reads and checks everything that a configuration consists of.
    ///
    /// # Errors
    /// Every mistake, one on a line, with file, line and field.
    pub fn read(path: &Path, syntax: Syntax) -> Result<Routing, String> {
        Routing::parse(&contents(path)?, &path.display().to_string(), syntax)
    }

    /// The same with the text of a file that may not be written yet; `name` is its path.
    ///
    /// # Errors
    /// Every mistake, one on a line, with file, line and field.
    pub fn parse(text: &str, name: &str, syntax: Syntax) -> Result<Routing, String> {
        let config = config::load_as(text, name, syntax).map_err(|errors| listed(&errors))?;
        let (templates, _) = config.read_templates().map_err(|errors| listed(&errors))?;
        Routing::built(config, templates, name, false).map_err(|errors| listed(&errors))
    }

    /// The same with a text that names no files, and templates whose texts are at hand.
    ///
    /// # Errors
    /// Every mistake, in the order of the text.
    pub fn of_text(
        text: &str,
        name: &str,
        templates: &[TemplateText],
        syntax: Syntax,
    ) -> Result<Routing, Mistakes> {
        config::names_no_files(text, name)?;
        let config = config::load_as(text, name, syntax)?;
        let texts = templates.iter().map(|one| (one.name.as_str(), one.text.as_str()));
        let templates = config::templates_of(texts)?;
        Routing::built(config, templates, name, true)
    }

    fn built(
        config: Config,
        templates: Templates,
        name: &str,
        guarded: bool,
    ) -> Result<Routing, Mistakes> {
        config.check(&templates)?;
        let names: BTreeSet<String> =
            config.receivers.iter().map(|receiver| receiver.name.clone()).collect();
        let intervals: BTreeSet<String> = config.time_intervals.keys().cloned().collect();
        let tree = Tree::build(config.route.clone(), &names, &intervals).map_err(|errors| {
            let told = |error: routing::RouteError| config::ConfigError {
                file: name.to_owned(),
                line: 0,
                column: 0,
                field: error.path,
                problem: error.problem,
                remedy: String::new(),
            };
            errors.into_iter().map(told).collect::<Vec<_>>()
        })?;
        let intervals = config.intervals(&TimeZone::system());
        Ok(Routing { config, tree, intervals, templates, guarded })
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

/// The configuration in force, shared by everyone who asks; cheap to clone.
#[derive(Clone)]
pub struct LiveRouting {
    settings: settings::Routing,
    now: Arc<RwLock<InForce>>,
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct InForce {
    routing: Option<Arc<Routing>>,
    /// The version that is kept in the product; 0 for a file, or for none.
    version: i64,
    trouble: Option<String>,
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

    /// The configuration; `None` when there is none.
    pub fn current(&self) -> Option<Arc<Routing>> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).routing.clone()
    }

    /// Why what is kept in the product is not in force.
    pub fn trouble(&self) -> Option<String> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).trouble.clone()
    }

    /// Reads the file again; what is in force stays when that is wrong.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn reload(&self, now: Time) -> Result<(), String> {
        let Some(path) = &self.settings.file else { return Ok(()) };
        let read = Routing::read(path, self.settings.syntax);
        metrics::gauge!("alertmanager_config_last_reload_successful")
            .set(f64::from(u8::from(read.is_ok())));
        let read = read?;
        for note in &read.config.notes {
            tracing::warn!("{}:{note}", path.display());
        }
        self.now.write().unwrap_or_else(PoisonError::into_inner).routing = Some(Arc::new(read));
        metrics::gauge!("alertmanager_config_last_reload_success_timestamp_seconds")
            .set(now.micros() as f64 / 1e6);
        self.changed.send_modify(|count| *count += 1);
        Ok(())
    }

    /// Takes in what is kept in the product, unless a file is named or a newer one is known.
    /// One that cannot be used is told, and what was in force stays: the server also starts without
    /// any, so that somebody can mend it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn follow(&self, db: &Db, keys: &Keys) -> Result<(), Fault> {
        if self.settings.file.is_some() {
            return Ok(());
        }
        let newest = kept::store::newest(&mut db.reader().await?, &SpaceId::main()).await?;
        let Some(newest) = newest else { return Ok(()) };
        let known = || self.now.read().unwrap_or_else(PoisonError::into_inner).version;
        if newest.version <= known() {
            return Ok(());
        }
        let read = kept::opened(&newest, keys, self.settings.syntax);
        if let Err(trouble) = &read {
            tracing::error!(version = newest.version, trouble, "the routing is not in force");
        }
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        if newest.version > now.version {
            now.version = newest.version;
            now.trouble = read.as_ref().err().cloned();
            if let Ok(routing) = read {
                now.routing = Some(Arc::new(routing));
            }
            drop(now);
            self.changed.send_modify(|count| *count += 1);
        }
        Ok(())
    }

    /// The file that it is read from.
    pub fn file(&self) -> Option<&Path> {
        self.settings.file.as_deref()
    }

    /// How matchers are read.
    pub fn syntax(&self) -> Syntax {
        self.settings.syntax
    }

    /// Whether there is a configuration.
    pub fn configured(&self) -> bool {
        self.now.read().unwrap_or_else(PoisonError::into_inner).routing.is_some()
    }

    /// How long it is known what receivers were told.
    pub fn retention(&self) -> SignedDuration {
        SignedDuration::from_secs(
            i64::try_from(self.settings.retention_seconds).unwrap_or(i64::MAX),
        )
    }

    /// How long a firing is believed whose source does not say how long: the configuration's
    /// `resolve_timeout`.
    pub fn resolve_timeout_seconds(&self) -> Option<u32> {
        let seconds = self.current()?.config.global.resolve_timeout.as_secs();
        Some(u32::try_from(seconds).unwrap_or(u32::MAX))
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
