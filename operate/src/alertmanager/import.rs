//! `operate import alertmanager FILE`: what becomes of every element of the file.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use connectors::alertmanager::config::{self, ConfigError, Element, Fate, Report};
use serde_json::json;

use crate::Shell;
use crate::screen::{Cell, Colour, Screen, Table, clean, counted};
use crate::trouble::{Code, Outcome, Trouble};

/// Looks at what another system is configured with.
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
    /// Templates in files are looked at too. Nothing is changed, and no server is asked. Ends with
    /// 2 when something is wrong or not possible.
    Alertmanager(Alertmanager),
}

/// What `operate import alertmanager` is told.
#[derive(Args, Debug)]
struct Alertmanager {
    /// The file, or `-` for the standard input.
    file: PathBuf,
    /// Say only what is changed or not possible.
    #[arg(long)]
    check: bool,
}

impl ImportArgs {
    /// Reports.
    pub fn run(self, shell: &Shell) -> Outcome {
        let Source::Alertmanager(args) = self.source;
        args.run(&shell.screen)
    }
}

impl Alertmanager {
    fn run(self, screen: &Screen) -> Outcome {
        let (text, name) = read(&self.file)?;
        let mut report = config::report(&text, &name);
        report.add(&templates(&text, &name));
        let wrong = report.count(Fate::NotPossible);
        let summary = summary(&report);
        if self.check {
            report.elements.retain(|element| element.fate != Fate::AsIs);
        }
        if screen.json {
            screen.document(&json!(report));
        } else {
            show(screen, &report);
            screen.say(summary);
        }
        Ok(if wrong == 0 { ExitCode::SUCCESS } else { Code::Refused.into() })
    }
}

/// What is wrong with templates, in files and in receivers: known when all else is right.
fn templates(text: &str, name: &str) -> Vec<ConfigError> {
    let Ok(config) = config::load(text, name) else { return Vec::new() };
    match config.read_templates() {
        Ok((templates, _)) => config.check(&templates).err().unwrap_or_default(),
        Err(errors) => errors,
    }
}

fn read(file: &Path) -> Result<(String, String), Trouble> {
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
