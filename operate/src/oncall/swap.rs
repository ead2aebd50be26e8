//! `operate oncall swap`: shifts that people offer each other.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::client::{Client, part};
use crate::screen::{Screen, Table, items, moment, text, time};
use crate::trouble::Outcome;

/// Offers a shift of yours, or answers an offer.
#[derive(Args, Debug)]
pub struct Swap {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Lists offers, the newest first.
    List,
    /// Offers a shift of yours, or of somebody who is away.
    Offer(Offer),
    /// Takes a shift that was offered.
    Accept {
        /// The offer (`swp_…`).
        offer: String,
    },
    /// Says no to a shift that was offered to you.
    Decline {
        /// The offer (`swp_…`).
        offer: String,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Takes back an offer of yours.
    Withdraw {
        /// The offer (`swp_…`).
        offer: String,
    },
}

#[derive(Args, Debug)]
struct Offer {
    /// The schedule.
    schedule: String,
    /// The first moment of what you give, with an offset.
    #[arg(long, value_name = "TIME")]
    from: String,
    /// The first moment after it.
    #[arg(long, value_name = "TIME")]
    until: String,
    /// Whose shift it is; yours when not said. Of others while they are away.
    #[arg(long, value_name = "PERSON")]
    of: Option<String>,
    /// To whom; everybody of the rotation when not said.
    #[arg(long, value_name = "PERSON")]
    to: Option<String>,
    /// The first moment of the shift of theirs that you want in return.
    #[arg(long, value_name = "TIME", requires_all = ["want_until", "to"])]
    want_from: Option<String>,
    /// The first moment after it.
    #[arg(long, value_name = "TIME", requires = "want_from")]
    want_until: Option<String>,
    /// What there is to say.
    #[arg(long, default_value = "")]
    note: String,
}

impl Swap {
    /// Does it.
    pub async fn run(self, client: &Client, screen: &Screen) -> Outcome {
        let (path, body, said) = match self.verb {
            Verb::List => return list(client, screen).await,
            Verb::Offer(offer) => {
                let wants =
                    offer.want_from.map(|from| json!({ "start": from, "end": offer.want_until }));
                let body = json!({
                    "schedule": format!("schedule/{}", offer.schedule),
                    "start": offer.from,
                    "end": offer.until,
                    "of": offer.of.map(|of| format!("person/{of}")),
                    "to": offer.to.map(|to| format!("person/{to}")),
                    "wants": wants,
                    "note": offer.note,
                });
                (String::new(), body, "It is offered; who it is for is told.")
            }
            Verb::Accept { offer } => {
                (format!("/{}/accept", part(&offer)), json!({}), "The shift is yours.")
            }
            Verb::Decline { offer, reason } => {
                let body = json!({ "reason": reason });
                (format!("/{}/decline", part(&offer)), body, "Who offered it is told.")
            }
            Verb::Withdraw { offer } => {
                (format!("/{}/withdraw", part(&offer)), json!({}), "It stays yours.")
            }
        };
        let answer = client.post(&format!("/api/v1/swaps{path}"), &body).await?;
        if screen.json {
            screen.document(&answer.body);
        } else {
            screen.say(said);
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(client: &Client, screen: &Screen) -> Outcome {
    let found = client.get("/api/v1/swaps", &[]).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let columns = ["schedule", "from", "until", "of", "to", "for", "note", "stage", "id"];
    let mut table = Table::new(screen.paint, &columns);
    for swap in items(&found, "items") {
        let gives = &swap["offer"]["gives"];
        let when =
            |field: &str| time(gives, field).map(|at| moment(at, screen.now())).unwrap_or_default();
        let wants = &swap["offer"]["wants"];
        let wanted = ["start", "end"]
            .map(|field| time(wants, field).map(|at| moment(at, screen.now())).unwrap_or_default());
        let to = match text(&swap["offer"], "to") {
            to if to.is_empty() => "everybody".to_owned(),
            to => name(&to),
        };
        let cells = [
            name(&text(&swap["offer"], "schedule")),
            when("start"),
            when("end"),
            name(&text(gives, "person")),
            to,
            if wants.is_object() { wanted.join(" to ") } else { String::new() },
            text(&swap["offer"], "note"),
            stage(swap),
            text(swap, "id"),
        ];
        table.row(cells.map(Into::into));
    }
    if table.is_empty() {
        screen.say("Nobody offers a shift.");
    } else {
        screen.say(table);
    }
    Ok(ExitCode::SUCCESS)
}

fn name(item: &str) -> String {
    item.split_once('/').map_or(item, |(_, name)| name).to_owned()
}

fn stage(swap: &Value) -> String {
    match text(swap, "reason") {
        reason if reason.is_empty() => text(swap, "stage"),
        reason => format!("{}: {reason}", text(swap, "stage")),
    }
}
