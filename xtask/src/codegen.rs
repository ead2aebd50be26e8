//! Files that are generated from the code, checked in, and proven fresh by a tidy rule.

use std::fmt::Write as _;
use std::io;
use std::process::{Command, Stdio};

use kernel::{Allowed, Lifecycle};
use serde_json::Value;

use crate::Tree;

/// Path and text of every generated file.
pub fn files() -> Vec<(&'static str, String)> {
    vec![("docs/stages.md", stages())]
}

/// Writes every generated file; returns how many.
///
/// # Errors
/// When the server does not build, or a file cannot be written.
pub fn write(tree: &Tree) -> io::Result<usize> {
    let mut files = files();
    files.push(("web/openapi.json", description(tree)?));
    for (path, text) in &files {
        std::fs::write(tree.root.join(path), text)?;
    }
    Ok(files.len())
}

/// The description of the API. The server prints it, and a test of its own proves that the file is
/// fresh: so this crate need not build the server for every tidy rule.
fn description(tree: &Tree) -> io::Result<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let printed = Command::new(cargo)
        .args(["run", "--quiet", "--package", "server", "--example", "openapi"])
        .current_dir(&tree.root)
        .stderr(Stdio::inherit())
        .output()?;
    if !printed.status.success() {
        return Err(io::Error::other("the server did not print the description of its API"));
    }
    String::from_utf8(printed.stdout).map_err(io::Error::other)
}

const STAGES_HEAD: &str = "\
# Stages

Which commands each record accepts in each stage of its life. Generated from the `ALLOWED` tables of
the practices by `cargo xtask codegen`; a test fails when it is stale. The API shows the same as
`allowed`, the web app as buttons.
";

fn stages() -> String {
    let mut text = STAGES_HEAD.to_owned();
    section::<alerts::Alert>(&mut text);
    section::<incidents::Incident>(&mut text);
    table(&mut text, "Major incident", incidents::MAJOR_ALLOWED, |stage| match stage {
        Some(stage) => words(stage),
        None => "nothing said".to_owned(),
    });
    section::<incidents::expected::Expected>(&mut text);
    section::<contracts::clocks::Clocks>(&mut text);
    section::<oncall::Page>(&mut text);
    section::<silences::Silence>(&mut text);
    section::<heartbeats::Heartbeat>(&mut text);
    section::<swaps::Swap>(&mut text);
    section::<tuning::Task>(&mut text);
    text
}

/// A table with a row for each verb and a column for each stage.
fn section<R: Lifecycle>(text: &mut String) {
    table(text, &capital(R::KIND), R::allowed_table(), words);
}

fn table<S, V: PartialEq + Copy + serde::Serialize>(
    text: &mut String,
    title: &str,
    table: &[Allowed<S, V>],
    stage: impl Fn(&S) -> String,
) {
    let mut verbs: Vec<V> = Vec::new();
    for verb in table.iter().flat_map(|row| row.verbs) {
        if !verbs.contains(verb) {
            verbs.push(*verb);
        }
    }
    let stages: Vec<String> = table.iter().map(|row| stage(&row.stage)).collect();
    let _ = write!(text, "\n## {title}\n\n| | {} |\n", stages.join(" | "));
    let _ = writeln!(text, "|---|{}", ":-:|".repeat(stages.len()));
    for verb in verbs {
        let marks = table.iter().map(|row| if row.verbs.contains(&verb) { "●" } else { "" });
        let marks: Vec<&str> = marks.collect();
        let _ = writeln!(text, "| {} | {} |", words(&verb), marks.join(" | "));
    }
}

/// A stage or verb as the API spells it, in words.
fn words(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name.replace('_', " "),
        other => format!("{other:?}"),
    }
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters
        .next()
        .map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_and_verb_of_a_record_is_in_its_table() {
        let mut text = String::new();
        section::<oncall::Page>(&mut text);
        for word in ["Page", "ringing", "exhausted", "acknowledge", "cancel"] {
            assert!(text.contains(word), "{word} is missing in\n{text}");
        }
    }
}
