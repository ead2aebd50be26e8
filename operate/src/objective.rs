//! `operate objective`: how much of each error budget is left, and counts by the minute.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use kernel::Time;
use serde_json::{Value, json};

use crate::Shell;
use crate::client::{Client, part};
use crate::screen::{Cell, Colour, Screen, Table, items, moment, text, time};
use crate::trouble::Outcome;

/// Objectives: what was promised, how much of the error budget is left, how fast it burns.
#[derive(Args, Debug)]
pub struct ObjectiveArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Lists objectives, those with the least budget left first.
    List(List),
    /// Shows an objective in plain sentences, with its burn.
    Show {
        /// Its name.
        name: String,
    },
    /// Lists services and products that no objective or no contract is about.
    Missing {
        /// Only what this team answers for, such as team/payments.
        #[arg(long, default_value = "")]
        team: String,
        /// What is missing: objective, contract, or any of both.
        #[arg(long, default_value = "any")]
        of: String,
    },
    /// Lists its targets, with what was decided and why; what became of past periods.
    Targets {
        /// Its name.
        name: String,
    },
    /// Says why a target was chosen: also afterwards, in the place of what was said before.
    Explain(Explain),
    /// Pushes the counts of a minute; they replace what was known of it.
    Push(Push),
    /// Asks its source for all of its window anew, as after its query was mended.
    AskAnew {
        /// Its name.
        name: String,
    },
}

#[derive(Args, Debug)]
struct List {
    /// Only these states: healthy, caution, slow, freeze, unknown.
    #[arg(long, default_value = "")]
    state: String,
    /// Only those about this item, such as service/checkout.
    #[arg(long, default_value = "")]
    item: String,
    /// Only those that this team answers for, such as team/payments.
    #[arg(long, default_value = "")]
    team: String,
    /// Only those whose budget burns too fast.
    #[arg(long)]
    burning: bool,
    /// Only those with this text in their name.
    #[arg(short = 'q', long, value_name = "TEXT", default_value = "")]
    search: String,
    /// At most so many.
    #[arg(short = 'n', long, default_value_t = 50)]
    limit: u32,
}

#[derive(Args, Debug)]
struct Explain {
    /// Its name.
    name: String,
    /// Why it has this target.
    #[arg(long)]
    reason: String,
    /// What was decided, by whom or where.
    #[arg(long, default_value = "")]
    decided: String,
    /// What was or will be improved by it: an address, or an incident as #12; may be repeated.
    #[arg(long = "improvement", value_name = "LINK")]
    improvements: Vec<String>,
    /// Since when the target holds that is meant, as `targets --json` says [default: the newest].
    #[arg(long)]
    from: Option<String>,
}

#[derive(Args, Debug)]
struct Push {
    /// Its name.
    name: String,
    /// How many events were good.
    #[arg(long)]
    good: u64,
    /// How many there were.
    #[arg(long)]
    total: u64,
    /// Any moment of the minute, such as 2026-03-01T12:00:00Z [default: the minute before].
    #[arg(long)]
    at: Option<String>,
}

