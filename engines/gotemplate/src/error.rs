use std::fmt;

/// Where in a template something stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// The file, or the field of a configuration.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The character of the line, from 1.
    pub column: usize,
}

/// `page.tmpl:3:14`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A template that cannot be used. Shown when it is loaded, so that nothing is found out at night.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct LoadError {
    /// Where.
    pub place: Place,
    /// What is wrong, and what to write instead.
    pub problem: String,
}

/// A template that failed on its data. There is no text then, not even half of one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct RenderError {
    /// Where.
    pub place: Place,
    /// What went wrong.
    pub problem: String,
}

impl From<LoadError> for RenderError {
    fn from(error: LoadError) -> RenderError {
        RenderError { place: error.place, problem: error.problem }
    }
}

/// A problem at a byte of a source, before it is known which line that is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) problem: String,
}

impl Fault {
    pub(crate) fn new(at: usize, problem: impl Into<String>) -> Fault {
        Fault { at, problem: problem.into() }
    }

    pub(crate) fn load(self, file: &str, source: &str) -> LoadError {
        LoadError { place: place(file, source, self.at), problem: self.problem }
    }
}

/// The line and column of a byte of a source.
pub(crate) fn place(file: &str, source: &str, at: usize) -> Place {
    let before = source.get(..at.min(source.len())).unwrap_or(source);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.matches('\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    Place { file: file.to_owned(), line, column }
}
