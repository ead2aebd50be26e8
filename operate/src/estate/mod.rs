//! `operate plan`, `apply`, `check`, `export`, `take-over`: the estate as code.

mod diff;
pub mod files;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use estate::SourceFile;
use kernel::ItemRef;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::Shell;
use crate::client::{Client, part};
use crate::openslo::ExportOpenSlo;
use crate::screen::{Screen, counted};
use crate::trouble::{Code, Outcome, Trouble};

/// Where files come from.
#[derive(Args, Clone, Debug)]
struct Files {
    /// A YAML file, a folder of them (read with everything below it), or `-` for the standard
    /// input. May be given several times.
    #[arg(short = 'f', long = "file", value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
}

/// Shows what applying files would change.
///
/// Ends with 0 whether anything would change or not, and with 2 when a file has mistakes.
#[derive(Args, Debug)]
pub struct Plan {
    #[command(flatten)]
    files: Files,
    /// Also delete what files once said and these say no more.
    #[arg(long)]
    prune: bool,
    /// End with 6 when something would change.
    #[arg(long)]
    detailed_exitcode: bool,
    /// Do not ask a server: the same as `operate check`.
    #[arg(long, conflicts_with_all = ["prune", "detailed_exitcode"])]
    offline: bool,
}

/// Applies files: everything or nothing. A second time changes nothing.
///
/// On a terminal the changes are shown and confirmed first. In a script they are applied at once;
/// when something would be deleted, `--yes` is needed.
#[derive(Args, Debug)]
pub struct Apply {
    #[command(flatten)]
    files: Files,
    /// Delete what files once said and these say no more.
    #[arg(long)]
    prune: bool,
    /// Do not ask for confirmation.
    #[arg(short = 'y', long)]
    yes: bool,
    /// Why: kept with the targets of objectives that change by it.
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    /// What was decided, by whom or where: kept beside it.
    #[arg(long, value_name = "TEXT", default_value = "")]
    decided: String,
}

/// Checks files without a server. They must be complete: what they name has to be in them.
#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    files: Files,
}

