//! `operate tuning`: alert rules that people find useless, and what is done about them.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::Shell;
use crate::client::{Client, part};
use crate::screen::{Cell, Colour, Screen, Table, age, items, moment, text, time};
use crate::trouble::{Outcome, Trouble};

/// Looks after alert rules that people find useless. A task is named by its id (`tun_…`) or by the
/// name of its rule.
#[derive(Args, Debug)]
pub struct TuningArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Lists tasks, those with the most votes first.
    List(List),
    /// Shows a task with its votes and its history.
    Show {
        /// Its id, or the name of its rule.
        task: String,
    },
    /// You look at the rule.
    Start {
        /// Its id, or the name of its rule.
        task: String,
    },
    /// Something was done about the rule, or it is kept for a reason.
    Done {
        /// Its id, or the name of its rule.
        task: String,
        /// What was done.
        #[arg(long, value_enum)]
        remedy: Remedy,
        /// What exactly, or why the rule is kept.
        #[arg(long)]
        note: String,
    },
    /// Sets the votes aside: the rule is as it should be.
    Dismiss {
        /// Its id, or the name of its rule.
        task: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Args, Debug)]
struct List {
    /// Only these stages: open, in_work, done, dismissed.
    #[arg(long, default_value = "open,in_work")]
    stage: String,
    /// Only rules on the noise list.
    #[arg(long)]
    noisy: bool,
    /// Only rules with this text in their name.
    #[arg(short = 'q', long, value_name = "TEXT", default_value = "")]
    search: String,
    /// At most so many.
    #[arg(short = 'n', long, default_value_t = 50)]
    limit: u32,
}

/// What was done about a rule.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Remedy {
    /// It fires at another value, or after a longer time.
    Threshold,
    /// Somebody else is told, or in another way.
    Rerouted,
    /// It is gone.
    Removed,
    /// It stays as it is, for a reason.
    Kept,
}

impl Remedy {
    fn word(self) -> &'static str {
        match self {
            Remedy::Threshold => "threshold",
            Remedy::Rerouted => "rerouted",
            Remedy::Removed => "removed",
            Remedy::Kept => "kept",
        }
    }
}

impl TuningArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        match self.verb {
            Verb::List(wanted) => list(&client, screen, wanted).await,
            Verb::Show { task } => show(&client, screen, &task).await,
            Verb::Start { task } => {
                ask(&client, screen, &task, json!({ "command": "start" })).await
            }
            Verb::Done { task, remedy, note } => {
                let command = json!({ "command": "done", "remedy": remedy.word(), "note": note });
                ask(&client, screen, &task, command).await
            }
            Verb::Dismiss { task, reason } => {
                let command = json!({ "command": "dismiss", "reason": reason });
                ask(&client, screen, &task, command).await
            }
        }
    }
}

/// The address of a task; a name is looked up.
async fn path(client: &Client, task: &str) -> Result<String, Trouble> {
    let address = |id: &str| format!("/api/v1/tuning/{}", part(id));
    if task.starts_with("tun_") {
        return Ok(address(task));
    }
    let found = client.get("/api/v1/tuning", &[("name", task.to_owned())]).await?;
    match items(&found, "items") {
        [one] => Ok(address(&text(one, "id"))),
        [] => Err(Trouble::wrong(format!("nobody has found an alert of `{task}` useless"))
            .remedy("see `operate tuning list --stage open,in_work,done,dismissed`")),
        _ => Err(Trouble::wrong(format!("several sources have a rule `{task}`"))
            .remedy("name the task by its id; `operate tuning list` shows it")),
    }
}

async fn list(client: &Client, screen: &Screen, wanted: List) -> Outcome {
    let query = [
        ("stage", wanted.stage),
        ("noisy", if wanted.noisy { "true".to_owned() } else { String::new() }),
        ("q", wanted.search),
        ("limit", wanted.limit.to_string()),
    ];
    let found = client.get("/api/v1/tuning", &query).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let columns = ["votes", "rule", "source", "stage", "noise", "since", "id"];
    let mut table = Table::new(screen.paint, &columns);
    for row in items(&found, "items") {
        let since = time(row, "opened_at").map(|time| age(time, screen.now()));
        table.row([
            items(row, "votes").len().to_string().into(),
            Cell(text(row, "name"), Colour::Bold),
            text(row, "source").into(),
            text(row, "stage").replace('_', " ").into(),
            if row["noisy"] == true { "noisy" } else { "" }.to_owned().into(),
            since.unwrap_or_default().into(),
            Cell(text(row, "id"), Colour::Dim),
        ]);
    }
    if table.is_empty() {
        screen.say("No tuning tasks. `operate alert not-useful` opens one.");
    } else {
        screen.say(table);
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(client: &Client, screen: &Screen, task: &str) -> Outcome {
    let path = path(client, task).await?;
    let found = client.get(&path, &[]).await?;
    let timeline = client.get(&format!("{path}/timeline"), &[]).await?;
    if screen.json {
        let mut document = found;
        document["timeline"] = timeline["items"].clone();
        screen.document(&document);
        return Ok(ExitCode::SUCCESS);
    }
    let noisy = if found["noisy"] == true { ", on the noise list" } else { "" };
    let mut lines = vec![
        screen.paint.bold(text(&found, "name")),
        format!("  source   {}", text(&found, "source")),
        format!("  stage    {}{noisy}", text(&found, "stage").replace('_', " ")),
    ];
    for (label, field) in [("done", "remedy"), ("note", "note"), ("by", "worked_on_by")] {
        let value = text(&found, field);
        if !value.is_empty() {
            lines.push(format!("  {label:<9}{value}"));
        }
    }
    lines.push(String::new());
    lines.push(screen.paint.bold("History"));
    for entry in items(&timeline, "items").iter().rev() {
        let at = time(entry, "at").map(|at| moment(at, screen.now())).unwrap_or_default();
        lines.push(format!("  {at}  {}", text(entry, "title")));
    }
    screen.say(lines.join("\n"));
    Ok(ExitCode::SUCCESS)
}

async fn ask(client: &Client, screen: &Screen, task: &str, command: Value) -> Outcome {
    let path = path(client, task).await?;
    let answer = client.post(&format!("{path}/commands"), &command).await?;
    if screen.json {
        screen.document(&answer.body);
    } else {
        let (name, stage) = (text(&answer.body, "name"), text(&answer.body, "stage"));
        screen.say(format_args!("The tuning of {name} is {}.", stage.replace('_', " ")));
    }
    Ok(ExitCode::SUCCESS)
}
