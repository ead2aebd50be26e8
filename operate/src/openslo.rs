//! `operate export openslo` and `operate import openslo FILE`: objectives as OpenSLO says them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use estate::Resource;
use kernel::ItemRef;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::openslo::{Beside, Fate, Line, read};

use crate::Shell;
use crate::client::Client;
use crate::screen::{Cell, Colour, Screen, Table, clean, counted};
use crate::trouble::{Code, Outcome, Trouble};

/// Writes all objectives and data sources as documents of OpenSLO v1.
#[derive(Args, Debug)]
pub struct ExportOpenSlo {
    /// Write to this file instead of the standard output.
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What `operate import openslo` is told.
#[derive(Args, Debug)]
pub struct ImportOpenSlo {
    /// The file, or `-` for the standard input.
    file: PathBuf,
    /// The team that answers for services of the documents which the estate does not have.
    #[arg(long, value_name = "TEAM")]
    team: Option<String>,
    /// The data source of metrics that name none, as in v1alpha. Without it the only one of their
    /// kind among the documents is taken.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Write the resources to this file, to be looked at and applied.
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Apply them. Services that the estate has stay as they are. Nothing is applied when
    /// something is not possible.
    #[arg(long)]
    apply: bool,
}

impl ExportOpenSlo {
    /// Writes them.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let text = shell.server.client()?.get_text("/api/v1/openslo").await?;
        match self.output {
            None => shell.screen.say(text.trim_end()),
            Some(path) => {
                std::fs::write(&path, text).map_err(|error| Trouble::file(&path, &error))?;
                shell.screen.note(format_args!("The objectives are in {}.", path.display()));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl ImportOpenSlo {
    /// Reports what becomes of every element, and applies what is asked for.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let (text, name) = crate::alertmanager::read(&self.file)?;
        let beside = Beside { team: self.team.as_deref(), source: self.source.as_deref() };
        let found = read(&text, beside)
            .map_err(|wrong| Trouble::wrong(format!("{}: {wrong}", clean(&name))))?;
        let wrong = found.lines.iter().filter(|line| line.fate == Fate::NotPossible).count();
        if !screen.json {
            show(screen, &found.lines);
        }
        let mut applied = None;
        if self.apply && wrong == 0 {
            let client = shell.server.client()?;
            applied = Some(apply(&client, &name, &found.resources).await?);
        }
        let yaml = estate::export(&found.resources);
        if let Some(path) = &self.output {
            std::fs::write(path, &yaml).map_err(|error| Trouble::file(path, &error))?;
        }
        if screen.json {
            screen.document(&json!({ "lines": found.lines, "estate": yaml, "applied": applied }));
        } else {
            screen.say(outcome(&found.resources, applied.as_ref(), self.apply));
        }
        let refused = applied.as_ref().is_some_and(mistaken);
        Ok(if wrong == 0 && !refused { ExitCode::SUCCESS } else { Code::Refused.into() })
    }
}

fn mistaken(answer: &Value) -> bool {
    answer["errors"].as_array().is_some_and(|errors| !errors.is_empty())
}

fn outcome(resources: &[Resource], applied: Option<&Value>, wanted: bool) -> String {
    let count = counted(resources.len(), "resource");
    match applied {
        Some(answer) if mistaken(answer) => {
            let first = &answer["errors"][0];
            format!("Nothing is applied: {}: {}", first["field"], first["message"])
        }
        Some(_) => format!("{count} applied."),
        None if wanted => "Nothing is applied: mend what is not possible first.".to_owned(),
        None => format!("{count}; apply with --apply, or look at them with -o FILE."),
    }
}

/// Applies resources; services that are there stay as they are.
async fn apply(client: &Client, name: &str, resources: &[Resource]) -> Result<Value, Trouble> {
    let mut wanted: Vec<&Resource> = Vec::new();
    for resource in resources {
        if resource.item().kind() != "service" || !there(client, resource.item()).await? {
            wanted.push(resource);
        }
    }
    let file = json!({ "name": name, "text": estate::export(wanted) });
    let body = json!({ "files": [file], "prune": false });
    let (status, answer) = client.try_post("/api/v1/estate/apply", &body).await?;
    let mistakes = status == StatusCode::UNPROCESSABLE_ENTITY && answer.get("errors").is_some();
    if status.is_success() || mistakes { Ok(answer) } else { Err(client.told(status, &answer)) }
}

async fn there(client: &Client, item: &ItemRef) -> Result<bool, Trouble> {
    let query = [("kind", item.kind().to_owned()), ("q", item.name().to_owned())];
    let found = client.get("/api/v1/estate/items", &query).await?;
    let rows = found["items"].as_array().cloned().unwrap_or_default();
    Ok(rows.iter().any(|row| row["item"] == item.as_str()))
}

/// Shows what becomes of each element.
pub fn show(screen: &Screen, lines: &[Line]) {
    let mut table = Table::new(screen.paint, &["element", "fate", "because"]);
    for line in lines {
        let (fate, colour) = match line.fate {
            Fate::AsIs => ("as is", Colour::Plain),
            Fate::Changed => ("changed", Colour::Yellow),
            Fate::LeftOut => ("left out", Colour::Dim),
            Fate::NotPossible => ("not possible", Colour::Red),
        };
        let (element, because) = (clean(&line.element), clean(&line.because));
        table.row([element.into(), Cell(fate.to_owned(), colour), because.into()]);
    }
    if !table.is_empty() {
        screen.say(table);
    }
}
