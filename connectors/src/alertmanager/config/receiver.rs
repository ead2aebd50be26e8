//! The section `receivers`: names, kinds, what is taken from `global`; what stands in each kind's
//! section is read by that kind.

use std::path::Path;

use super::error::Wrong;
use super::global;
use super::node::{Node, Value};
use super::route::Walk;

/// The fields of a receiver.
const FIELDS: &[&str] = &[
    "name",
    "discord_configs",
    "email_configs",
    "jira_configs",
    "msteams_configs",
    "msteamsv2_configs",
    "opsgenie_configs",
    "pagerduty_configs",
    "pushover_configs",
    "rocketchat_configs",
    "slack_configs",
    "sns_configs",
    "telegram_configs",
    "victorops_configs",
    "webex_configs",
    "webhook_configs",
    "wechat_configs",
];

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
    /// The section in which it stands, such as `slack_configs`.
    pub section: &'static str,
    /// Its place in the section, from 0.
    pub index: usize,
    /// Where it begins, from 1.
    pub line: u32,
}

/// What integrations take from elsewhere.
pub(super) struct Around<'n> {
    pub global: Option<&'n Node>,
    /// The folder of the configuration file.
    pub folder: &'n Path,
}

impl Walk<'_> {
    /// The receivers, without those that are none.
    pub fn receivers(&mut self, node: &Node, around: &Around<'_>) -> Vec<Receiver> {
        let list = node.list().unwrap_or_default().iter().enumerate();
        let maps = list.filter(|(_, node)| matches!(node.value, Value::Map(_)));
        maps.map(|(i, node)| self.one(node, &format!("receivers[{i}]"), around)).collect()
    }

    fn one(&mut self, node: &Node, path: &str, around: &Around<'_>) -> Receiver {
        let mut receiver = Receiver { name: String::new(), integrations: Vec::new() };
        for (key, value) in self.fields_of(node, path, FIELDS) {
            let section = FIELDS.iter().find(|field| **field == key.name);
            let Some(section) = section.filter(|section| **section != "name") else {
                receiver.name = super::check::text(value).unwrap_or_default();
                continue;
            };
            let path = format!("{path}.{section}");
            for (index, node) in self.list(value, &path).iter().enumerate() {
                let path = format!("{path}[{index}]");
                if matches!(node.value, Value::Null) {
                    let problem = "expected a map of fields, found nothing";
                    self.wrong(Wrong::new(problem, "write its fields, or `{}`"), node, &path);
                    continue;
                }
                let at = Integration { section, index, line: node.place.line };
                receiver.integrations.extend(self.integration(at, node, &path, around));
            }
        }
        receiver
    }

    fn integration(
        &mut self,
        at: Integration,
        node: &Node,
        path: &str,
        around: &Around<'_>,
    ) -> Option<Integration> {
        let mut whole = node.clone();
        let missing = global::fall_back(at.section, &mut whole, around.global);
        join_files(&mut whole, around.folder, false);
        self.wrongs.extend(missing.into_iter().map(|wrong| wrong.within(path)));
        Some(at)
    }
}

/// Files of `http_config` and `tls_config` are looked for beside the configuration, as in
/// Alertmanager; others in the working directory.
fn join_files(node: &mut Node, folder: &Path, inside: bool) {
    match &mut node.value {
        Value::Map(map) => {
            for (key, value) in map {
                let inside = inside || matches!(key.name.as_str(), "http_config" | "tls_config");
                match &mut value.value {
                    Value::Plain(file) | Value::Quoted(file) => {
                        if inside && key.name.ends_with("_file") && !file.is_empty() {
                            *file = folder.join(&*file).to_string_lossy().into_owned();
                        }
                    }
                    Value::List(files) if inside && key.name == "files" => {
                        for file in files {
                            if let Value::Plain(file) | Value::Quoted(file) = &mut file.value {
                                *file = folder.join(&*file).to_string_lossy().into_owned();
                            }
                        }
                    }
                    _ => join_files(value, folder, inside),
                }
            }
        }
        Value::List(list) => list.iter_mut().for_each(|node| join_files(node, folder, inside)),
        _ => {}
    }
}