/// Takes an item over from the file that says what it is, to change it in the product.
///
/// The next `operate plan` of the file shows it, and `operate apply` gives it back to the file.
#[derive(Args, Debug)]
pub struct TakeOver {
    /// The item: `schedule/shop`.
    item: ItemRef,
    /// Why, for the journal.
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

/// Writes the estate as YAML that can be applied again.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Export {
    #[command(subcommand)]
    form: Option<Form>,
    /// Write to this file instead of the standard output.
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What else can be written.
#[derive(Subcommand, Debug)]
enum Form {
    /// Only objectives and data sources, as documents of OpenSLO v1.
    Openslo(ExportOpenSlo),
}

impl Plan {
    /// Shows the changes.
    pub async fn run(self, shell: &Shell) -> Outcome {
        if self.offline {
            return Check { files: self.files }.run(shell);
        }
        let files = files::read(&self.files.paths)?;
        let how = How { prune: self.prune, ..How::default() };
        let planned = ask(&shell.server.client()?, "plan", &files, &how).await?;
        if !show(&shell.screen, &planned) {
            return Ok(Code::Refused.into());
        }
        let changes = self.detailed_exitcode && diff::changes_something(&planned);
        Ok(if changes { Code::Changes.into() } else { ExitCode::SUCCESS })
    }
}

impl Apply {
    /// Applies the files.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let files = files::read(&self.files.paths)?;
        let decision = json!({ "reason": self.reason, "decided": self.decided });
        let how = How { prune: self.prune, yes: self.yes, decision };
        let Some(applied) = apply(shell, &files, &how).await? else {
            return Ok(Code::Refused.into());
        };
        if !show(screen, &applied.answer) {
            return Ok(Code::Refused.into());
        }
        if !screen.json && applied.changed {
            screen.say("Applied.");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What applying came to.
#[derive(Debug)]
pub struct Applied {
    /// The server's answer, with `changes` and `errors`.
    pub answer: Value,
    /// Whether there was something to apply.
    changed: bool,
}

impl Applied {
    /// Whether mistakes kept everything from being applied.
    pub fn is_mistaken(&self) -> bool {
        diff::has_mistakes(&self.answer)
    }
}

/// How files are applied.
#[derive(Debug, Default)]
pub struct How {
    /// Delete what files once said and say no more.
    pub prune: bool,
    /// Do not ask for confirmation.
    pub yes: bool,
    /// What was decided, and why, as the API takes it; null for nothing.
    pub decision: Value,
}

/// Applies files; on a terminal somebody confirms it first, and `None` is their no.
///
/// # Errors
/// When the server cannot be asked, or nobody is there to confirm that something is deleted.
pub async fn apply(
    shell: &Shell,
    files: &[SourceFile],
    how: &How,
) -> Result<Option<Applied>, Trouble> {
    let client = shell.server.client()?;
    if !how.yes {
        let planned = ask(&client, "plan", files, how).await?;
        let wrong = diff::has_mistakes(&planned);
        if wrong || !diff::changes_something(&planned) {
            // Nothing to confirm. What is unchanged may still have to be noted as applied.
            if !wrong {
                ask(&client, "apply", files, how).await?;
            }
            return Ok(Some(Applied { answer: planned, changed: false }));
        }
        if !confirm(&shell.screen, &planned)? {
            return Ok(None);
        }
    }
    let answer = ask(&client, "apply", files, how).await?;
    Ok(Some(Applied { answer, changed: true }))
}

/// Lets somebody confirm; `false` is a no.
fn confirm(screen: &Screen, planned: &Value) -> Result<bool, Trouble> {
    if screen.someone_answers() {
        screen.note(diff::plan(planned, screen.paint_errors));
        let agrees = screen.agrees("Apply these changes?");
        if !agrees {
            screen.note("Nothing was changed.");
        }
        return Ok(agrees);
    }
    if diff::deletes_something(planned) {
        show(screen, planned);
        let what = "this would delete something, and nobody is here to confirm";
        return Err(Trouble::wrong(what).remedy("look at the plan, then pass --yes"));
    }
    Ok(true)
}

impl Check {
    /// Checks the files.
    pub fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let files = files::read(&self.files.paths)?;
        let mistakes = match files::check(&files) {
            Ok(resources) if screen.json => {
                screen.document(&json!({ "resources": resources, "errors": [] }));
                return Ok(ExitCode::SUCCESS);
            }
            Ok(resources) => {
                let files = files.len();
                let (resources, files) = (counted(resources, "resource"), counted(files, "file"));
                screen.say(format_args!("{resources} in {files}, no mistakes."));
                return Ok(ExitCode::SUCCESS);
            }
            Err(mistakes) => mistakes,
        };
        show(screen, &json!({ "changes": [], "errors": mistakes }));
        Ok(Code::Refused.into())
    }
}

impl TakeOver {
    /// Takes the item over.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let (kind, name) = (part(self.item.kind()), part(self.item.name()));
        let path = format!("/api/v1/estate/items/{kind}/{name}/take-over");
        let client = shell.server.client()?;
        client.post(&path, &json!({ "reason": self.reason })).await?;
        if !shell.screen.json {
            let item = &self.item;
            shell.screen.say(format_args!(
                "{item} is changed in the product now, until its file is applied again."
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Export {
    /// Writes the estate.
    pub async fn run(self, shell: &Shell) -> Outcome {
        if let Some(Form::Openslo(export)) = self.form {
            return export.run(shell).await;
        }
        let text = shell.server.client()?.get_text("/api/v1/estate/export").await?;
        match self.output {
            None => shell.screen.say(text.trim_end()),
            Some(path) => {
                std::fs::write(&path, text).map_err(|error| Trouble::file(&path, &error))?;
                shell.screen.note(format_args!("The estate is in {}.", path.display()));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Asks the server; its answer has `changes` and `errors`.
async fn ask(
    client: &Client,
    verb: &str,
    files: &[SourceFile],
    how: &How,
) -> Result<Value, Trouble> {
    let mut body = json!({ "files": files, "prune": how.prune });
    if verb == "apply" && !how.decision.is_null() {
        body["decision"] = how.decision.clone();
    }
    let (status, answer) = client.try_post(&format!("/api/v1/estate/{verb}"), &body).await?;
    let mistakes = status == StatusCode::UNPROCESSABLE_ENTITY && answer.get("errors").is_some();
    if status.is_success() || mistakes { Ok(answer) } else { Err(client.told(status, &answer)) }
}

/// Shows an answer; `false` when it has mistakes.
pub fn show(screen: &Screen, answer: &Value) -> bool {
    let good = !diff::has_mistakes(answer);
    if screen.json {
        screen.document(answer);
    } else if good {
        screen.say(diff::plan(answer, screen.paint));
    }
    if !good && !screen.json {
        screen.note(diff::mistakes(answer, screen.paint_errors));
    }
    good
}
