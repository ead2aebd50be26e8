//! `operate routing`: who is told of which alerts, as it is kept in the product.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::Shell;
use crate::client::Client;
use crate::screen::{Paint, Screen, Table, age, clean, counted, items, text, time};
use crate::trouble::{Code, Outcome, Trouble};

const ROUTING: &str = "/api/v1/routing";

/// Who is told of which alerts: a text as Alertmanager's configuration file has it, kept in the
/// product in versions. Its secrets are sealed and shown as `<secret>`; one that stays as it is may
/// be left so.
#[derive(Args, Debug)]
pub struct RoutingArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Prints the routing in force, or a version of it, ready to be changed and put back.
    Show {
        /// Which version; without one that in force.
        #[arg(value_name = "VERSION")]
        number: Option<i64>,
    },
    /// Looks at a file as `put` would, and changes nothing. Ends with 2 when something is wrong.
    Check(Texts),
    /// Keeps a file as the new version; it is in force at once.
    Put {
        #[command(flatten)]
        texts: Texts,
        /// Why it is changed.
        #[arg(long)]
        reason: String,
    },
    /// Lists the versions, the newest first.
    History,
    /// Makes an earlier version the newest one again, with the secrets that it had.
    TakeBack {
        /// Which.
        #[arg(value_name = "VERSION")]
        number: i64,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Args, Debug)]
struct Texts {
    /// The file, or `-` for the standard input.
    file: PathBuf,
    /// A file with templates; may be given several times. Without any, those that are kept stay.
    #[arg(long = "template", value_name = "FILE")]
    templates: Vec<PathBuf>,
}

