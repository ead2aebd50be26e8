//! `operate settings`: what an administrator sets in the product, as JSON.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;

use crate::Shell;
use crate::trouble::{Outcome, Trouble};

/// What an administrator sets in the product. (What the server is started with is another thing:
/// see `operate serve --help`.)
#[derive(Args, Debug)]
pub struct SettingsArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Prints a setting as JSON, ready to be changed and set again.
    Show {
        /// Which.
        setting: Setting,
    },
    /// Replaces a setting by a JSON document. What it leaves out gets its default.
    Set {
        /// Which.
        setting: Setting,
        /// The file; `-` reads from standard input.
        #[arg(short, long, value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Setting {
    /// What opens an incident, what calls people, how incidents are handled.
    Policy,
    /// How impact and urgency give the priority.
    PriorityMatrix,
    /// Rules that name team or priority.
    Routes,
    /// Rules that say what an alert means and what is done about it.
    Classification,
}

impl Setting {
    fn path(self) -> &'static str {
        match self {
            Setting::Policy => "/api/v1/settings/policy",
            Setting::PriorityMatrix => "/api/v1/settings/priority-matrix",
            Setting::Routes => "/api/v1/settings/routes",
            Setting::Classification => "/api/v1/settings/classification",
        }
    }
}

impl SettingsArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let (screen, client) = (&shell.screen, shell.server.client()?);
        match self.verb {
            Verb::Show { setting } => {
                screen.document(&client.get(setting.path(), &[]).await?);
            }
            Verb::Set { setting, file } => {
                let document = read(&file)?;
                let kept = client.put(setting.path(), &document).await?;
                if screen.json {
                    screen.document(&kept);
                } else {
                    screen.say("It is set, from now on.");
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn read(file: &PathBuf) -> Result<Value, Trouble> {
    let named = file.display();
    let text = if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.map_err(|error| Trouble::wrong(format!("{named} cannot be read: {error}")))?;
    serde_json::from_str(&text).map_err(|error| {
        Trouble::wrong(format!("{named} is no JSON: {error}"))
            .remedy("begin with what `operate settings show` prints")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_named_with_its_file_and_a_way_to_begin() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.json");
        std::fs::write(&file, "{ open_from }").unwrap();
        let told = read(&file).unwrap_err().to_string();
        assert!(told.contains("policy.json is no JSON"), "{told}");
        assert!(told.contains("operate settings show"), "{told}");
        assert!(read(&folder.path().join("gone.json")).is_err());
    }
}
