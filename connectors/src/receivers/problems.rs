use std::fmt;

use gotemplate::{LoadError, Templates};
use reqwest::Url;

/// What is wrong with the configuration of a receiver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The field, such as `http_config.oauth2` or `actions[1].url`.
    pub field: String,
    /// What is wrong and how to mend it. Holds no secret.
    pub problem: String,
}

/// `http_config.oauth2: is not supported: …`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

/// Problems, as they are found.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<Problem>,
    prefix: &'static str,
}

impl Problems {
    pub(super) fn add(&mut self, field: impl AsRef<str>, problem: impl Into<String>) {
        let field = format!("{}{}", self.prefix, field.as_ref());
        self.found.push(Problem { field, problem: problem.into() });
    }

    /// Finds problems of a part, whose fields get a prefix.
    pub(super) fn within(&mut self, prefix: &'static str, find: impl FnOnce(&mut Problems)) {
        let before = std::mem::replace(&mut self.prefix, prefix);
        find(self);
        self.prefix = before;
    }

    pub(super) fn finish(self) -> Vec<Problem> {
        self.found
    }

    /// A field that has to be there.
    pub(super) fn needed(&mut self, field: &str, value: &str) {
        if value.trim().is_empty() {
            self.add(field, "is missing: add it");
        }
    }

    /// A value and the file with it exclude each other.
    pub(super) fn one_of(&mut self, field: &str, given: bool, file: &Option<String>) {
        if given && file.is_some() {
            let problem = format!("{field} and {field}_file cannot both be given: leave one out");
            self.add(field, problem);
        }
    }

    /// A value or the file with it has to be there, and not both.
    pub(super) fn exactly_one(&mut self, field: &str, given: bool, file: &Option<String>) {
        self.one_of(field, given, file);
        if !given && file.is_none() {
            self.add(field, format!("is missing: add {field} or {field}_file"));
        }
    }

    /// An address that requests go to, when it is known already.
    pub(super) fn url(&mut self, field: &str, url: &str) {
        if url.is_empty() || url.contains("{{") {
            return;
        }
        match Url::parse(url) {
            Ok(parsed) if matches!(parsed.scheme(), "http" | "https") => {}
            Ok(_) => self.add(field, "has to begin with https:// or http://"),
            // What was given may be a secret.
            Err(error) => self.add(field, format!("is no address: {error}")),
        }
    }

    /// A text with templates.
    pub(super) fn template(&mut self, templates: &Templates, field: &str, source: &str) {
        let checked = templates.check_text(field, source);
        self.loaded(field, checked);
    }

    /// A text with templates that becomes HTML.
    pub(super) fn page(&mut self, templates: &Templates, field: &str, source: &str) {
        let checked = templates.check_html(field, source);
        self.loaded(field, checked);
    }

    fn loaded(&mut self, field: &str, checked: Result<(), LoadError>) {
        if let Err(error) = checked {
            let place = error.place;
            let at = if place.file == field {
                format!("line {}, column {} of the template", place.line, place.column)
            } else {
                place.to_string()
            };
            let problem = format!("{} ({at})", error.problem);
            self.add(field, problem);
        }
    }
}
