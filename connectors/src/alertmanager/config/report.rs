//! What becomes of every element of a file: taken as it is, changed how, not possible why.

use serde::Serialize;

use super::error::{ConfigError, Note, Place};
use super::node::{Node, Value};

/// What becomes of the elements of a file, in its order.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Report {
    /// The file as the caller named it.
    pub file: String,
    /// A line for every element, and for every mistake that belongs to none.
    pub elements: Vec<Element>,
}

/// A part of the file and what becomes of it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Element {
    /// Where it begins, from 1; 0 when it is about the whole file.
    pub line: u32,
    /// Where it stands: `receivers[0].slack_configs[1]`.
    pub path: String,
    /// What it is, in a few words that hold no secret: a name, matchers.
    pub what: String,
    /// What becomes of it.
    pub fate: Fate,
    /// How it is changed, or why it is not possible and how to mend it.
    pub texts: Vec<String>,
}

/// What becomes of an element.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It means the same in Operate.
    AsIs,
    /// It does the same in another way, or is not needed.
    Changed,
    /// It is wrong, or Operate cannot do it.
    NotPossible,
}

impl Report {
    /// How many elements have a fate.
    pub fn count(&self, fate: Fate) -> usize {
        self.elements.iter().filter(|element| element.fate == fate).count()
    }

    /// Adds mistakes that were found later, such as those of templates, to their elements.
    pub fn add(&mut self, errors: &[ConfigError]) {
        for error in errors {
            let at = if error.line > 0 && error.file != self.file {
                // Another file: the message has to name it and its line.
                format!("{}:{}:{}: ", error.file, error.line, error.column)
            } else if error.file != self.file {
                format!("{}: ", error.file)
            } else {
                String::new()
            };
            let place = Place { line: error.line, column: error.column };
            let remedy = if error.remedy.is_empty() { "" } else { "; " };
            let found = if at.is_empty() { owner(&mut self.elements, &error.field) } else { None };
            let text = |within: &str| {
                let dot = if within.is_empty() { "" } else { ": " };
                format!("{at}{within}{dot}{}{remedy}{}", error.problem, error.remedy)
            };
            match found {
                Some(element) => {
                    let within = error.field[element.path.len()..].trim_start_matches('.');
                    element.fate = Fate::NotPossible;
                    element.texts.push(text(within));
                }
                None => {
                    let mut element = Element::new(&error.field, place, "");
                    if !at.is_empty() {
                        element.line = 0;
                    }
                    element.fate = Fate::NotPossible;
                    element.texts.push(text(""));
                    self.elements.push(element);
                }
            }
        }
        self.elements.sort_by_key(|element| element.line);
    }

    /// Says of a field how it is changed.
    pub fn change(&mut self, field: &str, text: &str) {
        if let Some(element) = owner(&mut self.elements, field) {
            element.change(text);
        }
    }

    pub(super) fn of(
        file: &str,
        document: Option<&Node>,
        notes: &[Note],
        errors: &[ConfigError],
    ) -> Report {
        let mut report = Report { file: file.to_owned(), elements: Vec::new() };
        if let Some(document) = document {
            report.elements = elements(document);
        }
        for note in notes {
            match owner(&mut report.elements, &note.field).filter(|_| !note.field.is_empty()) {
                Some(element) => element.change(&note.text),
                None => {
                    let place = Place { line: note.line, column: note.column };
                    let mut element = Element::new(&note.field, place, "");
                    element.change(&note.text);
                    report.elements.push(element);
                }
            }
        }
        report.add(errors);
        report
    }
}

impl Element {
    fn new(path: &str, place: Place, what: impl Into<String>) -> Element {
        let path = path.to_owned();
        Element { line: place.line, path, what: what.into(), fate: Fate::AsIs, texts: Vec::new() }
    }

    fn change(&mut self, text: &str) {
        self.fate = self.fate.max(Fate::Changed);
        self.texts.push(text.to_owned());
    }
}

