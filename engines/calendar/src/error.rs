/// A definition that no calendar can be made of: where it is wrong, and how to mend it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field}: {what}")]
pub struct CalendarError {
    /// The field as written in the definition, as in `hours[1].until`.
    pub field: String,
    /// What is wrong and what to write instead.
    pub what: String,
}

impl CalendarError {
    pub(crate) fn new(field: impl Into<String>, what: impl Into<String>) -> CalendarError {
        CalendarError { field: field.into(), what: what.into() }
    }

    /// The same mistake, seen from one level further out.
    pub(crate) fn within(mut self, outer: &str) -> CalendarError {
        self.field = format!("{outer}.{}", self.field);
        self
    }
}

/// What a person wrote, short enough to be quoted.
pub(crate) fn quoted(text: &str) -> String {
    text.chars().take(64).collect()
}
