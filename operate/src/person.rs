//! `operate person`: how people are called, and whether that works.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::Shell;
use crate::client::{Client, part};
use crate::screen::{Cell, Colour, Screen, Table, items, text};
use crate::trouble::Outcome;

/// How people are called, and whether that works.
#[derive(Args, Debug)]
pub struct PersonArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Shows in which ways a person is called, and what is missing before that works.
    Ways {
        /// Their name in the estate.
        person: String,
    },
    /// Shows that a way reaches them: sends a code by it; with `--code`, takes the code that came.
    Verify {
        /// Their name in the estate.
        person: String,
        /// The channel: email, sms, voice and so on.
        #[arg(long)]
        channel: String,
        /// The six digits that came.
        #[arg(long)]
        code: Option<String>,
    },
    /// Shows how a person wants to be called, in words; with rules, says it anew. You may say it
    /// for yourself.
    Notify {
        /// Their name in the estate.
        person: String,
        /// What, when, after how long and in which ways, such as `P1,P2 22:00-07:00 2m sms,voice`;
        /// only the ways have to be said. Once for each rule; together they replace those before.
        #[arg(long = "rule", value_name = "RULE")]
        rules: Vec<String>,
        /// By every way at once, as if there were no rules.
        #[arg(long, conflicts_with = "rules")]
        clear: bool,
        /// Only says what the rules would come to.
        #[arg(long, requires = "rules")]
        preview: bool,
    },
    /// Sends a test that says so, and tells what came of it. Ends with 2 when one did not arrive.
    Try {
        /// Their name in the estate.
        person: String,
        /// Only by this channel: email, sms, ntfy and so on.
        #[arg(long)]
        channel: Option<String>,
    },
}

impl PersonArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        match self.verb {
            Verb::Ways { person } => ways(&client, screen, &person).await,
            Verb::Verify { person, channel, code } => {
                verify(&client, screen, &person, (channel, code)).await
            }
            Verb::Notify { person, rules, clear, preview } => {
                let rules = match (rules.is_empty(), clear) {
                    (true, false) => None,
                    _ => Some(rules.iter().map(|rule| read_rule(rule)).collect()),
                };
                notify(&client, screen, &person, (rules, preview)).await
            }
            Verb::Try { person, channel } => try_ways(&client, screen, &person, channel).await,
        }
    }
}

/// The address of a person's ways.
fn path(person: &str) -> String {
    let name = person.strip_prefix("person/").unwrap_or(person);
    format!("/api/v1/people/{}/ways", part(name))
}

async fn ways(client: &Client, screen: &Screen, person: &str) -> Outcome {
    let found = client.get(&path(person), &[]).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(screen.paint, &["channel", "to", "state", "reaches them"]);
    for way in items(&found, "ways") {
        let (problem, lacks) = (text(way, "problem"), text(way, "lacks"));
        let state = match (problem.is_empty(), lacks.is_empty()) {
            (true, true) => Cell("ready".to_owned(), Colour::Green),
            (true, false) => Cell(format!("ready; {lacks}"), Colour::Yellow),
            (false, _) => Cell(problem, Colour::Red),
        };
        let verified = match way["verified"].is_null() {
            true => Cell("not verified".to_owned(), Colour::Yellow),
            false => Cell(format!("verified by {}", text(&way["verified"], "how")), Colour::Green),
        };
        table.row([text(way, "channel").into(), text(way, "to").into(), state, verified]);
    }
    screen.say(table);
    let weakness = text(&found["reach"], "weakness");
    if !weakness.is_empty() {
        screen.say(format_args!("Hard to reach: {weakness}."));
    }
    Ok(ExitCode::SUCCESS)
}

async fn verify(
    client: &Client,
    screen: &Screen,
    person: &str,
    (channel, code): (String, Option<String>),
) -> Outcome {
    let (verb, asked) = match &code {
        Some(code) => ("verify", json!({ "channel": channel, "code": code })),
        None => ("code", json!({ "channel": channel })),
    };
    let found = client.post(&format!("{}/{verb}", path(person)), &asked).await?.body;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let to = text(&found, "to");
    match code {
        Some(_) => screen.say(format_args!("{channel} to {to} is verified.")),
        None => screen.say(format_args!(
            "A code was sent to {to}. Enter it within ten minutes:\n  \
             operate person verify {person} --channel {channel} --code …"
        )),
    }
    Ok(ExitCode::SUCCESS)
}

/// A rule as it is written on the command line: each word says by its shape what it is.
fn read_rule(text: &str) -> Value {
    let (mut priorities, mut between, mut after, mut by) = (Vec::new(), None, None, Vec::new());
    for word in text.split_whitespace() {
        let digit = |at: usize| word.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        let list = || word.split(',').map(str::to_owned);
        match word.split_once('-') {
            Some((from, until)) if word.contains(':') => {
                between = Some(json!({ "from": from, "until": until }));
            }
            _ if word.starts_with(['P', 'p']) && digit(1) => {
                priorities.extend(list().map(|one| one.to_uppercase()));
            }
            _ if digit(0) => after = Some(word),
            _ => by.extend(list()),
        }
    }
    let mut rule = json!({ "priorities": priorities, "by": by });
    if let Some(between) = between {
        rule["between"] = between;
    }
    if let Some(after) = after {
        rule["after"] = json!(after);
    }
    rule
}

async fn notify(
    client: &Client,
    screen: &Screen,
    person: &str,
    (rules, preview): (Option<Vec<Value>>, bool),
) -> Outcome {
    let name = part(person.strip_prefix("person/").unwrap_or(person));
    let path = format!("/api/v1/people/{name}/notify");
    let (found, field) = match rules.map(|rules| json!({ "notify": rules })) {
        None => (client.get(&self::path(person), &[]).await?, "in_words"),
        Some(rules) if preview => {
            (client.post(&format!("{path}/preview"), &rules).await?.body, "words")
        }
        Some(rules) => (client.put(&path, &rules).await?, "words"),
    };
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    for sentence in items(&found, field) {
        screen.say(sentence.as_str().unwrap_or_default());
    }
    Ok(ExitCode::SUCCESS)
}

async fn try_ways(
    client: &Client,
    screen: &Screen,
    person: &str,
    channel: Option<String>,
) -> Outcome {
    let asked = json!({ "channel": channel });
    let found = client.post(&format!("{}/try", path(person)), &asked).await?.body;
    let failed = items(&found, "results").iter().any(|way| way["delivered"] != true);
    let code = if failed { ExitCode::from(2) } else { ExitCode::SUCCESS };
    if screen.json {
        screen.document(&found);
        return Ok(code);
    }
    let mut table = Table::new(screen.paint, &["channel", "to", "result", "answer"]);
    for way in items(&found, "results") {
        let result = match way["delivered"] == true {
            true => Cell("taken".to_owned(), Colour::Green),
            false => Cell("failed".to_owned(), Colour::Red),
        };
        table.row([
            text(way, "channel").into(),
            text(way, "to").into(),
            result,
            text(way, "detail").into(),
        ]);
    }
    screen.say(table);
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_rule_say_by_their_shape_what_they_are() {
        assert_eq!(
            read_rule("p1,P2 22:00-07:00 2m sms,voice"),
            json!({ "priorities": ["P1", "P2"], "between": { "from": "22:00", "until": "07:00" },
                    "after": "2m", "by": ["sms", "voice"] })
        );
        assert_eq!(read_rule("push"), json!({ "priorities": [], "by": ["push"] }));
    }
}