impl RoutingArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let (screen, client) = (&shell.screen, shell.server.client()?);
        match self.verb {
            Verb::Show { number } => show(&client, screen, number).await,
            Verb::Check(texts) => check(&client, screen, &texts).await,
            Verb::Put { texts, reason } => put(&client, screen, &texts, &reason).await,
            Verb::History => history(&client, screen).await,
            Verb::TakeBack { number, reason } => {
                let path = format!("{ROUTING}/versions/{number}/take-back");
                let saved = client.post(&path, &json!({ "reason": reason })).await?.body;
                told(screen, &saved);
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

async fn show(client: &Client, screen: &Screen, version: Option<i64>) -> Outcome {
    let path = match version {
        Some(version) => format!("{ROUTING}/versions/{version}"),
        None => ROUTING.to_owned(),
    };
    let found = client.get(&path, &[]).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    if version.is_none() {
        match text(&found, "kept").as_str() {
            "none" => {
                return Err(Trouble::new(Code::NotFound, "there is no routing").remedy(
                    "begin with `operate routing put`, or take one over with `operate import \
                     alertmanager FILE --apply`",
                ));
            }
            "file" => screen.note("It is read from a file of the server: change it there."),
            _ => screen.note(format_args!("Version {}.", found["version"])),
        }
        if let Some(trouble) = found["trouble"].as_str() {
            screen.note(format_args!("It is not in force: {}", clean(trouble)));
        }
    }
    screen.say(text(&found, "text").trim_end());
    Ok(ExitCode::SUCCESS)
}

async fn check(client: &Client, screen: &Screen, texts: &Texts) -> Outcome {
    let body = texts.body(client).await?;
    let found = client.post(&format!("{ROUTING}/check"), &body).await?.body;
    let errors = items(&found, "errors");
    if screen.json {
        screen.document(&found);
    } else {
        screen_mistakes(screen, &texts.file, errors);
        for note in items(&found, "notes") {
            screen.say(mistake(&texts.file, note, screen.paint));
        }
        if errors.is_empty() {
            let receivers = items(&found, "receivers").len();
            screen.say(format_args!(
                "Nothing is wrong: {} and {}.",
                counted(
                    usize::try_from(found["routes"].as_u64().unwrap_or(0)).unwrap_or(0),
                    "route"
                ),
                counted(receivers, "receiver")
            ));
        }
    }
    Ok(if errors.is_empty() { ExitCode::SUCCESS } else { Code::Refused.into() })
}

async fn put(client: &Client, screen: &Screen, texts: &Texts, reason: &str) -> Outcome {
    let mut body = texts.body(client).await?;
    body["reason"] = json!(reason);
    let saved = keep(client, screen, &texts.file, &body).await?;
    if let Some(saved) = saved {
        told(screen, &saved);
        return Ok(ExitCode::SUCCESS);
    }
    Ok(Code::Refused.into())
}

/// Keeps a text; `None` when it is wrong, and every mistake was told.
///
/// # Errors
/// When the server says no for another reason, or does not answer.
pub async fn keep(
    client: &Client,
    screen: &Screen,
    file: &Path,
    body: &Value,
) -> Result<Option<Value>, Trouble> {
    let seen = client.get(ROUTING, &[]).await?["version"].as_i64().unwrap_or(0);
    let (status, answer) = client.try_put(ROUTING, body, seen).await?;
    if status.is_success() {
        return Ok(Some(answer));
    }
    let errors = items(&answer, "errors");
    if status != StatusCode::UNPROCESSABLE_ENTITY || errors.is_empty() || screen.json {
        return Err(client.told(status, &answer));
    }
    screen_mistakes(screen, file, errors);
    Ok(None)
}

fn told(screen: &Screen, saved: &Value) {
    if screen.json {
        screen.document(saved);
    } else if saved["changed"] == true {
        screen.say(format_args!("Version {} is in force.", saved["version"]));
    } else {
        screen.say(format_args!("Nothing is changed: version {} says the same.", saved["version"]));
    }
}

async fn history(client: &Client, screen: &Screen) -> Outcome {
    let found = client.get(&format!("{ROUTING}/versions"), &[]).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(screen.paint, &["version", "age", "by", "because"]);
    for row in items(&found, "items") {
        let at = time(row, "at").map(|at| age(at, screen.now())).unwrap_or_default();
        let by = text(row, "actor");
        let by = by.split_once(':').map_or(by.as_str(), |(_, name)| name).to_owned();
        let back = match row["taken_back"].as_i64() {
            Some(version) => format!(" (version {version} again)"),
            None => String::new(),
        };
        let because = format!("{}{back}", clean(&text(row, "reason")));
        table.row([row["version"].to_string().into(), at.into(), by.into(), because.into()]);
    }
    if table.is_empty() {
        screen.say("There is no version yet.");
    } else {
        screen.say(table);
    }
    Ok(ExitCode::SUCCESS)
}

fn screen_mistakes(screen: &Screen, file: &Path, errors: &[Value]) {
    for error in errors {
        screen.note(mistake(file, error, screen.paint_errors));
    }
}

/// `file:line:column: field: what; how to mend it`.
fn mistake(file: &Path, error: &Value, paint: Paint) -> String {
    let place = match (text(error, "file").as_str(), error["line"].as_u64().unwrap_or(0)) {
        ("routing", 0) => file.display().to_string(),
        ("routing", line) => format!("{}:{line}:{}", file.display(), error["column"]),
        (other, line) => format!("{other}:{line}:{}", error["column"]),
    };
    let mut told = format!("{}: ", paint.bold(clean(&place)));
    for (field, mark) in [("field", ": "), ("message", "")] {
        let said = clean(&text(error, field));
        if !said.is_empty() {
            told.push_str(&format!("{said}{mark}"));
        }
    }
    match text(error, "remedy").as_str() {
        "" => told,
        remedy => format!("{told}; {}", clean(remedy)),
    }
}

impl Texts {
    async fn body(&self, client: &Client) -> Result<Value, Trouble> {
        let mut whole = String::new();
        let read = match self.file.to_str() {
            Some("-") => std::io::stdin().read_to_string(&mut whole).map(drop),
            _ => std::fs::read_to_string(&self.file).map(|read| whole = read),
        };
        read.map_err(|error| Trouble::file(&self.file, &error))?;
        let templates = match self.templates.is_empty() {
            true => client.get(ROUTING, &[]).await?["templates"].clone(),
            false => templates(&self.templates)?,
        };
        Ok(json!({ "text": whole, "templates": templates }))
    }
}

/// Files with templates as the API takes them, each under its own name.
///
/// # Errors
/// The first file that cannot be read.
pub fn templates(files: &[PathBuf]) -> Result<Value, Trouble> {
    let bare = |file: &PathBuf| file.file_name().map(|name| name.to_string_lossy().into_owned());
    let one = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).map_err(|error| Trouble::file(file, &error))?;
        let alone = files.iter().filter(|other| bare(other) == bare(file)).count() == 1;
        let name = bare(file).filter(|_| alone).unwrap_or_else(|| file.display().to_string());
        Ok(json!({ "name": name, "text": text }))
    };
    files.iter().map(one).collect::<Result<Vec<_>, Trouble>>().map(Value::Array)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_names_the_file_of_the_person_who_put_it() {
        let error = json!({ "file": "routing", "line": 3, "column": 5, "field": "route.receivr",
            "message": "unknown field", "remedy": "did you mean `receiver`?" });
        let told = mistake(Path::new("am.yml"), &error, Paint(false));
        assert_eq!(told, "am.yml:3:5: route.receivr: unknown field; did you mean `receiver`?");
    }

    #[test]
    fn templates_of_the_same_name_keep_their_folders() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["a/x.tmpl", "b/x.tmpl", "b/y.tmpl"].map(|name| folder.path().join(name));
        for file in &files {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "text").unwrap();
        }
        let named = templates(&files).unwrap();
        assert_eq!(named[2]["name"], "y.tmpl");
        assert_ne!(named[0]["name"], named[1]["name"]);
    }
}
