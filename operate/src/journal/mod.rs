//! `operate journal`: what was done, by whom, and that nobody altered it since.

mod follow;
mod verify;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::Shell;
use crate::installation::Installation;
use crate::screen::{Cell, Colour, Screen, Table, items, moment, text, time};
use crate::trouble::Outcome;

/// The journal: what was done, by whom, and that nobody altered it since.
#[derive(Args, Debug)]
pub struct JournalArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Lists entries, the newest first.
    List {
        #[command(flatten)]
        filter: Filter,
        /// Only entries before this one: the next page.
        #[arg(long, value_name = "NUMBER")]
        before: Option<i64>,
        /// At most so many.
        #[arg(short = 'n', long, default_value_t = 50)]
        limit: u32,
    },
    /// Prints entries as they come, until it is interrupted.
    Follow {
        #[command(flatten)]
        filter: Filter,
        /// Begin with so many that are there already.
        #[arg(short = 'n', long, default_value_t = 10)]
        last: u32,
    },
    /// Proves that no entry was altered since it was sealed; works on the database directly, also
    /// while the server runs.
    ///
    /// Ends with 1 when a run of entries is not what was sealed, and names the first one. Keep the
    /// newest hash that it prints where the database is not: with `--expect` it proves everything
    /// up to there, also against somebody who wrote the whole chain anew.
    Verify {
        #[command(flatten)]
        installation: Installation,
        /// A hash that was kept: ends with 1 when no seal has it any more.
        #[arg(long, value_name = "HASH")]
        expect: Option<String>,
    },
}

/// Which entries.
#[derive(Args, Clone, Debug, Default)]
struct Filter {
    /// Only entries about this: incident:inc_…, item:service/orders.
    #[arg(long, default_value = "")]
    subject: String,
    /// Only kinds that begin so: incident., account.
    #[arg(long, default_value = "")]
    kind: String,
}

impl Filter {
    fn holds(&self, entry: &Value) -> bool {
        (self.subject.is_empty() || text(entry, "subject") == self.subject)
            && text(entry, "kind").starts_with(&self.kind)
    }
}

impl JournalArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        match self.verb {
            Verb::Verify { installation, expect } => {
                verify::verify(&shell.screen, &installation, expect.as_deref()).await
            }
            Verb::Follow { filter, last } => {
                follow::follow(&shell.server.client()?, &shell.screen, &filter, last).await
            }
            Verb::List { filter, before, limit } => {
                let query = [
                    ("subject", filter.subject),
                    ("kind", filter.kind),
                    ("after", before.map(|seq| seq.to_string()).unwrap_or_default()),
                    ("limit", limit.to_string()),
                ];
                let found = shell.server.client()?.get("/api/v1/journal", &query).await?;
                list(&shell.screen, &found);
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn list(screen: &Screen, found: &Value) {
    if screen.json {
        screen.document(found);
        return;
    }
    let mut table = Table::new(screen.paint, &["no", "when", "who", "what", "about"]);
    for entry in items(found, "items") {
        let at = time(entry, "at").map(|at| moment(at, screen.now()));
        table.row([
            text(entry, "seq").into(),
            at.unwrap_or_default().into(),
            text(entry, "actor").into(),
            text(entry, "title").into(),
            Cell(text(entry, "subject"), Colour::Dim),
        ]);
    }
    if table.is_empty() {
        screen.say("No entries.");
        return;
    }
    screen.say(table);
    if !found["next"].is_null() {
        screen.note(format_args!("--before {} shows earlier ones.", text(found, "next")));
    }
}
