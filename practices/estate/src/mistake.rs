use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

/// Something wrong in a file or a document: where, what, and how to mend it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Mistake {
    /// The file as the caller named it; empty for what came as JSON.
    pub file: String,
    /// From 1; 0 when there is no place to point at.
    pub line: u32,
    /// From 1; 0 when there is no place to point at.
    pub column: u32,
    /// The field, such as `spec.dependsOn[1]`; empty when it is about the whole.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub remedy: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file)?;
        }
        if self.line > 0 {
            write!(f, "{}:{}:", self.line, self.column)?;
        }
        if !self.file.is_empty() || self.line > 0 {
            f.write_str(" ")?;
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "; {}", self.remedy) }
    }
}

impl std::error::Error for Mistake {}

/// A place in a text, both from 1; 0 is nowhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Place {
    pub line: u32,
    pub column: u32,
}

/// Something wrong, before it is known in which file.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Wrong {
    pub place: Place,
    /// The field, as in [`Mistake::field`].
    pub field: String,
    pub message: String,
    pub remedy: String,
}

impl Wrong {
    pub fn new(field: &str, message: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        let (message, remedy) = (message.into(), remedy.into());
        Wrong { place: Place::default(), field: field.to_owned(), message, remedy }
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
        let dot = if self.field.is_empty() || self.field.starts_with('[') { "" } else { "." };
        self.field = format!("{outer}{dot}{}", self.field);
        self
    }

    pub fn in_file(self, file: &str) -> Mistake {
        Mistake {
            file: file.to_owned(),
            line: self.place.line,
            column: self.place.column,
            field: self.field,
            message: self.message,
            remedy: self.remedy,
        }
    }
}
