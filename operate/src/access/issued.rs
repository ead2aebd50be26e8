//! API tokens and integration keys: secrets that are shown once.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use kernel::Time;
use serde_json::{Value, json};

use super::user::Role;
use crate::Shell;
use crate::client::{Client, part};
use crate::screen::{Screen, Table, ago, items, text, time};
use crate::trouble::{Outcome, Trouble};

/// API tokens, for programs that use the API. For administrators.
#[derive(Args, Debug)]
pub struct TokenArgs {
    #[command(subcommand)]
    verb: TokenVerb,
}

#[derive(Subcommand, Debug)]
enum TokenVerb {
    /// Lists tokens, without their secrets.
    List,
    /// Makes a token. Its secret is shown this once.
    Add {
        /// Its name.
        name: String,
        /// What it is trusted with.
        #[arg(long, default_value = "viewer")]
        role: Role,
        /// What it may be used for: read, write, intake, admin.
        #[arg(long, value_delimiter = ',', default_value = "read")]
        scopes: Vec<Scope>,
        /// When it stops working: a time (RFC 3339), or a number of days such as 90d.
        #[arg(long, value_name = "TIME|DAYS")]
        expires: Option<String>,
    },
    /// Takes a token back: it works no more.
    Remove {
        /// Its name.
        name: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Scope {
    /// Requests that change nothing.
    Read,
    /// Requests that change something.
    Write,
    /// Sending alerts and events.
    Intake,
    /// What only administrators may do.
    Admin,
}

impl Scope {
    fn word(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Intake => "intake",
            Scope::Admin => "admin",
        }
    }
}

/// Integration keys, for systems that send alerts. For administrators.
#[derive(Args, Debug)]
pub struct KeyArgs {
    #[command(subcommand)]
    verb: KeyVerb,
}

#[derive(Subcommand, Debug)]
enum KeyVerb {
    /// Lists keys, without their secrets.
    List,
    /// Makes a key. Its secret is shown this once.
    Add {
        /// Its name: the source that alerts sent with it show.
        name: String,
        /// What it is for.
        #[arg(long, default_value = "alertmanager")]
        kind: KeyKind,
        /// A key that senders have already, of the product they sent to before: it works as well.
        #[arg(long, value_name = "KEY")]
        alias: Option<String>,
    },
    /// Takes a key back: it works no more.
    Remove {
        /// Its name.
        name: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum KeyKind {
    /// Alerts as Prometheus and Alertmanager send them.
    Alertmanager,
    /// Events in Operate's own JSON.
    Events,
    /// Events as they are sent to PagerDuty (Events API v2).
    Pagerduty,
    /// Alerts as they are sent to Opsgenie (Alert API v2).
    Opsgenie,
    /// CloudEvents 1.0.
    Cloudevents,
    /// JSON of any shape, with a mapping.
    Webhook,
}

const TOKENS: &str = "/api/v1/tokens";
const KEYS: &str = "/api/v1/integration-keys";

impl TokenArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        match self.verb {
            TokenVerb::List => list(&client, screen, TOKENS, &["role", "scopes"]).await,
            TokenVerb::Add { name, role, scopes, expires } => {
                let expires = expires.map(|text| end(&text, screen.now())).transpose()?;
                let scopes: Vec<&str> = scopes.into_iter().map(Scope::word).collect();
                let body = json!({
                    "name": name, "role": role.word(), "scopes": scopes, "expires_at": expires,
                });
                let made = client.post(TOKENS, &body).await?.body;
                issued(screen, "token", &made)
            }
            TokenVerb::Remove { name } => remove(&client, screen, TOKENS, &name).await,
        }
    }
}

impl KeyArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        match self.verb {
            KeyVerb::List => list(&client, screen, KEYS, &["kind"]).await,
            KeyVerb::Add { name, kind, alias } => {
                let kind = match kind {
                    KeyKind::Alertmanager => "alertmanager",
                    KeyKind::Events => "events",
                    KeyKind::Pagerduty => "pagerduty",
                    KeyKind::Opsgenie => "opsgenie",
                    KeyKind::Cloudevents => "cloudevents",
                    KeyKind::Webhook => "webhook",
                };
                let body = json!({ "name": name, "kind": kind, "alias": alias });
                let made = client.post(KEYS, &body).await?.body;
                issued(screen, "integration key", &made)
            }
            KeyVerb::Remove { name } => remove(&client, screen, KEYS, &name).await,
        }
    }
}

/// A time, or so many days from now.
fn end(text: &str, now: Time) -> Result<Time, Trouble> {
    if let Some(days) = text.strip_suffix('d').and_then(|days| days.parse::<u64>().ok()) {
        return Ok(now + Duration::from_secs(days.saturating_mul(86_400)));
    }
    Time::parse(text).map_err(|error| Trouble::wrong(error.to_string()))
}

async fn list(client: &Client, screen: &Screen, path: &str, own: &[&str]) -> Outcome {
    let found = client.get(path, &[]).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let columns = [&["name"], own, &["made by", "used", "ends"]].concat();
    let mut table = Table::new(screen.paint, &columns);
    for row in items(&found, "items") {
        let at = |field, none: &str| {
            time(row, field).map_or_else(|| none.to_owned(), |time| ago(time, screen.now()))
        };
        let mut cells = vec![text(row, "name")];
        cells.extend(own.iter().map(|field| text(row, field)));
        cells.extend([text(row, "created_by"), at("used_at", "never"), at("expires_at", "")]);
        table.row(cells.into_iter().map(Into::into));
    }
    if table.is_empty() {
        screen.say("There are none.");
    } else {
        screen.say(table);
    }
    Ok(ExitCode::SUCCESS)
}

/// The secret alone goes to the standard output, so that a script can keep it.
fn issued(screen: &Screen, what: &str, made: &Value) -> Outcome {
    if screen.json {
        screen.document(made);
        return Ok(ExitCode::SUCCESS);
    }
    let name = text(made, "name");
    screen.note(format_args!("Here is the {what} {name}. It is shown this once:"));
    screen.say(text(made, "secret"));
    let url = text(made, "url");
    if !url.is_empty() {
        screen.note(format_args!("Send to {url} with `Authorization: Bearer KEY`."));
    }
    Ok(ExitCode::SUCCESS)
}

async fn remove(client: &Client, screen: &Screen, path: &str, name: &str) -> Outcome {
    client.delete(&format!("{path}/{}", part(name))).await?;
    screen.note(format_args!("{name} works no more."));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_a_time_or_a_number_of_days() {
        let now = Time::parse("2026-03-01T00:00:00Z").unwrap();
        assert_eq!(end("90d", now).unwrap().to_string(), "2026-05-30T00:00:00Z");
        assert_eq!(end("2027-01-01T00:00:00Z", now).unwrap().to_string(), "2027-01-01T00:00:00Z");
        assert!(end("soon", now).is_err());
    }
}
