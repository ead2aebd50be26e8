//! `operate doctor`: looks at everything that an installation needs, and says how to mend what is
//! wrong.

mod database;
mod files;
mod network;

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::Shell;
use crate::installation::Installation;
use crate::screen::Paint;
use crate::trouble::{Code, Outcome};

/// Looks at everything that an installation on this machine needs: settings, data folder, key
/// file, database, journal, followers, messages, mail server, clock, server.
///
/// Ends with 1 when something has failed; warnings alone end with 0.
#[derive(Args, Debug)]
pub struct Doctor {
    /// Leave out the proof of the journal, which reads all of it.
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    installation: Installation,
}

/// How a finding is to be taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// As it should be.
    Ok,
    /// It works, but somebody should look.
    Warn,
    /// It does not work.
    Fail,
}

/// What was looked at, and what was found.
#[derive(Clone, PartialEq, Debug, Serialize)]
struct Finding {
    verdict: Verdict,
    what: &'static str,
    detail: String,
    remedy: Option<String>,
}

impl Finding {
    fn ok(what: &'static str, detail: impl Into<String>) -> Finding {
        Finding { verdict: Verdict::Ok, what, detail: detail.into(), remedy: None }
    }

    fn warn(what: &'static str, detail: impl Into<String>, remedy: &str) -> Finding {
        let remedy = Some(remedy.to_owned());
        Finding { verdict: Verdict::Warn, what, detail: detail.into(), remedy }
    }

    fn fail(what: &'static str, detail: impl Into<String>, remedy: &str) -> Finding {
        Finding { verdict: Verdict::Fail, ..Finding::warn(what, detail, remedy) }
    }

    fn line(&self, paint: Paint) -> String {
        let verdict = match self.verdict {
            Verdict::Ok => paint.green("ok  "),
            Verdict::Warn => paint.yellow("warn"),
            Verdict::Fail => paint.red("FAIL"),
        };
        let mut line = format!("{verdict}  {:<14} {}", self.what, self.detail);
        if let Some(remedy) = &self.remedy {
            line.push_str(&format!("\n                     remedy: {remedy}"));
        }
        line
    }
}

impl Doctor {
    /// Looks.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let mut findings = Vec::new();
        let mut tell = |finding: Finding| {
            if !screen.json {
                screen.say(finding.line(screen.paint));
            }
            findings.push(finding);
        };
        let (config, finding) = files::settings(&self.installation);
        tell(finding);
        if let Some(config) = &config {
            files::files(config).into_iter().for_each(&mut tell);
            let database = database::look(config, screen.now(), !self.quick).await;
            database.into_iter().for_each(&mut tell);
            tell(network::mail(config).await);
            tell(network::reach(config));
            network::telephones(config).into_iter().for_each(&mut tell);
        }
        let own = config.filter(|_| !shell.server.named());
        let url = own.map_or_else(|| shell.server.url(), |config| network::own_url(&config));
        network::server(url, screen.now()).await.into_iter().for_each(&mut tell);
        let worst = findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok);
        if screen.json {
            screen.document(&json!({ "verdict": worst, "findings": findings }));
        }
        Ok(if worst == Verdict::Fail { Code::Fault.into() } else { ExitCode::SUCCESS })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_is_a_line_and_what_is_wrong_has_a_remedy() {
        let findings = [
            Finding::ok("database", "SQLite in operate-data/operate.db, schema version 3"),
            Finding::fail("key file", "others can read it", "chmod 600 operate-data/secret.key"),
        ];
        let lines: Vec<String> = findings.iter().map(|f| f.line(Paint(false))).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        ok    database       SQLite in operate-data/operate.db, schema version 3
        FAIL  key file       others can read it
                             remedy: chmod 600 operate-data/secret.key
        ");
    }
}