impl ObjectiveArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        match self.verb {
            Verb::List(wanted) => list(&client, screen, wanted).await,
            Verb::Show { name } => show(&client, screen, &name).await,
            Verb::Missing { team, of } => missing(&client, screen, team, of).await,
            Verb::Targets { name } => targets(&client, screen, &name).await,
            Verb::Explain(said) => explain(&client, screen, said).await,
            Verb::Push(push) => self::push(&client, screen, push).await,
            Verb::AskAnew { name } => {
                client.post(&format!("{}/ask-anew", path(&name)), &json!({})).await?;
                screen.say("Its window is asked for within the next minutes.");
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn path(name: &str) -> String {
    format!("/api/v1/objectives/{}", part(name))
}

async fn list(client: &Client, screen: &Screen, wanted: List) -> Outcome {
    let query = [
        ("state", wanted.state),
        ("item", wanted.item),
        ("team", wanted.team),
        ("burning", if wanted.burning { "true".to_owned() } else { String::new() }),
        ("q", wanted.search),
        ("limit", wanted.limit.to_string()),
    ];
    let found = client.get("/api/v1/objectives", &query).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let columns = ["objective", "item", "target", "window", "now", "left", "burn", "state"];
    let mut table = Table::new(screen.paint, &columns);
    for row in items(&found, "items") {
        let state = text(row, "state");
        let burning = row["burning"].as_str().map(|_| " burning").unwrap_or_default();
        table.row([
            Cell(text(row, "name"), Colour::Bold),
            text(row, "item").into(),
            format!("{} %", row["target"]).into(),
            text(row, "window").into(),
            percent(&row["sli"]).into(),
            share(&row["remaining"]).into(),
            number(&row["burn"]).into(),
            Cell(format!("{state}{burning}"), colour(&state)),
        ]);
    }
    if table.is_empty() {
        screen.say("No objectives. Write one as a resource `Objective`, and `operate apply` it.");
    } else {
        screen.say(table);
    }
    Ok(ExitCode::SUCCESS)
}

fn colour(state: &str) -> Colour {
    match state {
        "freeze" => Colour::Red,
        "slow" | "caution" => Colour::Yellow,
        "healthy" => Colour::Green,
        _ => Colour::Dim,
    }
}

fn percent(value: &Value) -> String {
    value.as_f64().map(|share| format!("{:.3} %", share * 100.0)).unwrap_or_default()
}

fn share(value: &Value) -> String {
    value.as_f64().map(|share| format!("{:.0} %", share * 100.0)).unwrap_or_default()
}

fn number(value: &Value) -> String {
    value.as_f64().map(|number| format!("{number:.1}")).unwrap_or_default()
}

async fn show(client: &Client, screen: &Screen, name: &str) -> Outcome {
    let found = client.get(&path(name), &[]).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let state = text(&found, "state");
    let mut lines = vec![
        screen.paint.bold(text(&found, "title")),
        format!("  about    {}", text(&found, "item")),
        format!("  team     {}", text(&found, "team")),
        format!("  state    {}", screen.paint.in_colour(colour(&state), &state)),
    ];
    let note = text(&found, "note");
    if !note.is_empty() {
        lines.push(format!("  note     {}", screen.paint.yellow(note)));
    }
    lines.push(String::new());
    for field in ["indicator", "objective", "budget", "burn", "unknown"] {
        let sentence = text(&found["explained"], field);
        if !sentence.is_empty() {
            lines.push(sentence);
        }
    }
    lines.extend(items(&found, "excluded").iter().map(left_out));
    screen.say(lines.join("\n"));
    related(screen, &found, ["part", "parts"]);
    related(screen, &found, ["part of", "part_of"]);
    let mut table = Table::new(screen.paint, &["tells", "over", "and", "from", "now", "since"]);
    for pair in items(&found, "pairs") {
        let since = time(pair, "since").map(|at| moment(at, screen.now())).unwrap_or_default();
        let urgent = pair["since"].is_string();
        table.row([
            text(pair, "urgency").into(),
            span(&pair["long_seconds"]).into(),
            span(&pair["short_seconds"]).into(),
            number(&pair["threshold"]).into(),
            format!("{} / {}", number(&pair["long_burn"]), number(&pair["short_burn"])).into(),
            Cell(since, if urgent { Colour::Red } else { Colour::Plain }),
        ]);
    }
    if !table.is_empty() {
        screen.say("");
        screen.say(table);
    }
    Ok(ExitCode::SUCCESS)
}

/// What an objective is composed of, or what is composed of it.
fn related(screen: &Screen, found: &Value, [header, field]: [&str; 2]) {
    let mut table =
        Table::new(screen.paint, &[header, "weight", "good", "target", "left", "state"]);
    for part in items(found, field) {
        let weight = match part["weight_share"].as_f64() {
            Some(of_all) => {
                let weight = part["weight"].as_f64().unwrap_or_default();
                format!("{weight} ({})", share(&json!(of_all)))
            }
            None => String::new(),
        };
        let state = text(part, "state");
        table.row([
            Cell(text(part, "name"), Colour::Bold),
            weight.into(),
            percent(&part["sli"]).into(),
            format!("{} %", part["target"]).into(),
            share(&part["remaining"]).into(),
            Cell(state.clone(), colour(&state)),
        ]);
    }
    if !table.is_empty() {
        screen.say("");
        screen.say(table);
    }
}

/// `Left out: 2h, 3,400 events, 12 of them bad: planned work: new disks (maintenancewindow/disks)`.
pub fn left_out(left: &Value) -> String {
    let long = span(&json!(left["seconds"].as_f64().unwrap_or_default() as i64));
    let count = |field: &str| left[field].as_f64().unwrap_or_default();
    let (total, bad) = (count("total"), count("bad"));
    let by = left["by"].as_str().map(|by| format!(" ({by})")).unwrap_or_default();
    format!("Left out: {long}, {total:.0} events, {bad:.0} of them bad: {}{by}", text(left, "why"))
}

fn span(value: &Value) -> String {
    let minutes = value.as_i64().unwrap_or_default() / 60;
    match minutes {
        minutes if minutes % 1_440 == 0 => format!("{}d", minutes / 1_440),
        minutes if minutes % 60 == 0 => format!("{}h", minutes / 60),
        minutes => format!("{minutes}m"),
    }
}

async fn push(client: &Client, screen: &Screen, push: Push) -> Outcome {
    let minute_before = || {
        let now = screen.now();
        Time::from_micros(now.micros() - 60_000_000).to_string()
    };
    let at = push.at.unwrap_or_else(minute_before);
    let body = json!({ "minutes": [{ "at": at, "good": push.good, "total": push.total }] });
    let answer = client.post(&format!("{}/counts", path(&push.name)), &body).await?;
    if screen.json {
        screen.document(&answer.body);
    } else {
        screen.say(format_args!("{} of {} were good at {at}.", push.good, push.total));
    }
    Ok(ExitCode::SUCCESS)
}

async fn targets(client: &Client, screen: &Screen, name: &str) -> Outcome {
    let found = client.get(&format!("{}/targets", path(name)), &[]).await?;
    let periods = client.get(&format!("{}/periods", path(name)), &[]).await?;
    if screen.json {
        screen.document(&json!({ "targets": found["items"], "periods": periods["items"] }));
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(screen.paint, &["target", "over", "since", "by", "why"]);
    for row in items(&found, "items") {
        let said = [text(row, "decided"), text(row, "reason")];
        let said: Vec<String> = said.into_iter().filter(|text| !text.is_empty()).collect();
        let why = if said.is_empty() { "no reason given".to_owned() } else { said.join(": ") };
        let links: Vec<String> =
            items(row, "improvements").iter().map(|link| text(link, "title")).collect();
        let why = if links.is_empty() { why } else { format!("{why} ({})", links.join(", ")) };
        table.row([
            Cell(format!("{} %", row["target"]), Colour::Bold),
            text(row, "window").into(),
            time(row, "from").map(|at| moment(at, screen.now())).unwrap_or_default().into(),
            text(row, "by").into(),
            why.into(),
        ]);
    }
    screen.say(table);
    let mut past = Table::new(screen.paint, &["period", "verdict", "reached", "target then"]);
    for row in items(&periods, "items") {
        let share = |name: &str| row[name].as_f64().map(|p| format!("{p:.3} %"));
        past.row([
            text(row, "period.name").into(),
            text(row, "verdict").replace('_', " ").into(),
            share("reached_percent").unwrap_or_default().into(),
            share("target_percent").unwrap_or_default().into(),
        ]);
    }
    if !past.is_empty() {
        screen.say(past);
    }
    Ok(ExitCode::SUCCESS)
}

async fn explain(client: &Client, screen: &Screen, said: Explain) -> Outcome {
    let from = match said.from {
        Some(from) => from,
        None => {
            let found = client.get(&format!("{}/targets", path(&said.name)), &[]).await?;
            items(&found, "items").first().map(|row| text(row, "from")).unwrap_or_default()
        }
    };
    let body = json!({
        "decided": said.decided,
        "reason": said.reason,
        "improvements": said.improvements,
    });
    client.put(&format!("{}/targets/{}", path(&said.name), part(&from)), &body).await?;
    screen.say("It is kept with the target.");
    Ok(ExitCode::SUCCESS)
}

async fn missing(client: &Client, screen: &Screen, team: String, of: String) -> Outcome {
    let limit = "1000".to_owned();
    let query = [("team", team), ("missing", of), ("limit", limit)];
    let found = client.get("/api/v1/coverage", &query).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let (total, both) = (text(&found, "total"), text(&found, "with_both"));
    let (measured, promised) = (text(&found, "with_objective"), text(&found, "with_contract"));
    let mut table = Table::new(screen.paint, &["item", "team", "criticality", "has", "lacks"]);
    for row in items(&found, "items") {
        let measured = !items(row, "objectives").is_empty();
        let covered = !items(row, "contracts").is_empty();
        let promised = covered || !items(row, "contracts_above").is_empty();
        let named = [(measured, "objective"), (promised, "contract")];
        let names = |has: bool| {
            let of: Vec<&str> = named.iter().filter(|each| each.0 == has).map(|n| n.1).collect();
            of.join(", ")
        };
        table.row([
            text(row, "item").into(),
            text(row, "team").into(),
            text(row, "criticality").replace('_', " ").into(),
            names(true).into(),
            Cell(names(false), Colour::Yellow),
        ]);
    }
    screen.say(format!(
        "{measured} of {total} have an objective, {promised} a contract, {both} both."
    ));
    if !table.is_empty() {
        screen.say(table);
    }
    if !found["next"].is_null() {
        screen.note("These are the first thousand; --team narrows them.");
    }
    Ok(ExitCode::SUCCESS)
}
