//! `operate slo`: specifications of objectives, looked at without a server.

mod told;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use connectors::places::{Mistake, Placed, documents};
use connectors::{openslo, sloth};
use objectives::{Pair, Target, Window, pairs};
use serde_json::{Value, json};

use crate::Shell;
use crate::estate::files;
use crate::screen::Screen;
use crate::trouble::{Code, Outcome};

/// Looks at objectives, without a server.
#[derive(Args, Debug)]
pub struct SloArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Says what objectives allow and when their budget burns too fast, or every mistake in them.
    ///
    /// Reads OpenSLO (v1, v1alpha) and specifications of Sloth (prometheus/v1, also as Kubernetes
    /// resource). Ends with 2 when a file has mistakes.
    Check {
        /// A file, a folder of YAML, or `-` for the standard input.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// One objective of a file.
#[derive(Debug)]
struct Promise {
    file: String,
    /// The document of its own name.
    document: String,
    service: String,
    name: String,
    target: Target,
    method: &'static str,
    window: Window,
    /// Its length; that of the present period where it follows the calendar.
    window_micros: i64,
    pairs: Vec<Pair>,
}

/// Everything that was found.
#[derive(Debug, Default)]
struct Found {
    /// The documents of OpenSLO with their files: they may name each other.
    openslo: Vec<(String, Placed)>,
    documents: usize,
    promises: Vec<Promise>,
    errors: Vec<(String, Mistake)>,
    notes: Vec<(String, Mistake)>,
}

impl SloArgs {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Outcome {
        let Verb::Check { files: paths } = self.verb;
        let files = files::read(&paths)?;
        let mut found = Found::default();
        for file in &files {
            found.file(&file.name, &file.text, shell.screen.now().micros());
        }
        found.together();
        Ok(show(&shell.screen, &found, files.len()))
    }
}

impl Found {
    fn file(&mut self, file: &str, text: &str, now: i64) {
        let named = |mistakes: Vec<Mistake>| {
            mistakes.into_iter().map(|mistake| (file.to_owned(), mistake)).collect::<Vec<_>>()
        };
        let documents = match documents(text) {
            Ok(documents) => documents,
            Err(mistake) => return self.errors.push((file.to_owned(), mistake)),
        };
        self.documents += documents.len();
        for document in &documents {
            if sloth::recognises(document) {
                match sloth::check(document) {
                    Ok(read) => {
                        self.notes.extend(named(read.notes.clone()));
                        self.promises.extend(of_sloth(file, read));
                    }
                    Err(mistakes) => self.errors.extend(named(mistakes)),
                }
            } else {
                match openslo::check(document) {
                    Ok(read) => self.promises.extend(of_openslo(file, document, &read, now)),
                    Err(mistakes) => self.errors.extend(named(mistakes)),
                }
                self.openslo.push((file.to_owned(), document.clone()));
            }
        }
        if documents.is_empty() {
            let (message, remedy) = ("there is no document in it", "write an objective");
            let mistake = Mistake {
                place: Default::default(),
                field: String::new(),
                message: message.to_owned(),
                remedy: remedy.to_owned(),
            };
            self.errors.push((file.to_owned(), mistake));
        }
    }

    /// What documents of all files say of each other.
    fn together(&mut self) {
        let documents: Vec<&Placed> = self.openslo.iter().map(|(_, document)| document).collect();
        let told = |(place, mistake): (usize, Mistake)| {
            self.openslo.get(place).map(|(file, _)| (file.clone(), mistake))
        };
        let found: Vec<_> = openslo::references(&documents).into_iter().filter_map(told).collect();
        self.errors.extend(found);
        self.errors.sort();
    }
}

fn of_sloth(file: &str, read: sloth::Specification) -> Vec<Promise> {
    let service = read.service;
    let of = |objective: sloth::Objective| Promise {
        file: file.to_owned(),
        document: objective.name.clone(),
        service: service.clone(),
        name: objective.name,
        target: objective.target,
        method: "events",
        window: Window::Rolling { micros: sloth::WINDOW_MICROS },
        window_micros: sloth::WINDOW_MICROS,
        pairs: objective.pairs,
    };
    read.objectives.into_iter().map(of).collect()
}

fn of_openslo(file: &str, placed: &Placed, document: &openslo::Document, now: i64) -> Vec<Promise> {
    let openslo::Body::Slo(spec) = &document.body else { return Vec::new() };
    let name = &document.metadata.name;
    let of = |(index, objective): (usize, openslo::Objective)| {
        let span = objective.window.at(now).ok()?;
        let number = format!("objective {}", index + 1);
        let displayed = placed.value["metadata"]["displayName"].as_str();
        Some(Promise {
            file: file.to_owned(),
            document: name.clone(),
            service: spec.service.clone(),
            name: match (objective.name.is_empty(), spec.objectives.len()) {
                (false, _) => objective.name,
                (true, 1) => displayed.unwrap_or(name).to_owned(),
                (true, _) => number,
            },
            target: objective.target,
            method: match objective.method {
                openslo::Method::Occurrences => "events",
                openslo::Method::Timeslices(_) => "time slices",
                openslo::Method::RatioTimeslices(_) => "mean of time slices",
            },
            window_micros: span.length(),
            pairs: pairs(span.length()),
            window: objective.window,
        })
    };
    let read = openslo::objectives(spec).unwrap_or_default();
    let composite = openslo::composite_target(spec).ok().flatten().zip(read.first().cloned());
    let composite = composite.and_then(|(target, first)| {
        let span = first.window.at(now).ok()?;
        let displayed = placed.value["metadata"]["displayName"].as_str();
        Some(Promise {
            file: file.to_owned(),
            document: name.clone(),
            service: spec.service.clone(),
            name: displayed.unwrap_or(name).to_owned(),
            target,
            method: "mean by weight",
            window_micros: span.length(),
            pairs: pairs(span.length()),
            window: first.window,
        })
    });
    read.into_iter().enumerate().filter_map(of).chain(composite).collect()
}

fn show(screen: &Screen, found: &Found, files: usize) -> ExitCode {
    if screen.json {
        let told = |list: &[(String, Mistake)]| -> Vec<Value> {
            list.iter().map(|(file, mistake)| told::mistake_document(file, mistake)).collect()
        };
        screen.document(&json!({
            "objectives": found.promises.iter().map(told::document).collect::<Vec<_>>(),
            "errors": told(&found.errors),
            "notes": told(&found.notes),
        }));
    } else {
        for promise in &found.promises {
            screen.say(told::promise(promise, screen.paint));
        }
        for (file, note) in &found.notes {
            screen.note(format_args!(
                "{} (not followed)",
                told::mistake(file, note, screen.paint_errors)
            ));
        }
        for (file, mistake) in &found.errors {
            screen.note(told::mistake(file, mistake, screen.paint_errors));
        }
        let sum = told::sum(found, files);
        match found.errors.is_empty() {
            true => screen.say(sum),
            false => screen.note(screen.paint_errors.red(sum)),
        }
    }
    if found.errors.is_empty() { ExitCode::SUCCESS } else { Code::Refused.into() }
}

#[cfg(test)]
mod tests;
