//! `operate outbox`: messages to the outside that could not be delivered.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::Shell;
use crate::client::{Client, part};
use crate::screen::{Cell, Colour, Screen, Table, ago, items, text, time};
use crate::trouble::Outcome;

/// Messages to the outside: mails and webhooks that call people.
#[derive(Args, Debug)]
pub struct OutboxArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Lists messages, the newest first.
    List {
        /// Only those in this state.
        #[arg(long, default_value = "dead")]
        state: State,
    },
    /// Sends dead messages again.
    Retry {
        /// Their ids (`out_…`).
        #[arg(required = true, value_name = "MESSAGE")]
        messages: Vec<String>,
    },
    /// Puts dead messages away for good: nobody needs them any more.
    Dismiss {
        /// Their ids (`out_…`).
        #[arg(required = true, value_name = "MESSAGE")]
        messages: Vec<String>,
        /// Why nobody needs them; the journal keeps it.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    /// Given up.
    Dead,
    /// On its way, or to be tried again.
    Waiting,
    /// Taken by the other side.
    Delivered,
    /// Not wanted any more before it left, or put away.
    Cancelled,
    /// Whatever became of it.
    All,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Dead => "dead",
            State::Waiting => "waiting",
            State::Delivered => "delivered",
            State::Cancelled => "cancelled",
            State::All => "",
        }
    }
}

impl OutboxArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let (screen, client) = (&shell.screen, shell.server.client()?);
        match self.verb {
            Verb::List { state } => return list(&client, screen, state).await,
            Verb::Retry { messages } => {
                for message in &messages {
                    client.post(&path(message, "retry"), &json!({})).await?;
                    told(screen, message, "is sent again");
                }
            }
            Verb::Dismiss { messages, reason } => {
                for message in &messages {
                    client.post(&path(message, "dismiss"), &json!({ "reason": reason })).await?;
                    told(screen, message, "is put away");
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn path(message: &str, verb: &str) -> String {
    format!("/api/v1/outbox/{}/{verb}", part(message))
}

fn told(screen: &Screen, message: &str, what: &str) {
    if screen.json {
        screen.document(&json!({ "message": message, "done": what }));
    } else {
        screen.say(format_args!("Message {message} {what}."));
    }
}

async fn list(client: &Client, screen: &Screen, state: State) -> Outcome {
    let query: Vec<(&str, String)> = match state {
        State::All => Vec::new(),
        state => vec![("state", state.word().to_owned())],
    };
    let found = client.get("/api/v1/outbox", &query).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let columns = ["state", "to", "what it said", "tries", "since", "about", "id"];
    let mut table = Table::new(screen.paint, &columns);
    for row in items(&found, "items") {
        let state = text(row, "state");
        let colour = if state == "dead" { Colour::Red } else { Colour::Plain };
        let since = time(row, "created_at").map(|at| ago(at, screen.now()));
        table.row([
            Cell(state, colour),
            format!("{} {}", text(row, "channel"), text(row, "target")).into(),
            text(row, "detail").into(),
            text(row, "attempts").into(),
            since.unwrap_or_default().into(),
            Cell(text(row, "subject"), Colour::Dim),
            Cell(text(row, "id"), Colour::Dim),
        ]);
    }
    if table.is_empty() {
        screen.say("No messages.");
    } else {
        screen.say(table);
    }
    Ok(ExitCode::SUCCESS)
}
