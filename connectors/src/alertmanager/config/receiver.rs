//! The section `receivers`: names, kinds, what is taken from `global`; what stands in the section
//! of a kind is read by that kind ([`crate::receivers`]).

use std::collections::BTreeMap;
use std::path::Path;

use gotemplate::Templates;

use super::decode::read;
use super::error::{ConfigError, Note, Place, Wrong};
use super::global;
use super::node::{Node, Value};
use super::route::Walk;
use crate::receivers::{self, Length, Problem};

/// Somebody who is told.
#[derive(Clone, Debug)]
pub struct Receiver {
    /// Routes name it.
    pub name: String,
    /// In the order of the file.
    pub integrations: Vec<Integration>,
}

/// One way in which a receiver is told.
#[derive(Clone, Debug)]
pub struct Integration {
    /// How, with everything that `global` gives filled in.
    pub config: receivers::Integration,
    /// Its place in its section of the receiver, from 0.
    pub index: usize,
    /// Where it begins, from 1.
    pub line: u32,
    path: String,
    places: BTreeMap<String, Place>,
}

/// What integrations take from elsewhere.
pub(super) struct Around<'n> {
    pub global: Option<&'n Node>,
    /// The folder of the configuration file.
    pub folder: &'n Path,
    /// The templates that are built in.
    pub templates: &'n Templates,
}

impl Integration {
    /// What is wrong with it, its templates among it, now that those of the files are known.
    pub(super) fn check(&self, templates: &Templates, file: &str) -> Vec<ConfigError> {
        let problems = self.config.check(templates).into_iter();
        problems.map(|problem| self.wrong(problem).in_file(file)).collect()
    }

    fn wrong(&self, problem: Problem) -> Wrong {
        let mut path = problem.field.as_str();
        let place = loop {
            match (self.places.get(path), path.rfind(['.', '['])) {
                (Some(place), _) => break *place,
                (None, Some(end)) => path = &path[..end],
                (None, None) => break self.places.get("").copied().unwrap_or_default(),
            }
        };
        let (what, remedy) = problem.problem.split_once(": ").unwrap_or((&problem.problem, ""));
        let mut wrong = Wrong::new(what, remedy).at(place);
        wrong.field = problem.field;
        wrong.within(&self.path)
    }
}

