//! `operate contract`: what was promised, how it stands, and what was kept. `operate release`: may
//! something be released now.

mod figures;
mod verify;

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use self::figures::figures;
use crate::Shell;
use crate::client::{Client, part};
use crate::screen::{Cell, Colour, Screen, Table, counted, items, moment, text, time};
use crate::trouble::{Code, Outcome};

/// Looks at contracts, draws reports, and closes periods. A contract is named as its resource is.
#[derive(Args, Debug)]
pub struct ContractArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Lists contracts: the promise, how it stands now, and the periods before.
    List {
        /// Only contracts about this item: `product/shop`.
        #[arg(long, default_value = "")]
        item: String,
        /// Only what is promised to this consumer: `usecase/buy`.
        #[arg(long, default_value = "")]
        consumer: String,
    },
    /// Shows a contract: its promise in words, now, and every past period.
    Show {
        /// Its name.
        contract: String,
    },
    /// Draws the report of a period, with the incidents that cost the difference.
    Report {
        /// Its name.
        contract: String,
        /// The period: `2026-10`, `2026-W41`, `2026-Q4`, `2026`; the one that runs if not said.
        #[arg(long, default_value = "")]
        period: String,
        /// Print a table for spreadsheets.
        #[arg(long, conflicts_with = "json")]
        csv: bool,
    },
    /// Reckons a closed period again: whether it comes to the same, and if not, what changed.
    /// Ends with 1 when it does not.
    Verify {
        /// Its name.
        contract: String,
        /// The period: `2026-10`.
        #[arg(long)]
        period: String,
    },
    /// Freezes the figures of a period that is over. What changes later is shown beside them.
    Close {
        /// Its name.
        contract: String,
        /// The period: `2026-10`.
        #[arg(long)]
        period: String,
        /// Anything to add; why, when it is closed again.
        #[arg(long, default_value = "")]
        note: String,
    },
}

