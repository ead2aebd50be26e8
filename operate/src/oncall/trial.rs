//! `operate oncall try`: what a schedule in a file would give, beside what holds now.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::client::Client;
use crate::estate::files;
use crate::screen::{Screen, Table, items, moment, text, time};
use crate::trouble::Outcome;

/// A schedule that is not applied.
#[derive(Args, Debug)]
pub struct Try {
    /// The file with the schedule, or `-` for the standard input.
    #[arg(short = 'f', long = "file", value_name = "PATH")]
    path: PathBuf,
    /// From when, with an offset; now when not said.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until when, with an offset; four weeks later when not said.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

impl Try {
    /// Shows it.
    pub async fn run(self, client: &Client, screen: &Screen) -> Outcome {
        let texts: Vec<String> =
            files::read(&[self.path])?.into_iter().map(|file| file.text).collect();
        let asked = json!({ "text": texts.join("\n---\n"), "from": self.from, "until": self.to });
        let found = client.post("/api/v1/schedules/preview", &asked).await?.body;
        if screen.json {
            screen.document(&found);
        } else {
            screen.say(told(&found, screen));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn told(found: &Value, screen: &Screen) -> String {
    let when = |value: &Value, field: &str| {
        time(value, field).map(|at| moment(at, screen.now())).unwrap_or_default()
    };
    let mut lines = vec![screen.paint.bold(text(found, "title"))];
    let mut turns = Table::new(screen.paint, &["from", "until", "person", "because"]);
    for turn in items(found, "turns") {
        let cells =
            [when(turn, "from"), when(turn, "until"), text(turn, "name"), text(turn, "why")];
        turns.row(cells.map(Into::into));
    }
    lines.push(turns.to_string());
    for gap in items(found, "gaps") {
        let (from, until) = (when(gap, "from"), when(gap, "until"));
        let told = format!("nobody from {from} to {until}, asked for by {}", text(gap, "asked_by"));
        lines.push(screen.paint.red(told));
    }
    let differences = items(found, "differences");
    lines.push(match (found["new"] == true, differences.is_empty()) {
        (true, _) => "There is no such schedule yet.".to_owned(),
        (false, true) => "The same people are on call as now.".to_owned(),
        (false, false) => "Different from now:".to_owned(),
    });
    let who = |name: String| if name.is_empty() { "nobody".to_owned() } else { name };
    for each in differences {
        let (from, until) = (when(each, "from"), when(each, "until"));
        let (before, after) = (who(text(each, "before_name")), who(text(each, "after_name")));
        lines.push(format!("  {from} to {until}: {after} instead of {before}"));
    }
    lines.join("\n")
}
