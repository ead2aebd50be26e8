use std::fmt;

/// What is not tidy, where, and how to mend it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complaint {
    /// The rule, as the exceptions list names it.
    pub rule: &'static str,
    /// The file, relative to the root of the checkout.
    pub path: String,
    /// The line, from 1, when there is one to point at.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub mend: &'static str,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map_or(String::new(), |line| format!(":{line}"));
        let Complaint { rule, path, what, mend, .. } = self;
        write!(f, "{path}{line}: {what} ({rule})\n    mend: {mend}")
    }
}