impl ContractArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        match self.verb {
            Verb::List { item, consumer } => list(&client, screen, item, consumer).await,
            Verb::Show { contract } => show(&client, screen, &contract).await,
            Verb::Report { contract, period, csv: true } => {
                let query = if period.is_empty() {
                    String::new()
                } else {
                    format!("?period={}", part(&period))
                };
                let path = format!("{}/report.csv{query}", path(&contract));
                screen.say(client.get_text(&path).await?.trim_end());
                Ok(ExitCode::SUCCESS)
            }
            Verb::Report { contract, period, csv: false } => {
                report(&client, screen, &contract, period).await
            }
            Verb::Verify { contract, period } => {
                verify::verify(&client, screen, &contract, &period).await
            }
            Verb::Close { contract, period, note } => {
                let body = json!({ "period": period, "note": note });
                let path = format!("{}/close", path(&contract));
                let answer = client.post(&path, &body).await?.body;
                if screen.json {
                    screen.document(&answer);
                } else {
                    screen.say(format_args!("{period} of {} is closed.", name(&contract)));
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// The bare name, also where somebody wrote the kind before it.
fn name(contract: &str) -> &str {
    contract.strip_prefix("servicecontract/").unwrap_or(contract)
}

fn path(contract: &str) -> String {
    format!("/api/v1/contracts/{}", part(name(contract)))
}

async fn list(client: &Client, screen: &Screen, item: String, consumer: String) -> Outcome {
    let query = [("item", item), ("consumer", consumer)];
    let found = client.get("/api/v1/contracts", &query).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let columns = ["contract", "state", "promise", "now", "left", "outlook", "before"];
    let mut table = Table::new(screen.paint, &columns);
    for row in items(&found, "items") {
        let contract = text(row, "contract");
        let past: Vec<&str> =
            items(row, "trend").iter().map(|bar| mark(&text(bar, "verdict"))).collect();
        let outlook = text(row, "outlook");
        table.row([
            Cell(name(&contract).to_owned(), Colour::Bold),
            text(row, "state").into(),
            text(row, "promise").into(),
            percent(&row["now"]["measured_percent"]).into(),
            minutes(&row["now"]["left_seconds"]).into(),
            Cell(outlook.replace('_', " "), colour(&outlook)),
            past.concat().into(),
        ]);
    }
    if table.is_empty() {
        screen.say("No contracts. Write one as a ServiceContract, and `operate apply` it.");
    } else {
        screen.say(table);
    }
    Ok(ExitCode::SUCCESS)
}

/// One sign for each past period.
fn mark(verdict: &str) -> &'static str {
    match verdict {
        "kept" => "+",
        "missed" => "!",
        "unproven" => "?",
        "not_observed" => "-",
        _ => ".",
    }
}

fn colour(word: &str) -> Colour {
    match word {
        "on_track" | "kept" | "yes" => Colour::Green,
        "at_risk" | "unproven" | "unknown" => Colour::Yellow,
        "breached" | "missed" | "no" => Colour::Red,
        _ => Colour::Plain,
    }
}

fn percent(value: &Value) -> String {
    value.as_f64().map(|percent| format!("{percent:.3} %")).unwrap_or_default()
}

fn minutes(value: &Value) -> String {
    value.as_f64().map(|seconds| format!("{:.0} min", seconds / 60.0)).unwrap_or_default()
}

async fn show(client: &Client, screen: &Screen, contract: &str) -> Outcome {
    let found = client.get(&path(contract), &[]).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let mut parts = vec![head(&found, screen)];
    for words in items(&found, "words") {
        parts.push(lines(screen, &text(words, "title"), items(words, "lines")));
    }
    if found["present"].is_object() {
        parts.push(figures(&found["present"], screen));
    }
    let check = text(&found, "check.text");
    if text(&found, "check.standing") != "alone" {
        parts.push(format!("{}\n  {check}", screen.paint.bold("What it rests on")));
    }
    let mut table = Table::new(screen.paint, &["period", "verdict", "reached", "down", "closed"]);
    for past in items(&found, "history") {
        let verdict = text(past, "verdict");
        let closed = match (past["closed"] == true, past["restated"] == true) {
            (true, true) => "closed, restated",
            (true, false) => "closed",
            _ => "",
        };
        table.row([
            text(past, "period.name").into(),
            Cell(verdict.replace('_', " "), colour(&verdict)),
            percent(&past["measured_percent"]).into(),
            minutes(&past["down_seconds"]).into(),
            closed.to_owned().into(),
        ]);
    }
    if !table.is_empty() {
        parts.push(format!("{}\n{table}", screen.paint.bold("Before")));
    }
    screen.say(parts.join("\n\n"));
    Ok(ExitCode::SUCCESS)
}

fn head(found: &Value, screen: &Screen) -> String {
    let scope: Vec<String> = items(found, "scope").iter().map(crate::screen::plain).collect();
    [
        screen.paint.bold(text(found, "title")),
        format!("  state      {}", text(found, "state")),
        format!("  promised   by {} to {}", text(found, "provider"), text(found, "consumer")),
        format!("  about      {}", scope.join(", ")),
    ]
    .join("\n")
}

fn lines(screen: &Screen, title: &str, lines: &[Value]) -> String {
    let told = lines.iter().map(|line| format!("  {}", crate::screen::plain(line)));
    std::iter::once(screen.paint.bold(title)).chain(told).collect::<Vec<String>>().join("\n")
}

async fn report(client: &Client, screen: &Screen, contract: &str, period: String) -> Outcome {
    let path = format!("{}/report", path(contract));
    let found = client.get(&path, &[("period", period)]).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let mut parts = vec![screen.paint.bold(text(&found, "title"))];
    parts.push(figures(&found["figures"], screen));
    if !items(&found, "clocks.rows").is_empty() {
        parts.push(clocks(&found, screen));
    }
    if found["closed"].is_object() {
        let at = time(&found["closed"], "closed_at").map(|at| moment(at, screen.now()));
        let by = text(&found, "closed.closed_by");
        parts.push(format!("Closed by {by}, {}.", at.unwrap_or_default()));
    }
    let changes = items(&found["restated"], "changes");
    if !changes.is_empty() {
        let told = changes.iter().map(|change| {
            let (figure, was, is) =
                (text(change, "figure"), text(change, "was"), text(change, "is"));
            format!("  {figure}: {was} then, {is} now")
        });
        let title = screen.paint.yellow("Restated: something was corrected since it was closed");
        parts.push(std::iter::once(title).chain(told).collect::<Vec<String>>().join("\n"));
    }
    screen.say(parts.join("\n\n"));
    Ok(ExitCode::SUCCESS)
}

fn clocks(found: &Value, screen: &Screen) -> String {
    let mut table = Table::new(screen.paint, &["clock", "priority", "met", "missed", "attained"]);
    for row in items(&found["clocks"], "rows") {
        table.row([
            text(row, "clock").into(),
            text(row, "priority").into(),
            text(row, "met").into(),
            text(row, "missed").into(),
            percent(&row["attained_percent"]).into(),
        ]);
    }
    let missed = items(&found["clocks"], "missed").len();
    format!("{}\n{table}", screen.paint.bold(counted(missed, "missed clock")))
}

/// Asks whether something may be released.
#[derive(Args, Debug)]
pub struct ReleaseArgs {
    #[command(subcommand)]
    verb: ReleaseVerb,
}

#[derive(Subcommand, Debug)]
enum ReleaseVerb {
    /// May it be released now? Ends with 0 for yes and 3 for no, with every reason.
    Check {
        /// What: `product/shop`, `service/checkout`.
        item: String,
        /// What the release is for.
        #[arg(long, value_enum, default_value = "ordinary")]
        purpose: Purpose,
    },
}

/// What a release is for.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Purpose {
    /// Something new.
    Ordinary,
    /// It makes the product more reliable, or mends what is broken.
    Reliability,
    /// It cannot wait.
    Emergency,
}

impl ReleaseArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        let ReleaseVerb::Check { item, purpose } = self.verb;
        let purpose = match purpose {
            Purpose::Ordinary => "ordinary",
            Purpose::Reliability => "reliability",
            Purpose::Emergency => "emergency",
        };
        let query = [("item", item.clone()), ("purpose", purpose.to_owned())];
        let found = client.get("/api/v1/release", &query).await?;
        let may = found["may"] == true;
        if screen.json {
            screen.document(&found);
        } else {
            screen.say(answer(&found, screen));
        }
        Ok(if may { ExitCode::SUCCESS } else { Code::NotFound.into() })
    }
}

fn answer(found: &Value, screen: &Screen) -> String {
    let item = text(found, "item");
    let head = match found["may"] == true {
        true => screen.paint.in_colour(Colour::Green, format!("Yes: {item} may be released.")),
        false => screen.paint.red(format!("No: {item} must not be released now.")),
    };
    let told = items(found, "reasons").iter().map(|reason| {
        let sign = match text(reason, "weight").as_str() {
            "blocks" => "no",
            "warns" => "note",
            _ => "fine",
        };
        let about = text(reason, "item");
        let about = if about.is_empty() { about } else { format!(" ({about})") };
        format!("  {sign:<5}{}{about}", text(reason, "text"))
    });
    std::iter::once(head).chain(told).collect::<Vec<String>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_named_with_or_without_its_kind() {
        assert_eq!(path("shop"), "/api/v1/contracts/shop");
        assert_eq!(path("servicecontract/shop"), "/api/v1/contracts/shop");
    }

    #[test]
    fn past_periods_are_one_sign_each() {
        let signs = ["kept", "missed", "unproven", "not_observed", "not_applicable"].map(mark);
        assert_eq!(signs.concat(), "+!?-.");
    }
}