impl Walk<'_> {
    /// The receivers, without those that are none.
    pub fn receivers(&mut self, node: &Node, around: &Around<'_>) -> Vec<Receiver> {
        let list = node.list().unwrap_or_default().iter().enumerate();
        let maps = list.filter(|(_, node)| matches!(node.value, Value::Map(_)));
        maps.map(|(i, node)| self.receiver(node, &format!("receivers[{i}]"), around)).collect()
    }

    /// Looks at what `global` gives to the clients of receivers: a receiver reads it.
    pub fn clients(&mut self, around: &Around<'_>) {
        let Some(global) = around.global else { return };
        let alone = Around { global: None, ..*around };
        for (field, section, own, rest) in [
            (
                "http_config",
                "webhook_configs",
                "http_config",
                [("url", "http://localhost")].as_slice(),
            ),
            (
                "smtp_tls_config",
                "email_configs",
                "tls_config",
                &[("to", "a@b.c"), ("from", "a@b.c"), ("smarthost", "localhost:25")],
            ),
        ] {
            let Some(node) = global.field(field) else { continue };
            let mut sample = Node { value: Value::Map(Vec::new()), ..node.clone() };
            for (name, text) in rest {
                let value = Value::Quoted((*text).to_owned());
                global::put(&mut sample, name, Node { value, ..node.clone() });
            }
            global::put(&mut sample, own, node.clone());
            let told = self.wrongs.len();
            self.integration(section, &sample, "", &alone);
            for wrong in &mut self.wrongs[told..] {
                wrong.field = wrong.field.replacen(own, &format!("global.{field}"), 1);
            }
        }
    }

    fn receiver(&mut self, node: &Node, path: &str, around: &Around<'_>) -> Receiver {
        let mut receiver = Receiver { name: String::new(), integrations: Vec::new() };
        let mut fields = vec!["name"];
        fields.extend(receivers::SECTIONS);
        for (key, value) in self.fields_of(node, path, &fields) {
            let path = format!("{path}.{}", key.name);
            let section = receivers::SECTIONS.iter().find(|known| **known == key.name);
            let Some(section) = section else {
                receiver.name = super::check::text(value).unwrap_or_default();
                continue;
            };
            for (index, node) in self.list(value, &path).iter().enumerate() {
                let path = format!("{path}[{index}]");
                if matches!(node.value, Value::Null) {
                    let problem = "expected a map of fields, found nothing";
                    self.wrong(Wrong::new(problem, "write its fields, or `{}`"), node, &path);
                    continue;
                }
                let read = self.integration(section, node, &path, around);
                receiver.integrations.extend(read.map(|read| Integration { index, ..read }));
            }
        }
        receiver
    }

    fn integration(
        &mut self,
        section: &'static str,
        node: &Node,
        path: &str,
        around: &Around<'_>,
    ) -> Option<Integration> {
        let mut whole = node.clone();
        let missing = global::fall_back(section, &mut whole, around.global);
        tidy(&mut whole, around.folder, false);
        let told: Vec<String> = missing.iter().map(|wrong| wrong.field.clone()).collect();
        self.wrongs.extend(missing.into_iter().map(|wrong| wrong.within(path)));
        let config =
            read(&whole, path, self.wrongs, |node| receivers::Integration::read(section, node))?;
        self.note_timeout(&whole, path);
        let line = node.place.line;
        let places = whole.places();
        let integration = Integration { config, index: 0, line, path: path.to_owned(), places };
        for problem in integration.config.check(around.templates) {
            // What has templates is looked at when those of the files are known.
            let later = texts(whole.nearest(&problem.field)).any(|text| text.contains("{{"));
            if !later && !told.contains(&problem.field) {
                self.wrongs.push(integration.wrong(problem));
            }
        }
        Some(integration)
    }
}

impl Walk<'_> {
    fn note_timeout(&mut self, node: &Node, path: &str) {
        let Some(value) = node.field("timeout") else { return };
        let limit = receivers::ATTEMPT_MAX;
        if texts(value).filter_map(|text| Length::parse(text)).any(|length| length.0 > limit) {
            let text =
                format!("an attempt ends after {} s; it is then made again", limit.as_secs());
            self.notes.push(Note::new(value.place, &format!("{path}.timeout"), &text));
        }
    }
}

/// A single value and nothing else.
fn texts(node: &Node) -> impl Iterator<Item = &String> {
    let text = match &node.value {
        Value::Plain(text) | Value::Quoted(text) => Some(text),
        _ => None,
    };
    text.into_iter()
}

/// Empty names of files and empty secrets are as good as none. Files of `http_config` and
/// `tls_config` are looked for beside the configuration, as in Alertmanager; others in the working
/// directory.
fn tidy(node: &mut Node, folder: &Path, inside: bool) {
    match &mut node.value {
        Value::Map(map) => {
            map.retain(|(key, node)| {
                let empty = texts(node).any(String::is_empty);
                !(empty && (key.name.ends_with("_file") || key.name == "bearer_token"))
            });
            for (key, value) in map {
                let inside = inside || matches!(key.name.as_str(), "http_config" | "tls_config");
                let names = inside && (key.name.ends_with("_file") || key.name == "files");
                match &mut value.value {
                    Value::List(files) if names => {
                        files.iter_mut().for_each(|file| join(file, folder));
                    }
                    _ if names => join(value, folder),
                    _ => tidy(value, folder, inside),
                }
            }
        }
        Value::List(list) => list.iter_mut().for_each(|node| tidy(node, folder, inside)),
        _ => {}
    }
}

fn join(node: &mut Node, folder: &Path) {
    if let Value::Plain(file) | Value::Quoted(file) = &mut node.value {
        *file = folder.join(&*file).to_string_lossy().into_owned();
    }
}