/// The innermost element that a field is part of.
fn owner<'e>(elements: &'e mut [Element], field: &str) -> Option<&'e mut Element> {
    let holds = |element: &&mut Element| {
        field
            .strip_prefix(element.path.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    elements.iter_mut().filter(holds).max_by_key(|element| element.path.len())
}

fn elements(document: &Node) -> Vec<Element> {
    let mut all = Vec::new();
    let Value::Map(sections) = &document.value else { return all };
    for (key, node) in sections {
        match key.name.as_str() {
            "global" => {
                let fields = node.map().unwrap_or_default().iter();
                all.extend(fields.map(|(key, _)| {
                    let mut element = Element::new(&format!("global.{}", key.name), key.place, "");
                    if key.name.starts_with("slack_app_") {
                        element.change(SLACK_APP);
                    }
                    element
                }));
            }
            "route" => routes(node, "route", &mut all),
            "receivers" => receivers(node, &mut all),
            "templates" | "inhibit_rules" | "time_intervals" | "mute_time_intervals" => {
                for (i, node) in node.list().unwrap_or_default().iter().enumerate() {
                    let path = format!("{}[{i}]", key.name);
                    let mut element = Element::new(&path, node.place, named(node));
                    match key.name.as_str() {
                        "templates" => element.what = single(node),
                        "inhibit_rules" => changed_matchers(node, &mut element),
                        "mute_time_intervals" => element.change(
                            "it stands among the time_intervals, which both sections share",
                        ),
                        _ => {}
                    }
                    all.push(element);
                }
            }
            "tracing" => all.push(Element::new("tracing", key.place, "")),
            _ => {}
        }
    }
    all
}

const SLACK_APP: &str = "the token is sent as authorization to the address of Slack's API";

fn routes(node: &Node, path: &str, all: &mut Vec<Element>) {
    let receiver = node.field("receiver").map(single).unwrap_or_default();
    let mut what = if receiver.is_empty() { String::new() } else { format!("to {receiver}") };
    let matchers = node.field("matchers").and_then(|node| node.list().ok()).unwrap_or_default();
    for matcher in matchers {
        let dot = if what.is_empty() { "" } else { ", " };
        what = format!("{what}{dot}{}", single(matcher));
    }
    let mut element = Element::new(path, node.place, what);
    changed_matchers(node, &mut element);
    all.push(element);
    let below = node.field("routes").and_then(|node| node.list().ok()).unwrap_or_default();
    for (i, node) in below.iter().enumerate() {
        routes(node, &format!("{path}.routes[{i}]"), all);
    }
}

/// The older forms of matchers say the same in the newer one.
fn changed_matchers(node: &Node, element: &mut Element) {
    for (field, sign) in [
        ("match", "="),
        ("match_re", "=~"),
        ("source_match", "="),
        ("source_match_re", "=~"),
        ("target_match", "="),
        ("target_match_re", "=~"),
    ] {
        let entries = node.field(field).and_then(|node| node.map().ok()).unwrap_or_default();
        let matchers: Vec<String> = entries
            .iter()
            .map(|(key, value)| format!("{}{sign}{:?}", key.name, single(value)))
            .collect();
        if !matchers.is_empty() {
            let text = format!("{field} becomes the matchers {}", matchers.join(", "));
            element.change(&text);
        }
    }
}

fn receivers(node: &Node, all: &mut Vec<Element>) {
    for (i, node) in node.list().unwrap_or_default().iter().enumerate() {
        let path = format!("receivers[{i}]");
        all.push(Element::new(&path, node.place, named(node)));
        for (key, value) in node.map().unwrap_or_default() {
            if !key.name.ends_with("_configs") {
                continue;
            }
            for (i, node) in value.list().unwrap_or_default().iter().enumerate() {
                let path = format!("{path}.{}[{i}]", key.name);
                let mut element = Element::new(&path, node.place, "");
                if node.field("app_token").or_else(|| node.field("app_token_file")).is_some() {
                    element.change(SLACK_APP);
                }
                let http = node.field("http_config");
                if http.is_some_and(|http| http.field("follow_redirects").is_some()) {
                    element.change("redirects are never followed");
                }
                if http.is_some_and(|http| http.field("enable_http2").is_some()) {
                    element.change("whether HTTP/2 is spoken is agreed on with the server");
                }
                all.push(element);
            }
        }
    }
}

fn named(node: &Node) -> String {
    node.field("name").map(single).unwrap_or_default()
}

fn single(node: &Node) -> String {
    match &node.value {
        Value::Plain(text) | Value::Quoted(text) => text.trim().chars().take(200).collect(),
        _ => String::new(),
    }
}
