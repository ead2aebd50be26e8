//! `operate import pagerduty|opsgenie|grafana-oncall|goalert`: what another on-call tool exports
//! becomes resources of the estate, with a line for every element: taken, changed how, not
//! possible and why.
//!
//! **Invariant:** the same export gives the same resources with the same names, so that a second
//! import changes nothing; what cannot be said here is told, never guessed.

mod goalert;
mod grafana;
mod moved;
mod names;
mod opsgenie;
mod pagerduty;
mod people;
mod policy;
mod rota;
mod services;
mod timeouts;
mod urgency;
mod week;
mod zones;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use connectors::export::{Export, File, Known};
use estate::{SourceFile, TeamRef};
use kernel::Time;
use reqwest::StatusCode;
use serde_json::json;
use server::openslo::Fate;

use crate::Shell;
use crate::estate::{Applied, How, apply, show};
use crate::screen::{Screen, clean, counted};
use crate::trouble::{Outcome, Trouble};
use moved::{Key, Moved};

/// What is told of a move.
#[derive(Args, Debug)]
pub struct Move {
    /// What the tool's API answers: a file, a folder of files, or `-` for the standard input. The
    /// guide (moving.md) says how to get it.
    source: PathBuf,
    /// Write the resources into this folder, to be looked at and applied.
    #[arg(short = 'o', long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Apply them, as `operate apply` does, and make the integration keys that senders have.
    /// Nothing is applied when something is not possible, unless --partly says so too.
    #[arg(long)]
    apply: bool,
    /// With --apply: apply what is possible although something is not.
    #[arg(long, requires = "apply")]
    partly: bool,
    /// With --apply: do not ask for confirmation.
    #[arg(short = 'y', long, requires = "apply")]
    yes: bool,
    /// Say only what is changed, left out or not possible.
    #[arg(long)]
    check: bool,
    /// The team that answers for services which have none.
    #[arg(long, value_name = "TEAM")]
    team: Option<String>,
}

/// Where somebody moves from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    /// PagerDuty's REST API v2.
    PagerDuty,
    /// Opsgenie's REST API v2.
    Opsgenie,
    /// Grafana OnCall's public API.
    GrafanaOncall,
    /// GoAlert's GraphQL API.
    GoAlert,
}

impl Tool {
    fn lists(self) -> &'static [Known] {
        match self {
            Tool::PagerDuty => connectors::pagerduty::export::LISTS,
            Tool::Opsgenie => connectors::opsgenie::export::LISTS,
            Tool::GrafanaOncall => connectors::grafana_oncall::LISTS,
            Tool::GoAlert => connectors::goalert::LISTS,
        }
    }

    /// How the command line calls it.
    fn word(self) -> &'static str {
        match self {
            Tool::PagerDuty => "pagerduty",
            Tool::Opsgenie => "opsgenie",
            Tool::GrafanaOncall => "grafana-oncall",
            Tool::GoAlert => "goalert",
        }
    }

    /// Makes resources of an export.
    fn moved(self, export: &Export, team: Option<&TeamRef>, now: Time) -> Moved {
        let mut moved = Moved::new(self.word(), team.cloned(), now);
        moved.unfinished(export);
        match self {
            Tool::PagerDuty => pagerduty::take(&mut moved, export, team),
            Tool::Opsgenie => opsgenie::take(&mut moved, export),
            Tool::GrafanaOncall => grafana::take(&mut moved, export),
            Tool::GoAlert => goalert::take(&mut moved, export, team),
        }
        moved.check();
        moved.unled();
        moved
    }
}

impl Move {
    /// Reports what becomes of every element, writes and applies what is asked for.
    pub async fn run(self, tool: Tool, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let team = self.team.as_deref().map(|name| {
            let wrong = || Trouble::wrong(format!("`{}` names no team", clean(name)));
            TeamRef::new(name).ok_or_else(wrong)
        });
        let team = team.transpose()?;
        let files = read(&self.source)?;
        let export = Export::read(&files, tool.lists())
            .map_err(|wrong| Trouble::wrong(clean(&wrong.to_string())))?;
        let mut moved = tool.moved(&export, team.as_ref(), screen.now());
        let count = |fate: Fate| moved.lines.iter().filter(|line| line.fate == fate).count();
        let fates = [Fate::AsIs, Fate::Changed, Fate::LeftOut, Fate::NotPossible].map(count);
        if self.check {
            moved.lines.retain(|line| line.fate != Fate::AsIs);
        }
        if !screen.json {
            crate::openslo::show(screen, &moved.lines);
            screen.say(summary(&moved, fates));
        }
        let files = files_of(&moved);
        if let Some(folder) = &self.output {
            write(folder, &files)?;
        }
        let possible = fates[3] == 0;
        let mut applied = None;
        let mut keys = Vec::new();
        if self.apply && (possible || self.partly) {
            applied = apply(shell, &files, &How { yes: self.yes, ..How::default() }).await?;
            if applied.as_ref().is_some_and(|applied| !applied.is_mistaken()) {
                keys = make(shell, &moved.keys).await?;
            }
        }
        self.told(screen, (&moved, possible), (applied.as_ref(), &keys));
        let refused = self.apply && applied.is_none_or(|applied| applied.is_mistaken());
        let wrong = !possible && !self.partly;
        Ok(if wrong || refused { crate::trouble::Code::Refused.into() } else { ExitCode::SUCCESS })
    }

