//! `operate import alertmanager FILE`: what becomes of every element of the file, and keeping it in
//! the product.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use connectors::alertmanager::config::{self, ConfigError, Element, Fate, Report};
use serde_json::{Value, json};

use crate::Shell;
use crate::moving::{Move, Tool};
use crate::openslo::ImportOpenSlo;
use crate::routing;
use crate::screen::{Cell, Colour, Screen, Table, clean, counted};
use crate::trouble::{Code, Outcome, Trouble};

/// Looks at what another system is configured with, and takes it over.
#[derive(Args, Debug)]
pub struct ImportArgs {
    #[command(subcommand)]
    source: Source,
}

#[derive(Subcommand, Debug)]
enum Source {
    /// Report what becomes of every element of Alertmanager's configuration file: taken as it is,
    /// changed how, or not possible and why.
    ///
    /// Templates in files are looked at too. Without --apply nothing is changed, and no server is
    /// asked. Ends with 2 when something is wrong or not possible.
    Alertmanager(Alertmanager),
    /// Turn documents of OpenSLO (v1, v1alpha) into objectives and data sources of the estate, and
    /// report what becomes of each.
    ///
    /// Without --apply nothing is changed, and no server is asked. Ends with 2 when something is
    /// not possible.
    Openslo(ImportOpenSlo),
    /// Move from PagerDuty: users, teams, schedules, escalation policies, services and their keys.
    Pagerduty(Move),
    /// Move from Opsgenie: users, teams, schedules, overrides, escalations, keys of integrations.
    Opsgenie(Move),
    /// Move from Grafana OnCall: users, teams, schedules, shifts, escalation chains.
    GrafanaOncall(Move),
    /// Move from GoAlert: users, schedules, rotations, overrides, escalation policies, services.
    Goalert(Move),
}

/// What `operate import alertmanager` is told.
#[derive(Args, Debug)]
struct Alertmanager {
    /// The file, or `-` for the standard input.
    file: PathBuf,
    /// Say only what is changed or not possible.
    #[arg(long)]
    check: bool,
    /// Keep it in the product, where it is in force at once. What its files hold (secrets and
    /// templates) is read here and goes with it. Silences are not part of the file. Nothing is
    /// changed when something is not possible, or when the same is kept already.
    #[arg(long)]
    apply: bool,
}

impl ImportArgs {
    /// Reports, and applies what is asked for.
    pub async fn run(self, shell: &Shell) -> Outcome {
        match self.source {
            Source::Alertmanager(args) => args.run(shell).await,
            Source::Openslo(args) => args.run(shell).await,
            Source::Pagerduty(args) => args.run(Tool::PagerDuty, shell).await,
            Source::Opsgenie(args) => args.run(Tool::Opsgenie, shell).await,
            Source::GrafanaOncall(args) => args.run(Tool::GrafanaOncall, shell).await,
            Source::Goalert(args) => args.run(Tool::GoAlert, shell).await,
        }
    }
}

impl Alertmanager {
    async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let (text, name) = read(&self.file)?;
        let mut report = config::report(&text, &name);
        report.add(&templates(&text, &name));
        let body = match self.apply {
            true => inlined(&text, &name, &mut report)?,
            false => None,
        };
        let wrong = report.count(Fate::NotPossible);
        let summary = summary(&report);
        if self.check {
            report.elements.retain(|element| element.fate != Fate::AsIs);
        }
        let mut saved = None;
        if !screen.json {
            show(screen, &report);
            screen.say(summary);
        }
        if let Some(body) = body.filter(|_| wrong == 0) {
            let client = shell.server.client()?;
            saved = routing::keep(&client, screen, &self.file, &body).await?;
            if saved.is_none() {
                return Ok(Code::Refused.into());
            }
        }
        if screen.json {
            let mut document = json!(report);
            if self.apply {
                document["saved"] = json!(saved);
            }
            screen.document(&document);
        } else if self.apply {
            screen.say(applied(saved.as_ref()));
        }
        Ok(if wrong == 0 { ExitCode::SUCCESS } else { Code::Refused.into() })
    }
}

fn applied(saved: Option<&Value>) -> String {
    match saved {
        None => "Nothing is applied: mend what is not possible first.".to_owned(),
        Some(saved) if saved["changed"] == true => format!(
            "Version {} of the routing is in force. Receivers in private networks are told only \
             as far as `webhook.allow` in the settings says; silences are made with \
             `operate silence`.",
            saved["version"]
        ),
        Some(saved) => {
            format!("Nothing is changed: version {} says the same already.", saved["version"])
        }
    }
}

/// What is to be kept, without a reference to this machine; mistakes go into the report.
fn inlined(text: &str, name: &str, report: &mut Report) -> Result<Option<Value>, Trouble> {
    if report.count(Fate::NotPossible) > 0 {
        return Ok(None);
    }
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let inlined = match config::inlined(text, name, &read) {
        Ok(inlined) => inlined,
        Err(errors) => {
            report.add(&errors);
            return Ok(None);
        }
    };
    for (field, plain) in &inlined.fields {
        let text = format!("what the file holds is kept sealed, as `{plain}`");
        report.change(field, &text);
    }
    let loaded = config::load(text, name).ok();
    let files = loaded.and_then(|config| config.read_templates().ok()).map(|(_, files)| files);
    let files = files.unwrap_or_default();
    if !files.is_empty() {
        report.change("templates[0]", "the texts of the files are kept beside the routing");
    }
    let templates = routing::templates(&files)?;
    let reason = format!("imported from {name}");
    Ok(Some(json!({ "text": inlined.text, "templates": templates, "reason": reason })))
}

/// What is wrong with templates, in files and in receivers: known when all else is right.
fn templates(text: &str, name: &str) -> Vec<ConfigError> {
    let Ok(config) = config::load(text, name) else { return Vec::new() };
    match config.read_templates() {
        Ok((templates, _)) => config.check(&templates).err().unwrap_or_default(),
        Err(errors) => errors,
    }
}

/// Reads a file, or the standard input; gives its text and what it is called.
pub fn read(file: &Path) -> Result<(String, String), Trouble> {
    let name = file.display().to_string();
    let mut text = String::new();
    let read = if name == "-" {
        std::io::stdin().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(file).map(|read| text = read)
    };
    read.map_err(|error| Trouble::file(file, &error))?;
    Ok((text, if name == "-" { "standard input".to_owned() } else { name }))
}

fn show(screen: &Screen, report: &Report) {
    let mut table = Table::new(screen.paint, &["line", "element", "title", "fate", "because"]);
    for element in &report.elements {
        table.row(row(element));
    }
    if !report.elements.is_empty() {
        screen.say(table);
    }
}

fn summary(report: &Report) -> String {
    let [as_is, changed, wrong] =
        [Fate::AsIs, Fate::Changed, Fate::NotPossible].map(|fate| report.count(fate));
    let (name, as_is) = (clean(&report.file), counted(as_is, "element"));
    format!("{name}: {as_is} taken as written, {changed} changed, {wrong} not possible.")
}

fn row(element: &Element) -> Vec<Cell> {
    let line = if element.line > 0 { element.line.to_string() } else { String::new() };
    let (fate, colour) = match element.fate {
        Fate::AsIs => ("as is", Colour::Plain),
        Fate::Changed => ("changed", Colour::Yellow),
        Fate::NotPossible => ("not possible", Colour::Red),
    };
    vec![
        line.into(),
        clean(&element.path).into(),
        clean(&element.what).into(),
        Cell(fate.to_owned(), colour),
        clean(&element.texts.join(" · ")).into(),
    ]
}
