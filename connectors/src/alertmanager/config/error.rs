//! What is wrong in a configuration: where, what, and how to mend it.

use std::fmt;

/// Something wrong in a configuration file.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct ConfigError {
    /// The file as the caller named it.
    pub file: String,
    /// From 1; 0 when there is no place to point at.
    pub line: u32,
    /// From 1; 0 when there is no place to point at.
    pub column: u32,
    /// The field, such as `route.routes[1].group_by`; empty when it is about the whole file.
    pub field: String,
    /// What is wrong. Never holds the value of a secret.
    pub problem: String,
    /// How to mend it; may be empty.
    pub remedy: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        f.write_str(": ")?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.problem)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "; {}", self.remedy) }
    }
}

impl std::error::Error for ConfigError {}

/// A place in a text, both from 1; 0 is nowhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Place {
    pub line: u32,
    pub column: u32,
}

/// Something wrong, before it is known in which file.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Wrong {
    pub place: Place,
    pub field: String,
    pub problem: String,
    pub remedy: String,
}

impl Wrong {
    pub fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        Wrong { problem: problem.into(), remedy: remedy.into(), ..Wrong::default() }
    }

    /// From a sentence that says what is wrong and then, after a semicolon, how to mend it.
    pub fn of(text: &str) -> Wrong {
        let (problem, remedy) = text.split_once("; ").unwrap_or((text, ""));
        Wrong::new(problem, remedy)
    }

    /// Points at a place, unless it already points at a closer one.
    pub fn at(mut self, place: Place) -> Wrong {
        if self.place == Place::default() {
            self.place = place;
        }
        self
    }

    /// Says that it happened inside a field, or inside an element written `[3]`.
    pub fn within(mut self, outer: &str) -> Wrong {
        let bare = outer.is_empty() || self.field.is_empty() || self.field.starts_with('[');
        self.field = format!("{outer}{}{}", if bare { "" } else { "." }, self.field);
        self
    }

    pub fn in_file(self, file: &str) -> ConfigError {
        ConfigError {
            file: file.to_owned(),
            line: self.place.line,
            column: self.place.column,
            field: super::decode::shown(&self.field),
            problem: self.problem,
            remedy: self.remedy,
        }
    }
}

/// Something that is right but may not do what its writer thinks.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Note {
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
    /// The field, as in [`ConfigError::field`].
    pub field: String,
    /// What to know about it.
    pub text: String,
}

impl Note {
    pub(super) fn new(place: Place, field: &str, text: &str) -> Note {
        let (line, column) = (place.line, place.column);
        Note { line, column, field: field.to_owned(), text: text.to_owned() }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.line, self.column)?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.text)
    }
}