    fn told(
        &self,
        screen: &Screen,
        (moved, possible): (&Moved, bool),
        (applied, keys): (Option<&Applied>, &[String]),
    ) {
        if screen.json {
            let names: Vec<&str> = moved.keys.iter().map(|key| key.name.as_str()).collect();
            screen.document(&json!({
                "lines": moved.lines,
                "resources": moved.resources,
                "keys": names,
                "applied": applied.map(|applied| &applied.answer),
                "keys_made": keys,
            }));
            return;
        }
        if let Some(folder) = &self.output {
            screen.say(format_args!("They are in {}.", folder.display()));
        }
        match applied.map(|applied| show(screen, &applied.answer)) {
            Some(true) => {
                let keys = counted(keys.len(), "integration key");
                screen.say(format_args!("Applied; {keys} made."));
            }
            None if self.apply && !possible && !self.partly => screen.say(
                "Nothing is applied. Mend what is not possible, or apply the rest with --partly.",
            ),
            None if !self.apply && self.output.is_none() => {
                screen.say("Look at them with -o FOLDER, or apply them with --apply.");
            }
            // A no to the question was answered where it was asked.
            Some(false) | None => {}
        }
    }
}

fn summary(moved: &Moved, [as_is, changed, out, wrong]: [usize; 4]) -> String {
    let resources = counted(moved.resources.len(), "resource");
    let keys = counted(moved.keys.len(), "integration key");
    format!(
        "{} taken as they are, {changed} changed, {out} left out, {wrong} not possible: \
         {resources}, {keys}.",
        counted(as_is, "element")
    )
}

/// Reads a file, or the files of a folder that hold JSON.
fn read(source: &Path) -> Result<Vec<File>, Trouble> {
    if !source.is_dir() {
        let (text, _) = crate::alertmanager::read(source)?;
        let name = source.file_name().unwrap_or(source.as_os_str());
        let name = name.to_string_lossy();
        let name = if name == "-" { "standard input".into() } else { name };
        return Ok(vec![File { name: name.into_owned(), text }]);
    }
    let told = |error: std::io::Error| Trouble::file(source, &error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(source).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json")) {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        let what = format!("{} holds no file that ends in .json", source.display());
        return Err(Trouble::wrong(what).remedy("save there what the API answers"));
    }
    let file = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).map_err(|error| Trouble::file(&path, &error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(File { name, text })
    };
    paths.into_iter().map(file).collect()
}

/// The resources as files, one for each kind.
fn files_of(moved: &Moved) -> Vec<SourceFile> {
    let mut kinds: BTreeMap<&str, Vec<&estate::Resource>> = BTreeMap::new();
    for resource in &moved.resources {
        kinds.entry(resource.kind().prefix()).or_default().push(resource);
    }
    let file = |(kind, resources): (&str, Vec<&estate::Resource>)| SourceFile {
        name: format!("{kind}.yaml"),
        text: estate::export(resources),
    };
    kinds.into_iter().map(file).collect()
}

fn write(folder: &Path, files: &[SourceFile]) -> Result<(), Trouble> {
    std::fs::create_dir_all(folder).map_err(|error| Trouble::file(folder, &error))?;
    for file in files {
        let path = folder.join(&file.name);
        std::fs::write(&path, &file.text).map_err(|error| Trouble::file(&path, &error))?;
    }
    Ok(())
}

/// Makes the keys that are not there yet; gives their names.
async fn make(shell: &Shell, keys: &[Key]) -> Result<Vec<String>, Trouble> {
    const PATH: &str = "/api/v1/integration-keys";
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let client = shell.server.client()?;
    let there = client.get(PATH, &[]).await?;
    let rows = there["items"].as_array().or(there.as_array()).cloned().unwrap_or_default();
    let mut made = Vec::new();
    for key in keys.iter().filter(|key| rows.iter().all(|row| row["name"] != *key.name)) {
        let body = json!({ "name": key.name, "kind": key.kind, "alias": key.alias });
        let (status, answer) = client.try_post(PATH, &body).await?;
        match status {
            status if status.is_success() => made.push(key.name.clone()),
            // The key of the sender goes by another name already.
            StatusCode::CONFLICT => {}
            status => return Err(client.told(status, &answer)),
        }
    }
    Ok(made)
}

#[cfg(test)]
mod tests;
